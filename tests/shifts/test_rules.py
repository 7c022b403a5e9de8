"""Who is on post, and which shift it is."""

import pytest

from tests.conftest import import_all_models
from webapp.operations import registry
from webapp.shifts.rules import LEFT, TAKEN, Change, Kind, Stretch, beside_which_not, kind_after, kind_at, on_post, stretches

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
