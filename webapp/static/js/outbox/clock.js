/** Server time as the tablet knows it, and times as people read them (docs/protocol.md, section 4). */

/** @typedef {import("./types.d.ts").Clock} Clock */

const GOOD_FOR = 24 * 3_600_000;
const SET_BY_HAND = 5_000;

/**
 * The sample with the shortest way there and back in 24 hours; a clock that someone has set makes the old one worthless.
 * @param {Clock | undefined} old
 * @param {number} asked_at wall clock before the request
 * @param {number} heard_at wall clock after it
 * @param {number} server_time
 * @returns {Clock}
 */
export function sampled(old, asked_at, heard_at, server_time) {
  const fresh = { offset: Math.round(server_time - (asked_at + heard_at) / 2), rtt: heard_at - asked_at, at: heard_at, beacon: server_time };
  if (!old || fresh.rtt < 0 || fresh.rtt <= old.rtt || Math.abs(heard_at - old.at) > GOOD_FOR) return fresh;
  if (Math.abs(fresh.offset - old.offset) > SET_BY_HAND + (fresh.rtt + old.rtt) / 2) return fresh;
  return { ...old, beacon: server_time };
}

/** @type {Map<string | undefined, Intl.DateTimeFormat>} by zone; making one takes longer than a whole page of rows */
const formats = new Map();

/** 14:05 in the project's zone. @param {number} at @param {string} [zone] @returns {string} */
export function clockText(at, zone) {
  const format = formats.get(zone)
    ?? new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone || undefined });
  formats.set(zone, format);
  return format.format(at);
}

/** The instant of "2025-11-23T14:05" in that zone; NaN if it is none. @param {string} local @param {string} [zone] @returns {number} */
export function instantOf(local, zone) {
  const guess = Date.parse(`${local}Z`);
  if (Number.isNaN(guess)) return NaN;
  /** @param {number} at */
  const shift = (at) => Date.parse(`${localOf(at, zone)}Z`) - Math.floor(at / 1000) * 1000;
  // Twice: the first may have looked on the wrong side of a change of the clocks.
  return guess - shift(guess - shift(guess));
}

/** "2025-11-23T14:05:09", as the wall clock of that zone has it at an instant. @param {number} at @param {string} [zone] @returns {string} */
export function localOf(at, zone) {
  const format = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone: zone || undefined });
  return format.format(at).replace(" ", "T");
}
