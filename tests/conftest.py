"""What every test stands on: a fresh database of either kind, a ledger, and the cast of people."""

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

from tests.cast import site  # noqa: F401 - the cast, a fixture for all
from tests.postgres import Cluster, throw_away_cluster
from webapp.base import clock
from webapp.base.database import Base
from webapp.factory import create_app
from webapp.operations.ledger import Ledger, the_ledger

settings.register_profile("threshold", deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
settings.load_profile("threshold")


class CompiledOnce(BytecodeCache):
    """Each of the thousands of applications would else compile the templates it shows anew. Kept by what they were made of."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self.codes[bucket.key, bucket.checksum] = bucket.code


Flask.jinja_options = {"bytecode_cache": CompiledOnce()}

COMPILED: dict[str, LRUCache[Any, Any]] = defaultdict(lambda: LRUCache(2_000))
"""Statements that were put into words, by the kind of database; each application's engine would else begin with none."""


def alike(kind: type[Dialect]) -> None:
    """Let one application's dialect stand for another's, as they are of one build and speak to one server."""
    kind.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    kind.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]


alike(DefaultDialect)

NOW = 1_780_000_000_000
"""The tests' present: a fixed instant, 2026-05-28 20:26:40 UTC."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rounds", type=int, default=1, help="how many times as much the fault and property tests do (soak: 10)")


@pytest.fixture(scope="session")
def rounds(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--rounds"))


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say what a fault or property test really did; all of it stands at the end of the run, whichever worker did it."""
    return lambda words: record_property("counts", words)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was killed, cut, raced and shuffled."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
    told = [(report.nodeid, words) for report in reports for name, words in report.user_properties if name == "counts"]
    if told:
        terminalreporter.section("counts")
    for nodeid, words in sorted(told):
        terminalreporter.write_line(f"{nodeid.partition('::')[2]}: {words}")


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The static files of this build, laid out once for all tests."""
    return str(tmp_path_factory.mktemp("builds"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, builds: str) -> Path:
    """An empty database with all tables, copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    path = folder / "threshold.db"
    app = create_app({"DATABASE_URL": f"sqlite:///{path}", "DATA_FOLDER": str(folder), "BUILDS_FOLDER": builds})
    with app.app_context():
        from webapp.base.database import db

        Base.metadata.create_all(db.engine)
        with db.engine.connect() as connection:
            connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
        db.engine.dispose()
    return path


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster | None]:
    """A PostgreSQL, where dev.py or this machine has one."""
    with throw_away_cluster() as found:
        yield found


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "threshold.db")
    return f"sqlite:///{tmp_path / 'threshold.db'}"


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """SQLite; and PostgreSQL too in tests marked `database`."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    found: Cluster | None = request.getfixturevalue("cluster")
    if found is None:
        pytest.skip("needs postgresql")
    with found.database(_create_tables) as url:
        yield url


def _create_tables(url: str) -> None:
    engine = sa.create_engine(url)
    import_all_models()
    Base.metadata.create_all(engine)
    engine.dispose()


def import_all_models() -> None:
    """So that the metadata is whole, whichever test runs first."""
    from importlib import import_module

    from webapp.factory import PACKAGES, _exists

    for name in PACKAGES:
        for part in ("models", "operations", "queries"):
            if _exists(f"webapp.{name}.{part}"):
                import_module(f"webapp.{name}.{part}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames:
        marked = metafunc.definition.get_closest_marker("database") is not None
        both = marked and os.environ.get("THRESHOLD_ONLY_SQLITE") is None
        metafunc.parametrize("database_url", ["sqlite", "postgresql"] if both else ["sqlite"], indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Plain `pytest` stays quick: the PostgreSQL half of a `database` test runs with `make test` (it asks for all marks)."""
    if config.getoption("-m") != "not slow and not browser and not soak":
        return
    left = [item for item in items if "[postgresql" in item.nodeid]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]


@pytest.fixture
def app(database_url: str, tmp_path: Path, builds: str) -> Iterator[Flask]:
    """The application on a fresh database, inside its context."""
    places = {"DATABASE_URL": database_url, "DATA_FOLDER": str(tmp_path), "BUILDS_FOLDER": builds}
    application = create_app({"SECRET_KEY": "for tests", "TESTING": True} | places)
    with application.app_context():
        from webapp.base.database import db

        db.engine.update_execution_options(compiled_cache=COMPILED[db.engine.dialect.name])
        yield application

        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def ledger(app: Flask) -> Ledger:
    return the_ledger()


@pytest.fixture
def now() -> Iterator[int]:
    """Time stands still at NOW."""
    with clock.standing_at(NOW):
        yield NOW


@dataclass
class Rows:
    """Counts rows of any table, to see what a test left."""

    app: Flask

    def count(self, table: str, **where: Any) -> int:
        from webapp.base.database import db

        found = Base.metadata.tables[table]
        condition = sa.and_(sa.true(), *(found.c[name] == value for name, value in where.items()))
        with db.engine.connect() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(found).where(condition)).scalar_one())

    def facts(self) -> int:
        """All that facts and reference data hold together, receipts and the ledger's own rows left out."""
        from webapp.base.database import db

        left_out = ("operations_", "notebook_", "jobs_")
        counts = [f"(select count(*) from {name})" for name in Base.metadata.tables if not name.startswith(left_out)]
        with db.engine.connect() as connection:
            return sum(connection.exec_driver_sql(f"select {', '.join(counts)}").one())


@pytest.fixture
def rows(app: Flask) -> Rows:
    return Rows(app)
