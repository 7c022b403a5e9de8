/** A tablet's own store outlives its code: what one release kept the next one sends, and the other way round after a step back. */

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { client as current } from "../replays/client.js";
import { Door, T, TABLET, arrival, givenClock, lockManager } from "./support.js";
import { IDBFactory } from "fake-indexeddb";

const folder = new URL("../replays/", import.meta.url);
const releases = readdirSync(folder).filter((name) => existsSync(new URL(`${name}/client.js`, folder)));
const frozen = await Promise.all(releases.map(async (name) => [name, (await import(new URL(`${name}/client.js`, folder))).client]));
const EFFECTS = [{ kind: "list", key: "parties", template: "party-row" }, { kind: "tally", key: "clean", by: "-guests" }];
const HALF_A_YEAR = 180 * 24 * 3_600_000;

/** A browser's disk, and whichever build of the tablet's code runs on it. */
function disk() {
  const factory = new IDBFactory();
  const now = givenClock();
  const door = new Door(now);
  return { now, door, run({ Store, Outbox, Courier, fold, markOf }) {
    const store = new Store(factory);
    const outbox = new Outbox(store, undefined, now);
    const courier = new Courier({ outbox, store, now, send: door.send, locks: lockManager() });
    return { store, outbox, courier, fold, markOf };
  } };
}

async function keep({ outbox }, now, count) {
  const kept = [];
  for (let n = 0; n < count; n += 1) {
    now.at += 60_000;
    kept.push(await outbox.keep(arrival(String(1 + n % 5), { effects: EFFECTS, ...(n % 4 === 3 && { author: null, proof: "unverified" }) })));
  }
  return kept;
}

const sums = ({ fold, markOf }, entries) => fold(markOf("1:0"), [{ kind: "tally", key: "clean", value: "500", stamp: 0 }, { kind: "list", key: "parties", ids: [] }], entries);

for (const [name, before] of frozen) {
  for (const [what, one, other] of [[`${name} → now`, before, current], [`now → ${name}`, current, before]]) {
    test(`${what}: a queue is sent by the other build, whole and in its own numbers`, async (t) => {
      const { now, door, run } = disk();
      const first = run(one);
      await first.outbox.enrol({ tablet: TABLET, epoch: 1, enrolled_at: T - 3_600_000 });
      const sent = await keep(first, now, 5);
      await first.courier.drain({ beat: true });
      const waiting = await keep(first, now, 37);
      first.store.close();
      now.at += HALF_A_YEAR;
      const second = run(other);
      const all = [...sent, ...waiting].map(({ id }) => id);
      assert.deepEqual((await second.outbox.pending()).map(({ id }) => id), waiting.map(({ id }) => id));
      const [shownThen, shownNow] = [sums(first, await first.outbox.all()), sums(second, await second.outbox.all())];
      assert.deepEqual(shownNow, shownThen);
      assert.deepEqual(shownNow[1].rows.map(({ entry }) => entry.id).sort(), [...all].sort());
      const more = await keep(second, now, 3);
      await second.courier.drain({ beat: true });
      assert.deepEqual([...door.received.keys()], [...all, ...more.map(({ id }) => id)]);
      assert.deepEqual([...door.received.values()].map(({ seq }) => seq), Array.from({ length: 45 }, (_, n) => n + 1));
      second.store.close();
      const third = run(one);
      assert.equal((await third.outbox.counts()).waiting, 0);
      t.diagnostic(`${waiting.length} entries waited half a year, ${door.requests.length} requests`);
    });
  }
}

test("something was frozen", () => assert.ok(releases.includes("part-1")));
