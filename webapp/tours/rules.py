"""What has become of a party, and what a day came to; pure. Covers here are pairs."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

ENDS_WITHIN = 60 * 60_000
"""A party of which nothing more is heard is gone after this (domain section 0.5)."""

Order = tuple[int, int, int, int, str, int]


class Status(StrEnum):
    INSIDE = "inside"
    SEEN_OFF = "seen_off"
    ENDED_SILENTLY = "ended_silently"


@dataclass(frozen=True)
class Party:
    """A party by its arrival, and the first time that it was seen off."""

    id: str
    order: Order
    flat_id: str
    place_id: str
    item_id: str | None
    guests: int
    covers: int
    author_id: str | None
    seen_off: Order | None = None

    @property
    def arrived_at(self) -> int:
        return self.order[0]


@dataclass(frozen=True)
class Figures:
    """What a stretch of time came to. `by_hour`: guests by local hour."""

    parties: int
    guests: int
    covers: int
    inside: int
    ended_silently: int
    by_hour: Mapping[int, int]


def status(party: Party, at: int) -> Status:
    """What has become of a party at an instant (P2-4.4.3f)."""
    if party.seen_off and party.seen_off[0] <= at:
        return Status.SEEN_OFF
    return Status.ENDED_SILENTLY if at >= party.arrived_at + ENDS_WITHIN else Status.INSIDE


def gone_at(party: Party) -> int:
    """The instant its guests count as gone and its covers as soiled: seen off, or 60 minutes after it came."""
    return gone(party)[0]


def gone(party: Party) -> Order:
    """The place of that instant in the tie order, so that it can be told before or after a count."""
    silent = (party.arrived_at + ENDS_WITHIN, *party.order[1:])
    if party.seen_off is None:
        return silent
    return min(silent, max(party.seen_off, party.order))


def in_use(parties: Iterable[Party], at: int) -> int:
    """Pairs on the feet of guests at an instant."""
    return sum(party.covers for party in parties if party.arrived_at <= at < gone_at(party))


def soiled_since(parties: Iterable[Party], counted: Order | None, at: int) -> int:
    """Pairs that came into the basket after it was last counted."""
    return sum(party.covers for party in parties if gone_at(party) <= at and (counted is None or gone(party) > counted))


def figures(parties: Iterable[Party], at: int, hour_of: Callable[[int], int]) -> Figures:
    """Parties, guests, pairs, who is still inside, and guests by hour."""
    known = list(parties)
    states = Counter(status(party, at) for party in known)
    by_hour: Counter[int] = Counter()
    for party in known:
        by_hour[hour_of(party.arrived_at)] += party.guests
    return Figures(
        parties=len(known), guests=sum(party.guests for party in known), covers=sum(party.covers for party in known),
        inside=states[Status.INSIDE], ended_silently=states[Status.ENDED_SILENTLY], by_hour=dict(sorted(by_hour.items())),
    )  # fmt: skip
