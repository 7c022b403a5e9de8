"""The stock page of the desk, and what a tablet's page offers to undo and to ask for."""

import csv
import json
import re
from io import BytesIO

import pytest

from tests.attachments.album import digest_of, photo
from tests.pages.conftest import AT, OURS, Site, hidden_of, read
from webapp import demo
from webapp.attachments.rules import SHOWN_BYTES
from webapp.base import clock, ids
from webapp.base.database import db
from webapp.operations.ledger import the_ledger
from webapp.stock import queries as stock

COVERS, FLAT = demo.named("item", "cover.cloth"), demo.named("place", "flat-a")


def record(operation: str, who: str = "he", at: int = AT, **body: object) -> str:
    made = ids.uuid7(at)
    said = {name: str(value) for name, value in body.items()}
    outcome = the_ledger().submit(
        operation, said, project_id=demo.project_id(), author_id=demo.person(who), proof="session", entry_id=made, at=at
    )
    assert outcome.outcome == "applied", outcome.errors
    db.session.rollback()
    return made


def asked(quantity: int = 30) -> str:
    return record("stock.request", item=COVERS, place=FLAT, quantity=quantity, note="週末人多")


def answer(site: Site, what: str, who: str = "chen", **body: object):
    return site.desk(who).post(f"/stock/{what}", data=body, headers=OURS)


def found(request_id: str):
    each = next(each for each in stock.requests(demo.project_id(), 0, AT) if each.id == request_id)
    db.session.rollback()
    return each


@pytest.mark.clause("P2-4.1.5a")
def test_a_supervisor_issues_what_was_asked_for(site: Site):
    request = asked()
    assert "週末人多" in site.desk("chen").get("/stock").text
    body = {"request": request, "item": COVERS, "place": FLAT, "store": demo.named("place", "store")}
    assert answer(site, "issues", quantity=20, **body).status_code == 303
    assert (found(request).status, found(request).issued) == ("issued", 20_000)


@pytest.mark.clause("P2-4.1.5a")
def test_more_than_the_records_have_is_asked_once_more_beside_its_field(site: Site):
    """A slip of a key moves nothing; a shelf that really holds more is believed at the second word, and a slip is taken back."""
    request, store = asked(25), demo.named("place", "store")
    body = {"request": request, "item": COVERS, "place": FLAT, "store": store}
    held = stock.figures(demo.project_id(), AT, store, COVERS)[store, COVERS, "store"].quantity // 1000
    db.session.rollback()
    told = answer(site, "issues", quantity=9999, reason="週末", **body)
    page = read(told.text)
    typed = {each.attrs["name"]: each.attrs.get("value") for each in page.all("input") if each.attrs.get("name")}
    assert (told.status_code, found(request).status) == (422, "requested")
    assert (typed["quantity"], typed["reason"], typed["sure"]) == ("9999", "週末", "9999")
    assert f" {held}。" in next(each.text() for each in page.all("p") if each.attrs.get("class") == "field__error")
    assert answer(site, "issues", quantity=99999, sure="9999", **body).status_code == 422, "another number is another slip"
    assert answer(site, "issues", quantity=held, **body).status_code == 303, "all of it may go"
    again = read(site.desk("chen").get("/stock?lang=en").text)
    back = next(each for each in again.all("form") if f"Take the answer back: {held}" in each.text())
    assert answer(site, "reversals", entry=hidden_of(back)["entry"]).status_code == 303
    assert found(request).status == "requested"
    assert answer(site, "issues", quantity=9999, sure="9999", **body).status_code == 303
    assert found(request).issued == 9_999_000


def test_whoever_answers_second_is_told_and_nothing_typed_is_lost(site: Site):
    request = asked()
    body = {"request": request, "item": COVERS, "place": FLAT}
    answer(site, "issues", quantity=20, **body)
    again = answer(site, "issues", quantity=25, reason="for the weekend", **body)
    assert again.status_code == 422
    assert found(request).issued == 20_000


@pytest.mark.clause("P2-4.1.5a")
def test_the_second_of_two_answers_of_one_instant_is_shown_until_it_is_taken_back(site: Site):
    request, body = asked(), {"item": COVERS, "place": FLAT}
    record("stock.issue", "zhou", AT - 1, request=request, quantity=20, **body)
    second = record("stock.issue", "chen", AT, request=request, quantity=25, **body)
    assert (found(request).issued, [each.quantity for each in found(request).later]) == (20_000, [25_000])
    told = "It moved nothing."
    for who, may in (("chen", True), ("zhou", False)):
        page = read(site.desk(who).get("/stock?lang=en").text)
        assert told in page.text()
        assert ("Take it back" in page.text()) is may
    assert "answered second, 25: it moved nothing" in read(site.desk("chen").get("/review?lang=en").text).text()
    assert "answered second" not in read(site.desk("chen").get("/review/2026-05-27?lang=en").text).text()
    assert answer(site, "reversals", "zhou", entry=second).status_code == 403
    assert answer(site, "reversals", entry=second).status_code == 303
    assert (found(request).issued, found(request).later) == (20_000, ())
    assert told not in site.desk("chen").get("/stock?lang=en").text


@pytest.mark.clause("P2-4.1.5a")
def test_a_difference_stands_open_in_the_review_until_it_is_settled_at_the_desk(site: Site):
    request, body = asked(), {"item": COVERS, "place": FLAT}
    record("stock.issue", "chen", AT - 2, request=request, quantity=40, **body)
    record("stock.confirm", "he", AT - 1, request=request, quantity=38, **body)
    told = "40 issued, 38 arrived"
    assert told in read(site.desk("chen").get("/review?lang=en").text).text()
    assert "Write off 2" not in site.desk("zhou").get("/stock?lang=en").text
    assert answer(site, "settlements", "zhou", request=request, quantity=2, note="Torn", **body).status_code == 403
    assert "Write off 2" in site.desk("chen").get("/stock?lang=en").text
    assert answer(site, "settlements", request=request, quantity=2, **body).status_code == 422, "without a word"
    assert answer(site, "settlements", request=request, quantity=3, note="Torn", **body).status_code == 422, "not what was shown"
    assert found(request).status == "differs"
    assert answer(site, "settlements", request=request, quantity=2, note="Two were torn", **body).status_code == 303
    assert found(request).status == "received"
    for path in ("/review", "/stock"):
        assert told not in read(site.desk("chen").get(f"{path}?lang=en").text).text()


@pytest.mark.parametrize("quantity", ["0", "many", "-1", ""])
def test_what_is_wrong_with_an_answer_stands_beside_it(site: Site, quantity: str):
    request = asked()
    answered = answer(site, "issues", request=request, item=COVERS, place=FLAT, quantity=quantity)
    assert answered.status_code == 422
    page = read(answered.text)
    assert [each.text() for each in page.all("p") if each.attrs.get("class") == "field__error"] != []
    assert next(each for each in page.all("input") if each.attrs.get("id") == f"issued-{request}").attrs["value"] == quantity
    assert found(request).status == "requested"


def test_a_request_nobody_knows_is_not_found(site: Site):
    assert answer(site, "issues", request=demo.named("no", "request"), quantity=1).status_code == 404


@pytest.mark.parametrize("who", ["he", "zhou"])
def test_who_may_not_undo_cannot(site: Site, who: str):
    drawn = record("stock.draw", item=COVERS, place=FLAT, quantity=7)
    assert answer(site, "reversals", who, entry=drawn).status_code == 403


def test_a_supervisor_undoes_a_movement(site: Site):
    before = stock.figure(demo.project_id(), FLAT, COVERS, "clean", AT).quantity
    drawn = record("stock.draw", item=COVERS, place=FLAT, quantity=7)
    assert drawn in site.desk("chen").get("/stock").text
    assert answer(site, "reversals", entry=drawn).status_code == 303
    assert drawn not in site.desk("chen").get("/stock").text
    assert stock.figure(demo.project_id(), FLAT, COVERS, "clean", AT).quantity == before


@pytest.mark.clause("P2-4.3.2f")
def test_what_was_counted_otherwise_than_expected_is_shown_with_who_and_when(site: Site):
    record("stock.count", item=COVERS, place=FLAT, state="clean", counted=11)
    page = read(site.desk("chen").get("/stock?lang=en").text)
    row = next(each for each in page.all("tr") if "Cloth shoe covers" in each.text() and "何欣怡" in each.text())
    assert "11" in row.text()


@pytest.mark.clause("P2-4.3.2f")
def test_a_difference_that_was_counted_away_is_told_on_the_page_and_in_the_ledger(site: Site):
    about, start = {"item": COVERS, "place": FLAT, "state": "clean"}, AT - 4 * clock.MINUTE
    due = stock.figure(demo.project_id(), FLAT, COVERS, "clean", start).quantity // 1000
    for minute, counted in enumerate((due + 1, due - 1, due - 1), 1):
        record("stock.count", at=start + minute * clock.MINUTE, counted=counted, **about)
    desk = site.desk("chen")
    rows = [[cell.text() for cell in row.all("td")] for row in read(desk.get("/stock?lang=en").text).all("tr")]
    told = [row[2:5] for row in rows if row[5:] and "何欣怡" in row[5]]
    assert told[:2] == [[str(due + 1), str(due - 1), "−2"], [str(due), str(due + 1), "+1"]]
    ledger = list(csv.reader(desk.get("/stock/movements.csv?lang=en&kind=count").data.decode("utf-8-sig").splitlines()))
    head = next(n for n, row in enumerate(ledger) if "Expected" in row)
    at = [ledger[head].index(name) for name in ("Quantity", "Expected", "Variance")]
    found = [[row[n] for n in at] for row in ledger[head + 1 :]]
    assert found[:3] == [[str(due - 1), str(due - 1), "0"], [str(due - 1), str(due + 1), "-2"], [str(due + 1), str(due), "1"]]


def test_the_switches_are_set_at_the_desk(site: Site):
    assert answer(site, "ways", category="shoe_cover", way="request").status_code == 303
    assert answer(site, "trackings", item=COVERS, tracking="consumable").status_code == 303
    page = read(site.tablet("door").get("/en/door/stock").text)
    operations = {each.attrs.get("operation") for each in page.all("operation-form")}
    assert "stock.request" in operations
    assert not operations & {"stock.draw", "stock.collect", "stock.return_clean", "stock.lose"}


@pytest.mark.clause("P2-4.4.2c")
def test_what_runs_low_is_drawn_with_one_tap(site: Site):
    record("stock.count", item=COVERS, place=FLAT, state="clean", counted=12)
    page = read(site.tablet("door").get("/en/door/stock").text)
    tap = next(each for each in page.all("operation-form") if each.text().startswith("Draw 78 pairs"))
    assert hidden_of(tap)["quantity"] == "78"


@pytest.mark.clause("P2-4.4.2c")
def test_what_was_asked_for_is_not_asked_for_again_with_one_tap(site: Site):
    assert answer(site, "ways", category="shoe_cover", way="request").status_code == 303
    record("stock.count", item=COVERS, place=FLAT, state="clean", counted=12)
    pages = ("/en/door/stock", "/en/door/")
    assert all("Ask for 78 pairs" in site.tablet("door").get(path).text for path in pages)
    record("stock.request", item=COVERS, place=FLAT, quantity=78)
    assert not any("Ask for 78 pairs" in site.tablet("door").get(path).text for path in pages)


def test_what_was_drawn_today_can_be_undone_on_the_tablet(site: Site):
    drawn = record("stock.draw", item=COVERS, place=FLAT, quantity=7)
    page = read(site.tablet("door").get("/en/door/stock").text)
    row = next(each for each in page.all("li") if each.attrs.get("data-id") == drawn)
    assert "7 pairs" in row.text()
    assert hidden_of(row)["entry"] == drawn
    record("stock.reverse", entry=drawn)
    assert drawn not in site.tablet("door").get("/en/door/stock").text


@pytest.mark.clause("P2-4.4.3f")
def test_a_batch_at_the_laundry_is_shown_with_its_age(site: Site):
    record("stock.collect", at=AT - 2 * clock.HOUR, item=COVERS, place=FLAT, laundry=demo.named("place", "laundry"), quantity=33)
    for text in (site.desk("chen").get("/stock?lang=en").text, site.tablet("door").get("/en/door/stock").text):
        assert "33 of 33 still out" in text
        assert "for 2 h" in text


CONTENTS = f"/stock/contents/{demo.named('flat', 'a')}"


def pictured(site: Site, given: bytes, who: str = "chen") -> tuple[int, str]:
    """Give the photo of the first thing of the flat."""
    desk = site.desk(who)
    page = read(desk.get(f"{CONTENTS}?lang=en").text)
    codes = [each.attrs["value"] for each in page.all("input") if each.attrs.get("name") == "code"]
    data = {"code": codes[0] if codes else "sofa", "photo": (BytesIO(given), "IMG_1.jpg")}
    answer = desk.post(f"{CONTENTS}?lang=en", data=data, headers=OURS, content_type="multipart/form-data")
    return answer.status_code, answer.text


@pytest.mark.clause("P2-4.4.2c")
def test_the_desk_sets_how_a_thing_should_look_and_the_opening_check_shows_it_within_its_page(site: Site):
    door = site.tablet("door")
    before = door.get("/en/door/checks").text
    assert pictured(site, photo(4))[0] == 303
    after = door.get("/en/door/checks").text
    shown = [each.attrs for each in read(after).all("img") if each.attrs.get("src", "").startswith("data:image/jpeg;base64,")]
    assert len(shown) == 1
    assert shown[0]["alt"].startswith("Reference photo of ")
    assert len(after) - len(before) < SHOWN_BYTES * 4 / 3 + 400
    assert "/photos/" in site.desk("chen").get(CONTENTS).text


def test_the_newest_photo_of_a_thing_counts_and_a_list_that_comes_without_one_keeps_it(site: Site):
    for number in (4, 5):
        with clock.standing_at(AT + number):
            pictured(site, photo(number))
    flat, at = demo.named("flat", "a"), AT + 60_000
    (code,) = stock.pictures(demo.project_id(), flat, at)
    thing = next(each for each in stock.inventory(demo.project_id(), flat, at) if each.code == code)
    body = {"flat": flat, "code": code, "names": json.dumps(thing.names), "expected": 7}
    db.session.rollback()
    record("stock.list_thing", who="chen", at=AT + 1_000, **body)
    assert stock.pictures(demo.project_id(), flat, at) == {code: digest_of(photo(5))}
    db.session.rollback()


def test_what_is_no_photo_is_told_beside_its_field(site: Site):
    status, text = pictured(site, b"not a picture")
    assert status == 422
    field = next(each for each in read(text).all("input") if each.attrs.get("aria-invalid"))
    assert field.attrs["type"] == "file"
    assert "This photo cannot be read." in text


def test_a_photo_that_was_set_is_answered_and_none_is_asked_for(site: Site):
    desk = site.desk("chen")
    code = next(each.attrs["value"] for each in read(desk.get(CONTENTS).text).all("input") if each.attrs.get("name") == "code")
    answer = desk.post(f"{CONTENTS}?lang=en", data={"code": code, "photo": (BytesIO(b""), "")}, headers=OURS)
    assert (answer.status_code, "Take a photo or choose a file." in answer.text) == (422, True)
    data = {"code": code, "photo": (BytesIO(photo(4)), "IMG_1.jpg")}
    answer = desk.post(f"{CONTENTS}?lang=en", data=data, headers=OURS, follow_redirects=True)
    assert re.search(r"The photo of [\w ]+ is set.", read(answer.text).text())


def test_front_staff_may_not_set_how_a_thing_looks(site: Site):
    assert site.desk("lin").post(CONTENTS, data={"code": "sofa"}, headers=OURS).status_code == 403
    assert site.stranger().get(CONTENTS).status_code == 303


@pytest.mark.clause("P2-4.4.2c")
def test_a_variance_is_ruled_on_at_the_desk_and_no_more_open_in_the_review(site: Site):
    about = {"item": COVERS, "place": FLAT, "state": "clean"}
    expected = stock.figure(demo.project_id(), FLAT, COVERS, "clean", AT - 1).quantity // 1000
    db.session.rollback()
    record("stock.count", at=AT - 2, counted=expected - 24, **about)
    record("stock.count", at=AT - 1, counted=expected - 24, **about)
    told = f"{expected - 24} counted, {expected} expected"
    assert told in read(site.desk("chen").get("/review?lang=en").text).text()
    page = read(site.desk("chen").get("/stock?lang=en").text)
    form = next(each for each in page.all("form") if each.attrs["action"] == "/stock/approvals")
    body = {name: value for name, value in hidden_of(form).items() if name != "csrf_token"}
    with clock.standing_at(AT + 3 * clock.DAY):
        past = read(site.desk("chen").get("/review/2026-05-28?lang=en").text)
        led = next(each.attrs["href"] for each in past.all("a") if told in each.text())
        there = read(site.desk("chen").get(led).text).all("form")
    assert body["count"] in {hidden_of(each).get("count") for each in there}, "also when it is long past"
    assert answer(site, "approvals", "zhou", note="Torn", **body).status_code == 403, "who stands in the office rules on nothing"
    assert answer(site, "approvals", note=" ", **body).status_code == 422, "not without a word"
    assert told in read(site.desk("chen").get("/review?lang=en").text).text()
    assert answer(site, "approvals", note="Torn, thrown away", **body).status_code == 303
    assert "Torn, thrown away" in read(site.desk("chen").get("/stock?lang=en").text).text()
    assert told not in read(site.desk("chen").get("/review?lang=en").text).text()
