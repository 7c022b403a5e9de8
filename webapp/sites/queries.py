"""Reads of the sites: the rows as they stand, in the order people list them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select

from webapp.base import clock
from webapp.base.database import db
from webapp.operations.declarations import state
from webapp.operations.knowing import Known
from webapp.operations.models import Receipt
from webapp.sites.models import Closing, Flat, Milestones, Naming, Place, Post, Printing, Profile, Project
from webapp.sites.rules import SMALL, Dates, is_open

P = TypeVar("P", Place, Flat, Post)


def projects() -> Sequence[Project]:
    return db.session.scalars(select(Project).order_by(Project.code)).all()


def project(project_id: str) -> Project | None:
    return db.session.get(Project, project_id)


def zone_of(project_id: str) -> str:
    """The time zone of a project. Raises LookupError where there is none such."""
    site = project(project_id)
    if site is None:
        raise LookupError(project_id)
    return site.zone


def project_by_code(code: str) -> Project | None:
    return db.session.scalars(select(Project).where(Project.code == code)).one_or_none()


def dates(project_id: str, at: int) -> Dates:
    """The dates of a site as they were last set."""
    wanted = select(Milestones).where(Milestones.project_id == project_id, Milestones.effective_at <= at)
    ordered = [column.desc() for column in Milestones.order()]
    row = db.session.scalars(wanted.order_by(*ordered).limit(1)).one_or_none()
    return Dates(*(getattr(row, name) for name in Dates._fields)) if row else Dates()


def printing(project_id: str, at: int) -> Printing | None:
    """How the sheets of a site are printed, as it was last set; None where nobody has."""
    wanted = select(Printing).where(Printing.project_id == project_id, Printing.effective_at <= at)
    ordered = [column.desc() for column in Printing.order()]
    return db.session.scalars(wanted.order_by(*ordered).limit(1)).one_or_none()


def record_language(site: Project, at: int) -> str:
    """In which language the site's records are written: as it was last set, else as the site began (domain section 0.12)."""
    said = printing(site.id, at)
    return (said and said.language) or site.record_language


def closings(project_id: str) -> dict[str, str]:
    """The last day of each place, flat and post that is closed or will be."""
    said = select(Closing.subject_id, Closing.last_day).where(Closing.project_id == project_id).order_by(*Closing.order())
    found = {row.subject_id: row.last_day for row in db.session.execute(said)}
    return {subject_id: last_day for subject_id, last_day in found.items() if last_day}


def _offered(project_id: str, rows: Sequence[P], on: date | None) -> Sequence[P]:
    """Those that are offered on a day; without a day, all there have ever been."""
    last = closings(project_id) if on else {}
    return offered(rows, last, on.isoformat()) if on and last else rows


def offered(rows: Iterable[P], last: Mapping[str, str], day: str) -> list[P]:
    """Those that are offered on a day, by their last days and those of their places."""
    return [each for each in rows if is_open(day, last.get(each.id), last.get(getattr(each, "place_id", "")))]


def places(project_id: str, kind: str | None = None, *, on: date | None = None) -> Sequence[Place]:
    """The places of a site; of those only what is offered `on` a day, where one is given."""
    wanted = select(Place).where(Place.project_id == project_id)
    if kind:
        wanted = wanted.where(Place.kind == kind)
    return _offered(project_id, db.session.scalars(wanted.order_by(Place.code)).all(), on)


def place(project_id: str, place_id: str) -> Place | None:
    return db.session.scalars(select(Place).where(Place.project_id == project_id, Place.id == place_id)).one_or_none()


def flats(project_id: str, place_id: str | None = None, *, on: date | None = None) -> Sequence[Flat]:
    """The show flats of a site, or of a place; `on`: as for places."""
    wanted = select(Flat).where(Flat.project_id == project_id)
    if place_id:
        wanted = wanted.where(Flat.place_id == place_id)
    return _offered(project_id, db.session.scalars(wanted.order_by(Flat.code)).all(), on)


def flat(project_id: str, flat_id: str) -> Flat | None:
    return db.session.scalars(select(Flat).where(Flat.project_id == project_id, Flat.id == flat_id)).one_or_none()


def posts(project_id: str, place_id: str | None = None, *, on: date | None = None) -> Sequence[Post]:
    """The posts of a site, or at a place; `on`: as for places."""
    wanted = select(Post).where(Post.project_id == project_id)
    if place_id:
        wanted = wanted.where(Post.place_id == place_id)
    return _offered(project_id, db.session.scalars(wanted.order_by(Post.code)).all(), on)


def today(project_id: str, at: int) -> date:
    """The local day of an instant."""
    return clock.day_of(at, zone_of(project_id))


def namings(project_id: str) -> list[tuple[str, dict[str, str], Known]]:
    """Every other name that was given, of what, and when that came to be known; in the order in which they count."""
    same = (Receipt.project_id == Naming.project_id) & (Receipt.id == Naming.operation_id)
    wanted = select(Naming, Receipt).join(Receipt, same).where(Naming.project_id == project_id).order_by(*Naming.order())
    return [(row.subject_id, row.names, receipt.known) for row, receipt in db.session.execute(wanted)]


def day_around(site: Project, at: int) -> tuple[int, int]:
    """First instant of the site's local day that holds `at`, and of the next."""
    return clock.day_bounds(clock.day_of(at, site.zone), site.zone)


@state("sites")
def digest(project_id: str, at: int) -> dict[str, Any]:  # noqa: ARG001 - reference data is the same at every instant
    """The reference data that entries name, so that a client from outside finds its ids."""
    site = project(project_id)
    return {
        "code": site.code if site else None,
        "places": [{"code": row.code, "id": row.id, "kind": row.kind} for row in places(project_id)],
        "flats": [{"code": row.code, "id": row.id, "place": row.place_id} for row in flats(project_id)],
        "posts": [{"code": row.code, "id": row.id, "place": row.place_id} for row in posts(project_id)],
    }


def small_since(project_id: str, at: int) -> Callable[[int], bool]:
    """Whether the team of a site was small at an instant, as set by `at`; where nothing was said it is of the usual size."""
    wanted = select(Profile).where(Profile.project_id == project_id, Profile.effective_at <= at).order_by(*Profile.order())
    known = [(row.effective_at, row.profile) for row in db.session.scalars(wanted)]
    return lambda instant: next((profile == SMALL for since, profile in reversed(known) if since <= instant), False)
