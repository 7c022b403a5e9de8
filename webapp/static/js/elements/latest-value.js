/** A value of which the latest counts; its `[data-value]` parts are the words for each. One may stand in another. `data-least` and
 * `data-most`: outside of them it is not in order, which is `fail`. `data-takes`: what it says goes into a form only after it has held so long. */

import { ReaderElement, refold } from "../readers.js";
import { store } from "../tablet.js";

export class LatestValue extends ReaderElement {
  /** @type {string | undefined} as the page had it */
  #value;

  connectedCallback() {
    this.#value ??= this.read("value");
    super.connectedCallback();
  }

  /** @returns {import("../outbox/types.d.ts").Reader} */
  get reader() {
    return { kind: "latest", key: this.read("key"), value: this.#value ?? "", stamp: Number(this.read("stamp")) };
  }

  /** @param {import("../outbox/types.d.ts").Shown} shown */
  show({ value = "", pending = false, at = 0 }) {
    this.setAttribute("value", value);
    this.toggleAttribute("pending", pending);
    const { least, most } = this.dataset;
    const isOut = figure(value) < figure(least ?? "-Infinity") || figure(value) > figure(most ?? "Infinity");
    if (least ?? most) this.toggleAttribute("data-failed", isOut);
    for (const part of this.querySelectorAll("[data-value]")) {
      if (part.closest("latest-value") !== this) continue;
      const isOff = !part.getAttribute("data-value")?.split(" ").includes(isOut ? "fail" : value);
      part.toggleAttribute("hidden", isOff);
      if (!(part instanceof HTMLFieldSetElement)) continue;
      const takes = !isOff && !part.closest("[step=seen]") && part.dataset.takes;
      if (takes) void this.#hold(part, at + Number(takes));
      else part.disabled = isOff; // what does not hold goes into no form
    }
    for (const text of this.querySelectorAll("[data-shows]")) text.textContent = value;
  }

  // private

  /** @param {HTMLFieldSetElement} part @param {number} until by the server's time */
  async #hold(part, until) {
    const left = until - Date.now() - ((await store.get("clock"))?.offset ?? 0);
    part.disabled = left > 0 || Boolean(part.hidden);
    if (left > 0) setTimeout(refold, left);
  }
}

/** A number, or a time of the day such as 08:40, to be compared with another; of no answer yet it is neither above nor below. */
const figure = (/** @type {string} */ text) => text ? Number(text.replace(":", ".")) : NaN;

customElements.define("latest-value", LatestValue);
