"""A real browser behind a network that answers in our place: work goes on, the caches stay ours, everything arrives once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.hands import Tablet, until
from tests.browser.test_store import GONE
from tests.browser.test_worker import CACHED
from tests.browser.way import Answer, Meddles, Way, html

pytestmark = pytest.mark.browser

TITLE = "迎門 Threshold"
JSON = (("Content-Type", "application/json"),)
HOSTILE: dict[str, Meddles] = {
    "sign-in page": lambda _answer: html(200, "Please sign in"),
    "{}": lambda _answer: Answer(200, JSON, b"{}"),
    "our title": lambda _answer: html(200, TITLE),
    "302": lambda _answer: html(302, "elsewhere", Location="/enrol"),
    "511": lambda _answer: html(511, "Network authentication required"),
    "no gzip": lambda _answer: Answer(200, (*JSON, ("Content-Encoding", "gzip")), b"no gzip at all"),
    "cut": lambda _answer: None,
    "script": lambda answer: answer.but("Content-Type", "text/javascript"),
    "401": lambda _answer: html(401, "who?"),
    "403": lambda _answer: html(403, "no"),
    "409": lambda _answer: html(409, "no"),
    "413": lambda _answer: html(413, "no"),
    "429": lambda _answer: html(429, "later", **{"Retry-After": "1"}),
    "500": lambda _answer: html(500, "fault"),
    "503": lambda _answer: html(503, "busy", **{"Retry-After": "1"}),
}
EVERYTHING = ""
"""The end of every path."""
UPDATED = "() => navigator.serviceWorker.getRegistration().then((found) => found.update()).then(() => true, () => false)"


def test_somebody_else_answers_in_turn(tablet: Callable[..., Tablet], way: Way, rounds: int, tell: Callable[[str], None]):
    here = tablet()
    here.watch.may_be_down = True
    here.take_post("lin")
    here.sent()
    build = here.page.locator("html").get_attribute("data-build")
    for wrong in HOSTILE.values():
        for _round in range(rounds):
            before = {each["path"] for each in here.page.evaluate(CACHED)}
            asked = len(way.asked)
            way.meddling = {EVERYTHING: wrong}
            here.arrive(2)
            here.page.evaluate(UPDATED)
            here.go("parties")
            here.go("")
            until(lambda asked=asked: "/sync/operations" in way.asked[asked:], "nothing was sent")
            expect(here.page.locator("h1")).to_be_visible()
            cached = here.page.evaluate(CACHED)
            assert {each["path"] for each in cached} == before
            assert {each["build"] for each in cached if each["cache"].startswith("threshold-pages-")} == {build}
            way.meddling = {}
    here.go("outbox")
    until(lambda: here.page.locator("[data-send]").click() or here.chip().get_attribute("data-state") == "ok", "it is not green")
    here.sent()
    entries = here.entries()
    assert len(entries) == 1 + len(HOSTILE) * rounds
    arrivals = [entry["id"] for entry in entries if entry["operation"] == "tours.arrive"]
    found = [each["id"] for each in here.server.state(here.server.now)[0]["tours"]["parties"] if each["id"] in arrivals]
    assert sorted(found) == sorted(arrivals)
    tell(
        f"{len(HOSTILE)} hostile answers {rounds} times each, {len(way.asked)} requests met them, {len(entries)} entries there once"
    )


def test_what_was_typed_is_never_given_to_a_sign_in_page(tablet: Callable[..., Tablet], way: Way):
    """The store is broken, and a network says 200 to everything: the form stays, and says what to do."""
    broken = tablet()
    broken.watch.may_be_down = True
    broken.context.add_init_script(GONE)
    broken.page.evaluate("() => localStorage.setItem('broken', '1')")
    broken.go("handover")
    way.meddling = {EVERYTHING: HOSTILE["sign-in page"]}
    form = broken.page.locator('operation-form[operation="duty.remark"]')
    form.locator("textarea[name=text]").fill("燈不亮。")
    form.locator("button").click()
    expect(form.locator("[data-broken]")).to_be_visible(timeout=15_000)
    expect(form.locator("textarea[name=text]")).to_have_value("燈不亮。")
    assert not [path for path in way.asked if "/do/" in path]
