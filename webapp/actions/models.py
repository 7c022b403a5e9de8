"""What happens to a corrective action. Its id is that of the entry which opened it."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Id, Instant, Thousandths
from webapp.operations.models import KEYED, Fact, Undoing


class Opening(Fact):
    """Something is to be put right. Of a check it names the item, whose words are the title; `number` of how many `expected`,
    `choice` or `time_of_day`: what was found there, which is wrong only as the item says;
    `note` what was written down, and `run` in which run of the list. `subject`: the entry that it comes from,
    by shape only."""

    __tablename__ = "actions_opening"
    __table_args__ = (sa.Index(None, "project_id", "place_id"), KEYED)

    origin: Mapped[str] = mapped_column(sa.String(16))
    subject: Mapped[Id]
    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))
    version_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("content_version.id"))
    item: Mapped[str | None] = mapped_column(sa.String(64))
    number: Mapped[Thousandths | None]
    expected: Mapped[Thousandths | None]
    choice: Mapped[str | None] = mapped_column(sa.String(64))
    time_of_day: Mapped[str | None] = mapped_column(sa.String(5))
    note: Mapped[str | None] = mapped_column(sa.String(500))
    run: Mapped[str | None] = mapped_column(sa.String(16))
    title: Mapped[str | None] = mapped_column(sa.String(500))
    priority: Mapped[str] = mapped_column(sa.String(8))
    assignee_id: Mapped[Id | None]
    due_at: Mapped[Instant | None]


class _OfAction(Fact):
    """Names an action, whose opening may not have come yet."""

    __abstract__ = True

    action: Mapped[Id]


class Done(_OfAction):
    """Its author has put it right."""

    __tablename__ = "actions_done"
    __table_args__ = (sa.Index(None, "project_id", "action"), KEYED)

    note: Mapped[str | None] = mapped_column(sa.String(500))


class Judgement(_OfAction):
    """The desk's word: verified, reopened, or cancelled. `seen`: the entry that stood last when it was said."""

    __tablename__ = "actions_judgement"
    __table_args__ = (sa.Index(None, "project_id", "action"), KEYED)

    result: Mapped[str] = mapped_column(sa.String(16))
    seen: Mapped[Id]
    note: Mapped[str | None] = mapped_column(sa.String(500))


class Plan(_OfAction):
    """Who is to do it, until when, how urgent it is."""

    __tablename__ = "actions_plan"
    __table_args__ = (sa.Index(None, "project_id", "action"), KEYED)

    seen: Mapped[Id]
    assignee_id: Mapped[Id | None]
    due_at: Mapped[Instant]
    priority: Mapped[str] = mapped_column(sa.String(8))


class Reversal(Undoing):
    """It was not done after all."""

    __tablename__ = "actions_reversal"
