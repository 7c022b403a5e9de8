"""Who holds a thing, and how it is."""

import itertools
import random

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
    assert standing([*events, event(3, "taken")]).holders == (Held("he", 4),), "somebody took it again before the handover"


@given(events=st.lists(st.tuples(st.sampled_from((TAKEN, LENT, HANDED, BACK, LOST, FOUND, DAMAGED, MENDED)),
                                 st.sampled_from(("lin", "he"))), max_size=12), seed=st.integers(0, 2**32))  # fmt: skip
def test_a_handover_passes_on_only_what_is_out_in_whatever_order_it_all_comes(events: list[tuple[str, str]], seed: int) -> None:
    told = [event(at, what, by) for at, (what, by) in enumerate(events, 1)]
    come = random.Random(seed).sample(told, len(told))
    assert standing(come) == standing(told)
    if told and standing(told[:-1]).changed_at and standing(told[:-1]).where != "out" and told[-1].what == HANDED:
        assert standing(told) == standing(told[:-1])


def test_what_a_guest_has_is_no_taking() -> None:
    lent = standing([event(1, "lent", party="p")])
    assert (lent.holders, lent.concerns) == ((Held("lin", 1, True, "p"),), ())


@pytest.mark.parametrize("after", ["found", "taken", "given_back"])
def test_what_was_lost_and_turns_up_is_lost_no_more(after: str) -> None:
    lost = [event(1, "taken"), event(2, "lost")]
    assert (standing(lost).where, standing(lost).concerns) == ("lost", ("lost",))
    assert [each.by for each in standing(lost).holders] == ["lin"]
    assert not standing([*lost, event(3, after)]).is_lost


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
