"""One guest's whole way, from the door to the supervisor, without a network in between: the scenario that everything stands on."""

import json
import os
import re
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect

from tests.browser.conftest import FLAGS, LANDSCAPE, main_process
from tests.browser.hands import Tablet, enrolled, gone_through, until
from tests.browser.model import Deed, Model, agree, rows_of
from tests.browser.served import Server
from tests.browser.watch import Watch
from webapp import demo
from webapp.base import clock

pytestmark = pytest.mark.browser

PLACE, FLAT, POST = demo.named("place", "flat-a"), demo.named("flat", "a"), demo.named("post", "door")
COVERS, STORE = demo.named("item", "cover.cloth"), demo.named("place", "store")
OPENING = demo.version("check.flat_opening")


@dataclass
class Shift:
    """A morning at the door. Every method is a step of it."""

    server: Server
    tablet: Tablet
    before: dict[str, Any]
    deeds: list[Deed] = field(default_factory=list)
    parties: list[str] = field(default_factory=list)

    def did(self, who: str, operation: str, **said: str) -> None:
        self.deeds.append(Deed(operation, demo.person(who), said))

    def takes_the_post(self, who: str, wrong_first: str | None = None) -> None:
        self.tablet.take_post(who, wrong_first)
        self.did(who, "shifts.take_post", post=POST)
        name = next(each.call_name for each in demo.CAST if each.key == who)
        expect(self.tablet.page.locator("h1 [data-post-call]:visible")).to_have_text(name)

    def says_since_when(self) -> None:
        """By the server's clock, not by the tablet's, which is off by months."""
        taken = next(at for deed, at in zip(self.deeds, self.tablet.taps, strict=True) if deed.operation == "shifts.take_post")
        self.tablet.go("post")
        expect(self.tablet.page.locator("[data-post-since]")).to_have_text(
            re.compile("|".join(f"{clock.local(at, demo.ZONE):%H:%M}" for at in taken))
        )
        self.tablet.go()

    def finishes_the_opening_check(self, who: str) -> None:
        for item in ("flat_open.air", "flat_open.layout"):
            self.tablet.tick(item)
            self.did(who, "checklists.answer", version=OPENING, place=PLACE, item=item, answer="pass")
            expect(self._line(item)).to_have_attribute("value", "pass")

    def receives(self, who: str, guests: int) -> None:
        self.tablet.arrive(guests)
        self.did(who, "tours.arrive", flat=FLAT, place=PLACE, guests=str(guests), covers=str(guests), item=COVERS)
        self.parties.append(self.tablet.entries()[-1]["id"])
        expect(self.tablet.page.locator(f'[data-id="{self.parties[-1]}"]')).to_have_count(1)

    def sees_off(self, who: str, party: str) -> None:
        self.tablet.see_off(party)
        self.did(who, "tours.see_off", party=party)
        expect(self._party(party)).to_have_attribute("value", "seen_off")

    def draws(self, who: str, pairs: int) -> None:
        self.tablet.submit("stock.draw", quantity=str(pairs))
        self.did(who, "stock.draw", item=COVERS, place=PLACE, store=STORE, quantity=str(pairs))

    def counts(self, who: str, pairs: int) -> None:
        self.tablet.submit("stock.count", sign=who, state="clean", counted=str(pairs))
        self.did(who, "stock.count", item=COVERS, place=PLACE, state="clean", counted=str(pairs))

    def remarks(self, who: str, text: str) -> None:
        self.tablet.submit("duty.remark", category="repair", text=text)
        self.did(who, "duty.remark", place=PLACE, post=POST, category="repair", text=text)

    def offers(self, who: str, to: str, note: str) -> None:
        self.tablet.submit("duty.offer", sign=who, to=demo.person(to), note=note)
        self.did(who, "duty.offer", place=PLACE, post=POST, to=demo.person(to), note=note)

    def takes_over(self, who: str, before: str) -> None:
        """Whoever signs for taking over stands there from then on, and who handed over does not."""
        offer = self.tablet.entries()[-1]["id"]
        self.tablet.page.locator(f'[data-id="{offer}"] summary').click()
        gone_through(self.tablet.page.locator(f'[data-id="{offer}"] operation-form[operation="duty.accept"]'))
        self.tablet.submit("duty.accept", sign=who, within=f'[data-id="{offer}"]', makes=3)
        said = json.loads(next(each for each in self.tablet.entries() if each["operation"] == "duty.accept")["body"])
        assert [row["state"] for row in rows_of(said) if row["kind"] == "stock"] == ["clean", "in_use", "soiled"]
        assert len([row for row in rows_of(said) if row["kind"] == "asset" and row["said"] == "agrees"]) == 6
        self.did(who, "duty.accept", **(said | {"offer": offer, "result": "accepted"}))
        self.did(before, "shifts.leave_post", post=POST)
        self.did(who, "shifts.take_post", post=POST)
        expect(self.tablet.page.locator(f'[data-id="{offer}"] step-state')).to_have_attribute("step", "accepted")

    def waits_to_send(self) -> None:
        """The chip says that nothing was sent yet, and how much."""
        expect(self.tablet.chip()).to_have_attribute("data-state", "offline")
        expect(self.tablet.chip().locator("a [data-fill=count]")).to_have_text(str(len(self.deeds)))

    def shows_everything_once(self) -> None:
        """All that was recorded stands on the pages of the tablet, each thing once, and the figures follow."""
        tablet, demos = self.tablet, [each["id"] for each in self.before["tours"]["parties"]]
        tablet.go("parties")
        until(lambda: set(self.parties) <= set(tablet.rows("parties")), "a party is missing")
        shown = tablet.rows("parties")
        assert len(shown) == len(set(shown))
        assert set(shown) - set(demos) == set(self.parties)
        for party in self.parties:
            is_gone = any(deed.said.get("party") == party for deed in self.deeds)
            expect(self._party(party)).to_have_attribute("value", "seen_off" if is_gone else "inside")
        tablet.go("checks")
        for item in ("flat_open.air", "flat_open.layout"):
            expect(self._line(item)).to_have_attribute("value", "pass")
        tablet.go("handover")
        for deed, key in ((deed, {"duty.remark": "remarks", "duty.offer": "offers"}.get(deed.operation)) for deed in self.deeds):
            if key:
                words = deed.said.get("text") or deed.said["note"]
                expect(tablet.page.locator(f'overlay-list[key="{key}"]').get_by_text(words, exact=True)).to_have_count(1)

    def _line(self, item: str) -> Any:
        return self.tablet.page.locator(f'latest-value.todo__row[key$="/{PLACE}/{item}"]')

    def _party(self, party: str) -> Any:
        return self.tablet.page.locator(f'[data-id="{party}"] latest-value')


@dataclass
class Profile:
    """A browser with a profile of its own on the disk, which outlives it."""

    playwright: Playwright
    chromium: str
    folder: Path
    context: BrowserContext | None = None

    def open(self) -> BrowserContext:
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.folder), executable_path=self.chromium, args=FLAGS, viewport=LANDSCAPE, locale="zh-HK"
        )
        return self.context

    def kill(self) -> None:
        """As when the battery is empty: no chance to write anything down."""
        assert self.context is not None
        gone: list[object] = []
        self.context.on("close", lambda _context: gone.append(1))
        os.kill(main_process(self.folder), signal.SIGKILL)
        page = self.context.pages[0]
        until(lambda: gone or page.is_closed() or not _lives(page), "the browser is still there")
        self.context = None

    def has_cookie(self, name: str) -> bool:
        """Chromium writes cookies down some time after they were set, at most half a minute."""
        path = self.folder / "Default" / "Cookies"
        path = path if path.exists() else self.folder / "Default" / "Network" / "Cookies"
        if not path.exists():
            return False
        with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as database:
            try:
                found = database.execute("select count(*) from cookies where name = ?", (name,)).fetchone()[0]
            except sqlite3.DatabaseError:
                found = 0
        database.close()
        return bool(found)


def _lives(page: Any) -> bool:
    try:
        page.evaluate("1")
    except Exception:  # noqa: BLE001 - whatever it says, it is gone
        return False
    return True


@pytest.fixture
def profile(playwright: Playwright, chromium: str, tmp_path: Path) -> Iterator[Profile]:
    made = Profile(playwright, chromium, tmp_path / "profile")
    yield made
    if made.context is not None:
        made.context.close()


@pytest.mark.clause("P2-4.4.2c")
@pytest.mark.clause("P2-4.4.3a")
@pytest.mark.clause("P2-4.4.3b")
@pytest.mark.clause("P2-4.4.6a")
def test_a_guests_way_from_the_door_to_the_supervisor(server: Server, profile: Profile, browser: Browser):
    # The supervisor's code is typed at /enrol; then the server is stopped.
    code = server.run("tablets", "enrol", "--project", demo.CODE, "--name", "A 型樣板房 2").strip()
    tablet = enrolled(profile.open(), server, code)
    before, _line = server.state(server.now)
    shift = Shift(server, tablet, before)
    server.stop()
    tablet.watch.may_be_down = True

    # A greeter takes the post with the six digits, which the tablet checks by itself, and works.
    tablet.page.reload()
    clean = int(tablet.tally())
    shift.takes_the_post("lin", wrong_first="204619")
    shift.says_since_when()
    shift.finishes_the_opening_check("lin")
    shift.receives("lin", 2)
    shift.receives("lin", 4)
    shift.sees_off("lin", shift.parties[0])
    shift.receives("lin", 7)
    expect(tablet.page.locator('tally-value[key$="/clean"]')).to_have_text(str(clean - 13))
    tablet.go("stock")
    shift.draws("lin", 20)
    expect(tablet.page.locator('tally-value[key$="/clean"]')).to_have_text(str(clean + 7))
    shift.counts("lin", clean + 5)
    expect(tablet.page.locator('tally-value[key$="/clean"]')).to_have_text(f"≈{clean + 5}")
    tablet.go("handover")
    shift.remarks("lin", "客廳窗簾掉了一個鉤。")
    shift.offers("lin", "he", "還有兩組客人在內。")
    shift.shows_everything_once()
    shift.waits_to_send()

    # The tablet's browser dies and comes back, still without a server.
    until(lambda: profile.has_cookie("tablet"), "the credential is not on the disk", within=60_000)
    profile.kill()
    context = profile.open()
    shift.tablet = tablet = Tablet(context, context.pages[0], server, Watch(may_be_down=True).over(context), taps=tablet.taps)
    tablet.page.set_default_timeout(30_000)
    tablet.go()
    expect(tablet.page.locator("h1 [data-post-call]:visible")).to_have_text("靜怡")
    shift.shows_everything_once()
    shift.waits_to_send()

    # The other greeter takes over.
    shift.takes_over("he", before="lin")
    tablet.go()
    expect(tablet.page.locator("h1 [data-post-call]:visible")).to_have_text("欣怡")
    shift.sees_off("he", shift.parties[1])
    entries = tablet.entries()
    agree(shift.deeds, entries)
    for entry, (before_tap, after_tap) in zip(entries, tablet.taps, strict=True):
        assert before_tap - 2_000 <= entry["happened_at"] <= after_tap + 2_000

    # The server comes back; everything arrives, and once.
    server.start()
    tablet.go("outbox")
    tablet.page.locator("[data-send]").click()
    tablet.sent()
    tablet.watch.may_be_down = False
    rows = tablet.page.locator("outbox-list [data-id]")
    expect(rows).to_have_count(len(shift.deeds))
    expect(tablet.page.locator('outbox-list [data-id][data-state="applied"]')).to_have_count(len(shift.deeds))
    model = Model(before, COVERS, PLACE)
    for deed, entry in zip(shift.deeds, entries, strict=True):
        model.take(deed, entry)
    at = server.now
    expected, line = model.at(at)
    found, digest = server.state(at)
    assert found == expected
    assert digest == line
    shift.shows_everything_once()
    tablet.watch.nothing()
    _the_supervisor_sees(browser, server, expected)


def _the_supervisor_sees(browser: Browser, server: Server, state: dict[str, Any]) -> None:
    """Signs in at the desk and reads the day; the numbers are those of the model."""
    context = browser.new_context(viewport=LANDSCAPE, locale="zh-HK")
    watch, page = Watch().over(context), context.new_page()
    page.goto(f"{server.url}/review")
    page.locator("#account").fill("chen")
    page.locator("#password").fill(demo.PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url("**/review")
    today = [each for each in state["tours"]["parties"] if each["arrived_at"] > server.now - 12 * 3_600_000]
    worn = state["tours"]["covers"][0]
    clean = state["stock"]["figures"][PLACE][COVERS]["clean"]["quantity"] // 1000
    figures = page.locator("main > .figures .figure")
    expect(figures.nth(0).locator(".figure__value")).to_have_text(str(len(today)))
    expect(figures.nth(0)).to_contain_text(f"{sum(each['guests'] for each in today)} 人")
    expect(figures.nth(1).locator(".figure__value")).to_have_text(str(sum(each["covers"] for each in today)))
    expect(figures.nth(1)).to_contain_text(str(clean))
    expect(figures.nth(1)).to_contain_text(str(worn["soiled"] // 1000))
    expect(page.locator("#log").locator("xpath=../..").get_by_text("客廳窗簾掉了一個鉤。")).to_have_count(1)
    expect(page.get_by_text("樣板房班前檢查")).to_have_count(1)
    assert [each.inner_text() for each in page.locator("section:has(#doubts) li").all()] == []
    context.close()
    watch.nothing()
