/** Which addresses and answers the worker keeps, and what a new pack asks of it: pure, so that it runs in node. */

/** @typedef {import("../outbox/types.d.ts").Mark} Mark */

export const ASSETS = "threshold-assets-";
export const PAGES = "threshold-pages-";
const KEPT_BUILDS = 3;
const STATION = /^\/(zh-Hant|zh-Hans|en)\/(door|bar|floor)\//;
const BORN = /^(\/.+\/)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NOBODY = "00000000-0000-0000-0000-000000000000";

/** @param {string} pathname @returns {boolean} a page of the tablet */
export const stationOf = (pathname) => STATION.test(pathname);

/** @param {string} pathname @returns {string} */
export const stationHome = (pathname) => STATION.exec(pathname)?.[0] ?? "";

/** @param {string} pathname @returns {string} */
export const offlinePage = (pathname) => `/offline/${STATION.exec(pathname)?.[1] ?? "en"}`;

/** Where the page lies that stands for a thing that may have been born here; undefined for any other page. @param {string} pathname */
export const blankPage = (pathname) => (BORN.test(pathname) ? pathname.replace(BORN, "$1blank") : undefined);

/**
 * A blank page as the page of one thing: its id where none was, its address where the blank page's own stood.
 * @param {string} text @param {string} pathname
 * @returns {string}
 */
export function pageOf(text, pathname) {
  const [, address, id] = /** @type {RegExpExecArray} */ (/^\/[^/]+(\/.+\/([^/]+))$/.exec(pathname));
  return text.replaceAll(address.replace(id, "blank"), address).replaceAll(NOBODY, id);
}

/**
 * Only a whole page of our own build: no redirect, no sign-in page, no captive portal.
 * @param {Response} response @param {string} build
 * @returns {boolean}
 */
export function isPage(response, build) {
  const { status, type, redirected, headers } = response;
  const isHtml = (headers.get("Content-Type") ?? "").startsWith("text/html");
  return status === 200 && type === "basic" && !redirected && isHtml && headers.get("X-Threshold-Build") === build;
}

/**
 * And all of it: where nobody said how long it is, a page that was cut looks like a whole one.
 * @param {Response} response @param {string} build
 * @returns {Promise<boolean>}
 */
export async function isWholePage(response, build) {
  return isPage(response, build) && (await response.clone().text()).trimEnd().endsWith("</html>");
}

/**
 * What to fetch, which marks move on, and which pages the tablet no longer carries.
 * @param {{epoch: number, acked_seq: number, pages: {url: string, etag: string}[]}} pack
 * @param {string} lang
 * @param {Mark[]} marks
 * @param {string[]} cached
 * @returns {{changed: string[], moved: Mark[], gone: string[]}}
 */
export function packed({ epoch, acked_seq, pages }, lang, marks, cached) {
  const known = new Map(marks.map((mark) => [mark.url, mark]));
  /** @type {Mark[]} */
  const moved = [];
  /** @type {string[]} */
  const changed = [];
  for (const { url, etag } of pages) {
    const mark = known.get(url);
    // Fewer acknowledged than in the page: a backup was restored, and equal etags may mean other words.
    const isSame = mark && cached.includes(url) && mark.etag === etag && mark.epoch === epoch && mark.acked <= acked_seq;
    if (isSame) moved.push({ ...mark, acked: acked_seq });
    else changed.push(url);
  }
  const offered = new Set(pages.map(({ url }) => url));
  const gone = marks.map(({ url }) => url).filter((url) => url.startsWith(`/${lang}/`) && !offered.has(url));
  return { changed, moved, gone };
}

/**
 * The caches that nobody needs once this build is on. The last builds' assets stay, as they do at the server: a page of the build before
 * may have been on its way when the next one took over.
 * @param {string[]} names in the order in which they were made @param {string} build
 * @returns {string[]}
 */
export function outdated(names, build) {
  const others = names.filter((name) => !name.endsWith(build));
  const assets = others.filter((name) => name.startsWith(ASSETS));
  return [...others.filter((name) => name.startsWith(PAGES)), ...assets.slice(0, 1 - KEPT_BUILDS)];
}
