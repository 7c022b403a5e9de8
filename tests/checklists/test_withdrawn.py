"""A list that is taken out of use, or asks something else, in the middle of a day (design.md section 3a): what was answered to it
stays told by the version that it was answered in."""

import pytest
from flask import Flask

from tests.cast import CHECK, Site, at
from tests.checklists.test_review import points
from webapp.checklists import queries as checklists
from webapp.checklists.queries import Check
from webapp.checklists.rules import Given, Standing, run_of
from webapp.sites import queries as sites

DAY = 86_400_000
DOOR = {"id": "door", "required": True, "critical": True}
SCHEDULE = {"of": "opening", "from": -60, "to": 30, "late_allowed": False}


def runs(site: Site, until: str) -> list[Check]:
    project = sites.project(site.project_id)
    assert project
    return [each for each in checklists.runs(project, site.id("flat"), "greeter", at(until)) if each.edition.code == "check.early"]


def withdraw(site: Site, when: str) -> None:
    outcome = site.submit("content.withdraw", author="chen", proof="session", when=at(when), version=site.id("early 1"), seen=0,
                          reason="改版")  # fmt: skip
    assert outcome.outcome == "applied"


@pytest.fixture
def about(site: Site) -> dict[str, str]:
    site.submit("content.open", site.id("early"), kind="checklist", code="check.early")
    body = CHECK | {"id": "check.early", "post": "greeter", "schedule": SCHEDULE}
    site.submit("content.publish", site.id("early 1"), document=site.id("early"), number=1, body=body)
    return {"version": site.id("early 1"), "place": site.id("flat"), "day": "2026-05-28"}


def answer(site: Site, about: dict[str, str], *said: tuple[str, str]) -> None:
    tablet = site.tablet()
    for when, value in said:
        tablet.keep("lin", "checklists.answer", when, item="small.door", answer=value, note="鎖舌卡住", **about)
    tablet.send()


@pytest.mark.database
@pytest.mark.parametrize("told_first", [True, False])
@pytest.mark.clause("P2-4.4.2c")
def test_what_was_answered_stays_told_when_its_list_is_taken_out_of_use(
    app: Flask, site: Site, about: dict[str, str], *, told_first: bool
) -> None:
    """Also what a tablet answered before it heard of that, whichever arrives first."""
    for step in (answer_first, withdraw_at_noon) if told_first else (withdraw_at_noon, answer_first):
        step(site, about)
    before, after = (runs(site, when)[0] for when in ("11:59", "13:00"))
    assert [after.edition.number, after.run.done, len(after.run.failed)] == [1, 1, 1]
    assert before.run == after.run
    assert [each.detail for each in points(app, site, "13:00") if "鎖舌卡住" in each.detail]
    assert runs(site, "23:59")[0].run == after.run


def answer_first(site: Site, about: dict[str, str]) -> None:
    answer(site, about, ("08:40", "fail"))


def withdraw_at_noon(site: Site, _about: dict[str, str]) -> None:
    withdraw(site, "12:00")


@pytest.mark.database
def test_what_was_answered_after_that_by_who_had_not_heard_of_it_is_told_too(site: Site, about: dict[str, str]) -> None:
    withdraw(site, "07:00")
    answer(site, about, ("08:40", "fail"))
    assert [each.run.done for each in runs(site, "09:00")] == [1]


@pytest.mark.database
@pytest.mark.parametrize(("withdrawn", "found"), [("09:00", []), ("10:00", [Standing.MISSED])])
def test_what_was_missed_before_that_stays_missed_and_else_nobody_is_asked(
    site: Site, about: dict[str, str], withdrawn: str, found: list[Standing]
) -> None:
    """It was due until 09:30."""
    project = sites.project(site.project_id)
    assert project
    assert about
    withdraw(site, withdrawn)
    assert [checklists.standing_of(project, each, at("23:59")) for each in runs(site, "23:59")] == found
    missed = [each.edition.code for each in checklists.missed(project, at("00:00"), at("00:00") + DAY)]
    assert missed.count("check.early") == len(found)


@pytest.mark.database
def test_nothing_is_asked_of_a_list_on_the_days_after(site: Site, about: dict[str, str]) -> None:
    answer(site, about, ("08:40", "pass"))
    withdraw(site, "12:00")
    project = sites.project(site.project_id)
    assert project
    found = checklists.runs(project, site.id("flat"), "greeter", at("12:00") + DAY)
    assert "check.early" not in {each.edition.code for each in found}


def test_a_point_that_a_new_version_asks_no_more_stands_as_it_was_answered() -> None:
    given = Given((1, 0, 0, 0, "a", 0), "gone", "fail", None, "x", "lin", version="first")
    gone = DOOR | {"id": "gone"}
    found = run_of([DOOR], [given], asked={("first", "gone"): gone})
    told = [(line.item["id"], line.version, line.is_failed) for line in found.lines]
    assert told == [
        ("door", "", False),
        ("gone", "first", True),
    ]
