"""Jobs put in, leased, finished, tried again and given up. One code path on both databases.

A lease is believed by the clock of whoever looks. Clocks that differ cost a job done twice at once, of which one is undone:
only the owner of the lease can finish it, in the transaction of the work.
"""

import json
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.base import clock, ids
from webapp.base.database import db, upsert, writing
from webapp.jobs.models import Beat, Job

LEASE = clock.MINUTE
TRIES_MOST = 8
WAIT_LEAST, WAIT_MOST = 2 * clock.SECOND, clock.HOUR
ALIVE_WITHIN = clock.MINUTE
"""How old the last sign of life of a worker may be."""

jobs: sa.Table = Job.__table__  # type: ignore[assignment]
beats: sa.Table = Beat.__table__  # type: ignore[assignment]
_waiting = sa.and_(jobs.c.done_at.is_(None), jobs.c.dead_at.is_(None))


@dataclass(frozen=True)
class Leased:
    """A job in the hands of one worker."""

    id: str
    name: str
    body: Mapping[str, Any]
    tries: int
    owner: str


def enqueue(
    connection: sa.Connection,
    name: str,
    body: Mapping[str, Any] | None = None,
    *,
    at: int | None = None,
    due_at: int | None = None,
    slot: str | None = None,
) -> None:
    """Put a job in, within the transaction of what wants it. A slot that is taken already stays as it is."""
    now = clock.now() if at is None else at
    row = {
        "id": ids.uuid7(now), "name": name, "body": json.dumps(dict(body or {}), sort_keys=True), "slot": slot, "made_at": now,
        "due_at": now if due_at is None else due_at, "tries": 0, "fault": "",
    }  # fmt: skip
    statement = upsert(connection, jobs).values(row)
    connection.execute(statement.on_conflict_do_nothing(index_elements=["slot"]) if slot else statement)


def lease(owner: str, names: Sequence[str], at: int, within: int = LEASE) -> Leased | None:
    """The job that is longest due, if its name is known here. One that killed whoever tried it is given up."""
    due = _due(names, at)
    with db.engine.connect() as connection:  # asked without the write lock first: most of the time there is nothing
        if connection.execute(sa.select(jobs.c.id).where(due).limit(1)).first() is None:
            return None
    with writing() as connection:
        first = sa.select(jobs.c.id, jobs.c.tries).where(due).order_by(jobs.c.due_at, jobs.c.id).limit(1)
        while (row := connection.execute(first.with_for_update(skip_locked=True)).first()) is not None:
            mine = jobs.c.id == row.id
            if row.tries < TRIES_MOST:
                values = {"owner": owner, "leased_until": at + within, "tries": jobs.c.tries + 1}
                taken = connection.execute(sa.update(jobs).where(mine).values(values).returning(jobs)).one()
                return Leased(taken.id, taken.name, json.loads(taken.body), taken.tries, owner)
            _bury(connection, row.id, at, "whoever tried it died")
    return None


def _due(names: Sequence[str], at: int) -> sa.ColumnElement[bool]:
    free = sa.or_(jobs.c.leased_until.is_(None), jobs.c.leased_until < at)
    return sa.and_(_waiting, jobs.c.due_at <= at, free, jobs.c.name.in_(names))


def _bury(connection: sa.Connection, job_id: str, at: int, fault: str) -> None:
    values = {"dead_at": at, "fault": fault[:400], "leased_until": None, "owner": None}
    connection.execute(sa.update(jobs).where(jobs.c.id == job_id).values(values))


def finish(connection: sa.Connection, leased: Leased, at: int, *, again: bool = False) -> bool:
    """End a job in the transaction of its work; `again` puts it back for the rest. False: the lease has gone to another."""
    mine = sa.and_(jobs.c.id == leased.id, jobs.c.owner == leased.owner, jobs.c.tries == leased.tries, _waiting)
    rest = {"due_at": at, "leased_until": None, "owner": None, "tries": 0}
    return connection.execute(sa.update(jobs).where(mine).values(rest if again else {"done_at": at, "fault": ""})).rowcount == 1


def fail(leased: Leased, at: int, error: BaseException) -> None:
    """Put a job back for later, or give it up after the last try. Nothing is done where the lease has gone to another."""
    frames = traceback.extract_tb(error.__traceback__)[-1:]
    # Not the error's own words: PostgreSQL's tell the whole row that it objects to.
    fault = " ".join([type(error).__name__, *(f"{frame.name}:{frame.lineno}" for frame in frames)])
    mine = sa.and_(jobs.c.id == leased.id, jobs.c.owner == leased.owner, jobs.c.tries == leased.tries, _waiting)
    with writing() as connection:
        if leased.tries < TRIES_MOST:
            values = {"due_at": at + wait_after(leased.tries), "leased_until": None, "owner": None, "fault": fault[:400]}
            connection.execute(sa.update(jobs).where(mine).values(values))
        elif connection.execute(sa.select(jobs.c.id).where(mine)).first() is not None:
            _bury(connection, leased.id, at, fault)


def wait_after(tries: int) -> int:
    """Milliseconds from a failed try to the next: 2 s, 4 s, 8 s …, never more than an hour."""
    return int(min(WAIT_MOST, WAIT_LEAST * 2 ** (tries - 1)))


def beat(owner: str, started_at: int, at: int) -> None:
    """A worker's sign of life."""
    with writing() as connection:
        first = upsert(connection, beats).values(owner=owner, started_at=started_at, seen_at=at)
        connection.execute(first.on_conflict_do_update(index_elements=["owner"], set_={"seen_at": at}))


def sign_off(owner: str) -> None:
    """A worker stops of its own accord."""
    with writing() as connection:
        connection.execute(sa.delete(beats).where(beats.c.owner == owner))


@dataclass(frozen=True)
class Standing:
    """How it stands: workers alive, the last sign of life of any, jobs that wait and since when the first is due, the given up."""

    alive: int
    seen_at: int | None
    waiting: int
    due_since: int | None
    dead: int


def standing(at: int) -> Standing:
    """What `threshold doctor` and `threshold jobs` tell."""
    with db.engine.connect() as connection:
        alive = connection.scalar(sa.select(sa.func.count()).select_from(beats).where(beats.c.seen_at > at - ALIVE_WITHIN))
        seen_at = connection.scalar(sa.select(sa.func.max(beats.c.seen_at)))
        due = sa.select(sa.func.count(), sa.func.min(jobs.c.due_at)).where(_waiting, jobs.c.due_at <= at)
        waiting, since = connection.execute(due).one()
        dead = connection.scalar(sa.select(sa.func.count()).select_from(jobs).where(jobs.c.dead_at.is_not(None)))
    return Standing(alive or 0, seen_at, waiting, since, dead or 0)


def dead_letters() -> Sequence[Any]:
    """The jobs given up, oldest first."""
    columns = (jobs.c.id, jobs.c.name, jobs.c.dead_at, jobs.c.tries, jobs.c.fault)
    with db.engine.connect() as connection:
        return connection.execute(sa.select(*columns).where(jobs.c.dead_at.is_not(None)).order_by(jobs.c.dead_at)).all()


def send_round_again(job_id: str, at: int) -> bool:
    """Give a dead letter all its tries again. False: there is no such."""
    dead = sa.and_(jobs.c.id == job_id, jobs.c.dead_at.is_not(None))
    values = {"dead_at": None, "due_at": at, "tries": 0, "leased_until": None, "owner": None}
    with writing() as connection:
        return connection.execute(sa.update(jobs).where(dead).values(values)).rowcount == 1
