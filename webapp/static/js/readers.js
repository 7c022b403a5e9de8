/** All that shows this tablet's own entries on a page, folded together at once whenever one is kept, answered or in the page. */

import { fold, folding, markOf } from "./outbox/overlay.js";
import { on, outbox, said, store } from "./tablet.js";

/**
 * @typedef {import("./outbox/types.d.ts").Mark} Mark
 * @typedef {import("./outbox/types.d.ts").Reader} Reader
 * @typedef {import("./outbox/types.d.ts").Shown} Shown
 */

/** @type {Set<ReaderElement>} */
const readers = new Set();
/** @type {Promise<void> | undefined} */
let running;
let isStale = false;

on(["kept", "settled", "pages"], () => void refold());

/** An element that shows what the page knows and what only this tablet knows. */
export class ReaderElement extends HTMLElement {
  connectedCallback() {
    readers.add(this);
    void refold();
  }

  disconnectedCallback() {
    readers.delete(this);
  }

  /** @returns {Reader} */
  get reader() {
    throw new TypeError("abstract");
  }

  /** @param {Shown} _shown */
  show(_shown) {}

  /** @param {string} name @returns {string} */
  read(name) {
    return this.getAttribute(name) ?? "";
  }
}

/** Soon; many calls are one, and never two at a time. @returns {Promise<void>} */
export function refold() {
  isStale = true;
  running ??= Promise.resolve().then(untilFresh).catch(() => {}).finally(() => { running = undefined; }); // no store, no overlay: the page's own figures stand
  return running;
}

/**
 * Puts other HTML in place with our own entries in it at once.
 * @param {string} text its mark
 * @param {() => boolean} swap false where it would not: all stays as it is
 * @returns {Promise<boolean>}
 */
export async function swapped(text, swap) {
  const mark = await markHere(text);
  const entries = await outbox.since(mark);
  if (!swap()) return false;
  const here = [...readers];
  show(here, fold(mark, here.map(({ reader }) => reader), entries, enrolledAt()));
  return true;
}

// private

async function untilFresh() {
  while (isStale && readers.size) {
    isStale = false;
    /** @type {ReaderElement[]} */
    let here = [];
    /** @type {() => Shown[]} */
    let shown = () => [];
    const mark = await markHere(said("mark"));
    await outbox.since(mark, () => {
      here = [...readers];
      const { add, shown: found } = folding(mark, here.map(({ reader }) => reader), enrolledAt());
      shown = found;
      return add;
    });
    show(here, shown());
  }
}

/** @param {string} text "EPOCH:ACKED_SEQ" */
async function markHere(text) {
  /** @type {Mark | undefined} */
  const kept = await store.read("marks", (marks) => marks.get(location.pathname));
  return markOf(text, kept);
}

/** @param {ReaderElement[]} here @param {Shown[]} found */
function show(here, found) {
  found.forEach((shown, at) => here[at].show(shown));
}

/** The instant in the tablet's id (docs/protocol.md, section 1). */
const enrolledAt = () => Number(`0x${said("tablet").replace("-", "").slice(0, 12)}`);
