// Sections 4 to 6 of docs/protocol.md, calculated from what the tablets recorded: when each entry counts, which are refused,
// and the bytes of the state digest. The state at the start is taken as given; nothing else is asked of the server.
import { sha256 } from "./client.mjs";

const SLACK = 120000;
const BACK = 48 * 3600000;
const SILENT = 60 * 60000;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const quantity = () => ({ kind: "quantity" });
const words = (most) => ({ kind: "text", most });
const id = { kind: "id" };
const need = (field) => ({ ...field, need: true });
const SIGNED = { answer: "signed", choice: null, expected: null, note: null, number: null, post: null, text: null, time: null };
/** What an answer may say that is not in order, besides fail. */
const FOUND = ["choice", "expected", "number", "time"];
const STATES = { kind: "choice", of: ["clean", "soiled", "store"] };
const MOVE = { item: need(id), place: need(id), quantity: need(quantity()), when: { kind: "when" } };

/** A row of what is handed over. */
const LINE = {
  kind: need({ kind: "choice", of: ["asset", "stock", "remark", "check", "action"] }),
  asset: id,
  item: id,
  entry: id,
  key: words(64),
  state: { kind: "choice", of: ["back", "out", "lent", "lost", "clean", "in_use", "soiled"] },
  shown: words(200),
  said: { kind: "choice", of: ["agrees", "differs"] },
  found: quantity(),
  note: words(200),
};

/** What is said of a point. */
const ANSWER = {
  version: need(id),
  place: need(id),
  item: need(words(64)),
  answer: { kind: "choice", of: ["pass", "fail", "na"] },
  number: quantity(),
  expected: quantity(),
  stock: id,
  state: STATES,
  choice: words(64),
  text: words(500),
  time: { kind: "time" },
  note: words(500),
  photos: { kind: "photos" },
  post: id,
  when: { kind: "when" },
};

/** Whether an answer is a count too. */
const pointCounts = ({ stock, state, number, answer, when }) =>
  Boolean(stock && state) && number !== null && number >= 0 && answer !== "na" && !when;

/** Section 5: the fields of every operation, and what they move (place field → state). */
const FORMS = {
  "actions.done": { action: need(id), note: words(500), photos: { kind: "photos" }, when: { kind: "when" } },
  "checklists.answer": ANSWER,
  "checklists.inspect": { ...ANSWER, post: need(id) },
  "checklists.sign": { version: need(id), place: need(id), item: need(words(64)) },
  "checklists.submit": { version: need(id), place: need(id), when: { kind: "when" } },
  "custody.damage": { asset: need(id), note: need(words(200)), when: { kind: "when" } },
  "custody.find": { asset: need(id), when: { kind: "when" } },
  "custody.give_back": { asset: need(id), when: { kind: "when" } },
  "custody.lend": { asset: need(id), party: id, when: { kind: "when" } },
  "custody.lose": { asset: need(id), note: words(200), when: { kind: "when" } },
  "custody.mend": { asset: need(id), when: { kind: "when" } },
  "custody.reverse": { entry: need(id), asset: id, damaged: id, became: words(16) },
  "custody.take": { asset: need(id), when: { kind: "when" } },
  "duty.accept": {
    offer: need(id),
    result: need({ kind: "choice", of: ["accepted", "accepted_with_exceptions", "disputed"] }),
    exceptions: words(500),
    place: id,
    lines: { kind: "lines" },
  },
  "actions.reverse": { entry: need(id), action: id },
  "checklists.reverse": { entry: need(id), version: id, place: id },
  "duty.reverse": { entry: need(id) },
  "duty.offer": {
    place: need(id),
    post: need(id),
    to: id,
    note: words(500),
    kept: { kind: "choice", of: ["key_box", "security"] },
    custodian: words(80),
    absent: words(500),
    lines: { kind: "lines" },
    photos: { kind: "photos" },
  },
  "duty.remark": {
    place: need(id),
    post: id,
    category: need({ kind: "choice", of: ["normal", "abnormal", "safety", "repair", "visitor", "stock"] }),
    text: need(words(500)),
    photos: { kind: "photos" },
    when: { kind: "when" },
  },
  "shifts.leave_post": { post: need(id) },
  "shifts.take_post": { post: need(id) },
  "stock.collect": { ...MOVE, laundry: id, batch: id },
  "stock.confirm": { request: need(id), ...MOVE },
  "stock.count": { item: need(id), place: need(id), state: need(STATES), counted: need(quantity()) },
  "stock.draw": { ...MOVE, store: id },
  "stock.lose": { ...MOVE, state: need({ kind: "choice", of: ["soiled", "clean"] }) },
  "stock.receive": MOVE,
  "stock.request": { item: need(id), place: need(id), quantity: need(quantity()), note: words(200) },
  "stock.return_clean": { ...MOVE, laundry: id, batch: id, rejected: quantity() },
  "stock.reverse": { entry: need(id), item: id, quantity: quantity(), place: id, state: words(16), home: id, source: words(16) },
  "stock.write_off": {
    ...MOVE,
    state: need(STATES),
    reason: need({ kind: "choice", of: ["expired", "spilt", "broken", "tasting", "other"] }),
    note: words(200),
  },
  "tours.arrive": {
    flat: need(id),
    place: need(id),
    guests: need({ kind: "whole", least: 1, most: 60 }),
    covers: { kind: "whole", least: 0, most: 120 },
    item: id,
    when: { kind: "when" },
  },
  "tours.reverse": {
    entry: need(id),
    place: id,
    item: id,
    guests: { kind: "whole", least: 1, most: 60 },
    covers: { kind: "whole", least: 0, most: 120 },
  },
  "tours.see_off": { party: need(id), when: { kind: "when" } },
  "tours.stay": { party: need(id), entry: id },
};

/** A field's text: JSON numbers and booleans as their text, a list's first, full-width digits as digits, no space around. */
function textOf(value) {
  const one = Array.isArray(value) ? value[0] : value;
  if (one === undefined || one === null) return "";
  return String(one).trim();
}

const digits = (text) => text.replace(/[０-９．－：]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0));

function thousandths(text) {
  const match = /^(\d+)(?:\.(\d{1,3}))?$/.exec(text);
  return match ? Number(match[1]) * 1000 + Number((match[2] ?? "").padEnd(3, "0")) : undefined;
}

const READERS = {
  id: (text) => (ID.test(text) ? text : undefined),
  text: (text, { most }) => ([...text].length <= most ? text : undefined),
  choice: (text, { of }) => (of.includes(text) ? text : undefined),
  quantity: (text) => (thousandths(digits(text)) <= 1e9 ? thousandths(digits(text)) : undefined),
  time: (text) => (/^([01]?\d|2[0-3]):[0-5]\d$/.test(digits(text)) ? digits(text).padStart(5, "0") : undefined),
  when: (text) => (/^\d+$/.test(digits(text)) ? Number(digits(text)) : undefined),
  whole: (text, { least, most }) => {
    const value = /^\d+$/.test(digits(text)) ? Number(digits(text)) : undefined;
    return value >= least && value <= most ? value : undefined;
  },
};

/** The rows of a body in the order in which they come, as far as they can be read; what is wrong is named by its cell. */
function rows(given, errors, all) {
  const found = new Map();
  for (const name of Object.keys(given).filter((each) => each.startsWith("lines."))) {
    const [, label, cell, ...rest] = name.split(".");
    if (!/^[0-9A-Za-z_-]{1,64}$/.test(label) || !(cell in LINE) || rest.length) errors.push("lines");
    else found.set(label, { ...found.get(label), [cell]: given[name] });
  }
  return [...found].map(([label, said]) => {
    const row = {};
    for (const [cell, field] of Object.entries(LINE)) {
      const text = textOf(said[cell]);
      row[cell] = text === "" ? null : READERS[field.kind](text, field);
      if (row[cell] === undefined || (field.need && row[cell] === null)) errors.push(`lines.${label}.${cell}`);
    }
    const counts = row.kind === "stock" && row.state !== "in_use";
    if (all && row.said === null && row.found === null) errors.push(`lines.${label}.${counts ? "found" : "said"}`);
    return row;
  });
}

/** What was gone through. */
const touched = (lines) => lines.filter(({ said, found }) => said !== null || found !== null);

/** The values of an entry's body, and the names of the fields for which it is refused. */
export function read(operation, body) {
  const values = {};
  const errors = [];
  let given;
  try {
    given = JSON.parse(body);
  } catch {
    return { values, errors: [""] };
  }
  if (given === null || typeof given !== "object" || Array.isArray(given)) return { values, errors: [""] };
  for (const [name, field] of Object.entries(FORMS[operation])) {
    if (field.kind === "photos") {
      values[name] = [...new Set([given[name] ?? []].flat())];
      if (values[name].length > 3 || !values[name].every((each) => /^[0-9a-f]{64}$/.test(each))) errors.push(name);
      continue;
    }
    if (field.kind === "lines") {
      values[name] = rows(given, errors, operation === "duty.accept");
      continue;
    }
    const text = textOf(given[name]);
    values[name] = text === "" ? null : READERS[field.kind](text, field);
    if (values[name] === undefined || (field.need && values[name] === null)) errors.push(name);
  }
  return { values, errors };
}

function wrong(entry, previous, received) {
  const { happened_at, offset, beacon_at } = entry;
  if (offset === null) return true;
  if (happened_at > received + SLACK || (beacon_at !== null && happened_at < beacon_at - SLACK)) return true;
  if (!previous) return false;
  return happened_at - offset < previous.happened_at - previous.offset || Math.abs(offset - previous.offset) > SLACK;
}

/** Section 4, for the entries of one (tablet, epoch, branch) in the order of `seq`; `when` and `received_at` stand beside the entry. */
export function judge(entries, enrolledAt) {
  let good = null;
  let previous = null;
  return entries.map((entry) => {
    const { happened_at, beacon_at, when, received_at } = entry;
    const isWrong = wrong(entry, previous, received_at);
    if (entry.offset !== null) previous = entry;
    if (isWrong) {
      const at = Math.min(received_at, Math.max(good ?? 0, beacon_at ?? 0, enrolledAt));
      return { captured: at, effective_at: at, flags: ["time_wrong"] };
    }
    const captured = Math.max(happened_at, good ?? 0);
    good = captured;
    if (when === undefined || when === null) return { captured, effective_at: captured, flags: [] };
    if (when > happened_at || when < happened_at - BACK) return { captured, refused: { when: "when" } };
    return { captured, effective_at: when, flags: ["back_dated"] };
  });
}

const byOrder = (a, b) =>
  a.at - b.at || a.tablet - b.tablet || a.epoch - b.epoch || a.seq - b.seq || (a.id < b.id ? -1 : Number(a.id > b.id));

/** Movements of an operation: [place, state, sign]. Absent `store` and `laundry` are the place itself. */
const MOVES = {
  "stock.collect": (v) => [
    [v.place, "soiled", -1],
    [v.laundry ?? v.place, "laundry", 1],
  ],
  "stock.confirm": (v) => [
    [v.place, "issued", -1],
    [v.place, "clean", 1],
  ],
  "stock.return_clean": (v) => [
    [v.laundry ?? v.place, "laundry", -1],
    [v.place, "clean", 1],
    [v.laundry ?? v.place, "laundry", -1, "rejected"],
    [v.place, "lost", 1, "rejected"],
  ],
  "stock.write_off": (v) => [
    [v.place, v.state, -1],
    [v.place, "written_off", 1],
  ],
  "stock.draw": (v) => [
    [v.store ?? v.place, "store", -1],
    [v.place, "clean", 1],
  ],
  "stock.lose": (v) => [
    [v.place, v.state, -1],
    [v.place, "lost", 1],
  ],
  "stock.receive": (v) => [
    [v.place, "supplier", -1],
    [v.place, "store", 1],
  ],
  "tours.arrive": (v) => [
    [v.place, "clean", -1],
    [v.place, "in_use", 1],
  ],
};

const amount = (operation, v, field = "quantity") => (operation === "tours.arrive" ? given(v) * 1000 : (v[field] ?? 0));
const given = (v) => (v.item === null ? 0 : (v.covers ?? v.guests));

/** What happened, from the start state and the facts of the tablets. A fact: order (at, tablet, epoch, seq, id), operation, author, values. */
export class World {
  constructor(start, facts) {
    this.start = start;
    this.facts = [...facts].sort(byOrder);
    this.arrivals = new Set([
      ...start.tours.parties.map((each) => each.id),
      ...this.all("tours.arrive").map((each) => each.id),
    ]);
    this.offers = new Set([
      ...start.duty.handovers.map((each) => each.id),
      ...this.all("duty.offer").map((each) => each.id),
    ]);
  }

  all(operation, at = Infinity) {
    return this.facts.filter((each) => each.operation === operation && each.at <= at);
  }

  /** The line and the digest after it, byte for byte as `threshold state` prints them. */
  text(at) {
    const line = `${JSON.stringify(sorted(this.state(at)))}\n`;
    return `${line}sha256:${sha256(line)}\n`;
  }

  state(at) {
    return {
      at,
      protocol: 1,
      actions: this.actions(at),
      attachments: this.attachments(at),
      content: this.start.content,
      sites: this.start.sites,
      checklists: this.checklists(at),
      checks: { ...this.start.checks, submitted: this.submissions(at) },
      shifts: this.shifts(at),
      custody: this.custody(at),
      duty: {
        handovers: this.handovers(at),
        remarks: this.remarks(at),
        without_beginning: this.unbegun("duty.accept", "offer", this.offers, at),
      },
      stock: { figures: this.figures(at), items: this.start.stock.items, ...this.things(at) },
      tours: {
        // What is told of a tour is not recorded from outside: it stays as it was.
        ...this.start.tours,
        covers: this.covers(at),
        parties: this.parties(at).map(({ item: _item, key: _key, ...party }) => party),
        without_beginning: this.unbegun(
          "tours.see_off",
          "party",
          this.arrivals,
          at,
          this.start.tours.without_beginning,
        ),
      },
    };
  }

  /** What is to be put right: answers that are fail or a number open it; judgements and plans are the desk's and stay. */
  actions(at) {
    const wrong = [...this.all("checklists.answer", at), ...this.all("checklists.inspect", at)].filter(
      ({ values }) => values.answer === "fail" || (values.answer !== "na" && FOUND.some((name) => values[name] !== null && name !== "expected")),
    );
    const openings = wrong.map(({ at: when, author, id: mine, values }) => ({
      assignee: null,
      at: when,
      author,
      due: null,
      id: mine,
      item: values.item,
      ...Object.fromEntries(FOUND.map((name) => [name, values.answer === "fail" ? null : values[name]])),
      origin: "check",
      place: values.place,
      priority: "normal",
      subject: mine,
      title: null,
      version: values.version,
    }));
    const done = this.standing("actions.done", at).map((each) => ({
      action: each.values.action,
      at: each.at,
      author: each.author,
      note: each.values.note,
    }));
    return {
      ...this.start.actions,
      done: merged(this.start.actions.done, done, "at"),
      openings: merged(this.start.actions.openings, openings, "at"),
    };
  }

  attachments(at) {
    const naming = this.facts.filter((each) => each.at <= at && each.values.photos);
    const mine = naming.flatMap((each) => each.values.photos.map((photo) => ({ at: each.at, entry: each.id, photo })));
    return merged(this.start.attachments, mine, "at");
  }

  checklists(at) {
    const given = this.facts.filter((each) => /^checklists\.(answer|inspect|sign)$/.test(each.operation) && each.at <= at);
    const mine = given.map((each) => {
      const { item, place, version } = each.values;
      const about = { at: each.at, author: each.author, item, place, version };
      const { answer, choice, expected, note, number, post, text, time } = each.operation.endsWith("sign") ? SIGNED : each.values;
      return { answer, choice, expected, note, number, post, text, time, ...about };
    });
    return merged(this.start.checklists, mine, "at");
  }

  custody(at) {
    const mine = this.facts
      .filter((each) => each.at <= at && !this.undone(each, at, "custody"))
      .flatMap(({ operation, values, author, at: when }) => {
        if (operation in HAPPENED)
          {return [
            {
              asset: values.asset,
              at: when,
              author,
              note: values.note ?? null,
              party: values.party ?? null,
              what: HAPPENED[operation],
            },
          ];}
        return passedOn(operation, values).map(([asset, what]) => ({ asset, at: when, author, note: null, party: null, what }));
      });
    const events = merged(this.start.custody.events, mine, "at");
    const assets = this.start.custody.assets.map(({ code, id: own, kind, place }) => {
      return { code, id: own, kind, place, ...standing(events.filter((each) => each.asset === own)) };
    });
    return { assets, events };
  }

  submissions(at) {
    const mine = this.standing("checklists.submit", at).map((each) => {
      const { place, version } = each.values;
      return { at: each.at, author: each.author, place, version };
    });
    return merged(this.start.checks.submitted, mine, "at");
  }

  shifts(at) {
    const what = { "shifts.take_post": "taken", "shifts.leave_post": "left" };
    const mine = this.facts.filter((each) => each.operation in what && each.at <= at);
    return merged(
      this.start.shifts,
      mine.map((each) => ({ at: each.at, person: each.author, post: each.values.post, what: what[each.operation] })),
      "at",
    );
  }

  remarks(at) {
    const mine = this.standing("duty.remark", at).map((each) => {
      const { category, place, post, text } = each.values;
      return { at: each.at, author: each.author, category, place, post, text };
    });
    return merged(this.start.duty.remarks, mine, "at");
  }

  handovers(at) {
    const answered = (offer) =>
      this.all("duty.accept", at)
        .filter((each) => each.values.offer === offer)
        .map((each) => ({
          at: each.at,
          author: each.author,
          exceptions: each.values.exceptions,
          id: each.id,
          lines: touched(each.values.lines).map(told),
          result: resultOf(each.values),
        }));
    const mine = this.all("duty.offer", at).map((each) => {
      const { absent, custodian, kept, note, place, post, to } = each.values;
      const lines = touched(each.values.lines).map(told);
      const said = { absent, custodian, kept, note, place, post, to, lines };
      return { ...said, answers: [], findings: [], at: each.at, author: each.author, id: each.id };
    });
    return merged(this.start.duty.handovers, mine, "at").map((offer) => {
      const answers = merged(offer.answers, answered(offer.id), "at");
      return { ...offer, answers, status: statusOf(offer, answers), concerns: concernsOf(offer, answers) };
    });
  }

  unbegun(operation, field, begun, at, before = []) {
    const named = this.all(operation, at).map((each) => each.values[field]);
    return [...new Set([...before, ...named])].filter((each) => !begun.has(each)).sort();
  }

  parties(at) {
    const before = this.start.tours.parties.map((party) => ({ ...party, item: null }));
    const mine = this.standing("tours.arrive", at).map((each) => {
      const { flat, guests, item, place } = each.values;
      return {
        arrived_at: each.at,
        author: each.author,
        covers: given(each.values),
        flat,
        guests,
        id: each.id,
        item,
        place,
        seen_off_at: null,
      };
    });
    return merged(before, mine, "arrived_at").map((party) => this.party(party, at));
  }

  /** Gone when first seen off, or silently after 60 minutes; never before it came. `key` is where its going stands in the order. */
  party(party, at) {
    const of = (each) => each.values.party === party.id;
    const stayed = this.all("tours.stay", at).filter(of).at(-1);
    const first = this.all("tours.see_off", at).find((each) => of(each) && !(stayed && byOrder(each, stayed) < 0));
    const before = stayed && party.seen_off_at <= stayed.at ? null : party.seen_off_at;
    const seen = Math.min(before ?? Infinity, first?.at ?? Infinity);
    const end = Math.max(party.arrived_at, Math.min(seen, party.arrived_at + SILENT));
    const status = seen <= at ? "seen_off" : end <= at ? "ended_silently" : "inside";
    const key = first && end === first.at ? first : { at: end, tablet: 0, epoch: 0, seq: 0, id: party.id };
    return { ...party, gone_at: end <= at ? end : null, seen_off_at: seen <= at ? seen : null, status, key };
  }

  /** Facts that change stock, as [place, item, state, fact, change or null, counted or null]. */
  changes(at) {
    const rows = [];
    for (const fact of this.facts.filter((each) => each.at <= at)) {
      const { operation, values } = fact;
      for (const { item, state, found } of operation === "duty.accept" && values.place ? values.lines : [])
        {if (item && found !== null && ["clean", "soiled"].includes(state))
          {rows.push({ fact, place: values.place, item, state, counted: found });}}
      if (operation === "stock.count")
        {rows.push({ fact, place: values.place, item: values.item, state: values.state, counted: values.counted });}
      if (/^checklists\.(answer|inspect)$/.test(operation) && pointCounts(values))
        {rows.push({ fact, place: values.place, item: values.stock, state: values.state, counted: values.number });}
      if (!MOVES[operation] || !values.item || this.undone(fact, at)) continue;
      for (const [place, state, sign, field] of MOVES[operation](values))
        {if (amount(operation, values, field))
          {rows.push({ fact, place, item: values.item, state, by: sign * amount(operation, values, field) });}}
    }
    return rows;
  }

  /** By its own author, less than a day after it, and by the package that keeps what it says. */
  undone(fact, at, family = fact.operation.split(".")[0]) {
    return this.all(`${family}.reverse`, at).some(
      (each) => each.values.entry === fact.id && each.author && each.author === fact.author && each.at < fact.at + 24 * 3600000,
    );
  }

  /** The facts of an operation that nobody has undone. */
  standing(operation, at) {
    return this.all(operation, at).filter((each) => !this.undone(each, at));
  }

  /** What was told of things besides. */
  things(at) {
    const list = (names, fields) =>
      this.facts
        .filter((each) => names.includes(each.operation) && each.at <= at)
        .map((each) => ({ at: each.at, author: each.author, ...fields(each.values, each) }));
    const told = {
      confirmations: list(["stock.confirm"], (v) => ({ request: v.request, quantity: v.quantity })),
      requests: list(["stock.request"], ({ item, place, quantity, note }, { id }) => ({ id, item, place, quantity, note })),
      reversals: list(["stock.reverse"], (v) => ({ entry: v.entry })),
      washes: list(["stock.collect", "stock.return_clean"], ({ item, place, ...v }, { id, operation }) => {
        const went = operation === "stock.collect";
        const [sent, returned] = went ? [v.quantity, 0] : [0, v.quantity];
        return { batch: v.batch ?? (went ? id : null), item, place, sent, returned, rejected: v.rejected ?? 0 };
      }),
      write_offs: list(["stock.write_off"], ({ item, place, state, quantity, reason, note }) => ({
        item,
        place,
        state,
        quantity,
        reason,
        note,
      })),
    };
    return Object.fromEntries(Object.entries(told).map(([name, mine]) => [name, merged(this.start.stock[name], mine, "at")]));
  }

  figures(at) {
    const figures = structuredClone(this.start.stock.figures);
    for (const { fact, place, item, state, counted, by } of this.changes(at)) {
      const figure = (((figures[place] ??= {})[item] ??= {})[state] ??= { counted_at: 0, quantity: 0 });
      if (fact.at <= (this.start.stock.figures[place]?.[item]?.[state]?.counted_at ?? 0)) continue;
      if (by === undefined) Object.assign(figure, { counted_at: fact.at, quantity: counted });
      else figure.quantity += by;
    }
    return figures;
  }

  /** Soiled: the figure, and the covers of every party that went after the last count of it. */
  covers(at) {
    const parties = this.parties(at);
    const figures = this.figures(at);
    const keys = new Map(this.start.tours.covers.map((each) => [`${each.place} ${each.item}`, each]));
    for (const { place, item } of parties)
      {if (item) keys.set(`${place} ${item}`, keys.get(`${place} ${item}`) ?? { place, item, in_use: 0, soiled: 0 });}
    return [...keys.values()]
      .map((row) => {
        const soiled = (from) => from[row.place]?.[row.item]?.soiled ?? { quantity: 0, counted_at: 0 };
        const now = soiled(figures);
        const last = this.changes(at)
          .filter((each) => each.counted !== undefined && each.place === row.place && each.item === row.item)
          .filter(({ state }) => state === "soiled")
          .at(-1)?.fact;
        const mine = parties.filter((each) => each.place === row.place && each.item === row.item);
        const gone = mine.filter(
          (each) => each.gone_at !== null && (last ? byOrder(last, each.key) < 0 : each.gone_at > now.counted_at),
        );
        const kept = last ? 0 : row.soiled - soiled(this.start.stock.figures).quantity;
        return {
          in_use: total(mine.filter((each) => each.gone_at === null)),
          item: row.item,
          place: row.place,
          soiled: kept + now.quantity + total(gone),
        };
      })
      .sort((a, b) => (a.place + a.item < b.place + b.item ? -1 : 1));
  }
}

const HAPPENED = {
  "custody.damage": "damaged",
  "custody.find": "found",
  "custody.give_back": "given_back",
  "custody.lend": "lent",
  "custody.lose": "lost",
  "custody.mend": "mended",
  "custody.take": "taken",
};

/** Who has a thing after these events, where it is, what is wrong with it. Lost is lost until it is found. */
function standing(events) {
  let holders = [];
  let before;
  let isDoubted = false;
  const isNote = ({ what }) => ["damaged", "mended"].includes(what);
  const counted = events.filter((each) => {
    if (isNote(each)) return true;
    const ends = ["lost", "found"].includes(each.what);
    const idle = before === "lost" ? !ends : each.what === "handed_over" && ["given_back", "found"].includes(before);
    isDoubted = !ends && (isDoubted || (idle && before === "lost"));
    if (!idle) before = each.what;
    return !idle;
  });
  for (const { what, author, party, at } of counted) {
    if (["given_back", "found", "handed_over"].includes(what)) holders = [];
    const lent = what === "lent";
    if (!lent && what !== "taken" && what !== "handed_over") continue;
    if (!holders.some((each) => each.author === author && each.lent === lent))
      {holders.push({ author, lent, party, since: at });}
  }
  const lost = before === "lost";
  const damaged = events.filter(isNote).at(-1)?.what === "damaged";
  const concerns = [...(lost ? ["lost"] : []), ...(isDoubted ? ["after_loss"] : []), ...(holders.length > 1 ? ["taken_twice"] : []), ...(damaged ? ["damaged"] : [])];
  return { concerns, holders, where: lost ? "lost" : holders.length ? "out" : "back" };
}

const total = (parties) => parties.reduce((sum, each) => sum + each.covers * 1000, 0);

/** A line as the digest has it. */
const told = ({ asset, entry, found, item, key, kind, note, said, shown, state }) => {
  return { asset_id: asset, entry, found, item_id: item, key, kind, note, said, shown, state };
};

/** Where a line differs nothing is accepted as it is. */
function resultOf({ lines, result }) {
  const differs = touched(lines).some(({ said }) => said === "differs");
  return result === "accepted" && differs ? "accepted_with_exceptions" : result;
}

/** Which things change hands with an offer or its answer, as [asset, what]. */
function passedOn(operation, values) {
  const agreed = touched(values.lines ?? []).filter(({ asset, said }) => asset && said === "agrees");
  if (operation === "duty.offer" && values.kept) return agreed.filter(({ state }) => state !== "lent").map(({ asset }) => [asset, "given_back"]);
  if (operation !== "duty.accept" || resultOf(values) === "disputed") return [];
  return agreed.filter(({ state }) => state === "out").map(({ asset }) => [asset, "handed_over"]);
}

/** A dispute stays one unless it was ruled on; otherwise the first answer says it. */
function statusOf(offer, answers) {
  if (answers.some((each) => each.result === "disputed"))
    {return offer.findings.at(-1)?.based_on === answers.at(-1).id ? "resolved" : "disputed";}
  if (answers.length) return answers[0].result;
  return offer.kept ? "stored" : offer.absent ? "unattended" : "offered";
}

function concernsOf(offer, answers) {
  const same = !offer.kept && answers.some((each) => each.author === null || each.author === offer.author);
  const silent = answers.some(({ exceptions, lines, result }) => {
    if (exceptions !== null) return false;
    const differing = lines.filter(({ said }) => said === "differs");
    return differing.length ? differing.some(({ note }) => note === null) : result !== "accepted";
  });
  return [
    ...(same ? ["same_person"] : []),
    ...(!offer.kept && offer.author !== null && offer.to === offer.author ? ["to_self"] : []),
    ...(answers.length > 1 ? ["accepted_twice"] : []),
    ...(silent ? ["no_reason"] : []),
    ...(offer.kept && !offer.custodian ? ["no_custodian"] : []),
  ];
}

/** The start's list and ours in one order; the start's are in order already, and so are ours. */
function merged(before, mine, key) {
  return [...before, ...mine]
    .map((each, index) => [each, index])
    .sort(([a, i], [b, j]) => a[key] - b[key] || i - j)
    .map(([each]) => each);
}

/** Keys in order at every depth. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
