"""Sign-in and roles, decided on values."""

import pytest

from webapp.staff.rules import IDLE_WITHIN, LONGEST_WAIT, SESSION_WITHIN, is_alive, read_code, shortened, told_apart, wait_after


def test_the_wait_grows_with_wrong_tries_to_fifteen_minutes() -> None:
    assert [wait_after(failures) // 1000 for failures in (1, 2, 3, 4, 5)] == [0, 0, 5, 10, 20]
    assert wait_after(50) == LONGEST_WAIT


@pytest.mark.parametrize(("typed", "code"), [("204618", "204618"), (" ２０４６１８ ", "204618"), ("20461", None), ("2046l8", None)])
def test_a_code_is_six_digits(typed: str, code: str | None) -> None:
    assert read_code(typed) == code


def test_two_of_one_name_are_told_apart_by_what_colleagues_say() -> None:
    people = {"a": ("何欣怡", "欣怡"), "b": ("何欣怡", "大欣"), "c": ("林靜怡", "靜怡")}
    assert told_apart(people) == {"a": "何欣怡 · 欣怡", "b": "何欣怡 · 大欣", "c": "林靜怡"}


def test_two_who_are_called_the_same_too_are_numbered() -> None:
    assert told_apart(dict.fromkeys("ba", ("何欣怡", "欣怡"))) == {"a": "何欣怡 · 欣怡 1", "b": "何欣怡 · 欣怡 2"}


@pytest.mark.parametrize(("name", "listed"), [
    ("Maria Cristina Dela Cruz Santos", "Maria Cristina Dela Cruz Santos"), ("怡" * 20, "怡" * 20), ("怡" * 80, "怡" * 19 + "…"),
    ("x" * 41, "x" * 39 + "…"), ("", ""),
])  # fmt: skip
def test_a_list_shows_so_much_of_a_name_as_it_has_room_for(name: str, listed: str) -> None:
    assert shortened(name) == listed


def test_long_names_that_look_the_same_when_cut_are_told_apart() -> None:
    told = told_apart({"a": ("怡" * 79 + "一", "一一"), "b": ("怡" * 79 + "二", "二二")})
    assert set(told.values()) == {f"{'怡' * 19}… · 一一", f"{'怡' * 19}… · 二二"}


def test_a_session_ends_when_idle_when_over_and_when_ended() -> None:
    assert is_alive(seen_at=0, ends_at=SESSION_WITHIN, ended_at=None, at=IDLE_WITHIN - 1)
    assert not is_alive(seen_at=0, ends_at=SESSION_WITHIN, ended_at=None, at=IDLE_WITHIN)
    assert not is_alive(seen_at=SESSION_WITHIN - 1, ends_at=SESSION_WITHIN, ended_at=None, at=SESSION_WITHIN)
    assert not is_alive(seen_at=0, ends_at=SESSION_WITHIN, ended_at=5, at=6)
