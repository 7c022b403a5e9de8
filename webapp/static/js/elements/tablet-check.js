/** Whether this browser is fit to be a tablet. Each point is tried for real; nothing of it leaves this page. */

import { store } from "../tablet.js";

const CLOCK_WITHIN = 120_000;
const ROOM = 500_000_000;
const ANSWERS_WITHIN = 15_000;

class TabletCheck extends HTMLElement {
  connectedCallback() {
    const off = Date.now() - Number(this.getAttribute("at"));
    const { serviceWorker, storage, locks, mediaDevices } = navigator;
    /** @type {Record<string, () => unknown>} */
    const points = {
      secure: () => isSecureContext,
      browser: () => locks && CSS.supports("color", "oklch(0 0 0)"),
      store: () => this.#keeps(),
      worker: () => serviceWorker.ready,
      installed: () => !matchMedia("(display-mode: browser)").matches,
      persist: () => storage.persist(),
      space: () => storage.estimate().then(({ quota = 0, usage = 0 }) => quota - usage > ROOM),
      clock: () => Math.abs(off) < CLOCK_WITHIN,
    };
    // Without https the rest is not there at all, and its remedies would mislead.
    for (const [point, attempt] of Object.entries(points)) if (isSecureContext || point === "secure") void this.#try(point, attempt);
    this.querySelector("[data-camera]")?.addEventListener("click", () => void this.#try("camera", async () => {
      const seen = await mediaDevices.getUserMedia({ video: true });
      return seen.getTracks().map((track) => track.stop());
    }));
  }

  // private

  /** @param {string} point @param {() => unknown} attempt */
  async #try(point, attempt) {
    const late = new Promise((resolve) => { setTimeout(resolve, ANSWERS_WITHIN); });
    const holds = await Promise.race([late, (async () => attempt())()]).catch(() => false);
    const row = /** @type {HTMLElement} */ (this.querySelector(`[data-check=${point}]`));
    row.dataset.state = holds ? "yes" : "no";
  }

  async #keeps() {
    const mark = Date.now();
    await store.set("check", mark);
    return (await store.get("check")) === mark;
  }
}

customElements.define("tablet-check", TabletCheck);
