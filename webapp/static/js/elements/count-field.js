/** A native number input with − and + beside it. */

const SETTLES = 1_000;

export class CountField extends HTMLElement {
  #settling = 0;

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
    input.dispatchEvent(new Event("input", { bubbles: true }));
    // Like typing, it is said once it is left: what should be there must not show after the first tap of many.
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => input.dispatchEvent(new Event("change", { bubbles: true })), SETTLES);
  }
}

customElements.define("count-field", CountField);
