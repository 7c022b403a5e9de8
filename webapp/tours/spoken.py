"""What is said in a flat: the lines of its script, at the door and on the way, with its figures (P2-4.4.3a, P2-4.4.3d)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select

from webapp.base import clock
from webapp.base.database import db
from webapp.base.i18n import N_
from webapp.content import queries as content
from webapp.content.queries import Edition
from webapp.content.rules import HOURS, Said, band_at, line_for, text_in
from webapp.operations.models import Fact
from webapp.sites.models import Flat, Project
from webapp.tours.models import RoomsSet
from webapp.tours.rules import DOOR, FAREWELL, Line, Stop, filled, line_key, setting_in_force, stops_of

STOP_KINDS = {"opening": N_("Beginning"), "room": N_("Room")}
STOP_NAMES = {DOOR: N_("At the door"), FAREWELL: N_("Farewell")}
DOOR_LINES = (("approach", None), ("covers", None), ("accompanied", "accompanied"), ("guided", "guided"),
              ("self_guided", "self_guided"))  # fmt: skip
"""What is said at the door: the moment of each line, and where it is said in one kind of reception only, that kind."""
WAIT_LINE = line_key(DOOR, 3)
"""What is said to a large party in place of the second line (P2-4.4.3b)."""


def welcome(site: Project, flat: Flat, at: int, language: str) -> tuple[Said, Said] | None:
    """The line to say when guests come, with the flat's type in it, and the cue beside it (P2-4.4.3a)."""
    return line(site, "approach", "greeter", at, language, flat)


def line(site: Project, trigger: str, post: str, at: int, language: str, flat: Flat | None = None) -> tuple[Said, Said] | None:
    """The spoken line and its cue for a moment at a post; None where the site has none."""
    edition = content.in_force(site.id, "greetings", "greetings", at)
    if edition is None:
        return None
    now = clock.local(at, site.zone)
    chosen = line_for(edition.body["lines"], trigger, post, band_at(now.hour * 60 + now.minute))
    if chosen is None:
        return None
    filled = {**site.placeholders, **(flat.placeholders if flat else {})}
    return text_in(chosen["text"], language, filled), text_in(chosen["cue"], language, filled)


@dataclass(frozen=True)
class Prompt:
    """What the prompter holds: a script as it is said in one flat, between the greetings at the door and the farewell."""

    version_id: str
    title: Mapping[str, str]
    stops: Sequence[Stop]
    receptions: Mapping[str, Line]


def script_of(site: Project, flat: Flat, at: int) -> Edition | None:
    """The script in force for a flat: that of its unit type (P2-4.4.3d)."""
    return next((each for each in content.all_in_force(site.id, "script", at) if each.body["unit_type"] == flat.unit_type), None)


def rooms_of(project_id: str, flat: Flat, at: int) -> tuple[int, Mapping[str, Any] | None]:
    """How often the rooms of a flat were set, and what of its script is otherwise there: as it was opened with, or as set since."""
    rows = facts_of(RoomsSet, project_id, at, RoomsSet.flat_id == flat.id)
    count, found = setting_in_force([(row.seen, row.place_in_order, row.rooms) for row in rows])
    return count, flat.changes if found is None else found


def prompt(site: Project, flat: Flat, at: int, *, rehearsal: bool = False) -> Prompt | None:
    """What is said in a flat; None where it has no script. A rehearsal is of the script alone."""
    edition = script_of(site, flat, at)
    if edition is None:
        return None
    figures_here = {**site.placeholders, **flat.placeholders}
    stops = stops_of(edition.body, figures_here, rooms_of(site.id, flat, at)[1])
    if rehearsal:
        return Prompt(edition.id, edition.body["title"], stops, {})
    spoken = _spoken(site, flat, at)
    door = [(mode, spoken[trigger]) for trigger, mode in DOOR_LINES if trigger in spoken]
    lines = [_renumbered(DOOR, n, line) for n, line in enumerate((line for mode, line in door if mode is None), 1)]
    farewell = [_renumbered(FAREWELL, 1, spoken["farewell"])] if "farewell" in spoken else []
    all_stops = [Stop(DOOR, tuple(lines)), *stops, Stop(FAREWELL, tuple(farewell))]
    return Prompt(edition.id, edition.body["title"], [stop for stop in all_stops if stop.lines],
                  {mode: line for mode, line in door if mode})  # fmt: skip


def _renumbered(stop: str, number: int, line: Line) -> Line:
    return replace(line, key=line_key(stop, number))


def _spoken(site: Project, flat: Flat, at: int) -> dict[str, Line]:
    """The greeter's lines by their moment; at the approach also what is said by the time of day (P2-4.4.4)."""
    edition = content.in_force(site.id, "greetings", "greetings", at)
    if edition is None:
        return {}
    figures_here = {**site.placeholders, **flat.placeholders}
    now = clock.local(at, site.zone)
    band = band_at(now.hour * 60 + now.minute)
    found: dict[str, Line] = {}
    for trigger in [*(trigger for trigger, _mode in DOOR_LINES), "covers_wait", "farewell"]:
        chosen = line_for(edition.body["lines"], trigger, "greeter", band)
        if chosen:
            found[trigger] = Line(trigger, filled(chosen["text"], figures_here), filled(chosen["cue"], figures_here))
    if "approach" in found:
        # All of the day's, for a page may be open without a network from morning to night.
        by_hour = {hours: line_for(edition.body["lines"], "approach", "any", each) for each, hours in HOURS.items()}
        also = tuple((*hours, filled(line["text"], figures_here)) for hours, line in by_hour.items() if line)
        found["approach"] = replace(found["approach"], also=also)
    if "covers" in found and "covers_wait" in found:
        found["covers"] = replace(found["covers"], many=replace(found["covers_wait"], key=WAIT_LINE))
    return found


F = TypeVar("F", bound=Fact)


def facts_of(model: type[F], project_id: str, at: int, *where: ColumnElement[bool]) -> Sequence[F]:
    wanted = select(model).where(model.project_id == project_id, model.effective_at <= at, *where)
    return db.session.scalars(wanted).all()
