"""Every page for everybody's eyes, ears and hands: on three screens, in two languages, in two lights."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.addresses import EVERY, EXAMPLES, NO_PAGES, Example, routes
from tests.browser.hands import Tablet, ask_for_the_post
from tests.browser.looks import (
    LANDSCAPE,
    LIGHTS,
    NARROW,
    OVERFLOW,
    PHONE,
    PORTRAIT,
    SCREENS,
    SMALL,
    Gallery,
    every_barrier,
    keep_picture,
    lit,
    opened,
    sized,
)  # fmt: skip
from tests.browser.served import Server

pytestmark = pytest.mark.browser

PALE = """(css) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
}"""


@pytest.fixture(scope="module")
def gallery(browser: Browser, shared_server: Server, looking: Tablet) -> Iterator[Gallery]:
    """A tablet with a few entries of its own, a desk and a browser that is nobody's."""
    looking.take_post("lin")
    looking.arrive(3)
    looking.sent()
    made, contexts = opened(browser, shared_server, looking)
    yield made
    for context in contexts:
        context.close()


def told(found: Mapping[object, Sequence[str]]) -> str:
    """What is wrong, line by line."""
    return "\n".join(f"{look}: {each}" for look, every in found.items() for each in every)


def test_every_route_is_an_example_or_no_page(tmp_path: Path):
    assert routes(tmp_path) - set(NO_PAGES) == set(EXAMPLES)


@pytest.mark.parametrize("language", ["zh-Hant", "en"])
@pytest.mark.parametrize("example", EVERY, ids=str)
def test_a_page_has_no_barrier_and_fits_the_screen(gallery: Gallery, axe: str, example: Example, language: str):
    page = gallery.show(example, language)
    found = every_barrier(page, axe)
    lit(page, "day")
    for size in (LANDSCAPE, PORTRAIT, PHONE, NARROW):
        sized(page, size)
        if wrong := [*page.evaluate(OVERFLOW), *page.evaluate(SMALL)]:
            found[str(size)] = wrong
        for name in (name for name, screen in SCREENS.items() if screen == size):
            keep_picture(page, f"{example}-{name}-{language}")
    assert not found, told(found)
    gallery.watch.nothing()


def test_what_cannot_be_read_in_one_light_alone_is_found_in_that_light(gallery: Gallery, axe: str):
    """So that a page without a barrier was really looked at, in the evening too."""
    for light in LIGHTS:
        page = gallery.show(EVERY[0], "en")
        page.evaluate(PALE, f':root[data-theme="{light}"] main * {{ color: #808080 !important; background: #7a7a7a !important; }}')
        found = every_barrier(page, axe)
        assert {look.rpartition(", ")[2] for look in found} == {light}, found
        assert all(each.startswith("color-contrast") for every in found.values() for each in every), found


def test_the_dialog_for_the_code_has_no_barrier(gallery: Gallery, axe: str):
    page = gallery.show(EVERY[0], "zh-Hant")
    dialog = ask_for_the_post(page)
    dialog.wait_for()
    found = every_barrier(page, axe)
    sized(page, NARROW)
    assert (found, page.evaluate(OVERFLOW), page.evaluate(SMALL)) == ({}, [], [])
    dialog.locator("[data-cancel]").click()


def test_a_covered_page_has_no_barrier(gallery: Gallery, axe: str):
    page = gallery.show(EVERY[0], "en")
    page.evaluate("() => { localStorage.locked = 1; document.documentElement.toggleAttribute('data-locked', true); }")
    page.locator(".cover").wait_for()
    found = every_barrier(page, axe)
    sized(page, NARROW)
    assert (found, page.evaluate(OVERFLOW), page.evaluate(SMALL)) == ({}, [], [])
