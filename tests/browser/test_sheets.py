"""A sheet of the duty record as a printer gets it: on A4, in each language, with nothing on it that only a screen has."""

import re
from collections.abc import Iterator
from unicodedata import normalize

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.printed import Printed
from tests.browser.served import AT, Server
from tests.browser.test_day import DOOR, sign_in
from tests.browser.watch import Watch
from webapp import demo
from webapp.base import clock

pytestmark = pytest.mark.browser
BAR = demo.named("post", "bar")
DAY = clock.day_of(AT - clock.DAY, demo.ZONE)
LANGUAGES = ("zh-Hant", "zh-Hans", "en")
MM = 96 / 25.4
"""Pixels of a page in a millimetre of paper."""
WIDE = round((210 - 25 - 11) * MM)
"""A page between its margins."""
SHOWN = """() => [...document.querySelectorAll("a, button, input, select, textarea, nav, form, h1, .notice, .struck")]
  .filter((each) => each.checkVisibility()).map((each) => each.outerHTML.slice(0, 60))"""
SIZES = """() => {
  const box = (name) => document.querySelector(name).getBoundingClientRect();
  const [cell, who, said] = ["", " > :first-child", " > :last-child"].map((part) => box(`.paper__sign${part}`));
  const within = said.bottom <= cell.bottom && cell.left >= box(".paper__about").left;
  return {code: box(".paper__code").width, ink: said.top - who.bottom, within};
}"""
CUT = """() => [...document.querySelectorAll(".paper :is(th, td, dd, .paper__sign, .paper__head > *, .paper__foot > *)")]
  .filter((each) => {
    const said = document.createRange();
    said.selectNodeContents(each);
    const [text, cell] = [said.getBoundingClientRect(), each.getBoundingClientRect()];
    return text.right > Math.min(cell.right, innerWidth) + 0.5;
  }).map((each) => each.textContent)"""
BROKEN = """() => [...document.querySelectorAll(".paper :is(th, td, dt)")].flatMap((each) => {
  const broken = [], walk = document.createTreeWalker(each, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode()); ) for (const {0: word, index} of node.data.matchAll(/[A-Za-z]{2,}/g)) {
    const said = document.createRange();
    said.setStart(node, index);
    said.setEnd(node, index + word.length);
    if (said.getClientRects().length > 1) broken.push(word);
  }
  return broken;
})"""
"""Words that go on in the next line."""


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


def printed(page: Page) -> list[str]:
    """What stands on each page that a printer is given, all as large as A4."""
    found = Printed(page.pdf(prefer_css_page_size=True))
    assert set(found.sizes) == {(595, 842)}
    return [re.sub(r"\s+", " ", normalize("NFKC", text).replace("\N{CJK RADICAL C-SIMPLIFIED LEAF}", "页")) for text in found.texts]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sheet_is_printed_without_what_only_a_screen_has(desk: Page, shared_server: Server, language: str):
    desk.goto(f"{shared_server.url}/records/{DAY}/{DOOR}/early?in={language}")
    assert desk.evaluate(SHOWN) == []
    found = desk.evaluate(SIZES)
    assert found["within"]
    assert found["ink"] >= 12 * MM
    assert found["code"] == pytest.approx(17 * MM, abs=1)


@pytest.mark.clause("P2-5.1")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("path", "pages"),
    [
        (f"{DAY}/{DOOR}/early", 2), (f"{DAY}/{DOOR}/middle", 2), (f"{DAY}/{BAR}/early", 1), (f"{DAY}/{BAR}/middle", 1),
        (f"blank/{DOOR}", 3), (f"blank/{BAR}", 2),
    ],
    ids=["early", "middle", "bar early", "bar middle", "blank", "blank bar"],
)  # fmt: skip
def test_a_shift_is_one_page_and_its_parties_a_continuation_sheet(
    desk: Page, shared_server: Server, path: str, pages: int, language: str
):
    desk.set_viewport_size({"width": WIDE, "height": 1000})
    desk.goto(f"{shared_server.url}/records/{path}?in={language}")
    assert desk.evaluate(CUT) == []
    assert desk.evaluate(BROKEN) == []
    found = printed(desk)
    words = "Page {} of {}" if language == "en" else "第 {} 頁 共 {} 頁" if language == "zh-Hant" else "第 {} 页 共 {} 页"
    assert [words.format(n, pages) in text for n, text in enumerate(found, 1)] == [True] * pages
    begins = [text.removeprefix(words.format(n, pages)).split()[0] for n, text in enumerate(found, 1)]
    assert len(set(begins)) == 1, "a page begins with its own head, not with what hangs over from the foot before it"
    signs = {"zh-Hant": "交班人", "zh-Hans": "交班人", "en": "Outgoing"}[language]
    is_last = pages - (DOOR in path)
    assert [n for n, text in enumerate(found, 1) if signs in text] == [is_last], "who signs sees the end of what he signs"


def test_a_month_is_printed_in_one_go_each_record_with_pages_of_its_own(desk: Page, shared_server: Server):
    desk.goto(f"{shared_server.url}/records/{DAY:%Y-%m}/{DOOR}/print?in=en")
    assert desk.evaluate(SHOWN) == []
    numbers = [
        each.removeprefix("Duty record form ")
        for each in desk.locator("article").evaluate_all("(all) => all.map((each) => each.ariaLabel)")
    ]
    assert len(numbers) > 10
    pages: dict[str, list[int]] = {}
    for text in printed(desk):
        [number], [page] = re.findall(r"[A-Z]+-door-\d{8}-[a-z]+", text), re.findall(r"^Page (\d+) ", text)
        pages.setdefault(number, []).append(int(page))
    assert list(pages) == numbers
    assert {number: found for number, found in pages.items() if found != list(range(1, len(found) + 1))} == {}


def test_a_list_is_printed_without_its_filters_and_says_what_it_is_filtered_by(desk: Page, shared_server: Server):
    desk.set_viewport_size({"width": 1180, "height": 820})
    desk.goto(f"{shared_server.url}/lists/parties?lang=en&since={DAY}&until={DAY}&rows=all")
    assert (
        desk.locator("main :is(form, button, input, select, .btn)").evaluate_all(
            "(all) => all.filter((each) => each.checkVisibility()).length"
        )
        == 0
    )
    assert desk.locator(".eyebrow").inner_text().startswith(f"From the day: {DAY} · To the day: {DAY}")
    assert desk.locator("thead").is_visible()
    assert set(Printed(desk.pdf(prefer_css_page_size=True)).sizes) == {(842, 595)}
