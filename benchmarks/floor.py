"""The floor that our sync door is measured against: Flask, one table, UNIQUE(tablet, seq), and nothing else.

It takes the same batches over the same kind of server, stores them durably and exactly once, and judges nothing:
no roles, no forms, no receipts, no facts. Frozen: a change here would make every earlier figure worthless.

    python benchmarks/floor.py        makes the table
    gunicorn -k gthread -w 2 --threads 4 --no-control-socket --chdir benchmarks floor:app

FLOOR_SQLITE is the path of a SQLite file; FLOOR_DATABASE_URL, where set, a PostgreSQL address and goes before it.
"""

import os
import threading
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from flask import Flask, Response, jsonify, request

try:
    import pysqlite3 as sqlite3
except ImportError:
    import sqlite3

Row = tuple[Any, ...]

SQLITE = os.environ.get("FLOOR_SQLITE", "floor.sqlite")
POSTGRES = os.environ.get("FLOOR_DATABASE_URL", "")

TABLE = """
CREATE TABLE IF NOT EXISTS entry (
    tablet TEXT NOT NULL,
    seq BIGINT NOT NULL,
    id TEXT NOT NULL,
    operation TEXT NOT NULL,
    author TEXT,
    happened_at BIGINT NOT NULL,
    digest TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (tablet, seq)
)
"""
INSERT = """
INSERT INTO entry (tablet, seq, id, operation, author, happened_at, digest, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""

columns = itemgetter("seq", "id", "operation", "author", "happened_at", "digest", "body")
thread = threading.local()


def sqlite_connection() -> Any:
    connection = sqlite3.connect(SQLITE, timeout=30, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def postgres_connection() -> Any:
    import psycopg

    return psycopg.connect(POSTGRES.replace("postgresql+psycopg://", "postgresql://"))


def keep_in_sqlite(connection: Any, rows: list[Row]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany(INSERT, rows)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def keep_in_postgres(connection: Any, rows: list[Row]) -> None:
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(INSERT.replace("?", "%s"), rows)


connect: Callable[[], Any] = postgres_connection if POSTGRES else sqlite_connection
keep: Callable[[Any, list[Row]], None] = keep_in_postgres if POSTGRES else keep_in_sqlite


def connection_of_this_thread() -> Any:
    """One connection a thread, kept open: opening one costs more than a batch."""
    if not hasattr(thread, "connection"):
        thread.connection = connect()
    return thread.connection


app = Flask(__name__)


@app.get("/")
def ready() -> Response:
    return jsonify(ready=True)


@app.post("/entries")
def entries() -> Response:
    """Keep `{tablet, entries: [...]}`; a tablet sends without gaps, so its last number is what it may forget up to."""
    batch = request.get_json()
    rows = [(batch["tablet"], *columns(entry)) for entry in batch["entries"]]
    keep(connection_of_this_thread(), rows)
    return jsonify(acked_seq=rows[-1][1])


if __name__ == "__main__":
    connection = connect()
    connection.execute(TABLE)
    connection.commit()
    connection.close()
