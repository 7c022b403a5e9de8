/** The tablet's IndexedDB. A dead connection is normal (WebKit), so every use may reopen it once. */

/** @typedef {"meta" | "entries" | "marks"} Name */

const OPENS_WITHIN = 8_000;
const ENDS_WITHIN = 10_000;
const DEAD = ["InvalidStateError", "UnknownError", "AbortError", "TransactionInactiveError"];

/** The store cannot be used: the form has to stay on screen. */
export class StoreBroken extends Error {}

export class Store {
  /** @type {Promise<IDBDatabase> | undefined} */
  #opening;
  /** @type {Set<IDBTransaction>} */
  #live = new Set();
  /** @type {Promise<unknown> | undefined} while the page is away */
  #away;
  #factory;

  /** @param {IDBFactory | null} [factory] the browser's own, asked for when it is needed: where storage is forbidden the question throws */
  constructor(factory) {
    this.#factory = factory;
    // A page that is left may be frozen (WebKit), and with a transaction open it would keep every other page waiting for ever.
    globalThis.addEventListener?.("pagehide", (/** @type {any} */ { persisted }) => persisted && this.#leave());
  }

  /**
   * Runs `work` in one transaction and answers what it gave to `done`, once everything is on disk.
   * `work` must ask its requests in callbacks: WebKit closes the transaction if anything foreign is awaited inside it.
   * @template T
   * @param {Name[]} names
   * @param {IDBTransactionMode} mode
   * @param {(tx: IDBTransaction, done: (value: T) => void, fail: (error: Error) => void) => void} work
   * @param {IDBTransactionDurability} [durability]
   * @returns {Promise<T>}
   */
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

  /** What one request answers. @param {Name} name @param {(from: IDBObjectStore) => IDBRequest} ask @returns {Promise<any>} */
  read(name, ask) {
    return this.run([name], "readonly", (tx, done) => {
      const asked = ask(tx.objectStore(name));
      asked.onsuccess = () => done(asked.result);
    });
  }

  /** @param {string} key @returns {Promise<any>} */
  get(key) {
    return this.read("meta", (meta) => meta.get(key));
  }

  /** @param {string} key @param {unknown} value @returns {Promise<void>} */
  set(key, value) {
    return this.run(["meta"], "readwrite", (tx) => void tx.objectStore("meta").put(value, key));
  }

  /** Only that connection: another use may have opened the next one already. */
  close(opening = this.#opening) {
    opening?.then((db) => db.close(), () => {});
    if (this.#opening === opening) this.#opening = undefined;
  }

  // private

  /**
   * @template T
   * @param {Name[]} names
   * @param {IDBTransactionMode} mode
   * @param {(tx: IDBTransaction, done: (value: T) => void, fail: (error: Error) => void) => void} work
   * @param {IDBTransactionDurability} durability
   * @returns {Promise<T>}
   */
  async #once(names, mode, work, durability) {
    await this.#away;
    const opening = (this.#opening ??= this.#open());
    return opening.then((db) => new Promise((resolve, reject) => {
      const tx = db.transaction(names, mode, { durability });
      /** @type {any} */
      let value;
      /** @type {Error | undefined} */
      let failure;
      const fail = (/** @type {Error} */ error) => {
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
        fail(/** @type {Error} */ (error)); // what was asked before it failed must not be kept without the rest
      }
    })).catch((error) => {
      if (isBroken(error)) this.close(opening);
      throw error;
    });
  }

  /** What is not on disk yet is begun anew when the page is back. */
  #leave() {
    this.#away = new Promise((resolve) => { addEventListener("pageshow", resolve, { once: true }); });
    for (const tx of this.#live) abort(tx);
    this.close();
  }

  /** @returns {Promise<IDBDatabase>} */
  #open() {
    /** @type {Promise<IDBDatabase>} */
    const opening = new Promise((resolve, reject) => {
      const factory = this.#factory === undefined ? globalThis.indexedDB : this.#factory;
      if (!factory) throw new StoreBroken("no IndexedDB");
      const asked = factory.open("threshold", 1);
      // WebKit sometimes never answers.
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
        // Too late: nobody would ever close it, and it would stand in the way of whoever empties or upgrades the store.
        if (this.#opening !== opening) db.close();
        resolve(db);
      };
    });
    return opening;
  }
}

/** @param {unknown} error @returns {error is DOMException | StoreBroken} */
const isBroken = (error) => error instanceof DOMException || error instanceof StoreBroken;

/** @param {IDBTransaction} tx */
function abort(tx) {
  try {
    tx.abort();
  } catch {} // it is being committed
}
