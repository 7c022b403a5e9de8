"""The database busy, full or read-only: no entry is half taken, the tablet is told to come again, and then all arrives."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import Rows
from tests.faults.door import Tablet
from webapp.base.database import db

SEND = "/sync/operations"


def send(door: FlaskClient, tablet: Tablet) -> TestResponse:
    return door.post(SEND, json=tablet.payload(tablet.pending()), headers=tablet.headers)


@contextmanager
def each_connection(engine: sa.Engine, rule: Callable[[Any, object], None]) -> Iterator[None]:
    """A rule for the connections opened from now on; at the end they are all opened afresh."""
    db.session.remove()
    engine.dispose()
    sa.event.listen(engine, "connect", rule)
    try:
        yield
    finally:
        db.session.remove()
        sa.event.remove(engine, "connect", rule)
        engine.dispose()


def is_told_to_come_again(response: TestResponse) -> bool:
    waits = response.headers.get("Retry-After", "")
    return (response.status_code, response.mimetype, waits.isdigit()) == (503, "application/json", True)


def test_while_another_holds_the_lock_the_tablet_is_told_to_come_again(door: FlaskClient, tablet: Tablet, rows: Rows) -> None:
    tablet.record(3)
    before = rows.count("operations_receipt")

    def hurry(connection: Any, _record: object) -> None:
        connection.execute("pragma busy_timeout=50")

    with each_connection(db.engine, hurry):
        with db.engine.connect().execution_options(threshold_writes=True) as other, other.begin():
            assert is_told_to_come_again(send(door, tablet))
            assert door.get("/sync/pack", headers=tablet.headers).status_code == 200
        assert rows.count("operations_receipt") == before
        assert send(door, tablet).status_code == 200
    assert rows.count("duty_remark", author_id=tablet.author) >= 3


def test_when_the_disk_is_full_no_batch_is_half_taken(door: FlaskClient, tablet: Tablet, rows: Rows) -> None:
    tablet.record(200)
    before = rows.count("operations_receipt")

    def no_more_pages(connection: Any, _record: object) -> None:
        pages = connection.execute("pragma page_count").fetchone()[0]
        connection.execute(f"pragma max_page_count={pages + 3}")

    with each_connection(db.engine, no_more_pages):
        assert is_told_to_come_again(send(door, tablet))
        assert rows.count("operations_receipt") == before
    response = send(door, tablet)
    assert {result["outcome"] for result in response.get_json()["results"]} == {"applied"}
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("pragma integrity_check").scalar_one() == "ok"


@pytest.mark.database
def test_a_read_only_database_is_read_and_takes_nothing(door: FlaskClient, tablet: Tablet, rows: Rows) -> None:
    tablet.record(3)
    before = rows.count("operations_receipt")
    is_sqlite = db.engine.dialect.name == "sqlite"

    def read_only(connection: Any, _record: object) -> None:
        words = "pragma query_only=on" if is_sqlite else "set session characteristics as transaction read only"
        connection.execute(words)
        if not is_sqlite:
            connection.commit()

    with each_connection(db.engine, read_only):
        assert is_told_to_come_again(send(door, tablet))
        assert door.get("/sync/pack", headers=tablet.headers).status_code == 200
        assert door.get("/readyz").status_code == 503
        assert rows.count("operations_receipt") == before
    assert send(door, tablet).status_code == 200
    assert door.get("/readyz").status_code == 200


@pytest.mark.parametrize("path", ["/sync/pack", "/sync/people", SEND])
def test_a_database_that_cannot_be_opened_is_no_fault_of_the_tablets(door: FlaskClient, tablet: Tablet, path: str) -> None:
    tablet.record(1)

    def break_off(_connection: Any, _record: object) -> None:
        raise sa.exc.OperationalError("connect", None, Exception("unable to open database file"))

    with each_connection(db.engine, break_off):
        response = send(door, tablet) if path == SEND else door.get(path, headers=tablet.headers)
    assert is_told_to_come_again(response)
