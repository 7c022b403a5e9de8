"""Shifts as reference data; posts taken and left as facts."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Base, Id, Words
from webapp.operations.models import Fact
from webapp.operations.registry import reference
from webapp.sites.models import named


@reference("shifts.kind")
class ShiftKind(Base):
    """A kind of shift (早班, 中班): local minutes of the day."""

    __tablename__ = "shifts_kind"
    __table_args__ = (sa.UniqueConstraint("project_id", "code"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    project_id: Mapped[Id]
    code: Mapped[str] = mapped_column(sa.String(32))
    begun_as: Mapped[Words] = mapped_column("names")
    names: Mapped[dict[str, str]] = named(id, begun_as)  # noqa: A003 - the column
    starts: Mapped[int]
    ends: Mapped[int]
    since: Mapped[str | None] = mapped_column(sa.String(10))
    """From which day on there is such a shift; None: from the first."""


class Hours(Fact):
    """From a day on a shift has other hours; without hours it is held no longer. What was last said of a day counts."""

    __tablename__ = "shifts_hours"

    shift_id: Mapped[Id] = mapped_column(sa.ForeignKey("shifts_kind.id"))
    since: Mapped[str] = mapped_column(sa.String(10))
    starts: Mapped[int | None]
    ends: Mapped[int | None]


class TakenPost(Fact):
    """Somebody stands at a post from now on."""

    __tablename__ = "shifts_taken_post"

    post_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_post.id"))


class LeftPost(Fact):
    """Somebody leaves a post."""

    __tablename__ = "shifts_left_post"

    post_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_post.id"))
