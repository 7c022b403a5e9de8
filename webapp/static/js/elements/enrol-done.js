/** After enrolment: this browser becomes the tablet's, unless it still holds what another tablet recorded. */

import { sampled } from "../outbox/clock.js";
import { OtherTablet } from "../outbox/outbox.js";
import { courier, forgetCaches, outbox, rememberHowFar, store } from "../tablet.js";

const ROUGHLY = 60_000;

class EnrolDone extends HTMLElement {
  connectedCallback() {
    void this.#enrol();
  }

  // private

  async #enrol() {
    const read = (/** @type {string} */ name) => this.getAttribute(name) ?? "";
    const [epoch, server_time, now] = [Number(read("epoch")), Number(read("at")), Date.now()];
    // The page has been on its way for an unknown time, so any later sample is better than this one.
    const clock = server_time ? { ...sampled(undefined, now, now, server_time), rtt: ROUGHLY } : undefined;
    try {
      await outbox.enrol({ tablet: read("tablet"), epoch, enrolled_at: server_time || now, clock, emptied: this.getAttribute("emptied"), keeps: this.hasAttribute("keeps") });
      await forgetCaches("threshold-pages-"); // of the tablet that this browser was before
      const head = await store.get("head");
      rememberHowFar(head.epoch, head.seq, server_time || now);
      await courier.drain({ asked: true, beat: true });
      this.#show("data-done");
    } catch (error) {
      this.#show(error instanceof OtherTablet ? "data-other-tablet" : "data-broken");
    }
  }

  /** @param {string} attribute */
  #show(attribute) {
    for (const each of ["data-done", "data-other-tablet", "data-broken"]) this.querySelector(`[${each}]`)?.toggleAttribute("hidden", each !== attribute);
  }
}

customElements.define("enrol-done", EnrolDone);
