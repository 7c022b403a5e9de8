/**
 * Each entry is shown exactly once, whatever happens: random taps in two tabs, lost answers, refusals, imports, restored backups, other
 * tablets, pages of three languages cached at different times and open longer than their copies; and the page of each thing, the server's
 * own as much as the blank one that stands for it.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Courier } from "../../webapp/static/js/outbox/courier.js";
import { figure, fold, markOf, thousandths } from "../../webapp/static/js/outbox/overlay.js";
import { packed } from "../../webapp/static/js/worker/pages.js";
import { Door, arrival, chance, lockManager, tablet, unreachable } from "./support.js";

const LANGUAGES = ["zh-Hant", "zh-Hans", "en"];
const EFFECTS = [{ kind: "list", key: "parties", template: "row" }, { kind: "tally", key: "clean", by: "-guests" }, { kind: "step", key: "party/{id}", step: "inside" },
  { kind: "latest", key: "last", value: "{guests}" }, { kind: "list", key: "party/{id}", template: "party" }];
const STOCK = 500;
const BLANK = { text: "0:0", ids: [] };

/** The server's pages: what is applied is in the HTML, with the mark of the same snapshot. */
class Site {
  revision = 0;
  restores = 0;
  others = 0;
  at = new Map();

  constructor(now) {
    this.door = new Door(now);
  }

  get acked() {
    return this.door.acked.get(1) ?? 0;
  }

  etag(lang) {
    return `${lang} ${this.restores} ${this.others} ${[...this.door.received.values()].filter(({ result }) => result.outcome === "applied").length}`;
  }

  page(lang, guestsOf) {
    const ids = [...this.door.received].filter(([, { result }]) => result.outcome === "applied").map(([id]) => id);
    const value = STOCK - this.others - ids.reduce((sum, id) => sum + guestsOf.get(id), 0);
    return { lang, text: `1:${this.acked}`, etag: this.etag(lang), base: this.acked, ids, value: String(value), others: this.others, ...this.last(guestsOf) };
  }

  /** The latest value with its stamp. */
  last(guestsOf) {
    const applied = [...this.door.received].filter(([, { result }]) => result.outcome === "applied");
    const [id] = applied.reduce((found, each) => (each[1].seq > (found[1]?.seq ?? 0) ? each : found), []);
    return { last: id ? String(guestsOf.get(id)) : "", stamp: id ? this.at.get(id) : 0 };
  }

  /** The page of one thing: the blank one where it is not known here. */
  pageOf(id) {
    return this.door.received.get(id)?.result.outcome === "applied" ? { text: `1:${this.acked}`, ids: [id] } : BLANK;
  }
}

async function day(seed, counts) {
  const random = chance(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const { store, outbox, now } = await tablet();
  const site = new Site(now);
  const { door } = site;
  const guestsOf = new Map();
  const isRefused = new Set();
  const cached = new Map();
  const open = new Map();
  const couriers = [1, 2].map(() => new Courier({ outbox, store, now, random, send: door.send, locks: lockManager() }));
  door.refuses = (id) => (isRefused.has(id) ? { outcome: "refused", errors: { guests: "most" } } : undefined);
  const marks = () => store.run(["marks"], "readonly", (tx, done) => {
    tx.objectStore("marks").getAll().onsuccess = ({ target }) => done(target.result);
  });
  const put = (fresh) => store.run(["marks"], "readwrite", (tx) => fresh.forEach((mark) => tx.objectStore("marks").put(mark)));
  const carry = async (lang) => {
    const found = site.page(lang, guestsOf);
    cached.set(lang, found);
    await put([{ url: `/${lang}/door/`, etag: found.etag, epoch: 1, base: found.base, acked: found.base }]);
  };
  for (const lang of LANGUAGES) await carry(lang);
  const tabs = [{ doc: cached.get("zh-Hant") }, { doc: cached.get("en") }];

  const acts = {
    async tap() {
      now.at += Math.floor(random() * 60_000);
      const guests = 1 + Math.floor(random() * 6);
      const entry = await outbox.keep(arrival(String(guests), { effects: EFFECTS }));
      guestsOf.set(entry.id, guests);
      site.at.set(entry.id, entry.happened_at);
      if (random() < 0.1) isRefused.add(entry.id);
    },
    async send() {
      now.at += 700_000;
      const drawn = random();
      door.fault = (_request, when) => (drawn < 0.3 && when === "after" ? unreachable() : drawn < 0.4 ? unreachable() : undefined);
      if (drawn < 0.3) counts.lost += 1;
      await pick(couriers).drain({ beat: true });
    },
    async imported() { // a file of unsent entries brought by other hands: the tablet learns of it only later
      counts.imports += 1;
      for (const entry of await outbox.pending(3)) door.take(entry.epoch, entry);
    },
    async restored() {
      counts.restores += 1;
      site.restores += 1;
      const back = Math.max(0, site.acked - 3);
      for (const [id, { seq }] of door.received) if (seq > back) door.received.delete(id);
      door.acked.set(1, back);
    },
    async pack() {
      const lang = pick(LANGUAGES);
      const url = `/${lang}/door/`;
      const answer = { epoch: 1, acked_seq: site.acked, pages: [{ url, etag: site.etag(lang) }] };
      const { changed, moved } = packed(answer, lang, await marks(), LANGUAGES.map((each) => `/${each}/door/`));
      await put(moved);
      if (changed.length) await carry(lang);
      counts.fetched += changed.length;
      counts.moved += moved.length;
    },
    async open() { pick(tabs).doc = cached.get(pick(LANGUAGES)); },
    async other() { site.others += 1; },
    async born() { // the page of one thing, from the server now, and open from then on
      const id = pick([...guestsOf.keys(), ""]);
      if (id) open.set(id, site.pageOf(id));
    },
  };
  const weights = ["tap", "tap", "tap", "tap", "send", "send", "send", "imported", "pack", "pack", "open", "open", "other", "born", "born"];
  for (let step = 0; step < 60; step += 1) {
    await acts[step % 29 === 28 ? "restored" : pick(weights)]();
    for (const { doc } of tabs) await shownOnce(doc, { outbox, marks, guestsOf, isRefused, counts });
    for (const id of [...open.keys()].slice(-2)) for (const doc of [open.get(id), BLANK]) await bornOnce(id, doc, { outbox, isRefused, counts });
  }
  door.fault = () => undefined;
  for (let n = 0; n < 4; n += 1) { now.at += 700_000; await couriers[0].drain({ beat: true }); }
  assert.equal((await outbox.counts()).waiting, 0);
  counts.entries += guestsOf.size;
}

async function bornOnce(id, { text, ids }, { outbox, isRefused, counts }) {
  const mark = markOf(text);
  const [{ rows }] = fold(mark, [{ kind: "list", key: `party/${id}`, ids }], await outbox.since(mark));
  const all = [...ids, ...rows.map(({ entry }) => entry.id)];
  const entry = (await outbox.all()).find((each) => each.id === id);
  const isOut = entry.outcome === "refused" || (isRefused.has(id) && entry.seq <= mark.acked);
  assert.deepEqual(all, isOut && !ids.length ? [] : [id], `${text} ${JSON.stringify(entry)}`);
  counts.born += 1;
}

async function shownOnce(doc, { outbox, marks, guestsOf, isRefused, counts }) {
  const mark = markOf(doc.text, (await marks()).find(({ url }) => url === `/${doc.lang}/door/`));
  const all = await outbox.all();
  const readers = [
    { kind: "list", key: "parties", ids: doc.ids }, { kind: "latest", key: "last", value: doc.last, stamp: doc.stamp }, { kind: "tally", key: "clean", value: doc.value, stamp: 0 },
    ...all.map(({ id }) => ({ kind: "step", key: `party/${id}`, step: doc.ids.includes(id) ? "inside" : "", steps: ["", "inside"] })),
  ];
  const [{ rows }, last, { value }, ...steps] = fold(mark, readers, await outbox.since(mark));
  const shown = [...doc.ids, ...rows.map(({ entry }) => entry.id)];
  // The page may know of a refusal whose answer was lost on its way to the tablet.
  const isOut = ({ id, seq, outcome }) => outcome === "refused" || (isRefused.has(id) && seq <= mark.acked);
  const expected = all.filter((entry) => !isOut(entry) || doc.ids.includes(entry.id)).map(({ id }) => id);
  assert.deepEqual([...shown].sort(), [...expected].sort());
  assert.equal(value, figure(thousandths(String(STOCK - doc.others - shown.reduce((sum, id) => sum + guestsOf.get(id), 0)))));
  assert.deepEqual(all.filter((_, at) => steps[at].value === "inside").map(({ id }) => id).sort(), [...expected].sort());
  const newest = all.filter(({ id }) => expected.includes(id)).at(-1);
  assert.equal(last.value, newest ? String(guestsOf.get(newest.id)) : "");
  counts.looks += 1;
  counts.shown += shown.length;
}

test("each entry is shown exactly once", async (t) => {
  const days = 12 * Number(process.env.ROUNDS ?? 1);
  const counts = { entries: 0, looks: 0, shown: 0, lost: 0, imports: 0, restores: 0, fetched: 0, moved: 0, born: 0 };
  for (let seed = 1; seed <= days; seed += 1) await day(seed, counts);
  t.diagnostic(`${days} days: ${JSON.stringify(counts)}`);
  for (const [name, count] of Object.entries(counts)) assert.ok(count > 0, `no ${name}`);
});
