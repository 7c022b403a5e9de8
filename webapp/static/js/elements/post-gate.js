/** Who stands here: on post without a code for low-risk facts, by the 6-digit code for all else (docs/protocol.md, section 7). */

import { isOver, unlock } from "../outbox/unlock.js";
import { afterKeeping, dayOf, on, outbox, say, store, timeText } from "../tablet.js";

/**
 * @typedef {import("../outbox/types.d.ts").Person} Person
 * @typedef {import("../outbox/types.d.ts").Post} Post
 * @typedef {{author: string | null, proof: string}} Signer
 */

export class PostGate extends HTMLElement {
  /** @type {WeakMap<Element, string | null>} what the page says while nobody is on post */
  #unmanned = new WeakMap();
  #counting = 0;
  #opens = false;
  /** @type {Signer | null} */
  #visitor = null;

  connectedCallback() {
    document.addEventListener("click", this);
    on(["kept", "pages", "post"], () => void this.fill());
    void this.fill();
  }

  /** @param {Event} event */
  handleEvent(event) {
    const pressed = event.target instanceof Element ? event.target.closest("[data-take], [data-leave], [data-cancel]") : null;
    if (!pressed) return;
    pressed.closest("details")?.removeAttribute("open");
    if (pressed.matches("[data-cancel]")) pressed.closest("dialog")?.close("");
    else if (pressed.matches("[data-leave]")) void this.#leave();
    else if (this.#dialog("take")) void this.#take().then(() => this.done());
    else return;
    event.preventDefault();
  }

  // actions

  /**
   * Who signs the next entry: whoever is on post, or who gives the code now. Null where they would rather not.
   * @param {boolean} withCode
   * @param {DOMStringMap} [by] `roles`: of whom it has to be, once for the whole page; `own`: of nobody but whoever is on post;
   *   `relieves`: of somebody else than whoever handed over, unless the keys were `kept` for the night
   * @param {import("../outbox/types.d.ts").Field} [to] whom it is handed to, who does not sign either
   * @returns {Promise<Signer | null>}
   */
  async signer(withCode, { roles, own, relieves, kept } = {}, to) {
    if (roles) return this.#visitor ??= await this.#identified("confirm", null, (each) => each.roles.some((role) => roles.includes(role)));
    const [post, people] = await Promise.all([this.#post(), this.#people()]);
    if (post && !withCode) return { author: post.person, proof: post.proof ?? "post" };
    if (!people.some(({ verifier }) => verifier) || !this.#dialog("take")) return { author: post?.person ?? null, proof: "unverified" };
    if (!withCode) return this.#take();
    return this.#identified("confirm", relieves === undefined ? post : null, ({ id, verifier }) =>
      verifier && id !== to && (kept || id !== relieves) && (own === undefined || !post || id === post.person));
  }

  /** Whoever has just signed for taking over stands here from now on; who handed over does not. @param {Signer} signer */
  async relieve(signer) {
    if (signer.author !== (await this.#post())?.person) await this.#stand(signer);
  }

  /** Opens the screen for whoever took the post; only now, for it leaves the page, and what they tapped had to be kept first. */
  done() {
    if (this.#opens) say({ type: "unlocked" });
    this.#opens = false;
  }

  /** Puts the name of whoever is on post where the page leaves room for it. */
  async fill() {
    const post = await this.#post();
    this.#write("[data-post-name]", post?.name);
    this.#write("[data-post-call]", post?.call);
    this.#write("[data-post-initial]", post && [...post.call][0]);
    this.#write("[data-post-since]", post && timeText(post.since));
    for (const part of document.querySelectorAll("[data-when-post]")) part.toggleAttribute("hidden", !post);
    for (const part of document.querySelectorAll("[data-when-no-post]")) part.toggleAttribute("hidden", Boolean(post));
    for (const part of /** @type {NodeListOf<HTMLOptionElement>} */ (document.querySelectorAll("[name=to] > option"))) part.disabled = part.value === post?.person;
    for (const part of document.querySelectorAll("[data-by]")) part.toggleAttribute("hidden", part.getAttribute("data-by") !== post?.person);
  }

  /** Takes the post, from whoever stood there before; where they stand there already, it only opens the screen. @returns {Promise<Signer | null>} */
  async #take() {
    this.#visitor = null;
    const post = await this.#post();
    const signer = await this.#identified("take", document.documentElement.matches("[data-locked]") ? post : null);
    if (!signer) return null;
    const proof = signer.proof === "unverified" ? signer.proof : "post";
    const stands = post?.person === signer.author && post?.post === this.#value("take", "post") && (post?.proof ?? "post") === proof;
    if (!stands) await this.#stand(signer);
    this.#opens = true;
    return { author: signer.author, proof };
  }

  /** @param {Signer} signer */
  async #stand({ author, proof }) {
    const person = (await this.#people()).find(({ id }) => id === author);
    if (!person) return;
    await this.#leave();
    const post = this.#value("take", "post");
    const now = {
      person: person.id, name: person.name, call: person.call_name, post, place: this.#value("take", "place"), since: await this.#now(),
      ...(proof === "unverified" && { proof }),
    };
    afterKeeping(await outbox.keep({ operation: "shifts.take_post", version: 1, body: { post }, author, proof }, { post: now }));
  }

  async #leave() {
    const post = await this.#post();
    if (!post) return;
    const { person, proof = "post" } = post;
    afterKeeping(await outbox.keep({ operation: "shifts.leave_post", version: 1, body: { post: post.post }, author: person, proof }, { post: null }));
  }

  // private

  /**
   * Asks for person and code until they fit or nobody wants to go on.
   * @param {"take" | "confirm"} purpose
   * @param {Post | null} likely
   * @param {(person: Person) => unknown} [fits] else those whose code this tablet can check
   * @returns {Promise<Signer | null>}
   */
  async #identified(purpose, likely, fits = ({ verifier }) => verifier) {
    const dialog = this.#dialog(purpose);
    const known = await this.#people();
    const people = known.filter(fits);
    if (!dialog || dialog.open) return null;
    const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
    const choice = /** @type {HTMLSelectElement} */ (form.elements.namedItem("person"));
    const code = /** @type {HTMLInputElement} */ (form.elements.namedItem("code"));
    choice.replaceChildren(new Option("", ""), ...people.map(({ id, name }) => new Option(name, id, false, id === likely?.person)));
    choice.onchange = () => this.#tell(dialog);
    this.#tell(dialog, !people.length ? (known.length ? "else" : "nobody") : await isOver(store, Date.now()) ? "week" : "");
    /** @type {Signer | null} */
    let signer = null;
    dialog.showModal();
    (likely ? code : choice).focus();
    return new Promise((resolve) => {
      form.onsubmit = async (event) => {
        if (/** @type {SubmitEvent} */ (event).submitter?.matches("[data-cancel]")) return;
        event.preventDefault();
        const person = people.find(({ id }) => id === choice.value);
        if (!person) {
          code.value = "";
          choice.focus();
          return this.#tell(dialog, "who");
        }
        if (dialog.ariaBusy === "true") return;
        dialog.ariaBusy = "true";
        const within = Number(this.dataset.within) || undefined;
        const { proof, left = 0, locked, heard } = await unlock(store, person, code.value, { within });
        dialog.ariaBusy = "false";
        code.value = "";
        if (heard) say({ type: "people" });
        if (proof) {
          signer = { author: person.id, proof };
          return dialog.close();
        }
        this.#tell(dialog, locked ? "shut" : left ? "waits" : "wrong", left);
        code.focus();
      };
      dialog.onclose = () => {
        code.value = "";
        resolve(signer);
      };
    });
  }

  /** @param {string} purpose @returns {HTMLDialogElement | null} */
  #dialog(purpose) {
    return this.querySelector(`dialog[data-purpose="${purpose}"]`);
  }

  /** @param {string} purpose @param {string} name */
  #value(purpose, name) {
    const form = this.#dialog(purpose)?.querySelector("form");
    return String((form && new FormData(form).get(name)) ?? "");
  }

  /** @param {HTMLDialogElement} dialog @param {string} [what] is shown of what it can say @param {number} [left] ms to count down */
  #tell(dialog, what = "", left = 0) {
    for (const part of dialog.querySelectorAll("[data-told]")) part.toggleAttribute("hidden", part.getAttribute("data-told") !== what);
    clearTimeout(this.#counting);
    const seconds = Math.ceil(left / 1000);
    const part = dialog.querySelector("[data-seconds]");
    if (part) part.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (left) this.#counting = setTimeout(() => this.#tell(dialog, left > 1000 ? what : "", Math.max(0, left - 1000)), Math.min(left, 1000));
  }

  /** @param {string} selector @param {string | null | undefined} words */
  #write(selector, words) {
    for (const part of document.querySelectorAll(selector)) {
      if (!this.#unmanned.has(part)) this.#unmanned.set(part, part.textContent);
      part.textContent = words ?? this.#unmanned.get(part) ?? "";
    }
  }

  /** By the server's clock. @returns {Promise<number>} */
  async #now() {
    return Date.now() + ((await store.get("clock"))?.offset ?? 0);
  }

  /** Whoever is on post; that ends at midnight. @returns {Promise<Post | null>} */
  async #post() {
    try {
      const post = await store.get("post");
      return post && dayOf(post.since) === dayOf(await this.#now()) ? post : null;
    } catch {
      return null;
    }
  }

  /** @returns {Promise<Person[]>} */
  #people() {
    return store.get("people").then((people) => people ?? [], () => []);
  }
}

customElements.define("post-gate", PostGate);
