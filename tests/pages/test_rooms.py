"""The rooms of a flat at the desk and on the prompter, and the conduct cards."""

import pytest

from tests.pages.conftest import OURS, Node, Site, read
from tests.pages.test_documents import fields, page
from webapp import demo

ROOMS = f"/rooms/{demo.named('flat', 'a')}"


def prompter(site: Site, language: str = "en") -> Node:
    return read(site.tablet("door").get(f"/{language}/door/parties/tour/blank").text)


@pytest.mark.clause("P2-4.4.3d")
def test_a_room_left_out_and_a_room_added_are_so_on_the_prompter(site: Site):
    chen = site.desk("chen")
    added = chen.post(f"{ROOMS}?lang=en", data=fields(page(chen, ROOMS)) | {"do": "add"}, headers=OURS)
    said = fields(read(added.text)) | {"do": "keep"}
    said |= {"0.key": "study", "0.title.zh-Hant": "書房", "0.lines.0.zh-Hant": "這裏是書房。", "name.hall.zh-Hant": "玄關"}
    del said["here.second_bathroom"]
    answer = chen.post(f"{ROOMS}?lang=en", data=said, headers=OURS)
    assert (answer.status_code, answer.headers.get("Location")) == (303, ROOMS)
    names = [each.text() for each in prompter(site).all("span") if each.attrs.get("class") == "steps__name"]
    assert "Second bathroom" not in names
    assert names[-2:] == ["書房", "Farewell"]
    assert "玄關" in names


def test_what_is_wrong_with_the_rooms_stands_beside_its_field(site: Site):
    chen = site.desk("chen")
    added = chen.post(ROOMS, data=fields(page(chen, ROOMS)) | {"do": "add"}, headers=OURS)
    said = fields(read(added.text)) | {"do": "keep", "0.key": "hall", "0.title.en": "Only in English", "name.living.en": "Lounge"}
    answer = chen.post(f"{ROOMS}?lang=en", data=said, headers=OURS)
    assert answer.status_code == 422
    links = {each.attrs["href"] for each in read(answer.text).all("a") if each.attrs.get("class") == "errors__link"}
    assert links == {"#0.key", "#0.title.zh-Hant", "#0.lines.0.zh-Hant", "#name.living.zh-Hant"}
    assert "Only in English" in answer.text


def test_two_who_set_rooms_at_once_are_told(site: Site):
    chen, zhou = site.desk("chen"), site.desk("zhou")
    said = fields(page(chen, ROOMS)) | {"do": "keep"}
    assert zhou.post(ROOMS, data=fields(page(zhou, ROOMS)) | {"do": "keep"}, headers=OURS).status_code == 303
    answer = chen.post(f"{ROOMS}?lang=en", data=said, headers=OURS)
    assert answer.status_code == 422
    assert "Somebody has set these rooms meanwhile" in answer.text


@pytest.mark.clause("P2-4.4.3d")
def test_every_room_of_the_plan_is_a_button_with_its_name(shown: Site):
    form = next(each for each in prompter(shown).all("form") if each.attrs.get("id") == "steps")
    assert form.has_parent("operation-form")
    taps = [each for each in prompter(shown).all("button") if each.attrs.get("class") == "plan__tap"]
    assert {each.attrs["form"] for each in taps} == {"steps"}
    first = [each for each in taps if each.attrs.get("tabindex") != "-1"]
    assert len(first) == 9
    assert {"Living room", "Kitchen"} <= {each.attrs["aria-label"] for each in first}
    assert {each.attrs["value"] for each in first} >= {"living.1", "kitchen.1"}


@pytest.mark.clause("P2-4.2.2a")
@pytest.mark.clause("P2-4.4.3g")
def test_the_cards_are_one_tap_from_the_home_and_ask_nothing(shown: Site):
    tablet = shown.tablet("door")
    assert "/en/door/conduct" in {each.attrs.get("href") for each in read(tablet.get("/en/door/").text).all("a")}
    cards = read(tablet.get("/en/door/conduct").text)
    main = next(each for each in cards.all("main"))
    for words in ("Sitting, standing, walking", "Not in front of guests", "While showing the flat"):
        assert words in main.text()
    assert not [each for point in main.all("li") for each in point.all("input", "textarea", "select", "button")]
    assert [each.attrs["operation"] for each in main.all("operation-form")] == ["duty.remark"], "but what a guest complains of"


@pytest.mark.clause("P2-4.2.2b")
def test_the_conversation_card_leads_to_where_a_complaint_is_noted(shown: Site):
    cards = read(shown.tablet("bar").get("/en/bar/conduct").text)
    card = next(each for each in cards.all("section") if each.attrs.get("aria-labelledby") == "conduct.conversation")
    assert "/en/bar/handover#remarks" in {each.attrs.get("href") for each in card.all("a")}


@pytest.mark.clause("P2-4.3.1")
def test_each_post_reads_what_is_asked_of_it(shown: Site):
    door, bar = (read(shown.tablet(name).get(f"/en/{name}/conduct").text).text() for name in ("door", "bar"))
    assert "The post: show-flat greeter" in door
    assert "The post: show-flat greeter" not in bar
    assert "The post: water bar" in bar
    assert "While showing the flat" not in bar
    assert "Never judge by appearance" in door
