/** A native number input with − and + beside it. */

export class CountField extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
  }

  /** @param {Event} event */
  handleEvent({ target }) {
    const step = Number(target instanceof Element ? target.closest("[data-by]")?.getAttribute("data-by") : NaN);
    const input = this.querySelector("input");
    if (!step || !input) return;
    if (step > 0) input.stepUp(step);
    else input.stepDown(-step);
    for (const type of ["input", "change"]) input.dispatchEvent(new Event(type, { bubbles: true }));
  }
}

customElements.define("count-field", CountField);
