"""Checks at the desk: what is given back shows on the tablet, what is voided counts no more; inspections."""

import json
import re

import pytest

from tests.pages.conftest import AT, OURS, Site, read
from webapp import demo
from webapp.base import clock
from webapp.base.database import db
from webapp.checklists import queries as checklists
from webapp.checklists.queries import Check
from webapp.content import queries as content
from webapp.operations.ledger import the_ledger
from webapp.sites import queries as sites

DAY = "/checks/2026-05-28"
CODE = "check.flat_opening"


def the_run() -> Check:
    site = sites.project(demo.project_id())
    assert site
    found = checklists.check(site, CODE, demo.named("place", "flat-a"), AT + 60_000)
    db.session.rollback()
    assert found
    return found


def form_of(html: str, key: str) -> dict[str, str]:
    part = next(each for each in html.split("<form") if f'value="{key}"' in each)
    return dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', part))


def decide(site: Site, who: str = "chen", **said: object) -> tuple[int, str]:
    desk = site.desk(who)
    hidden = form_of(desk.get(f"{DAY}?lang=en").text, the_run().key)
    answer = desk.post(f"{DAY}?lang=en", data=hidden | said, headers=OURS)
    return answer.status_code, answer.text


@pytest.mark.clause("P2-4.1.3")
def test_what_the_manager_returns_stands_open_on_the_tablet_with_his_word(site: Site) -> None:
    status, _text = decide(site, act="return", items=["flat_open.door"], comment="鉸鏈再看一次")
    assert status == 303
    assert [line.item["id"] for line in the_run().run.returned] == ["flat_open.door"]
    assert "鉸鏈再看一次" in site.tablet("door").get("/zh-Hant/door/checks").text
    assert "returned, not answered since" in site.desk("chen").get("/review?lang=en").text


@pytest.mark.clause("P2-4.1.3")
def test_a_point_that_nobody_answered_is_returned_with_a_word_too(site: Site) -> None:
    left = next(each for each in the_run().run.left if each.given is None and each.item["required"])
    shown = read(site.desk("chen").get(f"{DAY}?lang=en").text)
    assert left.item["id"] in [each.attrs.get("value") for each in shown.all("input") if each.attrs.get("name") == "items"]
    assert decide(site, act="return", items=[left.item["id"]], comment="這一項也要看")[0] == 303
    assert [line.item["id"] for line in the_run().run.returned] == [left.item["id"]]
    assert "這一項也要看" in site.tablet("door").get("/zh-Hant/door/checks").text


@pytest.mark.clause("P2-4.4.2c")
def test_a_check_that_was_submitted_with_points_open_is_not_finished(site: Site) -> None:
    found = the_run()
    number = len(found.run.left)
    said = {"version": found.edition.id, "place": found.place_id, "day": found.day}
    the_ledger().submit(
        "checklists.submit", said, project_id=demo.project_id(), author_id=demo.person("lin"), proof="post", at=AT - 60_000
    )
    db.session.rollback()
    path = "/lists/checks?since=2026-05-28&until=2026-05-28&lang=en"
    assert f"Submitted · {number} points are not answered" in read(site.desk("chen").get(path).text).text()
    shown = [read(site.desk("chen").get(f"{path}&standing={each}").text).text() for each in ("submitted", "done")]
    assert [f"Submitted · {number}" in each for each in shown] == [True, False]


def test_a_return_without_a_word_says_so_beside_the_field_and_keeps_what_was_ticked(site: Site) -> None:
    status, text = decide(site, act="return", items=["flat_open.door"], comment="")
    assert status == 422
    page = read(text)
    assert [each.attrs["value"] for each in page.all("input") if "checked" in each.attrs] == ["flat_open.door"]
    assert any(each.attrs.get("aria-invalid") for each in page.all("textarea"))


def test_whoever_decides_on_something_older_is_asked_to_look_again(site: Site) -> None:
    status, text = decide(site, act="return", items=["flat_open.door"], comment="再看", seen=demo.first_party(AT))
    assert (status, the_run().run.returned) == (422, ())
    assert "answered since this page was opened" in text
    assert "再看" in text


def test_a_voided_check_says_why(site: Site) -> None:
    assert decide(site, act="void", reason="Filled in by way of trial")[0] == 303
    assert the_run().run.voided == "Filled in by way of trial"
    assert "Filled in by way of trial" in site.desk("chen").get(f"{DAY}?lang=en").text


@pytest.mark.clause("P2-4.4.2c")
def test_what_was_not_in_order_stands_with_its_words_under_what_was_answered_after_it(site: Site) -> None:
    about = {"version": the_run().edition.id, "place": demo.named("place", "flat-a"), "item": "flat_open.door"}
    for minutes, said in ((4, {"answer": "fail", "note": "鎖舌不回"}), (2, {"answer": "pass"})):
        outcome = the_ledger().submit(
            "checklists.answer", about | said, project_id=demo.project_id(), author_id=demo.person("lin"), proof="post",
            at=AT - minutes * 60_000,
        )  # fmt: skip
        assert outcome.outcome == "applied", outcome
        db.session.rollback()
    (line,) = [each for each in the_run().run.lines if each.item["id"] == "flat_open.door"]
    assert line.given
    assert line.given.answer == "pass"
    record = f"/records/2026-05-28/{demo.named('post', 'door')}/early?in=en&lang=en"
    shown = [site.desk("chen").get(path).text for path in (f"{DAY}?lang=en", record)]
    for text in (*shown, site.tablet("door").get("/en/door/checks").text):
        assert "鎖舌不回" in read(text).all("main")[0].text()


@pytest.mark.clause("P2-4.1.3")
def test_an_inspection_names_the_post_and_what_it_found(site: Site) -> None:
    path, desk = f"/inspection/{demo.named('post', 'door')}", site.desk("chen")
    hidden = re.findall(r'name="csrf_token" value="([^"]*)"', desk.get(path).text)
    data = {
        "csrf_token": hidden[0], "item": ["inspect.manned", "inspect.order", "inspect.stock"], "answer.inspect.manned": "pass",
        "answer.inspect.order": "fail", "note.inspect.order": "鞋套筐滿了",
    }  # fmt: skip
    assert desk.post(path, data=data, headers=OURS).status_code == 303
    assert "鞋套筐滿了" in desk.get(path).text
    assert "鞋套筐滿了" in desk.get("/review?lang=en").text
    told = [each for each in checklists.digest(demo.project_id(), AT * 2) if each["item"].startswith("inspect.")]
    db.session.rollback()
    assert sorted((each["item"], each["post"]) for each in told) == [
        ("inspect.manned", demo.named("post", "door")),
        ("inspect.order", demo.named("post", "door")),
    ]


@pytest.mark.clause("P2-4.1.3")
def test_the_tablet_of_a_post_inspects_that_post_by_the_code_of_whoever_may(site: Site) -> None:
    page = read(site.tablet("door").get("/en/door/inspection").text)
    forms = page.all("operation-form")
    assert {each.attrs["operation"] for each in forms} == {"checklists.inspect"}
    assert {each.attrs["data-roles"] for each in forms} == {"supervisor supervisor_deputy"}
    assert {each.attrs["value"] for each in page.all("input") if each.attrs.get("name") == "post"} == {demo.named("post", "door")}


@pytest.mark.parametrize(("who", "status"), [("chen", 303), ("lin", 422)])
def test_without_script_the_door_takes_an_inspection_of_the_manager_alone(site: Site, who: str, status: int) -> None:
    tablet = site.tablet("door")
    page = read(tablet.get("/en/door/inspection").text)
    said = {
        each.attrs["name"]: each.attrs.get("value", "")
        for each in next(each for each in page.all("form") if "/do/checklists.inspect" in each.attrs.get("action", "")).all("input")
        if each.attrs.get("type") == "hidden"
    }
    code = {"chen": "419380", "lin": "204618"}[who]
    signed = {"answer": "fail", "note": "門口沒人", "_person": demo.person(who), "_code": code, "_shown": "1"}
    answer = tablet.post("/en/door/do/checklists.inspect", data=said | signed, headers=OURS)
    assert answer.status_code == status
    assert ("門口沒人" in site.desk("chen").get("/review?lang=en").text) is (who == "chen")


def test_who_may_look_but_not_inspect_is_told_so_at_the_desk(site: Site) -> None:
    path, desk = f"/inspection/{demo.named('post', 'door')}", site.desk("zhou")
    assert "Only the sales-centre manager and the deputy inspect." in desk.get(f"{path}?lang=en").text
    assert desk.post(path, data={"item": "inspect.manned", "answer.inspect.manned": "pass"}, headers=OURS).status_code == 403


@pytest.mark.parametrize("path", [DAY, f"/inspection/{demo.named('post', 'door')}"])
def test_checks_at_the_desk_are_closed_to_whoever_is_not_signed_in(site: Site, path: str) -> None:
    assert site.stranger().get(path).status_code == 303


@pytest.mark.parametrize("path", ["/checks/2026-02-30", "/checks/2027-01-01", f"/inspection/{demo.project_id()}"])
def test_what_is_not_there_is_not_found(site: Site, path: str) -> None:
    assert site.desk("chen").get(path).status_code == 404


def test_what_was_answered_before_a_new_version_stands_under_its_own_words(site: Site):
    """On every page and on paper; only what is still to be answered is asked as it is now (facts pin version and item)."""
    found = content.in_force(demo.project_id(), "checklist", CODE, AT)
    assert found
    new = [item | {"prompt": {tag: f"{text} (new)" for tag, text in item["prompt"].items()}} for item in found.body["items"]]
    body = json.dumps(found.body | {"items": new})
    outcome = the_ledger().submit(
        "content.publish", {"document": demo.named("document", CODE), "number": "2", "body": body},
        project_id=demo.project_id(), author_id=None, proof="system", at=AT - clock.HOUR,
    )  # fmt: skip
    assert outcome.outcome == "applied", outcome
    db.session.rollback()
    before = [line.item["prompt"]["en"] for line in the_run().run.lines if line.given]
    assert len(before) > 3
    assert not [each for each in before if each.endswith("(new)")]
    record = f"/records/2026-05-28/{demo.named('post', 'door')}/early?in=en&lang=en"
    pages = [site.desk("chen").get(path).text for path in ("/checks/2026-05-28?lang=en", record)]
    for text in (*pages, site.tablet("door").get("/en/door/checks").text):
        shown = read(text).text()
        assert [each for each in before if each not in shown or f"{each} (new)" in shown] == []
    assert " (new)" in site.tablet("door").get("/en/door/checks").text, "what nobody has answered is asked as it is now"
    told = {line.item["id"]: "first" if line.given else "second" for line in the_run().run.lines}
    assert versions_answered(site.tablet("door").get("/en/door/checks").text, found.id) == told, "each to the words it stands in"


def versions_answered(html: str, first: str) -> dict[str, str]:
    """Which version each line of the opening check on a page answers, by the form that is posted and the key of its overlay."""
    page, told = read(html), {}
    for line in (each for each in page.all("li") if "todo" in each.attrs.get("class", "").split()):
        said = {each.attrs.get("name"): each.attrs.get("value", "") for each in line.all("input")}
        if said.get("item", "").startswith("flat_open."):
            keys = [each.attrs["key"] for each in (*line.all("latest-value"), *line.all("overlay-list")) if "key" in each.attrs]
            assert [each for each in keys if f"/{said['version']}/" in each] == keys != []
            told[said["item"]] = "first" if said["version"] == first else "second"
    return told
