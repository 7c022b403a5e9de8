"""Posts taken and left, as the database tells them."""

from datetime import date

import pytest

from tests.cast import WORDS, Site, at
from webapp.operations.ledger import Outcome
from webapp.shifts import queries as shifts

pytestmark = pytest.mark.database


@pytest.mark.clause("P2-4.4.2a")
@pytest.mark.clause("P2-4.4.7a")
def test_a_post_is_taken_and_left_under_a_name(site: Site) -> None:
    tablet = site.tablet()
    tablet.keep("lin", "shifts.take_post", "08:32", post=site.id("door"))
    tablet.keep("he", "shifts.take_post", "13:22", post=site.id("door"))
    tablet.keep("lin", "shifts.leave_post", "13:25", post=site.id("door"))
    tablet.send()
    present = {time: [each.person_id for each in shifts.present(site.project_id, at(time))] for time in ("08:31", "09:00", "13:30")}
    assert present == {"08:31": [], "09:00": [site.person("lin")], "13:30": [site.person("he")]}
    stood = shifts.stood(site.project_id, at("00:00"), at("23:59"))
    assert [(each.person_id, each.since, each.until) for each in stood] == [
        (site.person("lin"), at("08:32"), at("13:25")),
        (site.person("he"), at("13:22"), None),
    ]


def test_yesterdays_post_does_not_last_into_today(site: Site) -> None:
    tablet = site.tablet()
    tablet.keep("lin", "shifts.take_post", at("17:00") - 86_400_000, post=site.id("door"))
    tablet.send()
    assert shifts.present(site.project_id, at("09:00")) == []


def test_the_shift_of_an_instant_goes_by_the_sites_own_clock(site: Site) -> None:
    site.submit("shifts.add_kind", code="early", names={"en": "Early"}, starts=510, ends=810)
    kind = shifts.shift_at(site.project_id, at("08:30"))
    assert kind
    assert shifts.bounds(site.project_id, kind, at("10:00")) == (at("08:30"), at("13:30"))
    assert shifts.shift_at(site.project_id, at("08:29")) is None


def hours(site: Site, day: str) -> dict[str, tuple[int, int]]:
    return {each.code: (each.starts, each.ends) for each in shifts.kinds(site.project_id, date.fromisoformat(day))}


def test_a_shift_across_another_is_refused_by_the_operation_itself(site: Site) -> None:
    site.submit("shifts.add_kind", code="early", names=WORDS, starts=510, ends=810)
    across = site.submit("shifts.add_kind", code="across", names=WORDS, starts=600, ends=900)
    assert (across.outcome, across.errors) == ("refused", {"starts": "across_another"})
    assert site.submit("shifts.add_kind", code="late", names=WORDS, starts=750, ends=1080).outcome == "applied"
    assert hours(site, "2026-05-28") == {"early": (510, 810), "late": (750, 1080)}


def sets(site: Site, code: str, since: str, person: str = "chen", **body: int) -> Outcome:
    return site.submit(
        "shifts.set_hours", author=person, proof="session", when=at("12:00"), shift=site.id(code), since=since, **body
    )


def test_the_hours_of_a_shift_change_from_a_day_to_come_on(site: Site) -> None:
    site.submit("shifts.add_kind", site.id("early"), code="early", names=WORDS, starts=510, ends=810)
    site.submit("shifts.add_kind", site.id("late"), code="late", names=WORDS, starts=800, ends=1080)
    assert sets(site, "early", "2026-05-28", starts=540, ends=840).errors == {"since": "not_to_come"}
    assert sets(site, "early", "2026-05-29", starts=540, ends=861).errors == {"starts": "across_another"}
    assert sets(site, "early", "2026-05-29", starts=540, ends=840).outcome == "applied"
    assert sets(site, "late", "2026-06-01").outcome == "applied"
    assert hours(site, "2026-05-28") == {"early": (510, 810), "late": (800, 1080)}
    assert hours(site, "2026-05-29") == {"early": (540, 840), "late": (800, 1080)}
    assert hours(site, "2026-06-01") == {"early": (540, 840)}
    assert set(shifts.names(site.project_id)) == {site.id("early"), site.id("late")}


@pytest.mark.parametrize("person", ["lin", "stranger"])
def test_who_stands_at_a_door_sets_no_hours(site: Site, person: str) -> None:
    site.submit("shifts.add_kind", site.id("early"), code="early", names=WORDS, starts=510, ends=810)
    assert sets(site, "early", "2026-05-29", person, starts=540, ends=840).errors == {"": "role"}
