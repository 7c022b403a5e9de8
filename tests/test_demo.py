"""The demo site, at whatever time of day somebody opens it."""

import pytest
from flask import Flask

from tests.conftest import Rows
from webapp import demo
from webapp.base import clock
from webapp.base.database import db
from webapp.cli import digest_text
from webapp.sites import queries as sites
from webapp.stock import queries as stock
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
    def break_off() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(demo, "_give_access", break_off)
        with pytest.raises(KeyboardInterrupt):
            demo.load(MORNING)
    db.session.rollback()
    assert demo.load(MORNING).is_new
    assert demo.is_loaded()


def test_what_is_printed_names_every_way_in(app: Flask) -> None:
    report = demo.load(MORNING)
    told = demo.describe(report, "http://127.0.0.1:8000")
    for word in ("http://127.0.0.1:8000/enrol", report.enrolment_code, "chen", demo.PASSWORD, "204618", "threshold tablets enrol"):
        assert word in told
