"""Held entries tried again: after an upgrade knows their kind, or when the reference they name has come."""

import json
from typing import Any

import sqlalchemy as sa

from webapp.operations.entries import Entry
from webapp.operations.mending import mend, supersede
from webapp.operations.models import DOUBTFUL
from webapp.operations.reading import read
from webapp.operations.rules import APPLIED, HELD, QUARANTINED, may_be_dated
from webapp.operations.work import Keeper, Taken, Work, judge_person, receipts


class Reapplying(Work):
    """All held entries of a project, each with the effective time it was given first."""

    def __init__(self, ledger: Keeper, connection: sa.Connection, project_id: str, now: int) -> None:
        super().__init__(ledger, connection, project_id, now, careful=True)

    def run(self) -> int:
        """Try each again; returns how many have another outcome now."""
        where = sa.and_(receipts.c.project_id == self.project_id, DOUBTFUL, receipts.c.outcome == HELD)
        order = (receipts.c.effective_at, receipts.c.tablet_no, receipts.c.epoch, receipts.c.seq, receipts.c.id)
        rows = self.connection.execute(sa.select(receipts).where(where).order_by(*order).with_for_update()).all()
        while changed := {row.id for row in rows if self._again(row)}:  # one may have waited for another
            rows = [row for row in rows if row.id not in changed]
        if self.tried:
            self.revise(self.tried)
        return len(self.tried)

    def _again(self, row: Any) -> bool:
        taken = _taken(row)
        taken.reads(read(taken.entry))
        self._back_date(taken)
        mend(self, taken)
        if taken.operation is not None:
            authors = {taken.entry.author} if taken.entry.author else set()
            known = self.ledger.memberships(self.connection, self.project_id, authors) if authors else {}
            roles = self.roles_of(taken, taken.operation)
            judge_person(taken, taken.operation, roles, known, self.grants_named([taken]), row.tablet_id)
        self.apply_each([taken], row.tablet_id)
        supersede(self, [taken])
        self.insert_facts([taken])
        if taken.outcome == HELD:
            return False
        self.tried.append(taken)
        self._store(row, taken)
        return True

    def _back_date(self, taken: Taken) -> None:
        when = self.own_when(taken)
        if when is None or "time_wrong" in taken.flags:
            return
        if may_be_dated(when, taken.entry.happened_at):
            taken.effective_at = when
            taken.flags.append("back_dated")
        elif taken.operation and taken.operation.when:
            taken.refuse(**{taken.operation.when: "when"})

    def _store(self, row: Any, taken: Taken) -> None:
        where = (receipts.c.project_id == self.project_id) & (receipts.c.id == row.id)
        detail = json.dumps(taken.detail) if taken.detail else ""
        values = {
            "outcome": taken.outcome,
            "flags": " ".join(taken.flags),
            "detail": detail,
            "effective_at": taken.effective_at,
            "repairs": taken.mends or row.repairs,
        }
        self.connection.execute(receipts.update().where(where).values(**values))
        if row.tablet_id is not None and row.epoch is not None:
            before = json.loads(row.detail) if row.detail else {}
            self.tell(row.tablet_id, before.get("of", row.id), taken.outcome)  # what came twice the tablet knows by its own id
        self.audit([taken], row.tablet_id)


class Ruled(Reapplying):
    """One entry that was put aside or held, as a person has ruled: taken after all, or refused."""

    def __init__(self, ledger: Keeper, connection: sa.Connection, project_id: str, now: int, receipt_id: str, counts: bool) -> None:
        super().__init__(ledger, connection, project_id, now)
        self.receipt_id, self.counts = receipt_id, counts

    def run(self) -> int:
        """Do as was ruled; 0 where there was nothing to rule on any more."""
        where = (receipts.c.project_id == self.project_id) & (receipts.c.id == self.receipt_id)
        open_still = where & receipts.c.outcome.in_((HELD, QUARANTINED))
        row = self.connection.execute(sa.select(receipts).where(open_still).with_for_update()).first()
        if row is None:
            return 0
        if not self.counts:
            self._refuse(row)
        elif not self._again(row) and row.outcome == QUARANTINED:  # what it needs has not come yet: it is tried again with the rest
            detail = json.dumps({"reason": "unknown_reference"})
            self.connection.execute(receipts.update().where(where).values(outcome=HELD, detail=detail))
        self.revise(self.tried)
        return 1

    def _refuse(self, row: Any) -> None:
        taken = _taken(row)
        taken.refuse(**{"": "rejected"})
        self.audit([taken], row.tablet_id)
        self.tried.append(taken)
        self._store(row, taken)


def _taken(row: Any) -> Taken:
    entry = Entry(
        id=row.id,
        seq=row.seq or 0,
        operation=row.operation,
        version=row.version,
        body=row.raw,
        digest=row.digest,
        author=row.author_id,
        proof=row.proof,
        happened_at=row.happened_at,
        offset=row.clock_offset,
        beacon_at=row.beacon_at,
        repairs=row.repairs,
    )
    kept = {"time_wrong", "fork"} & set(row.flags.split())
    taken = Taken(entry, row.branch, row.effective_at, row.received_at, author=row.author_id)
    if row.epoch is not None:
        taken.place = (row.tablet_no, row.epoch, row.seq)
    taken.outcome, taken.flags = APPLIED, sorted(kept)
    detail = json.loads(row.detail) if row.detail else {}
    taken.detail = {key: detail[key] for key in ("new_epoch",) if key in detail}
    return taken
