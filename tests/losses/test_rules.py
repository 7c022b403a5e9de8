"""Gaps, declared losses and completeness, as pure rules."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.losses.rules import (
    LOST,
    MISSING,
    PHOTOS,
    WAITING,
    Declared,
    Gap,
    Lost,
    Reached,
    Standing,
    Store,
    Unseen,
    came_after_all,
    carried,
    gaps,
    next_epoch,
    read_reached,
    undeclared,
)

EDGE = 30
SPANS = st.tuples(st.integers(1, EDGE), st.none() | st.integers(1, EDGE)).map(
    lambda pair: Declared(1, pair[0], None if pair[1] is None else max(pair))
)


def numbers(parts: Iterable[Gap | Declared]) -> set[int]:
    """The numbers that these spans hold; what has no end is looked at up to twice the edge."""
    return {seq for part in parts for seq in range(part.first, (2 * EDGE if part.last is None else part.last) + 1)}


def test_a_whole_sequence_has_no_gap() -> None:
    assert gaps(Store(1, 7, 7)) == []
    assert Standing((Store(1, 7, 7),)).is_complete


def test_what_a_tablet_in_use_has_not_sent_may_still_come() -> None:
    standing = Standing((Store(1, 4, 7, good_at=50),))
    assert standing.gaps == [Gap(1, 5, 7, WAITING, 50, None)]
    assert (standing.unsent, standing.is_complete) == (3, False)


def test_what_a_lost_store_had_not_sent_is_missing_by_number() -> None:
    assert gaps(Store(1, 4, 7, good_at=50, gone_at=90)) == [Gap(1, 5, 7, MISSING, 50, 90)]


def test_without_a_mark_nobody_knows_how_many() -> None:
    (gap,) = gaps(Store(1, 4, 7, good_at=50, gone_at=90, is_open=True))
    assert (gap.first, gap.last, gap.number) == (5, None, None)


def test_markers_side_by_side_are_one_loss() -> None:
    lost = (Lost(3, 20, 30), Lost(2, 10, 30), Lost(5, 40, 50))
    assert gaps(Store(1, 9, 9, lost=lost)) == [Gap(1, 2, 3, LOST, 10, 30), Gap(1, 5, 5, LOST, 40, 50)]


def test_a_loss_that_was_declared_leaves_it_complete() -> None:
    store = Store(1, 4, 7, gone_at=90)
    assert not Standing((store,), (Declared(1, 5, 6),)).is_complete
    assert not Standing((store,), (Declared(2, 5, 7),)).is_complete
    assert Standing((store,), (Declared(1, 5, 6), Declared(1, 7, 7))).is_complete


def test_what_is_held_is_not_complete() -> None:
    assert not Standing((Store(1, 7, 7),), held_at=(50,)).is_complete


@given(st.integers(1, EDGE), st.none() | st.integers(1, EDGE), st.lists(SPANS, max_size=6))
def test_what_is_undeclared_is_the_rest(first: int, last: int | None, declared: list[Declared]) -> None:
    gap = Gap(1, first, None if last is None else max(first, last), MISSING, 0, 0)
    parts = undeclared(gap, declared)
    assert numbers(parts) == numbers([gap]) - numbers(declared)
    assert all(one.last is not None and one.last + 1 < other.first for one, other in pairwise(parts))


@pytest.mark.parametrize(("during", "open_ones"), [((0, 50), 0), ((50, 60), 1), ((60, 90), 1), ((90, 91), 1), ((91, 200), 0)])
def test_a_loss_concerns_the_days_in_which_it_may_have_happened(during: tuple[int, int], open_ones: int) -> None:
    standing = Standing((Store(1, 4, 7, good_at=50, gone_at=90),))
    assert len(standing.on(*during).gaps) == open_ones


def test_what_still_waits_concerns_every_day_since_the_last_that_came() -> None:
    standing = Standing((Store(1, 4, 7, good_at=50),), held_at=(70,))
    assert [len(standing.on(*day).gaps) for day in ((0, 50), (50, 60), (1_000, 2_000))] == [0, 1, 1]
    assert [standing.on(*day).held_at for day in ((0, 70), (70, 71))] == [(), (70,)]


@pytest.mark.parametrize(
    ("declared", "acked", "lost", "came"),
    [((5, 7), 4, (), 0), ((5, 7), 6, (), 2), ((5, 7), 9, (), 3), ((5, None), 9, (), 5), ((5, 7), 9, (6,), 2)],
)  # fmt: skip
def test_what_came_after_all_is_counted(declared: tuple[int, int | None], acked: int, lost: tuple[int, ...], came: int) -> None:
    store = Store(1, acked, 9, lost=tuple(Lost(seq, 0, 0) for seq in lost))
    assert came_after_all(Declared(1, *declared), store) == came


@pytest.mark.parametrize(
    ("text", "read"),
    [("1.42.1763869200000", Reached(1, 42, 1763869200000)), ("1.42", None), ("", None), ("1.x.3", None), ("1.2.3.4", None),
     ("1" * 10 + ".2.3", None), ("-1.2.3", None)],
)  # fmt: skip
def test_the_mark_outside_the_store_is_read_or_not(text: str, read: Reached | None) -> None:
    assert read_reached(text) == read


@pytest.mark.parametrize(
    ("used", "reserved", "promised", "began"),
    [([1], [1], [], 2), ([1], [1, 2], [], 2), ([1], [1, 2], [2], 3), ([1, 3], [1, 2, 3], [], 4), ([4], [1], [], 5)],
)  # fmt: skip
def test_a_store_begins_under_a_number_of_its_own(used: list[int], reserved: list[int], promised: list[int], began: int) -> None:
    assert next_epoch(used, reserved, promised) == began


def test_photos_of_a_store_in_use_are_on_the_tablet_still():
    standing = Standing((Store(1, 4, 4),), photos=(Unseen(1, 50), Unseen(1, 60)))
    assert (standing.photos_at, standing.gaps, standing.is_complete) == ((50, 60), [], False)
    assert standing.on(55, 70).photos_at == (60,)


def test_photos_that_went_with_a_store_are_a_loss_until_it_is_declared():
    gone = (Store(1, 4, 4, gone_at=90), Store(2, 0, 0))
    standing = Standing(gone, photos=(Unseen(1, 50), Unseen(1, 60), Unseen(2, 95)))
    assert standing.gaps == [Gap(1, 5, None, PHOTOS, 50, 60, 2)]
    assert (standing.photos_at, standing.is_complete) == ((95,), False)
    assert standing.on(0, 55).gaps == [Gap(1, 5, None, PHOTOS, 50, 50, 1)]
    assert standing.on(70, 90).gaps == []
    assert Standing(gone, (Declared(1, 5, None),), photos=(Unseen(1, 50),)).is_complete


def test_what_is_declared_lost_of_a_store_is_said_of_its_photos_too():
    gone = (Store(1, 4, 7, gone_at=90),)
    assert [gap.kind for gap in Standing(gone, photos=(Unseen(1, 50),)).gaps] == [MISSING, PHOTOS]
    assert Standing(gone, (Declared(1, 5, 7),), photos=(Unseen(1, 50),)).is_complete


def test_what_a_tablet_carried_is_what_was_made_and_had_not_come():
    assert carried([(1, 5), (2, 5), (4, 4)], [0, 1, 2, 4, 5]) == [0, 1, 2, 2, 0]
