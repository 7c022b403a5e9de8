"""What the desk sees of the tablets."""

import json
from dataclasses import replace

import pytest

from tests.pages.conftest import AT, Site, read
from webapp import demo
from webapp.base import clock, ids
from webapp.base.database import db
from webapp.duty.views import INSIDE_MOST
from webapp.operations.entries import Batch, Entry, Source, digest_of
from webapp.operations.ledger import the_ledger
from webapp.stock import queries as stock
from webapp.tablets.queries import tablets

REMARK = '{"place": "%s", "category": "normal", "text": "Lamp lit"}' % demo.named("place", "flat-a")  # noqa: UP031 - braces of JSON
FIRST = Entry(
    id="0198c0de-0000-7000-8000-00000000000a", seq=1, operation="duty.remark", version=1, body=REMARK, digest=digest_of(REMARK),
    author=demo.person("he"), proof="post", happened_at=AT, offset=0, beacon_at=AT,
)  # fmt: skip
COPY = replace(FIRST, id="0198c0de-0000-7000-8000-00000000000b")


def sends(name: str, *entries: Entry, high: int = 1, at: int = AT) -> None:
    tablet = next(each for each in tablets(demo.project_id()) if each.name == name)
    source = Source(tablet.id, tablet.number, tablet.project_id, tablet.enrolled_at)
    db.session.rollback()
    the_ledger().receive(source, Batch(1, entries, "for tests", high, "", 0), at)


def test_a_home_and_a_locked_screen_stay_short_however_many_are_inside(site: Site):
    body = '{"flat": "%s", "place": "%s", "guests": "1", "covers": "0"}' % (  # noqa: UP031 - braces of JSON
        demo.named("flat", "a"), demo.named("place", "flat-a"),
    )  # fmt: skip
    crowd = [
        replace(FIRST, id=ids.uuid7(AT), seq=seq, operation="tours.arrive", body=body, digest=digest_of(body))
        for seq in range(1, 101)
    ]
    sends("Door", *crowd, high=100)
    for screen, may_undo in (("", True), ("locked", False)):
        page = read(site.tablet("door").get(f"/en/door/{screen}").text)
        assert len([each for each in page.all("li") if each.attrs.get("data-id") in {one.id for one in crowd}]) == INSIDE_MOST
        undone = {"tours.reverse", "tours.stay"} & {each.attrs.get("operation") for each in page.all("operation-form")}
        assert bool(undone) is may_undo, "nobody takes back on a locked screen what somebody else has tapped"


def covers() -> str:
    found = stock.covers_item(demo.project_id(), demo.named("place", "flat-a"), AT)
    db.session.rollback()
    assert found is not None
    return found.id


def state_of(site: Site, name: str) -> str:
    page = read(site.desk("chen").get("/tablets?lang=en").text)
    row = next(each for each in page.all("tr") if name in each.text())
    return row.all("td")[-1].text()


def test_a_tablet_that_sent_everything_is_in_order(site: Site):
    sends("Door", FIRST)
    assert state_of(site, "Door") == "All sent"


def test_what_was_drawn_beyond_the_records_asks_for_a_count(site: Site):
    body = '{"item": "%s", "place": "%s", "quantity": "9999"}' % (covers(), demo.named("place", "flat-a"))  # noqa: UP031
    sends("Door", replace(FIRST, operation="stock.draw", body=body, digest=digest_of(body)))
    page = site.desk("chen").get("/review?lang=en").text
    assert "below zero, count it" in page


def test_a_tablet_that_nobody_turned_on_yet_is_not_called_silent(site: Site):
    assert state_of(site, "Bar") == "Not heard yet"


def test_what_a_tablet_still_holds_is_counted(site: Site):
    sends("Door", FIRST, high=4)
    assert state_of(site, "Door") == "3 entries to send"


@pytest.mark.parametrize(("later", "said"), [(30, "All sent"), (31, "Nothing heard for 31 min")])
def test_a_tablet_is_silent_after_half_an_hour_of_opening(site: Site, later, said):
    sends("Door", FIRST)
    with clock.standing_at(AT + later * clock.MINUTE):
        assert state_of(site, "Door") == said


def test_at_night_no_tablet_is_silent(site: Site):
    sends("Door", FIRST)
    with clock.standing_at(AT + 8 * clock.HOUR):
        assert state_of(site, "Door") == "All sent"


def test_a_copied_tablet_is_pointed_out(site: Site):
    sends("Door", FIRST)
    sends("Door", COPY)
    assert state_of(site, "Door").startswith("Was copied")


def review(site: Site, day: str, language: str = "en") -> str:
    return " ".join(read(site.desk("chen").get(f"/review/{day}?lang={language}").text).text().split())


@pytest.mark.clause("P2-4.4.3c")
@pytest.mark.clause("P2-4.4.3d")
def test_the_review_tells_how_each_party_was_received_and_what_it_asked_in_words(site: Site):
    told = review(site, "2026-05-27")
    assert "Guided · Elderly · 14 stops · 2 questions" in told
    assert "Accompanied" in told
    assert "Guests asked: Price and payment" in told
    assert "物業費每平方米多少？" in told
    assert not [code for code in ("self_guided", "step_free", "master_bedroom") if code in told]
    assert "講解 · 有老人 · 參觀 14 處 · 2 個提問" in review(site, "2026-05-27", "zh-Hant")


@pytest.mark.clause("P2-4.4.1b")
def test_the_review_names_who_rehearsed_a_whole_script(site: Site):
    told = review(site, "2026-05-27")
    assert "Tour script, Type A · certified" in told
    assert "Certified for the tour" in told
    assert "Certified for the tour" not in review(site, "2026-05-26")


@pytest.mark.clause("P2-4.4.7b")
def test_what_somebody_else_took_back_without_effect_is_told_in_the_review(site: Site):
    body = json.dumps({"flat": demo.named("flat", "a"), "place": demo.named("place", "flat-a"), "guests": "7"})
    came = replace(FIRST, operation="tours.arrive", body=body, digest=digest_of(body))
    undo = json.dumps({"entry": came.id})
    other = replace(
        FIRST, id=FIRST.id[:-1] + "9", seq=FIRST.seq + 1, operation="tours.reverse", body=undo, digest=digest_of(undo),
        author=demo.person("lin"),
    )  # fmt: skip
    sends("Door", came, other, high=other.seq)
    told = review(site, "2026-05-28")
    assert "Taken back without effect; it still stands" in told
    assert "recorded by 何欣怡, taken back by 林靜怡" in told
    own = replace(other, id=FIRST.id[:-1] + "8", seq=other.seq + 1, author=came.author)
    sends("Door", own, high=own.seq)
    assert review(site, "2026-05-28").count("Taken back without effect") == 1, "what one may take back is no point"


@pytest.mark.clause("P2-4.4.3f")
def test_a_party_that_nobody_saw_off_stands_open_in_the_review(site: Site):
    body = '{"flat": "%s", "place": "%s", "guests": "7"}' % (demo.named("flat", "a"), demo.named("place", "flat-a"))  # noqa: UP031
    came = AT - 61 * clock.MINUTE
    alone = replace(FIRST, operation="tours.arrive", body=body, digest=digest_of(body), happened_at=came, beacon_at=came)
    assert "not seen off" not in review(site, "2026-05-28")
    sends("Door", alone)
    told = review(site, "2026-05-28")
    assert "Party of 7, 12:30: not seen off" in told
    assert "counted as gone after 60 minutes" in told
