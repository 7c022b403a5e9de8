/** What the worker keeps: whole pages of its own build and of the tablet's stations, and nothing else. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { blankPage, isPage, offlinePage, outdated, packed, pageOf, stationHome, stationOf } from "../../webapp/static/js/worker/pages.js";

const page = (more = {}, headers = {}) => ({
  status: 200, type: "basic", redirected: false,
  headers: new Headers({ "Content-Type": "text/html; charset=utf-8", "X-Threshold-Build": "b1", ...headers }), ...more,
});
const mark = (url, more = {}) => ({ url, etag: "e1", epoch: 1, base: 3, acked: 3, ...more });
const pack = (pages, more = {}) => ({ epoch: 1, acked_seq: 5, pages, ...more });
const [home, stock] = ["/en/door/", "/en/door/stock"];

test("only pages of stations are ours to keep", () => {
  for (const path of ["/en/door/", "/zh-Hant/bar/stock", "/zh-Hans/floor/x/y"]) assert.ok(stationOf(path), path);
  for (const path of ["/", "/en/", "/en/door", "/door/", "/fr/door/", "/review/", "/sync/pack", "/enrol", "/x/en/door/"]) assert.ok(!stationOf(path), path);
});

test("without a network the home of the station, or a page that says so", () => {
  assert.equal(stationHome("/zh-Hant/bar/stock/7"), "/zh-Hant/bar/");
  assert.equal(offlinePage("/zh-Hant/bar/stock/7"), "/offline/zh-Hant");
  assert.equal(offlinePage("/elsewhere"), "/offline/en");
});

test("what may have been born here is answered by the blank page of its kind", () => {
  const id = "0198a5f0-0000-7000-8000-00000000002a";
  assert.equal(blankPage(`/en/door/parties/${id}`), "/en/door/parties/blank");
  for (const path of ["/en/door/parties", "/en/door/parties/", "/en/door/parties/blank", `/en/door/${id}/x`, "/en/door/parties/2a"]) assert.equal(blankPage(path), undefined, path);
  const blank = '<a href="/zh-Hant/door/parties/blank"></a><input value="00000000-0000-0000-0000-000000000000">left blank';
  assert.equal(pageOf(blank, `/en/door/parties/${id}`), `<a href="/zh-Hant/door/parties/${id}"></a><input value="${id}">left blank`);
});

test("a page is kept only whole, of our build, and not through a redirect", () => {
  assert.ok(isPage(page(), "b1"));
  for (const [name, other] of Object.entries({
    redirect: page({ redirected: true }), error: page({ status: 500 }), opaque: page({ type: "opaque" }), partial: page({ status: 206 }),
    "another build": page({}, { "X-Threshold-Build": "b2" }), "no build": page({ headers: new Headers({ "Content-Type": "text/html" }) }),
    json: page({}, { "Content-Type": "application/json" }),
  })) assert.ok(!isPage(other, "b1"), name);
});

test("an unchanged page only moves its mark; a changed, missing or unknown one is fetched", () => {
  const offered = [{ url: home, etag: "e1" }, { url: stock, etag: "e2" }, { url: "/en/door/new", etag: "e1" }];
  assert.deepEqual(packed(pack(offered), "en", [mark(home), mark(stock)], [home, stock]), {
    changed: [stock, "/en/door/new"], moved: [mark(home, { acked: 5 })], gone: [],
  });
  assert.deepEqual(packed(pack(offered.slice(0, 1)), "en", [mark(home)], []).changed, [home]);
});

test("a page of another epoch, or further than the server now is, is fetched again", () => {
  const offered = [{ url: home, etag: "e1" }];
  assert.deepEqual(packed(pack(offered, { epoch: 2, acked_seq: 0 }), "en", [mark(home)], [home]).changed, [home]);
  assert.deepEqual(packed(pack(offered, { acked_seq: 2 }), "en", [mark(home)], [home]).changed, [home]);
});

test("what the tablet no longer carries holds nothing back; other languages are left alone", () => {
  const { gone } = packed(pack([{ url: home, etag: "e1" }]), "en", [mark(home), mark(stock), mark("/zh-Hant/door/stock")], [home]);
  assert.deepEqual(gone, [stock]);
});

test("once a build is on, the pages of every other go, and the assets of all but the last three", () => {
  const names = ["b1", "b2", "b3", "b4"].flatMap((build) => [`threshold-assets-${build}`, `threshold-pages-${build}`]);
  const pages = ["b1", "b2", "b3"].map((build) => `threshold-pages-${build}`);
  assert.deepEqual(outdated([...names, "somebody-elses"], "b4"), [...pages, "threshold-assets-b1"]);
  assert.deepEqual(outdated(names.slice(0, 4), "b1"), ["threshold-pages-b2"]);
});
