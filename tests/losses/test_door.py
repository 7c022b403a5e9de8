"""The door for a tablet whose store is gone, and the mark that lies outside the store."""

import base64

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import Site, at
from tests.conftest import Rows
from tests.tablets.sealing import Browser, Desk, encoded
from tests.tablets.test_life import parties
from webapp.base import clock
from webapp.base.database import db
from webapp.losses import queries
from webapp.tablets import enrolment, parcels
from webapp.tablets.queries import authenticate, stores

HEADERS = {"X-Threshold-Sync": "1"}


@pytest.fixture
def browser(app: Flask, site: Site) -> FlaskClient:
    """A browser that was enrolled as a tablet."""
    client = app.test_client()
    enrolled = enrolment.enrol(site.project_id, "Door", "door", at("08:00"))
    client.set_cookie("tablet", enrolled.credential)
    db.session.rollback()
    return client


def beats(browser: FlaskClient, site: Site, high: int) -> str | None:
    """A heartbeat; what it sets as the mark."""
    with clock.standing_at(at("10:00")):
        request = {"protocol": 1, "nonce": "nonce-12", "tablet": enrolled(browser), "epoch": 1, "sent_at": 0,
                   "high_seq": high, "entries": []}  # fmt: skip
        response = browser.post("/sync/operations", json=request, headers=HEADERS)
    assert response.status_code == 200, response.text
    set_cookie = response.headers.get("Set-Cookie", "")
    return set_cookie.partition(";")[0] + ("; a year" if "Max-Age=31536000" in set_cookie else "") if set_cookie else None


def credential(browser: FlaskClient) -> str:
    cookie = browser.get_cookie("tablet")
    assert cookie
    return cookie.value


def enrolled(browser: FlaskClient) -> str:
    return credential(browser).partition(".")[0]


def begins(browser: FlaskClient, body: object, headers: dict[str, str] | None = None) -> tuple[int, dict[str, object]]:
    with clock.standing_at(at("12:00")):
        response = browser.post("/sync/store", json=body, headers=HEADERS if headers is None else headers)
    return response.status_code, response.get_json()


def test_the_mark_is_given_again_where_it_says_what_the_tablet_says(browser: FlaskClient, site: Site) -> None:
    browser.set_cookie("hw", "1.4.1763869200000")
    assert beats(browser, site, 4) == "hw=1.4.1763869200000; a year"


@pytest.mark.parametrize("mark", ["1.5.1763869200000", "2.4.1763869200000", "rubbish", ""])
def test_a_mark_that_is_ahead_or_strange_is_left_alone(browser: FlaskClient, site: Site, mark: str) -> None:
    browser.set_cookie("hw", mark)
    assert beats(browser, site, 4) is None


def test_the_browsers_own_mark_says_what_is_missing(browser: FlaskClient, site: Site) -> None:
    beats(browser, site, 0)
    browser.set_cookie("hw", f"1.4.{at('11:30')}")
    status, told = begins(browser, {"protocol": 1})
    assert (status, told) == (200, {"protocol": 1, "tablet": enrolled(browser), "epoch": 2, "server_time": at("12:00")})
    (gap,) = queries.standing(site.project_id, enrolled(browser)).gaps
    assert (gap.first, gap.last) == (1, 4)


def test_a_client_that_is_no_browser_says_it_itself(browser: FlaskClient, site: Site) -> None:
    beats(browser, site, 0)
    assert begins(browser, {"protocol": 1, "reached": f"1.7.{at('11:30')}"})[1]["epoch"] == 2
    assert queries.standing(site.project_id, enrolled(browser)).gaps[0].last == 7


def test_the_next_page_belongs_to_the_new_store(browser: FlaskClient, site: Site) -> None:
    beats(browser, site, 0)
    begins(browser, {"protocol": 1})
    browser.set_cookie("hw", f"2.0.{at('12:00')}")
    with clock.standing_at(at("12:01")):
        assert browser.get("/en/door/").headers["X-Threshold-Mark"] == "2:0"


@pytest.mark.parametrize(("body", "status"), [({}, 400), ([], 400), ({"protocol": 2}, 400), (None, 415)])
def test_what_cannot_be_read_begins_nothing(browser: FlaskClient, body: object, status: int) -> None:
    assert begins(browser, body)[0] == status


def test_only_a_tablet_begins_a_store(app: Flask, site: Site, browser: FlaskClient) -> None:
    assert begins(app.test_client(), {"protocol": 1})[0] == 401
    assert begins(browser, {"protocol": 1}, {})[0] == 403
    site.submit("tablets.revoke", when=at("11:00"), tablet=enrolled(browser))
    assert begins(browser, {"protocol": 1}) == (401, {"reason": "revoked"})


def test_a_store_that_was_begun_is_known_again_and_its_file_is_taken(browser: FlaskClient, site: Site, rows: Rows) -> None:
    """Asked twice: by its secret it goes on where it is, by its key its file is its own, and the credential stays good."""
    beats(browser, site, 0)
    store = Browser(secret="99999999-2222-3333-4444-555555555555")
    known = {"protocol": 1, "secret": store.secret, "key": base64.b64encode(encoded(store.key)).decode()}
    assert [begins(browser, known)[1]["epoch"] for _twice in range(2)] == [2, 2]
    assert rows.count("tablets_store", tablet_id=enrolled(browser)) == 1
    of = authenticate(credential(browser))
    assert of
    store.tablet, store.heads = of, {2: 3}
    taken = parcels.bring_in(site.project_id, store.file({2: parties(site, 3)}), site.person("chen"), at("12:30"))
    assert (taken.entries, rows.count("tours_arrival")) == (3, 3)
    again = Desk(site).enrols(store, at("13:00"))
    assert (again.tablet.id, again.epoch) == (of.id, 2)
    assert rows.count("tablets_reenrolment", kept=True) == 1


def test_a_store_of_another_key_is_not_taken_for_it(browser: FlaskClient, site: Site) -> None:
    beats(browser, site, 0)
    begins(browser, {"protocol": 1, "secret": "9" * 36, "key": base64.b64encode(encoded(Browser().key)).decode()})
    other = Browser(tablet=authenticate(credential(browser)))
    with pytest.raises(parcels.Refused, match="tampered"):
        parcels.bring_in(site.project_id, other.file({2: parties(site, 1)}), site.person("chen"), at("12:30"))


@pytest.mark.parametrize("told", [{}, {"secret": "short", "key": "rubbish"}, {"secret": None, "key": 7}, {"secret": [], "key": {}}])
def test_a_store_that_tells_of_no_key_is_begun_all_the_same(browser: FlaskClient, site: Site, told: dict[str, object]) -> None:
    beats(browser, site, 0)
    key = base64.b64encode(encoded(Browser().key)).decode()
    assert begins(browser, {"protocol": 1, "secret": "9" * 36, "key": key})[1]["epoch"] == 2
    assert begins(browser, {"protocol": 1} | told)[1]["epoch"] == 2
    assert [each.public_key for each in stores(enrolled(browser))] == [key], "what was told is not forgotten"
