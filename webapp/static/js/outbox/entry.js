/** One entry: its id, its digest, its limits, and how it goes on the wire (docs/protocol.md, section 2). */

/** @typedef {import("./types.d.ts").Kept} Kept */

export const PROTOCOL = 1;
export const BODY_BYTES = 16_384;

/** Longer than an entry may be: said at capture, while the person can still shorten it. */
export class TooLong extends Error {}

/** A time-ordered UUIDv7. @param {number} now @returns {string} */
export function uuid7(now) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setUint32(0, Math.floor(now / 65_536));
  new DataView(bytes.buffer).setUint16(4, now % 65_536);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** SHA-256 of the bytes, of a text those of UTF-8, in hex. @param {string | ArrayBuffer} data @returns {Promise<string>} */
export async function digestOf(data) {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", typeof data === "string" ? new TextEncoder().encode(data) : data)));
}

/** Where the bytes of a photo are kept until they are sent, in `meta` beside the entries. @param {string} digest */
export const placeOf = (digest) => `photo/${digest}`;

/** All such places. */
export const places = () => IDBKeyRange.bound(placeOf(""), placeOf("~"));

/** @param {string} text @returns {boolean} */
export const fits = (text) => new TextEncoder().encode(text).length <= BODY_BYTES;

/** What the server is sent, and nothing of what only the tablet needs. @param {Kept} kept @returns {{id?: string, seq: number, [key: string]: unknown}} */
export function onTheWire(kept) {
  const { id, seq, operation, version, body, digest, author, proof, happened_at, offset, beacon_at, repairs, lost } = kept;
  if (lost) return { seq, lost };
  return { id, seq, operation, version, body, digest, author, proof, happened_at, offset, beacon_at, ...(repairs && { repairs }) };
}

/** @param {Uint8Array} bytes */
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
