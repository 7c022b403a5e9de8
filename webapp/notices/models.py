"""Notices and that they were read. A notice is made by what runs by itself, so it is a technical row; reading one is a fact."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Base, Id, Instant, Words
from webapp.operations.models import KEYED, Fact

IN_APP = "in_app"


class Notice(Base):
    """Something told to somebody by one channel. `id` is derived from event, person and channel, so on every node it is the same.

    `kind` is a code that the reader's language has words for; `about` are recorded words in the languages that there are of them;
    `place_id`: where it was, by shape only, where it was anywhere.
    """

    __tablename__ = "notices_notice"
    __table_args__ = (sa.Index(None, "project_id", "person_id", "made_at"), KEYED)

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id]
    channel: Mapped[str] = mapped_column(sa.String(16))
    kind: Mapped[str] = mapped_column(sa.String(32))
    subject: Mapped[Id]
    about: Mapped[Words]
    event_at: Mapped[Instant]
    made_at: Mapped[Instant]
    place_id: Mapped[Id | None]


class Reading(Fact):
    """Its author has read a notice."""

    __tablename__ = "notices_reading"
    __table_args__ = (sa.Index(None, "project_id", "notice"), KEYED)

    notice: Mapped[Id]
