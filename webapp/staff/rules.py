"""Decisions about people and sign-in as pure functions."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import accumulate, pairwise
from unicodedata import east_asian_width

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


NAME_WIDEST = 40
"""Columns of a name in a list, where a Han character takes two."""


def shortened(name: str) -> str:
    """A name as a list has room for it."""
    widths = list(accumulate(2 if east_asian_width(letter) in "FW" else 1 for letter in name))
    if not widths or widths[-1] <= NAME_WIDEST:
        return name
    return name[: sum(width < NAME_WIDEST for width in widths)] + "…"


def one_name(name: str) -> str:
    """A name as two spellings of it are the same: without spaces, whatever the case."""
    return "".join(name.split()).casefold()


def told_apart(people: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """What each person is called where one is chosen among them, of full names and call names by id: the name alone, or where
    two bear it, what colleagues say too; and where even that is the same, a number."""
    names = {person: shortened(name) for person, (name, _call) in people.items()}
    named = Counter(names.values())
    called = {person: f"{name} · {people[person][1]}" if named[name] > 1 else name for person, name in names.items()}
    return dict(_numbered(called))


def _numbered(called: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    shared, seen = Counter(called.values()), Counter[str]()
    for person, name in sorted(called.items()):
        seen[name] += 1
        yield person, f"{name} {seen[name]}" if shared[name] > 1 else name


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
