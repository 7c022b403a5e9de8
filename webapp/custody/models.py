"""Things as reference data; what happened to them as facts."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Base, Id, Words
from webapp.operations.models import KEYED, Fact, Undoing
from webapp.operations.registry import reference


@reference("custody.asset")
class Asset(Base):
    """A thing that somebody answers for. `code`: the number on its tag; `place_id`: where it belongs."""

    __tablename__ = "custody_asset"
    __table_args__ = (sa.UniqueConstraint("project_id", "code"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    project_id: Mapped[Id]
    code: Mapped[str] = mapped_column(sa.String(32))
    kind: Mapped[str] = mapped_column(sa.String(16))
    names: Mapped[Words]
    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))


class Event(Fact):
    """A thing was taken, lent, handed over, given back, damaged, mended, lost or found. `party`: of the guest it was lent to."""

    __tablename__ = "custody_event"
    __table_args__ = (sa.Index(None, "asset_id", "effective_at"), sa.Index(None, "project_id", "effective_at"), KEYED)

    asset_id: Mapped[Id] = mapped_column(sa.ForeignKey("custody_asset.id"))
    what: Mapped[str] = mapped_column(sa.String(16))
    note: Mapped[str | None] = mapped_column(sa.String(200))
    party: Mapped[Id | None]


class Reversal(Undoing):
    """Something that was said of a thing never happened."""

    __tablename__ = "custody_reversal"
