"""Parties of the first flat: how they are received, what they ask, what is said; and a rehearsal."""

from collections.abc import Mapping
from typing import Any

from webapp.base import clock
from webapp.content import queries as content
from webapp.demo.log import Log
from webapp.demo.names import named, version

STAYED = 28
"""Minutes a party of the demo stays."""

TOLD: Mapping[int, tuple[str, tuple[str, ...], str, tuple[tuple[str, str], ...]]] = {
    0: ("guided", ("elder",), "", (("price", "物業費每平方米多少？"), ("layout", "飄窗能不能改成書桌？"))),
    1: ("accompanied", (), "", ()),
    2: ("self_guided", ("child",), "", (("school", ""),)),
    3: ("guided", ("child", "step_free"), "en", (("handover", "What is left in the flat at handover?"),)),
}
"""What is told of the first parties of a day: how they are received, their care, the language, what they ask."""


def receive(log: Log, time: str, guests: str, number: int) -> None:
    who = "lin" if time < "13:20" else "he"
    party = log.keep(log.at(time), who, "tours.arrive", flat=named("flat", "a"), place=named("place", "flat-a"), guests=guests,
                     covers=guests, item=named("item", "cover.cloth"))  # fmt: skip
    if number in TOLD:
        _tell(log, who, log.at(time, 1), party, number)
    left_at = log.at(time, STAYED)
    log.keep(left_at, "lin" if left_at < log.at("13:20") else "he", "tours.see_off", party=party)


def _tell(log: Log, who: str, at: int, party: str, number: int) -> None:
    """How one party is received: a guided one through every stop, one of the middle first."""
    mode, needs, language, asked = TOLD[number]
    log.keep(at, who, "tours.receive", party=party, mode=mode)
    for need in needs:
        log.keep(at, who, "tours.care", party=party, need=need, answer="yes")
    if language:
        log.keep(at, who, "tours.speak", tour=party, language=language)
    stops = [stop["key"] for stop in script()["stops"]]
    for minute, stop in enumerate([*stops[5:7], *stops[:5], *stops[7:]] if mode == "guided" else (), 1):
        log.keep(at + minute * clock.MINUTE, who, "tours.step", tour=party, line=f"{stop}.1", version=version("script.a"))
    for minute, (tag, text) in enumerate(asked, 15):
        log.keep(at + minute * clock.MINUTE, who, "tours.ask", party=party, tag=tag, **({"text": text} if text else {}))


def rehearse(log: Log, time: str) -> None:
    """何欣怡 goes through the whole script before the first guests of the afternoon."""
    begun = log.keep(log.at(time), "he", "tours.rehearse", flat=named("flat", "a"), version=version("script.a"))
    lines = [f"{stop['key']}.{number}" for stop in script()["stops"] for number in range(1, len(stop["lines"]) + 1)]
    for number, line in enumerate(lines, 1):
        log.keep(log.at(time) + number * 20 * clock.SECOND, "he", "tours.step", tour=begun, line=line, version=version("script.a"))


def script(code: str = "script.a") -> dict[str, Any]:
    return next(body for body in content.bodies() if body["id"] == code)
