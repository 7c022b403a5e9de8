"""The tablet's own store goes away or is emptied: the page says so, and keeps what was typed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import Tablet
from tests.browser.looks import LANDSCAPE, PHONE, found_by_axe, keep_picture, sized

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
