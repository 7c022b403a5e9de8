"""What the service worker keeps, and what it must never keep."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.conftest import LANDSCAPE
from tests.browser.hands import LANGUAGES, PACK, PAGES, Tablet, typed, until
from tests.browser.served import Server
from tests.browser.watch import Watch
from tests.browser.way import Meddles, Way, html

pytestmark = pytest.mark.browser

WORKER = """() => navigator.serviceWorker.getRegistration()
  .then((found) => found?.active ? "active" : found?.installing ? "installing" : "")"""
CACHED = """async () => {
  const found = [];
  for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) {
    const response = await (await caches.open(name)).match(request);
    const { status, type, redirected, headers } = response;
    const build = headers.get("X-Threshold-Build");
    found.push({ cache: name, path: new URL(request.url).pathname, status, type, redirected, build });
  }
  return found;
}"""


@pytest.fixture
def fresh(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """A browser that was never here, with the cookie of a tablet."""
    context = browser.new_context(viewport=LANDSCAPE, locale="zh-HK")
    yield context
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_pack_opens_without_a_server(tablet: Callable[..., Tablet], language: str):
    carried = tablet()
    carried.server.stop()
    carried.watch.may_be_down = True
    for path in PAGES:
        carried.go(path, language)
        expect(carried.page.locator("html")).to_have_attribute("lang", language)
        expect(carried.page.locator(f'a[href$="/door/{path}"]').first).to_be_attached()
        assert not carried.page.locator("main").get_by_text("…", exact=True).count()
        carried.page.evaluate("() => customElements.whenDefined('tally-value').then(() => true)")
        assert carried.page.evaluate("() => getComputedStyle(document.body).margin") == "0px"
    assert [each for each in carried.watch.found if "net::ERR" not in each] == []


def test_a_page_that_is_not_carried_says_so_without_a_server(tablet: Callable[..., Tablet]):
    carried = tablet()
    carried.server.stop()
    carried.watch.may_be_down = True
    carried.page.goto(f"{carried.server.url}/en/bar/")
    expect(carried.page.locator("h1")).to_be_visible()
    expect(carried.page.locator('main a[href="/"]')).to_be_visible()


def test_the_bare_address_leads_home_without_a_server(tablet: Callable[..., Tablet]):
    carried = tablet()
    carried.server.stop()
    carried.watch.may_be_down = True
    carried.page.goto(f"{carried.server.url}/")
    expect(carried.page).to_have_url(re.compile(r"/door/$"))


def test_it_is_not_installed_while_one_asset_fails(fresh: BrowserContext, server: Server, way: Way):
    """All or nothing: half a worker would open half a page, some day without a network."""
    way.meddling = {"/offline/zh-Hans": lambda _answer: html(503, "busy")}
    _enrol(fresh, server)
    page = fresh.pages[0]
    until(lambda: way.asked, "the worker asked for nothing")
    until(lambda: page.evaluate(WORKER) == "", "it was installed all the same")
    assert page.evaluate("() => navigator.serviceWorker.controller") is None
    way.meddling = {}
    page.reload()
    until(lambda: page.evaluate(WORKER) == "active", "it was not installed when all was well")


def _enrol(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    typed(page, server)
    expect(page.locator("[data-done]")).to_be_visible()
    page.goto(f"{server.url}/zh-Hant/door/")


WRONG: dict[str, Meddles] = {
    "redirected": lambda _answer: html(302, "elsewhere", Location="/enrol"),
    "broken": lambda _answer: html(500, "fault"),
    "captive_portal": lambda _answer: html(200, "Please pay"),
    "another_build": lambda answer: answer.but("X-Threshold-Build", "000000000000"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_it_never_keeps_a_page_that_is_not_ours(fresh: BrowserContext, server: Server, way: Way, wrong: str):
    watch = Watch(may_be_down=True).over(fresh)
    way.meddling = {"/door/stock": WRONG[wrong]}
    _enrol(fresh, server)
    page = fresh.pages[0]
    until(lambda: len(_pages(page.evaluate(CACHED))) == len(PACK) - 1, "the other pages were not carried", 90_000)
    page.goto(f"{server.url}/zh-Hant/door/stock")
    page.goto(f"{server.url}/zh-Hant/door/")
    assert len(way.asked) >= 2
    found = page.evaluate(CACHED)
    assert not [each for each in _pages(found) if each["path"].endswith("/stock")]
    assert not [each for each in found if each["status"] != 200 or each["redirected"] or each["type"] != "basic"]
    build = page.locator("html").get_attribute("data-build")
    assert {each["build"] for each in _pages(found)} == {build}
    watch.nothing()


def _pages(found: list[dict[str, str]]) -> list[dict[str, str]]:
    return [each for each in found if each["cache"].startswith("threshold-pages-")]


def test_it_keeps_no_word_between_tablet_and_server(tablet: Callable[..., Tablet]):
    """No sign-in, no desk, no receipts, no names: only pages of the station and what they are drawn with."""
    carried = tablet()
    carried.take_post("lin")
    carried.sent()
    carried.page.goto(f"{carried.server.url}/sign-in")
    paths = [each["path"] for each in carried.page.evaluate(CACHED)]
    assert not [path for path in paths if not path.startswith(("/static/", "/offline/", *(f"/{each}/door/" for each in LANGUAGES)))]
