"""Reads of stock: the last count and the legs after it, in the tie order. Quantities are thousandths."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value

from webapp.attachments.models import Mention
from webapp.base import clock
from webapp.base.database import db
from webapp.base.i18n import N_, words
from webapp.base.written import amount_text
from webapp.content import queries as content
from webapp.operations.declarations import Remains, remains
from webapp.operations.declarations import state as declare_state
from webapp.operations.knowing import corrected_by, is_as_known
from webapp.operations.models import Fact
from webapp.stock.models import (
    Confirmation,
    CountLine,
    Issue,
    Item,
    Leg,
    Level,
    Ordering,
    Request,
    Reversal,
    Settlement,
    Thing,
    Tracking,
    Wash,
    Way,
    WriteOff,
)
from webapp.stock.rules import (
    AFTER,
    HANDED_OUT,
    SELF_DRAW,
    SENT,
    SOILED,
    UNDOING,
    UNSURE,
    Batch,
    Order,
    Washed,
    batches,
    request_status,
    unsure,
)

T = TypeVar("T")
R = TypeVar("R", Issue, Confirmation, Settlement)
F = TypeVar("F", bound=Fact)

Key = tuple[str, str, str]
"""Place, item, state."""
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


@dataclass(frozen=True)
class Answered:
    """What a desk said to a request; `quantity` 0 is a refusal."""

    id: str
    at: int
    by: str | None
    quantity: int
    reason: str | None


@dataclass(frozen=True)
class Asked:
    """A request and what has become of it. `answers`: how often the desk has answered. The first answer counts; `later` are
    those that moved nothing. `settled`: so much of the difference between what was issued and what arrived is."""

    id: str
    at: int
    author_id: str | None
    item_id: str
    place_id: str
    quantity: int
    note: str | None
    issued: int
    received: int | None
    answers: int
    reason: str | None
    later: tuple[Answered, ...] = ()
    answer: str | None = None
    """The answer that counts."""
    settled: int = 0

    @property
    def status(self) -> str:
        return request_status(self.issued if self.answers else None, self.received, self.settled)

    @property
    def missing(self) -> int:
        """How many fewer arrived than were issued, as far as that is not settled; below zero how many more."""
        return self.issued - (self.received or 0) - self.settled

    @property
    def is_open(self) -> bool:
        """Somebody has to answer it, or to confirm that it came."""
        return self.status in {"requested", "issued"}


CLOCKS_APART = 24 * 3_600_000
"""By how much an answer may seem to come before what it answers, in milliseconds."""
Basket = Callable[[str, str, Item, int], int]
_basket: list[Basket] = []


def basket(part: Basket) -> Basket:
    """Declare `(project_id, place_id, item, at) → thousandths` in the basket of used covers, what guests left in it too."""
    _basket[:] = [part]
    return part


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


def _narrowed(
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
    return _narrowed(wanted, CountLine, project_id, at, place_id, item_id).subquery()


def _standing_counts(project_id: str, at: int, place_id: str | None, item_id: str | None) -> sa.Subquery:
    """As `_ranked_counts`, without the answers to a point of a check that were given anew: those were mistakes."""
    latest_first = [column.desc() for column in CountLine.order()]
    alone = sa.cast(CountLine.operation_id, sa.String) + sa.cast(CountLine.line, sa.String)
    asked = [CountLine.place_id, CountLine.item_id, CountLine.state, sa.func.coalesce(CountLine.point, alone)]
    anew = sa.func.row_number().over(partition_by=asked, order_by=latest_first)
    given = _narrowed(select(CountLine, anew.label("anew")), CountLine, project_id, at, place_id, item_id).subquery()
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
    return _narrowed(wanted, Leg, project_id, at, place_id, item_id)


def _between(project_id: str, at: int, place_id: str | None, item_id: str | None) -> sa.Select[*tuple[Any, ...]]:
    """What moved between the last count of each (place, item, state) and the one before it, or since ever."""
    last, before = (_standing_counts(project_id, at, place_id, item_id) for _each in range(2))
    of_last, of_before = (_settled(project_id, at) for _each in range(2))
    total = sa.func.sum(Leg.quantity).label("quantity")
    wanted = select(Leg.place_id, Leg.item_id, Leg.state, total).join(last, _at(last, 1))
    wanted = wanted.outerjoin(of_last, _ruled(last, of_last)).outerjoin(before, _at(before, 2))
    wanted = wanted.outerjoin(of_before, _ruled(before, of_before))
    wanted = wanted.where(~_is_after(last, of_last), before.c.rank.is_(None) | _is_after(before, of_before), stands_leg(at))
    return _narrowed(wanted.group_by(Leg.place_id, Leg.item_id, Leg.state), Leg, project_id, at, place_id, item_id)


def variances(project_id: str, at: int, place_id: str | None = None) -> list[Variance]:
    """The last count of everything against what was expected then, the latest first. A basket: with what guests left in it."""
    ranked = _standing_counts(project_id, at, place_id, None)
    counts: dict[Key, dict[int, Any]] = defaultdict(dict)
    for row in db.session.execute(select(ranked).where(ranked.c.rank <= 2)):
        counts[row.place_id, row.item_id, row.state][row.rank] = row
    moved = {(row.place_id, row.item_id, row.state): int(row.quantity)
             for row in db.session.execute(_between(project_id, at, place_id, None))}  # fmt: skip
    known = {each.id: each for each in items(project_id)}
    found = [_variance(project_id, key, of, moved.get(key, 0), known) for key, of in counts.items()]
    return sorted(found, key=lambda each: (each.at, each.id), reverse=True)


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
        for leg, count_id, counted_at, tablet_no, side in db.session.execute(_narrowed(wanted, Leg, project_id, at, None, None))
        if unsure(counted_at, tablet_no, leg.effective_at, leg.tablet_no)
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.side is not None, -each.at, each.entry, each.state))


def laundry(project_id: str, at: int) -> list[Batch]:
    """Every batch that ever went to the laundry, the oldest first (domain section 0.3)."""
    return batches(
        Washed(row.place_in_order, row.item_id, row.place_id, row.batch, row.sent, row.returned, row.rejected)
        for row in _facts(Wash, project_id, at)
    )


def open_batches(project_id: str, at: int, place_id: str | None = None) -> list[Batch]:
    """What is out, the oldest first."""
    return [each for each in laundry(project_id, at) if each.out > 0 and place_id in (None, each.place_id)]


def requests(project_id: str, since: int, at: int, place_id: str | None = None) -> list[Asked]:
    """What was asked for since then, newest first, with what the desk answered and what arrived."""
    answers = _by_request(Issue, project_id, at, since - CLOCKS_APART)
    arrived = _by_request(Confirmation, project_id, at, since - CLOCKS_APART)
    settled = _by_request(Settlement, project_id, at, since - CLOCKS_APART)
    return [
        Asked(
            row.operation_id, row.effective_at, row.author_id, row.item_id, row.place_id, row.quantity, row.note,
            sum(each.quantity for each in answers[row.operation_id][:1]),
            sum(each.quantity for each in arrived[row.operation_id]) if row.operation_id in arrived else None,
            len(answers[row.operation_id]), next((each.reason for each in answers[row.operation_id][:1]), None),
            tuple(_answered(each) for each in answers[row.operation_id][1:]),
            next((each.operation_id for each in answers[row.operation_id][:1]), None),
            sum(each.quantity for each in settled[row.operation_id]),
        )
        for row in reversed(_facts(Request, project_id, at, since))
        if place_id in (None, row.place_id)
    ]  # fmt: skip


def _answered(row: Issue) -> Answered:
    return Answered(row.operation_id, row.effective_at, row.author_id, row.quantity, row.reason)


def _by_request(model: type[R], project_id: str, at: int, since: int) -> defaultdict[str, list[R]]:
    found: defaultdict[str, list[R]] = defaultdict(list)
    for row in _facts(model, project_id, at, since):
        found[row.request].append(row)
    return found


def _facts(model: type[F], project_id: str, at: int, since: int = 0) -> Sequence[F]:
    """The facts of a kind from `since` on that nothing has undone, in the tie order."""
    span = (model.effective_at >= since, model.effective_at <= at)
    wanted = select(model).where(model.project_id == project_id, *span, Reversal.spares(model, at, ~Reversal.of_party))
    return db.session.scalars(wanted.order_by(*model.order())).all()


def ways(project_id: str, at: int) -> Mapping[str, str]:
    """How things are got hold of, by category; by self-draw where nothing was set."""
    wanted = select(Way).where(Way.project_id == project_id, Way.effective_at <= at).order_by(*Way.order())
    return defaultdict(lambda: SELF_DRAW, {row.category: row.way for row in db.session.scalars(wanted)})


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
    moved = _narrowed(select(Leg), Leg, project_id, until - 1, place_id, item_id).where(
        Leg.effective_at >= since, stands_leg(until)
    )
    counted = _narrowed(select(CountLine), CountLine, project_id, until - 1, place_id, item_id)
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
    """What lies at a place, by item and state."""
    known = {each.id: each for each in items(project_id)}
    found = [(known[item_id], state, each) for (_place, item_id, state), each in figures(project_id, at, place_id).items()]
    return [
        (f"{words(item.names)}: {amount_text(each.quantity)} {counter(item, each.quantity)} · {_(STATE_NAMES[state])}", "/stock")
        for item, state, each in found if each.quantity > 0
    ]  # fmt: skip


def counter(item: Item, quantity: int) -> str:
    """The measure word after a figure (雙): of one thing the title of its unit, which says it in the singular (1 pair)."""
    return words(_units().get(item.unit) or item.counter) if abs(quantity) == 1000 else words(item.counter)


@lru_cache(maxsize=1)
def _units() -> Mapping[str, Mapping[str, str]]:
    return {each["id"]: each["title"] for each in content.delivered("items")["units"]}


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
