"""A count that differs and on which nobody has ruled is told at the end of its day."""

import pytest
from flask import Flask

from tests.cast import Site, at
from webapp.base import clock
from webapp.review.points import points_of
from webapp.review.queries import Day
from webapp.sites import queries as sites

pytestmark = pytest.mark.database


def told(app: Flask, site: Site, until: str = "20:00") -> list[str]:
    project, start = sites.project(site.project_id), at("00:00")
    assert project
    with app.test_request_context(headers={"Accept-Language": "en"}):
        found = points_of(Day(project, start, start + clock.DAY, at(until)), [], [], [])
    return [each.detail.rpartition(" · ")[2] for each in found if each.code == "variance"]


def counts(site: Site, *said: tuple[str, int]) -> None:
    tablet = site.tablet()
    for time, number in said:
        about = {"item": site.id("covers"), "place": site.id("flat"), "state": "clean"}
        tablet.keep("lin", "stock.count", time, counted=number, **about)
    tablet.send()


@pytest.mark.clause("P2-4.4.2c")
def test_a_count_that_differs_is_open_until_another_agrees(app: Flask, site: Site) -> None:
    counts(site, ("09:00", 40), ("10:00", 38), ("11:00", 38))
    assert told(app, site, "09:30") == [], "the first is held against nothing"
    assert told(app, site, "10:30") == ["10:00: 38 counted, 40 expected"]
    assert told(app, site) == []
