/** Locks the screen at a tap, or when nobody touched the tablet for long. What was typed stays in its page; the outbox goes on. */

import { isIdle } from "../outbox/waits.js";
import { isInUse, on, say, shared } from "../tablet.js";

const LOOK = 5_000;
const root = document.documentElement;

export class ScreenLock extends HTMLElement {
  connectedCallback() {
    for (const type of ["pointerdown", "keydown", "click"]) document.addEventListener(type, this, true);
    on(["locked"], () => this.#turn(true));
    on(["unlocked"], () => this.#turn(false));
    setInterval(() => this.#look(), LOOK);
    shared.touched ??= Date.now();
    this.#look();
    if (this.#isHere || shared.locked) this.#turn(true);
  }

  /** @param {Event} event */
  handleEvent(event) {
    shared.touched = Date.now();
    if (event.type !== "click" || !(event.target instanceof Element) || !event.target.closest("[data-lock]")) return;
    event.preventDefault();
    say({ type: "locked" });
  }

  // private

  get #isHere() {
    return location.pathname === this.dataset.page;
  }

  /** Also finds out what another tab did while this one slept. */
  #look() {
    const list = document.querySelector("[data-guests]");
    if (list) shared.guests = list.querySelector("[data-inside]:not([hidden])") ? 1 : "";
    if (isIdle(Number(shared.touched), Boolean(shared.guests), Date.now())) shared.locked = 1;
    if (Boolean(shared.locked) !== root.matches("[data-locked]")) this.#turn(Boolean(shared.locked));
  }

  /** @param {boolean} locked */
  #turn(locked) {
    root.toggleAttribute("data-locked", locked);
    shared.locked = locked ? 1 : "";
    const { page = "", home = "" } = this.dataset;
    const { hash, pathname } = location;
    if (!locked && this.#isHere) location.replace(/^#\/\w[\w/-]*$/.test(hash) ? hash.slice(1) : home);
    if (!locked || this.#isHere) return;
    for (const dialog of document.querySelectorAll("dialog[open]")) /** @type {HTMLDialogElement} */ (dialog).close();
    // A page with something typed is only covered, and so is one that has no locked page to go to yet.
    if (!isInUse()) globalThis.caches?.match(page, { ignoreVary: true }).then((there) => there && location.replace(`${page}#${pathname}`), () => {});
  }
}

customElements.define("screen-lock", ScreenLock);
