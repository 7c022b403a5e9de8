const $0 = (() => {
const PROTOCOL = 1;
const BODY_BYTES = 16_384;
class TooLong extends Error {}
function uuid7(now) {
const bytes = crypto.getRandomValues(new Uint8Array(16));
new DataView(bytes.buffer).setUint32(0, Math.floor(now / 65_536));
new DataView(bytes.buffer).setUint16(4, now % 65_536);
bytes[6] = 0x70 | (bytes[6] & 0x0f);
bytes[8] = 0x80 | (bytes[8] & 0x3f);
return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
async function digestOf(data) {
return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", typeof data === "string" ? new TextEncoder().encode(data) : data)));
}
const placeOf = (digest) => `photo/${digest}`;
const places = () => IDBKeyRange.bound(placeOf(""), placeOf("~"));
const fits = (text) => new TextEncoder().encode(text).length <= BODY_BYTES;
function onTheWire(kept) {
const { id, seq, operation, version, body, digest, author, proof, happened_at, offset, beacon_at, repairs, lost } = kept;
if (lost) return { seq, lost };
return { id, seq, operation, version, body, digest, author, proof, happened_at, offset, beacon_at, ...(repairs && { repairs }) };
}
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
return { PROTOCOL, BODY_BYTES, TooLong, uuid7, digestOf, placeOf, places, fits, onTheWire };
})();
const $1 = (() => {
const { PROTOCOL } = $0;
const FINAL = ["applied", "refused", "held", "quarantined", "lost"];
const PHOTO_FINAL = ["stored", "duplicate", "refused"];
const REQUEST_FAULTS = [400, 403, 415];
function conclude(sent, reply) {
const answer = heard(reply);
if (answer.counts === false) return answer;
if (answer.protocol !== PROTOCOL || !Number.isInteger(answer.acked_seq) || !Number.isInteger(answer.server_time)) return no("protocol");
if (!Array.isArray(answer.results) || !Array.isArray(answer.updates)) return no("protocol");
if (answer.nonce !== sent.nonce) return no("nonce");
const ids = new Map(sent.entries.map(({ id, seq, lost }) => [seq, lost ? undefined : id]));
const isOurs = ({ id, seq }) => ids.has(seq) && (ids.get(seq) ?? undefined) === (id ?? undefined);
if (!answer.results.every(isOurs)) return no("ids");
return counted(answer);
}
function unreceived(reply, nonce, digest) {
const answer = heard(reply);
if (answer.counts === false) return answer;
const isOurs = answer.protocol === PROTOCOL && answer.nonce === nonce && answer.digest === digest;
return isOurs && PHOTO_FINAL.includes(answer.outcome) ? undefined : { cause: "protocol" };
}
function heard(reply) {
if (reply.redirected) return no("redirected");
if (reply.status !== 200) return withoutAnswer(reply);
if (!/^application\/json\b/.test(reply.type)) return no("type");
return parsed(reply.body) ?? no("json");
}
function counted(answer) {
const entries = new Map();
let send_from = Infinity;
let new_epoch = 0;
for (const result of answer.results) {
if (result.outcome === "gap") send_from = Math.min(send_from, result.send_from);
if (result.outcome === "fork") new_epoch = Math.max(new_epoch, result.new_epoch);
const outcome = result.as ?? result;
if (FINAL.includes(outcome.outcome)) entries.set(result.seq, kept(outcome));
}
return {
counts: true, acked: answer.acked_seq, server_time: answer.server_time, entries,
updates: answer.updates.map(( update) => ({ no: update.no, id: update.id, said: kept(update) })),
...(send_from < Infinity && { send_from }), ...(new_epoch && { new_epoch }),
};
}
function withoutAnswer({ status, body, retry_after }) {
if (status === 401) return no(parsed(body)?.reason === "revoked" ? "revoked" : "unknown", { pause: true });
if (status === 413) return no("size", { halve: true });
const seconds = /^[0-9]+$/.test(retry_after ?? "") ? Number(retry_after) : 0;
if (status === 503 || status === 429) return no("busy", { halve: true, ...(seconds && { wait_ms: seconds * 1000 }) });
if (REQUEST_FAULTS.includes(status)) return no("request");
return no("status", status >= 500 ? { halve: true } : {});
}
function kept({ outcome, flags, errors, reason, fault }) {
return { outcome, ...(flags && { flags }), ...(errors && { errors }), ...(reason && { reason }), ...(fault && { fault }) };
}
const no = (cause, more = {}) => ({ counts: false, cause, ...more });
function parsed(text) {
try {
const value = JSON.parse(text);
return typeof value === "object" && value !== null ? value : undefined;
} catch {
return undefined;
}
}
return { conclude, unreceived };
})();
const $2 = (() => {
const GOOD_FOR = 24 * 3_600_000;
const SET_BY_HAND = 5_000;
function sampled(old, asked_at, heard_at, server_time) {
const fresh = { offset: Math.round(server_time - (asked_at + heard_at) / 2), rtt: heard_at - asked_at, at: heard_at, beacon: server_time };
if (!old || fresh.rtt < 0 || fresh.rtt <= old.rtt || Math.abs(heard_at - old.at) > GOOD_FOR) return fresh;
if (Math.abs(fresh.offset - old.offset) > SET_BY_HAND + (fresh.rtt + old.rtt) / 2) return fresh;
return { ...old, beacon: server_time };
}
const formats = new Map();
function clockText(at, zone) {
const format = formats.get(zone)
?? new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone || undefined });
formats.set(zone, format);
return format.format(at);
}
function instantOf(local, zone) {
const guess = Date.parse(`${local}Z`);
if (Number.isNaN(guess)) return NaN;
const shift = (at) => {
const parts = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone: zone || undefined }).format(at);
return Date.parse(`${parts.replace(" ", "T")}Z`) - Math.floor(at / 1000) * 1000;
};
return guess - shift(guess - shift(guess));
}
return { sampled, clockText, instantOf };
})();
const $3 = (() => {
const OPENS_WITHIN = 8_000;
const ENDS_WITHIN = 10_000;
const DEAD = ["InvalidStateError", "UnknownError", "AbortError", "TransactionInactiveError"];
class StoreBroken extends Error {}
class Store {
#opening;
#live = new Set();
#away;
#factory;
constructor(factory) {
this.#factory = factory;
globalThis.addEventListener?.("pagehide", ( { persisted }) => persisted && this.#leave());
}
async run(names, mode, work, durability = "relaxed") {
try {
return await this.#once(names, mode, work, durability);
} catch (error) {
if (!isBroken(error)) throw error;
if (error instanceof StoreBroken || !DEAD.includes(error.name)) throw new StoreBroken(error.name, { cause: error });
}
try {
return await this.#once(names, mode, work, durability);
} catch (error) {
throw error instanceof DOMException ? new StoreBroken(error.name, { cause: error }) : error;
}
}
read(name, ask) {
return this.run([name], "readonly", (tx, done) => {
const asked = ask(tx.objectStore(name));
asked.onsuccess = () => done(asked.result);
});
}
get(key) {
return this.read("meta", (meta) => meta.get(key));
}
set(key, value) {
return this.run(["meta"], "readwrite", (tx) => void tx.objectStore("meta").put(value, key));
}
close(opening = this.#opening) {
opening?.then((db) => db.close(), () => {});
if (this.#opening === opening) this.#opening = undefined;
}
async #once(names, mode, work, durability) {
await this.#away;
const opening = (this.#opening ??= this.#open());
return opening.then((db) => new Promise((resolve, reject) => {
const tx = db.transaction(names, mode, { durability });
let value;
let failure;
const fail = ( error) => {
if (failure) return; // what the abort itself makes fail
failure = error;
abort(tx);
};
const late = setTimeout(() => fail(new StoreBroken("TimeoutError")), ENDS_WITHIN);
const ended = () => {
clearTimeout(late);
this.#live.delete(tx);
};
tx.oncomplete = () => { ended(); resolve(value); };
tx.onabort = () => { ended(); reject(failure ?? tx.error ?? new DOMException("the connection died", "AbortError")); };
this.#live.add(tx);
try {
work(tx, (given) => { value = given; }, fail);
} catch (error) {
fail( (error)); // what was asked before it failed must not be kept without the rest
}
})).catch((error) => {
if (isBroken(error)) this.close(opening);
throw error;
});
}
#leave() {
this.#away = new Promise((resolve) => { addEventListener("pageshow", resolve, { once: true }); });
for (const tx of this.#live) abort(tx);
this.close();
}
#open() {
const opening = new Promise((resolve, reject) => {
const factory = this.#factory === undefined ? globalThis.indexedDB : this.#factory;
if (!factory) throw new StoreBroken("no IndexedDB");
const asked = factory.open("threshold", 1);
const late = setTimeout(() => reject(new StoreBroken("TimeoutError")), OPENS_WITHIN);
asked.onupgradeneeded = () => {
const entries = asked.result.createObjectStore("entries", { keyPath: ["epoch", "seq"] });
entries.createIndex("id", "id", { unique: true });
entries.createIndex("attention", "attention");
asked.result.createObjectStore("marks", { keyPath: "url" });
asked.result.createObjectStore("meta");
};
asked.onerror = () => { clearTimeout(late); reject(asked.error); };
asked.onsuccess = () => {
clearTimeout(late);
const db = asked.result;
const end = () => {
db.close();
if (this.#opening === opening) this.#opening = undefined;
};
db.onclose = end;
db.onversionchange = end;
if (this.#opening !== opening) db.close();
resolve(db);
};
});
return opening;
}
}
const isBroken = (error) => error instanceof DOMException || error instanceof StoreBroken;
function abort(tx) {
try {
tx.abort();
} catch {} // it is being committed
}
return { StoreBroken, Store };
})();
const $4 = (() => {
const { conclude, unreceived } = $1;
const { sampled } = $2;
const { PROTOCOL, onTheWire, placeOf, uuid7 } = $0;
const { StoreBroken } = $3;
const LOCK = "threshold-courier";
const MOST_ENTRIES = 200;
const MOST_BYTES = 1_048_576;
const ABORT_AFTER = 30_000;
const STEAL_AFTER = 60_000;
const LONGEST_PAUSE = 15_000;
const LONGEST_RETRY_AFTER = 600_000;
const IDLE_ROUNDS = 3;
const PHOTOS_AGAIN = 60_000;
class Courier {
#outbox;
#store;
#send;
#locks;
#build;
#about;
#now;
#random;
#abortAfter;
#changed;
#size = MOST_ENTRIES;
#failures = 0;
#notBefore = 0;
#retryAfter = 0;
#photosAfter = 0;
#again = false;
#urged = false;
#running;
constructor({ outbox, store, send, locks, build = "", about = async () => undefined, now = Date.now, random = Math.random, abortAfter = ABORT_AFTER, changed = () => {} }) {
this.#outbox = outbox;
this.#store = store;
this.#send = send ?? (( url,  init) => fetch(url, init));
this.#locks = locks ?? globalThis.navigator?.locks;
this.#build = build;
this.#about = about;
this.#now = now;
this.#random = random;
this.#abortAfter = abortAfter;
this.#changed = changed;
}
drain({ asked = false, beat = false } = {}) {
if (this.#isAhead(asked ? this.#retryAfter : this.#notBefore)) return this.#running ?? Promise.resolve();
this.#again = true;
this.#urged ||= asked;
this.#running ??= this.#untilDone(beat).finally(() => {
this.#running = undefined;
return this.tell();
});
return this.#running;
}
async state() {
const { waiting: entries, photos, attention, courier } = await this.#outbox.counts();
const waiting = entries + photos;
const state = courier.cause === "revoked" ? "revoked" : courier.cause === "unknown" ? "expired" : attention ? "failed" : courier.cause ? "offline" : waiting ? "busy" : "ok";
return { state, waiting, photos, attention, sent_at: courier.sent_at, cause: courier.cause };
}
async tell() {
this.#changed(await this.state());
}
async #untilDone(beat) {
let hello = beat;
do {
this.#again = this.#urged = false;
await this.#alone(async () => {
await this.#deliver(hello);
await this.#bring();
});
hello = false;
} while (this.#again && !this.#isAhead(this.#urged ? this.#retryAfter : this.#notBefore));
}
async #alone(work) {
if (!this.#locks) return work();
const had = await this.#locks.request(LOCK, { ifAvailable: true }, async (lock) => lock && (await work(), true)).catch(stolen);
if (had) return;
const { beat = this.#now() } = (await this.#store.get("courier")) ?? {};
if (Math.abs(this.#now() - beat) > STEAL_AFTER) await this.#locks.request(LOCK, { steal: true }, work).catch(stolen);
}
async #deliver(beat) {
let idle = 0;
let turn = await this.#turn(this.#size);
if (!turn.head || !(turn.sent.length || beat)) return;
await this.#note({});
await this.tell();
while (idle < IDLE_ROUNDS) {
const { sent } = turn;
const following = sent.length ? this.#turn(Math.min(MOST_ENTRIES, this.#size * 2), sent[sent.length - 1]) : undefined;
const { concluded, answered } = await this.#exchange(turn);
const prepared = await following;
if (!concluded.counts) return this.#failed(turn, concluded);
this.#failures = 0;
this.#size = Math.min(MOST_ENTRIES, this.#size * 2);
idle = concluded.entries.size ? 0 : idle + 1;
const goesOn = !concluded.new_epoch && answered === sent[sent.length - 1]?.seq;
turn = goesOn && prepared?.sent.length ? prepared : await this.#turn(this.#size);
if (!turn.sent.length) return;
}
await this.#pause("stuck");
}
async #bring() {
if (this.#isAhead(this.#photosAfter)) return;
for (const digest of await this.#outbox.photos()) {
if (this.#again || this.#isAhead(this.#notBefore)) return;
const bytes = await this.#store.get(placeOf(digest));
if (!bytes) continue; // another page has sent it
const nonce = uuid7(this.#now());
const reply = await this.#ask(`photos/${digest}?nonce=${nonce}`, bytes, "image/jpeg");
const why = typeof reply === "string" ? { cause: reply } : unreceived(reply, nonce, digest);
if (!why) {
await this.#outbox.release(digest);
this.#failures = 0;
await this.#note({ cause: undefined });
} else if (why.pause || ["network", "busy"].includes(why.cause)) return this.#pause(why.cause, why.wait_ms);
else this.#photosAfter = this.#now() + PHOTOS_AGAIN;
await this.tell();
}
}
async #turn(most, after) {
const { head, courier, entries } = await this.#outbox.next(most, after);
let sent = entries;
const nonce = uuid7(this.#now());
const about = sent.length ? undefined : await this.#about().catch(() => undefined);
const request = () => new TextEncoder().encode(JSON.stringify({ ...this.#request(head, sent, nonce, courier.updates_seen ?? 0), about }));
let bytes = request();
while (bytes.length > MOST_BYTES && sent.length > 1) {
sent = sent.slice(0, sent.length >> 1);
bytes = request();
}
return { head, nonce, sent, bytes };
}
async #exchange({ head, nonce, sent, bytes }) {
const asked_at = this.#now();
const reply = await this.#ask("operations", bytes);
const heard_at = this.#now();
if (typeof reply === "string") return { concluded: { counts: false, cause: reply, halve: reply === "timeout" } };
const asked = { nonce, epoch: sent[0]?.epoch ?? head?.epoch ?? 0, entries: sent };
const concluded = conclude(asked, reply);
if (!concluded.counts) return { concluded };
try {
const { upto } = await this.#outbox.settle(asked, concluded, (old) => sampled(old, asked_at, heard_at, concluded.server_time));
return { concluded, answered: upto };
} catch (error) {
if (!(error instanceof StoreBroken)) throw error;
return { concluded: { counts: false, cause: "store" } }; // a full disk: the server has them, and will say so again
}
}
async #ask(path, body, type = "application/json") {
const abort = new AbortController();
const late = setTimeout(() => abort.abort(), this.#abortAfter);
try {
const response = await this.#send(`/sync/${path}`, {
method: "POST", body, signal: abort.signal, cache: "no-store", credentials: "same-origin",
headers: { "Content-Type": type, "X-Threshold-Sync": "1" },
});
return {
status: response.status, type: response.headers.get("Content-Type") ?? "", redirected: response.redirected,
retry_after: response.headers.get("Retry-After"), body: await response.text(),
};
} catch {
return abort.signal.aborted ? "timeout" : "network";
} finally {
clearTimeout(late);
}
}
#request(head, sent, nonce, updates_seen) {
const epoch = sent[0]?.epoch ?? head?.epoch;
const entries = sent.map(onTheWire);
if (sent.length === 1 && !sent[0].lost) Object.assign(entries[0], { attempts: (sent[0].attempts ?? 0) + 1 });
const high_seq = epoch === head?.epoch ? head?.seq : sent[sent.length - 1].seq;
return { protocol: PROTOCOL, nonce, tablet: head?.tablet, epoch, sent_at: this.#now(), high_seq, build: this.#build, updates_seen, entries };
}
async #failed({ sent }, { cause, halve, pause, wait_ms }) {
if (halve) this.#size = Math.max(1, sent.length >> 1);
if (sent.length === 1 && !pause && (await this.#exchange(await this.#turn(0))).concluded.counts) await this.#outbox.blame(sent[0]);
await this.#pause(cause, wait_ms);
}
async #pause(cause, wait = 0) {
this.#failures += 1;
const backoff = Math.min(LONGEST_PAUSE, 1000 * 2 ** this.#failures) * (0.5 + this.#random() / 2);
if (wait) this.#retryAfter = this.#now() + Math.min(wait, LONGEST_RETRY_AFTER);
this.#notBefore = Math.max(this.#retryAfter, this.#now() + backoff);
await this.#note({ cause });
}
#note(news) {
return this.#outbox.note(news).catch(() => {});
}
#isAhead(at) {
const left = at - this.#now();
return left > 0 && left <= LONGEST_RETRY_AFTER;
}
}
function stolen(error) {
if ( (error).name !== "AbortError") throw error;
return true;
}
return { Courier };
})();
const $5 = (() => {
const progressOf = (courier, epoch) => courier?.answered?.[epoch] ?? { upto: 0, ahead: [] };
function advanced({ upto, ahead }, seqs) {
const beyond = new Set([...ahead, ...seqs].filter((seq) => seq > upto));
let reached = upto;
while (beyond.delete(reached + 1)) reached += 1;
return { upto: reached, ahead: [...beyond] };
}
function standing(entry, courier) {
const { upto, ahead } = progressOf(courier, entry.epoch);
return entry.epoch < 0 || entry.seq <= upto || ahead.includes(entry.seq) ? { ...entry, outcome: entry.outcome ?? "applied" } : { ...entry, waiting: 1 };
}
function unanswered(head, courier) {
const epochs = Object.entries({ ...head?.earlier, ...(head && { [head.epoch]: head.seq }) });
return epochs.map(([name, last]) => {
const epoch = Number(name);
const { upto, ahead } = progressOf(courier, epoch);
return { epoch, after: upto, last, waiting: last - upto - ahead.length };
}).filter(({ waiting }) => waiting > 0);
}
const lastOf = (head, epoch) => (head?.epoch === epoch ? head.seq : (head?.earlier?.[epoch] ?? 0));
return { progressOf, advanced, standing, unanswered, lastOf };
})();
const $6 = (() => {
const { BODY_BYTES, TooLong, digestOf, fits, placeOf, places, uuid7 } = $0;
const { advanced, lastOf, progressOf, standing, unanswered } = $5;
const KEPT_FOR = 7 * 24 * 3_600_000;
const MOST = 200;
const PORTION = 100;
const PAST = 1_000_000;
const ATTENTION = ["refused", "held", "quarantined"];
class NotEnrolled extends Error {}
class OtherTablet extends Error {}
class Outdated extends Error {}
class Outbox {
#store;
#now;
#say;
#known;
constructor(store, say = () => {}, now = Date.now) {
this.#store = store;
this.#say = say;
this.#now = now;
}
async keep({ when, ...draft }, also = {}) {
const body = JSON.stringify(draft.body);
if (!fits(body)) throw new TooLong(String(BODY_BYTES));
const kept_at = this.#now();
const id = draft.id ?? uuid7(kept_at);
const backDated = when ? Number(draft.body[when] || NaN) : NaN;
const digest = await digestOf(body);
const intention = { ...draft, id, body, digest, kept_at, ...(!Number.isNaN(backDated) && { when: backDated }) };
const kept = await this.#keepAtOnce(intention, also) ?? await this.#keepCarefully(intention, also);
this.#say({ type: "kept", id });
return kept;
}
enrol({ tablet, epoch, enrolled_at, clock, emptied, keeps }) {
this.#known = undefined;
return this.#store.run(["meta", "entries", "marks"], "readwrite", (tx, _done, fail) => {
const meta = tx.objectStore("meta");
const entries = tx.objectStore("entries");
const [asked, courier] = asks(tx, "head", "courier");
entries.getAll().onsuccess = (event) => {
const head = asked.result;
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
async pending(most = MOST) {
return (await this.next(most)).entries;
}
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
found.entries = resultOf(event).map(( entry) => standing(entry, courier.result)).filter(isWaiting);
};
};
});
}
all() {
return this.since(null);
}
since(mark, begin) {
return this.#store.run(["meta", "entries"], "readonly", (tx, done) => {
const [head, courier] = asks(tx, "head", "courier");
const found = [];
const take = begin?.();
done(found);
const read = ( from,  to,  ...rest) => {
tx.objectStore("entries").getAll(IDBKeyRange.bound(from, to), PORTION).onsuccess = (event) => {
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
const newest = resultOf(event).filter(( entry) => !entry.attention && !entry.lost);
done([...attention.result.reverse(), ...newest.reverse()].slice(0, most).map((entry) => standing(entry, courier.result)));
};
}
isAtTheEnd = false;
};
});
}
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
async settle(sent, answer, sample) {
const progress = await this.#store.run(["meta", "entries"], "readwrite", (tx,  done) => {
const meta = tx.objectStore("meta");
const entries = tx.objectStore("entries");
const [head, courier, clock] = asks(tx, "head", "courier", "clock");
clock.onsuccess = () => {
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
if (isForked) meta.put(begun(head.result,  (answer.new_epoch)), "head");
this.#known = this.#known && !isForked ? { ...this.#known, clock: fresh } : undefined;
done(answered);
};
});
this.#say({ type: "settled" });
return progress;
}
async note(news) {
await this.#store.run(["meta"], "readwrite", (tx) => {
const meta = tx.objectStore("meta");
meta.get("courier").onsuccess = (event) => meta.put({ ...resultOf(event), ...news, beat: this.#now() }, "courier");
});
if (news.cause) this.#say({ type: "settled" });
}
blame({ id }) {
return this.#store.run(["entries"], "readwrite", (tx) =>
change(tx.objectStore("entries"), id, (entry) => { entry.attempts = (entry.attempts ?? 0) + 1; }));
}
async photos() {
const found = await this.#store.read("meta", (meta) => meta.getAllKeys(places()));
return found.map((place) => place.slice(placeOf("").length));
}
release(digest) {
return this.#store.run(["meta"], "readwrite", (tx) => void tx.objectStore("meta").delete(placeOf(digest)));
}
prune() {
return this.#store.run(["entries", "marks", "meta"], "readwrite", (tx, done) => {
let dropped = 0;
const [courier, clock] = asks(tx, "courier", "clock");
const marks = tx.objectStore("marks").getAll();
tx.objectStore("entries").openCursor().onsuccess = (moved) => {
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
async #keepAtOnce(intention, also) {
const known = this.#known;
if (!known) return undefined;
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
#fallen(entries, sent, answer, courier, last) {
const progress = progressOf(courier, sent.epoch);
const told = courier.acked?.epoch === sent.epoch ? courier.acked.seq : 0;
const from = Math.min(answer.send_from ?? Infinity, answer.acked < told ? answer.acked + 1 : Infinity);
const to = Math.min(last, Math.max(told, progress.upto, (sent.entries[0]?.seq ?? 1) - 1));
if (from > to) return progress;
loseMissing(entries, sent.epoch, from, to);
return { upto: Math.min(progress.upto, from - 1), ahead: [] };
}
}
function isSame({ head, clock }, other) {
const sameHead = head.seq === other.head?.seq && head.epoch === other.head.epoch && head.tablet === other.head.tablet;
return sameHead && clock?.offset === other.clock?.offset && clock?.beacon === other.clock?.beacon;
}
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
function past({ waiting, attention: _seen, ...entry }) {
return { ...entry, ...(waiting && { outcome: "imported" }), epoch: entry.epoch - PAST };
}
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
function marked(entry, outcome) {
for (const key of  (["attention", "attempts", "flags", "errors", "reason", "fault"])) delete entry[key];
const needsSomeone = ATTENTION.includes(outcome?.outcome ?? "") && !entry.mended;
return Object.assign(entry, outcome, needsSomeone && { attention: 1 });
}
function loseMissing(entries, epoch, from, to) {
entries.getAllKeys(IDBKeyRange.bound([epoch, from], [epoch, to])).onsuccess = (event) => {
const here = new Set(resultOf(event).map(( [, seq]) => seq));
for (let seq = from; seq <= to; seq += 1) if (!here.has(seq)) entries.put({ epoch, seq, lost: "pruned", kept_at: 0 });
};
}
function change(entries, id, edit) {
entries.index("id").get(id).onsuccess = (event) => {
const entry = resultOf(event);
if (!entry) return;
edit(entry);
entries.put(entry);
};
}
const asks = (tx, ...keys) => keys.map((key) => tx.objectStore("meta").get(key));
const begun = (head, epoch) => ({ ...head, epoch, seq: 0, earlier: { ...head.earlier, [head.epoch]: head.seq } });
const isEverywhere = ({ epoch, seq }, marks) => marks.every((mark) => mark.epoch > epoch || (mark.epoch === epoch && mark.acked >= seq));
const keptAt = ({ happened_at, beacon_at }, now) => Math.max(happened_at > now ? 0 : happened_at, beacon_at ?? 0);
const isWaiting = ({ waiting }) => waiting === 1;
const resultOf = (event) =>  (event.target).result;
return { NotEnrolled, OtherTablet, Outbox };
})();
const $7 = (() => {
const MOST_ROWS = 100;
const SLACK = 120_000;
const LEFT_OUT = ["refused", "held", "quarantined"];
function markOf(text, kept) {
if (!text) return null;
const [epoch, base] = text.split(":").map(Number);
return { epoch, acked: kept && kept.epoch === epoch && kept.base === base ? kept.acked : base };
}
function fold(mark, readers, entries, enrolled_at) {
const { add, shown } = folding(mark, readers, enrolled_at);
add([...entries].sort((a, b) => a.epoch - b.epoch || a.seq - b.seq));
return shown();
}
function folding(mark, readers, enrolled_at = 0) {
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
return { value, approx, pending: counted.some(({ entry }) => entry.waiting === 1) };
}),
};
}
function amount(formula, body) {
const [, sign, field, times = "1"] = /^([+-])([a-z_][a-z0-9_]*|[0-9]+)(?:\*([0-9]+))?$/.exec(formula) ?? [];
if (!sign) throw new SyntaxError(formula);
return (sign === "-" ? -1 : 1) * thousandths(/^[0-9]/.test(field) ? field : first(body, field)) * Number(times) + 0;
}
function filled(key, body, id) {
return key.replace(/\{(\w+)\}/g, (_, name) => (name === "id" ? id : first(body, name)));
}
function thousandths(text) {
const [, sign, whole, part = ""] = /^(-?)([0-9]{1,12})(?:\.([0-9]{1,3}))?$/.exec(text.normalize("NFKC").trim()) ?? [];
return whole ? Number(`${sign}${whole}${part.padEnd(3, "0")}`) + 0 : 0;
}
function figure(amountOf) {
const digits = String(Math.abs(amountOf)).padStart(4, "0");
return `${amountOf < 0 ? "-" : ""}${digits.slice(0, -3)}.${digits.slice(-3)}`.replace(/\.?0+$/, "");
}
function ownEffects(mark, readers, enrolled_at) {
const known = new Map();
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
return read.map((effect) => ({ entry, body, at, effect, key: filled(effect.key, body, entry.id), by: "by" in effect ? amount(effect.by, body) : 0 }));
};
}
function timesFrom(enrolled_at) {
let good = 0;
let previous;
return (entry) => {
const { happened_at, offset, beacon_at, when, flags } = entry;
const before = previous?.epoch === entry.epoch ? previous : undefined;
if (previous && !before) good = 0;
const moved = before ? (offset ?? 0) - (before.offset ?? 0) : 0;
const isWrong = offset === null || happened_at < (beacon_at ?? 0) - SLACK || Math.abs(moved) > SLACK
|| (before && happened_at - before.happened_at < moved) || flags?.includes("time_wrong");
if (offset !== null) previous = entry;
if (isWrong) return Math.max(good, beacon_at ?? 0, enrolled_at);
good = Math.max(good, happened_at);
return when ?? good;
};
}
function inThePage(mark, entry) {
if (!mark || entry.epoch > mark.epoch) return false;
return entry.epoch === mark.epoch ? entry.seq <= mark.acked : entry.waiting !== 1;
}
function tally({ value, stamp }, mine) {
let sum = thousandths(value);
let counted = mine.filter(({ at }) => at >= stamp);
const last = counted.reduce((found, { effect, at }, here) => ("set" in effect && at >= (counted[found]?.at ?? 0) ? here : found), -1);
if (last >= 0) {
const { at, effect, body } = counted[last];
sum = thousandths(first(body,  (effect).set));
counted = counted.filter((own, here) => here === last || (own.at >= at && here > last));
}
for (const { by } of counted) sum += by;
return [counted.length ? figure(sum) : value, counted];
}
function latest({ value, stamp }, mine) {
let counted = [];
for (const own of mine) if (own.at >= (counted[0]?.at ?? stamp)) counted = [own];
return [counted.length ? written(counted[0]) : value, counted];
}
function furthest({ step, steps }, mine) {
let counted = [];
let value = step;
for (const own of mine) {
const reached =  (own.effect).step;
if (steps.indexOf(reached) > steps.indexOf(value)) [value, counted] = [reached, [own]];
}
return [value, counted];
}
function rows(ids, mine) {
const fresh = mine.filter(({ entry }) => !ids.includes(entry.id)).reverse();
fresh.sort((a, b) => b.at - a.at);
return { rows: fresh.slice(0, MOST_ROWS).map(({ entry, body, effect }) => ({ entry, body, template:  (effect).template })) };
}
const written = ({ effect, body, entry }) => filled( (effect).value, body, entry.id);
function first(body, name) {
const value = body[name] ?? "";
return typeof value === "string" ? value : (value[0] ?? "");
}
return { markOf, fold, folding, amount, filled, thousandths, figure };
})();
const { Courier } = $4;
const { Outbox } = $6;
const { fold, markOf } = $7;
const { Store } = $3;
export const client = { Courier, Outbox, Store, fold, markOf };
