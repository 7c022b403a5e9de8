"""What came in after an entry, and from which instant on it may change what was told."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select

from webapp.base import clock, ids
from webapp.base.database import db
from webapp.operations import registry
from webapp.operations.knowing import Known
from webapp.operations.models import Receipt, Update
from webapp.operations.rules import APPLIED

NOBODY = "00000000-0000-0000-0000-000000000000"


def at_instant(at: int) -> Known:
    """Whatever came in before an instant was known at it."""
    return Known(at, 0, 0, 0, NOBODY)


@dataclass(frozen=True)
class Came:
    """An entry that came in. `at`: when it happened; `is_correction`: it takes something back or gives it back; `corrected`: which
    entry; `since`: the instant from which on it changes what is told, that of the entry where it corrects one."""

    id: str
    operation: str
    at: int
    known: Known
    author_id: str | None
    tablet_id: str | None
    since: int
    is_correction: bool = False
    corrected: str | None = None

    @property
    def family(self) -> str:
        return self.operation.partition(".")[0]


def came_after(project_id: str, by: Known, until: int, zone: str) -> list[Came]:
    """What is known since that entry of what happened by an instant, and what was corrected of it whenever; as it came in."""
    again = _taken_again(project_id, by)
    wanted = select(Receipt).where(
        Receipt.project_id == project_id, Receipt.outcome == APPLIED, Receipt.flags.not_like("%superseded"),
        or_(Receipt.received_at >= by.received_at, Receipt.id.in_(again)),
        or_(Receipt.effective_at <= until, Receipt.operation.in_(_correcting())),
    )  # fmt: skip
    rows = [(again.get(row.id, row.known), row) for row in db.session.scalars(wanted)]
    late = sorted(((known, row) for known, row in rows if known > by), key=lambda each: each[0])
    targets = {row.id: _corrected(row) for _known, row in late}
    happened = _happened(project_id, targets.values())
    found = [_came(row, known, targets[row.id], happened, zone) for known, row in late]
    return [each for each in found if each.since <= until]


def _correcting() -> list[str]:
    return [each.name for each in registry.every() if each.corrects]


def _taken_again(project_id: str, by: Known) -> dict[str, Known]:
    """What was held when it came, and taken since."""
    wanted = select(Update).where(Update.project_id == project_id, Update.made_at > by.received_at, Update.outcome == APPLIED)
    return {row.receipt_id: at_instant(row.made_at) for row in db.session.scalars(wanted)}


def _corrected(row: Receipt) -> str | None:
    """The entry, or the day, that an entry takes back or gives back."""
    operation = registry.find(row.operation)
    named = json.loads(row.raw).get(operation.corrects) if operation and operation.corrects else None
    return str(named[0] if isinstance(named, list) else named) if named else None


def _happened(project_id: str, targets: Iterable[str | None]) -> Mapping[str, int]:
    wanted = {each for each in targets if each and ids.is_id(each)}
    rows = db.session.execute(
        select(Receipt.id, Receipt.effective_at).where(Receipt.project_id == project_id, Receipt.id.in_(wanted))
    )
    return {row.id: row.effective_at for row in rows}


def _came(row: Receipt, known: Known, target: str | None, happened: Mapping[str, int], zone: str) -> Came:
    since, corrected = row.effective_at, target if target and ids.is_id(target) else None
    if corrected:
        since = min(since, happened.get(corrected, since))
    elif target:
        since = min(since, _begins(target, zone) or since)
    return Came(row.id, row.operation, row.effective_at, known, row.author_id, row.tablet_id, since, bool(target), corrected)


def _begins(day: str, zone: str) -> int | None:
    try:
        return clock.day_bounds(clock.day_named(day[:10]), zone)[0]
    except ValueError:
        return None
