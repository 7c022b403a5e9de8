/** This tablet as the elements of a page see it: one store, one outbox, one courier, and the other pages of the same tablet. */

import { clockText, sampled } from "./outbox/clock.js";
import { Courier } from "./outbox/courier.js";
import { Outbox } from "./outbox/outbox.js";
import { introduction } from "./outbox/parcel.js";
import { Store } from "./outbox/store.js";

/**
 * @typedef {import("./outbox/types.d.ts").Kept} Kept
 * @typedef {import("./outbox/types.d.ts").State} State
 * @typedef {{type: string, id?: string, urls?: string[], build?: string}} Message
 */

const A_YEAR = 31_536_000;
const channel = new BroadcastChannel("threshold");
/** @type {Map<string, ((message: Message) => void)[]>} */
const listeners = new Map();

export const store = new Store();
export const outbox = new Outbox(store, say);
export const courier = new Courier({ outbox, store, about, build: document.documentElement.dataset.build, changed: () => say({ type: "state" }) });

channel.onmessage = ({ data }) => hear(data);

/** Tells every page of this tablet, this one too. @param {Message} message */
export function say(message) {
  channel.postMessage(message);
  hear(message);
}

/** For as long as the page lives. @param {string[]} types @param {(message: Message) => void} listener */
export function on(types, listener) {
  for (const type of types) listeners.set(type, [...(listeners.get(type) ?? []), listener]);
}

/** @param {string} name of a <meta name="threshold-…"> @returns {string} */
export const said = (name) => document.querySelector(`meta[name="threshold-${name}"]`)?.getAttribute("content") ?? "";

/** Outside the store, for all pages of the tablet; where the browser's storage is closed, for this page. @type {Record<string, any>} */
export const shared = (() => {
  try {
    return localStorage;
  } catch {
    return {};
  }
})();

/** 2026-05-28 where the project is. @param {number} at */
export const dayOf = (at) => new Date(at).toLocaleDateString("sv", { timeZone: said("zone") || undefined });

/** 14:05 where the project is. @param {number} at */
export const timeText = (at) => clockText(at, said("zone"));

/** Everything after an entry is on disk: the mark of what there is, sending, and asking the browser to hold on to it. @param {Kept} kept */
export function afterKeeping({ epoch, seq, happened_at }) {
  rememberHowFar(epoch, seq, happened_at);
  navigator.storage?.persist?.();
  courier.drain({ asked: true }).catch(() => {});
}

/** Outside the store, so that a store that was wiped is noticed. @param {number} epoch @param {number} seq @param {number} at */
export function rememberHowFar(epoch, seq, at) {
  document.cookie = `hw=${epoch}.${seq}.${at}; path=/; max-age=${A_YEAR}; samesite=lax`;
}

// The server gives the mark again so that it does not grow too old; what was kept meanwhile has to stand in it all the same.
on(["settled"], async () => {
  const { epoch, seq } = await store.get("head").catch(() => undefined) ?? {};
  if (epoch && !document.cookie.includes(`hw=${epoch}.${seq}.`)) rememberHowFar(epoch, seq, Date.now());
});

/** What the server answers to this tablet; nothing where it does not take it. @param {string} path @param {object} told @returns {Promise<any>} */
export async function ask(path, told) {
  const response = await fetch(`/sync/${path}`, {
    method: "POST", headers: { "Content-Type": "application/json", "X-Threshold-Sync": "1" }, body: JSON.stringify(told),
  });
  return response.ok ? response.json() : {};
}

/** A tablet whose store is empty lost it: it begins another, and the server knows what is missing (docs/protocol.md, section 3). */
export async function beginAnew() {
  const notice = document.querySelector("[data-store-gone]");
  if (await store.get("head")) return;
  notice?.removeAttribute("hidden");
  const told = { protocol: 1, ...await introduction(store) };
  const asked = Date.now();
  const { tablet, epoch, server_time } = await ask("store", told);
  if (!epoch || tablet !== said("tablet")) return;
  await outbox.enrol({ tablet, epoch, enrolled_at: server_time, clock: sampled(undefined, asked, Date.now(), server_time) });
  rememberHowFar(epoch, 0, server_time);
  notice?.setAttribute("hidden", "");
}

/** @param {string} [prefix] */
export async function forgetCaches(prefix = "") {
  for (const name of await globalThis.caches?.keys() ?? []) if (name.startsWith(prefix)) await caches.delete(name);
}

/** True while somebody types or decides, so that the page must not change under their hands. @returns {boolean} */
export function isInUse() {
  if (document.querySelector("dialog[open]")) return true;
  return [...document.querySelectorAll("main input, main textarea, main select")].some((field) => {
    if (field instanceof HTMLSelectElement) return [...field.options].some((one) => one.selected !== one.defaultSelected && field.options[0] !== one);
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return false;
    const ticked = field instanceof HTMLInputElement && field.checked !== field.defaultChecked;
    return ticked || field.value !== field.defaultValue;
  });
}

/** What the desk is shown of this tablet (docs/protocol.md, section 3). */
async function about() {
  const [[first], clock, space, persisted] = await Promise.all([
    outbox.pending(1), store.get("clock"), navigator.storage?.estimate?.(), navigator.storage?.persisted?.(),
  ]);
  return { oldest: first?.happened_at, offset: clock?.offset, usage: space?.usage, quota: space?.quota, persisted, unsaved: Number(shared.unsaved ?? 0) };
}

/** @param {Message} message */
function hear(message) {
  for (const listener of listeners.get(message.type) ?? []) listener(message);
}
