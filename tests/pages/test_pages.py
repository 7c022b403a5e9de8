"""Every page: drawn for who may in three languages, closed to who may not, and sound HTML without anything inline."""

import re

import pytest

from tests.pages.conftest import Node, Site, read
from webapp.base.i18n import LANGUAGES
from webapp.operations.declarations import pack_pages

STATION = (
    "",
    "parties",
    "parties/blank",
    "parties/tour/blank",
    "parties/rehearsal/blank",
    "checks",
    "inspection",
    "actions",
    "stock",
    "conduct",
    "handover",
    "handover/things",
    "post",
    "outbox",
    "locked",
)
BAR = ("", "checks", "inspection", "actions", "stock", "conduct", "handover", "handover/things", "post", "outbox", "locked")
DESK = (
    "/actions",
    "/review",
    "/review/2026-05-27",
    "/sessions",
    "/posts",
    "/site",
    "/site/parts",
    "/people",
    "/things",
    "/tablets",
)
ALONE = ("/enrol", "/sign-in", "/", "/ui", "/tablet-check", "/offline/zh-Hant", "/offline/zh-Hans", "/offline/en")


def sound(html: str) -> Node:
    """A page without inline style or script, each control with a name for the ear, each id once, no link in a link."""
    page = read(html)
    everything = page.all()
    assert not [each for each in everything if "style" in each.attrs or each.tag == "style"]
    assert not [each for each in everything if any(name.startswith("on") for name in each.attrs)]
    assert not [each for each in page.all("script") if "src" not in each.attrs or each.text()]
    found = [each.attrs["id"] for each in everything if "id" in each.attrs]
    assert sorted(found) == sorted(set(found))
    assert not [each.attrs for each in page.all("input", "select", "textarea") if not named(each, page)]
    assert not [each.attrs for each in page.all("button", "summary", "a") if not (each.text() or spoken(each))]
    assert not [each.attrs for each in page.all("a", "button") if each.has_parent("a")]
    assert len(page.all("h1")) == 1
    return page


def named(control: Node, page: Node) -> bool:
    if control.attrs.get("type") == "hidden" or "aria-label" in control.attrs or control.has_parent("label"):
        return True
    return control.attrs.get("id") in {each.attrs.get("for") for each in page.all("label")}


def spoken(control: Node) -> bool:
    return "aria-label" in control.attrs or any("aria-label" in each.attrs or each.attrs.get("alt") for each in control.all())


def test_the_pack_holds_every_page_of_the_door(shown: Site):
    assert sorted(page.path for page in pack_pages("door")) == sorted(STATION)


def test_the_pack_of_the_bar_holds_its_own_pages(shown: Site):
    assert sorted(page.path for page in pack_pages("bar")) == sorted(BAR)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", BAR)
def test_a_tablet_at_the_bar_opens_its_pages(shown: Site, path, language):
    answer = shown.tablet("bar").get(f"/{language}/bar/{path}")
    assert answer.status_code == 200
    page = sound(answer.text)
    assert not [each for each in page.all("a") if f"/{language}/door/" in each.attrs.get("href", "")]
    for form in page.all("form"):
        assert form.attrs["method"] == "dialog" or form.attrs["action"].startswith(f"/{language}/bar/do/")


@pytest.mark.clause("P2-4.5.2d")
def test_the_bar_sees_its_own_check_and_what_runs_low_and_no_parties(shown: Site):
    page = read(shown.tablet("bar").get("/zh-Hant/bar/").text)
    assert "水吧清潔消毒" in page.text()
    assert "紙杯" in page.text()
    assert "tours.arrive" not in {each.attrs.get("operation") for each in page.all("operation-form")}
    assert shown.tablet("door").get("/zh-Hant/bar/").status_code == 404


def test_what_is_used_up_is_neither_soiled_nor_sent_to_the_laundry(shown: Site):
    page = read(shown.tablet("bar").get("/zh-Hant/bar/stock").text)
    assert {each.attrs.get("operation") for each in page.all("operation-form")} == {
        "stock.draw", "stock.count", "stock.reverse", "stock.write_off",
    }  # fmt: skip
    assert {each.attrs["value"] for each in page.all("input") if each.attrs.get("name") == "state"} == {"clean"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", STATION)
def test_a_tablet_opens_its_pages(shown: Site, path, language):
    answer = shown.tablet("door").get(f"/{language}/door/{path}")
    assert answer.status_code == 200
    page = sound(answer.text)
    assert page.all("html")[0].attrs["lang"] == language
    assert answer.headers["X-Threshold-Mark"] == "1:0"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", STATION)
def test_a_stations_page_holds_no_token_and_nobodys_name_as_the_reader(shown: Site, path):
    page = read(shown.tablet("door").get(f"/zh-Hant/door/{path}").text)
    assert not [each for each in page.all("input") if each.attrs.get("name") == "csrf_token"]
    assert not [each for each in page.all() if "data-post-name" in each.attrs and each.text() not in ("", "無人在崗")]


@pytest.mark.parametrize("path", STATION)
def test_every_form_of_a_station_posts_without_script(shown: Site, path):
    page = read(shown.tablet("door").get(f"/en/door/{path}").text)
    for form in page.all("form"):
        if form.attrs.get("method") != "dialog":
            assert form.attrs["method"] == "post"
            assert form.attrs["action"].startswith("/en/door/do/")


@pytest.mark.parametrize("path", STATION)
def test_nobody_without_a_tablet_opens_a_stations_page(shown: Site, path):
    answer = shown.stranger().get(f"/zh-Hant/door/{path}", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.location) == (302, "/enrol")


@pytest.mark.parametrize("path", STATION)
def test_a_desk_is_no_tablet(shown: Site, path):
    assert shown.desk("chen").get(f"/zh-Hant/door/{path}", headers={"Accept": "text/html"}).location == "/enrol"


@pytest.mark.parametrize("path", STATION)
def test_another_stations_tablet_finds_nothing_there(shown: Site, path):
    assert shown.tablet("bar").get(f"/zh-Hant/door/{path}").status_code == 404


@pytest.mark.parametrize("path", STATION)
def test_another_projects_tablet_sees_nothing_of_ours(shown: Site, path):
    text = shown.tablet("elsewhere").get(f"/zh-Hant/door/{path}").text
    assert "Another court" in text
    assert not [ours for ours in ("雲棲府", "林靜怡", "布鞋套") if ours in text]


def test_the_greeting_leaves_room_for_what_colleagues_call_each_other(shown: Site):
    page = read(shown.tablet("door").get("/zh-Hant/door/").text)
    heading = page.all("h1")[0]
    greetings = [each for each in heading.all("span") if "data-from" in each.attrs]
    assert len([each for each in greetings if "hidden" not in each.attrs]) == 1, "the one of this time of day"
    assert all(len([one for one in each.all("span") if "data-post-call" in one.attrs]) == 1 for each in greetings)
    people = shown.tablet("door").get("/sync/people", headers={"X-Threshold-Sync": "1"}).json["people"]
    assert {"林靜怡": "靜怡", "何欣怡": "欣怡"}.items() <= {each["name"]: each["call_name"] for each in people}.items()


@pytest.mark.parametrize("path", STATION)
def test_enter_in_a_code_never_presses_cancel(shown: Site, path):
    """The first submit button of a form is what Enter presses."""
    page = read(shown.tablet("door").get(f"/zh-Hant/door/{path}").text)
    assert {each.attrs["type"] for each in page.all("button") if "data-cancel" in each.attrs} == {"button"}


@pytest.mark.parametrize("path", ["", "checks", "handover"])
def test_how_far_a_check_has_come_is_told_by_its_own_points(shown: Site, path):
    """A number written by the server would stand still while somebody answers without a network."""
    page = read(shown.tablet("door").get(f"/en/door/{path}").text)
    points = [each for each in page.all("latest-value") if each.attrs.get("class") == "ticks__one"]
    assert len({each.attrs["key"] for each in points}) == len(points) >= 10
    assert any(each.attrs["value"] for each in points)
    told = [each.text() for each in page.all("span") if each.attrs.get("class") == "ticks__words"]
    assert sum(map(int, told)) == len(points)


@pytest.mark.parametrize("path", [path for path in STATION if "tour" not in path])  # where a pair is handed to each
def test_every_figure_of_more_than_one_is_a_plural(shown: Site, path):
    page = shown.tablet("door").get(f"/en/door/{path}").text
    words = read(re.sub('<span class="unit--one">.*?</span>', "", page)).text().split()  # shown where the tablet's figure is one
    assert not {"pair", "piece", "roll", "bottle"} & set(words)


def test_a_language_we_do_not_speak_is_not_found(shown: Site):
    assert shown.tablet("door").get("/fr/door/").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", DESK)
def test_the_supervisor_opens_the_desk(shown: Site, path, language):
    answer = shown.desk("chen").get(f"{path}?lang={language}")
    assert answer.status_code == 200
    assert sound(answer.text).all("html")[0].attrs["lang"] == language


def test_the_rail_of_a_desk_has_five_ways_and_the_site_leads_to_the_rest(shown: Site):
    page = sound(shown.desk("chen").get("/site").text)
    rail = [each.attrs["href"] for each in page.all("a") if each.attrs.get("class") == "rail__link"]
    assert rail == ["/review", "/records", "/actions", "/repairs", "/site"]
    assert "/tablets" in {each.attrs["href"] for each in page.all("a") if each.attrs.get("class") == "rows__link"}


@pytest.mark.parametrize("path", DESK)
def test_a_stranger_is_led_to_the_sign_in(shown: Site, path):
    answer = shown.stranger().get(path)
    assert (answer.status_code, answer.location) == (303, f"/sign-in?next={path}")


@pytest.mark.parametrize("path", DESK)
def test_a_tablet_is_no_desk(shown: Site, path):
    assert shown.tablet("door").get(path).status_code == 303


@pytest.mark.parametrize("path", DESK)
def test_a_greeter_may_not_open_the_desk(shown: Site, path):
    assert shown.desk("lin").get(path).status_code == 403


@pytest.mark.parametrize("path", ALONE)
def test_a_page_that_stands_alone_is_open_to_all(shown: Site, path):
    answer = shown.stranger().get(path)
    assert answer.status_code == 200
    sound(answer.text)


def test_the_root_leads_a_tablet_home_and_a_desk_to_the_review(shown: Site):
    assert shown.tablet("door").get("/", headers={"Accept-Language": "zh-HK"}).location == "/zh-Hant/door/"
    assert shown.desk("chen").get("/").location == "/review"
    assert shown.tablet("bar").get("/", headers={"Accept-Language": "en"}).location == "/en/bar/"
    assert shown.tablet("floor").get("/").status_code == 200


def test_a_chosen_language_is_remembered_at_the_desk(shown: Site):
    client = shown.desk("chen")
    client.get("/review?lang=en")
    assert 'lang="en"' in client.get("/review").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_there_or_not_for_this_person_is_told_on_a_page(shown: Site, language):
    for client, path, status in ((shown.stranger(), "/nowhere", 404), (shown.desk("lin"), "/review", 403)):
        answer = client.get(f"{path}?lang={language}")
        assert answer.status_code == status
        assert sound(answer.text).all("html")[0].attrs["lang"] == language


def test_the_sync_door_is_not_told_on_a_page(shown: Site):
    assert "<html" not in shown.stranger().get("/sync/pack").text


@pytest.mark.parametrize("station", ["door", "bar"])
def test_a_locked_screen_names_nobody_and_shows_no_count(shown: Site, station):
    page = read(shown.tablet(station).get(f"/zh-Hant/{station}/locked").text)
    main = page.all("main")[0]
    assert not [name for name in ("林靜怡", "何欣怡", "蘇曉彤", "靜怡") if name in main.text()]
    assert not [form for form in main.all("operation-form") if form.attrs["proof"] != "post"]
    assert not [each for each in main.all("a") if "/parties/" in each.attrs["href"]], "nothing leads to a page that is locked"


@pytest.mark.parametrize("path", STATION)
def test_every_page_of_a_tablet_can_be_covered(shown: Site, path):
    page = read(shown.tablet("door").get(f"/en/door/{path}").text)
    (lock,) = page.all("screen-lock")
    assert lock.attrs["data-page"] == "/en/door/locked"
    covers = [each for each in page.all("div") if each.attrs.get("class") == "cover"]
    assert len(covers) == (0 if path == "locked" else 1)
