"""`threshold worker`: one job after another, until told to stop. `threshold serve` runs one beside its web workers."""

import logging
import os
import secrets
import select
import signal
import socket
from types import FrameType

from sqlalchemy.exc import SQLAlchemyError

from webapp.base import clock, faults
from webapp.base.database import writing
from webapp.jobs import declarations, queue
from webapp.jobs.declarations import Turn

log = logging.getLogger(__name__)

IDLE = 1.0
"""Seconds between two looks where nothing is due."""
WAIT_MOST = 10.0
BEAT_EVERY = 15 * clock.SECOND


class Overtaken(Exception):
    """The lease ran out and another worker has the job: what was done here is undone."""


class Worker:
    """One that leases jobs. `lease`: milliseconds that a job may take before another may try it."""

    def __init__(self, lease: int = queue.LEASE) -> None:
        self.owner = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.lease = lease
        self.started_at = clock.now()
        self._beaten_at = 0
        self._slots: dict[str, str] = {}

    def turn(self) -> bool:
        """Give a sign of life, put in the slots that have begun, do one job. False: nothing was due. Raises SQLAlchemyError."""
        at = clock.now()
        if at >= self._beaten_at + BEAT_EVERY:
            queue.beat(self.owner, self.started_at, at)
            self._beaten_at = at
        self._open_slots(at)
        leased = queue.lease(self.owner, declarations.names(), at, self.lease)
        if leased is None:
            return False
        faults.hit("leased")
        try:
            self._do(leased, at)
        except Overtaken:
            log.warning("job %s %s went to another worker", leased.name, leased.id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the job is tried again and then laid aside for a person
            log.error(  # noqa: TRY400 - not the error's own words: PostgreSQL's tell the whole row
                "job %s %s, try %s: %s", leased.name, leased.id, leased.tries, type(error).__name__
            )
            queue.fail(leased, clock.now(), error)
        return True

    def _open_slots(self, at: int) -> None:
        for name, (slot, begun_at) in declarations.slots(at).items():
            if self._slots.get(name) != slot:
                with writing() as connection:
                    queue.enqueue(connection, name, at=at, due_at=begun_at, slot=slot)
                self._slots[name] = slot

    def _do(self, leased: queue.Leased, at: int) -> None:
        with writing() as connection:
            again = declarations.work_of(leased.name)(Turn(connection, leased.body, at))
            faults.hit("worked")
            if not queue.finish(connection, leased, clock.now(), again=bool(again)):
                raise Overtaken
        faults.hit("finished")


def run() -> None:
    """Work until SIGTERM or SIGINT; the job in hand is finished first. Ends too when the process that started it is gone."""
    told, tell = os.pipe()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        os.write(tell, b"x")

    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(each, stop)
    parent, worker, wait = os.getppid(), Worker(), 0.0
    log.info("worker %s works", worker.owner)
    while os.getppid() == parent and not select.select([told], [], [], wait)[0]:
        try:
            wait = 0.0 if worker.turn() else IDLE
        except SQLAlchemyError as error:
            wait = min(WAIT_MOST, max(IDLE, 2 * wait))
            log.warning("worker %s waits for the database: %s", worker.owner, type(error).__name__)
    try:
        queue.sign_off(worker.owner)
    except SQLAlchemyError:
        pass  # its sign of life grows old by itself
