"""Who works here, in which role, and how they sign: an administrator changes it, a manager sees it, nobody else."""

import pytest
from werkzeug.test import TestResponse

from tests.pages.conftest import AT, OURS, Site, read
from webapp import demo
from webapp.base import clock, ids
from webapp.base.database import db
from webapp.staff import access, queries

LIN, ZHOU = demo.person("lin"), demo.person("zhou")
NEW = {"name": "梁若詩", "call_name": "若詩", "language": "zh-Hant", "role": "greeter"}
PAGES = ("/people", f"/people/{LIN}", "/site")


def posts(site: Site, path: str, who: str = "zhou", **fields: str) -> TestResponse:
    return site.desk(who).post(f"{path}?lang=en", data=fields, headers=OURS)


def roles(person_id: str, at: int = AT) -> tuple[str, ...]:
    db.session.rollback()
    found = queries.roles(demo.project_id(), person_id, at)
    db.session.rollback()
    return found


def named(name: str) -> list[queries.Colleague]:
    db.session.rollback()
    found = [each for each in queries.colleagues(demo.project_id(), AT) if each.name == name]
    db.session.rollback()
    return found


@pytest.mark.clause("P2-3.1")
def test_an_administrator_adds_somebody_once(site: Site):
    once = ids.uuid7(AT)
    for _twice in range(2):
        assert posts(site, "/people", _id=once, **NEW).status_code == 303
    (found,) = named("梁若詩")
    assert found.roles == ("greeter",)
    assert "No 6-digit code yet" in read(site.desk("zhou").get("/people?lang=en").text).text()


def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(site: Site):
    answer = posts(site, "/people", **NEW | {"call_name": "", "role": "king"})
    page = read(answer.text)
    assert answer.status_code == 422
    assert {each.attrs["id"] for each in page.all("p") if each.attrs.get("class") == "field__error"} == {
        "call-name-error", "role-error",
    }  # fmt: skip
    assert [each.attrs["value"] for each in page.all("input") if each.attrs.get("name") == "name"] == ["梁若詩"]
    assert named("梁若詩") == []


SAME = NEW | {"name": "何 欣怡", "call_name": "大欣"}


def test_a_name_that_somebody_bears_already_is_taken_once_it_is_said_to_be_another(site: Site):
    asked = posts(site, "/people", **SAME)
    assert asked.status_code == 422
    assert "何欣怡 works here already." in read(asked.text).text()
    assert len(named("何 欣怡")) == 0
    assert posts(site, "/people", **SAME, another="1").status_code == 303
    assert len(named("何 欣怡")) == 1


def test_two_of_one_name_may_not_be_called_the_same_too(site: Site):
    asked = posts(site, "/people", **SAME | {"call_name": "欣怡"}, another="1")
    assert asked.status_code == 422
    assert {each.attrs["id"] for each in read(asked.text).all("p") if each.attrs.get("class") == "field__error"} == {
        "call-name-error"
    }
    assert len(named("何 欣怡")) == 0


def test_nobody_is_asked_where_the_name_is_new(site: Site):
    page = posts(site, "/people", **NEW | {"call_name": ""})
    assert 'name="another"' not in page.text


def test_every_list_tells_two_of_one_name_apart(site: Site):
    assert posts(site, "/people", **NEW | {"name": "何欣怡", "call_name": "大欣"}, another="1").status_code == 303
    assert {each.told for each in named("何欣怡")} == {"何欣怡 · 欣怡", "何欣怡 · 大欣"}
    assert "何欣怡 · 大欣" in read(site.desk("chen").get("/people").text).text()
    listed = site.tablet("door").get("/sync/people", headers={"X-Threshold-Sync": "1"}).json["people"]
    assert "何欣怡 · 欣怡" in {each["name"] for each in listed}


def test_a_very_long_name_is_cut_in_the_list_and_whole_on_its_page(site: Site):
    assert posts(site, "/people", **NEW | {"name": "怡" * 80}).status_code == 303
    (found,) = named("怡" * 80)
    assert "怡" * 20 not in site.desk("chen").get("/people").text
    assert "怡" * 80 in site.desk("chen").get(f"/people/{found.id}").text


@pytest.mark.parametrize(("who", "status"), [("chen", 200), ("zhou", 200), ("lin", 403)])
def test_managers_see_who_works_here_and_greeters_do_not(site: Site, who: str, status: int):
    assert [site.desk(who).get(path).status_code for path in PAGES] == [status] * 3


@pytest.mark.parametrize("what", ["join", "leave", "code", "account"])
def test_only_an_administrator_changes_a_person(site: Site, what: str):
    said = {"role": "greeter", "code": "591837", "account": "lin", "password": "a lantern in the hall"}
    assert posts(site, f"/people/{LIN}", "chen", what=what, **said).status_code == 403
    assert posts(site, "/people", "chen", **NEW).status_code == 403
    assert roles(LIN) == ("greeter",)


@pytest.mark.clause("P2-3.1")
def test_a_deputy_is_one_until_the_end_of_a_day(site: Site):
    assert posts(site, f"/people/{LIN}", what="join", role="supervisor_deputy", until="2026-05-30").status_code == 303
    _start, end = clock.day_bounds(clock.day_of(AT + 2 * clock.DAY, demo.ZONE), demo.ZONE)
    assert roles(LIN, end - 1) == ("greeter", "supervisor_deputy")
    assert roles(LIN, end) == ("greeter",)
    assert "until 30 May" in read(site.desk("zhou").get(f"/people/{LIN}?lang=en").text).text()


@pytest.mark.parametrize("until", ["2026-05-27", "tomorrow"])
def test_a_last_day_that_is_over_or_none_is_said(site: Site, until: str):
    answer = posts(site, f"/people/{LIN}", what="join", role="supervisor_deputy", until=until)
    assert answer.status_code == 422
    assert 'id="until-error"' in answer.text
    assert roles(LIN) == ("greeter",)


def test_a_role_is_ended_but_nobody_takes_the_administrators_from_himself(site: Site):
    assert posts(site, f"/people/{LIN}", what="leave", role="greeter").status_code == 303
    assert roles(LIN) == ()
    assert posts(site, f"/people/{ZHOU}", what="leave", role="admin").status_code == 422
    assert roles(ZHOU) == ("admin",)


@pytest.mark.parametrize("typed", ["12345", "123456", "111111", "abcdef"])
def test_digits_that_everybody_would_try_are_not_taken(site: Site, typed: str):
    answer = posts(site, f"/people/{LIN}", what="code", code=typed)
    assert (answer.status_code, typed in answer.text) == (422, False)


def test_other_digits_hold_from_now_on(site: Site):
    assert posts(site, f"/people/{LIN}", what="code", code="591837").status_code == 303
    assert access.check_code(LIN, "591837", AT).person_id == LIN
    assert access.check_code(LIN, "204618", AT).person_id is None
    db.session.rollback()


def test_an_account_opens_the_desk_and_one_name_is_one_persons(site: Site):
    wrong = {"account": "chen", "password": "a lantern in the hall"}
    assert 'id="account-error"' in posts(site, f"/people/{LIN}", what="account", **wrong).text
    weak = posts(site, f"/people/{LIN}", what="account", account="jingyi", password="short")
    assert (weak.status_code, 'id="password-error"' in weak.text, "short" in weak.text) == (422, True, False)
    given = {"account": "jingyi", "password": "a lantern in the hall"}
    assert posts(site, f"/people/{LIN}", what="account", **given).status_code == 303
    assert access.sign_in("jingyi", "a lantern in the hall", AT).person_id == LIN
    db.session.rollback()


def test_nobody_of_another_site_is_looked_at(site: Site):
    assert site.desk("zhou").get(f"/people/{ids.uuid7(AT)}").status_code == 404


@pytest.mark.clause("P2-1")
def test_the_site_says_its_stage_and_takes_its_dates(site: Site):
    said = {"opens_on": "2026-03-01", "sold_on": "2026-04-30", "moves_in_on": "2027-06-30"}
    assert posts(site, "/site", "chen", **said).status_code == 303
    page = read(site.desk("chen").get("/site?lang=en").text)
    assert "Sold, before moving in" in page.text()
    assert [each.attrs["value"] for each in page.all("input") if each.attrs.get("name") == "sold_on"] == ["2026-04-30"]


def test_dates_that_cannot_be_are_said_beside_the_field(site: Site):
    answer = posts(site, "/site", "chen", opens_on="2026-03-01", sold_on="2026-02-01", warranty_ends_on="soon", stage="warranty")
    assert answer.status_code == 422
    assert 'id="warranty_ends_on-error"' in answer.text
    again = posts(site, "/site", "chen", opens_on="2026-03-01", sold_on="2026-02-01", stage="warranty")
    for name in ("sold_on", "reason"):
        assert f'id="{name}-error"' in again.text
    assert 'value="2026-02-01"' in again.text
