"""A body as a page and back; what is wrong beside its field; two bodies compared."""

from copy import deepcopy
from typing import Any

import pytest

from tests.cast import CHECK, WORDS
from webapp.content import editing
from webapp.content import queries as content
from webapp.content.editing import SHAPES, act, changes, read, texts, wrong
from webapp.content.rules import problems

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


def _said(part: editing.Part, row: dict[str, Any], at: str) -> dict[str, str]:
    name, value = at + part.path, editing.value(row, part.path)
    if part.kind in editing.WORDED:
        return {f"{name}.{tag}": text for tag, text in (value or {}).items()}
    if part.kind == editing.LINES:
        found = {f"{name}.rows": str(len(value))}
        for number, line in enumerate(value):
            found |= {f"{name}.{number}.{tag}": text for tag, text in (line[part.inner] if part.inner else line).items()}
            found |= {f"{name}.{number}.source": line["source"]} if "source" in line else {}
        return found
    if part.kind == editing.FLAG:
        return {name: "yes"} if value else {}
    if part.kind == editing.SEVERAL:
        return {f"{name}.{each}": "yes" for each in value or ()}
    return {name: str(value)}


@pytest.mark.clause("P2-4.4.3d")
@pytest.mark.parametrize("body", BODIES, ids=lambda body: body["id"])
def test_a_page_that_nobody_touched_says_the_same_body(body: dict[str, Any]) -> None:
    assert changes(body, read(said(body), body)) == []
    assert problems(read(said(body), body)) == []
    assert wrong(body, "zh-Hant") == {}


def changed(body: dict[str, Any], **told: str) -> dict[str, Any]:
    return read(said(body) | {name.replace("__", "."): text for name, text in told.items()}, body)


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
    assert sorted(what for what, _key in found) == ["added", "changed", "changed", "moved", "moved", "removed"]
    line = next(each for each in changes(SCRIPT, later) if each.row.get("key") == "exterior").texts
    assert {(label, number, tag, after) for label, number, tag, _before, after in line} == {
        ("Lines, one breath each", 2, tag, WORDS[tag]) for tag in WORDS
    }


def test_the_texts_of_a_row_keep_their_languages_together() -> None:
    found = texts(CHECK, CHECK["items"][0])
    assert ("What is looked at", 0, WORDS) in found


def test_a_line_that_is_new_in_the_middle_changes_none_after_it() -> None:
    later = deepcopy(SCRIPT)
    later["stops"][0]["lines"].insert(1, WORDS)
    assert [each.texts for each in changes(SCRIPT, later)] == [
        tuple(("Lines, one breath each", 2, tag, "", WORDS[tag]) for tag in ("zh-Hant", "zh-Hans", "en"))
    ]
    back = changes(later, SCRIPT)[0].texts
    assert [(number, before, after) for _label, number, _tag, before, after in back] == [
        (2, WORDS[tag], "") for tag in ("zh-Hant", "zh-Hans", "en")
    ]
