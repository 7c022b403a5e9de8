"""How a day reads; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """Something that stands open or wants a look. `tone`: ok, soon, over."""

    words: str
    detail: str = ""
    tone: str = "soon"
    href: str | None = None
    entry: str | None = None
    """The entry it tells of, whose photos stand with it."""


@dataclass(frozen=True)
class Event:
    """A line of the day's log; `by` is a person's id."""

    at: int
    words: str
    by: str | None = None
    detail: str = ""
    entry: str | None = None
    place: str | None = None
    """Where something may be to be put right."""


def by_hour(guests: Mapping[int, int], opens: int, closes: int) -> list[tuple[int, int]]:
    """Guests of every hour from opening to closing, empty hours too; hours outside where guests came then. All in hours."""
    hours = [*guests, opens, max(opens, closes - 1)]
    return [(hour, guests.get(hour, 0)) for hour in range(min(hours), max(hours) + 1)]


def open_first(points: Iterable[Point]) -> list[Point]:
    """What needs a person before what is merely worth knowing; what is in order last."""
    rank = {"over": 0, "soon": 1, "ok": 2}
    return sorted(points, key=lambda point: rank[point.tone])
