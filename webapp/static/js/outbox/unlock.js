/** One try of a code: counted here first, then asked of the server and of the verifier at once (docs/protocol.md, section 7). */

import { sampled } from "./clock.js";
import { PROTOCOL, uuid7 } from "./entry.js";
import { opens } from "./verifier.js";
import { isWeekOver, seenBy, waitAfter, waitLeft } from "./waits.js";

/**
 * @typedef {import("./types.d.ts").Person} Person
 * @typedef {import("./types.d.ts").Said} Said
 * @typedef {import("./store.js").Store} Store
 * @typedef {{now?: () => number, send?: typeof fetch, within?: number}} Parts
 */

/**
 * What a try comes to: the proof by which its person signs; else how long the next has to wait, or that it is locked at the server.
 * `heard`: the server said so.
 * @param {Store} store
 * @param {Person} person
 * @param {string} code
 * @param {Parts} [parts]
 * @returns {Promise<{proof?: string, left?: number, locked?: boolean, heard?: boolean}>}
 */
export async function unlock(store, person, code, { now = Date.now, send = (...asked) => fetch(...asked), within = 1500 } = {}) {
  const { id } = person;
  const asked_at = now();
  // Counted before it is looked at, so that a reload or another tab is no free try.
  const { left, over, next } = await settled(store, ({ tries = {}, seen, clock }) => {
    const { failures = 0, at = asked_at } = tries[id] ?? {};
    const wait = waitLeft({ failures, at }, asked_at);
    tries[id] = wait ? { failures, at: Math.min(at, asked_at) } : { failures: failures + 1, at: asked_at };
    const latest = seenBy(seen, clock, asked_at);
    return [{ left: wait, next: waitAfter(failures + 1), over: !person.verifier || isWeekOver(latest) }, { tries, seen: latest }];
  });
  if (left) return { left };
  const [said, right] = await Promise.all([ask(id, code, send, within, asked_at), !over && opens(person, code).catch(() => false)]);
  const proof = proofOf(said, right, over);
  await settled(store, ({ tries = {}, clock }) => {
    if (proof) delete tries[id];
    return [proof, { tries, ...(said && { clock: sampled(clock, asked_at, now(), said.server_time) }) }];
  });
  return { proof, left: Math.max(said?.wait_ms ?? 0, next), locked: said?.outcome === "locked", heard: Boolean(said) };
}

/** The server's word counts where there is one, over the verifier's. @param {Said | undefined} said @param {boolean} right @param {boolean} over the week is */
export function proofOf(said, right, over) {
  if (said) return said.grant && `grant:${said.grant}`;
  return over ? "unverified" : right ? "pin-offline" : undefined;
}

/** Whether codes cannot be checked without the server any more. @param {Store} store @param {number} now */
export const isOver = (store, now) => settled(store, ({ seen, clock }) => [isWeekOver(seenBy(seen, clock, now)), {}]);

// private

/**
 * One transaction over what is kept about codes: what `decide` answers, and what it wants kept.
 * @template T
 * @param {Store} store
 * @param {(kept: any) => [T, Record<string, unknown>]} decide
 * @returns {Promise<T>}
 */
function settled(store, decide) {
  return store.run(["meta"], "readwrite", (tx, done) => {
    const meta = tx.objectStore("meta");
    const [tries, seen, clock] = ["tries", "seen", "clock"].map((key) => meta.get(key));
    clock.onsuccess = () => {
      const [answer, kept] = decide({ tries: tries.result, seen: seen.result, clock: clock.result });
      for (const key of Object.keys(kept)) meta.put(kept[key], key);
      done(answer);
    };
  }, "strict");
}

/**
 * @param {string} person @param {string} code @param {typeof fetch} send @param {number} within ms @param {number} now
 * @returns {Promise<Said | undefined>} undefined where no answer of ours came in time
 */
async function ask(person, code, send, within, now) {
  const nonce = uuid7(now);
  const abort = new AbortController();
  setTimeout(() => abort.abort(), within);
  try {
    const response = await send("/sync/unlock", {
      method: "POST", body: JSON.stringify({ protocol: PROTOCOL, nonce, person, code }), signal: abort.signal, cache: "no-store",
      headers: { "Content-Type": "application/json", "X-Threshold-Sync": "1" },
    });
    const said = await response.json();
    if (response.status === 200 && !response.redirected && said.protocol === PROTOCOL && said.nonce === nonce && said.server_time > 0) return said;
  } catch { /* no answer in time, or not one of ours */ }
  return undefined;
}
