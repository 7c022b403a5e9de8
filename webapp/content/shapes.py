"""What a document of each kind is made of: the parts that a person edits, and what they are called."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.base.i18n import N_
from webapp.content.rules import (
    BANDS,
    BOUNDED,
    LAID,
    NEEDS,
    NUMBERS,
    ON_FAIL,
    POSTS,
    PURPOSES,
    RESPONSES,
    SCHEDULED,
    STOPS,
    is_clause,
    is_key,
)

WORDS, PROSE, TEXT, CHOICE, FLAG, LINES, SEVERAL = "words", "prose", "text", "choice", "flag", "lines", "several"
FIGURE, MINUTES, DUE, OPTIONS = "figure", "minutes", "due", "options"
"""A number or a time as the answer is one; minutes before or after something; how many there should be; what may be chosen."""
WORDED = (WORDS, PROSE)

NAMES = {"source": N_("Source"), "prescribed": N_("As the guideline has it")}
"""What stands in delivered rows and is not edited."""


@dataclass(frozen=True)
class Part:
    """A piece of a document or of one of its rows. `path`: where it stands, care.text; `inner`: where the words of a line stand.

    `only`: another path and which of its values this part belongs to. `named`: what the names of its choices begin with;
    `is_numbered`: they are kept as 1, 2, 3. `after`: the path of what it must not lie below.
    """

    path: str
    label: str
    kind: str = WORDS
    of: Sequence[str] = ()
    most: int = 200
    is_optional: bool = False
    inner: str = ""
    check: Callable[[str], bool] | None = None
    locked_by: str = ""
    only: tuple[str, Sequence[str]] | None = None
    named: str = ""
    is_numbered: bool = False
    after: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Shape:
    """What a kind of document is made of: `head` once, `row` for each of its `rows`, which are named by `key`."""

    head: tuple[Part, ...]
    rows: str
    key: str
    row: tuple[Part, ...]
    blank: Mapping[str, Any] = field(default_factory=dict)


TITLE, CLAUSE = Part("title", N_("Title")), Part("clause", N_("Clause"), TEXT, most=32, check=is_clause)
POST = Part("post", N_("Post"), CHOICE, POSTS)
TIMED, COUNTED = ("schedule.of", SCHEDULED), ("response", NUMBERS)
BEFORE = N_("-60 is an hour before, 30 half an hour after.")
OUT_OF_BOUNDS = N_("What lies outside is recorded, and is to be put right.")
SHAPES: Mapping[str, Shape] = {
    "script": Shape(
        (TITLE, Part("unit_type", N_("Unit type"), TEXT, most=16), CLAUSE),
        "stops",
        "key",
        (
            TITLE,
            Part("lines", N_("Line to be said"), LINES, hint=N_("One breath each.")),
            Part("question", N_("What guests ask"), PROSE, is_optional=True),
            Part("answer", N_("What to answer"), PROSE, is_optional=True, most=500),
            Part("care.flags", N_("Care for"), SEVERAL, NEEDS, is_optional=True),
            Part("care.text", N_("What to take care of"), PROSE, is_optional=True),
            Part("alone", N_("Also for guests who look round by themselves"), FLAG, is_optional=True),
            Part("kind", N_("Kind of stop"), CHOICE, STOPS),
            CLAUSE,
        ),
        {"kind": "room", "clause": "P2-4.4.3d"},
    ),
    "greetings": Shape(
        (),
        "lines",
        "id",
        (
            Part("text", N_("Spoken line"), PROSE, locked_by="prescribed"),
            Part("cue", N_("What to do meanwhile"), PROSE),
            Part("trigger", N_("Moment"), TEXT, most=40, check=is_key),
            Part("time_band", N_("Time of day"), CHOICE, BANDS),
            POST,
            CLAUSE,
        ),
        {"prescribed": False, "time_band": "any", "post": "any", "clause": "P2-4.4.4"},
    ),
    "checklist": Shape(
        (
            TITLE,
            Part("note", N_("Note"), PROSE, most=500),
            Part("purpose", N_("Purpose"), CHOICE, PURPOSES, named="for_"),
            POST,
            CLAUSE,
            Part("schedule.of", N_("When it is due"), CHOICE, ("", *SCHEDULED), is_optional=True, named="of_"),
            Part("schedule.from", N_("Due from (minutes)"), MINUTES, only=TIMED, hint=BEFORE),
            Part("schedule.to", N_("Due until (minutes)"), MINUTES, only=TIMED, after="schedule.from", hint=BEFORE),
            Part("schedule.late_allowed", N_("Late is still good"), FLAG, only=TIMED),
            Part(
                "schedule.weekdays",
                N_("Only on"),
                SEVERAL,
                "1234567",
                is_optional=True,
                only=TIMED,
                named="day_",
                is_numbered=True,
                hint=N_("None ticked: on every day."),
            ),
        ),
        "items",
        "id",
        (
            Part("prompt", N_("What is looked at"), PROSE),
            Part("response", N_("Kind of answer"), CHOICE, RESPONSES),
            Part("min", N_("Least, or earliest"), FIGURE, is_optional=True, only=("response", BOUNDED), hint=OUT_OF_BOUNDS),
            Part("max", N_("Most, or latest"), FIGURE, is_optional=True, only=("response", BOUNDED), after="min"),
            Part(
                "step",
                N_("In steps of"),
                FIGURE,
                is_optional=True,
                only=COUNTED,
                hint=N_("0.1 for a temperature. Left blank: whole numbers."),
            ),
            Part("unit", N_("Unit"), TEXT, most=16, is_optional=True, only=COUNTED),
            Part("counts.state", N_("Counts in stock"), CHOICE, ("", *LAID), is_optional=True, only=COUNTED, named="laid_"),
            Part("counts.sku", N_("Code of the item in stock"), TEXT, most=64, is_optional=True, only=COUNTED),
            Part("expected", N_("How many there should be"), DUE, is_optional=True, only=("response", ("quantity",))),
            Part("options", N_("What may be chosen"), OPTIONS, most=60, only=("response", ("choice",))),
            Part("on_fail", N_("Where it is not in order"), CHOICE, ON_FAIL),
            Part("required", N_("Must be answered"), FLAG),
            Part("critical", N_("Critical"), FLAG),
            Part("site_option", N_("Switched off, only where a site wants it"), FLAG, is_optional=True),
            CLAUSE,
        ),
        {"required": True, "critical": False, "on_fail": "note", "response": "pass_fail_na", "clause": "P2-4.4.2c"},
    ),
    "conduct": Shape(
        (),
        "cards",
        "id",
        (TITLE, POST, Part("points", N_("Points"), LINES, inner="text", most=500), CLAUSE),
        {"post": "any", "clause": "P2-4.2.2a"},
    ),
}
