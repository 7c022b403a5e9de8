"""What has become of a party, and what a day came to; pure. Covers here are pairs."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from webapp.content.rules import fill

ENDS_WITHIN = 60 * 60_000
"""A party of which nothing more is heard is gone after this (domain section 0.5)."""

GUIDED = "guided"
MODES = ("accompanied", GUIDED, "self_guided")
ANSWERS = ("yes", "no")
TAGS = ("price", "layout", "materials", "surroundings", "school", "handover", "property", "other")
"""What a question of a guest was about."""
DOOR, FAREWELL = "door", "farewell"
"""Stops that no script has: what is said before the tour and after it are the greetings."""
GUESTS_MOST, COVERS_MOST = 300, 600
"""Guests of one party, who may be some coaches of them, and pairs of shoe covers for it: more is a slip of a key."""
LARGE_FROM = 6
"""So many guests and more are a large party, which is asked to wait for the shoe covers (P2-4.4.3b)."""
HAN_WITHIN, LETTER_WITHIN = 1000 // 7, 1000 // 20
"""What brisk speech takes, in milliseconds: a Han character, and a letter or figure of another script."""
Words = Mapping[str, str]
Order = tuple[int, int, int, int, str, int]


class Status(StrEnum):
    INSIDE = "inside"
    SEEN_OFF = "seen_off"
    ENDED_SILENTLY = "ended_silently"


@dataclass(frozen=True)
class Party:
    """A party by its arrival, and the first time that it was seen off."""

    id: str
    order: Order
    flat_id: str
    place_id: str
    item_id: str | None
    guests: int
    covers: int
    author_id: str | None
    seen_off: Order | None = None

    @property
    def arrived_at(self) -> int:
        return self.order[0]

    @property
    def its_covers(self) -> dict[str, str | int | None]:
        """The pairs that go with it, as a tablet's own figures want them said."""
        return {"place": self.place_id, "item": self.item_id, "covers": self.covers}


@dataclass(frozen=True)
class Figures:
    """What a stretch of time came to. `by_hour`: guests by local hour."""

    parties: int
    guests: int
    covers: int
    inside: int
    ended_silently: int
    by_hour: Mapping[int, int]


def status(party: Party, at: int) -> Status:
    """What has become of a party at an instant (P2-4.4.3f)."""
    if party.seen_off and party.seen_off[0] <= at:
        return Status.SEEN_OFF
    return Status.ENDED_SILENTLY if at >= party.arrived_at + ENDS_WITHIN else Status.INSIDE


def left(seen_off: Iterable[Order], stayed: Iterable[Order]) -> Order | None:
    """When a party was seen off for good: the first time after the last word that it is still here."""
    last = max(stayed, default=None)
    return min((each for each in seen_off if last is None or each > last), default=None)


def gone_at(party: Party) -> int:
    """The instant its guests count as gone and its covers as soiled: seen off, or 60 minutes after it came."""
    return gone(party)[0]


def gone(party: Party) -> Order:
    """The place of that instant in the tie order, so that it can be told before or after a count."""
    silent = (party.arrived_at + ENDS_WITHIN, *party.order[1:])
    if party.seen_off is None:
        return silent
    return min(silent, max(party.seen_off, party.order))


def in_use(parties: Iterable[Party], at: int) -> int:
    """Pairs on the feet of guests at an instant."""
    return sum(party.covers for party in parties if party.arrived_at <= at < gone_at(party))


def soiled_since(parties: Iterable[Party], counted: Order | None, at: int) -> int:
    """Pairs that came into the basket after it was last counted."""
    return sum(party.covers for party in parties if gone_at(party) <= at and (counted is None or gone(party) > counted))


def figures(parties: Iterable[Party], at: int, hour_of: Callable[[int], int]) -> Figures:
    """Parties, guests, pairs, who is still inside, and guests by hour."""
    known = list(parties)
    states = Counter(status(party, at) for party in known)
    by_hour: Counter[int] = Counter()
    for party in known:
        by_hour[hour_of(party.arrived_at)] += party.guests
    return Figures(
        parties=len(known), guests=sum(party.guests for party in known), covers=sum(party.covers for party in known),
        inside=states[Status.INSIDE], ended_silently=states[Status.ENDED_SILENTLY], by_hour=dict(sorted(by_hour.items())),
    )  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One breath of the tour. `key`: hall.2; `cue`: what to do meanwhile; `also`: what may be said instead, each from when until
    when of the day; `many`: what is said in its place to a large party."""

    key: str
    words: Words
    cue: Words | None = None
    also: tuple[tuple[str, str, Words], ...] = ()
    many: "Line | None" = None


@dataclass(frozen=True)
class Stop:
    """A stop of the tour. `title` None: named by its key. `needs`: whom `care` is for; `alone`: also for who looks round alone."""

    key: str
    lines: tuple[Line, ...]
    title: Words | None = None
    alone: bool = True
    needs: tuple[str, ...] = ()
    care: Words | None = None
    question: Words | None = None
    answer: Words | None = None


def stops_of(body: Mapping[str, Any], figures: Mapping[str, str], changes: Mapping[str, Any] | None = None) -> list[Stop]:
    """The stops of a script in one flat: figures filled in, without what it has not, under its names, and what it has besides."""
    changed = changes or {}
    without, renamed, added = changed.get("without", ()), changed.get("renamed", {}), changed.get("added", ())
    known = {each["key"] for each in body["stops"]}
    told = [*body["stops"], *(each for each in added if each["key"] not in known)]
    return [_stop(each, figures, renamed.get(each["key"])) for each in told if each["key"] not in without]


def setting_in_force(settings: Iterable[tuple[int, Order, Mapping[str, Any]]]) -> tuple[int, Mapping[str, Any] | None]:
    """How often the rooms of a flat were set, and the last that counts: whoever set them by what had moved has not set them."""
    count, found = 0, None
    for seen, _order, rooms in sorted(settings, key=lambda each: each[:2]):
        if seen == count:
            count, found = count + 1, rooms
    return count, found


def _stop(told: Mapping[str, Any], figures: Mapping[str, str], title: Words | None) -> Stop:
    care = told.get("care") or {}
    return Stop(
        key=told["key"],
        lines=tuple(Line(line_key(told["key"], n), filled(line, figures)) for n, line in enumerate(told["lines"], 1)),
        title=title or told["title"],
        alone=bool(told.get("alone")),
        needs=tuple(care.get("flags", ())),
        care=filled(care["text"], figures) if care else None,
        question=filled(told["question"], figures) if "question" in told else None,
        answer=filled(told["answer"], figures) if "answer" in told else None,
    )


def tap(part: Iterable[int], width: int) -> tuple[int, int, int, int]:
    """Where a room of a plan this wide is tapped: itself, and where it is small as much around it as a finger needs."""
    x, y, w, h = part
    least = -(-width // 6)
    wide, high = max(w, least), max(h, least)
    return x - (wide - w) // 2, y - (high - h) // 2, wide, high


def line_key(stop: str, number: int) -> str:
    return f"{stop}.{number}"


def stop_key(line: str) -> str:
    """The stop to which a line belongs; a line without a number is its stop."""
    return line.rpartition(".")[0] or line


def filled(words: Words, figures: Mapping[str, str]) -> Words:
    return {tag: fill(text, figures) for tag, text in words.items()}


@dataclass(frozen=True)
class Asked:
    """A question of a guest."""

    id: str
    at: int
    tag: str
    text: str | None
    author_id: str | None


@dataclass(frozen=True)
class Account:
    """What was told of how a party was received. `is_led`: stops were told it from the prompter; `stops` in the order in which they
    were first come to."""

    mode: str | None = None
    is_led: bool = False
    needs: tuple[str, ...] = ()
    language: str | None = None
    stops: tuple[str, ...] = ()
    questions: tuple[Asked, ...] = ()

    @property
    def reception(self) -> str | None:
        return reception(self.mode, is_led=self.is_led)


def reception(mode: str | None, *, is_led: bool) -> str | None:
    """How a party was received: as somebody said, else guided where it was led from stop to stop (P2-4.4.3d); None: not told."""
    return mode or (GUIDED if is_led else None)


def stops_seen(lines: Iterable[tuple[Order, str]]) -> tuple[str, ...]:
    """The stops of a tour in the order in which they were first come to; what is said at the door is none."""
    seen = dict.fromkeys(stop_key(line) for _order, line in sorted(lines))
    return tuple(stop for stop in seen if stop not in (DOOR, FAREWELL))


CARED = "any"
"""A need of which nothing is kept any more but that there was one (guideline N10)."""
KEPT_WITHIN = 30 * 86_400_000


@dataclass(frozen=True)
class Cared:
    """What was told of a need of a party: its place in the order, and who told it."""

    order: Order
    party: str
    need: str
    answer: str
    by: str | None = None


def reduced(told: Iterable[Cared], at: int) -> list[Cared]:
    """The same without what nobody may know 30 days later: of each party only whether anybody ever wanted care (N10).

    Ever, and not at last: then it is the same whichever entry came late, and however often it was reduced before.
    """
    fresh: list[Cared] = []
    old: dict[str, Cared] = {}
    for each in sorted(told, key=lambda each: each.order):
        if each.order[0] > at - KEPT_WITHIN and each.need != CARED:
            fresh.append(each)
            continue
        first = old.get(each.party, each)
        answer = "yes" if "yes" in (first.answer, each.answer) else "no"
        old[each.party] = Cared(first.order, first.party, CARED, answer, first.by)
    return sorted([*fresh, *old.values()], key=lambda each: each.order)


def takes(words: Words) -> int:
    """The least that saying a line can take, in milliseconds, in the language in which it is the shortest (P2-4.4.1b)."""
    return min((sum(map(_takes, text)) for text in words.values() if text), default=0)


def _takes(character: str) -> int:
    if "\u3400" <= character <= "\u9fff":
        return HAN_WITHIN
    return LETTER_WITHIN if character.isalnum() else 0


def recited(told: Iterable[tuple[Order, str, bool]], least: Mapping[str, int], at: int) -> dict[str, int]:
    """When each line of a rehearsal had first stood as long as saying it takes at `least` (P2-4.4.1b). A line stands from its tap
    until the next, or `at`; the third of `told`: whether the tap was of whoever rehearses, for others' do not count."""
    taps = sorted(told)
    found: dict[str, int] = {}
    for (order, line, is_own), until in zip(taps, [*(each[0][0] for each in taps[1:]), at], strict=True):
        if is_own and line in least and until >= order[0] + least[line]:
            found.setdefault(line, order[0] + least[line])
    return found


def certified_at(wanted: Iterable[str], said: Mapping[str, int]) -> int | None:
    """When the last line of a whole script had been said, of when each had first been. None while one is left."""
    lines = set(wanted)
    return max(said[line] for line in lines) if lines and lines <= set(said) else None
