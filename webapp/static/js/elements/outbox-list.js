/** Everything this tablet has kept, newest first, and what became of it; what a person has to mend comes first (the repair room). */

import { filled } from "../outbox/overlay.js";
import { parcel } from "../outbox/parcel.js";
import { courier, on, outbox, store, timeText } from "../tablet.js";
import { fillIn } from "./overlay-list.js";

/** @typedef {import("../outbox/types.d.ts").Kept} Kept */

const MOST = 200;
const AT_ONCE = 20;
const TYPED = ["text", "note", "exceptions"];

export class OutboxList extends HTMLElement {
  /** @type {Map<string, [string, HTMLElement | undefined] | undefined>} by their entries, each with all that is shown in it */
  #rows = new Map();

  connectedCallback() {
    this.addEventListener("click", this);
    on(["kept", "settled", "post"], () => void this.#show());
    void this.#show();
  }

  /** @param {Event} event */
  handleEvent({ target }) {
    if (!(target instanceof Element)) return;
    if (target.closest("[data-send]")) void courier.drain({ asked: true, beat: true });
    if (target.closest("[data-export]")) void this.#export().catch(() => this.querySelector("[data-no-file]")?.removeAttribute("hidden"));
  }

  // actions

  async #export() {
    const file = await parcel(store, outbox, document.documentElement.dataset.build ?? "", Date.now());
    const href = URL.createObjectURL(file);
    Object.assign(document.createElement("a"), { href, download: this.dataset.file }).click();
    URL.revokeObjectURL(href);
  }

  // private

  async #show() {
    if (!this.isConnected) return;
    const entries = await outbox.recent(MOST);
    /** @type {{id: string, name: string}[]} */
    const people = (await store.get("people")) ?? [];
    const names = new Map(people.map(({ id, name }) => [id, name]));
    const own = (await store.get("post"))?.person;
    const undone = new Set(entries.map(({ attention, body }) => !attention && JSON.parse(body).entry));
    const before = this.#rows;
    let room = AT_ONCE;
    // Hundreds of rows made again at once would keep the page from answering a finger.
    this.#rows = new Map(entries.map((entry) => {
      const name = names.get(entry.author ?? "") ?? "";
      const state = undone.has(entry.id) ? "undone" : entry.mended ? "mended" : entry.waiting ? "waiting" : (entry.outcome ?? "waiting");
      const isOwn = entry.author === own;
      const shown = JSON.stringify([entry, name, state, isOwn]);
      const old = before.get(entry.id);
      return [entry.id, !room || old?.[0] === shown ? old : (room -= 1, [shown, this.#row(entry, name, state, isOwn)])];
    }));
    if (!room) setTimeout(() => void this.#show());
    this.#place([...this.#rows.values()].flatMap((each) => each?.[1] ?? []));
    this.querySelector("[data-empty]")?.toggleAttribute("hidden", entries.length > 0);
  }

  /** What stands there already is not touched. @param {HTMLElement[]} rows */
  #place(rows) {
    const list = /** @type {Element} */ (this.querySelector("ol"));
    for (const each of [...list.children]) if (!rows.includes(/** @type {HTMLElement} */ (each))) each.remove();
    rows.forEach((row, at) => row === list.children[at] || list.insertBefore(row, list.children[at]));
  }

  /** @param {Kept} entry @param {string} name @param {string} state @param {boolean} isOwn of whoever is on post */
  #row(entry, name, state, isOwn) {
    const row = this.#copy("[data-row]");
    if (!row) return undefined;
    row.dataset.state = state;
    row.dataset.id = entry.id;
    row.toggleAttribute("pending", entry.waiting === 1);
    this.#fill(row, "time", timeText(entry.when ?? entry.happened_at));
    this.#fill(row, "name", name);
    const body = JSON.parse(entry.body);
    this.#fill(row, "what", this.#what(body));
    const title = this.querySelector(`template[data-operation="${CSS.escape(entry.operation)}"]`);
    this.#fill(row, "title", title ? this.#words(title) : entry.operation);
    this.#fill(row, "state", this.#words(this.querySelector(`template[data-state="${state}"]`)));
    const reasons = [...Object.values(entry.errors ?? {}).flat().map(String), ...(entry.reason ? [entry.reason] : [])];
    const told = entry.attention ? this.#reason(reasons) : "";
    this.#fill(row, "reason", told);
    this.#link(row, entry, body, title?.getAttribute("data-mend") ?? "");
    const undo = isOwn && ["waiting", "applied"].includes(state) && this.#copy(`[data-undo="${CSS.escape(entry.operation)}"]`);
    if (undo) {
      fillIn(undo, { ...body, author: entry.author ?? "" }, entry.id);
      row.append(undo);
    }
    return row;
  }

  /**
   * What was typed, codes in words; ids, keys without words (of a list that is no longer in force) and instants say nothing to a reader,
   * nor do the lines of a handover, but for what was noted on them.
   * @param {Record<string, string | string[]>} body
   */
  #what({ day: _day, when: _when, ...body }) {
    return Object.entries(body).flatMap(([path, texts]) => [texts].flat().map((text) => {
      const name = path.split(".").pop() ?? "";
      const number = this.#words(this.querySelector(`template[data-number="${name}"]`));
      if (number) return number.replace("#", text);
      if (name !== path && name !== "note") return "";
      const words = this.#words(this.querySelector(`template[data-word="${CSS.escape(text)}"]`));
      return TYPED.includes(name) || !/^[a-z]|^[0-9a-f-]{36}/.test(text) ? words || text : words;
    })).filter(Boolean).join(" · ");
  }

  /** @param {HTMLElement} row @param {Kept} entry @param {import("../outbox/types.d.ts").Body} body @param {string} address of the page where it can be said again */
  #link(row, entry, body, address) {
    const link = row.querySelector("[data-mend]");
    if (!entry.attention || entry.outcome !== "refused" || !address) link?.remove();
    else link?.setAttribute("href", `${filled(address, body, "")}#mend=${entry.id}`);
  }

  /** The plain words for the first reason that we have words for. @param {string[]} reasons */
  #reason(reasons) {
    const found = reasons.map((reason) => this.querySelector(`template[data-reason="${CSS.escape(reason)}"]`)).find(Boolean);
    return this.#words(found ?? this.querySelector('template[data-reason=""]'));
  }

  /** @param {string} selector @returns {HTMLElement | null} */
  #copy(selector) {
    const source = /** @type {HTMLTemplateElement | null} */ (this.querySelector(`template${selector}`));
    return source && /** @type {HTMLElement | null} */ (document.importNode(source.content, true).firstElementChild);
  }

  /** @param {Element | null} template */
  #words(template) {
    return /** @type {HTMLTemplateElement | null} */ (template)?.content.textContent?.trim() ?? "";
  }

  /** @param {Element} row @param {string} slot @param {string} words */
  #fill(row, slot, words) {
    for (const part of row.querySelectorAll(`[data-fill=${slot}]`)) {
      part.textContent = words;
      part.toggleAttribute("hidden", words === "");
    }
  }
}

customElements.define("outbox-list", OutboxList);
