"""Reads of shifts: who is on post, who was, which shift it is."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from webapp.base import clock
from webapp.base.database import db
from webapp.operations.declarations import presence, state
from webapp.shifts.models import LeftPost, ShiftKind, TakenPost
from webapp.shifts.rules import LEFT, TAKEN, Change, Kind, OnPost, Stretch, beside_which_not, kind_at, on_post, stretches
from webapp.sites import queries as sites


def kinds(project_id: str) -> Sequence[ShiftKind]:
    wanted = select(ShiftKind).where(ShiftKind.project_id == project_id)
    return db.session.scalars(wanted.order_by(ShiftKind.starts, ShiftKind.code)).all()


def shift_at(project_id: str, at: int) -> ShiftKind | None:
    """The shift that is on at an instant; None outside the shifts."""
    now = clock.local(at, sites.zone_of(project_id))
    rows = {row.id: row for row in kinds(project_id)}
    kind = kind_at([Kind(row.id, row.code, row.starts, row.ends) for row in rows.values()], now.hour * 60 + now.minute)
    return rows[kind.id] if kind else None


def beside_which_not_here(project_id: str, starts: int, ends: int) -> ShiftKind | None:
    """The shift of this site that one of these minutes cannot be beside."""
    rows = {row.id: row for row in kinds(project_id)}
    known = [Kind(row.id, row.code, row.starts, row.ends) for row in rows.values()]
    other = beside_which_not(known, Kind("", "", starts, ends))
    return rows[other.id] if other else None


def bounds(project_id: str, kind: ShiftKind, at: int) -> tuple[int, int]:
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
