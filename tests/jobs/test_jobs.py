"""Jobs: there with the transaction that wants them or not at all, done once, tried again, given up, and sent round again."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from tests.conftest import NOW, Rows
from tests.jobs.chores import Done
from webapp.base import clock, ids
from webapp.base.database import db, writing
from webapp.cli import main
from webapp.jobs import declarations, queue
from webapp.jobs.worker import Worker

pytestmark = pytest.mark.database
NAMES = ["chores.sweep", "chores.stumble", "chores.in_parts"]
Work = Callable[[], int]


@pytest.fixture(autouse=True)
def only_chores(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's own work is tested where it belongs."""
    monkeypatch.setattr(declarations, "_periods", {})
    monkeypatch.setattr(declarations, "names", lambda: NAMES)


@pytest.fixture
def time(app: Flask) -> Iterator[list[int]]:
    """Time goes on when a test says so."""
    given = [NOW]
    with clock.standing_at(lambda: given[0]):
        yield given


@pytest.fixture
def worker(time: list[int]) -> Worker:
    return Worker()


def put_in(name: str = "chores.sweep", **more: object) -> None:
    with writing() as connection:
        queue.enqueue(connection, name, {"what": "hall"} | more)


def done() -> list[str]:
    with db.engine.connect() as connection:
        return list(connection.scalars(sa.select(Done.what)))


def work_off(worker: Worker, most: int = 1000) -> int:
    """Turns until nothing is due."""
    turns = 0
    while worker.turn():
        turns += 1
        assert turns < most
    return turns


def test_a_job_is_done_once(worker: Worker, rows: Rows) -> None:
    put_in()
    assert [worker.turn(), worker.turn()] == [True, False]
    assert done() == ["hall"]
    assert rows.count("jobs_job", done_at=NOW) == 1


def test_what_was_rolled_back_wanted_no_job(worker: Worker, rows: Rows) -> None:
    def business() -> None:
        with writing() as connection:
            queue.enqueue(connection, "chores.sweep", {"what": "hall"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        business()
    assert not worker.turn()
    assert rows.count("jobs_job") == 0


def test_a_job_waits_until_it_is_due(worker: Worker, time: list[int]) -> None:
    with writing() as connection:
        queue.enqueue(connection, "chores.sweep", {"what": "later"}, due_at=NOW + 500)
    assert not worker.turn()
    time[0] += 500
    assert worker.turn()


def test_the_longest_due_comes_first(worker: Worker) -> None:
    for what, due_at in (("second", NOW - 10), ("first", NOW - 20), ("third", NOW)):
        with writing() as connection:
            queue.enqueue(connection, "chores.sweep", {"what": what}, due_at=due_at)
    work_off(worker)
    assert done() == ["first", "second", "third"]


def test_a_job_in_parts_is_called_until_it_is_whole(worker: Worker, rows: Rows) -> None:
    put_in("chores.in_parts")
    assert work_off(worker) == 3
    assert rows.count("jobs_job", done_at=NOW) == 1


def test_work_that_fails_leaves_nothing_and_is_tried_again_later(worker: Worker, time: list[int], rows: Rows) -> None:
    put_in("chores.stumble")
    assert worker.turn()
    assert done() == []
    assert not worker.turn(), "not at once"
    time[0] += queue.WAIT_LEAST
    assert worker.turn()
    assert rows.count("jobs_job", tries=2, owner=None) == 1


def test_after_the_last_try_it_is_laid_aside_and_says_where_but_not_what(worker: Worker, time: list[int], rows: Rows) -> None:
    put_in("chores.stumble")
    while rows.count("jobs_job", dead_at=None):
        assert worker.turn()
        time[0] += queue.WAIT_MOST
    (letter,) = queue.dead_letters()
    assert (letter.name, letter.tries) == ("chores.stumble", queue.TRIES_MOST)
    assert letter.fault.startswith("RuntimeError stumble:")
    assert "belong" not in letter.fault
    assert not worker.turn()


def test_a_dead_letter_can_be_sent_round_again(
    worker: Worker, time: list[int], rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in("chores.stumble", what="hall")
    while rows.count("jobs_job", dead_at=None):
        worker.turn()
        time[0] += queue.WAIT_MOST
    (letter,) = queue.dead_letters()
    monkeypatch.setitem(declarations._works, "chores.stumble", declarations.work_of("chores.sweep"))
    assert queue.send_round_again(letter.id, time[0])
    assert not queue.send_round_again(letter.id, time[0]), "it is dead no longer"
    assert worker.turn()
    assert done() == ["hall"]
    assert queue.dead_letters() == []


def test_a_job_that_kills_whoever_tries_it_is_given_up(worker: Worker, time: list[int], rows: Rows) -> None:
    put_in()
    for _kill in range(queue.TRIES_MOST):
        assert queue.lease("who dies", NAMES, time[0]) is not None
        time[0] += queue.LEASE + 1
    assert not worker.turn()
    assert [letter.fault for letter in queue.dead_letters()] == ["whoever tried it died"]


def test_while_it_is_leased_nobody_else_has_it(worker: Worker, time: list[int]) -> None:
    put_in()
    assert queue.lease("first", NAMES, NOW) is not None
    time[0] += queue.LEASE
    assert not worker.turn()
    time[0] += 1
    assert worker.turn()


def test_who_lost_the_lease_finishes_nothing(worker: Worker, time: list[int], rows: Rows) -> None:
    put_in()
    slow = queue.lease("slow", NAMES, NOW)
    time[0] += queue.LEASE + 1
    assert slow is not None
    assert worker.turn()
    with writing() as connection:
        assert not queue.finish(connection, slow, time[0])
    queue.fail(slow, time[0], RuntimeError())
    assert rows.count("jobs_job", done_at=time[0], owner=worker.owner) == 1


def test_a_kind_of_a_newer_build_is_left_to_its_workers(worker: Worker, rows: Rows) -> None:
    put_in("chores.of_tomorrow")
    assert not worker.turn()
    assert rows.count("jobs_job", tries=0) == 1


def test_a_periodic_work_has_one_turn_a_slot_however_many_workers(
    worker: Worker, time: list[int], rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declarations, "_periods", {"chores.tick": 10_000})
    monkeypatch.setattr(declarations, "names", lambda: ["chores.tick"])
    others = [Worker() for _ in range(3)]
    for _second in range(35):
        for each in (worker, *others):
            each.turn()
        time[0] += 1000
    assert sorted(set(done())) == sorted(done())
    assert len(done()) == 4
    assert rows.count("jobs_job") == 4


def test_slots_missed_while_nobody_worked_are_not_made_up_for(
    worker: Worker, time: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declarations, "_periods", {"chores.tick": 10_000})
    monkeypatch.setattr(declarations, "names", lambda: ["chores.tick"])
    work_off(worker)
    time[0] += 100_000
    work_off(worker)
    assert len(done()) == 2


def test_signs_of_life_are_told(worker: Worker, time: list[int]) -> None:
    assert queue.standing(NOW).alive == 0
    worker.turn()
    assert queue.standing(NOW).alive == 1
    time[0] += queue.ALIVE_WITHIN
    assert (queue.standing(time[0]).alive, queue.standing(time[0]).seen_at) == (0, NOW)
    worker.turn()
    queue.sign_off(worker.owner)
    assert queue.standing(time[0]).seen_at is None


def test_waits_between_tries_grow_to_an_hour() -> None:
    assert [queue.wait_after(tries) for tries in (1, 2, 3, 20)] == [2000, 4000, 8000, 3_600_000]


def test_a_period_is_longer_than_nothing() -> None:
    with pytest.raises(ValueError, match="longer"):
        declarations.every(0, "chores.never")


def test_two_packages_cannot_use_one_name() -> None:
    declare = declarations.job("chores.sweep")
    with pytest.raises(ValueError, match="twice"):
        declare(lambda _turn: None)


def test_the_command_lists_what_was_given_up_and_sends_it_round(
    app: Flask, worker: Worker, time: list[int], rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.cli.create_app", lambda: app)

    def threshold(*words: str) -> str:
        return CliRunner().invoke(main, ["jobs", *words]).output

    assert "none is running, none was ever seen" in threshold()
    put_in("chores.stumble")
    while rows.count("jobs_job", dead_at=None):
        worker.turn()
        time[0] += queue.WAIT_MOST
    (letter,) = queue.dead_letters()
    assert letter.id in threshold()
    assert "is no job" in threshold("retry", "7")
    assert "was given up" in threshold("retry", ids.uuid7())
    assert "tried again" in threshold("retry", letter.id)
    assert letter.id not in threshold()
