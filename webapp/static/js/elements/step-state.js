/** How far one thing has come; of its `[data-step]` parts the one reached is shown. */

import { ReaderElement } from "../readers.js";

export class StepState extends ReaderElement {
  /** @type {string | undefined} as the page had it */
  #step;

  connectedCallback() {
    this.#step ??= this.read("step");
    super.connectedCallback();
  }

  /** @returns {import("../outbox/types.d.ts").Reader} */
  get reader() {
    return { kind: "step", key: this.read("key"), step: this.#step ?? "", steps: this.read("steps").split(/\s+/) };
  }

  /** @param {import("../outbox/types.d.ts").Shown} shown */
  show({ value = "", pending = false }) {
    this.setAttribute("step", value);
    this.toggleAttribute("pending", pending);
    for (const part of this.querySelectorAll("[data-step]")) {
      if (part.closest("step-state") === this) part.toggleAttribute("hidden", part.getAttribute("data-step") !== value);
    }
  }
}

customElements.define("step-state", StepState);
