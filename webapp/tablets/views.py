"""The door of the product: which page is whose, enrolment, the tablets at the desk (P2-4.4.7b)."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from webapp.base import address, clock, ids
from webapp.base.database import db
from webapp.base.errors import Untold
from webapp.base.i18n import LANGUAGES, N_, language, words
from webapp.base.written import day_text, span_text, time_text
from webapp.operations.declarations import desk_link, pack_pages, tablet_notes
from webapp.sites import queries as sites
from webapp.sites.models import Project
from webapp.staff import desk
from webapp.staff.access import person_of
from webapp.staff.desk import desk_page
from webapp.staff.lists import desk_table
from webapp.tablets import enrolment, frames, life
from webapp.tablets.fitness import POINTS
from webapp.tablets.models import STATIONS
from webapp.tablets.queries import Contact, authenticate, contacts, tablet, tablets
from webapp.tablets.rules import is_silent
from webapp.tablets.stations import cookie_name, credential
from webapp.tablets.tables import TABLETS

bp = Blueprint("tablets", __name__)
desk_link("/tablets", N_("Tablets"), N_("Which have something to send; enrol, retire, revoke one"), "tablet")
A_YEAR = 31_536_000
A_CLAIM = 1_200
CLAIM = "claim"
"""The cookie with the ticket of a code that waits for approval."""


@bp.get("/")
def door() -> Response:
    """Lead on by what this browser is: a tablet, a desk, or nothing yet."""
    here = authenticate(credential()) if credential() else None
    if here and here.barred is None and pack_pages(here.station):
        return _uncached(redirect(f"/{language()}/{here.station}/"))
    at = clock.now()
    if desk.token() and (who := person_of(desk.token(), at)):
        return _uncached(redirect(desk.home(who, at)))
    return make_response(render_template("tablets/door.html", tablet=here))


def _uncached(response: Any) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return make_response(response)


@bp.route("/enrol", methods=["GET", "POST"])
def enrol() -> Response:
    """Take a one-use code; it is exchanged for a credential at once, or once it is approved on the supervisor's screen."""
    typed = request.form.get("code", "")
    if request.method == "GET":
        return make_response(render_template("tablets/enrol.html", code="", wrong=None))
    try:
        taken = enrolment.claim(typed, clock.now(), enrolment.read_shown(request.form.get("store", "")))
    except enrolment.StillHolds:
        holder = authenticate(credential()) if credential() else None
        station = holder.station if holder else ""
        return make_response(render_template("tablets/enrol.html", code=typed, wrong=None, holds=True, holder=station), 422)
    if taken is None:
        wrong = _("This code is unknown, used or older than ten minutes. Ask the manager for another.")
        return make_response(render_template("tablets/enrol.html", code=typed, wrong=wrong), 422)
    if isinstance(taken, enrolment.Enrolled):
        return _taken_in(taken)
    response = _uncached(redirect(url_for("tablets.claim"), 303))
    response.set_cookie(
        _claim_cookie(), taken.ticket, max_age=A_CLAIM, httponly=True, secure=request.is_secure, samesite="Lax", path="/"
    )
    return response


def _claim_cookie() -> str:
    return f"__Host-{CLAIM}" if request.is_secure else CLAIM


@bp.route("/enrol/claim", methods=["GET", "POST"])
def claim() -> Response:
    """Wait for the supervisor (202 while he has not ruled); once he has approved, a POST fetches the credential."""
    ticket, at = request.cookies.get(_claim_cookie(), ""), clock.now()
    found = enrolment.claimed(ticket, at) if ticket else None
    if found is None:
        return _uncached(redirect(url_for("tablets.enrol"), 303))
    taken = enrolment.collect(ticket, at) if request.method == "POST" and found.approved else None
    if taken is not None:
        return _taken_in(taken)
    response = make_response(render_template("tablets/claim.html", claim=found), 202 if found.approved is None else 200)
    return _uncached(response)


def _taken_in(taken: enrolment.Enrolled) -> Response:
    """The page that makes this browser the tablet's, and the credential that only its cookie holds."""
    keeps = tablet(taken.tablet.project_id, taken.emptied.partition(":")[0]) is not None  # no other site's words are shown here
    page = render_template(
        "tablets/enrolled.html", taken=taken, at=clock.now(), keeps=keeps, home=f"/{language()}/{taken.tablet.station}/"
    )
    response = _uncached(make_response(page))
    response.set_cookie(
        cookie_name(), taken.credential, max_age=A_YEAR, httponly=True, secure=request.is_secure, samesite="Lax", path="/"
    )
    return response


@bp.get("/tablet-check")
def check() -> Response:
    """Whether this browser is fit to be a tablet: open to all, before anybody enrols it, and in plain http before it trusts us."""
    page = render_template(
        "tablets/check.html",
        points=[(key, _(holds), _(mend), tone) for key, holds, mend, tone in POINTS],
        at=clock.now(),
        root="" if request.is_secure else address.root_fingerprint(),
        secure=current_app.config["PUBLIC_URL"],
        agent=request.user_agent.string,
    )
    return make_response(page)


@bp.get("/offline/<tag>")
def offline(tag: str) -> Response:
    """What a tablet shows in the place of a page that it does not carry."""
    if tag not in LANGUAGES:
        abort(404)
    g.language = tag
    response = make_response(render_template("tablets/offline.html"))
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/ui")
def gallery() -> str:
    """Every component once."""
    around = frames.frame() | {
        "site": "Threshold", "place": "", "nav": [], "zone": "UTC", "clock": "10:42",
        "urls": {"home": "/", "outbox": "", "lock": "", "post": "", "sign_out": ""},
    }  # fmt: skip
    return render_template("ui/gallery.html", frame=around)


def _seen(site: Project, contact: Contact | None, at: int) -> dict[str, Any]:
    """What was last heard of a tablet, as the list shows it."""
    if contact is None:
        return {}
    start, _end = sites.day_around(site, at)
    silent = is_silent(contact.seen_at, at, start + site.opens * clock.MINUTE, start + site.closes * clock.MINUTE)
    time = time_text(contact.seen_at, site.zone)
    day = "" if contact.seen_at >= start else day_text(clock.day_of(contact.seen_at, site.zone))
    return {
        "when": f"{day} {time}".strip(),
        "unsent": contact.unsent,
        "build": contact.build,
        "is_copied": contact.is_copied,
        "silent_for": span_text(at - contact.seen_at) if silent else "",
    }


@desk_page(bp, "/tablets", methods=("GET", "POST"))
def listing() -> Response:
    """The tablets of the site with what was last heard of them; a code for another one."""
    code, wrong, at = None, {}, clock.now()
    name, chosen = request.form.get("name", "").strip(), request.form.get("station", "")
    if request.method == "POST":
        station, _blank, spot_id = chosen.partition(" ")
        spot = _spot(station, spot_id)
        wrong = _wrong_of(name, spot)
        if not wrong:
            code = enrolment.make_code(g.project_id, name, station, at, spot=spot, made_by=g.person.id)
            db.session.rollback()
            g.person = db.session.merge(g.person, load=True)
    site, heard = frames.this_site(), contacts(g.project_id)
    page = render_template(
        "tablets/index.html",
        tablets=[(each, _seen(site, heard.get(each.id), at)) for each in tablets(g.project_id)],
        notes=tablet_notes(g.project_id),
        due=frames.certificate_due(site.zone),
        code=code,
        wrong=wrong,
        name="" if code else name,
        station=chosen,
        waiting=enrolment.waiting(g.project_id, at),
        files=life.waiting_files(site, at),
        may_rule=bool(g.roles & set(life.MAY)),
        draining=life.drains_since(g.project_id),
        stations=list(_stations()),
        enrol_address=url_for("tablets.enrol", _external=True),
    )
    return make_response(page, 422 if wrong else 200)


def _stations() -> Iterator[tuple[str, str]]:
    """What can be chosen: each station wherever it can stand, told by its place and, where that has several, the show flat."""
    titles = {flat.id: words(flat.title) for flat in sites.flats(g.project_id)}
    for station in STATIONS:
        found = enrolment.spots(g.project_id, station) if pack_pages(station) else []
        for spot in found:
            place = sites.place(g.project_id, spot.place_id)
            has_more = sum(each.place_id == spot.place_id for each in found) > 1
            named = (_(frames.STATIONS[station]), words(place.names) if place else "", titles.get(spot.id) if has_more else "")
            yield f"{station} {spot.id}", " · ".join(filter(None, named))


def _spot(station: str, spot_id: str) -> enrolment.Spot | None:
    """Where a tablet is to stand; the first such place where nobody said which."""
    found = enrolment.spots(g.project_id, station) if station in STATIONS else []
    return next((each for each in found if spot_id in ("", each.id)), None)


def _wrong_of(name: str, spot: enrolment.Spot | None) -> dict[str, str]:
    """What is wrong with the form, by field."""
    wrong = {} if name and len(name) <= 80 else {"name": _("Name the tablet in at most 80 characters.")}
    return wrong if spot else wrong | {"station": _("Choose where the tablet stands.")}


def _told(error: HTTPException) -> Response | HTTPException:
    """A page in place of the bare status; the sync door speaks for itself."""
    if request.path.startswith("/sync/"):
        return error
    for name in ("tablet", "project_id"):
        g.pop(name, None)
    status = error.code or 500
    again = status == 503 or isinstance(
        error, Untold
    )  # never for a form that a browser says is foreign: it holds a stranger's words
    typed = _typed() if again else []
    page = render_template("tablets/error.html", status=status, typed=typed, readable=_readable(typed))
    return make_response(page, status)


SECRET = {"_code", "password", "csrf_token"}
"""What a page never says again."""


def _typed() -> list[tuple[str, str]]:
    """Every field of the form that could not be taken, to be sent once more."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in SECRET]


def _readable(typed: Sequence[tuple[str, str]]) -> list[str]:
    """What a person typed of it: neither ids nor the form's own fields."""
    return [value for name, value in typed if value and not ids.is_id(value) and name != "next" and not name.startswith("_")]


desk_table(bp, "/lists/tablets", TABLETS)


def init_app(app: Flask) -> None:
    """Register the pages, and the frame around all of them."""
    frames.init_app(app)
    app.register_error_handler(HTTPException, _told)
    app.register_blueprint(bp)
    app.register_blueprint(life.bp)
