"""The review of a day (domain section 0.8): one page that shows the shift, and one where the day is closed."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Flask, Response, abort, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext as _

from webapp.actions import queries as actions
from webapp.attachments import queries as attachments
from webapp.base import clock, ids
from webapp.base.database import db
from webapp.base.i18n import LANGUAGES, words, written_in
from webapp.base.written import figure_text, instant_text
from webapp.operations import registry
from webapp.operations.knowing import as_known
from webapp.operations.roles import DEPUTY, SUPERVISOR
from webapp.records import tables
from webapp.records.addenda import what
from webapp.records.rules import DIGESTS
from webapp.records.sealing import Unsigned, unsigned
from webapp.repairs.queries import OUTCOMES
from webapp.review import queries
from webapp.review.points import left_open, points_of
from webapp.review.queries import Day, Heard, Late, PlaceCovers
from webapp.review.rules import NOTE_MOST, TOLD_MOST, WORDS_MOST, Closed, Point, by_hour, open_first
from webapp.shifts.queries import names, shift_at
from webapp.sites.models import Project
from webapp.staff.access import check_code
from webapp.staff.desk import day_asked, desk_page, first_day, submit
from webapp.staff.queries import listed, people
from webapp.tablets.frames import this_site
from webapp.tours import queries as tours

bp = Blueprint("review", __name__)
FOR_ALL = "for_all"
"""The field of the one reason for all points that have none of their own."""
SHOWN_IN = "shown_in"
"""Names the button that only shows the page in another language, with all that was chosen on it."""


@desk_page(bp, "/review")
def today() -> str:
    """The day that is on."""
    site = this_site()
    return _page(site, clock.day_of(clock.now(), site.zone))


@desk_page(bp, "/review/<day>")
def on(day: str) -> str:
    """A day by its date, 2026-03-06; nothing of a day to come."""
    return _page(this_site(), day_asked(day))


@desk_page(bp, "/review/<day>/close", methods=("GET", "POST"))
def close(day: str) -> Response:
    """Close a day while it is on: never blocked, a reason for each point that stays open, the six digits as the signature. On a
    clean day it is also under the duty records of every shift of which nobody is on post any more.

    Once somebody has closed it, his name stands there before anybody else signs; whoever signed already does not sign again.
    """
    site, now = this_site(), clock.now()
    wanted = day_asked(day)
    one = _day(site, wanted, now)
    if not _may_close():
        abort(403)
    closures = queries.closures(one)
    if (told := _too_late(one, closures, now)) is not None:
        flash(told, "soon")
        return make_response(redirect(f"/review/{wanted}", 303))
    points = _open_points(one, now)
    records = [] if points else unsigned(site, wanted, now)
    wrong: dict[str, str] | None = {}
    if request.method == "POST" and SHOWN_IN not in request.form:
        overtaken = closures and request.form.get("seen") != _seen(closures)
        wrong = {"code": _closed_by(one, closures[0])} if overtaken else _closed(one, wanted, points, records, now)
    if wrong is None:
        return make_response(redirect(f"/review/{wanted}", 303))
    page = render_template(
        "review/close.html",
        day=wanted,
        points=points,
        path_of=tables.path_of,
        records=[(each, _label(each), _record_words(site, each), listed(each.staying)) for each in records],
        reasons=[(key, _(name)) for key, name in queries.REASON_NAMES.items()],
        note_most=NOTE_MOST,
        told=_closed_by(one, closures[0]) if closures else "",
        seen=_seen(closures),
        said=request.form,
        wrong=wrong,
        one_time=ids.uuid7(now),
    )
    return make_response(page, 422 if wrong else 200)


def _too_late(day: Day, closures: Sequence[Closed], now: int) -> str | None:
    """Why nobody, or not this person again, closes a day; None where it may be closed."""
    if day.end <= now:
        return str(_("This day is over: it closed by itself."))
    mine = next((each for each in closures if each.by == g.person.id), None)
    return str(_("You closed this day at %(time)s already.", time=day.time(mine.at))) if mine else None


def _seen(closures: Sequence[Closed]) -> str:
    """What a page has seen of those who closed the day."""
    return str(len(closures))


def _closed_by(day: Day, first: Closed) -> str:
    found = people([first.by]).get(first.by) if first.by else None
    name = found.name if found else _("Unknown")
    return str(
        _("%(name)s closed this day at %(time)s. Both signatures stand, the first counts.", name=name, time=day.time(first.at))
    )


def _open_points(day: Day, now: int) -> dict[str, Point]:
    return left_open(open_first(_points(day, now)))


def _told(day: Day, now: int) -> dict[str, dict[str, str]]:
    """Each open point in every language, for whoever reads it later has his own."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for tag in LANGUAGES:
        with written_in(tag):
            for label, point in _open_points(day, now).items():
                found[label][tag] = point.line(TOLD_MOST)
    return found


def _said(wanted: date, points: Mapping[str, Point], told: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What was said of each point that stands open now: its own reason, or the one for all."""
    said, for_all = {"day": wanted.isoformat()}, request.form.get(FOR_ALL, "")
    for label, point in points.items():
        line = f"lines.{label}"
        said[f"{line}.words"] = point.line(WORDS_MOST)
        said[f"{line}.told"] = json.dumps(told.get(label), ensure_ascii=False) if label in told else ""
        said[f"{line}.reason"] = request.form.get(f"{line}.reason", "").strip() or for_all
        said[f"{line}.note"] = request.form.get(f"{line}.note", "")
    return said


def _label(record: Unsigned) -> str:
    """What a record is called in the form."""
    return f"{record.of.post.id}-{record.of.window.start}"


def _record_words(site: Project, record: Unsigned) -> str:
    """A record by its post and its shift."""
    shift = words(names(site.id).get(record.of.window.shift or "", {}))
    return " · ".join(filter(None, (words(record.of.post.names), shift)))


def _signing(records: Sequence[Unsigned]) -> dict[str, str]:
    """The records that are signed with the day: those that still say what whoever signs was shown."""
    said: dict[str, str] = {}
    for each in records:
        label, digest = _label(each), each.says.digest
        if not each.staying and request.form.get(f"shown.{label}") == digest:
            told = {"post": each.of.post.id, "shift": each.of.window.shift or "", "digest": digest, "way": str(DIGESTS)}
            said |= {f"records.{label}.{name}": value for name, value in told.items()}
    return said


def _closed(day: Day, wanted: date, points: Mapping[str, Point], records: Sequence[Unsigned], now: int) -> dict[str, str] | None:
    """Close the day with what was said of each point that stands open now, and sign its records with it; what is wrong by field,
    None where nothing is."""
    signed = _signing(records)
    said = _said(wanted, points, _told(day, now)) | signed
    operation = registry.get("review.close")
    wrong = operation.explain(operation.clean(said)[1])
    missing = {f"lines.{label}.reason": point for label, point in points.items() if not said[f"lines.{label}.reason"].strip()}
    wrong |= {name: _("Choose a reason for “%(point)s”.", point=point.words) for name, point in missing.items()}
    if wrong:
        return wrong
    who = g.person.id
    if check_code(who, request.form.get("code", ""), now).person_id is None:
        return {"code": _("The code does not match this person. Try again.")}
    wrong = submit("review.close", said)
    if wrong:
        return {name or "code": words for name, words in wrong.items()}
    _tell(day, who)
    left = [_record_words(day.site, each) for each in records if f"records.{_label(each)}.post" not in signed]
    if left:
        flash(_("Duty records not signed yet: %(records)s", records=str(_(", ")).join(left)), "soon")
    return None


def _tell(day: Day, who: str) -> None:
    """Say that it is closed; to whoever comes second, whose signature counts."""
    db.session.rollback()
    first = queries.closures(day)[0]
    if first.by == who:
        flash(_("Closed. What arrives later is shown as such."), "ok")
    else:
        flash(_closed_by(day, first), "soon")


def _may_close() -> bool:
    return bool(g.roles & {SUPERVISOR, DEPUTY})


def _day(site: Project, wanted: date, now: int) -> Day:
    start, end = clock.day_bounds(wanted, site.zone)
    return Day(site, start, end, min(now, end - 1))


def _points(day: Day, now: int) -> list[Point]:
    return points_of(day, queries.heard_of(day, now), queries.covers_of(day), queries.doubts(day))


def _page(site: Project, wanted: date) -> str:
    now = clock.now()
    day = _day(site, wanted, now)
    end = day.end
    closures = queries.closures(day)
    late, since_closing = _late(day, closures, now)
    with as_known():  # what was taken back counts, also where the day was over by then
        heard, covers, found = queries.heard_of(day, now), queries.covers_of(day), queries.doubts(day)
        log, certified, figures = queries.log(day), queries.certified(day), _figures(day, covers, heard)
        points = open_first(points_of(day, heard, covers, found))
    yesterday = queries.closures(_day(site, wanted - timedelta(days=1), now))
    named = {*(each.by for each in closures), *(each.by for each in log), *(each.came.author_id for each in late)}
    named |= {*(each.author_id for each in found), *(each.author_id for each in certified)}
    return render_template(
        "review/day.html",
        day=wanted,
        before=wanted - timedelta(days=1) if wanted > first_day() else None,
        after=wanted + timedelta(days=1) if end <= now else None,
        shift=shift_at(site.id, now) if end > now else None,
        **figures,
        points=points,
        open=sum(point.is_open for point in points),
        is_over=bool(closures) or end <= now,
        closures=closures,
        late=[(what(site, each.came, day.start), each, _came_in(day, each)) for each in late],
        since_closing=since_closing,
        carried=yesterday[0].left if yesterday else (),
        closed_itself=bool(log) and not closures and end <= now,
        may_close=_may_close() and not closures and end > now,
        reasons=queries.REASON_NAMES,
        log=log,
        doubts=found,
        certified=[(each, clock.day_of(each.certified_at or 0, site.zone)) for each in certified],
        people=people(each for each in named if each),
        photos=attachments.photos_of(site.id, filter(None, [*(one.entry for one in log), *(one.entry for one in points)])),
        outcomes=OUTCOMES,
        actions=actions.by_entry(actions.actions(site.id, now)),
    )


def _late(day: Day, closures: Sequence[Closed], now: int) -> tuple[list[Late], str]:
    """What came for the day after it was closed, or after it had closed by itself; and what the figures were at the closing where
    they are no more."""
    if not closures:
        return queries.late(day, None) if day.end <= now else [], ""
    first = closures[0]
    then = queries.tally(replace(day, at=first.at), first.known)
    return queries.late(day, first), queries.changed(then, queries.tally(day))


def _came_in(day: Day, late: Late) -> str:
    """When an entry came in, with its day where that is another."""
    return str(_("came in %(time)s", time=instant_text(late.came.known.received_at, day.site.zone, day.start)))


def _figures(day: Day, covers: Sequence[PlaceCovers], heard: Sequence[Heard]) -> dict[str, Any]:
    """What the head of the page counts and draws: guests, shoe covers, tablets."""
    site = day.site
    figures = tours.figures_of(site, day.start, day.end, day.at)
    lacking = {tablet.id for tablet, standing in queries.standings_of(day).values() if standing.gaps}
    lacking |= {tablet.id for tablet, _gap in queries.older_cases(day)}
    return {
        "figures": figures,
        "hours": by_hour(figures.by_hour, site.opens // 60, -(-site.closes // 60)),
        "covers": covers,
        "handed_out": sum(each.handed_out for each in covers),
        "clean": figure_text(sum(each.covers.clean for each in covers)),
        "soiled": figure_text(sum(each.covers.soiled for each in covers)),
        "heard": heard,
        "restless": sum(bool(each.unsent or each.is_silent or each.tablet.id in lacking) for each in heard),
    }


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(bp)
