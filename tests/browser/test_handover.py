"""A handover on the tablet: interrupted by guests, gone through line by line, with a network and without."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.attachments.album import photo
from tests.browser.hands import Tablet, gone_through, until
from tests.browser.looks import LANDSCAPE, NARROW, OVERFLOW, found_by_axe, keep_picture, sized
from tests.browser.model import rows_of
from tests.browser.test_photos import jpeg
from webapp import demo

pytestmark = pytest.mark.browser


def line(form: Locator, code: str) -> Locator:
    return form.locator(".line", has_text=code)


def alone(tablet: Callable[..., Tablet]) -> Tablet:
    """林靜怡 on post, and nobody answers."""
    here = tablet()
    here.server.stop()
    here.watch.may_be_down = True
    here.take_post("lin")
    return here


def offered(here: Tablet) -> Locator:
    """林靜怡 offers her post; the form of whoever takes over."""
    here.go("handover")
    here.submit("duty.offer", sign="lin", to=demo.person("he"), note="落地燈待修。")
    return reopened(here, here.entries()[-1]["id"])


def reopened(here: Tablet, offer: str) -> Locator:
    row = here.page.locator(f'[data-id="{offer}"]')
    row.locator("summary").click()
    return row.locator('operation-form[operation="duty.accept"]:visible')


@pytest.mark.clause("P2-4.3.1f")
@pytest.mark.clause("P2-4.4.6a")
def test_guests_interrupt_a_handover_and_it_goes_on_where_it_was(tablet: Callable[..., Tablet]):
    here = alone(tablet)
    form = offered(here)
    offer = here.entries()[-1]["id"]
    key, covers = line(form, "K-01"), form.locator(".line:has([type=number])").first
    expect(key.locator(".line__note")).to_be_hidden()
    key.locator('[value="differs"]').check(force=True)
    key.locator(".line__note").fill("在工程部")
    due = covers.locator("[data-after]")
    assert due.get_attribute("hidden") is not None, "hidden by the page itself, not by its looks"
    tapped = "line => { line.querySelector('button[value=\"1\"]').click(); return line.querySelector('[data-after]').hidden; }"
    assert covers.evaluate(tapped), "nor is the first tap of many"
    expect(due).to_be_visible()
    covers.locator("[type=number]").fill("")
    covers.locator("[type=number]").blur()
    expect(due).to_be_hidden()
    covers.locator("[type=number]").fill("41")
    assert due.get_attribute("hidden") is not None, "a first digit is no count"
    covers.locator("[type=number]").blur()
    expect(due).to_be_visible()
    here.go()
    here.arrive(2)
    here.go("handover")
    form = reopened(here, offer)
    expect(line(form, "K-01").locator('[value="differs"]')).to_be_checked()
    expect(line(form, "K-01").locator(".line__note")).to_have_value("在工程部")
    expect(form.locator("[type=number]").first).to_have_value("41")
    before = len(here.entries())
    form.locator("button:not([type=button])").last.click()
    assert len(here.entries()) == before, "lines are left that nobody has touched"
    gone_through(form, "41")
    key = line(form, "K-01")
    key.locator('[value="differs"]').check(force=True)
    key.locator(".line__note").fill("")
    form.locator("button:not([type=button])").last.click()
    expect(key.locator(".wrong")).to_have_text("請寫明哪裏不符，現在何處。")
    key.locator(".line__note").fill("在工程部")
    form.locator("button:not([type=button])").last.click()
    expect(form.locator(".seg + .wrong")).to_have_text("有一項不符，請選「有異常」或「有爭議」。")
    assert len(here.entries()) == before, "a line differs, and the answer says that all agrees"
    form.locator('[value="accepted_with_exceptions"]').check(force=True)
    here.submit("duty.accept", sign="he", within=f'[data-id="{offer}"]', makes=3)
    body = json.loads(next(each["body"] for each in here.entries() if each["operation"] == "duty.accept"))
    worn = next(row["shown"] for row in rows_of(body) if row.get("state") == "in_use")
    assert "6 雙" in worn, "four of the morning, and the party that came in between"
    assert not re.search(r"\d\d:\d\d", worn), "an hour of the page would be older than the figure: the answer has its own"
    said = {row.get("asset"): (row["said"], row.get("note"), row["state"]) for row in rows_of(body) if row["kind"] == "asset"}
    assert said[demo.named("thing", "K-01")] == ("differs", "在工程部", "out")
    assert said[demo.named("thing", "K-02")][0] == "agrees"
    here.go("stock")
    until(lambda: "41" in here.tally(), "what was counted at the handover is not the tablet's own figure")
    here.server.start()
    here.sent()
    handover = here.server.state(here.server.now)[0]["duty"]["handovers"][-1]
    assert (handover["status"], handover["concerns"]) == ("accepted_with_exceptions", [])
    held = {
        each["code"]: [one["author"] for one in each["holders"]]
        for each in here.server.state(here.server.now)[0]["custody"]["assets"]
    }
    assert (held["K-01"], held["R-1"]) == ([demo.person("lin")], [demo.person("he")])


def does(here: Tablet, code: str, act: str) -> None:
    before = len(here.entries())
    here.page.locator("main li", has_text=code).get_by_role("button", name=act, exact=True).click()
    until(lambda: len(here.entries()) > before, f"{code}: {act}")


def stands(here: Tablet, code: str, words: str, act: str) -> None:
    """Where a thing is, as the page of things says, and the one thing to be done with it."""
    here.go("handover/things")
    row = here.page.locator("main li", has_text=code)
    expect(row.locator(".rows__detail")).to_have_text(words, use_inner_text=True)
    expect(row.locator("operation-form button:visible")).to_have_text([act])


@pytest.mark.clause("P2-4.3.1f")
def test_the_lines_are_what_was_recorded_on_this_very_tablet(tablet: Callable[..., Tablet]):
    """The page is of before the network went: what was taken and given back since stands in no copy of it."""
    here = alone(tablet)
    here.go("handover/things")
    does(here, "K-02", "領取")
    does(here, "R-1", "歸還")
    form = offered(here)
    expect(line(form, "K-02").locator("latest-value:not([hidden]) span:not([hidden])").first).to_have_text("已在本平板領取")
    expect(line(form, "R-1").locator("latest-value:not([hidden]) span:not([hidden])").first).to_have_text("在原處")
    gone_through(form, "41")
    here.submit("duty.accept", sign="he", within=f'[data-id="{here.entries()[-1]["id"]}"]', makes=3)
    body = json.loads(next(each["body"] for each in here.entries() if each["operation"] == "duty.accept"))
    stood = {row.get("asset"): row.get("state") for row in rows_of(body) if row["kind"] == "asset"}
    assert (stood[demo.named("thing", "K-02")], stood[demo.named("thing", "R-1")]) == ("out", "back")
    here.server.start()
    here.sent()
    assets = here.server.state(here.server.now)[0]["custody"]["assets"]
    held = {each["code"]: [one["author"] for one in each["holders"]] for each in assets}
    assert (held["K-02"], held["R-1"]) == ([demo.person("he")], [])


def signers(here: Tablet) -> set[str]:
    """Who may sign what is asked just now."""
    dialog = here.page.locator('dialog[data-purpose="confirm"]')
    expect(dialog).to_be_visible()
    found = {str(each.get_attribute("value")) for each in dialog.locator('select[name="person"] option').all()}
    dialog.locator("[data-cancel]").click()
    return found - {""}


def press(form: Locator) -> None:
    form.locator("button:not([type=button])").last.click()


@pytest.mark.clause("P2-4.4.6a")
def test_whoever_is_on_the_post_signs_the_offer_and_somebody_else_takes_over(tablet: Callable[..., Tablet]):
    here = alone(tablet)
    here.go("handover")
    lin = demo.person("lin")
    expect(here.page.locator(f'[name="to"] option[value="{lin}"]')).to_be_disabled()
    press(here.page.locator('operation-form[operation="duty.offer"]'))
    assert signers(here) == {lin}
    form = offered(here)
    gone_through(form, "41")
    press(form)
    taking_over = signers(here)
    assert demo.person("he") in taking_over
    assert lin not in taking_over


@pytest.mark.clause("P2-4.3.1f")
def test_what_is_locked_up_for_the_night_has_a_custodian_and_a_word_on_each_thing(tablet: Callable[..., Tablet]):
    here = alone(tablet)
    here.go("handover/things")
    does(here, "K-02", "領取")
    does(here, "R-1", "歸還")
    does(here, "U-2", "借出")
    here.go("handover")
    form = here.page.locator('operation-form[operation="duty.offer"]')
    form.locator("summary").click()
    expect(line(form, "K-02")).to_be_visible()
    expect(line(form, "U-2")).to_be_hidden()  # a guest has it: nobody locks it up
    expect(line(form, "R-1")).to_be_hidden()
    form.locator('[name="kept"][value="key_box"]').check(force=True)
    before = len(here.entries())
    press(form)
    expect(form.locator("#custodian + .wrong")).to_be_visible()
    expect(line(form, "K-02").locator(".wrong")).to_be_visible()
    form.locator("#custodian").fill("3 號鑰匙箱")
    gone_through(form)
    line(form, "K-02").locator('[value="differs"]').check(force=True)
    line(form, "K-02").locator(".line__note").fill("在工程部")
    assert len(here.entries()) == before
    here.submit("duty.offer", sign="lin")
    offer = here.entries()[-1]
    put_away = {row["asset"] for row in rows_of(json.loads(offer["body"]))}
    assert demo.named("thing", "K-02") in put_away
    assert demo.named("thing", "R-1") not in put_away, "it lies in its place already"
    assert demo.named("thing", "U-2") not in put_away
    stands(here, "K-01", "已在本平板封存", "領取")
    stands(here, "K-02", "已在本平板領取", "歸還")  # it was not where it belongs
    here.go("handover")
    told = here.page.locator(f'overlay-list[key="offers"] [data-id="{offer["id"]}"]')
    expect(told).to_contain_text("林靜怡 交 下一班", use_inner_text=True)
    expect(told).to_contain_text("放入鑰匙箱 · 3 號鑰匙箱", use_inner_text=True)
    expect(told.locator(".tag:visible")).to_have_text(["末班封存"])
    row = reopened(here, offer["id"])
    expect(row.locator(".line:visible")).to_have_count(len(put_away) - 1)  # it is what was put away, and no more is asked
    expect(line(row, "K-01").locator('[value="agrees"]')).to_be_checked()  # as long as nobody says otherwise
    expect(told.locator("details ul .rows__row:visible")).to_have_count(1)
    expect(told.locator("details ul .rows__row:visible", has_text="K-02")).to_contain_text("不符 在工程部")
    before = len(here.entries())
    press(row)
    lin = here.page.locator(f'dialog[data-purpose="confirm"] option[value="{demo.person("lin")}"]')
    expect(lin).to_have_count(1)  # whoever locked up may open
    here.sign("he")
    until(lambda: len(here.entries()) == before + 3, "it was not confirmed")
    said = rows_of(json.loads(next(each["body"] for each in here.entries() if each["operation"] == "duty.accept")))
    assert {(row["asset"], row["state"], row["said"]) for row in said} == {
        (each, "kept", "agrees") for each in put_away - {demo.named("thing", "K-02")}
    }
    expect(told.locator(".tag:visible")).to_have_text(["已接班"])
    expect(told).to_contain_text("由何欣怡接班", use_inner_text=True)
    stands(here, "K-01", "已在本平板領取", "歸還")
    stands(here, "R-1", "在原處", "領取")
    here.go("handover")
    form.locator("summary").click()
    expect(line(form, "K-01")).to_be_visible()  # to be locked up again
    here.server.start()
    here.sent()
    assets = here.server.state(here.server.now)[0]["custody"]["assets"]
    held = {each["code"]: [one["author"] for one in each["holders"]] for each in assets}
    assert held["K-01"] == [demo.person("he")], "whoever opens has what was locked up"


@pytest.mark.clause("P2-4.4.6a")
def test_what_became_of_a_handover_stands_on_its_row_without_a_network(tablet: Callable[..., Tablet]):
    """A dispute is none that was taken over, and a post left alone shows how it was left."""
    here = alone(tablet)
    here.go("handover")
    form = here.page.locator('operation-form[operation="duty.offer"]')
    form.locator("summary").click()
    form.locator("[type=file]").first.set_input_files(jpeg("IMG_1.jpg", photo(1)))
    here.submit("duty.offer", sign="lin", to=demo.person("he"), absent="堵車。")
    row = here.page.locator(f'[data-id="{here.entries()[-1]["id"]}"]')
    expect(row).to_contain_text("林靜怡 交 何欣怡", use_inner_text=True)
    expect(row.locator(".tag:visible")).to_have_text(["無人接班"])
    expect(row.locator(".rows__photos img")).to_be_visible()
    form = reopened(here, str(row.get_attribute("data-id")))
    gone_through(form, "41")
    form.locator('[value="disputed"]').check(force=True)
    form.locator("[name=exceptions]").fill("鞋套少了。")
    press(form)
    here.sign("he")
    expect(row.locator(".tag:visible")).to_have_text(["有爭議"])
    expect(row.locator(".tag:visible")).to_have_attribute("data-tone", "over")
    expect(row).to_contain_text("何欣怡 有爭議 鞋套少了。", use_inner_text=True)


@pytest.mark.clause("P2-4.4.6a")
def test_what_was_found_wrong_on_this_tablet_is_a_line_of_its_next_handover(tablet: Callable[..., Tablet]):
    here = alone(tablet)
    here.go("checks")
    here.tick("flat_close.windows", "fail")
    here.go("handover")
    for category, text in (("abnormal", "門鎖鬆了"), ("normal", "明早送花"), ("safety", "插座發熱")):
        here.submit("duty.remark", category=category, text=text)
    noted = [each["id"] for each in here.entries()[-3:]]
    here.page.locator(f'[data-id="{noted[2]}"] operation-form[operation="duty.reverse"] button').first.click()
    until(lambda: here.entries()[-1]["operation"] == "duty.reverse", "it was not taken back")
    form = offered(here)
    expect(form.locator(".line:visible", has_text="門鎖鬆了")).to_contain_text("異常")
    for text in ("明早送花", "插座發熱"):
        expect(form.locator(".line:visible", has_text=text)).to_have_count(0)
    found = form.locator('.line:visible:has(input[value="flat_close.windows"])')
    expect(found).to_have_count(1)
    expect(form.locator('.line:has(input[value="flat_close.water"])')).to_be_hidden()
    gone_through(form, "41")
    here.submit("duty.accept", sign="he", within=f'[data-id="{here.entries()[-1]["id"]}"]', makes=3)
    body = json.loads(next(each["body"] for each in here.entries() if each["operation"] == "duty.accept"))
    assert [row["key"] for row in rows_of(body) if row["kind"] == "check"] == ["flat_close.windows"]
    own = [row for row in rows_of(body) if row.get("entry") in noted]
    assert own == [{"kind": "remark", "entry": noted[0], "shown": "異常", "said": "agrees"}]
    here.server.start()
    here.sent()
    answer = here.server.state(here.server.now)[0]["duty"]["handovers"][-1]["answers"][0]
    assert [row["said"] for row in answer["lines"] if row["entry"] == noted[0]] == ["agrees"]


def test_what_waits_to_be_taken_over_has_no_barrier_and_fits_every_screen(tablet: Callable[..., Tablet], axe: str):
    here = tablet()
    here.take_post("lin")
    offered(here)
    here.sent()
    here.go("handover")
    here.page.reload()
    form = here.page.locator('main .stack > operation-form[operation="duty.accept"]').first
    expect(form.locator(".line").first).to_be_visible()
    expect(here.page.locator('main operation-form[operation="tours.arrive"] button').first).to_be_visible()
    line(form, "K-01").locator('[value="differs"]').check(force=True)
    form.locator("[type=number]").first.fill("41")
    press(form)
    expect(line(form, "K-01").locator(".wrong")).to_be_visible()
    here.page.locator("main details").last.locator("summary").click()
    for size in (NARROW, LANDSCAPE):
        sized(here.page, size)
        assert here.page.evaluate(OVERFLOW) == []
        assert found_by_axe(here.page, axe) == []
        keep_picture(here.page, f"waiting-{size[0]}")
