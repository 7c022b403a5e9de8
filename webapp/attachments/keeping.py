"""A photo's way into the database. Its bytes are no entry: an entry names them, and says who took it and when."""

from hashlib import sha256
from typing import NamedTuple

import sqlalchemy as sa

from webapp.attachments.models import Mention, Photo
from webapp.attachments.rules import NAMELESS_MOST
from webapp.base import faults
from webapp.base.database import db, upsert, writing
from webapp.operations.work import revisions

STORED, DUPLICATE, REFUSED, NAMELESS = "stored", "duplicate", "refused", "nameless"
photos: sa.Table = Photo.__table__  # type: ignore[assignment]
mentions: sa.Table = Mention.__table__  # type: ignore[assignment]


class Kept(NamedTuple):
    """What became of a photo; `reason` says why it was refused (rules.py)."""

    digest: str
    outcome: str
    reason: str = ""


def keep(project_id: str, tablet_id: str, given: bytes, at: int) -> Kept:
    """Keep a photo, once for a project.

    `nameless`: no entry names it and this tablet has brought too many of those; nothing was kept then, not even a refusal.
    """
    digest = sha256(given).hexdigest()
    with db.engine.connect() as connection:
        known = _known(connection, project_id, digest)
        if known:
            return known
        if not is_named(connection, project_id, digest) and _nameless(connection, project_id, tablet_id) >= NAMELESS_MOST:
            return Kept(digest, NAMELESS)
    row = {"project_id": project_id, "digest": digest, "tablet_id": tablet_id, "received_at": at, "size": len(given)}
    row |= _made(given)  # outside of the transaction: nobody should wait for a picture to be drawn
    with writing() as connection:
        adding = upsert(connection, photos).values(row).on_conflict_do_nothing().returning(photos.c.digest)
        is_first = connection.execute(adding).first() is not None
        _revise(connection, project_id)
        faults.hit("photo-inserted")
    faults.hit("photo-committed")
    reason = str(row["refused"])
    return Kept(digest, REFUSED if reason else STORED if is_first else DUPLICATE, reason)


def is_named(connection: sa.Connection, project_id: str, digest: str) -> bool:
    """Whether an entry that was applied names this photo."""
    wanted = sa.select(sa.literal(1)).where(mentions.c.project_id == project_id, mentions.c.digest == digest).limit(1)
    return connection.execute(wanted).first() is not None


def _made(given: bytes) -> dict[str, object]:
    from webapp.attachments.pictures import NoPicture, drawn_anew  # Pillow takes 10 ms that no start should pay

    try:
        picture = drawn_anew(given)
    except NoPicture as why:
        return {"refused": str(why), "wide": 0, "high": 0, "content": None, "small": None}
    return {"refused": "", **picture._asdict()}


def _known(connection: sa.Connection, project_id: str, digest: str) -> Kept | None:
    wanted = sa.select(photos.c.refused).where(photos.c.project_id == project_id, photos.c.digest == digest)
    reason = connection.execute(wanted).scalar_one_or_none()
    return None if reason is None else Kept(digest, REFUSED if reason else DUPLICATE, reason)


def _revise(connection: sa.Connection, project_id: str) -> None:
    """Pages that show photos look otherwise from now on."""
    first = upsert(connection, revisions).values(project_id=project_id, family="attachments", no=1)
    connection.execute(first.on_conflict_do_update(index_elements=["project_id", "family"], set_={"no": revisions.c.no + 1}))


def _nameless(connection: sa.Connection, project_id: str, tablet_id: str) -> int:
    named = sa.exists().where(mentions.c.project_id == photos.c.project_id, mentions.c.digest == photos.c.digest)
    wanted = sa.select(sa.func.count()).where(photos.c.project_id == project_id, photos.c.tablet_id == tablet_id, ~named)
    return int(connection.execute(wanted).scalar_one())
