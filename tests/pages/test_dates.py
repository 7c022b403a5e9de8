"""Every address and every field that takes a date: a day that the calendar or the site does not have is no page, never a fault."""

from datetime import timedelta

import pytest

from tests.browser.addresses import EXAMPLES
from tests.pages.conftest import AT, OURS, Site, read
from webapp import demo
from webapp.base import clock
from webapp.operations.roles import DEPUTY

TODAY = clock.day_of(AT, demo.ZONE)
NO_DAYS = ("0001-01-01", "1000-01-01", "1999-12-31", "2101-01-01", "9999-12-31", "2026-02-30", "20260528", "２０２６-05-28")
OTHERS = (str(TODAY + timedelta(days=1)), "2000-01-01", "2100-12-31")
"""In the calendar, but before the site's first day or still to come."""


def dated(site: Site, name: str) -> list[str]:
    """The routes that take a day, or a month."""
    return [rule.rule for rule in site.app.url_map.iter_rules() if name in rule.arguments]


def paths(site: Site, days: tuple[str, ...]) -> list[str]:
    by_day = [rule.replace("<day>", day) for rule in dated(site, "day") for day in days]
    by_month = [rule.replace("<month>", day[:7]) for rule in dated(site, "month") for day in days if day not in INSIDE]
    filled = [path.replace("<uuid:post_id>", demo.named("post", "door")).replace("<shift>", "early") for path in by_day + by_month]
    assert len(filled) >= 6 * len(days) - len(INSIDE) * 2
    assert "<" not in "".join(filled)
    return filled


INSIDE = ("2026-02-30", "20260528", str(TODAY + timedelta(days=1)))
"""Their month is one of ours."""


def test_a_day_that_the_site_does_not_have_is_no_page(shown: Site):
    desk, wrong = shown.desk("chen"), {}
    for path in paths(shown, NO_DAYS + OTHERS):
        asked = (desk.get(path), desk.post(path, data={}, headers=OURS))
        answers = [answer.status_code for answer in asked]
        if answers not in ([404, 404], [404, 405]):
            wrong[path] = answers
    assert wrong == {}


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "1999-12", "2101-01", "2026-06", "2026-13", "x"])
def test_a_month_that_the_site_does_not_have_is_no_page(shown: Site, month: str):
    assert shown.desk("chen").get(f"/records?month={month}").status_code == 404


def test_what_is_asked_of_a_page_by_a_day_out_of_the_calendar_is_left_aside(shown: Site):
    desk, wrong = shown.desk("fang"), {}
    for rule, (_kind, path) in EXAMPLES.items():
        for day in ("0001-01-01", "9999-12-31"):
            asked = dict.fromkeys(("since", "until", "day", "from", "to", "at", "month", "before", "after"), day)
            answer = desk.get("/" + path.format(language="en"), query_string=asked)
            if answer.status_code >= 500:
                wrong[rule] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("until", ["9999-12-31", "0001-01-01", "2101-01-01", "tomorrow"])
def test_a_role_until_a_day_out_of_the_calendar_is_refused_beside_its_field(site: Site, until: str):
    path = f"/people/{demo.person('lin')}"
    body = {"what": "join", "role": DEPUTY, "until": until}
    answer = site.desk("zhou").post(path, data=body, headers=OURS)
    assert answer.status_code == 422
    faults = [each.attrs["id"] for each in read(answer.text).all("p") if each.attrs.get("class") == "field__error"]
    assert faults == ["until-error"]
