/** What this tablet has recorded: kept first, sent later, dropped only when the server and every cached page have it. */

import { BODY_BYTES, TooLong, digestOf, fits, placeOf, places, uuid7 } from "./entry.js";
import { advanced, lastOf, progressOf, standing, unanswered } from "./progress.js";

/**
 * @typedef {import("./types.d.ts").Clock} Clock
 * @typedef {import("./types.d.ts").Concluded} Concluded
 * @typedef {import("./types.d.ts").Courier} Courier
 * @typedef {import("./types.d.ts").Draft} Draft
 * @typedef {import("./types.d.ts").Head} Head
 * @typedef {import("./types.d.ts").Kept} Kept
 * @typedef {import("./types.d.ts").Mark} Mark
 * @typedef {import("./types.d.ts").Outcome} Outcome
 * @typedef {import("./types.d.ts").Progress} Progress
 * @typedef {import("./types.d.ts").Sent} Sent
 * @typedef {{head: Head, clock: Clock | undefined}} Known
 * @typedef {Omit<Draft, "body" | "when"> & {id: string, body: string, digest: string, kept_at: number, when?: number}} Intention
 */

const KEPT_FOR = 7 * 24 * 3_600_000;
const MOST = 200;
const PORTION = 100;
/** So far below its own epochs lie those of a tablet that this browser was before. */
const PAST = 1_000_000;
const ATTENTION = ["refused", "held", "quarantined"];

/** This browser has no tablet's store: the form has to be posted like any other. */
export class NotEnrolled extends Error {}

/** The store holds what another tablet recorded. */
export class OtherTablet extends Error {}

/** Somebody else has kept or heard something since. */
class Outdated extends Error {}

export class Outbox {
  #store;
  #now;
  #say;
  /** @type {Known | undefined} what a tap may rely on until its own transaction says otherwise */
  #known;

  /**
   * @param {import("./store.js").Store} store
   * @param {(message: {type: string, id?: string}) => void} [say] tells the other pages
   * @param {() => number} [now] wall clock
   */
  constructor(store, say = () => {}, now = Date.now) {
    this.#store = store;
    this.#say = say;
    this.#now = now;
  }

  /**
   * Keeps one entry; it is on disk when this resolves. `also` goes into `meta` in the same transaction.
   * @param {Draft} draft
   * @param {Record<string, unknown>} [also]
   * @returns {Promise<Kept>}
   */
  async keep({ when, ...draft }, also = {}) {
    const body = JSON.stringify(draft.body);
    if (!fits(body)) throw new TooLong(String(BODY_BYTES));
    const kept_at = this.#now();
    const id = draft.id ?? uuid7(kept_at);
    const backDated = Number(draft.body[when ?? ""]);
    // WebKit closes the transaction if anything foreign is awaited inside it, so the digest comes first.
    const digest = await digestOf(body);
    const intention = { ...draft, id, body, digest, kept_at, ...(backDated && { when: backDated }) };
    const kept = await this.#keepAtOnce(intention, also) ?? await this.#keepCarefully(intention, also);
    this.#say({ type: "kept", id });
    return kept;
  }

  /**
   * Makes this store the tablet's. Numbers already given are never given again. `emptied`: the mark of another tablet's store of which
   * the server has everything; where it still stands like that, its entries go. `keeps`: they stay to be looked at until they are pruned.
   * @param {{tablet: string, epoch: number, enrolled_at: number, clock?: Clock, emptied?: string | null, keeps?: boolean}} enrolment
   * @returns {Promise<void>}
   */
  enrol({ tablet, epoch, enrolled_at, clock, emptied, keeps }) {
    this.#known = undefined;
    return this.#store.run(["meta", "entries", "marks"], "readwrite", (tx, _done, fail) => {
      const meta = tx.objectStore("meta");
      const entries = tx.objectStore("entries");
      const [asked, courier] = asks(tx, "head", "courier");
      entries.getAll().onsuccess = (event) => {
        /** @type {Head | undefined} */
        const head = asked.result;
        /** @type {Kept[]} */
        const before = resultOf(event);
        const ours = head?.tablet === tablet;
        if (head && !ours && before.length && emptied !== `${head.tablet}:${head.epoch}:${head.seq}`) return fail(new OtherTablet());
        if (!ours) for (const key of ["post", "people", "courier", "clock"]) meta.delete(key);
        if (!ours) for (const each of [entries, tx.objectStore("marks")]) each.clear();
        if (!ours && keeps) for (const entry of before) entries.put(past(standing(entry, courier.result)));
        if (!ours) meta.put({ tablet, epoch, seq: 0, enrolled_at }, "head");
        else if (epoch > head.epoch) meta.put({ ...begun(head, epoch), enrolled_at }, "head");
        if (clock) meta.put(clock, "clock");
      };
    }, "strict");
  }

  /**
   * Empties the store, unless something was kept since it stood like this.
   * @param {Head} told
   * @returns {Promise<boolean | undefined>} whether it did
   */
  forget(told) {
    this.#known = undefined;
    return this.#store.run(["meta", "entries", "marks"], "readwrite", (tx, done) => {
      tx.objectStore("meta").get("head").onsuccess = (event) => {
        const { epoch, seq } = resultOf(event) ?? {};
        if (epoch !== told.epoch || seq !== told.seq) return;
        for (const name of tx.objectStoreNames) tx.objectStore(name).clear();
        done(true);
      };
    }, "strict");
  }

  /** The oldest entries that are not answered, of one epoch. @param {number} [most] @returns {Promise<Kept[]>} */
  async pending(most = MOST) {
    return (await this.next(most)).entries;
  }

  /**
   * What is to be sent next, and what has to be known for it; `after` leaves out what is under way.
   * @param {number} most
   * @param {Kept} [after]
   * @returns {Promise<{head: Head | undefined, courier: Courier, entries: Kept[]}>}
   */
  next(most, after) {
    return this.#store.run(["meta", "entries"], "readonly", (tx, done) => {
      const [head, courier] = asks(tx, "head", "courier");
      courier.onsuccess = () => {
        const found = { head: head.result, courier: courier.result ?? {}, entries: [] };
        done(found);
        const open = unanswered(head.result, courier.result).find(({ epoch }) => !after || epoch === after.epoch);
        if (!open || !most) return;
        const from = Math.max(open.after, after?.seq ?? 0) + 1;
        tx.objectStore("entries").getAll(IDBKeyRange.bound([open.epoch, from], [open.epoch, Infinity]), most).onsuccess = (event) => {
          found.entries = resultOf(event).map((/** @type {Kept} */ entry) => standing(entry, courier.result)).filter(isWaiting);
        };
      };
    });
  }

  /** Everything kept, oldest first. @returns {Promise<Kept[]>} */
  all() {
    return this.since(null);
  }

  /**
   * What the overlay of a page with this mark has to look at: from the entry at the mark on, and older ones still waiting.
   * @param {{epoch: number, acked: number} | null} mark
   * @param {() => (portion: Kept[]) => void} [begin] who takes it portion by portion; begun again where the store has to be asked again
   * @returns {Promise<Kept[]>} all of it, where nobody takes it
   */
  since(mark, begin) {
    return this.#store.run(["meta", "entries"], "readonly", (tx, done) => {
      const [head, courier] = asks(tx, "head", "courier");
      /** @type {Kept[]} */
      const found = [];
      const take = begin?.();
      done(found);
      // In portions: thousands read at once would keep the page from answering a finger.
      const read = (/** @type {number[]} */ from, /** @type {number[]} */ to, /** @type {number[][][]} */ ...rest) => {
        tx.objectStore("entries").getAll(IDBKeyRange.bound(from, to), PORTION).onsuccess = (event) => {
          /** @type {Kept[]} */
          const portion = resultOf(event);
          const wanted = portion.map((each) => standing(each, courier.result)).filter((entry) => !(mark && entry.epoch < mark.epoch) || isWaiting(entry));
          if (take) take(wanted);
          else found.push(...wanted);
          const last = portion[PORTION - 1];
          if (last && (last.epoch < to[0] || last.seq < to[1])) read([last.epoch, last.seq + 1], to, ...rest);
          else if (rest.length) read(rest[0][0], rest[0][1], ...rest.slice(1));
        };
      };
      courier.onsuccess = () => {
        const older = mark ? unanswered(head.result, courier.result).filter(({ epoch }) => epoch < mark.epoch) : [];
        const [[from, to], ...rest] = [...older.map(({ epoch, after, last }) => [[epoch, after + 1], [epoch, last]]), [mark ? [mark.epoch, mark.acked] : [], [Infinity]]];
        read(from, to, ...rest);
      };
    });
  }

  /** What a person has to look at, then the newest, without markers of loss. @param {number} most @returns {Promise<Kept[]>} */
  recent(most) {
    return this.#store.run(["meta", "entries"], "readonly", (tx, done) => {
      const entries = tx.objectStore("entries");
      const [courier] = asks(tx, "courier");
      const attention = entries.index("attention").getAll(null, most);
      const cursor = entries.openKeyCursor(null, "prev");
      let isAtTheEnd = true;
      cursor.onsuccess = () => {
        if (cursor.result && isAtTheEnd) cursor.result.advance(most);
        else {
          entries.getAll(cursor.result && IDBKeyRange.lowerBound(cursor.result.key, true)).onsuccess = (event) => {
            const newest = resultOf(event).filter((/** @type {Kept} */ entry) => !entry.attention && !entry.lost);
            done([...attention.result.reverse(), ...newest.reverse()].slice(0, most).map((entry) => standing(entry, courier.result)));
          };
        }
        isAtTheEnd = false;
      };
    });
  }

  /** @returns {Promise<{waiting: number, photos: number, attention: number, courier: Courier}>} */
  counts() {
    return this.#store.run(["entries", "meta"], "readonly", (tx, done) => {
      const [head, courier, clock] = asks(tx, "head", "courier", "clock");
      const photos = tx.objectStore("meta").count(places());
      tx.objectStore("entries").index("attention").count().onsuccess = (event) => {
        if (head.result) this.#known ??= { head: head.result, clock: clock.result };
        const waiting = unanswered(head.result, courier.result).reduce((sum, each) => sum + each.waiting, 0);
        done({ waiting, photos: photos.result, attention: resultOf(event), courier: courier.result ?? {} });
      };
    });
  }

  /**
   * Stores what an answer said of the entries that were sent, all at once.
   * @param {Sent} sent
   * @param {Concluded & {counts: true}} answer
   * @param {(old: Clock | undefined) => Clock} sample
   * @returns {Promise<Progress>} how far it has come
   */
  async settle(sent, answer, sample) {
    const progress = await this.#store.run(["meta", "entries"], "readwrite", (tx, /** @type {(progress: Progress) => void} */ done) => {
      const meta = tx.objectStore("meta");
      const entries = tx.objectStore("entries");
      const [head, courier, clock] = asks(tx, "head", "courier", "clock");
      clock.onsuccess = () => {
        /** @type {Courier} */
        const before = { ...courier.result };
        delete before.cause;
        const reached = this.#fallen(entries, sent, answer, before, lastOf(head.result, sent.epoch));
        const answered = advanced(reached, answer.entries.keys());
        record(entries, sent, answer.entries);
        const news = answer.updates.filter(({ no }) => no > (before.updates_seen ?? 0));
        for (const update of news) change(entries, update.id, (entry) => marked(entry, update.said));
        meta.put({
          ...before,
          beat: this.#now(), sent_at: answer.server_time, acked: { epoch: sent.epoch, seq: answer.acked },
          answered: { ...before.answered, [sent.epoch]: answered },
          updates_seen: Math.max(before.updates_seen ?? 0, ...news.map(({ no }) => no)),
        }, "courier");
        const fresh = sample(clock.result);
        meta.put(fresh, "clock");
        const isForked = head.result && (answer.new_epoch ?? 0) > head.result.epoch;
        if (isForked) meta.put(begun(head.result, /** @type {number} */ (answer.new_epoch)), "head");
        this.#known = this.#known && !isForked ? { ...this.#known, clock: fresh } : undefined;
        done(answered);
      };
    });
    this.#say({ type: "settled" });
    return progress;
  }

  /** Leaves word for the other pages of how sending goes. @param {Partial<Courier>} news @returns {Promise<void>} */
  async note(news) {
    await this.#store.run(["meta"], "readwrite", (tx) => {
      const meta = tx.objectStore("meta");
      meta.get("courier").onsuccess = (event) => meta.put({ ...resultOf(event), ...news, beat: this.#now() }, "courier");
    });
    if (news.cause) this.#say({ type: "settled" });
  }

  /** Counts a time that this entry was sent alone and only it had no answer. @param {Kept} entry @returns {Promise<void>} */
  blame({ id }) {
    return this.#store.run(["entries"], "readwrite", (tx) =>
      change(tx.objectStore("entries"), id, (entry) => { entry.attempts = (entry.attempts ?? 0) + 1; }));
  }

  /** The digests of the photos that wait. @returns {Promise<string[]>} */
  async photos() {
    /** @type {string[]} */
    const found = await this.#store.read("meta", (meta) => meta.getAllKeys(places()));
    return found.map((place) => place.slice(placeOf("").length));
  }

  /** Lets go of a photo that the server has. @param {string} digest @returns {Promise<void>} */
  release(digest) {
    return this.#store.run(["meta"], "readwrite", (tx) => void tx.objectStore("meta").delete(placeOf(digest)));
  }

  /** Drops what was answered a week ago by the server's clock, needs nobody, and is in every cached page. @returns {Promise<number>} how many */
  prune() {
    return this.#store.run(["entries", "marks", "meta"], "readwrite", (tx, done) => {
      let dropped = 0;
      const [courier, clock] = asks(tx, "courier", "clock");
      const marks = tx.objectStore("marks").getAll();
      tx.objectStore("entries").openCursor().onsuccess = (moved) => {
        /** @type {IDBCursorWithValue | null} */
        const cursor = resultOf(moved);
        const now = clock.result?.beacon ?? 0;
        if (!cursor || keptAt(cursor.value, now) > now - KEPT_FOR) return done(dropped);
        const { attention, waiting } = standing(cursor.value, courier.result);
        if (!waiting && !attention && isEverywhere(cursor.value, marks.result)) {
          cursor.delete();
          dropped += 1;
        }
        cursor.continue();
      };
    });
  }

  // private

  /**
   * In one round of requests, as if nobody had kept or heard anything since this page did; undefined where somebody had.
   * @param {Intention} intention
   * @param {Record<string, unknown>} also
   * @returns {Promise<Kept | undefined>}
   */
  async #keepAtOnce(intention, also) {
    const known = this.#known;
    if (!known) return undefined;
    // The next tap may come before this one is on disk.
    this.#known = { ...known, head: { ...known.head, seq: known.head.seq + 1 } };
    try {
      return await this.#store.run(["meta", "entries"], "readwrite", (tx, done, fail) => {
        const [head, clock] = asks(tx, "head", "clock");
        clock.onsuccess = () => { if (!isSame(known, { head: head.result, clock: clock.result })) fail(new Outdated()); };
        done(put(tx, intention, also, known, () => fail(new Outdated())));
      }, "strict");
    } catch (error) {
      this.#known = undefined;
      if (!(error instanceof Outdated)) throw error;
      return undefined;
    }
  }

  /** @param {Intention} intention @param {Record<string, unknown>} also @returns {Promise<Kept>} */
  #keepCarefully(intention, also) {
    return this.#store.run(["meta", "entries"], "readwrite", (tx, done, fail) => {
      const [head, courier, clock] = asks(tx, "head", "courier", "clock");
      tx.objectStore("entries").index("id").get(intention.id).onsuccess = (event) => {
        const before = resultOf(event);
        if (before) return done(standing(before, courier.result)); // the connection died after the commit, and this is the second try
        if (!head.result) return fail(new NotEnrolled());
        const kept = put(tx, intention, also, { head: head.result, clock: clock.result });
        this.#known = { head: { ...head.result, seq: kept.seq }, clock: clock.result };
        done(kept);
      };
    }, "strict");
  }

  /**
   * Where the server has less than it had (a restored backup), all of it waits again, and what is no longer here is said to be lost.
   * @param {IDBObjectStore} entries @param {Sent} sent @param {Concluded & {counts: true}} answer @param {Courier} courier @param {number} last
   * @returns {Progress}
   */
  #fallen(entries, sent, answer, courier, last) {
    const progress = progressOf(courier, sent.epoch);
    const told = courier.acked?.epoch === sent.epoch ? courier.acked.seq : 0;
    const from = Math.min(answer.send_from ?? Infinity, answer.acked < told ? answer.acked + 1 : Infinity);
    // A copy of this tablet may have told more than this one ever gave.
    const to = Math.min(last, Math.max(told, progress.upto, (sent.entries[0]?.seq ?? 1) - 1));
    if (from > to) return progress;
    loseMissing(entries, sent.epoch, from, to);
    return { upto: Math.min(progress.upto, from - 1), ahead: [] };
  }
}

/** @param {Known} one @param {{head?: Head, clock?: Clock}} other */
function isSame({ head, clock }, other) {
  const sameHead = head.seq === other.head?.seq && head.epoch === other.head.epoch && head.tablet === other.head.tablet;
  return sameHead && clock?.offset === other.clock?.offset && clock?.beacon === other.clock?.beacon;
}

/**
 * The requests that keep an entry.
 * @param {IDBTransaction} tx @param {Intention} intention @param {Record<string, unknown>} also @param {Known} known @param {() => void} [taken]
 * @returns {Kept}
 */
function put(tx, intention, also, { head, clock }, taken) {
  const meta = tx.objectStore("meta");
  const entries = tx.objectStore("entries");
  const { epoch } = head;
  const seq = head.seq + 1;
  const { offset = null, beacon: beacon_at = null } = clock ?? {};
  const entry = { ...intention, epoch, seq, happened_at: intention.kept_at + (offset ?? 0), offset, beacon_at };
  const adding = entries.add(entry);
  if (taken) adding.onerror = taken;
  meta.put({ ...head, seq }, "head");
  for (const [key, value] of Object.entries(also)) meta.put(value, key);
  if (intention.repairs) change(entries, intention.repairs, (old) => { old.mended = intention.id; delete old.attention; });
  return { ...entry, waiting: 1 };
}

/** An entry of the tablet that this browser was before: nobody here sends or mends it any more. @param {Kept} entry @returns {Kept} */
function past({ waiting, attention: _seen, ...entry }) {
  return { ...entry, ...(waiting && { outcome: "imported" }), epoch: entry.epoch - PAST };
}

/**
 * Writes on the entries what is more than "applied", and over what was written on them before.
 * @param {IDBObjectStore} entries @param {Sent} sent @param {Map<number, Outcome>} outcomes
 */
function record(entries, sent, outcomes) {
  const written = sent.entries.filter(({ seq, outcome, attempts }) => {
    const now = outcomes.get(seq);
    return now && (now.outcome !== "applied" || now.flags || outcome || attempts);
  }).map(({ seq }) => seq);
  if (!written.length) return;
  entries.getAll(IDBKeyRange.bound([sent.epoch, Math.min(...written)], [sent.epoch, Math.max(...written)])).onsuccess = (event) => {
    for (const entry of resultOf(event)) if (written.includes(entry.seq)) entries.put(marked(entry, outcomes.get(entry.seq)));
  };
}

/** @param {Kept} entry @param {Outcome | undefined} outcome @returns {Kept} */
function marked(entry, outcome) {
  for (const key of /** @type {const} */ (["attention", "attempts", "flags", "errors", "reason", "fault"])) delete entry[key];
  const needsSomeone = ATTENTION.includes(outcome?.outcome ?? "") && !entry.mended;
  return Object.assign(entry, outcome, needsSomeone && { attention: 1 });
}

/** @param {IDBObjectStore} entries @param {number} epoch @param {number} from @param {number} to */
function loseMissing(entries, epoch, from, to) {
  entries.getAllKeys(IDBKeyRange.bound([epoch, from], [epoch, to])).onsuccess = (event) => {
    const here = new Set(resultOf(event).map((/** @type {number[]} */ [, seq]) => seq));
    for (let seq = from; seq <= to; seq += 1) if (!here.has(seq)) entries.put({ epoch, seq, lost: "pruned", kept_at: 0 });
  };
}

/** @param {IDBObjectStore} entries @param {string} id @param {(entry: Kept) => void} edit */
function change(entries, id, edit) {
  entries.index("id").get(id).onsuccess = (event) => {
    const entry = resultOf(event);
    if (!entry) return;
    edit(entry);
    entries.put(entry);
  };
}

/**
 * Requests are answered in the order in which they are asked, so whoever asks for more after these finds them answered.
 * @param {IDBTransaction} tx @param {("head" | "courier" | "clock")[]} keys of meta
 */
const asks = (tx, ...keys) => keys.map((key) => tx.objectStore("meta").get(key));

/** The head at the beginning of another epoch. @param {Head} head @param {number} epoch @returns {Head} */
const begun = (head, epoch) => ({ ...head, epoch, seq: 0, earlier: { ...head.earlier, [head.epoch]: head.seq } });

/** @param {Kept} entry @param {Mark[]} marks */
const isEverywhere = ({ epoch, seq }, marks) => marks.every((mark) => mark.epoch > epoch || (mark.epoch === epoch && mark.acked >= seq));

/** When it was kept, at the earliest; no tablet's clock is believed for it that says what has not come yet. @param {Kept} entry @param {number} now */
const keptAt = ({ happened_at, beacon_at }, now) => Math.max(happened_at > now ? 0 : happened_at, beacon_at ?? 0);

/** @param {Kept} entry */
const isWaiting = ({ waiting }) => waiting === 1;

/** @param {Event} event @returns {any} */
const resultOf = (event) => /** @type {IDBRequest} */ (event.target).result;
