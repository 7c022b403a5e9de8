"""What an item of a check may ask, and how."""

from typing import Any

import pytest

from tests.cast import CHECK, WORDS
from webapp.content import queries as content
from webapp.content.rules import RESPONSES, Found, is_wrong, problems


def asked(**told: Any) -> list[str]:
    return problems(CHECK | {"items": [CHECK["items"][0] | told]})


GOOD = {"id": "good", "text": WORDS}
BAD = {"id": "bad", "text": WORDS, "fails": True}


@pytest.mark.parametrize(
    "told",
    [
        {"response": "number", "min": 0, "max": 8.5},
        {"response": "quantity", "expected": 38},
        {"response": "quantity", "expected": "inventory"},
        {"response": "time", "min": "08:30", "max": "09:00"},
        {"response": "choice", "options": [GOOD, BAD]},
        {"response": "photo", "on_fail": "photo"},
        {"response": "signature"},
        {"response": "text"},
    ],
)
def test_every_kind_may_be_asked(told: dict[str, Any]) -> None:
    assert asked(**told) == []


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"response": "text", "min": 1}, "a text has no bounds"),
        ({"response": "number", "min": "08:30"}, "min and max are no numbers"),
        ({"response": "number", "min": True}, "min and max are no numbers"),
        ({"response": "time", "max": "9:00"}, "min and max are no times"),
        ({"response": "number", "min": 9, "max": 8}, "min is above max"),
        ({"response": "number", "expected": 8}, "expected is no number of a quantity"),
        ({"response": "quantity", "expected": "many"}, "expected is no number of a quantity"),
        ({"response": "choice"}, "fewer than two options"),
        ({"response": "choice", "options": [GOOD]}, "fewer than two options"),
        ({"response": "choice", "options": [GOOD, GOOD]}, "good: twice"),
        ({"response": "choice", "options": [GOOD, BAD | {"fails": "yes"}]}, "fails is not yes or no"),
        ({"response": "choice", "options": [GOOD, {"id": "x"}]}, "text is missing"),
        ({"response": "photo", "options": [GOOD, BAD]}, "options belong to a choice"),
    ],
)
def test_what_cannot_be_asked_is_named(told: dict[str, Any], wrong: str) -> None:
    assert wrong in "; ".join(asked(**told))


@pytest.mark.clause("P2-4.4.2c")
@pytest.mark.clause("P2-4.4.6b")
def test_the_delivered_checks_use_every_kind_and_mark_what_is_critical() -> None:
    lists = {body["id"]: body for body in content.bodies() if body["kind"] == "checklist"}
    flat = [*lists["check.flat_opening"]["items"], *lists["check.flat_closing"]["items"]]
    assert {item["response"] for item in flat} == set(RESPONSES)
    critical = {item["id"] for body in lists.values() if body["purpose"] == "closing" for item in body["items"] if item["critical"]}
    assert {"flat_close.power", "flat_close.windows", "flat_close.door", "bar_close.boiler", "bar_close.dispenser"} <= critical


@pytest.mark.parametrize(
    ("told", "found", "wrong"),
    [
        ({"options": [GOOD, BAD]}, Found(choice="bad"), True),
        ({"options": [GOOD, BAD]}, Found(choice="good"), False),
        ({"options": [GOOD, BAD]}, Found(choice="gone"), False),
        ({"max": "10:00"}, Found(time_of_day="10:00"), False),
        ({"max": "10:00"}, Found(time_of_day="10:01"), True),
        ({"min": "08:00"}, Found(time_of_day="07:59"), True),
        ({}, Found(time_of_day="03:00"), False),
        ({}, Found(number=37_000, expected=38_000), True),
        ({}, Found(number=39_000, expected=38_000), True),
        ({}, Found(number=38_000, expected=38_000), False),
        ({}, Found(number=37_000), False),
        ({"min": 37}, Found(number=37_000, expected=38_000), False),
        ({"min": 0, "max": 8.5}, Found(number=8_501), True),
        ({"min": 0, "max": 8.5}, Found(number=8_500), False),
        ({"min": 0}, Found(), False),
    ],
)
@pytest.mark.clause("P2-4.4.2c")
def test_what_is_found_is_wrong_as_its_item_says(told: dict[str, Any], found: Found, wrong: bool) -> None:
    assert is_wrong(told, found) is wrong
