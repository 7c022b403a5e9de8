"""Everything from one database into another that is empty: ids, epochs, acked numbers, keys, revisions, chains.

The rows are read in one snapshot and written in one transaction, so the copy is whole or there is none. What is written to the old
database after that instant is not in it, therefore nobody may be writing: a server that runs is refused (its lock beside a SQLite
file, its connections to a PostgreSQL).
"""

import fcntl
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from webapp.base.database import Base

AT_ONCE = 1000
HEAVY_AT_ONCE = 20
"""Rows that carry bytes (photos) are read so many at a time."""
NOT_OURS = {"alembic_version"}
"""The schema's own mark: both have it already, and it is the same."""


class CopyRefused(Exception):
    """Why nothing was copied, in words for whoever asked."""


@dataclass(frozen=True)
class Counted:
    """A table's rows and the digest over all of them, in whatever order they lie."""

    rows: int
    digest: str


def serving_lock(url: sa.URL) -> Path | None:
    """The file that whoever writes to a SQLite database holds a shared lock on; None for a server's database."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(f"{url.database}.serving")


def hold(url: sa.URL) -> IO[bytes] | None:
    """Say that this process, and what it forks, writes to a database. Held until the file is closed, by the kernel's doing."""
    path = serving_lock(url)
    if path is None:
        return None
    held = path.open("ab")
    fcntl.flock(held, fcntl.LOCK_SH)
    return held


@contextmanager
def alone(engine: sa.Engine) -> Iterator[None]:
    """Nobody else writes to this database, and a server that starts meanwhile waits. Raises CopyRefused."""
    path = serving_lock(engine.url)
    if path is None:
        _refuse_company(engine)
        yield
        return
    with path.open("ab") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CopyRefused(f"A server is running on {path.with_suffix('')}: stop it first.") from error
        yield


def _refuse_company(engine: sa.Engine) -> None:
    words = """select count(*) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'"""
    engine.dispose()
    for _look in range(30):  # one that has just hung up is still seen for a moment
        with engine.connect() as connection:
            others = connection.execute(sa.text(words)).scalar_one()
        if not others:
            return
        time.sleep(0.1)
    if others:
        raise CopyRefused(f"{others} others are connected to the database {engine.url.database}: stop the servers first.")


def copy(source: sa.Engine, target: sa.Engine) -> dict[str, int]:
    """Copy every table. Returns rows by table. Raises CopyRefused, and leaves the target as it was."""
    counted: dict[str, int] = {}
    with snapshot(source) as reading, target.connect().execution_options(threshold_writes=True) as writing, writing.begin():
        tables = _tables(reading, writing)
        filled = [table.name for table in tables if writing.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()]
        if filled:
            raise CopyRefused(f"The target is not empty: {', '.join(filled)}.")
        for table in tables:
            counted[table.name] = 0
            for rows in _parts(reading, table):
                writing.execute(table.insert(), rows)
                counted[table.name] += len(rows)
    return counted


@contextmanager
def snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """All that is read is of one instant."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _tables(reading: sa.Connection, writing: sa.Connection) -> list[sa.Table]:
    """The tables in the order that foreign keys allow. Raises CopyRefused where the two are not alike or one is unknown."""
    there, here = (set(sa.inspect(each).get_table_names()) - NOT_OURS for each in (reading, writing))
    ours = [table for table in Base.metadata.sorted_tables if table.name in there]
    strange = there ^ here | there - {table.name for table in ours}
    if strange:
        raise CopyRefused(
            f"The two databases are not of one schema: {', '.join(sorted(strange))}. Run `threshold migrate` on both."
        )
    return ours


def _parts(connection: sa.Connection, table: sa.Table) -> Iterator[list[dict[str, Any]]]:
    most = HEAVY_AT_ONCE if any(isinstance(column.type, sa.LargeBinary) for column in table.c) else AT_ONCE
    found = connection.execution_options(yield_per=most).execute(sa.select(table))
    for part in found.mappings().partitions(most):
        yield [dict(row) for row in part]


def digests(engine: sa.Engine) -> dict[str, Counted]:
    """By table: how many rows, and the sum of the SHA-256 of each as JSON, so that no order of a database's matters."""
    with snapshot(engine) as connection:
        names = set(sa.inspect(connection).get_table_names())
        return {table.name: _digest(connection, table) for table in Base.metadata.sorted_tables if table.name in names}


def _digest(connection: sa.Connection, table: sa.Table) -> Counted:
    count, total = 0, 0
    for rows in _parts(connection, table):
        count += len(rows)
        total += sum(int.from_bytes(sha256(_text(row)).digest()) for row in rows)
    return Counted(count, f"{total % 2**256:064x}")


def _text(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, sort_keys=True, separators=(",", ":"), default=_bytes).encode()


def _bytes(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value).__name__)


def differences(source: sa.Engine, target: sa.Engine) -> list[str]:
    """In words, the tables that are not the same in both."""
    before, after = digests(source), digests(target)
    return [
        f"{name}: {before.get(name)} in the old, {after.get(name)} in the new database"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
