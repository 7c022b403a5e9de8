"""What must hold before the first guest is received, each with one plain sentence and the way to mend it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import current_app

from webapp.base import address, clock, database, migrations
from webapp.base.database import db
from webapp.factory import DEFAULT_SECRET
from webapp.sites import queries as sites


@dataclass(frozen=True)
class Finding:
    """`stops`: a start is refused. Otherwise a remark."""

    words: str
    stops: bool = True


def disk() -> Finding | None:
    """The data folder takes a file."""
    folder = Path(current_app.config["DATA_FOLDER"])
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_text("x", encoding="utf-8")
        probe.unlink()
    except OSError as error:
        return Finding(unwritable(folder, error))
    return None


def unwritable(folder: Path | str, error: OSError) -> str:
    """What a person can do about it."""
    return f"The data folder {folder} cannot be written ({error.strerror}): make it writable or set THRESHOLD_DATA."


def sqlite_age() -> Finding | None:
    """A SQLite without the WAL-reset bug, read off the open connection."""
    if db.engine.dialect.name != "sqlite":
        return None
    try:
        with db.engine.connect() as connection:
            version = database.sqlite_version(connection)
            journal = connection.exec_driver_sql("pragma journal_mode").scalar_one()
    except sa.exc.SQLAlchemyError:
        return None  # it cannot be opened, which the next gate says
    if version >= database.SQLITE_SAFE:
        return None
    words = f"SQLite {'.'.join(map(str, version))} is older than 3.51.3: the slower rollback journal is used instead of WAL."
    return Finding(words, stops=journal == "wal")


def schema() -> Finding | None:
    """The database stands at the revision that this code was written for."""
    try:
        current = migrations.current()
    except sa.exc.SQLAlchemyError as error:
        return Finding(f"The database cannot be opened ({type(error.__cause__ or error).__name__}): look at DATABASE_URL.")
    if current == migrations.newest():
        return None
    return Finding("The database is not at this version's schema: run `threshold migrate`.")


def secret() -> Finding | None:
    """A secret of its own, unless everything here is the demo."""
    if current_app.config["SECRET_KEY"] != DEFAULT_SECRET:
        return None
    projects = sites.projects() if schema() is None else []
    if projects and all(project.is_demo for project in projects):
        return None
    return Finding("THRESHOLD_SECRET is not set: give it 32 random characters (only the demo site may go without).")


def site() -> Finding | None:
    """A site, without which nobody can sign in."""
    words = "There is no site yet: `threshold sites example` prints one, `threshold sites open` opens yours (docs/installing.md)."
    return None if sites.projects() else Finding(words, stops=False)


def fault() -> Finding | None:
    """No test's kill point is armed."""
    armed = os.environ.get("THRESHOLD_FAULT") and not os.environ.get("THRESHOLD_TESTING")
    return Finding("THRESHOLD_FAULT is set: that is for tests only.") if armed else None


def tablets_address() -> Finding | None:
    """An address that tablets can use: https, and whoever ends it is believed."""
    url = urlsplit(current_app.config["PUBLIC_URL"])
    if url.scheme != "https":
        is_here = url.hostname in ("localhost", "127.0.0.1", "::1")
        words = f"THRESHOLD_URL is {url.geturl()}: tablets need https (docs/installing.md)."
        return None if is_here else Finding(words, stops=False)
    if not current_app.config["PROXIES"]:
        words = "THRESHOLD_URL is https and THRESHOLD_PROXIES is 0: behind nginx it has to be 1, or cookies are not secure."
        return Finding(words, stops=False)
    return None


def certificate() -> Finding | None:
    """A certificate of that address which lasts a while yet."""
    watch = current_app.extensions["address"]
    end = watch.look() if watch else None
    return Finding(address.told(end, clock.now()), stops=False) if end and address.is_due(end, clock.now()) else None


GATES: tuple[Callable[[], Finding | None], ...] = (disk, sqlite_age, schema, secret, site, fault, tablets_address, certificate)


def findings() -> list[Finding]:
    """All that stands in the way, and what is worth a line."""
    found: list[Finding] = []
    for gate in GATES:
        finding = gate()
        if finding is not None:
            found.append(finding)
            if finding.stops:
                break
    db.session.rollback()
    return found
