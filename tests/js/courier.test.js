/** Sending: an entry is done only when a recognised answer says so, whatever the network and the server do. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Courier } from "../../webapp/static/js/outbox/courier.js";
import { Door, T, TABLET, arrival, chance, lockManager, reply, tablet, unreachable } from "./support.js";

async function sending({ entries = 0, ...more } = {}) {
  const here = await tablet();
  const door = new Door(here.now);
  for (let n = 1; n <= entries; n += 1) await here.outbox.keep(arrival(String(n)));
  const states = [];
  const courier = new Courier({ ...here, send: door.send, locks: lockManager(), build: "b1", random: () => 1, abortAfter: 20, changed: (state) => states.push(state.state), ...more });
  const later = async (ms, why) => { here.now.at += ms; await courier.drain(why); };
  return { ...here, door, courier, states, later };
}
const sizes = (door) => door.requests.map(({ entries }) => entries.length);
const once = (fault) => { let done = false; return (...given) => (done ? undefined : ((done = true), fault(...given))); };

test("everything kept arrives, in batches of at most 200, and the chip says so", async () => {
  const { door, courier, outbox, states } = await sending({ entries: 450 });
  await courier.drain();
  assert.deepEqual(sizes(door), [200, 200, 50]);
  assert.equal(door.received.size, 450);
  assert.equal((await outbox.counts()).waiting, 0);
  assert.equal(states.at(-1), "ok");
  assert.ok(states.includes("busy"));
});

test("a request carries what the door wants", async () => {
  const { door, courier } = await sending({ entries: 2 });
  await courier.drain();
  const [{ nonce, entries, headers, ...rest }] = door.requests;
  assert.deepEqual(rest, { protocol: 1, tablet: TABLET, epoch: 1, sent_at: T, high_seq: 2, build: "b1", updates_seen: 0 });
  assert.ok(nonce.length >= 8 && nonce.length <= 64);
  assert.deepEqual(headers, { "Content-Type": "application/json", "X-Threshold-Sync": "1" });
  assert.deepEqual(entries.map(({ seq, attempts }) => [seq, attempts]), [[1, undefined], [2, undefined]]);
});

test("nothing is sent when nothing waits, unless a sign of life is wanted", async () => {
  const { door, courier } = await sending();
  await courier.drain();
  assert.deepEqual(sizes(door), []);
  await courier.drain({ beat: true });
  assert.deepEqual(sizes(door), [0]);
});

test("a sign of life tells about the tablet, a batch does not, and what fails to tell keeps nothing from being sent", async () => {
  const { door, courier } = await sending({ about: async () => ({ usage: 7 }), entries: 1 });
  await courier.drain({ asked: true, beat: true });
  await courier.drain({ asked: true, beat: true });
  assert.deepEqual(door.requests.map(({ about }) => about), [undefined, { usage: 7 }]);
  const broken = await sending({ about: () => Promise.reject(new Error("no estimate")) });
  await broken.courier.drain({ beat: true });
  assert.deepEqual(broken.door.requests.map(({ about }) => about), [undefined]);
});

test("a lost answer is sent again and counted once", async () => {
  const { door, courier, outbox, later } = await sending({ entries: 3 });
  door.fault = (_request, when) => (when === "after" && door.requests.length === 1 ? unreachable() : undefined);
  await courier.drain();
  assert.equal((await courier.state()).state, "offline");
  assert.equal((await outbox.counts()).waiting, 3);
  await later(60_000);
  assert.equal(door.received.size, 3);
  assert.deepEqual((await outbox.all()).map(({ outcome }) => outcome), ["applied", "applied", "applied"]);
});

for (const [name, answer] of Object.entries({
  "a captive portal": () => reply("<html>Wi-Fi</html>", { type: "text/html" }),
  "a redirect": () => reply({}, { redirected: true }),
  "a proxy's 502": () => reply("bad gateway", { status: 502, type: "text/html" }),
  "an empty 200": () => reply("", {}),
  "a stored answer": () => reply({ protocol: 1, nonce: "old-nonce", server_time: T, acked_seq: 9, results: [], updates: [] }),
})) {
  test(`${name} drops nothing`, async () => {
    const { door, courier, outbox, later } = await sending({ entries: 2 });
    door.fault = once(answer);
    await courier.drain();
    assert.equal((await outbox.counts()).waiting, 2);
    await later(60_000);
    assert.equal(door.received.size, 2);
  });
}

test("401 pauses, says so, keeps everything, and goes on when the tablet is let in again", async () => {
  const { door, courier, outbox, later } = await sending({ entries: 2 });
  door.fault = once(() => reply({ reason: "revoked" }, { status: 401 }));
  await courier.drain();
  assert.deepEqual(await courier.state().then(({ state, waiting, cause }) => [state, waiting, cause]), ["revoked", 2, "revoked"]);
  await later(60_000);
  assert.equal((await courier.state()).state, "ok");
  assert.equal((await outbox.counts()).waiting, 0);
});

test("after a time-out the batch is halved, then grows again", async () => {
  const { door, courier, later } = await sending({ entries: 40 });
  door.fault = ({ entries }, _when, signal) => entries.length > 10 && new Promise((_resolve, reject) => { signal.onabort = () => reject(signal.reason); });
  await courier.drain();
  await later(60_000);
  await later(60_000);
  door.fault = () => undefined;
  await later(60_000);
  assert.deepEqual(sizes(door), [40, 20, 10, 20, 10, 20]);
  assert.equal(door.received.size, 40);
});

test("Retry-After is kept even when somebody asks; without it asking is enough", async () => {
  const { door, courier, now } = await sending({ entries: 2 });
  door.fault = once(() => reply({}, { status: 503, headers: { "Retry-After": "30" } }));
  await courier.drain();
  now.at += 29_000;
  await courier.drain({ asked: true });
  assert.equal(door.requests.length, 1);
  now.at += 1_000;
  door.fault = once(() => reply({}, { status: 503 }));
  await courier.drain({ asked: true });
  assert.equal(door.requests.length, 3); // a batch of one, then the question whether only this one fails
  await courier.drain();
  assert.equal(door.requests.length, 3);
  await courier.drain({ asked: true });
  assert.equal(door.received.size, 2);
});

test("a network that returns while a send is failing is tried at once", async () => {
  const { store, outbox, now } = await tablet();
  const door = new Door(now);
  await outbox.keep(arrival("1"));
  /** @type {(() => void)[]} */
  const held = [];
  let isUp = false;
  const send = (...asked) => (isUp ? door.send(...asked) : new Promise((_, reject) => { held.push(() => reject(new TypeError())); }));
  const courier = new Courier({ outbox, store, send, locks: lockManager(), now });
  const first = courier.drain();
  while (!held.length) await new Promise((done) => { setImmediate(done); });
  isUp = true;
  const woken = courier.drain({ asked: true });
  for (const fail of held) fail();
  await Promise.all([first, woken]);
  assert.equal(door.received.size, 1);
});

test("an entry that alone gets no answer is counted as tried; a dead network is nobody's fault", async () => {
  const { door, outbox, later } = await sending({ entries: 2 });
  door.fault = unreachable;
  for (let n = 0; n < 4; n += 1) await later(70_000);
  assert.deepEqual((await outbox.all()).map(({ attempts }) => attempts), [undefined, undefined]);
  door.fault = ({ entries }) => entries.some(({ seq }) => seq === 1) && reply("", { status: 500 });
  for (let n = 0; n < 4; n += 1) await later(70_000);
  const attempts = door.requests.filter(({ entries }) => entries.length === 1).map(({ entries: [entry] }) => entry.attempts);
  assert.deepEqual(attempts, [1, 2, 3]);
  door.refuses = (_id, seq) => seq === 1 ? { outcome: "held", reason: "attempts" } : undefined;
  door.fault = () => undefined;
  await later(70_000);
  assert.deepEqual((await outbox.all()).map(({ outcome, attention }) => [outcome, attention]), [["held", 1], ["applied", undefined]]);
});

test("a gap is filled from where the server says", async () => {
  const { door, courier, outbox } = await sending({ entries: 3 });
  await courier.drain();
  door.acked.set(1, 1);
  for (const [id, { seq }] of door.received) if (seq > 1) door.received.delete(id);
  await outbox.keep(arrival("4"));
  await courier.drain();
  assert.deepEqual(door.requests.at(-1).entries.map(({ seq }) => seq), [2, 3, 4]);
  assert.equal(door.received.size, 4);
});

test("a restored backup is noticed by the sign of life, and everything is sent again", async () => {
  const { door, courier, outbox } = await sending({ entries: 5 });
  await courier.drain();
  door.acked.set(1, 2);
  for (const [id, { seq }] of door.received) if (seq > 2) door.received.delete(id);
  await courier.drain({ beat: true });
  await courier.drain();
  assert.equal(door.received.size, 5);
  assert.equal((await outbox.counts()).waiting, 0);
});

test("a door that takes nothing does not make us send for ever", async () => {
  const { door, courier } = await sending({ entries: 2 });
  door.take = (_epoch, { id, seq }) => ({ id, seq, outcome: "retry" });
  await courier.drain();
  assert.equal(door.requests.length, 3);
  assert.equal((await courier.state()).cause, "stuck");
});

test("after a fork new entries are counted under the next epoch, and the old ones still arrive", async () => {
  const { door, courier, outbox } = await sending({ entries: 2 });
  const take = door.take.bind(door);
  door.take = (epoch, entry) => {
    const result = take(epoch, entry);
    return epoch === 1 && entry.seq === 1 ? { id: entry.id, seq: 1, outcome: "fork", new_epoch: 2, as: { outcome: "applied", flags: ["fork"] } } : result;
  };
  await courier.drain();
  const { epoch, seq } = await outbox.keep(arrival());
  assert.deepEqual({ epoch, seq }, { epoch: 2, seq: 1 });
  await courier.drain();
  assert.equal((await outbox.counts()).waiting, 0);
});

test("a batch stays below one mebibyte", async () => {
  const { door, courier, outbox } = await sending();
  for (let n = 0; n < 100; n += 1) await outbox.keep(arrival("1", { body: { remark: "\"".repeat(8_000) } }));
  await courier.drain();
  assert.equal(door.received.size, 100);
  assert.ok(door.requests.length > 1);
});

test("the clock is set by the answer with the shortest way", async () => {
  const { door, courier, store, now } = await sending({ entries: 1 });
  const answer = door.answer.bind(door);
  door.answer = (request) => { now.at += 50; const said = { ...answer(request), server_time: now.at + 1000 }; now.at += 50; return said; };
  await courier.drain();
  assert.deepEqual(await store.get("clock"), { offset: 1000, rtt: 100, at: now.at, beacon: now.at + 950 });
});

test("two pages do not send at once", async () => {
  const locks = lockManager();
  const { door, courier, outbox, store, now } = await sending({ entries: 3, locks });
  const other = new Courier({ outbox, store, send: door.send, locks, now });
  await Promise.all([courier.drain(), other.drain()]);
  assert.deepEqual(sizes(door), [3]);
});

test("a sender that has shown no life for a minute is replaced", async () => {
  const locks = lockManager();
  const { door, courier, store, now } = await sending({ entries: 3, locks });
  locks.request("threshold-courier", {}, () => new Promise(() => {})).catch(() => {});
  await store.set("courier", { beat: now() - 59_000 });
  await courier.drain();
  assert.deepEqual(sizes(door), []);
  await store.set("courier", { beat: now() - 61_000 });
  await courier.drain();
  assert.deepEqual(sizes(door), [3]);
});

test("entries kept while sending are sent in the same go", async () => {
  const { door, courier, outbox } = await sending({ entries: 1 });
  door.fault = once(async () => { await outbox.keep(arrival("late")); courier.drain(); });
  await courier.drain();
  assert.equal(door.received.size, 2);
});

test("random faults for a day: none lost, none doubled, all answered", async (t) => {
  const rounds = Number(process.env.ROUNDS ?? 1) * 8;
  let [kept, requests, faults] = [0, 0, 0];
  for (let seed = 1; seed <= rounds; seed += 1) {
    const random = chance(seed);
    const { door, outbox, later, now } = await sending({ random, abortAfter: 1 });
    door.fault = (request, when, signal) => {
      const drawn = random();
      if (drawn > 0.25) return undefined;
      faults += 1;
      if (drawn < 0.08) return unreachable();
      if (drawn < 0.12) return new Promise((_resolve, reject) => { signal.onabort = () => reject(signal.reason); });
      if (drawn < 0.16) return reply("<html>", { type: "text/html" });
      if (drawn < 0.2) return reply({}, { status: 503, headers: { "Retry-After": "5" } });
      if (when === "before" && door.acked.get(1) > 3) {
        const back = door.acked.get(1) - 2;
        for (const [id, { seq }] of door.received) if (seq > back) door.received.delete(id);
        door.acked.set(1, back);
      }
      return undefined;
    };
    for (let step = 0; step < 25; step += 1) {
      for (let tap = random() * 4; tap > 1; tap -= 1) await outbox.keep(arrival(String(step)));
      await later(Math.round(random() * 40_000), { asked: random() < 0.5, beat: true });
    }
    door.fault = () => undefined;
    while (await later(700_000, { beat: true }), (await outbox.counts()).waiting) assert.ok(now.at < T + 1e10);
    const all = await outbox.all();
    assert.deepEqual([...door.received.values()].map(({ seq }) => seq).sort((a, b) => a - b), all.map(({ seq }) => seq));
    assert.ok(all.every(({ outcome, id }) => outcome === "applied" && door.received.has(id)));
    [kept, requests] = [kept + all.length, requests + door.requests.length];
  }
  t.diagnostic(`${rounds} days, ${kept} entries, ${requests} requests, ${faults} faults`);
});

test("a clock that is set back does not keep anything waiting until it is there again", async () => {
  const { door, courier, outbox, now } = await sending({ entries: 2 });
  door.fault = once(() => reply({}, { status: 503, headers: { "Retry-After": "30" } }));
  await courier.drain();
  now.at -= 3 * 86_400_000;
  await courier.drain();
  assert.equal((await outbox.counts()).waiting, 0);
});

test("a dead sender is replaced though its last sign of life lies days ahead by a clock that was set back", async () => {
  const locks = lockManager();
  const { door, courier, store, now } = await sending({ entries: 3, locks });
  locks.request("threshold-courier", {}, () => new Promise(() => {})).catch(() => {});
  await store.set("courier", { beat: now() });
  now.at -= 3 * 86_400_000;
  await courier.drain();
  assert.deepEqual(sizes(door), [3]);
});
