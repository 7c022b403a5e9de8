"""Who holds a thing, and how it is; pure. Nothing is refused: two takings without a giving back both stand and are told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

KINDS = ("key", "radio", "card", "umbrella", "facility", "other")
LENT_OUT = ("umbrella", "other")
"""What is lent to guests."""
TAKEN, LENT, HANDED, BACK, DAMAGED, MENDED, LOST, FOUND = (
    "taken", "lent", "handed_over", "given_back", "damaged", "mended", "lost", "found",
)  # fmt: skip
Order = tuple[int, int, int, int, str, int]


@dataclass(frozen=True)
class Happened:
    """One event of a thing. `by` None: nobody knows who recorded it."""

    order: Order
    by: str | None
    what: str
    note: str | None = None
    party: str | None = None

    @property
    def at(self) -> int:
        return self.order[0]


@dataclass(frozen=True)
class Held:
    """Who has a thing; `lent`: a guest has it from this person, of the party if that was told."""

    by: str | None
    since: int
    lent: bool = False
    party: str | None = None


@dataclass(frozen=True)
class Standing:
    """How a thing stands. `holders`: in the order in which they took it; `note`: what is wrong with it, `loss`: what was said when
    it was lost; `changed_at`, `noted_at`: of the last word on where it is, and on how it is. `after_loss`: who recorded that it was
    taken or given back when it was lost already."""

    holders: tuple[Held, ...] = ()
    is_lost: bool = False
    is_damaged: bool = False
    note: str | None = None
    changed_at: int = 0
    noted_at: int = 0
    loss: str | None = None
    after_loss: tuple[str | None, ...] = ()

    @property
    def where(self) -> str:
        """back, out or lost."""
        return "lost" if self.is_lost else "out" if self.holders else "back"

    @property
    def is_lent(self) -> bool:
        return self.where == "out" and self.holders[-1].lent

    @property
    def concerns(self) -> tuple[str, ...]:
        """What a supervisor should look at."""
        found = (
            ("lost", self.is_lost),
            ("after_loss", bool(self.after_loss)),
            ("taken_twice", len(self.holders) > 1),
            ("damaged", self.is_damaged),
        )
        return tuple(name for name, holds in found if holds)


def counted(events: Iterable[Happened]) -> Iterator[Happened]:
    """The events in their order without those that changed nothing: what was back in its place by the time a handover was signed
    was in nobody's hands to pass on, whatever its line said, and what is lost is lost until somebody says that it was found."""
    return (event for event, counts in _judged(events) if counts)


def _judged(events: Iterable[Happened]) -> Iterator[tuple[Happened, bool]]:
    """The events in their order, each with whether it changed anything."""
    last = None
    for event in sorted(events, key=lambda each: each.order):
        if event.what in (DAMAGED, MENDED):
            yield event, True
            continue
        counts = event.what in (LOST, FOUND) if last == LOST else event.what != HANDED or last not in (BACK, FOUND)
        last = event.what if counts else last
        yield event, counts


def standing(events: Iterable[Happened]) -> Standing:
    """How a thing stands after these events (P2-4.3.1f). Whoever has it changes nothing by taking it again."""
    holders: dict[tuple[str | None, bool], Held] = {}
    lost, loss, damaged, note, changed_at, noted_at = False, None, False, None, 0, 0
    after: dict[str | None, None] = {}
    for event, counts in _judged(events):
        if not counts:
            after |= {event.by: None} if lost else {}
            continue
        if event.what in (DAMAGED, MENDED):
            damaged, noted_at = event.what == DAMAGED, event.at
            note = event.note if damaged else None
            continue
        changed_at, lost = event.at, event.what == LOST
        loss = event.note if lost else None
        after.clear()
        if event.what in (BACK, FOUND, HANDED):
            holders.clear()
        if event.what in (TAKEN, LENT, HANDED):
            held = Held(event.by, event.at, event.what == LENT, event.party)
            holders.setdefault((event.by, held.lent), held)
    return Standing(tuple(holders.values()), lost, damaged, note, changed_at, noted_at, loss, tuple(after))


def stays_out(standing: Standing, midnight: int) -> tuple[Held, ...]:
    """Who has had a thing since before the day began: it was not given back in the evening."""
    return tuple(each for each in standing.holders if each.since < midnight)
