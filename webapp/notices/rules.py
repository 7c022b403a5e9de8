"""What may be told, and to whom it leads; pure."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

ASSIGNED, DUE_SOON, OVERDUE, TO_VERIFY, CRITICAL, MISSED, DISPUTED, UNATTENDED = (
    "action_assigned", "action_due_soon", "action_overdue", "action_to_verify", "check_critical", "check_missed",
    "handover_disputed", "handover_unattended",
)  # fmt: skip
UNANSWERED, EXCEPTIONS, LOST, LOW, AWAITING, RETURNED = (
    "check_unanswered", "handover_exceptions", "thing_lost", "covers_low", "document_awaiting", "document_returned",
)  # fmt: skip
ASKED_FOR, TWICE, WITHDRAWN = "supplies_asked", "handover_twice", "document_withdrawn"
LEADS_TO = {
    ASSIGNED: "/actions/{}", DUE_SOON: "/actions/{}", OVERDUE: "/actions/{}", TO_VERIFY: "/actions/{}", CRITICAL: "/actions/{}",
    MISSED: "/checks/{day}", DISPUTED: "/handovers/{}", UNATTENDED: "/handovers/{}", UNANSWERED: "/checks/{day}",
    EXCEPTIONS: "/handovers/{}", LOST: "/things", LOW: "/stock", AWAITING: "/documents/{}", RETURNED: "/documents/{}",
    ASKED_FOR: "/stock", TWICE: "/handovers/{}", WITHDRAWN: "/documents/{}",
}  # fmt: skip
"""Where a notice leads, by its subject and the local day of its event."""
UNTIL_SETTLED = frozenset({TO_VERIFY, DISPUTED, LOST, LOW, AWAITING, RETURNED, ASKED_FOR, TWICE})
"""What is told as long as it is so, and is gone once somebody has seen to it; all else has happened, and stands."""
KEPT_WITHIN = 30 * 24 * 3_600_000
"""How long a notice stands in the inbox, in milliseconds."""


@dataclass(frozen=True)
class Event:
    """Something that somebody should know. `key` tells it from all others of its kind; `about`: recorded words, by language."""

    kind: str
    key: str
    subject: str
    to: tuple[str, ...]
    about: Mapping[str, str]
    at: int
    place: str | None = None


def to_tell(events: Iterable[Event], now: int) -> list[tuple[Event, str]]:
    """(event, person), each once; what is older than the inbox keeps is not told any more."""
    found = {}
    for event in events:
        if event.at > now - KEPT_WITHIN:
            for person in event.to:
                found[event.kind, event.key, person] = (event, person)
    return list(found.values())


N = TypeVar("N")


def grouped(found: Iterable[tuple[N, bool]], like: Callable[[N], Hashable]) -> list[list[tuple[N, bool]]]:
    """(notice, whether it was read) put together with those that are `like` it, in the order of the first of each."""
    groups: dict[Hashable, list[tuple[N, bool]]] = {}
    for notice, is_read in found:
        groups.setdefault(like(notice), []).append((notice, is_read))
    return list(groups.values())
