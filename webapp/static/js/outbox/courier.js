/** Takes what the outbox holds to the server: one sender at a time, which may die at any moment. Sending twice is harmless. */

import { conclude, unreceived } from "./answer.js";
import { sampled } from "./clock.js";
import { PROTOCOL, onTheWire, placeOf, uuid7 } from "./entry.js";
import { StoreBroken } from "./store.js";

/**
 * @typedef {import("./types.d.ts").Concluded} Concluded
 * @typedef {import("./types.d.ts").Head} Head
 * @typedef {import("./types.d.ts").Kept} Kept
 * @typedef {import("./types.d.ts").State} State
 * @typedef {{head: Head | undefined, nonce: string, sent: Kept[], bytes: Uint8Array<ArrayBuffer>}} Turn
 * @typedef {{outbox: import("./outbox.js").Outbox, store: import("./store.js").Store, send?: typeof fetch, locks?: LockManager,
 *   build?: string, about?: () => Promise<object | undefined>,
 *   now?: () => number, random?: () => number, abortAfter?: number, changed?: (state: State) => void}} Parts
 */

const LOCK = "threshold-courier";
const MOST_ENTRIES = 200;
const MOST_BYTES = 1_048_576;
const ABORT_AFTER = 30_000;
const STEAL_AFTER = 60_000;
const LONGEST_PAUSE = 15_000;
const LONGEST_RETRY_AFTER = 600_000;
const IDLE_ROUNDS = 3;
const PHOTOS_AGAIN = 60_000;

export class Courier {
  #outbox;
  #store;
  #send;
  #locks;
  #build;
  #about;
  #now;
  #random;
  #abortAfter;
  #changed;
  #size = MOST_ENTRIES;
  #failures = 0;
  #notBefore = 0;
  #retryAfter = 0;
  #photosAfter = 0;
  #again = false;
  #urged = false;
  /** @type {Promise<void> | undefined} */
  #running;

  /** @param {Parts} parts */
  constructor({ outbox, store, send, locks, build = "", about = async () => undefined, now = Date.now, random = Math.random, abortAfter = ABORT_AFTER, changed = () => {} }) {
    this.#outbox = outbox;
    this.#store = store;
    this.#send = send ?? ((/** @type {RequestInfo | URL} */ url, /** @type {RequestInit} */ init) => fetch(url, init));
    this.#locks = locks ?? globalThis.navigator?.locks;
    this.#build = build;
    this.#about = about;
    this.#now = now;
    this.#random = random;
    this.#abortAfter = abortAfter;
    this.#changed = changed;
  }

  /**
   * Sends until nothing waits or no answer comes. `asked`: a person or a returning network asks, so no waiting for a better moment
   * (except where the server named one). `beat`: says hello even with nothing to send, to hear news and a fallen acked_seq.
   * @param {{asked?: boolean, beat?: boolean}} [why]
   * @returns {Promise<void>}
   */
  drain({ asked = false, beat = false } = {}) {
    if (this.#isAhead(asked ? this.#retryAfter : this.#notBefore)) return this.#running ?? Promise.resolve();
    this.#again = true;
    this.#urged ||= asked;
    this.#running ??= this.#untilDone(beat).finally(() => {
      this.#running = undefined;
      return this.tell();
    });
    return this.#running;
  }

  /** @returns {Promise<State>} what the chip says */
  async state() {
    const { waiting: entries, photos, attention, courier } = await this.#outbox.counts();
    const waiting = entries + photos;
    const state = courier.cause === "revoked" ? "revoked" : courier.cause === "unknown" ? "expired" : attention ? "failed" : courier.cause ? "offline" : waiting ? "busy" : "ok";
    return { state, waiting, photos, attention, sent_at: courier.sent_at, cause: courier.cause };
  }

  /** @returns {Promise<void>} */
  async tell() {
    this.#changed(await this.state());
  }

  // private

  /** @param {boolean} beat */
  async #untilDone(beat) {
    let hello = beat;
    do {
      this.#again = this.#urged = false;
      await this.#alone(async () => {
        await this.#deliver(hello);
        await this.#bring();
      });
      hello = false;
    } while (this.#again && !this.#isAhead(this.#urged ? this.#retryAfter : this.#notBefore));
  }

  /** @param {() => Promise<void>} work */
  async #alone(work) {
    if (!this.#locks) return work();
    const had = await this.#locks.request(LOCK, { ifAvailable: true }, async (lock) => lock && (await work(), true)).catch(stolen);
    if (had) return;
    const { beat = this.#now() } = (await this.#store.get("courier")) ?? {};
    // A clock that was set back is no reason to wait until it is there again.
    if (Math.abs(this.#now() - beat) > STEAL_AFTER) await this.#locks.request(LOCK, { steal: true }, work).catch(stolen);
  }

  /** @param {boolean} beat */
  async #deliver(beat) {
    let idle = 0;
    let turn = await this.#turn(this.#size);
    if (!turn.head || !(turn.sent.length || beat)) return;
    await this.#note({});
    await this.tell();
    while (idle < IDLE_ROUNDS) {
      const { sent } = turn;
      // An answer doubles the batch, so this is what comes after it; read while the server is at work.
      const following = sent.length ? this.#turn(Math.min(MOST_ENTRIES, this.#size * 2), sent[sent.length - 1]) : undefined;
      const { concluded, answered } = await this.#exchange(turn);
      const prepared = await following;
      if (!concluded.counts) return this.#failed(turn, concluded);
      this.#failures = 0;
      this.#size = Math.min(MOST_ENTRIES, this.#size * 2);
      idle = concluded.entries.size ? 0 : idle + 1;
      const goesOn = !concluded.new_epoch && answered === sent[sent.length - 1]?.seq;
      turn = goesOn && prepared?.sent.length ? prepared : await this.#turn(this.#size);
      if (!turn.sent.length) return;
    }
    await this.#pause("stuck");
  }

  /** Photos, one at a time, while no entry waits. One that the server does not take keeps nothing else from being sent. */
  async #bring() {
    if (this.#isAhead(this.#photosAfter)) return;
    for (const digest of await this.#outbox.photos()) {
      if (this.#again || this.#isAhead(this.#notBefore)) return;
      const bytes = await this.#store.get(placeOf(digest));
      if (!bytes) continue; // another page has sent it
      const nonce = uuid7(this.#now());
      const reply = await this.#ask(`photos/${digest}?nonce=${nonce}`, bytes, "image/jpeg");
      const why = typeof reply === "string" ? { cause: reply } : unreceived(reply, nonce, digest);
      if (!why) {
        await this.#outbox.release(digest);
        this.#failures = 0;
        await this.#note({ cause: undefined });
      } else if (why.pause || ["network", "busy"].includes(why.cause)) return this.#pause(why.cause, why.wait_ms);
      else this.#photosAfter = this.#now() + PHOTOS_AGAIN;
      await this.tell();
    }
  }

  /**
   * What to send next, ready to go.
   * @param {number} most
   * @param {Kept} [after] what is under way
   * @returns {Promise<Turn>}
   */
  async #turn(most, after) {
    const { head, courier, entries } = await this.#outbox.next(most, after);
    let sent = entries;
    const nonce = uuid7(this.#now());
    const about = sent.length ? undefined : await this.#about().catch(() => undefined);
    /** @returns {Uint8Array<ArrayBuffer>} */
    const request = () => new TextEncoder().encode(JSON.stringify({ ...this.#request(head, sent, nonce, courier.updates_seen ?? 0), about }));
    let bytes = request();
    while (bytes.length > MOST_BYTES && sent.length > 1) {
      sent = sent.slice(0, sent.length >> 1);
      bytes = request();
    }
    return { head, nonce, sent, bytes };
  }

  /**
   * One request and what it came to; a counted answer is stored already.
   * @param {Turn} turn
   * @returns {Promise<{concluded: Concluded, answered?: number}>}
   */
  async #exchange({ head, nonce, sent, bytes }) {
    const asked_at = this.#now();
    const reply = await this.#ask("operations", bytes);
    const heard_at = this.#now();
    if (typeof reply === "string") return { concluded: { counts: false, cause: reply, halve: reply === "timeout" } };
    const asked = { nonce, epoch: sent[0]?.epoch ?? head?.epoch ?? 0, entries: sent };
    const concluded = conclude(asked, reply);
    if (!concluded.counts) return { concluded };
    try {
      const { upto } = await this.#outbox.settle(asked, concluded, (old) => sampled(old, asked_at, heard_at, concluded.server_time));
      return { concluded, answered: upto };
    } catch (error) {
      if (!(error instanceof StoreBroken)) throw error;
      return { concluded: { counts: false, cause: "store" } }; // a full disk: the server has them, and will say so again
    }
  }

  /** @param {string} path @param {BufferSource} body @param {string} [type] @returns {Promise<import("./types.d.ts").Reply | string>} what came back, or why nothing did */
  async #ask(path, body, type = "application/json") {
    const abort = new AbortController();
    const late = setTimeout(() => abort.abort(), this.#abortAfter);
    try {
      const response = await this.#send(`/sync/${path}`, {
        method: "POST", body, signal: abort.signal, cache: "no-store", credentials: "same-origin",
        headers: { "Content-Type": type, "X-Threshold-Sync": "1" },
      });
      return {
        status: response.status, type: response.headers.get("Content-Type") ?? "", redirected: response.redirected,
        retry_after: response.headers.get("Retry-After"), body: await response.text(),
      };
    } catch {
      return abort.signal.aborted ? "timeout" : "network";
    } finally {
      clearTimeout(late);
    }
  }

  /** @param {Head | undefined} head @param {Kept[]} sent @param {string} nonce @param {number} updates_seen */
  #request(head, sent, nonce, updates_seen) {
    const epoch = sent[0]?.epoch ?? head?.epoch;
    const entries = sent.map(onTheWire);
    if (sent.length === 1 && !sent[0].lost) Object.assign(entries[0], { attempts: (sent[0].attempts ?? 0) + 1 });
    const high_seq = epoch === head?.epoch ? head?.seq : sent[sent.length - 1].seq;
    return { protocol: PROTOCOL, nonce, tablet: head?.tablet, epoch, sent_at: this.#now(), high_seq, build: this.#build, updates_seen, entries };
  }

  /** @param {Turn} turn @param {Concluded & {counts: false}} concluded */
  async #failed({ sent }, { cause, halve, pause, wait_ms }) {
    if (halve) this.#size = Math.max(1, sent.length >> 1);
    // Only an entry without which the door does answer is to blame; a dead network never is.
    if (sent.length === 1 && !pause && (await this.#exchange(await this.#turn(0))).concluded.counts) await this.#outbox.blame(sent[0]);
    await this.#pause(cause, wait_ms);
  }

  /** @param {string} cause @param {number} [wait] */
  async #pause(cause, wait = 0) {
    this.#failures += 1;
    const backoff = Math.min(LONGEST_PAUSE, 1000 * 2 ** this.#failures) * (0.5 + this.#random() / 2);
    if (wait) this.#retryAfter = this.#now() + Math.min(wait, LONGEST_RETRY_AFTER);
    this.#notBefore = Math.max(this.#retryAfter, this.#now() + backoff);
    await this.#note({ cause });
  }

  /** Sending goes on where there is no room left for a word about it. @param {Partial<import("./types.d.ts").Courier>} news */
  #note(news) {
    return this.#outbox.note(news).catch(() => {});
  }

  /** Still to come. What lies further ahead than we ever wait was said by a clock that has been set back since. @param {number} at */
  #isAhead(at) {
    const left = at - this.#now();
    return left > 0 && left <= LONGEST_RETRY_AFTER;
  }
}

/** The lock was taken over because our heartbeat was old; whoever has it goes on. @param {unknown} error */
function stolen(error) {
  if (/** @type {Error} */ (error).name !== "AbortError") throw error;
  return true;
}
