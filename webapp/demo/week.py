"""The days in their order: what one leaves for the next, and what went wrong in them."""

from collections.abc import Callable
from datetime import timedelta

from webapp.demo.bar import bar_day
from webapp.demo.checks import mend
from webapp.demo.doors import DISPUTED, LEFT, MISSED, TODAY, YESTERDAY, door_day, pairs_of, parties_at_b, second_door_day
from webapp.demo.log import Log, send, tablet_of
from webapp.demo.names import midnight
from webapp.demo.places import TABLETS
from webapp.losses import stores
from webapp.losses.rules import Reached

WEEK = 7
"""How many days before today a week has."""

WIPED = 2
"""So many days ago a tablet lost its storage."""

LEFT_AT_LAUNDRY = 2
"""The morning, so many days ago, on which the laundry had brought nothing back."""


def work(at: int, opened_at: int, *, week: bool) -> None:
    """Every day whole, and today as far as it has come, as the tablets recorded it."""
    for station in (*TABLETS, "door-b") if week else TABLETS:
        source, sent, epoch, before = tablet_of(station, opened_at), 0, 1, None
        for back in range(WEEK if week else 1, -1, -1):
            log = Log(station, midnight(at) - timedelta(days=back))
            _day(log, back, week=week)
            if before and (back or station != "door"):
                _unlock(log, before)
            if before and back != LEFT_AT_LAUNDRY and (back or station != "door"):
                _bring_back(log, before)
            before = log if week else None
            sent = send(source, log, sent, at, epoch)
            if week and (station, back) == ("bar", WIPED):
                epoch, sent = stores.begin(source, Reached(epoch, sent + 2, log.at("18:30")), log.at("18:40")), 0


def _day(log: Log, back: int, *, week: bool) -> None:
    """What one tablet recorded on a day so many days before today."""
    if log.station == "door-b":
        second_door_day(log, back, MISSED if back == DISPUTED - 1 else _kept_by_the_laundry(parties_at_b, back))
    elif log.station == "bar":
        if back == 1:
            mend(log, "su", "check.bar_opening", "bar", "bar_open.floor", "08:50", "09:40", "吧臺內側地面濕滑。")
        bar_day(log, "ma" if week else "su")
    else:
        door_day(log, _parties(back), LEFT if back == 0 else (), rehearses=back == 1, short=_kept_by_the_laundry(_parties, back))


def _parties(back: int) -> tuple[str, ...]:
    """The guests of the first flat so many days ago."""
    return TODAY if back == 0 else YESTERDAY if back == 1 else (YESTERDAY, TODAY)[back % 2][: 7 + back]


def _kept_by_the_laundry(parties: Callable[[int], tuple[str, ...]], back: int) -> int:
    """What of the day before has not come back that morning."""
    return pairs_of(parties(back + 1)) if back == LEFT_AT_LAUNDRY else 0


def _unlock(log: Log, before: Log) -> None:
    """Whoever opens takes over what was locked up the evening before."""
    kept = [made for _at, _who, operation, body, made in before.steps if operation == "duty.offer" and "kept" in body]
    if kept:
        who = "wu" if log.station == "door-b" else "lin"
        log.keep(log.at("08:34"), who, "duty.accept", offer=kept[-1], result="accepted")


def _bring_back(log: Log, before: Log) -> None:
    """What went to the laundry in the evening is on the shelf in the morning."""
    for _at, _who, operation, body, made in before.steps:
        if operation == "stock.collect":
            log.keep(log.at("08:35"), "wu" if log.station == "door-b" else "lin", "stock.return_clean", batch=made, **body)
