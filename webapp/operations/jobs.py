"""What the ledger does by itself."""

import sqlalchemy as sa

from webapp.base import clock
from webapp.jobs import queue
from webapp.jobs.declarations import Turn, every, job
from webapp.operations import audit
from webapp.operations.work import updates

UPDATES_WITHIN = 180 * clock.DAY


@every(clock.DAY, "operations.forget_updates")
def forget_updates(turn: Turn) -> None:
    """Changed outcomes are kept for their tablets 180 days (docs/protocol.md section 3)."""
    turn.connection.execute(sa.delete(updates).where(updates.c.made_at < turn.at - UPDATES_WITHIN))


@job(audit.CHAIN)
def chain(turn: Turn) -> bool:
    """Chain what a project's audit has new; put in by whatever wrote there."""
    return audit.chain(turn.connection, turn.body["project"])


@every(clock.HOUR, "operations.chain_all")
def chain_all(turn: Turn) -> None:
    """Whatever waits, say after a restored backup."""
    for project_id in audit.projects_unchained(turn.connection):
        queue.enqueue(turn.connection, audit.CHAIN, {"project": project_id}, at=turn.at)
