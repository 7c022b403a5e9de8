/** Keeping: on disk before it is said to be saved, numbered without a gap, never dropped too early. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { TooLong } from "../../webapp/static/js/outbox/entry.js";
import { NotEnrolled, OtherTablet } from "../../webapp/static/js/outbox/outbox.js";
import { Store, StoreBroken } from "../../webapp/static/js/outbox/store.js";
import { GREETER, T, TABLET, arrival, fixture, givenClock, tablet } from "./support.js";

const DAY = 86_400_000;
const settled = (entries, more = {}) => ({ counts: true, acked: 0, server_time: T, entries: new Map(entries), updates: [], ...more });
const clock = { offset: -1830, rtt: 40, at: T, beacon: T };
const put = (store, name, value) => store.run([name], "readwrite", (tx) => void tx.objectStore(name).put(value));

test("an entry is kept with its number, its time by the server's clock, and the exact text that was digested", async () => {
  const { store, outbox, now } = await tablet();
  await store.set("clock", clock);
  const kept = await outbox.keep(arrival("２", { repairs: "x" }));
  const { body } = fixture("digests").cases.find(({ text }) => text === '{"guests":"4"}') ?? {};
  assert.equal(body, undefined);
  assert.deepEqual({ ...kept, id: "", digest: "" }, {
    epoch: 1, seq: 1, id: "", operation: "tours.arrive", version: 1, body: '{"guests":"２"}', digest: "", author: GREETER, proof: "post",
    happened_at: now() - 1830, offset: -1830, beacon_at: T, kept_at: now(), waiting: 1, repairs: "x",
  });
  assert.deepEqual(await outbox.all(), [kept]);
});

test("digests are of the body's text", async () => {
  const { outbox } = await tablet();
  const { sha256 } = fixture("digests").cases.find(({ text }) => text === '{"guests":"4"}');
  assert.equal((await outbox.keep(arrival())).digest, sha256);
});

test("without a sample the offset says that no server was heard", async () => {
  const { outbox } = await tablet();
  const { offset, beacon_at } = await outbox.keep(arrival());
  assert.deepEqual({ offset, beacon_at }, { offset: null, beacon_at: null });
});

test("taps at once and in two tabs get gapless numbers", async () => {
  const one = await tablet();
  const two = await tablet({ factory: one.factory });
  await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 ? one : two).outbox.keep(arrival(String(n)))));
  assert.deepEqual((await one.outbox.all()).map(({ seq }) => seq), Array.from({ length: 40 }, (_, n) => n + 1));
});

test("what another tab kept, heard or began since is seen, whatever this one remembers", async () => {
  const one = await tablet();
  const two = await tablet({ factory: one.factory, enrolled: false });
  await one.outbox.keep(arrival());
  await two.outbox.keep(arrival());
  await one.store.set("clock", clock);
  const { seq, offset, beacon_at } = await one.outbox.keep(arrival());
  assert.deepEqual({ seq, offset, beacon_at }, { seq: 3, offset: -1830, beacon_at: T });
  await one.outbox.enrol({ tablet: TABLET, epoch: 2, enrolled_at: T });
  assert.deepEqual(await two.outbox.keep(arrival()).then(({ epoch, seq: number }) => [epoch, number]), [2, 1]);
  assert.deepEqual(await one.outbox.keep(arrival()).then(({ epoch, seq: number }) => [epoch, number]), [2, 2]);
});

test("an intention that is on disk already takes no second number", async () => {
  const { store, outbox } = await tablet();
  await outbox.keep(arrival());
  const id = "01980000-0000-7000-8000-00000000abcd";
  await outbox.keep(arrival("4", { id }));
  const all = await outbox.all();
  assert.deepEqual(await outbox.keep(arrival("4", { id })), all[1]);
  assert.equal((await outbox.keep(arrival())).seq, 3);
  assert.equal((await store.get("head")).seq, 3);
});

test("a page that has only looked keeps in one round too, and mends in it", async () => {
  const { store, outbox, factory } = await tablet();
  const first = await outbox.keep(arrival("99"));
  await outbox.settle({ nonce: "n", epoch: 1, entries: [first] }, settled([[1, { outcome: "refused", errors: { guests: "most" } }]], { acked: 1 }), () => clock);
  const page = await tablet({ factory, enrolled: false });
  await page.outbox.counts();
  const mend = await page.outbox.keep(arrival("9", { repairs: first.id }), { post: { person: GREETER } });
  const [old, fresh] = await outbox.all();
  assert.deepEqual([old.mended, old.attention, fresh.id, fresh.seq], [mend.id, undefined, mend.id, 2]);
  assert.deepEqual(await store.get("post"), { person: GREETER });
});

test("the same intention kept twice is one entry", async () => {
  const { outbox } = await tablet();
  const first = await outbox.keep(arrival("4", { id: "01980000-0000-7000-8000-00000000abcd" }));
  assert.deepEqual(await outbox.keep(arrival("4", { id: first.id })), first);
  assert.equal((await outbox.keep(arrival())).seq, 2);
});

test("a body over the limit is said at once and takes no number", async () => {
  const { outbox } = await tablet();
  await assert.rejects(outbox.keep(arrival("門".repeat(6000))), TooLong);
  assert.equal((await outbox.keep(arrival())).seq, 1);
});

test("without enrolment nothing is kept and the caller knows why", async () => {
  const { outbox } = await tablet({ enrolled: false });
  await assert.rejects(outbox.keep(arrival()), NotEnrolled);
  assert.deepEqual(await outbox.all(), []);
});

test("what belongs to an entry is stored with it or not at all", async () => {
  const { store, outbox } = await tablet();
  await outbox.keep(arrival(), { post: { person: GREETER } });
  assert.deepEqual(await store.get("post"), { person: GREETER });
  await assert.rejects(outbox.keep(arrival("x".repeat(17_000)), { post: null }), TooLong);
  assert.deepEqual(await store.get("post"), { person: GREETER });
});

test("the others hear of it only when it is on disk", async () => {
  const heard = [];
  const { outbox } = await tablet({ say: (message) => heard.push(message) });
  const { id } = await outbox.keep(arrival());
  assert.deepEqual(heard, [{ type: "kept", id }]);
});

test("enrolling again over a store goes on with its numbers; a new epoch begins at one", async () => {
  const { outbox } = await tablet();
  await outbox.keep(arrival());
  await outbox.enrol({ tablet: TABLET, epoch: 1, enrolled_at: T });
  assert.equal((await outbox.keep(arrival())).seq, 2);
  await outbox.enrol({ tablet: TABLET, epoch: 2, enrolled_at: T });
  const { epoch, seq } = await outbox.keep(arrival());
  assert.deepEqual({ epoch, seq }, { epoch: 2, seq: 1 });
});

test("another tablet cannot take over a store that holds entries", async () => {
  const { outbox } = await tablet();
  await outbox.enrol({ tablet: "another", epoch: 1, enrolled_at: T });
  await outbox.keep(arrival());
  await assert.rejects(outbox.enrol({ tablet: TABLET, epoch: 1, enrolled_at: T }), OtherTablet);
  assert.equal((await outbox.keep(arrival())).seq, 2);
});

test("an answer is stored by entry; refused ones ask for someone until they are mended", async () => {
  const { outbox } = await tablet();
  const [first, second] = [await outbox.keep(arrival()), await outbox.keep(arrival("99"))];
  const sent = { nonce: "n", epoch: 1, entries: [first, second] };
  await outbox.settle(sent, settled([[1, { outcome: "applied", flags: ["role"] }], [2, { outcome: "refused", errors: { guests: "most" } }]], { acked: 2 }), () => clock);
  const [one, two] = await outbox.all();
  assert.deepEqual([one.outcome, one.flags, one.waiting], ["applied", ["role"], undefined]);
  assert.deepEqual([two.outcome, two.errors, two.attention], ["refused", { guests: "most" }, 1]);
  assert.deepEqual(await outbox.counts().then(({ waiting, attention }) => [waiting, attention]), [0, 1]);
  const mend = await outbox.keep(arrival("9", { repairs: second.id }));
  assert.equal((await outbox.all())[1].mended, mend.id);
  assert.deepEqual(await outbox.counts().then(({ waiting, attention }) => [waiting, attention]), [1, 0]);
});

test("an update changes what was held, once", async () => {
  const { store, outbox } = await tablet();
  const entry = await outbox.keep(arrival());
  const sent = { nonce: "n", epoch: 1, entries: [entry] };
  await outbox.settle(sent, settled([[1, { outcome: "held", reason: "unknown_reference" }]], { acked: 1 }), () => clock);
  const updates = [{ no: 3, id: entry.id, said: { outcome: "applied" } }];
  await outbox.settle({ ...sent, entries: [] }, settled([], { acked: 1, updates }), () => clock);
  const [now] = await outbox.all();
  assert.deepEqual([now.outcome, now.reason, now.attention], ["applied", undefined, undefined]);
  assert.equal((await store.get("courier")).updates_seen, 3);
});

test("when the server has less than it had, all of it waits again and what is gone is said to be lost", async () => {
  const { store, outbox } = await tablet();
  for (let n = 1; n <= 5; n += 1) await outbox.keep(arrival(String(n)));
  const sent = { nonce: "n", epoch: 1, entries: await outbox.pending() };
  await outbox.settle(sent, settled(sent.entries.map(({ seq }) => [seq, { outcome: "applied" }]), { acked: 5 }), () => clock);
  await store.run(["entries"], "readwrite", (tx) => void tx.objectStore("entries").delete([1, 3]));
  await outbox.settle({ ...sent, entries: [] }, settled([], { acked: 1 }), () => clock);
  assert.deepEqual((await outbox.pending()).map(({ seq, lost }) => [seq, lost]), [[2, undefined], [3, "pruned"], [4, undefined], [5, undefined]]);
});

test("an answer in the middle of others that wait is not forgotten, nor asked again", async () => {
  const { outbox } = await tablet();
  for (let n = 1; n <= 4; n += 1) await outbox.keep(arrival(String(n)));
  const sent = { nonce: "n", epoch: 1, entries: await outbox.pending() };
  await outbox.settle(sent, settled([[1, { outcome: "applied" }], [3, { outcome: "applied" }]], { acked: 1 }), () => clock);
  assert.deepEqual((await outbox.pending()).map(({ seq }) => seq), [2, 4]);
  assert.equal((await outbox.counts()).waiting, 2);
  await outbox.settle({ ...sent, entries: await outbox.pending() }, settled([[2, { outcome: "applied" }]], { acked: 3 }), () => clock);
  assert.deepEqual((await outbox.pending()).map(({ seq }) => seq), [4]);
  assert.deepEqual((await outbox.all()).map(({ outcome, waiting }) => outcome ?? waiting), ["applied", "applied", "applied", 1]);
});

test("an answer without surprises writes on no entry, a better one later takes the old words off", async () => {
  const { store, outbox } = await tablet();
  const sent = { nonce: "n", epoch: 1, entries: [await outbox.keep(arrival()), await outbox.keep(arrival())] };
  const stored = () => store.read("entries", (entries) => entries.getAll());
  const before = await stored();
  await outbox.settle(sent, settled([[1, { outcome: "applied" }], [2, { outcome: "held", reason: "fault", fault: "f" }]], { acked: 2 }), () => clock);
  assert.deepEqual((await stored())[0], before[0]);
  await outbox.settle({ ...sent, entries: [] }, settled([], { acked: 0 }), () => clock); // a restored backup
  const again = await outbox.pending();
  assert.equal(again.length, 2);
  await outbox.settle({ ...sent, entries: again }, settled([[1, { outcome: "applied" }], [2, { outcome: "applied" }]], { acked: 2 }), () => clock);
  assert.deepEqual((await outbox.all()).map(({ outcome, reason, fault, attention }) => [outcome, reason, fault, attention]), Array(2).fill(["applied", undefined, undefined, undefined]));
  assert.deepEqual(await outbox.counts().then(({ waiting, attention }) => [waiting, attention]), [0, 0]);
});

test("what a copy of this tablet had told is never taken for our own loss", async () => {
  const { outbox } = await tablet();
  const sent = { nonce: "n", epoch: 1, entries: [await outbox.keep(arrival())] };
  await outbox.settle(sent, settled([[1, { outcome: "applied" }]], { acked: 9 }), () => clock);
  await outbox.settle({ ...sent, entries: [] }, settled([], { acked: 0 }), () => clock);
  assert.deepEqual((await outbox.pending()).map(({ seq, lost }) => [seq, lost]), [[1, undefined]]);
  assert.equal((await outbox.keep(arrival())).seq, 2);
});

test("an entry that is gone without an answer is said to be lost as soon as the server misses it", async () => {
  const { store, outbox } = await tablet();
  for (let n = 1; n <= 3; n += 1) await outbox.keep(arrival(String(n)));
  await store.run(["entries"], "readwrite", (tx) => void tx.objectStore("entries").delete([1, 1]));
  const sent = { nonce: "n", epoch: 1, entries: await outbox.pending() };
  await outbox.settle(sent, settled([], { acked: 0, send_from: 1 }), () => clock);
  assert.deepEqual((await outbox.pending()).map(({ seq, lost }) => [seq, lost]), [[1, "pruned"], [2, undefined], [3, undefined]]);
});

test("pending entries come oldest epoch first, never two epochs in one batch", async () => {
  const { outbox } = await tablet();
  await outbox.keep(arrival());
  await outbox.enrol({ tablet: TABLET, epoch: 2, enrolled_at: T });
  await outbox.keep(arrival());
  assert.deepEqual((await outbox.pending()).map(({ epoch, seq }) => [epoch, seq]), [[1, 1]]);
  assert.equal((await outbox.counts()).waiting, 2);
  await outbox.settle({ nonce: "n", epoch: 1, entries: await outbox.pending() }, settled([[1, { outcome: "applied" }]], { acked: 1 }), () => clock);
  assert.deepEqual((await outbox.pending()).map(({ epoch, seq }) => [epoch, seq]), [[2, 1]]);
  assert.equal((await outbox.counts()).waiting, 1);
});

test("only what was answered a week ago, needs nobody and is in every cached page is dropped", async () => {
  const { store, outbox, now } = await tablet();
  for (let n = 1; n <= 5; n += 1) await outbox.keep(arrival(String(n)));
  const sent = { nonce: "n", epoch: 1, entries: await outbox.pending() };
  const outcomes = [[1, { outcome: "applied" }], [2, { outcome: "refused" }], [3, { outcome: "applied" }], [4, { outcome: "applied" }]];
  await outbox.settle(sent, settled(outcomes, { acked: 4 }), () => clock);
  await put(store, "marks", { url: "/a", etag: "e", epoch: 1, base: 3, acked: 3 });
  assert.equal(await outbox.prune(), 0);
  now.at += 8 * DAY;
  assert.equal(await outbox.prune(), 0); // a clock that was set ahead; the server has said nothing of it
  await store.set("clock", { ...clock, beacon: T + 8 * DAY });
  assert.equal(await outbox.prune(), 2);
  assert.deepEqual((await outbox.all()).map(({ seq }) => seq), [2, 4, 5]);
  await put(store, "marks", { url: "/a", etag: "e", epoch: 2, base: 0, acked: 0 });
  assert.equal(await outbox.prune(), 1);
});

test("entries of clocks that were days ahead or behind are dropped a week after they were kept, not earlier and not much later", async () => {
  const { store, outbox, now } = await tablet();
  await store.set("clock", { ...clock, offset: 0 });
  for (const shift of [0, 3 * DAY, -3 * DAY, 2_000 * DAY, 0]) {
    now.at = T + shift;
    await outbox.keep(arrival());
  }
  const sent = { nonce: "n", epoch: 1, entries: await outbox.pending() };
  await outbox.settle(sent, settled(sent.entries.map(({ seq }) => [seq, { outcome: "applied" }]), { acked: 5 }), () => clock);
  const at = async (server) => (await store.set("clock", { ...clock, beacon: server }), outbox.prune());
  assert.deepEqual([await at(T + 7 * DAY - 1), await at(T + 7 * DAY)], [0, 1]); // the second entry says that it is of three days later
  assert.equal(await at(T + 10 * DAY), 4);
  assert.deepEqual(await outbox.all(), []);
});

test("a list shows what needs a person, then the newest, and no more than it asks for", async () => {
  const { outbox } = await tablet();
  for (let n = 1; n <= 9; n += 1) await outbox.keep(arrival(String(n)));
  const sent = { nonce: "n", epoch: 1, entries: await outbox.pending() };
  await outbox.settle(sent, settled([[2, { outcome: "refused", errors: {} }], [1, { outcome: "applied" }]], { acked: 2 }), () => clock);
  const seqs = async (most) => (await outbox.recent(most)).map(({ seq }) => seq);
  assert.deepEqual(await seqs(4), [2, 9, 8, 7]);
  assert.deepEqual(await seqs(200), [2, 9, 8, 7, 6, 5, 4, 3, 1]);
  assert.deepEqual((await outbox.recent(200)).at(-1).outcome, "applied");
});

test("thousands are read in portions, and each once", async () => {
  const { outbox } = await tablet();
  for (let n = 1; n <= 600; n += 1) await outbox.keep(arrival(String(n)));
  await outbox.enrol({ tablet: TABLET, epoch: 2, enrolled_at: T });
  for (let n = 1; n <= 250; n += 1) await outbox.keep(arrival(String(n)));
  const all = [...Array.from({ length: 600 }, (_, n) => `1-${n + 1}`), ...Array.from({ length: 250 }, (_, n) => `2-${n + 1}`)];
  const names = (entries) => entries.map(({ epoch, seq }) => `${epoch}-${seq}`);
  assert.deepEqual(names(await outbox.all()), all);
  assert.deepEqual(names(await outbox.since({ epoch: 2, acked: 1 })), all);
  assert.deepEqual(names(await outbox.since({ epoch: 1, acked: 351 })), all.slice(350));
});

test("the overlay is given the entry at the mark, all later ones, and what waits of older epochs", async () => {
  const { outbox } = await tablet();
  for (let n = 1; n <= 3; n += 1) await outbox.keep(arrival());
  const sent = { nonce: "n", epoch: 1, entries: await outbox.pending() };
  await outbox.settle(sent, settled([[1, { outcome: "applied" }]], { acked: 1 }), () => clock);
  await outbox.enrol({ tablet: TABLET, epoch: 2, enrolled_at: T });
  await outbox.keep(arrival());
  const seqs = async (mark) => (await outbox.since(mark)).map(({ epoch, seq }) => `${epoch}-${seq}`);
  assert.deepEqual(await seqs({ epoch: 1, acked: 2 }), ["1-2", "1-3", "2-1"]);
  assert.deepEqual(await seqs({ epoch: 2, acked: 0 }), ["1-2", "1-3", "2-1"]);
  assert.deepEqual(await seqs(null), ["1-1", "1-2", "1-3", "2-1"]);
});

test("a connection that died is opened again and the entry is kept once", async () => {
  const { store, outbox, factory } = await tablet();
  await outbox.keep(arrival("1"));
  let opened = 0;
  let connection;
  const open = factory.open.bind(factory);
  factory.open = (...given) => {
    opened += 1;
    const asked = open(...given);
    asked.addEventListener("success", () => { connection = asked.result; });
    return asked;
  };
  store.close();
  await outbox.all();
  connection.close(); // as WebKit does, without a word
  await outbox.keep(arrival("2"));
  assert.equal(opened, 2);
  assert.deepEqual((await outbox.all()).map(({ seq }) => seq), [1, 2]);
});

test("a store that cannot be opened says so instead of waiting for ever", async () => {
  const asked = {};
  const broken = { open: () => (queueMicrotask(() => { asked.error = new DOMException("", "UnknownError"); asked.onerror(); }), asked) };
  const now = givenClock();
  const { outbox } = await tablet({ factory: broken, enrolled: false, now });
  await assert.rejects(outbox.keep(arrival()), StoreBroken);
  await assert.rejects(new Store(null).get("head"), StoreBroken);
});

/** A page whose store hears when it is left and when it is back. */
function leavable(t) {
  const page = new EventTarget();
  globalThis.addEventListener = page.addEventListener.bind(page);
  t.after(() => { delete globalThis.addEventListener; });
  return (type) => page.dispatchEvent(Object.assign(new Event(type), { persisted: true }));
}

/** A transaction that goes on until it is told to end. */
function endless(store, isDone = () => false) {
  let begun = 0;
  const working = store.run(["meta"], "readwrite", (tx, done) => {
    begun += 1;
    const again = () => { if (isDone()) done(begun); else tx.objectStore("meta").get("head").onsuccess = again; };
    again();
  });
  return { working, begun: () => begun };
}

test("a page that is left lets go of the store, and goes on when it is back", async (t) => {
  const tell = leavable(t);
  const { store, factory } = await tablet();
  const isBack = { yet: false };
  const { working, begun } = endless(store, () => isBack.yet);
  while (!begun()) await new Promise(setImmediate);
  tell("pagehide");
  delete globalThis.addEventListener;
  const next = new Store(factory);
  await next.set("post", "taken"); // would wait for ever
  assert.equal(begun(), 1);
  isBack.yet = true;
  tell("pageshow");
  assert.equal(await working, 2);
});

test("a store that another page holds for ever is broken, and not waited for", async (t) => {
  const { store, factory } = await tablet();
  const other = await new Promise((resolve) => { factory.open("threshold").onsuccess = ({ target }) => resolve(target.result); });
  const held = other.transaction(["meta"], "readwrite");
  const hold = () => { held.objectStore("meta").get("head").onsuccess = hold; };
  hold();
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const asked = assert.rejects(store.set("post", "taken"), StoreBroken);
  await new Promise(setImmediate);
  t.mock.timers.tick(10_000);
  await asked;
  held.abort();
  assert.equal(await store.get("post"), undefined);
  other.close();
});
