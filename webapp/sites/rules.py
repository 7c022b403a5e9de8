"""In which stage a site is (P2-1, P3-5.2), and how the plan of a flat lies: pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

MARKETING, PRE_MOVE_IN, WARRANTY, POST_WARRANTY = "marketing", "pre_move_in", "warranty", "post_warranty"
STAGES = (MARKETING, PRE_MOVE_IN, WARRANTY, POST_WARRANTY)
PROFILES = STANDARD, SMALL = "standard", "small"
"""How many people a site has: of a small team the doer may verify what he did himself (本人核驗), and it is said so."""
DATES = ("opens_on", "sold_on", "moves_in_on", "warranty_ends_on")
"""In the order in which they come."""


class Dates(NamedTuple):
    """Days as 2026-05-01. `stage`: what a person said, whatever the dates say."""

    opens_on: str | None = None
    sold_on: str | None = None
    moves_in_on: str | None = None
    warranty_ends_on: str | None = None
    stage: str | None = None


def stage_on(dates: Dates, day: str) -> str:
    """Selling until the last flat is sold; then until the homes are handed over; then until the warranty has ended.

    Without a date for it a stage is passed over: a site that names none of them sells.
    """
    if dates.stage:
        return dates.stage
    if dates.warranty_ends_on and day > dates.warranty_ends_on:
        return POST_WARRANTY
    if dates.moves_in_on and day >= dates.moves_in_on:
        return WARRANTY
    return PRE_MOVE_IN if dates.sold_on and day > dates.sold_on else MARKETING


def out_of_order(dates: Dates) -> list[str]:
    """The names of dates that lie before one that comes first."""
    found, latest = [], ""
    for name in DATES:
        day = getattr(dates, name)
        if day and day < latest:
            found.append(name)
        latest = max(latest, day or "")
    return found


def is_open(day: str, *last_days: str | None) -> bool:
    """Whether something is offered on a day by its own last day and that of its place; None is no last day."""
    return all(last is None or day <= last for last in last_days)


def box(plan: Mapping[str, Iterable[Iterable[int]]]) -> str:
    """The viewBox of an SVG that shows all rooms of a plan and their outlines."""
    parts = [tuple(part) for room in plan.values() for part in room]
    left, top = min(x for x, _y, _w, _h in parts), min(y for _x, y, _w, _h in parts)
    right, bottom = max(x + w for x, _y, w, _h in parts), max(y + h for _x, y, _w, h in parts)
    return f"{left - 1} {top - 1} {right - left + 2} {bottom - top + 2}"
