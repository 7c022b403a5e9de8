"""The ledger of stock as a table (出入庫臺賬, P2-4.1.4, P2-4.1.5a): every movement and count, undone ones told as such."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import select

from webapp.base.i18n import N_, words
from webapp.base.table import SPAN, UNDONE_AT, Cell, Column, Filter, Scope, Table
from webapp.sites.models import Place
from webapp.staff.lists import PLACE, UNDONE, Names
from webapp.staff.models import Person
from webapp.stock import queries
from webapp.stock.models import CountLine, Item, Leg, Reversal


class Told(Names):
    """And what items are called."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self.items = {each.id: each for each in queries.items(scope.project_id)}

    def variance(self, row: Any) -> queries.Variance | None:
        """What a count came to; None of a movement, and of a first count, which is held against nothing."""
        if row.kind != "count":
            return None
        found = queries.variance_at(self.scope.project_id, row.place_id, row.item_id, row.state, row.effective_at)
        return None if found is None or found.is_first else found


def _source(scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    """Legs and counts under one shape, those asked for."""
    shared = ("operation_id", "line", "effective_at", "tablet_no", "epoch", "seq", "author_id", "place_id", "item_id", "state")
    when, by = (queries.undoing(column, scope.at) for column in (Reversal.effective_at, Reversal.author_id))
    second = queries.is_second(scope.at)
    legs = select(*(getattr(Leg, name) for name in shared), Leg.quantity.label("quantity"), Leg.kind.label("kind"),
                  sa.func.coalesce(when, sa.case((second, Leg.effective_at))).label(UNDONE_AT), by.label("undone_by"),
                  (second & when.is_(None)).label("second"))  # fmt: skip
    counts = select(*(getattr(CountLine, name) for name in shared), CountLine.counted.label("quantity"),
                    sa.literal("count").label("kind"), sa.cast(None, sa.BigInteger).label(UNDONE_AT),
                    sa.cast(None, Leg.author_id.type).label("undone_by"), sa.false().label("second"))  # fmt: skip
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


def _kinds(_scope: Scope) -> list[tuple[str, str]]:
    return [(kind, _(name)) for kind, name in queries.MOVE_NAMES.items()]


def _expected(row: Any, told: Told) -> Cell:
    found = told.variance(row)
    return found.expected if found else None


def _variance(row: Any, told: Told) -> Cell:
    found = told.variance(row)
    return found.difference if found else None


def _undone(row: Any, told: Names) -> Cell:
    return str(_("Answered before")) if row.second else told.undone(row)


MOVEMENTS = Table(
    name="stock",
    title=N_("Stock ledger"),
    columns=(
        Column("at", N_("Time"), lambda row, told: told.moment(row.effective_at), "effective_at"),
        Column("item", N_("Item"), lambda row, told: words(told.items[row.item_id].names), "sku"),
        Column("place", N_("Place"), lambda row, told: told.places[row.place_id], "code"),
        Column("state", N_("State"), lambda row, _told: str(_(queries.STATE_NAMES[row.state])), "state"),
        Column("kind", N_("Movement"), lambda row, _told: str(_(queries.MOVE_NAMES.get(row.kind, row.kind))), "kind"),
        Column("quantity", N_("Quantity"), lambda row, _told: int(row.quantity), "quantity", kind="figure"),
        Column("expected", N_("Expected"), _expected, kind="figure"),
        Column("variance", N_("Variance"), _variance, kind="figure"),
        Column("unit", N_("Unit"), lambda row, told: words(told.items[row.item_id].counter)),
        Column("by", N_("Recorded by"), lambda row, _told: row.name, "name"),
        replace(UNDONE, cell=_undone),
    ),
    filters=(
        Filter("item", N_("Item"), _items),
        PLACE,
        Filter("kind", N_("Movement"), _kinds),
        *SPAN,
    ),
    source=_source,
    told=Told,
    order="-at",
    ties=("tablet_no", "epoch", "seq", "operation_id", "line"),
    undoes=True,
)
