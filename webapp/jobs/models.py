"""Jobs and the workers that do them: technical rows, of no project."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Base, Id, Instant, partial_index

WAITING = sa.text("done_at is null and dead_at is null")


class Job(Base):
    """Something to be done once. `slot` names the turn of periodic work; `fault` where it last failed, without anybody's data.

    `dead_at`: given up after too many tries, until a person sends it round again.
    """

    __tablename__ = "jobs_job"
    __table_args__ = (partial_index("ix_jobs_job_waiting", "due_at", where=WAITING),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(64))
    body: Mapped[str] = mapped_column(sa.Text, default="{}")
    slot: Mapped[str | None] = mapped_column(sa.String(96), unique=True)
    made_at: Mapped[Instant]
    due_at: Mapped[Instant]
    leased_until: Mapped[Instant | None]
    owner: Mapped[str | None] = mapped_column(sa.String(120))
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[Instant | None]
    dead_at: Mapped[Instant | None]
    fault: Mapped[str] = mapped_column(sa.String(400), default="")


class Beat(Base):
    """A worker's sign of life, so that `threshold doctor` can tell when there is none."""

    __tablename__ = "jobs_beat"

    owner: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    started_at: Mapped[Instant]
    seen_at: Mapped[Instant]
