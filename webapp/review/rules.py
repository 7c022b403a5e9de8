"""How a day reads, and what is said of it when it is closed; pure."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

REASONS = ("carried", "in_hand", "unreachable", "other")
"""Why a point stays open: carried to tomorrow, being put right, its tablet not reachable, something else."""
POINTS_MOST, WORDS_MOST, NOTE_MOST = 30, 80, 60
"""How many points one closing names, how long the words are in which it was read, and how long a note may be."""
TOLD_MOST = 160
"""How long a point may be in each of the languages in which it is kept."""


@dataclass(frozen=True)
class Point:
    """Something that stands open or wants a look: `code` says which, in whatever language it is told. `tone`: ok, soon, over."""

    code: str
    words: str
    detail: str = ""
    tone: str = "soon"
    href: str | None = None
    entry: str | None = None
    """The entry it tells of, whose photos stand with it."""
    about: str = ""
    """What it is about, where its address does not say so."""

    @property
    def is_open(self) -> bool:
        return self.tone != "ok"

    def line(self, most: int) -> str:
        """Its words as they are kept when the day is closed with it."""
        said = " · ".join(filter(None, (self.words, self.detail)))
        return said if len(said) <= most else f"{said[: most - 1]}…"


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


@dataclass(frozen=True)
class Left:
    """A point that was left open, with its one reason."""

    words: str
    reason: str
    note: str = ""


@dataclass(frozen=True)
class Closed:
    """One signature that closed a day; `by` is a person's id, `known` what it knew."""

    at: int
    by: str | None
    left: tuple[Left, ...]
    known: Any


def labelled(points: Iterable[Point]) -> dict[str, Point]:
    """The open points, each under what it is about: its reason finds it again, whatever its words are by then, in any language."""
    seen: Counter[str] = Counter()
    found = {}
    for point in points:
        if point.is_open:
            about = f"{point.href}\n{point.about}"
            label = f"{point.code}-{hashlib.sha256(about.encode()).hexdigest()[:8]}"
            seen[label] += 1
            found[label if seen[label] == 1 else f"{label}-{seen[label]}"] = point
    return found


def by_hour(guests: Mapping[int, int], opens: int, closes: int) -> list[tuple[int, int]]:
    """Guests of every hour from opening to closing, empty hours too; hours outside where guests came then. All in hours."""
    hours = [*guests, opens, max(opens, closes - 1)]
    return [(hour, guests.get(hour, 0)) for hour in range(min(hours), max(hours) + 1)]


def open_first(points: Iterable[Point]) -> list[Point]:
    """What needs a person before what is merely worth knowing; what is in order last."""
    rank = {"over": 0, "soon": 1, "ok": 2}
    return sorted(points, key=lambda point: rank[point.tone])
