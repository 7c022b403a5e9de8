"""When a run is due, late, missed or not known."""

from typing import Any

import pytest

from tests.cast import CHECK, Site, at
from tests.checklists.test_kinds import publish
from webapp.checklists import queries as checklists
from webapp.checklists.rules import Day, Run, Standing, Window, standing, windows
from webapp.content.rules import problems
from webapp.sites import queries as sites

HOUR, MINUTE = 3_600_000, 60_000
THURSDAY = Day(0, 24 * HOUR, 9 * HOUR, 18 * HOUR, 4, (("early", 8 * HOUR), ("late", 13 * HOUR)))
OPENING = {"of": "opening", "from": -60, "to": 30, "late_allowed": True}


def due(**told: Any) -> list[Window]:
    return windows(OPENING | told, THURSDAY)


def test_a_window_is_counted_from_the_opening_or_the_closing() -> None:
    assert [(each.opens_at, each.closes_at) for each in due()] == [(8 * HOUR, 9 * HOUR + 30 * MINUTE)]
    assert [(each.opens_at, each.closes_at) for each in due(of="closing")] == [(17 * HOUR, 18 * HOUR + 30 * MINUTE)]


def test_a_list_of_each_shift_has_a_run_a_shift_and_every_instant_is_of_one() -> None:
    found = due(of="shift")
    assert [(each.shift, each.number, each.since, each.until) for each in found] == [
        ("early", 1, 0, 13 * HOUR),
        ("late", 2, 13 * HOUR, 24 * HOUR),
    ]


def test_a_day_of_the_week_may_be_left_out() -> None:
    assert due(weekdays=[1, 2, 3, 5, 6, 7]) == []
    assert len(due(weekdays=[4])) == 1


def test_a_list_without_a_schedule_is_never_due() -> None:
    (window,) = windows(None, THURSDAY)
    assert standing(Run(()), window, 23 * HOUR, is_heard_out=True) is not Standing.MISSED


@pytest.mark.parametrize(
    ("hour", "late_allowed", "heard", "found"),
    [
        (7, True, True, Standing.AHEAD),
        (8, True, True, Standing.DUE),
        (9.5, True, True, Standing.DUE),
        (10, True, True, Standing.LATE),
        (10, False, True, Standing.MISSED),
        (10, False, False, Standing.UNKNOWN),
        (24, True, True, Standing.MISSED),
        (24, True, False, Standing.UNKNOWN),
    ],
)
@pytest.mark.clause("P2-4.4.2c")
def test_nothing_received_is_missed_only_where_nothing_can_come(hour: float, late_allowed: bool, heard: bool, found: str) -> None:
    from webapp.checklists.rules import run_of

    (window,) = due(late_allowed=late_allowed)
    run = run_of([{"id": "door", "required": True, "critical": False}], [])
    assert standing(run, window, round(hour * HOUR), is_heard_out=heard) is found


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"of": "noon"}, "schedule: of is not one of"),
        ({"from": 40}, "schedule: from is not before to"),
        ({"to": "30"}, "schedule: from and to are no minutes"),
        ({"late_allowed": 1}, "schedule: late_allowed is not yes or no"),
        ({"weekdays": [0]}, "schedule: weekdays are not of 1 to 7"),
        ({"weekdays": []}, "schedule: weekdays are not of 1 to 7"),
    ],
)
def test_a_schedule_that_cannot_be_is_named(told: dict[str, Any], wrong: str) -> None:
    assert wrong in "; ".join(problems(CHECK | {"schedule": OPENING | told}))
    assert problems(CHECK | {"schedule": OPENING | {"weekdays": [1, 7]}}) == []


SCHEDULED = CHECK | {"id": "check.scheduled", "schedule": OPENING | {"late_allowed": False}}


def became(site: Site, until: str) -> Standing:
    project = sites.project(site.project_id)
    assert project
    (found,) = (
        each for each in checklists.checks(project, site.id("flat"), "greeter", at(until)) if each.edition.code == "check.scheduled"
    )
    return checklists.standing_of(project, found, at(until))


def enrolled(site: Site) -> None:
    """The tablet of the cast stands at the flat's door."""
    tablet = site.tablet()
    site.submit(
        "tablets.enrol", tablet.id, number=1, name="door", station="door", place=site.id("flat"), credential_digest="0" * 64
    )


@pytest.mark.database
@pytest.mark.clause("P2-4.4.2c")
def test_a_run_is_unknown_until_its_tablet_was_heard_of_and_then_missed(site: Site) -> None:
    publish(site, SCHEDULED)
    enrolled(site)
    tablet = site.tablet()
    assert (became(site, "09:30"), became(site, "09:31")) == (Standing.DUE, Standing.UNKNOWN)
    tablet.keep("lin", "duty.remark", "09:00", place=site.id("flat"), category="normal", text="開門")
    tablet.send(received_at=at("09:10"))
    assert became(site, "09:31") is Standing.UNKNOWN
    tablet.keep("lin", "duty.remark", "09:40", place=site.id("flat"), category="normal", text="開門")
    tablet.send(received_at=at("09:41"))
    assert became(site, "09:45") is Standing.MISSED


@pytest.mark.database
def test_a_run_is_unknown_while_its_tablet_has_a_gap(site: Site) -> None:
    about = publish(site, SCHEDULED)
    enrolled(site)
    tablet = site.tablet()
    tablet.keep("lin", "checklists.answer", "09:00", item="small.door", answer="pass", **about)
    second = tablet.keep("lin", "duty.remark", "09:40", place=site.id("flat"), category="normal", text="開門")
    tablet.send([second], received_at=at("09:41"))
    assert became(site, "09:45") is Standing.UNKNOWN
    tablet.send(received_at=at("09:50"))
    assert became(site, "09:55") is Standing.LATE


@pytest.mark.database
def test_a_place_without_a_tablet_waits_for_nothing(site: Site) -> None:
    publish(site, SCHEDULED)
    assert became(site, "09:31") is Standing.MISSED


@pytest.mark.database
def test_a_list_of_each_shift_starts_afresh_with_the_next(site: Site) -> None:
    for code, starts, ends in (("early", 510, 810), ("middle", 810, 1110)):
        site.submit("shifts.add_kind", site.id(code), code=code, names=CHECK["title"], starts=starts, ends=ends)
    about = publish(site, SCHEDULED | {"schedule": OPENING | {"of": "shift", "from": 0, "to": 60}})
    tablet = site.tablet()
    tablet.keep("lin", "checklists.answer", "09:00", item="small.door", answer="pass", **about)
    tablet.send()
    project = sites.project(site.project_id)
    assert project

    def found(until: str) -> list[tuple[str, int]]:
        known = checklists.runs(project, site.id("flat"), "greeter", at(until))
        return [(each.day, each.run.done) for each in known if each.edition.code == "check.scheduled"]

    assert found("10:00") == [("2026-05-28.1", 1)]
    assert found("14:00") == [("2026-05-28.1", 1), ("2026-05-28.2", 0)]
