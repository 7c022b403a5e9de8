"""Sites: what they refuse, and how they are read."""

import pytest

from tests.cast import WORDS, Site, at
from webapp.sites import queries as sites

pytestmark = pytest.mark.database


def test_a_site_is_found_by_its_code_and_lists_its_places(site: Site) -> None:
    project = sites.project_by_code("small")
    assert project
    assert project.id == site.project_id
    assert [place.code for place in sites.places(project.id)] == ["flat", "laundry", "store"]
    assert [flat.code for flat in sites.flats(project.id, site.id("flat"))] == ["A"]
    assert [post.code for post in sites.posts(project.id)] == ["door"]
    assert sites.project_by_code("none") is None


def test_the_day_of_a_site_begins_at_its_own_midnight(site: Site) -> None:
    project = sites.project(site.project_id)
    assert sites.day_around(project, at("00:00")) == (at("00:00"), at("00:00") + 86_400_000)
    assert sites.day_around(project, at("23:59"))[0] == at("00:00")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("names", {"fr": "mot"}, "malformed"),
        ("names", {}, "malformed"),
        ("zone", "Asia/Nowhere", "not_offered"),
        ("opens", 1441, "too_large"),
    ],
)
def test_a_site_that_cannot_be_right_is_refused(site: Site, field: str, value: object, code: str) -> None:
    body = {"code": "X", "names": WORDS, "zone": "Asia/Shanghai", "record_language": "en", "opens": 540, "closes": 1080}
    outcome = site.submit("sites.open_project", **(body | {field: value}))
    assert outcome.errors == {field: code}


@pytest.mark.clause("P2-4.4.3d")
def test_a_flat_has_its_plan_and_what_is_otherwise_than_in_the_script(site: Site) -> None:
    changes = {"without": ["second_bathroom"], "renamed": {"second_bedroom": {"en": "Study"}}}
    plan = {"hall": "5 0 20 30", "second_bedroom": "0 0 5 9, 0 12 5 9"}
    body = {"place": site.id("flat"), "code": "B", "unit_type": "A", "title": WORDS}
    site.submit("sites.add_flat", site.id("B"), **body, plan=plan, changes=changes)
    flat = sites.flat(site.project_id, site.id("B"))
    assert flat
    assert flat.plan == {"hall": [[5, 0, 20, 30]], "second_bedroom": [[0, 0, 5, 9], [0, 12, 5, 9]]}
    assert flat.changes == changes
    plain = sites.flat(site.project_id, site.id("A"))
    assert plain
    assert (plain.plan, plain.changes) == (None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("plan", {}),
        ("plan", {"hall": "5 0 20"}),
        ("plan", {"hall": "5 0 0 30"}),
        ("plan", {"hall": "5 0 -2 30"}),
        ("plan", {f"room{number}": "0 0 1 1" for number in range(41)}),
        ("changes", {"painted": "green"}),
        ("changes", {"without": "hall"}),
        ("changes", {"renamed": {"hall": {"fr": "mot"}}}),
    ],
)
def test_a_plan_that_cannot_be_drawn_is_refused(site: Site, field: str, value: object) -> None:
    body = {"place": site.id("flat"), "code": "B", "unit_type": "A", "title": WORDS}
    assert site.submit("sites.add_flat", **body, **{field: value}).errors == {field: "malformed"}


def test_another_projects_place_is_never_found_here(site: Site) -> None:
    other = Site(site.ledger, "other").build()
    assert sites.place(site.project_id, other.id("flat")) is None
    assert sites.flat(site.project_id, other.id("A")) is None
