"""What the product tidies by itself, and what it leaves."""

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import Site
from tests.conftest import NOW, Rows
from webapp.base import clock, ids
from webapp.base.database import db, writing
from webapp.jobs import declarations, queue
from webapp.jobs.declarations import Turn
from webapp.operations.work import updates
from webapp.staff import access
from webapp.staff.models import Throttle
from webapp.tablets import enrolment

pytestmark = pytest.mark.database


def run(name: str, at: int) -> None:
    with writing() as connection:
        assert not declarations.work_of(name)(Turn(connection, {}, at))


def test_all_of_it_is_due_once_a_day(app: Flask) -> None:
    daily = {name for name, (_slot, begun_at) in declarations.slots(NOW).items() if begun_at == NOW // clock.DAY * clock.DAY}
    assert daily >= {"jobs.forget", "jobs.measure", "operations.forget_updates", "staff.forget_sessions", "tablets.forget_codes"}


def test_changed_outcomes_are_kept_for_their_tablets_180_days(app: Flask, rows: Rows) -> None:
    with writing() as connection:
        for no, made_at in ((1, NOW - 180 * clock.DAY - 1), (2, NOW - 180 * clock.DAY)):
            row = {"tablet_id": ids.derived("t"), "no": no, "project_id": ids.derived("p"), "receipt_id": ids.derived(no)}
            connection.execute(sa.insert(updates).values(**row, outcome="applied", made_at=made_at))
    run("operations.forget_updates", NOW)
    assert [rows.count("operations_update", no=no) for no in (1, 2)] == [0, 1]


def test_done_jobs_are_forgotten_after_a_week_and_dead_letters_never(app: Flask, rows: Rows) -> None:
    with writing() as connection:
        for what in ("done", "lately", "dead", "waiting"):
            queue.enqueue(connection, f"chores.{what}", at=NOW)
        named = queue.jobs.c.name
        for what, values in (
            ("done", {"done_at": NOW - 8 * clock.DAY}),
            ("lately", {"done_at": NOW - 6 * clock.DAY}),
            ("dead", {"dead_at": NOW - 800 * clock.DAY}),
        ):
            connection.execute(sa.update(queue.jobs).where(named == f"chores.{what}").values(values))
    run("jobs.forget", NOW)
    assert [rows.count("jobs_job", name=f"chores.{what}") for what in ("done", "lately", "dead", "waiting")] == [0, 1, 1, 1]


def test_sessions_and_wrong_tries_long_past_are_forgotten(site: Site, rows: Rows) -> None:
    person = site.person("chen")
    for opened in (NOW - 3 * clock.DAY, NOW):
        access.open_session(person, opened)
    with writing() as connection:
        for account, free_at in (("desk:old", NOW - 31 * clock.DAY), ("desk:new", NOW)):
            connection.execute(sa.insert(Throttle).values(account=account, failures=9, free_at=free_at))
    run("staff.forget_sessions", NOW)
    assert rows.count("staff_session", person_id=person) == 1
    assert [rows.count("staff_throttle", account=f"desk:{age}") for age in ("old", "new")] == [0, 1]


def test_enrolment_codes_that_ran_out_are_forgotten(site: Site, rows: Rows) -> None:
    enrolment.make_code(site.project_id, "Old", "door", NOW)
    enrolment.make_code(site.project_id, "New", "door", NOW + clock.DAY)
    run("tablets.forget_codes", NOW + clock.DAY + clock.HOUR)
    assert [rows.count("tablets_enrolment_code", name=name) for name in ("Old", "New")] == [0, 1]


def test_sqlite_learns_how_its_tables_have_grown(site: Site) -> None:
    def known() -> set[str]:
        db.session.rollback()
        there = db.session.scalar(sa.text("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'"))
        return set(db.session.scalars(sa.text("SELECT DISTINCT tbl FROM sqlite_stat1"))) if there else set()

    if db.engine.dialect.name != "sqlite":
        run("jobs.measure", NOW)  # looks after itself, and is left alone
        return
    assert "operations_receipt" not in known()
    run("jobs.measure", NOW)
    assert {"operations_receipt", "sites_place"} <= known()
