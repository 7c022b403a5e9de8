/** How large the lines are read, of its buttons' sizes; the tablet remembers, and sets it before the first paint (theme.js). */

import { shared } from "../tablet.js";

export class TextSize extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
    this.#press();
  }

  /** @param {Event} event */
  handleEvent({ target }) {
    const size = target instanceof Element && target.closest("button")?.value;
    if (!size) return;
    document.documentElement.dataset.read = size;
    shared.read = size;
    this.#press();
  }

  // private

  #press() {
    const { read = "1" } = document.documentElement.dataset;
    for (const button of this.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === read));
  }
}

customElements.define("text-size", TextSize);
