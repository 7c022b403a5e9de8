"""Repairs: a new entry that names the refused one it mends stands in its place: its author, its time, its number, its id.

So a party that is mended is still the party that others saw off. Where the repair says when it really was (補記), that is its time,
within the bounds that the first had at its capture. Of several repairs of one entry the least (effective time, id) counts; a repair
of a repair mends what that one meant to.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from webapp.base.database import Base
from webapp.operations.models import Fact
from webapp.operations.rules import APPLIED, HELD, REFUSED, captured_at, may_be_dated
from webapp.operations.work import Taken, Work, receipts

LONGEST_CHAIN = 20


def mend(work: Work, taken: Taken, batch: Iterable[Taken] = ()) -> None:
    """Put a repair in the place of what it mends; once all that it may mend has its outcome, before it is applied."""
    if taken.entry.repairs is None or taken.outcome != APPLIED:
        return
    here = {other.entry.id: other for other in batch}
    original = _find(work, taken.entry.repairs, here)
    if original is not None and original["outcome"] == REFUSED:
        original = _root(work, original, here)
    if original is None or original["outcome"] == HELD:
        taken.hold("unknown_reference")
    elif original["outcome"] != REFUSED:
        taken.refuse(**{"": "not_refused"})
    else:
        _stand_for(taken, original, work.when(taken))


def _stand_for(taken: Taken, original: dict[str, Any], when: int | None) -> None:
    """Give a repair the author, the place and the time of what it mends; the time that it says itself where it says one."""
    captured = captured_at(original["happened_at"], original["effective_at"], original["flags"].split())
    if when is not None and not may_be_dated(when, captured) and taken.operation and taken.operation.when:
        taken.refuse(**{taken.operation.when: "when"})
        return
    taken.detail["mended_by"] = taken.entry.author
    taken.author, taken.effective_at = original["author_id"], original["effective_at"]
    taken.mends = original["id"]
    taken.place = (original["tablet_no"], original["epoch"] or 0, original["seq"] or 0)
    if when is not None:
        taken.effective_at = when
        taken.flags.append("back_dated")


def _root(work: Work, original: dict[str, Any], here: dict[str, Taken]) -> dict[str, Any] | None:
    """What a refused repair was itself to mend, and so on to the first."""
    for _step in range(LONGEST_CHAIN):
        if original["repairs"] is None:
            return original
        further = _find(work, original["repairs"], here)
        if further is None or further["outcome"] != REFUSED:
            return further
        original = further
    return None


def _find(work: Work, mended: str, here: dict[str, Taken]) -> dict[str, Any] | None:
    """The entry to be mended, locked where it is stored: two tablets may mend the same one at once."""
    names = ("id", "outcome", "author_id", "happened_at", "effective_at", "flags", "tablet_no", "epoch", "seq", "repairs")
    where = (receipts.c.project_id == work.project_id) & (receipts.c.id == mended)
    row = work.connection.execute(sa.select(*(receipts.c[name] for name in names)).where(where).with_for_update()).first()
    if row is not None:
        return row._asdict()
    return _as_row(here[mended]) if mended in here else None


def _as_row(taken: Taken) -> dict[str, Any]:
    return {
        "id": taken.entry.id,
        "outcome": taken.outcome,
        "author_id": taken.author,
        "happened_at": taken.entry.happened_at,
        "effective_at": taken.effective_at,
        "flags": " ".join(taken.flags),
        "tablet_no": taken.place[0],
        "epoch": taken.place[1],
        "seq": taken.place[2],
        "repairs": taken.entry.repairs,
    }


def supersede(work: Work, everything: Sequence[Taken]) -> None:
    """Let only the least of several repairs count; the facts of the others go, their receipts stay. Before rows are inserted."""
    repairs = [taken for taken in everything if taken.mends and taken.outcome == APPLIED]
    for taken in repairs:
        rivals = [(other.effective_at, other.entry.id) for other in repairs if other.mends == taken.mends]
        stored = _applied_repairs(work, str(taken.mends))
        if min([*stored, *rivals]) != (taken.effective_at, taken.entry.id):
            taken.rows.clear()
            taken.flags.append("superseded")
        elif stored:
            _withdraw(work, str(taken.mends), [entry_id for _at, entry_id in stored])


def _applied_repairs(work: Work, original: str) -> list[tuple[int, str]]:
    """The effective time and the id of each."""
    where = (receipts.c.project_id == work.project_id) & (receipts.c.repairs == original) & (receipts.c.outcome == APPLIED)
    wanted = sa.select(receipts.c.effective_at, receipts.c.id).where(where)
    return [(row.effective_at, str(row.id)) for row in work.connection.execute(wanted)]


def _withdraw(work: Work, original: str, losers: Sequence[str]) -> None:
    """Take away the facts that stand in the place of an entry, and say so on the receipts of those that put them there."""
    for mapper in Base.registry.mappers:
        if issubclass(mapper.class_, Fact):
            table: Any = mapper.local_table
            where = (table.c.project_id == work.project_id) & (table.c.operation_id == original)
            work.connection.execute(table.delete().where(where))
    where = (receipts.c.project_id == work.project_id) & receipts.c.id.in_(losers) & receipts.c.flags.not_like("%superseded")
    work.connection.execute(receipts.update().where(where).values(flags=sa.func.trim(receipts.c.flags + " superseded")))
