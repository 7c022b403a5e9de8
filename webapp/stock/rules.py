"""How much there is, as pure functions of counts and legs. Quantities are thousandths of the base unit."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

STORE, CLEAN, IN_USE, SOILED, LAUNDRY, LOST, SUPPLIER = "store", "clean", "in_use", "soiled", "laundry", "lost", "supplier"
WRITTEN_OFF, ISSUED = "written_off", "issued"
STATES = (STORE, CLEAN, IN_USE, SOILED, LAUNDRY, LOST, SUPPLIER, WRITTEN_OFF, ISSUED)
COUNTED = (CLEAN, SOILED, STORE)
"""What can be laid on a table and counted."""

Order = tuple[int, int, int, int, str, int]
"""The tie order of facts: effective time, tablet number, epoch, seq, operation id, line."""


REASONS = ("expired", "spilt", "broken", "tasting", "other")
"""Why things are written off."""
DRUNK, POURED = frozenset({"beverage", "tea"}), frozenset({"beverage", "tea", "toiletry", "cleaning"})
"""The categories of what is tasted, and of what may be spilt or grow too old."""
SELF_DRAW, REQUEST = "self_draw", "request"
WAYS = (SELF_DRAW, REQUEST)
CONSUMABLE, REUSABLE = "consumable", "reusable"
BEFORE, AFTER = "before", "after"
HANDED_OUT, SENT = "handed_out", "sent"
"""The movement of an arrival, which goes with its party, never without; and that of an answer to a request."""
UNSURE = 120_000
"""How far a tablet's clock may be off and still count as good (docs/protocol.md, section 4), in milliseconds."""

_MOVED = {"entry": "{id}", "item": "{item}", "quantity": "{quantity}"}
_TO_CLEAN = {"place": "{place}", "state": CLEAN}
UNDOING: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "issue": ("draw", _MOVED | _TO_CLEAN | {"home": "{store}", "source": STORE}),
    "wash_in": ("return_clean", _MOVED | _TO_CLEAN | {"home": "{laundry}", "source": LAUNDRY}),
    "wash_out": ("collect", _MOVED | {"home": "{place}", "source": SOILED}),
    "loss": ("lose", _MOVED | {"home": "{place}", "source": "{state}"}),
    "write_off": ("write_off", _MOVED | {"home": "{place}", "source": "{state}"}),
}
"""The movements that a tablet offers to undo, by which of our operations each was made; and what the undo says of it, in the words
of the entry, so that the tablet's own figures follow."""


@dataclass(frozen=True)
class Counted:
    order: Order
    quantity: int


@dataclass(frozen=True)
class Moved:
    order: Order
    quantity: int


def reasons_for(categories: Iterable[str]) -> tuple[str, ...]:
    """Why things of these categories may have been written off: nobody tastes a shoe cover."""
    found = set(categories)
    never = set() if found & DRUNK else {"tasting"}
    return tuple(reason for reason in REASONS if reason not in never | (set() if found & POURED else {"expired", "spilt"}))


def on_hand(counts: Iterable[Counted], legs: Iterable[Moved]) -> int:
    """The last count and every leg after it, whatever the order of arrival (P2-4.4.2c). May be below zero: the count was stale."""
    last = max(counts, key=lambda count: count.order, default=None)
    if last is None:
        return sum(leg.quantity for leg in legs)
    return last.quantity + sum(leg.quantity for leg in legs if leg.order > last.order)


def latest(at: int) -> Order:
    """The place in the order after everything that happened at an instant."""
    return (at + 1, 0, 0, 0, "", 0)


def tracked(made: str, told: Iterable[tuple[Order, str]], order: Order) -> str:
    """How an item was used at a place in the order: as it was set last before, else as it was made. `told` in the order. What is
    set later changes nothing of what was (P2-4.4.3b)."""
    return next((tracking for since, tracking in reversed([*told]) if since < order), made)


def runs_low(on_hand: int, minimum: int) -> bool:
    """Below the minimum. At the minimum is enough (P2-4.4.2c)."""
    return on_hand < minimum


def one_draw(on_hand: int, minimum: int, par: int) -> int:
    """What one tap draws: as much as a full place lacks, at the least what it will lack when it runs low (P2-4.4.2c)."""
    return max(0, par - min(on_hand, minimum))


def lasts_until(on_hand: int, used: int, since: int, at: int) -> int | None:
    """The instant at which nothing is left if it goes on as it went from `since` to `at`; None where nothing was used."""
    if used <= 0 or at <= since:
        return None
    return at + max(0, on_hand) * (at - since) // used


def unsure(count_at: int, count_tablet: int, moved_at: int, moved_tablet: int) -> bool:
    """Whether the clocks of two tablets cannot tell what came first. The server (0) has a right one; one clock knows its order."""
    slack = UNSURE * ((count_tablet != 0) + (moved_tablet != 0))
    return count_tablet != moved_tablet and abs(moved_at - count_at) <= slack


@dataclass(frozen=True)
class Washed:
    """A line of what went to the laundry or came back. `batch` None: of the oldest that is out."""

    order: Order
    item_id: str
    place_id: str
    batch: str | None
    sent: int
    returned: int
    rejected: int


@dataclass(frozen=True)
class Batch:
    """What went to the laundry together. `sent_at` None: its beginning has not arrived."""

    id: str
    item_id: str
    place_id: str
    sent_at: int | None
    sent: int
    returned: int
    rejected: int

    @property
    def out(self) -> int:
        return self.sent - self.returned - self.rejected


def batches(lines: Iterable[Washed]) -> list[Batch]:
    """Batches in the order they went out. What came back without a name is of the oldest of the item that was out then: of the
    place where it was put back, and only what is over of another's."""
    named: dict[str, list[Washed]] = defaultdict(list)
    unnamed = []
    for line in sorted(lines, key=lambda each: each.order):
        if line.batch is None:
            unnamed.append(line)
        else:
            named[line.batch].append(line)
    found = [_batch(key, of) for key, of in named.items()]
    found.sort(key=lambda each: (each.sent_at is None, each.sent_at or 0, each.id))
    for line in unnamed:
        found = _filled(found, line)
    return found


def _batch(key: str, lines: list[Washed]) -> Batch:
    went = [line for line in lines if line.sent]
    first = (went or lines)[0]
    return Batch(
        key, first.item_id, first.place_id, went[0].order[0] if went else None, sum(line.sent for line in lines),
        sum(line.returned for line in lines), sum(line.rejected for line in lines),
    )  # fmt: skip


def _filled(found: list[Batch], line: Washed) -> list[Batch]:
    """What came back goes to the batches that were out before it; more than that is of none."""
    left, filled = line.returned + line.rejected, {}
    for batch in sorted(found, key=lambda each: each.place_id != line.place_id):
        was_out = batch.item_id == line.item_id and batch.sent_at is not None and batch.sent_at <= line.order[0]
        came = min(max(batch.out, 0), left) if was_out else 0
        left -= came
        filled[batch.id] = replace(batch, returned=batch.returned + came)
    return [filled[batch.id] for batch in found]


def request_status(issued: int | None, received: int | None, settled: int = 0) -> str:
    """requested, issued, rejected, received or differs (領用): from the first answer and what arrived; None where there is none.
    `settled`: so much of the difference was settled."""
    if received is not None:
        return "received" if received + settled == issued else "differs"
    if issued is None:
        return "requested"
    return "issued" if issued else "rejected"
