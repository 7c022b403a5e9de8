/** A figure with this tablet's own movements after its last count. Less than nothing is `below`, less than `data-least` `low`; `data-full` is as far as its gauge goes. */

import { ReaderElement } from "../readers.js";

export class TallyValue extends ReaderElement {
  #own = false;

  /** @returns {import("../outbox/types.d.ts").Reader} */
  get reader() {
    return { kind: "tally", key: this.read("key"), value: this.read("value"), stamp: Number(this.read("stamp")) };
  }

  /** @param {import("../outbox/types.d.ts").Shown} shown */
  show({ value = "", approx = false, pending = false }) {
    const own = approx || value !== this.getAttribute("value");
    // The server may have written it more beautifully; its text stands until we know better.
    if (own || this.#own) this.textContent = `${approx ? "≈" : ""}${value.replace("-", "−")}`;
    this.#own = own;
    this.toggleAttribute("one", value === "1");
    const { least, full } = this.dataset;
    if (least) this.toggleAttribute("low", Number(value) < Number(least));
    this.toggleAttribute("below", Number(value) < 0);
    if (full) this.closest(".lows")?.querySelector(".meter__bar")?.setAttribute("width", `${Math.min(100, Math.max(0, 100 * Number(value) / Number(full)))}%`);
    this.toggleAttribute("approx", approx);
    this.toggleAttribute("pending", pending);
  }
}

customElements.define("tally-value", TallyValue);
