"""Reads of parties, and the shoe covers of a place: clean, in use, soiled."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, Select, select

from webapp.base import clock
from webapp.base.database import db
from webapp.base.i18n import N_, NAMES
from webapp.operations import timing
from webapp.operations.declarations import state
from webapp.operations.knowing import corrected_by
from webapp.operations.models import Fact
from webapp.sites import queries as sites
from webapp.sites.models import Project
from webapp.stock import queries as stock
from webapp.stock.models import Item
from webapp.stock.rules import CLEAN, REUSABLE, SOILED, lasts_until, runs_low
from webapp.tours.models import Arrival, Care, Question, Reception, Rehearsal, Reversal, SeenOff, Speech, Stay, Step
from webapp.tours.rehearsing import Rehearsed, certificates, rehearsal, rehearsal_words, rehearsals
from webapp.tours.rules import (
    CARED,
    DOOR,
    ENDS_WITHIN,
    FAREWELL,
    Account,
    Asked,
    Cared,
    Figures,
    Order,
    Party,
    Status,
    figures,
    gone_at,
    in_use,
    left,
    reduced,
    soiled_since,
    status,
    stops_seen,
)
from webapp.tours.spoken import STOP_KINDS, STOP_NAMES, F, facts_of, line, prompt, rooms_of, script_of, welcome

__all__ = [
    "MODE_NAMES",
    "NEED_NAMES",
    "STOP_KINDS",
    "STOP_NAMES",
    "TAG_NAMES",
    "TOLD",
    "Covers",
    "Place",
    "Rehearsed",
    "account_words",
    "accounts",
    "basket",
    "came",
    "certificates",
    "covers",
    "digest",
    "facts_of",
    "figures_of",
    "line",
    "need_words",
    "parties",
    "party",
    "place_of",
    "prompt",
    "received",
    "rehearsal",
    "rehearsal_words",
    "rehearsals",
    "rooms_of",
    "script_of",
    "today",
    "told_since",
    "undone_parties",
    "welcome",
    "without_beginning",
    "without_time",
]  # fmt: skip

MODE_NAMES = {"accompanied": N_("Accompanied"), "guided": N_("Guided"), "self_guided": N_("On their own")}
NEED_NAMES = {"elder": N_("Elderly"), "child": N_("Child"), "step_free": N_("Step-free")}
CARED_NAME = N_("Care was wanted")
TAG_NAMES = {
    "price": N_("Price and payment"),
    "layout": N_("Layout and area"),
    "materials": N_("Materials and fittings"),
    "surroundings": N_("Surroundings"),
    "school": N_("Schools"),
    "handover": N_("Handover and warranty"),
    "property": N_("Property management"),
    "other": N_("Something else"),
}


@dataclass(frozen=True)
class Covers:
    """The shoe covers of a place, in thousandths of a pair. `stamp`: when the clean ones were last counted, 0 = never."""

    item_id: str
    place_id: str
    clean: int
    in_use: int
    soiled: int
    stamp: int
    soiled_stamp: int
    minimum: int
    runs_low: bool
    lasts_until: int | None


def parties(project_id: str, since: int, until: int, at: int, place_id: str | None = None) -> list[Party]:
    """The parties that came from `since` on and before `until`, newest first, as they stand at `at`; what was undone is none."""
    wanted = select(Arrival).where(*_came(project_id, since, until, at, place_id), Reversal.spares(Arrival, at))
    arrivals = db.session.scalars(wanted).all()
    gone = _seen_off(project_id, since, at)
    found = [_party(row, gone.get(row.operation_id)) for row in arrivals]
    return sorted(found, key=lambda party: party.order, reverse=True)


def undone_parties(
    project_id: str, since: int, until: int, at: int, place_id: str | None = None
) -> list[tuple[Party, int, str | None]]:
    """The parties recorded from `since` on and before `until` whose arrival was undone by `at`: with when it was, and by whom."""
    told = [Reversal.first(column, Arrival, at) for column in (Reversal.effective_at, Reversal.author_id)]
    wanted = select(Arrival, *told).where(*_came(project_id, since, until, at, place_id), ~Reversal.spares(Arrival, at))
    rows: Sequence[Any] = db.session.execute(wanted).all()
    gone = _seen_off(project_id, since, at) if rows else {}
    return [(_party(row, gone.get(row.operation_id)), undone_at, by) for row, undone_at, by in rows]


def came(project_id: str, since: int, until: int, at: int, place_id: str | None = None) -> Select[str]:
    """The ids of all parties of a stretch, undone or not, to ask what was told of them."""
    return select(Arrival.operation_id).where(*_came(project_id, since, until, at, place_id))


def _came(project_id: str, since: int, until: int, at: int, place_id: str | None) -> list[ColumnElement[bool]]:
    here = [Arrival.place_id == place_id] if place_id else []
    return [
        Arrival.project_id == project_id, Arrival.effective_at >= since, Arrival.effective_at < until,
        Arrival.effective_at <= at, *here,
    ]  # fmt: skip


def party(project_id: str, party_id: str, at: int) -> Party | None:
    """One party; None where its beginning has not arrived, or was undone."""
    wanted = select(Arrival).where(Arrival.project_id == project_id, Arrival.operation_id == party_id, Reversal.spares(Arrival, at))
    row = db.session.scalars(wanted).one_or_none()
    return _party(row, _seen_off(project_id, 0, at, party_id).get(party_id)) if row else None


def today(site: Project, at: int, place_id: str | None = None) -> list[Party]:
    """The parties of the site's local day, newest first."""
    start, end = sites.day_around(site, at)
    return parties(site.id, start, end, at, place_id)


def figures_of(site: Project, since: int, until: int, at: int) -> Figures:
    """What came between two instants, by local hour."""
    return figures(parties(site.id, since, until, at), at, lambda instant: clock.local(instant, site.zone).hour)


def without_time(project_id: str, since: int, until: int) -> set[str]:
    """The parties of a stretch of which it is not known when they came: the clock of their tablet was wrong."""
    return timing.without_time(project_id, "tours.arrive", since, until)


def without_beginning(project_id: str, since: int, at: int) -> list[str]:
    """Parties seen off whose arrival has not come: it is still on a tablet."""
    known = select(Arrival.operation_id).where(Arrival.project_id == project_id)
    wanted = select(SeenOff.party).where(
        SeenOff.project_id == project_id, SeenOff.effective_at >= since, SeenOff.effective_at <= at, SeenOff.party.not_in(known)
    )
    return sorted(set(db.session.scalars(wanted)))


L = TypeVar("L", SeenOff, Stay)


def _seen_off(project_id: str, since: int, at: int, party_id: str | None = None) -> Mapping[str, Order]:
    """The first time each party was seen off, by the tie order; where it stayed nevertheless, the first time after that."""
    stayed = _leaving(Stay, project_id, since, corrected_by(at), party_id)
    told = _leaving(SeenOff, project_id, since, at, party_id)
    return {party: order for party, orders in told.items() if (order := left(orders, stayed.get(party, ())))}


def _leaving(model: type[L], project_id: str, since: int, at: int, party_id: str | None) -> dict[str, list[Order]]:
    wanted = select(model).where(model.project_id == project_id, model.effective_at >= since, model.effective_at <= at)
    if party_id:
        wanted = wanted.where(model.party == party_id)
    found: dict[str, list[Order]] = defaultdict(list)
    for row in db.session.scalars(wanted):
        found[row.party].append(row.place_in_order)
    return found


def _party(row: Arrival, seen_off: Order | None) -> Party:
    return Party(
        row.operation_id,
        row.place_in_order,
        row.flat_id,
        row.place_id,
        row.item_id,
        row.guests,
        row.covers,
        row.author_id,
        seen_off,
    )


def covers(project_id: str, place_id: str, item: Item, since: int, at: int) -> Covers:
    """The covers of a place at an instant. What went out from `since` on tells how long the clean ones last. What is not washed is
    used up with its party: nothing of it is in use or soiled (P2-4.4.3b); a party is told by how it was when it came."""
    clean, basket = stock.figures_of(project_id, place_id, item.id, (CLEAN, SOILED), at)
    wearing = _wearing(project_id, place_id, item.id, min(since, basket.counted_at - ENDS_WITHIN), at)
    minimum, how = stock.minimum(project_id, place_id, item, at), stock.trackings(project_id, at)
    washed = [each for each in wearing if how(item, each.order) == REUSABLE]
    handed_out = 1000 * sum(each.covers for each in wearing if each.arrived_at >= since)
    return Covers(
        item_id=item.id, place_id=place_id, clean=clean.quantity, in_use=1000 * in_use(washed, at),
        soiled=basket.quantity + 1000 * soiled_since(washed, basket.counted_order, at), stamp=clean.counted_at,
        soiled_stamp=basket.counted_at, minimum=minimum, runs_low=runs_low(clean.quantity, minimum),
        lasts_until=lasts_until(clean.quantity, handed_out, since, at),
    )  # fmt: skip


@stock.basket
def basket(project_id: str, place_id: str, item: Item, at: int) -> int:
    """What lies in the basket of used covers, in thousandths."""
    return covers(project_id, place_id, item, at, at).soiled


def _wearing(project_id: str, place_id: str, item_id: str, since: int, at: int) -> list[Party]:
    """Parties with covers that still matter: who came more than an hour before the basket was counted had left his in it."""
    found = parties(project_id, max(0, since), at + 1, at, place_id)
    return [each for each in found if each.item_id == item_id and each.covers]


@dataclass(frozen=True)
class Place:
    """Where a tour has come to: the line that is being said since `since`, the language spoken, and all lines that were said."""

    line: str | None = None
    since: int = 0
    language: str | None = None
    language_since: int = 0
    said: frozenset[str] = frozenset()


def place_of(project_id: str, tour_id: str, at: int) -> Place:
    """Where a tour has come to at an instant, by the latest of what was told."""
    steps = sorted(facts_of(Step, project_id, at, Step.tour == tour_id), key=lambda row: row.place_in_order)
    speech = max(facts_of(Speech, project_id, at, Speech.tour == tour_id), key=lambda row: row.place_in_order, default=None)
    return Place(
        line=steps[-1].said if steps else None, since=steps[-1].effective_at if steps else 0,
        language=speech.language if speech else None, language_since=speech.effective_at if speech else 0,
        said=frozenset(row.said for row in steps),
    )  # fmt: skip


def accounts(project_id: str, parties_of: Sequence[str], at: int) -> dict[str, Account]:
    """What was told of each of these parties, whenever it was told."""
    how = received(project_id, parties_of, at)
    lines: dict[str, list[tuple[Order, str]]] = defaultdict(list)
    for row in facts_of(Step, project_id, at, Step.tour.in_(parties_of)):
        lines[row.tour].append((row.place_in_order, row.said))
    asked: dict[str, list[Question]] = defaultdict(list)
    standing = Reversal.spares(Question, at)
    for each in sorted(
        facts_of(Question, project_id, at, Question.party.in_(parties_of), standing), key=lambda row: row.place_in_order
    ):
        asked[each.party].append(each)
    return {
        party: replace(
            how.get(party, Account()),
            stops=stops_seen(lines[party]),
            questions=tuple(Asked(one.operation_id, one.effective_at, one.tag, one.text, one.author_id) for one in asked[party]),
        )
        for party in parties_of
    }


def received(project_id: str, parties_of: Sequence[str] | Select[str], at: int) -> dict[str, Account]:
    """Of each of these parties that anything was told of: kind of reception, whether it was led, needs, the language chosen."""
    modes = _latest(Reception, project_id, at, Reception.party.in_(parties_of), lambda row: row.party)
    cares = _latest(Care, project_id, at, Care.party.in_(parties_of), lambda row: (row.party, row.need))
    speeches = _latest(Speech, project_id, at, Speech.tour.in_(parties_of), lambda row: row.tour)
    led = _led(project_id, parties_of, at)
    return {
        party: Account(
            mode=modes[party].mode if party in modes else None,
            is_led=party in led,
            needs=tuple(need for need in (*NEED_NAMES, CARED) if (party, need) in cares and cares[party, need].answer == "yes"),
            language=speeches[party].language if party in speeches else None,
        )
        for party in {*modes, *led, *speeches, *(party for party, _need in cares)}
    }


def _led(project_id: str, parties_of: Sequence[str] | Select[str], at: int) -> set[str]:
    """Those of these parties to whom a line of a stop was said; what is said at the door is none."""
    wanted = select(Step.tour).distinct().where(Step.project_id == project_id, Step.effective_at <= at, Step.tour.in_(parties_of))
    aside = [Step.said.not_like(f"{stop}.%") & (Step.said != stop) for stop in (DOOR, FAREWELL)]
    return set(db.session.scalars(wanted.where(*aside)))


def need_words(account: Account) -> list[str]:
    """What care was wanted, in the reader's language."""
    return [_(NEED_NAMES.get(need, CARED_NAME)) for need in account.needs]


def account_words(account: Account) -> list[str]:
    """What was told of a party, in the reader's language: kind, needs, the language chosen, how many stops and questions."""
    said = [_(MODE_NAMES[account.reception])] if account.reception in MODE_NAMES else []
    said += need_words(account)
    if account.language in NAMES:
        said.append(NAMES[account.language])
    if account.stops:
        said.append(ngettext("%(num)s stop", "%(num)s stops", len(account.stops)))
    if account.questions:
        said.append(ngettext("%(num)s question", "%(num)s questions", len(account.questions)))
    return said


def told_since(project_id: str, party_id: str, at: int) -> dict[str, int]:
    """When the kind of reception and each need of a party was last told, by `mode` and the need."""
    modes = _latest(Reception, project_id, at, Reception.party == party_id, lambda _row: "mode")
    cares = _latest(Care, project_id, at, Care.party == party_id, lambda row: row.need)
    return {key: row.effective_at for key, row in {**modes, **cares}.items()}


K = TypeVar("K")


def _latest(model: type[F], project_id: str, at: int, where: ColumnElement[bool], key: Callable[[F], K]) -> dict[K, F]:
    """By key the last of the facts in the tie order."""
    found = sorted(facts_of(model, project_id, at, where), key=lambda row: row.place_in_order)
    return {key(row): row for row in found}


@state("tours")
def digest(project_id: str, at: int) -> dict[str, Any]:
    """Every party in the tie order with what has become of it, the parties without a beginning, and covers in use and soiled."""
    known = sorted(parties(project_id, 0, at + 1, at), key=lambda each: each.order)
    return {
        "parties": [_digest_of(each, at) for each in known],
        "without_beginning": without_beginning(project_id, 0, at),
        "covers": [_covers_digest(project_id, place_id, item_id, known, at) for place_id, item_id in _pairs(known)],
        "cares": [
            {"answer": each.answer, "at": each.order[0], "author": each.by, "need": each.need, "party": each.party}
            for each in reduced(map(_cared, facts_of(Care, project_id, at)), at)
        ],
        **{name: _told(model, columns, project_id, at) for name, (model, columns) in TOLD.items()},
    }


def _cared(row: Care) -> Cared:
    return Cared(row.place_in_order, row.party, row.need, row.answer, row.author_id)


TOLD: Mapping[str, tuple[type[Fact], tuple[str, ...]]] = {
    "questions": (Question, ("party", "tag", "text")),
    "receptions": (Reception, ("party", "mode")),
    "rehearsals": (Rehearsal, ("operation_id", "flat_id", "version_id")),
    "speeches": (Speech, ("tour", "language")),
    "steps": (Step, ("tour", "said", "version_id")),
}
"""What else was told, fact by fact."""


def _told(model: type[Fact], columns: Sequence[str], project_id: str, at: int) -> list[dict[str, Any]]:
    rows = sorted(facts_of(model, project_id, at), key=lambda row: row.place_in_order)
    named = {"operation_id": "id", "flat_id": "flat", "version_id": "version", "said": "line"}
    return [
        {"at": row.effective_at, "author": row.author_id} | {named.get(column, column): getattr(row, column) for column in columns}
        for row in rows
    ]


def _digest_of(party: Party, at: int) -> dict[str, Any]:
    became = status(party, at)
    return {
        "arrived_at": party.arrived_at, "author": party.author_id, "covers": party.covers, "flat": party.flat_id,
        "gone_at": gone_at(party) if became is not Status.INSIDE else None, "guests": party.guests, "id": party.id,
        "place": party.place_id, "seen_off_at": party.seen_off[0] if party.seen_off else None, "status": became.value,
    }  # fmt: skip


def _pairs(known: Iterable[Party]) -> list[tuple[str, str]]:
    return sorted({(each.place_id, each.item_id) for each in known if each.item_id})


def _covers_digest(project_id: str, place_id: str, item_id: str, known: Iterable[Party], at: int) -> dict[str, Any]:
    wearing = [each for each in known if each.place_id == place_id and each.item_id == item_id]
    basket = stock.figure(project_id, place_id, item_id, SOILED, at)
    return {
        "in_use": 1000 * in_use(wearing, at), "item": item_id, "place": place_id,
        "soiled": basket.quantity + 1000 * soiled_since(wearing, basket.counted_order, at),
    }  # fmt: skip
