"""What is to be put right: the list of a tablet's place, and the desk's with each action's history (P2-4.1.3, P2-4.4.2c)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext as _

from webapp.actions import queries
from webapp.actions.rules import CANCELLED, REMARK, REOPENED, SOON_WITHIN, VERIFIED, Action, Status, may_be_due
from webapp.actions.tables import ACTIONS
from webapp.attachments import queries as attachments
from webapp.base import clock, ids
from webapp.base.i18n import N_, words
from webapp.base.written import instant_text
from webapp.content import queries as content
from webapp.operations import registry
from webapp.operations.fields import Instant, explain
from webapp.operations.roles import EVERYONE, SUPERVISOR
from webapp.sites import queries as sites
from webapp.sites.models import Project
from webapp.staff.desk import desk_page, submit
from webapp.staff.lists import desk_table
from webapp.staff.queries import colleagues, people
from webapp.tablets.frames import this_post, this_site
from webapp.tablets.stations import station_page

bp = Blueprint("actions", __name__)
FILTERS = {
    "open": N_("To be done"),
    "overdue": N_("Overdue"),
    "done": N_("To be verified"),
    "settled": N_("Settled"),
}
SETTLED_WITHIN = 31 * clock.DAY
"""Whatever was settled before stands in the list of all."""
OPERATIONS = {
    "done": "actions.done",
    "plan": "actions.plan",
    VERIFIED: "actions.verify",
    REOPENED: "actions.verify",
    CANCELLED: "actions.cancel",
}
"""The buttons of an action's page, and what each of them does."""
SAID = {
    "done": N_("Done. Somebody else verifies it."),
    "plan": N_("Planned."),
    VERIFIED: N_("Verified."),
    REOPENED: N_("Opened again."),
    CANCELLED: N_("Cancelled, with the reason."),
}


@station_page(bp, ("door", "bar"), "actions", families=("actions", "attachments"), minutes=15)
def here() -> str:
    """What is to be put right at this place, the soonest due first; done by one tap, with a note and photos."""
    site, at = this_site(), clock.now()
    checks = content.all_in_force(site.id, "checklist", at)
    return render_template(
        "actions/here.html",
        post=this_post(),
        prompts={item["id"]: words(item["prompt"]) for each in checks for item in each.body["items"]},
        **_listed(site, queries.unsettled(site.id, at, g.tablet.place_id), at),
    )


@desk_page(bp, "/actions", methods=("GET", "POST"))
def listing() -> Response:
    """The actions of the site by how they stand; what somebody wrote down becomes one by a tap."""
    site, at = this_site(), clock.now()
    if request.method == "POST":
        return make_response(redirect(f"/actions/{_opened(site)}", 303))
    chosen = request.args.get("show", "open")
    found = [each for each in queries.actions(site.id, at) if _belongs(each, chosen, at)]
    found.sort(key=lambda each: (each.due_at, each.id), reverse=chosen == "settled")
    page = render_template(
        "actions/index.html", chosen=chosen if chosen in FILTERS else "open",
        filters={key: _(name) for key, name in FILTERS.items()}, **_listed(site, found, at),
    )  # fmt: skip
    return make_response(page)


def _belongs(each: Action, chosen: str, at: int) -> bool:
    if chosen == "overdue":
        return each.is_overdue(at)
    if chosen == "settled":
        return each.is_settled and each.changed_at > at - SETTLED_WITHIN
    return each.status is (Status.DONE if chosen == "done" else Status.OPEN)


def _opened(site: Project) -> str:
    """Open an action from an entry, once however often it is asked for; its id. Nothing is opened from what cannot be read."""
    said = {name: request.form.get(name, "") for name in ("subject", "place", "title")} | {"origin": REMARK}
    if registry.get("actions.open").clean(said)[1]:
        abort(400)
    made = ids.derived("action", site.id, said["subject"])
    wrong = submit("actions.open", said, entry_id=made)
    if wrong:
        abort(403 if "" in wrong else 404)
    flash(_("A corrective action is open. Say here who does it, and until when."), "ok")
    return made


def _listed(site: Project, found: Sequence[Action], at: int) -> dict[str, Any]:
    named = {*(each.assignee_id for each in found), *(one.act.author_id for each in found for one in each.history)}
    return {
        "actions": found,
        "at": at,
        "soon": at + SOON_WITHIN,
        "titles": queries.titles(site.id, found),
        "photos": attachments.photos_of(site.id, [entry for each in found for entry in each.entries]),
        "places": {each.id: words(each.names) for each in sites.places(site.id)},
        "people": people(each for each in [*named, *(each.opened.author_id for each in found)] if each),
        "instant": lambda instant: instant_text(instant, site.zone, at),
        "statuses": {status: _(name) for status, name in queries.STATUS_NAMES.items()},
        "origins": {origin: _(name) for origin, name in queries.ORIGIN_NAMES.items()},
        "priorities": {priority: _(name) for priority, name in queries.PRIORITY_NAMES.items()},
    }


@desk_page(bp, "/actions/<uuid:action_id>", methods=("GET", "POST"))
def show(action_id: UUID) -> Response:
    """One action: what happened to it, and what the desk may do with it now."""
    site, at = this_site(), clock.now()
    found = queries.action(site.id, str(action_id), at) or abort(404)
    wrong: Mapping[str, str] | None = {}
    if request.method == "POST":
        wrong = _acted(found, site)
    if wrong is None:
        return make_response(redirect(f"/actions/{found.id}", 303))
    return make_response(_page(found, site, at, wrong), 422 if wrong else 200)


def _acted(found: Action, site: Project) -> Mapping[str, str] | None:
    """Do what was asked; what is wrong with it by field, None where nothing is."""
    act = request.form.get("act", "")
    operation = registry.find(OPERATIONS.get(act, "")) or abort(400)
    said = {name: request.form.get(name, "") for name in operation.fields if name not in ("photos", "when")}
    said |= {"action": found.id} | ({"result": act} if act in (VERIFIED, REOPENED) else {})
    said |= {name: clock.typed(said[name], site.zone) for name in said if isinstance(operation.fields[name], Instant)}
    wrong = operation.explain(operation.clean(said)[1])
    if act == "plan" and "due" not in wrong and not _may_be_due(found, int(said["due"])):
        wrong["due"] = _("Write a time from now on, within a year.")
    if act == REOPENED and not said["note"].strip():
        wrong["note"] = explain("required")
    if act in (VERIFIED, CANCELLED) and not found.may_verify(g.person.id, small=_is_small(site)):
        wrong[""] = _("Whoever did it does not verify it. Ask somebody else.")
    if act != "done" and request.form.get("seen") != found.version:
        wrong[""] = _("Something has happened to it since this page was drawn. Look at it again.")
    wrong = wrong or submit(operation.name, said)
    if wrong:
        return wrong
    flash(_(SAID[act]), "ok")
    return None


def _may_be_due(found: Action, due_at: int) -> bool:
    """What was not touched stays, also where it is over: whoever plans may have come to name somebody."""
    return due_at == found.due_at - found.due_at % clock.MINUTE or may_be_due(due_at, clock.now())


def _is_small(site: Project) -> bool:
    at = clock.now()
    return sites.small_since(site.id, at)(at)


def _page(found: Action, site: Project, at: int, wrong: Mapping[str, str]) -> str:
    return render_template(
        "actions/show.html",
        one=found,
        acts={what: _(name) for what, name in queries.ACT_NAMES.items()},
        staff=[("", "–"), *((each.id, each.told) for each in colleagues(site.id, at, EVERYONE))],
        wrong=wrong,
        said=request.form,
        act=request.form.get("act", ""),
        due=clock.local(found.due_at, site.zone).strftime("%Y-%m-%dT%H:%M"),
        may_do=SUPERVISOR in g.roles,
        may_verify=found.may_verify(g.person.id, small=_is_small(site)),
        is_own=g.person.id in found.doers,
        one_time=ids.uuid7(at),
        **_listed(site, [found], at),
    )


desk_table(bp, "/lists/actions", ACTIONS)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(bp)
