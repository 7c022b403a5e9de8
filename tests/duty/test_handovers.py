"""Remarks and handovers, as the database tells them."""

import pytest

from tests.cast import Site, at
from webapp.duty import queries as duty
from webapp.duty.rules import Status, status

pytestmark = pytest.mark.database


@pytest.mark.clause("P2-4.4.6a")
def test_a_handover_is_offered_and_accepted_on_the_same_tablet(site: Site) -> None:
    tablet = site.tablet()
    offer = tablet.keep("lin", "duty.offer", "13:20", place=site.id("flat"), post=site.id("door"), to=site.person("he"))
    tablet.keep("he", "duty.accept", "13:22", offer=offer.id, result="accepted")
    tablet.send()
    states = {}
    for time in ("13:21", "13:22"):
        states[time] = [status(each) for each in duty.handovers(site.project_id, at("00:00"), at("23:59"), at(time))]
    assert states == {"13:21": [Status.OFFERED], "13:22": [Status.ACCEPTED]}


def test_an_acceptance_that_arrives_before_its_offer_finds_it_later(site: Site) -> None:
    first, second = site.tablet(1), site.tablet(2)
    offer = first.keep("lin", "duty.offer", "13:20", place=site.id("flat"), post=site.id("door"))
    second.keep("he", "duty.accept", "13:22", offer=offer.id, result="disputed", exceptions="數目不對")
    second.send()
    assert duty.without_beginning(site.project_id, 0, at("14:00")) == [offer.id]
    first.send()
    found = duty.handover(site.project_id, offer.id, at("14:00"))
    assert found
    assert status(found) is Status.DISPUTED
    assert duty.without_beginning(site.project_id, 0, at("14:00")) == []


@pytest.mark.clause("P2-4.4.6a")
def test_a_remark_stands_under_its_category_and_place(site: Site) -> None:
    tablet = site.tablet()
    tablet.keep("lin", "duty.remark", "11:45", place=site.id("flat"), category="repair", text="落地燈不亮")
    tablet.send()
    found = duty.remarks(site.project_id, at("00:00"), at("23:59"), site.id("flat"))
    assert [(each.category, each.text, each.author_id) for each in found] == [("repair", "落地燈不亮", site.person("lin"))]
    assert duty.remarks(site.project_id, at("12:00"), at("23:59")) == []
