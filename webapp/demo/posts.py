"""Who stands at a post: relieved, handing over, holding its things."""

from collections.abc import Mapping, Sequence

from webapp.base import clock
from webapp.demo.log import Log
from webapp.demo.names import named, person
from webapp.demo.places import PLACE_OF

KEPT = ("K-01", "R-1", "C-07")
"""What the greeters hand on from shift to shift."""


def relieve(
    log: Log, out: str, come: str, post: str, time: str, note: str, result: str = "accepted", exceptions: str = "", **lines: str
) -> None:
    """One hands a post over and another takes it, or does not. Without a result nobody comes, and the note says so."""
    told, place = {"note": note} if result else {"absent": note}, named("place", PLACE_OF[post])
    offer = log.keep(log.at(time), out, "duty.offer", place=place, post=named("post", post), to=person(come), **told)
    if result:
        told = {"exceptions": exceptions} if exceptions else {}
        log.keep(log.at(time, 2), come, "duty.accept", offer=offer, result=result, place=place, **told, **lines)
        log.keep(log.at(time, 3), out, "shifts.leave_post", post=named("post", post))
        log.keep(log.at(time, 4), come, "shifts.take_post", post=named("post", post))


def agreed(codes: Sequence[str], state: str) -> dict[str, str]:
    """These things gone through, and every one of them agreed."""
    rows = {named("thing", code): {"kind": "asset", "asset": named("thing", code), "state": state} for code in codes}
    return _lines({label: row | {"said": "agrees"} for label, row in rows.items()})


def counted(clean: int, soiled: int) -> dict[str, str]:
    """The covers gone through: the clean ones and the basket counted, nobody inside."""
    told = {"clean": {"found": str(clean)}, "in_use": {"said": "agrees"}, "soiled": {"found": str(soiled)}}
    about = {"kind": "stock", "item": named("item", "cover.cloth")}
    return _lines({f"covers-{state}": about | {"state": state} | said for state, said in told.items()})


def _lines(rows: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {f"lines.{label}.{name}": value for label, row in rows.items() for name, value in row.items()}


def hold(log: Log, who: str, time: str, operation: str) -> None:
    """Take or give back what goes with the post, five seconds each."""
    for place, code in enumerate(KEPT):
        log.keep(log.at(time) + place * 5 * clock.SECOND, who, operation, asset=named("thing", code))
