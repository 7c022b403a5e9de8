"""The checks of the day, item by item (P2-4.4.2c, P2-4.4.6b, P2-4.5.2d), and at the desk (P2-4.1.3)."""

from collections.abc import Iterable
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.actions import queries as actions
from webapp.attachments import queries as attachments
from webapp.base import clock, ids
from webapp.base.i18n import N_
from webapp.checklists import queries
from webapp.checklists.queries import Check
from webapp.checklists.rules import Given, Line
from webapp.checklists.tables import CHECKS
from webapp.content.queries import said_words
from webapp.operations import registry
from webapp.operations.roles import DEPUTY, SUPERVISOR
from webapp.sites import queries as sites
from webapp.staff.desk import day_asked, desk_page, submit
from webapp.staff.lists import desk_table
from webapp.staff.queries import people
from webapp.tablets.frames import this_post, this_role, this_site
from webapp.tablets.stations import station_page

bp = Blueprint("checklists", __name__)
MARKS = {"pass": N_("In order"), "fail": N_("Not in order"), "na": N_("Does not apply"), "signed": N_("Signed")}


@station_page(bp, ("door", "bar"), "checks", families=("checklists", "attachments", "shifts", "stock", "actions"), minutes=15)
def checks() -> str:
    """Today's lists of this post with every item, answered or not."""
    site, at = this_site(), clock.now()
    found = queries.checks(site, g.tablet.place_id, this_role(), at)
    given = _told(found)
    ready = queries.submissions(site, queries.READINESS, g.tablet.place_id, at)
    return render_template(
        "checklists/checks.html",
        checks=found,
        standing=lambda one: queries.standing_of(site, one, at),
        wrong=actions.to_do(site.id, at, g.tablet.place_id),
        pictures={code: each for check in found for code, each in queries.pictures(site.id, check, at).items()},
        day=clock.day_of(at, site.zone),
        post=this_post(),
        readiness=queries.check(site, queries.READINESS, g.tablet.place_id, at),
        ready=ready,
        people=people({by for by in (*(each.author_id for each in given), *(each.author_id for each in ready)) if by}),
        photos=attachments.photos_of(site.id, [each.id for each in given]),
    )


@station_page(bp, ("door", "bar"), "inspection", families=("checklists", "attachments", "actions"))
def inspection_here() -> str:
    """Look after the post of this tablet (巡查, P2-4.1.3). Whoever does signs once with their code, while the page stays."""
    site, post = this_site(), this_post()
    found = queries.inspections(site, post, clock.now()) if post else []
    given = _told(found)
    return render_template(
        "checklists/inspection_here.html",
        post=post,
        checks=found,
        roles=" ".join((SUPERVISOR, DEPUTY)),
        day=clock.day_of(clock.now(), site.zone),
        people=people({each.author_id for each in given if each.author_id}),
        photos=attachments.photos_of(site.id, [each.id for each in given]),
    )


@desk_page(bp, "/checks/<day>", methods=("GET", "POST"))
def on(day: str) -> Response:
    """Every check of a day with its answers: items may be given back (退回), a run may be voided (作廢)."""
    site, now = this_site(), clock.now()
    wanted = day_asked(day)
    _start, end = clock.day_bounds(wanted, site.zone)
    at = min(now, end - 1)
    every = [each for place, role in queries.watched(site, at) for each in queries.runs(site, place, role, at)]
    found = [each for each in every if each.run.done or each.edition.body["purpose"] != "inspection"]
    wrong = _decided(found) if request.method == "POST" else {}
    if wrong is None:
        return make_response(redirect(request.path, 303))
    given = _told(found)
    shown = render_template(
        "checklists/day.html",
        day=wanted,
        checks=found,
        posts=sites.posts(site.id, on=wanted) if end > now else [],
        places={each.id: each.names for each in sites.places(site.id)},
        standing=lambda one: queries.standing_of(site, one, at),
        said=_said,
        people=people({each.author_id for each in given if each.author_id}),
        photos=attachments.photos_of(site.id, [each.id for each in given]),
        one_time=ids.uuid7(now),
        wrong=wrong,
    )
    return make_response(shown, 422 if wrong else 200)


def _told(found: Iterable[Check]) -> list[Given]:
    """Every answer that these checks show."""
    return [given for check in found for line in check.run.lines for given in line.told]


def _said(line: Line, given: Given | None = None) -> str:
    """What was answered, or before that, in words."""
    given = given or line.given
    if given is None:
        return ""
    found = said_words(line.item, given.number, given.expected, given.choice or given.text or given.time_of_day or "")
    return " · ".join(filter(None, (str(_(MARKS[given.answer])) if given.answer else "", found, given.note)))


def _decided(found: list[Check]) -> dict[str, str] | None:
    """Decide on the run that was named; what is wrong with it by field, None where nothing is."""
    form = request.form
    check = next((each for each in found if each.key == form.get("run")), None) or abort(404)
    last = check.run.last
    if form.get("seen", "") != (last.id if last else ""):
        return {"seen": _("It was answered since this page was opened. Look again, then decide.")}
    is_void = form.get("act") == "void"
    told = {"reason": form.get("reason", "")} if is_void else {"items": form.getlist("items"), "comment": form.get("comment", "")}
    wrong = submit(
        "checklists.void" if is_void else "checklists.return_items",
        {"version": check.edition.id, "place": check.place_id, "day": check.day, "seen": form.get("seen", ""), **told},
    )
    if wrong:
        return wrong
    flash(_("Voided. Its answers stay.") if is_void else _("Returned. It stands open on the tablet of the place again."), "ok")
    return None


@desk_page(bp, "/inspection/<uuid:post_id>", methods=("GET", "POST"))
def inspection(post_id: UUID) -> Response:
    """Look after a post (巡查, P2-4.1.3): what is answered names the post, never how anybody looks."""
    site, at = this_site(), clock.now()
    post = next((each for each in sites.posts(site.id) if each.id == str(post_id)), None) or abort(404)
    found = queries.inspections(site, post, at)
    if request.method == "POST":
        if not g.roles & registry.get("checklists.inspect").roles:
            abort(403)
        number = sum(_inspected(found, key) for key in request.form.getlist("item"))
        flash(ngettext("%(num)s point recorded", "%(num)s points recorded", number), "ok")
        return make_response(redirect(request.path, 303))
    given = [line.given for each in found for line in each.run.lines if line.given]
    return make_response(
        render_template(
            "checklists/inspection.html",
            post=post,
            checks=found,
            day=clock.day_of(at, site.zone),
            said=_said,
            people=people({each.author_id for each in given if each.author_id}),
            may=bool(g.roles & registry.get("checklists.inspect").roles),
        )
    )


def _inspected(found: list[Check], key: str) -> bool:
    """Record the answer to one item, if there is one."""
    answer, note = request.form.get(f"answer.{key}", ""), request.form.get(f"note.{key}", "").strip()
    asked = next(((each, line) for each in found for line in each.run.lines if line.item["id"] == key), None)
    if asked is None or not (answer or note):
        return False
    check, line = asked
    return not submit(check.operation, check.about(line) | {"answer": answer, "note": note})


desk_table(bp, "/lists/checks", CHECKS)


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(bp)
