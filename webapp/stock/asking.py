"""What was asked for, what the desk answered and what arrived (P2-4.1.5a)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select

from webapp.base.database import db
from webapp.operations.models import Fact
from webapp.stock.models import Confirmation, Issue, Request, Reversal, Settlement, Way
from webapp.stock.rules import SELF_DRAW, request_status

R = TypeVar("R", Issue, Confirmation, Settlement)
F = TypeVar("F", bound=Fact)


@dataclass(frozen=True)
class Answered:
    """What a desk said to a request; `quantity` 0 is a refusal."""

    id: str
    at: int
    by: str | None
    quantity: int
    reason: str | None


@dataclass(frozen=True)
class Asked:
    """A request and what has become of it. `answers`: how often the desk has answered. The first answer counts; `later` are
    those that moved nothing. `settled`: so much of the difference between what was issued and what arrived is."""

    id: str
    at: int
    author_id: str | None
    item_id: str
    place_id: str
    quantity: int
    note: str | None
    issued: int
    received: int | None
    answers: int
    reason: str | None
    later: tuple[Answered, ...] = ()
    answer: str | None = None
    """The answer that counts."""
    settled: int = 0

    @property
    def status(self) -> str:
        return request_status(self.issued if self.answers else None, self.received, self.settled)

    @property
    def missing(self) -> int:
        """How many fewer arrived than were issued, as far as that is not settled; below zero how many more."""
        return self.issued - (self.received or 0) - self.settled

    @property
    def is_open(self) -> bool:
        """Somebody has to answer it, or to confirm that it came."""
        return self.status in {"requested", "issued"}


CLOCKS_APART = 24 * 3_600_000
"""By how much an answer may seem to come before what it answers, in milliseconds."""


def requests(project_id: str, since: int, at: int, place_id: str | None = None) -> list[Asked]:
    """What was asked for since then, newest first, with what the desk answered and what arrived."""
    answers = _by_request(Issue, project_id, at, since - CLOCKS_APART)
    arrived = _by_request(Confirmation, project_id, at, since - CLOCKS_APART)
    settled = _by_request(Settlement, project_id, at, since - CLOCKS_APART)
    return [
        Asked(
            row.operation_id, row.effective_at, row.author_id, row.item_id, row.place_id, row.quantity, row.note,
            sum(each.quantity for each in answers[row.operation_id][:1]),
            sum(each.quantity for each in arrived[row.operation_id]) if row.operation_id in arrived else None,
            len(answers[row.operation_id]), next((each.reason for each in answers[row.operation_id][:1]), None),
            tuple(_answered(each) for each in answers[row.operation_id][1:]),
            next((each.operation_id for each in answers[row.operation_id][:1]), None),
            sum(each.quantity for each in settled[row.operation_id]),
        )
        for row in reversed(facts_of(Request, project_id, at, since))
        if place_id in (None, row.place_id)
    ]  # fmt: skip


def _answered(row: Issue) -> Answered:
    return Answered(row.operation_id, row.effective_at, row.author_id, row.quantity, row.reason)


def _by_request(model: type[R], project_id: str, at: int, since: int) -> defaultdict[str, list[R]]:
    found: defaultdict[str, list[R]] = defaultdict(list)
    for row in facts_of(model, project_id, at, since):
        found[row.request].append(row)
    return found


def facts_of(model: type[F], project_id: str, at: int, since: int = 0) -> Sequence[F]:
    """The facts of a kind from `since` on that nothing has undone, in the tie order."""
    span = (model.effective_at >= since, model.effective_at <= at)
    wanted = select(model).where(model.project_id == project_id, *span, Reversal.spares(model, at, ~Reversal.of_party))
    return db.session.scalars(wanted.order_by(*model.order())).all()


def ways(project_id: str, at: int) -> Mapping[str, str]:
    """How things are got hold of, by category; by self-draw where nothing was set."""
    wanted = select(Way).where(Way.project_id == project_id, Way.effective_at <= at).order_by(*Way.order())
    return defaultdict(lambda: SELF_DRAW, {row.category: row.way for row in db.session.scalars(wanted)})
