"""Answers, each naming the version of the checklist it was given to."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Id, Thousandths
from webapp.operations.models import Fact


class Answer(Fact):
    """One item answered. `answer` pass, fail or na; `number` in thousandths where a number was asked."""

    __tablename__ = "checklists_answer"

    version_id: Mapped[Id] = mapped_column(sa.ForeignKey("content_version.id"))
    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))
    item: Mapped[str] = mapped_column(sa.String(64))
    answer: Mapped[str | None] = mapped_column(sa.String(8))
    number: Mapped[Thousandths | None]
    note: Mapped[str | None] = mapped_column(sa.String(500))
