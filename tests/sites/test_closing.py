"""What is closed asks nothing of anybody any more, and loses nothing of what it was told."""

from datetime import date

import pytest
from flask import Flask

from tests.cast import Site, at
from webapp.base import clock
from webapp.checklists import queries as checklists
from webapp.records import queries as records
from webapp.review.points import points_of
from webapp.review.queries import Day
from webapp.sites import queries as sites
from webapp.sites.models import Project

pytestmark = pytest.mark.database

YESTERDAY, TODAY = date(2026, 5, 27), date(2026, 5, 28)


def project(site: Site) -> Project:
    found = sites.project(site.project_id)
    assert found
    return found


def closes(site: Site, what: str, key: str, last_day: date = YESTERDAY) -> None:
    body = {what: site.id(key), "last_day": last_day.isoformat()}
    outcome = site.submit(f"sites.close_{what}", author="zhou", proof="session", when=at("00:10"), **body)
    assert outcome.outcome == "applied"


def told(app: Flask, site: Site) -> list[tuple[str, str]]:
    start = at("00:00")
    with app.test_request_context(headers={"Accept-Language": "en"}):
        found = points_of(Day(project(site), start, start + clock.DAY, at("20:00")), [], [], [])
        return [(each.words, each.detail) for each in found if each.code == "closed"]


@pytest.mark.parametrize(("what", "key"), [("post", "door"), ("place", "flat")])
def test_what_a_tablet_brings_late_is_taken_and_told(app: Flask, site: Site, what: str, key: str) -> None:
    closes(site, what, key)
    assert told(app, site) == []
    tablet = site.tablet()
    tablet.keep("lin", "shifts.take_post", "09:00", post=site.id("door"))
    tablet.keep("lin", "duty.remark", "09:05", place=site.id("flat"), post=site.id("door"), category="repair", text="落地燈不亮")
    assert {each["outcome"] for each in tablet.send().results} == {"applied"}
    number = {"post": "2 entries", "place": "1 entry"}[what]
    assert [detail for _title, detail in told(app, site)] == [f"{number} of {'tablets' if what == 'post' else 'a tablet'}"]


def test_no_check_is_waited_for_where_a_post_is_closed(site: Site) -> None:
    before = checklists.watched(project(site), at("12:00"))
    closes(site, "post", "door")
    assert before
    assert checklists.watched(project(site), at("12:00")) == []
    assert checklists.watched(project(site), at("12:00") - clock.DAY) == before


def test_a_closed_post_has_records_to_its_last_day_and_where_somebody_stood_all_the_same(site: Site) -> None:
    closes(site, "post", "door")
    found = records.posts_of(project(site), [YESTERDAY, TODAY])
    assert {day: [each.code for each in posts] for day, posts in found.items()} == {YESTERDAY: ["door"], TODAY: []}
    tablet = site.tablet()
    tablet.keep("lin", "shifts.take_post", "09:00", post=site.id("door"))
    tablet.send()
    assert [each.code for each in records.posts_of(project(site), [TODAY])[TODAY]] == ["door"]
