/** What is wrong with a field, beside it and in the page's words: a browser would say it in a language of its own. */

import { filled } from "./outbox/overlay.js";

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Field */

const KINDS = /** @type {const} */ (["badInput", "valueMissing", "rangeOverflow", "rangeUnderflow", "stepMismatch"]);
/** @type {Map<Element, [Field, Element]>} what is said, by what it stands behind */
const told = new Map();

document.addEventListener("invalid", (event) => {
  event.preventDefault(); // the browser's own words, and its going to the field
  const field = /** @type {Field} */ (event.target);
  tell(field);
  if (field.form?.querySelector(":is(input, select, textarea):invalid") !== field) return;
  field.closest("details")?.setAttribute("open", "");
  field.focus();
}, true);

document.addEventListener("input", (event) => {
  const typed = /** @type {Field} */ (event.target);
  // What a browser takes for a number (1e5) and no form does.
  typed.setCustomValidity(typed.type === "number" && /e|^-?\.|\..{4}/i.test(typed.value) ? "any" : "");
  for (const [place, [field, said]] of told) {
    if (field.isConnected && !field.validity.valid) continue;
    said.remove();
    told.delete(place);
  }
});

/** One of several that belong together speaks for all. @param {Field} field */
function tell(field) {
  const texts = /** @type {HTMLTemplateElement} */ (document.querySelector("template[data-wrong]")).content;
  const kind = KINDS.find((each) => field.validity[each]);
  const words = field.dataset.wrong ?? [`${kind}-${field.type}`, kind, "any"].map((each) => texts.querySelector(`[data-for~=${each}]`)).find(Boolean)?.textContent;
  const place = field.closest("count-field, .seg, .people, .shots") ?? field;
  const said = document.importNode(/** @type {Element} */ (texts.firstElementChild), true);
  const { min = "", max = "", step = "" } = /** @type {HTMLInputElement} */ (field);
  /** @type {Element} */ (said.lastElementChild).textContent = filled(words ?? "", { min: min.replace("T", " "), max: max.replace("T", " "), step }, "");
  told.get(place)?.[1].remove();
  told.set(place, [field, said]);
  place.after(said);
}
