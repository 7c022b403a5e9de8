"""One entry from a page, an import or the system: it has no epoch and no number, and a stranger is refused."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from webapp.operations.entries import Entry
from webapp.operations.mending import mend, supersede
from webapp.operations.reading import read
from webapp.operations.registry import Operation
from webapp.operations.roles import DESK
from webapp.operations.rules import APPLIED, DUPLICATE, QUARANTINED, SESSION, SYSTEM, Line, is_weak, judge, may_now, standing
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


class Submitting(Work):
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
        taken = self._judge()
        self._mend(taken)
        self.apply_each([taken], self.tablet[0])
        supersede(self, [taken])
        self.insert_facts([taken])
        self.connection.execute(receipts.insert(), [self.receipt(taken, self.tablet, None)])
        self.audit([taken], self.tablet[0])
        self.revise([taken])
        return Outcome(entry.id, taken.outcome, taken.detail.get("errors", {}), self.received_at)

    def _judge(self) -> Taken:
        entry = self.entry
        taken = Taken(entry, "", self.received_at, self.received_at, author=entry.author, proof=entry.proof)
        taken.reads(read(taken.entry))
        judged = judge(
            Line(),
            happened_at=entry.happened_at,
            offset=0,
            beacon_at=None,
            received_at=self.received_at,
            enrolled_at=0,
            when=None if entry.repairs else self.when(taken),  # a repair stands where the original stood
        )
        taken.effective_at, taken.flags = judged.effective_at, list(judged.flags)
        if judged.when_wrong and taken.operation and taken.operation.when:
            taken.refuse(**{taken.operation.when: "when"})
        if taken.operation and taken.outcome == APPLIED and entry.proof != SYSTEM:
            self._admit(taken, taken.operation)
        return taken

    def _mend(self, taken: Taken) -> None:
        """Put a repair in the author's place: he stays the author, the desk is noted as who mended, his tablet is told."""
        mend(self, taken)
        if taken.mends is None or taken.operation is None:
            return
        known = self.ledger.memberships(self.connection, self.project_id, {taken.author} if taken.author else set())
        wrong = standing(known.get(taken.author) if taken.author else None, taken.operation.roles, taken.effective_at)
        taken.flags = [wrong] if wrong else []
        where = (receipts.c.project_id == self.project_id) & (receipts.c.id == self.entry.repairs)
        row = self.connection.execute(sa.select(receipts.c.tablet_id, receipts.c.epoch).where(where)).one()
        if row.tablet_id is not None and row.epoch is not None:
            self.tell(row.tablet_id, str(self.entry.repairs), MENDED)

    def _admit(self, taken: Taken, operation: Operation) -> None:
        author = taken.author
        known = self.ledger.memberships(self.connection, self.project_id, {author} if author else set())
        roles, proof = (DESK, SESSION) if taken.entry.repairs else (operation.roles, operation.proof)
        if not may_now(known.get(author) if author else None, roles, taken.effective_at):
            taken.refuse(**{"": "role"})
        elif is_weak(taken.proof, proof):
            taken.refuse(**{"": "weak_proof"})
