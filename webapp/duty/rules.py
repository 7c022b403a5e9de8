"""What has become of a handover; pure."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

CATEGORIES = ("normal", "abnormal", "safety", "repair", "visitor", "stock")
RESULTS = ("accepted", "accepted_with_exceptions", "disputed")
KEPT = ("key_box", "security")
"""Where the keys are for the night after the last shift (末班封存)."""
LINE_KINDS = ("asset", "stock", "remark", "check", "action")
AGREES, DIFFERS = "agrees", "differs"
LINE_STATES = ("back", "out", "lent", "lost", "clean", "in_use", "soiled", "kept")
"""How a thing stood that was gone through. `kept`: it was locked up for the night."""
Order = tuple[int, int, int, int, str, int]


class Status(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    WITH_EXCEPTIONS = "accepted_with_exceptions"
    DISPUTED = "disputed"
    RESOLVED = "resolved"
    STORED = "stored"
    UNATTENDED = "unattended"


@dataclass(frozen=True)
class Agreed:
    """One line that was gone through: what stood there (`shown`), what was said of it, or what was counted, in thousandths."""

    kind: str
    said: str | None = None
    found: int | None = None
    note: str | None = None
    shown: str | None = None
    state: str | None = None
    asset_id: str | None = None
    item_id: str | None = None
    entry: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Accepted:
    """One answer to an offer, with the lines that were gone through."""

    order: Order
    id: str
    author_id: str | None
    result: str
    exceptions: str | None
    lines: tuple[Agreed, ...] = ()

    @property
    def at(self) -> int:
        return self.order[0]


@dataclass(frozen=True)
class Found:
    """What a supervisor found of a dispute; `based_on`: the last answer that was known then."""

    at: int
    author_id: str | None
    based_on: str
    text: str


@dataclass(frozen=True)
class Handover:
    """An offer with every answer to it, in the tie order. `kept`: where the keys are until somebody opens, `custodian` has them;
    `absent`: why nobody was there to take over."""

    id: str
    order: Order
    place_id: str
    post_id: str
    author_id: str | None
    to_person_id: str | None
    note: str | None
    answers: tuple[Accepted, ...] = ()
    kept: str | None = None
    custodian: str | None = None
    absent: str | None = None
    lines: tuple[Agreed, ...] = ()
    findings: tuple[Found, ...] = ()

    @property
    def at(self) -> int:
        return self.order[0]


def unsaid(line: Mapping[str, Any]) -> str | None:
    """What is still to be said of a line of an answer: how many there are of what is counted, else whether it agrees."""
    if line["said"] is not None or line["found"] is not None:
        return None
    return "found" if line["kind"] == "stock" and line["state"] != "in_use" else "said"


def outcome(result: str, said: Iterable[str | None]) -> str:
    """What an acceptance comes to: where a line differs it is one with exceptions, whatever was chosen below the lines."""
    return "accepted_with_exceptions" if result == "accepted" and DIFFERS in said else result


def status(handover: Handover) -> Status:
    """The first answer counts; a dispute by anyone outweighs it until a supervisor has ruled on all that was said."""
    results = [answer.result for answer in handover.answers]
    if Status.DISPUTED in results:
        return Status.RESOLVED if is_resolved(handover) else Status.DISPUTED
    if results:
        return Status(results[0])
    if handover.kept:
        return Status.STORED
    return Status.UNATTENDED if handover.absent else Status.OFFERED


def awaits_finding(handover: Handover) -> bool:
    """Whether a supervisor has still to say what holds: somebody disputed it, or more than one answered it (domain 0.7)."""
    is_contested = len(handover.answers) > 1 or status(handover) is Status.DISPUTED
    return is_contested and not is_resolved(handover)


def is_resolved(handover: Handover) -> bool:
    """Whether the last finding knew the last answer; one that came after it opens the matter again."""
    return bool(handover.findings and handover.answers) and handover.findings[-1].based_on == handover.answers[-1].id


def concerns(handover: Handover) -> tuple[str, ...]:
    """What the supervisor should look at: signed by the same person for both (who locked up may open) or meant for
    who offered it, taken over twice, exceptions without a word, keys left with nobody."""
    answers = handover.answers
    found = (
        ("same_person", not handover.kept and any(each.author_id in (None, handover.author_id) for each in answers)),
        ("to_self", not handover.kept and handover.to_person_id is not None and handover.to_person_id == handover.author_id),
        ("accepted_twice", len(answers) > 1),
        ("no_reason", any(_is_silent(each) for each in answers)),
        ("no_custodian", bool(handover.kept) and not handover.custodian),
    )
    return tuple(name for name, holds in found if holds)


def parties(handover: Handover) -> set[str | None]:
    """Who signed it on either side: none of them says what holds, but in a small team."""
    return {handover.author_id, *(each.author_id for each in handover.answers)}


def is_by_another(handover: Handover, on_post: Collection[str]) -> bool:
    """Whether somebody else offered the post than those who were on it; where nobody was, anyone may."""
    return bool(on_post) and handover.author_id not in on_post


def _is_silent(answer: Accepted) -> bool:
    """A line differs and has no note, or nothing at all says what does not agree."""
    differing = [line for line in answer.lines if line.said == DIFFERS]
    if any(not line.note for line in differing):
        return not answer.exceptions
    return answer.result != Status.ACCEPTED and not answer.exceptions and not differing


def exceptions_of(handover: Handover) -> tuple[Agreed, ...]:
    """The lines that differed, of every answer."""
    return tuple(line for answer in handover.answers for line in answer.lines if line.said == DIFFERS)


def taken_over_again(handovers: Iterable[Handover], shift_of: Callable[[int], str | None]) -> list[Handover]:
    """Those by which a post was taken over though somebody else had taken it over in that shift (domain 0.7), in their order. Where
    who took over hands over again, that is how a post goes on; and opening what was locked up is none."""
    found: list[Handover] = []
    holder: dict[tuple[str, str | None], str | None] = {}
    taken = [each for each in handovers if each.answers and not each.kept]
    for each in sorted(taken, key=lambda each: each.answers[0].order):
        key = each.post_id, shift_of(each.answers[0].at)
        if key in holder and holder[key] != each.author_id:
            found.append(each)
        holder[key] = each.answers[0].author_id
    return found


def open_for(handovers: Iterable[Handover], post_id: str) -> Handover | None:
    """The offer that waits for somebody at a post: the last one, while nobody has answered it."""
    last = max((each for each in handovers if each.post_id == post_id), key=lambda each: each.order, default=None)
    return last if last and not last.answers else None
