"""Facts read as they were known by an entry: they commute, so what a page said then can be said again for ever."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

FOR_EVER = 2**62


class Known(NamedTuple):
    """Where an entry stands among all that came in: what stands after it was not known by it. One batch comes in at one instant,
    so then the order counts in which its tablet numbered it."""

    received_at: int
    tablet_no: int
    epoch: int
    seq: int
    id: str


class _Reading(NamedTuple):
    by: Known | None


_reading: ContextVar[_Reading | None] = ContextVar("reading", default=None)


@contextmanager
def as_known(by: Known | None = None) -> Iterator[None]:
    """Read what an entry knew: no fact that came in after it; and what was corrected by then is corrected, whenever somebody did
    so. None: all that is known now."""
    token = _reading.set(_Reading(by))
    try:
        yield
    finally:
        _reading.reset(token)


def known_by() -> Known | None:
    """By which entry facts are being read; None where all count."""
    reading = _reading.get()
    return reading.by if reading else None


def is_as_known() -> bool:
    """Whether facts are being read as they are known, not as they stood at an instant."""
    return _reading.get() is not None


def corrected_by(at: int) -> int:
    """Until when a correction may have been made to count in what is read of an instant: what is read as known is corrected by
    whatever was known, else a state is that of its instant."""
    return at if _reading.get() is None else FOR_EVER
