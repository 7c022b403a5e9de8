"""What a code and a credential look like; pure."""

import hashlib
import hmac
from collections.abc import Mapping

CODE_WITHIN = 10 * 60_000
CODE_LENGTH = 8
NUMBER_LENGTH = 4
"""Digits that the tablet and the supervisor's screen show alike while a claim waits."""
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without I, L, O, 0 and 1, which are read for one another."""

SILENT_AFTER = 30 * 60_000
"""A tablet of which nothing was heard for so long during opening hours may hold entries that we do not know of."""


def has_all(told: Mapping[int, int], here: Mapping[int, int]) -> bool:
    """Whether a store that gave numbers up to `told` in each epoch holds nothing that is not here."""
    return all(here.get(epoch, 0) >= seq for epoch, seq in told.items())


def still_to_come(seen_at: int, unsent: int, since: int) -> str | None:
    """Why not everything of a tablet can be said to be in, before its address changes; None where it can."""
    if unsent:
        return f"{unsent} entries to send"
    if seen_at < since:
        return "not heard since it was asked: what it holds is not known"
    return None


def is_heard_out(seen_at: int, unsent: int, closes: int, ends: int) -> bool:
    """Whether a tablet can hold nothing more of a day: heard of after it, or since its closing with nothing left to send."""
    return seen_at >= ends or (seen_at >= closes and not unsent)


def is_silent(seen_at: int, at: int, opens: int, closes: int) -> bool:
    """Whether a tablet should have been heard of: only while the site is open."""
    return opens <= at < closes and at - max(seen_at, opens) > SILENT_AFTER


def digest(secret: str) -> str:
    """What is kept of a code or a credential: SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def read_code(typed: str) -> str:
    """A code as it was meant: blanks and hyphens left out, in capitals."""
    return "".join(letter for letter in typed.upper() if letter in CODE_LETTERS)


def shown(code: str) -> str:
    """A code in two groups, to be read out."""
    return f"{code[:4]}-{code[4:]}"


def tablet_of(credential: str) -> str:
    """The tablet that a credential claims to be of."""
    return credential.partition(".")[0]


def agrees(credential: str, kept: str) -> bool:
    return hmac.compare_digest(digest(credential), kept)
