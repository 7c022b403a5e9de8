"""Parties that a tablet recorded while its clock was wrong: they count, and it is told that their hour is not sure."""

import pytest
from flask import Flask

from tests.cast import Site, Tablet, at
from tests.checklists.test_review import points
from webapp.tours import queries as tours

pytestmark = pytest.mark.database

DAY = 86_400_000
WORDS = "when it came is not sure"


def arrive(site: Site, tablet: Tablet, when: str, *, is_right: bool) -> str:
    entry = tablet.keep("lin", "tours.arrive", when, flat=site.id("A"), place=site.id("flat"), guests=2, covers=2)
    entry.offset = 0 if is_right else None
    entry.beacon_at = None if is_right else at(when)
    return entry.id


def untimed(site: Site) -> set[str]:
    return tours.without_time(site.project_id, at("00:00"), at("00:00") + DAY)


@pytest.mark.clause("P2-4.4.3b")
@pytest.mark.parametrize("right_first", [True, False])
def test_a_party_of_a_wrong_clock_counts_and_is_an_open_point_of_its_day(app: Flask, site: Site, *, right_first: bool) -> None:
    """Whichever tablet is heard first."""
    right, wrong = site.tablet(1), site.tablet(2)
    arrive(site, right, "10:00", is_right=True)
    party = arrive(site, wrong, "10:05", is_right=False)
    for tablet in (right, wrong) if right_first else (wrong, right):
        assert [each["outcome"] for each in tablet.send().results] == ["applied"]
    assert untimed(site) == {party}
    assert len(tours.parties(site.project_id, at("00:00"), at("00:00") + DAY, at("23:59"))) == 2
    (found,) = [each for each in points(app, site, "15:00") if WORDS in each.words]
    assert (found.words, found.is_open, found.href) == (
        f"1 party: {WORDS}",
        True,
        "/lists/parties?since=2026-05-28&until=2026-05-28",
    )


def test_of_parties_of_right_clocks_nothing_is_asked(app: Flask, site: Site) -> None:
    tablet = site.tablet()
    arrive(site, tablet, "10:00", is_right=True)
    tablet.send()
    assert untimed(site) == set()
    assert not [each for each in points(app, site, "15:00") if "not sure" in each.words]


def test_a_party_that_was_undone_is_no_open_point(app: Flask, site: Site) -> None:
    tablet = site.tablet()
    party = arrive(site, tablet, "10:05", is_right=False)
    tablet.send()
    undone = site.submit("tours.undo", author="chen", proof="session", when=at("10:30"), entry=party)
    assert undone.outcome == "applied"
    assert not [each for each in points(app, site, "15:00") if "not sure" in each.words]
