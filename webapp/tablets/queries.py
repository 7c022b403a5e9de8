"""Reads of tablets: who speaks at the door, and which there are."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from webapp.base import ids
from webapp.base.database import db
from webapp.operations.declarations import Remains, remains
from webapp.operations.models import Head
from webapp.tablets.models import Drain, Farewell, Reenrolment, Retirement, Revocation, Store, Tablet
from webapp.tablets.rules import agrees, tablet_of


@dataclass(frozen=True, slots=True)
class Contact:
    """What was last heard of a tablet. `unsent`: entries it has and we have not; `is_copied`: two went on from one store."""

    seen_at: int
    unsent: int
    build: str
    is_copied: bool


@dataclass(frozen=True, slots=True)
class TabletRow:
    """A tablet as it stands. `revoked_at`, `retired_at`: since when its credential is no longer good; `leaves_at`: since when it is
    to retire once all is sent."""

    id: str
    project_id: str
    number: int
    name: str
    station: str
    place_id: str
    flat_id: str | None
    enrolled_at: int
    revoked_at: int | None
    retired_at: int | None = None
    leaves_at: int | None = None

    @property
    def barred(self) -> str | None:
        """Why its credential is no longer good: revoked or retired. None while it is."""
        if self.revoked_at is not None:
            return "revoked"
        return "retired" if self.retired_at is not None else None


@dataclass(frozen=True, slots=True)
class KnownStore:
    """A store of a tablet; `epoch`: in which it was enrolled."""

    epoch: int
    secret_digest: str
    public_key: str


_COLUMNS = (
    Tablet.id, Tablet.project_id, Tablet.number, Tablet.name, Tablet.station, Tablet.place_id, Tablet.flat_id, Tablet.enrolled_at,
)  # fmt: skip


def _tablets() -> sa.Select[*tuple[Any, ...]]:
    revoked_at = select(sa.func.min(Revocation.effective_at)).where(Revocation.tablet_id == Tablet.id).scalar_subquery()
    return select(*_COLUMNS, revoked_at.label("revoked_at"), _standing(Retirement), _standing(Farewell))


def _standing(fact: type[Retirement | Farewell]) -> sa.ScalarSelect[Any]:
    """When that was last said of a tablet and no enrolment has come since."""
    since = sa.exists().where(Reenrolment.tablet_id == Tablet.id, Reenrolment.effective_at >= fact.effective_at)
    return select(sa.func.max(fact.effective_at)).where(fact.tablet_id == Tablet.id, ~since).scalar_subquery()


_NEWEST = (
    select(Store.credential_digest).where(Store.tablet_id == Tablet.id).order_by(Store.epoch.desc()).limit(1).scalar_subquery()
)
_SPEAKER = _tablets().add_columns(sa.func.coalesce(_NEWEST, Tablet.credential_digest)).where(Tablet.id == sa.bindparam("tablet"))


def authenticate(credential: str) -> TabletRow | None:
    """The tablet whose credential this is, a revoked one too; None where it is nobody's."""
    try:
        tablet_id = ids.canonical(tablet_of(credential))
    except ValueError:
        return None
    with db.engine.connect() as connection:  # not the session: every batch asks this, and its snapshot must begin afterwards
        row = connection.execute(_SPEAKER, {"tablet": tablet_id}).one_or_none()
    if row is None or not agrees(credential, row[-1]):
        return None
    return TabletRow(*row[:-1])


def tablets(project_id: str) -> list[TabletRow]:
    """The tablets of a project by number, revoked ones too."""
    wanted = _tablets().where(Tablet.project_id == project_id).order_by(Tablet.number)
    return [TabletRow(*row) for row in db.session.execute(wanted)]


@remains
def standing_at(project_id: str, place_id: str, _at: int) -> Remains:
    """The tablets of a place that are in use."""
    return [(each.name, f"/tablets/{each.id}") for each in tablets(project_id) if each.place_id == place_id and not each.barred]


def tablet(project_id: str, tablet_id: str) -> TabletRow | None:
    wanted = _tablets().where(Tablet.project_id == project_id, Tablet.id == tablet_id)
    row = db.session.execute(wanted).one_or_none()
    return TabletRow(*row) if row else None


def contacts(project_id: str) -> dict[str, Contact]:
    """The newest store of each tablet that was ever heard of."""
    heads = list(db.session.scalars(select(Head).where(Head.project_id == project_id, Head.seen_at > 0).order_by(Head.epoch)))
    copied = {row.tablet_id for row in heads if row.branch}
    return {
        row.tablet_id: Contact(row.seen_at, max(0, row.high_seq - row.acked_seq), row.build, row.tablet_id in copied)
        for row in heads
        if not row.branch
    }


def stores(tablet_id: str) -> list[KnownStore]:
    """The stores that a tablet had, the newest first."""
    wanted = select(Store.epoch, Store.secret_digest, Store.public_key).where(Store.tablet_id == tablet_id)
    return [KnownStore(*row) for row in db.session.execute(wanted.order_by(Store.epoch.desc()))]


def arrived(tablet_id: str) -> dict[int, int]:
    """Up to which number everything of each epoch of a tablet is here."""
    where = (Head.tablet_id == tablet_id) & (Head.branch == "")
    return {row.epoch: row.acked_seq for row in db.session.execute(select(Head.epoch, Head.acked_seq).where(where))}


def drains_since(project_id: str) -> int | None:
    """Since when the tablets of a site should send everything because its address will change; None when it will not."""
    wanted = (
        select(Drain.ends, Drain.effective_at).where(Drain.project_id == project_id).order_by(*(c.desc() for c in Drain.order()))
    )
    last = db.session.execute(wanted.limit(1)).one_or_none()
    return None if last is None or last.ends else int(last.effective_at)
