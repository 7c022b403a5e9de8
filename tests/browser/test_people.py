"""Several people at one tablet, with the server and without: waits, unlocking, switching, a week without contact."""

import json
import re
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.hands import CODES, Tablet, again, ask, ask_for_the_post, until
from tests.browser.served import Server
from webapp import demo

pytestmark = pytest.mark.browser
WRONG = "000001"
LOCKED = re.compile(r"/door/locked(#|$)")
WEEK_AGO = """() => new Promise((resolve) => {
  const asked = indexedDB.open("threshold");
  asked.onsuccess = () => {
    const tx = asked.result.transaction("meta", "readwrite");
    const meta = tx.objectStore("meta");
    meta.get("clock").onsuccess = ({ target }) => {
      meta.put({ ...target.result, beacon: target.result.beacon - 7 * 86400000 - 60000 }, "clock");
    };
    tx.oncomplete = () => { asked.result.close(); resolve(true); };
  };
})"""
PATIENT = "() => { document.querySelector('post-gate').dataset.within = 20000; }"
"""On a loaded machine the server may take longer than a greeter is made to wait."""


def stop(tablet: Tablet) -> None:
    tablet.server.stop()
    tablet.watch.may_be_down = True


def asked(tablet: Tablet) -> Locator:
    """The question who takes the post, opened."""
    return ask_for_the_post(tablet.page)


def answer(tablet: Tablet, dialog: Locator, who: str, code: str) -> None:
    dialog.locator("select[name=person]").select_option(demo.person(who))
    for digit in code:
        dialog.locator(f'[data-digit="{digit}"]').click()
    until(lambda: dialog.get_attribute("aria-busy") != "true", "the code was never looked at")


def signed(entry: dict[str, Any]) -> tuple[str, str, str]:
    name = next((each.key for each in demo.CAST if demo.person(each.key) == entry["author"]), "")
    return entry["operation"], name, entry["proof"].partition(":")[0]


def test_digits_before_a_name_are_nobodys_and_make_room_for_the_next(tablet: Callable[..., Tablet]):
    mine = tablet()
    dialog = asked(mine)
    for digit in CODES["lin"]:
        dialog.locator(f'[data-digit="{digit}"]').click()
    expect(dialog.locator("[data-told=who]")).to_be_visible()
    expect(dialog.locator("input[name=code]")).to_have_value("")
    answer(mine, dialog, "lin", CODES["lin"])
    expect(dialog).to_be_hidden()


def test_wrong_codes_wait_without_the_server_and_after_a_reload(tablet: Callable[..., Tablet]):
    mine = tablet()
    stop(mine)
    dialog = asked(mine)
    for _ in range(2):
        answer(mine, dialog, "lin", WRONG)
        expect(dialog.locator("[data-told=wrong]")).to_be_visible()
    answer(mine, dialog, "lin", WRONG)
    expect(dialog.locator("p[data-told=waits]").first).to_be_visible()
    until(lambda: mine.page.locator("dialog[open] [data-seconds]").inner_text() in ("0:01", "0:02", "0:03"), "nothing counts down")
    expect(dialog.locator("p[data-told=waits]").first).to_be_hidden()
    answer(mine, dialog, "lin", WRONG)  # ten seconds from now on
    mine.go()
    dialog = asked(mine)
    answer(mine, dialog, "lin", CODES["lin"])
    expect(dialog.locator("p[data-told=waits]").first).to_be_visible()
    expect(dialog).to_be_visible()
    answer(mine, dialog, "he", CODES["he"])
    expect(dialog).to_be_hidden()
    until(mine.entries, "nobody took the post")
    assert [signed(entry) for entry in mine.entries()] == [("shifts.take_post", "he", "pin-offline")]


LANGUAGES = {
    "zh-Hant": ("此人密碼錯誤次數過多，須等候片刻才能再試。", "錯誤次數過多，此密碼已在這台平板上鎖定"),
    "zh-Hans": ("此人密码错误次数过多，须稍候才能再试。", "错误次数过多，此密码已在这台平板上锁定"),
    "en": ("Too many wrong codes for this person", "this code is locked on this tablet"),
}
"""What is said of a wait and of a lock."""
AHEAD = """
  const really = Date.now;
  Date.now = () => really() + Number(localStorage.getItem("ahead") ?? 0);
"""
LATER = (
    "(minutes) => { localStorage.ahead = Number(localStorage.ahead ?? 0) + minutes * 60000; localStorage.touched = Date.now(); }"
)
LEFT = re.compile(r"^1[0-4]:[0-5]\d$|^15:00$")


def _tries_the_right_code_in_vain(mine: Tablet, dialog: Locator) -> None:
    answer(mine, dialog, "lin", CODES["lin"])
    expect(dialog).to_be_visible()


def test_no_reload_language_or_second_tab_shortens_a_wait(tablet: Callable[..., Tablet], tell: Callable[[str], None]):
    """Ten wrong codes without a server: fifteen minutes, said in each language. The clock is moved, or it would take hours."""
    mine = tablet()
    mine.context.add_init_script(AHEAD)
    stop(mine)
    mine.go()
    for _wrong in range(10):
        answer(mine, asked(mine), "lin", WRONG)
        mine.page.keyboard.press("Escape")
        mine.page.evaluate(LATER, 16)
    answer(mine, asked(mine), "lin", WRONG)
    for language, (waits, _lock) in LANGUAGES.items():
        for page in (mine.page, mine.context.new_page()):
            page.goto(f"{mine.server.url}/{language}/door/")
            dialog = ask_for_the_post(page)
            _tries_the_right_code_in_vain(mine, dialog)
            expect(dialog.locator("p[data-told=waits]").first).to_contain_text(waits)
            expect(dialog.locator("[data-seconds]")).to_have_text(LEFT)
            page.keyboard.press("Escape")
    mine.page.evaluate("() => { localStorage.ahead -= 86400000; }")
    mine.go()
    _tries_the_right_code_in_vain(mine, asked(mine))
    mine.go()
    mine.page.evaluate(LATER, 2 * 1440)
    dialog = asked(mine)
    answer(mine, dialog, "lin", CODES["lin"])
    expect(dialog).to_be_hidden()
    until(mine.entries, "nobody took the post")
    tell("11 wrong codes, then the right one 7 times in vain: in 3 languages, 2 tabs, and with the clock set back")


def test_a_code_that_is_locked_at_the_server_is_said_to_be_in_each_language(tablet: Callable[..., Tablet]):
    mine = tablet()
    mine.context.add_init_script(AHEAD)
    mine.go()
    mine.page.evaluate(PATIENT)
    dialog = asked(mine)
    answer(mine, dialog, "lin", WRONG)
    expect(dialog.locator("[data-told=wrong]")).to_be_visible()
    with sqlite3.connect(mine.server.folder / "threshold.db", timeout=30) as database:
        assert database.execute("update staff_throttle set failures = 9, free_at = 0").rowcount == 1
    answer(mine, dialog, "lin", WRONG)
    for language, (_waits, locked) in LANGUAGES.items():
        mine.go("", language)
        mine.page.evaluate(LATER, 16)
        mine.page.evaluate(PATIENT)
        dialog = asked(mine)
        _tries_the_right_code_in_vain(mine, dialog)
        expect(dialog.locator("[data-told=shut]")).to_contain_text(locked)
        mine.page.keyboard.press("Escape")
    assert mine.entries() == []


def test_with_the_server_an_entry_names_its_grant_and_one_takes_over_in_one_dialog(tablet: Callable[..., Tablet], server: Server):
    mine = tablet()
    mine.page.evaluate(PATIENT)
    answer(mine, asked(mine), "lin", CODES["lin"])
    until(lambda: len(mine.entries()) == 1, "nobody took the post")
    mine.page.evaluate(PATIENT)
    answer(mine, asked(mine), "he", CODES["he"])
    until(lambda: len(mine.entries()) == 3, "nobody took over")
    assert [signed(entry) for entry in mine.entries()] == [
        ("shifts.take_post", "lin", "grant"),
        ("shifts.leave_post", "lin", "post"),
        ("shifts.take_post", "he", "grant"),
    ]
    mine.sent()
    assert not [entry for entry in mine.entries() if entry.get("flags")], "the server believes its own grants"


def test_after_a_week_without_the_server_it_records_and_says_that_nobody_checked(tablet: Callable[..., Tablet]):
    mine = tablet()
    stop(mine)
    mine.page.evaluate(WEEK_AGO)
    mine.go()
    dialog = asked(mine)
    expect(dialog.locator("[data-told=week]")).to_be_visible()
    answer(mine, dialog, "lin", WRONG)
    expect(dialog).to_be_hidden()
    mine.arrive(2)
    assert [signed(entry) for entry in mine.entries()] == [
        ("shifts.take_post", "lin", "unverified"),
        ("tours.arrive", "lin", "unverified"),
    ]
    mine.server.start()
    mine.go()
    mine.sent()  # a try of before the server was there may be told of only now
    mine.watch.may_be_down = False
    assert {flag for entry in mine.entries() for flag in entry.get("flags", [])} == {"weak_proof"}
    mine.page.evaluate(PATIENT)
    dialog = asked(mine)
    expect(dialog.locator("[data-told=week]")).to_be_hidden()
    answer(mine, dialog, "lin", WRONG)
    expect(dialog.locator("[data-told=wrong]")).to_be_visible()
    answer(mine, dialog, "lin", CODES["lin"])
    expect(dialog).to_be_hidden()


def lock(tablet: Tablet) -> None:
    tablet.page.locator(".bar > a[data-lock]").click()
    tablet.page.wait_for_url(LOCKED)


def unlock(tablet: Tablet, who: str) -> None:
    tablet.page.locator("a[data-take]:visible").click()
    answer(tablet, tablet.page.locator('dialog[data-purpose="take"]'), who, CODES[who])


def is_locked(tablet: Tablet) -> bool:
    return bool(ask(tablet.page, "() => document.documentElement.matches('[data-locked]')"))


def test_a_locked_screen_takes_guests_and_ticks_and_hides_all_else(tablet: Callable[..., Tablet]):
    mine = tablet()
    mine.take_post("lin")
    mine.go("handover")
    mine.submit("duty.remark", category="repair", text="落地燈不亮")
    stop(mine)
    mine.go("checks")
    mine.tick("flat_open.layout", "fail")
    lock(mine)
    expect(mine.page.locator("body")).to_contain_text("林靜怡", use_inner_text=True)
    seen = mine.page.locator("body").inner_text()
    assert not [words for words in ("何欣怡", "蘇曉彤", "落地燈不亮", "交接") if words in seen]
    mine.arrive(3)
    mine.see_off(mine.entries()[-1]["id"])
    mine.tick("flat_open.air")
    for item, said in (("layout", "fail"), ("air", "pass")):
        line = mine.page.locator(f'latest-value[key$="/flat_open.{item}"]')
        expect(line).to_have_attribute("value", said)
        expect(line.locator("button:visible:enabled"), "what was said takes the code to be taken back").to_have_count(0)
        expect(line.locator(".todo__label:visible")).to_have_count(1)
    for path in ("handover", "outbox"):
        mine.page.goto(f"{mine.server.url}/{mine.language}/door/{path}")
        mine.page.wait_for_url(LOCKED)
    unlock(mine, "lin")
    mine.page.wait_for_url("**/door/outbox")
    expect(mine.page.locator("main")).to_be_visible()
    assert [signed(entry)[:2] for entry in mine.entries()] == [
        (operation, "lin")
        for operation in (
            "shifts.take_post",
            "duty.remark",
            "checklists.answer",
            "tours.arrive",
            "tours.see_off",
            "checklists.answer",
        )
    ]
    assert {entry["proof"] for entry in mine.entries()[1:]} == {"post"}


def test_guests_taken_in_on_a_locked_screen_of_nobody_are_there_once_somebody_unlocks(tablet: Callable[..., Tablet]):
    mine = tablet()
    stop(mine)
    for guests in (3, 5):  # the page is left as soon as it is unlocked, so more than once
        mine.go()
        lock(mine)
        mine.page.locator(f'.tiles button[name=guests][value="{guests}"]').click()
        dialog = mine.page.locator('dialog[data-purpose="take"]')
        expect(dialog).to_be_visible()
        answer(mine, dialog, "lin", CODES["lin"])
        mine.page.wait_for_url("**/door/")
        expect(mine.page.locator("[data-when-post]").first).to_be_visible()
        made = [signed(entry)[:2] for entry in mine.entries()]
        assert made[-2:] == [("shifts.take_post", "lin"), ("tours.arrive", "lin")]
        mine.page.goto(f"{mine.server.url}/{mine.language}/door/post")
        mine.page.locator("main [data-leave]").first.click()
        until(lambda: mine.entries()[-1]["operation"] == "shifts.leave_post", "nobody left")


def test_a_double_tap_is_one_tap(tablet: Callable[..., Tablet]):
    mine = tablet()
    mine.take_post("lin")
    before = len(mine.entries())
    mine.page.locator('.tiles button[name=guests][value="2"]').dblclick()
    mine.page.locator('.tiles button[name=guests][value="4"]').click()
    until(lambda: len(mine.entries()) >= before + 2, "nothing was saved")
    mine.sent()
    assert [json.loads(entry["body"])["guests"] for entry in mine.entries()[before:]] == ["2", "4"]


def test_two_tabs_are_locked_and_opened_together_and_keep_what_was_typed(tablet: Callable[..., Tablet]):
    mine = tablet()
    mine.take_post("lin")
    mine.go("handover")
    mine.page.locator("textarea[name=text]").first.fill("還沒記下")
    other = mine.context.new_page()
    other.goto(f"{mine.server.url}/{mine.language}/door/stock")
    other.locator(".bar > a[data-lock]").click()
    other.wait_for_url(LOCKED)
    expect(mine.page.locator("main")).to_be_hidden()
    expect(mine.page.locator(".cover")).to_be_visible()
    assert mine.page.url.endswith("/handover"), "where something was typed the page stays"
    unlock(mine, "he")
    expect(mine.page.locator("main")).to_be_visible()
    assert mine.page.locator("textarea[name=text]").first.input_value() == "還沒記下"
    other.wait_for_url("**/door/stock")
    until(lambda: len(mine.entries()) == 3, "nobody took over")
    assert [signed(entry)[:2] for entry in mine.entries()] == [
        ("shifts.take_post", "lin"), ("shifts.leave_post", "lin"), ("shifts.take_post", "he"),
    ]  # fmt: skip


def idle(tablet: Tablet, minutes: int) -> None:
    """As if nobody had touched the tablet for so long, and it then looked."""
    ask(tablet.page, "(ms) => { localStorage.touched = Date.now() - ms; }", minutes * 60_000)
    again(tablet.page.reload)
    tablet.page.locator("screen-lock").wait_for(state="attached")


def test_a_tablet_locks_itself_but_not_while_guests_are_inside(tablet: Callable[..., Tablet], server: Server):
    mine = tablet()
    mine.take_post("lin")
    inside = mine.page.locator('[data-guests] [data-inside]:not([hidden]) [operation="tours.see_off"] button')
    while inside.count():
        before = inside.count()
        inside.first.click()
        until(lambda count=before: inside.count() < count, "nobody left")
    mine.arrive(2)
    idle(mine, 4)
    until(lambda: ask(mine.page, "() => localStorage.guests") == "1", "nobody is inside")
    assert not is_locked(mine), "guests are inside"
    idle(mine, 21)
    mine.page.wait_for_url(LOCKED)
    mine.see_off(mine.entries()[-1]["id"])
    unlock(mine, "lin")
    mine.page.wait_for_url("**/door/")
    until(lambda: not is_locked(mine), "it is still locked")
    idle(mine, 2)
    until(lambda: ask(mine.page, "() => localStorage.guests") == "", "somebody is inside")
    assert not is_locked(mine)
    idle(mine, 4)
    mine.page.wait_for_url(LOCKED)
