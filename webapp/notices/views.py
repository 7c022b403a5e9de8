"""The inbox of whoever is signed in, and the bell that counts what is unread."""

from datetime import date

from flask import Blueprint, Flask, Response, abort, g, make_response, redirect, render_template, request
from flask_babel import gettext as _

from webapp.base import clock
from webapp.base.written import instant_text
from webapp.notices import queries
from webapp.notices.models import Notice
from webapp.notices.rules import LEADS_TO, grouped
from webapp.operations.roles import OFFICE
from webapp.sites.queries import places, zone_of
from webapp.staff.desk import desk_page, send

bp = Blueprint("notices", __name__)


@desk_page(bp, "/inbox", among=OFFICE, methods=("GET", "POST"))
def inbox() -> Response:
    """What wants to be known, unread first, what is of one kind, place and day together; read one by one or all at once."""
    at = clock.now()
    if request.method == "POST":
        return _read(request.form.getlist("notice")[: queries.MOST])
    zone, found = zone_of(g.project_id), queries.inbox(g.project_id, g.person.id, at)

    def day(one: Notice) -> date:
        return clock.day_of(one.event_at, zone)

    page = render_template(
        "notices/inbox.html",
        waiting=[one for one, is_read in found if not is_read],
        groups=grouped(found, lambda one: (one.kind, one.place_id, day(one))),
        kinds={kind: _(name) for kind, name in queries.KIND_NAMES.items()},
        places={place.id: place.names for place in places(g.project_id)},
        day_of=day,
        leads_to=lambda one: LEADS_TO[one.kind].format(one.subject, day=day(one)),
        instant=lambda instant: instant_text(instant, zone, at),
    )
    return make_response(page)


def _read(chosen: list[str]) -> Response:
    own = queries.own(g.project_id, g.person.id, chosen)
    if not own or len(own) != len(set(chosen)):
        abort(404)
    for notice in own:
        send("notices.read", {"notice": notice})
    return make_response(redirect("/inbox", 303))


def _unread() -> int | None:
    """How many wait for whoever is signed in; None where nobody is who has an inbox."""
    return queries.unread(g.project_id, g.person.id, clock.now()) if g.get("roles", frozenset()) & OFFICE else None


def init_app(app: Flask) -> None:
    """Register the page, and the count for the bell of every desk page."""
    app.register_blueprint(bp)
    app.jinja_env.globals["unread_notices"] = _unread
