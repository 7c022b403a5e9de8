"""The ledger of stock as a table (出入庫臺賬, P2-4.1.4, P2-4.1.5a): every movement and count, undone ones told as such."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import select

from webapp.base.i18n import N_, words
from webapp.base.table import SPAN, Cell, Column, Filter, Scope, Table
from webapp.base.written import moment_text
from webapp.sites import queries as sites
from webapp.sites.models import Place
from webapp.staff.models import Person
from webapp.stock import queries
from webapp.stock.models import CountLine, Item, Leg


@dataclass(frozen=True)
class Told:
    """What the ids of the ledger are called."""

    scope: Scope
    items: dict[str, Item]
    places: dict[str, str]


def _told(scope: Scope) -> Told:
    known = {each.id: each for each in queries.items(scope.project_id)}
    return Told(scope, known, {each.id: words(each.names) for each in sites.places(scope.project_id)})


def _source(scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    """Legs and counts under one shape, those asked for."""
    shared = ("operation_id", "line", "effective_at", "tablet_no", "epoch", "seq", "author_id", "place_id", "item_id", "state")
    legs = select(*(getattr(Leg, name) for name in shared), Leg.quantity.label("quantity"), Leg.kind.label("kind"),
                  (~queries.stands_leg(scope.at)).label("undone"), queries.is_second(scope.at).label("second"))  # fmt: skip
    counts = select(*(getattr(CountLine, name) for name in shared), CountLine.counted.label("quantity"),
                    sa.literal("count").label("kind"), sa.false().label("undone"),
                    sa.false().label("second"))  # fmt: skip
    both = sa.union_all(*(part.where(model.project_id == scope.project_id, model.effective_at <= scope.at)
                          for part, model in ((legs, Leg), (counts, CountLine)))).subquery()  # fmt: skip
    wanted = select(both, Item.sku, Place.code, Person.name).join(Item, Item.id == both.c.item_id)
    wanted = wanted.join(Place, Place.id == both.c.place_id).outerjoin(Person, Person.id == both.c.author_id)
    for key, column in (("item", both.c.item_id), ("place", both.c.place_id), ("kind", both.c.kind)):
        if value := MOVEMENTS.wanted(scope, key):
            wanted = wanted.where(column == value)
    since, until = scope.day("since"), scope.day("until")
    if since:
        wanted = wanted.where(both.c.effective_at >= since[0])
    if until:
        wanted = wanted.where(both.c.effective_at < until[1])
    return wanted


def _items(scope: Scope) -> list[tuple[str, str]]:
    return [(each.id, words(each.names)) for each in queries.items(scope.project_id)]


def _places(scope: Scope) -> list[tuple[str, str]]:
    return [(each.id, words(each.names)) for each in sites.places(scope.project_id)]


def _kinds(_scope: Scope) -> list[tuple[str, str]]:
    return [(kind, _(name)) for kind, name in queries.MOVE_NAMES.items()]


def _kind(row: Any, _looked_up: Told) -> Cell:
    name = str(_(queries.MOVE_NAMES.get(row.kind, row.kind)))
    why = _("Answered before") if row.second else _("Undone")
    return f"{name} · {why}" if row.undone else name


MOVEMENTS = Table(
    name="stock",
    title=N_("Stock ledger"),
    columns=(
        Column("at", N_("Time"), lambda row, told: moment_text(row.effective_at, told.scope.zone), "effective_at"),
        Column("item", N_("Item"), lambda row, told: words(told.items[row.item_id].names), "sku"),
        Column("place", N_("Place"), lambda row, told: told.places[row.place_id], "code"),
        Column("state", N_("State"), lambda row, _told: str(_(queries.STATE_NAMES[row.state])), "state"),
        Column("kind", N_("Movement"), _kind, "kind"),
        Column("quantity", N_("Quantity"), lambda row, _told: int(row.quantity), "quantity"),
        Column("unit", N_("Unit"), lambda row, told: words(told.items[row.item_id].counter)),
        Column("by", N_("Recorded by"), lambda row, _told: row.name, "name"),
    ),
    filters=(
        Filter("item", N_("Item"), _items),
        Filter("place", N_("Place"), _places),
        Filter("kind", N_("Movement"), _kinds),
        *SPAN,
    ),
    source=_source,
    told=_told,
    order="-at",
    ties=("tablet_no", "epoch", "seq", "operation_id", "line"),
)
