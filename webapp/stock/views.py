"""Stock as the desk sees it: what there is, what differs, what is out, what was asked for (P2-4.1.5a, P2-4.3.2f, P2-4.4.2c)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext as _

from webapp.attachments.keeping import NAMELESS, REFUSED, keep
from webapp.attachments.rules import MOST_BYTES_POSTED
from webapp.base import clock, ids
from webapp.base.database import db
from webapp.base.i18n import N_, words
from webapp.base.written import amount_text, instant_text
from webapp.operations import registry
from webapp.operations.declarations import desk_link
from webapp.operations.fields import Invalid, explain
from webapp.sites import queries as sites
from webapp.sites.models import Project
from webapp.staff.desk import desk_page, submit
from webapp.staff.lists import desk_table
from webapp.staff.queries import people
from webapp.stock import queries
from webapp.stock.models import Item
from webapp.stock.rules import CLEAN, STORE, WAYS, runs_low
from webapp.stock.tables import MOVEMENTS
from webapp.tablets.frames import this_site

bp = Blueprint("stock", __name__)
desk_link("/stock", N_("Stock"), N_("What lies where, what differs, what was asked for, what is being washed"), "package")

ACTS = {"approvals": "stock.approve", "issues": "stock.issue", "orderings": "stock.settle", "reversals": "stock.undo",
        "settlements": "stock.close_request", "trackings": "stock.set_tracking", "ways": "stock.set_way"}  # fmt: skip
"""What is decided at the desk, by the noun in its address."""
DOUBTS_WITHIN = 14 * clock.DAY
REQUESTS_WITHIN = 30 * clock.DAY
MOVED_SHOWN = 12
"""The newest; the ledger has the rest."""


@dataclass(frozen=True)
class Shelf:
    """How much of an item there is at a place that keeps it."""

    item: Item
    place_id: str
    ready: int
    stored: int
    minimum: int | None

    @property
    def is_below_zero(self) -> bool:
        return self.ready < 0 or self.stored < 0

    @property
    def runs_low(self) -> bool:
        return self.minimum is not None and runs_low(self.ready, self.minimum)


@desk_page(bp, "/stock")
def overview() -> Response:
    """Everything of the stock that wants somebody, and then how much there is; with the count of any day that `?count=` names."""
    return _page({})


@desk_page(bp, "/stock/<any(approvals, issues, orderings, reversals, settlements, ways, trackings):what>", methods=("POST",))
def act(what: str) -> Response:
    """Answer a request, say what came first, undo, or turn a switch; what is wrong stands beside what was typed."""
    operation = registry.get(ACTS[what])
    if not g.roles & operation.roles:
        abort(403)
    wrong = _clash() if what == "issues" else _overtaken() if what == "settlements" else {}
    wrong = wrong or _done(operation.name)
    if wrong:
        return _page(wrong)
    came_second = what == "issues" and _came_second()
    told = _("Somebody answered at the same moment. That answer counts; this one moves nothing.") if came_second else _("Recorded.")
    flash(told, "soon" if came_second else "ok")
    return make_response(redirect("/stock", 303))


desk_table(bp, "/stock/movements", MOVEMENTS)


@desk_page(bp, "/stock/contents/<uuid:flat_id>", methods=("GET", "POST"))
def contents(flat_id: UUID) -> Response:
    """What stands in a show flat, and the photo of each thing that the opening check is held against (P2-4.4.2c)."""
    site, at = this_site(), clock.now()
    flat = sites.flat(site.id, str(flat_id)) or abort(404)
    request.max_content_length = MOST_BYTES_POSTED
    code = request.form.get("code", "")
    wrong = _pictured(flat.id, code, at) if request.method == "POST" else {}
    if wrong is None:
        named = next((each.names for each in queries.inventory(site.id, flat.id, clock.now()) if each.code == code), {})
        flash(_("The photo of %(thing)s is set. Tablets follow with their next pages.", thing=words(named)), "ok")
        return make_response(redirect(request.path, 303))
    page = render_template(
        "stock/contents.html",
        flat=flat,
        things=queries.inventory(site.id, flat.id, at),
        pictures=queries.pictures(site.id, flat.id, at),
        wrong={code: next(iter(wrong.values()))} if wrong else {},
        may=bool(g.roles & registry.get("stock.list_thing").roles),
        one_time=ids.uuid7(at),
    )
    return make_response(page, 422 if wrong else 200)


def _pictured(flat_id: str, code: str, at: int) -> dict[str, str] | None:
    """Keep the photo that was given of a thing, and list the thing with it; what is wrong with it, None where nothing is."""
    if not g.roles & registry.get("stock.list_thing").roles:
        abort(403)
    thing = next((each for each in queries.inventory(g.project_id, flat_id, at) if each.code == code), None) or abort(404)
    body = {
        "flat": flat_id, "code": code, "names": json.dumps(thing.names), "placing": json.dumps(thing.placing),
        "expected": amount_text(thing.expected),
    }  # fmt: skip
    db.session.rollback()
    photo = b"".join(each.read() for each in request.files.getlist("photo")[:1])
    if not photo:
        return {"photo": str(_("Take a photo or choose a file."))}
    kept = keep(g.project_id, g.person.id, photo, at)
    if kept.outcome in {REFUSED, NAMELESS}:
        return {"photo": explain("not_a_photo")}
    return submit("stock.list_thing", body | {"photos": kept.digest}) or None


def _clash() -> dict[str, str]:
    """Somebody has answered since the page was opened: look at it again. So where nothing is issued without a reason, and where
    more is than the records have: a shelf may hold more than they know, so the same number said once more is believed."""
    asked, quantity = _asked(), request.form.get("quantity", "").strip()
    if asked.answers:
        return {"quantity": _("Somebody has answered this since the page was opened. Look at it again.")}
    if quantity == "0" and not request.form.get("reason", "").strip():
        return {"reason": _("Say why nothing is issued.")}
    stored = _stored(asked, request.form.get("store", ""))
    if stored is not None and quantity != request.form.get("sure") and _thousandths(quantity) > max(stored, 0):
        return {
            "quantity": _("There are %(number)s by the records. Look again; said once more it stands.", number=amount_text(stored))
        }
    return {}


def _overtaken() -> dict[str, str]:
    """More has arrived, or somebody has settled it, since the page was opened: look at it again."""
    if request.form.get("quantity", "").strip() == amount_text(_asked().missing):
        return {}
    return {"note": _("Something has arrived since this page was opened. Look at it again.")}


def _stored(asked: queries.Asked, store: str) -> int | None:
    """How much of what was asked for lies where it is taken from, in thousandths; None where nobody keeps count of it there."""
    place_id = store or asked.place_id
    figure = queries.figures(g.project_id, clock.now(), place_id, asked.item_id).get((place_id, asked.item_id, STORE))
    return figure.quantity if figure else None


def _thousandths(typed: str) -> int:
    """A quantity as it is kept; 0 for what is none, which its field will say."""
    try:
        return int(registry.get("stock.issue").fields["quantity"].clean(typed))
    except Invalid:
        return 0


def _came_second() -> bool:
    """Whether what was just said here is an answer to a request that has one."""
    return any(each.by == g.person.id for each in _asked().later)


def _asked() -> queries.Asked:
    """The request that was answered, as it stands."""
    found = queries.requests(this_site().id, 0, clock.now())
    return next((each for each in found if each.id == request.form.get("request")), None) or abort(404)


def _done(name: str) -> dict[str, str]:
    """Take what was typed; what is wrong with it by field."""
    operation = registry.get(name)
    said = {field: request.form.get(field, "") for field in operation.fields}
    return operation.explain(operation.clean(said)[1]) or submit(name, said)


def _page(wrong: dict[str, str]) -> Response:
    site, at = this_site(), clock.now()
    told = [*queries.variances_of(site.id, request.values.get("count", "")), *queries.counted_since(site.id, at - clock.DAY, at)]
    variances = [each for each in dict.fromkeys(told) if each.difference]
    doubts, asked = queries.doubts(site.id, at - DOUBTS_WITHIN, at), queries.requests(site.id, at - REQUESTS_WITHIN, at)
    moved = [each for each in queries.movements(site.id, at - clock.DAY, at + 1) if each.kind not in ("count", "handed_out")]
    approvals = queries.approvals(site.id, at)
    authors = [each.author_id for part in (variances, approvals.values(), doubts, asked, moved) for each in part]
    authors += [each.by for one in asked for each in one.later]
    page = render_template(
        "stock/desk.html",
        flats=sites.flats(site.id, on=clock.day_of(at, site.zone)),
        variances=variances,
        approvals=approvals,
        doubts=doubts,
        asked=[each for each in asked if each.is_open or each.status == "differs" or each.later],
        batches=queries.open_batches(site.id, at),
        moved=[each for each in moved if each.quantity > 0][:MOVED_SHOWN],
        shelves=_shelves(site, at),
        ways=queries.ways(site.id, at),
        may={what: bool(g.roles & registry.get(name).roles) for what, name in ACTS.items()},
        wrong=wrong,
        typed=request.form,
        at=at,
        instant=lambda instant: instant_text(instant, site.zone, at),
        new_id=lambda: ids.uuid7(at),
        **_words(site, authors),
    )
    return make_response(page, 422 if wrong else 200)


def _words(site: Project, authors: Iterable[str | None]) -> dict[str, Any]:
    """Names of everything that the page speaks of."""
    known, today = queries.items(site.id), sites.today(site.id, clock.now())
    covers = [each for each in known if each.category == "shoe_cover"]
    return {
        "items": {each.id: each for each in known},
        "covers": covers,
        "washed": queries.washed(site.id, clock.now(), covers),
        "places": {each.id: words(each.names) for each in sites.places(site.id)},
        "stores": [(each.id, words(each.names)) for each in sites.places(site.id, "store_room", on=today)],
        "people": people({each for each in authors if each}),
        "states": {state: _(name) for state, name in queries.STATE_NAMES.items()},
        "kinds": {kind: _(name) for kind, name in queries.MOVE_NAMES.items()},
        "statuses": {status: _(name) for status, name in queries.STATUS_NAMES.items()},
        "categories": {category: _(name) for category, name in queries.CATEGORY_NAMES.items()},
        "way_names": list(zip(WAYS, (_("Drawn by oneself"), _("Asked for, issued at the desk")), strict=True)),
        "tracking_names": [(tracking, _(name)) for tracking, name in queries.TRACKING_NAMES.items()],
    }


def _shelves(site: Project, at: int) -> list[Shelf]:
    """By place and item: whatever is watched there, or lies there."""
    figures, levels = queries.figures(site.id, at), queries.minimums(site.id, at)
    lying = {
        (place_id, item_id) for (place_id, item_id, state), each in figures.items() if state in (CLEAN, STORE) and each.quantity
    }
    known = {each.id: each for each in queries.items(site.id)}

    def amount(place_id: str, item_id: str, state: str) -> int:
        found = figures.get((place_id, item_id, state))
        return found.quantity if found else 0

    found = [
        Shelf(known[item_id], place_id, amount(place_id, item_id, CLEAN), amount(place_id, item_id, STORE),
              levels.get((place_id, item_id)))
        for place_id, item_id in lying | set(levels)
    ]  # fmt: skip
    return sorted(found, key=lambda each: (not each.is_below_zero, not each.runs_low, each.place_id, each.item.sku))


def init_app(app: Flask) -> None:
    """Register the page, and the measure word of so many of an item (`item|counter(1000)`)."""
    app.register_blueprint(bp)
    app.add_template_filter(queries.counter)
