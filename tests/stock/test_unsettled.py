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
def test_a_count_that_differs_is_open_whatever_is_counted_after_it(app: Flask, site: Site) -> None:
    counts(site, ("09:00", 40), ("10:00", 38), ("11:00", 38))
    assert told(app, site, "09:30") == [], "the first is held against nothing"
    assert told(app, site, "10:30") == ["10:00: 38 counted, 40 expected"]
    assert told(app, site) == ["10:00: 38 counted, 40 expected"], "the later count wipes no shortage"


@pytest.mark.clause("P2-4.4.2c")
def test_a_count_that_differs_is_open_until_it_is_ruled_on_in_whatever_order_both_come(app: Flask, site: Site) -> None:
    tablet, about = site.tablet(), {"item": site.id("covers"), "place": site.id("flat"), "state": "clean"}
    tablet.keep("lin", "stock.count", "09:00", counted=40, **about)
    short = tablet.keep("lin", "stock.count", "10:00", counted=38, **about)
    tablet.keep("lin", "stock.count", "11:00", counted=35, **about)
    approves(site, short.id, 40)
    tablet.send()
    assert told(app, site) == ["11:00: 35 counted, 38 expected"], "of each count something is said"
    late = site.tablet()
    late.keep("he", "stock.draw", "09:30", quantity=5, **{name: about[name] for name in ("item", "place")})
    late.send()
    assert told(app, site)[1:] == ["10:00: 38 counted, 45 expected"], "another number was expected than was ruled on"
    approves(site, short.id, 45, "13:00")
    assert told(app, site) == ["11:00: 35 counted, 38 expected"]


def approves(site: Site, count: str, expected: int, time: str = "12:00") -> None:
    said = {"count": count, "item": site.id("covers"), "state": "clean", "expected": str(expected), "note": "torn"}
    made = site.submit("stock.approve", author="chen", proof="session", when=at(time), **said)
    assert made.outcome == "applied", made.errors
