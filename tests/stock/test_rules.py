"""How much there is, told from counts and movements."""

import pytest

from webapp.stock.rules import Counted, Moved, lasts_until, on_hand, runs_low

HOUR = 3_600_000


def order(at: int, tablet: int = 1, seq: int = 1) -> tuple[int, int, int, int, str, int]:
    return (at, tablet, 1, seq, "", 0)


@pytest.mark.clause("P2-4.4.2c")
def test_a_count_settles_what_was_drawn_before_it() -> None:
    legs = [Moved(order(10), 4_000), Moved(order(9), 2_000), Moved(order(12), -1_000)]
    assert on_hand([Counted(order(11), 40_000)], legs) == 39_000


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


def test_covers_last_as_long_as_this_mornings_rate_says() -> None:
    assert lasts_until(46_000, 14_000, since=0, at=7 * HOUR) == 30 * HOUR
    assert lasts_until(46_000, 0, since=0, at=7 * HOUR) is None
    assert lasts_until(-2_000, 14_000, since=0, at=7 * HOUR) == 7 * HOUR
