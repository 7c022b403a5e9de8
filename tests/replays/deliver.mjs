// Runs the code of a release as a tablet: keeps what it is told to at the time it is told, and much later sends it to a real server.

import { readFileSync } from "node:fs";

import "fake-indexeddb/auto";

const task = JSON.parse(readFileSync(0, "utf8"));
const { client } = await import(task.client);
const now = () => now.at;
now.at = task.at;
const send = (address, options) => fetch(task.url + address, { ...options, headers: { ...options.headers, Authorization: `Bearer ${task.credential}` } });
const store = new client.Store();
const outbox = new client.Outbox(store, undefined, now);
const courier = new client.Courier({ outbox, store, now, send });
await outbox.enrol({ tablet: task.tablet, epoch: task.epoch, enrolled_at: task.at, clock: { offset: 0, rtt: 0, at: task.at, beacon: task.at } });
for (const { operation, version, body, author, proof } of task.entries) {
  now.at += 60_000;
  await outbox.keep({ operation, version, body, author, proof });
}
now.at = task.at + task.later;
await courier.drain({ beat: true });
const { waiting, attention } = await outbox.counts();
const entries = (await outbox.all()).map(({ id, operation, outcome, flags, errors, reason }) => ({ id, operation, outcome, flags, errors, reason }));
process.stdout.write(JSON.stringify({ waiting, attention, entries }));
