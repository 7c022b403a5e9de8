"""What was taken back without effect: it was somebody else's, or it was too late."""

import sqlalchemy as sa
from sqlalchemy import select

from webapp.base.database import db
from webapp.operations.models import Receipt, Undoing
from webapp.operations.rules import UNDONE_WITHIN


def in_vain(project_id: str, since: int, until: int) -> list[tuple[str | None, Receipt]]:
    """Who took back what from `since` on and before `until`, and the receipt of that, which still stands; each once, the first
    thing first. Of the undoings of every package."""
    found = {
        (row.id, by): (by, row)
        for table in Undoing.__subclasses__()
        for by, row in db.session.execute(_of(table, project_id, since, until))
    }
    return sorted(found.values(), key=lambda each: (each[1].effective_at, each[1].id, each[0] or ""))


def _of(table: type[Undoing], project_id: str, since: int, until: int) -> "sa.Select[str | None, Receipt]":
    too_late = table.effective_at >= Receipt.effective_at + UNDONE_WITHIN
    of_another = table.author_id.is_(None) | table.author_id.is_distinct_from(Receipt.author_id)
    named = (Receipt.project_id == table.project_id) & (Receipt.id == table.entry)
    return select(table.author_id, Receipt).join(Receipt, named).where(
        table.project_id == project_id, table.effective_at >= since, table.effective_at < until, ~table.at_desk,
        of_another | too_late,
    )  # fmt: skip
