/**
 * Pages without a network. Assets all or nothing; of pages only whole ones of our own build; and never a word between the tablet and the
 * sync door. It is let in only when its pack is whole and nobody is in the middle of something.
 */

import { Store } from "../outbox/store.js";
import { ASSETS, PAGES, blankPage, isWholePage, offlinePage, outdated, packed, pageOf, stationHome, stationOf } from "./pages.js";

/** @typedef {import("../outbox/types.d.ts").Mark} Mark */
/** @typedef {{build: string, assets: string[], digests: Record<string, string>}} Built each asset by its address; the digest of each that is a file */

const ANSWERS_WITHIN = 5_000;
const PACKS_WITHIN = 120_000;
const OTHERS_EVERY = 600_000;
const LANGUAGES = ["zh-Hant", "zh-Hans", "en"];

const scope = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (globalThis));
const store = new Store();
const channel = new BroadcastChannel("threshold");
/** @type {Map<string, number>} when the pack of a language was last whole */
const packedAt = new Map();
let packing = Promise.resolve();

/** @param {Built} built */
export function start({ build, assets, digests }) {
  scope.addEventListener("install", (event) => {
    event.waitUntil(install(build, assets, digests));
    // Assets without a way through this script, where the browser can. Not pages: what is missing would be the browser's own error then.
    const assetsAlone = { condition: { urlPattern: { pathname: `/static/${build}/*` } }, source: { cacheName: ASSETS + build } };
    /** @type {any} */ (event).addRoutes?.(assetsAlone).catch(() => {}); // then they come through it as everywhere else
  });
  scope.addEventListener("activate", (event) => event.waitUntil(activate(build)));
  scope.addEventListener("message", (event) => {
    if (event.data.type !== "pack") return;
    packing = packing.then(() => refresh(build, event.data.lang)).catch(() => {}); // no network: the next message asks again
    event.waitUntil(packing);
  });
  scope.addEventListener("fetch", (event) => {
    const { pathname, origin, search } = new URL(event.request.url);
    if (event.request.method !== "GET" || origin !== scope.location.origin) return;
    if (assets.includes(pathname) || pathname.startsWith("/static/")) event.respondWith(asset(build, event.request));
    else if (stationOf(pathname)) event.respondWith(page(build, event.request, pathname, search));
    else if (pathname === "/" && event.request.mode === "navigate") event.respondWith(front(build, event.request));
  });
}

/** @param {string} build @param {string[]} assets @param {Record<string, string>} digests */
async function install(build, assets, digests) {
  const cache = await caches.open(ASSETS + build);
  await Promise.all(assets.map(async (url) => {
    const integrity = digests[url] ?? "";
    // A sign-in page says 200 to everything, so what is no page has to be the very bytes.
    const response = await fetch(url, { cache: "reload", integrity });
    if (response.redirected || !(integrity || (await isWholePage(response, build)))) throw new Error(`${url}: ${response.status}`);
    await cache.put(url, response);
  }));
}

/** @param {string} build */
async function activate(build) {
  await Promise.all(outdated(await caches.keys(), build).map((name) => caches.delete(name)));
  await scope.clients.claim();
}

/** @param {string} build @param {Request} request */
async function asset(build, request) {
  const cache = await caches.open(ASSETS + build);
  const options = { ignoreVary: true };
  return (await cache.match(request, options)) ?? (await caches.match(request, options)) ?? fetch(request);
}

/**
 * The cached page at once, else the network, else the blank page of such things, the station's home or a page that says what can be done.
 * @param {string} build @param {Request} request @param {string} pathname @param {string} search
 */
async function page(build, request, pathname, search) {
  const cache = await caches.open(PAGES + build);
  const cached = await cache.match(pathname);
  if (cached && !search) return cached;
  // Whoever looks for a newer copy of a page must not be given an empty one.
  const blank = request.mode === "navigate" ? await blankFor(cache, pathname) : undefined;
  try {
    const response = await (blank ? Promise.race([fetch(request), late()]) : fetch(request));
    if (!search && (await isWholePage(response, build))) await keep(cache, pathname, response.clone());
    const isStrange = response.type === "basic" && !response.headers.has("X-Threshold-Build");
    return (isStrange && blank) || response;
  } catch {
    const assets = await caches.open(ASSETS + build);
    const instead = cached ?? blank ?? (await cache.match(stationHome(pathname))) ?? (await assets.match(offlinePage(pathname)));
    return instead ?? Response.error();
  }
}

/** The page of something that may have been born here, with nothing in it. @param {Cache} cache @param {string} pathname */
async function blankFor(cache, pathname) {
  const blank = blankPage(pathname);
  const found = blank ? await cache.match(blank) : undefined;
  return found && new Response(pageOf(await found.text(), pathname), { headers: found.headers });
}

/** @returns {Promise<never>} */
const late = () => new Promise((_, reject) => { setTimeout(reject, ANSWERS_WITHIN); });

/** The bare address is what people type: without a network it leads to the station's home. @param {string} build @param {Request} request */
async function front(build, request) {
  try {
    return await fetch(request);
  } catch {
    const cached = await (await caches.open(PAGES + build)).keys();
    const home = cached.map(({ url }) => url).find((url) => stationHome(new URL(url).pathname) === new URL(url).pathname);
    return home ? Response.redirect(home) : Response.error();
  }
}

/** A page of the pack and how far the tablet had come in it. @param {Cache} cache @param {string} url @param {Response} response */
async function keep(cache, url, response) {
  const [epoch, base] = (response.headers.get("X-Threshold-Mark") ?? "").split(":").map(Number);
  const etag = response.headers.get("X-Threshold-Etag");
  if (!etag || !Number.isInteger(epoch) || !Number.isInteger(base)) return;
  await cache.put(url, response);
  await putMarks([{ url, etag, epoch, base, acked: base }]);
}

/** The pack of this language, now and then those of the others, and then perhaps our turn. @param {string} build @param {string} lang */
async function refresh(build, lang) {
  const cached = await (await caches.open(PAGES + build)).keys();
  // A browser that has become another tablet let go of the pages of the one it was.
  const isThere = (/** @type {string} */ other) => cached.some(({ url }) => new URL(url).pathname.startsWith(`/${other}/`));
  const others = LANGUAGES.filter((other) => other !== lang && !(isThere(other) && Date.now() - (packedAt.get(other) ?? 0) < OTHERS_EVERY));
  for (const each of [lang, ...others]) if (!(await pack(build, each))) return;
  if (scope.registration.waiting && scope.registration.waiting.scriptURL === scope.location.href && (await allIdle())) await scope.skipWaiting();
}

/**
 * Fetches the pages that have changed; for the others only the mark moves on.
 * @param {string} build @param {string} lang
 * @returns {Promise<boolean>} whether it is whole now
 */
async function pack(build, lang) {
  // An answer that never ends must not keep the next from being asked for.
  const abort = new AbortController();
  setTimeout(() => abort.abort(), PACKS_WITHIN);
  /** @type {RequestInit} */
  const asked = { headers: { "X-Threshold-Sync": "1" }, cache: "no-store", signal: abort.signal };
  const response = await fetch(`/sync/pack?lang=${lang}`, asked);
  if (!response.ok || response.redirected) return false;
  const answer = await response.json();
  if (answer.protocol !== 1 || answer.build !== build) return false;
  const cache = await caches.open(PAGES + build);
  const { changed, moved, gone } = packed(answer, lang, await store.read("marks", (marks) => marks.getAll()), (await cache.keys()).map(({ url }) => new URL(url).pathname));
  await putMarks(moved, gone);
  const fetched = await Promise.all(changed.map(async (url) => {
    const found = await fetch(url, asked);
    if (!(await isWholePage(found, build))) return undefined;
    await keep(cache, url, found);
    return url;
  }));
  channel.postMessage({ type: "pages", build, urls: fetched.filter(Boolean) });
  const isWhole = !fetched.includes(undefined);
  if (isWhole) packedAt.set(lang, Date.now());
  return isWhole;
}

/** @returns {Promise<boolean>} whether every open page may be replaced */
async function allIdle() {
  const clients = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
  const answers = await Promise.all(clients.map((client) => new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data === true);
    setTimeout(() => resolve(false), ANSWERS_WITHIN);
    client.postMessage({ type: "idle?" }, [port2]);
  })));
  return answers.every(Boolean);
}

/** @param {Mark[]} fresh @param {string[]} [gone] @returns {Promise<void>} */
function putMarks(fresh, gone = []) {
  return store.run(["marks"], "readwrite", (tx) => {
    for (const mark of fresh) tx.objectStore("marks").put(mark);
    for (const url of gone) tx.objectStore("marks").delete(url);
  });
}
