"""The schema's history leads to the tables that the code declares, from nothing, on both databases, and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from tests.postgres import Cluster
from webapp.base import migrations
from webapp.base.database import Base, db
from webapp.factory import create_app


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, builds: str) -> Iterator[Flask]:
    """An application on a database without a single table."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    if request.param == "postgresql":
        cluster: Cluster | None = request.getfixturevalue("cluster")
        if cluster is None:
            pytest.skip("needs postgresql")
        url = cluster.empty_database()
    app = create_app({"DATABASE_URL": url, "DATA_FOLDER": str(tmp_path), "BUILDS_FOLDER": builds})
    with app.app_context():
        yield app
        db.engine.dispose()


def ours(item: object) -> bool:
    """Leave out the tables that only tests declare."""
    return "notebook" not in str(item)


@pytest.mark.database
def test_the_history_leads_to_the_tables_of_the_code(empty: Flask) -> None:
    migrations.upgrade()
    assert migrations.current() == migrations.newest()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [each for each in compare_metadata(context, Base.metadata) if ours(each)]
    assert differences == []


@pytest.mark.database
def test_the_way_back_leaves_nothing(empty: Flask) -> None:
    migrations.upgrade()
    command.downgrade(migrations.config(), "base")
    with db.engine.connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}


def test_one_revision_is_the_newest_as_alembic_sees_it(empty: Flask) -> None:
    assert migrations.newest() == ScriptDirectory.from_config(migrations.config()).get_current_head() is not None
