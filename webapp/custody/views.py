"""The page of keys and things at the door and at the bar, and the list of all of them at the desk (P2-4.3.1f)."""

import json
from collections.abc import Iterable, Mapping

from flask import Blueprint, Flask, Response, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext as _

from webapp.base import clock, ids
from webapp.base.i18n import LANGUAGES, N_, NAMES, words
from webapp.custody import queries
from webapp.custody.queries import Thing
from webapp.custody.rules import LENT_OUT
from webapp.custody.tables import THINGS
from webapp.operations.declarations import desk_link
from webapp.operations.roles import ADMIN, SUPERVISOR
from webapp.sites import queries as sites
from webapp.staff.desk import desk_page, submit
from webapp.staff.lists import desk_table
from webapp.staff.models import Person
from webapp.staff.queries import people
from webapp.tablets.frames import this_site
from webapp.tablets.stations import station_page

bp = Blueprint("custody", __name__)
desk_link("/things", N_("Keys and things"), N_("Keys, radios, cards and what is lent; who has them"), "key-round")


@station_page(bp, ("door", "bar"), "handover/things", families=("custody",))
def here() -> str:
    """What belongs to this place, who holds it, and one tap for each."""
    site, at = this_site(), clock.now()
    found, start = queries.things(site.id, at, g.tablet.place_id), sites.day_around(site, at)[0]
    return render_template("custody/here.html", things=found, lent_out=LENT_OUT, people=_holders(found), start=start)


@desk_page(bp, "/things", methods=("GET", "POST"))
def everything() -> Response:
    """All things of the site, what happened to them today, and the form that adds one."""
    wrong = _added() if request.method == "POST" else {}
    if wrong is None:
        flash(_("Added. Tablets list it once they have heard of it."), "ok")
        return make_response(redirect(request.path, 303))
    return make_response(_page(wrong), 422 if wrong else 200)


def _page(wrong: dict[str, str]) -> str:
    site, at = this_site(), clock.now()
    start, _end = sites.day_around(site, at)
    found, events = queries.things(site.id, at), queries.happened(site.id, start, at + 1)
    idle = queries.changed_nothing(site.id, events, at)
    return render_template(
        "custody/everything.html",
        things=found,
        assets={each.asset.id: each.asset for each in found},
        happened=[(each, queries.event_words(each, idle)) for each in reversed(events)],
        kinds={each: _(name) for each, name in queries.KIND_NAMES.items()},
        places=[(each.id, words(each.names)) for each in sites.places(site.id, on=clock.day_of(at, site.zone))],
        languages=[(tag, NAMES[tag]) for tag in LANGUAGES],
        people=_holders(found, (each.author_id for each in events)),
        start=start,
        may_add=bool(g.roles & {ADMIN, SUPERVISOR}),
        typed=request.form,
        wrong=wrong,
        one_time=ids.uuid7(at),
    )


def _holders(found: Iterable[Thing], more: Iterable[str | None] = ()) -> Mapping[str, Person]:
    return people({*(held.by for each in found for held in each.now.holders if held.by), *(each for each in more if each)})


def _added() -> dict[str, str] | None:
    """Add what was typed; what is wrong with it by field, None where nothing is."""
    typed = {name: request.form.get(name, "").strip() for name in ("code", "kind", "place")}
    named = {tag: said for tag in LANGUAGES if (said := request.form.get(f"name-{tag}", "").strip())}
    if any(each.code == typed["code"] for each in queries.assets(g.project_id)):
        return {"code": str(_("Another thing has this number."))}
    return submit("custody.add_asset", typed | {"names": json.dumps(named) if named else ""}) or None


desk_table(bp, "/lists/things", THINGS)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(bp)
