"""What the manager is told of checks on the review of the day."""

import pytest
from flask import Flask

from tests.cast import CHECK, Site, at
from webapp.review.points import points_of
from webapp.review.queries import Day
from webapp.review.rules import Point
from webapp.sites import queries as sites

pytestmark = pytest.mark.database

DAY_START = at("00:00")


@pytest.fixture
def about(site: Site) -> dict[str, str]:
    site.submit("content.open", site.id("closing"), kind="checklist", code="check.closing")
    body = CHECK | {"id": "check.closing", "purpose": "closing"}
    site.submit("content.publish", site.id("closing 1"), document=site.id("closing"), number=1, body=body)
    return {"version": site.id("closing 1"), "place": site.id("flat"), "day": "2026-05-28"}


def points(app: Flask, site: Site, until: str) -> list[Point]:
    project = sites.project(site.project_id)
    assert project
    with app.test_request_context(headers={"Accept-Language": "en"}):
        return points_of(Day(project, DAY_START, DAY_START + 86_400_000, at(until)), [], [], [])


def told(app: Flask, site: Site, until: str) -> list[tuple[str, str]]:
    """What is told of a list, without the place it was gone through at."""
    found = [(each.detail.rpartition(" · ")[2], each.tone) for each in points(app, site, until)]
    return [(words, tone) for words, tone in found if words.startswith("word:")]


@pytest.mark.clause("P2-4.4.6b")
def test_a_critical_point_left_open_is_told_when_the_check_is_submitted(app: Flask, site: Site, about: dict[str, str]) -> None:
    assert told(app, site, "17:00") == []
    tablet = site.tablet()
    tablet.keep("lin", "checklists.submit", "17:30", **about)
    tablet.send()
    assert told(app, site, "17:29") == []
    assert told(app, site, "17:31") == [("word: critical, not answered", "over")]


@pytest.mark.clause("P2-4.4.6b")
def test_a_critical_point_left_open_is_told_when_the_site_closes(app: Flask, site: Site, about: dict[str, str]) -> None:
    assert ("word: critical, not answered", "over") in told(app, site, "18:00")


@pytest.mark.clause("P2-4.4.6b")
def test_a_critical_point_that_failed_is_told_at_once_with_its_note(app: Flask, site: Site, about: dict[str, str]) -> None:
    tablet = site.tablet()
    tablet.keep("lin", "checklists.answer", "17:00", item="small.door", answer="fail", note="鎖舌卡住", **about)
    tablet.send()
    found = [each for each in points(app, site, "17:01") if "鎖舌卡住" in each.detail]
    assert [(each.tone, each.entry) for each in found] == [("over", tablet.kept[0].id)]
