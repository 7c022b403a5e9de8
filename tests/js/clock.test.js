/** Server time on the tablet, and times as people read and write them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { clockText, instantOf, localOf, sampled } from "../../webapp/static/js/outbox/clock.js";
import { T } from "./support.js";

const HOUR = 3_600_000;

test("the sample with the shortest way wins, and the beacon is the last heard", () => {
  const first = sampled(undefined, T, T + 100, T + 2050);
  assert.deepEqual(first, { offset: 2000, rtt: 100, at: T + 100, beacon: T + 2050 });
  const slow = sampled(first, T + 1000, T + 3000, T + 4000);
  assert.deepEqual([slow.offset, slow.rtt, slow.beacon], [2000, 100, T + 4000]);
  assert.equal(sampled(first, T + 1000, T + 1040, T + 3000).offset, 1980);
});

test("a sample is good for a day", () => {
  const first = sampled(undefined, T, T + 10, T);
  assert.equal(sampled(first, T + 25 * HOUR, T + 25 * HOUR + 500, T + 25 * HOUR).rtt, 500);
});

test("a clock that someone has set makes the old sample worthless", () => {
  const first = sampled(undefined, T, T + 10, T);
  assert.equal(sampled(first, T + HOUR, T + HOUR + 400, T + 200).offset, -HOUR);
  assert.equal(sampled(first, T - HOUR, T - HOUR - 5, T).rtt, -5);
});

test("times are those of the project's zone", () => {
  assert.equal(clockText(T, "Asia/Shanghai"), "11:40");
  assert.equal(clockText(T, "Europe/Berlin"), "04:40");
  assert.equal(clockText(T + 12.4 * HOUR, "Asia/Shanghai"), "00:04");
});

for (const [local, zone, iso] of [
  ["2025-11-23T11:40", "Asia/Shanghai", "2025-11-23T03:40:00Z"],
  ["2025-11-23T11:40:30", "Asia/Hong_Kong", "2025-11-23T03:40:30Z"],
  ["2026-03-29T01:59", "Europe/Berlin", "2026-03-29T00:59:00Z"],
  ["2026-03-29T03:00", "Europe/Berlin", "2026-03-29T01:00:00Z"],
  ["2026-10-25T04:00", "Europe/Berlin", "2026-10-25T03:00:00Z"],
]) {
  test(`${local} in ${zone}`, () => {
    assert.equal(instantOf(local, zone), Date.parse(iso));
    assert.equal(localOf(Date.parse(iso), zone), local.padEnd(19, ":00"));
  });
}

test("what is no time is none", () => assert.ok(Number.isNaN(instantOf("soon", "Asia/Shanghai"))));
