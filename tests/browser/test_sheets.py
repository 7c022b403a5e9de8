"""A sheet of the duty record as a printer gets it: on A4, in each language, with nothing on it that only a screen has."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.served import AT, Server
from tests.browser.test_day import DOOR, sign_in
from tests.browser.watch import Watch
from webapp import demo
from webapp.base import clock

pytestmark = pytest.mark.browser
DAY = clock.day_of(AT - clock.DAY, demo.ZONE)
MM = 96 / 25.4
"""Pixels of a page in a millimetre of paper."""
SHOWN = """() => [...document.querySelectorAll("a, button, input, select, textarea, nav, form, h1, .notice, .struck")]
  .filter((each) => each.checkVisibility()).map((each) => each.outerHTML.slice(0, 60))"""
SIZES = """() => {
  const box = (name) => document.querySelector(name).getBoundingClientRect();
  const [cell, who, said] = ["", " > :first-child", " > :last-child"].map((part) => box(`.paper__sign${part}`));
  return {code: box(".paper__code").width, ink: said.top - who.bottom, within: said.bottom <= cell.bottom};
}"""


@pytest.fixture(scope="module")
def desk(browser: Browser, shared_server: Server) -> Iterator[Page]:
    """The supervisor's browser, which shows what a printer would get."""
    context = browser.new_context(locale="en-GB")
    watch, page = Watch().over(context), context.new_page()
    page.goto(f"{shared_server.url}/records/{DAY}/{DOOR}/early")
    sign_in(page)
    page.emulate_media(media="print")
    yield page
    context.close()
    watch.nothing()


def pages_of(page: Page) -> int:
    """How many pages a printer is given, each as large as A4."""
    printed = page.pdf(prefer_css_page_size=True)
    sizes = [tuple(round(float(each)) for each in size.split()) for size in re.findall(rb"/MediaBox \[0 0 ([\d. ]+)\]", printed)]
    assert {size for size in sizes if size != (595, 842)} == set()
    return len(sizes)


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
def test_a_sheet_is_printed_without_what_only_a_screen_has(desk: Page, shared_server: Server, language: str):
    desk.goto(f"{shared_server.url}/records/{DAY}/{DOOR}/early?in={language}")
    assert desk.evaluate(SHOWN) == []
    found = desk.evaluate(SIZES)
    assert found["within"]
    assert found["ink"] >= 12 * MM
    assert found["code"] == pytest.approx(17 * MM, abs=1)
    assert pages_of(desk) >= 2


def test_a_month_is_printed_in_one_go_each_record_from_a_page_of_its_own(desk: Page, shared_server: Server):
    desk.goto(f"{shared_server.url}/records/{DAY:%Y-%m}/{DOOR}/print")
    assert desk.evaluate(SHOWN) == []
    assert pages_of(desk) >= 2 * desk.locator("article").count() > 2


def test_a_list_is_printed_without_its_filters_and_says_what_it_is_filtered_by(desk: Page, shared_server: Server):
    desk.goto(f"{shared_server.url}/lists/parties?lang=en&since={DAY}&until={DAY}&rows=all")
    assert (
        desk.locator("main :is(form, button, input, select, .btn)").evaluate_all(
            "(all) => all.filter((each) => each.checkVisibility()).length"
        )
        == 0
    )
    assert desk.locator(".eyebrow").inner_text().startswith(f"From the day: {DAY} · To the day: {DAY}")
    assert desk.locator("thead").is_visible()
    printed = desk.pdf(prefer_css_page_size=True)
    assert {
        tuple(round(float(each)) for each in size.split()) for size in re.findall(rb"/MediaBox \[0 0 ([\d. ]+)\]", printed)
    } == {(842, 595)}
