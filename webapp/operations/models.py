"""The ledger's own tables, and the shape every fact has.

Tablet, author and project are plain ids here, without foreign keys: this floor may not look up.
"""

from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from webapp.base.append_only import append_only
from webapp.base.database import Base, Id, Instant, partial_index
from webapp.operations.knowing import Known, corrected_by, known_by
from webapp.operations.rules import APPLIED, UNDONE_WITHIN

T = TypeVar("T")
KEYED = {"sqlite_with_rowid": False}
"""SQLite keeps the row in its primary key, one tree less to write for each."""


class Fact(Base):
    """What happened: an immutable row that repeats its order key (protocol: order)."""

    __abstract__ = True

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    operation_id: Mapped[Id] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    effective_at: Mapped[Instant]
    tablet_no: Mapped[int]
    epoch: Mapped[int]
    seq: Mapped[int]
    author_id: Mapped[Id | None]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[sa.Index | dict[str, bool], ...]:  # noqa: N805 - SQLAlchemy calls it with the class
        return (sa.Index(None, "project_id", "effective_at"), KEYED)

    @property
    def place_in_order(self) -> tuple[int, int, int, int, str, int]:
        """Where this fact stands in the one order of facts, for comparing outside the database."""
        return (self.effective_at, self.tablet_no, self.epoch, self.seq, self.operation_id, self.line)

    @classmethod
    def order(cls) -> tuple[sa.orm.InstrumentedAttribute[object], ...]:
        """The one order of facts everywhere."""
        return (cls.effective_at, cls.tablet_no, cls.epoch, cls.seq, cls.operation_id, cls.line)


class Undoing(Fact):
    """An entry is to be as if it had never been. `at_desk`: by a supervisor; else it undoes one's own only.

    Each package that has something to undo keeps a table of its own: so its pages are drawn anew.
    """

    __abstract__ = True

    entry: Mapped[Id]
    at_desk: Mapped[bool]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[sa.Index | dict[str, bool], ...]:  # noqa: N805 - SQLAlchemy calls it with the class
        return (sa.Index(None, "project_id", "entry"), KEYED)

    @classmethod
    def spares(cls, model: type[Fact], at: int, *which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        """Whether nothing (of these) had undone the entry of a row by then: rules.is_undone, in the words of the database."""
        return ~sa.select(cls.line).where(cls._undoes(model, at), *which).exists()

    @classmethod
    def first(
        cls, column: sa.orm.InstrumentedAttribute[T], model: type[Fact], at: int, *which: sa.ColumnElement[bool]
    ) -> sa.ScalarSelect[T]:
        """What the first (of these) that had undone the entry of a row by then holds in a column; null where nothing had."""
        wanted = sa.select(column).where(cls._undoes(model, at), *which)
        return wanted.order_by(*cls.order()).limit(1).scalar_subquery()

    @classmethod
    def _undoes(cls, model: type[Fact], at: int) -> sa.ColumnElement[bool]:
        own = (cls.author_id == model.author_id) & (cls.effective_at < model.effective_at + UNDONE_WITHIN)
        return sa.and_(
            cls.project_id == model.project_id,
            cls.entry == model.operation_id,
            cls.effective_at <= corrected_by(at),
            cls.at_desk | own,
        )


class Head(Base):
    """How far one store of one tablet has come. Locked first in each batch. `branch` is '' for the main line."""

    __tablename__ = "operations_head"

    tablet_id: Mapped[Id] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    branch: Mapped[str] = mapped_column(sa.String(16), primary_key=True, default="")
    project_id: Mapped[Id]
    acked_seq: Mapped[int] = mapped_column(default=0)
    good_at: Mapped[Instant] = mapped_column(default=0)
    last_wall: Mapped[Instant | None]
    last_offset: Mapped[Instant | None]
    high_seq: Mapped[int] = mapped_column(default=0)
    update_no: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[Instant] = mapped_column(default=0)
    build: Mapped[str] = mapped_column(sa.String(64), default="")
    new_epoch: Mapped[int | None]
    about: Mapped[str] = mapped_column(sa.String(400), default="", server_default="")
    """What the tablet last told of itself (JSON), and when: shown to people, never decided by."""
    about_at: Mapped[Instant] = mapped_column(default=0, server_default="0")


DOUBTFUL = sa.text("(outcome <> 'applied' or flags <> '')")
"""Receipts that somebody may have to look at: few, and found by an index of their own. (Literal, for SQLite compares texts.)"""


class Receipt(Base):
    """The answer to one entry, with its exact text. Kept whatever the outcome: nothing a person typed is dropped."""

    __tablename__ = "operations_receipt"
    __table_args__ = (
        sa.UniqueConstraint("project_id", "tablet_id", "epoch", "branch", "seq"),
        partial_index("ix_operations_receipt_doubtful", "project_id", "effective_at", where=DOUBTFUL),
        partial_index("ix_operations_receipt_repairs", "project_id", "repairs", where=sa.text("repairs is not null")),
        KEYED,
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    id: Mapped[Id] = mapped_column(primary_key=True)
    tablet_id: Mapped[Id | None]
    tablet_no: Mapped[int]
    epoch: Mapped[int | None]
    branch: Mapped[str] = mapped_column(sa.String(16), default="")
    seq: Mapped[int | None]
    operation: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[int]
    author_id: Mapped[Id | None]
    proof: Mapped[str] = mapped_column(sa.String(64))
    happened_at: Mapped[Instant]
    clock_offset: Mapped[Instant | None]
    beacon_at: Mapped[Instant | None]
    received_at: Mapped[Instant]
    effective_at: Mapped[Instant]
    digest: Mapped[str] = mapped_column(sa.String(64))
    raw: Mapped[str] = mapped_column(sa.Text)
    outcome: Mapped[str] = mapped_column(sa.String(16))
    flags: Mapped[str] = mapped_column(sa.String(200), default="")
    detail: Mapped[str] = mapped_column(sa.Text, default="")
    repairs: Mapped[Id | None]

    @property
    def known(self) -> Known:
        """Where it stands among all that came in."""
        return Known(self.received_at, self.tablet_no, self.epoch or 0, self.seq or 0, self.id)

    @classmethod
    def came_after(cls) -> sa.ColumnElement[bool]:
        """Whether it came in after the entry by which facts are being read (knowing.py)."""
        own = (cls.received_at, cls.tablet_no, sa.func.coalesce(cls.epoch, 0), sa.func.coalesce(cls.seq, 0), cls.id)
        return sa.tuple_(*own) > sa.tuple_(*_KNOWN)


class Update(Base):
    """A changed outcome on its way to the tablet (held → applied), numbered per tablet, kept 180 days."""

    __tablename__ = "operations_update"

    tablet_id: Mapped[Id] = mapped_column(primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[Id]
    receipt_id: Mapped[Id]
    outcome: Mapped[str] = mapped_column(sa.String(16))
    made_at: Mapped[Instant]


def _known(name: str, kind: sa.types.TypeEngine[Any]) -> sa.BindParameter[Any]:
    return sa.bindparam(f"known_{name}", callable_=lambda: getattr(known_by(), name), type_=kind)


_KNOWN = [
    _known("received_at", sa.BigInteger()), _known("tablet_no", sa.Integer()), _known("epoch", sa.Integer()),
    _known("seq", sa.Integer()), _known("id", sa.Uuid(as_uuid=False)),
]  # fmt: skip
"""The entry by which facts are being read, looked at when a statement runs: so it is compiled once."""


def _was_known(fact: type[Fact]) -> sa.ColumnElement[bool]:
    """Whether nothing made this fact after the entry by which facts are being read: its own entry, the repair that stands in its
    place, or the second try of one that was held."""
    same = (Receipt.project_id == fact.project_id) & (Receipt.id == fact.operation_id)
    late = sa.select(Receipt.id).where(same, Receipt.came_after())
    mended = sa.select(Receipt.repairs).where(
        Receipt.repairs.is_not(None), Receipt.came_after(), Receipt.outcome == APPLIED, Receipt.flags.not_like("%superseded")
    )
    held = sa.select(Update.receipt_id).where(Update.outcome == APPLIED, Update.made_at > _KNOWN[0])
    return ~late.exists() & fact.operation_id.not_in(mended) & fact.operation_id.not_in(held)


@sa.event.listens_for(sa.orm.Session, "do_orm_execute")
def _leave_out(state: sa.orm.ORMExecuteState) -> None:
    """Leave out of every read what was not known yet."""
    if state.is_select and known_by() is not None:
        state.statement = state.statement.options(sa.orm.with_loader_criteria(Fact, _was_known, include_aliases=True))


class Revision(Base):
    """Rises once per batch for each family that changed; pages hold it in their etag."""

    __tablename__ = "operations_revision"

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    family: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    no: Mapped[int] = mapped_column(sa.BigInteger, default=0)


@append_only
class Audit(Base):
    """What changed and who did it; appended, never changed (see operations/audit.py). `subject_id`: what or whom it is about.

    For an operation `subject_id` is its receipt and `digest` that of the text. `detail` is JSON without personal data.
    """

    __tablename__ = "operations_audit"
    __table_args__ = (KEYED,)

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    id: Mapped[Id] = mapped_column(primary_key=True)
    at: Mapped[Instant]
    kind: Mapped[str] = mapped_column(sa.String(64))
    author_id: Mapped[Id | None]
    tablet_id: Mapped[Id | None]
    subject_id: Mapped[Id | None]
    outcome: Mapped[str] = mapped_column(sa.String(16))
    digest: Mapped[str] = mapped_column(sa.String(64))
    detail: Mapped[str] = mapped_column(sa.Text)


@append_only
class Link(Base):
    """A row's place in the chain of its project: SHA-256 over the hash before it and the row."""

    __tablename__ = "operations_link"
    __table_args__ = (sa.UniqueConstraint("project_id", "audit_id"), KEYED)

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[Id]
    hash: Mapped[str] = mapped_column(sa.String(64))
