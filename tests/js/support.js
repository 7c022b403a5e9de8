/** What the tests share: a fresh store, the fixtures of the protocol, seeded chance, locks, and a door that can lose answers. */

import { readFileSync } from "node:fs";

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";

import { Outbox } from "../../webapp/static/js/outbox/outbox.js";
import { Store } from "../../webapp/static/js/outbox/store.js";

export const TABLET = "01980000-0000-7000-8000-000000000001";
export const GREETER = "01980000-0000-7000-8000-0000000000a1";
export const T = 1_763_869_200_000;

export const fixture = (name) => JSON.parse(readFileSync(new URL(`../../docs/protocol/${name}.json`, import.meta.url), "utf8"));

/** Time that only moves when it is told to. */
export function givenClock(at = T) {
  const clock = () => clock.at;
  clock.at = at;
  return clock;
}

/** mulberry32: chance that can be repeated. */
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** An enrolled tablet with an empty store of its own. */
export async function tablet({ now = givenClock(), factory = new IDBFactory(), enrolled = true, say } = {}) {
  const store = new Store(factory);
  const outbox = new Outbox(store, say, now);
  if (enrolled) await outbox.enrol({ tablet: TABLET, epoch: 1, enrolled_at: T - 36_000_000 });
  return { store, outbox, now, factory };
}

export const arrival = (guests = "4", more = {}) => ({
  operation: "tours.arrive", version: 1, body: { guests }, author: GREETER, proof: "post", ...more,
});

/** navigator.locks as far as the courier uses it. */
export function lockManager() {
  let held;
  return {
    async request(_name, options, work) {
      if (options.steal && held) held.stolen(Object.assign(new Error("stolen"), { name: "AbortError" }));
      else if (held && options.ifAvailable) return work(null);
      const mine = {};
      const taken = new Promise((_resolve, reject) => { mine.stolen = reject; });
      held = mine;
      try {
        return await Promise.race([work({}), taken]);
      } finally {
        if (held === mine) held = undefined;
      }
    },
  };
}

/** The sync door as a model: gapless, exactly once, duplicates answered as such. `fault(request)` may stand in for an answer. */
export class Door {
  received = new Map();
  acked = new Map();
  requests = [];
  refuses = () => undefined;
  fault = () => undefined;

  constructor(now) {
    this.now = now;
  }

  send = async (_url, { body, signal, headers }) => {
    const request = JSON.parse(new TextDecoder().decode(body));
    this.requests.push({ ...request, headers });
    const before = await this.fault(request, "before", signal);
    if (before) return before;
    const answer = this.answer(request);
    const after = await this.fault(request, "after", signal);
    return after || reply(answer);
  };

  answer({ nonce, epoch, entries }) {
    const results = entries.map((entry) => this.take(epoch, entry));
    return { protocol: 1, nonce, server_time: this.now(), acked_seq: this.acked.get(epoch) ?? 0, results, updates: this.updates ?? [] };
  }

  take(epoch, { id, seq, lost }) {
    const acked = this.acked.get(epoch) ?? 0;
    const result = { ...(id && { id }), seq };
    const known = id && this.received.get(id);
    if (known) return { ...result, outcome: "duplicate", as: known.result };
    if (seq > acked + 1) return { ...result, outcome: "gap", send_from: acked + 1 };
    if (seq <= acked) return { ...result, outcome: "lost" };
    this.acked.set(epoch, seq);
    if (lost) return { ...result, outcome: "lost" };
    const outcome = this.refuses(id, seq) ?? { outcome: "applied" };
    this.received.set(id, { seq, epoch, result: outcome });
    return { ...result, ...outcome };
  }
}

export function reply(body, { status = 200, type = "application/json", redirected = false, headers = {} } = {}) {
  const all = new Headers({ "Content-Type": type, ...headers });
  return { status, redirected, headers: all, text: async () => (typeof body === "string" ? body : JSON.stringify(body)) };
}

export const unreachable = () => Promise.reject(new TypeError("Failed to fetch"));
