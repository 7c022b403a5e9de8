"""The ledger of things: signed legs and counts, no balances. Quantities are thousandths of the item's base unit."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Base, Id, Thousandths, Words
from webapp.operations.models import KEYED, Fact, Undoing
from webapp.operations.registry import reference

CATEGORIES = ("beverage", "tea", "cup_supplies", "toiletry", "cleaning", "shoe_cover", "other")
TRACKINGS = ("consumable", "reusable")


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
    """What somebody counted: a checkpoint. Legs before it no longer matter, whenever they arrive. `point`: which point of which run
    of a check it answers; a later answer to that says that this one was a mistake."""

    __tablename__ = "stock_count_line"
    __table_args__ = (sa.Index(None, "item_id", "place_id", "state", "effective_at"), KEYED)

    state: Mapped[str] = mapped_column(sa.String(16))
    counted: Mapped[Thousandths]
    point: Mapped[str | None] = mapped_column(sa.String(96))


class Level(_OfItem):
    """From when on a place needs at least so much of an item, ready for use."""

    __tablename__ = "stock_level"
    __table_args__ = (sa.Index(None, "item_id", "place_id", "effective_at"), KEYED)

    minimum: Mapped[Thousandths]
    par: Mapped[Thousandths]


class WriteOff(_OfItem):
    """Why something was written off (報損); its legs say how much."""

    __tablename__ = "stock_write_off"

    state: Mapped[str] = mapped_column(sa.String(16))
    quantity: Mapped[Thousandths]
    reason: Mapped[str] = mapped_column(sa.String(16))
    note: Mapped[str | None] = mapped_column(sa.String(200))


class Reversal(Undoing):
    """An operation of this package never was; or, `of_party`, what the guests of an arrival took that never came."""

    __tablename__ = "stock_reversal"

    of_party: Mapped[bool] = mapped_column(server_default=sa.false())


class Wash(_OfItem):
    """What went to the laundry or came back, of a batch: the collection that began it. None: of the oldest that is out."""

    __tablename__ = "stock_wash"

    batch: Mapped[Id | None]
    sent: Mapped[Thousandths]
    returned: Mapped[Thousandths]
    rejected: Mapped[Thousandths]


class Request(_OfItem):
    """Somebody asks for so much at a place. Its id is this operation's."""

    __tablename__ = "stock_request"

    quantity: Mapped[Thousandths]
    note: Mapped[str | None] = mapped_column(sa.String(200))


class Issue(Fact):
    """The desk's answer to a request: so much was handed out, or nothing and why."""

    __tablename__ = "stock_issue"
    __table_args__ = (sa.Index(None, "project_id", "request"), KEYED)

    request: Mapped[Id]
    quantity: Mapped[Thousandths]
    reason: Mapped[str | None] = mapped_column(sa.String(200))


class Confirmation(Fact):
    """So much of what was issued has arrived."""

    __tablename__ = "stock_confirmation"
    __table_args__ = (sa.Index(None, "project_id", "request"), KEYED)

    request: Mapped[Id]
    quantity: Mapped[Thousandths]


class Settlement(Fact):
    """What became of the difference between what was issued and what arrived: so much never came; below zero, so much more did."""

    __tablename__ = "stock_settlement"
    __table_args__ = (sa.Index(None, "project_id", "request"), KEYED)

    request: Mapped[Id]
    quantity: Mapped[Thousandths]
    note: Mapped[str] = mapped_column(sa.String(200))


class Ordering(Fact):
    """A supervisor's word on whether a movement was before or after a count, where two clocks cannot tell. The latest counts."""

    __tablename__ = "stock_ordering"
    __table_args__ = (sa.Index(None, "project_id", "entry"), KEYED)

    counted: Mapped[Id]
    entry: Mapped[Id]
    side: Mapped[str] = mapped_column(sa.String(8))


class Approval(Fact):
    """A supervisor's word on a count that differs, and why (盤盈盤虧): it holds as long as so much was expected."""

    __tablename__ = "stock_approval"
    __table_args__ = (sa.Index(None, "project_id", "counted"), KEYED)

    counted: Mapped[Id]
    item_id: Mapped[Id] = mapped_column(sa.ForeignKey("stock_item.id"))
    state: Mapped[str] = mapped_column(sa.String(16))
    expected: Mapped[Thousandths]
    note: Mapped[str] = mapped_column(sa.String(200))


class Way(Fact):
    """How things of a category are got hold of from now on: drawn by oneself, or asked for (domain section 0.4)."""

    __tablename__ = "stock_way"

    category: Mapped[str] = mapped_column(sa.String(16))
    way: Mapped[str] = mapped_column(sa.String(16))


class Tracking(Fact):
    """An item is washed and used again from now on, or used up (鞋套: 布或一次性)."""

    __tablename__ = "stock_tracking"

    item_id: Mapped[Id] = mapped_column(sa.ForeignKey("stock_item.id"))
    tracking: Mapped[str] = mapped_column(sa.String(16))


class Thing(Fact):
    """A line of a show flat's inventory: what stands where, and how many. The latest by code counts; 0 takes it off the list."""

    __tablename__ = "stock_thing"
    __table_args__ = (sa.Index(None, "flat_id", "code"), KEYED)

    flat_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_flat.id"))
    code: Mapped[str] = mapped_column(sa.String(64))
    names: Mapped[Words]
    placing: Mapped[Words]
    expected: Mapped[Thousandths]
