"""What the bench prints can be trusted: medians, the noisy rule, the goals and the four columns."""

import pytest

from benchmarks.lines import GOALS, UNITS, Line, absent, figure, is_noisy, p95, text


def test_a_line_is_the_median_of_its_rounds_and_their_ratio():
    line = Line("apply_sqlite_1", [90, 100, 5000], [400, 390, 410])
    assert (line.ours, line.floor, line.ratio) == (100, 400, 0.25)


@pytest.mark.parametrize(("rounds", "noisy"), [([10, 20], False), ([10, 20.1], True), ([15], False), ([3, 1, 2], True)])
def test_a_floor_whose_rounds_lie_more_than_twice_apart_is_noisy(rounds, noisy):
    assert is_noisy(rounds) is noisy


def test_a_line_that_lost_an_entry_is_void_however_fast():
    assert Line("apply_sqlite_1", [100], [100], 1).verdict == "void"


def test_a_noisy_line_claims_nothing_however_good_its_ratio():
    assert Line("apply_sqlite_1", [1000], [100, 300]).verdict == "noisy"


@pytest.mark.parametrize(
    ("name", "ours", "verdict"),
    [
        ("apply_sqlite_1", 25, "reached"),
        ("apply_sqlite_1", 24.9, "not reached"),
        ("shift_end_p95", 1000, "reached"),
        ("shift_end_p95", 1001, "not reached"),
        ("memory_2_workers", 100, "reached"),
        ("memory_2_workers", 100.1, "not reached"),
    ],
)
def test_a_goal_is_reached_at_its_limit_and_not_beyond(name, ours, verdict):
    assert Line(name, [ours], [100]).verdict == verdict


def test_a_printed_line_begins_with_name_ours_floor_and_ratio():
    printed = text(Line("drain", [8123.4], [20308.5], 0))
    assert printed.split()[:4] == ["drain", "8123", "20308", "0.400"]
    assert printed.endswith("entries/s, goal: ratio ≥ 0.35: reached; 0 entries lost")


def test_a_goal_in_plain_units_says_so():
    assert "goal: ours in MiB ≤ 100: reached" in text(Line("memory_2_workers", [80], [70]))


def test_what_could_not_be_measured_keeps_its_columns_and_says_why():
    assert absent("apply_postgres_1", "no PostgreSQL here").split(maxsplit=4) == [
        "apply_postgres_1", "-", "-", "-", "not measured: no PostgreSQL here",
    ]  # fmt: skip


def test_of_two_hundred_waits_ten_may_be_longer():
    assert p95([float(wait) for wait in range(1, 201)]) == 190
    assert p95([7.0]) == 7


@pytest.mark.parametrize(("value", "printed"), [(0.1234, "0.12"), (99.99, "99.99"), (100, "100"), (48211.7, "48212")])
def test_large_figures_are_whole_and_small_ones_keep_two_decimals(value, printed):
    assert figure(value) == printed


def test_every_goal_has_its_unit():
    assert list(GOALS) == list(UNITS)
