/** The tablet itself fails: the disk is full at any write, the database is closed, emptied or forbidden, the link comes and goes. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { IDBFactory } from "fake-indexeddb";

import { Courier } from "../../webapp/static/js/outbox/courier.js";
import { NotEnrolled } from "../../webapp/static/js/outbox/outbox.js";
import { Store, StoreBroken } from "../../webapp/static/js/outbox/store.js";
import { Door, arrival, chance, lockManager, tablet, unreachable } from "./support.js";

const ROOM = Infinity;
const here = (store) => store.run(["meta", "entries"], "readonly", (tx, done) => {
  const [entries, keys, values] = [tx.objectStore("entries").getAll(), tx.objectStore("meta").getAllKeys(), tx.objectStore("meta").getAll()];
  values.onsuccess = () => done(JSON.stringify([entries.result, keys.result, values.result]));
});

/** The n-th write from now on finds the disk full, and so does each after it. */
function room(t) {
  const disk = { left: ROOM, full: 0 };
  for (const name of ["add", "put"]) {
    const write = IDBObjectStore.prototype[name];
    t.mock.method(IDBObjectStore.prototype, name, function (...words) {
      disk.left -= 1;
      const asked = write.apply(this, words);
      if (disk.left >= 0) return asked;
      disk.full += 1;
      this.transaction._abort("QuotaExceededError");
      return asked;
    });
  }
  return disk;
}

for (const isFirst of [true, false]) {
  test(`a disk that is full at the n-th write of ${isFirst ? "a page's first" : "any later"} entry: nothing of it is kept, and it can be said again`, async (t) => {
    const disk = room(t);
    let writes = 0;
    for (let n = 0; ; n += 1) {
      const { store, outbox, factory } = await tablet();
      const refused = await outbox.keep(arrival("1"));
      const page = isFirst ? (await tablet({ factory, enrolled: false })).outbox : outbox;
      const before = await here(store);
      const draft = arrival("2", { id: "01980000-0000-7000-8000-00000000aaaa", repairs: refused.id });
      disk.left = n;
      const saved = await page.keep(draft, { post: { person: "p" } }).then(() => true, (error) => { assert.ok(error instanceof StoreBroken, error); return false; });
      disk.left = ROOM;
      if (saved) {
        writes = n;
        break;
      }
      assert.equal(await here(store), before);
      const { seq } = await page.keep(draft, { post: { person: "p" } });
      assert.equal(seq, 2);
      assert.deepEqual((await outbox.all()).map((entry) => [entry.seq, entry.mended]), [[1, draft.id], [2, undefined]]);
    }
    assert.equal(writes, 4); // the entry, the head, who is on post, and what it mends
    t.diagnostic(`${writes} writes of a keep, the disk full at each: ${disk.full} times`);
  });
}

test("what is kept is sent from a full disk too, and is known to be there once there is room again", async (t) => {
  const { store, outbox, now } = await tablet();
  const door = new Door(now);
  for (let n = 1; n <= 3; n += 1) await outbox.keep(arrival(String(n)));
  const disk = room(t);
  disk.left = 0;
  const courier = new Courier({ outbox, store, send: door.send, locks: lockManager(), now });
  await courier.drain({ asked: true });
  assert.equal(door.received.size, 3);
  assert.equal((await outbox.counts()).waiting, 3);
  const requests = door.requests.length;
  await courier.drain(); // not again at once
  assert.equal(door.requests.length, requests);
  disk.left = ROOM;
  now.at += 60_000;
  await courier.drain();
  assert.equal((await outbox.counts()).waiting, 0);
  assert.equal(door.received.size, 3);
});

test("a database that another page upgrades or empties is let go, and what comes then is told to be posted", async () => {
  const { outbox, factory } = await tablet();
  await outbox.keep(arrival());
  await new Promise((resolve, reject) => {
    const asked = factory.deleteDatabase("threshold");
    Object.assign(asked, { onsuccess: resolve, onblocked: reject, onerror: reject });
  });
  await assert.rejects(outbox.keep(arrival()), NotEnrolled);
});

test("a database that does not open the first time is asked once more, and the entry is kept once", async () => {
  const { outbox, store, factory } = await tablet();
  for (const name of ["UnknownError", "InvalidStateError", "AbortError"]) {
    store.close();
    const { open } = factory;
    factory.open = (...words) => {
      factory.open = open;
      const asked = { error: new DOMException("", name) };
      queueMicrotask(() => asked.onerror());
      return words.length ? asked : undefined;
    };
    await outbox.keep(arrival(name));
  }
  assert.deepEqual((await outbox.all()).map(({ seq }) => seq), [1, 2, 3]);
});

test("what was under way together when the database was closed is all kept: the next connection is not closed by whoever comes second", async (t) => {
  const { store, outbox } = await tablet();
  /** @type {IDBTransaction[]} */
  const live = [];
  const begin = IDBDatabase.prototype.transaction;
  t.mock.method(IDBDatabase.prototype, "transaction", function (...words) {
    const made = begin.apply(this, words);
    live.push(made);
    return made;
  });
  let closed = 0;
  for (let turn = 1; turn <= 20; turn += 1) {
    const kept = outbox.keep(arrival(String(turn)));
    const asked = [store.get("head"), store.get("post"), outbox.counts()];
    while (live.length < 4) await new Promise((done) => { setImmediate(done); });
    for (const tx of live.splice(0)) {
      try {
        tx.abort();
        closed += 1;
      } catch {} // it had come to its end
      tx.db.close();
    }
    assert.equal((await kept).seq, turn);
    await Promise.all(asked);
    live.length = 0;
  }
  assert.deepEqual((await outbox.all()).length, 20);
  assert.ok(closed > 20);
  t.diagnostic(`${closed} transactions ended by a closed database`);
});

test("a browser without storage, or with one that is forbidden, says so at once", async (t) => {
  await assert.rejects(new Store(null).get("head"), StoreBroken);
  const forbidden = { open: () => { throw new DOMException("", "SecurityError"); } };
  await assert.rejects(new Store(forbidden).get("head"), StoreBroken);
  const own = Object.getOwnPropertyDescriptor(globalThis, "indexedDB");
  t.after(() => Object.defineProperty(globalThis, "indexedDB", own));
  Object.defineProperty(globalThis, "indexedDB", { configurable: true, get: () => { throw new DOMException("", "SecurityError"); } });
  await assert.rejects(new Store().get("head"), StoreBroken);
});

test("one that opens too late is closed, or it would stand in the way of whoever empties the store", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const asked = {};
  let closed = 0;
  const store = new Store({ open: () => asked });
  const broken = assert.rejects(store.get("head"), StoreBroken);
  await Promise.resolve();
  t.mock.timers.tick(8_000);
  await broken;
  asked.result = { close: () => { closed += 1; } };
  asked.onsuccess();
  assert.equal(closed, 1);
});

test("a link that comes and goes for ten minutes of a busy shift: all there once, and few requests for it", async (t) => {
  const { store, outbox, now } = await tablet({ factory: new IDBFactory() });
  const door = new Door(now);
  const random = chance(7);
  let isUp = false;
  door.fault = (_request, when) => (when === "before" ? isUp : isUp && random() < 0.8) ? undefined : unreachable();
  const courier = new Courier({ outbox, store, send: door.send, locks: lockManager(), now, random });
  let [flaps, kept] = [0, 0];
  for (let second = 1; second <= 600; second += 1) {
    now.at += 1_000;
    if (second % 2) {
      isUp = !isUp;
      flaps += 1;
      if (isUp) await courier.drain({ asked: true }); // "online"
    }
    if (random() < 0.15) {
      await outbox.keep(arrival(String(second)));
      kept += 1;
      await courier.drain();
    }
    if (second % 30 === 0) await courier.drain();
  }
  isUp = true;
  door.fault = () => undefined;
  const requests = door.requests.length;
  now.at += 60_000;
  await courier.drain({ asked: true });
  assert.deepEqual(await courier.state().then(({ state, waiting }) => [state, waiting]), ["ok", 0]);
  assert.deepEqual((await outbox.all()).map(({ id }) => id), [...door.received.keys()]);
  assert.equal(door.received.size, kept);
  assert.ok(requests <= flaps + 2 * kept, `${requests} requests`);
  t.diagnostic(`${flaps} changes of the link in 10 minutes, ${kept} entries, ${requests} requests`);
});
