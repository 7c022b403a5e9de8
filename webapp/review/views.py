"""The review of a day (domain section 0.8): one page that shows the shift."""

from datetime import date, timedelta

from flask import Blueprint, Flask, abort, render_template

from webapp.actions import queries as actions
from webapp.attachments import queries as attachments
from webapp.base import clock
from webapp.base.written import amount_text
from webapp.repairs.queries import OUTCOMES
from webapp.review import queries
from webapp.review.queries import Day
from webapp.review.rules import by_hour, open_first
from webapp.shifts.queries import shift_at
from webapp.sites.models import Project
from webapp.staff.desk import desk_page
from webapp.staff.queries import people
from webapp.tablets.frames import this_site
from webapp.tours import queries as tours

bp = Blueprint("review", __name__)


@desk_page(bp, "/review")
def today() -> str:
    """The day that is on."""
    site = this_site()
    return _page(site, clock.day_of(clock.now(), site.zone))


@desk_page(bp, "/review/<day>")
def on(day: str) -> str:
    """A day by its date, 2026-03-06; nothing of a day to come."""
    site = this_site()
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        abort(404)
    if wanted > clock.day_of(clock.now(), site.zone):
        abort(404)
    return _page(site, wanted)


def _page(site: Project, wanted: date) -> str:
    now = clock.now()
    start, end = clock.day_bounds(wanted, site.zone)
    day = Day(site, start, end, min(now, end - 1))
    figures = tours.figures_of(site, start, end, day.at)
    heard, covers, found = queries.heard_of(day, now), queries.covers_of(day), queries.doubts(day)
    log, certified = queries.log(day), queries.certified(day)
    named = {*(each.author_id for each in found), *(each.author_id for each in certified), *(each.by for each in log)}
    lacking = {tablet.id for tablet, standing in queries.standings_of(day).values() if standing.gaps}
    points = open_first(queries.points(day, heard, covers, found))
    return render_template(
        "review/day.html",
        day=wanted,
        before=wanted - timedelta(days=1),
        after=wanted + timedelta(days=1) if end <= now else None,
        shift=shift_at(site.id, now) if end > now else None,
        figures=figures,
        hours=by_hour(figures.by_hour, site.opens // 60, -(-site.closes // 60)),
        covers=covers,
        handed_out=sum(each.handed_out for each in covers),
        clean=amount_text(sum(each.covers.clean for each in covers)),
        soiled=amount_text(sum(each.covers.soiled for each in covers)),
        heard=heard,
        restless=sum(bool(each.unsent or each.is_silent or each.tablet.id in lacking) for each in heard),
        points=points,
        open=sum(point.tone != "ok" for point in points),
        log=log,
        doubts=found,
        certified=[(each, clock.day_of(each.certified_at or 0, site.zone)) for each in certified],
        people=people(each for each in named if each),
        photos=attachments.photos_of(site.id, filter(None, [*(one.entry for one in log), *(one.entry for one in points)])),
        outcomes=OUTCOMES,
        actions=actions.by_entry(actions.actions(site.id, now)),
    )


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(bp)
