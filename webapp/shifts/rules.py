"""Who is on post, and which shift it is; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

TAKEN, LEFT = "taken", "left"
HANDING_OVER = 60
"""So many minutes one shift may share with the next: both are there to hand over."""
Order = tuple[int, int, int, int, str, int]


@dataclass(frozen=True)
class Change:
    """A post taken or left by a person."""

    order: Order
    person_id: str
    post_id: str
    what: str

    @property
    def at(self) -> int:
        return self.order[0]


@dataclass(frozen=True)
class OnPost:
    person_id: str
    post_id: str
    since: int


@dataclass(frozen=True)
class Stretch:
    """A person at a post from one instant to another; `until` None = still."""

    person_id: str
    post_id: str
    since: int
    until: int | None


@dataclass(frozen=True)
class Kind:
    """A kind of shift by local minutes of the day."""

    id: str
    code: str
    starts: int
    ends: int
    names: Mapping[str, str] = field(default_factory=dict)


class Hours(NamedTuple):
    """What was said of a shift from a day on, as 2026-05-01; without hours it is held no longer."""

    since: str
    starts: int | None
    ends: int | None


class Planned(NamedTuple):
    """A shift with all that was said of it, in its order. `since`: its first day; None: it was there from the first."""

    begun: Kind
    since: str | None = None
    said: tuple[Hours, ...] = ()

    def on(self, day: str) -> Kind | None:
        """The shift as it is on a day; None where it is not held."""
        last = next((each for each in reversed(self.said) if each.since <= day), None)
        if (self.since or "") > day or (last and last.starts is None):
            return None
        return self.as_said(last)

    def as_said(self, hours: Hours | None) -> Kind:
        if hours is None or hours.starts is None or hours.ends is None:
            return self.begun
        return replace(self.begun, starts=hours.starts, ends=hours.ends)

    @property
    def turns(self) -> set[str]:
        """The days on which it becomes another."""
        return {self.since or "", *(each.since for each in self.said)}


def on_post(changes: Iterable[Change], midnight: int) -> list[OnPost]:
    """Who is on post after these changes, longest first. A person is at one post; whatever began before `midnight` has ended."""
    last: dict[str, Change] = {}
    for change in sorted(changes, key=lambda each: each.order):
        before = last.get(change.person_id)
        if change.what == LEFT and before and before.post_id != change.post_id:
            continue
        last[change.person_id] = change
    standing = [change for change in last.values() if change.what == TAKEN and change.at >= midnight]
    return [OnPost(each.person_id, each.post_id, each.at) for each in sorted(standing, key=lambda each: each.order)]


def stretches(changes: Iterable[Change]) -> list[Stretch]:
    """Who stood where from when to when, by beginning (P2-4.4.7a). Taking another post ends the first."""
    open_at: dict[str, Change] = {}
    found: list[Stretch] = []
    for change in sorted(changes, key=lambda each: each.order):
        before = open_at.get(change.person_id)
        if before and change.post_id == before.post_id and change.what == TAKEN:
            continue
        if before and (change.what == TAKEN or change.post_id == before.post_id):
            found.append(Stretch(before.person_id, before.post_id, before.at, change.at))
            del open_at[change.person_id]
        if change.what == TAKEN:
            open_at[change.person_id] = change
    found += [Stretch(each.person_id, each.post_id, each.at, None) for each in open_at.values()]
    return sorted(found, key=lambda each: (each.since, each.person_id))


def kind_at(kinds: Sequence[Kind], minute: int) -> Kind | None:
    """The shift a local minute falls in; where two overlap the later one, for the earlier is handing over."""
    running = [kind for kind in kinds if kind.starts <= minute < kind.ends]
    return max(running, key=lambda kind: kind.starts, default=None)


def kind_after(kinds: Sequence[Kind], kind: Kind) -> Kind | None:
    """The shift that takes over; None after the last."""
    return min((each for each in kinds if each.starts > kind.starts), key=lambda each: each.starts, default=None)


def beside_which_not(kinds: Iterable[Kind], kind: Kind) -> Kind | None:
    """The shift that one cannot be beside: the two begin together, one ends within the other, or they share more than it takes to
    hand over. None where there is no such."""
    return next((each for each in kinds if not _go_together(each, kind)), None)


def _go_together(one: Kind, other: Kind) -> bool:
    first, second = sorted((one, other), key=lambda each: (each.starts, each.ends))
    shared = first.ends - second.starts
    return shared <= 0 or (first.starts < second.starts and first.ends < second.ends and shared <= HANDING_OVER)


def stands_against(known: Iterable[Planned], one: Planned, day: str) -> Kind | None:
    """The first shift that one cannot be beside, as it is planned, on this day or a later one."""
    others = [each for each in known if each.begun.id != one.begun.id]
    days = sorted({day, *(turn for each in (*others, one) for turn in each.turns if turn > day)})
    for turn in days:
        kind, beside = one.on(turn), [other for each in others if (other := each.on(turn))]
        found = beside_which_not(beside, kind) if kind else None
        if found:
            return found
    return None
