"""The tablet's own store goes away or is emptied: the page says so, and keeps what was typed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import Tablet, until
from tests.browser.looks import LANDSCAPE, NARROW, OVERFLOW, PHONE, SCREENS, found_by_axe, keep_picture, sized

pytestmark = pytest.mark.browser

EMPTIED = """() => new Promise((resolve, reject) => {
  const asked = indexedDB.deleteDatabase("threshold");
  asked.onsuccess = () => resolve(true);
  asked.onerror = () => reject(asked.error);
})"""
GONE = """
  const open = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function (...words) {
    if (localStorage.getItem("broken")) throw new DOMException("gone", "UnknownError");
    return open.apply(this, words);
  };
"""
"""From the next page on the browser's database does not open, as on a full or failing disk."""

REFUSED = """
  IDBFactory.prototype.open = () => { throw new DOMException("A private window", "SecurityError"); };
"""
WATCHED = """
  globalThis.opened = [];
  globalThis.live = [];
  const open = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function (...words) {
    const asked = open.apply(this, words);
    asked.addEventListener("success", () => opened.push(asked.result));
    return asked;
  };
  const transaction = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (...words) {
    const made = transaction.apply(this, words);
    live.push(made);
    for (const end of ["complete", "abort"]) made.addEventListener(end, () => live.splice(live.indexOf(made), 1));
    return made;
  };
"""
TAP = "document.querySelector('.tiles button[name=guests][value=\"2\"]').click();"
CLOSED = {
    "silently": "opened.forEach((db) => db.close());",
    "with its event": "opened.forEach((db) => { db.close(); db.dispatchEvent(new Event('close')); });",
    "under a transaction": "setTimeout(() => { [...live].forEach((tx) => tx.abort()); opened.forEach((db) => db.close()); });",
}
"""As a browser closes a database under a page: WebKit without a word, Chromium with an event, both in the middle of work."""
OTHER_VERSION = """() => {
  const asked = indexedDB.open("threshold", 2);
  asked.onupgradeneeded = () => asked.transaction.abort();
  asked.onerror = (event) => event.preventDefault();
}"""
"""What another tab with a newer build would ask, and gives up: all connections have to be closed for it."""
CLOSES = 24


def _break(tablet: Tablet) -> None:
    tablet.context.add_init_script(GONE)
    tablet.page.evaluate("() => localStorage.setItem('broken', '1')")
    tablet.go("handover")


def _type_a_remark(page: Page, text: str) -> None:
    form = page.locator('operation-form[operation="duty.remark"]')
    form.locator("textarea[name=text]").fill(text)
    form.locator("button").click()


def test_without_a_store_and_without_a_server_what_was_typed_stays(tablet: Callable[..., Tablet], axe: str):
    broken = tablet()
    broken.server.stop()
    broken.watch.may_be_down = True
    _break(broken)
    form = broken.page.locator('operation-form[operation="duty.remark"]')
    _type_a_remark(broken.page, "燈不亮。")
    expect(form.locator("[data-broken]")).to_be_visible()
    expect(form.locator("textarea[name=text]")).to_have_value("燈不亮。")
    expect(form.locator("[role=status].said")).to_have_text("")
    assert found_by_axe(broken.page, axe) == []
    keep_picture(broken.page, "broken-landscape-zh-Hant")


def test_without_a_store_but_with_a_server_the_form_is_posted(tablet: Callable[..., Tablet], axe: str):
    """The page that asks who it is has no barrier either."""
    broken = tablet()
    _break(broken)
    _type_a_remark(broken.page, "燈不亮。")
    expect(broken.page.locator('overlay-list[key="remarks"]').get_by_text("燈不亮。")).to_have_count(1)
    broken.page.locator('operation-form[operation="duty.offer"] button').click()
    broken.page.locator("#code").wait_for()
    for size in (LANDSCAPE, PHONE):
        sized(broken.page, size)
        assert found_by_axe(broken.page, axe) == []
    remarks = broken.server.state(broken.server.now)[0]["duty"]["remarks"]
    assert [each["text"] for each in remarks].count("燈不亮。") == 1


def test_after_the_store_was_emptied_the_form_is_posted(tablet: Callable[..., Tablet]):
    """As when somebody clears the browser's data: the tablet numbers nothing any more, and nothing is lost or doubled."""
    emptied = tablet()
    before = emptied.rows("parties")
    emptied.page.evaluate(EMPTIED)
    emptied.page.locator('.tiles button[name=guests][value="2"]').click()
    emptied.page.wait_for_url("**/door/?posted")
    shown = emptied.rows("parties")
    assert len(set(shown) - set(before)) == 1
    parties = emptied.server.state(emptied.server.now)[0]["tours"]["parties"]
    assert [each["guests"] for each in parties if each["id"] in set(shown) - set(before)] == [2]


def test_a_database_closed_under_the_page_loses_no_entry(tablet: Callable[..., Tablet], tell: Callable[[str], None], rounds: int):
    here = tablet()
    here.context.add_init_script(WATCHED)
    here.go()
    here.take_post("lin")
    other = here.context.new_page()
    other.goto(f"{here.server.url}/zh-Hant/door/stock")
    ways = [*CLOSED, "another version", *(f"{way}, before a tap" for way in CLOSED)]
    before = len(here.entries())
    for count in range(CLOSES * rounds):
        way = ways[count % len(ways)]
        if way == "another version":
            other.evaluate(OTHER_VERSION)
            here.page.evaluate("() => { " + TAP + " }")
        else:
            kind, _, is_before = way.partition(", ")
            here.page.evaluate("() => { " + (CLOSED[kind] + TAP if is_before else TAP + CLOSED[kind]) + " }")
        until(lambda count=count: len(here.entries()) > before + count, f"{way}: nothing was saved")
        here.page.wait_for_timeout(500)  # a second tap within half a second is a double tap
    expect(here.page.locator("[data-broken]:visible, [data-no-store]:visible")).to_have_count(0)
    here.sent()
    entries = here.entries()
    assert [entry["seq"] for entry in entries] == list(range(1, before + CLOSES * rounds + 1))
    mine = {entry["id"] for entry in entries if entry["operation"] == "tours.arrive"}
    found = [each["id"] for each in here.server.state(here.server.now)[0]["tours"]["parties"] if each["id"] in mine]
    assert sorted(found) == sorted(mine)
    tell(f"closed {CLOSES * rounds} times in {len(ways)} ways, {len(entries)} entries, none lost or doubled")


@pytest.mark.parametrize("is_online", [True, False], ids=["with_a_server", "without"])
def test_where_the_browser_refuses_a_store_every_page_says_that_nothing_is_kept(
    tablet: Callable[..., Tablet], axe: str, is_online: bool
):
    """As in a private window of some browsers. What is recorded goes to the server, or to paper, and is never just gone."""
    refused = tablet()
    told = refused.page.locator("main [data-no-store]")
    expect(told).to_be_hidden()
    before = refused.rows("parties")
    if not is_online:
        refused.server.stop()
        refused.watch.may_be_down = True
    refused.context.add_init_script(REFUSED)
    for path, language in (("stock", "en"), ("checks", "zh-Hans"), ("", "zh-Hant")):
        refused.go(path, language)
        expect(told).to_be_visible(timeout=15_000)
        expect(refused.chip()).to_be_hidden()
        assert found_by_axe(refused.page, axe) == []
        for screen, size in (*SCREENS.items(), ("narrow", NARROW)):
            sized(refused.page, size)
            assert refused.page.evaluate(OVERFLOW) == []
            keep_picture(refused.page, f"no-store-{screen}-{language}")
        sized(refused.page, LANDSCAPE)
    refused.page.locator('.tiles button[name=guests][value="2"]').click()
    if is_online:
        until(lambda: set(refused.rows("parties")) - set(before) or refused.page.locator("#code").count(), "nothing was posted")
    else:
        expect(refused.page.locator("[data-broken]").first).to_be_visible(timeout=15_000)
