/**
 * The worker as it is, its caches as simple as can be, and real HTTP: a hundred times each, somebody else answers while it installs,
 * carries the pack or opens a page, and nothing of that is ever found in a cache.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";

import { HOSTILE, LOGIN } from "./hostile.js";
import "./support.js";

const TIMES = 100;
const BUILD = "b1";
const [HOME, STOCK] = ["/en/door/", "/en/door/stock"];
const ASSETS = ["/static/b1/js/main.js"];
const OFFLINE = "/offline/en";
const HURRY = 4_000;
const EXITS_AFTER = 1_000;
const wait = globalThis.setTimeout;

const listeners = {};
const content = (path, version) => `<!doctype html><html><title>${path}</title><main>${version}</main></html>\n`;
const asset = (path) => `/* ${path} */\n`;
const sha = (text) => `sha256-${createHash("sha256").update(text).digest("base64")}`;

/** What the browser's caches are, by name and path. */
const kept = new Map();
globalThis.caches = {
  async open(name) {
    const here = kept.get(name) ?? kept.set(name, new Map()).get(name);
    const path = (asked) => new URL(asked.url ?? asked, "http://x").pathname;
    return {
      match: async (asked) => here.has(path(asked)) ? new Response(here.get(path(asked))) : undefined,
      put: async (asked, response) => void here.set(path(asked), await response.text()),
      keys: async () => [...here.keys()].map((each) => ({ url: `http://x${each}` })),
    };
  },
  match: async () => undefined,
  keys: async () => [...kept.keys()],
};
const cached = () => JSON.stringify([...kept].filter(([, here]) => here.size).map(([name, here]) => [name, [...here].sort()]));

/** The site: pages by version, assets, the pack; `hostile` answers in its place. */
const site = { version: 0, hostile: undefined, only: () => true, asked: 0 };
const server = createServer((request, response) => {
  site.asked += 1;
  response.shouldKeepAlive = false; // what was left of a hostile answer must not meet the next request on its connection
  const path = request.url.split("?")[0];
  const headers = { "Content-Type": "text/html; charset=utf-8", "X-Threshold-Build": BUILD, "X-Threshold-Mark": `1:${site.version}`, "X-Threshold-Etag": `e${site.version}` };
  let body = content(path, site.version);
  if (path === "/sync/pack") {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify({ protocol: 1, epoch: 1, acked_seq: site.version, build: BUILD, pages: [HOME, STOCK].map((url) => ({ url, etag: `e${site.version}` })) });
  } else if (path.startsWith("/static/")) {
    headers["Content-Type"] = "text/javascript";
    body = asset(path);
  }
  if (site.hostile && path !== LOGIN && site.only(path)) return void site.hostile(response, body, headers);
  response.writeHead(200, headers).end(body);
});

before(async () => {
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const origin = `http://127.0.0.1:${server.address().port}`;
  const send = fetch;
  globalThis.fetch = (asked, init) => send(new URL(asked.url ?? asked, origin), init);
  globalThis.setTimeout = (work, ms = 0, ...more) => wait(work, site.hostile ? ms / HURRY : ms, ...more).unref();
  globalThis.location = { origin, href: `${origin}/service-worker.js` };
  globalThis.registration = {};
  globalThis.clients = { claim: async () => {}, matchAll: async () => [] };
  globalThis.addEventListener = (name, work) => { listeners[name] = work; };
  const { start } = await import("../../webapp/static/js/worker/worker.js");
  start({ build: BUILD, assets: [...ASSETS, OFFLINE], digests: Object.fromEntries(ASSETS.map((path) => [path, sha(asset(path))])) });
});
after(() => {
  server.closeAllConnections();
  server.close();
  // An aborted fetch may leave its socket open for good, and the process with it; everything has been told by then.
  wait(() => process.exit(), EXITS_AFTER);
});

/** One event to its end. */
async function happens(name, event) {
  let until;
  listeners[name]({ ...event, waitUntil: (work) => { until = work; }, respondWith: (work) => { until = work; } });
  return until;
}
const carry = () => happens("message", { data: { type: "pack", lang: "en" } });
const open = (path) => happens("fetch", { request: { method: "GET", mode: "navigate", url: location.origin + path } }).then((response) => response.text());

test("a page that is asked for with a question is the network's, and without a network the one that lies here", async () => {
  await carry();
  for (const path of [HOME, STOCK]) {
    assert.equal(await open(`${path}?fresh`), content(path, site.version));
    Object.assign(site, { hostile: (response) => response.destroy(), version: site.version + 1 });
    assert.equal(await open(`${path}?fresh`), content(path, site.version - 1));
    Object.assign(site, { hostile: undefined, version: site.version - 1 });
  }
});

describe("somebody else answers the worker", () => {
  for (const [name, { answer, endless, isRight }] of Object.entries(HOSTILE)) {
    test(`${name}: the pack and the pages, ${TIMES} times`, async (t) => {
      const asked = site.asked;
      for (let time = 1; time <= TIMES; time += 1) {
        site.version += 1;
        await carry();
        assert.equal(await open(STOCK), content(STOCK, site.version));
        const untouched = cached();
        // By turns everything is answered by somebody else, or only the pages.
        Object.assign(site, { hostile: answer, version: site.version + 1, only: (path) => time % 2 || path !== "/sync/pack" });
        await carry();
        assert.equal(await open(HOME), content(HOME, site.version - 1));
        if (!endless) await open("/en/door/parties").catch(() => {});
        assert.equal(cached(), untouched);
        site.hostile = undefined;
      }
      await carry();
      assert.equal(await open(HOME), content(HOME, site.version));
      t.diagnostic(`${name}: ${TIMES} times, ${site.asked - asked} requests, nothing of it in a cache`);
    });

    if (!endless && !isRight) {
      test(`${name}: an install, ${TIMES} times`, async (t) => {
        for (let time = 1; time <= TIMES; time += 1) {
          kept.delete(`threshold-assets-${BUILD}`);
          const wrong = [...ASSETS, OFFLINE][time % 2];
          Object.assign(site, { hostile: answer, only: (path) => path === wrong });
          await assert.rejects(happens("install", {}));
          assert.ok(!kept.get(`threshold-assets-${BUILD}`).has(wrong));
          site.hostile = undefined;
          await happens("install", {});
          const here = kept.get(`threshold-assets-${BUILD}`);
          assert.deepEqual([...ASSETS, OFFLINE].map((path) => here.get(path)), [...ASSETS.map(asset), content(OFFLINE, site.version)]);
        }
        t.diagnostic(`${name}: ${TIMES} installs failed and ${TIMES} went well`);
      });
    }
  }
});

