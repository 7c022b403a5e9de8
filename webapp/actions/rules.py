"""How corrective actions stand, from what happened to them; pure (domain.md 1.4)."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from webapp.content.rules import Found

ORIGINS = CHECK, INSPECTION, HANDOVER, REMARK, RECORD = "check", "inspection", "handover", "remark", "record"
PRIORITIES = NORMAL, URGENT = "normal", "urgent"
VERDICTS = VERIFIED, REOPENED = "verified", "reopened"
CANCELLED, DONE, PLANNED, FOUND_AGAIN, TOLD_MORE = "cancelled", "done", "planned", "found_again", "told_more"
DUE_WITHIN = 24 * 3_600_000
"""How long an action has where nobody has said otherwise, in milliseconds."""
SOON_WITHIN = 2 * 3_600_000
"""How long before it is due it is reminded of."""
DUE_MOST = 366 * 24 * 3_600_000
"""How far ahead anything may be due: what lies further is a slip of a key."""

NOTHING = Found()

Order = tuple[int, int, int, int, str, int]


class Status(StrEnum):
    OPEN = "open"
    DONE = "done"
    VERIFIED = "verified"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Opened:
    """Something was found. Of the same item at the same place it opens nothing new while the first is not settled."""

    order: Order
    origin: str
    subject: str
    place_id: str
    priority: str = NORMAL
    version_id: str | None = None
    item: str | None = None
    title: str | None = None
    assignee_id: str | None = None
    due_at: int | None = None
    author_id: str | None = None
    note: str | None = None
    run: str | None = None
    """Which run of its list it was found in, by the name that its page has for it."""
    found: Found = NOTHING

    @property
    def id(self) -> str:
        return self.order[4]


@dataclass(frozen=True)
class Act:
    """What somebody did with an action. `seen`: the entry that the desk's word is based on."""

    order: Order
    action: str
    what: str
    author_id: str | None
    note: str | None = None
    seen: str | None = None
    assignee_id: str | None = None
    due_at: int | None = None
    priority: str = NORMAL

    @property
    def id(self) -> str:
        return self.order[4]


@dataclass(frozen=True)
class Happened:
    """A line of an action's history. `counts`: false where it came too late, or its author might not; `is_own`: whoever did it
    verified it, as a small team may (本人核驗)."""

    act: Act
    counts: bool
    is_own: bool = False


@dataclass
class Action:
    """A corrective action as far as its facts have come."""

    opened: Opened
    assignee_id: str | None
    due_at: int
    priority: str
    status: Status = Status.OPEN
    is_reopened: bool = False
    history: list[Happened] = field(default_factory=list)
    doers: set[str | None] = field(default_factory=set)
    """Who did it since it was last opened: they cannot verify it."""
    version: str = ""
    """The last entry that counted: what a decision is based on."""
    run: str | None = None
    """The run in which it was last found."""
    known: set[str] = field(default_factory=set)
    """The entries since it was last opened, each of which a decision may have seen."""

    @property
    def id(self) -> str:
        return self.opened.id

    @property
    def at(self) -> int:
        return self.opened.order[0]

    @property
    def is_settled(self) -> bool:
        return self.status in (Status.VERIFIED, Status.CANCELLED)

    @property
    def changed_at(self) -> int:
        """When somebody last said anything of it."""
        return self.history[-1].act.order[0] if self.history else self.at

    @property
    def entries(self) -> list[str]:
        """All entries that it is made of, for their photos."""
        return [self.id, self.opened.subject, *(each.act.id for each in self.history)]

    @property
    def note(self) -> str | None:
        """What was written down of it last by whoever found it."""
        told = [each.act.note for each in self.history if each.act.what in (FOUND_AGAIN, TOLD_MORE) and each.act.note]
        return told[-1] if told else self.opened.note

    def is_overdue(self, now: int) -> bool:
        """Still to be done at its time; at the instant itself it is."""
        return self.status is Status.OPEN and self.due_at <= now

    def may_verify(self, person_id: str | None, *, small: bool = False) -> bool:
        """Whoever put it right does not verify it, but in a small team."""
        return person_id is not None and (small or person_id not in self.doers)


def may_be_due(due_at: int, now: int) -> bool:
    """Whether somebody can have meant that: from now on, within a year."""
    return now <= due_at <= now + DUE_MOST


def actions_of(opened: Iterable[Opened], acts: Iterable[Act], is_small: Callable[[int], bool] = lambda _at: False) -> list[Action]:
    """Every action, in the order in which they were opened; the same from any order of the facts. `is_small`: the team at an
    instant."""
    found: list[Action] = []
    by_id: dict[str, Action] = {}
    of_item: dict[tuple[str, str], Action] = {}
    early: dict[str, list[Act]] = defaultdict(list)
    facts: list[Opened | Act] = [*opened, *acts]
    for fact in sorted(facts, key=lambda each: each.order):
        if isinstance(fact, Act):
            if fact.action in by_id:
                _take(by_id[fact.action], fact, is_small)
            else:
                early[fact.action].append(fact)
            continue
        before = of_item.get((fact.place_id, fact.item)) if fact.item else None
        if before and not before.is_settled:
            by_id[fact.id] = before
            _find_again(before, fact)
        else:
            by_id[fact.id] = _begin(fact)
            found.append(by_id[fact.id])
            if fact.item:
                of_item[fact.place_id, fact.item] = by_id[fact.id]
        for act in early.pop(fact.id, ()):
            _take(by_id[fact.id], act, is_small)
    return found


def alarmed(fact: Opened, manager_id: str | None) -> Opened:
    """What was found at a critical point of a closing check: urgent, due at once, the manager's (P2-4.4.6b)."""
    due_at = fact.order[0] if fact.due_at is None else fact.due_at
    return replace(fact, priority=URGENT, due_at=due_at, assignee_id=fact.assignee_id or manager_id)


def _begin(fact: Opened) -> Action:
    due_at = fact.due_at if fact.due_at is not None else fact.order[0] + DUE_WITHIN
    return Action(fact, fact.assignee_id, due_at, fact.priority, version=fact.id, known={fact.id}, run=fact.run)


def _find_again(action: Action, fact: Opened) -> None:
    """Found wrong again: what counted as done is open again. Said once more in the same run, as with a note, it is found once."""
    is_new = action.status is Status.DONE or fact.run is None or fact.run != action.run
    act = Act(fact.order, action.id, FOUND_AGAIN if is_new else TOLD_MORE, fact.author_id, fact.note)
    action.run = fact.run
    if action.status is Status.DONE:
        _open_again(action, act.id)
    _note(action, act, counts=True)


def _open_again(action: Action, by: str) -> None:
    action.status, action.is_reopened = Status.OPEN, True
    action.doers, action.known = set(), {by}


def _note(action: Action, act: Act, *, counts: bool) -> None:
    is_own = counts and act.what in (VERIFIED, CANCELLED) and act.author_id in action.doers
    action.history.append(Happened(act, counts, is_own))
    if counts:
        action.version = act.id
        action.known.add(act.id)


def _take(action: Action, act: Act, is_small: Callable[[int], bool]) -> None:
    if act.what == DONE:
        _do(action, act)
        return
    counts = _may(action, act, is_small)
    if counts and act.what == PLANNED:
        action.assignee_id, action.priority = act.assignee_id, act.priority
        action.due_at = act.due_at if act.due_at is not None else action.due_at
    elif counts and act.what == REOPENED:
        _open_again(action, act.id)
    elif counts:
        action.status = Status(act.what)
    _note(action, act, counts=counts)


def _do(action: Action, act: Act) -> None:
    """Done by two is done once; both did it, so neither verifies it."""
    is_first = action.status is Status.OPEN
    if not action.is_settled:
        action.doers.add(act.author_id)
        action.known.add(act.id)
        action.status = Status.DONE
    _note(action, act, counts=is_first)


def _may(action: Action, act: Act, is_small: Callable[[int], bool]) -> bool:
    """Whether a word of the desk still stands: what it was based on has not been overtaken, and it is not the doer's own unless the
    team was small then."""
    if act.seen not in action.known or action.is_settled:
        return False
    if act.what in (VERIFIED, CANCELLED) and not action.may_verify(act.author_id, small=is_small(act.order[0])):
        return False
    if act.what == VERIFIED:
        return action.status is Status.DONE
    return act.what != REOPENED or action.status is Status.DONE
