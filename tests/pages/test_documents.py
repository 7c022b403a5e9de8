"""The documents as the desk sees them: marketing writes, another approves, and what tablets say follows (P2-4.4.3d)."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from tests.pages.conftest import AT, OURS, Node, Site, read
from webapp import demo
from webapp.base import clock
from webapp.base.database import db
from webapp.content import queries as content
from webapp.review.jobs import tell_of_documents
from webapp.tablets import stations

SCRIPT = f"/documents/{demo.named('document', 'script.a')}"
OPENING = f"/documents/{demo.named('document', 'check.flat_opening')}"


def page(client: FlaskClient, path: str) -> Node:
    return read(client.get(f"{path}?lang=en").text)


def fields(shown: Node) -> dict[str, str]:
    """Everything that the one form of a page would send, nothing touched."""
    form = next(each for each in shown.all("form") if each.attrs.get("method") == "post" and each.all("textarea", "select"))
    found = {}
    for each in form.all("input", "textarea", "select"):
        name, kind = each.attrs.get("name", ""), each.attrs.get("type", "")
        if (kind == "checkbox" and "checked" not in each.attrs) or "disabled" in each.attrs:
            continue
        if each.tag == "textarea":
            found[name] = "".join(each.words)
        elif each.tag == "select":
            found[name] = next((one.attrs["value"] for one in each.all("option") if "selected" in one.attrs), "")
        else:
            found[name] = each.attrs.get("value", "")
    return found


def keep(client: FlaskClient, path: str = SCRIPT, **told: str) -> tuple[int, str, Node]:
    """Open the page that writes, change what is told, send it."""
    said = fields(page(client, f"{path}/edit")) | {"do": "keep"} | told
    answer = client.post(f"{path}/edit?lang=en", data=said, headers=OURS)
    return answer.status_code, answer.headers.get("Location", ""), read(answer.text)


def decide(client: FlaskClient, what: str, path: str = f"{SCRIPT}/2", **told: str) -> tuple[int, str]:
    shown = page(client, path)
    hidden = next(each for each in shown.all("input") if each.attrs.get("name") == "seen")
    answer = client.post(f"{path}?lang=en", data={"seen": hidden.attrs["value"], "what": what} | told, headers=OURS)
    return answer.status_code, read(answer.text).text()


def number(at: int = AT) -> int:
    edition = content.in_force(demo.project_id(), "script", "script.a", at)
    db.session.rollback()
    assert edition
    return edition.number


def test_the_list_says_what_is_in_force_and_what_waits(site: Site):
    shown = page(site.desk("chen"), "/documents").text()
    for words in ("Tour script", "Tour script, Type A", "Version 1 in force since", "Version 2 · In review", "Conduct cards"):
        assert words in shown
    kinds = {who: [each.attrs["value"] for each in page(site.desk(who), "/documents").all("option")] for who in ("chen", "fang")}
    assert kinds == {"chen": ["checklist", "conduct"], "fang": ["greetings", "script"]}


@pytest.mark.clause("P2-4.4.3d")
def test_marketing_writes_and_nothing_changes_at_the_door_until_another_approves(site: Site):
    fang, words = site.desk("fang"), "這是新的一句。"
    status, where, _shown = keep(fang, **{"5.lines.0.zh-Hant": words})
    assert (status, where) == (303, f"{SCRIPT}/3")
    assert number() == 1
    assert "No one" not in page(fang, where).text()
    assert "Approve" not in [each.text() for each in page(fang, where).all("button")]
    assert decide(fang, "offer", where)[0] == 303
    assert decide(site.desk("chen"), "approve", where)[0] == 303
    assert number() == 3
    blank = site.tablet("door").get("/zh-Hant/door/parties/tour/blank").text
    assert words in blank


@pytest.mark.clause("P2-4.4.3a")
def test_a_figure_that_no_flat_has_is_told_before_a_guest_could_read_the_braces(site: Site):
    fang, lacks = site.desk("fang"), "has no figure {bogus}"
    assert "has no figure" not in page(fang, f"{SCRIPT}/2").text()
    told = {f"5.lines.0.{tag}": "{bogus} {dining_seats}" for tag in ("zh-Hant", "zh-Hans", "en")}
    status, where, _shown = keep(fang, **told)
    assert status == 303
    assert f"Show flat A {lacks}:" in page(fang, where).text()
    assert f"Show flat B {lacks}" not in page(fang, where).text()


@pytest.mark.clause("P2-4.4.3d")
def test_who_wrote_a_version_is_not_offered_to_approve_it_and_is_refused(site: Site):
    zhou = site.desk("zhou")
    keep(zhou)
    assert decide(zhou, "offer", f"{SCRIPT}/3")[0] == 303
    status, shown = decide(zhou, "approve", f"{SCRIPT}/3")
    assert status == 422
    assert "Whoever wrote a version does not approve it" in shown
    assert number() == 1


def test_who_decides_by_an_old_page_is_told_so(site: Site):
    chen = site.desk("chen")
    assert decide(site.desk("zhou"), "give_back", reason="第二句太長")[0] == 303
    status, shown = decide(chen, "approve", seen="2")
    assert status == 422
    assert "Somebody has decided on this version meanwhile" in shown
    assert "第二句太長" in shown
    assert number() == 1


@pytest.mark.clause("P2-4.4.3d")
def test_a_date_ahead_takes_over_at_midnight_without_a_write(site: Site):
    """The pack's page is another one by the day alone, so each tablet fetches it."""
    day = date(2026, 5, 30)
    assert decide(site.desk("chen"), "approve", starts=day.isoformat())[0] == 303
    start = clock.day_bounds(day, demo.ZONE)[0]
    assert [number(at) for at in (AT, start - 1, start)] == [1, 1, 2]
    tablet = stations.authenticate(site.credentials["door"])
    assert tablet
    before, after = ({each["url"]: each["etag"] for each in stations.addresses(tablet, "en", at)} for at in (start - 1, start))
    assert before.keys() == after.keys()
    assert all(before[url] != after[url] for url in before)
    assert "Approved" in page(site.desk("chen"), f"{SCRIPT}/2").text()
    with clock.standing_at(start + timedelta(hours=9) // timedelta(milliseconds=1)):
        assert "兩個插座" in site.tablet("door").get("/zh-Hant/door/parties/tour/blank").text


@pytest.mark.clause("P2-4.4.3d")
def test_a_day_that_is_over_is_refused_beside_its_field_and_today_is_from_now_on(site: Site):
    status, shown = decide(site.desk("chen"), "approve", starts="2026-05-27")
    assert (status, "That day is over." in shown, number()) == (422, True, 1)
    assert decide(site.desk("chen"), "approve", starts="2026-05-28")[0] == 303
    assert (number(AT), number(AT - 1)) == (2, 1)


def test_whoever_approves_is_told_from_when(site: Site):
    chen = site.desk("chen")
    decide(chen, "approve", starts="2026-05-30")
    assert "Version 2: approved, in force from 30 May." in page(chen, f"{SCRIPT}/2").text()


@pytest.mark.clause("P2-4.4.3d")
def test_a_version_that_waits_is_an_open_point_of_today_for_those_who_approve(site: Site):
    chen, words = site.desk("chen"), "version 2 waits for an approval"
    found = [each for each in page(chen, "/review").all("a") if each.attrs.get("href") == f"{SCRIPT}/2"]
    assert len(found) == 1
    assert words in page(chen, "/review").text()
    assert words not in page(chen, "/review/2026-05-27").text()
    assert site.desk("fang").get("/review").status_code in (403, 404)
    decide(chen, "approve")
    assert words not in page(chen, "/review").text()


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(site: Site):
    status, _where, shown = keep(site.desk("fang"), **{"0.title.zh-Hant": "", "0.lines.0.en": "x" * 201, "title.en": "Kept"})
    assert status == 422
    field = next(each for each in shown.all("textarea") if each.attrs["name"] == "0.lines.0.en")
    assert field.attrs["aria-invalid"] == "true"
    assert field.text() == "x" * 201
    assert "Too long: at most 200 characters." in field.parent.text()
    assert next(each for each in shown.all("textarea") if each.attrs["name"] == "title.en").text() == "Kept"
    links = {each.attrs["href"] for each in shown.all("a") if each.attrs.get("class") == "errors__link"}
    assert links == {"#0.title.zh-Hant", "#0.lines.0.en"}
    told = {each.text() for each in shown.all("a") if each.attrs.get("class") == "errors__link"}
    assert {each.partition(": ")[0] for each in told} == {
        "1 Exterior · Title · 繁體", "1 Exterior · Line to be said 1 · English"
    }  # fmt: skip
    assert next(each for each in shown.all("details") if each.has_parent("form")).attrs.get("open") is not None


def open_folds(page: Node) -> list[int]:
    folds = [each for each in page.all("details") if any("data-fold" in one.attrs for one in each.all("input"))]
    return [number for number, each in enumerate(folds) if "open" in each.attrs]


@pytest.mark.parametrize(
    ("button", "left"), [("up:3", [2, 7]), ("out:3", [6]), ("up:5", [3, 4, 7]), ("up:3.lines.1", [3, 7]), ("add", [3, 7, 14])]
)
def test_moving_and_leaving_out_keeps_the_folds_as_they_were(site: Site, button: str, left: list[int]):
    fang = site.desk("fang")
    said = fields(page(fang, f"{SCRIPT}/edit")) | {"3.open": "yes", "7.open": "yes", "do": button}
    shown = read(fang.post(f"{SCRIPT}/edit?lang=en", data=said, headers=OURS).text)
    assert open_folds(shown) == left
    said = fields(shown)
    assert [number for number in range(20) if f"{number}.open" in said] == left


@pytest.mark.parametrize(("starts", "words"), [("9999-12-31", "Write a date from 2000 to 2100."), ("soon", "Write a day, such as")])
def test_a_day_that_nothing_may_begin_on_says_which_may(site: Site, starts: str, words: str):
    status, shown = decide(site.desk("chen"), "approve", starts=starts)
    assert (status, words in shown, number()) == (422, True, 1)


def test_a_missing_language_is_marked_where_it_is_written_and_where_it_is_read(site: Site):
    fang = site.desk("fang")
    assert keep(fang, **{"0.title.en": ""})[0] == 303
    assert "Missing: 繁體 is shown instead" in page(fang, f"{SCRIPT}/edit").text()
    assert "No English: 繁體 is shown instead" in page(fang, f"{SCRIPT}/3").text()


@pytest.mark.clause("P2-4.4.3d")
def test_two_who_write_at_once_are_told_and_lose_nothing(site: Site):
    fang, zhou = site.desk("fang"), site.desk("zhou")
    said = fields(page(fang, f"{SCRIPT}/edit")) | {"do": "keep", "title.en": "Of marketing"}
    keep(zhou, **{"title.en": "Of the administrator"})
    answer = fang.post(f"{SCRIPT}/edit?lang=en", data=said, headers=OURS)
    assert answer.status_code == 422
    assert "Version 3 was kept meanwhile" in answer.text
    assert "Of marketing" in answer.text
    again = fields(read(answer.text)) | {"do": "keep"}
    assert fang.post(f"{SCRIPT}/edit", data=again, headers=OURS).headers["Location"] == f"{SCRIPT}/4"


def test_a_drafted_title_stays_in_its_version_until_it_is_in_force(site: Site):
    """What is called otherwise in a draft is so on the draft's page alone, and beside the former title where both are compared."""
    fang, chen = site.desk("fang"), site.desk("chen")
    _status, where, _shown = keep(fang, **{"title.en": "Another name"})
    assert "Another name" in page(fang, where).text()
    for path in ("/documents", SCRIPT, f"{SCRIPT}/1", f"{SCRIPT}/1/2", f"{SCRIPT}/edit"):
        assert "Another name" not in [each.text() for each in page(fang, path).all("title", "h1", "p", "span")]
    assert "Tour script, Type A → Another name" in page(fang, f"{SCRIPT}/1/3").text()
    assert decide(fang, "offer", where)[0] == 303
    assert decide(chen, "approve", where)[0] == 303
    assert "Another name" in page(chen, "/documents").text()
    assert "Another name" not in page(chen, f"{SCRIPT}/1").text()


def test_a_stop_is_added_moved_and_left_out_without_a_script(site: Site):
    fang = site.desk("fang")
    added = fang.post(f"{SCRIPT}/edit?lang=en", data=fields(page(fang, f"{SCRIPT}/edit")) | {"do": "add"}, headers=OURS)
    assert added.status_code == 200
    said = fields(read(added.text)) | {
        "do": "keep",
        "14.key": "study",
        "14.title.zh-Hant": "書房",
        "14.lines.0.zh-Hant": "這裏是書房。",
    }
    assert fang.post(f"{SCRIPT}/edit", data=said, headers=OURS).status_code == 303
    assert "書房 Added" in page(fang, f"{SCRIPT}/2/3").text()


@pytest.mark.clause("P2-4.4.3d")
def test_the_differences_name_what_was_added_by_its_line(site: Site):
    shown = page(site.desk("chen"), f"{SCRIPT}/1/2").text()
    for words in ("From version 1 to version 2", "Changed", "Line to be said 2 · English", "There are two sockets"):
        assert words in shown


def test_a_new_document_begins_empty_and_says_what_it_lacks(site: Site):
    fang = site.desk("fang")
    answer = fang.post("/documents?lang=en", data={"kind": "script", "code": "script.c"}, headers=OURS)
    assert answer.status_code == 303
    shown = fang.post(answer.headers["Location"] + "?lang=en", data={"do": "keep", "seen": "0"}, headers=OURS)
    assert shown.status_code == 422
    assert "Nothing is in it yet. Add the first." in shown.text
    twice = fang.post("/documents?lang=en", data={"kind": "script", "code": "script.c"}, headers=OURS)
    assert "This key is there twice." in twice.text


def test_a_supervisor_writes_no_script_and_a_version_that_there_is_not_is_not_found(site: Site):
    chen = site.desk("chen")
    assert chen.post("/documents", data={"kind": "script", "code": "x"}, headers=OURS).status_code == 403
    assert chen.get(f"{SCRIPT}/edit").status_code == 403
    assert site.desk("fang").get(f"{OPENING}/edit").status_code == 403
    assert chen.get(f"{SCRIPT}/9").status_code == 404
    assert chen.get(f"{SCRIPT}/1/9").status_code == 404
    assert chen.get(f"/documents/{demo.named('place', 'bar')}").status_code == 404


def test_who_only_writes_is_led_to_the_documents(site: Site):
    client = site.stranger()
    form = {"account": "fang", "password": demo.PASSWORD}
    answer = client.post("/sign-in", data=form, headers=OURS)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/documents")
    shown = page(client, "/documents")
    rail = [each.attrs["href"] for each in shown.all("a") if each.attrs.get("class") == "rail__link"]
    assert rail == ["/documents", "/lists/questions"]


@pytest.mark.clause("P2-4.4.2c")
def test_a_list_is_asked_otherwise_at_the_door_once_another_approved_it(site: Site):
    """The bounds of a time, a choice more that is not in order, and when it is due, all by the one page that writes."""
    chen, added = site.desk("chen"), {"3.options.3.text.zh-Hant": "紗窗破了", "3.options.3.fails": "yes"}
    shown = page(chen, f"{OPENING}/edit")
    assert len([each for each in shown.all("input") if each.attrs.get("name", "").startswith("3.options.3.")]) == 1
    status, _where, wrong = keep(chen, OPENING, **added, **{"4.max": "9 o'clock", "schedule.to": "-90"})
    assert status == 422
    typed = {each.attrs["name"]: each.attrs["value"] for each in wrong.all("input") if each.attrs.get("aria-invalid")}
    assert typed == {"4.max": "9 o'clock", "schedule.to": "-90"}
    again = fields(wrong) | {"do": "keep", "4.max": "９：３０", "schedule.to": "45"}
    where = chen.post(f"{OPENING}/edit", data=again, headers=OURS).headers["Location"]
    assert "Is not in order" in page(chen, where).text()
    assert "紗窗破了" not in site.tablet("door").get("/zh-Hant/door/checks").text
    decide(chen, "offer", where)
    assert decide(site.desk("zhou"), "approve", where)[0] == 303
    assert "紗窗破了" not in site.tablet("door").get("/zh-Hant/door/checks").text, "today it was answered as it was asked then"
    with clock.standing_at(AT + 19 * clock.HOUR):
        door = site.tablet("door").get("/zh-Hant/door/checks").text
    assert "紗窗破了" in door
    assert 'max="09:30"' in door


def test_a_row_whose_choices_are_added_to_stays_open(site: Site):
    chen = site.desk("chen")
    said = fields(page(chen, f"{OPENING}/edit")) | {"do": "more:3.options", "3.options.3.text.en": "Half typed"}
    shown = read(chen.post(f"{OPENING}/edit?lang=en", data=said, headers=OURS).text)
    opened = [each.text() for each in shown.all("details") if "open" in each.attrs and each.has_parent("form")]
    assert len(opened) == 1
    assert "Half typed" in opened[0]


def test_who_may_not_approve_a_version_does_not_take_it_out_of_use(site: Site):
    answer = site.desk("fang").post(f"{OPENING}/1?lang=en", data={"seen": "0", "what": "withdraw", "reason": "改版"}, headers=OURS)
    assert answer.status_code == 422
    shown = read(answer.text).text()
    assert "Somebody who may approve it, and did not write it, takes it out of use." in shown
    assert not page(site.desk("fang"), f"{OPENING}/1").all("textarea")
    assert "In force" in page(site.desk("chen"), f"{OPENING}/1").text()


def test_who_wrote_the_version_in_force_does_not_take_it_out_of_use_and_another_reads_what_comes_back(site: Site):
    zhou, chen = site.desk("zhou"), site.desk("chen")
    keep(zhou)
    decide(zhou, "offer", f"{SCRIPT}/3")
    decide(chen, "approve", f"{SCRIPT}/3")
    assert number() == 3
    own = {"seen": "3", "what": "withdraw", "reason": "改版"}
    assert zhou.post(f"{SCRIPT}/3?lang=en", data=own, headers=OURS).status_code == 422
    assert number() == 3
    assert "version 1 is in force again" in page(chen, f"{SCRIPT}/3").text()
    assert decide(chen, "withdraw", f"{SCRIPT}/3", reason="改版")[0] == 303
    assert number() == 1


def test_the_managers_are_told_when_a_list_goes_out_of_use_and_who_withdraws_reads_that_nothing_takes_its_place(site: Site):
    chen = site.desk("chen")
    assert "nothing takes its place" in page(chen, f"{OPENING}/1").text()
    assert not [each for each in tell_of_documents(demo.project_id(), AT) if each.kind == "document_withdrawn"]
    assert decide(chen, "withdraw", f"{OPENING}/1", reason="改版")[0] == 303
    db.session.rollback()
    (told,) = [each for each in tell_of_documents(demo.project_id(), AT + 1) if each.kind == "document_withdrawn"]
    assert told.to
    assert told.subject == str(demo.named("document", "check.flat_opening"))
