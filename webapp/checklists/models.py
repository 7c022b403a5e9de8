"""Answers, each naming the version of the checklist it was given to, the ends of checks, and what was decided of runs."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Id, Thousandths
from webapp.operations.models import Fact, Undoing


class Answer(Fact):
    """One item answered. `answer` pass, fail, na or signed; `number` in thousandths where one was asked, and how many were
    `expected`; `choice` the key of an option; `time` as 08:40.
    """

    __tablename__ = "checklists_answer"

    version_id: Mapped[Id] = mapped_column(sa.ForeignKey("content_version.id"))
    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))
    item: Mapped[str] = mapped_column(sa.String(64))
    answer: Mapped[str | None] = mapped_column(sa.String(8))
    number: Mapped[Thousandths | None]
    note: Mapped[str | None] = mapped_column(sa.String(500))
    expected: Mapped[Thousandths | None]
    choice: Mapped[str | None] = mapped_column(sa.String(64))
    text: Mapped[str | None] = mapped_column(sa.String(500))
    time: Mapped[str | None] = mapped_column(sa.String(5))
    post_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("sites_post.id"))
    """The post that an inspection concerns: never a person."""


class Submission(Fact):
    """Somebody said that a check was done, as far as it was; of a readiness check, that it holds for them."""

    __tablename__ = "checklists_submission"

    version_id: Mapped[Id] = mapped_column(sa.ForeignKey("content_version.id"))
    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))


class Return(Fact):
    """An item of a run was given back with a word; an answer given after it settles it. `seen`: what it was based on."""

    __tablename__ = "checklists_return"

    version_id: Mapped[Id] = mapped_column(sa.ForeignKey("content_version.id"))
    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))
    day: Mapped[str] = mapped_column(sa.String(16))
    item: Mapped[str] = mapped_column(sa.String(64))
    comment: Mapped[str] = mapped_column(sa.String(500))
    seen: Mapped[Id | None]


class Void(Fact):
    """A run does not count, for a reason."""

    __tablename__ = "checklists_void"

    version_id: Mapped[Id] = mapped_column(sa.ForeignKey("content_version.id"))
    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))
    day: Mapped[str] = mapped_column(sa.String(16))
    reason: Mapped[str] = mapped_column(sa.String(500))
    seen: Mapped[Id | None]


class Reversal(Undoing):
    """That a check was done was said by a slip. An answer is not undone: it is answered anew."""

    __tablename__ = "checklists_reversal"
