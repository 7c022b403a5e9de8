"""From one build to the next and back, with entries that wait, two pages open and somebody at work, killed at any moment.

What is real: two whole copies of the product that differ in a page, the style sheet and the script, served by two real servers on
one database behind one address; a real Chromium with a profile on disk. A worker is killed by the browser's own means (DevTools
stops its thread in the middle of what it does) or dies with the whole browser (SIGKILL).
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, Playwright, expect

from tests.browser.builds import Site, next_build
from tests.browser.conftest import FLAGS, LANDSCAPE, main_process
from tests.browser.hands import LANGUAGES, PACK, WITHIN, Tablet, again, ask, enrolled, until
from tests.browser.served import Server, copied
from tests.browser.test_overlay import shown
from tests.browser.way import Answer, Way

pytestmark = pytest.mark.browser

KILLS = 20
EACH_KILLS_THE_BROWSER = 5
"""Of so many kills one takes the whole browser: it costs a start each time."""
UPDATED = "() => navigator.serviceWorker.getRegistration().then((found) => found?.update()).then(() => true, () => false)"
PACKED = """async (name) => (await caches.has(name)) && (await (await caches.open(name)).keys()).length"""
CACHES = "() => caches.keys()"


@pytest.fixture(scope="module")
def next_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return next_build(tmp_path_factory.mktemp("next"))


@pytest.fixture
def site(template: Path, next_tree: Path, tmp_path: Path) -> Iterator[Site]:
    """Both builds on one database. Each has laid out its assets before the other starts, as where one follows the other."""
    first = copied(template, tmp_path / "site")
    second = Server(first.folder, first.shift, tree=next_tree)
    way = Way(first.port)
    first.front = second.front = way.url
    first.start()
    second.start()
    first.stop()
    first.start()
    yield Site({"this": first, "next": second}, way, {"this": first.build(), "next": second.build()})
    way.end()
    first.stop()
    second.stop()


@dataclass
class Profile:
    """A browser with a store on disk, a tablet in it with two pages open, and what a person did there."""

    playwright: Playwright
    chromium: str
    folder: Path
    site: Site
    context: BrowserContext | None = None
    tablet: Tablet | None = None
    parties: dict[str, int] = field(default_factory=dict)
    session: CDPSession | None = None
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def door(self) -> Tablet:
        assert self.tablet is not None
        return self.tablet

    def open(self) -> None:
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.folder), executable_path=self.chromium, args=FLAGS, viewport=LANDSCAPE, locale="zh-HK"
        )
        page = self.context.pages[0]
        if self.tablet is None:
            self.tablet = enrolled(self.context, self.site.servers["this"])
        else:
            self.tablet.context, self.tablet.page = self.context, page
        self._listen(page)

    def _listen(self, page: Page) -> None:
        self.versions = {}
        assert self.context is not None
        self.session = self.context.new_cdp_session(page)
        self.session.on("ServiceWorker.workerVersionUpdated", self._heard)
        self.session.send("ServiceWorker.enable")

    def _heard(self, event: dict[str, Any]) -> None:
        self.versions.update({each["versionId"]: each for each in event["versions"]})

    def newest(self) -> dict[str, Any]:
        """The youngest worker as the browser tells of it."""
        ask(self.door.page, "1")
        return max(self.versions.values(), key=lambda each: int(each["versionId"]), default={"status": ""})

    def arrive(self, guests: int) -> None:
        again(self.door.go)
        self.door.arrive(guests)
        self.parties[self.door.entries()[-1]["id"]] = guests

    def kill_the_browser(self) -> None:
        os.kill(main_process(self.folder), signal.SIGKILL)
        until(lambda: not _lives(self.door.page), "the browser is still there")
        self.open()

    def kill_the_worker(self) -> None:
        assert self.session is not None
        self.session.send("ServiceWorker.stopWorker", {"versionId": self.newest()["versionId"]})

    def settle(self, name: str) -> None:
        """Use the tablet until the wanted build has taken over."""

        def is_there() -> bool:
            again(self.door.go)
            if self.site.whole(self.door.page) == name:
                return True
            ask(self.door.page, UPDATED)
            return False

        until(is_there, f"{name} never came")
        self.door.page.wait_for_load_state()


def _lives(page: Page) -> bool:
    try:
        page.evaluate("1")
    except Exception:  # noqa: BLE001 - whatever it says, it is gone
        return False
    return True


@pytest.fixture
def profile(playwright: Playwright, chromium: str, site: Site, tmp_path: Path) -> Iterator[Profile]:
    made = Profile(playwright, chromium, tmp_path / "profile", site)
    made.open()
    made.door.watch.may_be_down = True
    made.door.take_post("lin")
    made.door.sent()
    made.door.context.close()  # which writes the tablet's cookie down; a kill soon after its enrolment would take it
    made.open()
    made.door.go()
    yield made
    if made.context is not None:
        made.context.close()


class Gate:
    """Holds one answer on its way until it is opened."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def __call__(self, answer: Answer) -> Answer:
        self.reached.set()
        self.opened.wait(30)
        return answer


@contextmanager
def held(site: Site, end: str) -> Iterator[Gate]:
    """The answer for paths that end like this is held at the gate; whoever waits is let go in the end."""
    gate = Gate()
    site.way.meddling = {end: gate}
    yield gate
    site.way.meddling = {}
    gate.opened.set()


def test_whatever_is_killed_no_build_is_mixed_and_no_entry_lost(profile: Profile, rounds: int, tell: Callable[[str], None]):
    """There and back again, each time with a full queue; one kill while the next worker is installed, one while it takes over."""
    chance, site, names = random.Random(11), profile.site, ["next", "this"]
    second = profile.door.context.new_page()
    counts: Counter[str] = Counter()
    for kill in range(0, KILLS * rounds, 2):
        wanted = names[kill // 2 % 2]
        with site.away():
            for _party in range(chance.randint(1, 3)):
                profile.arrive(chance.randint(1, 5))
        site.serve(wanted)
        whole_browser = [(kill + of) % EACH_KILLS_THE_BROWSER == 0 for of in (0, 1)]
        counts[_killed_while_installed(profile, wanted, whole_browser[0])] += 1
        second = _still_whole(profile, second, chance)
        counts[_killed_while_taking_over(profile, wanted, whole_browser[1], chance)] += 1
        second = _still_whole(profile, second, chance)
        profile.settle(wanted)
        _nothing_lost(profile)
    assert sum(counts.values()) == KILLS * rounds
    profile.door.sent()
    _each_once_at_the_server(profile)
    tell(f"{sum(counts.values())} kills, {dict(sorted(counts.items()))}, {len(profile.parties)} parties")


def _killed_while_installed(profile: Profile, wanted: str, whole_browser: bool) -> str:
    """Half of the assets are here, half are on their way."""
    path = f"/static/{profile.site.builds[wanted]}/css/all.css"
    with held(profile.site, path) as gate:
        again(profile.door.go)
        profile.door.page.evaluate("() => { navigator.serviceWorker.getRegistration().then((found) => found.update()); }")
        until(gate.reached.is_set, "it was not installed")
        until(lambda: profile.newest()["status"] == "installing", "it is not being installed")
        return _kill(profile, whole_browser, "installing")


def _killed_while_taking_over(profile: Profile, wanted: str, whole_browser: bool, chance: random.Random) -> str:
    """It has its pack but for one page; then that one comes, and a moment later everything ends."""
    ask(profile.door.page, UPDATED)
    until(lambda: profile.newest()["status"] == "installed" or _has_taken_over(profile, wanted), "it was not installed")
    with held(profile.site, "/en/door/stock") as gate:
        until(lambda: again(profile.door.go) and (gate.reached.wait(1) or _has_taken_over(profile, wanted)), "nothing was packed")
    if chance.random() < 0.5:
        profile.door.page.wait_for_timeout(chance.randint(0, 250))  # any moment is as good: that is the test
    else:
        _catch(profile)
    return _kill(profile, whole_browser, str(profile.newest()["status"]))


def _catch(profile: Profile) -> None:
    """Wait for the very moment at which it stops waiting, without a pause between two looks."""
    last = time.monotonic() + WITHIN / 1000
    while profile.newest()["status"] == "installed" and time.monotonic() < last:
        continue


def _has_taken_over(profile: Profile, wanted: str) -> bool:
    return bool(profile.site.whole(profile.door.page) == wanted)


def _kill(profile: Profile, whole_browser: bool, status: str) -> str:
    if whole_browser:
        profile.kill_the_browser()
        return f"browser while {status}"
    profile.kill_the_worker()
    return f"worker while {status}"


def _still_whole(profile: Profile, second: Page, chance: random.Random) -> Page:
    """Both pages open without a network, each of one build, with every party once."""
    if second.is_closed():
        second = profile.door.context.new_page()
    with profile.site.away():
        mine, other = chance.choice(LANGUAGES), chance.choice(LANGUAGES)
        again(lambda: profile.door.go("parties", mine))
        again(lambda: second.goto(f"{profile.site.way.url}/{other}/door/parties"))
        for page in (profile.door.page, second):
            profile.site.whole(page)
            until(lambda page=page: set(profile.parties) <= set(shown(page)), "a party is missing")
            assert len(shown(page)) == len(set(shown(page)))
    return second


def _nothing_lost(profile: Profile) -> None:
    kept = {entry["id"]: entry for entry in profile.door.entries()}
    assert profile.parties.keys() <= kept.keys()


def _each_once_at_the_server(profile: Profile) -> None:
    server = profile.door.server
    state, _line = server.state(server.now)
    ours = [(each["id"], each["guests"]) for each in state["tours"]["parties"] if each["id"] in profile.parties]
    assert sorted(ours) == sorted(profile.parties.items())


def test_nobody_at_work_is_disturbed_and_then_all_pages_change(profile: Profile):
    """A remark half typed in one page, a party inside in the other: the next build waits, and what was typed is kept."""
    door, site = profile.door, profile.site
    door.arrive(4)
    party = door.entries()[-1]["id"]
    profile.parties[party] = 4
    door.go("handover")
    form = door.page.locator('operation-form[operation="duty.remark"]').last
    form.locator("[name=text]").fill("落地燈不亮")
    site.serve("next")
    second = door.context.new_page()
    pages = f"threshold-pages-{site.builds['next']}"
    wanted = len(LANGUAGES) * len(PACK)
    second.goto(f"{site.way.url}/en/door/")
    ask(second, UPDATED)
    until(lambda: again(second.reload) and ask(second, PACKED, pages) == wanted, "the next pack is not whole", 90_000)
    again(second.reload)  # and it asks once more whether everybody is idle
    until(lambda: [each for each in profile.versions.values() if each["status"] == "installed"], "nobody waits")
    assert site.whole(door.page) == site.whole(second) == "this"
    expect(form.locator("[name=text]")).to_have_value("落地燈不亮")
    door.submit("duty.remark", category="repair", text="落地燈不亮")
    door.sent()
    until(lambda: again(second.reload) and site.whole(second) == "next", "it never took over")
    until(lambda: site.whole(door.page) == "next", "the first page was left behind")
    _still_finds_what_it_is_drawn_with(site, second)
    door.go()
    door.see_off(party)
    door.sent()
    _each_once_at_the_server(profile)
    site.serve("this")
    profile.settle("this")
    door.go("parties")
    expect(door.page.locator(f'[data-id="{party}"] latest-value')).to_have_attribute("value", "seen_off")


def _still_finds_what_it_is_drawn_with(site: Site, page: Page) -> None:
    """A page of the build before may have left the worker just before the next one took over, and the network with it."""
    pages = [name for name in ask(page, CACHES) if name.startswith("threshold-pages-")]
    assert pages == [f"threshold-pages-{site.builds['next']}"]
    with site.away():
        script = f"/static/{site.builds['this']}/js/main.js"
        assert ask(page, "(url) => fetch(url).then(({ status }) => status, () => 0)", script) == 200
