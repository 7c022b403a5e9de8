"""Decisions about people and sign-in as pure functions."""

import re
from itertools import pairwise

SECOND = 1_000
MINUTE = 60 * SECOND
LONGEST_WAIT = 15 * MINUTE
LOCKED_AFTER = 10
"""Wrong codes in a row at one tablet, after which a person's code is locked there until a supervisor opens it at the desk."""
IDLE_WITHIN = 2 * 60 * MINUTE
SESSION_WITHIN = 12 * 60 * MINUTE
GRANT_WITHIN = 12 * 60 * MINUTE
SEEN_EVERY = MINUTE
"""A session's last sign of life is written at most this often, so that reading pages does not write."""

_CODE = re.compile(r"[0-9]{6}")
_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


def wait_after(failures: int) -> int:
    """Milliseconds to wait after so many wrong tries in a row: none for the first two, then doubling to 15 minutes."""
    if failures < 3:
        return 0
    return min(LONGEST_WAIT, 5 * SECOND << min(failures - 3, 20))


def is_alive(*, seen_at: int, ends_at: int, ended_at: int | None, at: int) -> bool:
    """A desk session, by its idle and its absolute limit."""
    return ended_at is None and at < ends_at and at < seen_at + IDLE_WITHIN


def read_code(typed: str) -> str | None:
    """Six digits, half or full width; else None."""
    digits = typed.strip().translate(_DIGITS)
    return digits if _CODE.fullmatch(digits) else None


PASSWORD_LEAST = 12
_KNOWN = ("password", "passw0rd", "qwertyuiop", "qwerty", "letmein", "iloveyou", "administrator", "welcome", "threshold", "yingmen")


def is_weak_password(password: str, account: str) -> bool:
    """What others would try first: short, of very few letters, the account, or a word that everybody takes with a few figures."""
    folded = password.casefold()
    rest = re.sub(r"[\d\W_]", "", folded)
    return len(password) < PASSWORD_LEAST or len(set(folded)) < 5 or rest in {*_KNOWN, "", account.casefold()}


def is_weak_code(digits: str) -> bool:
    """Six digits that others would try first: one or a few over and over, or counted up or down."""
    steps = {int(after) - int(before) for before, after in pairwise(digits)}
    return steps in ({1}, {-1}) or any(digits == digits[:size] * (len(digits) // size) for size in (1, 2, 3))
