"""The tablet itself goes wrong: its clock is days off, midnight passes, its storage fails. Nothing is lost, and it says so."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import Tablet, until
from tests.browser.looks import LANDSCAPE, OVERFLOW, SCREENS, found_by_axe, keep_picture, sized
from tests.browser.test_overlay import COVERS, PLACE
from tests.browser.test_store import GONE

pytestmark = pytest.mark.browser

DAY, SLACK = 24 * 3_600_000, 120_000
MOVABLE = """
  const really = Date.now;
  Date.now = () => really() + Number(localStorage.getItem("ahead") ?? 0);
"""
SET = "(ahead) => { localStorage.ahead = ahead; localStorage.touched = Date.now(); }"


def _judged(entries: list[dict[str, Any]], enrolled_at: int, received: int) -> list[tuple[int, bool]]:
    """Section 4 in plain Python: when each entry counts, and whether its clock was wrong."""
    good_at, before, found = 0, None, []
    for entry in entries:
        at, offset, beacon = entry["happened_at"], entry["offset"], entry["beacon_at"]
        wrong = offset is None or at > received + SLACK or (beacon is not None and at < beacon - SLACK)
        if before is not None and offset is not None:
            wrong |= at - offset < before["happened_at"] - before["offset"] or abs(offset - before["offset"]) > SLACK
        if offset is not None:
            before = entry
        good_at = good_at if wrong else max(good_at, at)
        found.append((min(received, max(good_at, beacon or 0, enrolled_at)) if wrong else good_at, wrong))
    return found


def _arrives(tablet: Tablet, guests: int) -> None:
    """A tap; who stands there says so again where it is another day by this clock."""
    seen = _arrivals(tablet)
    dialog = tablet.page.locator('dialog[data-purpose="take"]')
    tablet.page.locator(f'.tiles button[name=guests][value="{guests}"]').click()
    until(lambda: _arrivals(tablet) > seen or dialog.is_visible(), "nothing came of it")
    if dialog.is_visible():
        tablet.sign("lin", purpose="take")
    until(lambda: _arrivals(tablet) == seen + 1, "nothing was saved")


def _arrivals(tablet: Tablet) -> int:
    return sum(entry["operation"] == "tours.arrive" for entry in tablet.entries())


def _stands(tablet: Tablet, before: int, guests: int) -> None:
    """The figure has all that was handed out, and each party stands there once."""
    expect(tablet.page.locator('tally-value[key$="/clean"]').first).to_have_text(str(before - guests))


@pytest.mark.parametrize("is_online", [False, True], ids=["sent_afterwards", "sent_at_once"])
def test_a_clock_that_is_days_off_and_back(tablet: Callable[..., Tablet], tell: Callable[[str], None], is_online: bool):
    here = tablet()
    here.watch.may_be_down = True
    here.context.add_init_script(MOVABLE)
    here.go()
    here.take_post("lin")
    here.sent()
    clean, guests = int(here.tally()), 0
    if not is_online:
        here.server.stop()
    for came, ahead in enumerate((-3 * DAY, 3 * DAY, 0, -3 * DAY, 0), start=1):
        here.page.evaluate(SET, ahead)
        _arrives(here, came % 5 + 1)
        guests += came % 5 + 1
        _stands(here, clean, guests)
        if is_online:
            here.sent()
            _stands(here, clean, guests)
        here.go()
        _stands(here, clean, guests)
    if not is_online:
        here.server.start()
        here.go("outbox")
        here.page.locator("[data-send]").click()
    here.sent()
    entries = here.entries()
    received = here.server.now
    enrolled_at = int(here.kept()["head"]["tablet"].replace("-", "")[:12], 16)
    judged = _judged(entries, enrolled_at, received)
    state = here.server.state(received)[0]
    known = {each["id"]: each for each in state["tours"]["parties"]}
    arrivals = [(entry, when) for entry, when in zip(entries, judged, strict=True) if entry["operation"] == "tours.arrive"]
    assert len(arrivals) == 5
    assert [("time_wrong" in entry.get("flags", [])) for entry in entries] == [wrong for _at, wrong in judged]
    if not is_online:  # else what is wrong only to its receipt was received long ago
        assert [known[entry["id"]]["arrived_at"] for entry, _when in arrivals] == [at for _entry, (at, _wrong) in arrivals]
    assert state["stock"]["figures"][PLACE][COVERS]["clean"]["quantity"] == 1000 * (clean - guests)
    here.go("parties")
    assert {entry["id"] for entry, _when in arrivals} <= set(here.rows("parties"))
    assert len(here.rows("parties")) == len(set(here.rows("parties")))
    here.go()
    _stands(here, clean, guests)
    wrong = sum(is_wrong for _at, is_wrong in judged)
    tell(f"{len(entries)} entries, the clock moved 5 times by up to 6 days: {wrong} of a wrong clock, none lost or doubled")


def test_a_tablet_left_on_over_midnight_says_of_which_day_its_page_is(tablet: Callable[..., Tablet], axe: str):
    """On the last of May: the day after is another month. Its own clock need not be right for it."""
    here = tablet()
    here.watch.may_be_down = True
    here.context.add_init_script(MOVABLE)
    here.go()
    here.take_post("lin")
    here.sent()
    told = here.page.locator("main [data-as-of]")
    expect(told).to_be_hidden()
    here.server.stop()
    for days, day in ((1, "2026-05-29"), (4, "2026-06-01"), (0, "2026-05-28")):
        here.page.evaluate(SET, days * DAY)
        if day == "2026-05-28":
            expect(told).to_be_hidden(timeout=15_000)
            continue
        expect(told).to_be_visible(timeout=15_000)
        expect(told).to_contain_text("5月28日")
        for path in ("parties", "stock", "handover", "", "checks"):
            here.go(path)
            expect(told).to_be_visible(timeout=15_000)
        assert here.page.locator("[data-when-post]").first.is_hidden()
        assert found_by_axe(here.page, axe) == []
        for screen, size in SCREENS.items():
            sized(here.page, size)
            assert here.page.evaluate(OVERFLOW) == []
            keep_picture(here.page, f"as-of-{day}-{screen}")
        sized(here.page, LANDSCAPE)
    here.page.evaluate(SET, 4 * DAY)
    here.server.shift += 4 * DAY
    here.page.evaluate("() => { localStorage.ahead = 0; }")
    here.server.start()
    here.go()
    here.sent()
    until(lambda: here.page.locator('main [data-as-of="2026-06-01"]').count(), "the page is still of the other day", within=90_000)
    expect(told).to_be_hidden(timeout=15_000)


def test_what_goes_to_paper_is_counted_and_the_desk_is_told(tablet: Callable[..., Tablet], desk: Page, axe: str):
    broken = tablet()
    broken.watch.may_be_down = True
    broken.context.add_init_script(GONE)
    broken.server.stop()
    for text in ("燈不亮。", "門鈴不響。"):
        broken.page.evaluate("() => localStorage.setItem('broken', '1')")
        broken.go("handover")
        form = broken.page.locator('operation-form[operation="duty.remark"]')
        form.locator("textarea[name=text]").fill(text)
        form.locator("button").click()
        expect(form.locator("[data-broken]")).to_be_visible(timeout=15_000)
        expect(form.locator("textarea[name=text]")).to_have_value(text)
    expect(form.locator("[data-broken] [data-fill=number]")).to_have_text("2")
    expect(form.locator("[data-broken] [data-fill=since]")).to_have_text(re.compile(r"\d{1,2}:\d\d"))
    assert found_by_axe(broken.page, axe) == []
    keep_picture(broken.page, "paper-landscape-zh-Hant")
    broken.page.evaluate("() => localStorage.removeItem('broken')")
    broken.server.start()
    broken.go("outbox")
    broken.page.locator("[data-send]").click()
    broken.sent()
    desk.goto(f"{broken.server.url}/tablets/{broken.kept()['head']['tablet']}?lang=en")
    row = desk.locator("li", has_text="Written on paper because it could not be saved")
    until(lambda: desk.reload() and row.locator(".tag").all_inner_texts() == ["2"], "the desk was not told")
