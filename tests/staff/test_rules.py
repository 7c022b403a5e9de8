"""Sign-in and roles, decided on values."""

import pytest

from webapp.staff.rules import IDLE_WITHIN, LONGEST_WAIT, SESSION_WITHIN, is_alive, read_code, wait_after


def test_the_wait_grows_with_wrong_tries_to_fifteen_minutes() -> None:
    assert [wait_after(failures) // 1000 for failures in (1, 2, 3, 4, 5)] == [0, 0, 5, 10, 20]
    assert wait_after(50) == LONGEST_WAIT


@pytest.mark.parametrize(("typed", "code"), [("204618", "204618"), (" ２０４６１８ ", "204618"), ("20461", None), ("2046l8", None)])
def test_a_code_is_six_digits(typed: str, code: str | None) -> None:
    assert read_code(typed) == code


def test_a_session_ends_when_idle_when_over_and_when_ended() -> None:
    assert is_alive(seen_at=0, ends_at=SESSION_WITHIN, ended_at=None, at=IDLE_WITHIN - 1)
    assert not is_alive(seen_at=0, ends_at=SESSION_WITHIN, ended_at=None, at=IDLE_WITHIN)
    assert not is_alive(seen_at=SESSION_WITHIN - 1, ends_at=SESSION_WITHIN, ended_at=None, at=SESSION_WITHIN)
    assert not is_alive(seen_at=0, ends_at=SESSION_WITHIN, ended_at=5, at=6)
