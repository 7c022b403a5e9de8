"""A list that a new version moves to another post in the middle of a day: a run stays with the post that it was begun at."""

from datetime import date

import pytest
from flask import Flask

from tests.cast import CHECK, WORDS, Site, at
from tests.checklists.test_review import points
from webapp.checklists import queries as checklists
from webapp.checklists.queries import Check
from webapp.records import queries as records
from webapp.sites import queries as sites
from webapp.sites.models import Project

pytestmark = pytest.mark.database

DAY = 86_400_000
SCHEDULE = {"of": "opening", "from": -60, "to": 30, "late_allowed": False}
PLACES = ("flat", "bar")


@pytest.fixture
def elsewhere(site: Site, request: pytest.FixtureRequest) -> str:
    """Where the post stands that the list moves to; the list is the door's until then."""
    place = getattr(request, "param", "bar")
    site.submit("sites.add_place", site.id("bar"), kind="water_bar", code="bar", names=WORDS)
    site.submit("sites.add_post", site.id("water"), place=site.id(place), code="water", role="water_bar", names=WORDS)
    site.submit("content.open", site.id("early"), kind="checklist", code="check.early")
    publish(site, 1, "greeter")
    return place


def publish(site: Site, number: int, post: str, when: int | None = None) -> None:
    body = CHECK | {"id": "check.early", "post": post, "schedule": SCHEDULE}
    told = site.submit("content.publish", site.id(f"early {number}"), document=site.id("early"), number=number, body=body,
                       **({"when": when} if when else {}))  # fmt: skip
    assert told.outcome == "applied"


def move(site: Site) -> None:
    publish(site, 2, "water_bar", at("12:00"))


def answer(site: Site) -> None:
    about = {"version": site.id("early 1"), "place": site.id("flat"), "day": "2026-05-28"}
    tablet = site.tablet()
    tablet.keep("lin", "checklists.answer", "08:40", item="small.door", answer="fail", note="鎖舌卡住", **about)
    tablet.keep("lin", "checklists.submit", "08:45", **about)
    tablet.send()


def project(site: Site) -> Project:
    found = sites.project(site.project_id)
    assert found
    return found


def runs(site: Site, place: str, post: str, until: int) -> list[Check]:
    found = checklists.runs(project(site), site.id(place), post, until)
    return [each for each in found if each.edition.code == "check.early"]


@pytest.mark.parametrize("elsewhere", PLACES, indirect=True)
@pytest.mark.parametrize("moved_first", [False, True])
@pytest.mark.clause("P2-4.4.2c")
def test_a_run_that_was_begun_stays_told_at_its_post_when_its_list_moves(
    app: Flask, site: Site, elsewhere: str, *, moved_first: bool
) -> None:
    """On the tablet, in the review and in the record of the post, whichever of both arrives first."""
    for step in (move, answer) if moved_first else (answer, move):
        step(site)
    until = at("15:00")
    (found,) = runs(site, "flat", "greeter", until)
    assert (found.edition.number, found.run.done, found.run.submitted_at) == (1, 1, at("08:45"))
    assert runs(site, elsewhere, "water_bar", until) == [], "it was over before the list was its"
    assert found.key in {each.key for each in checklists.checks(project(site), site.id("flat"), "greeter", until)}
    assert [each.detail for each in points(app, site, "15:00") if "鎖舌卡住" in each.detail]
    post = next(each for each in sites.posts(site.project_id) if each.id == site.id("door"))
    day = date(2026, 5, 28)
    told = records.account(project(site), post, day, records.windows_of(project(site), day)[0], until)
    assert site.id("early 1") in {each.version for each in told.lists}


@pytest.mark.parametrize("elsewhere", PLACES, indirect=True)
def test_what_was_missed_before_a_list_moved_stays_missed_at_its_former_post_alone(site: Site, elsewhere: str) -> None:
    move(site)
    assert [each.edition.number for each in runs(site, "flat", "greeter", at("23:59"))] == [1]
    assert runs(site, elsewhere, "water_bar", at("23:59")) == []
    missed = [
        each for each in checklists.missed(project(site), at("00:00"), at("00:00") + DAY) if each.edition.code == "check.early"
    ]
    assert [each.place_id for each in missed] == [site.id("flat")]


def test_from_the_day_after_a_moved_list_is_asked_of_its_new_post_alone(site: Site, elsewhere: str) -> None:
    answer(site)
    move(site)
    assert runs(site, "flat", "greeter", at("12:00") + DAY) == []
    assert [each.edition.number for each in runs(site, elsewhere, "water_bar", at("12:00") + DAY)] == [2]


def test_what_a_tablet_answered_the_day_after_without_having_heard_of_it_is_told_at_its_post(site: Site, elsewhere: str) -> None:
    publish(site, 2, "water_bar", at("12:00") - DAY)
    answer(site)
    assert runs(site, elsewhere, "water_bar", at("15:00"))
    assert [each.run.done for each in runs(site, "flat", "greeter", at("15:00"))] == [1]
