"""How much there is, told from counts and movements."""

import pytest

from webapp.stock.rules import (
    Counted,
    Moved,
    Washed,
    batches,
    lasts_until,
    on_hand,
    one_draw,
    reasons_for,
    request_status,
    runs_low,
    unsure,
)

HOUR = 3_600_000


def order(at: int, tablet: int = 1, seq: int = 1) -> tuple[int, int, int, int, str, int]:
    return (at, tablet, 1, seq, "", 0)


@pytest.mark.clause("P2-4.4.2c")
def test_a_count_settles_what_was_drawn_before_it() -> None:
    legs = [Moved(order(10), 4_000), Moved(order(9), 2_000), Moved(order(12), -1_000)]
    assert on_hand([Counted(order(11), 40_000)], legs) == 39_000


@pytest.mark.parametrize(("categories", "reasons"), [
    (["shoe_cover"], ("broken", "other")), (["cleaning", "shoe_cover"], ("expired", "spilt", "broken", "other")),
    (["shoe_cover", "tea"], ("expired", "spilt", "broken", "tasting", "other")),
])  # fmt: skip
def test_nobody_tastes_or_spills_a_shoe_cover(categories: list[str], reasons: tuple[str, ...]) -> None:
    assert reasons_for(categories) == reasons


def test_without_a_count_everything_that_moved_is_there() -> None:
    assert on_hand([], [Moved(order(1), 5_000), Moved(order(2), -7_000)]) == -2_000


def test_at_the_same_instant_the_tie_order_tells_before_from_after() -> None:
    count = Counted(order(10, tablet=2), 40_000)
    assert on_hand([count], [Moved(order(10, tablet=1), 5_000)]) == 40_000
    assert on_hand([count], [Moved(order(10, tablet=3), 5_000)]) == 45_000


@pytest.mark.clause("P2-4.4.2c")
def test_at_the_minimum_is_enough() -> None:
    assert not runs_low(30_000, 30_000)
    assert runs_low(29_999, 30_000)


@pytest.mark.clause("P2-4.4.2c")
def test_one_tap_draws_what_a_full_place_lacks_at_the_least_what_it_lacks_when_it_runs_low() -> None:
    assert one_draw(12_000, 30_000, 90_000) == 78_000
    assert one_draw(59_000, 30_000, 90_000) == 60_000
    assert one_draw(-3_000, 30_000, 90_000) == 93_000
    assert one_draw(12_000, 30_000, 0) == 0


def test_covers_last_as_long_as_this_mornings_rate_says() -> None:
    assert lasts_until(46_000, 14_000, since=0, at=7 * HOUR) == 30 * HOUR
    assert lasts_until(46_000, 0, since=0, at=7 * HOUR) is None
    assert lasts_until(-2_000, 14_000, since=0, at=7 * HOUR) == 7 * HOUR


def washed(at: int, batch: str | None, sent: int = 0, returned: int = 0, rejected: int = 0, place: str = "flat") -> Washed:
    return Washed(order(at), "covers", place, batch, sent, returned, rejected)


@pytest.mark.clause("P2-4.4.3f")
def test_what_comes_back_without_a_name_is_of_the_oldest_batch_that_was_out_then() -> None:
    lines = [
        washed(10, "b", 20),
        washed(5, "a", 30),
        washed(12, None, returned=40),
        washed(20, "c", 9),
        washed(3, None, returned=7),
    ]
    assert [(each.id, each.out) for each in batches(lines)] == [("a", 0), ("b", 10), ("c", 9)]


@pytest.mark.clause("P2-4.4.3f")
def test_what_comes_back_to_a_place_is_of_its_own_batches_first() -> None:
    lines = [
        washed(1, "other", 6, place="flat b"), washed(5, "own", 36), washed(12, None, returned=30, rejected=6),
        washed(20, None, returned=4),
    ]  # fmt: skip
    assert [(each.id, each.out) for each in batches(lines)] == [("other", 2), ("own", 0)]


def test_a_batch_whose_beginning_has_not_arrived_says_so() -> None:
    assert [(each.sent_at, each.returned) for each in batches([washed(5, "a", returned=3)])] == [(None, 3)]


def test_two_clocks_are_unsure_by_what_each_may_be_off() -> None:
    assert unsure(0, 1, 240_000, 2)
    assert not unsure(0, 1, 240_001, 2)
    assert unsure(0, 1, 120_000, 0)
    assert not unsure(0, 1, 120_001, 0)
    assert not unsure(0, 1, 1, 1)


@pytest.mark.parametrize(
    ("issued", "received", "status"),
    [
        (None, None, "requested"), (0, None, "rejected"), (5, None, "issued"), (5, 5, "received"), (5, 4, "differs"),
        (None, 4, "differs"),
    ],
)  # fmt: skip
def test_a_request_stands_where_its_answers_say(issued: int | None, received: int | None, status: str) -> None:
    assert request_status(issued, received) == status
