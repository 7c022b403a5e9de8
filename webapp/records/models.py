"""What is signed of a duty record. The record itself has no table: it is a reading of the facts."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Id
from webapp.operations.models import Fact


class Review(Fact):
    """Somebody has read a duty record and signed it. `digest`: of what was signed, so that a later arrival shows; `way`: how it
    was taken, None of what was signed before that was said."""

    __tablename__ = "records_review"

    post_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_post.id"))
    shift_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("shifts_kind.id"))
    day: Mapped[str] = mapped_column(sa.String(10))
    digest: Mapped[str] = mapped_column(sa.String(64))
    way: Mapped[int | None] = mapped_column(sa.SmallInteger)
