"""A tablet's storage is cleared while nothing can be sent: the desk is told exactly what is missing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import Tablet, until
from tests.browser.looks import LANDSCAPE, OVERFLOW, SCREENS, found_by_axe, keep_picture, sized
from tests.browser.served import Server

pytestmark = pytest.mark.browser

WIPE = """() => new Promise((resolve, reject) => {
  const asked = indexedDB.deleteDatabase("threshold");
  asked.onsuccess = () => resolve();
  asked.onerror = () => reject(asked.error);
})"""


def mark(tablet: Tablet) -> str:
    return next((each["value"] for each in tablet.context.cookies() if each["name"] == "hw"), "")


SEND = """(entries) => fetch("/sync/operations", {
  method: "POST", headers: { "Content-Type": "application/json", "X-Threshold-Sync": "1" },
  body: JSON.stringify({
    protocol: 1, nonce: crypto.randomUUID(), tablet: entries.tablet, epoch: 1, sent_at: Date.now(), high_seq: 5,
    entries: entries.kept,
  }),
}).then((response) => response.json()).then(({ results }) => results.map(({ outcome }) => outcome))"""
WIRE = ("id", "seq", "operation", "version", "body", "digest", "author", "proof", "happened_at", "offset", "beacon_at")


def seen(desk: Page, path: str, name: str) -> Page:
    """A page of the desk, on every screen in two languages for whoever wants to look at it."""
    for language in ("zh-Hant", "en"):
        desk.goto(f"{path}?lang={language}")
        for screen, size in SCREENS.items():
            sized(desk, size)
            keep_picture(desk, f"{name}-{screen}-{language}")
            assert desk.evaluate(OVERFLOW) == []
    return desk


def gone_without_a_network(door: Tablet) -> None:
    """It says that it keeps nothing and claims nothing of before; whoever taps all the same is told so across the row."""
    page = door.go()
    expect(page.locator("[data-store-gone]")).to_be_visible()
    expect(door.chip()).to_be_hidden()
    page.locator("button.tile").first.click()
    refused = page.locator(".tiles__row [data-broken]:visible")
    expect(refused).to_be_visible()
    row, said = page.locator(".tiles__row").bounding_box(), refused.bounding_box()
    assert row
    assert said
    assert said["width"] >= row["width"] - 1
    for screen, size in SCREENS.items():
        sized(page, size)
        assert page.evaluate(OVERFLOW) == []
        keep_picture(page, f"store-gone-{screen}")
    sized(page, LANDSCAPE)


def test_a_cleared_store_is_missed_declared_and_taken_after_all(
    tablet: Callable[..., Tablet], server: Server, desk: Page, axe: str
):
    """Exactly what was on it and had not been sent is named; declared lost, it is complete; a copy that turns up is taken."""
    door = tablet()
    door.ready()
    door.take_post("lin")
    door.arrive(2)
    door.sent()
    server.stop()
    door.watch.may_be_down = True
    for guests in (3, 4, 5):
        door.arrive(guests)
    kept, page = door.entries(), f"{server.url}/tablets/{door.kept()['head']['tablet']}"
    assert mark(door).startswith("1.5.")
    door.page.evaluate(WIPE)
    gone_without_a_network(door)
    server.start()
    door.go()
    until(lambda: (door.kept().get("head") or {}).get("epoch") == 2, "no store was begun")
    expect(door.page.locator("[data-store-gone]")).to_be_hidden()
    expect(door.chip()).to_be_visible()
    assert mark(door).startswith("2.0.")
    until(lambda: door.kept().get("people"), "nobody is known here")
    door.take_post("lin")
    door.arrive(1)
    door.sent()
    assert [(each["epoch"], each["seq"]) for each in door.entries()] == [(2, 1), (2, 2)]
    told = door.page.locator("main .notice").get_by_text("3 條")
    for path in ("", "stock", "outbox"):
        door.go(path)
        until(lambda: door.page.reload() and told.count(), "the tablet does not say what it lost")
        assert found_by_axe(door.page, axe) == []
        for language in ("en", "zh-Hans", "zh-Hant"):
            door.go(path, language)
            for screen, size in SCREENS.items():
                sized(door.page, size)
                assert door.page.evaluate(OVERFLOW) == []
                keep_picture(door.page, f"emptied-{path or 'home'}-{screen}-{language}")
            sized(door.page, LANDSCAPE)

    seen(desk, page, "tablet-missing")
    assert found_by_axe(desk, axe) == []
    expect(desk.get_by_text("Missing: entries 3 to 5")).to_be_visible()
    desk.locator("main details:not(.sure) > summary").click()
    desk.locator("textarea[name=reason]").fill("The storage was cleared by mistake; three parties are on paper")
    desk.locator("main details:not(.sure) button").click()
    expect(desk.get_by_text("Every entry that this tablet has told of is here.")).to_be_visible()
    copied = [{name: each[name] for name in WIRE} for each in kept[2:]]
    door.go()
    until(lambda: door.page.reload() and not told.count(), "the tablet goes on saying that it lost something", within=90_000)
    answered = door.page.evaluate(SEND, {"tablet": door.kept()["head"]["tablet"], "kept": copied})
    assert answered == ["applied"] * 3
    expect(seen(desk, page, "tablet-declared").get_by_text("3 came after all")).to_be_visible()
