"""Who holds a thing, and how it is."""

import itertools
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.custody.rules import (
    BACK,
    DAMAGED,
    FOUND,
    HANDED,
    LENT,
    LOST,
    MENDED,
    TAKEN,
    Happened,
    Held,
    standing,
    stays_out,
)  # fmt: skip


def event(at: int, what: str, by: str | None = "lin", note: str | None = None, party: str | None = None) -> Happened:
    return Happened((at, 1, 1, at, "", 0), by, what, note, party)


@pytest.mark.clause("P2-4.3.1f")
def test_whoever_took_it_last_holds_it_until_it_is_given_back() -> None:
    assert standing([]).where == "back"
    taken = standing([event(1, "taken")])
    assert (taken.where, taken.holders) == ("out", (Held("lin", 1),))
    assert standing([event(1, "taken"), event(2, "given_back")]).where == "back"
    assert standing([event(1, "taken"), event(2, "taken")]).holders == (Held("lin", 1),)


def test_two_takings_at_once_both_stand_and_are_told() -> None:
    both = standing([event(1, "taken"), event(2, "taken", "he")])
    assert [each.by for each in both.holders] == ["lin", "he"]
    assert both.concerns == ("taken_twice",)
    assert standing([event(1, "taken"), event(2, "taken", "he"), event(3, "given_back")]).concerns == ()


def test_handing_over_ends_what_was_and_begins_anew() -> None:
    assert standing([event(1, "taken"), event(2, "handed_over", "he")]).holders == (Held("he", 2),)


@pytest.mark.clause("P2-4.3.1f")
@pytest.mark.parametrize(("before", "where"), [("given_back", "back"), ("found", "back"), ("lost", "lost")])
def test_what_was_not_out_any_more_is_not_passed_on(before: str, where: str) -> None:
    events = [event(1, "taken"), event(2, before), event(4, "handed_over", "he")]
    assert [each.by for each in standing(events).holders] == (["lin"] if before == "lost" else [])
    assert standing(events).where == where
    again = standing([*events, event(3, "taken")])
    assert again.holders == ((Held("lin", 1),) if before == "lost" else (Held("he", 4),)), "somebody took it before the handover"


@given(events=st.lists(st.tuples(st.sampled_from((TAKEN, LENT, HANDED, BACK, LOST, FOUND, DAMAGED, MENDED)),
                                 st.sampled_from(("lin", "he"))), max_size=12), seed=st.integers(0, 2**32))  # fmt: skip
def test_a_handover_passes_on_only_what_is_out_in_whatever_order_it_all_comes(events: list[tuple[str, str]], seed: int) -> None:
    told = [event(at, what, by) for at, (what, by) in enumerate(events, 1)]
    come = random.Random(seed).sample(told, len(told))
    assert standing(come) == standing(told)
    if told and standing(told[:-1]).changed_at and standing(told[:-1]).where != "out" and told[-1].what == HANDED:
        assert replace(standing(told), after_loss=()) == replace(standing(told[:-1]), after_loss=())


def test_what_a_guest_has_is_no_taking() -> None:
    lent = standing([event(1, "lent", party="p")])
    assert (lent.holders, lent.concerns) == ((Held("lin", 1, True, "p"),), ())


LOST_BY_LIN = [event(1, "taken"), event(2, "lost", note="在電梯口")]


def test_what_was_lost_is_lost_until_it_is_found() -> None:
    lost = standing(LOST_BY_LIN)
    assert (lost.where, lost.concerns, [each.by for each in lost.holders]) == ("lost", ("lost",), ["lin"])
    found = standing([*LOST_BY_LIN, event(3, "taken", "he"), event(4, "found")])
    assert (found.where, found.concerns, found.holders) == ("back", (), ())
    assert standing([*LOST_BY_LIN, event(4, "found"), event(5, "taken", "he")]).holders == (Held("he", 5),)


@pytest.mark.clause("P2-4.3.1f")
@pytest.mark.parametrize("after", ["taken", "lent", "handed_over", "given_back"])
def test_whoever_did_not_know_of_a_loss_does_not_end_it_and_is_named(after: str) -> None:
    for events in itertools.permutations([*LOST_BY_LIN, event(3, after, "he")]):
        told = standing(events)
        assert (told.where, told.loss, told.changed_at) == ("lost", "在電梯口", 2)
        assert (told.concerns, told.after_loss) == (("lost", "after_loss"), ("he",))
        assert told.holders == (Held("lin", 1),), "whoever had it then answers for it"


def test_a_loss_that_is_declared_anew_knew_of_what_came_before_it() -> None:
    again = standing([*LOST_BY_LIN, event(3, "taken", "he"), event(4, "lost", "he")])
    assert (again.concerns, again.after_loss) == (("lost",), ())


def test_taking_what_one_has_changes_nothing() -> None:
    once = standing([event(1, "taken"), event(2, "handed_over", "he")])
    twice = standing([event(1, "taken"), event(2, "handed_over", "he"), event(3, "taken", "he"), event(4, "taken", "he")])
    assert (twice.holders, twice.concerns) == (once.holders, ())


def test_damage_stays_until_it_is_mended_wherever_the_thing_goes() -> None:
    damaged = [event(1, "damaged", note="天線斷了"), event(2, "taken")]
    assert (standing(damaged).is_damaged, standing(damaged).note, standing(damaged).concerns) == (True, "天線斷了", ("damaged",))
    mended = standing([*damaged, event(3, "mended")])
    assert (mended.is_damaged, mended.note, mended.where) == (False, None, "out")


def test_the_order_in_which_events_come_in_changes_nothing() -> None:
    events = [event(1, "taken"), event(2, "taken", "he"), event(3, "lost"), event(4, "damaged", note="x"), event(5, "found")]
    assert len({standing(each) for each in itertools.permutations(events)}) == 1


def test_what_was_not_given_back_in_the_evening_is_kept_overnight() -> None:
    assert stays_out(standing([event(5, "taken")]), 10) == (Held("lin", 5),)
    assert stays_out(standing([event(15, "taken")]), 10) == ()
    assert stays_out(standing([event(5, "taken"), event(9, "given_back")]), 10) == ()
