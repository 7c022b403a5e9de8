"""What receiving, submitting and trying again have in common: resolve references, apply, insert.

Rows are collected for the whole batch and inserted once per table; where the database objects, the batch is halved until the
entry at fault stands alone and is held. Measured: a savepoint and an ORM object an entry cost twenty times as much.
"""

import json
import logging
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.exc import DataError, IntegrityError

from webapp.base import faults, ids
from webapp.base.database import Base
from webapp.base.database import upsert as upsert  # noqa: PLC0414 - packages above have it from here
from webapp.operations import registry
from webapp.operations.audit import note_all
from webapp.operations.entries import Entry, storable
from webapp.operations.inserting import insert_all
from webapp.operations.models import Head, Receipt, Revision, Update
from webapp.operations.occasion import Occasion, Row
from webapp.operations.reading import Reading
from webapp.operations.registry import Operation
from webapp.operations.rules import (
    APPLIED,
    HELD,
    REFUSED,
    Grant,
    Membership,
    believed_proof,
    belongs_in_audit,
    grant_named,
    is_weak,
    standing,
)

log = logging.getLogger(__name__)

Memberships = Callable[[sa.Connection, str, set[str]], Mapping[str, Sequence[Membership]]]
CodesSet = Callable[[sa.Connection, set[str]], Mapping[str, int]]
Grants = Callable[[sa.Connection, str, set[str]], Mapping[str, Grant]]

heads: sa.Table = Head.__table__  # type: ignore[assignment]
receipts: sa.Table = Receipt.__table__  # type: ignore[assignment]
updates: sa.Table = Update.__table__  # type: ignore[assignment]
revisions: sa.Table = Revision.__table__  # type: ignore[assignment]


_WHERE = (revisions.c.project_id == sa.bindparam("project")) & revisions.c.family.in_(sa.bindparam("families", expanding=True))
_RAISE = revisions.update().where(_WHERE).values(no=revisions.c.no + 1)
_KNOWN = sa.select(revisions.c.family).where(_WHERE)
_IN_ORDER = _KNOWN.order_by(revisions.c.family).with_for_update()


class Keeper(Protocol):
    """What the work needs of the ledger: who belongs to a project, what grants it gave, since when codes are what they are, and the
    reference data seen before."""

    memberships: Memberships
    grants: Grants
    codes_set: CodesSet
    known: dict[tuple[str, str], str]


@dataclass(slots=True)
class Taken:
    """An entry being taken: its verdict so far, and the rows that it will leave."""

    entry: Entry
    branch: str
    effective_at: int
    received_at: int
    outcome: str = APPLIED
    flags: list[str] = field(default_factory=list)
    detail: dict[str, Any] = field(default_factory=dict)
    receipt_id: str = ""
    proof: str = ""
    operation: Operation | None = None
    form: Any = None
    rows: list[Row] = field(default_factory=list)
    author: str | None = None
    place: tuple[int, int, int] = (0, 0, 0)
    """Tablet number, epoch and seq: where its facts stand in the order."""
    mends: str | None = None
    """The first of the refused entries that it stands for; its facts carry that one's id."""

    def reads(self, reading: Reading) -> None:
        """Take what its text comes to."""
        self.operation, self.form, self.outcome = reading.operation, reading.form, reading.outcome
        self.detail |= reading.detail

    def refuse(self, **errors: str) -> None:
        self._end(REFUSED, errors=errors)

    def hold(self, reason: str, **more: str) -> None:
        self._end(HELD, reason=reason, **more)

    def _end(self, outcome: str, **detail: Any) -> None:
        forked = {key: value for key, value in self.detail.items() if key == "new_epoch"}
        self.outcome, self.detail, self.rows = outcome, forked | detail, []

    def fault(self, error: BaseException) -> None:
        number = ids.derived("fault", self.entry.id)[:8]
        # Not the error's own words: PostgreSQL's tell the whole row that it objects to.
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("fault %s in %s: %s\n%s", number, self.entry.operation, type(error).__name__, where)
        self.hold("fault", fault=number)


class Work:
    """What receiving, submitting and trying again have in common: resolve, apply, insert."""

    def __init__(self, ledger: Keeper, connection: sa.Connection, project_id: str, received_at: int, careful: bool) -> None:
        self.ledger, self.connection, self.careful = ledger, connection, careful
        self.project_id, self.received_at = project_id, received_at
        self.made: dict[str, set[str]] = defaultdict(set)
        self.tried: list[Taken] = []

    def grants_named(self, those: Iterable[Taken]) -> Mapping[str, Grant]:
        """The grants that these entries name and this project gave, by one query; none is asked where none is named."""
        wanted = {named for taken in those if (named := grant_named(taken.entry.proof))}
        return self.ledger.grants(self.connection, self.project_id, wanted) if wanted else {}

    def when(self, taken: Taken) -> int | None:
        """The instant a form declares (補記), if it could be cleaned."""
        if taken.operation is None or taken.operation.when is None or taken.outcome != APPLIED:
            return None
        value: int | None = getattr(taken.form, taken.operation.when).data
        return value

    def roles_of(self, taken: Taken, operation: Operation) -> frozenset[str]:
        """Who may do what an entry says; of what cannot be taken anyhow, who may do such things."""
        if operation.among is None or taken.outcome != APPLIED:
            return operation.roles
        return operation.roles & operation.among(taken.form, self.connection)

    def own_when(self, taken: Taken) -> int | None:
        """The same of an entry that stands for itself: what a repair says is held against what it mends."""
        return None if taken.entry.repairs else self.when(taken)

    def apply_all(self, everything: Sequence[Taken], tablet_id: str | None) -> None:
        """Resolve references for all, apply each, insert the rows once per table."""
        self.apply_each(everything, tablet_id)
        self.insert_facts(everything)

    def apply_each(self, everything: Sequence[Taken], tablet_id: str | None) -> None:
        """Resolve references for all and apply each; nothing is inserted yet."""
        live = [taken for taken in everything if taken.outcome == APPLIED and taken.operation]
        projects = self._resolve(live)
        for taken in live:
            self._refer(taken, projects)
            if taken.outcome == APPLIED:
                self._apply(taken, tablet_id)

    def _resolve(self, live: Iterable[Taken]) -> Mapping[tuple[str, str], str]:
        """The project of every reference of the batch: remembered, or one query a kind."""
        known, missing = self.ledger.known, defaultdict(set)
        for taken in live:
            for _name, kind, value in taken.operation.referred(taken.form) if taken.operation else ():
                if value is not None and (kind, value) not in known:
                    missing[kind].add(value)
        for kind, wanted in missing.items():
            table: Any = registry.reference_table(kind)
            for row in self.connection.execute(sa.select(table.id, table.project_id).where(table.id.in_(wanted))):
                known[kind, row.id] = row.project_id
        return known

    def _refer(self, taken: Taken, projects: Mapping[tuple[str, str], str]) -> None:
        foreign, unknown = {}, False
        for name, kind, value in taken.operation.referred(taken.form) if taken.operation else ():
            if value is None or value in self.made[kind]:
                continue
            project = projects.get((kind, value))
            unknown = unknown or project is None
            if project is not None and project != self.project_id:
                foreign[name] = "other_project"
        if foreign:
            taken.refuse(**foreign)
        elif unknown:
            taken.hold("unknown_reference")

    def _apply(self, taken: Taken, tablet_id: str | None) -> None:
        entry, operation = taken.entry, taken.operation
        if operation is None:
            return
        occasion = Occasion(
            operation.name,
            taken.mends or entry.id,
            self.project_id,
            taken.author,
            tablet_id,
            *taken.place,
            taken.proof,
            entry.happened_at,
            taken.effective_at,
            taken.received_at,
            taken.rows,
        )
        try:
            if operation.against and (wrong := operation.against(taken.form, occasion, self.connection)):
                taken.refuse(**wrong)
                return
            operation.apply(taken.form, occasion)
        except Exception as error:  # noqa: BLE001 - a fault of ours must hold this entry and let the others through
            taken.fault(error)
            return
        for model, row in taken.rows:
            if "id" in row:
                self.made[model.__tablename__.replace("_", ".", 1)].add(row["id"])

    def insert_facts(self, everything: Sequence[Taken]) -> None:
        """The rows of all that were applied, once per table."""
        bearing = [taken for taken in everything if taken.rows]
        if not self.careful:
            faults.hit("reserved")
            self._insert_rows(bearing)
        else:
            self._insert_with_care(bearing)

    def _insert_with_care(self, bearing: Sequence[Taken]) -> None:
        """Halve until the entry whose rows the database objects to stands alone; that one is held."""
        if not bearing:
            return
        try:
            with self.connection.begin_nested():
                self._insert_rows(bearing)
        except (IntegrityError, DataError) as error:
            if len(bearing) == 1:
                bearing[0].fault(error)
                return
            middle = len(bearing) // 2
            self._insert_with_care(bearing[:middle])
            self._insert_with_care(bearing[middle:])

    def _insert_rows(self, bearing: Iterable[Taken]) -> None:
        grouped: dict[tuple[sa.Table, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
        for taken in bearing:
            for model, row in taken.rows:
                grouped[model.__table__, tuple(row)].append(row)  # type: ignore[index]
        for (table, _columns), rows in sorted(grouped.items(), key=lambda item: _depth(item[0][0])):
            insert_all(self.connection, table, rows)

    def receipt(self, taken: Taken, tablet: tuple[str | None, int], epoch: int | None) -> dict[str, Any]:
        entry = taken.entry
        raw = entry.lost if entry.lost is not None else entry.body
        return {
            "project_id": self.project_id,
            "id": taken.receipt_id or entry.id,
            "tablet_id": tablet[0],
            "tablet_no": tablet[1],
            "epoch": epoch,
            "branch": taken.branch,
            "seq": entry.seq if epoch is not None else None,
            "operation": entry.operation,
            "version": entry.version,
            "author_id": taken.author,
            "proof": entry.proof,
            "happened_at": entry.happened_at,
            "clock_offset": entry.offset,
            "beacon_at": entry.beacon_at,
            "received_at": taken.received_at,
            "effective_at": taken.effective_at,
            "digest": entry.digest,
            "raw": raw if raw.isascii() and "\0" not in raw else storable(raw),
            "outcome": taken.outcome,
            "flags": " ".join(taken.flags),
            "detail": json.dumps(taken.detail, ensure_ascii=True) if taken.detail else "",
            "repairs": taken.mends or entry.repairs,
        }

    def audit(self, everything: Iterable[Taken], tablet_id: str | None) -> None:
        """Keep what belongs in the audit, of entries that have their receipt."""
        rows = [_audited(taken, tablet_id) for taken in everything if _belongs(taken)]
        note_all(self.connection, self.project_id, rows)

    def tell(self, tablet_id: str, receipt_id: str, outcome: str) -> None:
        """Number the change for its tablet, under the lock of the tablet's heads."""
        mine = heads.c.tablet_id == tablet_id
        rows = self.connection.execute(sa.select(heads.c.update_no).where(mine).with_for_update()).all()
        number = max((row.update_no for row in rows), default=0) + 1
        self.connection.execute(heads.update().where(mine).values(update_no=number))
        self.connection.execute(
            updates.insert().values(
                tablet_id=tablet_id,
                no=number,
                project_id=self.project_id,
                receipt_id=receipt_id,
                outcome=outcome,
                made_at=self.received_at,
            )
        )

    def revise(self, everything: Iterable[Taken]) -> None:
        """Raise the revision of each family whose tables got a row, and of `operations` (sync list, open points)."""
        tables = {model.__tablename__ for taken in everything for model, _row in taken.rows}
        families = {table.partition("_")[0] for table in tables} | {"operations"}
        values = {"project": self.project_id, "families": sorted(families)}
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(
                _IN_ORDER, values
            )  # two batches that took these rows in different orders would wait for each other
        if self.connection.execute(_RAISE, values).rowcount == len(families):
            return
        known = set(self.connection.execute(_KNOWN, values).scalars())
        for family in sorted(families - known):
            self._first_revision(family)

    def _first_revision(self, family: str) -> None:
        statement = upsert(self.connection, revisions).values(project_id=self.project_id, family=family, no=1)
        raised = {"no": revisions.c.no + 1}
        self.connection.execute(statement.on_conflict_do_update(index_elements=["project_id", "family"], set_=raised))


def _belongs(taken: Taken) -> bool:
    operation = taken.operation
    offline, decision = (operation.offline, operation.decision) if operation else (True, False)
    return belongs_in_audit(offline=offline, decision=decision, proof=taken.entry.proof, outcome=taken.outcome, flags=taken.flags)


def _audited(taken: Taken, tablet_id: str | None) -> dict[str, Any]:
    receipt_id = taken.receipt_id or taken.entry.id
    return {
        "id": ids.derived("audit", receipt_id, taken.outcome),
        "at": taken.received_at,
        "kind": taken.entry.operation,
        "author_id": taken.author,
        "tablet_id": tablet_id,
        "subject_id": receipt_id,
        "outcome": taken.outcome,
        "digest": taken.entry.digest,
        "detail": {"proof": taken.entry.proof, "flags": " ".join(taken.flags)},
    }


_depths: dict[sa.Table, int] = {}


def _depth(table: sa.Table) -> int:
    """Where a table stands in the order in which foreign keys allow inserts."""
    if table not in _depths:
        _depths.update({each: n for n, each in enumerate(Base.metadata.sorted_tables)})
    return _depths[table]


def judge_person(
    taken: Taken,
    operation: Operation,
    roles: frozenset[str],
    known: Mapping[str, Sequence[Membership]],
    grants: Mapping[str, Grant],
    tablet_id: str | None,
) -> None:
    """Flag what a stranger or too weak a proof has recorded; refuse it where it is a decision. `roles`: whose it is."""
    entry = taken.entry
    grant = grants.get(grant_named(entry.proof) or "")
    # A wrong clock says nothing of when; the last server time heard does, for a grant itself comes with one.
    captured_at = entry.beacon_at if "time_wrong" in taken.flags else entry.happened_at
    taken.proof, believed = believed_proof(entry.proof, grant, author=entry.author, tablet_id=tablet_id, at=captured_at)
    if not believed:
        taken.flags.append("proof_unverified")
    wrong = standing(known.get(entry.author) if entry.author else None, roles, taken.effective_at)
    if wrong:
        taken.flags.append(wrong)
    weak = is_weak(taken.proof, operation.proof)
    if weak:
        taken.flags.append("weak_proof")
    if operation.decision and taken.outcome == APPLIED and (wrong or weak):
        taken.refuse(**{"": wrong or "weak_proof"})
