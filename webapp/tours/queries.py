"""Reads of parties, and the shoe covers of a place: clean, in use, soiled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from webapp.base import clock
from webapp.base.database import db
from webapp.content import queries as content
from webapp.content.rules import Said, band_at, line_for, text_in
from webapp.operations.declarations import state
from webapp.sites import queries as sites
from webapp.sites.models import Flat, Project
from webapp.stock import queries as stock
from webapp.stock.models import Item
from webapp.stock.rules import CLEAN, SOILED, lasts_until, runs_low
from webapp.tours.models import Arrival, SeenOff
from webapp.tours.rules import ENDS_WITHIN, Figures, Order, Party, Status, figures, gone_at, in_use, soiled_since, status


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
    """The parties that came from `since` on and before `until`, newest first, as they stand at `at`."""
    wanted = select(Arrival).where(
        Arrival.project_id == project_id, Arrival.effective_at >= since, Arrival.effective_at < until,
        Arrival.effective_at <= at,
    )  # fmt: skip
    if place_id:
        wanted = wanted.where(Arrival.place_id == place_id)
    arrivals = db.session.scalars(wanted).all()
    left = _seen_off(project_id, since, at)
    found = [_party(row, left.get(row.operation_id)) for row in arrivals]
    return sorted(found, key=lambda party: party.order, reverse=True)


def party(project_id: str, party_id: str, at: int) -> Party | None:
    """One party; None where its beginning has not arrived."""
    wanted = select(Arrival).where(Arrival.project_id == project_id, Arrival.operation_id == party_id)
    row = db.session.scalars(wanted).one_or_none()
    return _party(row, _seen_off(project_id, 0, at, party_id).get(party_id)) if row else None


def today(site: Project, at: int, place_id: str | None = None) -> list[Party]:
    """The parties of the site's local day, newest first."""
    start, end = sites.day_around(site, at)
    return parties(site.id, start, end, at, place_id)


def figures_of(site: Project, since: int, until: int, at: int) -> Figures:
    """What came between two instants, by local hour."""
    return figures(parties(site.id, since, until, at), at, lambda instant: clock.local(instant, site.zone).hour)


def without_beginning(project_id: str, since: int, at: int) -> list[str]:
    """Parties seen off whose arrival has not come: it is still on a tablet."""
    known = select(Arrival.operation_id).where(Arrival.project_id == project_id)
    wanted = select(SeenOff.party).where(
        SeenOff.project_id == project_id, SeenOff.effective_at >= since, SeenOff.effective_at <= at, SeenOff.party.not_in(known)
    )
    return sorted(set(db.session.scalars(wanted)))


def _seen_off(project_id: str, since: int, at: int, party_id: str | None = None) -> Mapping[str, Order]:
    """The first time each party was seen off, by the tie order."""
    wanted = select(SeenOff).where(SeenOff.project_id == project_id, SeenOff.effective_at >= since, SeenOff.effective_at <= at)
    if party_id:
        wanted = wanted.where(SeenOff.party == party_id)
    first: dict[str, Order] = {}
    for row in db.session.scalars(wanted):
        order = row.place_in_order
        first[row.party] = min(order, first.get(row.party, order))
    return first


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
    """The covers of a place at an instant. What went out from `since` on tells how long the clean ones last."""
    clean = stock.figure(project_id, place_id, item.id, CLEAN, at)
    basket = stock.figure(project_id, place_id, item.id, SOILED, at)
    wearing = _wearing(project_id, place_id, item.id, min(since, basket.counted_at - ENDS_WITHIN), at)
    minimum = stock.minimum(project_id, place_id, item, at)
    handed_out = 1000 * sum(each.covers for each in wearing if each.arrived_at >= since)
    return Covers(
        item_id=item.id, place_id=place_id, clean=clean.quantity, in_use=1000 * in_use(wearing, at),
        soiled=basket.quantity + 1000 * soiled_since(wearing, basket.counted_order, at), stamp=clean.counted_at,
        soiled_stamp=basket.counted_at, minimum=minimum, runs_low=runs_low(clean.quantity, minimum),
        lasts_until=lasts_until(clean.quantity, handed_out, since, at),
    )  # fmt: skip


def _wearing(project_id: str, place_id: str, item_id: str, since: int, at: int) -> list[Party]:
    """Parties with covers that still matter: who came more than an hour before the basket was counted had left his in it."""
    found = parties(project_id, max(0, since), at + 1, at, place_id)
    return [each for each in found if each.item_id == item_id and each.covers]


def welcome(site: Project, flat: Flat, at: int, language: str) -> tuple[Said, Said] | None:
    """The line to say when guests come, with the flat's type in it, and the cue beside it (P2-4.4.3a)."""
    return line(site, "approach", "greeter", at, language, flat)


def line(site: Project, trigger: str, post: str, at: int, language: str, flat: Flat | None = None) -> tuple[Said, Said] | None:
    """The spoken line and its cue for a moment at a post; None where the site has none."""
    edition = content.in_force(site.id, "greetings", "greetings", at)
    if edition is None:
        return None
    now = clock.local(at, site.zone)
    chosen = line_for(edition.body["lines"], trigger, post, band_at(now.hour * 60 + now.minute))
    if chosen is None:
        return None
    filled = {**site.placeholders, **(flat.placeholders if flat else {})}
    return text_in(chosen["text"], language, filled), text_in(chosen["cue"], language, filled)


@state("tours")
def digest(project_id: str, at: int) -> dict[str, Any]:
    """Every party in the tie order with what has become of it, the parties without a beginning, and covers in use and soiled."""
    known = sorted(parties(project_id, 0, at + 1, at), key=lambda each: each.order)
    return {
        "parties": [_digest_of(each, at) for each in known],
        "without_beginning": without_beginning(project_id, 0, at),
        "covers": [_covers_digest(project_id, place_id, item_id, known, at) for place_id, item_id in _pairs(known)],
    }


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
