"""How much there is, as pure functions of counts and legs. Quantities are thousandths of the base unit."""

from collections.abc import Iterable
from dataclasses import dataclass

STORE, CLEAN, IN_USE, SOILED, LAUNDRY, LOST, SUPPLIER = "store", "clean", "in_use", "soiled", "laundry", "lost", "supplier"
STATES = (STORE, CLEAN, IN_USE, SOILED, LAUNDRY, LOST, SUPPLIER)
COUNTED = (CLEAN, SOILED, STORE)
"""What can be laid on a table and counted."""

Order = tuple[int, int, int, int, str, int]
"""The tie order of facts: effective time, tablet number, epoch, seq, operation id, line."""


@dataclass(frozen=True)
class Counted:
    order: Order
    quantity: int


@dataclass(frozen=True)
class Moved:
    order: Order
    quantity: int


def on_hand(counts: Iterable[Counted], legs: Iterable[Moved]) -> int:
    """The last count and every leg after it, whatever the order of arrival (P2-4.4.2c). May be below zero: the count was stale."""
    last = max(counts, key=lambda count: count.order, default=None)
    if last is None:
        return sum(leg.quantity for leg in legs)
    return last.quantity + sum(leg.quantity for leg in legs if leg.order > last.order)


def runs_low(on_hand: int, minimum: int) -> bool:
    """Below the minimum. At the minimum is enough (P2-4.4.2c)."""
    return on_hand < minimum


def lasts_until(on_hand: int, used: int, since: int, at: int) -> int | None:
    """The instant at which nothing is left if it goes on as it went from `since` to `at`; None where nothing was used."""
    if used <= 0 or at <= since:
        return None
    return at + max(0, on_hand) * (at - since) // used
