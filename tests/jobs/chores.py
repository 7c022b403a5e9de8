"""Work that leaves a row for each time it was done, and a worker process that does it."""

import logging
import sys
import time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tests.convergence.node import bare_app
from webapp.base.database import Base
from webapp.jobs.declarations import Turn, every, job
from webapp.jobs.worker import Worker
from webapp.operations import jobs  # noqa: F401 - declares the chaining of the audit

SECOND = 1000


class Done(Base):
    """Named like the notebook's tables, which no migration knows."""

    __tablename__ = "notebook_done"

    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(sa.String(64))


def note(turn: Turn, what: str) -> None:
    turn.connection.execute(sa.insert(Done).values(what=what))


@job("chores.sweep")
def sweep(turn: Turn) -> None:
    note(turn, str(turn.body["what"]))


@job("chores.stumble")
def stumble(turn: Turn) -> None:
    """Fails after it has written."""
    note(turn, "stumbled")
    raise RuntimeError("a name and a number that belong in no table")


@job("chores.in_parts")
def in_parts(turn: Turn) -> bool:
    """Three parts."""
    note(turn, "part")
    return int(turn.connection.scalar(sa.select(sa.func.count()).select_from(Done)) or 0) < 3


@every(10 * SECOND, "chores.tick")
def tick(turn: Turn) -> None:
    note(turn, f"tick {turn.at // (10 * SECOND)}")


def main(url: str, lease: int, seconds: float) -> None:
    """Work for so long, with the real clock."""
    logging.disable()
    with bare_app(url).app_context():
        worker, until = Worker(lease), time.monotonic() + seconds
        while time.monotonic() < until:
            if not worker.turn():
                time.sleep(0.02)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
