"""People and what they may (P2-3.1). Memberships are facts; codes, passwords and sessions are technical rows without a receipt."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Base, Id, Instant
from webapp.operations.models import KEYED, Fact
from webapp.operations.registry import reference


@reference("staff.person")
class Person(Base):
    """Somebody who works here. People belong to the organisation; `project_id` is only where they were first recorded."""

    __tablename__ = "staff_person"

    id: Mapped[Id] = mapped_column(primary_key=True)
    project_id: Mapped[Id] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    call_name: Mapped[str] = mapped_column(sa.String(40))
    language: Mapped[str] = mapped_column(sa.String(16))


class _AboutPerson(Fact):
    """A role given or taken. No foreign key: whoever another project recorded first may join this one, in any order."""

    __abstract__ = True

    person_id: Mapped[Id]
    role: Mapped[str] = mapped_column(sa.String(32))


class Membership(_AboutPerson):
    """A role in this project, from its effective time on, and not longer than `until` (a deputy's)."""

    __tablename__ = "staff_membership"
    __table_args__ = (sa.Index(None, "project_id", "person_id"), KEYED)

    until: Mapped[Instant | None]


class Departure(_AboutPerson):
    """The end of a role in this project, at its effective time."""

    __tablename__ = "staff_departure"
    __table_args__ = (sa.Index(None, "project_id", "person_id"), KEYED)


class Code(Base):
    """The verifier of a person's six digits (6 位密碼), base64. `shown` only on a demo site, to be printed;
    `set_at`: since when they are these, 0 of the first that somebody got."""

    __tablename__ = "staff_code"

    person_id: Mapped[Id] = mapped_column(sa.ForeignKey("staff_person.id"), primary_key=True)
    salt: Mapped[str] = mapped_column(sa.String(64))
    verifier: Mapped[str] = mapped_column(sa.String(64))
    rounds: Mapped[int]
    shown: Mapped[str | None] = mapped_column(sa.String(6))
    set_at: Mapped[Instant] = mapped_column(default=0, server_default="0")


class Password(Base):
    """How a person signs in at a desk: Argon2id."""

    __tablename__ = "staff_password"

    person_id: Mapped[Id] = mapped_column(sa.ForeignKey("staff_person.id"), primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(64), unique=True)
    verifier: Mapped[str] = mapped_column(sa.String(200))


class Session(Base):
    """A person signed in at a desk. The key is the SHA-256 of the cookie, so a copy of the database opens no desk."""

    __tablename__ = "staff_session"

    token_digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    person_id: Mapped[Id] = mapped_column(sa.ForeignKey("staff_person.id"), index=True)
    created_at: Mapped[Instant]
    seen_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]


class Grant(Base):
    """A person's code was right, checked by us for a tablet: what an entry names as its proof. No foreign key to the tablet, which
    stands on a higher floor; never deleted, for an entry may come half a year later."""

    __tablename__ = "staff_grant"

    id: Mapped[Id] = mapped_column(primary_key=True)
    project_id: Mapped[Id]
    tablet_id: Mapped[Id]
    person_id: Mapped[Id] = mapped_column(sa.ForeignKey("staff_person.id"))
    given_at: Mapped[Instant]
    ends_at: Mapped[Instant]


class Reopening(Fact):
    """A code that was locked at a tablet after too many wrong tries may be tried there again."""

    __tablename__ = "staff_reopening"
    __table_args__ = (KEYED,)

    person_id: Mapped[Id]
    at_tablet: Mapped[Id]


class View(Fact):
    """Its author calls the filters of a list by a name, or calls them so no more; the latest of a name counts."""

    __tablename__ = "staff_view"
    __table_args__ = (sa.Index(None, "project_id", "author_id", "table_name"), KEYED)

    table_name: Mapped[str] = mapped_column(sa.String(32))
    name: Mapped[str] = mapped_column(sa.String(40))
    said: Mapped[str | None] = mapped_column(sa.String(1000))
    is_kept: Mapped[bool]


class Throttle(Base):
    """Tries in a row at one account, or at one person's code from one tablet, of which none was right; never by address."""

    __tablename__ = "staff_throttle"

    account: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    failures: Mapped[int]
    free_at: Mapped[Instant]
