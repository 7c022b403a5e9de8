"""The job table tidies itself."""

import sqlalchemy as sa

from webapp.base import clock
from webapp.jobs.declarations import Turn, every
from webapp.jobs.queue import beats, jobs

KEPT_WITHIN = 7 * clock.DAY
"""How long a job that was done stays to be looked at. Dead letters stay until a person has seen to them."""


@every(clock.DAY, "jobs.forget")
def forget(turn: Turn) -> None:
    """Drop what was done a week ago, and the signs of life of workers long gone."""
    turn.connection.execute(sa.delete(jobs).where(jobs.c.done_at < turn.at - KEPT_WITHIN))
    turn.connection.execute(sa.delete(beats).where(beats.c.seen_at < turn.at - clock.DAY))


ROWS_LOOKED_AT = 1000
"""So many entries of an index are enough to know how much it tells apart."""


@every(clock.DAY, "jobs.measure")
def measure(turn: Turn) -> None:
    """Let SQLite know how its tables have grown, by which it chooses the index to read them by. PostgreSQL does so by itself."""
    if turn.connection.dialect.name == "sqlite":
        turn.connection.execute(sa.text(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}"))
        turn.connection.execute(sa.text("ANALYZE"))
