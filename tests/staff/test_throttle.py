"""Wrong tries are counted in the database: for all processes and nodes together, by account and never by address."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context

import pytest
from flask import Flask

from tests.cast import Site, at
from webapp.base import clock
from webapp.base.database import db
from webapp.factory import create_app
from webapp.staff import access
from webapp.staff.access import SignIn
from webapp.staff.rules import SECOND

HASHING_MOST = 2


@pytest.fixture
def nodes(app: Flask) -> Iterator[list[Flask]]:
    """Two applications on one database."""
    keys = ("DATABASE_URL", "DATA_FOLDER", "BUILDS_FOLDER", "SECRET_KEY")
    other = create_app({key: app.config[key] for key in keys} | {"TESTING": True})
    yield [app, other]
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def tried(node: Flask, when: int) -> SignIn:
    with node.app_context():
        found = access.sign_in("chen", "a wrong guess", when)
        db.session.rollback()
        return found


@pytest.mark.database
def test_two_nodes_count_the_wrong_tries_of_an_account_together(site: Site, nodes: list[Flask]) -> None:
    access.set_password(site.person("chen"), "chen", "correct horse")
    db.session.rollback()
    now, waits = at("09:00"), []
    for number in range(5):
        until = tried(nodes[number % 2], now).wait_until
        waits.append(until and until - now)
        now = until or now
    assert waits == [None, None, 5 * SECOND, 10 * SECOND, 20 * SECOND]


@pytest.mark.database
def test_a_session_ended_at_one_node_is_over_at_the_other(site: Site, nodes: list[Flask]) -> None:
    token = access.open_session(site.person("chen"), at("09:00"))
    db.session.rollback()
    with nodes[1].app_context():
        assert access.person_of(token, at("09:01")) == site.person("chen")
        db.session.rollback()
        access.sign_out(token, at("09:02"))
    assert access.person_of(token, at("09:03")) is None


def test_where_a_try_comes_from_makes_no_difference(site: Site, app: Flask) -> None:
    access.set_password(site.person("chen"), "chen", "correct horse")
    db.session.rollback()
    with clock.standing_at(at("09:00")):
        statuses = [_posted(app, f"10.0.0.{number}") for number in range(5)]
    assert [status for status, _text in statuses] == [422] * 5
    assert "5 s" not in statuses[1][1]
    assert "5 s" in statuses[4][1], "the third wrong try from anywhere makes everybody wait"


def _posted(app: Flask, address: str) -> tuple[int, str]:
    form = {"account": "chen", "password": "a wrong guess"}
    headers = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
    client = app.test_client()
    answer = Context().run(client.post, "/sign-in", data=form, headers=headers, environ_base={"REMOTE_ADDR": address})
    return answer.status_code, answer.text


def test_a_rush_of_sign_ins_never_hashes_more_than_two_at_once(site: Site, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    access.set_password(site.person("chen"), "chen", "correct horse")
    db.session.rollback()
    at_once, most, watched = [0], [0], threading.Lock()
    hasher = access._hasher

    class Watched:
        """The hasher, counted. It stays a moment, so that whoever might come in does."""

        def hash(self, password: str) -> str:
            return hasher.hash(password)

        def verify(self, verifier: str, password: str) -> bool:
            with watched:
                at_once[0] += 1
                most[0] = max(most[0], at_once[0])
            time.sleep(0.02)  # longer than it takes all others to arrive; the count decides, not the time
            with watched:
                at_once[0] -= 1
            return hasher.verify(verifier, password)

    monkeypatch.setattr(access, "_hasher", Watched())

    def sign_in(number: int) -> SignIn:
        with app.app_context():
            return access.sign_in(f"account {number}", "a guess", at("09:00"))

    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(sign_in, range(20)))
    assert [each.token for each in found] == [None] * 20
    assert 0 < most[0] <= HASHING_MOST
