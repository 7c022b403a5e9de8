"""Ids are lower-case hyphenated UUID text: time-ordered when made, derived when they must come out the same everywhere."""

import secrets
import uuid

from webapp.base import clock

NAMESPACE = uuid.UUID("6f1d5f0e-6c1e-5b8e-9a57-8b2b8f6f3c01")


def uuid7(at: int | None = None) -> str:
    """A new time-ordered id. `at`: milliseconds UTC, now by default."""
    millis = clock.now() if at is None else at
    value = (millis & (1 << 48) - 1) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def least(at: int) -> str:
    """Sorts before every id made at `at` or later."""
    return str(uuid.UUID(int=(at & (1 << 48) - 1) << 80))


def derived(*parts: object) -> str:
    """The same id for the same parts, on every node (uuid5)."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(str(part) for part in parts)))


def canonical(text: str) -> str:
    """Lower-case hyphenated form of a UUID. Raises ValueError."""
    return str(uuid.UUID(text))


def is_id(text: str) -> bool:
    """Whether a text is an id as this product writes it."""
    try:
        return canonical(text) == text
    except ValueError:
        return False
