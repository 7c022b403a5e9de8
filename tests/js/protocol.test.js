/** The fixtures of docs/protocol/, which the Python suite runs too. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { conclude } from "../../webapp/static/js/outbox/answer.js";
import { BODY_BYTES, digestOf, fits, onTheWire, uuid7 } from "../../webapp/static/js/outbox/entry.js";
import { amount, filled, fold } from "../../webapp/static/js/outbox/overlay.js";
import { WeakVerifier, opens } from "../../webapp/static/js/outbox/verifier.js";
import { judge } from "./time-rules.js";
import { fixture } from "./support.js";

for (const { text, sha256 } of fixture("digests").cases) {
  test(`digest of ${text || "nothing"}`, async () => assert.equal(await digestOf(text), sha256));
}

for (const { name, enrolled_at, entries, expect } of fixture("time").cases) {
  test(`time: ${name}`, () => assert.deepEqual(judge(enrolled_at, entries), expect));
}

for (const { name, enrolled_at, entries, expect } of fixture("time").cases) {
  test(`time on the tablet: ${name}`, () => {
    const kept = entries.map(({ received_at: _received, ...entry }, at) => (
      { epoch: 1, id: String(at), body: "{}", effects: [{ kind: "tally", key: `${at}`, by: "+1" }], ...entry, waiting: 1, ...known(entries[at], expect[at]) }));
    expect.forEach(({ effective_at, refused }, at) => {
      if (refused) return;
      const reader = (stamp) => ({ kind: "tally", key: `${at}`, value: "0", stamp });
      const [now, later] = fold(null, [reader(effective_at), reader(effective_at + 1)], kept, enrolled_at);
      assert.equal(now.value, "1", String(at));
      if (effective_at !== entries[at].received_at) assert.equal(later.value, "0", String(at));
    });
  });
}

/** What only the server can see, and has said: that it came before it was made. */
const known = ({ happened_at, received_at }, { flags }) => (happened_at > received_at + 120_000 ? { flags } : {});

test("limits are those of the protocol", () => {
  const limits = fixture("limits");
  assert.equal(BODY_BYTES, limits.body_bytes);
  for (const { name, text, times, fits: expected } of limits.bodies) assert.equal(fits(text.repeat(times)), expected, name);
});

for (const { name, code, opens: expected, ...person } of fixture("verifier").cases) {
  test(`verifier: ${name}`, async () => {
    if (expected === "refused") await assert.rejects(opens(person, code), WeakVerifier);
    else assert.equal(await opens(person, code), expected);
  });
}

for (const { formula, body, value } of fixture("effects").formulas) {
  test(`formula ${formula} of ${JSON.stringify(body)}`, () => {
    if (value === "error") assert.throws(() => amount(formula, body), SyntaxError);
    else assert.equal(amount(formula, body), value);
  });
}

for (const { key, body, id, value } of fixture("effects").keys) {
  test(`key ${key}`, () => assert.equal(filled(key, body, id), value));
}

for (const { name, mark, readers, entries, expect } of fixture("overlay").cases) {
  test(`overlay: ${name}`, () => {
    const kept = entries.map(({ waiting, ...entry }) => ({ offset: 0, ...entry, body: JSON.stringify(entry.body), ...(waiting && { waiting: 1 }) }));
    const shown = fold(mark, readers, kept).map(({ rows, ...rest }) => (rows ? { rows: rows.map(({ entry }) => entry.id) } : rest));
    assert.deepEqual(shown, expect);
  });
}

for (const { name, sent, http, expect } of fixture("outcomes").cases) {
  test(`answer: ${name}`, () => {
    const concluded = conclude({ nonce: "a-nonce-0001", epoch: 1, entries: sent }, http);
    const { entries: wanted, updates_seen, ...rest } = expect;
    for (const [key, value] of Object.entries(rest)) assert.deepEqual(concluded[key], value, key);
    if (!expect.counts) return assert.deepEqual(concluded, expect);
    for (const [seq, outcome] of Object.entries(wanted)) {
      const found = concluded.entries.get(Number(seq));
      if (outcome === "waiting") assert.equal(found, undefined);
      else assert.deepEqual({ ...found, ...(outcome.attention && { attention: true }) }, outcome);
    }
    assert.equal(concluded.entries.size, Object.values(wanted).filter((outcome) => outcome !== "waiting").length);
    if (updates_seen) assert.equal(Math.max(...concluded.updates.map(({ no }) => no)), updates_seen);
  });
}

test("what goes on the wire is what the exchange shows", () => {
  const { request, answer } = fixture("outcomes").exchange;
  const local = { epoch: 1, kept_at: 1, waiting: 1, effects: [], when: 1, attempts: 3, outcome: "held" };
  assert.deepEqual(request.entries.map((entry) => onTheWire({ ...entry, ...local })), request.entries);
  assert.deepEqual(onTheWire({ ...fixture("outcomes").marker, ...local }), fixture("outcomes").marker);
  assert.equal(conclude(request, { status: 200, type: "application/json", redirected: false, body: JSON.stringify(answer) }).counts, true);
});

test("ids are UUIDv7 and rise with time", () => {
  const ids = [1_763_869_200_000, 1_763_869_200_001, 1_963_869_200_000].map(uuid7);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(parseInt(ids[0].replaceAll("-", "").slice(0, 12), 16), 1_763_869_200_000);
});
