"""How corrective actions stand."""

import itertools

import pytest

from webapp.actions.rules import DUE_MOST, DUE_WITHIN, Act, Action, Opened, Status, actions_of, may_be_due

HOUR = 3_600_000


def opened(at: int, name: str, item: str | None = "lamp", **more: object) -> Opened:
    return Opened((at, 1, 1, at, name, 0), "check", name, "flat", item=item, **more)  # type: ignore[arg-type]


def act(at: int, what: str, name: str, by: str = "lin", action: str = "a", **more: object) -> Act:
    return Act((at, 1, 1, at, name, 0), action, what, by, **more)  # type: ignore[arg-type]


def only(*facts: Opened | Act) -> Action:
    """The one action of these facts, the same from every order of them."""
    seen = set()
    for order in itertools.permutations(facts):
        (found,) = actions_of(
            [each for each in order if isinstance(each, Opened)], [each for each in order if isinstance(each, Act)]
        )
        seen.add((found.id, found.status, found.version, found.due_at, tuple(each.counts for each in found.history)))
    assert len(seen) == 1
    return found


@pytest.mark.clause("P2-4.4.2c")
def test_an_action_is_due_a_day_after_it_was_opened_unless_somebody_says_otherwise():
    found = only(opened(HOUR, "a"))
    assert (found.status, found.due_at) == (Status.OPEN, HOUR + DUE_WITHIN)
    assert not found.is_overdue(found.due_at - 1)
    assert found.is_overdue(found.due_at)
    planned = only(opened(HOUR, "a"), act(2 * HOUR, "planned", "p", "chen", seen="a", due_at=9 * HOUR, assignee_id="he"))
    assert (planned.due_at, planned.assignee_id) == (9 * HOUR, "he")


def test_done_is_not_overdue_and_waits_for_somebody_else():
    found = only(opened(1, "a"), act(2, "done", "d"))
    assert (found.status, found.version, found.is_overdue(9 * DUE_WITHIN)) == (Status.DONE, "d", False)
    assert not found.may_verify("lin")
    assert found.may_verify("chen")


@pytest.mark.clause("P2-4.4.2c")
def test_whoever_did_it_does_not_verify_it():
    mine = only(opened(1, "a"), act(2, "done", "d"), act(3, "verified", "v", "lin", seen="d"))
    assert (mine.status, [each.counts for each in mine.history]) == (Status.DONE, [True, False])
    assert only(opened(1, "a"), act(2, "done", "d"), act(3, "verified", "v", "chen", seen="d")).status is Status.VERIFIED


@pytest.mark.clause("P2-4.4.2c")
def test_whoever_did_it_does_not_call_it_off_either():
    mine = only(opened(1, "a"), act(2, "done", "d"), act(3, "cancelled", "c", "lin", seen="d"))
    assert (mine.status, [each.counts for each in mine.history]) == (Status.DONE, [True, False])
    assert only(opened(1, "a"), act(2, "done", "d"), act(3, "cancelled", "c", "chen", seen="d")).status is Status.CANCELLED
    assert only(opened(1, "a"), act(3, "cancelled", "c", "lin", seen="a")).status is Status.CANCELLED, "nobody had done it"


def test_what_is_said_once_more_in_the_same_run_is_found_once():
    found = only(opened(1, "a", run="2026-05-28"), opened(2, "b", run="2026-05-28", note="鎖不上"))
    assert ([each.act.what for each in found.history], found.note) == (["told_more"], "鎖不上")
    again = only(opened(1, "a", run="2026-05-28", note="鎖不上"), opened(2, "b", run="2026-05-29"))
    assert ([each.act.what for each in again.history], again.note) == (["found_again"], "鎖不上")
    done = only(opened(1, "a", run="2026-05-28"), act(2, "done", "d"), opened(3, "b", run="2026-05-28"))
    assert ([each.act.what for each in done.history], done.status) == (["done", "found_again"], Status.OPEN)
    without = only(opened(1, "a"), opened(2, "b"))
    assert [each.act.what for each in without.history] == ["found_again"], "what an older tablet sent names no run"


@pytest.mark.parametrize(("due", "may"), [(-1, False), (0, True), (DUE_MOST, True), (DUE_MOST + 1, False)])
def test_nothing_is_due_before_now_nor_in_another_age(due: int, may: bool):
    assert may_be_due(9 * HOUR + due, 9 * HOUR) is may


def test_nothing_that_is_not_done_can_be_verified():
    assert only(opened(1, "a"), act(3, "verified", "v", "chen", seen="a")).status is Status.OPEN


def test_what_two_have_done_is_done_once_and_neither_verifies_it():
    found = only(
        opened(1, "a"), act(2, "done", "d"), act(3, "done", "e", "chen"), act(4, "verified", "v", "chen", seen="d"),
        act(5, "verified", "w", "zhou", seen="d"),
    )  # fmt: skip
    assert (found.status, [each.counts for each in found.history]) == (Status.VERIFIED, [True, False, False, True])


def test_opened_again_it_is_done_again_and_an_older_word_does_not_count():
    facts = (
        opened(1, "a"), act(2, "done", "d"), act(3, "reopened", "r", "chen", seen="d"), act(4, "verified", "v", "zhou", seen="d"),
    )  # fmt: skip
    found = only(*facts)
    assert (found.status, found.is_reopened, found.history[-1].counts) == (Status.OPEN, True, False)
    again = only(*facts, act(5, "done", "e", "he"), act(6, "verified", "w", "lin", seen="e"))
    assert again.status is Status.VERIFIED


def test_of_two_words_at_once_the_first_counts():
    found = only(
        opened(1, "a"), act(2, "done", "d"), act(3, "verified", "v", "chen", seen="d"), act(4, "reopened", "r", "zhou", seen="d")
    )
    assert (found.status, [each.counts for each in found.history]) == (Status.VERIFIED, [True, True, False])


def test_a_cancelled_one_is_settled_and_cannot_be_done_any_more():
    found = only(opened(1, "a"), act(2, "cancelled", "c", "chen", seen="a"), act(3, "done", "d"))
    assert (found.status, [each.counts for each in found.history]) == (Status.CANCELLED, [True, False])


@pytest.mark.clause("P2-4.4.2c")
def test_the_same_item_found_wrong_again_is_the_same_action_until_it_is_settled():
    found = only(opened(1, "a"), opened(2, "b"), act(3, "done", "d", action="b"))
    assert (found.id, found.status) == ("a", Status.DONE)
    again = only(opened(1, "a"), act(2, "done", "d"), opened(3, "b"))
    assert (again.status, again.is_reopened) == (Status.OPEN, True)
    verified = [opened(1, "a"), opened(4, "b")], [act(2, "done", "d"), act(3, "verified", "v", "chen", seen="d")]
    assert [(each.id, each.status) for each in actions_of(*verified)] == [("a", Status.VERIFIED), ("b", Status.OPEN)]


def test_other_items_and_places_have_actions_of_their_own():
    elsewhere = Opened((3, 1, 1, 3, "c", 0), "check", "c", "bar", item="lamp")
    assert len(actions_of([opened(1, "a"), opened(2, "b", "door"), elsewhere, opened(4, "d", None), opened(5, "e", None)], [])) == 5


def test_what_was_done_before_its_opening_by_the_clocks_counts():
    assert only(act(1, "done", "d"), opened(2, "a")).status is Status.DONE


def test_what_is_done_to_something_unknown_waits():
    assert actions_of([], [act(1, "done", "d")]) == []


def test_in_a_small_team_the_doer_verifies_and_it_is_said_so():
    facts = [opened(1, "a")], [act(2, "done", "d"), act(5, "verified", "v", "lin", seen="d")]
    (small,) = actions_of(*facts, lambda at: at >= 5)
    assert (small.status, [each.is_own for each in small.history]) == (Status.VERIFIED, [False, True])
    (later,) = actions_of(*facts, lambda at: at >= 6)
    assert (later.status, [each.is_own for each in later.history]) == (Status.DONE, [False, False])
    assert small.may_verify("lin", small=True)
    assert not small.may_verify(None, small=True)
