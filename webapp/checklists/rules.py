"""How far a check has come; pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from webapp.content.rules import Found, is_wrong

PASS, FAIL, NOT_APPLICABLE, SIGNED = "pass", "fail", "na", "signed"
ANSWERS = (PASS, FAIL, NOT_APPLICABLE)
"""What may be ticked; `signed` comes by a signature only."""
MINUTE = 60_000
Order = tuple[int, int, int, int, str, int]


class Standing(StrEnum):
    """How a run stands. `unknown`: nothing is here, but a tablet of its place may hold something of it."""

    AHEAD, DUE, LATE, DONE, ACCEPTED = "ahead", "due", "late", "done", "accepted"
    MISSED, UNKNOWN, RETURNED, VOIDED = "missed", "unknown", "returned", "voided"


@dataclass(frozen=True)
class Day:
    """A local day of a site: its instants, when it opens and closes, its day of the week (1 = Monday), its shifts (id, begins)."""

    start: int
    end: int
    opens: int
    closes: int
    weekday: int
    shifts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Window:
    """When a run is to be done (both included), and which answers are of it: from `since` until `until`. `number`: which run of
    the day it is; 0 where the day has but one. A list without a schedule is never due: `closes_at` None."""

    since: int
    until: int
    opens_at: int | None = None
    closes_at: int | None = None
    is_late_allowed: bool = True
    shift: str | None = None
    number: int = 0


@dataclass(frozen=True)
class Given:
    """An answer given to an item. `number` and `expected` in thousandths, `time_of_day` as 08:40, `choice` the key of an option."""

    order: Order
    item: str
    answer: str | None
    number: int | None
    note: str | None
    author_id: str | None
    expected: int | None = None
    choice: str | None = None
    text: str | None = None
    time_of_day: str | None = None
    has_photos: bool = False
    version: str = ""
    """The version of the list that it was given to."""

    @property
    def at(self) -> int:
        return self.order[0]

    @property
    def id(self) -> str:
        """The entry that gave it."""
        return self.order[4]

    @property
    def is_told(self) -> bool:
        """Whether it says more than that it is so."""
        return bool(self.note) or self.has_photos


@dataclass(frozen=True)
class Returned:
    """An item that was given back, with a word."""

    order: Order
    item: str
    comment: str
    author_id: str | None


@dataclass(frozen=True)
class Line:
    """An item of a run with the answer that counts, and what it means: the item as it was asked, also where a later version asks
    otherwise. `returned`: it was given back and not answered since. `version`: whose words it has, where not those in force."""

    item: Mapping[str, Any]
    given: Given | None
    is_failed: bool
    returned: Returned | None = None
    version: str = ""
    before: tuple[Given, ...] = ()
    """What was said before to be not in order, with words or photos, first first; it was found so, whatever came after."""
    is_anew: bool = False
    """Whether something else had been answered before."""

    @property
    def told(self) -> tuple[Given, ...]:
        """What was answered, and what was found before, newest first."""
        return tuple(each for each in (self.given, *reversed(self.before)) if each)

    @property
    def is_left(self) -> bool:
        return self.returned is not None or not is_answered(self.item, self.given)

    @property
    def is_asked(self) -> bool:
        """Whether it still has to be answered: what is not required only where it was given back."""
        return self.is_left and bool(self.item["required"] or self.returned)

    @property
    def stamp(self) -> int:
        """Since when it stands as it does; what the tablet recorded before does not change it."""
        return max(each.order[0] for each in (self.given, self.returned) if each) if self.given or self.returned else 0


@dataclass(frozen=True)
class Run:
    """A checklist on its day: its lines in the order of the list. `submitted_at`: when somebody first said it was done."""

    lines: tuple[Line, ...]
    submitted_at: int | None = None
    voided: str | None = None
    """Why it does not count."""

    @property
    def returned(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.returned)

    @property
    def last(self) -> Given | None:
        """The last answer of all: what a decision on the run is based on."""
        return max((line.given for line in self.lines if line.given), key=lambda each: each.order, default=None)

    @property
    def total(self) -> int:
        return len(self.lines)

    @property
    def done(self) -> int:
        return sum(not line.is_left for line in self.lines)

    @property
    def left(self) -> tuple[Line, ...]:
        """What still has to be answered."""
        return tuple(line for line in self.lines if line.is_asked)

    @property
    def failed(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.is_failed)

    @property
    def failed_critically(self) -> tuple[Line, ...]:
        """What alerts the supervisor (P2-4.4.6b)."""
        return tuple(line for line in self.failed if line.item["critical"])

    @property
    def left_critically(self) -> tuple[Line, ...]:
        """Critical items that nobody has answered: told at once when the run is submitted or its day closes (P2-4.4.6b)."""
        return tuple(line for line in self.left if line.item["critical"])

    @property
    def is_complete(self) -> bool:
        return not self.left

    @property
    def is_told(self) -> bool:
        """Whether anybody answered anything of it or said that it was done."""
        return self.submitted_at is not None or self.last is not None

    @property
    def done_at(self) -> int | None:
        """When somebody first said that it was done, else gave the last answer that was asked; None while neither."""
        if self.submitted_at is not None or not self.is_complete:
            return self.submitted_at
        return self.last.at if self.last else None


NO_OTHERS: Mapping[tuple[str, str], Mapping[str, Any]] = {}


def run_of(
    items: Sequence[Mapping[str, Any]], answers: Iterable[Given], submitted_at: int | None = None, returns: Iterable[Returned] = (),
    voided: str | None = None, asked: Mapping[tuple[str, str], Mapping[str, Any]] = NO_OTHERS,
) -> Run:  # fmt: skip
    """The run of a day: of several answers to an item the last by order counts, and only if it was not given back after it.

    `asked`: the items of other versions, by version and key, to which some of these answers were given; what the list asks no more
    stands after the rest, as it was asked.
    """
    told: dict[str, list[Given]] = defaultdict(list)
    for given in sorted(answers, key=lambda each: each.order):
        told[given.item].append(given)
    back = {each.item: each for each in sorted(returns, key=lambda each: each.order)}
    keys = {item["id"] for item in items}
    dropped = [
        (asked[each[-1].version, key], each) for key, each in told.items() if (each[-1].version, key) in asked and key not in keys
    ]
    lines = [_line(item, told[item["id"]], back.get(item["id"]), asked) for item in items]
    lines += [replace(_line(item, each, back.get(item["id"]), asked), version=each[-1].version) for item, each in dropped]
    return Run(tuple(lines), submitted_at, voided)


def _line(
    item: Mapping[str, Any], told: Sequence[Given], returned: Returned | None, asked: Mapping[tuple[str, str], Mapping[str, Any]]
) -> Line:  # fmt: skip
    given = told[-1] if told else None
    before = tuple(each for each in told[:-1] if each.is_told and is_failed(asked.get((each.version, each.item), item), each))
    if returned is None or (given is not None and given.order > returned.order):
        answered = asked.get((given.version, given.item)) if given else None
        shown, version = (answered, given.version) if answered and given else (item, "")
        return Line(shown, given, is_failed(shown, given), version=version, before=before, is_anew=len(told) > 1)
    return Line(item, given, is_failed=False, returned=returned, before=before)


def is_answered(item: Mapping[str, Any], given: Given | None) -> bool:
    """Whether an answer says what the item asks: a photo where one is asked, a code where a signature is."""
    if given is None:
        return False
    if given.answer in (FAIL, NOT_APPLICABLE):
        return True
    kind = item.get("response")
    if kind in ("photo", "signature"):
        return given.has_photos if kind == "photo" else given.answer == SIGNED
    return any(said is not None for said in (given.answer, given.number, given.choice, given.text, given.time_of_day))


def is_failed(item: Mapping[str, Any], given: Given | None) -> bool:
    """Answered with fail, or with what is not in order for this item."""
    if given is None or given.answer == NOT_APPLICABLE:
        return False
    return given.answer == FAIL or is_wrong(item, Found(given.number, given.expected, given.choice, given.time_of_day))


def windows(schedule: Mapping[str, Any] | None, day: Day) -> list[Window]:
    """The runs that a list has on a day, first first; none on a day of the week that it leaves out."""
    if schedule is None:
        return [Window(day.start, day.end)]
    if day.weekday not in schedule.get("weekdays", range(1, 8)):
        return []
    since, until, late = schedule["from"] * MINUTE, schedule["to"] * MINUTE, schedule["late_allowed"]
    if schedule["of"] != "shift" or not day.shifts:
        begins = day.closes if schedule["of"] == "closing" else day.opens
        return [Window(day.start, day.end, begins + since, begins + until, late)]
    ordered = sorted(day.shifts, key=lambda each: each[1])
    cuts = [day.start, *(begins for _shift, begins in ordered[1:]), day.end]
    return [
        Window(cuts[n], cuts[n + 1], begins + since, begins + until, late, shift, n + 1)
        for n, (shift, begins) in enumerate(ordered)
    ]


def standing(run: Run, window: Window, at: int, *, is_heard_out: bool) -> Standing:
    """How a run stands at an instant. What was begun is accepted by default when its time is over; only nothing is missed.

    `is_heard_out`: whether no tablet of the place can hold anything of it that is not here.
    """
    if run.voided is not None:
        return Standing.VOIDED
    if run.returned:
        return Standing.RETURNED
    is_over = at >= window.until - 1
    if run.submitted_at is not None or run.is_complete or (run.done and is_over):
        return Standing.ACCEPTED if is_over else Standing.DONE
    if window.closes_at is None or window.opens_at is None or at <= window.closes_at:
        return Standing.AHEAD if window.opens_at is not None and at < window.opens_at else Standing.DUE
    if run.done or (window.is_late_allowed and not is_over):
        return Standing.LATE
    return Standing.MISSED if is_heard_out else Standing.UNKNOWN
