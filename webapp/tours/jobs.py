"""What tidies itself about guests."""

import json
from collections import defaultdict

import sqlalchemy as sa

from webapp.base import clock
from webapp.jobs.declarations import Turn, every
from webapp.operations.work import receipts
from webapp.tours.models import Care
from webapp.tours.rules import CARED, KEPT_WITHIN, Cared, reduced

cares: sa.Table = Care.__table__  # type: ignore[assignment]
AT_ONCE = 500


@every(clock.DAY, "tours.forget_cares")
def forget_cares(turn: Turn) -> bool:
    """Keep of what a party wanted care for only that it did, 30 days after (guideline N10): in the facts and in the entries."""
    old = cares.c.effective_at <= turn.at - KEPT_WITHIN
    named = sa.select(cares.c.project_id, cares.c.party).where(old, cares.c.need != CARED).distinct().limit(AT_ONCE)
    found = turn.connection.execute(named).all()
    for project_id, party in found:
        _reduce(turn, (cares.c.project_id == project_id) & (cares.c.party == party) & old)
    return bool(_blank(turn)) or len(found) == AT_ONCE


def _reduce(turn: Turn, where: sa.ColumnElement[bool]) -> None:
    """Leave one row of a party, the first, that says whether anybody wanted care."""
    rows = defaultdict(list)
    for row in turn.connection.execute(sa.select(cares).where(where)):
        order = (row.effective_at, row.tablet_no, row.epoch, row.seq, row.operation_id, row.line)
        rows[row.operation_id].append(Cared(order, row.party, row.need, row.answer, row.author_id))
    kept = reduced([each for of in rows.values() for each in of], turn.at)[0]
    first = where & (cares.c.operation_id == kept.order[4])
    turn.connection.execute(sa.delete(cares).where(where, cares.c.operation_id != kept.order[4]))
    turn.connection.execute(cares.update().where(first).values(need=CARED, answer=kept.answer))


def _blank(turn: Turn) -> bool:
    """The text of the entries themselves: their digest stays, so that one that comes again is known. True where there are more."""
    where = (
        (receipts.c.operation == "tours.care")
        & (receipts.c.outcome == "applied")
        & (receipts.c.effective_at <= turn.at - KEPT_WITHIN)
        & ~receipts.c.raw.contains(f'"{CARED}"')
        & receipts.c.raw.contains('"need"')
    )
    found = turn.connection.execute(
        sa.select(receipts.c.project_id, receipts.c.id, receipts.c.raw).where(where).limit(AT_ONCE)
    ).all()
    for row in found:
        text = json.dumps({**json.loads(row.raw), "need": CARED, "answer": ""}, ensure_ascii=True)
        same = (receipts.c.project_id == row.project_id) & (receipts.c.id == row.id)
        turn.connection.execute(receipts.update().where(same).values(raw=text))
    return len(found) == AT_ONCE
