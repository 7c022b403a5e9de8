"""Who may undo what, and until when."""

from webapp.operations.rules import is_undone

HOUR = 3_600_000


def test_ones_own_is_undone_within_a_day_and_anybodys_at_the_desk() -> None:
    day = 24 * HOUR
    assert is_undone("lin", 0, "lin", day - 1, at_desk=False)
    assert not is_undone("lin", 0, "lin", day, at_desk=False)
    assert not is_undone("lin", 0, "he", 1, at_desk=False)
    assert not is_undone(None, 0, None, 1, at_desk=False)
    assert is_undone("lin", 0, "chen", 9 * day, at_desk=True)
