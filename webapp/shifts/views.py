"""Who is on post (P2-4.4.7a), and whose code was locked there."""

from typing import Any

from flask import Blueprint, Flask, Response, abort, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from webapp.base import clock
from webapp.operations.ledger import the_ledger
from webapp.operations.rules import SESSION
from webapp.shifts import queries
from webapp.sites import queries as sites
from webapp.sites.models import Project
from webapp.staff import access
from webapp.staff.desk import desk_page
from webapp.staff.queries import locked_codes, people
from webapp.tablets.frames import this_site
from webapp.tablets.queries import tablets
from webapp.tablets.stations import station_page

bp = Blueprint("shifts", __name__)


@station_page(bp, ("door", "bar"), "post", families=("shifts",))
def post() -> str:
    """Take a post or leave it, and who stands where."""
    site = this_site()
    return render_template("shifts/post.html", here=sites.posts(site.id, g.tablet.place_id), **_standing(site))


def _standing(site: Project) -> dict[str, Any]:
    """Who stands where now, as both pages show it."""
    at = clock.now()
    present = queries.present(site.id, at)
    return {
        "day": clock.day_of(at, site.zone),
        "shift": queries.shift_at(site.id, at),
        "posts": {each.id: each for each in sites.posts(site.id)},
        "present": present,
        "people": people(each.person_id for each in present),
    }


@desk_page(bp, "/posts", methods=("GET", "POST"))
def posts() -> Response:
    """The supervisor's look at the posts, and the button that opens a locked code."""
    site = this_site()
    here = {each.id: each for each in tablets(site.id)}
    if request.method == "POST":
        return _reopened(request.form.get("person", ""), request.form.get("tablet", ""), set(here))
    locked = locked_codes(here)
    page = render_template(
        "shifts/posts.html",
        locked=[(person_id, here[tablet_id]) for person_id, tablet_id in locked],
        known=people(person_id for person_id, _tablet in locked),
        **_standing(site),
    )
    return make_response(page)


def _reopened(person_id: str, tablet_id: str, here: set[str]) -> Response:
    if tablet_id not in here:
        abort(404)
    body, author_id = {"person": person_id, "tablet": tablet_id}, g.person.id
    outcome = the_ledger().submit("staff.reopen_code", body, project_id=g.project_id, author_id=author_id, proof=SESSION)
    if outcome.errors:
        abort(422)
    access.reopen_code(person_id, tablet_id)
    flash(_("The code may be tried again."), "ok")
    return make_response(redirect(url_for("shifts.posts"), 303))


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(bp)
