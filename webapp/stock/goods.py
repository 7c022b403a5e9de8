"""What things there are and what they are called: items with their tracking, and the words of their states and movements."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from webapp.base.database import db
from webapp.base.i18n import N_, words
from webapp.content import queries as content
from webapp.stock.models import Item, Tracking

MOVE_NAMES = {
    "receipt": N_("Goods received"), "issue": N_("Drawn from the store"), "handed_out": N_("Handed out to guests"),
    "wash_out": N_("Sent to the laundry"), "wash_in": N_("Back from the laundry"), "reject": N_("Unfit after washing"),
    "loss": N_("Lost or torn"), "write_off": N_("Written off"), "sent": N_("Issued on request"), "received": N_("Supplies arrived"),
    "count": N_("Counted"),
}  # fmt: skip
STATE_NAMES = {
    "store": N_("Store room"), "clean": N_("Ready for use"), "in_use": N_("In use"), "soiled": N_("Soiled"),
    "laundry": N_("Laundry"), "lost": N_("Lost"), "supplier": N_("Supplier"), "written_off": N_("Written off"),
    "issued": N_("On the way"),
}  # fmt: skip
REASON_NAMES = {
    "expired": N_("Past its date"), "spilt": N_("Spilt"), "broken": N_("Torn or broken"), "tasting": N_("Tasted or shown"),
    "other": N_("Something else"),
}  # fmt: skip
TRACKING_NAMES = {"consumable": N_("Used up"), "reusable": N_("Used again")}
CATEGORY_NAMES = {
    "beverage": N_("Drinks"), "tea": N_("Tea"), "cup_supplies": N_("Cups and accessories"), "toiletry": N_("Toiletries"),
    "cleaning": N_("Cleaning"), "shoe_cover": N_("Shoe covers"), "other": N_("Something else"),
}  # fmt: skip
STATUS_NAMES = {
    "requested": N_("Asked for"), "issued": N_("On the way"), "rejected": N_("Not issued"), "received": N_("Arrived"),
    "differs": N_("Arrived, and not as many"),
}  # fmt: skip


def _items(project_id: str) -> sa.Select[tuple[Item, str | None]]:
    newest = select(Tracking.tracking).where(Tracking.project_id == project_id, Tracking.item_id == Item.id)
    newest = newest.order_by(*(column.desc() for column in Tracking.order())).limit(1)
    return select(Item, newest.correlate(Item).scalar_subquery()).where(Item.project_id == project_id)


def _tracked(row: Any) -> Item:
    """An item with the tracking that was set last; the row in the database stays as it was made."""
    found: Item = row[0]
    if row[1]:
        set_committed_value(found, "tracking", row[1])
    return found


def items(project_id: str, category: str | None = None) -> Sequence[Item]:
    wanted = _items(project_id)
    if category:
        wanted = wanted.where(Item.category == category)
    return [_tracked(row) for row in db.session.execute(wanted.order_by(Item.sku))]


def item(project_id: str, item_id: str) -> Item | None:
    row = db.session.execute(_items(project_id).where(Item.id == item_id)).one_or_none()
    return _tracked(row) if row else None


def item_by_sku(project_id: str, sku: str) -> Item | None:
    row = db.session.execute(_items(project_id).where(Item.sku == sku)).one_or_none()
    return _tracked(row) if row else None


def counter(item: Item, quantity: int) -> str:
    """The measure word after a figure (雙): of one thing the title of its unit, which says it in the singular (1 pair)."""
    return words(_units().get(item.unit) or item.counter) if abs(quantity) == 1000 else words(item.counter)


@lru_cache(maxsize=1)
def _units() -> Mapping[str, Mapping[str, str]]:
    return {each["id"]: each["title"] for each in content.delivered("items")["units"]}
