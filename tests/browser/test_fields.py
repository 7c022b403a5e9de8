"""What a field that cannot be sent says: beside it, in the page's language, whatever the browser speaks."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.hands import Tablet, until
from tests.browser.looks import LANDSCAPE, NARROW, OVERFLOW, found_by_axe, keep_picture, sized
from tests.browser.served import Server

pytestmark = pytest.mark.browser


WRONG = {"0": "最少 1。", "-5": "最少 1。", "99999999": "最多 {most}。", "1.5": "最小單位是 1。", "": "請填寫此項。"}


def submit(form: Locator) -> None:
    form.locator("button:not([type=button]):not([formnovalidate]):visible").last.click()


@pytest.mark.clause("P2-4.4.3d")
def test_a_number_that_is_none_here_says_so_beside_it_and_keeps_nothing(tablet: Callable[..., Tablet], axe: str):
    here = tablet(locale="en-GB")
    here.take_post("lin")
    here.go("stock", "zh-Hant")
    here.submit("stock.draw", quantity="5")
    form = here.page.locator('main operation-form[operation="stock.draw"]').last
    number, wrong, saved = form.locator("[name=quantity]"), form.locator(".wrong"), form.locator("[role=status]").first
    expect(saved).to_have_text("已存入平板")
    kept = len(here.entries())
    for typed, words in WRONG.items():
        number.fill(typed)
        expect(saved).to_be_empty()
        submit(form)
        expect(wrong).to_have_text(words.format(most=number.get_attribute("max")))
        if form.locator(".btn--over").is_visible():
            form.locator(".btn--over").click()
        expect(number).to_be_focused()
    for size in (NARROW, LANDSCAPE):
        sized(here.page, size)
        assert here.page.evaluate(OVERFLOW) == []
        assert found_by_axe(here.page, axe) == []
        keep_picture(here.page, f"wrong-{size[0]}")
    assert len(here.entries()) == kept
    for step in ("減一", "加一", "加一"):
        form.get_by_role("button", name=step).click()
    expect(number).to_have_value("2")
    expect(wrong).to_have_count(0)
    here.submit("stock.draw", quantity="6")

    # A figure without a bound of its own keeps its button, and says how far it goes.
    here.go("checks")
    form = here.page.locator('main operation-form:has(input[name=item][value="flat_open.covers"])')
    form.locator("[name=number]").fill("99999999")
    submit(form)
    expect(form.locator(".wrong")).to_have_text("最多 1000000。")

    # What a browser takes for a number is none where no form reads it; nor is it one where more than is due may be recorded.
    kept = len(here.entries())
    form.locator("[name=number]").fill("1e5")
    submit(form)
    expect(form.locator(".wrong")).to_have_text("無法辨認，請改寫。")
    form = here.page.locator('main operation-form:has(input[name=item][value="flat_open.inventory"])')
    for typed, words in (("1e5", "無法辨認，請改寫。"), ("1000001", "最多 1000000。")):
        form.locator("[name=number]").fill(typed)
        form.locator(".todo__out").click()
        expect(form.locator(".wrong")).to_have_text(words)
    assert len(here.entries()) == kept
    form.locator("[name=number]").fill("100000")
    form.locator(".todo__out").click()
    until(lambda: len(here.entries()) == kept + 1, "what was found was not saved")


def test_the_desk_says_it_too(browser: Browser, shared_server: Server):
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{shared_server.url}/sign-in")
    page.locator("main form button").click()
    expect(page.locator("#account + .wrong")).to_have_text("请填写此项。")
    expect(page.locator("#account")).to_be_focused()
    page.locator("#account").fill("chen")
    expect(page.locator("#account + .wrong")).to_have_count(0)
    expect(page.locator("#password + .wrong")).to_be_visible()
    context.close()
