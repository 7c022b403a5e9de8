"""Worker processes killed as by `kill -9`: every job is done once, by whoever is left; many workers at once do none twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.conftest import Rows
from tests.faults.conftest import Tell
from tests.jobs.chores import Done
from webapp.base import clock, ids
from webapp.base.database import db, writing
from webapp.jobs import queue
from webapp.operations import audit

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.database]
POINTS = ("leased", "worked", "finished")


@contextmanager
def workers(url: str, count: int, lease: int, **more: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """So many worker processes; `more` goes into their environment."""
    command = [sys.executable, "-m", "tests.jobs.chores", url, str(lease), "60"]
    started = [subprocess.Popen(command, cwd=ROOT, env=os.environ | more) for _ in range(count)]
    try:
        yield started
    finally:
        for each in started:
            each.kill()
            each.wait()


def put_in(count: int) -> None:
    with writing() as connection:
        for number in range(count):
            queue.enqueue(connection, "chores.sweep", {"what": f"room {number}"}, at=clock.now())


def comes_true(what: Callable[[], bool], within: float = 45) -> bool:
    until = time.monotonic() + within
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def all_done(rows: Rows, but: int = 0) -> bool:
    """Wait until all but so many are."""
    return comes_true(lambda: rows.count("jobs_job", name="chores.sweep", done_at=None) <= but)


def has_ticked(rows: Rows) -> bool:
    """Wait until a slot of the period is done."""
    return comes_true(lambda: rows.count("jobs_job", name="chores.tick") > rows.count("jobs_job", name="chores.tick", done_at=None))


def swept() -> list[str]:
    with db.engine.connect() as connection:
        return sorted(connection.scalars(sa.select(Done.what).where(Done.what.like("room %"))))


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_named_point_another_does_the_job_and_it_is_done_once(
    database_url: str, rows: Rows, point: str, rounds: int, tell: Tell
) -> None:
    kills = rounds
    put_in(kills + 3)
    for _kill in range(kills):
        with workers(database_url, 1, 200, THRESHOLD_FAULT=f"{point}:1", THRESHOLD_TESTING="1") as (doomed,):
            assert doomed.wait(timeout=30) == -signal.SIGKILL
    with workers(database_url, 1, 200):
        assert all_done(rows)
    assert swept() == sorted(f"room {number}" for number in range(kills + 3))
    tell(f"{kills} kills at `{point}` on {db.engine.dialect.name}, {kills + 3} jobs each done once")


@pytest.mark.parametrize("point", ["chained", "worked"])
def test_killed_while_it_chains_another_makes_the_chain_whole(
    database_url: str, rows: Rows, point: str, rounds: int, tell: Tell
) -> None:
    project, count = ids.derived("chained", point), 0
    for kill in range(rounds):
        with writing() as connection:
            notes = [{"id": ids.derived(kill, number), "at": number, "kind": "test.note"} for number in range(20)]
            audit.note_all(connection, project, notes)
        count += 20
        with workers(database_url, 1, 200, THRESHOLD_FAULT=f"{point}:1", THRESHOLD_TESTING="1") as (doomed,):
            assert doomed.wait(timeout=60) == -signal.SIGKILL
    with workers(database_url, 1, 200):
        assert comes_true(lambda: rows.count("operations_link", project_id=project) >= count)
    with db.engine.connect() as connection:
        verdict = audit.verify(connection, project)
    assert (verdict.rows, verdict.broken, verdict.waiting) == (count, None, 0)
    tell(f"{rounds} kills at `{point}` on {db.engine.dialect.name}, a chain of {count} rows whole")


def test_killed_at_random_with_many_at_work_each_job_and_each_slot_is_done_once(
    database_url: str, rows: Rows, rounds: int, tell: Tell
) -> None:
    jobs, kills, chance = 150 * rounds, 0, random.Random(11)
    put_in(jobs)
    with workers(database_url, 3, 500) as crew:
        for kill in range(3 * rounds):
            assert all_done(rows, but=jobs - 20 * (kill + 1)), "they are in the middle of it"
            victim = chance.randrange(len(crew))
            crew[victim].kill()
            crew[victim].wait()
            kills += 1
            crew[victim] = subprocess.Popen(crew[victim].args, cwd=ROOT)
        assert all_done(rows)
        assert has_ticked(rows), "whoever had the slot may have been killed: another takes it when the lease is over"
    assert swept() == sorted(f"room {number}" for number in range(jobs))
    with db.engine.connect() as connection:
        tries, owners = connection.execute(_SPENT).one()
        ticks = connection.scalars(sa.select(Done.what).where(Done.what.like("tick %"))).all()
    slots = rows.count("jobs_job", name="chores.tick")
    assert len(ticks) == slots - rows.count("jobs_job", name="chores.tick", done_at=None) >= 1
    tell(
        f"{kills} kills of 3 workers on {db.engine.dialect.name}, {jobs} jobs each done once in {tries} tries"
        f" by {owners} workers, {len(ticks)} slots of a period each once"
    )


_SPENT = sa.select(sa.func.sum(queue.jobs.c.tries), sa.func.count(queue.jobs.c.owner.distinct())).where(
    queue.jobs.c.name == "chores.sweep"
)
