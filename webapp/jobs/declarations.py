"""The list of work that can be done by itself. A package declares it in its `jobs.py`; nothing here imports upwards."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa


class Turn(NamedTuple):
    """What a job is given: the transaction that its end will be part of, what it was enqueued with, and the time."""

    connection: sa.Connection
    body: Mapping[str, Any]
    at: int


Work = Callable[[Turn], bool | None]
"""Says True where it did a part and should be called again for the rest."""
W = TypeVar("W", bound=Work)

_works: dict[str, Work] = {}
_periods: dict[str, int] = {}


def job(name: str) -> Callable[[W], W]:
    """Declare what is done for jobs of this name."""

    def declare(work: W) -> W:
        if name in _works and _works[name].__module__ != work.__module__:
            raise ValueError(f"{name} is declared twice")
        _works[name] = work
        return work

    return declare


def every(period: int, name: str) -> Callable[[W], W]:
    """Declare work that is due once in each `period` of milliseconds, however many workers there are.

    Periods are counted from 1970 UTC. What was missed while no worker ran is not made up for.
    """
    if period <= 0:
        raise ValueError(f"{name}: a period is longer than nothing")

    def declare(work: W) -> W:
        _periods[name] = period
        return job(name)(work)

    return declare


def work_of(name: str) -> Work:
    return _works[name]


def names() -> list[str]:
    return sorted(_works)


def slots(at: int) -> dict[str, tuple[str, int]]:
    """By name of each periodic work: the slot that `at` lies in, and when it began."""
    return {name: (f"{name}:{at // period}", at // period * period) for name, period in sorted(_periods.items())}
