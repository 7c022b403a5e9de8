/**
 * What a page shows while the server does not know yet: the figures in the HTML and this tablet's own later entries.
 * Pure arithmetic of four kinds and no rule of the house (docs/protocol.md; fixtures overlay.json, effects.json).
 */

/**
 * @typedef {import("./types.d.ts").Body} Body
 * @typedef {import("./types.d.ts").Effect} Effect
 * @typedef {import("./types.d.ts").Kept} Kept
 * @typedef {import("./types.d.ts").Reader} Reader
 * @typedef {import("./types.d.ts").Shown} Shown
 * @typedef {{entry: Kept, body: Body, at: number, effect: Effect, key: string, by: number}} Own
 */

const MOST_ROWS = 100;
const SLACK = 120_000;
const LEFT_OUT = ["refused", "held", "quarantined"];

/**
 * How far the tablet had come in a page. The mark kept beside the cached page may be further on, but holds only for that very page.
 * @param {string} text "EPOCH:ACKED_SEQ" as the page says
 * @param {import("./types.d.ts").Mark} [kept]
 * @returns {{epoch: number, acked: number} | null}
 */
export function markOf(text, kept) {
  if (!text) return null;
  const [epoch, base] = text.split(":").map(Number);
  return { epoch, acked: kept && kept.epoch === epoch && kept.base === base ? kept.acked : base };
}

/**
 * What each reader shows, in the order of `readers`.
 * @param {{epoch: number, acked: number} | null} mark of the page
 * @param {Reader[]} readers
 * @param {Kept[]} entries this tablet's own, from the one at the mark on
 * @param {number} [enrolled_at]
 * @returns {Shown[]}
 */
export function fold(mark, readers, entries, enrolled_at) {
  const { add, shown } = folding(mark, readers, enrolled_at);
  add([...entries].sort((a, b) => a.epoch - b.epoch || a.seq - b.seq));
  return shown();
}

/**
 * The same in portions: thousands of entries at once would keep the page from answering a finger.
 * @param {{epoch: number, acked: number} | null} mark
 * @param {Reader[]} readers
 * @param {number} [enrolled_at]
 * @returns {{add: (entries: Kept[]) => void, shown: () => Shown[]}} `add`: the next of them, in their order
 */
export function folding(mark, readers, enrolled_at = 0) {
  /** @type {Map<string, Own[]>} */
  const own = new Map(readers.map(({ kind, key }) => [`${kind} ${key}`, []]));
  const effectsOf = ownEffects(mark, readers, enrolled_at);
  return {
    add(entries) {
      for (const entry of entries) for (const each of effectsOf(entry)) own.get(`${each.effect.kind} ${each.key}`)?.push(each);
    },
    shown: () => readers.map((reader) => {
      const mine = own.get(`${reader.kind} ${reader.key}`) ?? [];
      if (reader.kind === "list") return rows(reader.ids, mine);
      const [value, counted] = reader.kind === "tally" ? tally(reader, mine) : reader.kind === "latest" ? latest(reader, mine) : furthest(reader, mine);
      const approx = counted.some(({ effect }) => "set" in effect);
      return { value, approx, ...(reader.kind === "latest" && { at: counted[0]?.at ?? reader.stamp }), pending: counted.some(({ entry }) => entry.waiting === 1) };
    }),
  };
}

/** ± one field or whole number × a constant, in thousandths. @param {string} formula @param {Body} body @returns {number} */
export function amount(formula, body) {
  const [, sign, field, times = "1"] = /^([+-])([a-z_][a-z0-9_]*|[0-9]+)(?:\*([0-9]+))?$/.exec(formula) ?? [];
  if (!sign) throw new SyntaxError(formula);
  return (sign === "-" ? -1 : 1) * thousandths(/^[0-9]/.test(field) ? field : first(body, field)) * Number(times) + 0;
}

/** @param {string} key @param {Body} body @param {string} id of the entry @returns {string} */
export function filled(key, body, id) {
  return key.replace(/\{([\w.-]+)\}/g, (_, name) => (name === "id" ? id : first(body, name)));
}

/** A number as a form reads it; what is none counts nothing. @param {string} text @returns {number} */
export function thousandths(text) {
  const [, sign, whole, part = ""] = /^(-?)([0-9]{1,12})(?:\.([0-9]{1,3}))?$/.exec(text.normalize("NFKC").trim()) ?? [];
  return whole ? Number(`${sign}${whole}${part.padEnd(3, "0")}`) + 0 : 0;
}

/** @param {number} amountOf @returns {string} */
export function figure(amountOf) {
  const digits = String(Math.abs(amountOf)).padStart(4, "0");
  return `${amountOf < 0 ? "-" : ""}${digits.slice(0, -3)}.${digits.slice(-3)}`.replace(/\.?0+$/, "");
}

/**
 * Effects of an entry that is not in the page, at the time the server will give it. Asked in the order of entries.
 * @param {{epoch: number, acked: number} | null} mark
 * @param {Reader[]} readers
 * @param {number} enrolled_at
 * @returns {(entry: Kept) => Own[]}
 */
function ownEffects(mark, readers, enrolled_at) {
  /** @type {Map<string, boolean>} whether anybody here reads an effect of this kind and key, by what stands before its first field */
  const known = new Map();
  /** @param {Effect} effect */
  const isRead = ({ kind, key }) => {
    const found = known.get(kind + key) ?? readers.some((each) => each.kind === kind && each.key.startsWith(key.split("{")[0]));
    known.set(kind + key, found);
    return found;
  };
  const timeOf = timesFrom(enrolled_at);
  return (entry) => {
    if (entry.lost) return [];
    const at = timeOf(entry);
    if (inThePage(mark, entry) || LEFT_OUT.includes(entry.outcome ?? "")) return [];
    const read = entry.effects?.filter(isRead) ?? [];
    const body = read.length && JSON.parse(entry.body);
    const mine = read.flatMap((effect) => ofRows(effect, body)).filter((effect) => !("only" in effect) || effect.only.includes(filled(effect.reads, body, entry.id)));
    return mine.map((effect) => ({ entry, body, at, effect, key: filled(effect.key, body, entry.id), by: "by" in effect ? amount(effect.by, body) : 0 }));
  };
}

/** What is of rows, where `*` stands for the row, of each that has what is counted, or else what it is about. @param {Effect} effect @param {Body} body @returns {Effect[]} */
function ofRows(effect, body) {
  const [, before, after] = /([\w.]+)\*([\w.]+)/.exec("set" in effect ? effect.set : effect.key) ?? [];
  if (!before) return [effect];
  const named = Object.keys(body).filter((name) => name.startsWith(before) && name.endsWith(after) && first(body, name));
  return named.map((name) => JSON.parse(JSON.stringify(effect).replaceAll("*", name.slice(before.length, name.length - after.length))));
}

/**
 * The effective time of each entry of a tablet, asked in their order, as far as it can be known before the server has it (section 4).
 * @param {number} enrolled_at
 * @returns {(entry: Kept) => number}
 */
function timesFrom(enrolled_at) {
  let good = 0;
  /** @type {Kept | undefined} */
  let previous;
  return (entry) => {
    const { happened_at, offset, beacon_at, when, mends_at, flags } = entry;
    const before = previous?.epoch === entry.epoch ? previous : undefined;
    if (previous && !before) good = 0;
    const moved = before ? (offset ?? 0) - (before.offset ?? 0) : 0;
    const isWrong = offset === null || happened_at < (beacon_at ?? 0) - SLACK || Math.abs(moved) > SLACK
      || (before && happened_at - before.happened_at < moved) || flags?.includes("time_wrong");
    if (offset !== null) previous = entry;
    if (isWrong) return Math.max(good, beacon_at ?? 0, enrolled_at);
    good = Math.max(good, happened_at);
    return when ?? mends_at ?? good; // a repair stands where what it mends stood
  };
}

/** @param {{epoch: number, acked: number} | null} mark @param {Kept} entry */
function inThePage(mark, entry) {
  if (!mark || entry.epoch > mark.epoch) return false;
  return entry.epoch === mark.epoch ? entry.seq <= mark.acked : entry.waiting !== 1;
}

/** @param {{value: string, stamp: number}} reader @param {Own[]} mine @returns {[string, Own[]]} what to show, and what it counts */
function tally({ value, stamp }, mine) {
  let sum = thousandths(value);
  let counted = mine.filter(({ at }) => at >= stamp);
  const last = counted.reduce((found, { effect, at }, here) => ("set" in effect && at >= (counted[found]?.at ?? 0) ? here : found), -1);
  if (last >= 0) {
    const { at, effect, body } = counted[last];
    sum = thousandths(first(body, /** @type {{set: string}} */ (effect).set));
    counted = counted.filter((own, here) => here === last || own.at > at || (own.at === at && here > last));
  }
  for (const { by } of counted) sum += by;
  return [counted.length ? figure(sum) : value, counted];
}

/** @param {{value: string, stamp: number}} reader @param {Own[]} mine @returns {[string, Own[]]} */
function latest({ value, stamp }, mine) {
  /** @type {Own[]} */
  let counted = [];
  for (const own of mine) if (own.at >= (counted[0]?.at ?? stamp)) counted = [own];
  return [counted.length ? written(counted[0]) : value, counted];
}

/** @param {{step: string, steps: string[]}} reader @param {Own[]} mine @returns {[string, Own[]]} */
function furthest({ step, steps }, mine) {
  /** @type {Own[]} */
  let counted = [];
  let value = step;
  for (const own of mine) {
    const reached = /** @type {{step: string}} */ (own.effect).step;
    if (steps.indexOf(reached) > steps.indexOf(value)) [value, counted] = [reached, [own]];
  }
  return [value, counted];
}

/** Newest first, as many as anybody reads (the outbox has them all); a row that the page has already is not made again. @param {string[]} ids @param {Own[]} mine @returns {Shown} */
function rows(ids, mine) {
  const fresh = mine.filter(({ entry }) => !ids.includes(entry.id)).reverse();
  fresh.sort((a, b) => b.at - a.at);
  return { rows: fresh.slice(0, MOST_ROWS).map(({ entry, body, effect }) => ({ entry, body, template: /** @type {{template: string}} */ (effect).template })) };
}

/** @param {Own} own */
const written = ({ effect, body, entry }) => filled(/** @type {{value: string}} */ (effect).value, body, entry.id);

/** @param {Body} body @param {string} name @returns {string} */
function first(body, name) {
  const value = body[name] ?? "";
  return typeof value === "string" ? value : (value[0] ?? "");
}
