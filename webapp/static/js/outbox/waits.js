/** When a code may be tried, checked here, or is asked for again: decisions about time. Pure (docs/protocol.md, section 7; waits.json). */

/**
 * @typedef {import("./types.d.ts").Clock} Clock
 * @typedef {import("./types.d.ts").Tries} Tries
 */

const MINUTE = 60_000;
const WEEK = 7 * 24 * 60 * MINUTE;

/** Milliseconds after so many tries of which none was right. @param {number} failures */
export const waitAfter = (failures) => (failures < 3 ? 0 : Math.min(15 * MINUTE, 5000 * 2 ** (failures - 3)));

/** What is left of it; a clock that was set back never makes it longer. @param {Tries} tries @param {number} now wall clock */
export function waitLeft({ failures, at }, now) {
  const wait = waitAfter(failures);
  return Math.max(0, Math.min(wait, at + wait - now));
}

/**
 * The latest time that was seen since the server was last heard, so that a clock set back gives nothing.
 * @param {{beacon?: number, at: number} | null | undefined} seen
 * @param {Pick<Clock, "offset" | "beacon"> | null | undefined} clock
 * @param {number} now wall clock
 */
export function seenBy(seen, clock, now) {
  const at = now + (clock?.offset ?? 0);
  return { beacon: clock?.beacon, at: seen && seen.beacon === clock?.beacon ? Math.max(seen.at, at) : at };
}

/** Whether the server is unheard for too long to check a code without it. @param {{beacon?: number, at: number}} seen */
export const isWeekOver = ({ beacon, at }) => !(at - (beacon ?? NaN) <= WEEK);

/** Whether nobody touched the tablet for so long that it locks itself. @param {number} touched @param {boolean} guests inside @param {number} now */
export const isIdle = (touched, guests, now) => Math.abs(now - touched) > (guests ? 20 : 3) * MINUTE;
