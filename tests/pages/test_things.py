"""Keys and things at the tablets and at the desk."""

import pytest

from tests.pages.conftest import OURS, Node, Site, hidden_of, read
from webapp import demo
from webapp.base.database import db
from webapp.custody import queries as custody

NEW = {
    "kind": "radio", "code": "R-9", "name-zh-Hant": "對講機", "name-en": "Radio", "place": demo.named("place", "bar"),
}  # fmt: skip


def lines(page: Node) -> dict[str, Node]:
    """The lines of a page by the number on the tag."""
    return {code: each for each in page.all("li") for code in demo.THINGS if code in each.text().split()}


def visible(line: Node) -> str:
    """What of a line is not hidden."""
    parts = [each for each in line.all("span") if "data-value" in each.attrs and "hidden" not in each.attrs]
    return " ".join(each.text() for each in parts)


def things(site: Site) -> set[str]:
    db.session.rollback()
    return {each.code for each in custody.assets(demo.project_id())}


@pytest.mark.clause("P2-4.3.1f")
def test_a_tablet_lists_what_belongs_to_its_place_with_one_tap_each(shown: Site):
    found = lines(read(shown.tablet("door").get("/en/door/handover/things").text))
    assert set(found) == {"K-01", "K-02", "R-1", "C-07", "U-1", "U-2"}
    assert "何欣怡 since 13:22" in visible(found["K-01"])
    assert "Give back" in visible(found["K-01"])
    assert "Take" not in visible(found["K-01"])
    assert "in its place" in visible(found["K-02"])
    assert "Lend" not in visible(found["K-02"])
    assert {"Take", "Lend"} <= set(visible(found["U-1"]).split())
    assert "傘骨折了一根" in visible(found["U-2"])
    bar = lines(read(shown.tablet("bar").get("/en/bar/handover/things").text))
    assert set(bar) == {"R-2", "F-1"}
    assert visible(bar["F-1"]) == "", "nobody takes a water dispenser"


def test_the_desk_sees_everything_and_what_happened_today(shown: Site):
    page = read(shown.desk("chen").get("/things?lang=en").text)
    assert set(lines(page)) == set(demo.THINGS)
    assert "Lent to a guest" in page.text()


@pytest.mark.clause("P2-4.3.1f")
def test_the_review_tells_what_is_damaged_and_what_was_not_given_back(shown: Site):
    said = read(shown.desk("chen").get("/review?lang=en").text).text()
    assert "Umbrella to lend U-2 傘骨折了一根" in said
    assert "kept overnight" not in said


def test_a_thing_is_added_at_the_desk_once(site: Site):
    client = site.desk("chen")
    form = hidden_of(read(client.get("/things").text)) | NEW
    assert [client.post("/things", data=form, headers=OURS).status_code for _ in range(2)] == [303, 422]
    assert things(site) == {*demo.THINGS, "R-9"}
    assert "R-9" in read(site.tablet("bar").get("/en/bar/handover/things").text).text()


@pytest.mark.parametrize(
    ("name", "value", "words"), [("code", "K-01", "Another thing"), ("code", "", "Fill"), ("kind", "sword", "offered")]
)
def test_what_is_wrong_stands_beside_the_field_and_nothing_typed_is_lost(site: Site, name, value, words):
    client = site.desk("chen")
    form = hidden_of(read(client.get("/things").text)) | NEW | {name: value}
    answer = client.post("/things?lang=en", data=form, headers=OURS)
    assert answer.status_code == 422
    page = read(answer.text)
    beside = next(each for each in page.all("p") if each.attrs.get("id") == f"{name}-error")
    assert words in beside.text()
    typed = {each.attrs["name"]: each.attrs.get("value") for each in page.all("input") if "name" in each.attrs}
    assert (typed["name-zh-Hant"], typed["name-en"]) == ("對講機", "Radio")
    assert things(site) == set(demo.THINGS)


def test_a_thing_without_a_name_is_not_added(site: Site):
    client = site.desk("chen")
    form = hidden_of(read(client.get("/things").text)) | {key: value for key, value in NEW.items() if "name" not in key}
    answer = client.post("/things?lang=en", data=form, headers=OURS)
    assert (answer.status_code, things(site)) == (422, set(demo.THINGS))
    assert "names-error" in answer.text


def test_without_script_the_one_on_post_takes_it_by_one_tap(site: Site):
    tablet = site.tablet("door")
    tapped = {"asset": demo.named("thing", "K-02"), "next": "/en/door/handover/things"}
    assert tablet.post("/en/door/do/custody.take", data=tapped, headers=OURS).status_code == 303
    found = lines(read(tablet.get("/en/door/handover/things").text))
    assert "何欣怡" in visible(found["K-02"])
