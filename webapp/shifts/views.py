"""Who is on post (P2-4.4.7a), and whose code was locked there."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Flask, Response, abort, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from webapp.base import clock, ids
from webapp.base.i18n import LANGUAGES, N_, NAMES, words
from webapp.operations import registry
from webapp.operations.declarations import desk_link, desk_links
from webapp.operations.fields import explain
from webapp.operations.roles import ADMIN, FRONT, ROLE_NAMES, SUPERVISOR
from webapp.shifts import queries
from webapp.sites import queries as sites
from webapp.sites.models import Project
from webapp.sites.rules import MARKETING, POST_WARRANTY, PRE_MOVE_IN, SMALL, STANDARD, WARRANTY, Dates, box, out_of_order, stage_on
from webapp.staff import access
from webapp.staff.desk import desk_page, submit
from webapp.staff.queries import locked_codes, people
from webapp.tablets.frames import this_site
from webapp.tablets.queries import tablets
from webapp.tablets.stations import station_page

bp = Blueprint("shifts", __name__)

desk_link("/site/parts", N_("Flats and posts"), N_("Places, show flats, posts and shifts: added and renamed"), "map")
desk_link("/posts", N_("Posts"), N_("Who stands where now; codes that were locked"), "user")


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
    dates = sites.dates(site.id, at)
    page = render_template(
        "shifts/site.html",
        site=site,
        dates=[(name, str(_(words)), getattr(dates, name) or "") for name, words in DATE_NAMES.items()],
        stage=str(_(STAGE_NAMES[stage_on(dates, clock.day_of(at, site.zone).isoformat())])),
        said=dates.stage,
        stages=[("", str(_("As the dates say"))), *((each, str(_(name))) for each, name in STAGE_NAMES.items())],
        places=sites.places(site.id),
        flats=sites.flats(site.id),
        posts=sites.posts(site.id),
        kinds=queries.kinds(site.id),
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


PARTS = {
    "place": (N_("Places"), "sites.add_place", "sites.rename_place"),
    "flat": (N_("Show flats"), "sites.add_flat", "sites.rename_flat"),
    "post": (N_("Posts"), "sites.add_post", "sites.rename_post"),
    "shift": (N_("Shifts"), "shifts.add_kind", "shifts.rename_kind"),
}
"""What a site consists of: its heading, and the operations that add one and rename it."""
PLAIN = {
    "place": ("kind", "code"),
    "flat": ("place", "code", "unit_type", "area"),
    "post": ("place", "role", "code"),
    "shift": ("code",),
}
PLACE_NAMES = {
    "sales_centre": N_("Sales centre"), "show_flat": N_("Show flat"), "water_bar": N_("Water bar"), "store_room": N_("Store room"),
    "laundry": N_("Laundry"), "other": N_("Other"),
}  # fmt: skip


@desk_page(bp, "/site/parts", methods=("GET", "POST"))
def parts() -> Response:
    """The places, flats, posts and shifts of the site: each is added and renamed here (P2-1, P2-4.3.1)."""
    what, subject = request.form.get("what", ""), request.form.get("subject", "")
    wrong = _part_set(what, subject) if request.method == "POST" else {}
    if request.method == "POST" and not wrong:
        flash(_("Set. Tablets follow with their next pages."), "ok")
        return make_response(redirect(request.path, 303))
    site = this_site()
    rows = _parts_of(site)
    page = render_template(
        "shifts/parts.html",
        parts=[(key, str(_(title)), rows[key]) for key, (title, _add, _rename) in PARTS.items()],
        places=[(each.id, words(each.names)) for each in rows["place"]],
        kinds={each: str(_(name)) for each, name in PLACE_NAMES.items()},
        fronts={each: str(_(name)) for each, name in ROLE_NAMES.items() if each in FRONT},
        boxes={each.id: box(each.plan) for each in rows["flat"] if each.plan},
        may={key: bool(registry.get(add).roles & g.roles) for key, (_title, add, _rename) in PARTS.items()},
        languages=[(tag, NAMES[tag]) for tag in LANGUAGES],
        asked=(what, subject),
        typed=request.form,
        wrong=wrong,
        new_id=lambda: ids.uuid7(clock.now()),
    )
    return make_response(page, 422 if wrong else 200)


def _parts_of(site: Project) -> dict[str, Sequence[Any]]:
    kinds = queries.kinds(site.id)
    return {"place": sites.places(site.id), "flat": sites.flats(site.id), "post": sites.posts(site.id), "shift": kinds}


def _part_set(what: str, subject: str) -> dict[str, str]:
    """Add what was typed, or rename it; what is wrong with it by field."""
    _title, add, rename = PARTS.get(what) or abort(404)
    named = {tag: said for tag in LANGUAGES if (said := request.form.get(f"name-{tag}", "").strip())}
    body = {"title" if what == "flat" else "names": json.dumps(named, ensure_ascii=False) if named else ""}
    if subject:
        found = submit(rename, body | {what: subject})
    else:
        body |= {name: request.form.get(name, "").strip() for name in PLAIN[what]} | _figures(what)
        operation = registry.get(add)
        found = operation.explain(operation.clean({name: said for name, said in body.items() if said})[1]) | _beside(what)
        found = found or submit(add, body)
    if "" in found:
        abort(403)
    return found


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
    """What cannot be beside what there is: another of the same code, a shift across another."""
    site, code = this_site(), request.form.get("code", "").strip()
    if any(each.code == code for each in _parts_of(site)[what]):
        return {"code": str(_("There is one with this code already."))}
    if what != "shift":
        return {}
    starts, ends = (_minute(request.form.get(name, "")) for name in ("starts", "ends"))
    if not (starts.isdecimal() and ends.isdecimal() and int(starts) < int(ends)):
        return {}
    other = queries.beside_which_not_here(site.id, int(starts), int(ends))
    if other is None:
        return {}
    told = _("This cannot be beside %(shift)s: one follows the other, and at most an hour is of both.", shift=words(other.names))
    return {"starts": str(told)}


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
