"""What a site consists of: its places, flats, posts and shifts are added, named, changed and closed here (P2-1, P2-4.3.1)."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, Response, abort, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext as _

from webapp.base import clock, ids
from webapp.base.i18n import LANGUAGES, N_, NAMES, words
from webapp.base.written import day_text
from webapp.operations import registry
from webapp.operations.declarations import Cautions, desk_link, remains_at, tablet_caution
from webapp.operations.roles import FRONT, ROLE_NAMES
from webapp.shifts import queries
from webapp.shifts.rules import Hours, Planned
from webapp.sites import queries as sites
from webapp.sites.models import Project
from webapp.sites.rules import box, is_open
from webapp.staff.desk import desk_page, submit
from webapp.tablets.frames import this_site
from webapp.tablets.queries import tablet

bp = Blueprint("parts", __name__)
PAGE = "/site/parts"

desk_link(PAGE, N_("Flats and posts"), N_("Places, show flats, posts and shifts: added, changed and closed"), "map")


class Acts(NamedTuple):
    """The operations of one kind of part. `change`: other figures of a flat, other hours of a shift."""

    title: str
    add: str
    rename: str
    close: str
    change: str = ""


PARTS = {
    "place": Acts(N_("Places"), "sites.add_place", "sites.rename_place", "sites.close_place"),
    "flat": Acts(N_("Show flats"), "sites.add_flat", "sites.rename_flat", "sites.close_flat", "sites.refit_flat"),
    "post": Acts(N_("Posts"), "sites.add_post", "sites.rename_post", "sites.close_post"),
    "shift": Acts(N_("Shifts"), "shifts.add_kind", "shifts.rename_kind", "shifts.set_hours", "shifts.set_hours"),
}
"""What a site consists of."""
PLAIN = {
    "place": ("kind", "code"),
    "flat": ("place", "code", "unit_type", "area"),
    "post": ("place", "role", "code"),
    "shift": ("code", "since"),
}
CHANGED = {"flat": ("unit_type", "area"), "shift": ("since",)}
PLACE_NAMES = {
    "sales_centre": N_("Sales centre"), "show_flat": N_("Show flat"), "water_bar": N_("Water bar"), "store_room": N_("Store room"),
    "laundry": N_("Laundry"), "other": N_("Other"),
}  # fmt: skip


@desk_page(bp, PAGE, methods=("GET", "POST"))
def parts() -> Response:
    """The places, flats, posts and shifts of the site: each is added, named and changed here (P2-1, P2-4.3.1)."""
    what, subject, act = (request.form.get(name, "") for name in ("what", "subject", "act"))
    wrong = _set(what, subject, act) if request.method == "POST" else {}
    if request.method == "POST" and not wrong:
        flash(_("Set. Tablets follow with their next pages."), "ok")
        return make_response(redirect(PAGE, 303))
    site, at = this_site(), clock.now()
    rows, today = _rows(site), clock.day_of(at, site.zone)
    page = render_template(
        "shifts/parts.html",
        parts=[(key, str(_(acts.title)), rows[key]) for key, acts in PARTS.items()],
        closings=_closings(site, rows, today),
        places=[(each.id, words(each.names)) for each in sites.places(site.id, on=today)],
        place_names={each.id: words(each.names) for each in rows["place"]},
        kinds={each: str(_(name)) for each, name in PLACE_NAMES.items()},
        fronts={each: str(_(name)) for each, name in ROLE_NAMES.items() if each in FRONT},
        boxes={each.id: box(each.plan) for each in rows["flat"] if each.plan},
        may={key: bool(registry.get(acts.add).roles & g.roles) for key, acts in PARTS.items()},
        languages=[(tag, NAMES[tag]) for tag in LANGUAGES],
        lines=_lines,
        tomorrow=(today + timedelta(days=1)).isoformat(),
        asked=(what, subject, act),
        typed=request.form,
        wrong=wrong,
        new_id=lambda: ids.uuid7(clock.now()),
    )
    return make_response(page, 422 if wrong else 200)


class Shift(NamedTuple):
    """A shift as it is or was last, and what is to come of it."""

    id: str
    code: str
    names: Mapping[str, str]
    starts: int
    ends: int
    coming: tuple[Hours, ...]
    last_day: str


def _rows(site: Project) -> dict[str, Sequence[Any]]:
    today = clock.day_of(clock.now(), site.zone).isoformat()
    kinds = [_shift(each, today) for each in queries.planned(site.id)]
    return {"place": sites.places(site.id), "flat": sites.flats(site.id), "post": sites.posts(site.id), "shift": kinds}


def _shift(planned: Planned, today: str) -> Shift:
    said = [each for each in planned.said if each.since <= today]
    held = next((each for each in reversed(said) if each.starts is not None), None)
    turns = sorted({each.since for each in planned.said if each.since > today})
    coming = [Hours(turn, *((kind.starts, kind.ends) if (kind := planned.on(turn)) else (None, None))) for turn in turns]
    ended = [said[-1]] if said and said[-1].starts is None else []
    last = next((_before(each.since) for each in [*ended, *coming] if each.starts is None), "")
    kind, begins = planned.as_said(held), [Hours(planned.since or "", planned.begun.starts, planned.begun.ends)]
    first = begins if planned.since and planned.since > today and not coming else []
    return Shift(kind.id, kind.code, kind.names, kind.starts, kind.ends, tuple(first + coming), last)


def _before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _closings(site: Project, rows: Mapping[str, Sequence[Any]], today: date) -> dict[str, tuple[str, bool]]:
    """The last day of each part that has one, in words, and whether it is over."""
    said = sites.closings(site.id) | {each.id: each.last_day for each in rows["shift"] if each.last_day}
    return {key: (day_text(date.fromisoformat(day), year=True), day < today.isoformat()) for key, day in said.items()}


def _lines(figures: Mapping[str, Any] | None) -> str:
    """Figures and plans as they are typed, one a line."""
    return "\n".join(f"{key}: {_line(said)}" for key, said in (figures or {}).items() if key != "unit_type")


def _line(said: Any) -> str:
    return said if isinstance(said, str) else ", ".join(" ".join(map(str, part)) for part in said)


def _set(what: str, subject: str, act: str) -> dict[str, str]:
    """Add what was typed, or change or rename what is there; what is wrong with it by field."""
    acts = PARTS.get(what) or abort(404)
    if act == "change":
        name, body = acts.change or abort(404), {what: subject} | _typed(CHANGED[what]) | _figures(what)
    elif subject:
        name, body = acts.rename, _names(what) | {what: subject}
    else:
        name, body = acts.add, _names(what) | _typed(PLAIN[what]) | _figures(what)
    # What is there already is told together with all else that is wrong, so that nobody sends a form twice for it.
    alike = {} if act == "change" or subject else _beside(what)
    found = _explained(name, body) | alike if alike else submit(name, body)
    return abort(403) if "" in found else found


def _explained(name: str, body: Mapping[str, str]) -> dict[str, str]:
    operation = registry.get(name)
    return operation.explain(operation.clean({key: said for key, said in body.items() if said})[1])


def _names(what: str) -> dict[str, str]:
    named = {tag: said for tag in LANGUAGES if (said := request.form.get(f"name-{tag}", "").strip())}
    return {"title" if what == "flat" else "names": json.dumps(named, ensure_ascii=False) if named else ""}


def _typed(names: Sequence[str]) -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in names}


def _figures(what: str) -> dict[str, str]:
    """What of a part is written one figure a line, or as a time of the day, as its operation wants it."""
    if what == "shift":
        return {name: _minute(request.form.get(name, "")) for name in ("starts", "ends")}
    if what != "flat":
        return {}
    told = {name: _by_key(request.form.get(name, "")) for name in ("placeholders", "plan")}
    told["placeholders"]["unit_type"] = request.form.get("unit_type", "").strip()
    return {name: json.dumps(lines, ensure_ascii=False) if lines else "" for name, lines in told.items()}


def _by_key(text: str) -> dict[str, str]:
    lines = [line.replace("：", ":").partition(":") for line in text.splitlines() if line.strip()]
    return {key.strip(): said.strip() for key, _colon, said in lines}


def _minute(text: str) -> str:
    hour, _colon, minute = text.strip().replace("：", ":").partition(":")
    is_time = hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60
    return str(int(hour) * 60 + int(minute)) if is_time else text.strip()


def _beside(what: str) -> dict[str, str]:
    """What cannot be beside what there is: another of the same code."""
    if any(each.code == request.form.get("code", "").strip() for each in _rows(this_site())[what]):
        return {"code": str(_("There is one with this code already."))}
    return {}


# closing


@desk_page(bp, f"{PAGE}/<part>/<uuid:subject_id>/closing", methods=("GET", "POST"))
def closing(part: str, subject_id: UUID) -> Response:
    """Say after which day a part is offered no longer, or that it is again; what is there still is said, and hinders nothing."""
    acts, subject = PARTS.get(part) or abort(404), str(subject_id)
    site, at = this_site(), clock.now()
    row = next((each for each in _rows(site)[part] if each.id == subject), None) or abort(404)
    if not registry.get(acts.close).roles & g.roles:
        abort(403)
    wrong = _closed(part, subject) if request.method == "POST" else {}
    if request.method == "POST" and not wrong:
        flash(_("Set. Tablets follow with their next pages."), "ok")
        return make_response(redirect(PAGE, 303))
    today = clock.day_of(at, site.zone)
    place_id = subject if part == "place" else getattr(row, "place_id", "")
    page = render_template(
        "shifts/closing.html",
        name=words(row.title if part == "flat" else row.names),
        place=next((words(each.names) for each in sites.places(site.id) if each.id == place_id), ""),
        is_part=part in ("flat", "post"),
        kind=part,
        last_day=_last_day(site, row),
        today=today.isoformat(),
        remains=remains_at(site.id, place_id, at) if place_id else [],
        typed=request.form,
        wrong=wrong,
        one_time=ids.uuid7(at),
    )
    return make_response(page, 422 if wrong else 200)


def _last_day(site: Project, row: Any) -> str:
    return row.last_day if isinstance(row, Shift) else sites.closings(site.id).get(row.id, "")


def _closed(part: str, subject: str) -> dict[str, str]:
    """Close it, or take that back; what is wrong by field."""
    day, is_back = request.form.get("last_day", "").strip(), request.form.get("act") == "back"
    if not day and not is_back:
        return {"last_day": registry.get("sites.close_place").explain({"last_day": "required"})["last_day"]}
    if part != "shift":
        return submit(PARTS[part].close, {part: subject, "last_day": "" if is_back else day})
    return _held_again(subject) if is_back else _held_until(subject, day)


def _held_until(subject: str, day: str) -> dict[str, str]:
    wrong = _explained("sites.close_place", {"place": subject, "last_day": day})
    if wrong:
        return wrong
    since = (clock.day_named(day) + timedelta(days=1)).isoformat()
    return _of_day(submit("shifts.set_hours", {"shift": subject, "since": since}))


def _held_again(subject: str) -> dict[str, str]:
    """A shift is held again with the hours it had, from tomorrow on, or as if it never had been going to end."""
    site, at = this_site(), clock.now()
    today = clock.day_of(at, site.zone)
    row: Shift = next(each for each in _rows(site)["shift"] if each.id == subject)
    since = max((today + timedelta(days=1)).isoformat(), (date.fromisoformat(row.last_day) + timedelta(days=1)).isoformat())
    body = {"shift": subject, "since": since, "starts": str(row.starts), "ends": str(row.ends)}
    return _of_day(submit("shifts.set_hours", body))


def _of_day(wrong: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, beside the only field there is."""
    return {"last_day": next(iter(wrong.values()))} if wrong else {}


@tablet_caution
def cautions(project_id: str, tablet_id: str) -> Cautions:
    """To whoever works at a tablet whose place is closed: it goes on recording, and where to turn."""
    last, here = sites.closings(project_id), tablet(project_id, tablet_id)
    day = last.get(here.place_id) if here and last else None
    if day is None or is_open(sites.today(project_id, clock.now()).isoformat(), day):
        return []
    told = _("This place is closed since the end of %(day)s.", day=day_text(date.fromisoformat(day)))
    return [(told, _("What you record is kept and sent all the same. Ask the manager where this tablet belongs now."))]
