/** Big keys for the 6-digit code; a full code is sent without another tap. */

export class CodeKeypad extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
  }

  /** @param {Event} event */
  handleEvent({ target }) {
    const key = target instanceof Element ? target.closest("[data-digit], [data-erase]") : null;
    const input = document.getElementById(this.dataset.for ?? "");
    if (!key || !(input instanceof HTMLInputElement)) return;
    const digit = key.getAttribute("data-digit");
    input.value = digit === null ? input.value.slice(0, -1) : (input.value + digit).slice(0, input.maxLength);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    if (digit !== null && input.value.length === input.maxLength) input.form?.requestSubmit();
  }
}

customElements.define("code-keypad", CodeKeypad);
