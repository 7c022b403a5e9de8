"""A body as a page and back; what is wrong beside its field; two bodies compared."""

from copy import deepcopy
from typing import Any

import pytest

from tests.cast import CHECK, WORDS
from webapp.content import editing, shapes
from webapp.content import queries as content
from webapp.content.editing import act, changes, fitting, read, texts, wrong
from webapp.content.rules import problems
from webapp.content.shapes import SHAPES, Part

BODIES = content.bodies()


def said(body: dict[str, Any]) -> dict[str, str]:
    """What the page of a body would say, nothing touched."""
    shape, rows = SHAPES[body["kind"]], editing.rows_of(body)
    found = {"rows": str(len(rows))}
    for part in shape.head:
        found |= _said(part, body, "")
    for number, row in enumerate(rows):
        found[f"{number}.key"] = row[shape.key]
        for part in shape.row:
            found |= _said(part, row, f"{number}.")
    return found


def _said(part: Part, row: dict[str, Any], at: str) -> dict[str, str]:
    name, value = at + part.path, editing.value(row, part.path)
    if part.kind in shapes.WORDED:
        return {f"{name}.{tag}": text for tag, text in (value or {}).items()}
    if part.kind == shapes.LINES:
        found = {f"{name}.rows": str(len(value))}
        for number, line in enumerate(value):
            found |= {f"{name}.{number}.{tag}": text for tag, text in (line[part.inner] if part.inner else line).items()}
            found |= {f"{name}.{number}.source": line["source"]} if "source" in line else {}
        return found
    if part.kind == shapes.FLAG:
        return {name: "yes"} if value else {}
    if part.kind == shapes.SEVERAL:
        return {f"{name}.{each}": "yes" for each in editing.chosen(part, value)}
    if part.kind == shapes.OPTIONS:
        found = {f"{name}.rows": str(len(value or ()) + 1)}
        for number, option in enumerate(value or ()):
            found |= {f"{name}.{number}.id": option["id"]} | ({f"{name}.{number}.fails": "yes"} if option.get("fails") else {})
            found |= {f"{name}.{number}.text.{tag}": text for tag, text in option["text"].items()}
        return found
    if value == "inventory" and part.kind == shapes.DUE:
        return {f"{name}.inventory": "yes"}
    return {name: "" if value is None else str(value)}


@pytest.mark.clause("P2-4.4.3d")
@pytest.mark.parametrize("body", BODIES, ids=lambda body: body["id"])
def test_a_page_that_nobody_touched_says_the_same_body(body: dict[str, Any]) -> None:
    assert changes(body, read(said(body), body)) == []
    assert problems(read(said(body), body)) == []
    assert wrong(body, "zh-Hant") == {}


def changed(body: dict[str, Any], **told: str) -> dict[str, Any]:
    return read(said(body) | {name.replace("__", "."): text for name, text in told.items()}, body)


GOOD, BAD = {"id": "good", "text": {"zh-Hant": "好", "zh-Hans": "好", "en": "good"}}, {"id": "bad", "text": WORDS, "fails": True}
EVERY: list[dict[str, Any]] = [
    {"response": "number", "min": -2, "max": 8.5, "step": 0.1, "unit": "celsius"},
    {"response": "quantity", "expected": 38},
    {"response": "quantity", "expected": "inventory", "site_option": True},
    {"response": "time", "min": "08:30", "max": "09:00"},
    {"response": "choice", "options": [GOOD, BAD]},
    {"response": "photo", "on_fail": "photo", "critical": True, "required": False},
    {"response": "number", "min": 0},
    {"response": "number", "counts": {"sku": "cover.cloth", "state": "soiled"}},
]


def asked(*items: dict[str, Any], **head: Any) -> dict[str, Any]:
    """A list with these items, each by what is otherwise in it."""
    return CHECK | head | {"items": [CHECK["items"][0] | {"id": f"an.item_{n}"} | item for n, item in enumerate(items)]}


WEEK = {"of": "shift", "from": -60, "to": 30, "late_allowed": False, "weekdays": [1, 6, 7]}


@pytest.mark.clause("P2-4.4.2c")
def test_every_kind_of_answer_and_a_schedule_come_back_from_a_page_as_they_were() -> None:
    body = asked(*EVERY, schedule=WEEK)
    assert problems(body) == []
    assert read(said(body), body) == body
    assert fitting(body) == body
    assert wrong(body, "zh-Hant") == {}


@pytest.mark.parametrize(
    ("told", "typed", "found"),
    [
        ({"response": "number"}, {"min": "eight"}, {"min": ("not_a_quantity", None)}),
        ({"response": "number"}, {"min": "９", "max": "８"}, {"max": ("below", None)}),
        ({"response": "number"}, {"max": "999999"}, {"max": ("too_large", 100_000)}),
        ({"response": "number"}, {"step": "0"}, {"step": ("not_a_quantity", None)}),
        ({"response": "time"}, {"min": "8 o'clock"}, {"min": ("not_a_time", None)}),
        ({"response": "time"}, {"min": "9:00", "max": "８：３０"}, {"max": ("below", None)}),
        ({"response": "quantity"}, {"expected": "many"}, {"expected": ("not_a_quantity", None)}),
        ({"response": "number"}, {"counts.state": "clean"}, {"counts.sku": ("required", None)}),
        ({"response": "number"}, {"counts.sku": "cover.cloth"}, {"counts.state": ("required", None)}),
        (
            {"response": "choice"},
            {"options.rows": "2", "options.0.text.zh-Hant": "開窗"},
            {"options.1.text.zh-Hant": ("few", None)},
        ),
        (
            {"response": "choice", "options": [GOOD, BAD]},
            {"options.1.text.zh-Hant": ""},
            {"options.1.text.zh-Hant": ("required", None)},
        ),
    ],
)
def test_what_is_wrong_with_an_answer_stands_at_its_field_and_stays_typed(
    told: dict[str, Any], typed: dict[str, str], found: dict[str, Any]
) -> None:
    body = asked(told)
    body = read(said(body) | {f"0.{name}": text for name, text in typed.items()}, body)
    assert wrong(body, "zh-Hant") == {f"0.{name}": code for name, code in found.items()}
    (name, text), *_more = typed.items()
    if "." not in name and not text.isalnum():
        assert str(editing.value(body["items"][0], name)).zfill(5) in (text, text.zfill(5))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"schedule.from": "", "schedule.to": "soon"}, {"schedule.from": "required", "schedule.to": "not_a_number"}),
        ({"schedule.from": "30", "schedule.to": "30"}, {"schedule.to": "below"}),
        ({"schedule.from": "-1440"}, {"schedule.from": "too_small"}),
        ({"schedule.of": "lunch"}, {"schedule.of": "not_offered"}),
    ],
)
def test_a_schedule_says_where_it_is_wrong(typed: dict[str, str], found: dict[str, str]) -> None:
    body = asked({}, schedule=WEEK)
    body = read(said(body) | typed, body)
    assert {name: code for name, (code, _limit) in wrong(body, "zh-Hant").items()} == found


def test_what_no_longer_applies_stays_on_the_page_but_is_not_kept() -> None:
    body = asked({"response": "number", "min": 1, "max": 8}, schedule=WEEK)
    body = read(said(body) | {"0.response": "text", "schedule.of": ""}, body)
    assert (body["items"][0]["min"], body["schedule"]["from"]) == (1, -60)
    assert wrong(body, "zh-Hant") == {}
    kept = fitting(body)
    assert "schedule" not in kept
    assert {"min", "max"}.isdisjoint(kept["items"][0])
    assert problems(kept) == []


def test_a_choice_that_is_added_gets_a_key_that_no_other_has_and_moves_with_its_words() -> None:
    body = asked({"response": "choice", "options": [GOOD, BAD | {"id": "option_1"}]})
    typed = {"0.options.rows": "3", "0.options.2.text.zh-Hant": "說不準", "0.options.2.fails": "yes"}
    options = read(said(body) | typed, body)["items"][0]["options"]
    assert options[2] == {"id": "option_2", "text": {"zh-Hant": "說不準"}, "fails": True}
    moved = act(body, "up:0.options.1")["items"][0]["options"]
    assert [each["id"] for each in moved] == ["option_1", "good"]
    assert act(body, "more:0.options") == body


def test_two_versions_differ_by_what_may_be_chosen_and_what_of_it_is_not_in_order() -> None:
    body = asked({"response": "choice", "options": [GOOD, BAD]}, schedule=WEEK)
    later = asked({"response": "choice", "options": [GOOD | {"fails": True}, BAD]}, schedule=WEEK | {"weekdays": [1]})
    told = {(label, number, before, after) for each in changes(body, later) for label, number, _tag, before, after in each.texts}
    assert ("What may be chosen", 1, "", "fails") in told
    assert ("Only on", 0, "day_1 day_6 day_7", "day_1") in told


SCRIPT = next(body for body in BODIES if body["id"] == "script.a")


def test_what_a_page_does_not_show_stays_in_the_body() -> None:
    body = deepcopy(CHECK)
    body["items"][0]["source"] = "4.4.2(3)"
    assert read(said(body), body)["items"][0]["source"] == "4.4.2(3)"


def test_what_was_typed_stays_though_it_is_wrong() -> None:
    body = read(said(CHECK) | {"0.prompt.en": "x" * 201, "0.clause": "somewhere", "0.prompt.zh-Hant": ""}, CHECK)
    assert body["items"][0]["clause"] == "somewhere"
    assert len(body["items"][0]["prompt"]["en"]) == 201
    assert wrong(body, "zh-Hant") == {"0.prompt.zh-Hant": ("required", None), "0.clause": ("clause", None)}
    assert wrong(body, "en")["0.prompt.en"] == ("too_long", 200)


def test_a_language_may_be_missing_but_not_the_one_that_the_site_records_in() -> None:
    body = read({name: text for name, text in said(CHECK).items() if not name.endswith(".en")}, CHECK)
    assert wrong(body, "zh-Hant") == {}
    assert problems(body) == []
    assert "title.en" in wrong(body, "en")


def test_figures_have_to_be_the_same_in_each_language() -> None:
    body = read(said(SCRIPT) | {"0.lines.0.en": "Twelve buildings."}, SCRIPT)
    assert wrong(body, "zh-Hant") == {"0.lines.0.en": ("slots", None)}


def test_a_key_is_one_and_of_small_letters() -> None:
    body = act(SCRIPT, "add")
    for key, code in (("", "key"), ("Study!", "key"), ("hall", "twice")):
        body["stops"][-1]["key"] = key
        assert wrong(body, "zh-Hant")["14.key"] == (code, None)


def test_a_prescribed_line_is_not_improved() -> None:
    body = next(body for body in BODIES if body["kind"] == "greetings")
    place = next(place for place, line in enumerate(body["lines"]) if line["prescribed"])
    assert read(said(body) | {f"{place}.text.zh-Hant": "歡迎！"}, body)["lines"][place]["text"] == body["lines"][place]["text"]


@pytest.mark.clause("P2-4.4.3d")
def test_rows_and_lines_move_are_added_and_left_out() -> None:
    keys = [stop["key"] for stop in SCRIPT["stops"]]
    assert [stop["key"] for stop in act(SCRIPT, "up:1")["stops"]][:2] == [keys[1], keys[0]]
    assert [stop["key"] for stop in act(SCRIPT, "out:0")["stops"]] == keys[1:]
    assert act(SCRIPT, "up:0.lines.1")["stops"][0]["lines"][0] == SCRIPT["stops"][0]["lines"][1]
    for nonsense in ("up:0", "up:99", "out:", "up:0.lines.77", "up:0.title.1", "burn:1", "up:x.lines.1"):
        assert act(SCRIPT, nonsense) == SCRIPT
    assert len(act(SCRIPT, "add")["stops"]) == 15


def test_more_rows_than_a_page_holds_are_not_made() -> None:
    assert len(read({"rows": "99999"}, CHECK)["items"]) == editing.ROWS_MOST
    assert read({"rows": "-1"}, CHECK)["items"] == []
    assert wrong(read({"rows": "0"}, CHECK), "en")["add"] == ("nothing", None)


def test_two_versions_differ_by_what_was_added_removed_changed_and_moved() -> None:
    later = deepcopy(SCRIPT)
    later["stops"].append({"key": "study", "kind": "room", "clause": "P2-4.4.3d", "title": WORDS, "lines": [WORDS]})
    del later["stops"][3]
    later["stops"][0]["lines"][1] = WORDS
    later["stops"][5], later["stops"][6] = later["stops"][6], later["stops"][5]
    later["unit_type"] = "C"
    found = [(each.what, each.row.get("key", "")) for each in changes(SCRIPT, later)]
    assert found[:2] == [("changed", ""), ("changed", "exterior")]
    assert sorted(what for what, _key in found) == ["added", "changed", "changed", "moved", "removed"]
    line = next(each for each in changes(SCRIPT, later) if each.row.get("key") == "exterior").texts
    assert {(label, number, tag, after) for label, number, tag, _before, after in line} == {
        ("Line to be said", 2, tag, WORDS[tag]) for tag in WORDS
    }


def test_a_row_that_went_to_the_front_moved_alone_and_says_from_where() -> None:
    later = deepcopy(SCRIPT)
    last = later["stops"].pop()
    later["stops"].insert(0, last)
    (moved,) = changes(SCRIPT, later)
    assert (moved.what, moved.row["key"], moved.was, moved.now) == ("moved", last["key"], len(SCRIPT["stops"]), 1)


def test_a_row_that_was_both_moved_and_changed_tells_both() -> None:
    later = deepcopy(SCRIPT)
    later["stops"].insert(0, later["stops"].pop() | {"title": WORDS})
    (found,) = changes(SCRIPT, later)
    assert (found.what, found.was, found.now) == ("changed", len(SCRIPT["stops"]), 1)
    assert found.texts


def test_the_texts_of_a_row_keep_their_languages_together() -> None:
    found = texts(CHECK, CHECK["items"][0])
    assert ("What is looked at", 0, WORDS) in found


def test_a_line_that_is_new_in_the_middle_changes_none_after_it() -> None:
    later = deepcopy(SCRIPT)
    later["stops"][0]["lines"].insert(1, WORDS)
    assert [each.texts for each in changes(SCRIPT, later)] == [
        tuple(("Line to be said", 2, tag, "", WORDS[tag]) for tag in ("zh-Hant", "zh-Hans", "en"))
    ]
    back = changes(later, SCRIPT)[0].texts
    assert [(number, before, after) for _label, number, _tag, before, after in back] == [
        (2, WORDS[tag], "") for tag in ("zh-Hant", "zh-Hans", "en")
    ]
