/** Saved is not sent, and the chip says which. All its words are the server's; the face of the present state is copied. */

import { courier, on, store, timeText } from "../tablet.js";

export class SyncChip extends HTMLElement {
  connectedCallback() {
    // Without a store nothing is kept or sent from here, and the page says so; "sent 10:42" would be of another time.
    const show = () => this.#show().then((shown) => { this.hidden = !shown; }, () => { this.hidden = true; });
    on(["kept", "settled", "state"], show);
    show();
  }

  // private

  /** @returns {Promise<boolean>} whether there is a store of which it can speak */
  async #show() {
    if (!await store.get("head")) return false;
    const { state: said, waiting, attention, sent_at, cause } = await courier.state();
    const state = said === "offline" && this.#hasEnded(cause) ? "ended" : said;
    const source = /** @type {HTMLTemplateElement | null} */ (this.querySelector(`template[data-state="${state}"]`));
    const face = source && document.importNode(source.content, true).firstElementChild;
    if (!face) return true;
    this.dataset.state = state;
    this.dataset.cause = cause ?? "";
    const count = String(state === "failed" ? attention : waiting);
    for (const part of face.querySelectorAll("[data-fill=count]")) part.textContent = count;
    for (const part of face.querySelectorAll("[data-fill=time]")) part.textContent = sent_at ? timeText(sent_at) : "";
    const shown = this.querySelector(":scope > :not(template)");
    if (shown?.textContent === face.textContent && shown.getAttribute("data-state") === state) return true;
    const hadFocus = shown?.contains(document.activeElement);
    if (shown) shown.replaceWith(face);
    else this.prepend(face);
    if (hadFocus && face instanceof HTMLElement) face.focus();
    return true;
  }

  /** Nothing answers, and the certificate of the address is over by this tablet's own clock, which is what the browser goes by. @param {string} [cause] */
  #hasEnded(cause = "") {
    return ["network", "timeout"].includes(cause) && Date.now() > Number(this.getAttribute("ends") || Infinity);
  }
}

customElements.define("sync-chip", SyncChip);
