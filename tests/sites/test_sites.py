"""Sites: what they refuse, and how they are read."""

from datetime import date

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


def says(site: Site, operation: str, when: str = "12:00", **body: object) -> object:
    return site.submit(operation, author="zhou", proof="session", when=at(when), **body)


def offered(site: Site, day: str) -> dict[str, list[str]]:
    on = date.fromisoformat(day)
    return {
        "places": [each.code for each in sites.places(site.project_id, on=on)],
        "flats": [each.code for each in sites.flats(site.project_id, on=on)],
        "posts": [each.code for each in sites.posts(site.project_id, on=on)],
    }


def test_what_is_closed_is_offered_to_its_last_day_and_stays_known(site: Site) -> None:
    before = offered(site, "2026-06-01")
    says(site, "sites.close_flat", flat=site.id("A"), last_day="2026-05-31")
    assert offered(site, "2026-05-31") == before
    assert offered(site, "2026-06-01") == before | {"flats": []}
    assert [each.code for each in sites.flats(site.project_id)] == ["A"]


def test_a_place_takes_its_flats_and_posts_with_it(site: Site) -> None:
    says(site, "sites.close_place", place=site.id("flat"), last_day="2026-05-31")
    left = offered(site, "2026-06-01")
    assert (left["flats"], left["posts"]) == ([], [])
    assert "flat" not in left["places"]
    assert left["places"]


def test_the_last_word_on_a_closing_counts_in_whatever_order_it_came(site: Site) -> None:
    before = offered(site, "2026-06-02")
    says(site, "sites.close_post", "12:00", post=site.id("door"))
    says(site, "sites.close_post", "11:00", post=site.id("door"), last_day="2026-05-31")
    assert offered(site, "2026-06-02") == before
    says(site, "sites.close_post", "13:00", post=site.id("door"), last_day="2026-06-01")
    assert offered(site, "2026-06-02") == before | {"posts": []}


def test_a_flat_has_the_figures_that_were_given_last_whole(site: Site) -> None:
    other = {"unit_type": "B", "placeholders": {"bedrooms": "4"}, "plan": {"hall": "0 0 4 3"}}
    says(site, "sites.refit_flat", "12:00", flat=site.id("A"), **other)
    says(site, "sites.refit_flat", "11:00", flat=site.id("A"), unit_type="C", area=90)
    flat = sites.flats(site.project_id)[0]
    told = (flat.unit_type, flat.area, flat.placeholders, flat.plan)
    assert told == ("B", None, {"bedrooms": "4"}, {"hall": [[0, 0, 4, 3]]})


@pytest.mark.parametrize(("person", "may"), [("zhou", True), ("chen", False), ("lin", False)])
def test_an_administrator_closes_and_nobody_else(site: Site, person: str, may: bool) -> None:
    for what, subject in (("place", "flat"), ("flat", "A"), ("post", "door")):
        body = {what: site.id(subject), "last_day": "2026-05-31"}
        site.submit(f"sites.close_{what}", author=person, proof="session", **body)
    assert (len(sites.closings(site.project_id)) == 3) is may
