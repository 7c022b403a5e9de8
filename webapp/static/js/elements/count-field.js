/** A native number input with − and + beside it. */

export class CountField extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
  }

  /** @param {Event} event */
  handleEvent({ target }) {
    const step = Number(target instanceof Element ? target.closest("button")?.value : NaN);
    const input = this.querySelector("input");
    if (!step || !input) return;
    // Past its bounds too: what is found there is recorded. Below nothing only where there may be less than nothing.
    input.value = String(Math.max(Math.min(0, Number(input.min)), Number((Number(input.value) + step).toFixed(3))));
    for (const type of ["input", "change"]) input.dispatchEvent(new Event(type, { bubbles: true }));
  }
}

customElements.define("count-field", CountField);
