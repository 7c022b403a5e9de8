"""Reads of stock: the last count and the legs after it, in the tie order. Quantities are thousandths."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from webapp.base.database import db
from webapp.operations.declarations import state as declare_state
from webapp.stock.models import CountLine, Item, Leg, Level
from webapp.stock.rules import Order

Key = tuple[str, str, str]
"""Place, item, state."""


@dataclass(frozen=True)
class Figure:
    """How much lies in one state at one place. `counted_at` is the stamp of the last count, 0 where there was none."""

    place_id: str
    item_id: str
    state: str
    quantity: int
    counted_at: int = 0
    counted_by: str | None = None
    counted_order: Order | None = None


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


def items(project_id: str, category: str | None = None) -> Sequence[Item]:
    wanted = select(Item).where(Item.project_id == project_id)
    if category:
        wanted = wanted.where(Item.category == category)
    return db.session.scalars(wanted.order_by(Item.sku)).all()


def item(project_id: str, item_id: str) -> Item | None:
    return db.session.scalars(select(Item).where(Item.project_id == project_id, Item.id == item_id)).one_or_none()


def item_by_sku(project_id: str, sku: str) -> Item | None:
    return db.session.scalars(select(Item).where(Item.project_id == project_id, Item.sku == sku)).one_or_none()


def figure(project_id: str, place_id: str, item_id: str, state: str, at: int) -> Figure:
    """One figure: what the tablet's tally stands on."""
    found = figures(project_id, at, place_id, item_id)
    return found.get((place_id, item_id, state), Figure(place_id, item_id, state, 0))


def figures(project_id: str, at: int, place_id: str | None = None, item_id: str | None = None) -> Mapping[Key, Figure]:
    """Every figure of a project, a place or an item: two queries however many items."""
    last = {(row.place_id, row.item_id, row.state): row for row in _last_counts(project_id, at, place_id, item_id)}
    sums = {
        (row.place_id, row.item_id, row.state): int(row.quantity)
        for row in db.session.execute(_sums(project_id, at, place_id, item_id))
    }
    return {key: _figure(key, last.get(key), sums.get(key, 0)) for key in sorted(last.keys() | sums.keys())}


def _figure(key: Key, count: Any, moved: int) -> Figure:
    if count is None:
        return Figure(*key, moved)
    order = (count.effective_at, count.tablet_no, count.epoch, count.seq, count.operation_id, count.line)
    return Figure(*key, count.counted + moved, count.effective_at, count.author_id, order)


def _narrowed(
    wanted: sa.Select[*tuple[Any, ...]],
    model: type[Leg | CountLine],
    project_id: str,
    at: int,
    place_id: str | None,
    item_id: str | None,
) -> sa.Select[*tuple[Any, ...]]:
    wanted = wanted.where(model.project_id == project_id, model.effective_at <= at)
    if place_id:
        wanted = wanted.where(model.place_id == place_id)
    if item_id:
        wanted = wanted.where(model.item_id == item_id)
    return wanted


def _ranked_counts(project_id: str, at: int, place_id: str | None, item_id: str | None) -> sa.Subquery:
    latest_first = [column.desc() for column in CountLine.order()]
    rank = sa.func.row_number().over(partition_by=[CountLine.place_id, CountLine.item_id, CountLine.state], order_by=latest_first)
    wanted = select(CountLine, rank.label("rank"))
    return _narrowed(wanted, CountLine, project_id, at, place_id, item_id).subquery()


def _last_counts(project_id: str, at: int, place_id: str | None, item_id: str | None) -> Iterable[Any]:
    ranked = _ranked_counts(project_id, at, place_id, item_id)
    return db.session.execute(select(ranked).where(ranked.c.rank == 1))


def _sums(project_id: str, at: int, place_id: str | None, item_id: str | None) -> sa.Select[*tuple[Any, ...]]:
    """What moved after the last count of each (place, item, state); all of it where nobody counted."""
    ranked = _ranked_counts(project_id, at, place_id, item_id)
    names = ("effective_at", "tablet_no", "epoch", "seq", "operation_id", "line")
    is_after = sa.tuple_(*(getattr(Leg, name) for name in names)) > sa.tuple_(*(ranked.c[name] for name in names))
    same = (ranked.c.place_id == Leg.place_id) & (ranked.c.item_id == Leg.item_id) & (ranked.c.state == Leg.state)
    total = sa.func.sum(Leg.quantity).label("quantity")
    wanted = select(Leg.place_id, Leg.item_id, Leg.state, total).outerjoin(ranked, same & (ranked.c.rank == 1))
    wanted = wanted.where(ranked.c.rank.is_(None) | is_after).group_by(Leg.place_id, Leg.item_id, Leg.state)
    return _narrowed(wanted, Leg, project_id, at, place_id, item_id)


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
    moved = _narrowed(select(Leg), Leg, project_id, until - 1, place_id, item_id).where(Leg.effective_at >= since)
    counted = _narrowed(select(CountLine), CountLine, project_id, until - 1, place_id, item_id)
    counted = counted.where(CountLine.effective_at >= since)
    found = [(row.place_in_order, _movement(row, row.quantity, row.kind)) for row in db.session.scalars(moved)]
    found += [(row.place_in_order, _movement(row, row.counted, "count")) for row in db.session.scalars(counted)]
    return [movement for _order_key, movement in sorted(found, key=lambda each: each[0], reverse=True)]


def used(project_id: str, place_id: str, item_id: str, state: str, since: int, until: int) -> int:
    """What left a state at a place between two instants, as a positive quantity; losses included."""
    wanted = select(sa.func.sum(-Leg.quantity)).where(
        Leg.project_id == project_id, Leg.place_id == place_id, Leg.item_id == item_id, Leg.state == state,
        Leg.quantity < 0, Leg.effective_at >= since, Leg.effective_at < until,
    )  # fmt: skip
    return int(db.session.scalar(wanted) or 0)


def _movement(row: Leg | CountLine, quantity: int, kind: str) -> Movement:
    return Movement(row.operation_id, row.effective_at, row.author_id, row.place_id, row.item_id, row.state, quantity, kind)


@declare_state("stock")
def digest(project_id: str, at: int) -> dict[str, Any]:
    """Items by sku, and every figure by place, item and state, with the stamp of its last count. `in_use` = all that went out."""
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for (place_id, item_id, state), row in figures(project_id, at).items():
        found[place_id][item_id][state] = {"counted_at": row.counted_at, "quantity": row.quantity}
    return {
        "items": [{"category": row.category, "id": row.id, "sku": row.sku} for row in items(project_id)],
        "figures": {place: dict(by_item) for place, by_item in found.items()},
    }


def covers_item(project_id: str, place_id: str, at: int) -> Item | None:
    """The shoe covers handed out at a place: the kind it has a level for, else the reusable kind (布鞋套)."""
    kinds = items(project_id, "shoe_cover")
    watched = minimums(project_id, at)
    ranked = sorted(kinds, key=lambda item: ((place_id, item.id) not in watched, item.tracking != "reusable", item.sku))
    return ranked[0] if ranked else None


def watched(project_id: str, place_id: str, at: int) -> list[Item]:
    """The items a place has a level for, shoe covers first."""
    levels = minimums(project_id, at)
    here = [item for item in items(project_id) if (place_id, item.id) in levels]
    return sorted(here, key=lambda item: item.category != "shoe_cover")


def par(project_id: str, place_id: str, item: Item, at: int) -> int:
    """How much a place should hold when it is full: its own level, else the item's for the site."""
    wanted = select(Level.par).where(
        Level.project_id == project_id, Level.place_id == place_id, Level.item_id == item.id, Level.effective_at <= at
    )
    own = db.session.scalar(wanted.order_by(*(column.desc() for column in Level.order())).limit(1))
    return item.par if own is None else own
