"""What happened to the umbrellas."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Id
from webapp.operations.models import Fact


class Lent(Fact):
    __tablename__ = "umbrellas_lent"

    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))
    number: Mapped[int]


class Counted(Fact):
    __tablename__ = "umbrellas_counted"

    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))
    number: Mapped[int]


class Looked(Fact):
    __tablename__ = "umbrellas_looked"

    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))
    point: Mapped[str] = mapped_column(sa.String(20))
    answer: Mapped[str] = mapped_column(sa.String(8))
