"""Where one is signed in: seen and ended by its owner and by an administrator, by nobody else."""

from tests.pages.conftest import AT, OURS, Site, read
from webapp import demo
from webapp.base import clock
from webapp.base.database import db
from webapp.staff import access


def opened(who: str, at: int = AT) -> str:
    token = access.open_session(demo.person(who), at)
    db.session.rollback()
    return token


def is_open(token: str) -> bool:
    found = access.person_of(token, AT)
    db.session.rollback()
    return found is not None


def test_one_sees_ones_own_sessions_and_which_is_this_one(site: Site):
    desk, elsewhere, others = site.desk("chen"), opened("chen", AT - clock.HOUR), opened("zhou")
    page = read(desk.get("/sessions?lang=en").text)
    keys = [each.attrs["value"] for each in page.all("input") if each.attrs.get("name") == "session"]
    assert len(keys) == 2
    assert access.key_of(elsewhere) in keys
    assert access.key_of(others) not in keys
    assert page.text().count("this browser") == 1
    assert elsewhere not in desk.get("/sessions").text


def test_a_lost_laptop_is_signed_out_from_another(site: Site):
    desk, lost = site.desk("chen"), opened("chen")
    answer = desk.post("/sessions", data={"session": access.key_of(lost)}, headers=OURS)
    assert (answer.status_code, answer.location) == (303, "/sessions")
    assert not is_open(lost)
    assert desk.get("/review").status_code == 200


def test_ending_this_one_leads_to_the_sign_in(site: Site):
    desk = site.desk("chen")
    page = read(desk.get("/sessions").text)
    key = next(each.attrs["value"] for each in page.all("input") if each.attrs.get("name") == "session")
    assert desk.post("/sessions", data={"session": key}, headers=OURS).location == "/sign-in"
    assert desk.get("/review").status_code == 303


def test_an_administrator_ends_anybodys(site: Site):
    others = opened("chen")
    assert site.desk("zhou").post("/sessions", data={"session": access.key_of(others)}, headers=OURS).status_code == 303
    assert not is_open(others)


def test_a_supervisor_ends_nobody_elses(site: Site):
    others = opened("zhou")
    assert site.desk("chen").post("/sessions", data={"session": access.key_of(others)}, headers=OURS).status_code == 404
    assert is_open(others)


def test_a_session_is_new_at_every_sign_in(site: Site):
    client = site.stranger()
    client.set_cookie("session", "chosen by somebody else")
    form = {"account": "chen", "password": demo.PASSWORD}
    tokens = []
    for _time in range(2):
        client.post("/sign-in", data=form, headers=OURS)
        tokens.append(client.get_cookie("session").value)
    assert len({*tokens, "chosen by somebody else"}) == 3
