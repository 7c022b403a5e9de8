"""Reads of shifts: who is on post, who was, which shift it is."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from webapp.base import clock
from webapp.base.database import db
from webapp.operations.declarations import presence, state
from webapp.operations.occasion import Occasion
from webapp.shifts.models import Hours, LeftPost, ShiftKind, TakenPost
from webapp.shifts.rules import LEFT, TAKEN, Change, Kind, OnPost, Planned, Stretch, kind_at, on_post, stands_against, stretches
from webapp.shifts.rules import Hours as Said
from webapp.sites import queries as sites
from webapp.sites.models import Project


def planned(project_id: str, connection: sa.Connection | None = None) -> list[Planned]:
    """The shifts of a site with all that was said of their hours, also those that are held no longer."""
    wanted = (
        select(
            ShiftKind.id, ShiftKind.code, ShiftKind.starts, ShiftKind.ends, ShiftKind.names.label("names"), ShiftKind.since,
            Hours.since.label("turns"), Hours.starts.label("begins"), Hours.ends.label("stops"),
        )
        .outerjoin(Hours, (Hours.project_id == ShiftKind.project_id) & (Hours.shift_id == ShiftKind.id))
        .where(ShiftKind.project_id == project_id)
        .order_by(ShiftKind.starts, ShiftKind.code, *Hours.order())
    )  # fmt: skip
    found: dict[str, Planned] = {}
    for row in (connection or db.session).execute(wanted):
        known = found.get(row.id) or Planned(Kind(row.id, row.code, row.starts, row.ends, row.names), row.since)
        more = () if row.turns is None else (Said(row.turns, row.begins, row.stops),)
        found[row.id] = known._replace(said=(*known.said, *more))
    return list(found.values())


def kinds(project_id: str, on: date) -> list[Kind]:
    """The shifts of a day, the first first."""
    found = [kind for each in planned(project_id) if (kind := each.on(on.isoformat()))]
    return sorted(found, key=lambda each: (each.starts, each.code))


def names(project_id: str) -> dict[str, Mapping[str, str]]:
    """What each shift there has ever been is called, by its id."""
    return {each.begun.id: each.begun.names for each in planned(project_id)}


def begun_names(project_id: str) -> dict[str, Mapping[str, str]]:
    """What each shift was called when it was added."""
    wanted = select(ShiftKind.id, ShiftKind.begun_as).where(ShiftKind.project_id == project_id)
    return {row.id: row.begun_as for row in db.session.execute(wanted)}


def shift_at(project_id: str, at: int) -> Kind | None:
    """The shift that is on at an instant; None outside the shifts."""
    now = clock.local(at, sites.zone_of(project_id))
    return kind_at(kinds(project_id, now.date()), now.hour * 60 + now.minute)


def adding_against(form: Any, occasion: Occasion, connection: sa.Connection) -> dict[str, str]:
    """A shift cannot be added across another, nor from a day on that has begun."""
    kind, today = Kind(occasion.id, form.code.data, form.starts.data, form.ends.data), _today(occasion, connection)
    if form.since.data and form.since.data <= today:
        return {"since": "not_to_come"}
    other = stands_against(planned(occasion.project_id, connection), Planned(kind, form.since.data), form.since.data or "")
    return {"starts": "across_another"} if other else {}


def hours_against(form: Any, occasion: Occasion, connection: sa.Connection) -> dict[str, str]:
    """The hours of a day that has begun stay as they are, and no shift is moved across another."""
    today = _today(occasion, connection)
    if form.since.data <= today:
        return {"since": "not_to_come"}
    known = planned(occasion.project_id, connection)
    one = next(each for each in known if each.begun.id == form.shift.data)
    said = (*one.said, Said(form.since.data, form.starts.data, form.ends.data))
    return {"starts": "across_another"} if stands_against(known, one._replace(said=said), form.since.data) else {}


def _today(occasion: Occasion, connection: sa.Connection) -> str:
    """The local day; of two who change the shifts of a site at a time the second waits here and sees what the first did."""
    zone = connection.execute(select(Project.zone).where(Project.id == occasion.project_id).with_for_update()).scalar()
    return clock.day_of(occasion.effective_at, zone).isoformat() if zone else ""


def bounds(project_id: str, kind: Kind, at: int) -> tuple[int, int]:
    """First instant of a shift on the local day of `at`, and of what follows it."""
    midnight = clock.local(at, sites.zone_of(project_id)).replace(hour=0, minute=0, second=0, microsecond=0)
    ends = [midnight.replace(hour=minute // 60, minute=minute % 60) for minute in (kind.starts, min(kind.ends, 1439))]
    return clock.instant_of(ends[0]), clock.instant_of(ends[1])


@presence
def present(project_id: str, at: int, post_id: str | None = None) -> list[OnPost]:
    """Who is on post at an instant, longest first; a post ends at local midnight."""
    zone = sites.zone_of(project_id)
    start, _end = clock.day_bounds(clock.day_of(at, zone), zone)
    return [each for each in on_post(_changes(project_id, start, at), start) if post_id in (None, each.post_id)]


def stood(project_id: str, since: int, until: int) -> list[Stretch]:
    """Who stood where between two instants (P2-4.4.7a)."""
    return stretches(_changes(project_id, since, until - 1))


def _changes(project_id: str, since: int, at: int) -> list[Change]:
    return [*_changes_in(TakenPost, TAKEN, project_id, since, at), *_changes_in(LeftPost, LEFT, project_id, since, at)]


def _changes_in(model: type[TakenPost] | type[LeftPost], what: str, project_id: str, since: int, at: int) -> list[Change]:
    """Nobody is put on post by an entry without an author."""
    wanted = select(model).where(
        model.project_id == project_id, model.effective_at >= since, model.effective_at <= at, model.author_id.is_not(None)
    )
    found: Iterable[TakenPost | LeftPost] = db.session.scalars(wanted)
    return [Change(row.place_in_order, str(row.author_id), row.post_id, what) for row in found]


@state("shifts")
def digest(project_id: str, at: int) -> list[dict[str, Any]]:
    """Posts taken and left, in the tie order."""
    changes = sorted(_changes(project_id, 0, at), key=lambda each: each.order)
    return [{"at": each.at, "person": each.person_id, "post": each.post_id, "what": each.what} for each in changes]
