"""Who is on post, and which shift it is."""

import pytest

from tests.conftest import import_all_models
from webapp.operations import registry
from webapp.shifts.rules import (
    LEFT,
    TAKEN,
    Change,
    Hours,
    Kind,
    Planned,
    Stretch,
    beside_which_not,
    kind_after,
    kind_at,
    on_post,
    stands_against,
    stretches,
)

EARLY, MIDDLE = Kind("1", "early", 510, 810), Kind("2", "middle", 810, 1110)


def change(at: int, person: str, post: str, what: str = TAKEN) -> Change:
    return Change((at, 1, 1, at, "", 0), person, post, what)


@pytest.mark.clause("P2-4.4.7a")
def test_whoever_took_a_post_is_on_it_until_leaving() -> None:
    assert [each.person_id for each in on_post([change(1, "lin", "door")], 0)] == ["lin"]
    assert on_post([change(1, "lin", "door"), change(5, "lin", "door", LEFT)], 0) == []


def test_a_person_is_at_one_post() -> None:
    found = on_post([change(1, "lin", "door"), change(2, "lin", "bar")], 0)
    assert [(each.person_id, each.post_id) for each in found] == [("lin", "bar")]


def test_leaving_a_post_that_was_already_changed_leaves_the_new_one_taken() -> None:
    found = on_post([change(1, "lin", "door"), change(2, "lin", "bar"), change(3, "lin", "door", LEFT)], 0)
    assert [each.post_id for each in found] == ["bar"]


def test_a_post_ends_at_local_midnight() -> None:
    assert on_post([change(1, "lin", "door")], 2) == []


def test_two_people_may_stand_at_one_post_the_longest_first() -> None:
    found = on_post([change(4, "he", "door"), change(1, "lin", "door")], 0)
    assert [each.person_id for each in found] == ["lin", "he"]


@pytest.mark.clause("P2-4.4.2a")
@pytest.mark.clause("P2-4.4.7a")
def test_who_stood_where_from_when_to_when() -> None:
    told = [
        change(1, "lin", "door"),
        change(3, "lin", "door"),
        change(5, "lin", "bar"),
        change(8, "lin", "bar", LEFT),
        change(9, "he", "door"),
    ]
    assert stretches(told) == [Stretch("lin", "door", 1, 5), Stretch("lin", "bar", 5, 8), Stretch("he", "door", 9, None)]


@pytest.mark.parametrize(("minute", "code"), [(509, None), (510, "early"), (809, "early"), (810, "middle"), (1110, None)])
def test_the_shift_of_a_minute(minute: int, code: str | None) -> None:
    kind = kind_at([EARLY, MIDDLE], minute)
    assert (kind.code if kind else None) == code


def test_after_the_last_shift_nobody_takes_over() -> None:
    assert kind_after([EARLY, MIDDLE], EARLY) == MIDDLE
    assert kind_after([EARLY, MIDDLE], MIDDLE) is None


@pytest.mark.parametrize(
    ("starts", "ends", "goes"),
    [
        (450, 510, True),
        (450, 570, True),
        (450, 571, False),
        (510, 810, False),
        (510, 600, False),
        (600, 630, False),
        (750, 1000, True),
        (749, 1000, False),
        (810, 900, True),
    ],
)
def test_two_shifts_share_at_most_the_hour_of_handing_over(starts: int, ends: int, goes: bool) -> None:
    other = Kind("3", "other", starts, ends)
    assert beside_which_not([EARLY], other) == (None if goes else EARLY)
    assert beside_which_not([other], EARLY) == (None if goes else other), "in either order"


@pytest.mark.parametrize(("starts", "ends", "is_right"), [("1080", "120", False), ("600", "600", False), ("1080", "1439", True)])
def test_a_shift_ends_on_the_day_it_begins(starts: str, ends: str, is_right: bool) -> None:
    import_all_models()
    wrong = registry.get("shifts.add_kind").clean({"code": "night", "names": {"en": "Night"}, "starts": starts, "ends": ends})[1]
    assert wrong == ({} if is_right else {"ends": "ends_first"})


def planned(number: str, starts: int, ends: int, *said: tuple[str, int | None, int | None], since: str | None = None) -> Planned:
    return Planned(Kind(number, number, starts, ends), since, tuple(Hours(*each) for each in said))


def test_hours_count_from_their_day_on_and_the_last_said_of_a_day_counts() -> None:
    of = planned("1", 510, 810, ("2026-06-01", 540, 840), ("2026-07-01", None, None), ("2026-06-15", 600, 840))
    days = ("2026-05-31", "2026-06-01", "2026-06-14", "2026-06-15", "2026-07-02")
    found = [(kind.starts, kind.ends) if (kind := of.on(day)) else None for day in days]
    assert found == [(510, 810), (540, 840), (540, 840), (600, 840), (600, 840)]


def test_a_shift_is_not_held_before_its_first_day_nor_after_its_last() -> None:
    of = planned("1", 510, 810, ("2026-07-01", None, None), since="2026-06-01")
    assert [bool(of.on(day)) for day in ("2026-05-31", "2026-06-01", "2026-06-30", "2026-07-01")] == [False, True, True, False]


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ((), True),
        ((("2026-06-02", None, None),), False),
        ((("2026-06-03", None, None),), True),
        ((("2026-06-02", None, None), ("2026-08-01", 500, 900)), True),
    ],
)
def test_a_shift_is_held_against_every_day_to_come_on_which_one_changes(
    said: tuple[tuple[str, int | None, int | None], ...], stands: bool
) -> None:
    known = [planned("1", 510, 810, *said), planned("2", 750, 1080)]
    other = stands_against(known, planned("3", 510, 700, since="2026-06-02"), "2026-06-02")
    assert (other is not None) is stands


def test_a_shift_is_not_held_against_itself() -> None:
    assert stands_against([planned("1", 510, 810)], planned("1", 510, 810, ("2026-06-02", 520, 820)), "2026-06-02") is None
