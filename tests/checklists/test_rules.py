"""How far a check has come."""

from dataclasses import replace

import pytest

from webapp.checklists.rules import FAIL, PASS, Given, is_failed, run_of

DOOR = {"id": "door", "required": True, "critical": True}
AIR = {"id": "air", "required": True, "critical": False}
FRIDGE = {"id": "fridge", "required": True, "critical": True, "min": 0, "max": 8}
JEWELLERY = {"id": "jewellery", "required": False, "critical": False}


def given(item: str, answer: str | None = PASS, at: int = 1, number: int | None = None) -> Given:
    return Given((at, 1, 1, at, "", 0), item, answer, number, None, "lin")


@pytest.mark.clause("P2-4.4.2c")
def test_a_run_says_what_is_done_and_what_is_left() -> None:
    run = run_of([DOOR, AIR], [given("door")])
    assert (run.done, run.total, [line.item["id"] for line in run.left], run.is_complete) == (1, 2, ["air"], False)


def test_the_last_answer_by_order_counts_whenever_it_arrives() -> None:
    run = run_of([DOOR], [given("door", PASS, at=5), given("door", FAIL, at=3)])
    assert not run.failed


def test_what_was_found_and_told_of_stays_whatever_is_answered_after_it() -> None:
    told = [replace(given("air", FAIL, at=each), note=note, has_photos=seen) for each, note, seen in (
        (2, "不製冷", False), (3, None, True), (4, None, False),
    )]  # fmt: skip
    (line,) = run_of([AIR], [given("air", PASS, at=1), *told, given("air", PASS, at=5)]).lines
    assert (line.given and line.given.answer, [each.at for each in line.before]) == (PASS, [2, 3])
    (line,) = run_of([AIR], told[:1]).lines
    assert not line.before, "it is itself what counts"


def test_what_is_not_required_is_never_left() -> None:
    assert run_of([JEWELLERY], []).is_complete


@pytest.mark.clause("P2-4.4.6b")
def test_a_failed_critical_item_stands_out() -> None:
    run = run_of([DOOR, AIR], [given("door", FAIL), given("air", FAIL)])
    assert [line.item["id"] for line in run.failed] == ["door", "air"]
    assert [line.item["id"] for line in run.failed_critically] == ["door"]


@pytest.mark.parametrize(("number", "wrong"), [(-1, True), (0, False), (8_000, False), (8_001, True)])
def test_a_number_outside_its_bounds_fails(number: int, wrong: bool) -> None:
    assert is_failed(FRIDGE, given("fridge", None, number=number)) is wrong


def test_an_answer_to_an_item_that_the_list_has_no_more_is_left_out() -> None:
    assert run_of([DOOR], [given("gone")]).done == 0
