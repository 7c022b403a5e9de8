"""How a tablet is taken in, and by what it is known."""

import pytest

from tests.cast import Site, at
from tests.conftest import Rows
from webapp.base.database import db
from webapp.staff.access import set_code
from webapp.tablets import enrolment
from webapp.tablets.queries import authenticate, tablets
from webapp.tablets.rules import CODE_LETTERS, CODE_WITHIN, read_code

pytestmark = pytest.mark.database


def test_a_code_takes_in_one_tablet_once(site: Site) -> None:
    code = enrolment.make_code(site.project_id, "門口 1", "door", at("09:00"))
    taken = enrolment.claim(code.lower(), at("09:05"))
    assert isinstance(taken, enrolment.Enrolled)
    assert (taken.tablet.name, taken.tablet.station, taken.tablet.flat_id) == ("門口 1", "door", site.id("A"))
    assert (taken.tablet.number, taken.epoch, taken.tablet.revoked_at) == (1, 1, None)
    assert enrolment.claim(code, at("09:06")) is None
    assert authenticate(taken.credential) == taken.tablet


def test_a_code_is_good_for_ten_minutes(site: Site) -> None:
    code = enrolment.make_code(site.project_id, "門口 1", "door", at("09:00"))
    assert enrolment.claim(code, at("09:00") + CODE_WITHIN) is None
    assert tablets(site.project_id) == []


def test_numbers_of_tablets_count_up(site: Site) -> None:
    for name in ("1", "2", "3"):
        enrolment.enrol(site.project_id, name, "door", at("09:00"))
    assert [tablet.number for tablet in tablets(site.project_id)] == [1, 2, 3]


def test_a_wrong_secret_a_strange_tablet_and_rubbish_open_nothing(site: Site) -> None:
    taken = enrolment.enrol(site.project_id, "1", "door", at("09:00"))
    wrong = [
        taken.credential + "x",
        taken.tablet.id,
        f"{site.person('lin')}.{taken.credential.partition('.')[2]}",
        "",
        "rubbish.",
        "é.é",
    ]
    assert [authenticate(credential) for credential in wrong] == [None] * len(wrong)


def test_a_revoked_tablet_is_known_as_revoked(site: Site) -> None:
    taken = enrolment.enrol(site.project_id, "1", "door", at("09:00"))
    site.submit("tablets.revoke", when=at("12:00"), tablet=taken.tablet.id)
    db.session.rollback()
    found = authenticate(taken.credential)
    assert found
    assert found.revoked_at == at("12:00")


def test_neither_code_nor_credential_stands_in_the_database(site: Site, rows: Rows) -> None:
    code = enrolment.make_code(site.project_id, "1", "door", at("09:00"))
    assert rows.count("tablets_enrolment_code", code_digest=read_code(code)) == 0
    taken = enrolment.enrol(site.project_id, "1", "door", at("09:00"))
    secret = taken.credential.partition(".")[2]
    with db.engine.connect() as connection:
        raws = connection.exec_driver_sql("select raw from operations_receipt").scalars().all()
    assert len(secret) == 43
    assert not any(secret in raw for raw in raws)


def test_a_client_from_outside_gets_all_it_needs(site: Site) -> None:
    set_code(site.person("lin"), "204618", shown=True, rounds=1_000)
    given = enrolment.enrol_at_once(site.project_id, "outside", "door", at("09:00"))
    assert set(given) == {"tablet", "epoch", "credential", "project", "actors", "protocol"}
    assert given["actors"] == [
        {"id": site.person("chen"), "name": "chen", "roles": ["supervisor"], "pin": None},
        {"id": site.person("he"), "name": "he", "roles": ["greeter"], "pin": None},
        {"id": site.person("lin"), "name": "lin", "roles": ["greeter"], "pin": "204618"},
    ]


def test_a_code_has_no_letters_that_look_alike() -> None:
    assert not set("ILO01") & set(CODE_LETTERS)
    assert read_code(" abcd-efgh ") == "ABCDEFGH"
