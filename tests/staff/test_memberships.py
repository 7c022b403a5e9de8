"""Who may what in a project, and since when."""

import pytest

from tests.cast import OPENED_AT, Site, at
from webapp.base.database import db
from webapp.operations.rules import Membership
from webapp.staff import queries as staff

pytestmark = pytest.mark.database


def test_members_strangers_and_nobody_are_told_apart(site: Site) -> None:
    wanted = [site.person("lin"), site.person("stranger"), site.person("nobody")]
    found = staff.memberships(db.session.connection(), site.project_id, wanted)
    assert found == {site.person("lin"): [Membership("greeter", OPENED_AT)], site.person("stranger"): []}


def test_whoever_leaves_is_a_member_until_then(site: Site) -> None:
    site.submit("staff.leave", when=at("12:00"), person=site.person("lin"), role="greeter")
    found = staff.memberships(db.session.connection(), site.project_id, [site.person("lin")])
    assert found[site.person("lin")] == [Membership("greeter", OPENED_AT, at("12:00"))]
    assert staff.roles(site.project_id, site.person("lin"), at("11:59")) == ("greeter",)
    assert staff.roles(site.project_id, site.person("lin"), at("12:00")) == ()


def test_a_person_may_work_in_two_projects(site: Site) -> None:
    other = Site(site.ledger, "other").build()
    other.submit("staff.join", person=site.person("lin"), role="supervisor")
    assert staff.roles(other.project_id, site.person("lin"), at("10:00")) == ("supervisor",)
    assert staff.projects_of(site.person("lin"), at("10:00")) == sorted([site.project_id, other.project_id])


def test_colleagues_are_those_with_a_role(site: Site) -> None:
    names = [each.name for each in staff.colleagues(site.project_id, at("10:00"))]
    assert names == ["chen", "he", "lin", "zhou"]
    assert [each.name for each in staff.colleagues(site.project_id, at("10:00"), {"greeter"})] == ["he", "lin"]
