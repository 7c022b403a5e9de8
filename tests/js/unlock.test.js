/** Codes at the tablet: waits, the server's word and the verifier's, and seven days without it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isOver, proofOf, unlock } from "../../webapp/static/js/outbox/unlock.js";
import { isIdle, isWeekOver, seenBy, waitAfter, waitLeft } from "../../webapp/static/js/outbox/waits.js";
import { GREETER, T, chance, fixture, reply, tablet, unreachable } from "./support.js";

const { waits, left, week } = fixture("waits");
const limits = fixture("limits");
const RIGHT = fixture("verifier").cases.find(({ name }) => name === "right");
const person = { id: GREETER, name: "林靜怡", call_name: "靜怡", roles: ["greeter"], salt: RIGHT.salt, verifier: RIGHT.verifier, rounds: RIGHT.rounds };
const WRONG = "000001";
const DAY = 86_400_000;
const HEARD = { offset: 0, rtt: 20, at: T, beacon: T };

for (const { failures, wait_ms } of waits) test(`wait after ${failures}`, () => assert.equal(waitAfter(failures), wait_ms));
for (const { name, failures, tried_at, now, left_ms } of left) {
  test(`what is left: ${name}`, () => assert.equal(waitLeft({ failures, at: tried_at }, now), left_ms));
}
for (const { name, now, clock, seen, over } of week) {
  test(`seven days: ${name}`, () => assert.equal(isWeekOver(seenBy(seen, clock, now)), over));
}

async function known(clock = HEARD) {
  const found = await tablet();
  if (clock) await found.store.set("clock", clock);
  return found;
}

/** The server's side: answers by the nonce that it was asked with. */
const server = (outcome, more = {}, change = {}) => async (_url, { body }) => {
  const { nonce } = JSON.parse(body);
  return answered({ protocol: 1, nonce, server_time: T + 500, outcome, ...more }, change);
};
const answered = (body, change) => Object.assign(reply(body, change), { json: async () => (typeof body === "string" ? JSON.parse(body) : body) });
const never = (_url, { signal }) => new Promise((_resolve, reject) => {
  signal.addEventListener("abort", () => reject(new DOMException("late", "AbortError")));
});

test("the right code signs offline, and the wrong one does not", async () => {
  const { store, now } = await known();
  assert.deepEqual((await unlock(store, person, WRONG, { now, send: unreachable })).proof, undefined);
  assert.equal((await unlock(store, person, RIGHT.code, { now, send: unreachable })).proof, "pin-offline");
});

test("wrong codes wait longer and longer, a reload is no way round it, and the right one ends it", async () => {
  const { store, now } = await known();
  const waited = [];
  for (let tries = 0; tries < 5; tries += 1) {
    const { left: wait } = await unlock(store, person, WRONG, { now, send: unreachable });
    waited.push(wait);
    now.at += wait;
  }
  assert.deepEqual(waited, [0, 0, 5_000, 10_000, 20_000]);
  now.at -= 1;
  store.close(); // as a page that is loaded anew
  assert.equal((await unlock(store, person, RIGHT.code, { now, send: unreachable })).left, 1, "the right one has to wait too");
  now.at += 1;
  assert.equal((await unlock(store, person, RIGHT.code, { now, send: unreachable })).proof, "pin-offline");
  assert.equal((await unlock(store, person, WRONG, { now, send: unreachable })).left, 0, "counted from the beginning");
});

test("one person's wrong codes do not make another wait", async () => {
  const { store, now } = await known();
  for (let tries = 0; tries < 3; tries += 1) await unlock(store, person, WRONG, { now, send: unreachable });
  assert.equal((await unlock(store, { ...person, id: "another" }, RIGHT.code, { now, send: unreachable })).proof, "pin-offline");
});

test("twenty tries at once in many tabs are not a hundred guesses", async () => {
  const { store, now } = await known();
  const answers = await Promise.all(Array.from({ length: 20 }, () => unlock(store, { ...person, rounds: 1 }, WRONG, { now, send: unreachable })));
  const looked = (await store.get("tries"))[GREETER].failures;
  assert.equal(looked, 3);
  assert.equal(answers.filter(({ left: wait }) => wait).length, 18, "the third and all after it wait");
});

test("a clock set back starts the wait again and never makes it longer", async () => {
  const { store, now } = await known();
  for (let tries = 0; tries < 3; tries += 1) await unlock(store, person, WRONG, { now, send: unreachable });
  now.at -= 3 * DAY;
  assert.equal((await unlock(store, person, RIGHT.code, { now, send: unreachable })).left, 5_000);
  now.at += 5_000;
  assert.equal((await unlock(store, person, RIGHT.code, { now, send: unreachable })).proof, "pin-offline");
});

test("the server's word counts over the verifier's, in both directions, and moves the clock", async () => {
  const { store, now } = await known();
  const right = await unlock(store, person, WRONG, { now, send: server("right", { grant: "g-1" }) });
  assert.deepEqual(right, { proof: "grant:g-1", left: 0, locked: false, heard: true });
  assert.equal((await store.get("clock")).beacon, T + 500);
  assert.equal((await unlock(store, person, RIGHT.code, { now, send: server("wrong") })).proof, undefined);
  assert.deepEqual(await unlock(store, person, RIGHT.code, { now, send: server("locked") }), { proof: undefined, left: 0, locked: true, heard: true });
  assert.equal((await unlock(store, person, RIGHT.code, { now, send: server("wait", { wait_ms: 90_000 }) })).left, 90_000);
});

const NO_ANSWERS = {
  "a portal's page": async () => answered("<html></html>", { type: "text/html" }),
  "200 and {}": async () => answered({}),
  "another's answer": async () => answered({ protocol: 1, nonce: "not-asked", server_time: T, outcome: "right", grant: "g" }),
  "another protocol": async (_url, { body }) => answered({ protocol: 2, nonce: JSON.parse(body).nonce, server_time: T, outcome: "wrong" }),
  redirected: server("right", { grant: "g" }, { redirected: true }),
  revoked: async () => answered({ reason: "revoked" }, { status: 401 }),
  busy: async () => answered({ reason: "busy" }, { status: 503 }),
  nothing: unreachable,
  "an answer that never ends": never,
};
for (const [name, send] of Object.entries(NO_ANSWERS)) {
  test(`no answer, so the verifier decides: ${name}`, async () => {
    const { store, now } = await known();
    assert.equal((await unlock(store, person, RIGHT.code, { now, send, within: 50 })).proof, "pin-offline");
    assert.equal((await store.get("clock")).beacon, T, "no server time was heard");
  });
}

test("nobody waits longer for a dead network than the page says", async () => {
  const { store, now } = await known();
  let aborted = false;
  const send = (url, init) => {
    init.signal.addEventListener("abort", () => { aborted = true; });
    return never(url, init);
  };
  assert.equal((await unlock(store, person, RIGHT.code, { now, send })).proof, "pin-offline");
  assert.ok(aborted);
  assert.equal(limits.unlock_within_ms, 1500);
});

test("after seven days without the server the name is taken as it is, until it is heard again", async () => {
  const { store, now } = await known();
  now.at += limits.offline_unlock_ms + 1;
  assert.equal(await isOver(store, now()), true);
  assert.equal((await unlock(store, person, WRONG, { now, send: unreachable })).proof, "unverified");
  now.at -= 6 * DAY;
  assert.equal((await unlock(store, person, RIGHT.code, { now, send: unreachable })).proof, "unverified", "a clock set back gives nothing");
  assert.equal((await unlock(store, person, WRONG, { now, send: server("wrong", { server_time: now() }) })).proof, undefined);
  assert.equal(await isOver(store, now()), false);
  assert.equal((await unlock(store, person, RIGHT.code, { now, send: unreachable })).proof, "pin-offline");
});

test("a proof is one of five, by whoever could be asked", () => {
  const said = { outcome: "right", server_time: T, grant: "g" };
  const wrong = { outcome: "wrong", server_time: T };
  const all = [[said, true], [said, false], [wrong, true], [undefined, true], [undefined, false]];
  assert.deepEqual(all.map(([word, right]) => proofOf(word, right, false)), ["grant:g", "grant:g", undefined, "pin-offline", undefined]);
  assert.deepEqual(all.map(([word]) => proofOf(word, false, true)), ["grant:g", "grant:g", undefined, "unverified", "unverified"]);
});

test("a tablet locks itself after three minutes, or twenty while guests are inside; a clock that was set locks it too", () => {
  const minutes = (n) => T + n * 60_000;
  const cases = [[3, false, false], [3.01, false, true], [19, true, false], [20.01, true, true], [-4, false, true]];
  for (const [n, guests, idle] of cases) assert.equal(isIdle(T, guests, minutes(n)), idle, `${n} minutes`);
});

test("random tries agree with a count on paper", async () => {
  const random = chance(7);
  const { store, now } = await known();
  let paper = { failures: 0, at: 0 };
  for (let step = 0; step < 60; step += 1) {
    now.at += Math.floor(random() * 30_000);
    const right = random() < 0.15;
    const wait = paper.failures < 3 ? 0 : Math.max(0, paper.at + waits[Math.min(paper.failures, 12)].wait_ms - now());
    const said = right ? server("right", { grant: "g" }) : server("wrong");
    const answer = await unlock(store, { ...person, rounds: 1 }, right ? RIGHT.code : WRONG, { now, send: said });
    assert.equal(Boolean(answer.proof), right && !wait, `step ${step}`);
    if (wait) assert.equal(answer.left, wait);
    else paper = right ? { failures: 0, at: 0 } : { failures: paper.failures + 1, at: now() };
  }
});

