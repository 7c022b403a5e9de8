"""A database moved into another: everything with its ids, numbers and keys, and the tablets go on as if nothing had been."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask

from tests.cast import Site
from tests.conftest import NOW
from tests.faults.door import Tablet
from tests.postgres import Cluster
from webapp.base import clock, copying, migrations
from webapp.base.database import db, writing
from webapp.cli import main
from webapp.factory import create_app
from webapp.operations import audit
from webapp.operations.ledger import the_ledger
from webapp.staff import access
from webapp.tablets.enrolment import enrol_at_once

Tell = Callable[[str], None]
Threshold = Callable[..., Result]
OTHER = [] if os.environ.get("THRESHOLD_ONLY_SQLITE") else ["postgresql"]


@pytest.fixture
def old(tmp_path: Path, builds: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """A site on a migrated SQLite database, with people who can sign in, tablets and a chain."""
    (tmp_path / "builds").symlink_to(builds)
    monkeypatch.setenv("THRESHOLD_DATA", str(tmp_path))
    app = create_app({"DATABASE_URL": f"sqlite:///{tmp_path / 'threshold.db'}"})
    with app.app_context():
        migrations.upgrade()
        site = Site(the_ledger()).build()
        access.set_code(site.person("lin"), "204618", rounds=1000)
        access.open_session(site.person("lin"), NOW)
        with writing() as connection:
            audit.chain(connection, site.project_id, 5)
    yield app
    let_go(app)


def let_go(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(params=["sqlite", *OTHER])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    cluster: Cluster | None = request.getfixturevalue("cluster")
    if cluster is None:
        pytest.skip("needs postgresql")
    return cluster.empty_database()


def copied(source: str, target: str, *more: str) -> Result:
    return CliRunner().invoke(main, ["copy", "--from", source, "--to", target, *more])


def url_of(app: Flask) -> str:
    return str(app.config["DATABASE_URL"])


@contextmanager
def opened(url: str) -> Iterator[Flask]:
    app = create_app({"DATABASE_URL": url})
    with app.app_context():
        yield app
    let_go(app)


def enrolled(site: Site, name: str) -> Tablet:
    told = enrol_at_once(site.project_id, name, "door", clock.now())
    return Tablet(told["tablet"], told["credential"], site.id("flat"), site.person("lin"))


def send(app: Flask, tablet: Tablet, entries: list[dict[str, Any]]) -> list[str]:
    """One request to the door; the outcomes."""
    asked = tablet.payload(entries)
    response = app.test_client().post("/sync/operations", json=asked, headers=tablet.headers)
    assert response.status_code == 200
    answer = response.get_json()
    tablet.settle(asked, answer)
    return [result["outcome"] for result in answer["results"]]


def test_tablets_go_on_against_the_new_database(old: Flask, new_url: str, tell: Tell) -> None:
    """With an unsent queue, with a batch whose answer was lost, and with one that has sent all."""
    with old.app_context():
        site = Site(the_ledger())
        idle, cut, queued = (enrolled(site, name) for name in ("Idle", "Cut", "Queued"))
        for tablet in (idle, cut, queued):
            send(old, tablet, tablet.record(5))
        lost = cut.record(7)
        send(old, cut, lost)
        queued.record(9)
    let_go(old)
    result = copied(url_of(old), new_url)
    assert result.exit_code == 0, result.output
    assert "the same  rows, digests and states" in result.output
    with opened(new_url) as app:
        assert send(app, cut, lost) == ["duplicate"] * 7
        assert send(app, queued, queued.pending()) == ["applied"] * 9
        assert send(app, idle, idle.record(2)) == ["applied"] * 2
        assert (idle.acked, cut.acked, queued.acked) == (7, 12, 14)
        pack = app.test_client().get("/sync/pack", headers=idle.headers).get_json()
        assert (pack["epoch"], pack["acked_seq"]) == (1, 7)
        assert access.check_code(site.person("lin"), "204618", clock.now()).person_id == site.person("lin")
        with db.engine.connect() as connection:
            facts = connection.scalar(sa.text("select count(*) from duty_remark"))
            verdict = audit.verify(connection, site.project_id)
    assert facts == 33
    assert (verdict.rows, verdict.broken) == (5, None)
    tell(f"{result.output.splitlines()[0]} to {sa.make_url(new_url).get_backend_name()}; 3 tablets, 33 remarks each once")


def test_and_back_again(old: Flask, new_url: str, tmp_path: Path) -> None:
    let_go(old)
    third = f"sqlite:///{tmp_path / 'third.db'}"
    assert copied(url_of(old), new_url).exit_code == 0
    assert copied(new_url, third).exit_code == 0
    with opened(url_of(old)), opened(third) as app:
        first = sa.create_engine(url_of(old))
        assert copying.differences(first, db.engine) == []
        assert copying.digests(db.engine)["operations_receipt"].rows > 10
        first.dispose()
        assert app is not None


def test_a_target_that_holds_something_is_refused_and_stays(old: Flask, new_url: str) -> None:
    let_go(old)
    with opened(new_url):
        migrations.upgrade()
        with writing() as connection:
            connection.execute(sa.text("insert into staff_throttle (account, failures, free_at) values ('desk:x', 1, 0)"))
    result = copied(url_of(old), new_url)
    assert (result.exit_code, "not empty: staff_throttle" in result.output) == (1, True)
    with opened(new_url):
        assert sum(counted.rows for counted in copying.digests(db.engine).values()) == 1


def test_a_database_that_is_served_is_refused(old: Flask, new_url: str) -> None:
    let_go(old)
    held = copying.hold(sa.make_url(url_of(old)))
    assert held is not None
    with held:
        result = copied(url_of(old), new_url)
    assert (result.exit_code, "A server is running" in result.output) == (1, True)
    assert copied(url_of(old), new_url).exit_code == 0, "once it has stopped"
    if "postgresql" in new_url:
        served = sa.create_engine(new_url)
        with served.connect():
            result = copied(new_url, f"{url_of(old)}.again")
        served.dispose()
        assert (result.exit_code, "others are connected" in result.output) == (1, True)


def test_a_database_of_an_older_schema_is_refused(old: Flask, new_url: str) -> None:
    with old.app_context(), writing() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '0001'"))
    let_go(old)
    result = copied(url_of(old), new_url)
    assert (result.exit_code, "migrate" in result.output) == (1, True)


@pytest.mark.parametrize(
    ("words", "table"),
    [
        ("update operations_head set acked_seq = acked_seq + 1", "operations_head"),
        ("update staff_person set name = 'Somebody'", "staff_person"),
        ("delete from staff_session", "staff_session"),
        ("update operations_receipt set raw = raw || ' '", "operations_receipt"),
    ],
)
def test_what_is_not_the_same_is_named(old: Flask, tmp_path: Path, words: str, table: str) -> None:
    with old.app_context():
        site = Site(the_ledger())
        send(old, tablet := enrolled(site, "One"), tablet.record(2))
    let_go(old)
    target = f"sqlite:///{tmp_path / 'new.db'}"
    assert copied(url_of(old), target).exit_code == 0
    with opened(target):
        with writing() as connection:
            connection.execute(sa.text(words))
        first = sa.create_engine(url_of(old))
        found = copying.differences(first, db.engine)
        first.dispose()
    assert [line.partition(":")[0] for line in found] == [table]
