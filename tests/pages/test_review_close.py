"""A day is closed at the desk: clean or with exceptions, never blocked; what comes later is shown as such (domain section 0.8)."""

import json
from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest
import sqlalchemy as sa

from tests.pages.conftest import AT, OURS, Node, Site, hidden_of, read
from tests.pages.test_desk import FIRST, sends
from tests.pages.test_records import remarks
from webapp import demo
from webapp.base import clock, ids
from webapp.base.database import db
from webapp.base.i18n import LANGUAGES
from webapp.operations.entries import digest_of
from webapp.operations.ledger import the_ledger
from webapp.operations.rules import SYSTEM
from webapp.records import queries as records
from webapp.review import views
from webapp.review.models import Closure, LeftOpen
from webapp.review.points import left_open
from webapp.review.rules import NOTE_MOST, POINTS_MOST, REASONS, WORDS_MOST, Point, labelled
from webapp.tours import queries as tours

TODAY, YESTERDAY = "/review/2026-05-28", "/review/2026-05-27"
CLOSE = f"{TODAY}/close"
CODES = {each.key: each.code for each in demo.CAST}
MIDNIGHT = AT + (10 * 60 + 29) * clock.MINUTE
CLEAN = [Point("all", "Everything is in order", tone="ok")]


def page(site: Site, path: str = TODAY, who: str = "chen", language: str = "en") -> Node:
    answer = site.desk(who).get(f"{path}?lang={language}")
    assert answer.status_code == 200
    return read(answer.text)


def section(shown: Node, key: str) -> str:
    return " ".join(each.text() for each in shown.all("section") if each.attrs.get("aria-labelledby") == key)


def closures() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(Closure)) or 0


def reasons_of(shown: Node, reason: str = "carried") -> dict[str, str]:
    return {each.attrs["name"]: reason for each in shown.all("select") if each.attrs["name"].startswith("lines.")}


def closes(site: Site, who: str = "chen", *, reason: str = "carried", at: int = AT, **changed: str) -> tuple[int, Node]:
    """Open the page, say the same of each point, sign, and follow to where it leads."""
    client = site.desk(who)
    with clock.standing_at(at):
        shown = read(client.get(f"{CLOSE}?lang=en").text)
        form = hidden_of(shown) | reasons_of(shown, reason) | {"code": CODES[who]} | changed
        answer = client.post(f"{CLOSE}?lang=en", data=form, headers=OURS)
        told = client.get(f"{answer.location}?lang=en") if answer.location else answer
    return answer.status_code, read(told.text)


def deputy() -> None:
    outcome = the_ledger().submit(
        "staff.join", {"person": demo.person("zhou"), "role": "supervisor_deputy"}, project_id=demo.project_id(), author_id=None,
        proof=SYSTEM, at=AT - clock.MINUTE,
    )  # fmt: skip
    assert outcome.outcome == "applied"


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "points_of", lambda *_: CLEAN)


@pytest.mark.usefixtures("clean")
@pytest.mark.clause("P2-4.1.3")
def test_a_clean_day_is_closed_by_one_button_and_the_code(site: Site):
    shown = page(site, CLOSE)
    forms = [
        each for each in shown.all("form") if each.all("input") and "code" in {one.attrs.get("id") for one in each.all("input")}
    ]
    asked = [one for one in forms[0].all("input", "select", "textarea") if one.attrs.get("type") != "hidden"]
    assert [one.attrs["name"] for one in asked] == ["code"]
    assert [each.text() for each in forms[0].all("button")] == ["End the shift"]
    status, told = closes(site)
    assert (status, closures()) == (303, 1)
    assert "Closed. What arrives later is shown as such." in told.text()
    assert "Closed by 陳思遠 at 13:31" in told.text()
    assert CLOSE not in {each.attrs.get("href") for each in told.all("a")}, "it is closed"


DOOR, BAR = demo.named("post", "door"), demo.named("post", "bar")
EARLY, MIDDLE = (f"/records/2026-05-28/{DOOR}/{shift}" for shift in ("early", "middle"))


def signed() -> set[tuple[str, str | None]]:
    """The records of today that are signed."""
    db.session.rollback()
    return {(post, shift) for post, _day, shift in records.reviews(demo.project_id(), "2026-05-28", "2026-05-28")}


def early(post: str) -> tuple[str, str]:
    return post, demo.named("shift", "early")


@pytest.mark.usefixtures("clean")
@pytest.mark.clause("P2-5.1")
@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "by the one signature for the day"), ("zh-Hant", "由當日審閱一次簽字"), ("zh-Hans", "由当日审阅一次签字")],
)
def test_the_one_signature_of_a_clean_day_is_under_its_duty_records_too(site: Site, language: str, said: str):
    closes(site)
    assert signed() == {early(DOOR)}, "at the bar whoever hands over is still there"
    client = site.desk("chen")
    shown = read(client.get(f"{EARLY}?in={language}").text).all("article")[0].text()
    assert "13:31 · " + said in shown
    sheet = openpyxl.load_workbook(BytesIO(client.get(f"{EARLY}/sheet.xlsx?in={language}").data)).active
    assert [cell for row in sheet.values for cell in row if cell and said in str(cell)]


@pytest.mark.usefixtures("clean")
def test_a_record_whose_shift_is_on_post_is_named_and_left_and_does_not_hinder_the_closing(site: Site):
    form = page(site, CLOSE)
    links = {each.attrs["href"]: each.text() for each in form.all("a") if each.attrs.get("href", "").startswith("/records/2026")}
    assert "signed with the day" in links[EARLY]
    assert "何欣怡 still on post" in links[MIDDLE]
    bar = {
        shift: next((told for href, told in links.items() if href.endswith(f"{BAR}/{shift}")), "") for shift in ("early", "middle")
    }
    assert "蘇曉彤 still on post" in bar["early"]
    assert bar["middle"] == "", "nobody has come for it yet"
    status, told = closes(site)
    assert (status, closures()) == (303, 1)
    left = told.text().partition("Duty records not signed yet: ")[2]
    assert "Greeter’s post · Middle shift" in left.partition("Review of the day")[0]
    assert "何欣怡 still on post" in read(site.desk("chen").get(f"{MIDDLE}?lang=en").text).text()


def test_with_open_points_the_records_are_signed_one_by_one(site: Site):
    assert "With points open the duty records are signed one by one." in page(site, CLOSE).text()
    closes(site)
    assert (closures(), signed()) == (1, set())


@pytest.mark.usefixtures("clean")
def test_a_record_that_has_its_own_signature_keeps_it(site: Site):
    client = site.desk("chen")
    form = hidden_of(read(client.get(EARLY).text)) | {"code": CODES["chen"]}
    assert client.post(EARLY, data=form, headers=OURS).status_code == 303
    first = records.reviews(demo.project_id(), "2026-05-28", "2026-05-28")[DOOR, "2026-05-28", demo.named("shift", "early")]
    closes(site, at=AT + clock.MINUTE)
    again = records.reviews(demo.project_id(), "2026-05-28", "2026-05-28")[DOOR, "2026-05-28", demo.named("shift", "early")]
    assert (again, again.with_day) == (first, False)
    assert signed() == {early(DOOR)}


@pytest.mark.usefixtures("clean")
def test_a_record_that_changed_since_the_page_was_opened_is_left(site: Site):
    client = site.desk("chen")
    form = hidden_of(read(client.get(f"{CLOSE}?lang=en").text)) | {"code": CODES["chen"]}
    remarks("Lamp fell", AT)
    answer = client.post(f"{CLOSE}?lang=en", data=form, headers=OURS)
    assert (answer.status_code, closures(), signed()) == (303, 1, set())


@pytest.mark.usefixtures("clean")
def test_what_arrives_after_the_one_signature_is_an_addendum_of_the_record(site: Site):
    closes(site)
    remarks("Lamp fell", AT + 5 * clock.MINUTE)
    with clock.standing_at(AT + 10 * clock.MINUTE):
        shown = read(site.desk("chen").get(f"{EARLY}?lang=en&in=en").text).text()
    assert "Changed since it was signed" in shown
    assert "Remark (Lamp fell)" in shown
    assert "1 entry came after this was signed" in shown
    assert "can no longer be told" not in shown


@pytest.mark.clause("P2-4.1.3")
def test_with_open_points_it_closes_with_exceptions_that_tomorrow_sees(site: Site):
    status, told = closes(site, reason="in_hand")
    number = len(list(db.session.scalars(sa.select(LeftOpen))))
    assert (status, number > 0) == (303, True)
    assert "Closed with exceptions by 陳思遠 at 13:31" in told.text()
    left = section(told, "left-1")
    assert left.count("being put right") == number
    with clock.standing_at(AT + clock.DAY):
        assert section(page(site, "/review/2026-05-29"), "carried").count("being put right") == number
    assert section(page(site), "carried") == "", "yesterday left nothing"


def test_a_reason_that_is_missing_is_asked_for_beside_its_field_and_nothing_typed_is_lost(site: Site):
    names = list(reasons_of(page(site, CLOSE)))
    note = names[1].replace(".reason", ".note")
    status, told = closes(site, **{names[0]: "", names[1]: "unreachable", note: "螢幕碎了"})
    assert (status, closures()) == (422, 0)
    fields = {each.attrs.get("name"): each for each in told.all("select", "input")}
    assert fields[names[0]].attrs["aria-invalid"] == "true"
    assert f"{names[0]}-error" in fields[names[0]].attrs["aria-describedby"]
    assert "aria-invalid" not in fields[names[1]].attrs
    chosen = [each.attrs["value"] for each in fields[names[1]].all("option") if "selected" in each.attrs]
    assert (chosen, fields[note].attrs["value"]) == (["unreachable"], "螢幕碎了")
    assert f"#{names[0]}" in {each.attrs.get("href") for each in told.all("a")}


def test_a_reason_that_is_not_offered_and_a_note_too_long_are_told(site: Site):
    name = next(iter(reasons_of(page(site, CLOSE))))
    note = name.replace(".reason", ".note")
    status, told = closes(site, **{name: "tired", note: "字" * (NOTE_MOST + 1)})
    assert (status, closures()) == (422, 0)
    assert "Choose one of the entries offered." in told.text()
    assert f"Too long: at most {NOTE_MOST} characters." in told.text()


def test_a_wrong_code_closes_nothing_and_keeps_the_reasons(site: Site):
    status, told = closes(site, reason="other", code="000000")
    assert (status, closures()) == (422, 0)
    assert "The code does not match this person" in told.text()
    chosen = {each.attrs["value"] for each in told.all("option") if "selected" in each.attrs}
    assert "other" in chosen
    assert "carried" not in chosen


@pytest.mark.parametrize(("who", "status"), [("zhou", 403), ("lin", 403), ("fang", 403)])
def test_who_may_not_close(site: Site, who: str, status: int):
    client = site.desk(who)
    assert client.get(CLOSE).status_code == status
    assert client.post(CLOSE, data={"code": CODES[who]}, headers=OURS).status_code == status
    assert (closures(), signed()) == (0, set())


def test_who_may_not_is_shown_no_button(shown: Site):
    links = {who: {each.attrs.get("href") for each in page(shown, who=who).all("a")} for who in ("chen", "zhou")}
    assert (CLOSE in links["chen"], CLOSE in links["zhou"]) == (True, False)
    assert "/records?month=2026-05#day-2026-05-28" in links["zhou"]


def test_the_deputy_may(site: Site):
    deputy()
    status, told = closes(site, "zhou")
    assert (status, closures()) == (303, 1)
    assert "by 周致和 at 13:31" in told.text()


def test_nobody_closes_without_signing_in(site: Site):
    answer = site.stranger().post(CLOSE, data={"code": CODES["chen"]}, headers=OURS)
    assert "/sign-in" in answer.location
    assert closures() == 0


def test_a_second_person_is_told_and_the_first_counts(site: Site):
    deputy()
    closes(site)
    status, told = closes(site, "zhou", at=AT + clock.MINUTE)
    assert (status, closures()) == (303, 2)
    assert "陳思遠 closed this day at 13:31. Both signatures stand, the first counts." in told.text()
    assert "Closed with exceptions by 陳思遠 at 13:31" in told.text()
    assert "Also closed by 周致和 at 13:32" in told.text()


def test_the_same_form_twice_closes_once(site: Site):
    client = site.desk("chen")
    shown = read(client.get(CLOSE).text)
    form = hidden_of(shown) | reasons_of(shown) | {"code": CODES["chen"]}
    assert [client.post(CLOSE, data=form, headers=OURS).status_code for _ in range(2)] == [303, 303]
    assert closures() == 1


def test_a_page_that_has_not_seen_the_closing_signs_nothing_and_says_who_closed(site: Site):
    deputy()
    old = read(site.desk("zhou").get(f"{CLOSE}?lang=en").text)
    closes(site)
    form = hidden_of(old) | reasons_of(old, "in_hand") | {"code": CODES["zhou"]}
    answer = site.desk("zhou").post(f"{CLOSE}?lang=en", data=form, headers=OURS)
    told = read(answer.text)
    assert (answer.status_code, closures()) == (422, 1)
    assert "陳思遠 closed this day at 13:31." in told.text()
    assert {chosen(each) for each in told.all("select") if each.attrs["name"].startswith("lines.")} == {"in_hand"}
    again = form | hidden_of(told)
    assert site.desk("zhou").post(CLOSE, data=again, headers=OURS).status_code == 303
    assert closures() == 2, "now that it is known the signature stands beside the first"


def test_whoever_closed_it_is_told_so_in_a_second_tab(site: Site):
    client = site.desk("chen")
    old = read(client.get(f"{CLOSE}?lang=en").text)
    closes(site)
    with clock.standing_at(AT + clock.MINUTE):
        form = hidden_of(old) | reasons_of(old) | {"code": CODES["chen"]}
        answers = [client.post(f"{CLOSE}?lang=en", data=form, headers=OURS), client.get(f"{CLOSE}?lang=en")]
        assert [(each.status_code, each.location) for each in answers] == [(303, TODAY)] * 2
        assert "You closed this day at 13:31 already." in client.get(f"{TODAY}?lang=en").text
    assert closures() == 1


def test_one_reason_for_all_stands_for_those_that_have_none_of_their_own(site: Site):
    own = next(iter(reasons_of(page(site, CLOSE))))
    status, _told = closes(site, reason="", **{own: "unreachable", "for_all": "in_hand"})
    said = [each.reason for each in db.session.scalars(sa.select(LeftOpen))]
    assert (status, said.count("unreachable"), set(said)) == (303, 1, {"unreachable", "in_hand"})


def test_every_point_has_one_name_in_every_language(shown: Site):
    names = {language: list(reasons_of(page(shown, CLOSE, language=language))) for language in LANGUAGES}
    assert len(names["en"]) > 5
    assert names["en"] == names["zh-Hant"] == names["zh-Hans"]


def test_what_was_chosen_is_still_chosen_in_another_language(site: Site):
    client = site.desk("chen")
    form_of = read(client.get(f"{CLOSE}?lang=zh-Hant").text)
    way = next(each for each in form_of.all("button") if each.attrs.get("value") == "en")
    assert (way.attrs["form"], way.attrs["formaction"]) == ("closing", f"{CLOSE}?lang=en")
    names = list(reasons_of(form_of))
    note = names[1].replace(".reason", ".note")
    form = hidden_of(form_of) | reasons_of(form_of) | {"code": CODES["chen"], note: "螢幕碎了", way.attrs["name"]: "en"}
    answer = client.post(way.attrs["formaction"], data=form, headers=OURS)
    told = read(answer.text)
    assert (answer.status_code, closures()) == (200, 0)
    assert "End with these points open" in told.text()
    assert {chosen(each) for each in told.all("select") if each.attrs["name"].startswith("lines.")} == {"carried"}
    typed = {each.attrs["name"]: each.attrs.get("value") for each in told.all("input")}
    assert (typed[note], typed["code"]) == ("螢幕碎了", None)


def chosen(field: Node) -> str:
    return next((each.attrs["value"] for each in field.all("option") if "selected" in each.attrs), "")


def test_what_was_left_open_is_read_in_the_readers_language(site: Site):
    said = {
        "zh-Hant": ("A 型樣板房 · 樣板房班前檢查 · 還差", "項整改待核驗"),
        "zh-Hans": ("A 型样板房 · 样板房班前检查 · 还差", "项整改待核验"),
        "en": ("Show flat A · Show flat: opening check · 2 points", "to be verified"),
    }
    closes(site)
    with clock.standing_at(AT + clock.DAY):
        for language in LANGUAGES:
            lines = section(page(site, "/review/2026-05-29", language=language), "carried")
            told = {each: [words in lines for words in texts] for each, texts in said.items()}
            assert told == {each: [each == language] * 2 for each in LANGUAGES}, lines


def test_after_closing_nothing_stands_before_its_end(site: Site):
    closes(site)
    assert section(page(site), "points").startswith("Still open")


def test_a_closing_of_another_project_closes_nothing_here(site: Site):
    other = ids.derived(demo.project_id(), "other")
    outcome = the_ledger().submit("review.close", {"day": "2026-05-28"}, project_id=other, author_id=None, proof=SYSTEM, at=AT)
    assert outcome.outcome == "applied"
    assert "Closed by" not in page(site).text()


@pytest.mark.clause("P2-4.1.3")
def test_what_arrives_after_closing_is_shown_as_such(site: Site):
    closes(site)
    assert section(page(site), "late") == ""
    body = json.dumps({"place": demo.named("place", "flat-a"), "category": "abnormal", "text": "Lamp fell"})
    before = AT - 10 * clock.MINUTE
    said = replace(FIRST, body=body, digest=digest_of(body), happened_at=before, beacon_at=before)
    sends("Door", said, at=AT + 5 * clock.MINUTE)
    with clock.standing_at(AT + 10 * clock.MINUTE):
        late = section(page(site), "late")
    assert late.startswith("Arrived after closing 1")
    assert "13:21 Remark (Lamp fell) 何欣怡 · came in 13:36" in late


def undoes_the_last_party(at: int) -> int:
    """The supervisor undoes it at the desk; how many guests it had."""
    db.session.rollback()
    party = tours.parties(demo.project_id(), AT - clock.DAY, AT, AT)[0]
    outcome = the_ledger().submit(
        "tours.undo", {"entry": party.id}, project_id=demo.project_id(), author_id=demo.person("chen"), proof="session", at=at
    )
    assert outcome.outcome == "applied"
    return party.guests


@pytest.mark.clause("P2-4.1.5a")
def test_a_party_that_was_undone_stays_to_be_read_and_counts_nowhere(site: Site):
    guests, before = undoes_the_last_party(AT), int(page(site).text().split("parties with")[0].split()[-1])
    db.session.rollback()
    (party, _when, by), *others = tours.undone_parties(demo.project_id(), AT - clock.DAY, AT, AT)
    assert (others, by) == ([], demo.person("chen"))
    told = page(site)
    (row,) = [each.text() for each in told.all("li") if "Undone" in each.text()]
    assert f"Party of {guests}" in row
    door = read(site.tablet("door").get("/en/door/parties").text)
    (shown,) = [each for each in door.all("li") if each.attrs.get("data-id") == party.id]
    words = [each for each in shown.all("span") if each.attrs.get("data-value") == "undone"]
    assert ["hidden" in each.attrs for each in words] == [False]
    assert not shown.all("a")
    assert int(told.text().split("parties with")[0].split()[-1]) == before


@pytest.mark.clause("P2-4.1.3")
@pytest.mark.parametrize("after", [5 * clock.MINUTE, clock.DAY])
def test_what_is_taken_back_after_closing_is_told_with_what_it_made_of_the_figures(site: Site, after: int):
    closes(site)
    before = int(page(site).text().split("parties with")[0].split()[-1])
    guests = undoes_the_last_party(AT + after)
    with clock.standing_at(AT + after + clock.MINUTE):
        told = page(site)
    late = section(told, "late")
    assert late.startswith("Arrived after closing 1")
    assert "Arrival or question undone at the desk" in late
    assert f"Guests arrived ({guests} guest" in late
    assert "陳思遠 · came in" in late
    made = f"Number of parties {before} → {before - 1}"
    assert made in late
    assert f"The figures have changed since closing: {made}" in told.text()
    assert f"{before - 1} parties with" in told.text()


def test_a_day_whose_figures_are_those_of_the_closing_says_nothing_of_it(site: Site):
    closes(site)
    assert "The figures have changed since closing" not in page(site).text()


def test_a_day_that_nobody_closed_closes_by_itself_and_nothing_is_written(site: Site):
    said = "Closed by itself: nobody signed this day."
    assert said in page(site, YESTERDAY).text()
    assert said not in page(site).text(), "it is still on"
    with clock.standing_at(MIDNIGHT - 1):
        assert said not in page(site).text()
    with clock.standing_at(MIDNIGHT):
        assert said in page(site).text()
    assert closures() == 0


def test_what_arrives_after_it_closed_by_itself_is_shown_too(site: Site):
    assert section(page(site, YESTERDAY), "late") == ""
    before = AT - clock.DAY
    sends("Door", replace(FIRST, happened_at=before, beacon_at=before))
    late = section(page(site, YESTERDAY), "late")
    assert "13:31 Remark (Lamp lit) 何欣怡 · came in Thursday 28 May 13:31" in late


def test_a_day_that_is_over_is_not_signed_afterwards(site: Site):
    client = site.desk("chen")
    answer = client.post(f"{YESTERDAY}/close?lang=en", data={"code": CODES["chen"]}, headers=OURS)
    assert (answer.status_code, closures()) == (303, 0)
    assert "This day is over: it closed by itself." in client.get(f"{answer.location}?lang=en").text
    assert client.get("/review/2026-05-29/close").status_code == 404
    assert client.get("/review/tomorrow/close").status_code == 404


def test_it_is_said_in_chinese(site: Site):
    assert "結束本班" in page(site, language="zh-Hant").text()
    asked = page(site, CLOSE, language="zh-Hans").text()
    for said in ("结束本班", "带未完事项结束", "带到明日", "正在处理", "平板未连上", "其他原因"):
        assert said in asked


def test_a_point_keeps_its_label_while_its_figures_change():
    points = [Point("tablet", "Bar has 3 to send", href="/tablets/1"), Point("gone", "Gone"), Point("gone", "Gone"), *CLEAN]
    later = [Point("tablet", "Bar has 5 to send", href="/tablets/1"), *points[1:]]
    assert list(labelled(points)) == list(labelled(later))
    assert len(labelled(points)) == 3


@pytest.mark.usefixtures("site")
def test_however_much_is_open_it_fits_into_one_entry():
    said = {"day": "2026-05-28"}
    for number in range(POINTS_MOST):
        label = f"lines.{number:08x}"
        said |= {
            f"{label}.words": Point("x", "字" * 100).line(WORDS_MOST),
            f"{label}.reason": REASONS[2],
            f"{label}.note": "字" * NOTE_MOST,
        }
    outcome = the_ledger().submit(
        "review.close", said, project_id=demo.project_id(), author_id=demo.person("chen"), proof="session"
    )
    assert (outcome.outcome, outcome.errors) == ("applied", {})
    assert {len(each.words) for each in db.session.scalars(sa.select(LeftOpen))} == {WORDS_MOST}


def test_more_points_than_fit_are_one_line(site: Site):
    many = [Point("x", f"Point {number}") for number in range(POINTS_MOST + 5)]
    with site.app.test_request_context(headers={"Accept-Language": "en"}):
        found = left_open(many)
    assert (len(found), found["rest"].words) == (POINTS_MOST, "6 further points")
