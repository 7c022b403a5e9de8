"""The forms without JavaScript: the fact is there, or everything typed is still there with words beside the field."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from tests.pages.conftest import AT, OURS, Site, hidden_of, read
from webapp import demo
from webapp.base import clock
from webapp.base.database import Base, db
from webapp.operations.entries import Batch, Entry, Source, digest_of
from webapp.operations.ledger import the_ledger
from webapp.tablets.enrolment import make_code
from webapp.tablets.queries import tablets

ARRIVAL = {
    "flat": demo.named("flat", "a"), "place": demo.named("place", "flat-a"), "item": demo.named("item", "cover.cloth"),
    "next": "/zh-Hant/door/parties",
}  # fmt: skip
COUNT = {"item": ARRIVAL["item"], "place": ARRIVAL["place"], "state": "clean", "next": "/zh-Hant/door/stock"}
SIGNED = COUNT | {"counted": "43", "_person": demo.person("lin"), "_code": "204618", "_shown": "1"}
DO = "/zh-Hant/door/do/"


def rows(table: str, **where: object) -> list[sa.Row]:
    found = Base.metadata.tables[table]
    condition = sa.and_(sa.true(), *(found.c[name] == value for name, value in where.items()))
    with db.engine.connect() as connection:
        return list(connection.execute(sa.select(found).where(condition)))


@pytest.mark.clause("P2-4.4.3a")
def test_the_only_person_on_post_needs_no_code_for_an_arrival(site: Site):
    answer = site.tablet("door").post(DO + "tours.arrive", data=ARRIVAL | {"guests": "6"}, headers=OURS)
    assert (answer.status_code, answer.location) == (303, "/zh-Hant/door/parties")
    row = rows("tours_arrival", effective_at=AT)[0]
    assert (row.guests, row.covers, row.author_id) == (6, 6, demo.person("he"))
    assert "6 人" in site.tablet("door").get("/zh-Hant/door/").text


@pytest.mark.clause("P2-4.4.3f")
def test_a_party_stays_at_the_home_until_it_is_seen_off(site: Site):
    tablet = site.tablet("door")
    for guests in "12345":
        tablet.post(DO + "tours.arrive", data=ARRIVAL | {"guests": guests}, headers=OURS)
    page = read(tablet.get("/zh-Hant/door/").text)
    inside = [
        each.attrs["key"] for each in page.all("latest-value") if each.attrs["value"] == "inside" and "{" not in each.attrs["key"]
    ]
    assert len(inside) == 5
    party = inside[-1].partition("/")[2]
    tablet.post(DO + "tours.see_off", data={"party": party, "next": "/zh-Hant/door/"}, headers=OURS)
    assert f"party/{party}" not in tablet.get("/zh-Hant/door/").text


@pytest.mark.clause("P2-4.4.2c")
def test_a_count_asks_who_it_is_and_carries_what_was_typed(site: Site):
    asked = site.tablet("door").post(DO + "stock.count", data=COUNT | {"counted": "43"}, headers=OURS)
    assert asked.status_code == 200
    page = read(asked.text)
    typed = hidden_of(page)
    assert (typed["counted"], typed["state"]) == ("43", "clean")
    assert {each.attrs["value"] for each in page.all("input") if each.attrs.get("name") == "_person"} >= {demo.person("he")}
    assert not rows("stock_count_line", counted=43_000)


def test_a_count_is_there_once_the_code_agrees(site: Site):
    answer = site.tablet("door").post(DO + "stock.count", data=SIGNED, headers=OURS)
    assert (answer.status_code, answer.location) == (303, "/zh-Hant/door/stock")
    assert rows("stock_count_line", counted=43_000)[0].author_id == demo.person("lin")


def test_a_wrong_code_keeps_everything_and_says_so_beside_it(site: Site):
    answer = site.tablet("door").post(DO + "stock.count", data=SIGNED | {"_code": "000000"}, headers=OURS)
    page = read(answer.text)
    assert answer.status_code == 422
    assert hidden_of(page)["counted"] == "43"
    assert [each.text() for each in page.all("p") if each.attrs.get("id") == "code-error"] == ["密碼與所選人員不符，請再試。"]
    assert not rows("stock_count_line", counted=43_000)


def test_what_must_be_mended_is_shown_with_what_was_typed(site: Site):
    answer = site.tablet("door").post(DO + "tours.arrive", data=ARRIVAL | {"guests": "many"}, headers=OURS)
    page = read(answer.text)
    assert answer.status_code == 422
    field = next(each for each in page.all("textarea") if each.attrs["name"] == "guests")
    assert (field.text(), field.attrs["aria-invalid"]) == ("many", "true")
    assert field.attrs["aria-describedby"] in {each.attrs.get("id") for each in page.all("p")}
    assert hidden_of(page)["flat"] == ARRIVAL["flat"]
    assert not rows("tours_arrival", effective_at=AT)


def test_asking_twice_records_once(site: Site):
    signed = SIGNED | {"_id": "0198c0de-0000-7000-8000-000000000001"}
    for _time in range(2):
        assert site.tablet("door").post(DO + "stock.count", data=signed, headers=OURS).status_code == 303
    assert len(rows("stock_count_line", counted=43_000)) == 1


@contextmanager
def held_by_another() -> Iterator[None]:
    """Somebody else writes, longer than anybody waits."""

    def hurry(connection: Any, _record: object) -> None:
        connection.execute("pragma busy_timeout=50")

    db.session.remove()
    db.engine.dispose()
    sa.event.listen(db.engine, "connect", hurry)
    with db.engine.connect().execution_options(threshold_writes=True) as other, other.begin():
        yield
    sa.event.remove(db.engine, "connect", hurry)
    db.engine.dispose()


def test_a_busy_server_keeps_what_was_typed_for_another_try(site: Site):
    tablet = site.tablet("door")
    with held_by_another():
        answer = tablet.post(DO + "stock.count", data=SIGNED, headers=OURS)
    page = read(answer.text)
    kept = hidden_of(page)
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert answer.headers["Retry-After"].isdigit()
    assert (kept["counted"], kept["_person"]) == ("43", demo.person("lin"))
    assert [each.attrs.get("value") for each in page.all("input") if each.attrs.get("name") == "_code"] == [None]
    again = tablet.post(DO + "stock.count", data=kept | {"_code": "204618"}, headers=OURS)
    assert again.status_code == 303
    assert rows("stock_count_line", counted=43_000)


def test_a_busy_server_never_says_a_password_again(site: Site):
    with held_by_another():
        answer = site.stranger().post("/sign-in", data={"account": "chen", "password": demo.PASSWORD}, headers=OURS)
    assert answer.status_code == 503
    page = read(answer.text)
    assert hidden_of(page)["account"] == "chen"
    assert [each.attrs["value"] for each in page.all("input") if each.attrs.get("id") == "password"] == [""]


def test_a_form_never_leads_elsewhere(site: Site):
    elsewhere = ARRIVAL | {"guests": "2", "next": "https://example.org/"}
    assert site.tablet("door").post(DO + "tours.arrive", data=elsewhere, headers=OURS).location == "/zh-Hant/door/"


def test_a_form_from_another_site_has_no_effect(site: Site):
    answer = site.tablet("door").post(DO + "tours.arrive", data=ARRIVAL | {"guests": "2"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert not rows("tours_arrival", effective_at=AT)


@pytest.mark.clause("P2-4.4.6a")
def test_a_remark_and_a_handover_stand_on_the_page(site: Site):
    place, post = demo.named("place", "flat-a"), demo.named("post", "door")
    he = {
        "_person": demo.person("he"),
        "_code": "731945",
        "_shown": "1",
        "place": place,
        "post": post,
        "next": "/zh-Hant/door/handover",
    }
    tablet = site.tablet("door")
    assert (
        tablet.post(DO + "duty.remark", data=he | {"category": "safety", "text": "陽臺門鎖鬆動"}, headers=OURS).status_code == 303
    )
    assert tablet.post(DO + "duty.offer", data=he | {"note": "鑰匙在櫃裏"}, headers=OURS).status_code == 303
    text = tablet.get("/zh-Hant/door/handover").text
    assert "陽臺門鎖鬆動" in text
    assert "鑰匙在櫃裏" in text
    assert "/do/duty.accept" in text


def test_a_tick_fills_the_check_and_a_failed_one_is_an_open_point(site: Site):
    hidden = {"version": demo.version("check.flat_opening"), "place": demo.named("place", "flat-a"), "day": "2026-05-28"}
    tick = hidden | {"item": "flat_open.air", "answer": "fail", "note": "北窗打不開", "next": "/zh-Hant/door/checks"}
    assert site.tablet("door").post(DO + "checklists.answer", data=tick, headers=OURS).location == "/zh-Hant/door/checks"
    assert "北窗打不開" in site.tablet("door").get("/zh-Hant/door/checks").text
    assert "打開窗戶通風" in site.desk("chen").get("/review?lang=zh-Hant").text


def test_a_date_and_time_as_a_browser_writes_it_is_understood(site: Site):
    asked = {"party": demo.first_party(AT), "tag": "school", "next": "/zh-Hant/door/parties"}
    tablet = site.tablet("door")
    assert tablet.post(DO + "tours.ask", data=asked | {"when": "2026-05-28T10:05"}, headers=OURS).status_code == 303
    assert rows("tours_question", effective_at=AT - 206 * clock.MINUTE, tag="school")
    assert tablet.post(DO + "tours.ask", data=asked | {"when": "five past ten"}, headers=OURS).status_code == 422


def test_a_code_enrols_a_tablet_once(site: Site):
    desk = site.desk("chen")
    page = read(desk.post("/tablets", data={"name": "門口 3", "station": "door"}, headers=OURS).text)
    code = next(each.text() for each in page.all("p") if "figure__value" in each.attrs.get("class", ""))
    client = site.stranger()
    answer = client.post("/enrol", data={"code": code.lower()}, headers=OURS)
    assert (answer.status_code, answer.location) == (303, "/enrol/claim")
    number = next(
        each.text() for each in read(client.get("/enrol/claim").text).all("p") if "figure__value" in each.attrs.get("class", "")
    )
    assert client.get("/enrol/claim").status_code == client.post("/enrol/claim", headers=OURS).status_code == 202
    assert number in desk.get("/tablets").text
    assert desk.post(f"/tablets/claims/{number}", data={"approved": "yes"}, headers=OURS).location == "/tablets"
    assert client.get("/enrol/claim").status_code == 200
    answer = client.post("/enrol/claim", headers=OURS)
    done = read(answer.text).all("enrol-done")[0].attrs
    assert (done["epoch"], done["at"]) == ("1", str(AT))
    cookie = client.get_cookie("tablet")
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")
    assert cookie.value.startswith(done["tablet"])
    assert client.get("/zh-Hant/door/").status_code == 200
    assert site.stranger().post("/enrol", data={"code": code}, headers=OURS).status_code == 422


def test_on_https_the_cookie_is_for_this_host_only(site: Site):
    code = make_code(demo.project_id(), "門口 4", "door", AT)
    answer = site.stranger().post("/enrol", data={"code": code}, headers=OURS, base_url="https://threshold.example")
    told = answer.headers["Set-Cookie"]
    assert told.startswith("__Host-tablet=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(told.split("; "))
    assert "Domain" not in told


def test_a_wrong_enrolment_code_is_still_in_the_field(site: Site):
    answer = site.stranger().post("/enrol", data={"code": "ABCD-EFGH"}, headers=OURS)
    field = next(each for each in read(answer.text).all("input") if each.attrs.get("id") == "code")
    assert (answer.status_code, field.attrs["value"], field.attrs["aria-invalid"]) == (422, "ABCD-EFGH", "true")


def test_signing_in_leads_where_one_wanted_and_out_again(site: Site):
    client = site.stranger()
    answer = client.post("/sign-in", data={"account": "Chen", "password": demo.PASSWORD, "next": "/tablets"}, headers=OURS)
    assert (answer.status_code, answer.location) == (303, "/tablets")
    assert client.get("/tablets").status_code == 200
    assert client.post("/sign-out", headers=OURS).location == "/sign-in"
    assert client.get("/tablets").status_code == 303


def test_signing_in_never_leads_elsewhere(site: Site):
    for wanted in ("https://example.org/", "//example.org", "/\\example.org"):
        data = {"account": "chen", "password": demo.PASSWORD, "next": wanted}
        assert site.stranger().post("/sign-in", data=data, headers=OURS).location == "/review"


def test_a_wrong_password_keeps_the_account_and_tells_nothing_more(site: Site):
    answer = site.stranger().post("/sign-in", data={"account": "chen", "password": "guess"}, headers=OURS)
    unknown = site.stranger().post("/sign-in", data={"account": "nobody", "password": "guess"}, headers=OURS)
    page = read(answer.text)
    assert answer.status_code == unknown.status_code == 422
    assert next(each for each in page.all("input") if each.attrs.get("id") == "account").attrs["value"] == "chen"
    told = [
        [each.text() for each in read(one.text).all("p") if each.attrs.get("id") == "password-error"] for one in (answer, unknown)
    ]
    assert told[0] == told[1] != []


def test_a_session_left_alone_ends(site: Site):
    client = site.desk("chen")
    with clock.standing_at(AT + 3 * clock.HOUR):
        assert client.get("/review").status_code == 303


@pytest.mark.clause("P2-5.1")
def test_the_review_shows_the_shift(site: Site):
    text = site.desk("chen").get("/review?lang=zh-Hant").text
    for shown in ("班末複核", "組 26 人", "雙用去", "客廳落地燈不亮，已告知工程部。", "各時段接待人數", "樣板房班前檢查"):
        assert shown in text


def test_a_day_to_come_has_no_review(site: Site):
    for day in ("2026-05-29", "yesterday"):
        assert site.desk("chen").get(f"/review/{day}").status_code == 404


def test_a_flagged_entry_wants_a_look(site: Site):
    tablet = next(each for each in tablets(demo.project_id()) if each.name == "Door")
    source = Source(tablet.id, tablet.number, tablet.project_id, tablet.enrolled_at)
    body = json.dumps({"flat": ARRIVAL["flat"], "place": ARRIVAL["place"], "guests": "0"})
    entry = Entry(
        id="0198c0de-0000-7000-8000-000000000002", seq=1, operation="tours.arrive", version=1, body=body, digest=digest_of(body),
        author=demo.person("he"), proof="post", happened_at=AT, offset=0, beacon_at=AT,
    )  # fmt: skip
    batch = Batch(epoch=1, entries=(entry,), nonce="for tests", high_seq=3, build="", updates_seen=0)
    db.session.rollback()
    the_ledger().receive(source, batch, AT)
    text = site.desk("chen").get("/review?lang=zh-Hant").text
    assert "未接受" in text
    assert "Door：待上傳 2" in text
