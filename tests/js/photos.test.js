/** Photos: kept with their entry or not at all, sent after it, let go of only for a recognised receipt. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { Courier } from "../../webapp/static/js/outbox/courier.js";
import { digestOf, placeOf } from "../../webapp/static/js/outbox/entry.js";
import { Outbox } from "../../webapp/static/js/outbox/outbox.js";
import { Store } from "../../webapp/static/js/outbox/store.js";
import { Door, TABLET, arrival, chance, lockManager, reply, tablet, unreachable } from "./support.js";

const hash = (bytes) => createHash("sha256").update(new Uint8Array(bytes)).digest("hex");
const picture = (number, size = 2000) => new Uint8Array(size).map((_, at) => (at * 7 + number) % 251).buffer;

/** The door of the entries, and beside it that of the photos. */
class PhotoDoor extends Door {
  photos = new Map();
  asked = [];
  order = [];
  meddles = () => undefined;

  send = (url, init) => (url.startsWith("/sync/photos/") ? this.#photo(url, init) : this.#entries(url, init));

  async #entries(_url, { body, headers }) {
    const request = JSON.parse(new TextDecoder().decode(body));
    this.requests.push({ ...request, headers });
    this.order.push(...request.entries.map(({ seq }) => seq));
    const fault = await this.fault(request, "before");
    return fault || reply(this.answer(request));
  }

  async #photo(url, { body, method, headers }) {
    const { pathname, searchParams } = new URL(url, "http://door");
    const digest = pathname.slice("/sync/photos/".length);
    const nonce = searchParams.get("nonce");
    this.asked.push({ digest, method, type: headers["Content-Type"], own: headers["X-Threshold-Sync"] });
    this.order.push(digest);
    assert.equal(hash(body), digest, "the bytes are those of the address");
    const own = () => {
      const outcome = this.photos.has(digest) ? "duplicate" : "stored";
      this.photos.set(digest, (this.photos.get(digest) ?? 0) + 1);
      return { protocol: 1, nonce, digest, outcome };
    };
    return (await this.meddles(own, { digest, nonce })) ?? reply(own());
  }
}

async function withPhotos(entries, photos = 1) {
  const here = await tablet();
  const door = new PhotoDoor(here.now);
  const courier = new Courier({ ...here, send: door.send, locks: lockManager(), random: () => 1, abortAfter: 20 });
  let number = 0;
  const keep = async (many = photos) => {
    const shots = {};
    for (let n = 0; n < many; n += 1) {
      const bytes = picture((number += 1));
      shots[placeOf(await digestOf(bytes))] = bytes;
    }
    const names = Object.keys(shots).map((place) => place.slice(placeOf("").length));
    return here.outbox.keep(arrival("2", { body: { guests: "2", photos: names } }), shots);
  };
  for (let n = 0; n < entries; n += 1) await keep();
  const later = async (ms, why) => { here.now.at += ms; await courier.drain(why); };
  return { ...here, door, courier, keep, later };
}

test("the digest of bytes is that of the protocol", async () => {
  assert.equal(await digestOf(picture(1)), hash(picture(1)));
});

test("photos go one at a time, after the entries that name them, and are let go of", async () => {
  const { door, courier, outbox, store } = await withPhotos(3, 2);
  assert.equal((await outbox.photos()).length, 6);
  assert.deepEqual(await courier.state().then(({ waiting, photos }) => [waiting, photos]), [9, 6]);
  await courier.drain();
  assert.deepEqual(door.order.slice(0, 3), [1, 2, 3]);
  assert.equal(door.photos.size, 6);
  assert.deepEqual(await outbox.photos(), []);
  assert.equal((await courier.state()).state, "ok");
  assert.ok(door.asked.every(({ method, type, own }) => method === "POST" && type === "image/jpeg" && own === "1"));
  assert.equal((await store.get("head")).tablet, TABLET);
});

test("an entry and its photos are kept together or not at all", async () => {
  const { outbox, store } = await tablet();
  const bytes = picture(1);
  const shots = { [placeOf(await digestOf(bytes))]: bytes, [placeOf("broken")]: () => "cannot be kept" };
  await assert.rejects(outbox.keep(arrival(), shots));
  assert.deepEqual([(await outbox.all()).length, await outbox.photos()], [0, []]);
  const kept = await outbox.keep(arrival(), { [placeOf(await digestOf(bytes))]: bytes });
  assert.deepEqual([kept.seq, await outbox.photos()], [1, [await digestOf(bytes)]]);
  await assert.rejects(outbox.keep(arrival(), shots), "nor where the outbox knew what came before");
  assert.equal((await outbox.all()).length, 1);
  assert.deepEqual(new Uint8Array(await store.get(placeOf(await digestOf(bytes)))), new Uint8Array(bytes));
});

test("a page that dies after the commit leaves both to the next one", async () => {
  const { factory, now, door, keep } = await withPhotos(0, 2);
  await keep();
  const store = new Store(factory);
  const outbox = new Outbox(store, () => {}, now);
  await new Courier({ store, outbox, now, send: door.send, locks: lockManager(), random: () => 1 }).drain();
  assert.deepEqual([door.received.size, door.photos.size, await outbox.photos()], [1, 2, []]);
});

const said = (more) => (own) => reply({ ...own(), ...more });
for (const [name, meddles] of Object.entries({
  "a portal's page": () => reply("<html>Wi-Fi", { type: "text/html" }),
  "200 and {}": () => reply({}),
  "200 and an empty body": () => reply(""),
  "our answer as a script": (own) => reply(own(), { type: "text/javascript" }),
  "our answer after a redirect": (own) => reply(own(), { redirected: true }),
  "an answer to another nonce": said({ nonce: "another-nonce" }),
  "an answer about another photo": said({ digest: "ab".repeat(32) }),
  "an outcome nobody knows": said({ outcome: "kept for now" }),
  "another protocol": said({ protocol: 2 }),
  "no outcome": said({ outcome: undefined }),
  "400": () => reply({ reason: "digest" }, { status: 400 }),
  "409": () => reply({ reason: "nameless" }, { status: 409 }),
  "413": () => reply({ reason: "size" }, { status: 413 }),
  "500": () => reply("", { status: 500 }),
  "503": () => reply({ reason: "busy" }, { status: 503, headers: { "Retry-After": "2" } }),
  "401": () => reply({ reason: "revoked" }, { status: 401 }),
  "no network": () => unreachable(),
})) {
  test(`${name} is no receipt: the photo stays, and entries go on`, async () => {
    const { door, courier, outbox, keep, later } = await withPhotos(1);
    door.meddles = meddles;
    await courier.drain();
    for (let n = 0; n < 5; n += 1) {
      await keep(0);
      await later(120_000, { asked: true });
    }
    assert.equal((await outbox.photos()).length, 1);
    assert.equal(door.received.size, 6);
    assert.ok(door.asked.length > 1);
    door.meddles = () => undefined;
    await later(120_000, { asked: true });
    assert.deepEqual(await outbox.photos(), []);
    assert.equal((await courier.state()).state, "ok");
  });
}

for (const outcome of ["stored", "duplicate", "refused"]) {
  test(`"${outcome}" is a receipt`, async () => {
    const { door, courier, outbox } = await withPhotos(1);
    door.meddles = said({ outcome });
    await courier.drain();
    assert.deepEqual(await outbox.photos(), []);
  });
}

test("one photo that the server does not take keeps neither the others nor an entry waiting", async () => {
  const { door, courier, outbox, keep, later } = await withPhotos(4);
  const [bad] = await outbox.photos();
  door.meddles = (_own, { digest }) => (digest === bad ? reply("", { status: 500 }) : undefined);
  await courier.drain();
  assert.deepEqual(await outbox.photos(), [bad]);
  assert.equal((await courier.state()).cause, undefined);
  const asked = door.asked.length;
  await keep(0);
  await later(1000);
  assert.deepEqual([door.received.size, door.asked.length], [5, asked], "the entry at once, the photo not before its time");
  await later(60_001);
  assert.equal(door.asked.length, asked + 1);
});

test("an entry kept while photos go is sent before the rest of them", async () => {
  const { door, courier, outbox, keep } = await withPhotos(3);
  let more;
  door.meddles = async () => {
    if (more) return;
    await keep(0);
    more = courier.drain();
  };
  await courier.drain();
  await more;
  await courier.drain();
  const photos = door.order.map((each, at) => [each, at]).filter(([each]) => typeof each === "string").map(([, at]) => at);
  assert.ok(door.order.indexOf(4) < photos.at(-1), `entry 4 in ${door.order.map((each) => String(each).slice(0, 6))}`);
  assert.deepEqual(await outbox.photos(), []);
});

test("a lost answer is asked for again and the photo is there once", async () => {
  const { door, courier, outbox, later } = await withPhotos(2);
  let lost = 0;
  door.meddles = (own) => (lost++ < 1 ? (own(), unreachable()) : undefined);
  await courier.drain();
  assert.equal((await courier.state()).state, "offline");
  await later(120_000);
  assert.deepEqual(await outbox.photos(), []);
  assert.deepEqual([...door.photos.values()].sort(), [1, 2]);
});

test("a photo that waits counts as something to send, and a tablet that is to leave looks at that", async () => {
  const { courier, door, outbox } = await withPhotos(1);
  door.meddles = () => unreachable();
  await courier.drain();
  assert.equal((await courier.state()).waiting, 1);
  assert.equal((await outbox.counts()).waiting, 0);
});

test("random faults for a day: every photo arrives, none is let go of before", async (t) => {
  const { door, outbox, keep, later } = await withPhotos(0);
  const luck = chance(11);
  const ways = [
    (own) => (own(), unreachable()), () => unreachable(), () => reply("", { status: 500 }), () => reply("<html>", { type: "text/html" }),
    (own) => (own(), reply({})), () => undefined, () => undefined,
  ];
  door.meddles = (own) => ways[Math.floor(luck() * ways.length)](own);
  const all = new Set();
  for (let n = 0; n < 120; n += 1) {
    if (luck() < 0.5) for (const digest of JSON.parse((await keep(1 + Math.floor(luck() * 3))).body).photos) all.add(digest);
    await later(30_000 + Math.floor(luck() * 120_000), { asked: luck() < 0.5 });
    const here = new Set(await outbox.photos());
    for (const digest of all) assert.ok(here.has(digest) || door.photos.has(digest), "neither here nor there");
  }
  door.meddles = () => undefined;
  await later(120_000, { asked: true });
  assert.deepEqual(await outbox.photos(), []);
  assert.deepEqual(new Set(door.photos.keys()), all);
  t.diagnostic(`${all.size} photos, ${door.asked.length} requests`);
});
