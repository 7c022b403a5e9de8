"""Corrective actions as a greeter and a supervisor see them, on the demo site."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.pages.conftest import AT, OURS, Node, Site, hidden_of, read
from tests.pages.test_desk import FIRST, sends
from webapp import demo
from webapp.actions import queries
from webapp.actions.rules import Action, Status
from webapp.base import clock, ids
from webapp.base.database import db
from webapp.content import queries as content
from webapp.operations.entries import digest_of

LAMP = demo.first_action(AT)


def page(site: Site, path: str = "/actions", who: str = "chen") -> Node:
    return read(site.desk(who).get(f"{path}{'&' if '?' in path else '?'}lang=en").text)


def now() -> list[Action]:
    db.session.rollback()
    return queries.actions(demo.project_id(), AT)


def waiting() -> Action:
    return next(each for each in now() if each.status is Status.DONE)


def says(site: Site, action: str, who: str = "chen", **said: str) -> tuple[int, Node]:
    client = site.desk(who)
    shown = hidden_of(read(client.get(f"/actions/{action}?lang=en").text))
    form: dict[str, Any] = {name: value for name, value in shown.items() if name != "csrf_token"}
    answer = client.post(f"/actions/{action}?lang=en", data=form | said, headers=OURS)
    return answer.status_code, read(answer.text)


@pytest.mark.clause("P2-4.4.2c")
def test_the_demo_has_one_overdue_one_to_be_verified_and_one_verified(shown: Site):
    assert sorted((each.status.value, each.is_overdue(AT)) for each in now()) == [
        ("done", False), ("open", True), ("verified", False),
    ]  # fmt: skip
    assert "客廳落地燈不亮" in page(shown, "/actions?show=overdue").text()
    assert "No drips" in page(shown, "/actions?show=done").text()
    assert "Floor dry and non-slip" in page(shown, "/actions?show=settled").text()


def test_what_was_settled_long_ago_stands_in_the_list_of_all_alone(shown: Site):
    with clock.standing_at(AT + 32 * clock.DAY):
        assert "Floor dry and non-slip" not in page(shown, "/actions?show=settled").text()
        assert "No drips" in page(shown, "/actions?show=done").text()
        assert "Floor dry and non-slip" in page(shown, "/lists/actions?since=2026-05-01").text()


@pytest.mark.clause("P2-4.4.2c")
def test_the_tablet_lists_what_is_to_be_put_right_at_its_place(shown: Site):
    door = read(shown.tablet("door").get("/en/door/actions").text)
    assert [each.text() for each in door.all("h2")][:2] == [
        "客廳落地燈不亮，已告知工程部。",
        "No drips in bathrooms or kitchen; floors dry: 客衛洗手盆下有水。",
    ]
    assert "Overdue" in door.text()
    assert "12:10 · 靜怡 · 已處理。" in door.text()
    assert "Nothing is to be put right here" in read(shown.tablet("bar").get("/en/bar/actions").text).text()


def test_home_and_checks_lead_there(shown: Site):
    for path in ("/en/door/", "/en/door/checks"):
        links = [
            each for each in read(shown.tablet("door").get(path).text).all("a") if each.attrs.get("href") == "/en/door/actions"
        ]
        assert [each.text().startswith("1 to put right") for each in links] == [True]


@pytest.mark.clause("P2-4.4.6a")
def test_the_review_shows_what_is_overdue_and_what_waits(shown: Site):
    text = page(shown, "/review").text()
    assert "to be put right by 11:50" in text
    assert "1 corrective action is to be verified" in text


@pytest.mark.clause("P2-4.4.6a")
def test_a_remark_becomes_one_action_by_one_tap(site: Site):
    before = len(now())
    review = page(site, "/review")
    form = next(each for each in review.all("form") if each.attrs.get("action") == "/actions")
    for _again in range(2):
        answer = site.desk("chen").post("/actions", data=hidden_of(form), headers=OURS)
        assert answer.status_code == 303
    found = now()
    assert len(found) == before + 1
    assert answer.location.endswith(found[-1].id)
    remark = found[-1].opened
    assert (remark.origin, remark.title) == ("remark", "客廳落地燈不亮，已告知工程部。")
    links = [each.attrs.get("href") for each in page(site, "/review").all("a")]
    assert f"/actions/{found[-1].id}" in links


def test_what_is_no_remark_opens_nothing(site: Site):
    before = len(now())
    client = site.desk("chen")
    good = {"subject": ids.uuid7(AT), "place": demo.named("place", "flat-a"), "title": "x"}
    assert client.post("/actions", data=good | {"title": ""}, headers=OURS).status_code == 400
    assert client.post("/actions", data=good | {"subject": "x"}, headers=OURS).status_code == 400
    assert len(now()) == before


@pytest.mark.clause("P2-4.4.2c")
def test_the_supervisor_verifies_what_another_did(site: Site):
    one = waiting()
    assert says(site, one.id, act="verified")[0] == 303
    assert queries.action(demo.project_id(), one.id, AT).status is Status.VERIFIED  # type: ignore[union-attr]


def test_opening_again_asks_why_and_keeps_what_was_typed(site: Site):
    one = waiting()
    status, answer = says(site, one.id, act="reopened")
    assert (status, next(each.attrs["aria-invalid"] for each in answer.all("textarea") if each.attrs["id"] == "verdict-note")) == (
        422,
        "true",
    )
    assert says(site, one.id, act="reopened", note="還在滴水")[0] == 303
    assert [each.status for each in now() if each.id == one.id] == [Status.OPEN]
    assert "還在滴水" in read(site.tablet("door").get("/en/door/actions").text).text()


@pytest.mark.clause("P2-4.4.2c")
def test_whoever_did_it_is_told_to_ask_somebody_else(site: Site):
    assert says(site, LAMP, act="done", note="換了燈泡")[0] == 303
    later = AT + clock.MINUTE
    with clock.standing_at(later):
        status, answer = says(site, LAMP, act="verified")
        assert (status, "Whoever did it does not verify it" in answer.text()) == (422, True)
        assert says(site, LAMP, act="cancelled", reason="Never mind")[0] == 422
        assert says(site, LAMP, "zhou", act="verified")[0] == 303
    db.session.rollback()
    assert queries.action(demo.project_id(), LAMP, later).status is Status.VERIFIED  # type: ignore[union-attr]


def test_in_a_small_team_the_doer_verifies_and_the_history_says_so(site: Site):
    assert says(site, LAMP, act="done", note="換了燈泡")[0] == 303
    assert site.desk("chen").post("/site/team", data={"profile": "small"}, headers=OURS).status_code == 403
    with clock.standing_at(AT + clock.MINUTE):
        assert says(site, LAMP, act="verified")[0] == 422
        assert site.desk("zhou").post("/site/team", data={"profile": "small"}, headers=OURS).status_code == 303
    with clock.standing_at(AT + 2 * clock.MINUTE):
        assert says(site, LAMP, act="verified")[0] == 303
        assert "verified by whoever did it: a small team" in page(site, f"/actions/{LAMP}").text()


def test_a_word_based_on_an_older_page_is_not_taken(site: Site):
    one = waiting()
    status, answer = says(site, one.id, act="verified", seen=one.id)
    assert (status, "Something has happened to it since" in answer.text()) == (422, True)
    assert waiting().id == one.id


def test_planning_says_who_and_until_when(site: Site):
    status, answer = says(site, LAMP, act="plan", assignee=demo.person("lin"), due="tomorrow", priority="urgent")
    due = next(each for each in answer.all("input") if each.attrs.get("name") == "due")
    assert (status, due.attrs["value"], due.attrs["aria-invalid"]) == (422, "tomorrow", "true")
    assert says(site, LAMP, act="plan", assignee=demo.person("lin"), due="2026-05-30T18:00", priority="urgent")[0] == 303
    (one,) = [each for each in now() if each.id == LAMP]
    assert (one.assignee_id, one.priority, one.is_overdue(AT)) == (demo.person("lin"), "urgent", False)


def test_cancelling_asks_for_a_reason(site: Site):
    assert says(site, LAMP, act="cancelled")[0] == 422
    assert says(site, LAMP, act="cancelled", reason="燈已換新")[0] == 303
    assert [each.status for each in now() if each.id == LAMP] == [Status.CANCELLED]


def test_a_greeter_at_a_desk_sees_none_of_it(site: Site):
    assert site.desk("lin").get("/actions").status_code == 403
    assert site.desk("lin").get(f"/actions/{LAMP}").status_code == 403
    assert site.desk("chen").get(f"/actions/{ids.uuid7(AT)}").status_code == 404


@pytest.mark.clause("P2-5.1")
def test_the_duty_record_lists_what_is_left_open(shown: Site):
    text = page(shown, f"/records/2026-05-27/{demo.named('post', 'door')}/middle?in=en").text()
    assert "to be put right" in text
    assert "done, to be verified" in text


def test_without_script_the_tablets_form_does_it(site: Site):
    client = site.tablet("door")
    form = next(
        each for each in read(client.get("/en/door/actions").text).all("form") if "actions.done" in each.attrs.get("action", "")
    )
    said = hidden_of(form) | {"note": "換了燈泡", "_person": demo.person("he"), "_code": "731945", "_shown": "1"}
    assert client.post(form.attrs["action"], data=said, headers=OURS).status_code == 303
    assert [each.status for each in now() if each.id == LAMP] == [Status.DONE]


def plans(site: Site, due: str) -> tuple[int, Node]:
    return says(site, LAMP, act="plan", due=due, priority="urgent", assignee=demo.person("he"))


@pytest.mark.parametrize("due", ["2020-01-01T09:00", "2026-05-28T13:30", "2028-01-01T09:00", "9999-12-31T09:00", "tomorrow"])
def test_a_day_that_is_over_or_of_another_age_is_refused_beside_its_field(site: Site, due: str):
    status, told = plans(site, due)
    field = next(each for each in told.all("input") if each.attrs.get("name") == "due")
    assert (status, field.attrs["aria-invalid"], field.attrs["value"]) == (422, "true", due)
    assert {chosen(each) for each in told.all("select")} == {demo.person("he"), "urgent"}


def chosen(field: Node) -> str:
    return next((each.attrs["value"] for each in field.all("option") if "selected" in each.attrs), "")


def test_whoever_names_somebody_need_not_mend_a_due_time_that_is_over(site: Site):
    due = next(each for each in page(site, f"/actions/{LAMP}").all("input") if each.attrs.get("name") == "due")
    assert plans(site, due.attrs["value"])[0] == 303
    assert queries.action(demo.project_id(), LAMP, AT).assignee_id == demo.person("he")  # type: ignore[union-attr]


def test_another_year_is_told(site: Site):
    assert plans(site, "2027-01-31T09:00")[0] == 303
    assert "due Sunday 31 January 2027 09:00" in page(site, f"/actions/{LAMP}").text()


@pytest.mark.clause("P2-4.4.2c")
def test_an_action_tells_the_note_of_the_item_and_a_note_is_no_second_failure(site: Site):
    version = content.in_force(demo.project_id(), "checklist", "check.flat_opening", AT)
    assert version
    item = next(each for each in version.body["items"] if each["response"] == "pass_fail_na")
    said = {
        "version": version.id,
        "place": demo.named("place", "flat-a"),
        "item": item["id"],
        "day": "2026-05-28",
        "answer": "fail",
    }
    entries = [
        replace(FIRST, id=ids.uuid7(AT + seq), seq=seq, operation="checklists.answer", body=body, digest=digest_of(body))
        for seq, body in enumerate((json.dumps(said), json.dumps(said | {"note": "茶几移位 15 厘米"})), 1)
    ]
    db.session.rollback()
    sends("Door", *entries, high=2)
    shown = page(site, f"/actions/{entries[0].id}")
    assert shown.all("h1")[0].text() == f"{item['prompt']['en']}: 茶几移位 15 厘米"
    assert "Told more of it 茶几移位 15 厘米" in shown.text()
    assert "again" not in shown.text()
