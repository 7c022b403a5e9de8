"""Posts taken and left, as the database tells them."""

import pytest

from tests.cast import Site, at
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
