"""The demo site with one tablet, inside the application or behind a real server."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.faults.door import Tablet
from tests.faults.served import Served, serving
from tests.postgres import Cluster
from webapp import demo
from webapp.base import clock
from webapp.base.database import db
from webapp.factory import create_app
from webapp.tablets.enrolment import enrol_at_once

THRESHOLD = str(Path(sys.executable).parent / "threshold")
Serve = Callable[..., AbstractContextManager[Served]]
Tell = Callable[[str], None]


@pytest.fixture(scope="session")
def demo_database(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, builds: str) -> Path:
    """The demo site's SQLite database, made once."""
    folder = tmp_path_factory.mktemp("door")
    path = folder / "threshold.db"
    shutil.copy(sqlite_template, path)
    with create_app({"DATABASE_URL": f"sqlite:///{path}", "DATA_FOLDER": str(folder), "BUILDS_FOLDER": builds}).app_context():
        demo.load(clock.now())
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
        db.engine.dispose()
    return path


@pytest.fixture
def sqlite_url(demo_database: Path, tmp_path: Path) -> str:
    """In place of an empty one."""
    shutil.copy(demo_database, tmp_path / "threshold.db")
    return f"sqlite:///{tmp_path / 'threshold.db'}"


@pytest.fixture
def door(app: Flask) -> FlaskClient:
    """The demo site; requests to its door."""
    demo.load(clock.now())
    return app.test_client()


@pytest.fixture
def tablet(door: FlaskClient) -> Tablet:
    told = enrol_at_once(demo.project_id(), "Flat A, 9", "door", clock.now())
    return Tablet(told["tablet"], told["credential"], demo.named("place", "flat-a"), told["actors"][0]["id"])


@pytest.fixture(scope="module")
def site_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The surroundings of a demo site made by the commands that a person types. Parametrize indirectly with the engine."""
    surroundings = {"THRESHOLD_DATA": str(tmp_path_factory.mktemp("served"))}
    if getattr(request, "param", "sqlite") == "postgresql":
        cluster: Cluster | None = request.getfixturevalue("cluster")
        if cluster is None:
            pytest.skip("needs postgresql")
        surroundings["DATABASE_URL"] = cluster.empty_database()
    for command in ("migrate", "demo"):
        subprocess.run([THRESHOLD, command], env=os.environ | surroundings, check=True, capture_output=True)
    return surroundings


@pytest.fixture
def serve(site_folder: dict[str, str], tmp_path: Path) -> Serve:
    """Start `threshold serve` on that site, in surroundings of its own."""

    @contextmanager
    def started(**more: str) -> Iterator[Served]:
        with serving(THRESHOLD, site_folder | more, tmp_path / "serve.log") as served:
            yield served

    return started


@pytest.fixture
def taken_in(site_folder: dict[str, str]) -> Tablet:
    """A new tablet, from what the command prints."""
    command = [THRESHOLD, "tablets", "enrol", "--project", "YQF", "--name", "Fault", "--json"]
    done = subprocess.run(command, env=os.environ | site_folder, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    return Tablet(told["tablet"], told["credential"], demo.named("place", "flat-a"), told["actors"][0]["id"])
