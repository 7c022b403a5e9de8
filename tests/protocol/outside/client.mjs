// A tablet in plain JavaScript for node, written from docs/protocol.md and its fixtures alone. It imports nothing of ours, on
// purpose: where the page is not enough, this file cannot be written.
import { createHash, randomBytes } from "node:crypto";

const PROTOCOL = 1;
const LIMITS = { entries: 200, bytes: 1048576 };
const FINAL = new Set(["applied", "refused", "held", "quarantined", "lost"]);

/** SHA-256 of the UTF-8 bytes, in hex (section 2). */
export const sha256 = (text) => createHash("sha256").update(text, "utf8").digest("hex");

/** A UUIDv7 of this instant; `random` gives bytes, so that a seeded run makes the same ids. */
export function uuid7(at, random = randomBytes) {
  const bytes = Buffer.concat([Buffer.alloc(6), random(10)]);
  bytes.writeUIntBE(at, 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const said = (http) => (/json/i.test(http.type) ? parsed(http.body)?.reason : undefined);

/** What an answer that is not 200 means (section 1). */
function failure(http) {
  if (http.status === 401) return { cause: said(http) ?? "unknown", pause: true };
  if (http.status === 413) return { cause: "size", halve: true };
  if (http.status === 503) {
    const seconds = Number(http.retry_after);
    return { cause: "busy", halve: true, ...(seconds > 0 ? { wait_ms: seconds * 1000 } : {}) };
  }
  if ([400, 403, 415].includes(http.status)) return { cause: "request" };
  return { cause: "status", ...(http.status >= 500 ? { halve: true } : {}) };
}

/** Only ids that were sent, each under its own number; a marker has a number alone. */
function ours(sent, results) {
  const ids = new Map(sent.map((each) => [each.seq, each.id]));
  return results.every((each) => ids.has(each.seq) && (each.id ?? undefined) === ids.get(each.seq));
}

function stored({ id: _id, seq: _seq, as, new_epoch: _epoch, ...own }) {
  const what = own.outcome === "duplicate" || own.outcome === "fork" ? as : own;
  if (!FINAL.has(what?.outcome)) return "waiting";
  return ["refused", "held", "quarantined"].includes(what.outcome) ? { ...what, attention: true } : what;
}

/** Section 3: what a client concludes from an answer to a request with this nonce and these entries. */
export function conclude(nonce, sent, http) {
  if (http.redirected) return { counts: false, cause: "redirected" };
  if (http.status !== 200) return { counts: false, ...failure(http) };
  if (!/^application\/json(;|$)/i.test(http.type)) return { counts: false, cause: "type" };
  const answer = parsed(http.body);
  if (answer === undefined) return { counts: false, cause: "json" };
  if (answer?.protocol !== PROTOCOL || !Number.isInteger(answer.acked_seq)) return { counts: false, cause: "protocol" };
  if (answer.nonce !== nonce) return { counts: false, cause: "nonce" };
  const results = answer.results ?? [];
  if (!ours(sent, results)) return { counts: false, cause: "ids" };
  const updates = answer.updates ?? [];
  const entries = Object.fromEntries(sent.map((each) => [each.seq, "waiting"]));
  for (const each of results) entries[each.seq] = stored(each);
  return {
    counts: true,
    entries,
    updates,
    acked: answer.acked_seq,
    server_time: answer.server_time,
    send_from: results.find((each) => each.outcome === "gap")?.send_from,
    new_epoch: results.find((each) => each.outcome === "fork")?.new_epoch,
    updates_seen: Math.max(0, ...updates.map((each) => each.no)),
  };
}

/** The network: one request, told as the plain things `conclude` reads. */
async function ask(url, init) {
  const answer = await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(30000) });
  return {
    status: answer.status,
    type: answer.headers.get("content-type") ?? "",
    redirected: answer.redirected,
    retry_after: answer.headers.get("retry-after"),
    body: await answer.text(),
  };
}

/** A tablet that keeps its entries in memory: numbers them, sends them, and believes only answers that count. */
export class Tablet {
  constructor(enrolled, { network = ask, random = randomBytes } = {}) {
    Object.assign(this, {
      ...enrolled,
      network,
      random,
      kept: [],
      acked: 0,
      paused: null,
      updates: [],
      heard: null,
      most: LIMITS.entries,
    });
    this.seen = 0;
  }

  /** Keep an entry under the next number of the epoch. `clock`: {wall, offset, beacon_at}. Returns its id. */
  record(operation, body, { author, proof, clock, ...rest }) {
    const { wall, offset, beacon_at } = clock;
    const happened_at = wall + (offset ?? 0);
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const entry = {
      id: uuid7(Math.max(0, happened_at), this.random),
      seq: this.high() + 1,
      operation,
      version: 1,
      body: text,
      digest: sha256(text),
      author,
      proof,
      happened_at,
      offset,
      beacon_at,
      ...rest,
    };
    this.kept.push({ epoch: this.epoch, entry, outcome: null, alone: 0 });
    return entry.id;
  }

  /** The entry of this number can never be sent any more: its number is kept, by a marker (section 2). */
  lose(seq, reason) {
    const row = this.row(this.epoch, seq);
    if (row) row.entry = { seq, lost: reason };
    else this.kept.push({ epoch: this.epoch, entry: { seq, lost: reason }, outcome: null, alone: 0 });
  }

  high(epoch = this.epoch) {
    return this.kept.reduce((most, each) => (each.epoch === epoch ? Math.max(most, each.entry.seq) : most), 0);
  }

  row(epoch, seq) {
    return this.kept.find((each) => each.epoch === epoch && each.entry.seq === seq);
  }

  of(id) {
    return this.kept.find((each) => each.entry.id === id);
  }

  /** What waits, of the oldest epoch that has something, in order of number. */
  waiting() {
    const rows = this.kept.filter((each) => each.outcome === null);
    const epoch = Math.min(...rows.map((each) => each.epoch));
    return rows.filter((each) => each.epoch === epoch).sort((a, b) => a.entry.seq - b.entry.seq);
  }

  headers() {
    return {
      Authorization: `Bearer ${this.credential}`,
      "X-Threshold-Sync": "1",
      "Content-Type": "application/json",
      Connection: "close",
    };
  }

  /** The request as text, cut to 200 entries and 1 MiB. */
  request(rows, epoch) {
    const nonce = this.random(12).toString("hex");
    const frame = {
      protocol: PROTOCOL,
      nonce,
      tablet: this.tablet,
      epoch,
      sent_at: Date.now(),
      high_seq: this.high(epoch),
      updates_seen: this.seen,
    };
    const sent = [];
    let size = JSON.stringify({ ...frame, entries: [] }).length;
    for (const { entry, alone } of rows.slice(0, this.most)) {
      const whole = rows.length === 1 && !entry.lost ? { ...entry, attempts: alone + 1 } : entry;
      size += Buffer.byteLength(JSON.stringify(whole)) + 1;
      if (size > LIMITS.bytes) break;
      sent.push(whole);
    }
    return { nonce, sent, text: JSON.stringify({ ...frame, entries: sent }) };
  }

  /** One request with these rows (by default what waits). `fate`: "lost" throws the answer away. */
  async send(rows = this.waiting(), { fate = null } = {}) {
    const epoch = rows[0]?.epoch ?? this.epoch;
    const { nonce, sent, text } = this.request(rows, epoch);
    let http;
    try {
      http = await this.network(`${this.url}/operations`, { method: "POST", headers: this.headers(), body: text });
    } catch (error) {
      return this.unanswered(rows, { counts: false, cause: "network", halve: true, error: String(error) });
    }
    if (fate === "lost") return { counts: false, cause: "lost on the way" };
    const verdict = conclude(nonce, sent, http);
    return verdict.counts ? this.settle(rows, epoch, verdict) : this.unanswered(rows, verdict);
  }

  /** No answer: everything is kept; a smaller batch next time. */
  unanswered(rows, verdict) {
    if (verdict.pause) this.paused = verdict.cause;
    if (verdict.halve) this.most = Math.max(1, Math.floor(Math.min(this.most, rows.length) / 2));
    return verdict;
  }

  settle(rows, epoch, verdict) {
    this.heard = verdict.server_time;
    this.most = Math.min(LIMITS.entries, this.most * 2);
    for (const row of rows) {
      const outcome = verdict.entries[row.entry.seq];
      if (outcome && outcome !== "waiting") row.outcome = outcome;
    }
    this.fill(epoch, verdict);
    for (const each of verdict.updates) this.update(each);
    if (verdict.new_epoch > this.epoch) this.epoch = verdict.new_epoch;
    return verdict;
  }

  /** Behind a gap, or after a restored backup, everything from there waits again; a number we have not is lost for good. */
  fill(epoch, { send_from, acked }) {
    const from = send_from ?? (epoch === this.epoch && acked < this.acked ? acked + 1 : Infinity);
    if (epoch === this.epoch) this.acked = acked;
    for (let seq = from; seq <= this.high(epoch); seq += 1) {
      const row = this.row(epoch, seq);
      if (row) row.outcome = null;
      else this.kept.push({ epoch, entry: { seq, lost: "missing" }, outcome: null, alone: 0 });
    }
  }

  /** A held entry became something else. Numbers below `seen` were heard already. */
  update({ no, id, ...outcome }) {
    if (no <= this.seen) return;
    this.seen = no;
    this.updates.push({ no, id, ...outcome });
    const row = this.of(id);
    if (row) row.outcome = outcome;
  }

  /** Alone and without an answer, while a heartbeat right after it was answered: counted, so that the server can hold it. */
  async alone(row, options) {
    const verdict = await this.send([row], options);
    if (!verdict.counts && (await this.send([])).counts) row.alone += 1;
    return verdict;
  }

  /** Send until nothing waits. */
  async deliver({ tries = 100, ...options } = {}) {
    for (let n = 0; n < tries; n += 1) {
      if (this.waiting().length === 0) return;
      const rows = this.waiting();
      const verdict =
        this.most === 1 || rows.length === 1 ? await this.alone(rows[0], options) : await this.send(rows, options);
      if (verdict.wait_ms)
        {await new Promise((done) => {
          setTimeout(done, verdict.wait_ms);
        });}
      if (this.paused || verdict.cause === "request") break;
    }
    if (this.waiting().length) throw new Error(`${this.waiting().length} entries of ${this.tablet} never got through`);
  }

  async get(path) {
    return parsed((await this.network(`${this.url}/${path}`, { headers: this.headers() })).body);
  }
}
