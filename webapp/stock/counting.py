"""How many there are: the last count and the legs after it, in the tie order; what counts found otherwise. In thousandths."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import aliased

from webapp.base.database import db
from webapp.operations.knowing import as_known, corrected_by, is_as_known, known_by
from webapp.stock.goods import items
from webapp.stock.models import Approval, CountLine, Issue, Item, Leg, Ordering, Reversal
from webapp.stock.rules import AFTER, HANDED_OUT, SENT, SOILED, UNSURE, Order, unsure

T = TypeVar("T")
Key = tuple[str, str, str]
"""Place, item, state."""
Ruled = tuple[str, str, str, int]
"""Count, item, state, and what was expected."""


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
class Variance:
    """What was counted last, and what there should have been (盤盈盤虧). `is_first`: nobody had counted it before."""

    id: str
    place_id: str
    item_id: str
    state: str
    at: int
    author_id: str | None
    expected: int
    counted: int
    is_first: bool = False

    @property
    def ruled(self) -> "Ruled":
        """What a word on it holds for."""
        return self.id, self.item_id, self.state, self.expected

    @property
    def difference(self) -> int:
        return self.counted - self.expected


@dataclass(frozen=True)
class Doubt:
    """A movement so near to a count on another tablet that their clocks cannot tell what came first. `side`: what was ruled."""

    count_id: str
    entry: str
    place_id: str
    item_id: str
    state: str
    quantity: int
    kind: str
    at: int
    counted_at: int
    author_id: str | None
    side: str | None


Basket = Callable[[str, str, Item, int], int]
_basket: list[Basket] = []


def basket(part: Basket) -> Basket:
    """Declare `(project_id, place_id, item, at) → thousandths` in the basket of used covers, what guests left in it too."""
    _basket[:] = [part]
    return part


def in_basket(project_id: str, place_id: str, item: Item, at: int) -> int:
    """How many used covers lie in the basket of a place, in thousandths."""
    return next((part(project_id, place_id, item, at) for part in _basket), 0)


def figure(project_id: str, place_id: str, item_id: str, state: str, at: int) -> Figure:
    """One figure: what the tablet's tally stands on."""
    return figures_of(project_id, place_id, item_id, (state,), at)[0]


def figures_of(project_id: str, place_id: str, item_id: str, states: Iterable[str], at: int) -> list[Figure]:
    """What lies at a place of an item in each of these states."""
    found = figures(project_id, at, place_id, item_id)
    return [found.get((place_id, item_id, state), Figure(place_id, item_id, state, 0)) for state in states]


def figures(project_id: str, at: int, place_id: str | None = None, item_id: str | None = None) -> Mapping[Key, Figure]:
    """Every figure of a project, a place or an item: two queries however many items."""
    narrow = {name: value for name, value in (("place_id", place_id), ("item_id", item_id)) if value}
    counts, moves = _of_figures(tuple(narrow), as_known=is_as_known())
    said = {"project_id": project_id, "at": at, **narrow}
    last = {(row.place_id, row.item_id, row.state): row for row in db.session.execute(counts, said)}
    sums = {(row.place_id, row.item_id, row.state): int(row.quantity) for row in db.session.execute(moves, said)}
    return {key: _figure(key, last.get(key), sums.get(key, 0)) for key in sorted(last.keys() | sums.keys())}


@cache
def _of_figures(narrow: tuple[str, ...], *, as_known: bool) -> tuple[sa.Select[Any], sa.Select[Any]]:  # noqa: ARG001 - of corrected_by
    """The two queries of figures, put together once: that takes longer than to run them."""
    names = ("place_id", "item_id")
    of: tuple[Any, ...] = tuple(sa.bindparam(name) for name in ("project_id", "at"))
    of += tuple(sa.bindparam(name) if name in narrow else None for name in names)
    ranked = _ranked_counts(*of)
    return select(ranked).where(ranked.c.rank == 1), _sums(*of)


def _figure(key: Key, count: Any, moved: int) -> Figure:
    if count is None:
        return Figure(*key, moved)
    order = (count.effective_at, count.tablet_no, count.epoch, count.seq, count.operation_id, count.line)
    return Figure(*key, count.counted + moved, count.effective_at, count.author_id, order)


def stands_leg(at: int) -> sa.ColumnElement[bool]:
    """Whether a leg counts: the movement of an arrival goes with its party only, that of an answer only where it was the first."""
    return Reversal.spares(Leg, at, Reversal.of_party == (Leg.kind == HANDED_OUT)) & ((Leg.kind != SENT) | ~is_second(at))


def undoing(column: sa.orm.InstrumentedAttribute[T], at: int) -> sa.ScalarSelect[T]:
    """What the first word by which a leg had been undone by then holds in a column; null where there was none."""
    return Reversal.first(column, Leg, at, Reversal.of_party == (Leg.kind == HANDED_OUT))


def is_second(at: int) -> sa.ColumnElement[bool]:
    """Whether a leg is of an answer to a request that another answered before it, by the tie order and not by arrival."""
    own, first = aliased(Issue), aliased(Issue)
    names = ("effective_at", "tablet_no", "epoch", "seq", "operation_id", "line")
    before = sa.tuple_(*(getattr(first, name) for name in names)) < sa.tuple_(*(getattr(own, name) for name in names))
    known = (own.project_id == Leg.project_id, own.operation_id == Leg.operation_id, first.project_id == own.project_id)
    stands = Reversal.spares(first, at, ~Reversal.of_party)
    wanted = select(first.line).where(*known, first.request == own.request, before, stands)
    return (Leg.kind == SENT) & wanted.exists()


def narrowed(
    wanted: sa.Select[*tuple[Any, ...]],
    model: type[Leg | CountLine],
    project_id: str,
    at: int,
    place_id: str | None,
    item_id: str | None,
) -> sa.Select[*tuple[Any, ...]]:
    wanted = wanted.where(model.project_id == project_id, model.effective_at <= at)
    if place_id is not None:
        wanted = wanted.where(model.place_id == place_id)
    if item_id is not None:
        wanted = wanted.where(model.item_id == item_id)
    return wanted


def _ranked_counts(project_id: str, at: int, place_id: str | None, item_id: str | None) -> sa.Subquery:
    latest_first = [column.desc() for column in CountLine.order()]
    rank = sa.func.row_number().over(partition_by=[CountLine.place_id, CountLine.item_id, CountLine.state], order_by=latest_first)
    wanted = select(CountLine, rank.label("rank"))
    return narrowed(wanted, CountLine, project_id, at, place_id, item_id).subquery()


def _standing_counts(project_id: str, at: int, place_id: str | None, item_id: str | None) -> sa.Subquery:
    """As `_ranked_counts`, without the answers to a point of a check that were given anew: those were mistakes."""
    latest_first = [column.desc() for column in CountLine.order()]
    alone = sa.cast(CountLine.operation_id, sa.String) + sa.cast(CountLine.line, sa.String)
    asked = [CountLine.place_id, CountLine.item_id, CountLine.state, sa.func.coalesce(CountLine.point, alone)]
    anew = sa.func.row_number().over(partition_by=asked, order_by=latest_first)
    given = narrowed(select(CountLine, anew.label("anew")), CountLine, project_id, at, place_id, item_id).subquery()
    kept = [given.c[column.key].desc() for column in CountLine.order()]
    rank = sa.func.row_number().over(partition_by=[given.c.place_id, given.c.item_id, given.c.state], order_by=kept)
    return select(given, rank.label("rank")).where(given.c.anew == 1).subquery()


def _settled(project_id: str, at: int) -> sa.Subquery:
    """What was ruled last on a movement and a count."""
    latest_first = [column.desc() for column in Ordering.order()]
    rank = sa.func.row_number().over(partition_by=[Ordering.counted, Ordering.entry], order_by=latest_first)
    known = (Ordering.project_id == project_id, Ordering.effective_at <= corrected_by(at))
    ranked = select(Ordering, rank.label("rank")).where(*known).subquery()
    return select(ranked).where(ranked.c.rank == 1).subquery()


def _at(count: sa.Subquery, rank: int) -> sa.ColumnElement[bool]:
    """The count of this rank of the place, item and state of a leg."""
    same = (count.c.place_id == Leg.place_id) & (count.c.item_id == Leg.item_id) & (count.c.state == Leg.state)
    return same & (count.c.rank == rank)


def _ruled(count: sa.Subquery, settled: sa.Subquery) -> sa.ColumnElement[bool]:
    return (settled.c.counted == count.c.operation_id) & (settled.c.entry == Leg.operation_id)


def _is_after(count: sa.Subquery, settled: sa.Subquery) -> sa.ColumnElement[bool]:
    """Whether a leg was after a count: what a supervisor said, else the tie order."""
    names = ("effective_at", "tablet_no", "epoch", "seq", "operation_id", "line")
    follows = sa.tuple_(*(getattr(Leg, name) for name in names)) > sa.tuple_(*(count.c[name] for name in names))
    ruled = settled.c.side.is_not(None)
    return (ruled & (settled.c.side == AFTER)) | (~ruled & follows)


def _sums(project_id: str, at: int, place_id: str | None, item_id: str | None) -> sa.Select[*tuple[Any, ...]]:
    """What moved after the last count of each (place, item, state); all of it where nobody counted."""
    last, settled = _ranked_counts(project_id, at, place_id, item_id), _settled(project_id, at)
    total = sa.func.sum(Leg.quantity).label("quantity")
    wanted = select(Leg.place_id, Leg.item_id, Leg.state, total).outerjoin(last, _at(last, 1))
    wanted = wanted.outerjoin(settled, _ruled(last, settled)).where(
        last.c.rank.is_(None) | _is_after(last, settled), stands_leg(at)
    )
    wanted = wanted.group_by(Leg.place_id, Leg.item_id, Leg.state)
    return narrowed(wanted, Leg, project_id, at, place_id, item_id)


def _between(project_id: str, at: int, place_id: str | None, item_id: str | None) -> sa.Select[*tuple[Any, ...]]:
    """What moved between the last count of each (place, item, state) and the one before it, or since ever."""
    last, before = (_standing_counts(project_id, at, place_id, item_id) for _each in range(2))
    of_last, of_before = (_settled(project_id, at) for _each in range(2))
    total = sa.func.sum(Leg.quantity).label("quantity")
    wanted = select(Leg.place_id, Leg.item_id, Leg.state, total).join(last, _at(last, 1))
    wanted = wanted.outerjoin(of_last, _ruled(last, of_last)).outerjoin(before, _at(before, 2))
    wanted = wanted.outerjoin(of_before, _ruled(before, of_before))
    wanted = wanted.where(~_is_after(last, of_last), before.c.rank.is_(None) | _is_after(before, of_before), stands_leg(at))
    return narrowed(wanted.group_by(Leg.place_id, Leg.item_id, Leg.state), Leg, project_id, at, place_id, item_id)


def variances(project_id: str, at: int, place_id: str | None = None, item_id: str | None = None) -> list[Variance]:
    """The last count of everything against what was expected then, the latest first. A basket: with what guests left in it."""
    ranked = _standing_counts(project_id, at, place_id, item_id)
    counts: dict[Key, dict[int, Any]] = defaultdict(dict)
    for row in db.session.execute(select(ranked).where(ranked.c.rank <= 2)):
        counts[row.place_id, row.item_id, row.state][row.rank] = row
    moved = {(row.place_id, row.item_id, row.state): int(row.quantity)
             for row in db.session.execute(_between(project_id, at, place_id, item_id))}  # fmt: skip
    known = {each.id: each for each in items(project_id)}
    found = [_variance(project_id, key, of, moved.get(key, 0), known) for key, of in counts.items()]
    return sorted(found, key=lambda each: (each.at, each.id), reverse=True)


def counted_since(project_id: str, since: int, at: int) -> list[Variance]:
    """The last count of everything, and each that stands from `since` on whatever was counted after it, against what was expected
    then; the latest first."""
    ranked = _standing_counts(project_id, at, None, None)
    rows = db.session.execute(select(ranked).where(ranked.c.rank > 1, ranked.c.effective_at >= since)).all()
    earlier = (variance_at(project_id, row.place_id, row.item_id, row.state, row.effective_at) for row in rows)
    found = {*variances(project_id, at), *(each for each in earlier if each)}
    return sorted(found, key=lambda each: (each.at, each.id, each.state), reverse=True)


def variances_of(project_id: str, count_id: str) -> list[Variance]:
    """The lines of one count, whatever was counted after it, against what was expected then."""
    rows = db.session.scalars(select(CountLine).where(CountLine.project_id == project_id, CountLine.operation_id == count_id)).all()
    found = (variance_at(project_id, row.place_id, row.item_id, row.state, row.effective_at) for row in rows)
    return [each for each in found if each and each.id == count_id]


def approvals(project_id: str, at: int) -> dict[Ruled, Approval]:
    """What was said of counts that differ, by the count and what was expected of it then; the latest word on each."""
    wanted = select(Approval).where(Approval.project_id == project_id, Approval.effective_at <= corrected_by(at))
    rows = db.session.scalars(wanted.order_by(*Approval.order()))
    return {(row.counted, row.item_id, row.state, row.expected): row for row in rows}


def variance_at(project_id: str, place_id: str, item_id: str, state: str, at: int) -> Variance | None:
    """The count of an instant, whatever was counted after it, against what was expected then by all that is known now."""
    with as_known(known_by()):
        found = (each for each in variances(project_id, at, place_id, item_id) if each.state == state and each.at == at)
    return next(found, None)


def _variance(project_id: str, key: Key, of: Mapping[int, Any], moved: int, known: Mapping[str, Item]) -> Variance:
    last, (place_id, item_id, state) = of[1], key
    expected = moved + (of[2].counted if 2 in of else 0)
    if state == SOILED and known[item_id].category == "shoe_cover":
        for part in _basket:
            expected = part(project_id, place_id, known[item_id], last.effective_at - 1)
    return Variance(last.operation_id, *key, last.effective_at, last.author_id, expected, last.counted, 2 not in of)


def doubts(project_id: str, since: int, at: int) -> list[Doubt]:
    """Movements near the last counts since then, of which two clocks cannot tell the order; what was ruled already comes last."""
    last, settled = _ranked_counts(project_id, at, None, None), _settled(project_id, at)
    wanted = select(Leg, last.c.operation_id, last.c.effective_at, last.c.tablet_no, settled.c.side).join(last, _at(last, 1))
    wanted = wanted.outerjoin(settled, _ruled(last, settled)).where(
        last.c.effective_at >= since, Leg.tablet_no != last.c.tablet_no, stands_leg(at),
        sa.func.abs(Leg.effective_at - last.c.effective_at) <= 2 * UNSURE,
    )  # fmt: skip
    found = [
        Doubt(
            count_id, leg.operation_id, leg.place_id, leg.item_id, leg.state, leg.quantity, leg.kind, leg.effective_at,
            counted_at, leg.author_id, side,
        )
        for leg, count_id, counted_at, tablet_no, side in db.session.execute(narrowed(wanted, Leg, project_id, at, None, None))
        if unsure(counted_at, tablet_no, leg.effective_at, leg.tablet_no)
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.side is not None, -each.at, each.entry, each.state))
