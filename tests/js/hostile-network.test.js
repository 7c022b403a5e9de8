/**
 * A hundred times each: somebody else answers, then the server, while people go on working. Nothing that is kept changes for what is no
 * answer, and in the end everything is there once. Real HTTP, the outbox and the courier as they are.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Courier } from "../../webapp/static/js/outbox/courier.js";
import { HOSTILE, Line } from "./hostile.js";
import { arrival, chance, tablet } from "./support.js";

const TIMES = 100;
const IMPATIENT = 20;
const everything = (store) => store.read("entries", (entries) => entries.getAll());
/** All that an answer may change, but not that we are alive and why nothing goes. */
async function known(store) {
  const courier = { ...await store.get("courier"), beat: 0, cause: "" };
  return { head: await store.get("head"), clock: await store.get("clock"), courier };
}

describe("somebody else answers", { concurrency: true }, () => {
  for (const [name, { answer, endless, pauses, waits = 0 }] of Object.entries(HOSTILE)) {
    test(`${name}, ${TIMES} times`, async (t) => {
      const { store, outbox, now } = await tablet();
      const line = await Line.open(now);
      t.after(() => line.close());
      const random = chance(name.length);
      const parts = { outbox, store, send: line.send, locks: null, now, random };
      const courier = new Courier(parts);
      const hasty = endless ? new Courier({ ...parts, abortAfter: IMPATIENT }) : courier;
      let [kept, most] = [0, 0];
      for (let time = 1; time <= TIMES; time += 1) {
        for (let tap = 1 + (time % 3); tap; tap -= 1, kept += 1) await outbox.keep(arrival(String(time)));
        const before = { entries: await everything(store), known: await known(store), asked: line.asked, waiting: (await outbox.counts()).waiting };
        [line.hostile, line.reaches] = [answer, time % 2 === 0];
        await hasty.drain({ asked: true });
        most = Math.max(most, line.asked - before.asked);
        assert.deepEqual(await everything(store), before.entries);
        assert.deepEqual(await known(store), before.known);
        assert.equal((await courier.state()).waiting, before.waiting);
        assert.equal((await courier.state()).state, pauses ? "expired" : "offline");
        if (time % 2) await outbox.keep(arrival("while it was so")).then(() => { kept += 1; });
        line.hostile = undefined;
        if (waits) {
          const asked = line.asked;
          now.at += waits - 1;
          await courier.drain({ asked: true });
          assert.equal(line.asked, asked);
        }
        now.at += 1 + Math.round(random() * 2_000);
        await courier.drain({ asked: true });
        assert.deepEqual(await courier.state().then(({ state, waiting }) => [state, waiting]), ["ok", 0]);
      }
      const all = await outbox.all();
      assert.equal(all.length, kept);
      assert.deepEqual(all.map(({ id }) => id), [...line.door.received.keys()]);
      assert.ok(all.every(({ seq, outcome }, at) => seq === at + 1 && outcome === "applied"));
      assert.ok(most <= 4, `${most} requests for one no`); // two for the batch, and whether only the one entry fails; a login is asked for itself
      t.diagnostic(`${name}: ${TIMES} times, ${kept} entries, ${line.asked} requests, at most ${most} for one no`);
    });
  }
});
