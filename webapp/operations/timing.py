"""Of which entries it is not known when they were: the clock of their tablet was wrong (docs/protocol.md section 4)."""

from sqlalchemy import select

from webapp.base.database import db
from webapp.operations.models import DOUBTFUL, Receipt
from webapp.operations.rules import APPLIED


def without_time(project_id: str, operation: str, since: int, until: int) -> set[str]:
    """The ids of the entries of an operation that count from `since` on and before `until` though a wrong clock told when. A repair
    is none: it has the time of what it mends, or says its own."""
    wanted = select(Receipt.id, Receipt.flags).where(
        Receipt.project_id == project_id, DOUBTFUL, Receipt.effective_at >= since, Receipt.effective_at < until,
        Receipt.operation == operation, Receipt.outcome == APPLIED, Receipt.repairs.is_(None),
    )  # fmt: skip
    return {entry for entry, flags in db.session.execute(wanted) if "time_wrong" in flags.split()}
