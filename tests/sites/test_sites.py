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


OTHER = {"zh-Hant": "新名", "en": "Another name"}


def test_what_is_renamed_last_is_called_so_in_whatever_order_it_came(site: Site) -> None:
    for when, names in (("12:00", OTHER), ("11:00", WORDS)):
        site.submit("sites.rename_place", author="zhou", proof="session", when=at(when), place=site.id("flat"), names=names)
    site.submit("sites.rename_flat", author="zhou", proof="session", flat=site.id("A"), title=OTHER)
    site.submit("sites.rename_post", author="zhou", proof="session", post=site.id("door"), names=OTHER)
    place, flat, post = (
        sites.place(site.project_id, site.id("flat")),
        sites.flats(site.project_id)[0],
        sites.posts(site.project_id)[0],
    )
    assert place
    assert place.names == flat.title == post.names == OTHER
    other = sites.place(site.project_id, site.id("store"))
    assert other
    assert other.names == WORDS


@pytest.mark.parametrize(("person", "may"), [("zhou", True), ("chen", False), ("lin", False)])
def test_an_administrator_renames_and_nobody_else(site: Site, person: str, may: bool) -> None:
    site.submit("sites.rename_place", author=person, proof="session", place=site.id("flat"), names=OTHER)
    place = sites.place(site.project_id, site.id("flat"))
    assert place
    assert (place.names == OTHER) is may
