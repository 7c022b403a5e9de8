"""What somebody has typed and not recorded yet is there again, on this tablet, until it is recorded."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.hands import LANGUAGES, Tablet
from tests.browser.test_people import lock, unlock

pytestmark = pytest.mark.browser
TEXT = "落地燈不亮，\n明早報修。"
DRAFTS = "() => Object.keys(localStorage).filter((key) => key.startsWith('draft ')).length"
LONG_AGO = """() => { for (const key of Object.keys(localStorage)) if (key.startsWith("draft ")) {
  const [at, typed] = JSON.parse(localStorage[key]);
  localStorage[key] = JSON.stringify([at - 13 * 3600000, typed]);
} }"""


def remark(here: Tablet) -> Locator:
    return here.page.locator('main operation-form[operation="duty.remark"] textarea[name=text]')


def kind(here: Tablet) -> Locator:
    return here.page.locator('main operation-form[operation="duty.remark"] select[name=category]')


def test_a_remark_outlives_a_reload_another_language_and_the_locked_screen(tablet: Callable[..., Tablet]):
    here = tablet()
    here.server.stop()
    here.watch.may_be_down = True
    here.take_post("lin")
    here.go("handover")
    kind(here).select_option("repair")
    remark(here).fill(TEXT)
    for language in (*LANGUAGES, "zh-Hant"):
        here.go("stock", language)
        here.go("handover", language)
        expect(remark(here)).to_have_value(TEXT)
        expect(kind(here)).to_have_value("repair")
    here.go("stock")
    lock(here)
    unlock(here, "lin")
    here.page.wait_for_url("**/door/stock")
    here.go("handover")
    expect(remark(here)).to_have_value(TEXT)
    assert [entry["operation"] for entry in here.entries()] == ["shifts.take_post"], "nothing of it was recorded yet"
    here.submit("duty.remark")
    body = json.loads(here.entries()[-1]["body"])
    assert (body["text"], body["category"]) == (TEXT, "repair")
    here.go("handover")
    expect(remark(here)).to_have_value("")
    assert here.page.evaluate(DRAFTS) == 0


def test_a_count_is_only_where_it_was_typed_and_is_forgotten_after_half_a_day(tablet: Callable[..., Tablet]):
    here = tablet()
    here.go("checks")
    numbers = here.page.locator('main operation-form[operation="checklists.answer"] input[name=number]')
    before = [field.input_value() for field in numbers.all()]
    assert len(before) > 0
    numbers.first.fill("37")
    here.go("checks")
    assert [field.input_value() for field in numbers.all()] == ["37", *before[1:]]
    here.page.evaluate(LONG_AGO)
    here.go("checks")
    assert [field.input_value() for field in numbers.all()] == before


HELD = """() => new Promise((resolve, reject) => {
  const asked = indexedDB.open("threshold");
  asked.onerror = () => reject(asked.error);
  asked.onsuccess = () => {
    const tx = asked.result.transaction([...asked.result.objectStoreNames], "readwrite");
    const hold = () => { if (!globalThis.let_go) tx.objectStore("meta").get("head").onsuccess = hold; };
    tx.oncomplete = () => { asked.result.close(); globalThis.was_let_go = true; };
    hold();
    resolve();
  };
})"""
"""Nobody gets at the tablet's store until `let_go` is set, as while something long is being written."""
LET_GO = """() => new Promise((resolve) => {
  globalThis.let_go = true;
  const asked = indexedDB.open("threshold");
  asked.onsuccess = () => {
    const tx = asked.result.transaction([...asked.result.objectStoreNames], "readwrite");
    tx.oncomplete = () => { asked.result.close(); setTimeout(resolve); };
  };
})"""
"""Ends when all who waited before have had their turn: stores are given out in order."""
NEWER = """() => {
  document.querySelector("main").dataset.old = "";
  const { build } = document.documentElement.dataset;
  new BroadcastChannel("threshold").postMessage({ type: "pages", build, urls: [location.pathname] });
}"""


def test_a_page_is_not_replaced_under_somebody_who_began_to_type_meanwhile(tablet: Callable[..., Tablet]):
    here = tablet()
    here.take_post("lin")
    here.sent()
    here.go("handover")
    here.page.evaluate(HELD)
    with here.page.expect_response(lambda answer: answer.url.endswith("/door/handover")):
        here.page.evaluate(NEWER)
    remark(here).fill(TEXT)
    here.page.evaluate(LET_GO)
    old = here.page.locator("main[data-old]")
    expect(old).to_be_attached()
    expect(remark(here)).to_have_value(TEXT)
    here.submit("duty.remark")
    assert json.loads(here.entries()[-1]["body"])["text"] == TEXT
    expect(old).not_to_be_attached(timeout=10_000)  # and then the newer one comes
