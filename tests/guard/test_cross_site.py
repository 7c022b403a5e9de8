"""Posts that none of our own pages made have no effect (protocol: people and tablets)."""

import pytest

from tests.guard.visitors import both, everything, unsafe
from tests.pages.conftest import AT, OURS, Site, hidden_of, read
from webapp import demo
from webapp.base import clock

FOREIGN = {
    "cross-site": {"Sec-Fetch-Site": "cross-site"},
    "same-site": {"Sec-Fetch-Site": "same-site"},
    "typed into the address bar": {"Sec-Fetch-Site": "none"},
    "cross-site, our Origin": {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    "foreign Origin": {"Origin": "https://example.org"},
    "other port": {"Origin": "http://localhost:81"},
    "other scheme": {"Origin": "https://localhost"},
    "null Origin": {"Origin": "null"},
}
REMARK = {
    "place": demo.named("place", "flat-a"), "category": "repair", "text": "燈不亮", "next": "/zh-Hant/door/handover",
    "_person": demo.person("lin"), "_code": "204618", "_shown": "1",
}  # fmt: skip
DO = "/zh-Hant/door/do/duty.remark"


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_foreign_post_to_any_route_has_no_effect(site: Site, headers: dict[str, str]):
    client, before, knocked = both(site), everything(), []
    for rule, path in unsafe(site):
        answer = client.post(path, data=REMARK | {"name": "X", "station": "door", "account": "chen"}, headers=headers)
        knocked.append(rule)
        assert answer.status_code == 403, (rule, answer.status_code)
    assert len(knocked) >= 5
    assert everything() == before


@pytest.mark.parametrize("token", [None, "", "nonsense", "of another session"])
def test_a_client_that_says_nothing_needs_a_token_of_its_own(site: Site, token: str | None):
    client, before = both(site), everything()
    if token == "of another session":
        token = hidden_of(read(site.stranger().get("/sign-in").text))["csrf_token"]
    form = REMARK | ({} if token is None else {"csrf_token": token})
    for rule, path in unsafe(site):
        if rule.startswith("/sync/"):
            continue  # asks for JSON and our own header instead: below
        assert client.post(path, data=form).status_code == 403, rule
    assert everything() == before


def test_the_sync_door_wants_our_header_and_json(site: Site):
    client, before = both(site), everything()
    for rule, path in unsafe(site):
        if rule.startswith("/sync/"):
            assert client.post(path, data=REMARK).status_code in {403, 415}, rule
            assert client.post(path, json={}).status_code == 403, rule
            assert client.post(path, data="{}", headers={"X-Threshold-Sync": "1"}).status_code == 415, rule
    assert everything() == before


@pytest.mark.parametrize("ours", [OURS, {"Origin": "http://localhost"}], ids=["fetch metadata", "origin"])
def test_a_post_of_our_own_page_passes(site: Site, ours: dict[str, str]):
    assert site.tablet("door").post(DO, data=REMARK, headers=ours).status_code == 303


def test_a_page_kept_for_73_hours_still_submits(site: Site):
    quiet, tablet = site.stranger(), site.tablet("door")
    typed = hidden_of(read(quiet.get("/sign-in").text)) | {"account": "chen", "password": demo.PASSWORD}
    assert "csrf_token" not in hidden_of(read(tablet.get("/zh-Hant/door/handover").text))
    with clock.standing_at(AT + 73 * clock.HOUR):
        assert quiet.post("/sign-in", data=typed).status_code == 303
        assert tablet.post(DO, data=REMARK, headers=OURS).status_code == 303


def test_a_form_that_was_turned_away_is_shown_again_with_all_that_was_typed(site: Site):
    tablet = site.tablet("door")
    answer = tablet.post(DO, data=REMARK)
    page = read(answer.text)
    kept = hidden_of(page)
    assert (answer.status_code, answer.mimetype) == (403, "text/html")
    assert (kept["text"], kept["_person"]) == (REMARK["text"], REMARK["_person"])
    assert "燈不亮" in page.all("main")[0].text()
    assert [each.attrs.get("value") for each in page.all("input") if each.attrs.get("name") == "_code"] == [None]
    again = tablet.post(DO, data=kept | {"_code": "204618"})
    assert again.status_code == 303


def test_a_password_that_was_turned_away_is_not_said_again(site: Site):
    answer = site.stranger().post("/sign-in", data={"account": "chen", "password": demo.PASSWORD})
    assert answer.status_code == 403
    assert demo.PASSWORD not in answer.text
    assert hidden_of(read(answer.text))["account"] == "chen"
