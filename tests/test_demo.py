"""The demo site, at whatever time of day somebody opens it."""

from collections import Counter

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import Rows
from webapp import demo
from webapp.base import clock
from webapp.base.database import db
from webapp.checklists.models import Answer
from webapp.cli import digest_text
from webapp.demo.doors import MISSED
from webapp.demo.places import LISTED
from webapp.duty import queries as duty
from webapp.duty import rules as duty_rules
from webapp.losses import queries as losses
from webapp.sites import queries as sites
from webapp.stock import queries as stock
from webapp.stock.models import CountLine
from webapp.tours import queries as tours

MORNING = 1_780_022_520_000
"""2026-05-29 10:42 in Shanghai."""
HOUR = 3_600_000


@pytest.mark.parametrize("hour", [0, 3, 8, 10, 13, 18, 23])
def test_the_demo_is_plausible_at_any_time_of_day(app: Flask, rows: Rows, hour: int) -> None:
    at = MORNING + (hour - 10) * HOUR
    with clock.standing_at(at):
        demo.load(at)
    site = sites.project_by_code("YQF")
    assert site
    assert site.is_demo
    start, _end = sites.day_around(site, at)
    assert tours.figures_of(site, start - 24 * HOUR, start, at).guests == 41
    assert rows.count("operations_receipt", outcome="applied") == rows.count("operations_receipt")
    assert not any(party.arrived_at > at for party in tours.today(site, at))


def test_at_a_quarter_to_eleven_it_looks_like_the_picture(app: Flask) -> None:
    demo.load(MORNING)
    site = sites.project_by_code("YQF")
    item = stock.item_by_sku(demo.project_id(), "cover.cloth")
    assert site
    assert item
    covers = tours.covers(site.id, demo.named("place", "flat-a"), item, MORNING - HOUR, MORNING)
    assert (covers.clean, covers.minimum, covers.in_use) == (46_000, 30_000, 4_000)
    welcome = tours.welcome(site, sites.flats(site.id)[0], MORNING, "zh-Hant")
    assert welcome
    assert welcome[0].text == "您好，歡迎光臨A型樣板房"


def test_a_second_load_changes_nothing(app: Flask, rows: Rows) -> None:
    first = demo.load(MORNING)
    before, state = rows.count("operations_receipt"), digest_text(demo.project_id(), MORNING)
    db.session.rollback()
    second = demo.load(MORNING + HOUR)
    assert (first.is_new, second.is_new) == (True, False)
    assert rows.count("operations_receipt") == before
    assert digest_text(demo.project_id(), MORNING) == state


def test_a_load_that_broke_off_is_taken_up_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(_members: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(demo, "give_access", break_off)
        with pytest.raises(KeyboardInterrupt):
            demo.load(MORNING)
    db.session.rollback()
    assert demo.load(MORNING).is_new
    assert demo.is_loaded()


@pytest.mark.parametrize("week", [False, True])
def test_every_count_of_covers_agrees_but_where_the_story_says_why(app: Flask, *, week: bool) -> None:
    evening = MORNING + 8 * HOUR
    with clock.standing_at(evening):
        demo.load(evening, week=week)
    site, item = demo.project_id(), demo.named("item", "cover.cloth")
    covers, found = stock.item(site, item), []
    assert covers
    for row in db.session.scalars(sa.select(CountLine).where(CountLine.item_id == item)):
        before = tours.covers(site, row.place_id, covers, row.effective_at - 1, row.effective_at - 1)
        found.append((row.counted - (before.clean if row.state == "clean" else before.soiled)) // 1000)
    assert len(found) >= (2 * 5 * 8 - 2 if week else 2 * 5), "nobody came to one handover"
    assert [each for each in found if each] == ([-MISSED] if week else [])


def test_what_is_printed_names_every_way_in(app: Flask) -> None:
    report = demo.load(MORNING)
    told = demo.describe(report, "http://127.0.0.1:8000")
    for word in ("http://127.0.0.1:8000/enrol", report.enrolment_code, "chen", demo.PASSWORD, "204618", "threshold tablets enrol"):
        assert word in told


@pytest.mark.parametrize("hour", [7, 10, 20])
def test_a_week_reads_like_a_real_show_flat(app: Flask, rows: Rows, hour: int) -> None:
    """Two flats, seven days before today, forty tours, two handovers a day; and what goes wrong: one of each."""
    at = MORNING + (hour - 10) * HOUR
    with clock.standing_at(at):
        report = demo.load(at, week=True)
    site = sites.project_by_code("YQF")
    assert site
    assert [flat.code for flat in sites.flats(site.id)] == ["A", "B"]
    today, _end = sites.day_around(site, at)
    days = [(today - back * 24 * HOUR, today - (back - 1) * 24 * HOUR) for back in range(1, demo.WEEK + 1)]
    parties = [tours.parties(site.id, start, end, at) for start, end in days]
    assert all({each.flat_id for each in of} == {demo.named("flat", key) for key in "ab"} for of in parties)
    assert sum(map(len, parties)) >= 40
    given = [duty.handovers(site.id, start, end, at) for start, end in days]
    assert all(len(of) >= 2 for of in given)
    found = Counter(duty_rules.status(each).value for of in given for each in of)
    assert (found["disputed"], found["unattended"], found["offered"]) == (1, 1, 0)
    kept = [each for of in given for each in of if each.kept]
    assert len(kept) >= 2
    assert {bool(each.answers) for each in kept if each.at < days[0][0]} == {True}
    assert found["accepted"] >= 14
    wiped = [standing for standing in losses.standings(site.id).values() if len(standing.stores) > 1]
    assert [store.high - store.acked for each in wiped for store in each.stores] == [2, 0]
    assert rows.count("operations_receipt", outcome="applied") == rows.count("operations_receipt")
    assert {each.key for each in report.people} >= {"wu", "luo", "ma", "fang"}
    state = digest_text(demo.project_id(), at)
    db.session.rollback()
    assert not demo.load(at, week=True).is_new
    assert digest_text(demo.project_id(), at) == state


def test_each_flat_of_a_week_has_its_own_script_and_its_things_their_photos(app: Flask) -> None:
    with clock.standing_at(MORNING):
        demo.load(MORNING, week=True)
    site = sites.project_by_code("YQF")
    assert site
    for flat in sites.flats(site.id):
        things = stock.inventory(site.id, flat.id, MORNING)
        assert len(things) == 5
        assert set(stock.pictures(site.id, flat.id, MORNING)) == {each.code for each in things}
    counted = sa.select(Answer.number).where(Answer.item.in_(("flat_open.inventory", "flat_close.inventory")))
    assert set(db.session.scalars(counted)) == {1000 * int(LISTED)}
    prompts = [tours.prompt(site, flat, MORNING) for flat in sites.flats(site.id)]
    assert [each.title["en"] for each in prompts if each] == ["Tour script, Type A", "Tour script, Type B"]
