"""One writer at a time on SQLite: threads queue for their process, and another process's lock is waited for."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from webapp.base import turns
from webapp.base.database import db, writing

HOLDER = """
import sys
from webapp.base.database import sqlite_driver
connection = sqlite_driver().connect(sys.argv[1], isolation_level=None)
connection.execute("begin immediate")
print("held", flush=True)
sys.stdin.readline()
connection.execute("commit")
"""


@pytest.fixture
def held(app: Flask):
    """Another process that holds the write lock until its input ends."""
    command = [sys.executable, "-c", HOLDER, str(db.engine.url.database)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
    finally:
        holder.kill()
        holder.communicate()


def write_once(app: Flask) -> None:
    with app.app_context(), writing() as connection:
        connection.execute(sa.text("update operations_revision set no = no"))


def test_many_threads_write_one_after_the_other(app: Flask):
    inside, most = 0, 0

    def write(_number: int) -> None:
        nonlocal inside, most
        with app.app_context(), writing() as connection:
            inside += 1
            most = max(most, inside)
            connection.execute(sa.text("update operations_revision set no = no"))
            inside -= 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(80)))
    assert most == 1


def test_what_another_process_holds_is_waited_for(app: Flask, held: subprocess.Popen[str]):
    writer = threading.Thread(target=write_once, args=(app,))
    writer.start()
    writer.join(0.2)
    assert writer.is_alive()
    held.communicate()
    writer.join(10)
    assert not writer.is_alive()


def test_as_long_as_the_connection_says_and_it_says_so_afterwards(app: Flask, held: subprocess.Popen[str]):
    with db.engine.connect() as connection:
        connection.exec_driver_sql("pragma busy_timeout=60")
    began = time.monotonic()
    with pytest.raises(sa.exc.OperationalError):
        write_once(app)
    assert time.monotonic() - began >= 0.06
    held.communicate()
    write_once(app)
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("pragma busy_timeout").scalar_one() == 60


def test_a_turn_that_does_not_come_is_an_error_and_takes_nothing(app: Flask, monkeypatch):
    monkeypatch.setattr(turns, "WITHIN", 0.05)
    with turns.of(db.engine), ThreadPoolExecutor(1) as thread:
        assert isinstance(thread.submit(write_once, app).exception(), sa.exc.TimeoutError)
    write_once(app)


def test_after_an_error_the_next_has_its_turn(app: Flask):
    with pytest.raises(sa.exc.OperationalError), writing() as connection:
        connection.exec_driver_sql("select from nothing")
    write_once(app)
