/** A form whose submit is kept on the tablet first. Whatever goes wrong before it is on disk, nothing typed is lost. */

import { instantOf } from "../outbox/clock.js";
import { TooLong, digestOf, placeOf, uuid7 } from "../outbox/entry.js";
import { afterKeeping, outbox, said, shared, store } from "../tablet.js";

/** @typedef {import("../outbox/types.d.ts").Body} Body */

const SAID_FOR = 8_000;
const ANSWERS_WITHIN = 5_000;
const TWICE_WITHIN = 500;
const DRAFT_FOR = 12 * 3_600_000;
const LONGEST = 1600;
const PHOTOS = 3;

export class OperationForm extends HTMLElement {
  /** @type {{repairs: string, mends_at: number} | undefined} the entry that the next submit mends, and when it happened */
  #repairs;
  /** @type {import("../outbox/types.d.ts").Field} the photos of that entry */
  #photos = [];
  /** @type {string | undefined} what was sent last */
  #last;
  #at = 0;

  connectedCallback() {
    for (const type of ["submit", "input", "change"]) this.addEventListener(type, this);
    this.#resume();
    this.#mend().catch(() => {}); // no store, nothing to mend
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (event.type === "input") return this.#typed();
    if (event.type === "change") return this.#changed(event.target);
    if (!this.hasAttribute("offline") || !globalThis.crypto?.subtle) return;
    const { target, submitter } = /** @type {SubmitEvent & {target: HTMLFormElement}} */ (event);
    // There may be more or less than there should be, as far as the button says, and nothing else that is wrong is right.
    const over = /** @type {HTMLInputElement | null} */ (submitter?.dataset.max && target.querySelector(":out-of-range"));
    if (over) {
      const { min, max } = over;
      const holds = Object.assign(over, submitter?.dataset).form?.reportValidity();
      Object.assign(over, { min, max });
      if (!holds) return event.preventDefault();
    }
    const body = this.#body(target, submitter);
    event.preventDefault(); // only now: what we cannot read the server has to be asked about
    const words = JSON.stringify(body);
    if (words === this.#last && event.timeStamp - this.#at < TWICE_WITHIN) return; // the second tap of a double tap
    this.#last = words;
    this.#at = event.timeStamp;
    void this.#keep(target, submitter, body);
  }

  // actions

  /** @param {HTMLFormElement} form @param {HTMLElement | null} submitter @param {Body} body */
  async #keep(form, submitter, body) {
    const id = uuid7(Date.now());
    try {
      const signer = await this.#signer(body);
      if (!signer) return;
      const shots = await this.#shots(form).catch(() => {});
      this.#show("data-no-photo", !shots);
      if (!shots) return void (this.#last = "");
      const photos = [...new Set([this.#photos, Object.keys(shots)].flat())];
      if (photos.length) body = { ...body, photos };
      const kept = await outbox.keep({
        id, body, ...signer, operation: this.getAttribute("operation") ?? "", version: Number(this.getAttribute("version") ?? 1),
        effects: JSON.parse(this.dataset.effects ?? "[]"), when: "when", ...this.#repairs,
      }, Object.fromEntries(Object.entries(shots).map(([digest, bytes]) => [placeOf(digest), bytes])));
      // What is saved is not said again: where the store fails only now, the bar still names who was on post, and it is taken by hand.
      if (this.hasAttribute("data-relieves") && body.result !== "disputed") await this.#gate?.relieve(signer).catch(() => {});
      this.#saved(form);
      afterKeeping(kept);
      this.#gate?.done();
    } catch (error) {
      await this.#failed(form, submitter, error);
    }
  }

  /** @param {HTMLFormElement} form */
  #saved(form) {
    this.#repairs = undefined;
    this.#photos = [];
    form.reset();
    follow(form);
    delete shared[this.#name(form)];
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[type=file]"))) this.#preview(input);
    this.#show("data-broken", false);
    this.#say(this.dataset.saved ?? "");
    this.closest("dialog")?.close();
    this.closest("details")?.removeAttribute("open");
    if (this.dataset.then) location.assign(this.dataset.then);
  }

  /** @param {HTMLFormElement} form @param {HTMLElement | null} submitter @param {unknown} error */
  async #failed(form, submitter, error) {
    if (error instanceof TooLong) return this.#show("data-too-long", true);
    // The page door takes it too, where there is one in reach; a page that cannot be reached would take what was typed with it.
    if (!(await isReached())) return this.#onPaper();
    if (submitter instanceof HTMLButtonElement && submitter.name) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value }));
    }
    // Past the worker's copy of the page, which does not know of this entry and without a store never will.
    const back = form.elements.namedItem("next");
    if (back instanceof HTMLInputElement) back.value += "?posted";
    form.submit();
  }

  /** Counted where the store is not, so that nobody has to remember how much stands on paper. */
  #onPaper() {
    this.#last = ""; // whoever taps again tries again, however soon
    this.#show("data-broken", true);
    shared.unsaved = Number(shared.unsaved ?? 0) + 1;
    shared.unsavedSince ??= Date.now();
    const since = new Date(Number(shared.unsavedSince)).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short", timeZone: said("zone") || undefined });
    for (const [slot, text] of Object.entries({ number: shared.unsaved, since })) {
      for (const part of this.querySelectorAll(`[data-broken] [data-fill=${slot}]`)) part.textContent = text;
    }
  }

  /** A link of the repair room leads here with the entry to mend: its words are in the form again. */
  async #mend() {
    const id = new URLSearchParams(location.hash.slice(1)).get("mend");
    if (!id) return;
    /** @type {import("../outbox/types.d.ts").Kept | undefined} */
    const entry = await store.read("entries", (entries) => entries.index("id").get(id));
    const form = this.querySelector("form");
    if (!form || !entry || entry.mended || entry.operation !== this.getAttribute("operation")) return;
    const body = JSON.parse(entry.body);
    if (!this.#speaksOf(form, body)) return;
    fill(form, Object.entries(body));
    this.#repairs = { repairs: id, mends_at: entry.mends_at ?? entry.when ?? entry.happened_at };
    follow(form);
    this.#photos = body.photos ?? [];
    form.closest("details")?.setAttribute("open", "");
    // Not the form: in a line of a check it has no box to scroll to.
    /** @type {HTMLElement | null} */ (form.querySelector(":enabled:not([type=hidden])"))?.focus();
  }

  /** What was typed and not sent yet outlives its page: a reload, another language, the locked screen. Nothing that is sealed. */
  #typed() {
    this.#say(""); // what was saved before this
    const form = /** @type {HTMLFormElement} */ (this.querySelector("form"));
    const typed = [...new FormData(form)].filter(([name]) => {
      const field = form.elements.namedItem(name);
      return !(field instanceof HTMLInputElement && field.type === "hidden") && /** @type {HTMLInputElement} */ (field).autocomplete !== "off";
    });
    shared[this.#name(form)] = JSON.stringify([Date.now(), typed]);
  }

  /** @param {EventTarget | null} field */
  #changed(field) {
    if (field instanceof HTMLInputElement && field.files) this.#preview(field);
    follow(/** @type {HTMLFormElement} */ (this.querySelector("form")));
  }

  #resume() {
    const form = this.querySelector("form");
    const [at, typed] = JSON.parse(form && shared[this.#name(form)] || "[0]");
    if (form && Date.now() - at < DRAFT_FOR) fill(form, typed);
    if (form) follow(form);
  }

  // private

  /** Under what a draft is kept: the operation and what it is about. @param {HTMLFormElement} form */
  #name(form) {
    return `draft ${this.getAttribute("operation")} ${fixed(form).map((field) => field.value)}`;
  }

  /** Of many forms of one operation (a check's items) only the one about the same thing. @param {HTMLFormElement} form @param {Body} body */
  #speaksOf(form, body) {
    return fixed(form).every(({ name, value }) => [body[name]].flat()[0] === value);
  }

  /** @param {HTMLFormElement} form @param {HTMLElement | null} submitter @returns {Body} */
  #body(form, submitter) {
    const chosen = submitter instanceof HTMLButtonElement && submitter.name ? [[submitter.name, submitter.value]] : [];
    /** @type {Body} */
    const body = {};
    for (const [name, value] of [...new FormData(form), ...chosen]) {
      const field = form.elements.namedItem(name);
      if (typeof value !== "string" || value === "" || name === "csrf_token" || (field instanceof Element && field.matches("[data-page]"))) continue;
      const seen = field instanceof HTMLElement && field.matches("[data-seen]") && field.previousElementSibling; // goes along as it stood there
      const text = seen instanceof HTMLElement ? seen.innerText
        : field instanceof HTMLInputElement && field.type === "datetime-local" ? String(instantOf(value, said("zone"))) : value;
      body[name] = name in body ? [body[name], text].flat() : text;
    }
    for (const [, name, other] of (this.dataset.same ?? "").matchAll(/(\w+)=(\w+)/g)) body[name] ??= body[other];
    return body;
  }

  /** What was photographed, by digest; fails where it is no picture, or too many. @param {HTMLFormElement} form */
  async #shots(form) {
    const files = new FormData(form).getAll("photos").filter((file) => file instanceof File && file.name);
    if (files.length > PHOTOS) throw new RangeError();
    /** @type {Record<string, ArrayBuffer>} */
    const shots = {};
    for (const file of files) {
      const bytes = await jpegOf(/** @type {File} */ (file));
      shots[await digestOf(bytes)] = bytes;
    }
    return shots;
  }

  /** @param {HTMLInputElement} input */
  #preview(input) {
    const image = input.parentElement?.querySelector("img");
    const file = input.files?.[0];
    if (!image) return;
    image.hidden = !file;
    if (file) image.src = URL.createObjectURL(file);
  }

  get #gate() {
    return /** @type {import("./post-gate.js").PostGate | null} */ (document.querySelector("post-gate"));
  }

  /** Null where nobody wants to sign. @param {Body} body @returns {Promise<{author: string | null, proof: string} | null>} */
  async #signer({ to }) {
    return this.#gate ? this.#gate.signer(this.getAttribute("proof") !== "post", this.dataset, to) : { author: null, proof: "unverified" };
  }

  /** @param {string} attribute @param {boolean} visible */
  #show(attribute, visible) {
    const part = this.querySelector(`[${attribute}]`);
    part?.toggleAttribute("hidden", !visible);
    if (visible) part?.scrollIntoView({ block: "nearest" });
  }

  /** @param {string} words */
  #say(words) {
    const status = this.querySelector("[role=status]");
    if (!status) return;
    status.textContent = words;
    setTimeout(() => { if (status.textContent === words) status.textContent = ""; }, SAID_FOR);
  }
}

/** What a form says of itself, whatever is typed. @param {HTMLFormElement} form */
function fixed(form) {
  const fields = /** @type {HTMLInputElement[]} */ ([...form.elements]);
  return fields.filter((field) => field.type === "hidden" && field.value && !field.matches("[data-page]"));
}

/** What of a form is needed, cannot be chosen or may be seen by what was said in it. @param {HTMLFormElement} form */
function follow(form) {
  const told = [...new FormData(form)].map((pair) => pair.join("="));
  const holds = (text = "") => text.split(" ").some((each) => each && told.some((pair) => pair.endsWith(each)));
  for (const part of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[data-needs], [data-bars], [data-after]"))) {
    const { needs, spares, bars, after } = part.dataset;
    if (after) part.hidden = !(/** @type {HTMLInputElement} */ (form.elements.namedItem(after)).validity.valid);
    else if (needs) part.required = holds(needs) && !holds(spares);
    else if ((part.disabled = holds(bars))) part.checked = false;
  }
}

/** @param {HTMLFormElement} form @param {[string, string | string[]][]} typed */
function fill(form, typed) {
  for (const [name, value] of typed) {
    const field = /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name));
    const [text] = [value].flat();
    if (field && "value" in field) field.value = field.type === "datetime-local" && Number(text) ? asTyped(Number(text)) : text;
  }
}

/** An instant as a field of day and time has it, where the project is. @param {number} at */
const asTyped = (at) => new Date(at).toLocaleString("sv", { timeZone: said("zone") || undefined }).slice(0, 16).replace(" ", "T");

/** A photo as it is kept: smaller, upright, and without what the camera wrote beside it. @param {File} file @returns {Promise<ArrayBuffer>} */
async function jpegOf(file) {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width * scale, height: image.height * scale });
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.8); });
  return /** @type {Blob} */ (blob).arrayBuffer();
}

/** Whether our server answers, soon; whoever else says 200 (a Wi-Fi's sign-in page) would get what was typed. @returns {Promise<boolean>} */
function isReached() {
  const late = new Promise((resolve) => { setTimeout(resolve, ANSWERS_WITHIN, false); });
  const found = fetch("/healthz", { cache: "no-store" }).then(({ ok, headers }) => ok && headers.has("X-Threshold-Build"), () => false);
  return Promise.race([found, late]);
}

customElements.define("operation-form", OperationForm);
