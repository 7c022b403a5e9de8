/**
 * How far the answers have come in each epoch: everything up to a number, and now and then some beyond it. What is not answered waits,
 * so that an answer without surprises touches no entry. Pure.
 */

/**
 * @typedef {import("./types.d.ts").Courier} Courier
 * @typedef {import("./types.d.ts").Head} Head
 * @typedef {import("./types.d.ts").Kept} Kept
 * @typedef {import("./types.d.ts").Progress} Progress
 */

/** @param {Courier | undefined} courier @param {number} epoch @returns {Progress} */
export const progressOf = (courier, epoch) => courier?.answered?.[epoch] ?? { upto: 0, ahead: [] };

/** @param {Progress} progress @param {Iterable<number>} seqs that were answered now @returns {Progress} */
export function advanced({ upto, ahead }, seqs) {
  const beyond = new Set([...ahead, ...seqs].filter((seq) => seq > upto));
  let reached = upto;
  while (beyond.delete(reached + 1)) reached += 1;
  return { upto: reached, ahead: [...beyond] };
}

/** The entry as it stands: waiting, or answered (as all of a tablet that this was before); applied without a word is not written on it. @param {Kept} entry @param {Courier | undefined} courier @returns {Kept} */
export function standing(entry, courier) {
  const { upto, ahead } = progressOf(courier, entry.epoch);
  return entry.epoch < 0 || entry.seq <= upto || ahead.includes(entry.seq) ? { ...entry, outcome: entry.outcome ?? "applied" } : { ...entry, waiting: 1 };
}

/** What of each epoch is not answered, oldest epoch first. @param {Head | undefined} head @param {Courier | undefined} courier */
export function unanswered(head, courier) {
  const epochs = Object.entries({ ...head?.earlier, ...(head && { [head.epoch]: head.seq }) });
  return epochs.map(([name, last]) => {
    const epoch = Number(name);
    const { upto, ahead } = progressOf(courier, epoch);
    return { epoch, after: upto, last, waiting: last - upto - ahead.length };
  }).filter(({ waiting }) => waiting > 0);
}

/** The highest number given in an epoch. @param {Head | undefined} head @param {number} epoch @returns {number} */
export const lastOf = (head, epoch) => (head?.epoch === epoch ? head.seq : (head?.earlier?.[epoch] ?? 0));
