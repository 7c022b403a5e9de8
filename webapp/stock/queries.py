"""Reads of stock: the last count and the legs after it, in the tie order. Quantities are thousandths."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import select

from webapp.attachments.models import Mention
from webapp.base import clock
from webapp.base.database import db
from webapp.base.i18n import words
from webapp.base.written import amount_text
from webapp.operations.declarations import Remains, remains
from webapp.operations.declarations import state as declare_state
from webapp.operations.models import Fact
from webapp.stock.asking import Answered, Asked, facts_of, requests, ways
from webapp.stock.counting import (
    Doubt,
    Key,
    Variance,
    approvals,
    basket,
    counted_since,
    doubts,
    figure,
    figures,
    figures_of,
    in_basket,
    is_second,
    narrowed,
    stands_leg,
    undoing,
    variance_at,
    variances,
    variances_of,
)
from webapp.stock.goods import (
    CATEGORY_NAMES,
    MOVE_NAMES,
    REASON_NAMES,
    STATE_NAMES,
    STATUS_NAMES,
    TRACKING_NAMES,
    counter,
    item,
    item_by_sku,
    items,
    trackings,
    washed,
)
from webapp.stock.models import Confirmation, CountLine, Item, Leg, Level, Request, Reversal, Thing, Wash, WriteOff
from webapp.stock.rules import IN_USE, SOILED, UNDOING, Batch, Washed, batches

__all__ = [
    "ASKED_WITHIN",
    "CATEGORY_NAMES",
    "MOVE_NAMES",
    "REASON_NAMES",
    "STATE_NAMES",
    "STATUS_NAMES",
    "TOLD",
    "TRACKING_NAMES",
    "Answered",
    "Asked",
    "Doubt",
    "Key",
    "Movement",
    "Variance",
    "approvals",
    "awaited",
    "back",
    "basket",
    "counted_since",
    "counter",
    "covers_item",
    "digest",
    "doubts",
    "facts_of",
    "figure",
    "figures",
    "figures_of",
    "inventory",
    "is_second",
    "item",
    "item_by_sku",
    "items",
    "laundry",
    "lying",
    "minimum",
    "minimums",
    "movements",
    "narrowed",
    "open_batches",
    "par",
    "pictures",
    "requests",
    "trackings",
    "undoing",
    "used",
    "variance_at",
    "variances",
    "variances_of",
    "washed",
    "watched",
    "ways",
]  # fmt: skip


@dataclass(frozen=True)
class Movement:
    """One line of an item's history: a leg, or a count (`kind` count, `quantity` what was counted)."""

    operation_id: str
    at: int
    author_id: str | None
    place_id: str
    item_id: str
    state: str
    quantity: int
    kind: str


def laundry(project_id: str, at: int) -> list[Batch]:
    """Every batch that ever went to the laundry, the oldest first (domain section 0.3)."""
    return batches(
        Washed(row.place_in_order, row.item_id, row.place_id, row.batch, row.sent, row.returned, row.rejected)
        for row in facts_of(Wash, project_id, at)
    )


def open_batches(project_id: str, at: int, place_id: str | None = None) -> list[Batch]:
    """What is out, the oldest first."""
    return [each for each in laundry(project_id, at) if each.out > 0 and place_id in (None, each.place_id)]


def inventory(project_id: str, flat_id: str, at: int) -> list[Thing]:
    """What stands in a show flat, by code: the latest line of each, those taken off left out (P2-4.4.2c)."""
    wanted = select(Thing).where(Thing.project_id == project_id, Thing.flat_id == flat_id, Thing.effective_at <= at)
    newest = {row.code: row for row in db.session.scalars(wanted.order_by(*Thing.order()))}
    return [newest[code] for code in sorted(newest) if newest[code].expected]


def pictures(project_id: str, flat_id: str, at: int) -> dict[str, str]:
    """The newest reference photo of each thing of a flat that has one, by code: its digest (標準照片, P2-4.4.2c)."""
    same = (Mention.project_id == Thing.project_id) & (Mention.operation_id == Thing.operation_id)
    wanted = select(Thing.code, Mention.digest).join(Mention, same)
    wanted = wanted.where(Thing.project_id == project_id, Thing.flat_id == flat_id, Thing.effective_at <= at)
    return {row.code: row.digest for row in db.session.execute(wanted.order_by(*Thing.order()))}


def minimum(project_id: str, place_id: str, item: Item, at: int) -> int:
    """The least a place should have ready: its own level, else the item's for the site."""
    wanted = select(Level.minimum).where(
        Level.project_id == project_id, Level.place_id == place_id, Level.item_id == item.id, Level.effective_at <= at
    )
    own = db.session.scalar(wanted.order_by(*(column.desc() for column in Level.order())).limit(1))
    return item.minimum if own is None else own


def minimums(project_id: str, at: int) -> Mapping[tuple[str, str], int]:
    """The levels set, by place and item: which places are watched for which items."""
    wanted = select(Level).where(Level.project_id == project_id, Level.effective_at <= at).order_by(*Level.order())
    return {(row.place_id, row.item_id): row.minimum for row in db.session.scalars(wanted)}


def movements(project_id: str, since: int, until: int, place_id: str | None = None, item_id: str | None = None) -> list[Movement]:
    """Draws, returns, losses and counts from `since` on, before `until`, newest first. One line for each leg."""
    moved = narrowed(select(Leg), Leg, project_id, until - 1, place_id, item_id).where(Leg.effective_at >= since, stands_leg(until))
    counted = narrowed(select(CountLine), CountLine, project_id, until - 1, place_id, item_id)
    counted = counted.where(CountLine.effective_at >= since)
    found = [(row.place_in_order, _movement(row, row.quantity, row.kind)) for row in db.session.scalars(moved)]
    found += [(row.place_in_order, _movement(row, row.counted, "count")) for row in db.session.scalars(counted)]
    return [movement for _order_key, movement in sorted(found, key=lambda each: each[0], reverse=True)]


def back(moved: Movement, store: str, laundry: str = "") -> dict[str, str]:
    """What undoing a movement at a tablet says of it, which drew from the store room or sent to the laundry."""
    told = {"id": moved.operation_id, "item": moved.item_id, "quantity": amount_text(abs(moved.quantity)), "state": moved.state,
            "place": moved.place_id, "store": store, "laundry": laundry}  # fmt: skip
    return {name: text.format(**told) for name, text in UNDOING[moved.kind][1].items()}


def used(project_id: str, place_id: str, item_id: str, state: str, since: int, until: int) -> int:
    """What left a state at a place between two instants, as a positive quantity; losses included."""
    wanted = select(sa.func.sum(-Leg.quantity)).where(
        Leg.project_id == project_id, Leg.place_id == place_id, Leg.item_id == item_id, Leg.state == state,
        Leg.quantity < 0, Leg.effective_at >= since, Leg.effective_at < until, stands_leg(until),
    )  # fmt: skip
    return int(db.session.scalar(wanted) or 0)


def _movement(row: Leg | CountLine, quantity: int, kind: str) -> Movement:
    return Movement(row.operation_id, row.effective_at, row.author_id, row.place_id, row.item_id, row.state, quantity, kind)


@declare_state("stock")
def digest(project_id: str, at: int) -> dict[str, Any]:
    """Items by sku, and every figure by place, item and state, with the stamp of its last count; and what else tablets told of
    things, undone or not. `in_use` = all that went out."""
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for (place_id, item_id, state), row in figures(project_id, at).items():
        found[place_id][item_id][state] = {"counted_at": row.counted_at, "quantity": row.quantity}
    return {
        "items": [{"category": row.category, "id": row.id, "sku": row.sku} for row in items(project_id)],
        "figures": {place: dict(by_item) for place, by_item in found.items()},
        "reversals": _told(Reversal, ("entry",), project_id, at, ~Reversal.of_party),
        **{name: _told(model, columns, project_id, at) for name, (model, columns) in TOLD.items()},
    }


TOLD: Mapping[str, tuple[type[Fact], tuple[str, ...]]] = {
    "confirmations": (Confirmation, ("request", "quantity")),
    "requests": (Request, ("operation_id", "item_id", "place_id", "quantity", "note")),
    "washes": (Wash, ("batch", "item_id", "place_id", "sent", "returned", "rejected")),
    "write_offs": (WriteOff, ("item_id", "place_id", "state", "quantity", "reason", "note")),
}


def _told(
    model: type[Fact], columns: Sequence[str], project_id: str, at: int, *which: sa.ColumnElement[bool]
) -> list[dict[str, Any]]:
    wanted = select(model).where(model.project_id == project_id, model.effective_at <= at, *which).order_by(*model.order())
    named = {"operation_id": "id", "item_id": "item", "place_id": "place"}
    return [
        {"at": row.effective_at, "author": row.author_id} | {named.get(column, column): getattr(row, column) for column in columns}
        for row in db.session.scalars(wanted)
    ]


@remains
def lying(project_id: str, place_id: str, at: int) -> Remains:
    """What lies at a place, by item and state. Covers that guests wore are in the basket since (domain section 0.3)."""
    known = {each.id: each for each in items(project_id)}
    found = {
        (item_id, state): each.quantity
        for (_place, item_id, state), each in figures(project_id, at, place_id).items()
        if state not in (IN_USE, SOILED)
    }
    found |= {(each.id, SOILED): in_basket(project_id, place_id, each, at) for each in items(project_id, "shoe_cover")}
    told = [(known[item_id], state, number) for (item_id, state), number in found.items() if number > 0]
    return [
        (f"{words(item.names)}: {amount_text(number)} {counter(item, number)} · {_(STATE_NAMES[state])}", "/stock")
        for item, state, number in told
    ]


def covers_item(project_id: str, place_id: str, at: int) -> Item | None:
    """The shoe covers handed out at a place: the kind it has a level for, else the reusable kind (布鞋套)."""
    kinds = items(project_id, "shoe_cover")
    watched = minimums(project_id, at)
    again = washed(project_id, at, kinds)
    ranked = sorted(kinds, key=lambda item: ((place_id, item.id) not in watched, item not in again, item.sku))
    return ranked[0] if ranked else None


def watched(project_id: str, place_id: str, at: int) -> list[Item]:
    """The items a place has a level for, shoe covers first."""
    levels = minimums(project_id, at)
    here = [item for item in items(project_id) if (place_id, item.id) in levels]
    return sorted(here, key=lambda item: item.category != "shoe_cover")


ASKED_WITHIN = 7 * clock.DAY
"""How old a request may be that is still waited for."""


def awaited(project_id: str, place_id: str, at: int) -> set[str]:
    """The items that a place has asked for and waits for."""
    return {each.item_id for each in requests(project_id, at - ASKED_WITHIN, at, place_id) if each.is_open}


def par(project_id: str, place_id: str, item: Item, at: int) -> int:
    """How much a place should hold when it is full: its own level, else the item's for the site."""
    wanted = select(Level.par).where(
        Level.project_id == project_id, Level.place_id == place_id, Level.item_id == item.id, Level.effective_at <= at
    )
    own = db.session.scalar(wanted.order_by(*(column.desc() for column in Level.order())).limit(1))
    return item.par if own is None else own
