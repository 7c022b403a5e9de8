"""The ledger's decisions as pure functions: time, proof, membership (docs/protocol.md sections 2 to 4)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

APPLIED, DUPLICATE, REFUSED, HELD = "applied", "duplicate", "refused", "held"
QUARANTINED, FORK, LOST, GAP = "quarantined", "fork", "lost", "gap"

UNVERIFIED, POST, PIN, SESSION, SYSTEM, IMPORT = "unverified", "post", "pin-offline", "session", "system", "import"
PROOFS = {UNVERIFIED: 0, POST: 1, PIN: 2, SESSION: 3, SYSTEM: 3, IMPORT: 3}
FROM_A_TABLET = {UNVERIFIED, POST, PIN}
_GRANT = re.compile(r"grant:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")

LEEWAY = 120_000
"""How far a clock may be off before it is called wrong, in milliseconds."""
BACK_DATED_WITHIN = 48 * 3_600_000
MEMBERSHIP_REMEMBERED = 180 * 86_400_000
UNDONE_WITHIN = 24 * 3_600_000
"""How long after it somebody may undo what he himself recorded: his shift, also one over midnight; in milliseconds."""


class Line(NamedTuple):
    """What is remembered of a tablet's line of entries when judging the next one."""

    good_at: int = 0
    last_wall: int | None = None
    last_offset: int | None = None


class Judged(NamedTuple):
    """The effective time of an entry, its flags, and the line after it. `when_wrong`: the back-dating passes its bounds."""

    effective_at: int
    flags: tuple[str, ...]
    line: Line
    when_wrong: bool = False


def judge(
    line: Line,
    *,
    happened_at: int,
    offset: int | None,
    beacon_at: int | None,
    received_at: int,
    enrolled_at: int,
    when: int | None = None,
) -> Judged:
    """When an entry counts as having happened. A good clock is believed, a wrong one bounded and flagged."""
    if offset is None:
        return Judged(_bounded(line, beacon_at, received_at, enrolled_at), ("time_wrong",), line)
    wall = happened_at - offset
    following = Line(line.good_at, wall, offset)
    if _is_wrong(line, happened_at, wall, offset, beacon_at, received_at):
        return Judged(_bounded(line, beacon_at, received_at, enrolled_at), ("time_wrong",), following)
    effective_at = max(happened_at, line.good_at)
    following = Line(effective_at, wall, offset)
    if when is None:
        return Judged(effective_at, (), following)
    if not may_be_dated(when, happened_at):
        return Judged(effective_at, (), following, when_wrong=True)
    return Judged(when, ("back_dated",), following)


def dating(captured_at: int) -> tuple[int, int]:
    """From when until when a fact captured at an instant may say that it really was (補記)."""
    return captured_at - BACK_DATED_WITHIN, captured_at


def may_be_dated(when: int, captured_at: int) -> bool:
    first, last = dating(captured_at)
    return first <= when <= last


def captured_at(happened_at: int, effective_at: int, flags: Iterable[str]) -> int:
    """When an entry was captured, by its tablet's clock where that was right."""
    return effective_at if "time_wrong" in flags else happened_at


def _is_wrong(line: Line, happened_at: int, wall: int, offset: int, beacon_at: int | None, received_at: int) -> bool:
    if happened_at > received_at + LEEWAY or (beacon_at is not None and happened_at < beacon_at - LEEWAY):
        return True
    if line.last_wall is None or line.last_offset is None:
        return False
    return wall < line.last_wall or abs(offset - line.last_offset) > LEEWAY


def _bounded(line: Line, beacon_at: int | None, received_at: int, enrolled_at: int) -> int:
    return min(received_at, max(line.good_at, beacon_at or 0, enrolled_at))


@dataclass(frozen=True, slots=True)
class Grant:
    """A person's code was checked here for a tablet, at an instant; good until another."""

    person_id: str
    tablet_id: str
    given_at: int
    ends_at: int

    def covers(self, author: str | None, tablet_id: str | None, at: int | None) -> bool:
        """Whether it speaks for an entry of that author at that tablet, captured at that instant."""
        is_theirs = (author, tablet_id) == (self.person_id, self.tablet_id)
        return is_theirs and at is not None and self.given_at - LEEWAY <= at <= self.ends_at + LEEWAY


def grant_named(proof: str) -> str | None:
    """The id of the grant that a proof names, if it names one."""
    match = _GRANT.fullmatch(proof)
    return match[1] if match else None


def believed_proof(
    claimed: str, grant: Grant | None = None, *, author: str | None = None, tablet_id: str | None = None, at: int | None = None
) -> tuple[str, bool]:
    """The proof a tablet's word is worth, and whether it claimed one that it cannot have. `grant`: the one that it names, if we
    gave it; `at`: when the entry was captured. A grant that holds is worth a session."""
    if claimed in FROM_A_TABLET:
        return claimed, True
    if grant is not None and grant.covers(author, tablet_id, at):
        return SESSION, True
    return UNVERIFIED, False


def is_of_old_code(set_at: int, heard_at: int, signed_at: int) -> bool:
    """Whether what was signed with six digits was signed with others than the author had by then: they were changed after the
    tablet last heard of us. All in milliseconds UTC."""
    return heard_at < set_at <= signed_at


def is_weak(proof: str, least: str) -> bool:
    """Below what the operation asks for."""
    return PROOFS.get(proof, 0) < PROOFS[least]


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's role in a project from one instant to another; `until` None = still."""

    role: str
    since: int
    until: int | None = None


def standing(memberships: Sequence[Membership] | None, roles: Iterable[str], at: int) -> str | None:
    """None where a member may; else why not: author_unknown, no_membership, role. Any membership of the last 180 days counts."""
    if memberships is None:
        return "author_unknown"
    remembered = [m for m in memberships if m.since <= at and (m.until is None or at <= m.until + MEMBERSHIP_REMEMBERED)]
    if not remembered:
        return "no_membership"
    wanted = set(roles)
    return None if any(m.role in wanted for m in remembered) else "role"


def may_now(memberships: Sequence[Membership] | None, roles: Iterable[str], at: int) -> bool:
    """Whether a person may at the page door: a role that does this, held at that instant."""
    wanted = set(roles)
    return any(m.role in wanted and m.since <= at and (m.until is None or at < m.until) for m in memberships or ())


def belongs_in_audit(*, offline: bool, decision: bool, proof: str, outcome: str, flags: Sequence[str]) -> bool:
    """What changes who may what, what is offered, or what a decision came to, and wherever a tablet's line was not whole.

    Facts recorded on a tablet are their own trace, the receipt.
    """
    return decision or not offline or proof == IMPORT or outcome in {"lost", "quarantined"} or "fork" in flags


def is_undone(author: str | None, at: int, undone_by: str | None, undone_at: int, at_desk: bool) -> bool:
    """Whether a reversal holds: a supervisor's always, anybody else's for an entry of his own of the last 24 hours."""
    return at_desk or (author is not None and author == undone_by and undone_at < at + UNDONE_WITHIN)
