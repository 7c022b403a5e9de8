"""What has become of a handover; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

CATEGORIES = ("normal", "abnormal", "safety", "repair", "visitor", "stock")
RESULTS = ("accepted", "accepted_with_exceptions", "disputed")
Order = tuple[int, int, int, int, str, int]


class Status(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    WITH_EXCEPTIONS = "accepted_with_exceptions"
    DISPUTED = "disputed"


@dataclass(frozen=True)
class Accepted:
    """One answer to an offer."""

    order: Order
    id: str
    author_id: str | None
    result: str
    exceptions: str | None

    @property
    def at(self) -> int:
        return self.order[0]


@dataclass(frozen=True)
class Handover:
    """An offer with every answer to it, in the tie order."""

    id: str
    order: Order
    place_id: str
    post_id: str
    author_id: str | None
    to_person_id: str | None
    note: str | None
    answers: tuple[Accepted, ...] = ()

    @property
    def at(self) -> int:
        return self.order[0]


def status(handover: Handover) -> Status:
    """The first answer counts; a dispute by anyone outweighs it."""
    results = [answer.result for answer in handover.answers]
    if Status.DISPUTED in results:
        return Status.DISPUTED
    return Status(results[0]) if results else Status.OFFERED


def concerns(handover: Handover) -> tuple[str, ...]:
    """What the supervisor should look at: signed by the same person for both, taken over twice, exceptions without a word."""
    found = []
    if any(answer.author_id is None or answer.author_id == handover.author_id for answer in handover.answers):
        found.append("same_person")
    if len(handover.answers) > 1:
        found.append("accepted_twice")
    if any(answer.result != Status.ACCEPTED and not answer.exceptions for answer in handover.answers):
        found.append("no_reason")
    return tuple(found)


def open_for(handovers: Iterable[Handover], post_id: str) -> Handover | None:
    """The offer that waits for somebody at a post: the last one, while nobody has answered it."""
    last = max((each for each in handovers if each.post_id == post_id), key=lambda each: each.order, default=None)
    return last if last and not last.answers else None
