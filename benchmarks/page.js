/** What the bench does inside the browser: our outbox and courier as they are, beside the least that does the same. */

import { Courier } from "./js/outbox/courier.js";
import { Outbox } from "./js/outbox/outbox.js";
import { Store } from "./js/outbox/store.js";

const store = new Store();
const channel = new BroadcastChannel("outbox");
const outbox = new Outbox(store, (message) => channel.postMessage(message));

/** One strict transaction, one put: what the disk allows. */
function rawPut(db, record) {
  return new Promise((resolve, reject) => {
    const tx = db.transaction("entries", "readwrite", { durability: "strict" });
    tx.oncomplete = resolve;
    tx.onabort = () => reject(tx.error);
    tx.objectStore("entries").put(record);
  });
}

function rawStore() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("raw", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("entries", { keyPath: ["epoch", "seq"] });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/** Milliseconds until `work` is done. */
async function timed(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

globalThis.bench = {
  enrol: (enrolment) => outbox.enrol(enrolment),

  /** Mean milliseconds of a tap of ours and of a raw put of the very record that it kept, turn by turn. */
  async tap(drafts) {
    const db = await rawStore();
    const taken = [0, 0];
    for (const draft of drafts) {
      let kept;
      taken[0] += await timed(async () => { kept = await outbox.keep(draft); });
      taken[1] += await timed(() => rawPut(db, kept));
    }
    db.close();
    return taken.map((milliseconds) => milliseconds / drafts.length);
  },

  async fill(drafts) {
    for (const draft of drafts) await outbox.keep(draft);
  },

  /** Milliseconds until nothing waits, and how many were applied. */
  async drain(count) {
    const courier = new Courier({ outbox, store });
    const started = performance.now();
    await courier.drain({ asked: true });
    const taken = performance.now() - started;
    const { waiting, cause } = await courier.state();
    const kept = (await outbox.all()).slice(-count);
    return { taken, waiting, cause: cause ?? "", applied: kept.filter((entry) => entry.outcome === "applied").length };
  },

  /** Milliseconds of one fetch of them all, to the last byte read and understood. */
  async fetchAll({ path, headers, body }) {
    const started = performance.now();
    const response = await fetch(path, { method: "POST", headers, body, cache: "no-store", credentials: "omit" });
    const answer = await response.json();
    const taken = performance.now() - started;
    return { taken, applied: (answer.results ?? []).filter(({ outcome }) => outcome === "applied").length };
  },
};
