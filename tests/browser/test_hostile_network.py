"""A real browser behind a network that answers in our place: work goes on, the caches stay ours, everything arrives once."""

import time
from collections import Counter
from collections.abc import Callable
from itertools import count, cycle

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
AT_ONCE = HOSTILE | {"429": lambda _answer: html(429, "later"), "503": lambda _answer: html(503, "busy")}
"""The same where nobody is asked to wait, so that many fit into a short time."""
ALTERNATES_FOR = 20
"""Seconds; a soak takes as long as a hundred of each need."""
FLAPS_FOR = 12
"""Seconds of a link that comes and goes; a soak takes ten minutes."""
TAP = """(guests) => { document.querySelector(`.tiles button[name=guests][value="${guests}"]`).click(); }"""
ONLINE = "() => { dispatchEvent(new Event('online')); }"
ANSWERED = """() => new Promise((resolve) => {
  indexedDB.open("threshold").onsuccess = ({ target: { result: db } }) => {
    const meta = db.transaction("meta").objectStore("meta");
    const head = meta.get("head");
    meta.get("courier").onsuccess = ({ target: { result: courier } }) => {
      db.close();
      resolve(courier.answered[head.result.epoch].upto === head.result.seq);
    };
  };
})"""
"""Whether the tablet has an answer to its newest entry."""
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


def _arrivals(here: Tablet) -> tuple[list[str], list[str]]:
    """The parties that this tablet took in, and those of them that the server has."""
    mine = [entry["id"] for entry in here.entries() if entry["operation"] == "tours.arrive"]
    parties = here.server.state(here.server.now)[0]["tours"]["parties"]
    return sorted(mine), sorted(each["id"] for each in parties if each["id"] in mine)


def test_a_hostile_answer_and_ours_in_turn(tablet: Callable[..., Tablet], way: Way, rounds: int, tell: Callable[[str], None]):
    """As many times as fit. Each entry meets the hostile answer first, and then ours."""
    here = tablet()
    here.watch.may_be_down = True
    here.take_post("lin")
    here.sent()
    met: Counter[str] = Counter()
    before = sorted(each["path"] for each in here.page.evaluate(CACHED))
    most, ends = (100, float("inf")) if rounds > 1 else (100, time.monotonic() + ALTERNATES_FOR)
    guests = cycle("12345")
    for kind, wrong in (pair for _turn in range(most) for pair in AT_ONCE.items()):
        if time.monotonic() > ends and len(met) == len(AT_ONCE):
            break
        way.asked.clear()
        way.meddling = {EVERYTHING: wrong}
        here.page.evaluate(TAP, next(guests))
        until(lambda: "/sync/operations" in way.asked, f"{kind}: nothing was sent")
        way.meddling = {}
        until(
            lambda: here.page.evaluate(ONLINE) or here.page.evaluate(ANSWERED),
            f"{kind}: it was not sent",
        )
        met[kind] += 1
    cached = here.page.evaluate(CACHED)
    assert sorted(each["path"] for each in cached) == before
    assert here.page.evaluate("() => navigator.serviceWorker.controller !== null")
    here.sent()
    assert len(here.entries()) == 1 + met.total()
    mine, there = _arrivals(here)
    assert mine == there
    assert set(met) == set(AT_ONCE)
    tell(f"{len(met)} hostile answers in turn with ours, each {min(met.values())} times or more, {met.total()} entries there once")


def test_a_link_that_comes_and_goes_through_a_busy_shift(
    tablet: Callable[..., Tablet], way: Way, rounds: int, tell: Callable[[str], None]
):
    here = tablet()
    here.watch.may_be_down = True
    here.take_post("lin")
    here.sent()
    inside: list[str] = []
    gone = 0
    ends = time.monotonic() + (600 if rounds > 1 else FLAPS_FOR)
    for turn in count():
        if time.monotonic() > ends:
            break
        here.context.set_offline(turn % 2 == 0)
        way.meddling = {"/sync/operations": HOSTILE["cut"]} if turn % 3 == 0 else {}
        if turn % 4 == 3:
            here.see_off(inside.pop())
            gone += 1
        else:
            here.arrive(turn % 5 + 1)
            inside.append(here.entries()[-1]["id"])
    here.context.set_offline(False)
    way.meddling = {}
    until(lambda: here.page.evaluate(ONLINE) or here.chip().get_attribute("data-state") == "ok", "it is not green")
    here.sent()
    mine, there = _arrivals(here)
    assert mine == there
    state = here.server.state(here.server.now)[0]
    left = [each["id"] for each in state["tours"]["parties"] if each["id"] in mine and each["seen_off_at"] is not None]
    assert len(left) == gone
    assert len(here.entries()) == 1 + len(mine) + gone
    lost = way.asked.count("/sync/operations")
    tell(f"the link changed {turn} times, {lost} answers were cut, {len(here.entries())} entries there once")


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
