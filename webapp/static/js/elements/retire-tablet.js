/** A tablet that was asked to leave: when everything is sent it tells the server, and lets go of its store only on a clear yes. */

import { uuid7 } from "../outbox/entry.js";
import { headsOf } from "../outbox/parcel.js";
import { ask, courier, forgetCaches, outbox } from "../tablet.js";

const LOOK_AGAIN = 5_000;

class RetireTablet extends HTMLElement {
  connectedCallback() {
    const turn = async () => {
      await this.#leave().catch(() => {}); // no network, no store, or the answer was lost
      if (this.isConnected) setTimeout(turn, LOOK_AGAIN);
    };
    void turn();
  }

  // private

  async #leave() {
    const { head } = await outbox.next(0);
    if (!head || (await courier.state()).waiting) return;
    const nonce = uuid7(Date.now());
    const answer = await ask("retire", { nonce, tablet: head.tablet, heads: headsOf(head) });
    if (answer.nonce !== nonce || !answer.retired || !(await outbox.forget(head))) return;
    document.cookie = "hw=; path=/; max-age=0";
    await (await navigator.serviceWorker.getRegistration())?.unregister(); // before its caches, or it would fill them again
    await forgetCaches();
    location.assign("/");
  }
}

customElements.define("retire-tablet", RetireTablet);
