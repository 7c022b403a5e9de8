"""What things there are and what they are called: items with their tracking, and the words of their states and movements."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from sqlalchemy import select

from webapp.base.database import db
from webapp.base.i18n import N_, words
from webapp.content import queries as content
from webapp.stock.models import Item, Tracking
from webapp.stock.rules import REUSABLE, Order, latest, tracked

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


def items(project_id: str, category: str | None = None) -> Sequence[Item]:
    wanted = select(Item).where(Item.project_id == project_id)
    if category:
        wanted = wanted.where(Item.category == category)
    return db.session.scalars(wanted.order_by(Item.sku)).all()


def item(project_id: str, item_id: str) -> Item | None:
    return db.session.scalar(select(Item).where(Item.project_id == project_id, Item.id == item_id))


def item_by_sku(project_id: str, sku: str) -> Item | None:
    return db.session.scalar(select(Item).where(Item.project_id == project_id, Item.sku == sku))


def trackings(project_id: str, at: int) -> Callable[[Item, Order], str]:
    """How each item was used at any place in the order up to an instant: as it was set last before, else as it was made."""
    wanted = select(Tracking).where(Tracking.project_id == project_id, Tracking.effective_at <= at).order_by(*Tracking.order())
    told: dict[str, list[tuple[Order, str]]] = defaultdict(list)
    for row in db.session.scalars(wanted):
        told[row.item_id].append((row.place_in_order, row.tracking))
    return lambda item, order: tracked(item.tracking, told[item.id], order)


def washed(project_id: str, at: int, among: Iterable[Item]) -> list[Item]:
    """Those of these items that are washed and used again at an instant."""
    how = trackings(project_id, at)
    return [each for each in among if how(each, latest(at)) == REUSABLE]


def counter(item: Item, quantity: int) -> str:
    """The measure word after a figure (雙): of one thing the title of its unit, which says it in the singular (1 pair)."""
    return words(_units().get(item.unit) or item.counter) if abs(quantity) == 1000 else words(item.counter)


@lru_cache(maxsize=1)
def _units() -> Mapping[str, Mapping[str, str]]:
    return {each["id"]: each["title"] for each in content.delivered("items")["units"]}
