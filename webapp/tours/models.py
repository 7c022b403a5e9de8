"""What happened to a party. Nothing about the guests but how many (guideline N5)."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Id
from webapp.operations.models import KEYED, Fact


class Arrival(Fact):
    """A party came to a show flat. `covers`: pairs handed out of `item_id`. The party's id is this operation's."""

    __tablename__ = "tours_arrival"

    flat_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_flat.id"))
    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))
    item_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("stock_item.id"))
    guests: Mapped[int]
    covers: Mapped[int]


class SeenOff(Fact):
    """A party left. `party` names its arrival, which may not have come yet."""

    __tablename__ = "tours_seen_off"
    __table_args__ = (sa.Index(None, "project_id", "party"), sa.Index(None, "project_id", "effective_at"), KEYED)

    party: Mapped[Id]
