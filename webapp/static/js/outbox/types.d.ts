/** Shapes that the outbox keeps and says. docs/protocol.md is the law; this file only names it for the type checker. */

export type Field = string | string[];
export type Body = Record<string, Field>;

export type Effect =
  | { kind: "tally"; key: string; by: string }
  | { kind: "tally"; key: string; set: string }
  | { kind: "latest"; key: string; value: string }
  | { kind: "latest"; key: string; value: string; reads: string; only: string[] }
  | { kind: "list"; key: string; template: string }
  | { kind: "step"; key: string; step: string };

export interface Draft {
  id?: string;
  operation: string;
  version: number;
  body: Body;
  author: string | null;
  proof: string;
  repairs?: string;
  /** When what it repairs happened: it stands there, whenever it is repaired. */
  mends_at?: number;
  effects?: Effect[];
  /** The name of the body's field that back-dates (補記). */
  when?: string;
}

/** What became of an entry, as the server said it. */
export interface Outcome {
  outcome?: string;
  flags?: string[];
  errors?: Record<string, unknown>;
  reason?: string;
  fault?: string;
}

/** An entry as the tablet keeps it: what goes on the wire, and what only this tablet needs. */
export interface Kept extends Outcome {
  epoch: number;
  seq: number;
  id: string;
  operation: string;
  version: number;
  body: string;
  digest: string;
  author: string | null;
  proof: string;
  happened_at: number;
  offset: number | null;
  beacon_at: number | null;
  repairs?: string;
  attempts?: number;
  /** Can never be sent any more. */
  lost?: string;
  effects?: Effect[];
  when?: number;
  mends_at?: number;
  kept_at: number;
  /** 1 until it is answered. Derived (progress.js), never stored. */
  waiting?: 1;
  /** 1 while a person should look at it. */
  attention?: 1;
  /** The entry that mends this one. */
  mended?: string;
}

export interface Head {
  tablet: string;
  epoch: number;
  seq: number;
  enrolled_at: number;
  /** The last number given in each epoch before this one. */
  earlier?: Record<number, number>;
}

/** Which numbers of an epoch are answered: all up to one, and some beyond it. */
export interface Progress {
  upto: number;
  ahead: number[];
}

export interface Clock {
  offset: number;
  rtt: number;
  at: number;
  beacon: number;
}

export interface Courier {
  /** When the sender last showed that it lives. */
  beat?: number;
  sent_at?: number;
  updates_seen?: number;
  acked?: { epoch: number; seq: number };
  /** By epoch. */
  answered?: Record<number, Progress>;
  cause?: string;
}

export interface Person {
  id: string;
  name: string;
  call_name: string;
  roles: string[];
  /** These three only of whom this tablet can check without the server. */
  salt: string;
  verifier: string;
  rounds: number;
}

export interface Post {
  person: string;
  name: string;
  call: string;
  place: string;
  post: string;
  since: number;
  /** What facts without a code go under: unverified where nobody could check the code. */
  proof?: string;
}

/** Tries of a person's code in a row of which none was right, and the wall clock at the last. */
export interface Tries {
  failures: number;
  at: number;
}

/** What the server says of a code (docs/protocol.md, section 7). */
export interface Said {
  outcome: string;
  server_time: number;
  grant?: string;
  wait_ms?: number;
}

export interface Mark {
  url: string;
  etag: string;
  epoch: number;
  /** acked_seq when the body was rendered. */
  base: number;
  /** acked_seq up to which the same body is still right. */
  acked: number;
}

export type Concluded =
  | {
      counts: true;
      acked: number;
      server_time: number;
      entries: Map<number, Outcome>;
      send_from?: number;
      new_epoch?: number;
      updates: { no: number; id: string; said: Outcome }[];
    }
  | { counts: false; cause: string; pause?: boolean; halve?: boolean; wait_ms?: number };

export interface Sent {
  nonce: string;
  epoch: number;
  entries: (Pick<Kept, "seq" | "outcome" | "attempts" | "lost"> & { id?: string })[];
}

export interface Reply {
  status: number;
  type: string;
  redirected: boolean;
  body: string;
  retry_after?: string | null;
}

export interface State {
  state: "ok" | "busy" | "offline" | "failed" | "expired" | "revoked";
  /** Entries and photos. */
  waiting: number;
  photos: number;
  attention: number;
  sent_at?: number;
  cause?: string;
}

export type Reader =
  | { kind: "tally"; key: string; value: string; stamp: number }
  | { kind: "latest"; key: string; value: string; stamp: number }
  | { kind: "list"; key: string; ids: string[] }
  | { kind: "step"; key: string; step: string; steps: string[] };

export interface Shown {
  value?: string;
  /** Of a latest value: since when. */
  at?: number;
  approx?: boolean;
  pending?: boolean;
  rows?: Row[];
}

export interface Row {
  entry: Kept;
  body: Body;
  template: string;
}
