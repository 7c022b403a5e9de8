"""One database, SQLite or PostgreSQL: SQLite in WAL with FULL, a write lock taken at once, a read snapshot for every page."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import DeclarativeBase, mapped_column

from webapp.base import turns

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

SQLITE_SAFE = (3, 51, 3)
"""Before this, a WAL database written by several connections can be corrupted (the WAL-reset bug)."""


PRAGMAS = ("synchronous=full", "foreign_keys=on", "busy_timeout=10000", "wal_autocheckpoint=8000", "cache_size=-16000")
"""A checkpoint every 32 MB: hot pages are then written back once, not every tenth batch. No `mmap_size`, ever."""


class Base(DeclarativeBase):
    """The root of all tables; names of constraints are fixed so that migrations can name them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


Id = Annotated[str, mapped_column(sa.Uuid(as_uuid=False))]
Instant = Annotated[int, mapped_column(sa.BigInteger)]
Thousandths = Annotated[int, mapped_column(sa.BigInteger)]
Words = Annotated[dict[str, str], mapped_column(sa.JSON)]
"""Text in the languages a project records in: {"zh-Hant": …, "zh-Hans": …, "en": …}."""

db = SQLAlchemy(model_class=Base)


def sqlite_driver() -> ModuleType:
    """The bundled SQLite where it has a wheel, else the interpreter's own."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        import sqlite3 as dbapi2
    return dbapi2  # type: ignore[no-any-return]


def engine_options(url: str) -> dict[str, Any]:
    """What create_engine needs for this address."""
    if url.startswith("sqlite"):
        own = {"module": sqlite_driver(), "connect_args": {"timeout": 10, "check_same_thread": False}, "pool_size": 16}
    else:
        own = {"pool_pre_ping": True, "pool_size": 8, "max_overflow": 8}
    # What people typed is no business of a log; the connection used last has its pages and statements at hand.
    return {"hide_parameters": True, "pool_use_lifo": True, **own}


def listen(engine: sa.Engine) -> None:
    """Give each new SQLite connection its rules; a writer takes the lock at once, so that waiting works."""
    if engine.dialect.name != "sqlite":
        return

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        safe = connection.execute("select sqlite_version()").fetchone()[0]
        journal = "wal" if _version(safe) >= SQLITE_SAFE else "delete"
        for pragma in (f"journal_mode={journal}", *PRAGMAS):
            connection.execute(f"pragma {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("threshold_writes", False):
            turns.begin_immediate(connection)
        else:
            connection.exec_driver_sql("BEGIN")


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def sqlite_version(connection: sa.Connection) -> tuple[int, ...]:
    """The version of the library that holds this connection open, not of the one on the disk."""
    return _version(str(connection.exec_driver_sql("select sqlite_version()").scalar_one()))


_PARTIAL: list[sa.Index] = []


def partial_index(name: str, *columns: str, where: sa.TextClause) -> sa.Index:
    """An index over the rows where `where` holds, the same in both databases.

    PostgreSQL hears of it when it makes the tables: naming its options here would load its dialect at every start (20 ms).
    """
    made = sa.Index(name, *columns, sqlite_where=where)
    _PARTIAL.append(made)
    return made


@sa.event.listens_for(Base.metadata, "before_create")
def _tell_postgresql(_metadata: sa.MetaData, connection: sa.Connection, **_told: object) -> None:
    if connection.dialect.name == "postgresql":
        for each in _PARTIAL:
            each.dialect_options["postgresql"]["where"] = each.dialect_options["sqlite"]["where"]


@contextmanager
def writing() -> Iterator[sa.Connection]:
    """One write transaction: committed whole at the end, rolled back whole by any error."""
    with turns.of(db.engine), db.engine.connect().execution_options(threshold_writes=True) as connection, connection.begin():
        yield connection


def upsert(connection: sa.Connection, table: sa.Table) -> "postgresql.Insert | sqlite.Insert":
    """An insert that can say what to do on conflict, in the words of this database."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # all its drivers' ways come with it: 20 ms that a start on SQLite need not pay

        return postgresql.insert(table)
    return sqlite.insert(table)


def standing_alone(connection: sa.Connection, what: str) -> None:
    """Let nobody else do `what` until this transaction ends. On SQLite a writer stands alone in any case."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("select pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": what})


def snapshot() -> None:
    """Make `db.session` read from this instant until the request ends (protocol: pages and their mark agree)."""
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
    else:
        db.session.connection()


def init_app(app: Flask) -> None:
    """Open the database named by DATABASE_URL."""
    url = str(app.config["DATABASE_URL"])
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        listen(db.engine)
