"""One entry from a page, an import or the system: it has no epoch and no number, and a stranger is refused."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa

from webapp.operations.entries import Entry
from webapp.operations.mending import mend, supersede
from webapp.operations.reading import read
from webapp.operations.registry import Operation
from webapp.operations.roles import DESK
from webapp.operations.rules import (
    APPLIED,
    DUPLICATE,
    QUARANTINED,
    SESSION,
    SYSTEM,
    Line,
    Membership,
    is_weak,
    judge,
    may_now,
    standing,
)
from webapp.operations.work import Keeper, Taken, Work, receipts

MENDED = "mended"
"""What a tablet is told of an entry of its own that was mended at a desk."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an entry made at a page or by the system. `errors`: codes by field."""

    id: str
    outcome: str
    errors: Mapping[str, str] = field(default_factory=dict)
    received_at: int = 0


class Intent(NamedTuple):
    """An entry that is to be made: its operation, its id and what it says."""

    operation: str
    id: str
    body: Mapping[str, Any]


class NotKept(Exception):
    """Some of what was to be taken together cannot be, or all of it was only tried: nothing is kept."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__(f"{len(outcomes)} entries")
        self.outcomes = outcomes


class _WithoutTablet(Work):
    """Entries of somebody who is no tablet: judged by themselves, and a stranger is refused."""

    def judged(self, entry: Entry) -> Taken:
        """An entry with its time, its flags and what it says; refused where its author may not."""
        taken = Taken(entry, "", self.received_at, self.received_at, author=entry.author, proof=entry.proof)
        taken.reads(read(taken.entry))
        judged = judge(
            Line(),
            happened_at=entry.happened_at,
            offset=0,
            beacon_at=None,
            received_at=self.received_at,
            enrolled_at=0,
            when=self.own_when(taken),
        )
        taken.effective_at, taken.flags = judged.effective_at, list(judged.flags)
        if judged.when_wrong and taken.operation and taken.operation.when:
            taken.refuse(**{taken.operation.when: "when"})
        if taken.operation and taken.outcome == APPLIED and entry.proof != SYSTEM:
            self._admit(taken, taken.operation)
        return taken

    def _admit(self, taken: Taken, operation: Operation) -> None:
        author = taken.author
        roles, proof = (DESK, SESSION) if taken.entry.repairs else (self.roles_of(taken, operation), operation.proof)
        if not may_now(self.known_of(author).get(author) if author else None, roles, taken.effective_at):
            taken.refuse(**{"": "role"})
        elif is_weak(taken.proof, proof):
            taken.refuse(**{"": "weak_proof"})

    def known_of(self, author: str | None) -> Mapping[str, Sequence[Membership]]:
        """What the author of an entry may in this project."""
        return self.ledger.memberships(self.connection, self.project_id, {author} if author else set())


class Submitting(_WithoutTablet):
    """One entry from a page, an import or the system: no epoch, no seq."""

    def __init__(
        self,
        ledger: Keeper,
        connection: sa.Connection,
        project_id: str,
        entry: Entry,
        tablet: tuple[str, int] | None,
        now: int,
        careful: bool,
    ) -> None:
        super().__init__(ledger, connection, project_id, now, careful)
        self.entry, self.tablet = entry, tablet or (None, 0)

    def run(self) -> Outcome:
        entry = self.entry
        where = (receipts.c.project_id == self.project_id) & (receipts.c.id == entry.id)
        first = self.connection.execute(sa.select(receipts).where(where)).first()
        if first is not None:
            same = first.digest == entry.digest
            errors = json.loads(first.detail).get("errors", {}) if first.detail else {}
            return Outcome(entry.id, DUPLICATE if same else QUARANTINED, errors, first.received_at)
        taken = self.judged(entry)
        self._mend(taken)
        self.apply_each([taken], self.tablet[0])
        supersede(self, [taken])
        self.insert_facts([taken])
        self.connection.execute(receipts.insert(), [self.receipt(taken, self.tablet, None)])
        self.audit([taken], self.tablet[0])
        self.revise([taken])
        return Outcome(entry.id, taken.outcome, taken.detail.get("errors", {}), self.received_at)

    def _mend(self, taken: Taken) -> None:
        """Put a repair in the author's place: he stays the author, the desk is noted as who mended, his tablet is told."""
        mend(self, taken)
        if taken.mends is None or taken.operation is None:
            return
        known = self.known_of(taken.author)
        wrong = standing(
            known.get(taken.author) if taken.author else None, self.roles_of(taken, taken.operation), taken.effective_at
        )
        taken.flags += [wrong] if wrong else []
        where = (receipts.c.project_id == self.project_id) & (receipts.c.id == self.entry.repairs)
        row = self.connection.execute(sa.select(receipts.c.tablet_id, receipts.c.epoch).where(where)).one()
        if row.tablet_id is not None and row.epoch is not None:
            self.tell(row.tablet_id, str(self.entry.repairs), MENDED)


IDS_AT_ONCE = 500
"""How many ids one question names: a database has a limit of what it binds."""


class SubmittingAll(_WithoutTablet):
    """What one person brings in together: all of it or nothing. `dry`: nothing in any case, only what would become of it."""

    def __init__(
        self,
        ledger: Keeper,
        connection: sa.Connection,
        project_id: str,
        entries: Sequence[Entry],
        now: int,
        careful: bool,
        dry: bool,
    ) -> None:
        super().__init__(ledger, connection, project_id, now, careful)
        self.entries, self.dry = entries, dry
        self.authors: dict[str | None, Mapping[str, Sequence[Membership]]] = {}

    def run(self) -> list[Outcome]:
        """Raises NotKept, which undoes the transaction."""
        there = self._there()
        fresh = {entry.id: self.judged(entry) for entry in self.entries if entry.id not in there}
        self.apply_all(list(fresh.values()), None)
        outcomes = [self._outcome(entry, there.get(entry.id), fresh.get(entry.id)) for entry in self.entries]
        if self.dry or any(each.outcome not in {APPLIED, DUPLICATE} or each.errors for each in outcomes):
            raise NotKept(outcomes)
        if fresh:
            self.connection.execute(receipts.insert(), [self.receipt(taken, (None, 0), None) for taken in fresh.values()])
            self.audit(fresh.values(), None)
            self.revise(fresh.values())
        return outcomes

    def known_of(self, author: str | None) -> Mapping[str, Sequence[Membership]]:
        """Asked once, for all of it is one person's."""
        if author not in self.authors:
            self.authors[author] = super().known_of(author)
        return self.authors[author]

    def _there(self) -> dict[str, Any]:
        """The receipts of those that were taken before."""
        wanted, found = [entry.id for entry in self.entries], {}
        for start in range(0, len(wanted), IDS_AT_ONCE):
            ids = receipts.c.id.in_(wanted[start : start + IDS_AT_ONCE])
            where = (receipts.c.project_id == self.project_id) & ids
            found.update({row.id: row for row in self.connection.execute(sa.select(receipts).where(where))})
        return found

    def _outcome(self, entry: Entry, before: Any, taken: Taken | None) -> Outcome:
        if taken is None:
            same = before.digest == entry.digest
            errors = json.loads(before.detail).get("errors", {}) if before.detail else {}
            return Outcome(entry.id, DUPLICATE if same else QUARANTINED, errors, before.received_at)
        return Outcome(entry.id, taken.outcome, taken.detail.get("errors", {}), self.received_at)
