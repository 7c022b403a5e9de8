/** By what the server knows this store again, and the file in which it carries what it could not send (docs/protocol.md, section 8). */

import { PROTOCOL, onTheWire } from "./entry.js";
import { unanswered } from "./progress.js";
import { bytes } from "./verifier.js";

/**
 * @typedef {import("./outbox.js").Outbox} Outbox
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./types.d.ts").Head} Head
 * @typedef {{secret: string, key: string, sign: CryptoKey}} Identity
 */

const MAGIC = "THPARC01";
const CURVE = "P-256";
const hash = "SHA-256";

/** The last number given in each epoch. @param {Head} head @returns {Record<number, number>} */
export const headsOf = (head) => ({ ...head.earlier, [head.epoch]: head.seq });

/** What enrolment is told of this store. @param {Store} store */
export async function introduction(store) {
  const { secret, key } = await identity(store);
  /** @type {Head | undefined} */
  const head = await store.get("head");
  return { tablet: head?.tablet, secret, key, heads: head ? headsOf(head) : {} };
}

/**
 * Everything that is not answered, signed by this store's key and sealed to the server's. Fails where one of them is not known.
 * @param {Store} store @param {Outbox} outbox @param {string} build @param {number} made_at
 * @returns {Promise<Blob>}
 */
export async function parcel(store, outbox, build, made_at) {
  const [server, { sign }, { head, courier }, all] = [await store.get("parcel_key"), await identity(store), await outbox.next(0), await outbox.all()];
  const epochs = unanswered(head, courier).map(({ epoch, after }) => (
    { epoch, entries: all.filter((each) => each.epoch === epoch && each.seq > after).map(onTheWire) }));
  const tablet = /** @type {Head} */ (head).tablet;
  return sealed(bytes(server), tablet, sign, JSON.stringify({ protocol: PROTOCOL, tablet, made_at, build, epochs }));
}

// private

/** Made once for a store, at its first enrolment; the key for signing never leaves the browser. @param {Store} store @returns {Promise<Identity>} */
async function identity(store) {
  const { subtle } = crypto;
  const { publicKey, privateKey } = await subtle.generateKey({ name: "ECDSA", namedCurve: CURVE }, false, ["sign", "verify"]);
  const key = btoa(String.fromCharCode(...new Uint8Array(await subtle.exportKey("raw", publicKey))));
  return store.run(["meta"], "readwrite", (tx, done) => {
    const meta = tx.objectStore("meta");
    const asked = meta.get("identity");
    asked.onsuccess = () => {
      const first = asked.result ?? { secret: crypto.randomUUID(), key, sign: privateKey };
      meta.put(first, "identity");
      done(first);
    };
  }, "strict");
}

/** @param {Uint8Array<ArrayBuffer>} server @param {string} tablet @param {CryptoKey} sign @param {string} text */
async function sealed(server, tablet, sign, text) {
  const { subtle } = crypto;
  const ECDH = { name: "ECDH", namedCurve: CURVE };
  const { publicKey, privateKey } = await subtle.generateKey(ECDH, false, ["deriveBits"]);
  const header = await joined(MAGIC, tablet, await subtle.digest(hash, server), await subtle.exportKey("raw", publicKey));
  const shared = await subtle.deriveBits({ name: "ECDH", public: await subtle.importKey("raw", server, ECDH, false, []) }, privateKey, 256);
  const secret = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const key = await subtle.deriveKey({ name: "HKDF", hash, salt: new Uint8Array(), info: header }, secret, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const signature = await subtle.sign({ name: "ECDSA", hash }, sign, await joined(header, text));
  // The key seals this one file, so a fixed counter is never used twice.
  return new Blob([header, await subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, key, await joined(signature, text))]);
}

/** @param {BlobPart[]} parts @returns {Promise<ArrayBuffer>} */
const joined = (...parts) => new Blob(parts).arrayBuffer();
