"""Taking a tablet in: a one-use code made at a desk, typed on the tablet, approved at the desk, exchanged for a credential.

A file of its own because a code and a credential are secrets: only their digests reach an operation and its receipt.

A browser that holds a store shows it when a code is typed. Where the secret in it proves that it is a tablet of this site, it stays
that tablet and goes on counting; a store of which we have everything may be emptied for another one; any other has to send first.
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from webapp.base import clock, ids
from webapp.base.database import db, writing
from webapp.operations.audit import note
from webapp.operations.ledger import the_ledger
from webapp.operations.models import Head
from webapp.operations.roles import FRONT, SUPERVISOR
from webapp.operations.rules import APPLIED, SESSION, SYSTEM
from webapp.operations.work import upsert
from webapp.sites import queries as sites
from webapp.staff.queries import colleagues
from webapp.tablets import parcels
from webapp.tablets.models import EnrolmentCode, Numbering, Store, Tablet
from webapp.tablets.queries import TabletRow, arrived, stores, tablet
from webapp.tablets.rules import (
    CODE_LENGTH,
    CODE_LETTERS,
    CODE_WITHIN,
    NUMBER_LENGTH,
    digest,
    has_all,
    read_code,
    shown,
)

FIRST_EPOCH = 1
_KINDS = {"door": "show_flat", "bar": "water_bar", "floor": "sales_centre"}
_codes: sa.Table = EnrolmentCode.__table__  # type: ignore[assignment]
_numbers: sa.Table = Numbering.__table__  # type: ignore[assignment]
_stores: sa.Table = Store.__table__  # type: ignore[assignment]
_heads: sa.Table = Head.__table__  # type: ignore[assignment]


class StillHolds(Exception):
    """The browser's store is another tablet's, or a revoked one's, and holds entries that have not come: named by its argument."""


@dataclass(frozen=True)
class Spot:
    """Where a tablet stands: its place, and the show flat in front of it."""

    place_id: str
    flat_id: str | None = None

    @property
    def id(self) -> str:
        return self.flat_id or self.place_id


@dataclass(frozen=True)
class Shown:
    """What a browser tells of the store it has; empty where it has none. `heads`: epoch → the last number it gave."""

    tablet_id: str = ""
    secret_digest: str = ""
    public_key: str = ""
    heads: Mapping[int, int] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """How the store stood when it was shown, as the tablet says it again before it empties itself."""
        epoch = max(self.heads, default=0)
        return f"{self.tablet_id}:{epoch}:{self.heads.get(epoch, 0)}" if self.tablet_id else ""


@dataclass(frozen=True)
class Plan:
    """Which tablet a browser becomes (None: a new one), under which epoch; `kept`: it goes on over the store that it has.
    `emptied`: the mark of another tablet's store that may be emptied for it."""

    tablet: TabletRow | None
    epoch: int
    kept: bool
    emptied: str = ""


@dataclass(frozen=True)
class Enrolled:
    """A tablet taken in, with the credential that only it will know."""

    tablet: TabletRow
    credential: str
    epoch: int = FIRST_EPOCH
    emptied: str = ""


@dataclass(frozen=True)
class Claim:
    """A code that was typed and waits for the supervisor, or what became of it. `again`: the tablet that it is already."""

    number: str
    name: str
    station: str
    approved: bool | None = None
    again: TabletRow | None = None
    kept: bool = False
    ticket: str = ""


def read_shown(text: str) -> Shown:
    """What the enrolment page's script found in the browser; nothing where there is none or it cannot be read."""
    try:
        told = json.loads(text)
        heads = {int(epoch): int(seq) for epoch, seq in told["heads"].items() if int(epoch) > 0}
        return Shown(ids.canonical(told["tablet"]) if told.get("tablet") else "", *_known_by(told), heads)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Shown()


def _known_by(told: Mapping[str, Any]) -> tuple[str, str]:
    """The digest of a store's secret, and its key; each empty where it is none."""
    secret, key = str(told.get("secret", "")), str(told.get("key", ""))
    return digest(secret) if len(secret) >= 32 else "", key if parcels.is_public_key(key) else ""


def spots(project_id: str, station: str) -> list[Spot]:
    """Where a tablet of a station can stand: in front of each show flat of the places that it belongs at, at those that have none;
    where the site has no such place, anywhere. Raises LookupError where it has none at all."""
    day = sites.today(project_id, clock.now())
    places = sites.places(project_id, _KINDS[station], on=day) or sites.places(project_id, on=day)
    if not places:
        raise LookupError("The site has no place yet.")
    flats = {place.id: sites.flats(project_id, place.id, on=day) for place in places}
    return [spot for place_id, found in flats.items() for spot in [Spot(place_id, flat.id) for flat in found] or [Spot(place_id)]]


def make_code(
    project_id: str, name: str, station: str, at: int, *, spot: Spot | None = None, made_by: str | None = None,
    again: TabletRow | None = None,
) -> str:  # fmt: skip
    """A code to type on the tablet within ten minutes, once; `again`: to enrol that tablet once more.

    Made at a desk (`made_by`) it has to be approved there too; whoever may type commands on the server needs nobody's approval.
    """
    where = spot or (Spot(again.place_id, again.flat_id) if again else spots(project_id, station)[0])
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    row = {
        "code_digest": digest(code), "project_id": project_id, "name": name, "station": station, "place_id": where.place_id,
        "flat_id": where.flat_id, "made_by": made_by, "expires_at": at + CODE_WITHIN, "used_at": None,
        "tablet_id": again.id if again else None, "number": "", "store": "",
    }  # fmt: skip
    with _written() as connection:
        connection.execute(sa.delete(_codes).where(_codes.c.expires_at < at - 2 * CODE_WITHIN))
        connection.execute(sa.insert(_codes).values(row))
        note(connection, "tablets.code", project_id, at=at, author_id=made_by, station=station)
    return shown(code)


def claim(typed: str, at: int, told: Shown = Shown()) -> Enrolled | Claim | None:
    """Exchange a code for a tablet, or for a claim that waits; None where it is unknown, used or too old. Raises StillHolds.

    Whoever used it may ask again, by the secret of the same store: the answer can be lost on its way.
    """
    here = _codes.c.code_digest == digest(read_code(typed))
    still = here & _codes.c.used_at.is_(None) & (_codes.c.expires_at > at)
    row = db.session.execute(sa.select(_codes).where(still)).one_or_none()
    if row is None:
        return _claimed_again(here, told, at)
    if _plan(row, told) is None:
        return None
    ticket, number = secrets.token_urlsafe(32), _free_number(row.project_id)
    kept = {"tablet": told.tablet_id, "secret": told.secret_digest, "key": told.public_key, "heads": dict(told.heads)}
    used = {"used_at": at, "ticket_digest": digest(ticket), "number": number, "store": json.dumps(kept)}
    if row.made_by is None:
        used["approved"] = True
    with _written() as connection:
        if connection.execute(sa.update(_codes).where(still).values(**used)).rowcount != 1:
            return None
    return _taken(row, number, ticket, at)


def _claimed_again(here: sa.ColumnElement[bool], told: Shown, at: int) -> Enrolled | Claim | None:
    """The claim of a code that this very store has used, under a new ticket."""
    row = db.session.execute(sa.select(_codes).where(here & (_codes.c.used_at > at - CODE_WITHIN))).one_or_none()
    if row is None or not told.secret_digest or _told(row).secret_digest != told.secret_digest:
        return None
    ticket = secrets.token_urlsafe(32)
    with _written() as connection:
        connection.execute(sa.update(_codes).where(here).values(ticket_digest=digest(ticket)))
    return _taken(row, row.number, ticket, at)


def _taken(row: Any, number: str, ticket: str, at: int) -> Enrolled | Claim | None:
    """What a code was exchanged for: one that was made at the desk waits until it is approved there."""
    return Claim(number, row.name, row.station, ticket=ticket) if row.made_by else collect(ticket, at)


def _free_number(project_id: str) -> str:
    """Digits that no other claim of the site shows."""
    taken = set(db.session.scalars(sa.select(_codes.c.number).where(_codes.c.project_id == project_id)))
    while (number := "".join(secrets.choice("0123456789") for _ in range(NUMBER_LENGTH))) in taken:
        pass
    return number


def waiting(project_id: str, at: int) -> list[Claim]:
    """The claims that a supervisor of the site has to rule on, the oldest first."""
    where = (_codes.c.project_id == project_id) & _codes.c.approved.is_(None) & (_codes.c.used_at > at - CODE_WITHIN)
    rows = db.session.execute(sa.select(_codes).where(where).order_by(_codes.c.used_at)).all()
    return [found for row in rows if (found := _claim(row)) is not None]


def ruled(project_id: str, number: str, approved: bool, person_id: str, at: int) -> bool:
    """Approve or refuse the claim that shows this number. False where none waits."""
    where = (_codes.c.project_id == project_id) & (_codes.c.number == number) & _codes.c.approved.is_(None)
    with _written() as connection:
        given = sa.update(_codes).where(where & (_codes.c.used_at > at - CODE_WITHIN)).values(approved=approved, ruled_by=person_id)
        return connection.execute(given).rowcount == 1


def claimed(ticket: str, at: int) -> Claim | None:
    """How a claim stands, for the tablet that has its ticket; None where there is none or it is over ten minutes old."""
    row = _by_ticket(ticket, at)
    return _claim(row) if row else None


def collect(ticket: str, at: int) -> Enrolled | None:
    """The tablet of an approved claim. May be asked again where the answer was lost: it then is the same tablet enrolled again."""
    row = _by_ticket(ticket, at)
    if row is None or not row.approved:
        return None
    plan = _plan(row, _told(row))
    return _take_in(row, plan, _told(row), at) if plan else None


def enrol(
    project_id: str, name: str, station: str, at: int, *, spot: Spot | None = None, made_by: str | None = None,
    tablet_id: str | None = None,
) -> Enrolled:  # fmt: skip
    """Take a new tablet in at once. Raises LookupError where the site has no place."""
    where = spot or spots(project_id, station)[0]
    chosen = tablet_id or ids.uuid7(at)
    credential = _new_credential(chosen)
    body = {
        "number": str(_next_number(project_id)), "name": name, "station": station, "place": where.place_id,
        "flat": where.flat_id or "", "credential_digest": digest(credential),
    }  # fmt: skip
    the_ledger().submit("tablets.enrol", body, project_id=project_id, author_id=made_by, proof=SYSTEM, entry_id=chosen, at=at)
    row = tablet(project_id, chosen)
    if row is None:
        raise LookupError("The tablet was not taken in.")
    return Enrolled(row, credential)


def enrol_at_once(project_id: str, name: str, station: str, at: int, spot: Spot | None = None) -> dict[str, Any]:
    """All that a client from outside needs (docs/protocol.md section 1) but the address. `pin` only on a demo site."""
    enrolled = enrol(project_id, name, station, at, spot=spot)
    return {
        "tablet": enrolled.tablet.id,
        "epoch": enrolled.epoch,
        "credential": enrolled.credential,
        "project": project_id,
        "actors": [
            {"id": each.id, "name": each.name, "roles": list(each.roles), "pin": each.shown}
            for each in colleagues(project_id, at, FRONT | {SUPERVISOR})
        ],
        "protocol": 1,
    }


def _new_credential(tablet_id: str) -> str:
    return f"{tablet_id}.{secrets.token_urlsafe(32)}"


def _by_ticket(ticket: str, at: int) -> Any:
    where = (_codes.c.ticket_digest == digest(ticket)) & (_codes.c.used_at > at - 2 * CODE_WITHIN)
    return db.session.execute(sa.select(_codes).where(where)).one_or_none()


def _told(row: Any) -> Shown:
    kept = json.loads(row.store)
    return Shown(kept["tablet"], kept["secret"], kept["key"], {int(epoch): seq for epoch, seq in kept["heads"].items()})


def _claim(row: Any) -> Claim | None:
    try:
        plan = _plan(row, _told(row))
    except StillHolds:
        return None
    return Claim(row.number, row.name, row.station, row.approved, plan.tablet, plan.kept) if plan else None


def _plan(row: Any, told: Shown) -> Plan | None:
    """What a browser with this code and this store becomes; None where the code's tablet was revoked since. Raises StillHolds."""
    wanted = tablet(row.project_id, row.tablet_id) if row.tablet_id else None
    if row.tablet_id and (wanted is None or wanted.revoked_at is not None):
        return None
    own = _by_secret(row.project_id, told, (told.tablet_id, row.tablet_id) if wanted is None else (row.tablet_id,))
    becomes = own[0] if own else wanted
    emptied = ""
    if told.tablet_id and (becomes is None or becomes.id != told.tablet_id):
        if not has_all(told.heads, arrived(told.tablet_id) | parcels.in_quarantine(told.tablet_id)):
            raise StillHolds(told.tablet_id)
        emptied = told.mark
    if own:
        return Plan(*own, emptied=emptied)
    return Plan(wanted, _next_epoch(wanted.id) if wanted else FIRST_EPOCH, kept=False, emptied=emptied)


def _by_secret(project_id: str, told: Shown, among: Iterable[str | None]) -> tuple[TabletRow, int, bool] | None:
    """The tablet whose store this is by its secret, its epoch, and whether it goes on in its own: an older copy does not."""
    for tablet_id in filter(None, among):
        found = tablet(project_id, tablet_id)
        known = stores(tablet_id) if found and found.barred is None and told.secret_digest else []
        if found and told.secret_digest in [each.secret_digest for each in known]:
            is_newest = known[0].secret_digest == told.secret_digest
            return found, known[0].epoch if is_newest else _next_epoch(tablet_id), is_newest
    return None


def _next_epoch(tablet_id: str) -> int:
    """A number that no store of this tablet has counted under."""
    return max([FIRST_EPOCH, *arrived(tablet_id), *(each.epoch for each in stores(tablet_id))]) + 1


def _take_in(row: Any, plan: Plan, told: Shown, at: int) -> Enrolled | None:
    if plan.tablet is None:
        made = enrol(
            row.project_id, row.name, row.station, at, spot=Spot(row.place_id, row.flat_id), made_by=row.ruled_by or row.made_by
        )
        _know_again(row.project_id, made.tablet.id, FIRST_EPOCH, made.credential, told, at, code=row.code_digest)
        return Enrolled(made.tablet, made.credential, emptied=plan.emptied)
    credential = _new_credential(plan.tablet.id)
    if not _say_again(row, plan, plan.tablet, at):
        return None
    _know_again(row.project_id, plan.tablet.id, plan.epoch, credential, told, at)
    again = tablet(row.project_id, plan.tablet.id)
    return Enrolled(again, credential, plan.epoch, plan.emptied) if again else None


def _say_again(row: Any, plan: Plan, again: TabletRow, at: int) -> bool:
    """The operation that tells of it, with what is not known of the tablet's stores before. False where it was refused."""
    known = db.session.execute(sa.select(_heads).where((_heads.c.tablet_id == again.id) & (_heads.c.branch == ""))).all()
    body = {
        "tablet": again.id, "store_epoch": str(plan.epoch), "kept": "yes" if plan.kept else "",
        "clean": "yes" if again.retired_at is not None else "",
        "missing": str(sum(max(0, head.high_seq - head.acked_seq) for head in known)),
        "heard_at": str(max((head.seen_at for head in known), default=0)),
    }  # fmt: skip
    by, proof = (row.ruled_by, SESSION) if row.ruled_by else (None, SYSTEM)
    said = the_ledger().submit("tablets.enrol_again", body, project_id=row.project_id, author_id=by, proof=proof, at=at)
    return said.outcome == APPLIED


def _know_again(project_id: str, tablet_id: str, epoch: int, credential: str, told: Shown, at: int, code: str = "") -> None:
    """Keep by what the store is known, and begin its line so that a fork never takes its epoch."""
    values = {
        "credential_digest": digest(credential), "secret_digest": told.secret_digest, "public_key": told.public_key,
        "enrolled_at": at,
    }  # fmt: skip
    begun = {"acked_seq": 0, "good_at": 0, "high_seq": 0, "update_no": 0, "seen_at": 0, "build": ""}
    with _written() as connection:
        row = upsert(connection, _stores).values(tablet_id=tablet_id, epoch=epoch, project_id=project_id, **values)
        connection.execute(row.on_conflict_do_update(index_elements=["tablet_id", "epoch"], set_=values))
        head = upsert(connection, _heads).values(tablet_id=tablet_id, epoch=epoch, branch="", project_id=project_id, **begun)
        connection.execute(head.on_conflict_do_nothing())
        if code:
            connection.execute(sa.update(_codes).where(_codes.c.code_digest == code).values(tablet_id=tablet_id))


def know_store(of: TabletRow, epoch: int, told: Mapping[str, Any], at: int) -> None:
    """Keep by what a store is known that its tablet began by itself: its `secret` and `key`, as far as they were told.

    The credential stays what it is. Harmless twice; until the first batch the last store that asks is the one.
    """
    secret_digest, public_key = _known_by(told)
    known = {"secret_digest": secret_digest, "public_key": public_key}
    newest = sa.select(_stores.c.credential_digest).where(_stores.c.tablet_id == of.id).order_by(_stores.c.epoch.desc()).limit(1)
    first = sa.select(Tablet.credential_digest).where(Tablet.id == of.id)
    with _written() as connection:
        row = upsert(connection, _stores).values(
            tablet_id=of.id, epoch=epoch, project_id=of.project_id, enrolled_at=at,
            credential_digest=sa.func.coalesce(newest.scalar_subquery(), first.scalar_subquery()), **known,
        )  # fmt: skip
        again = {name: value for name, value in known.items() if value}
        same = ["tablet_id", "epoch"]
        connection.execute(
            row.on_conflict_do_update(index_elements=same, set_=again) if again else row.on_conflict_do_nothing(index_elements=same)
        )


@contextmanager
def _written() -> Iterator[sa.Connection]:
    """A write of our own. The request's read snapshot ends first: it would not see the row, and without WAL it would block it."""
    db.session.rollback()
    with writing() as connection:
        yield connection


def _next_number(project_id: str) -> int:
    with _written() as connection:
        first = upsert(connection, _numbers).values(project_id=project_id, last=1)
        raised = first.on_conflict_do_update(index_elements=["project_id"], set_={"last": _numbers.c.last + 1})
        return int(connection.execute(raised.returning(_numbers.c.last)).scalar_one())
