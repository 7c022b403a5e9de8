"""Three days without a server: five thousand entries and sixty photos are kept, no page hangs, and all of it arrives."""

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import expect

from tests.attachments.album import photo
from tests.browser.hands import Tablet, until
from tests.browser.test_photos import kept_photos, remarks, stored
from webapp import demo

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ENTRIES, DAYS = 5_000, 3
SHOWN, EACH = 20, 3
"""Remarks with photos among them, and photos of each."""
WITHIN = 90
"""Seconds from the server's return to green, on a machine that does nothing else; a loaded one is given four times that."""
BLOCKED = 100
"""Milliseconds for which the page may not answer a finger, on the same; a loaded one is measured by pages with nothing kept."""
SLOWER = 3
"""So many times slower than this machine, as a cheap tablet is."""
ROOM = 4
"""So many times the longest task without entries, or the bound where that is more."""
PAGES = ("", "parties", "checks", "stock", "handover", "outbox")

OBSERVED = """
  globalThis.blocked = [];
  new PerformanceObserver((list) => blocked.push(...list.getEntries().map(({ duration }) => Math.round(duration))))
    .observe({ type: "longtask", buffered: true });
"""
EFFECTS = """() => Object.fromEntries([...document.querySelectorAll("operation-form, template")].flatMap((each) =>
  [each, ...(each.content?.querySelectorAll("operation-form") ?? [])]).filter((each) => each.matches("operation-form"))
  .map((form) => [form.getAttribute("operation"), JSON.parse(form.dataset.effects)]))"""
KEEP = """(entries) => new Promise((resolve, reject) => {
  const asked = indexedDB.open("threshold");
  asked.onsuccess = () => {
    const tx = asked.result.transaction(["entries", "meta"], "readwrite");
    const meta = tx.objectStore("meta");
    meta.get("head").onsuccess = ({ target: { result: head } }) => {
      for (const entry of entries) tx.objectStore("entries").add({ ...entry, epoch: head.epoch, seq: (head.seq += 1) });
      meta.put(head, "head");
    };
    tx.onabort = () => reject(tx.error);
    tx.oncomplete = () => { asked.result.close(); resolve(true); };
  };
})"""


def _shift(effects: dict[str, Any], clock: dict[str, Any], since: int) -> list[dict[str, Any]]:
    """What a greeter records in the three busy days after this instant: guests come, go, something is ticked, drawn, remarked."""
    author, place, flat = demo.person("lin"), demo.named("place", "flat-a"), demo.named("flat", "a")
    covers, store, post = demo.named("item", "cover.cloth"), demo.named("place", "store"), demo.named("post", "door")
    arrived: list[str] = []

    def body(operation: str, entry_id: str) -> dict[str, str]:
        if operation == "tours.arrive":
            arrived.append(entry_id)
            return {"flat": flat, "place": place, "guests": "2", "covers": "2", "item": covers}
        if operation == "tours.see_off":
            return {"party": arrived.pop()}
        if operation == "stock.draw":
            return {"item": covers, "place": place, "store": store, "quantity": "4"}
        if operation == "duty.remark":
            return {"place": place, "post": post, "category": "normal", "text": "三天沒有網絡。"}
        return {"version": demo.version("check.flat_opening"), "place": place, "item": "flat_open.air", "answer": "pass"}

    ways = ["tours.arrive", "tours.see_off", "tours.arrive", "checklists.answer", "tours.see_off", "stock.draw"]
    made: list[dict[str, Any]] = []
    every = DAYS * 24 * 3_600_000 // (ENTRIES - SHOWN)
    for count, operation in enumerate(islice(cycle([*ways, *ways, "duty.remark"]), ENTRIES - SHOWN)):
        happened_at = since + count * every
        entry_id = _id(happened_at, count)
        text = json.dumps(body(operation, entry_id), separators=(",", ":"), ensure_ascii=False)
        entry = {"id": entry_id, "operation": operation, "version": 1, "body": text, "author": author, "proof": "post"}
        entry |= {"digest": hashlib.sha256(text.encode()).hexdigest(), "effects": effects.get(operation, [])}
        times = {
            "happened_at": happened_at,
            "offset": clock["offset"],
            "beacon_at": since,
            "kept_at": happened_at - clock["offset"],
        }
        made.append(entry | times)
    return made


def _id(at: int, count: int) -> str:
    """A UUIDv7 of this instant."""
    return str(UUID(int=at << 80 | 7 << 76 | 2 << 62 | count))


CLOCK = """() => new Promise((resolve) => { indexedDB.open("threshold").onsuccess = ({ target: { result: db } }) => {
  db.transaction("meta").objectStore("meta").get("clock").onsuccess = (event) => { db.close(); resolve(event.target.result); };
}; })"""
MEMORY = "() => Math.round(performance.memory.usedJSHeapSize / 1_048_576)"


def _longest(away: Tablet, path: str, waiting: int) -> int:
    """The longest task of a page that is opened, until it shows all that waits."""
    away.go(path)
    if waiting:
        expect(away.chip()).to_have_attribute("data-state", "offline", timeout=30_000)
        expect(away.chip().locator("a [data-fill=count]")).to_have_text(str(waiting), timeout=30_000)
    away.page.wait_for_load_state("networkidle")
    return max(away.page.evaluate("() => blocked"), default=0)


def _photograph(away: Tablet) -> dict[str, int]:
    """Remark and photograph without a server, as the first hours of it go; size by digest of what lies on the tablet."""
    away.go("handover")
    for number in range(SHOWN):
        seen = len(away.entries())
        remarks(away.page, f"第 {number} 處。", *(photo(100 + EACH * number + each, size=(1600, 1200)) for each in range(EACH)))
        until(lambda seen=seen: len(away.entries()) > seen, "nothing was saved")
    kept = kept_photos(away.page)
    assert len(kept) == SHOWN * EACH
    return kept


def test_three_days_offline(tablet: Callable[..., Tablet], tell: Callable[[str], None]):
    away = tablet()
    away.watch.may_be_down = True
    away.take_post("lin")
    away.sent()
    effects: dict[str, Any] = {}
    for path in ("", "checks", "stock", "handover", "parties"):
        away.go(path)
        effects |= away.page.evaluate(EFFECTS)
    assert {"tours.arrive", "tours.see_off", "stock.draw", "duty.remark", "checklists.answer"} <= set(effects)
    clock = away.page.evaluate(CLOCK)
    away.server.stop()
    made = _shift(effects, clock, away.server.now)
    away.context.add_init_script(OBSERVED)
    sixty = _photograph(away)
    waiting = ENTRIES + len(sixty)
    away.context.new_cdp_session(away.page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    bare = {path: _longest(away, path, 0) for path in PAGES}
    for at in range(0, len(made), 500):
        away.page.evaluate(KEEP, made[at : at + 500])
    worst = Counter({path or "today": _longest(away, path, waiting) for path in PAGES})
    away.go("")
    expect(away.page.locator("[data-id][pending]")).not_to_have_count(0, timeout=30_000)
    away.page.evaluate("() => { blocked.length = 0; }")
    away.page.locator('.tiles button[name=guests][value="2"]').click()
    expect(away.chip().locator("a [data-fill=count]")).to_have_text(str(waiting + 1), timeout=30_000)
    away.page.wait_for_load_state("networkidle")
    worst["a tap"] = max(away.page.evaluate("() => blocked"), default=0)
    away.go("outbox")
    away.server.shift += DAYS * 24 * 3_600_000
    away.server.start()
    began = time.monotonic()
    away.page.locator("[data-send]").click()
    until(lambda: away.chip().get_attribute("data-state") == "ok", "it is not green", within=4 * WITHIN * 1000)
    taken = time.monotonic() - began
    worst["draining"] = max(away.page.evaluate("() => blocked"), default=0)
    memory = away.page.evaluate(MEMORY)
    kept = away.entries()
    tell(
        f"{len(kept)} entries of {DAYS} days and {len(sixty)} photos of {sum(sixty.values()) / 1_048_576:.1f} MiB: "
        f"green after {taken:.1f} s (bound {WITHIN} s), "
        f"longest tasks in ms, {SLOWER} times slower, {dict(worst)} (bound {BLOCKED}; "
        f"with nothing kept {max(bare.values())}; load {os.getloadavg()[0]:.1f}), heap {memory} MiB"
    )
    assert len(kept) == ENTRIES + 2
    away.sent()
    state = away.server.state(away.server.now)[0]
    arrivals = {entry["id"] for entry in kept if entry["operation"] == "tours.arrive"}
    found = [each["id"] for each in state["tours"]["parties"] if each["id"] in arrivals]
    assert sorted(found) == sorted(arrivals)
    assert {digest: size for digest, size, *_sides in stored(away.server)} == sixty
    assert kept_photos(away.page) == {}
    assert max(worst.values()) <= ROOM * max(BLOCKED, *bare.values())
