"""Whose turn it is to write to SQLite, which lets one write at a time.

SQLite itself waits by sleeping, up to 100 ms at a time, and whoever comes meanwhile goes first. At the end of a shift, when all
tablets send at once, that made the slowest wait for seconds. So the threads of a process queue for one lock, and only the
first of them asks SQLite, every millisecond. PostgreSQL has its own locks.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

WITHIN = 10.0
"""Seconds that a thread waits for the others of its process."""
BETWEEN = 0.001
_locks: WeakKeyDictionary[sa.Engine, threading.Lock] = WeakKeyDictionary()


@contextmanager
def of(engine: sa.Engine) -> Iterator[None]:
    """This thread's turn among those of its process. Raises sqlalchemy.exc.TimeoutError where it does not come."""
    if engine.dialect.name != "sqlite":
        yield
        return
    lock = _locks.setdefault(engine, threading.Lock())
    if not lock.acquire(timeout=WITHIN):
        raise sa.exc.TimeoutError("the turn to write did not come")
    try:
        yield
    finally:
        lock.release()


def begin_immediate(connection: sa.Connection) -> None:
    """Take SQLite's write lock, for as long as the connection's own `busy_timeout` says. Raises what SQLAlchemy raises."""
    driver: Any = connection.connection.driver_connection
    within = driver.execute("pragma busy_timeout").fetchone()[0]
    until = time.monotonic() + within / 1000
    driver.execute("pragma busy_timeout=0")
    try:
        while not _begun(connection, is_last=time.monotonic() >= until):
            time.sleep(BETWEEN)
    finally:
        driver.execute(f"pragma busy_timeout={within}")


def _begun(connection: sa.Connection, *, is_last: bool) -> bool:
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except sa.exc.OperationalError as error:
        if is_last or getattr(error.orig, "sqlite_errorname", "") not in ("SQLITE_BUSY", "SQLITE_BUSY_RECOVERY"):
            raise
        return False
    return True
