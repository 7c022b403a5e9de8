"""Who is on post, and which shift it is."""

import pytest

from webapp.shifts.rules import LEFT, TAKEN, Change, Kind, Stretch, kind_after, kind_at, on_post, stretches

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
