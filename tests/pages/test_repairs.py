"""The desk's repair room as a supervisor sees it."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask, g
from flask.testing import FlaskClient

from tests.pages.conftest import AT, OURS, Node, Site, hidden_of, read
from tests.pages.test_desk import FIRST, REMARK, covers, sends
from tests.pages.test_stock import record
from webapp import demo
from webapp.base import clock
from webapp.base.database import db
from webapp.base.i18n import LANGUAGES
from webapp.operations import registry
from webapp.operations.entries import Entry, digest_of
from webapp.operations.fields import Field, Lines
from webapp.operations.ledger import the_ledger
from webapp.operations.models import Receipt
from webapp.repairs import queries


def entry(operation: str, body: str, **more: object) -> Entry:
    return replace(FIRST, operation=operation, body=body, digest=digest_of(body), **more)  # type: ignore[arg-type]


def draw(quantity: str) -> Entry:
    place = demo.named("place", "flat-a")
    return entry("stock.draw", f'{{"item": "{covers()}", "place": "{place}", "quantity": "{quantity}"}}')


def page(site: Site, path: str = "/repairs", who: str = "chen") -> Node:
    return read(site.desk(who).get(f"{path}?lang=en").text)


def says(site: Site, entry_id: str, who: str = "chen", **said: str) -> tuple[int, Node]:
    client = site.desk(who)
    path = f"/repairs/{entry_id}?lang=en"
    shown = read(client.get(path).text)
    form = {name: value for name, value in hidden_of(shown).items() if name != "csrf_token"}
    answer = client.post(path, data=form | said, headers=OURS)
    return answer.status_code, read(answer.text)


def outcome(entry_id: str) -> str:
    with db.engine.connect() as connection:
        return str(connection.execute(sa.select(Receipt.outcome).where(Receipt.id == entry_id)).scalar_one())


def test_an_empty_room_says_what_it_is_for(site: Site):
    assert "waits here, with what was typed, until somebody mends it" in page(site).text()


def test_what_was_mended_is_not_mended_again(site: Site):
    sends("Door", draw("four"))
    shown = page(site, f"/repairs/{FIRST.id}")
    said = {"item": covers(), "place": demo.named("place", "flat-a")}
    stale = {name: value for name, value in hidden_of(shown).items() if name != "csrf_token"} | said
    assert says(site, FIRST.id, **said, quantity="4")[0] == 303
    assert not [each for each in page(site, f"/repairs/{FIRST.id}").all("form") if "Mend" in each.text()]
    again = site.desk("chen").post(f"/repairs/{FIRST.id}?lang=en", data=stale | {"quantity": "9"}, headers=OURS)
    assert again.status_code == 303
    with db.engine.connect() as connection:
        repairs = connection.execute(sa.select(Receipt.id).where(Receipt.repairs == FIRST.id)).all()
    assert len(repairs) == 1


def test_a_refused_entry_is_shown_with_what_was_typed_and_why(site: Site):
    sends("Door", draw("four"))
    shown = page(site).text()
    for words in ("To mend 1", "Drawn from the store", "four", "Quantity: Write a number", "何欣怡", "Door", "13:31"):
        assert words in shown
    assert "Show flat A" in page(site, f"/repairs/{FIRST.id}").text()


def test_an_answer_to_a_check_is_mended_by_its_one_field_and_names_its_list(site: Site):
    """What was left blank and may be is folded away; a list is called by its title and number, never by its id."""
    body = {"version": demo.version("check.flat_opening"), "place": demo.named("place", "flat-a"), "item": "flat_open.covers"}
    bad = entry("checklists.answer", json.dumps(body | {"number": "4 5"}))
    sends("Door", bad)
    shown = page(site, f"/repairs/{bad.id}")
    fields = [each.attrs["name"] for each in (*shown.all("select"), *shown.all("input"), *shown.all("textarea"))
              if each.attrs.get("type") != "hidden" and each.has_parent("form") and not each.has_parent("details")]  # fmt: skip
    assert {"version", "place", "number"} <= set(fields)
    assert not {"choice", "text", "time", "note"} & set(fields)
    options = [each.text() for each in shown.all("option") if each.attrs.get("value") == body["version"]]
    assert options == ["Show flat: opening check · Version 1"]
    assert not any(re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", each.text()) for each in shown.all("option"))
    assert says(site, bad.id, **body, number="45")[0] == 303


def test_a_time_of_another_year_is_refused_and_shown_with_its_year(site: Site):
    when = clock.typed("2099-12-31T23:59", demo.ZONE)
    sends("Door", entry("tours.ask", json.dumps({"party": demo.first_party(AT), "tag": "school", "when": when})))
    shown = page(site).text()
    assert "Thursday 31 December 2099 23:59" in shown
    assert "When it was: At most 48 hours back, and not in the future." in shown


def slips(client: FlaskClient, path: str, **typed: str | list[str]) -> tuple[int, Node]:
    shown = read(client.get("/checks/2026-05-28?lang=en" if path.startswith("/checks") else "/site?lang=en").text)
    form = hidden_of(shown) | typed
    answer = client.post(f"{path}?lang=en", data=form, headers=OURS)
    return answer.status_code, read(answer.text)


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("/site/printing", {"company": "越秀", "kept_years": "99999"}),
        ("/checks/2026-05-28", {"act": "return", "comment": "Look again"}),
    ],
)
def test_a_slip_in_a_form_of_the_desk_is_told_beside_the_field_and_is_no_entry(site: Site, path: str, typed: dict[str, str]):
    status, told = slips(site.desk("chen"), path, **typed)
    assert status == 422
    assert set(typed.values()) - {"return"} <= {each.attrs.get("value", each.text()) for each in told.all("input", "textarea")}
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).where(Receipt.outcome == "refused")) == 0


def test_what_a_desk_was_refused_is_no_business_of_the_repair_room_nor_of_the_closing(site: Site):
    outcome = the_ledger().submit(
        "sites.set_printing", {"kept_years": "99999"}, project_id=demo.project_id(), author_id=demo.person("chen"), proof="session",
    )  # fmt: skip
    assert outcome.outcome == "refused"
    assert "Nothing is to be mended" in page(site).text()
    assert "not recorded" not in page(site, "/review").text()


def test_what_was_rejected_is_no_open_point_of_the_day_any_more(site: Site):
    sends("Door", entry("tours.of_a_newer_build", REMARK))
    assert "1 entry was not recorded" in page(site, "/review").text()
    assert says(site, FIRST.id, result="rejected", reason="Entered twice")[0] == 303
    assert "not recorded" not in page(site, "/review").text()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (lambda: draw("9999999"), "Quantity: At most 1000000."),
        (lambda: draw("-3"), "Quantity: At least 0."),
        (lambda: said_at("-30610253143000"), "1 January 1000"),
        (lambda: said_at("99999999999999"), "November 5138"),
    ],
)
def test_a_bound_and_an_instant_out_of_it_are_told_in_words(site: Site, sent: Callable[[], Entry], told: str):
    sends("Door", sent())
    for path in ("/repairs", f"/repairs/{FIRST.id}"):
        shown = page(site, path).text()
        assert told in shown
        assert not re.search(r"None|[0-9]{12}", shown)


def said_at(when: str) -> Entry:
    place = demo.named("place", "flat-a")
    return entry("duty.remark", json.dumps({"place": place, "category": "repair", "text": "Lamp", "when": when}))


def test_the_supervisor_says_it_again_in_the_authors_place(site: Site):
    sends("Door", draw("four"))
    said = {"item": covers(), "place": demo.named("place", "flat-a")}
    status, answer = says(site, FIRST.id, **said, quantity="many")
    wrong = next(each for each in answer.all("input") if each.attrs.get("name") == "quantity")
    assert (status, wrong.attrs["value"], wrong.attrs["aria-invalid"]) == (422, "many", "true")
    assert says(site, FIRST.id, **said, quantity="4")[0] == 303
    assert "Nothing is to be mended" in page(site).text()
    db.session.rollback()
    mended = db.session.scalars(sa.select(Receipt).where(Receipt.repairs == FIRST.id)).one()
    assert (mended.author_id, mended.effective_at, mended.outcome) == (demo.person("he"), AT, "applied")


def test_sending_the_form_twice_mends_it_once(site: Site):
    sends("Door", draw("four"))
    path = f"/repairs/{FIRST.id}"
    client = site.desk("chen")
    form = hidden_of(read(client.get(path).text)) | {
        "item": covers(), "place": demo.named("place", "flat-a"), "quantity": "4",
    }  # fmt: skip
    for _again in range(2):
        assert client.post(path, data=form, headers=OURS).status_code == 303
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).where(Receipt.repairs == FIRST.id)) == 1


def test_a_remark_of_yesterday_is_mended_in_words_and_time(site: Site):
    place, when = demo.named("place", "flat-a"), AT - 3 * clock.DAY
    sends("Door", entry("duty.remark", f'{{"place": "{place}", "category": "repair", "text": "Lamp", "when": "{when}"}}'))
    shown = page(site, f"/repairs/{FIRST.id}")
    assert "When it was: At most 48 hours back" in shown.text()
    assert [each.attrs["value"] for each in shown.all("input") if each.attrs.get("type") == "datetime-local"] == [
        "2026-05-25T13:31"
    ]
    assert says(site, FIRST.id, place=place, category="repair", text="Lamp", when="2026-05-27T18:00")[0] == 303
    assert outcome(FIRST.id) == "refused"
    assert "Nothing is to be mended" in page(site).text()


def mended() -> Receipt:
    db.session.rollback()
    return db.session.scalars(sa.select(Receipt).where(Receipt.repairs == FIRST.id)).one()


@pytest.mark.parametrize(
    "typed", ["2099-01-01T10:00", "2026-05-28T13:32", "2026-05-26T13:30", "0999-01-01T10:00", "1900-01-01T10:00"]
)
def test_a_time_mended_beyond_its_bounds_is_told_beside_it_with_both_on_the_sites_clock(site: Site, typed: str):
    sends("Door", said_at(str(AT + 9 * clock.HOUR)))
    said = {"place": demo.named("place", "flat-a"), "category": "repair", "text": "Lamp"}
    status, answer = says(site, FIRST.id, **said, when=typed)
    field = next(each for each in answer.all("input") if each.attrs.get("name") == "when")
    assert (status, field.attrs["value"], field.attrs["aria-invalid"]) == (422, typed, "true")
    told = next(each for each in answer.all() if each.attrs.get("id") == field.attrs["aria-describedby"].split()[-1])
    assert told.text() == "Choose a time from Tuesday 26 May 13:31 to Thursday 28 May 13:31."
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).where(Receipt.repairs == FIRST.id)) == 0
    shown = read(site.desk("chen").post(f"/repairs/{FIRST.id}?lang=zh-Hant", data=said | {"when": typed}, headers=OURS).text)
    assert "請選 五月二十六日 星期二 13:31 至 五月二十八日 星期四 13:31 之間的時間。" in shown.text()


def test_a_time_that_was_mended_is_the_time_that_counts(site: Site):
    sends("Door", said_at(str(AT + 9 * clock.HOUR)))
    said = {"place": demo.named("place", "flat-a"), "category": "repair", "text": "Lamp"}
    assert says(site, FIRST.id, **said, when="2026-05-28T11:10")[0] == 303
    assert (mended().effective_at, mended().flags) == (AT - 141 * clock.MINUTE, "back_dated")
    assert "11:10" in next(each for each in page(site, "/entries").all("li") if "Lamp" in each.text()).text()


def test_a_time_that_is_left_as_it_was_keeps_its_seconds(site: Site):
    sends("Door", entry("duty.remark", json.dumps(json.loads(said_at(str(AT - 90_500)).body) | {"category": "lamp"})))
    typed = read(site.desk("chen").get(f"/repairs/{FIRST.id}?lang=en").text)
    when = next(each.attrs["value"] for each in typed.all("input") if each.attrs.get("name") == "when")
    assert says(site, FIRST.id, place=demo.named("place", "flat-a"), category="repair", text="Lamp", when=when)[0] == 303
    assert mended().effective_at == AT - 90_500


def test_whoever_mends_a_remark_keeps_all_its_photos(site: Site):
    place, photos = demo.named("place", "flat-a"), [digest_of("one"), digest_of("two")]
    sends("Door", entry("duty.remark", json.dumps({"place": place, "category": "lamp", "text": "燈", "photos": photos})))
    assert digest_of("one") not in page(site, f"/repairs/{FIRST.id}").text()
    assert says(site, FIRST.id, place=place, category="repair", text="燈")[0] == 303
    db.session.rollback()
    mended = db.session.scalars(sa.select(Receipt).where(Receipt.repairs == FIRST.id)).one()
    assert json.loads(mended.raw)["photos"] == photos


def test_what_are_no_photos_do_not_keep_a_remark_from_being_mended(site: Site):
    place = demo.named("place", "flat-a")
    sends("Door", entry("duty.remark", json.dumps({"place": place, "category": "repair", "text": "燈", "photos": ["none"]})))
    assert outcome(FIRST.id) == "refused"
    assert says(site, FIRST.id, place=place, category="repair", text="燈")[0] == 303
    assert "Nothing is to be mended" in page(site).text()


def test_what_is_held_or_put_aside_is_ruled_on(site: Site):
    sends("Door", entry("tours.of_a_newer_build", REMARK))
    assert "Held 1" in page(site).text()
    status, answer = says(site, FIRST.id, result="rejected", reason=" ")
    assert (status, answer.all("textarea")[0].attrs["aria-invalid"]) == (422, "true")
    assert says(site, FIRST.id, result="rejected", reason="Entered twice")[0] == 303
    assert outcome(FIRST.id) == "refused"
    assert "Nothing is to be mended" in page(site).text()
    assert "Rejected Entered twice · 陳思遠" in page(site, f"/repairs/{FIRST.id}").text()


def test_what_came_twice_is_shown_side_by_side_and_let_count(site: Site):
    sends("Door", FIRST)
    other = REMARK.replace("Lamp lit", "Lamp broken")
    sends("Door", replace(FIRST, body=other, digest=digest_of(other)))
    (found,) = queries.open_entries(demo.project_id())
    db.session.rollback()
    shown = page(site, f"/repairs/{found.row.id}").text()
    assert "Lamp broken" in shown
    assert "Lamp lit" in shown
    assert says(site, found.row.id, result="released")[0] == 303
    assert outcome(found.row.id) == "applied"
    assert "Lamp broken" in page(site, "/review").text()


def test_what_was_taken_with_a_flag_is_listed_for_a_week(site: Site):
    sends("Door", replace(FIRST, author=demo.person("zhou")))
    assert "Taken, but worth a look" in page(site).text()
    with clock.standing_at(AT + 8 * clock.DAY):
        assert "Taken, but worth a look" not in page(site).text()


@pytest.mark.parametrize("done", [{"result": "released"}, {"result": "rejected", "reason": "No"}, {"quantity": "4"}])
def test_what_was_taken_is_neither_mended_nor_ruled_on(site: Site, done: dict[str, str]):
    sends("Door", FIRST)
    assert says(site, FIRST.id, **done)[0] == 409
    assert outcome(FIRST.id) == "applied"


@pytest.mark.parametrize("who", ["lin", "stranger"])
def test_who_has_no_desk_neither_sees_nor_mends(site: Site, who: str):
    sends("Door", draw("four"))
    client = site.desk("lin") if who == "lin" else site.stranger()
    for path in ("/repairs", f"/repairs/{FIRST.id}"):
        assert client.get(path).status_code in {303, 403}
    assert client.post(f"/repairs/{FIRST.id}", data={"quantity": "4"}, headers=OURS).status_code in {303, 403}
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).where(Receipt.repairs == FIRST.id)) == 0


def test_an_entry_that_is_not_there_is_not_found(site: Site):
    assert site.desk("chen").get("/repairs/0198c0de-0000-7000-8000-0000000000ff").status_code == 404


def test_every_entry_of_a_tablet_can_be_said_again_where_the_tablet_says_so(site: Site):
    """The link of the tablet's own repair room leads to a page with that operation's form."""
    from webapp.duty.views import AT_THE_DESK, MENDED_AT
    from webapp.operations import registry

    about = {"item": covers(), "place": demo.named("place", "flat-a"), "quantity": 30}
    request = record("stock.request", at=AT - 2, **about)
    record("stock.issue", "chen", AT - 1, request=request, **about)
    drawn = _text(site, "stock")  # while covers are drawn by oneself; then they are asked for
    record("stock.set_way", "chen", AT - 1, category="shoe_cover", way="request")
    without = set()
    for operation in registry.every():
        if operation.offline and operation.family in MENDED_AT:
            path = MENDED_AT.get(operation.name) or MENDED_AT[operation.family]
            text = _text(site, path.format(party=demo.first_party(AT))) + (drawn if path == "stock" else "")
            if f'operation="{operation.name}"' not in text:
                without.add(operation.name)
    assert without == AT_THE_DESK


def _text(site: Site, path: str) -> str:
    answer = site.tablet("door").get(f"/en/door/{path}")
    assert answer.status_code == 200
    return answer.text


def test_wrong_input_is_told_of_beside_its_field_and_nothing_typed_is_lost(site: Site):
    """Every field keeps what was typed into it last, right or wrong; only the wrong one is marked, and it names its error."""
    place, when = demo.named("place", "flat-a"), AT - 3 * clock.DAY
    sends("Door", entry("duty.remark", f'{{"place": "{place}", "category": "repair", "text": "Lamp", "when": "{when}"}}'))
    typed = {"place": place, "category": "safety", "text": "The lamp <sparks> & smells", "when": "next Tuesday"}
    status, answer = says(site, FIRST.id, **typed)
    assert status == 422
    fields = {each.attrs["name"]: each for each in answer.all("input", "textarea", "select") if each.attrs.get("name") in typed}
    chosen = {
        name: next((each.attrs["value"] for each in field.all("option") if "selected" in each.attrs), "")
        if field.tag == "select" else field.attrs.get("value", field.text())
        for name, field in fields.items()
    }  # fmt: skip
    assert chosen == typed
    assert {name for name, field in fields.items() if field.attrs.get("aria-invalid") == "true"} == {"when"}
    told = next(each for each in answer.all() if each.attrs.get("id") == fields["when"].attrs["aria-describedby"])
    assert told.text()
    assert (told.parent, outcome(FIRST.id)) == (fields["when"].parent, "refused")
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).where(Receipt.repairs == FIRST.id)) == 0


def test_the_desk_undoes_what_anybody_recorded_today_and_says_so(site: Site):
    sends("Door", draw("4"))
    client = site.desk("chen")
    shown = read(client.get("/entries?lang=en").text)
    assert "Drawn from the store" in shown.text()
    button = next(each for each in shown.all("form") if FIRST.id in _values(each))
    one_time = next(each.attrs["value"] for each in button.all("input") if each.attrs["name"] == "_id")
    assert client.post("/entries", data={"entry": FIRST.id, "_id": one_time}, headers=OURS).status_code == 303
    shown = read(client.get("/entries?lang=en").text)
    assert FIRST.id not in {value for form in shown.all("form") for value in _values(form)}
    assert "Undone" in shown.text()


def entries(site: Site, query: str = "") -> dict[str, Node]:
    """The rows of the page by their times."""
    found = read(site.desk("chen").get(f"/entries?lang=en{query}").text)
    return {row.all("time")[0].text() + " " + row.all("span")[1].text(): row for row in found.all("li") if row.all("time")}


def test_each_entry_names_its_fields_its_things_and_its_party(site: Site):
    record("custody.take", "he", asset=demo.named("thing", "C-07"))
    rows = entries(site)
    assert "Party: party of 4, 12:20" in rows["12:48 Guests seen off"].text()
    assert "Guests: 4 guests · Shoe covers: 4 pairs · Item: Cloth shoe covers" in rows["12:20 Guests arrived"].text()
    assert "Quantity: 30 pairs" in rows["12:58 Drawn from the store"].text()
    assert "Thing: Door card C-07" in rows["13:31 Thing taken"].text()


def offered() -> list[tuple[str, str, Field]]:
    """Every field and cell of what staff record."""
    recorded = [each for each in registry.every() if each.offline and each.family != "notebook"]  # what other tests declare
    fields = [(each.name, name, item) for each in recorded for name, item in each.fields.items()]
    cells = [(of, name, cell) for of, _name, item in fields if isinstance(item, Lines) for name, cell in item.cells.items()]
    return fields + cells


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_field_and_no_choice_is_shown_by_the_name_that_it_has_in_a_body(app: Flask, language: str):
    bare = []
    with app.test_request_context(f"/?lang={language}"):
        g.language = language
        for operation, name, item in offered():
            words = [(name, queries.field_name(name))]
            words += [(each, queries.value_name(each)) for each in getattr(item, "offered", ())]
            bare += [(operation, code, said) for code, said in words if said == code or said == queries.field_name("of no form")]
    assert bare == []


def test_what_was_undone_says_by_whom_and_when_and_undoing_asks_once(site: Site):
    made = record("stock.draw", "he", item=covers(), place=demo.named("place", "flat-a"), quantity=4)
    row = entries(site)["13:31 Drawn from the store"]
    assert len(row.all("details")) == 1
    assert made in _values(row.all("details")[0].all("form")[0])
    record("stock.undo", "chen", AT + 1, entry=made)
    with clock.standing_at(AT + clock.MINUTE):
        row = entries(site)["13:31 Drawn from the store"]
    assert (row.attrs["data-state"], row.all("form")) == ("undone", [])
    assert "Undone 13:31 by 陳思遠" in row.text()


def test_other_days_are_a_tap_away_and_a_day_that_is_none_says_so(site: Site):
    made = record("duty.remark", "lin", AT - clock.DAY, place=demo.named("place", "flat-a"), category="normal", text="昨天")
    assert not any("昨天" in row.text() for row in entries(site).values())
    assert "昨天" in entries(site, "&day=2026-05-27")["13:31 Remark"].text()
    links = {each.attrs.get("href") for each in page(site, "/entries").all("a")}
    assert "/entries?day=2026-05-27" in links
    client = site.desk("chen")
    answer = client.post("/entries?day=2026-05-27", data={"entry": made}, headers=OURS)
    assert (answer.status_code, answer.location) == (303, "/entries?day=2026-05-27")
    assert entries(site, "&day=2026-05-27")["13:31 Remark"].attrs["data-state"] == "undone"
    for day in ("2026-05-29", "1999-01-01", "9999-12-31", "soon"):
        answer = client.get(f"/entries?lang=en&day={day}")
        told = next(each.text() for each in read(answer.text).all("p") if each.attrs.get("id") == "day-error")
        assert (answer.status_code, told.startswith("Choose a day from")) == (400, True)


def test_a_long_day_has_pages(site: Site, monkeypatch: pytest.MonkeyPatch):
    every = list(entries(site))
    monkeypatch.setattr(queries, "MOST", 7)
    assert list(entries(site)) + list(entries(site, "&from=7")) == every[:14]
    assert "1–7 / " in page(site, "/entries").text()


def _values(form: Node) -> list[str]:
    return [each.attrs.get("value", "") for each in form.all("input")]


def test_nobody_undoes_at_the_desk_who_may_not_nor_what_is_not_there(site: Site):
    sends("Door", draw("4"))
    assert site.desk("fang").post("/entries", data={"entry": FIRST.id}, headers=OURS).status_code in {303, 403}
    assert site.desk("chen").post("/entries", data={"entry": demo.person("he")}, headers=OURS).status_code == 404
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).where(Receipt.operation == "stock.undo", Receipt.outcome == "applied")) == 0
