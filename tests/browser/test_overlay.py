"""Whatever gets lost on the way: each party stands on the page exactly once, and the covers are counted once."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hands import LANGUAGES, Tablet, until
from tests.browser.way import Way
from webapp import demo

pytestmark = pytest.mark.browser

PLACE, COVERS = demo.named("place", "flat-a"), demo.named("item", "cover.cloth")
ROUNDS = 8
SENT = "/sync/operations"


@dataclass
class Door:
    """What a person did at one tablet, and whether its pages say so."""

    tablet: Tablet
    way: Way
    before: list[str]
    clean: int
    parties: dict[str, int] = field(default_factory=dict)

    def agrees(self, page: Page) -> None:
        """Each party exactly once, and the covers of each taken once from the figure."""
        expected = [*reversed(self.parties), *self.before]
        until(lambda: sorted(shown(page)) == sorted(expected), f"shown {shown(page)}, expected {expected}")
        assert shown(page)[: len(self.parties)] == expected[: len(self.parties)]

    def has_its_page(self, party: str, language: str) -> None:
        """One party, whoever drew the page: the server, or the tablet from a blank one."""
        page = self.tablet.go(f"parties/{party}", language)
        expect(page.locator("overlay-list > ol > [data-id]")).to_have_count(1)
        expect(page.locator(".figure__value").nth(1)).to_have_text(str(self.parties[party]))

    def counts(self, page: Page) -> None:
        left = str(self.clean - sum(self.parties.values()))
        expect(page.locator('tally-value[key$="/clean"]').first).to_have_text(left)


def shown(page: Page) -> list[str]:
    rows = page.locator('overlay-list[key="parties"] > ol > [data-id]')
    return list(rows.evaluate_all("rows => rows.map((row) => row.dataset.id)"))


@pytest.fixture
def door(way: Way, tablet: Callable[..., Tablet]) -> Door:
    made = tablet()
    made.watch.may_be_down = True
    made.take_post("lin")
    made.go("parties")
    before = shown(made.page)
    made.go()
    return Door(made, way, before, int(made.tally()))


@contextmanager
def _losing(way: Way, what: str) -> Iterator[None]:
    """The server takes what is sent and its answers get lost, or the requests do."""
    way.meddling = {"": {}, "request": {SENT: "request"}, "answer": {SENT: lambda _answer: None}}[what]
    yield
    way.meddling = {}


def test_each_party_is_shown_once_whatever_gets_lost(door: Door, rounds: int):
    chance, tablet = random.Random(7), door.tablet
    second = tablet.context.new_page()
    second.goto(f"{tablet.server.url}/zh-Hans/door/parties")
    for _round in range(ROUNDS * rounds):
        with _losing(door.way, chance.choice(["", "", "answer", "answer", "request"])):
            did = chance.choice(["arrive", "arrive", "arrive", "reload", "language", "second", "outbox", "born"])
            if did == "arrive":
                tablet.go()
                guests = chance.randint(1, 7)
                tablet.arrive(guests)
                door.parties[tablet.entries()[-1]["id"]] = guests
            elif did == "reload":
                tablet.page.reload()
            elif did == "language":
                tablet.go("parties", chance.choice(LANGUAGES))
            elif did == "born" and door.parties:
                door.has_its_page(chance.choice(sorted(door.parties)), chance.choice(LANGUAGES))
            elif did == "second":
                second.goto(f"{tablet.server.url}/{chance.choice(LANGUAGES)}/door/parties")
            else:
                tablet.go("outbox")
                tablet.page.locator("[data-send]").click()
        door.agrees(second)
        tablet.go("parties")
        door.agrees(tablet.page)
        tablet.go()
        door.counts(tablet.page)
    assert door.way.asked
    tablet.go("outbox")
    tablet.page.locator("[data-send]").click()
    tablet.sent()
    for party in [*door.parties][-3:]:
        door.has_its_page(party, chance.choice(LANGUAGES))
    tablet.go("parties")
    door.agrees(tablet.page)
    door.agrees(second)
    tablet.go()
    door.counts(tablet.page)
    _at_the_server_once(door)


def _at_the_server_once(door: Door) -> None:
    state, _line = door.tablet.server.state(door.tablet.server.now)
    ours = {each["id"]: each["guests"] for each in state["tours"]["parties"] if each["id"] in door.parties}
    assert ours == door.parties
    assert state["stock"]["figures"][PLACE][COVERS]["clean"]["quantity"] == 1000 * (door.clean - sum(door.parties.values()))


def test_an_answer_lost_for_good_is_settled_by_sending_again(door: Door):
    """The server has it, the tablet does not know: still there once, on the tablet and at the server."""
    tablet = door.tablet
    with _losing(door.way, "answer"):
        tablet.arrive(4)
        door.parties[tablet.entries()[-1]["id"]] = 4
        until(lambda: door.way.asked, "no answer was lost")
        expect(tablet.chip()).to_have_attribute("data-state", "offline")
    tablet.page.reload()
    tablet.sent()
    tablet.go("parties")
    door.agrees(tablet.page)
    _at_the_server_once(door)


def test_two_tabs_of_one_tablet_show_the_same(door: Door):
    """A party recorded in one tab stands in the other without a reload, and is not sent by both."""
    tablet = door.tablet
    second = tablet.context.new_page()
    second.goto(f"{tablet.server.url}/en/door/parties")
    tablet.arrive(3)
    door.parties[tablet.entries()[-1]["id"]] = 3
    door.agrees(second)
    second.locator(f'[data-id="{next(iter(door.parties))}"] operation-form[operation="tours.see_off"] button').click()
    row = tablet.page.locator(f'[data-id="{next(iter(door.parties))}"] latest-value')
    expect(row).to_have_attribute("value", "seen_off")
    tablet.sent()
    _at_the_server_once(door)


@pytest.mark.clause("P2-4.4.3b")
def test_what_is_worn_and_what_is_soiled_follow_the_guests_without_a_network(tablet: Callable[..., Tablet]):
    here = tablet()
    here.take_post("lin")
    here.server.stop()
    here.watch.may_be_down = True
    here.go("stock")
    worn, soiled = (int(figure(here, state).inner_text()) for state in ("in_use", "soiled"))
    here.go()
    here.arrive(3)
    party = here.entries()[-1]["id"]
    shows(here, worn + 3, soiled)
    here.go("parties")
    here.see_off(party)
    shows(here, worn, soiled + 3)
    here.go("parties")
    here.page.locator(f'[data-id="{party}"] operation-form[operation="tours.stay"] button').click()
    until(lambda: here.entries()[-1]["operation"] == "tours.stay", "nothing was saved")
    shows(here, worn + 3, soiled)
    # The prompter of a party that no server knows: its page was made from a blank one.
    here.go(f"parties/tour/{party}")
    expect(here.page.locator("[form=see-off][name=covers]")).to_have_value("3")
    # Once it is saved the page leads on by itself, and must not be left while it does.
    with here.page.expect_navigation():
        here.page.locator("#see-off").evaluate("form => form.requestSubmit()")
    assert here.entries()[-1]["operation"] == "tours.see_off"
    shows(here, worn, soiled + 3)
    # The server, which works them out by itself, comes to the same.
    here.server.start()
    here.sent()
    (covers,) = here.server.state(here.server.now)[0]["tours"]["covers"][:1]
    assert (covers["in_use"], covers["soiled"]) == (1000 * worn, 1000 * (soiled + 3))


@pytest.mark.clause("P2-4.4.2c")
def test_covers_that_run_low_without_a_network_say_so_and_one_tap_draws_them(tablet: Callable[..., Tablet]):
    here = tablet()
    here.take_post("lin")
    here.server.stop()
    here.watch.may_be_down = True
    here.go()
    low, gauge = here.page.locator(".lows__note"), here.page.locator(".lows .meter__bar")
    before, clean, least = (
        gauge.get_attribute("width"),
        int(here.tally()),
        int(figure(here, "clean").get_attribute("data-least") or ""),
    )
    expect(low).to_be_hidden()
    here.arrive(clean - least)
    expect(low).to_be_hidden()  # at the minimum is enough
    here.arrive(1)
    expect(low).to_be_visible()
    assert gauge.get_attribute("width") != before
    tap = low.get_by_role("button")
    drawn = int("".join(each for each in tap.inner_text() if each.isdigit()))
    tap.click()
    expect(figure(here, "clean")).to_have_text(str(least - 1 + drawn))
    expect(low).to_be_hidden()
    assert here.entries()[-1]["operation"] == "stock.draw"
    row = here.page.locator(f'[data-id="{here.entries()[-1]["id"]}"]')
    row.get_by_role("button").click()  # beside it, and not only among the supplies
    expect(figure(here, "clean")).to_have_text(str(least - 1))
    expect(row.locator('[data-step="undone"]')).to_be_visible()
    here.go()
    tap.click()
    expect(figure(here, "clean")).to_have_text(str(least - 1 + drawn))
    # The page of the supplies says the same of the same entries, and what cannot be is told to be counted.
    here.go("stock")
    expect(here.page.locator(".lows__note").first).to_be_hidden()
    below = here.page.locator(".lows__below").first
    expect(below).to_be_hidden()
    here.submit("stock.collect", quantity="500")
    expect(below).to_be_visible()
    here.go()
    here.arrive(drawn)
    here.go("stock")
    expect(here.page.locator(".lows__note").first).to_be_visible()
    here.server.start()
    here.sent()


def figure(here: Tablet, state: str) -> Locator:
    return here.page.locator(f'tally-value[key="stock/{PLACE}/{COVERS}/{state}"]')


def shows(here: Tablet, worn: int, soiled: int) -> None:
    here.go("stock")
    expect(figure(here, "in_use")).to_have_text(str(worn))
    expect(figure(here, "soiled")).to_have_text(str(soiled))
