/** A list with this tablet's own entries before the rows of the page, made from the page's own template. */

import { placeOf } from "../outbox/entry.js";
import { filled } from "../outbox/overlay.js";
import { ReaderElement } from "../readers.js";
import { store, timeText } from "../tablet.js";

const AT_ONCE = 20;

export class OverlayList extends ReaderElement {
  /** @type {Map<string, Element>} rows that we made, by entry */
  #rows = new Map();
  /** @type {import("../outbox/types.d.ts").Shown | undefined} */
  #shown;

  /** @returns {import("../outbox/types.d.ts").Reader} */
  get reader() {
    const ids = [...this.querySelectorAll("[data-id]")].map((row) => row.getAttribute("data-id") ?? "");
    return { kind: "list", key: this.read("key"), ids: ids.filter((id) => !this.#rows.has(id)) };
  }

  /** @param {import("../outbox/types.d.ts").Shown} shown */
  show(shown) {
    const { rows = [] } = this.#shown = shown;
    const list = this.querySelector("ol, ul, tbody") ?? this;
    const present = new Set(rows.map(({ entry }) => entry.id));
    for (const [id, row] of this.#rows) if (!present.has(id)) this.#drop(id, row);
    let room = AT_ONCE;
    let isNew = false;
    /** @type {Element | undefined} */
    let above;
    for (const row of rows) {
      // A hundred rows made at once would keep the page from answering a finger.
      if (!this.#rows.has(row.entry.id) && !room--) {
        setTimeout(() => this.#shown === shown && this.show(shown));
        break;
      }
      const made = this.#rows.get(row.entry.id) ?? this.#make(row);
      if (!made) continue;
      made.toggleAttribute("pending", row.entry.waiting === 1);
      if (made.parentNode !== list) {
        list.insertBefore(made, above ? above.nextSibling : list.firstChild);
        isNew = true;
      }
      above = made;
    }
    // Who may undo a row is told once for all of them.
    if (isNew) /** @type {import("./post-gate.js").PostGate | null} */ (document.querySelector("post-gate"))?.fill();
    this.querySelector("[data-empty]")?.toggleAttribute("hidden", list.querySelector("[data-id]") !== null);
  }

  // private

  /** @param {string} id @param {Element} row */
  #drop(id, row) {
    row.remove();
    this.#rows.delete(id);
  }

  /** @param {import("../outbox/types.d.ts").Row} row */
  #make({ entry, body, template }) {
    const named = `template[data-template="${CSS.escape(template)}"]`; // of its own, or one for many lists
    const source = /** @type {HTMLTemplateElement | null} */ (this.querySelector(named) ?? document.querySelector(named));
    const made = source && document.importNode(source.content, true).firstElementChild;
    if (!made) return undefined;
    made.setAttribute("data-id", entry.id);
    const texts = { ...body, id: entry.id, author: entry.author ?? "", time: timeText(entry.when ?? entry.happened_at) };
    each(made, "data-fill", (part, name) => { part.textContent = filled(`{${name}}`, texts, entry.id); });
    fillIn(made, texts, entry.id);
    each(made, "data-fill-author", async (part) => { part.textContent = (await nameOf(entry)) ?? part.textContent; });
    each(made, "data-fill-photos", (part, base) => {
      for (const digest of [body.photos ?? []].flat()) void thumbnail(part, base, digest).catch(() => {});
    });
    this.#rows.set(entry.id, made);
    return made;
  }
}

/** Puts the words of an entry into the attributes of a mould. @param {Element} made @param {import("../outbox/types.d.ts").Body} texts @param {string} id */
export function fillIn(made, texts, id) {
  each(made, "data-fill-in", (part, names) => {
    for (const name of names.split(" ")) part.setAttribute(name, filled(part.getAttribute(name) ?? "", texts, id));
  });
}

/** A photo from the store, or where it was sent and the page does not know of it yet, from the server. @param {Element} part @param {string} base @param {string} digest */
async function thumbnail(part, base, digest) {
  const bytes = await store.get(placeOf(digest));
  const image = Object.assign(new Image(), { alt: part.getAttribute("data-alt"), src: bytes ? URL.createObjectURL(new Blob([bytes])) : `${base}${digest}?small` });
  part.append(image);
}

/** @param {import("../outbox/types.d.ts").Kept} entry @returns {Promise<string | undefined>} */
async function nameOf({ author }) {
  /** @type {{id: string, name: string}[]} */
  const people = (await store.get("people").catch(() => [])) ?? [];
  return people.find(({ id }) => id === author)?.name;
}

/** @param {Element} row @param {string} attribute @param {(part: Element, value: string) => void} work */
function each(row, attribute, work) {
  const inside = [...row.querySelectorAll(`[${attribute}]`)];
  for (const part of row.hasAttribute(attribute) ? [row, ...inside] : inside) work(part, part.getAttribute(attribute) ?? "");
}

customElements.define("overlay-list", OverlayList);
