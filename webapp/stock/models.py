"""The ledger of things: signed legs and counts, no balances. Quantities are thousandths of the item's base unit."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Base, Id, Thousandths, Words
from webapp.operations.models import KEYED, Fact
from webapp.operations.registry import reference

CATEGORIES = ("beverage", "tea", "cup_supplies", "toiletry", "cleaning", "shoe_cover", "other")


@reference("stock.item")
class Item(Base):
    """A thing that is drawn and counted. `counter`: the measure word after a figure (雙). Minimum and par: of the site."""

    __tablename__ = "stock_item"
    __table_args__ = (sa.UniqueConstraint("project_id", "sku"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    project_id: Mapped[Id]
    sku: Mapped[str] = mapped_column(sa.String(64))
    names: Mapped[Words]
    category: Mapped[str] = mapped_column(sa.String(16))
    unit: Mapped[str] = mapped_column(sa.String(32))
    counter: Mapped[Words]
    tracking: Mapped[str] = mapped_column(sa.String(16))
    minimum: Mapped[Thousandths]
    par: Mapped[Thousandths]


class _OfItem(Fact):
    """A fact about an item at a place."""

    __abstract__ = True

    item_id: Mapped[Id] = mapped_column(sa.ForeignKey("stock_item.id"))
    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))


class Leg(_OfItem):
    """Half of a movement: so much more (or less) of an item in a state at a place."""

    __tablename__ = "stock_leg"
    __table_args__ = (sa.Index(None, "item_id", "place_id", "state", "effective_at"), KEYED)

    state: Mapped[str] = mapped_column(sa.String(16))
    quantity: Mapped[Thousandths]
    kind: Mapped[str] = mapped_column(sa.String(16))


class CountLine(_OfItem):
    """What somebody counted: a checkpoint. Legs before it no longer matter, whenever they arrive."""

    __tablename__ = "stock_count_line"
    __table_args__ = (sa.Index(None, "item_id", "place_id", "state", "effective_at"), KEYED)

    state: Mapped[str] = mapped_column(sa.String(16))
    counted: Mapped[Thousandths]


class Level(_OfItem):
    """From when on a place needs at least so much of an item, ready for use."""

    __tablename__ = "stock_level"
    __table_args__ = (sa.Index(None, "item_id", "place_id", "effective_at"), KEYED)

    minimum: Mapped[Thousandths]
    par: Mapped[Thousandths]
