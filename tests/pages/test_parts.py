"""The places, flats, posts and shifts of the site, added and renamed at the desk."""

from datetime import date

import pytest
from werkzeug.test import TestResponse

from tests.pages.conftest import AT, OURS, Node, Site, read
from webapp import demo
from webapp.base import clock
from webapp.base.database import db
from webapp.shifts import queries as shifts
from webapp.sites import queries as sites
from webapp.stock import queries as stock
from webapp.tablets import enrolment
from webapp.tours import queries as tours

NAMES = {"name-zh-Hant": "新", "name-zh-Hans": "新", "name-en": "New one"}
NEW = {
    "place": {"code": "terrace", "kind": "other"},
    "flat": {
        "code": "C", "place": demo.named("place", "hall"), "unit_type": "A", "area": "64", "placeholders": "bedrooms: 2",
        "plan": "living: 0 0 40 30, 0 30 10 10\nhall：40 0 10 30",
    },
    "post": {"code": "gate", "place": demo.named("place", "hall"), "role": "greeter"},
    "shift": {"code": "dawn", "starts": "6:30", "ends": "08:45"},
}  # fmt: skip
OLD = {
    "place": demo.named("place", "bar"), "flat": demo.named("flat", "a"), "post": demo.named("post", "door"),
    "shift": demo.named("shift", "early"),
}  # fmt: skip


def sends(site: Site, who: str, what: str, subject: str = "", **fields: str) -> TestResponse:
    data = {"what": what, "subject": subject, **NAMES, **fields}
    return site.desk(who).post("/site/parts?lang=en", data=data, headers=OURS)


def titles(what: str) -> dict[str, str]:
    """The English names by code, as they stand now."""
    db.session.rollback()
    if what == "shift":
        return {each.begun.code: each.begun.names["en"] for each in shifts.planned(demo.project_id())}
    rows = {"place": sites.places, "flat": sites.flats, "post": sites.posts}[what](demo.project_id())
    return {each.code: (each.title if what == "flat" else each.names)["en"] for each in rows}


def complaints(page: Node) -> dict[str, str]:
    found = (each for each in page.all("p") if each.attrs.get("class") == "field__error")
    return {each.attrs["id"].removesuffix("-error"): each.text() for each in found}


@pytest.mark.clause("P2-4.3.1")
@pytest.mark.parametrize("what", NEW)
def test_each_part_of_a_site_is_added_and_renamed(site: Site, what: str) -> None:
    assert sends(site, "zhou", what, **NEW[what]).status_code == 303
    assert titles(what)[NEW[what]["code"]] == "New one"
    assert sends(site, "zhou", what, OLD[what], **{"name-en": "Renamed"}).status_code == 303
    assert "Renamed" in titles(what).values()
    assert "Renamed" in read(site.desk("chen").get("/site/parts?lang=en").text).text()


def test_a_flat_that_is_added_has_its_figures_and_its_plan(site: Site) -> None:
    sends(site, "zhou", "flat", **NEW["flat"])
    db.session.rollback()
    flat = next(each for each in sites.flats(demo.project_id()) if each.code == "C")
    assert flat.placeholders == {"bedrooms": "2", "unit_type": "A"}
    assert flat.plan == {"living": [[0, 0, 40, 30], [0, 30, 10, 10]], "hall": [[40, 0, 10, 30]]}
    assert flat.area == 64


@pytest.mark.parametrize(
    ("what", "fields", "at", "words"),
    [
        ("place", {"code": "bar"}, "place-code", "with this code already"),
        ("place", {"name-zh-Hant": "", "name-zh-Hans": "", "name-en": ""}, "place-name-zh-Hant", "Fill this in"),
        ("flat", {"plan": "living: 40 30"}, "flat-plan", "cannot be read"),
        ("post", {"role": "admin"}, "post-role", "offered"),
        ("shift", {"starts": "18:00", "ends": "2:00"}, "shift-ends", "on the same day"),
        ("shift", {"starts": "7:00", "ends": "9:31"}, "shift-starts", "cannot be beside"),
        ("shift", {"starts": "noon"}, "shift-starts", "number"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    site: Site, what: str, fields: dict[str, str], at: str, words: str
) -> None:
    before = titles(what)
    answer = sends(site, "zhou", what, **NEW[what] | fields)
    page = read(answer.text)
    assert answer.status_code == 422
    assert list(complaints(page)) == [at]
    assert words in complaints(page)[at]
    code = next(each for each in page.all("input") if each.attrs.get("id") == f"{what}-code")
    assert code.attrs["value"] == (NEW[what] | fields)["code"]
    assert titles(what) == before


def test_a_manager_may_set_shifts_and_sees_the_rest(site: Site) -> None:
    assert sends(site, "chen", "shift", **NEW["shift"]).status_code == 303
    before = {what: titles(what) for what in ("place", "flat", "post")}
    for what in before:
        assert sends(site, "chen", what, **NEW[what]).status_code == 403
        assert sends(site, "chen", what, OLD[what]).status_code == 403
    assert {what: titles(what) for what in before} == before
    page = read(site.desk("chen").get("/site/parts?lang=en").text)
    assert {each.attrs["value"] for each in page.all("input") if each.attrs.get("name") == "what"} == {"shift"}


def test_what_can_be_done_with_a_part_stands_together_beside_its_name(site: Site) -> None:
    page = read(site.desk("zhou").get("/site/parts?lang=en").text)
    wanted = {"place": ["Rename", "Close"], "flat": ["Rename", "Figures and plan", "Close"], "post": ["Rename", "Close"],
              "shift": ["Rename", "Hours", "Close"]}  # fmt: skip
    for section in page.all("section"):
        what = section.attrs.get("aria-labelledby", "").removesuffix("s")
        sides = [each for each in section.all("div") if each.attrs.get("class") == "rows__side"]
        said = [[one.text() for one in each.all("summary", "a")] for each in sides]
        assert said == [wanted[what]] * len(section.all("li"))
    assert len(page.all("section")) == len(wanted)


def test_a_part_that_is_none_is_no_page(site: Site) -> None:
    assert sends(site, "zhou", "roof").status_code == 404


TODAY, TOMORROW = date(2026, 5, 28), date(2026, 5, 29)


def test_the_figures_and_the_plan_of_a_flat_are_given_anew(site: Site) -> None:
    page = read(site.desk("zhou").get("/site/parts?lang=en").text)
    assert any("living: " in each.text() for each in page.all("textarea"))
    told = {"act": "change", "unit_type": "B", "area": "90", "placeholders": "bedrooms: 4", "plan": "hall: 0 0 4 3"}
    assert sends(site, "zhou", "flat", OLD["flat"], **told).status_code == 303
    db.session.rollback()
    flat = sites.flat(demo.project_id(), OLD["flat"])
    assert flat
    figures = (flat.unit_type, flat.area, flat.placeholders, flat.plan)
    assert figures == ("B", 90, {"bedrooms": "4", "unit_type": "B"}, {"hall": [[0, 0, 4, 3]]})


def test_a_shift_has_other_hours_from_tomorrow_on(site: Site) -> None:
    told = {"act": "change", "starts": "8:00", "ends": "13:00"}
    today = sends(site, "chen", "shift", OLD["shift"], **told, since=TODAY.isoformat())
    assert today.status_code == 422
    assert "from tomorrow on" in read(today.text).text()
    assert sends(site, "chen", "shift", OLD["shift"], **told, since=TOMORROW.isoformat()).status_code == 303
    db.session.rollback()
    of = {day: {each.code: each.starts for each in shifts.kinds(demo.project_id(), day)}["early"] for day in (TODAY, TOMORROW)}
    assert of[TOMORROW] == 480
    assert of[TODAY] != 480
    assert "2026-05-29" in read(site.desk("chen").get("/site/parts?lang=en").text).text()


def closes(site: Site, who: str, what: str, **fields: str) -> TestResponse:
    return site.desk(who).post(f"/site/parts/{what}/{OLD[what]}/closing?lang=en", data=fields, headers=OURS)


def there(what: str, day: date) -> set[str]:
    db.session.rollback()
    find = {"place": sites.places, "flat": sites.flats, "post": sites.posts, "shift": shifts.kinds}[what]
    return {each.id for each in find(demo.project_id(), on=day)}


@pytest.mark.clause("P2-4.3.1")
@pytest.mark.parametrize("what", OLD)
def test_each_part_of_a_site_has_a_last_day_and_that_is_taken_back(site: Site, what: str) -> None:
    assert closes(site, "zhou", what, last_day=TODAY.isoformat()).status_code == 303
    assert OLD[what] in there(what, TODAY)
    assert OLD[what] not in there(what, TOMORROW)
    assert "last day" in read(site.desk("zhou").get("/site/parts?lang=en").text).text()
    with clock.standing_at(AT + clock.MINUTE):
        assert closes(site, "zhou", what, act="back").status_code == 303
    assert OLD[what] in there(what, TOMORROW)


def test_what_is_at_a_place_still_is_said_before_it_is_closed(site: Site) -> None:
    page = read(site.desk("zhou").get(f"/site/parts/flat/{OLD['flat']}/closing?lang=en").text)
    told = page.text()
    for part in ("Still at", "covers", "Key", "Door", "Corrective action:"):
        assert part in told, part
    soiled = next(each.text() for each in page.all("li") if "Soiled" in each.text())
    covers = tours.covers(
        demo.project_id(), demo.named("place", "flat-a"), stock.item(demo.project_id(), demo.named("item", "cover.cloth")), AT, AT
    )
    assert f" {covers.soiled // 1000} pairs" in soiled, "as everywhere else, and not what was handed out since ever"
    assert "In use" not in told


def test_a_day_that_is_none_stands_beside_its_field(site: Site) -> None:
    answer = closes(site, "zhou", "place", last_day="soon")
    assert answer.status_code == 422
    assert "Write a day" in complaints(read(answer.text))["last_day"]
    assert "Fill this in" in complaints(read(closes(site, "zhou", "shift").text))["last_day"]


@pytest.mark.parametrize("what", ["place", "flat", "post"])
def test_a_manager_closes_no_place(site: Site, what: str) -> None:
    assert closes(site, "chen", what, last_day=TODAY.isoformat()).status_code == 403
    assert OLD[what] in there(what, TOMORROW)


@pytest.mark.clause("P2-4.3.1")
def test_a_tablet_is_enrolled_in_front_of_the_flat_that_was_chosen(site: Site) -> None:
    """Its parties, checks and covers are that flat's, so nobody may be given the first one unasked."""
    sends(site, "zhou", "place", code="flat-b", kind="show_flat", **{"name-en": "Show flat B"})
    db.session.rollback()
    place = next(each for each in sites.places(demo.project_id()) if each.code == "flat-b")
    sends(site, "zhou", "flat", **NEW["flat"] | {"place": place.id})
    desk = site.desk("chen")
    options = [each for each in read(desk.get("/tablets?lang=en").text).all("option") if each.attrs["value"].startswith("door ")]
    assert [each.text() for each in options] == ["Door · Show flat A", "Door · Show flat B"]
    page = read(desk.post("/tablets", data={"name": "B 1", "station": options[1].attrs["value"]}, headers=OURS).text)
    code = next(each.text() for each in page.all("p") if "figure__value" in each.attrs.get("class", ""))
    claimed = enrolment.claim(code, AT)
    assert isinstance(claimed, enrolment.Claim)
    assert enrolment.ruled(demo.project_id(), claimed.number, approved=True, person_id=demo.person("chen"), at=AT)
    taken = enrolment.collect(claimed.ticket, AT)
    db.session.rollback()
    flat = next(each for each in sites.flats(demo.project_id()) if each.code == "C")
    assert taken is not None
    assert (taken.tablet.place_id, taken.tablet.flat_id) == (place.id, flat.id)


@pytest.mark.parametrize("chosen", ["roof", "door nowhere", "", f"bar {demo.named('flat', 'a')}"])
def test_a_tablet_cannot_be_enrolled_where_its_station_is_not(site: Site, chosen: str) -> None:
    answer = site.desk("chen").post("/tablets?lang=en", data={"name": "B 1", "station": chosen}, headers=OURS)
    assert answer.status_code == 422
    assert complaints(read(answer.text)) == {"station": "Choose where the tablet stands."}
    assert [each.attrs["value"] for each in read(answer.text).all("input") if each.attrs.get("name") == "name"] == ["B 1"]
