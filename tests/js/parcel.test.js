/** The file of what could not be sent, opened as the server opens it (docs/protocol.md section 8; tests/protocol opens the same fixture). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { introduction, parcel } from "../../webapp/static/js/outbox/parcel.js";
import { T, TABLET, arrival, fixture, tablet } from "./support.js";

const { subtle } = crypto;
const { server_key, server_jwk, tablet_key, text, file, ...fixed } = fixture("parcel");
const ECDH = { name: "ECDH", namedCurve: "P-256" };
const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** The text in a file, once everything in it is as it should be. */
async function opened(bytes, signer) {
  const header = bytes.subarray(0, 141);
  assert.equal(header.subarray(0, 44).toString(), `THPARC01${TABLET}`);
  assert.deepEqual(header.subarray(44, 76), Buffer.from(await subtle.digest("SHA-256", Buffer.from(server_key, "base64"))));
  const own = await subtle.importKey("jwk", server_jwk, ECDH, false, ["deriveBits"]);
  const once = await subtle.importKey("raw", header.subarray(76), ECDH, false, []);
  const shared = await subtle.importKey("raw", await subtle.deriveBits({ name: "ECDH", public: once }, own, 256), "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: header };
  const key = await subtle.deriveKey(how, shared, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  const plain = Buffer.from(await subtle.decrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, key, bytes.subarray(141)));
  const checks = await subtle.importKey("raw", Buffer.from(signer, "base64"), ECDSA, false, ["verify"]);
  assert.ok(await subtle.verify(ECDSA, checks, plain.subarray(0, 64), Buffer.concat([header, plain.subarray(64)])));
  return plain.subarray(64).toString();
}

test("the fixture's file holds the fixture's text", async () => {
  assert.equal(fixed.tablet, TABLET);
  assert.equal(await opened(Buffer.from(file, "base64"), tablet_key), text);
});

test("a tablet's file holds what is not answered, without a gap, and only that", async () => {
  const { store, outbox } = await tablet();
  await store.set("parcel_key", server_key);
  const { key, heads, secret } = await introduction(store);
  assert.deepEqual([heads, secret.length], [{ 1: 0 }, 36]);
  const kept = [await outbox.keep(arrival("2")), await outbox.keep(arrival("3")), await outbox.keep(arrival("4"))];
  await store.set("courier", { answered: { 1: { upto: 1, ahead: [] } } });
  const told = JSON.parse(await opened(Buffer.from(await (await parcel(store, outbox, "abc", T)).arrayBuffer()), key));
  assert.deepEqual({ ...told, epochs: told.epochs.length }, { protocol: 1, tablet: TABLET, made_at: T, build: "abc", epochs: 1 });
  assert.deepEqual(told.epochs[0].entries.map(({ seq, id }) => [seq, id]), kept.slice(1).map(({ seq, id }) => [seq, id]));
  assert.deepEqual([(await introduction(store)).key, (await introduction(store)).heads], [key, { 1: 3 }]);
});

test("without the server's key there is no file", async () => {
  const { store, outbox } = await tablet();
  await assert.rejects(parcel(store, outbox, "abc", T));
});

test("where it is of the same site, what another tablet had recorded stays to be looked at and is never sent or counted again", async () => {
  const { store, outbox } = await tablet();
  for (const guests of ["2", "3", "4"]) await outbox.keep(arrival(guests));
  const sent = { nonce: "n", epoch: 1, entries: await outbox.pending(2) };
  const answers = new Map([[1, { outcome: "applied" }], [2, { outcome: "refused", errors: { guests: ["too_large"] } }]]);
  await outbox.settle(sent, { counts: true, acked: 2, server_time: T, entries: answers, updates: [] }, () => ({ offset: 0, rtt: 1, at: T, beacon: T }));
  const before = (await outbox.all()).map(({ id }) => id);
  const other = { tablet: "01980000-0000-7000-8000-000000000002", epoch: 1, enrolled_at: T };
  await outbox.enrol({ ...other, emptied: `${TABLET}:1:3`, keeps: true });
  const { id } = await outbox.keep(arrival("5"));
  const told = (entries) => entries.map((entry) => [before.indexOf(entry.id), entry.outcome, entry.waiting]);
  assert.deepEqual(told(await outbox.recent(200)), [[-1, undefined, 1], [2, "imported", undefined], [1, "refused", undefined], [0, "applied", undefined]]);
  assert.deepEqual((await outbox.pending()).map((entry) => entry.id), [id]);
  assert.deepEqual((await outbox.since({ epoch: 1, acked: 0 })).map((entry) => entry.id), [id]);
  const { waiting, attention } = await outbox.counts();
  assert.deepEqual([waiting, attention], [1, 0]);
  assert.deepEqual((await introduction(store)).heads, { 1: 1 });
});

test("a store is emptied only as it was told, and for another tablet only where everything of it is known to be there", async () => {
  const { store, outbox } = await tablet();
  const { epoch, seq } = await outbox.keep(arrival("2"));
  const told = await store.get("head");
  await outbox.keep(arrival("3"));
  assert.equal(await outbox.forget(told), undefined);
  const other = { tablet: "01980000-0000-7000-8000-000000000002", epoch: 1, enrolled_at: T };
  await assert.rejects(outbox.enrol({ ...other, emptied: `${TABLET}:${epoch}:${seq}` }));
  assert.equal((await outbox.all()).length, 2);
  await outbox.enrol({ ...other, emptied: `${TABLET}:1:2` });
  assert.deepEqual([(await outbox.all()).length, (await store.get("head")).tablet], [0, other.tablet]);
  assert.equal(await outbox.forget(await store.get("head")), true);
  assert.equal(await store.get("head"), undefined);
});
