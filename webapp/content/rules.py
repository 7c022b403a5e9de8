"""What a version may say and which of its words are shown, and what becomes of a version. Pure."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LANGUAGES = ("zh-Hant", "zh-Hans", "en")
RESPONSES = ("pass_fail_na", "number", "quantity", "choice", "text", "time", "photo", "signature")
SCHEDULED = ("opening", "closing", "shift")
"""What the minutes of a schedule are counted from: the opening or the closing of the site, or the start of each shift."""
INVENTORY = "inventory"
"""What a quantity may be expected to be besides a number: as many as the inventory of the show flat lists."""
NUMBERS = ("number", "quantity")
LAID = ("clean", "soiled", "store")
"""The states of an item of stock in which a point may count it."""
BOUNDED = (*NUMBERS, "time")
"""Kinds of answers that may have a least and a most: numbers, or times of the day as "08:30"."""
ON_FAIL = ("none", "note", "photo", "action", "notify")
PURPOSES = ("grooming", "opening", "hygiene", "closing", "inspection", "asset_count")
POSTS = ("any", "greeter", "water_bar", "supervisor")
BANDS = ("any", "morning", "noon", "afternoon", "evening")
STOPS = ("opening", "room")
NEEDS = ("elder", "child", "step_free")
"""What a party may need care for: no ages, no counts (guideline N10)."""
NOON_FROM, AFTERNOON_FROM, EVENING_FROM, DAY_MINUTES = 11 * 60, 13 * 60, 18 * 60, 24 * 60
NEVER = 2**53 - 1
"""From when a version is in force that nobody has approved: no approval and no publication says an earlier instant."""
WRITTEN, OFFERED, APPROVED, RETURNED, WITHDRAWN = "written", "offered", "approved", "returned", "withdrawn"

_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_SLOT = re.compile(r"\{([a-z_]+)\}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_CLAUSE = re.compile(r"(P[123]-[0-9.]+[a-z]?|E[0-9]+)")


@dataclass(frozen=True)
class Said:
    """A text with the language it is in; `is_fallback` where that is not the one asked for."""

    text: str
    language: str
    is_fallback: bool

    def __str__(self) -> str:
        return self.text


def text_in(words: Mapping[str, str], language: str, figures: Mapping[str, str] | None = None) -> Said:
    """The words in a language, or in the first of ours that there is, marked. `figures` fill {slots}; unknown ones stay."""
    chosen = next((each for each in (language, *LANGUAGES) if words.get(each)), None)
    if chosen is None:
        return Said("", language, is_fallback=True)
    return Said(fill(words[chosen], figures or {}), chosen, chosen != language)


def fill(text: str, figures: Mapping[str, str]) -> str:
    """Put figures into {slots}: 您好，歡迎光臨{unit_type}型樣板房 (P2-4.4.3a)."""
    return _SLOT.sub(lambda slot: str(figures.get(slot[1], slot[0])), text)


def slots(text: str) -> list[str]:
    """The figures that a text asks for."""
    return sorted(_SLOT.findall(text))


def unfilled(body: Mapping[str, Any], figures: Mapping[str, str]) -> list[str]:
    """The figures that texts of a body ask for and nobody has given, each once: they would be said as they are written."""
    return sorted(set(slots(json.dumps(body))) - figures.keys())


def is_key(text: str) -> bool:
    """Whether a text may be the key of an item: small letters and figures, parted by full stops."""
    return bool(_KEY.fullmatch(text))


def is_clause(text: str) -> bool:
    """Whether a text names a clause of the guideline, P2-4.4.3d, or an addition of ours, E4."""
    return bool(_CLAUSE.fullmatch(text))


def band_at(minute: int) -> str:
    """The time band of a local minute of the day: morning to 11:00, noon to 13:00 (P2-4.4.4), afternoon to 18:00, then evening."""
    if minute < NOON_FROM:
        return "morning"
    if minute < AFTERNOON_FROM:
        return "noon"
    return "afternoon" if minute < EVENING_FROM else "evening"


def _shown(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


NOON, AFTERNOON, EVENING = _shown(NOON_FROM), _shown(AFTERNOON_FROM), _shown(EVENING_FROM)
HOURS = {"morning": ("00:00", NOON), "noon": (NOON, AFTERNOON), "afternoon": (AFTERNOON, EVENING), "evening": (EVENING, "24:00")}
"""From when until when each band goes, as a clock shows it."""


def line_for(lines: Sequence[Mapping[str, Any]], trigger: str, post: str, band: str = "any") -> Mapping[str, Any] | None:
    """The spoken line for a moment: one for this very post comes first, then one for this time of day (guideline K14). Words that
    were approved when the afternoon went until closing are said in the evening too."""
    fitting = [line for line in lines if line["trigger"] == trigger and line["post"] in (post, "any")]
    if band == "evening" and not any(line["time_band"] == band for line in fitting):
        band = "afternoon"
    fitting = [line for line in fitting if line["time_band"] in (band, "any")]
    return max(fitting, key=lambda line: (line["post"] == post, line["time_band"] == band), default=None)


class Standing(StrEnum):
    """What has become of a version (design.md section 3a)."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    EFFECTIVE = "effective"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


FOLLOWS: Mapping[str, frozenset[str]] = {
    "": frozenset({WRITTEN}),
    WRITTEN: frozenset({OFFERED, WITHDRAWN}),
    OFFERED: frozenset({APPROVED, RETURNED, WITHDRAWN}),
    APPROVED: frozenset({WITHDRAWN}),
    RETURNED: frozenset({WITHDRAWN}),
    WITHDRAWN: frozenset(),
}
"""What may be done with a version after what."""


@dataclass(frozen=True)
class Act:
    """Something somebody did with a version. `seen`: how many acts stood there when it was decided; `from_at`: of an approval."""

    what: str
    by: str | None
    at: int
    seen: int = 0
    from_at: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Life:
    """The acts of a version that count, and from when it is in force: None while nobody has said so, or once it is withdrawn."""

    acts: tuple[Act, ...]
    from_at: int | None
    was_from: int | None = None
    """From when it had been in force, or was to be, before it was withdrawn."""

    @property
    def stage(self) -> str:
        """The last act that counts; a version that was published without a review stands as an approved one."""
        return self.acts[-1].what if self.acts else (APPROVED if self.from_at is not None else "")

    @property
    def writer(self) -> str | None:
        return self.acts[0].by if self.acts and self.acts[0].what == WRITTEN else None


def life(published_at: int, acts: Iterable[Act]) -> Life:
    """What a version came to by its acts, in their order: whoever decided on what had moved meanwhile has not decided it."""
    found = Life((), published_at if published_at != NEVER else None)
    for act in acts:
        if not objection(found, act):
            starts = max(act.from_at or 0, act.at) if act.what == APPROVED else found.from_at
            is_over = act.what == WITHDRAWN
            found = Life((*found.acts, act), None if is_over else starts, starts if is_over else None)
    return found


def objection(known: Life, act: Act) -> str | None:
    """Why an act does not count: the version moved, it is not its turn, or it asks for another than the writer; else None."""
    if act.seen != len(known.acts):
        return "moved"
    if act.what not in FOLLOWS[known.stage]:
        return "not_now"
    return "own" if takes_another(known, act.what) and act.by == known.writer else None


def takes_another(known: Life, act: str) -> bool:
    """Whether an act asks for somebody who may approve, and who did not write it: to put a version in force or out of it."""
    return act == APPROVED or (act == WITHDRAWN and known.stage == APPROVED)


def standings(lives: Mapping[int, Life], at: int) -> dict[int, Standing]:
    """What the versions of one document are at an instant, by number: the one in force is that which began last."""
    begun = [(known.from_at, number) for number, known in lives.items() if known.from_at is not None and known.from_at <= at]
    current = max(begun, default=(0, 0))[1]
    return {number: _standing(known, at, is_current=number == current) for number, known in lives.items()}


def _standing(known: Life, at: int, *, is_current: bool) -> Standing:
    if known.from_at is None:
        return {OFFERED: Standing.IN_REVIEW, RETURNED: Standing.RETURNED, WITHDRAWN: Standing.WITHDRAWN}.get(
            known.stage, Standing.DRAFT
        )
    if known.from_at > at:
        return Standing.APPROVED
    return Standing.EFFECTIVE if is_current else Standing.SUPERSEDED


def items_in_force(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The items of a checklist without those that are shipped switched off."""
    return [item for item in body["items"] if not item.get("site_option")]


def problems(body: Any) -> list[str]:
    """What is wrong with the body of a version, place by place; nothing when it may be published."""
    if not isinstance(body, Mapping):
        return ["body: not an object"]
    check = _SCHEMAS.get(str(body.get("kind")))
    if check is None:
        return [f"kind: {body.get('kind')} is not known"]
    return [*_key(body, "id", "body"), *check(body)]


def _checklist(body: Mapping[str, Any]) -> list[str]:
    found = [*_choice(body, "purpose", PURPOSES, "body"), *_choice(body, "post", POSTS, "body"), *_clause(body, "body")]
    found += [*_words(body, "title", "body"), *_words(body, "note", "body")]
    items = _rows(body, "items")
    return [*found, *_schedule(body), *_unique(items), *(problem for item in items for problem in _check_item(item))]


def _schedule(body: Mapping[str, Any]) -> list[str]:
    """When a run is due: minutes from … to … of what, on which days of the week (1 = Monday), and whether late is still good."""
    schedule = body.get("schedule")
    if schedule is None:
        return []
    if not isinstance(schedule, Mapping):
        return ["schedule: not an object"]
    found = _choice(schedule, "of", SCHEDULED, "schedule")
    since, until = schedule.get("from"), schedule.get("to")
    if not (isinstance(since, int) and isinstance(until, int)) or max(abs(since), abs(until)) >= DAY_MINUTES:
        found.append("schedule: from and to are no minutes")
    elif since >= until:
        found.append("schedule: from is not before to")
    if type(schedule.get("late_allowed")) is not bool:
        found.append("schedule: late_allowed is not yes or no")
    days = schedule.get("weekdays", [1])
    if not isinstance(days, list) or not days or not all(_is_whole(day) and 1 <= day <= 7 for day in days):
        found.append("schedule: weekdays are not of 1 to 7")
    return found


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_item(item: Mapping[str, Any]) -> list[str]:
    where = str(item.get("id"))
    found = [*_key(item, "id", where), *_clause(item, where), *_words(item, "prompt", where)]
    found += [*_choice(item, "response", RESPONSES, where), *_choice(item, "on_fail", ON_FAIL, where)]
    found += [f"{where}: {name} is not yes or no" for name in ("required", "critical") if type(item.get(name)) is not bool]
    return [*found, *_check_bounds(item, where), *_check_counts(item, where), *_check_options(item, where)]


def _check_bounds(item: Mapping[str, Any], where: str) -> list[str]:
    """A least and a most where the kind has them, and what a count is held against."""
    found = []
    given = [(name, item[name]) for name in ("min", "max") if item.get(name) is not None]
    of_time = item.get("response") == "time"
    if given and item.get("response") not in BOUNDED:
        found.append(f"{where}: a {item.get('response')} has no bounds")
    elif not all(is_time(value) if of_time else is_number(value) for _name, value in given):
        found.append(f"{where}: min and max are no {'times such as 08:30' if of_time else 'numbers'}")
    elif len(given) == 2 and given[0][1] > given[1][1]:
        found.append(f"{where}: min is above max")
    expected = item.get("expected")
    if expected is not None and not (item.get("response") == "quantity" and (expected == INVENTORY or is_number(expected))):
        found.append(f"{where}: expected is no number of a quantity")
    step = item.get("step")
    if step is not None and not (is_number(step) and step > 0):
        found.append(f"{where}: step is no number above nothing")
    return found


def _check_counts(item: Mapping[str, Any], where: str) -> list[str]:
    """Which item of stock, and in which state, a number counts."""
    counts = item.get("counts")
    if counts is None:
        return []
    if item.get("response") not in NUMBERS:
        return [f"{where}: a {item.get('response')} counts nothing"]
    good = isinstance(counts, Mapping) and str(counts.get("sku") or "").strip() and counts.get("state") in LAID
    return [] if good else [f"{where}: counts are of no item and state"]


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_time(value: Any) -> bool:
    """Whether something is a time of the day as 08:30."""
    return bool(_TIME.fullmatch(str(value)))


def _check_options(item: Mapping[str, Any], where: str) -> list[str]:
    """What may be chosen, each with its words, and whether it is not in order."""
    options = _rows(item, "options")
    if item.get("response") != "choice":
        return [f"{where}: options belong to a choice"] if options else []
    if len(options) < 2:
        return [f"{where}: fewer than two options"]
    found = [problem.replace("body", where, 1) for problem in _unique(options)]
    for option in options:
        found += [*_key(option, "id", f"{where}.{option.get('id')}"), *_words(option, "text", f"{where}.{option.get('id')}")]
    return found + [
        f"{where}.{each.get('id')}: fails is not yes or no" for each in options if type(each.get("fails", False)) is not bool
    ]


def _greetings(body: Mapping[str, Any]) -> list[str]:
    lines = _rows(body, "lines")
    return [*_unique(lines), *(problem for line in lines for problem in _line(line))]


def _line(line: Mapping[str, Any]) -> list[str]:
    where = str(line.get("id"))
    found = [*_key(line, "id", where), *_clause(line, where), *_words(line, "text", where), *_words(line, "cue", where)]
    found += [*_choice(line, "post", POSTS, where), *_choice(line, "time_band", BANDS, where)]
    if type(line.get("prescribed")) is not bool:
        found.append(f"{where}: prescribed is not yes or no")
    return found


def _script(body: Mapping[str, Any]) -> list[str]:
    stops = [{"id": stop.get("key"), **stop} for stop in _rows(body, "stops")]
    found = [*_clause(body, "body"), *_words(body, "title", "body"), *_unique(stops)]
    if not str(body.get("unit_type") or "").strip():
        found.append("body: unit_type is missing")
    return [*found, *(problem for stop in stops for problem in _stop(stop))]


def _stop(stop: Mapping[str, Any]) -> list[str]:
    """A place of the tour: its title, its lines one breath each, a question that guests ask, and what to take care of there."""
    where = str(stop["id"])
    found = [*_key(stop, "id", where), *_clause(stop, where), *_choice(stop, "kind", STOPS, where), *_words(stop, "title", where)]
    lines = _rows(stop, "lines")
    found += [
        problem for number, line in enumerate(lines, 1) for problem in _words({f"line {number}": line}, f"line {number}", where)
    ]
    if not lines:
        found.append(f"{where}: nothing to say")
    for name in ("question", "answer"):
        found += _words(stop, name, where) if name in stop else []
    care = stop.get("care")
    if care is not None:
        flags = care.get("flags") if isinstance(care, Mapping) else None
        good = isinstance(flags, list) and flags and set(map(str, flags)) <= set(NEEDS)
        found += [] if good else [f"{where}: care is for none of {', '.join(NEEDS)}"]
        found += _words(care, "text", f"{where}: care") if isinstance(care, Mapping) else []
    return found


def stop_problems(stop: Mapping[str, Any]) -> list[str]:
    """What is wrong with one stop that a flat has of its own."""
    return _stop({"id": stop.get("key"), **stop})


def _conduct(body: Mapping[str, Any]) -> list[str]:
    cards = _rows(body, "cards")
    return [*_unique(cards), *(problem for card in cards for problem in _card(card))]


def _card(card: Mapping[str, Any]) -> list[str]:
    """A card to be read: its title, the post it is for, and its points."""
    where = str(card.get("id"))
    found = [*_key(card, "id", where), *_clause(card, where), *_words(card, "title", where), *_choice(card, "post", POSTS, where)]
    points = _rows(card, "points")
    found += [] if points else [f"{where}: nothing in it"]
    return [*found, *(problem for number, one in enumerate(points, 1) for problem in _words(one, "text", f"{where} {number}"))]


_SCHEMAS: Mapping[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "checklist": _checklist,
    "greetings": _greetings,
    "script": _script,
    "conduct": _conduct,
}
KINDS = tuple(_SCHEMAS)


def _rows(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = body.get(name)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _unique(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    keys = [row.get("id") for row in rows]
    if not keys:
        return ["body: nothing in it"]
    return [f"{key}: twice" for key in {str(key) for key in keys if keys.count(key) > 1}]


def _key(row: Mapping[str, Any], name: str, where: str) -> list[str]:
    return [] if _KEY.fullmatch(str(row.get(name))) else [f"{where}: {name} is not a key"]


def _clause(row: Mapping[str, Any], where: str) -> list[str]:
    return [] if _CLAUSE.fullmatch(str(row.get("clause"))) else [f"{where}: clause is not one of the guideline"]


def _choice(row: Mapping[str, Any], name: str, of: Sequence[str], where: str) -> list[str]:
    return [] if row.get(name) in of else [f"{where}: {name} is not one of {', '.join(of)}"]


def _words(row: Mapping[str, Any], name: str, where: str) -> list[str]:
    words = row.get(name)
    if not isinstance(words, Mapping):
        return [f"{where}: {name} is missing"]
    said = [str(words[each]) for each in LANGUAGES if str(words.get(each) or "").strip()]
    found = [] if said else [f"{where}: {name} is in no language"]
    if len({tuple(slots(text)) for text in said}) > 1:
        found.append(f"{where}: {name} has not the same figures in each language")
    return found


@dataclass(frozen=True)
class Found:
    """What an answer says besides pass and fail: how many (thousandths) of how many, the key of a choice, a time as 08:40."""

    number: int | None = None
    expected: int | None = None
    choice: str | None = None
    time_of_day: str | None = None

    def __bool__(self) -> bool:
        """Whether it says anything that may be out of order."""
        return (self.number, self.choice, self.time_of_day) != (None, None, None)


def is_wrong(item: Mapping[str, Any], found: Found) -> bool:
    """Whether an answer is not in order: a choice that says so, a time or a number outside its bounds, else another number than
    expected. At a bound it is in order (P2-4.4.2c)."""
    if found.choice is not None:
        return any(option["id"] == found.choice and option.get("fails", False) for option in item.get("options", ()))
    least, most = item.get("min"), item.get("max")
    if found.time_of_day is not None:
        return (least is not None and found.time_of_day < str(least)) or (most is not None and found.time_of_day > str(most))
    if found.number is None:
        return False
    if least is None and most is None:
        return found.expected is not None and found.number != found.expected
    return (least is not None and found.number < least * 1000) or (most is not None and found.number > most * 1000)
