"""A whole check with an answer of each kind, without a network: through a reload, and sent once."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.attachments.album import photo
from tests.browser.hands import Tablet, until
from tests.browser.test_photos import jpeg
from webapp import demo

pytestmark = pytest.mark.browser

BY_HAND: dict[str, dict[str, str]] = {
    "flat_open.air": {"answer": "pass"}, "flat_open.layout": {"answer": "na"}, "flat_open.covers": {"number": "58"},
    "flat_open.inventory": {"number": "8"}, "flat_open.air_way": {"choice": "not_possible"},
    "flat_open.air_from": {"time": "10:20"}, "flat_open.other": {"text": "陽臺門鎖偏緊"},
    "flat_open.view": {"answer": "pass"}, "flat_close.signed": {},
}  # fmt: skip
"""What is answered to one item of each kind; the time is later than the list allows, and the flat could not be aired."""


def form_of(here: Tablet, item: str) -> Locator:
    return here.page.locator(f'main operation-form:has(input[name=item][value="{item}"])')


def answer(here: Tablet, item: str, said: dict[str, str]) -> None:
    form, before = form_of(here, item), len(here.entries())
    for field in ("number", "time", "text"):
        if field in said:
            form.locator(f"[name={field}]").fill(said[field])
    if item == "flat_open.view":
        form.locator("input[type=file]").first.set_input_files(jpeg("IMG_1.jpg", photo(3)))
    if item == "flat_open.air_from":
        form.locator("textarea[name=note]").fill("早上有雨")  # asked for beside the field as soon as the time is out of bounds
    chosen = next((f'[name={field}][value="{said[field]}"]' for field in ("answer", "choice") if field in said), "")
    form.locator(f"button{chosen}:not([type=button]):visible").last.click()
    if not said:
        here.sign("lin")
    until(lambda: len(here.entries()) > before, f"{item}: nothing was saved")


def shown(here: Tablet) -> dict[str, str | None]:
    """What each line says, by its item."""
    rows = here.page.locator("latest-value.todo__row")
    return {str(row.get_attribute("key")).rsplit("/", 1)[1]: row.get_attribute("value") for row in rows.all()}


def failed(here: Tablet) -> set[str]:
    """What is marked as not in order, of what is answered here."""
    marked = here.page.locator(".todo__row:is([data-failed], :has(.todo__fails[data-value]:not([hidden])))")
    return {str(row.get_attribute("key")).rsplit("/", 1)[1] for row in marked.all()} & set(BY_HAND)


def ochre(here: Tablet) -> set[str]:
    """The ticks of answers here that are of another colour than those in order."""
    told = here.page.locator(".ticks__one:not([value=''])").evaluate_all(
        "ticks => ticks.map((tick) => [tick.getAttribute('key'), getComputedStyle(tick).backgroundColor])"
    )
    colours = {key.rsplit("/", 1)[1]: colour for key, colour in told}
    return {item for item, colour in colours.items() if colour != colours["flat_open.air"]} & set(BY_HAND)


def expected() -> dict[str, str]:
    return {item: "".join(said.values()) or "signed" for item, said in BY_HAND.items()}


def ours(here: Tablet) -> dict[str, Any]:
    return {item: value for item, value in shown(here).items() if item in BY_HAND}


@pytest.mark.clause("P2-4.4.2c")
@pytest.mark.clause("P2-4.4.6b")
def test_a_check_with_every_kind_is_answered_offline_and_sent_once(tablet: Callable[..., Tablet]) -> None:
    here = tablet()
    here.take_post("lin")
    here.ready()
    here.sent()
    before_all = here.server.state(here.server.now)[0]
    here.server.stop()
    here.watch.may_be_down = True
    here.go("checks")
    for item, said in BY_HAND.items():
        answer(here, item, said)
    with_fault = form_of(here, "flat_open.air_way").locator(".todo__fails")
    expect(with_fault).to_be_visible()
    assert failed(here) == {"flat_open.air_from", "flat_open.inventory", "flat_open.air_way"}
    assert ochre(here) == {"flat_open.air_from", "flat_open.inventory"}
    before = len(here.entries())
    end = here.page.locator('operation-form[operation="checklists.submit"]').nth(1)
    end.locator("button").click()
    until(lambda: len(here.entries()) > before, "the end was not saved")
    assert ours(here) == expected()
    here.page.reload()
    until(lambda: ours(here) == expected(), "the answers are not on the page any more")
    here.server.start()
    here.watch.may_be_down = False
    here.go("outbox")
    here.page.locator("[data-send]").click()
    here.sent()
    here.go("checks")
    assert ours(here) == expected()
    assert failed(here) == {"flat_open.air_from", "flat_open.inventory", "flat_open.air_way"}
    assert ochre(here) == {"flat_open.air_from", "flat_open.inventory"}
    opened = {
        each["item"]
        for each in here.server.state(here.server.now)[0]["actions"]["openings"]
        if each["author"] == demo.person("lin")
    }
    assert failed(here) <= opened
    told = new(before_all["checklists"], here.server.state(here.server.now)[0]["checklists"])
    assert sorted(each["item"] for each in told) == sorted(BY_HAND)
    assert {each["item"]: (each["choice"], each["time"], each["text"], each["number"], each["note"]) for each in told} == {
        item: (
            said.get("choice"), said.get("time"), said.get("text"), int(said["number"]) * 1000 if "number" in said else None,
            "早上有雨" if "time" in said else None,
        )
        for item, said in BY_HAND.items()
    }  # fmt: skip
    assert {each["author"] for each in told} == {demo.person("lin")}
    (end_of_it,) = new(before_all["checks"]["submitted"], here.server.state(here.server.now)[0]["checks"]["submitted"])
    assert end_of_it["version"] == demo.version("check.flat_opening")


def test_what_was_refused_of_a_check_is_mended_at_its_line(tablet: Callable[..., Tablet]) -> None:
    """Far down the page too, and the first thing of the line that can be touched is marked."""
    here = tablet()
    here.take_post("lin")
    here.sent()
    here.go("checks")
    line = here.page.locator("main operation-form:has(textarea[name=note] ~ [value=fail])").last
    line.locator(".todo__other--fail").click()
    note = line.locator("textarea[name=note]")
    note.evaluate("field => field.removeAttribute('maxlength')")  # as an old page has it
    note.fill("燈不亮" * 200)
    line.locator(".todo__note [value=fail]").click()
    until(lambda: here.entries()[-1].get("outcome") == "refused", "it is not too long")
    here.go("outbox")
    here.page.locator('outbox-list a[href*="#mend="]').click()
    expect(note).to_have_value("燈不亮" * 200)
    expect(line.locator("button").first).to_be_focused()
    expect(line.locator("button").first).to_be_in_viewport()


def new(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What has come, each as often as it did."""
    known = Counter(json.dumps(each, sort_keys=True) for each in before)
    return [json.loads(text) for text in (Counter(json.dumps(each, sort_keys=True) for each in after) - known).elements()]


@pytest.mark.clause("P2-4.4.2c")
def test_what_was_answered_without_a_network_stands_with_its_time_its_words_and_its_photo(tablet: Callable[..., Tablet]) -> None:
    here = tablet()
    here.take_post("lin")
    here.go("checks")
    here.server.stop()
    here.watch.may_be_down = True
    form, more = form_of(here, "flat_open.layout"), here.page.locator(".page__head .wrongs__more")
    expect(more).to_be_hidden()
    here.tick("flat_open.layout", "fail")
    form.locator("textarea[name=note]").fill("花瓶移位")
    form.locator("input[type=file]").first.set_input_files(jpeg("IMG_1.jpg", photo(1)))
    before = len(here.entries())
    form.locator(".todo__note button").click()
    until(lambda: len(here.entries()) > before, "the note was not saved")
    last = form.locator(".todo__last > :visible")
    expect(last).to_contain_text("林靜怡花瓶移位")
    expect(last.locator("img")).to_be_visible()
    # Said twice it is one point that is not in order.
    expect(more).to_be_visible()
    expect(here.page.locator('.page__head .wrongs [step="wrong"]')).to_have_count(1)
    # What was found stays to be read when it is in order again.
    here.tick("flat_open.layout")
    expect(last).to_have_count(2)
    expect(last.last).to_contain_text("花瓶移位")
    expect(last.last.locator("img")).to_be_visible()
    # Another value has another time and name than the one before it.
    number = form_of(here, "flat_close.covers_clean")
    left = here.page.locator('.check:has([name=item][value="flat_close.covers_clean"]) .check__left')
    expect(left).to_be_visible()
    for pairs in (40, 41):
        here.number("flat_close.covers_clean", pairs)
    expect(number.locator(".todo__last > :visible")).to_contain_text("林靜怡")
    expect(number.locator(".todo__last > :visible")).to_have_attribute("data-id", here.entries()[-1]["id"])
    # What is answered after it was submitted is said to be, until it is submitted again.
    check = here.page.locator('.check:has([name=item][value="flat_close.covers_clean"])')
    expect(check.locator(".said-at")).to_be_hidden()
    for told in ("已提交", "提交後又有改動"):
        submit = check.locator('[operation="checklists.submit"] button') if told == "已提交" else None
        submit.click() if submit else here.number("flat_close.covers_clean", 42)
        expect(check.locator(".said-at .tag:visible")).to_contain_text(told)
    here.go("actions")
    expect(here.page.locator('overlay-list[key$="/fail"] [data-id]').first).to_contain_text("花瓶移位")
    expect(here.page.locator('overlay-list[key$="/fail"] [data-id] .rows__title').first).to_have_text(
        "物品擺放與標準照片一致", use_inner_text=True
    )
    here.go()
    expect(here.page.locator(".triptych .wrongs__more")).to_be_visible()


@pytest.mark.clause("P2-4.1.3")
def test_the_manager_inspects_at_the_door_with_one_code_and_without_a_network_too(tablet: Callable[..., Tablet]) -> None:
    """With the server his code is a session's worth; without it the name is marked, for no tablet holds what checks his code."""
    here = tablet()
    here.take_post("lin")
    here.ready()
    seen: list[dict[str, Any]] = here.server.state(here.server.now)[0]["checklists"]
    here.go("inspection")
    dialog = here.page.locator('dialog[data-purpose="confirm"]')
    inspect(here, "inspect.manned", "pass")
    expect(dialog.locator("select[name=person] option")).to_have_text(["", "陳思遠"])
    here.sign("chen")
    inspect(here, "inspect.order", "fail", notes=2)
    expect(dialog).to_be_hidden()
    here.sent()
    here.server.stop()
    here.watch.may_be_down = True
    here.page.reload()
    inspect(here, "inspect.safety", "pass")
    here.sign("chen")
    until(lambda: len(here.entries()) == 4, "nothing was saved")
    here.server.start()
    here.sent()
    here.watch.may_be_down = False
    told = new(seen, here.server.state(here.server.now)[0]["checklists"])
    assert {(each["item"], each["answer"], each["author"], each["post"]) for each in told} == {
        (item, answer, demo.person("chen"), demo.named("post", "door"))
        for item, answer in (("inspect.manned", "pass"), ("inspect.order", "fail"), ("inspect.safety", "pass"))
    }
    proofs = [each["proof"].partition(":")[0] for each in here.entries()[1:]]
    assert proofs == ["grant", "grant", "unverified"]


def inspect(here: Tablet, item: str, answer: str, notes: int = 0) -> None:
    """Tap what was found; `notes`: how many entries there are then."""
    form_of(here, item).locator(f'button[name=answer][value="{answer}"]').first.click()
    if notes:
        until(lambda: len(here.entries()) == notes + 1, "nothing was saved")
