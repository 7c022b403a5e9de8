"""A slip of the finger is undone on the tablet, with a network and without; somebody else's is not offered."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.hands import Tablet, until
from tests.browser.looks import NARROW, OVERFLOW, found_by_axe, sized
from tests.browser.test_day import relieve

STATES = ("clean", "in_use", "soiled")
pytestmark = pytest.mark.browser


def mine(here: Tablet, operation: str) -> Locator:
    """The newest row of an operation in the list of the tablet's own entries."""

    def kept() -> str:
        return next((each["id"] for each in reversed(here.entries()) if each["operation"] == operation), "")

    entry = until(kept, f"{operation} was not kept")
    here.go("outbox")
    return here.page.locator(f'outbox-list [data-id="{entry}"]')


@pytest.mark.clause("P2-4.4.3b")
def test_what_was_tapped_by_mistake_is_undone_without_a_network(tablet: Callable[..., Tablet]):
    here = tablet()
    here.take_post("lin")
    before = here.tally()
    here.server.stop()
    here.watch.may_be_down = True
    here.arrive(3)
    row = here.page.locator("overlay-list[key=parties] [data-id]").first
    row.locator('operation-form[operation="tours.reverse"] button').click()
    expect(row.locator('[data-value="undone"]')).to_be_visible()
    assert here.tally() == before
    expect(mine(here, "tours.arrive")).to_have_attribute("data-state", "undone")
    here.go("actions")
    here.submit("actions.done")
    done = here.page.locator(f'latest-value[key="action/{json.loads(here.entries()[-1]["body"])["action"]}"]')
    expect(done).to_have_attribute("value", "done")
    done.locator('operation-form[operation="actions.reverse"] button:visible').click()
    expect(done).to_have_attribute("value", "open")
    expect(mine(here, "actions.done")).to_have_attribute("data-state", "undone")
    here.go("checks")
    here.submit("checklists.submit")
    submitted = here.page.locator(".said-at").last
    expect(submitted).to_have_attribute("value", "submitted")
    submitted.locator('operation-form[operation="checklists.reverse"] button:visible').click()
    expect(submitted).to_have_attribute("value", "")
    expect(submitted).to_contain_text("已撤銷")
    expect(mine(here, "checklists.submit")).to_have_attribute("data-state", "undone")
    here.go("handover/things")
    here.page.locator('operation-form[operation="custody.take"] button:visible').first.click()
    taken = mine(here, "custody.take")
    taken.locator('operation-form[operation="custody.reverse"] button').click()
    expect(taken).to_have_attribute("data-state", "undone")
    here.go("handover/things")
    expect(here.page.locator('latest-value[value="undone"]')).to_have_count(1)
    here.go("handover")
    here.submit("duty.remark", category="repair", text="門鎖鬆了")
    remark = here.page.locator('overlay-list[key="remarks"] [data-id]').first
    remark.locator('operation-form[operation="duty.reverse"] button').click()
    expect(remark.locator('[data-step="undone"]')).to_be_visible()
    here.server.start()
    here.sent(woken=False)  # nobody touches it: its own look from time to time finds the server
    state, _line = here.server.state(here.server.now)
    known = {each["id"]: each["operation"] for each in here.entries()}
    assert not set(known) & {each["id"] for each in state["tours"]["parties"]}
    assert "門鎖鬆了" not in {each["text"] for each in state["duty"]["remarks"]}


def test_only_ones_own_entries_can_be_undone_on_a_tablet(tablet: Callable[..., Tablet], axe: str):
    here = tablet()
    here.take_post("lin")
    here.arrive(2)
    row = mine(here, "tours.arrive")
    expect(row.locator("operation-form button")).to_be_visible()
    sized(here.page, NARROW)
    assert here.page.evaluate(OVERFLOW) == []
    assert found_by_axe(here.page, axe) == []
    relieve(here, "he")
    expect(mine(here, "tours.arrive").locator("operation-form button")).to_have_count(0)
    here.sent()
    here.go("parties")
    expect(here.page.locator('[operation="tours.reverse"] button:visible')).to_have_count(0)
    # Nor what no server knows yet, before the page is left and after.
    here.server.stop()
    here.watch.may_be_down = True
    here.go("parties")
    here.go()
    here.arrive(3)
    undo = here.page.locator(f'[data-id="{here.entries()[-1]["id"]}"] [operation="tours.reverse"] button')
    expect(undo).to_be_visible()
    relieve(here, "lin")
    here.go()
    expect(undo).to_have_count(1)
    expect(undo).to_be_hidden()
    here.server.start()
    here.sent()


def test_a_number_keeps_its_steps_whoever_is_on_the_post(tablet: Callable[..., Tablet]):
    """What is hidden is the undoing of somebody else's entry, nothing beside it."""
    here = tablet()
    here.take_post("lin")
    here.go("stock")
    form = here.page.locator('main operation-form[operation="stock.draw"]').last
    number = form.locator("[name=quantity]")
    number.fill("5")
    for step, after in (("加一", "6"), ("加一", "7"), ("減一", "6")):
        form.get_by_role("button", name=step).click()
        expect(number).to_have_value(after)


@pytest.mark.clause("P2-4.1.5a")
def test_more_than_the_store_room_holds_is_drawn_only_when_it_is_said_once_more(tablet: Callable[..., Tablet]):
    """And a number that was typed wrong does not come back with the page. A question that was refused is mended in one tap."""
    here = tablet()
    here.take_post("lin")
    here.arrive(2)
    party = here.entries()[-1]["id"]
    here.go("stock")
    form = here.page.locator('main operation-form[operation="stock.draw"]').last
    number, over = form.locator("[name=quantity]"), form.locator(".btn--over")
    most, before = str(number.get_attribute("max")), len(here.entries())
    number.fill("5000")
    form.locator(".btn--primary").click()
    expect(form.locator(".wrong")).to_contain_text(most)
    assert len(here.entries()) == before
    here.go("stock")
    expect(number).to_have_value("")
    expect(over).to_be_hidden()
    number.fill("5000")
    over.click()
    until(lambda: len(here.entries()) == before + 1, "the shelf was real")
    here.sent()
    here.go(f"parties/{party}")
    form, fold = here.page.locator('main operation-form[operation="tours.ask"]'), here.page.locator("details.rows__more > summary")
    fold.click()
    form.locator("[name=text]").fill("學校多遠？")
    form.locator("[name=when]").evaluate("field => { field.min = ''; }")  # as an old page has it
    form.locator("[name=when]").fill("2026-05-20T10:00")
    form.locator('[value="school"]').click()
    until(lambda: here.entries()[-1].get("outcome") == "refused", "it is too long ago")
    here.go("outbox")
    here.page.locator('outbox-list a[href*="#mend="]').click()
    expect(form.locator("[name=text]")).to_have_value("學校多遠？")
    expect(form.locator("[name=when]")).to_have_value("2026-05-20T10:00")
    form.locator("[name=when]").fill("")
    expect(form.locator('[value="school"]')).to_be_visible()
    form.locator('[value="school"]').click()
    until(lambda: here.entries()[-1].get("repairs"), "it mends nothing")
    mended, (original,) = here.entries()[-1], [each for each in here.entries() if each.get("mended")]
    assert (mended["repairs"], mended["mends_at"]) == (original["id"], original["when"])


@pytest.mark.clause("P2-4.4.3f")
def test_more_than_went_to_the_laundry_comes_back_only_when_it_is_said_once_more(tablet: Callable[..., Tablet]):
    here = tablet()
    here.take_post("lin")
    here.server.stop()
    here.watch.may_be_down = True
    here.go("stock")
    form = here.page.locator('main operation-form[operation="stock.return_clean"]')
    number, over, before = form.locator("[name=quantity]"), form.locator(".btn--over"), len(here.entries())
    most = int(str(number.get_attribute("max")))
    number.fill(str(most + 1))
    form.locator("button.btn:not(.btn--over)").click()
    expect(form.locator(".wrong")).to_contain_text(str(most))
    number.fill("10000")
    over.click()
    expect(form.locator(".wrong")).to_contain_text("9999")
    assert len(here.entries()) == before
    number.fill(str(most + 1))
    over.click()
    until(lambda: len(here.entries()) == before + 1, "the shelf was real")


def test_more_than_there_are_goes_to_the_laundry_only_when_it_is_said_once_more(tablet: Callable[..., Tablet]):
    """What lies in the basket changes with every party, offline too; how many pairs there are in all does not."""
    here = tablet()
    here.take_post("lin")
    here.go("stock")
    form = here.page.locator('main operation-form[operation="stock.collect"]')
    clean, worn, soiled = (here.page.locator(f'.figures tally-value[key$="/{state}"]').first.inner_text() for state in STATES)
    most, before = int(clean) + int(worn) + int(soiled), len(here.entries())
    form.locator("[name=quantity]").fill(str(most + 1))
    form.locator("button.btn:not(.btn--over)").click()
    expect(form.locator(".wrong")).to_contain_text(str(most))
    assert len(here.entries()) == before
    form.locator(".btn--over").click()
    until(lambda: len(here.entries()) == before + 1, "the basket was real")


def test_what_went_to_the_laundry_without_a_network_is_listed_and_undone(tablet: Callable[..., Tablet]):
    here = tablet()
    here.take_post("lin")
    here.go("stock")
    here.server.stop()
    here.watch.may_be_down = True
    soiled = here.page.locator('tally-value[key$="/soiled"]').first
    before = int(soiled.inner_text())
    here.submit("stock.collect", quantity="4")
    expect(soiled).to_have_text(str(before - 4))
    row = here.page.locator(f'overlay-list[key^="drawn/"] [data-id="{here.entries()[-1]["id"]}"]')
    expect(row).to_contain_text("4 雙")
    batch = here.page.locator(f'overlay-list[key^="laundry/"] [data-id="{here.entries()[-1]["id"]}"]')
    expect(batch).to_contain_text("送出 4，尚有 4 未回")
    row.locator('operation-form[operation="stock.reverse"] button').click()
    expect(row.locator('[data-step="undone"]')).to_be_visible()
    expect(batch.locator('[data-step="undone"]')).to_be_visible()
    expect(soiled).to_have_text(str(before))
    here.server.start()
    here.sent()
    assert here.server.state(here.server.now)[0]["tours"]["covers"][0]["soiled"] == 1000 * before
