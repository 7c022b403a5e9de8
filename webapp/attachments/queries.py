"""Reads of photos: those of some entries, one of them, and those that have not come."""

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import select

from webapp.attachments.models import Mention, Photo
from webapp.base.database import db
from webapp.operations.declarations import state
from webapp.operations.models import Receipt

_SAME = (Photo.project_id == Mention.project_id) & (Photo.digest == Mention.digest)


class Shown(NamedTuple):
    """A photo that an entry names. `is_here`: it has come; `refused`: but nothing of it could be kept. Sides in pixels."""

    digest: str
    is_here: bool
    refused: str
    wide: int
    high: int


class Missing(NamedTuple):
    """A photo that an entry of this store names and that has not come. `at`: when the entry happened."""

    tablet_id: str
    epoch: int
    at: int


def photos_of(project_id: str, entries: Iterable[str]) -> dict[str, list[Shown]]:
    """The photos of these entries, in their order."""
    wanted = (
        select(Mention.operation_id, Mention.digest, Photo.refused, Photo.wide, Photo.high)
        .outerjoin(Photo, _SAME)
        .where(Mention.project_id == project_id, Mention.operation_id.in_(list(entries)))
        .order_by(Mention.operation_id, Mention.line)
    )
    found: dict[str, list[Shown]] = defaultdict(list)
    for row in db.session.execute(wanted):
        is_here = row.refused is not None
        found[row.operation_id].append(Shown(row.digest, is_here, row.refused or "", row.wide or 0, row.high or 0))
    return dict(found)


def picture(project_id: str, digest: str, *, small: bool = False) -> bytes | None:
    """A photo of a project as JPEG; None where there is none, or none that could be kept."""
    column = Photo.small if small else Photo.content
    return db.session.scalars(select(column).where(Photo.project_id == project_id, Photo.digest == digest)).one_or_none()


def within_page(project_id: str, digests: Iterable[str]) -> dict[str, str]:
    """Photos as addresses that hold them whole (data:), by digest; without those that have not come or are too large for it."""
    wanted = select(Photo.digest, Photo.small).where(
        Photo.project_id == project_id, Photo.digest.in_(list(digests)), Photo.small.is_not(None)
    )
    found = db.session.execute(wanted).all()
    if not found:
        return {}
    from webapp.attachments.pictures import for_a_page  # Pillow takes 10 ms that no start should pay

    drawn = {row.digest: for_a_page(row.small) for row in found}
    return {digest: "data:image/jpeg;base64," + b64encode(each).decode() for digest, each in drawn.items() if each}


def missing(project_id: str, tablet_id: str | None = None) -> list[Missing]:
    """The photos that tablets have told of and not sent yet, oldest first."""
    told = (Receipt.project_id == Mention.project_id) & (Receipt.id == Mention.operation_id)
    wanted = (
        select(Receipt.tablet_id, Receipt.epoch, Mention.effective_at)
        .join(Receipt, told)
        .outerjoin(Photo, _SAME)
        .where(Mention.project_id == project_id, Photo.digest.is_(None), Receipt.tablet_id.is_not(None))
    )
    if tablet_id:
        wanted = wanted.where(Receipt.tablet_id == tablet_id)
    return [
        Missing(str(row.tablet_id), row.epoch or 0, row.effective_at)
        for row in db.session.execute(wanted.order_by(Mention.effective_at))
    ]


@state("attachments")
def digest(project_id: str, at: int) -> list[dict[str, Any]]:
    """Which entry names which photo, in the tie order; whether it has come is no part of it."""
    wanted = select(Mention).where(Mention.project_id == project_id, Mention.effective_at <= at).order_by(*Mention.order())
    return [{"at": row.effective_at, "entry": row.operation_id, "photo": row.digest} for row in db.session.scalars(wanted)]
