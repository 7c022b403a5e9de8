"""Who is on post (P2-4.4.7a), and whose code was locked there."""

from typing import Any

from flask import Blueprint, Flask, Response, abort, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from webapp.base import clock
from webapp.base.i18n import N_, NAMES
from webapp.operations import registry
from webapp.operations.declarations import desk_link, desk_links
from webapp.operations.fields import explain
from webapp.operations.roles import ADMIN, SUPERVISOR
from webapp.shifts import parts, queries
from webapp.sites import queries as sites
from webapp.sites.models import Project
from webapp.sites.rules import MARKETING, POST_WARRANTY, PRE_MOVE_IN, SMALL, STANDARD, WARRANTY, Dates, out_of_order, stage_on
from webapp.staff import access
from webapp.staff.desk import desk_page, submit
from webapp.staff.queries import locked_codes, people
from webapp.tablets.frames import this_site
from webapp.tablets.queries import tablets
from webapp.tablets.stations import station_page

bp = Blueprint("shifts", __name__)

desk_link("/posts", N_("Posts"), N_("Who stands where now; codes that were locked"), "user")


@station_page(bp, ("door", "bar"), "post", families=("shifts",))
def post() -> str:
    """Take a post or leave it, and who stands where."""
    site = this_site()
    here = sites.posts(site.id, g.tablet.place_id, on=clock.day_of(clock.now(), site.zone))
    return render_template("shifts/post.html", here=here, **_standing(site))


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


STAGE_NAMES = {
    MARKETING: N_("Selling"), PRE_MOVE_IN: N_("Sold, before moving in"), WARRANTY: N_("Within the warranty"),
    POST_WARRANTY: N_("After the warranty"),
}  # fmt: skip
DATE_NAMES = {
    "opens_on": N_("Opening of sales"), "sold_on": N_("Last flat sold"), "moves_in_on": N_("Moving in"),
    "warranty_ends_on": N_("End of the warranty"),
}  # fmt: skip


@desk_page(bp, "/site", methods=("GET", "POST"))
def about() -> Response:
    """The site: its stage and dates, its places, flats and posts, and the pages that are opened now and then (P2-1)."""
    return _about(_dated() if request.method == "POST" else {})


PRINTED = ("company", "kept_years", "in_ink", "language")


@desk_page(bp, "/site/printing", methods=("POST",))
def printing() -> Response:
    """How the sheets of the site are printed (forms.md)."""
    wrong = submit("sites.set_printing", {name: request.form.get(name, "").strip() for name in PRINTED})
    if "" in wrong:
        abort(403)
    if not wrong:
        flash(_("Set. Sheets are printed so from now on."), "ok")
    return _about(wrong or None)


@desk_page(bp, "/site/team", methods=("POST",))
def team() -> Response:
    """How many people the site has: of a small team the doer may verify (domain section 0.12)."""
    wrong = submit("sites.set_profile", {"profile": request.form.get("profile", "")})
    if "" in wrong:
        abort(403)
    if not wrong:
        flash(_("Set. It applies from now on."), "ok")
    return _about(wrong or None)


def _about(wrong: dict[str, str] | None) -> Response:
    site, at = this_site(), clock.now()
    if wrong is None:
        return make_response(redirect(url_for("shifts.about"), 303))
    dates, today = sites.dates(site.id, at), clock.day_of(at, site.zone)
    page = render_template(
        "shifts/site.html",
        site=site,
        dates=[(name, str(_(words)), getattr(dates, name) or "") for name, words in DATE_NAMES.items()],
        stage=str(_(STAGE_NAMES[stage_on(dates, today.isoformat())])),
        said=dates.stage,
        stages=[("", str(_("As the dates say"))), *((each, str(_(name))) for each, name in STAGE_NAMES.items())],
        places=sites.places(site.id, on=today),
        flats=sites.flats(site.id, on=today),
        posts=sites.posts(site.id, on=today),
        kinds=queries.kinds(site.id, today),
        links=desk_links(),
        printing=sites.printing(site.id, at),
        language=NAMES[sites.record_language(site, at)],
        languages=[("", NAMES[site.record_language]), *((tag, name) for tag, name in NAMES.items() if tag != site.record_language)],
        profiles=[(STANDARD, str(_("Usual: somebody else verifies"))), (SMALL, str(_("Small: the doer may verify")))],
        is_small=sites.small_since(site.id, at)(at),
        may_size=ADMIN in g.roles,
        may_set=bool(g.roles & {ADMIN, SUPERVISOR}),
        typed=request.form,
        wrong=wrong,
    )
    return make_response(page, 422 if wrong else 200)


def _dated() -> dict[str, str] | None:
    """Set the dates as typed; what is wrong by field, None where nothing is."""
    said = {name: request.form.get(name, "").strip() for name in (*DATE_NAMES, "stage", "reason")}
    operation = registry.get("sites.set_dates")
    found = operation.explain(operation.clean(said)[1])
    if not found:
        days = Dates(**{name: said[name] or None for name in Dates._fields})
        found = {name: explain("out_of_order") for name in out_of_order(days)}
    if said["stage"] and not said["reason"]:
        found["reason"] = str(_("Say why the stage is not the one of the dates."))
    if found:
        return found
    if submit("sites.set_dates", said):
        abort(403)
    flash(_("The dates are set."), "ok")
    return None


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
    if submit("staff.reopen_code", {"person": person_id, "tablet": tablet_id}):
        abort(422)
    access.reopen_code(person_id, tablet_id)
    flash(_("The code may be tried again."), "ok")
    return make_response(redirect(url_for("shifts.posts"), 303))


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(bp)
    app.register_blueprint(parts.bp)
