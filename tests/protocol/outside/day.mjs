// A day at the flat, made by chance from a seed: two tablets and a copied third record it, the network is bad, and at the end
// the states that the model expects are printed. In: {seed, entries, start, tablets, upgrade} as JSON, the last a command that
// tries held entries again; out: {states, sent, surprises}.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Tablet, sha256 } from "./client.mjs";
import { World, judge, read } from "./model.mjs";

const MINUTE = 60000;
const HOUR = 60 * MINUTE;
const ODDITIES = 9;
const NOBODY = "01980000-0000-7000-8000-0000000000ff";

/** Chance that can be had again (mulberry32). */
function chance(seed) {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    below: (n) => Math.floor(next() * n),
    likely: (p) => next() < p,
    one: (list) => list[Math.floor(next() * list.length)],
    bytes: (n) => Buffer.from(Array.from({ length: n }, () => Math.floor(next() * 256))),
  };
}

/** One tablet with its clock: `drift` is server − wall, known to within `jitter`; a beacon is heard every few minutes. */
class Desk {
  constructor(enrolled, number, luck, drift) {
    this.tablet = new Tablet(enrolled, { random: luck.bytes });
    Object.assign(this, {
      number,
      luck,
      drift,
      beacon: null,
      offset: drift,
      people: enrolled.actors.map((each) => each.id),
    });
    this.enrolledAt = parseInt(enrolled.tablet.replaceAll("-", "").slice(0, 12), 16);
  }

  clock(now) {
    if (this.beacon === null || now - this.beacon > 17 * MINUTE) {
      this.beacon = now;
      this.offset = this.drift + this.luck.below(4000) - 2000;
    }
    return { wall: now - this.drift, offset: this.offset, beacon_at: this.beacon };
  }

  record(now, operation, body, { clock = {}, ...rest } = {}) {
    const own = { author: this.luck.one(this.people), proof: "pin-offline", ...rest };
    return this.tablet.record(operation, body, { ...own, clock: { ...this.clock(now), ...clock } });
  }
}

/** What the greeters do, one thing after another. Every doing gets the desk and the time. */
class Day {
  constructor({ seed, entries, start, tablets, upgrade }) {
    this.upgrade = upgrade;
    this.luck = chance(seed);
    this.start = start;
    this.desks = tablets.map(
      (each, number) => new Desk(each, number + 1, this.luck, this.luck.below(3600000) - 1800000),
    );
    this.entries = entries;
    this.open = [];
    this.refused = [];
    this.offers = [];
    this.asked = [];
    this.moved = [];
    this.said = [];
    this.answered = [];
    this.places = Object.fromEntries(start.sites.places.map((each) => [each.code, each.id]));
    this.flat = start.sites.flats[0];
    this.items = start.stock.items
      .filter((each) => ["shoe_cover", "tea", "cup_supplies"].includes(each.category))
      .map((each) => each.id);
  }

  place() {
    return this.luck.one(Object.values(this.places));
  }
  post() {
    return this.luck.one(this.start.sites.posts);
  }
  item() {
    return this.luck.one(this.items);
  }
  number(most) {
    return this.luck.one([
      String(1 + this.luck.below(most)),
      1 + this.luck.below(most),
      "２",
      `${this.luck.below(most)}.125`,
    ]);
  }

  /** Sometimes written up later: at most 48 hours, sometimes too long ago, sometimes exactly at the bound. */
  when(now) {
    if (!this.luck.likely(0.2)) return {};
    return {
      when: String(
        this.luck.one([now - 10 * MINUTE, now - 3 * HOUR, now - 26 * HOUR, now - 49 * HOUR, now - 5 * MINUTE]),
      ),
    };
  }

  arrive(desk, now) {
    const guests = this.luck.likely(0.1) ? this.luck.one(["0", "301", "many", ""]) : String(1 + this.luck.below(8));
    const body = {
      flat: this.flat.id,
      place: this.luck.likely(0.8) ? this.flat.place : this.place(),
      guests,
      ...this.when(now),
    };
    if (this.luck.likely(0.8)) body.item = this.luck.one(this.items.slice(0, 2));
    if (this.luck.likely(0.3)) body.covers = String(this.luck.below(9));
    const author = this.luck.one(desk.people);
    const id = desk.record(now, "tours.arrive", body, { author });
    this.said.push({ id, author, by: "tours.reverse" });
    if (read("tours.arrive", JSON.stringify(body)).errors.length)
      {this.refused.push({ id, operation: "tours.arrive", body, field: "guests", mend: "3", desk });}
    this.open.push(id);
  }

  seeOff(desk, now) {
    const any = [...this.start.tours.parties.map((each) => each.id), NOBODY];
    const party = this.open.length && this.luck.likely(0.85) ? this.luck.one(this.open) : this.luck.one(any);
    desk.record(now, "tours.see_off", { party, ...this.when(now) }, { proof: "post" });
  }

  /** Sometimes it is still here, though nobody ever said that it left. */
  stay(desk, now) {
    desk.record(now, "tours.stay", { party: this.open.length ? this.luck.one(this.open) : NOBODY }, { proof: "post" });
  }

  draw(desk, now) {
    const body = { item: this.item(), place: this.place(), quantity: this.number(40), ...this.when(now) };
    const kind = this.luck.one([
      "stock.draw",
      "stock.draw",
      "stock.collect",
      "stock.return_clean",
      "stock.receive",
      "stock.lose",
      "stock.write_off",
      "stock.confirm",
      "stock.request",
    ]);
    if (kind === "stock.draw" && this.luck.likely(0.7)) body.store = this.places.store;
    if (kind === "stock.lose") body.state = this.luck.one(["soiled", "clean"]);
    if (kind === "stock.write_off") Object.assign(body, { state: "store", reason: this.luck.one(["expired", "other"]) });
    if (kind === "stock.confirm") body.request = this.luck.likely(0.8) ? (this.asked.at(-1) ?? NOBODY) : NOBODY;
    if (kind === "stock.request") delete body.when;
    if (/collect|return/.test(kind) && this.luck.likely(0.4)) body.batch = this.moved.at(-1)?.id ?? NOBODY;
    if (kind === "stock.return_clean" && this.luck.likely(0.4)) body.rejected = this.number(4);
    if (/collect|return/.test(kind) && this.luck.likely(0.7)) body.laundry = this.places.laundry;
    const author = this.luck.one(desk.people);
    const id = desk.record(now, kind, body, { author });
    if (kind === "stock.request") this.asked.push(id);
    this.moved.push({ id, author });
  }

  /** One's own or somebody else's, of today or of yesterday, sometimes twice, sometimes of what nobody knows. */
  reverse(desk, now) {
    const wrong = this.luck.likely(0.9) && this.moved.length ? this.luck.one(this.moved) : { id: NOBODY };
    const own = this.luck.likely(0.8) && wrong.author ? { author: wrong.author } : {};
    desk.record(now, "stock.reverse", { entry: wrong.id, state: "clean" }, { proof: "post", ...own });
    if (this.said.length) this.takeBack(desk, now, this.luck.one(this.said));
  }

  takeBack(desk, now, { id, author, by }) {
    const own = this.luck.likely(0.8) ? { author } : {};
    desk.record(now, this.luck.likely(0.9) ? by : "tours.reverse", { entry: id }, { proof: "post", ...own });
  }

  count(desk, now) {
    const place = this.luck.likely(0.5) ? this.flat.place : this.place();
    desk.record(now, "stock.count", {
      item: this.luck.one(this.items.slice(0, 4)),
      place,
      state: this.luck.one(["clean", "soiled", "store"]),
      counted: this.number(90),
    });
  }

  answer(desk, now) {
    const list = this.luck.one(this.start.content.filter((each) => each.kind === "checklist"));
    const body = { version: list.id, place: this.place(), item: `point.${this.luck.below(30)}`, ...this.when(now) };
    const about = { version: body.version, place: body.place };
    if (this.luck.likely(0.1)) {
      const author = this.luck.one(desk.people);
      const id = desk.record(now, "checklists.submit", { ...about, ...this.when(now) }, { proof: "post", author });
      return this.said.push({ id, author, by: "checklists.reverse" });
    }
    if (this.luck.likely(0.1)) return desk.record(now, "checklists.sign", { ...about, item: body.item });
    if (this.luck.likely(0.4)) body.answer = this.luck.one(["pass", "fail", "na"]);
    if (this.luck.likely(body.answer ? 0.3 : 0.6)) body.number = this.luck.one(["０．５", "12", 7.25, "3.1"]);
    else if (!body.answer) Object.assign(body, this.luck.one([{ choice: "windows" }, { text: " 雨 " }, { time: "8:40" }, { time: "２３：５９" }]));
    if (body.number && this.luck.likely(0.4)) body.expected = "12";
    if (body.number || this.luck.likely(0.1)) Object.assign(body, this.counting());
    if (this.luck.likely(0.3)) body.note = this.luck.one(["  燈不亮 ", "行\n二", "𠮷", '"quoted" \\ back']);
    if (this.luck.likely(0.2)) body.photos = this.photos();
    this.answered.push(desk.record(now, "checklists.answer", body, { proof: "post" }));
  }

  /** What the number of a point counts; now and then half of it is not said. */
  counting() {
    const counted = { stock: this.luck.one(this.items.slice(0, 4)), state: this.luck.one(["clean", "soiled", "store"]) };
    return this.luck.likely(0.8) ? counted : { stock: counted.stock };
  }

  /** Something that was answered is put right, whether it was wrong or not; or what nobody knows of. */
  putRight(desk, now) {
    const body = { action: this.luck.one([NOBODY, ...this.answered]), ...this.when(now) };
    if (this.luck.likely(0.5)) body.note = this.luck.one(["換了燈泡", " done ", "行\n二"]);
    if (this.luck.likely(0.3)) body.photos = this.photos();
    const author = this.luck.one(desk.people);
    this.said.push({ id: desk.record(now, "actions.done", body, { proof: "post", author }), author, by: "actions.reverse" });
  }

  /** One to three digests, one of them perhaps twice. */
  photos() {
    return Array.from({ length: 1 + this.luck.below(3) }, () => sha256(`photo ${this.luck.below(1000)}`));
  }

  remark(desk, now) {
    const body = {
      place: this.place(),
      category: this.luck.one(["normal", "abnormal", "safety", "repair", "visitor", "stock"]),
      ...this.when(now),
    };
    if (this.luck.likely(0.2)) body.photos = this.photos();
    const bad = this.luck.likely(0.15);
    body.text = bad
      ? ""
      : this.luck.one(["落地燈不亮", "café", " 雨天，地面濕 ", "<b>x</b> & \u2028 y", "置业顾问陪同"]) +
        this.luck.below(1000);
    if (this.luck.likely(0.5)) body.post = this.post().id;
    const author = this.luck.likely(0.05) ? this.luck.one([null, NOBODY]) : this.luck.one(desk.people);
    const id = desk.record(now, "duty.remark", body, { proof: "post", author });
    this.said.push({ id, author, by: "duty.reverse" });
    if (bad) this.refused.push({ id, operation: "duty.remark", body, field: "text", mend: `補 ${id}`, desk });
  }

  handover(desk, now) {
    if (this.offers.length && this.luck.likely(0.6)) {
      const body = {
        offer: this.luck.likely(0.9) ? this.luck.one(this.offers) : NOBODY,
        result: this.luck.one(["accepted", "accepted_with_exceptions", "disputed"]),
      };
      if (this.luck.likely(0.4)) body.exceptions = "兩雙鞋套未點";
      if (this.luck.likely(0.7)) Object.assign(body, { place: this.flat.place }, this.lines());
      desk.record(now, "duty.accept", body);
      return;
    }
    const post = this.post();
    const to = this.luck.likely(0.5) ? { to: this.luck.one(desk.people) } : {};
    this.offers.push(
      desk.record(now, "duty.offer", {
        place: post.place,
        post: post.id,
        ...to,
        ...(this.luck.likely(0.3) ? { note: "鑰匙三把" } : {}),
        ...(this.luck.likely(0.3) ? { kept: this.luck.one(["key_box", "security"]), ...this.lines() } : {}),
        ...(this.luck.likely(0.2) ? { custodian: "保安 老周" } : {}),
        ...(this.luck.likely(0.2) ? { absent: "堵車", photos: this.photos() } : {}),
      }),
    );
  }

  /** What a handover goes through: things, counts, a remark; some of it left untouched, now and then a word that is none. */
  lines() {
    const cells = {};
    const row = (label, said) => {
      for (const [cell, value] of Object.entries(said)) cells[`lines.${label}.${cell}`] = value;
    };
    for (const { id } of this.start.custody.assets.filter(() => this.luck.likely(0.4))) {
      row(id, { kind: "asset", asset: id, state: this.luck.one(["back", "out", "lent", "lost"]), shown: "林靜怡 自 08:33 起" });
      if (this.luck.likely(0.8)) row(id, { said: this.luck.one(["agrees", "agrees", "differs"]) });
      if (this.luck.likely(0.3)) row(id, { note: " 少一把 " });
    }
    for (const state of ["clean", "in_use", "soiled"].filter(() => this.luck.likely(0.5)))
      {row(`covers-${state}`, { kind: "stock", item: this.item(), state, found: this.number(90) });}
    if (this.luck.likely(0.1)) row("x", { kind: "remark", entry: NOBODY, said: this.luck.one(["agrees", "perhaps"]) });
    return cells;
  }

  thing(desk, now) {
    const asset = this.luck.one(this.start.custody.assets).id;
    const kind = this.luck.one(["take", "take", "give_back", "lend", "lose", "find", "damage", "mend"]);
    const body = { asset, ...this.when(now) };
    if (kind === "lend" && this.open.length) body.party = this.luck.one(this.open);
    if (kind === "damage") body.note = "天線斷了";
    if (kind === "lose" && this.luck.likely(0.5)) body.note = " 最後在水吧 ";
    const author = this.luck.one(desk.people);
    this.said.push({ id: desk.record(now, `custody.${kind}`, body, { author }), author, by: "custody.reverse" });
  }

  shift(desk, now) {
    desk.record(now, this.luck.one(["shifts.take_post", "shifts.leave_post"]), { post: this.post().id });
  }

  /** Mends what was refused, sometimes from the other tablet, sometimes twice, sometimes before the original was delivered. */
  mend(desk, now) {
    const wrong = this.luck.likely(0.7) ? this.refused.shift() : this.refused[0];
    if (!wrong) return;
    const body = { ...wrong.body };
    delete body.when;
    desk.record(now, wrong.operation, { ...body, [wrong.field]: wrong.mend }, { repairs: wrong.id });
  }

  /** Clocks that cannot be trusted, digests that are not, what only a newer server knows, what cannot be sent any more. */
  odd(desk, now, kind = this.luck.below(ODDITIES)) {
    const remark = { place: this.places.hall, category: "normal", text: `奇 ${now}` };
    if (kind === 0) desk.record(now, "duty.remark", remark, { clock: { offset: null } });
    else if (kind === 1)
      {desk.record(
        now,
        "stock.draw",
        { item: this.item(), place: this.places.bar, quantity: "2" },
        { clock: { wall: now - desk.drift - 2 * HOUR } },
      );}
    else if (kind === 2) desk.record(now, "duty.remark", remark, { clock: { offset: desk.drift + 10 * MINUTE } });
    else if (kind === 3) desk.record(now, "duty.remark", remark, { clock: { wall: now + 3 * 24 * HOUR } });
    else if (kind === 4) desk.record(now, "duty.remark", remark, { digest: sha256("something else") });
    else if (kind === 5) desk.record(now, "duty.remark", { ...remark, place: NOBODY });
    else if (kind === 6) desk.record(now, "duty.sing", remark);
    else if (kind === 7) desk.record(now, "duty.remark", { ...remark, text: "" });
    else this.lose(desk, now, remark);
  }

  lose(desk, now, remark) {
    desk.record(now, "duty.remark", remark);
    desk.tablet.lose(desk.tablet.high(), "cleared");
  }

  async live() {
    const doings = [
      "arrive",
      "arrive",
      "arrive",
      "seeOff",
      "seeOff",
      "seeOff",
      "draw",
      "draw",
      "draw",
      "reverse",
      "stay",
      "count",
      "count",
      "answer",
      "answer",
      "putRight",
      "remark",
      "remark",
      "handover",
      "shift",
      "thing",
      "thing",
      "mend",
      "odd",
    ];
    const [from, to] = [this.start.at + MINUTE, Date.now() - 5 * MINUTE];
    let forced = 0;
    for (let n = 0; n < this.entries; n += 1) {
      const now = from + Math.floor(((to - from) * n) / this.entries);
      const desk = this.luck.one(this.desks.slice(0, 2));
      // Each oddity once on any day, whatever the seed: with chance alone one day in eight had no wrong digest.
      const due = Math.floor((n * (ODDITIES + 1)) / this.entries);
      if (due > forced && due <= ODDITIES) this.odd(desk, now, forced++);
      else this[this.luck.one(doings)](desk, now);
      if (this.luck.likely(0.1)) await this.network(this.luck.likely(0.75) ? this.desks[1] : this.desks[0]);
    }
    await this.now();
    await this.fork(from, to);
    for (const desk of [this.desks[1], this.desks[0]]) await desk.tablet.deliver();
    execFileSync(this.upgrade[0], this.upgrade.slice(1));
    for (const desk of this.desks) await desk.tablet.send([]);
  }

  /** Really now, after a heartbeat: a beacon that is younger than the enrolment, and clocks that are wrong all the same. */
  async now() {
    for (const desk of this.desks.slice(0, 2)) {
      await desk.tablet.send([]);
      desk.beacon = desk.tablet.heard;
      for (const clock of [{ offset: null }, { wall: Date.now() + 2 * HOUR, offset: desk.drift }, {}]) {
        desk.record(
          Date.now(),
          "duty.remark",
          { place: this.places.bar, category: "safety", text: "現在" },
          { clock: { beacon_at: desk.beacon, ...clock } },
        );
      }
    }
  }

  /** The third tablet is copied; both go on under the same numbers. Only remarks, with good clocks. */
  async fork(from, to) {
    const whole = this.desks[2];
    const say = (desk, part) =>
      desk.record(from + Math.floor((to - from) * part) + desk.number * 7, "duty.remark", {
        place: this.places.hall,
        category: "visitor",
        text: `分 ${part}`,
      });
    for (const part of [0.1, 0.2]) say(whole, part);
    await whole.tablet.deliver();
    const copy = Object.assign(Object.create(Desk.prototype), whole, { number: 4 });
    copy.tablet = Object.assign(Object.create(Tablet.prototype), whole.tablet, {
      kept: structuredClone(whole.tablet.kept),
    });
    for (const part of [0.3, 0.4, 0.5]) say(whole, part);
    for (const part of [0.35, 0.45, 0.55]) say(copy, part);
    await whole.tablet.deliver();
    await copy.tablet.deliver();
    for (const part of [0.6, 0.7]) for (const desk of [whole, copy]) say(desk, part);
    for (const desk of [copy, whole]) await desk.tablet.deliver();
    this.desks.push(Object.assign(copy, { number: 3 }));
    if (copy.tablet.epoch === 1) throw new Error("the copied tablet was never told of the fork");
  }

  /** One awkward exchange: part of what waits, or out of order, again, ahead of a gap; and the answer may be lost. */
  async network({ tablet }) {
    const waiting = tablet.waiting();
    const fate = this.luck.likely(0.3) ? "lost" : null;
    const some = waiting.slice(0, 1 + this.luck.below(40));
    const kind = this.luck.below(4);
    if (kind === 1) some.reverse();
    if (kind === 2)
      {some.push(...tablet.kept.filter((each) => each.outcome && each.epoch === tablet.epoch && this.luck.likely(0.2)));}
    if (kind === 3) some.splice(0, 1 + this.luck.below(3));
    await tablet.send(some, { fate });
    if (kind === 0) await tablet.deliver({ fate: null });
  }
}

/** What the model says of every entry: an outcome, and the facts that count. */
function told(day) {
  const known = new Set(
    [
      ...day.start.sites.places,
      ...day.start.sites.posts,
      ...day.start.sites.flats,
      ...day.start.stock.items,
      ...day.start.custody.assets,
      ...day.start.content,
    ].map((each) => each.id),
  );
  const entries = new Map();
  for (const desk of day.desks)
    {for (const each of judged(desk, known)) if (!entries.has(each.entry.id)) entries.set(each.entry.id, each);}
  const best = new Map();
  for (const each of entries.values()) repaired(each, entries, best);
  const facts = [...entries.values()].filter(
    (each) => each.outcome === "applied" && (!each.entry.repairs || best.get(each.entry.repairs) === each),
  );
  return { entries, facts: facts.map((each) => factOf(each, entries)) };
}

function judged(desk, known) {
  const epochs = [...new Set(desk.tablet.kept.map((each) => each.epoch))];
  return epochs.flatMap((epoch) => {
    const rows = desk.tablet.kept
      .filter((each) => each.epoch === epoch && !each.entry.lost)
      .sort((a, b) => a.entry.seq - b.entry.seq);
    const forms = rows.map(({ entry }) => (entry.operation === "duty.sing" ? null : read(entry.operation, entry.body)));
    const times = judge(
      rows.map(({ entry }, n) => ({ ...entry, received_at: Date.now(), when: forms[n]?.values.when })),
      desk.enrolledAt,
    );
    return rows.map((row, n) => ({
      row,
      entry: row.entry,
      epoch,
      desk,
      form: forms[n],
      time: times[n],
      ...outcome(row.entry, forms[n], times[n], known),
    }));
  });
}

function outcome(entry, form, time, known) {
  if (sha256(entry.body) !== entry.digest) return { outcome: "quarantined" };
  if (form === null) return { outcome: "held" };
  if (form.errors.length) return { outcome: "refused", fields: form.errors };
  if (time.refused) return { outcome: "refused", fields: ["when"] };
  const references = ["place", "post", "flat", "item", "version", "store", "laundry", "asset"].filter(
    (name) => !(name === "item" && entry.operation.startsWith("checklists.")),
  );
  const inRows = (form.values.lines ?? []).flatMap(({ asset, item }) => [asset, item]);
  const named = [...references.map((name) => form.values[name]), ...inRows];
  return { outcome: named.some((each) => each && !known.has(each)) ? "held" : "applied" };
}

/** Of several repairs of one entry, which share its effective time, the least id counts. */
function repaired(each, entries, best) {
  if (!each.entry.repairs || each.outcome !== "applied") return;
  if (entries.get(each.entry.repairs)?.outcome !== "refused") Object.assign(each, { outcome: "refused", fields: [""] });
  const other = best.get(each.entry.repairs);
  if (!other || each.entry.id < other.entry.id) best.set(each.entry.repairs, each);
}

/** A repair stands in the place of what it mends: its author, time, number and id. */
function factOf(each, entries) {
  const original = entries.get(each.entry.repairs);
  const { entry, epoch, desk } = original ?? each;
  return {
    at: original ? original.time.captured : each.time.effective_at,
    tablet: desk.number,
    epoch,
    seq: entry.seq,
    id: entry.id,
    operation: each.entry.operation,
    author: entry.author,
    values: each.form.values,
  };
}

/** Where the server's outcome is not the one that the page made us expect. */
function surprises(entries) {
  const found = [];
  for (const { row, entry, outcome: expected, fields, time } of entries.values()) {
    const got = row.outcome ?? { outcome: "none" };
    const flags = (list) => (list ?? []).filter((each) => ["time_wrong", "back_dated"].includes(each)).join();
    const same =
      got.outcome === expected &&
      (expected !== "refused" || Object.keys(got.errors).sort().join() === [...fields].sort().join());
    if (!same || (expected === "applied" && flags(got.flags) !== flags(time.flags)))
      {found.push({ entry, got, expected, fields, flags: time.flags });}
  }
  return found;
}

const task = JSON.parse(readFileSync(0, "utf8"));
const day = new Day(task);
await day.live();
const { entries, facts } = told(day);
const world = new World(task.start, facts);
const outcomes = {};
for (const { row } of entries.values())
  {outcomes[row.outcome?.outcome ?? "none"] = (outcomes[row.outcome?.outcome ?? "none"] ?? 0) + 1;}
const instants = [
  task.start.at,
  ...[0.3, 0.6, 0.9].map((part) => task.start.at + Math.floor((Date.now() - task.start.at) * part)),
  Date.now(),
  Date.now() + 3 * HOUR,
];
process.stdout.write(
  JSON.stringify({
    sent: entries.size,
    outcomes,
    updates: day.desks.reduce((sum, each) => sum + each.tablet.updates.length, 0),
    surprises: surprises(entries),
    lost: day.desks.reduce((sum, each) => sum + each.tablet.kept.filter((row) => row.entry.lost).length, 0),
    facts: facts.length,
    epochs: day.desks.map((each) => each.tablet.epoch),
    states: Object.fromEntries(instants.map((at) => [at, world.text(at)])),
  }),
);
