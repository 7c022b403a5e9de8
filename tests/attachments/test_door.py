"""Photos at the tablets' door: once each, whole, in any order with their entries; who may bring one."""

import itertools
import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.attachments.album import digest_of, hostile, photo
from tests.cast import Site, Tablet, at
from tests.conftest import Rows
from webapp.attachments import jobs, keeping, queries
from webapp.attachments.rules import MOST_BYTES, NAMELESS_MOST, NAMELESS_WITHIN
from webapp.base import clock, database
from webapp.base.database import db
from webapp.jobs.declarations import Turn
from webapp.losses import queries as losses
from webapp.tablets import enrolment

NONCE = "nonce-12"
HEADERS = {"X-Threshold-Sync": "1"}


@pytest.fixture
def browser(app: Flask, site: Site) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("tablet", enrolment.enrol(site.project_id, "Door", "door", at("08:00")).credential)
    db.session.rollback()
    return client


def brings(
    browser: FlaskClient, given: bytes, digest: str | None = None, *, nonce: str = NONCE, method: str = "PUT", **kwargs: Any
) -> TestResponse:
    address = f"/sync/photos/{digest_of(given) if digest is None else digest}?nonce={nonce}"
    asked = {
        "method": method,
        "data": given,
        "headers": HEADERS,
        "content_type": "image/jpeg",
        "environ_overrides": {"CONTENT_LENGTH": str(len(given))},
    } | kwargs
    with clock.standing_at(at("12:00")):
        return browser.open(address, **asked)


def remarks(site: Site, *photos: bytes, tablet: Tablet | None = None, time: str = "11:00") -> Tablet:
    """A remark that names these photos, sent."""
    own = tablet or site.tablet()
    named = [digest_of(each) for each in photos]
    own.keep("lin", "duty.remark", time, place=site.id("flat"), category="repair", text="燈", photos=named)
    assert {each["outcome"] for each in own.send().results} <= {"applied", "duplicate"}
    return own


def standing(site: Site, tablet: Tablet) -> tuple[int, ...]:
    db.session.rollback()
    return losses.standing(site.project_id, tablet.id).photos_at


@pytest.mark.database
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_photo_is_stored_and_the_answer_names_it(browser: FlaskClient, site: Site, rows: Rows, method: str) -> None:
    remarks(site, photo())
    told = brings(browser, photo(), method=method)
    assert told.status_code == 200
    assert told.json == {"protocol": 1, "nonce": NONCE, "digest": digest_of(photo()), "outcome": "stored"}
    assert rows.count("attachments_photo", digest=digest_of(photo()), size=len(photo()), refused="") == 1


@pytest.mark.database
def test_the_same_again_is_a_duplicate(browser: FlaskClient, site: Site, rows: Rows) -> None:
    told = [brings(browser, photo()).json for _time in range(3)]
    assert [each["outcome"] for each in told if each] == ["stored", "duplicate", "duplicate"]
    assert rows.count("attachments_photo") == 1


@pytest.mark.database
def test_photos_and_entries_in_any_order_end_the_same(app: Flask, browser: FlaskClient, site: Site, rows: Rows) -> None:
    """Two photos of a remark and the remark itself, in all orders, each twice: two rows, one remark, nothing missing."""
    for number, order in enumerate(itertools.permutations("abe")):
        shots = {"a": photo(2 * number + 10), "b": photo(2 * number + 11)}
        own = site.tablet(number + 3)
        for step in order + order[::-1]:
            if step == "e":
                remarks(site, *shots.values(), tablet=own) if not own.kept else own.send()
            else:
                assert brings(browser, shots[step]).status_code == 200
        assert standing(site, own) == ()
        (entry,) = own.kept
        assert [each.digest for each in queries.photos_of(site.project_id, [entry.id])[entry.id]] == [
            digest_of(each) for each in shots.values()
        ]
    assert rows.count("attachments_photo") == rows.count("attachments_mention") == 12


@pytest.mark.database
def test_a_photo_that_has_not_come_is_missing_until_it_does(browser: FlaskClient, site: Site) -> None:
    own = remarks(site, photo(1), photo(2))
    assert standing(site, own) == (at("11:00"), at("11:00"))
    assert not losses.standing(site.project_id, own.id).is_complete
    brings(browser, photo(1))
    assert standing(site, own) == (at("11:00"),)
    brings(browser, photo(2))
    assert standing(site, own) == ()
    assert losses.standing(site.project_id, own.id).is_complete


def test_only_the_day_of_the_entry_waits_for_its_photo(site: Site) -> None:
    own = remarks(site, photo(1))
    whole = losses.standing(site.project_id, own.id)
    assert [whole.on(at("11:00"), at("11:01")).photos_at, whole.on(at("11:01"), at("23:00")).photos_at] == [(at("11:00"),), ()]


def test_the_list_of_tablets_says_that_a_photo_is_still_there(app: Flask, site: Site) -> None:
    own = remarks(site, photo(1))
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert losses.notes(site.project_id)[own.id] == [("1 photo still on the tablet", "soon")]


def test_the_same_photo_twice_in_an_entry_is_once(site: Site, rows: Rows) -> None:
    remarks(site, photo(1), photo(1), photo(2))
    assert rows.count("attachments_mention") == 2


@pytest.mark.parametrize(
    ("photos", "code"),
    [(["ab" * 32, "cd" * 32, "ef" * 32, "12" * 32], "too_many"), (["AB" * 32], "not_a_photo"), (["x"], "not_a_photo")],
)
def test_what_is_no_digest_is_refused(site: Site, rows: Rows, photos: list[str], code: str) -> None:
    own = site.tablet()
    own.keep("lin", "duty.remark", "11:00", place=site.id("flat"), category="repair", text="燈", photos=photos)
    (result,) = own.send().results
    assert (result["outcome"], result["errors"]) == ("refused", {"photos": code})
    assert rows.count("attachments_mention") == rows.count("duty_remark") == 0


@pytest.mark.parametrize("name", hostile())
def test_hostile_bytes_get_a_final_answer_and_nothing_is_kept(browser: FlaskClient, site: Site, rows: Rows, name: str) -> None:
    given, _reason = hostile()[name]
    own = remarks(site, given)
    for _time in range(2):
        told = brings(browser, given)
        assert told.status_code == 200
        assert told.json
        assert told.json["outcome"] == "refused"
        assert told.json["reason"] in {"empty", "no_photo", "too_many_pixels", "damaged"}
    assert rows.count("attachments_photo", content=None, small=None) == rows.count("attachments_photo") == 1
    assert standing(site, own) == ()
    ((shown,),) = queries.photos_of(site.project_id, [own.kept[0].id]).values()
    assert (shown.is_here, bool(shown.refused)) == (True, True)


def test_a_body_that_is_another_is_no_answer(browser: FlaskClient, rows: Rows) -> None:
    """Cut at many offsets by whoever is in between and sent on as if it were whole, or altered."""
    whole = photo()
    digest = digest_of(whole)
    others = [whole[: len(whole) * part // 40] for part in range(40)] + [whole + b"\0", b"<html>please sign in", whole[::-1]]
    for given in others:
        told = brings(browser, given, digest)
        assert (told.status_code, told.json) == (400, {"reason": "digest"})
    assert rows.count("attachments_photo") == 0
    assert (brings(browser, whole).json or {})["outcome"] == "stored"


@pytest.mark.parametrize("digest", ["", "x", "AB" * 32, "ab" * 31, "../" * 10, "ab" * 33])
def test_a_strange_address_is_no_photo(browser: FlaskClient, rows: Rows, digest: str) -> None:
    assert brings(browser, photo(), digest).status_code in {400, 404}
    assert rows.count("attachments_photo") == 0


@pytest.mark.parametrize("nonce", ["", "1234567", "n" * 65])
def test_without_a_nonce_nothing_is_read(browser: FlaskClient, rows: Rows, nonce: str) -> None:
    assert brings(browser, photo(), nonce=nonce).json == {"reason": "nonce"}
    assert rows.count("attachments_photo") == 0


def test_a_photo_that_is_too_large_is_not_read(browser: FlaskClient, rows: Rows) -> None:
    assert brings(browser, bytes(MOST_BYTES + 1)).json == {"reason": "size"}
    assert (brings(browser, bytes(MOST_BYTES)).json or {})["outcome"] == "refused"
    assert rows.count("attachments_photo") == 1


def test_who_is_no_tablet_brings_nothing(app: Flask, browser: FlaskClient, site: Site, rows: Rows) -> None:
    stranger = app.test_client()
    assert brings(stranger, photo()).status_code == 401
    assert brings(browser, photo(), headers={}).status_code == 403
    assert brings(browser, photo(), content_type="text/plain").status_code == 415
    assert brings(browser, photo(), headers=HEADERS | {"Sec-Fetch-Site": "cross-site"}).status_code == 403
    site.submit("tablets.revoke", tablet=browser.get_cookie("tablet").value.partition(".")[0])  # type: ignore[union-attr]
    assert (brings(browser, photo()).status_code, rows.count("attachments_photo")) == (401, 0)


def test_a_photo_is_its_projects_own(app: Flask, browser: FlaskClient, site: Site, rows: Rows) -> None:
    other = Site(site.ledger, "other").build()
    theirs = app.test_client()
    theirs.set_cookie("tablet", enrolment.enrol(other.project_id, "Door", "door", at("08:00")).credential)
    db.session.rollback()
    assert [(brings(each, photo()).json or {})["outcome"] for each in (browser, theirs)] == ["stored", "stored"]
    assert rows.count("attachments_photo") == 2


def test_only_so_many_photos_may_wait_for_their_entries(browser: FlaskClient, site: Site, rows: Rows, monkeypatch) -> None:
    monkeypatch.setattr(keeping, "NAMELESS_MOST", 2)
    assert [brings(browser, photo(number)).status_code for number in range(4)] == [200, 200, 409, 409]
    assert brings(browser, photo(3)).json == {"reason": "nameless"}
    assert (brings(browser, photo(0)).json or {})["outcome"] == "duplicate"
    remarks(site, photo(3))
    assert (brings(browser, photo(3)).json or {})["outcome"] == "stored"
    remarks(site, photo(0), tablet=site.tablet(7))
    assert (brings(browser, photo(2)).json or {})["outcome"] == "stored"
    assert NAMELESS_MOST == 200


@pytest.mark.database
def test_a_photo_that_no_entry_names_goes_after_thirty_days(browser: FlaskClient, site: Site, rows: Rows) -> None:
    held, refused = site.tablet(5), site.tablet(6)
    held.keep("lin", "duty.remark", "11:00", place=site.id("nowhere"), category="repair", text="燈", photos=[digest_of(photo(2))])
    refused.keep("lin", "duty.remark", "11:00", place=site.id("flat"), category="repair", text="", photos=[digest_of(photo(3))])
    assert [own.send().results[0]["outcome"] for own in (held, refused)] == ["held", "refused"]
    remarks(site, photo(1))
    for number in range(4):
        brings(browser, photo(number))
    for late, left in ((0, 4), (1, 3)):
        with database.writing() as connection:
            jobs.forget_nameless(Turn(connection, {}, at("12:00") + NAMELESS_WITHIN + late))
        assert rows.count("attachments_photo") == left
    assert rows.count("attachments_photo", digest=digest_of(photo(0))) == 0


@pytest.mark.database
def test_many_bring_the_same_photo_at_once(app: Flask, browser: FlaskClient, site: Site, rows: Rows) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(4)

    def bring() -> None:
        with app.app_context():
            start.wait()
            outcomes.append(keeping.keep(site.project_id, site.tablet().id, photo(), at("12:00")).outcome)

    threads = [threading.Thread(target=bring) for _each in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes) == ["duplicate", "duplicate", "duplicate", "stored"]
    assert rows.count("attachments_photo") == 1
