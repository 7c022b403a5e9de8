"""The version in force at an instant."""

import pytest

from tests.cast import CHECK, Site, at
from webapp.content import queries as content

pytestmark = pytest.mark.database


def test_a_later_version_takes_over_at_its_instant(site: Site) -> None:
    site.submit("content.publish", site.id("second"), when=at("12:00"), document=site.id("document"), number=2, body=CHECK)
    numbers = []
    for time in ("11:59", "12:00"):
        edition = content.in_force(site.project_id, "checklist", "check.small", at(time))
        assert edition
        numbers.append(edition.number)
    assert numbers == [1, 2]
    first = content.edition(site.project_id, site.id("version"))
    assert first
    assert (first.number, first.body) == (1, CHECK)


def test_a_body_that_breaks_the_schema_is_refused(site: Site) -> None:
    outcome = site.submit("content.publish", document=site.id("document"), number=2, body=CHECK | {"items": []})
    assert (outcome.outcome, outcome.errors) == ("refused", {"body": "malformed"})


def test_all_documents_of_a_kind_are_listed_once(site: Site) -> None:
    site.submit("content.publish", site.id("second"), when=at("12:00"), document=site.id("document"), number=2, body=CHECK)
    listed = content.all_in_force(site.project_id, "checklist", at("13:00"))
    assert [(each.code, each.number) for each in listed] == [("check.small", 2)]
    assert content.in_force(site.project_id, "greetings", "greetings", at("13:00")) is None
