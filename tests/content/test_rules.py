"""What a version may say, and which of its words are shown."""

from copy import deepcopy

import pytest

from tests.cast import CHECK, WORDS
from webapp.content.rules import Said, band_at, fill, items_in_force, line_for, problems, text_in

LINES = [
    {"id": "approach", "trigger": "approach", "time_band": "any", "post": "greeter"},
    {"id": "morning", "trigger": "approach", "time_band": "morning", "post": "any"},
    {"id": "noon", "trigger": "approach", "time_band": "noon", "post": "any"},
    {"id": "farewell", "trigger": "farewell", "time_band": "any", "post": "any"},
]


def test_a_missing_language_falls_back_and_says_so() -> None:
    assert text_in({"zh-Hant": "門", "en": "door"}, "en") == Said("door", "en", False)
    assert text_in({"zh-Hant": "門", "en": "door"}, "zh-Hans") == Said("門", "zh-Hant", True)
    assert text_in({}, "en") == Said("", "en", True)


def test_figures_fill_their_slots_and_unknown_slots_stay() -> None:
    assert fill("{unit_type} 型，{area} 平方米", {"unit_type": "A"}) == "A 型，{area} 平方米"
    assert fill("{unit_type.__class__}", {"unit_type": "A"}) == "{unit_type.__class__}"


BANDS = {540: "morning", 659: "morning", 660: "noon", 779: "noon", 780: "afternoon", 1079: "afternoon", 1080: "evening"}


@pytest.mark.clause("P2-4.4.4")
@pytest.mark.parametrize(("minute", "band"), BANDS.items())
def test_the_time_band_of_a_minute(minute: int, band: str) -> None:
    assert band_at(minute) == band


@pytest.mark.clause("P2-4.4.3a")
def test_the_greeters_own_line_comes_before_the_one_for_the_time_of_day() -> None:
    assert line_for(LINES, "approach", "greeter", "morning")["id"] == "approach"
    assert line_for(LINES, "approach", "water_bar", "noon")["id"] == "noon"
    assert line_for(LINES, "farewell", "water_bar", "noon")["id"] == "farewell"
    assert line_for(LINES, "stairs", "greeter") is None


def test_words_that_know_no_evening_say_in_it_what_they_say_in_the_afternoon() -> None:
    line = {"trigger": "approach", "post": "any"}
    known = [line | {"id": band, "time_band": band} for band in ("morning", "afternoon")]
    assert line_for(known, "approach", "greeter", "evening")["id"] == "afternoon"
    assert line_for([*known, line | {"id": "evening", "time_band": "evening"}], "approach", "greeter", "evening")["id"] == "evening"
    assert line_for(known, "approach", "greeter", "noon") is None


def test_a_good_checklist_has_no_problems() -> None:
    assert problems(CHECK) == []


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"kind": "poem"}, "kind: poem is not known"),
        ({"purpose": "fun"}, "body: purpose"),
        ({"items": []}, "body: nothing in it"),
        ({"items": [CHECK["items"][0], CHECK["items"][0]]}, "small.door: twice"),
        ({"title": {"zh-Hant": " ", "fr": "mot"}}, "body: title is in no language"),
        ({"title": {"zh-Hant": "{a}", "zh-Hans": "{a}", "en": "a"}}, "body: title has not the same figures"),
        ({"items": [{**CHECK["items"][0], "response": "poem"}]}, "small.door: response"),
        ({"items": [{**CHECK["items"][0], "critical": "yes"}]}, "small.door: critical"),
        ({"items": [{**CHECK["items"][0], "clause": "somewhere"}]}, "small.door: clause"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(wrong: dict[str, object], where: str) -> None:
    found = problems(deepcopy(CHECK) | wrong)
    assert [problem for problem in found if problem.startswith(where)], found


SCRIPT = {
    "kind": "script", "id": "script.small", "unit_type": "A", "clause": "P2-4.4.3d", "title": WORDS,
    "stops": [{"key": "hall", "kind": "room", "clause": "P2-4.4.3d", "title": WORDS, "lines": [WORDS], "question": WORDS,
               "answer": WORDS, "care": {"flags": ["elder"], "text": WORDS}}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"key": "Hall!"}, "Hall!: id is not a key"),
        ({"kind": "garden"}, "hall: kind"),
        ({"clause": "somewhere"}, "hall: clause"),
        ({"lines": []}, "hall: nothing to say"),
        ({"lines": [WORDS, {"en": ""}]}, "hall: line 2 is in no language"),
        ({"question": {}}, "hall: question is in no language"),
        ({"care": {"flags": ["toddler"], "text": WORDS}}, "hall: care is for none of elder, child, step_free"),
        ({"care": {"flags": ["elder"]}}, "hall: care: text is missing"),
    ],
)
def test_what_is_wrong_with_a_script_is_named_with_its_stop(wrong: dict[str, object], where: str) -> None:
    assert problems(SCRIPT) == []
    found = problems(deepcopy(SCRIPT) | {"stops": [SCRIPT["stops"][0] | wrong]})
    assert [problem for problem in found if problem.startswith(where)], found


def test_a_script_has_each_stop_once_and_says_of_which_unit_type_it_is() -> None:
    assert problems(SCRIPT | {"stops": SCRIPT["stops"] * 2}) == ["hall: twice"]
    assert problems(SCRIPT | {"unit_type": ""}) == ["body: unit_type is missing"]


def test_what_is_no_body_at_all_is_told_plainly() -> None:
    assert problems(["list"]) == ["body: not an object"]


def test_items_that_are_shipped_switched_off_are_left_out() -> None:
    assert items_in_force({"items": [{"id": "a", "site_option": True}, {"id": "b"}]}) == [{"id": "b"}]
