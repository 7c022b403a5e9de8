"""The same door without JavaScript: every form posts, asks who it is, and keeps what was typed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.hands import CODES, fill, gone_through, typed
from tests.browser.looks import PHONE, keep_picture, sized
from tests.browser.served import Server
from tests.browser.watch import Watch
from webapp import demo

pytestmark = pytest.mark.browser

PLACE, COVERS, STORE = demo.named("place", "flat-a"), demo.named("item", "cover.cloth"), demo.named("place", "store")


@dataclass
class Plain:
    """A tablet whose browser runs no script."""

    page: Page
    server: Server
    before: dict[str, Any]

    def go(self, path: str = "") -> None:
        self.page.goto(f"{self.server.url}/zh-Hant/door/{path}")

    def form(self, operation: str) -> Locator:
        return self.page.locator(f'main form[action$="/do/{operation}"]')

    def sign(self, who: str, code: str | None = None) -> None:
        """Say on the page that asks who it is, and give the code."""
        self.page.locator(f'.person:has(input[value="{demo.person(who)}"])').click()
        self.page.locator("#code").fill(code or CODES[who])
        self.page.locator("main form button").first.click()

    def submit(self, operation: str, sign: str | None = None, **fields: str) -> None:
        form = self.form(operation).last
        fill(form, fields)
        form.locator("button:not([type=button]):visible").last.click()
        if sign:
            self.sign(sign)

    def state(self) -> dict[str, Any]:
        return self.server.state(self.server.now)[0]

    def clean(self) -> int:
        return int(self.page.locator('tally-value[key$="/clean"]').first.inner_text())


@pytest.fixture
def plain(browser: Browser, server: Server) -> Iterator[Plain]:
    context = browser.new_context(locale="zh-HK", java_script_enabled=False, viewport={"width": 1180, "height": 820})
    watch, page = Watch().over(context), context.new_page()
    typed(page, server)
    page.locator('main a[href$="/door/"]').click()
    page.wait_for_url(re.compile(r"/door/$"))
    yield Plain(page, server, server.state(server.now)[0])
    context.close()
    watch.nothing()


def test_a_whole_shift_by_plain_forms(plain: Plain):
    page, clean = plain.page, plain.clean()
    page.locator('.tiles button[name=guests][value="3"]').click()
    expect(page).to_have_url(re.compile(r"/door/$"))
    assert plain.clean() == clean - 3
    row = page.locator('overlay-list[key="parties"] > ol > li').first
    expect(row).to_contain_text("3")
    row.get_by_role("button", name="送別").click()
    expect(page.locator('overlay-list[key="parties"] > ol > li').first.locator('[data-value="seen_off"]')).to_be_visible()
    page.locator('form:has(input[value="flat_open.air"]) button').first.click()
    expect(page.locator('form:has(input[value="flat_open.air"])')).to_have_count(0)
    plain.go("stock")
    plain.submit("stock.draw", quantity="20")
    assert plain.clean() == clean + 17
    plain.submit("stock.count", sign="lin", state="clean", counted="50")
    expect(page).to_have_url(re.compile(r"/door/stock$"))
    assert plain.clean() == 50
    plain.go("handover")
    plain.submit("duty.remark", category="safety", text="門口地墊翹起。")
    expect(page.get_by_text("門口地墊翹起。")).to_have_count(1)
    plain.submit("duty.offer", sign="lin", to=demo.person("he"), note="地墊待換。")
    gone_through(plain.form("duty.accept").last, counted="50")
    plain.submit("duty.accept", sign="he", result="accepted")
    expect(plain.form("duty.accept")).to_have_count(0)
    _as_it_was_done(plain)


def _as_it_was_done(plain: Plain) -> None:
    """Everything is at the server once, by whom it was, and nothing else has come."""
    before, after = plain.before, plain.state()
    lin, he = demo.person("lin"), demo.person("he")
    party = _only_new(before["tours"]["parties"], after["tours"]["parties"])
    assert (party["guests"], party["covers"], party["status"], party["author"]) == (3, 3, "seen_off", lin)
    answer = _only_new(before["checklists"], after["checklists"])
    assert (answer["item"], answer["answer"], answer["author"]) == ("flat_open.air", "pass", lin)
    clean = after["stock"]["figures"][PLACE][COVERS]["clean"]
    assert (clean["quantity"], clean["counted_at"] > party["arrived_at"]) == (50_000, True)
    store = [each["stock"]["figures"][STORE][COVERS]["store"]["quantity"] for each in (before, after)]
    assert store[0] - store[1] == 20_000
    remark = _only_new(before["duty"]["remarks"], after["duty"]["remarks"])
    assert (remark["category"], remark["text"], remark["author"]) == ("safety", "門口地墊翹起。", lin)
    handover = _only_new(before["duty"]["handovers"], after["duty"]["handovers"])
    assert (handover["author"], handover["to"], handover["note"], handover["status"]) == (lin, he, "地墊待換。", "accepted")
    assert [each["author"] for each in handover["answers"]] == [he]
    assert after["shifts"] == before["shifts"]


def _only_new(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> dict[str, Any]:
    fresh = [each for each in after if each not in before]
    assert len(fresh) == 1
    return fresh[0]


def test_taking_the_post_and_leaving_it_without_script(plain: Plain):
    plain.go("post")
    plain.submit("shifts.take_post", sign="he")
    expect(plain.page.locator("main")).to_contain_text("何欣怡")
    taken = _only_new(plain.before["shifts"], plain.state()["shifts"])
    assert (taken["person"], taken["what"]) == (demo.person("he"), "taken")


def test_a_wrong_code_keeps_what_was_counted(plain: Plain):
    plain.go("stock")
    plain.submit("stock.count", state="soiled", counted="12")
    plain.sign("lin", "000001")
    expect(plain.page.locator("#code-error")).to_be_visible()
    expect(plain.page.locator("#code")).to_have_attribute("aria-invalid", "true")
    expect(plain.page.locator(f'input[value="{demo.person("lin")}"]')).to_be_checked()
    plain.page.locator("#code").fill(CODES["lin"])
    plain.page.locator("main form button").first.click()
    expect(plain.page).to_have_url(re.compile(r"/door/stock$"))
    assert plain.state()["stock"]["figures"][PLACE][COVERS]["soiled"]["quantity"] == 12_000


def test_what_cannot_be_taken_is_said_beside_its_field_with_the_rest_kept(plain: Plain):
    text = "長" * 501
    plain.page.route("**/door/handover", _without_limits)
    plain.go("handover")
    plain.submit("duty.remark", category="visitor", text=text)
    wrong = plain.page.locator("#text")
    expect(wrong).to_have_value(text)
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(plain.page.locator("#text-error")).to_contain_text("500")
    keep_picture(plain.page, "ask-landscape-zh-Hant")
    sized(plain.page, PHONE)
    keep_picture(plain.page, "ask-phone-zh-Hant")
    wrong.fill("訪客證用完了。")
    plain.sign("lin")
    expect(plain.page.get_by_text("訪客證用完了。")).to_have_count(1)
    remark = _only_new(plain.before["duty"]["remarks"], plain.state()["duty"]["remarks"])
    assert (remark["category"], remark["text"]) == ("visitor", "訪客證用完了。")


def _without_limits(route: Route) -> None:
    """As for a browser that does not hold to `maxlength`."""
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace('maxlength="500"', ""))


def test_a_page_without_script_says_nothing_that_only_a_script_can_do(plain: Plain):
    """No big keys, no steppers, no empty dialogs: what does not work is not shown."""
    for path in ("", "parties", "checks", "stock", "handover", "post", "outbox"):
        plain.go(path)
        for dead in ("code-keypad", ".count__step", "dialog", "[data-evening]", "[data-send]", "template"):
            for each in plain.page.locator(dead).all():
                expect(each).to_be_hidden()
