"""What this product is delivered with: whole in three languages, and the guideline's spoken lines word for word."""

import re

import pytest

from webapp.content import queries as content
from webapp.content.rules import problems

PRESCRIBED = [
    "您好，歡迎光臨{unit_type}型樣板房", "您好！請您穿上鞋套。", "請稍等，請您穿上鞋套。",
    "您慢慢參觀，有需要可隨時告知我們。", "謝謝光臨！歡迎下次再來！",
    "請慢走，歡迎下次光臨", "請稍候，馬上就到", "早上好，歡迎光臨", "中午好，歡迎光臨", "對不起",
]  # fmt: skip
"""The guideline's own words, section 3: nobody improves these."""


def test_every_delivered_document_may_be_published() -> None:
    found = {body["id"]: problems(body) for body in content.bodies()}
    assert len(found) == 7
    assert not any(found.values()), found


@pytest.mark.clause("P2-4.4.3a")
@pytest.mark.clause("P2-4.4.3f")
def test_the_spoken_lines_of_the_guideline_are_verbatim() -> None:
    lines = content.delivered("greetings")["greetings"]
    assert sorted(line["text"]["zh-Hant"] for line in lines if line["prescribed"]) == sorted(PRESCRIBED)


def test_every_item_has_a_unit_with_its_measure_word() -> None:
    delivered = content.delivered("items")
    units = {unit["id"] for unit in delivered["units"]}
    assert {item["base"] for item in delivered["items"]} <= units
    assert all(set(item["title"]) == {"zh-Hant", "zh-Hans", "en"} for item in delivered["items"])
    assert all(item["min"] <= item["par"] for item in delivered["items"])


def test_chinese_is_set_with_full_width_punctuation() -> None:
    texts = [text for name in ("greetings", "checklists", "items", "project") for text in _chinese(content.delivered(name))]
    assert len(texts) > 200
    assert [text for text in texts if re.search(r"[\u4e00-\u9fff][,;:!?()]|[,;:!?()][\u4e00-\u9fff]", text)] == []


def _chinese(told: object) -> list[str]:
    if isinstance(told, dict):
        return [text for value in told.values() for text in _chinese(value)]
    if isinstance(told, list):
        return [text for value in told for text in _chinese(value)]
    return [told] if isinstance(told, str) and re.search(r"[\u4e00-\u9fff]", told) else []
