"""What is born on a tablet has a page at once, and keeps it whatever the server knows."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hands import LANGUAGES, WITHIN, Tablet
from tests.browser.way import Way, html
from webapp.base import ids

pytestmark = pytest.mark.browser


@pytest.fixture
def door(tablet: Callable[..., Tablet]) -> Tablet:
    """A tablet with somebody on post, whose site may go away."""
    made = tablet()
    made.watch.may_be_down = True
    made.take_post("lin")
    made.sent()
    return made


def sheet(page: Page) -> Locator:
    return page.locator("overlay-list > ol > [data-id]")


def shows(page: Page, guests: str, by: str = "林靜怡") -> None:
    """Who received how many, each thing once."""
    expect(sheet(page)).to_have_count(1)
    expect(sheet(page).locator(".signoff__name")).to_have_text(by)
    expect(sheet(page).locator(".figure__value").nth(1)).to_have_text(guests)  # after the time
    expect(page.locator("[data-empty]")).to_be_hidden()


def test_a_party_has_its_page_before_the_server_knows_of_it(door: Tablet):
    door.server.stop()
    door.arrive(4)
    party = door.entries()[-1]["id"]
    door.go("parties")
    door.page.locator(f'[data-id="{party}"] a').click()
    door.page.wait_for_url(f"**/zh-Hant/door/parties/{party}")
    shows(door.page, "4")
    expect(door.page.locator(".rail [aria-current=page]")).to_have_attribute("href", "/zh-Hant/door/parties")
    for language in LANGUAGES:
        door.page.locator(f'.bar a[hreflang="{language}"]').first.evaluate("link => link.click()")
        door.page.wait_for_url(f"**/{language}/door/parties/{party}")
        expect(door.page.locator("html")).to_have_attribute("lang", language)
        shows(door.page, "4")
    door.see_off(party)
    door.page.wait_for_url("**/en/door/")
    expect(door.page.locator(f'[data-id="{party}"] latest-value')).to_have_attribute("value", "seen_off")
    door.go(f"parties/{party}")
    state = sheet(door.page).locator("latest-value")
    expect(state).to_have_attribute("value", "seen_off")
    state.locator('operation-form[operation="tours.stay"] button').click()
    expect(state).to_have_attribute("value", "inside")
    door.page.reload()
    expect(state).to_have_attribute("value", "inside")
    door.see_off(party)
    door.go("parties")
    expect(door.page.locator(f'[data-id="{party}"] latest-value')).to_have_attribute("value", "seen_off")


def test_it_is_the_servers_as_soon_as_that_can_be_reached_and_ours_again_without(door: Tablet):
    """After it was sent, the blank page of the pack says that the server has it; the page is filled all the same."""
    door.server.stop()
    door.arrive(3)
    party = door.entries()[-1]["id"]
    door.go(f"parties/{party}")
    shows(door.page, "3")
    door.server.start()
    door.page.reload()
    door.sent()
    shows(door.page, "3")
    expect(door.page.locator("meta[name=threshold-mark]")).to_have_attribute("content", "1:2", timeout=WITHIN)
    shows(door.page, "3")
    door.server.stop()
    door.page.reload()
    shows(door.page, "3")
    expect(door.page.locator("meta[name=threshold-mark]")).to_have_attribute("content", "0:0")


def test_what_another_tablet_recorded_is_said_to_be_unknown_without_a_server(door: Tablet):
    door.server.stop()
    door.page.goto(f"{door.server.url}/zh-Hant/door/parties/{ids.uuid7()}")
    expect(door.page.locator("[data-empty]")).to_be_visible()
    expect(sheet(door.page)).to_have_count(0)


def test_nobody_elses_answer_stands_in_its_place(way: Way, door: Tablet):
    """A captive portal answers every address, and a machine in front of a stopped site answers 502."""
    with_portal = {"/sync/operations": "request"}
    way.meddling = with_portal
    door.arrive(2)
    party = door.entries()[-1]["id"]
    for answer in (html(200, "Please pay"), html(502, "Bad gateway")):
        way.meddling = {f"/{party}": lambda _answer, answer=answer: answer} | with_portal
        door.go(f"parties/{party}")
        shows(door.page, "2")
    assert [path for path in way.asked if path.endswith(party)]
