"""What this product is delivered with: whole in three languages, and the guideline's spoken lines word for word."""

import re
from typing import Any

import pytest

from webapp.content import queries as content
from webapp.content.rules import problems
from webapp.sites.forms import rectangles

PRESCRIBED = [
    "您好，歡迎光臨{unit_type}型樣板房", "您好！請您穿上鞋套。", "請稍等，請您穿上鞋套。",
    "您慢慢參觀，有需要可隨時告知我們。", "謝謝光臨！歡迎下次再來！",
    "請慢走，歡迎下次光臨", "請稍候，馬上就到", "早上好，歡迎光臨", "中午好，歡迎光臨", "對不起",
]  # fmt: skip
"""The guideline's own words, section 3: nobody improves these."""
SCRIPTS = [body for body in content.bodies() if body["kind"] == "script"]


def test_every_delivered_document_may_be_published() -> None:
    found = {body["id"]: problems(body) for body in content.bodies()}
    assert len(found) == 11
    assert not any(found.values()), found


def test_every_delivered_text_is_there_in_three_languages() -> None:
    texts = [text for body in content.bodies() for text in _texts(body)]
    assert len(texts) > 300
    assert [text for text in texts if set(text) != {"zh-Hant", "zh-Hans", "en"} or not all(text.values())] == []


def _texts(told: object) -> list[dict[str, str]]:
    if isinstance(told, dict) and set(told) & {"zh-Hant", "zh-Hans", "en"}:
        return [told]
    rows = list(told.values()) if isinstance(told, dict) else told if isinstance(told, list) else []
    return [text for row in rows for text in _texts(row)]


@pytest.mark.clause("P2-4.4.2a")
def test_the_badge_is_looked_at_before_the_shift() -> None:
    readiness = next(body for body in content.bodies() if body["id"] == "check.readiness")
    badge = next(item for item in readiness["items"] if item["clause"] == "P2-4.4.2a")
    assert (badge["required"], badge["response"]) == (True, "pass_fail_na")
    assert "工作牌" in badge["prompt"]["zh-Hant"]


@pytest.mark.clause("P2-4.4.3a")
@pytest.mark.clause("P2-4.4.3f")
def test_the_spoken_lines_of_the_guideline_are_verbatim() -> None:
    lines = content.delivered("greetings")["greetings"]
    assert sorted(line["text"]["zh-Hant"] for line in lines if line["prescribed"]) == sorted(PRESCRIBED)


@pytest.mark.clause("P2-4.4.3d")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script["id"])
def test_a_script_has_five_opening_lines_and_nine_rooms(script: dict[str, Any]) -> None:
    kinds = [(stop["kind"], stop["key"]) for stop in script["stops"]]
    assert kinds[:5] == [("opening", key) for key in ("exterior", "surroundings", "layout", "orientation", "area")]
    assert {kind for kind, _key in kinds[5:]} == {"room"}
    assert len(kinds) == 14


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script["id"])
def test_every_figure_of_a_script_is_known_of_its_unit_type(script: dict[str, Any]) -> None:
    told = content.delivered("project")
    unit = next(unit for unit in told["unit_types"] if unit["code"] == script["unit_type"])
    figures = set(told["project"]["placeholders"]) | set(unit["placeholders"])
    assert set(re.findall(r"{(\w+)}", str(script))) - figures == set()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script["id"])
def test_a_spoken_line_breaks_at_every_breath(script: dict[str, Any]) -> None:
    lines = [line[tag] for stop in script["stops"] for line in stop["lines"] for tag in ("zh-Hant", "zh-Hans")]
    breaths = [breath for line in lines for breath in re.split("[，。、；：]", re.sub("{.*?}| ", "", line))]
    assert len(breaths) > 100
    assert [breath for breath in breaths if len(breath) > 13] == []


@pytest.mark.parametrize("unit", content.delivered("project")["unit_types"], ids=lambda unit: unit["code"])
def test_the_plan_of_a_unit_type_has_every_room_of_its_script_and_no_two_share_ground(unit: dict[str, Any]) -> None:
    script = next(script for script in SCRIPTS if script["unit_type"] == unit["code"])
    assert set(unit["plan"]) == {stop["key"] for stop in script["stops"] if stop["kind"] == "room"}
    parts = [part for room in rectangles(unit["plan"]).values() for part in room]
    ground = [(x + i, y + j) for x, y, width, height in parts for i in range(width) for j in range(height)]
    assert len(ground) == len(set(ground))


def test_every_item_has_a_unit_with_its_measure_word() -> None:
    delivered = content.delivered("items")
    units = {unit["id"] for unit in delivered["units"]}
    assert {item["base"] for item in delivered["items"]} <= units
    assert all(set(item["title"]) == {"zh-Hant", "zh-Hans", "en"} for item in delivered["items"])
    assert all(item["min"] <= item["par"] for item in delivered["items"])


def test_chinese_is_set_with_full_width_punctuation() -> None:
    texts = [
        text
        for name in ("greetings", "checklists", "items", "project", "conduct", "tour_a", "tour_b")
        for text in _chinese(content.delivered(name))
    ]
    assert len(texts) > 200
    assert [text for text in texts if re.search(r"[\u4e00-\u9fff][,;:!?()]|[,;:!?()][\u4e00-\u9fff]", text)] == []


def _chinese(told: object) -> list[str]:
    if isinstance(told, dict):
        return [text for value in told.values() for text in _chinese(value)]
    if isinstance(told, list):
        return [text for value in told for text in _chinese(value)]
    return [told] if isinstance(told, str) and re.search(r"[\u4e00-\u9fff]", told) else []
