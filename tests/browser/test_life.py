"""A tablet's life in a real browser: approved at the desk, enrolled again over its store, exported and imported, retired."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import LANDSCAPE as SCREEN
from tests.browser.hands import WITHIN, Tablet, typed
from tests.browser.looks import LANDSCAPE, OVERFLOW, PHONE, PORTRAIT, SCREENS, found_by_axe, keep_picture, sized
from tests.browser.served import Server
from tests.browser.watch import Watch
from webapp import demo

pytestmark = pytest.mark.browser


def signed_in(browser: Browser, server: Server) -> Page:
    """The supervisor at the desk."""
    page = browser.new_context(viewport=SCREEN, locale="zh-HK").new_page()
    page.goto(f"{server.url}/sign-in")
    page.locator("[name=account]").fill("chen")
    page.locator("[name=password]").fill(demo.PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url("**/review")
    return page


def sent_by(server: Server, entry_ids: set[str]) -> list[str]:
    return [each["id"] for each in server.state(server.now)[0]["tours"]["parties"] if each["id"] in entry_ids]


def test_a_claim_waits_for_the_desk_and_goes_on_by_itself(browser: Browser, server: Server, axe: str):
    context = browser.new_context(viewport=SCREEN, locale="zh-HK")
    watch, page = Watch().over(context), context.new_page()
    page.goto(f"{server.url}/enrol")
    page.locator("#code").fill(server.code())
    page.locator("main form button").click()
    page.wait_for_url("**/enrol/claim")
    desk = signed_in(browser, server)
    desk.goto(f"{server.url}/tablets")
    number = desk.locator('form[action^="/tablets/claims/"] .figure__value').inner_text()
    assert page.locator(".figure__value").inner_text() == number
    for size in (LANDSCAPE, PORTRAIT, PHONE):
        for shown, name in ((page, "claim"), (desk, "tablets-claim")):
            sized(shown, size)
            assert found_by_axe(shown, axe) == []
            keep_picture(shown, f"{name}-{size[0]}-zh-Hant")
    desk.locator('form[action^="/tablets/claims/"] button[value=yes]').click()
    expect(page.locator("[data-done]")).to_be_visible(timeout=WITHIN)
    context.close()
    watch.nothing()


def test_a_refused_claim_says_so(browser: Browser, server: Server):
    page = browser.new_context(locale="zh-HK").new_page()
    page.goto(f"{server.url}/enrol")
    page.locator("#code").fill(server.code())
    page.locator("main form button").click()
    page.wait_for_url("**/enrol/claim")
    server.approve(approved=False)
    expect(page.locator('.notice[data-tone="over"]')).to_be_visible(timeout=WITHIN)
    assert page.locator("enrol-form").count() == 0


def test_over_its_store_a_tablet_goes_on_where_it_was(tablet: Callable[..., Tablet]):
    one = tablet()
    one.take_post("lin")
    one.arrive(2)
    one.sent()
    before = one.kept()["head"]
    one.watch.may_be_down = True  # it is nobody's tablet for a while
    one.context.clear_cookies()
    one.arrive(3)
    typed(one.page, one.server)
    expect(one.page.locator("[data-done]")).to_be_visible(timeout=WITHIN)
    after = one.kept()["head"]
    assert (after["tablet"], after["epoch"], after["seq"]) == (before["tablet"], before["epoch"], before["seq"] + 1)
    one.go()
    one.sent()
    mine = {each["id"] for each in one.entries()}
    assert sorted(sent_by(one.server, mine)) == sorted(parties(one))


def parties(one: Tablet) -> list[str]:
    return [each["id"] for each in one.entries() if each["operation"] == "tours.arrive"]


def exported(one: Tablet, folder: Path) -> Path:
    one.go("outbox")
    with one.page.expect_download() as begun:
        one.page.locator("[data-export]").click()
    path = folder / begun.value.suggested_filename
    begun.value.save_as(path)
    return path


def imported(desk: Page, server: Server, file: Path) -> Page:
    desk.goto(f"{server.url}/tablets/import")
    desk.locator("#file").set_input_files(file)
    desk.locator("main form button").click()
    return desk


def test_what_was_exported_without_a_network_is_imported_once(
    browser: Browser, tablet: Callable[..., Tablet], tmp_path: Path, axe: str
):
    """And the tablet, when it comes back, hears `duplicate` for all of it."""
    one = tablet()
    one.take_post("lin")
    one.arrive(2)
    one.sent()
    one.server.stop()
    one.watch.may_be_down = True
    one.arrive(3)
    one.arrive(4)
    file = exported(one, tmp_path)
    assert re.fullmatch(r"threshold-\d+\.parcel", file.name)
    assert b"tours.arrive" not in file.read_bytes()
    one.context.set_offline(True)
    one.server.start()
    desk = signed_in(browser, one.server)
    changed = bytearray(file.read_bytes())
    changed[-1] ^= 1
    (tmp_path / "changed.parcel").write_bytes(changed)
    imported(desk, one.server, tmp_path / "changed.parcel")
    expect(desk.locator("#file-error")).to_be_visible()
    assert found_by_axe(desk, axe) == []
    for _twice in range(2):
        expect(imported(desk, one.server, file).locator('.notice[data-tone="ok"]')).to_be_visible()
    keep_picture(desk, "import-landscape-zh-Hant")
    mine = {each["id"] for each in one.entries()}
    assert sorted(sent_by(one.server, mine)) == sorted(parties(one))
    one.context.set_offline(False)
    one.go()
    one.sent()
    assert sorted(sent_by(one.server, mine)) == sorted(parties(one))
    assert [each.get("flags") for each in one.entries()] == [None] * 4
    assert found_by_axe(one.go("outbox"), axe) == []


LEFT = """async () => ({
  caches: await caches.keys(), worker: (await navigator.serviceWorker.getRegistrations()).length, cookie: document.cookie,
})"""


@pytest.mark.parametrize("lost", [False, True], ids=["answered", "the answer is lost first"])
def test_a_tablet_that_is_to_retire_sends_first_and_then_forgets(browser: Browser, tablet: Callable[..., Tablet], lost: bool):
    """It says why it waits; then store, pages and worker are gone and the browser shows what it is now."""
    one = tablet()
    one.take_post("lin")
    one.watch.may_be_down = True
    one.context.set_offline(True)
    one.arrive(2)
    mine, arrived = {each["id"] for each in one.entries()}, parties(one)
    desk = signed_in(browser, one.server)
    of = one.kept()["head"]["tablet"]
    desk.goto(f"{one.server.url}/tablets/{of}")
    desk.locator(f'details:has(form[action="/tablets/{of}/retirement"]) > summary').click()
    desk.locator(f'form[action="/tablets/{of}/retirement"] button').click()
    answers = []

    def cut(route: Route) -> None:
        """The server has it, the tablet never hears it."""
        answers.append(route.fetch().json()["retired"])
        return route.abort() if len(answers) == 1 and lost else route.continue_()

    one.context.route("**/sync/retire", cut)
    one.context.route("**/sync/operations", lambda route: route.abort())
    one.context.set_offline(False)
    one.page.goto(f"{one.server.url}/zh-Hant/door/?fresh")
    expect(one.page.locator("retire-tablet .notice")).to_be_visible()
    keep_picture(one.page, "retiring-landscape-zh-Hant")
    assert ({each["id"] for each in one.entries()}, answers, sent_by(one.server, mine)) == (mine, [], [])
    one.context.unroute("**/sync/operations")
    one.page.evaluate("() => { dispatchEvent(new Event('online')); }")
    one.page.wait_for_url(f"{one.server.url}/", timeout=WITHIN)
    expect(one.page.locator(".notice")).to_be_visible()
    keep_picture(one.page, "retired-landscape-zh-Hant")
    assert sent_by(one.server, mine) == arrived
    assert answers.count(True) >= 1 + lost
    assert one.kept() == {"entries": [], "head": None, "people": None}
    assert one.page.evaluate(LEFT) == {"caches": [], "worker": 0, "cookie": ""}
    one.page.goto(f"{one.server.url}/zh-Hant/door/")
    assert one.page.url.endswith("/enrol")


def test_a_revoked_tablet_keeps_everything_and_its_file_waits_for_a_ruling(
    browser: Browser, tablet: Callable[..., Tablet], tmp_path: Path, axe: str
):
    one = tablet()
    one.take_post("lin")
    desk = signed_in(browser, one.server)
    of = one.kept()["head"]["tablet"]
    desk.goto(f"{one.server.url}/tablets/{of}")
    desk.locator(f'details:has(form[action="/tablets/{of}/revocation"]) > summary').click()
    desk.locator(f'form[action="/tablets/{of}/revocation"] button').click()
    one.watch.may_be_down = True
    one.arrive(2)
    expect(one.chip()).to_have_attribute("data-cause", "revoked", timeout=WITHIN)
    for language, words in (
        ("en", "Tablet revoked. To save in a file: 1"),
        ("zh-Hans", "平板已停用，待导出 1"),
        ("zh-Hant", "平板已停用，待導出 1"),
    ):
        one.go("outbox", language)
        expect(one.chip().locator("a")).to_have_text(words)
        assert found_by_axe(one.page, axe) == []
        for screen, size in SCREENS.items():
            sized(one.page, size)
            assert one.page.evaluate(OVERFLOW) == []
            keep_picture(one.page, f"revoked-{screen}-{language}")
        sized(one.page, LANDSCAPE)
    mine = {each["id"] for each in one.entries()}
    imported(desk, one.server, exported(one, tmp_path))
    assert sent_by(one.server, mine) == []
    desk.goto(f"{one.server.url}/tablets")
    keep_picture(desk, "tablets-quarantine-landscape-zh-Hant")
    assert found_by_axe(desk, axe) == []
    desk.locator('form[action^="/tablets/parcels/"] button[value=released]').click()
    assert sent_by(one.server, mine) == parties(one)
    assert len(one.entries()) == 2


TABLET = "() => document.querySelector('meta[name=threshold-tablet]').content"


def test_a_browser_that_becomes_another_tablet_shows_what_it_had_recorded_and_no_page_of_before(
    browser: Browser, tablet: Callable[..., Tablet], tmp_path: Path, axe: str
):
    one = tablet()
    one.take_post("lin")
    one.sent()
    desk = signed_in(browser, one.server)
    of = one.kept()["head"]["tablet"]
    desk.goto(f"{one.server.url}/tablets/{of}")
    desk.locator(f'details:has(form[action="/tablets/{of}/revocation"]) > summary').click()
    desk.locator(f'form[action="/tablets/{of}/revocation"] button').click()
    one.watch.may_be_down = True
    one.arrive(2)
    mine = {each["id"] for each in one.entries()}
    imported(desk, one.server, exported(one, tmp_path))
    typed(one.page, one.server)
    expect(one.page.locator("[data-done]")).to_be_visible(timeout=WITHIN)
    one.go()
    becomes = one.kept()["head"]["tablet"]
    assert becomes != of
    assert one.page.evaluate(TABLET) == becomes
    one.ready()
    one.take_post("he")
    one.sent()
    for language, words in (("en", "Went in a file"), ("zh-Hans", "已随文件交出"), ("zh-Hant", "已隨檔案交出")):
        one.go("outbox", language)
        rows = one.page.locator("outbox-list ol > li")
        expect(rows).to_have_count(3)
        assert {row.get_attribute("data-id") for row in rows.all()} > mine
        expect(rows.filter(has_text=words)).to_have_count(1)
        keep_picture(one.page, f"outbox-before-{language}")
    assert found_by_axe(one.page, axe) == []
    assert sent_by(one.server, mine) == [], "the file waits for its ruling, and nothing of it came another way"
