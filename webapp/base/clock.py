"""The server's clock: milliseconds since 1970 UTC, everywhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
YEARS = range(2000, 2101)
"""The years that anything here may speak of; a slip of a key lies outside."""
FIRST, LAST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1000 for year in (YEARS.start, YEARS.stop))


def _system() -> int:
    return time.time_ns() // 1_000_000


_source: Callable[[], int] = _system


def now() -> int:
    """This instant, in milliseconds UTC."""
    return _source()


@contextmanager
def standing_at(instant: Callable[[], int] | int) -> Iterator[None]:
    """Time as a test or the demo gives it; nothing waits for luck."""
    global _source
    before = _source
    _source = instant if callable(instant) else lambda: instant
    try:
        yield
    finally:
        _source = before


def local(instant: int, zone: str) -> datetime:
    """The wall clock of a place at an instant."""
    return datetime.fromtimestamp(instant / 1000, tz=UTC).astimezone(ZoneInfo(zone))


def instant_of(moment: datetime) -> int:
    """Milliseconds of an aware datetime."""
    return round(moment.timestamp() * 1000)


def typed(text: str, zone: str) -> str:
    """What a page's date and time, 2026-03-06T14:05, is as the digits of an instant; anything else as it was typed."""
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        return text
    return str(instant_of(moment))


class NoSuchYear(ValueError):
    """A day is named, but in a year that nothing here may speak of."""


def day_named(text: str) -> date:
    """The day that a text such as 2026-03-06 names. Raises ValueError where it names none, NoSuchYear where not one of YEARS."""
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(text)
    if day.year not in YEARS:
        raise NoSuchYear(text)
    return day


def day_of(instant: int, zone: str) -> date:
    """The local calendar day an instant falls on."""
    return local(instant, zone).date()


def day_bounds(day: date, zone: str) -> tuple[int, int]:
    """First instant of a local day and of the next one."""
    at = ZoneInfo(zone)
    start = datetime(day.year, day.month, day.day, tzinfo=at)
    following = date.fromordinal(day.toordinal() + 1)
    end = datetime(following.year, following.month, following.day, tzinfo=at)
    return instant_of(start), instant_of(end)
