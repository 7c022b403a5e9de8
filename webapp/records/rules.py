"""What a duty record comes to, as pure functions of what was recorded. Covers here are pairs, other amounts thousandths."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from typing import Any

from webapp.duty.rules import DIFFERS
from webapp.shifts.rules import HANDING_OVER
from webapp.tours.rules import MODES, reception

DIGESTS = 10
"""The newest way to take a record's digest. Each has more fields than the one before; what was signed by an old one is compared
by its fields for ever."""
LATE = HANDING_OVER * 60_000
"""Milliseconds. Whoever hands over so long after a shift was to end is late, whoever comes so long before the next one is early."""
SHOWN_AS_SIGNED = 9
"""From this way on a signed record shows no more than it told when it was signed."""
MARK_CHARS = 16
"""So much of a digest stands in the code of a sheet: enough to tell a change, and coarse enough for a creased sheet."""


def added(digest: int, default: Any) -> Any:
    """A field that records have since this digest."""
    return field(default=default, metadata={"since": digest})


def told_by(value: Any, digest: int) -> Any:
    """A value as the digest of that number has it: without the fields that came later."""
    if isinstance(value, tuple):
        return [told_by(each, digest) for each in value]
    if not is_dataclass(value):
        return value
    known = [each.name for each in fields(value) if each.metadata.get("since", 1) <= digest]
    return {name: told_by(getattr(value, name), digest) for name in known}


def as_signed(value: Any, digest: int) -> Any:
    """A value as a record that was signed by the digest of that number shows it: what came later is as if nobody knew it."""
    if isinstance(value, tuple):
        return tuple(as_signed(each, digest) for each in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    known = max(digest, SHOWN_AS_SIGNED - 1)
    told = {each.name: as_signed(getattr(value, each.name), digest) for each in fields(value)}
    later = {each.name: each.default for each in fields(value) if each.metadata.get("since", 1) > known}
    return replace(value, **told | later)


@dataclass(frozen=True)
class Window:
    """The part of a day that one shift answers for. `shift`: its id, None where the site has no shifts."""

    shift: str | None
    code: str
    start: int
    end: int


@dataclass(frozen=True)
class Stood:
    """A person at the post within the window; `until` None = still there."""

    person: str
    since: int
    until: int | None


@dataclass(frozen=True)
class Readied:
    """When a person who stood there said that the readiness check held for them; `at` None: they did not."""

    person: str
    at: int | None


@dataclass(frozen=True)
class Point:
    """An item of a check. `answer`: pass, fail, na, signed, '' = none of them; `number` and what was `expected` in thousandths;
    `said`: the key of a choice, a text or a time; `version`: to which of the list it was given, '' where that of the list; `due`:
    how many should have lain there of what the number counts, in thousandths too, None where nobody had counted it before."""

    item: str
    answer: str = ""
    number: int | None = None
    at: int | None = None
    note: str = ""
    by: str | None = None
    required: bool = True
    failed: bool = False
    expected: int | None = added(4, None)
    said: str = added(4, "")
    version: str = added(7, "")
    before: tuple["Point", ...] = added(9, ())
    """What was found not in order and told of before this answer."""
    due: int | None = added(10, None)

    @property
    def variance(self) -> int:
        """How much more was counted than should have lain there."""
        return 0 if self.number is None or self.due is None else self.number - self.due


@dataclass(frozen=True)
class List:
    """A check of the post as it stood at the end of the window."""

    version: str
    purpose: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Visit:
    """A party that came in the window. `left_at` None = not seen off within it; `mode`: how it was received, None = not told;
    `is_led`: stops of the tour were told it from the prompter."""

    id: str
    at: int
    guests: int
    covers: int
    left_at: int | None = None
    by: str | None = None
    mode: str | None = added(2, None)
    is_led: bool = added(9, False)

    @property
    def reception(self) -> str | None:
        return reception(self.mode, is_led=self.is_led)


@dataclass(frozen=True)
class Hour:
    """What came within one local hour; the last three are parties by how they were received."""

    hour: int
    parties: int
    guests: int
    covers: int
    accompanied: int = 0
    guided: int = 0
    self_guided: int = 0


@dataclass(frozen=True)
class Stock:
    """An item in one state: what it was, what came and went, what was counted. `due`: what should lie there at the end;
    `expected_then`: what should have lain there when it was counted."""

    item: str
    state: str
    opening: int
    drawn: int
    used: int
    written_off: int
    returned: int
    due: int
    counted: int | None = None
    expected_then: int | None = None

    @property
    def variance(self) -> int | None:
        """What was counted more than there should have been at that moment; None where nobody counted."""
        return None if self.counted is None or self.expected_then is None else self.counted - self.expected_then


@dataclass(frozen=True)
class Event:
    """A line of the log. `kind`: a movement of stock, a post taken or left, a category of remark, or what happened to an asset."""

    at: int
    kind: str
    by: str | None
    text: str = ""
    item: str | None = None
    quantity: int = 0
    asset: str | None = added(6, None)


@dataclass(frozen=True)
class Thing:
    """A key, a radio, whatever somebody answers for: where it is (back, out, lost), who holds it or lent it, how it is; `loss`:
    what was said when it was lost."""

    asset: str
    where: str
    holders: tuple[str | None, ...] = ()
    is_damaged: bool = False
    note: str = ""
    is_lent: bool = added(6, False)
    loss: str = added(6, "")

    @property
    def is_there(self) -> bool:
        return self.where != "lost" and not self.is_lent


@dataclass(frozen=True)
class Gone:
    """A line of a handover that was gone through. `found` in thousandths."""

    kind: str
    asset: str | None
    item: str | None
    state: str | None
    said: str | None
    found: int | None
    note: str

    @property
    def is_there(self) -> bool | None:
        """Whether both found a thing where it was due; what they knew to be lost or lent was not. None: they found it otherwise."""
        return self.state not in ("lost", "lent") if self.said == "agrees" else None

    @property
    def differs(self) -> bool:
        return self.said == DIFFERS


@dataclass(frozen=True)
class Lay:
    """Covers in one state at a handover: what should have been there by what was recorded until then, and what was counted, or said
    of those that guests wore. `due` and `found` in thousandths."""

    item: str
    state: str
    due: int
    found: int | None = None
    said: str = ""
    note: str = ""

    @property
    def variance(self) -> int:
        return 0 if self.found is None else self.found - self.due


@dataclass(frozen=True)
class Also:
    """One more answer to a handover that was answered already: both stand."""

    at: int
    by: str | None
    result: str
    exceptions: str


@dataclass(frozen=True)
class Handed:
    """The handover of the window: who offered, who answered, with what result; or where the keys are for the night (`kept`), and
    who has them; or why nobody came (`absent`). `things` and `covers`: as they were when it was answered, else offered."""

    at: int
    by: str | None
    note: str
    answered_at: int | None = None
    answered_by: str | None = None
    result: str = ""
    exceptions: str = ""
    kept: str = added(3, "")
    custodian: str = added(3, "")
    absent: str = added(3, "")
    lines: tuple[Gone, ...] = added(3, ())
    things: tuple[Thing, ...] = added(6, ())
    covers: tuple[Lay, ...] = added(6, ())
    others: tuple[Also, ...] = added(8, ())

    @property
    def ended_at(self) -> int | None:
        """When the post was locked up, left to nobody or taken over; None while it is only offered."""
        return self.at if self.kept or self.absent else self.answered_at

    @property
    def successor(self) -> str | None:
        """Who took the post over; whoever opens what was locked up takes over from nobody."""
        return None if self.kept or self.absent else self.answered_by

    @property
    def gone_through(self) -> Mapping[str, Gone]:
        """What was said of each thing."""
        return {line.asset: line for line in self.lines if line.asset}


@dataclass(frozen=True)
class Pending:
    """A corrective action that was not settled at the end of the window. Of a check it has the item, else words of its own."""

    id: str
    due_at: int
    is_done: bool
    version: str | None = None
    item: str | None = None
    title: str | None = None
    note: str = added(9, "")


@dataclass(frozen=True)
class Account:
    """All that one duty record says, in ids, instants and amounts. What it is shown in depends on nobody's language."""

    post: str
    day: str
    window: Window
    stood: tuple[Stood, ...] = ()
    ready: bool | None = None
    lists: tuple[List, ...] = ()
    visits: tuple[Visit, ...] = ()
    stocks: tuple[Stock, ...] = ()
    log: tuple[Event, ...] = ()
    remarks: tuple[Event, ...] = ()
    handed: tuple[Handed, ...] = ()
    things: tuple[Thing, ...] = added(3, ())
    pending: tuple[Pending, ...] = added(5, ())
    readied: tuple[Readied, ...] = added(6, ())
    happened: tuple[Event, ...] = added(6, ())

    @property
    def passed_on(self) -> Handed | None:
        """The last handover that was answered, or locked up for the night."""
        return next((each for each in reversed(self.handed) if each.answered_at is not None or each.kept), None)

    @property
    def people(self) -> set[str | None]:
        """Who was on the post in that shift, or signed for handing it over or taking it over."""
        return {each.person for each in self.stood} | {person for each in self.handed for person in (each.by, each.answered_by)}

    @property
    def ended(self) -> Handed | None:
        """The handover with which the shift ended: the last one that is no mere offer."""
        return next((each for each in reversed(self.handed) if each.ended_at is not None), None)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything in it: whoever signs names this."""
        return self.digest_by(DIGESTS)

    def digest_by(self, number: int) -> str:
        """As `digest`, of the fields that records had then."""
        text = json.dumps(told_by(self, number), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def is_what(self, digest: str, number: int | None = None) -> bool:
        """Whether it still says what a digest, or the beginning of one, was taken of. `number` None: by which way is not known."""
        return any(self.digest_by(each).startswith(digest) for each in ([number] if number else range(DIGESTS, 0, -1)))

    @property
    def covers(self) -> int:
        return sum(visit.covers for visit in self.visits)

    @property
    def guests(self) -> int:
        return sum(visit.guests for visit in self.visits)


@dataclass(frozen=True)
class Mark:
    """What the code of a printed sheet says: how its record's digest began, and when it was printed, to the second."""

    digest: str
    printed_at: int

    def __str__(self) -> str:
        return f"{self.digest[:MARK_CHARS]}-{self.printed_at // 1000:x}"


def mark_of(text: str) -> Mark | None:
    """What somebody's telephone read; None where it is no mark."""
    found = _MARK.fullmatch(text)
    return Mark(found[1], int(found[2], 16) * 1000) if found else None


_MARK = re.compile(rf"([0-9a-f]{{{MARK_CHARS}}})-([0-9a-f]{{8}})", re.ASCII)


def windows(shifts: Sequence[tuple[str, str, int, int]], start: int, end: int) -> list[Window]:
    """The day cut by its shifts (id, code, begins, ends), so that every instant of it belongs to exactly one of them.

    The first begins with the day and the last ends with it; between them the later one begins where it says.
    """
    ordered = sorted(shifts, key=lambda each: each[2])
    if not ordered:
        return [Window(None, "day", start, end)]
    begins = [start, *(each[2] for each in ordered[1:])]
    return [Window(each[0], each[1], begins[n], begins[n + 1] if n + 1 < len(ordered) else end) for n, each in enumerate(ordered)]


def of_shift(stood: Iterable[Stood], window: Window, now: int, late: int) -> list[Stood]:
    """Who stood there for a shift, the one who stood longest first. Whoever crosses the line to the next shift by no more than
    `late` stood there for this one, whoever came no longer before it for the next; any other is cut there."""
    found = []
    for each in stood:
        begun = each.since >= window.start or _side(each, window.start, now, late) != BEFORE
        until = now if each.until is None else each.until
        goes_on = _side(each, window.end, now, late) if until > window.end else BEFORE
        if begun and each.since < window.end and until > window.start and goes_on != AFTER:
            is_cut = each.since < window.start and _side(each, window.start, now, late) == BOTH
            since = window.start if is_cut else each.since
            found.append(Stood(each.person, since, window.end if goes_on == BOTH else each.until))
    return sorted(found, key=lambda each: (-((each.until or window.end) - each.since), each.since))


def is_handed_in(at: int, since: int | None, window: Window, late: int) -> bool:
    """Whether a handover offered at an instant ends this shift: that of the window, or the one before, where whoever hands over had
    stood there for that. `since`: from when on they had; None where they had not."""
    line = window.end if at >= window.end else window.start
    is_of_before = since is not None and _side(Stood("", since, at), line, at, late) == BEFORE
    return is_of_before if at >= window.end else at >= window.start and not is_of_before


BEFORE, BOTH, AFTER = "before", "both", "after"


def _side(each: Stood, line: int, now: int, late: int) -> str:
    """For which of two shifts somebody stood there who crosses the line between them. Of a short time on both sides the longer
    counts, but for who is there still: they came for the later one."""
    head, tail = line - each.since, (now if each.until is None else each.until) - line
    if tail <= late and (head >= late or (each.until is not None and tail <= head)):
        return BEFORE
    return AFTER if head < late else BOTH


def on_duty(of: Account, at: int, *, is_last: bool) -> tuple[tuple[Stood, ...], tuple[Stood, ...]]:
    """Who was on duty in a shift, each from when they came until they went, and the times of those who relieved them (F1, 值班人員
    and 頂崗).

    On duty is who has stood there longest as of `at`, all their times together; also whoever handed the post over to them by
    signature, or took it over from them for good. Whoever was still there from the shift before, or stays for the next one, is on
    duty in that one; after the last of a day there is none.
    """
    first = _longest(of.stood, min(at, of.window.end))
    if first is None:
        return (), ()
    ordered = sorted(of.stood, key=lambda each: each.since)
    others = [each for each in ordered if each.person != first.person]
    linked = [each for each in others if _passed_on(of, each, first)]
    there = [each for each in linked if each.since != of.window.start and (each.until is not None or is_last)]
    rest = [each for each in others if each not in linked and (each.until is not None or is_last or at < of.window.end)]
    return tuple(sorted([first, *there], key=lambda each: each.since)), tuple(rest)


def _longest(stood: Sequence[Stood], so_far: int) -> Stood | None:
    """Who has stood there longest, as of an instant; of two the one who came first."""
    lasted: dict[str, int] = {}
    for each in stood:
        lasted[each.person] = lasted.get(each.person, 0) + (each.until or so_far) - each.since
    found = max(lasted, key=lambda each: (lasted[each], -_own(stood, each).since), default=None)
    return _own(stood, found) if found else None


def _own(stood: Sequence[Stood], person: str) -> Stood:
    """From when somebody first came until they went for good."""
    own = sorted((each for each in stood if each.person == person), key=lambda each: each.since)
    return Stood(person, own[0].since, own[-1].until)


def _passed_on(of: Account, each: Stood, first: Stood) -> bool:
    """Whether who stood there handed the post over by signature before somebody came, or took it over once they had come for the
    last time."""
    came = max(stood.since for stood in of.stood if stood.person == first.person)
    gave = each.since < first.since and any(given.by == each.person for given in of.handed if given.successor is not None)
    took = [given.answered_at or 0 for given in of.handed if given.successor == each.person]
    return gave or any(at > came and (each.until is None or each.until > at) for at in took)


def staying(of: Account, at: int, *, is_last: bool, late: int) -> tuple[str, ...]:
    """Who keeps a shift at a post from being over: whoever stands there still, but for those who took over for the next one."""
    if at >= of.window.end + (0 if is_last else late):
        return ()
    came = () if is_last else {each.successor for each in of.handed}
    return tuple(each.person for each in of.stood if each.until is None and each.person not in came)


def is_over(of: Account, at: int, ends: int, *, is_last: bool, late: int) -> bool:
    """Whether a shift is over at a post: nobody of it is there any more, and it was handed over, locked up, left to nobody, or was
    to end by then. `ends`: when it was to."""
    return not staying(of, at, is_last=is_last, late=late) and (of.ended is not None or at >= ends)


def by_hour(visits: Iterable[Visit], hour_of: Callable[[int], int], opens: int, closes: int) -> list[Hour]:
    """Parties, guests and pairs of each hour from opening to closing, and of hours outside in which somebody came."""
    found: dict[int, list[Visit]] = {hour: [] for hour in range(opens, closes)}
    for visit in visits:
        found.setdefault(hour_of(visit.at), []).append(visit)
    return [
        Hour(
            hour,
            len(some),
            sum(each.guests for each in some),
            sum(each.covers for each in some),
            *(sum(each.reception == mode for each in some) for mode in MODES),
        )
        for hour, some in sorted(found.items())
    ]


def left_open(account: Account) -> list[tuple[str, Point]]:
    """The points of checks (version, point) that are not in order, or that nobody has answered though they must be."""
    return [
        (check.version, point)
        for check in account.lists
        for point in check.points
        if point.failed or (point.required and point.at is None)
    ]


def sums(hours: Iterable[Hour]) -> Mapping[str, int]:
    known = list(hours)
    return {name: sum(getattr(hour, name) for hour in known) for name in ("parties", "guests", "covers", *MODES)}
