/** What an answer of the sync door means. Whatever is not recognised is no answer: nothing is dropped for it (fixtures outcomes.json). */

import { PROTOCOL } from "./entry.js";

/**
 * @typedef {import("./types.d.ts").Concluded} Concluded
 * @typedef {import("./types.d.ts").Outcome} Outcome
 * @typedef {import("./types.d.ts").Reply} Reply
 * @typedef {import("./types.d.ts").Sent} Sent
 */

const FINAL = ["applied", "refused", "held", "quarantined", "lost"];
const PHOTO_FINAL = ["stored", "duplicate", "refused"];
const REQUEST_FAULTS = [400, 403, 415];

/** @param {Sent} sent @param {Reply} reply @returns {Concluded} */
export function conclude(sent, reply) {
  const answer = heard(reply);
  if (answer.counts === false) return answer;
  if (answer.protocol !== PROTOCOL || !Number.isInteger(answer.acked_seq) || !Number.isInteger(answer.server_time)) return no("protocol");
  if (!Array.isArray(answer.results) || !Array.isArray(answer.updates)) return no("protocol");
  if (answer.nonce !== sent.nonce) return no("nonce");
  const ids = new Map(sent.entries.map(({ id, seq, lost }) => [seq, lost ? undefined : id]));
  /** @param {{id?: string, seq: number}} result */
  const isOurs = ({ id, seq }) => ids.has(seq) && (ids.get(seq) ?? undefined) === (id ?? undefined);
  if (!answer.results.every(isOurs)) return no("ids");
  return counted(answer);
}

/** Why this is no receipt of a photo; nothing where it is one. @param {Reply} reply @param {string} nonce @param {string} digest @returns {{cause: string, pause?: boolean, wait_ms?: number} | undefined} */
export function unreceived(reply, nonce, digest) {
  const answer = heard(reply);
  if (answer.counts === false) return answer;
  const isOurs = answer.protocol === PROTOCOL && answer.nonce === nonce && answer.digest === digest;
  return isOurs && PHOTO_FINAL.includes(answer.outcome) ? undefined : { cause: "protocol" };
}

/** The JSON of an answer, or why there is none. @param {Reply} reply @returns {any} */
function heard(reply) {
  if (reply.redirected) return no("redirected");
  if (reply.status !== 200) return withoutAnswer(reply);
  if (!/^application\/json\b/.test(reply.type)) return no("type");
  return parsed(reply.body) ?? no("json");
}

/** @param {any} answer @returns {Concluded} */
function counted(answer) {
  /** @type {Map<number, Outcome>} */
  const entries = new Map();
  let send_from = Infinity;
  let new_epoch = 0;
  for (const result of answer.results) {
    if (result.outcome === "gap") send_from = Math.min(send_from, result.send_from);
    if (result.outcome === "fork") new_epoch = Math.max(new_epoch, result.new_epoch);
    const outcome = result.as ?? result;
    if (FINAL.includes(outcome.outcome)) entries.set(result.seq, kept(outcome));
  }
  return {
    counts: true, acked: answer.acked_seq, server_time: answer.server_time, entries,
    updates: answer.updates.map((/** @type {any} */ update) => ({ no: update.no, id: update.id, said: kept(update) })),
    ...(send_from < Infinity && { send_from }), ...(new_epoch && { new_epoch }),
  };
}

/** @param {Reply} reply @returns {Concluded} */
function withoutAnswer({ status, body, retry_after }) {
  if (status === 401) return no(parsed(body)?.reason === "revoked" ? "revoked" : "unknown", { pause: true });
  if (status === 413) return no("size", { halve: true });
  const seconds = /^[0-9]+$/.test(retry_after ?? "") ? Number(retry_after) : 0;
  if (status === 503 || status === 429) return no("busy", { halve: true, ...(seconds && { wait_ms: seconds * 1000 }) });
  if (REQUEST_FAULTS.includes(status)) return no("request");
  return no("status", status >= 500 ? { halve: true } : {});
}

/** @param {Outcome} result @returns {Outcome} */
function kept({ outcome, flags, errors, reason, fault }) {
  return { outcome, ...(flags && { flags }), ...(errors && { errors }), ...(reason && { reason }), ...(fault && { fault }) };
}

/** @param {string} cause @param {object} [more] @returns {Concluded} */
const no = (cause, more = {}) => ({ counts: false, cause, ...more });

/** @param {string} text @returns {any} an object, or undefined */
function parsed(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
