"""Parties at the door, as the database tells them."""

import pytest

from tests.cast import Site, Tablet, at
from webapp.operations.entries import Entry
from webapp.sites import queries as sites
from webapp.stock import queries as stock
from webapp.tours import queries as tours
from webapp.tours.rules import Status, status

pytestmark = pytest.mark.database


def arrive(site: Site, tablet: Tablet, guests: int, time: str, **more: object) -> Entry:
    where = {"flat": site.id("A"), "place": site.id("flat"), "item": site.id("covers")}
    return tablet.keep("lin", "tours.arrive", time, guests=guests, **(where | more))


def covers(site: Site, until: str) -> tuple[int, int, int]:
    item = stock.item_by_sku(site.project_id, "covers")
    assert item
    found = tours.covers(site.project_id, site.id("flat"), item, at("09:00"), at(until))
    return (found.clean // 1000, found.in_use // 1000, found.soiled // 1000)


@pytest.mark.clause("P2-4.4.3b")
def test_an_arrival_hands_out_a_pair_to_each_guest(site: Site) -> None:
    tablet = site.tablet()
    arrive(site, tablet, 4, "10:18")
    tablet.send()
    assert covers(site, "10:20") == (-4, 4, 0)


def test_no_covers_and_other_numbers_of_covers_are_taken_as_said(site: Site) -> None:
    tablet = site.tablet()
    arrive(site, tablet, 4, "10:00", covers=0)
    arrive(site, tablet, 2, "10:05", covers=3)
    tablet.send()
    assert covers(site, "10:10") == (-3, 3, 0)


@pytest.mark.clause("P2-4.4.3f")
def test_seen_off_guests_leave_their_covers_in_the_basket(site: Site) -> None:
    tablet = site.tablet()
    party = arrive(site, tablet, 4, "10:18")
    tablet.keep("lin", "tours.see_off", "10:40", party=party.id)
    tablet.send()
    assert covers(site, "10:40") == (-4, 0, 4)


def test_a_count_of_the_basket_settles_what_was_in_it(site: Site) -> None:
    tablet = site.tablet()
    arrive(site, tablet, 4, "10:00")
    arrive(site, tablet, 2, "11:00")
    tablet.keep("lin", "stock.count", "11:30", item=site.id("covers"), place=site.id("flat"), state="soiled", counted=3)
    tablet.send()
    assert covers(site, "11:45") == (-6, 2, 3)
    assert covers(site, "12:00") == (-6, 0, 5)


@pytest.mark.clause("P2-4.4.3e")
def test_several_parties_are_inside_at_once(site: Site) -> None:
    tablet = site.tablet()
    first = arrive(site, tablet, 4, "10:00")
    arrive(site, tablet, 2, "10:10")
    tablet.keep("lin", "tours.see_off", "10:20", party=first.id)
    tablet.send()
    today = tours.today(sites.project(site.project_id), at("10:30"))
    assert [(party.guests, status(party, at("10:30"))) for party in today] == [(2, Status.INSIDE), (4, Status.SEEN_OFF)]
    figures = tours.figures_of(sites.project(site.project_id), at("00:00"), at("23:59"), at("10:30"))
    assert (figures.parties, figures.guests, figures.inside, figures.by_hour) == (2, 6, 1, {10: 6})


def test_a_farewell_whose_arrival_has_not_come_says_so(site: Site) -> None:
    first, second = site.tablet(1), site.tablet(2)
    party = arrive(site, first, 4, "10:00")
    second.keep("he", "tours.see_off", "10:30", party=party.id)
    second.send()
    assert tours.without_beginning(site.project_id, 0, at("11:00")) == [party.id]
    first.send()
    assert tours.without_beginning(site.project_id, 0, at("11:00")) == []
    found = tours.party(site.project_id, party.id, at("11:00"))
    assert found
    assert status(found, at("11:00")) is Status.SEEN_OFF


def test_a_party_entered_later_stands_where_it_happened(site: Site) -> None:
    tablet = site.tablet()
    arrive(site, tablet, 2, "12:00", when=at("09:30"))
    answer = tablet.send()
    assert answer.results[0]["flags"] == ["back_dated"]
    assert [party.arrived_at for party in tours.today(sites.project(site.project_id), at("13:00"))] == [at("09:30")]


def test_the_state_digest_holds_only_what_had_happened(site: Site) -> None:
    tablet = site.tablet()
    party = arrive(site, tablet, 4, "10:00")
    tablet.keep("lin", "tours.see_off", "10:40", party=party.id)
    tablet.send()
    early, late = (tours.digest(site.project_id, at(time))["parties"] for time in ("10:30", "10:40"))
    assert (early[0]["status"], early[0]["gone_at"], early[0]["seen_off_at"]) == ("inside", None, None)
    assert (late[0]["status"], late[0]["gone_at"], late[0]["seen_off_at"]) == ("seen_off", at("10:40"), at("10:40"))
    assert tours.digest(site.project_id, at("09:59"))["parties"] == []
