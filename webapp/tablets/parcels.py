"""Files in which a tablet carries what it could not send: opened, checked, taken in (docs/protocol.md section 8).

A file of its own because of what it knows of keys. The server's own key is made from THRESHOLD_SECRET, so every node has it, no
backup of the database holds it, and a restored server opens what was sealed before; THRESHOLD_SECRETS_BEFORE keeps older ones.
"""

import base64
import hashlib
import json
import os
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import current_app

from webapp.base import ids
from webapp.base.database import db, writing
from webapp.base.i18n import N_
from webapp.operations.entries import Batch, Malformed, Source, read_batch
from webapp.operations.ledger import Outcome, the_ledger
from webapp.operations.models import Receipt
from webapp.operations.rules import APPLIED, DUPLICATE, SESSION, SYSTEM
from webapp.operations.work import upsert
from webapp.tablets.models import Import, ImportRuling, Parcel
from webapp.tablets.queries import TabletRow, arrived, stores, tablet
from webapp.tablets.rules import has_all

if TYPE_CHECKING:
    from webapp.tablets import seals

MAGIC = b"THPARC01"
MOST = 16 * 1024 * 1024
_TABLET, _KEY, _EPHEMERAL, _SEALED = 8, 44, 76, 141
RELEASED = "released"
_parcels: sa.Table = Parcel.__table__  # type: ignore[assignment]

REASONS = {
    "not_a_parcel": N_("This is no file of a tablet, or it was cut off."),
    "too_large": N_("The file is larger than 16 MiB."),
    "other_server": N_("The file was made for another server, or for this one under an older secret."),
    "unknown_tablet": N_("The file is of a tablet of another site."),
    "no_key": N_("This tablet never told of a key, so nobody can say that the file is its own."),
    "tampered": N_("The file was changed on its way, or another tablet made it."),
    "malformed": N_("The file is whole, but what it holds cannot be read. Keep it, and tell whoever looks after the server."),
    "gap": N_("The file does not begin where this tablet’s entries end here: an earlier one is missing. Import that one first."),
    "fork": N_("Other entries are here under the same numbers: the tablet was copied. Let it send by itself."),
}
"""Why a file is refused, always whole."""


class Refused(Exception):
    """The file is not taken; its argument is a key of REASONS."""


@dataclass(frozen=True)
class Opened:
    """A file that is what it says: whose, and its entries by epoch, each batch in the order of its numbers."""

    digest: str
    tablet: TabletRow
    batches: tuple[Batch, ...]
    content: str

    @property
    def entries(self) -> int:
        return sum(len(batch.entries) for batch in self.batches)


@dataclass(frozen=True)
class Waiting:
    """A quarantined file. `result`: released, rejected, or None while nobody has ruled."""

    digest: str
    tablet_id: str
    at: int
    author_id: str | None
    entries: int
    result: str | None


@dataclass(frozen=True)
class Content:
    """What a quarantined file holds: how many of each operation, by whom, from when until when; lost numbers are none of it."""

    operations: Mapping[str, int]
    authors: tuple[str, ...]
    instants: tuple[int, ...]

    def number(self, start: int, end: int) -> int:
        """How many of its entries are of this time."""
        return sum(start <= at < end for at in self.instants)


# keys


def is_public_key(text: str) -> bool:
    """Whether this is 65 bytes of a point of P-256 in base64."""
    from webapp.tablets import seals

    try:
        seals.public(base64.b64decode(text, validate=True))
    except ValueError:
        return False
    return True


def public_key() -> str:
    """The key to which tablets seal: 65 bytes in base64. Made once for each secret and kept in the data folder."""
    secret: str = current_app.config["SECRET_KEY"]
    named = hashlib.sha256(b"parcels" + secret.encode()).hexdigest()[:16]
    named = hashlib.sha256(b"parcels" + secret.encode()).hexdigest()[:16]
    kept = Path(current_app.config["DATA_FOLDER"]) / "keys" / f"{named}.pub"
    try:
        return kept.read_text("ascii")
    except OSError:
        from webapp.tablets import seals

        text = base64.b64encode(seals.encoded(seals.private(secret))).decode()
        kept.parent.mkdir(exist_ok=True)
        draft = kept.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        draft.write_text(text, "ascii")
        draft.replace(kept)
        return text


def key_ids() -> list[str]:
    """The keys that this server can open, the present one first: the first 8 of 64 hex digits."""
    return [name.hex()[:8] for name in _keys()]


def _keys() -> "dict[bytes, seals.Key]":
    from webapp.tablets import seals

    before = current_app.config.get("SECRETS_BEFORE", ())
    known = [seals.private(secret) for secret in (current_app.config["SECRET_KEY"], *before)]
    return {hashlib.sha256(seals.encoded(key)).digest(): key for key in known}


# opening


def opened(project_id: str, file: bytes) -> Opened:
    """A file's content, if it is sealed to this server, signed by a tablet of this project and whole. Raises Refused."""
    from webapp.tablets import seals

    if len(file) > MOST:
        raise Refused("too_large")
    if len(file) < _SEALED + 16 + 64 or not file.startswith(MAGIC):
        raise Refused("not_a_parcel")
    header = file[:_SEALED]
    key = _keys().get(header[_KEY:_EPHEMERAL])
    if key is None:
        raise Refused("other_server")
    try:
        plain = seals.unsealed(key, header, header[_EPHEMERAL:], file[_SEALED:])
    except ValueError:
        raise Refused("tampered") from None
    found = tablet(project_id, _tablet_id(header[_TABLET:_KEY]))
    if found is None:
        raise Refused("unknown_tablet")
    signature, text = plain[:64], plain[64:]
    keys = [each.public_key for each in stores(found.id) if each.public_key]
    if not keys:
        raise Refused("no_key")
    if not any(seals.signed(base64.b64decode(each), signature, header + text) for each in keys):
        raise Refused("tampered")
    content = text.decode("utf-8", "replace")
    return Opened(hashlib.sha256(file).hexdigest(), found, tuple(_batches(found, content)), content)


def _tablet_id(raw: bytes) -> str:
    try:
        return ids.canonical(raw.decode("ascii"))
    except ValueError:
        raise Refused("unknown_tablet") from None


def _batches(of: TabletRow, content: str) -> Iterator[Batch]:
    """The batches in a file's text, those of the oldest epoch first. Raises Refused."""
    try:
        told = json.loads(content)
        named = {"protocol": told["protocol"], "nonce": "a file's own", "tablet": told["tablet"], "build": told["build"]}
        epochs = sorted(told["epochs"], key=lambda each: each["epoch"])
        for each in epochs:
            if each["entries"]:
                last = each["entries"][-1]["seq"]
                yield replace(read_batch(named | each | {"high_seq": last}, _source(of)), is_contact=False)
    except (ValueError, KeyError, TypeError, RecursionError, Malformed):
        raise Refused("malformed") from None


def _source(of: TabletRow) -> Source:
    return Source(of.id, of.number, of.project_id, of.enrolled_at)


# taking in


def bring_in(project_id: str, file: bytes, author_id: str | None, at: int) -> Opened:
    """Take a tablet's file in, all of it or nothing; twice is harmless. A revoked tablet's waits for a ruling. Raises Refused.

    The entries are their authors'; `author_id` is who brought the file (None: whoever types commands on the server).
    """
    parcel = opened(project_id, file)
    for batch in parcel.batches:
        _lines_up(parcel.tablet, batch)
    if parcel.tablet.barred:
        _put_aside(parcel)
    else:
        _receive(parcel.tablet, parcel.batches, at)
    body = {
        "tablet": parcel.tablet.id, "parcel": parcel.digest, "entries": str(parcel.entries),
        "quarantined": "yes" if parcel.tablet.barred else "",
    }  # fmt: skip
    _submit("tablets.import", body, project_id, parcel.digest, author_id, at)
    return parcel


def _lines_up(of: TabletRow, batch: Batch) -> None:
    """The numbers are whole, begin at the next one or before it, and what is here under them is the same. Raises Refused."""
    seqs = [entry.seq for entry in batch.entries]
    here = arrived(of.id).get(batch.epoch, 0)
    if seqs != list(range(seqs[0], seqs[0] + len(seqs))) or seqs[0] > here + 1:
        raise Refused("gap")
    where = (Receipt.project_id == of.project_id) & (Receipt.tablet_id == of.id) & (Receipt.epoch == batch.epoch)
    same = where & (Receipt.branch == "") & (Receipt.seq >= seqs[0])
    known = {row.seq: row.id for row in db.session.execute(sa.select(Receipt.seq, Receipt.id).where(same))}
    if any(known.get(entry.seq, entry.id) != entry.id for entry in batch.entries):
        raise Refused("fork")


def _receive(of: TabletRow, batches: Iterable[Batch], at: int) -> None:
    db.session.rollback()
    for batch in batches:
        the_ledger().receive(_source(of), batch, at)


def _put_aside(parcel: Opened) -> None:
    values = {
        "tablet_id": parcel.tablet.id,
        "project_id": parcel.tablet.project_id,
        "digest": parcel.digest,
        "content": parcel.content,
    }
    db.session.rollback()
    with writing() as connection:
        connection.execute(upsert(connection, _parcels).values(**values).on_conflict_do_nothing())


def _submit(name: str, body: dict[str, str], project_id: str, digest: str, author_id: str | None, at: int) -> Outcome:
    made, proof = ids.derived(name, project_id, digest), SESSION if author_id else SYSTEM
    return the_ledger().submit(name, body, project_id=project_id, author_id=author_id, proof=proof, entry_id=made, at=at)


# quarantine


def quarantined(project_id: str) -> list[Waiting]:
    """The files of revoked and retired tablets, the newest first."""
    ruling = sa.select(ImportRuling.result).where(
        ImportRuling.project_id == Import.project_id, ImportRuling.parcel == Import.parcel
    )
    wanted = sa.select(
        Import.parcel, Import.tablet_id, Import.effective_at, Import.author_id, Import.entries, ruling.limit(1).scalar_subquery()
    ).where(Import.project_id == project_id, Import.quarantined)
    return [Waiting(*row) for row in db.session.execute(wanted.order_by(Import.effective_at.desc()))]


def to_rule_on(project_id: str) -> list[Waiting]:
    """Those on which nobody has ruled; and those released whose entries did not all come then, to be released once more."""
    held = {row.digest: row.content for row in db.session.execute(_held(Parcel.project_id == project_id))}
    return [
        each for each in quarantined(project_id)
        if each.result is None
        or (each.result == RELEASED and not has_all(_reach(held[each.digest]), arrived(each.tablet_id)))
    ]  # fmt: skip


def contents(project_id: str) -> dict[str, Content]:
    """What the quarantined files hold, by digest."""
    return {row.digest: _content(row.content) for row in db.session.execute(_held(Parcel.project_id == project_id))}


def _content(text: str) -> Content:
    entries = [entry for each in json.loads(text)["epochs"] for entry in each["entries"] if "lost" not in entry]
    operations = Counter(entry["operation"] for entry in entries)
    authors = dict.fromkeys(entry["author"] for entry in entries if entry["author"])
    return Content(operations, tuple(authors), tuple(sorted(entry["happened_at"] for entry in entries)))


def ruling_on(project_id: str, digest: str) -> str | None:
    """What was said of a quarantined file: released or rejected; None while it waits."""
    return next((each.result for each in quarantined(project_id) if each.digest == digest), None)


def in_quarantine(tablet_id: str) -> dict[int, int]:
    """Up to which number a tablet's quarantined files hold each epoch."""
    found: dict[int, int] = {}
    for row in db.session.execute(_held(Parcel.tablet_id == tablet_id)):
        found |= {epoch: max(seq, found.get(epoch, 0)) for epoch, seq in _reach(row.content).items()}
    return found


def _held(where: sa.ColumnElement[bool]) -> sa.Select[str, str, str]:
    return sa.select(Parcel.digest, Parcel.tablet_id, Parcel.content).where(where)


def _reach(content: str) -> dict[int, int]:
    """The last number of each epoch in a file's text."""
    return {each["epoch"]: max((entry["seq"] for entry in each["entries"]), default=0) for each in json.loads(content)["epochs"]}


def rule(project_id: str, digest: str, result: str, author_id: str, at: int) -> bool:
    """Release or reject a quarantined file, once; a release brings its entries in. False where there is none, or another ruling."""
    db.session.rollback()
    kept = db.session.execute(_held((Parcel.project_id == project_id) & (Parcel.digest == digest))).one_or_none()
    of = tablet(project_id, kept.tablet_id) if kept else None
    if kept is None or of is None:
        return False
    ruled = _submit("tablets.rule", {"parcel": digest, "result": result}, project_id, digest, author_id, at)
    if ruled.outcome not in (APPLIED, DUPLICATE):
        return False
    if result == RELEASED:
        _receive(of, _batches(of, kept.content), at)
    return True
