/** The bar: the time by the server's clock and what it bounds, whether the page is of today, evening light, menus that close. */

import { localOf } from "../outbox/clock.js";
import { dayOf, said, shared, store, timeText } from "../tablet.js";

const TICK = 5_000;
const BACK_WITHIN = 48 * 3_600_000;

export class AppBar extends HTMLElement {
  connectedCallback() {
    document.addEventListener("click", this);
    document.addEventListener("keydown", this);
    setInterval(() => void this.#tick(), TICK);
    void this.#tick();
    this.#press();
  }

  /** @param {Event} event */
  handleEvent(event) {
    const target = event.target instanceof Element ? event.target : null;
    if (event.type === "click" && target?.closest("[data-evening]")) this.#turn();
    const escaped = event instanceof KeyboardEvent && event.key === "Escape";
    if (event.type !== "click" && !escaped) return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (escaped || !menu.contains(target)) menu.removeAttribute("open");
      if (escaped && menu.contains(target)) menu.querySelector("summary")?.focus();
    }
  }

  // actions

  #turn() {
    const theme = this.#isEvening() ? "day" : "evening";
    document.documentElement.dataset.theme = theme;
    shared.theme = theme;
    this.#press();
  }

  // private

  async #tick() {
    if (!said("zone")) return;
    const { offset = 0 } = (await store.get("clock").catch(() => undefined)) ?? {};
    const now = Date.now() + offset;
    const time = timeText(now);
    for (const part of document.querySelectorAll("[data-clock]")) part.textContent = time;
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-from]"))) {
      const { from = "", until = "" } = part.dataset;
      part.hidden = time < from || time >= until;
    }
    for (const part of document.querySelectorAll("[data-as-of]")) part.toggleAttribute("hidden", part.getAttribute("data-as-of") === dayOf(now));
    // When something was may be said of the last two days, and of nothing that is yet to come.
    for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("operation-form [type=datetime-local]"))) {
      [field.min, field.max] = [now - BACK_WITHIN, now].map((at) => localOf(at, said("zone")).slice(0, 16));
    }
  }

  #press() {
    for (const button of document.querySelectorAll("[data-evening]")) button.setAttribute("aria-pressed", String(this.#isEvening()));
  }

  #isEvening() {
    const { theme } = document.documentElement.dataset;
    return theme ? theme === "evening" : matchMedia("(prefers-color-scheme: dark)").matches;
  }
}

customElements.define("app-bar", AppBar);
