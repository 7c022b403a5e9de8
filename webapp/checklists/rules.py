"""How far a check has come; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PASS, FAIL, NOT_APPLICABLE = "pass", "fail", "na"
ANSWERS = (PASS, FAIL, NOT_APPLICABLE)
Order = tuple[int, int, int, int, str, int]


@dataclass(frozen=True)
class Given:
    """An answer given to an item. `number` in thousandths."""

    order: Order
    item: str
    answer: str | None
    number: int | None
    note: str | None
    author_id: str | None

    @property
    def at(self) -> int:
        return self.order[0]

    @property
    def id(self) -> str:
        """The entry that gave it."""
        return self.order[4]


@dataclass(frozen=True)
class Line:
    """An item of a run with the answer that counts, and what it means."""

    item: Mapping[str, Any]
    given: Given | None
    is_failed: bool

    @property
    def is_left(self) -> bool:
        return self.given is None


@dataclass(frozen=True)
class Run:
    """A checklist on its day: its lines in the order of the list."""

    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        return len(self.lines)

    @property
    def done(self) -> int:
        return sum(not line.is_left for line in self.lines)

    @property
    def left(self) -> tuple[Line, ...]:
        """What still has to be answered; an item that is not required is never left."""
        return tuple(line for line in self.lines if line.is_left and line.item["required"])

    @property
    def failed(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.is_failed)

    @property
    def failed_critically(self) -> tuple[Line, ...]:
        """What alerts the supervisor (P2-4.4.6b)."""
        return tuple(line for line in self.failed if line.item["critical"])

    @property
    def is_complete(self) -> bool:
        return not self.left


def run_of(items: Sequence[Mapping[str, Any]], answers: Iterable[Given]) -> Run:
    """The run of a day: of several answers to an item the last by order counts."""
    last: dict[str, Given] = {}
    for given in sorted(answers, key=lambda each: each.order):
        last[given.item] = given
    return Run(tuple(Line(item, last.get(item["id"]), is_failed(item, last.get(item["id"]))) for item in items))


def is_failed(item: Mapping[str, Any], given: Given | None) -> bool:
    """Answered with fail, or a number outside the item's bounds."""
    if given is None:
        return False
    if given.answer == FAIL:
        return True
    if given.number is None:
        return False
    least, most = item.get("min"), item.get("max")
    return (least is not None and given.number < least * 1000) or (most is not None and given.number > most * 1000)
