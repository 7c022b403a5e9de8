/** What every page of a tablet runs: the elements, the worker, and the moments at which to send. */

import "./elements/app-bar.js";
import "./elements/code-keypad.js";
import "./elements/count-field.js";
import "./elements/enrol-done.js";
import "./elements/enrol-form.js";
import "./elements/fresh-main.js";
import "./elements/latest-value.js";
import "./elements/operation-form.js";
import "./elements/outbox-list.js";
import "./elements/overlay-list.js";
import "./elements/post-gate.js";
import "./elements/retire-tablet.js";
import "./elements/screen-lock.js";
import "./elements/step-state.js";
import "./elements/sync-chip.js";
import "./elements/tablet-check.js";
import "./elements/tally-value.js";
import "./elements/text-size.js";
import "./folds.js";
import "./wrong.js";
import { StoreBroken } from "./outbox/store.js";
import { beginAnew, courier, isInUse, on, outbox, said, say, store } from "./tablet.js";

const WORKER = "/service-worker.js";
const LOOK = 10_000;
const LOOK_AGAIN = 5_000;
const BEAT_EVERY = 60_000;
const PACK_EVERY = 60_000;
const PEOPLE_EVERY = 600_000;
const PRUNE_AFTER = 30_000;

let heardAt = -Infinity;
let packedAt = -Infinity;
let peopleAt = -Infinity;

document.querySelector("[data-focus]")?.scrollIntoView();
/** @type {HTMLElement | null} */ (document.querySelector("[data-focus]"))?.focus();
if (said("tablet")) start();
else if (document.querySelector("tablet-check")) void registered();

function start() {
  const worker = registered();
  const turn = async (asked = true) => {
    const beat = performance.now() - heardAt > BEAT_EVERY;
    /** @type {unknown} */
    const failed = await beginAnew().then(() => courier.drain({ asked, beat })).then(() => followUp(worker)).catch((error) => error);
    document.querySelector("[data-no-store]")?.toggleAttribute("hidden", !(failed instanceof StoreBroken));
  };
  on(["settled"], () => { heardAt = performance.now(); });
  on(["people"], () => void people().catch(() => {}));
  addEventListener("online", () => void turn());
  addEventListener("pageshow", () => void turn());
  document.addEventListener("visibilitychange", () => document.hidden || void turn());
  // Jitter, or all tablets of a site would knock at once after its network came back.
  const again = () => setTimeout(async () => {
    if (!document.hidden) await turn(false);
    again();
  }, LOOK * (1 + Math.random()));
  again();
  setTimeout(() => outbox.prune().catch(() => {}), PRUNE_AFTER);
}

/** When everything is sent: fresh pages, and who may sign here. @param {ReturnType<typeof registered>} worker */
async function followUp(worker) {
  const { waiting, photos, cause } = await courier.state();
  if (waiting > photos || cause) return;
  const now = performance.now();
  if (now - peopleAt > PEOPLE_EVERY) {
    peopleAt = now;
    await people().catch(() => { peopleAt = -Infinity; });
  }
  if (now - packedAt > PACK_EVERY) {
    packedAt = now;
    (await worker)?.pack(document.documentElement.lang);
  }
}

async function people() {
  const response = await fetch("/sync/people", { headers: { "X-Threshold-Sync": "1" }, cache: "no-store" });
  const answer = response.ok && !response.redirected ? await response.json() : {};
  if (!Array.isArray(answer.people)) throw new Error(String(response.status));
  await store.set("people", answer.people);
  await store.set("parcel_key", answer.parcel_key);
  say({ type: "post" });
}

/** The worker of this site. @returns {Promise<{pack: (lang: string) => void} | undefined>} */
async function registered() {
  const workers = navigator.serviceWorker;
  if (!workers) return undefined;
  const hadOne = workers.controller !== null;
  workers.addEventListener("message", ({ data, ports }) => {
    if (data.type === "idle?") ports[0]?.postMessage(!isInUse());
  });
  workers.addEventListener("controllerchange", () => hadOne && reload());
  try {
    const registration = await workers.register(address(), { type: "module", scope: "/", updateViaCache: "none" });
    return {
      pack(lang) {
        // Only the next worker can use what a newer server gives; a busy old one would keep it from taking over.
        void workers.ready.then(({ active, waiting }) => (waiting ?? active)?.postMessage({ type: "pack", lang }));
        // An update may wait in vain for a browser that never navigates.
        registration.update().catch(() => {});
      },
    };
  } catch {
    return undefined; // no worker, no pages offline; entries are kept and sent all the same
  }
}

/** Once for each worker, and not under anybody's hands. */
function reload() {
  if (isInUse()) setTimeout(reload, LOOK_AGAIN);
  else location.reload();
}

/** The only address that this site's policy lets through. @returns {string} */
function address() {
  const { trustedTypes } = /** @type {any} */ (globalThis);
  if (!trustedTypes) return WORKER;
  return trustedTypes.createPolicy("threshold", { createScriptURL: () => WORKER }).createScriptURL(WORKER);
}
