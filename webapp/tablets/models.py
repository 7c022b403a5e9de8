"""Tablets by what they were enrolled as. The credential itself is only on the tablet."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Base, Id, Instant
from webapp.operations.models import Fact
from webapp.operations.registry import reference

STATIONS = ("door", "bar", "floor")
RULINGS = ("released", "rejected")


@reference("tablets.tablet")
class Tablet(Base):
    """A tablet of a project. `number` is its place in the tie order of facts; `credential_digest` SHA-256 in hex."""

    __tablename__ = "tablets_tablet"
    __table_args__ = (sa.UniqueConstraint("project_id", "number"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    project_id: Mapped[Id]
    number: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(80))
    station: Mapped[str] = mapped_column(sa.String(16))
    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))
    flat_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("sites_flat.id"))
    credential_digest: Mapped[str] = mapped_column(sa.String(64))
    enrolled_at: Mapped[Instant]


class Revocation(Fact):
    """A tablet's credential is no longer good."""

    __tablename__ = "tablets_revocation"

    tablet_id: Mapped[Id] = mapped_column(sa.ForeignKey("tablets_tablet.id"), index=True)


class Reenrolment(Fact):
    """A tablet was enrolled again. `kept`: over its own store. `clean`: it had been retired before. Else `missing` entries that
    it had told of have not come, and what it recorded since `heard_at` is not known."""

    __tablename__ = "tablets_reenrolment"

    tablet_id: Mapped[Id] = mapped_column(sa.ForeignKey("tablets_tablet.id"), index=True)
    store_epoch: Mapped[int]
    kept: Mapped[bool]
    clean: Mapped[bool]
    missing: Mapped[int]
    heard_at: Mapped[Instant]


class Farewell(Fact):
    """A tablet is to be retired: as soon as all is sent it says so and empties itself."""

    __tablename__ = "tablets_farewell"

    tablet_id: Mapped[Id] = mapped_column(sa.ForeignKey("tablets_tablet.id"), index=True)


class Retirement(Fact):
    """A tablet has sent all that it held and has let go of its store; its credential is no longer good."""

    __tablename__ = "tablets_retirement"

    tablet_id: Mapped[Id] = mapped_column(sa.ForeignKey("tablets_tablet.id"), index=True)


class Import(Fact):
    """A file that a tablet made of what it could not send was brought in by its author. `quarantined`: nothing of it counts yet."""

    __tablename__ = "tablets_import"

    tablet_id: Mapped[Id] = mapped_column(sa.ForeignKey("tablets_tablet.id"), index=True)
    parcel: Mapped[str] = mapped_column(sa.String(64), index=True)
    entries: Mapped[int]
    quarantined: Mapped[bool]


class ImportRuling(Fact):
    """A supervisor has said whether a quarantined file counts."""

    __tablename__ = "tablets_import_ruling"

    parcel: Mapped[str] = mapped_column(sa.String(64), index=True)
    result: Mapped[str] = mapped_column(sa.String(16))


class Drain(Fact):
    """The address of the site is about to change, or no longer: tablets should send everything before it does."""

    __tablename__ = "tablets_drain"

    ends: Mapped[bool]


class Store(Base):
    """A store of a tablet from the epoch in which it was enrolled: by what it is known again, and by which key it signs its files.

    A technical row, for all of it is secrets' digests: `credential_digest` of the tablet's present credential where this is its
    newest store, `secret_digest` of what only the store knows, `public_key` 65 bytes of P-256 in base64 ('' where there is none).
    """

    __tablename__ = "tablets_store"

    tablet_id: Mapped[Id] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[Id]
    credential_digest: Mapped[str] = mapped_column(sa.String(64))
    secret_digest: Mapped[str] = mapped_column(sa.String(64), default="")
    public_key: Mapped[str] = mapped_column(sa.String(100), default="")
    enrolled_at: Mapped[Instant]


class Parcel(Base):
    """What a quarantined file holds, until somebody has ruled on it and after; a technical row beside its fact `Import`."""

    __tablename__ = "tablets_parcel"

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    tablet_id: Mapped[Id]
    content: Mapped[str] = mapped_column(sa.Text)


class EnrolmentCode(Base):
    """A one-use code to type on a new tablet; a technical row, so that the code never stands in a receipt.

    Made (`tablet_id`: to enrol that tablet again) → typed on a tablet (`used_at`, and what its store told of itself) → approved or
    refused on the supervisor's screen by the number that both show → fetched with the ticket that only the tablet has.
    """

    __tablename__ = "tablets_enrolment_code"

    code_digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    project_id: Mapped[Id]
    name: Mapped[str] = mapped_column(sa.String(80))
    station: Mapped[str] = mapped_column(sa.String(16))
    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))
    flat_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("sites_flat.id"))
    made_by: Mapped[Id | None]
    expires_at: Mapped[Instant]
    used_at: Mapped[Instant | None]
    tablet_id: Mapped[Id | None]
    ticket_digest: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    number: Mapped[str] = mapped_column(sa.String(8), default="")
    store: Mapped[str] = mapped_column(sa.Text, default="")
    ruled_by: Mapped[Id | None]
    approved: Mapped[bool | None]


class Numbering(Base):
    """The last tablet number given in a project; numbers are never given twice, gaps do no harm."""

    __tablename__ = "tablets_numbering"

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    last: Mapped[int]
