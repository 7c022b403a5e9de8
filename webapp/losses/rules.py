"""What is missing, and what is complete: pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

WAITING, MISSING, ANEW, LOST, PHOTOS = "waiting", "missing", "anew", "lost", "photos"
"""A gap whose entries lie on a tablet in use; whose store is gone; gone because its tablet was enrolled anew without having been
retired; of which the tablet itself says that it cannot send them; whose entries are here but not the photos they name."""

_REACHED = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,15})")


class Reached(NamedTuple):
    """How far a store had come, by a mark that lies outside of it."""

    epoch: int
    seq: int
    at: int


class Lost(NamedTuple):
    """A number that the tablet says can never be sent; it happened between `since` and `until`."""

    seq: int
    since: int
    until: int


class Gap(NamedTuple):
    """Numbers of an epoch that are not here. `last` None: nobody knows how many. `until` None: they may still be made.
    `high`: the last number that its tablet told of, where nobody knows how many; of photos, how many they are."""

    epoch: int
    first: int
    last: int | None
    kind: str
    since: int
    until: int | None
    high: int = 0

    @property
    def number(self) -> int | None:
        return None if self.last is None else self.last - self.first + 1


class Unseen(NamedTuple):
    """A photo that an entry of this epoch names and that has not come. `at`: when the entry happened."""

    epoch: int
    at: int


class Declared(NamedTuple):
    """Numbers of an epoch that a supervisor has declared lost; `last` None: all from `first` on."""

    epoch: int
    first: int
    last: int | None


@dataclass(frozen=True)
class Store:
    """One epoch of a tablet: everything up to `acked` is here, numbers up to `high` were given, the last of ours at `good_at`.

    `gone_at`: when it was found gone, None while it is in use. `is_open`: gone, and not known how far it had come. `is_anew`: gone
    because its tablet was enrolled anew without having been retired.
    """

    epoch: int
    acked: int
    high: int
    good_at: int = 0
    gone_at: int | None = None
    is_open: bool = False
    is_anew: bool = False
    lost: tuple[Lost, ...] = ()


@dataclass(frozen=True)
class Standing:
    """All that decides whether everything of a tablet is here.

    `held_at`: when the entries that are held or put aside happened; `photos`: those that have not come.
    """

    stores: tuple[Store, ...] = ()
    declared: tuple[Declared, ...] = ()
    held_at: tuple[int, ...] = ()
    during: tuple[int, int] | None = None
    photos: tuple[Unseen, ...] = ()

    @property
    def gaps(self) -> list[Gap]:
        """What is not here and nobody has declared lost."""
        open_ones = [gap for store in self.stores for gap in gaps(store) if self._concerns(gap)]
        return [*(part for gap in open_ones for part in undeclared(gap, self.declared)), *self._without_photos()]

    @property
    def photos_at(self) -> tuple[int, ...]:
        """When the entries happened whose photos still lie on a store in use, one each."""
        gone = {store.epoch for store in self.stores if store.gone_at is not None}
        return tuple(photo.at for photo in self.photos if photo.epoch not in gone)

    def _without_photos(self) -> list[Gap]:
        """Photos that went with a store; whatever is declared lost of that store is said of them too."""
        said = {each.epoch for each in self.declared}
        found = []
        for store in self.stores:
            times = [photo.at for photo in self.photos if photo.epoch == store.epoch]
            if times and store.gone_at is not None and store.epoch not in said:
                found.append(Gap(store.epoch, store.acked + 1, None, PHOTOS, min(times), max(times), len(times)))
        return found

    @property
    def unsent(self) -> int:
        """Entries that lie on the tablet and may still come."""
        return sum(gap.number or 0 for gap in self.gaps if gap.kind == WAITING)

    @property
    def is_complete(self) -> bool:
        """The sequence whole, nothing held, no photo missing, every loss declared."""
        return not self.gaps and not self.held_at and not self.photos_at

    def on(self, start: int, end: int) -> "Standing":
        """The same as far as it may be about this time (`end` left out): the entries of a gap happened somewhere within it."""
        held_at = tuple(at for at in self.held_at if start <= at < end)
        photos = tuple(photo for photo in self.photos if start <= photo.at < end)
        return replace(self, held_at=held_at, photos=photos, during=(start, end))

    def _concerns(self, gap: Gap) -> bool:
        if self.during is None:
            return True
        start, end = self.during
        return gap.since < end and (gap.until is None or gap.until >= start)


def carried(spans: Sequence[tuple[int, int]], instants: Iterable[int]) -> list[int]:
    """How many entries a tablet carried unsent at each instant. `spans`: when each was made and when it came here."""
    return [sum(made <= instant < came for made, came in spans) for instant in instants]


def gaps(store: Store) -> list[Gap]:
    """What of a store is not here, declared or not, in the order of its numbers."""
    found: list[Gap] = []
    for each in sorted(store.lost):
        before = found[-1] if found else None
        if before and before.last == each.seq - 1:
            found[-1] = before._replace(last=each.seq, until=each.until)
        else:
            found.append(Gap(store.epoch, each.seq, each.seq, LOST, each.since, each.until))
    if store.acked < store.high or store.is_open:
        last = None if store.is_open else store.high
        kind = WAITING if store.gone_at is None else ANEW if store.is_anew else MISSING
        high = store.high if store.is_open else 0
        found.append(Gap(store.epoch, store.acked + 1, last, kind, store.good_at, store.gone_at, high))
    return found


def undeclared(gap: Gap, declared: Iterable[Declared]) -> list[Gap]:
    """The parts of a gap that nobody has declared lost."""
    parts: list[Gap] = []
    first = gap.first
    for each in sorted((each for each in declared if each.epoch == gap.epoch), key=lambda each: each.first):
        if gap.last is not None and first > gap.last:
            return parts
        if each.first > first:
            upto = each.first - 1 if gap.last is None else min(each.first - 1, gap.last)
            parts.append(gap._replace(first=first, last=upto))
        if each.last is None:
            return parts
        first = max(first, each.last + 1)
    return parts if gap.last is not None and first > gap.last else [*parts, gap._replace(first=first)]


def came_after_all(declared: Declared, store: Store) -> int:
    """How many of the entries that were declared lost are here all the same."""
    upto = store.acked if declared.last is None else min(declared.last, store.acked)
    return max(0, upto - declared.first + 1) - sum(declared.first <= each.seq <= upto for each in store.lost)


def read_reached(text: str) -> Reached | None:
    """The mark `<epoch>.<seq>.<time>` that a page writes after each keep, outside of the store."""
    found = _REACHED.fullmatch(text)
    return Reached(*map(int, found.groups())) if found else None


def next_epoch(used: Sequence[int], reserved: Sequence[int], promised: Iterable[int]) -> int:
    """The number of a store that begins in the place of one that is gone.

    `used`: epochs that entries may have been numbered in; `reserved`: those given out of which nothing was heard yet, which the
    same tablet gets again when it asks again; but not those that were `promised` to a copied tablet.
    """
    free = [each for each in reserved if each > max(used) and each not in set(promised)]
    return min(free) if free else max([*used, *reserved]) + 1
