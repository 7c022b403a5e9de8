"""The desk's documents: what is in force, how it came about, the page that writes them and the page that compares (P2-4.4.3d)."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext as _

from webapp.base import clock, ids
from webapp.base.i18n import LANGUAGES, N_, NAMES
from webapp.base.written import day_and_month, instant_text
from webapp.content import editing, queries, rules
from webapp.content.editing import Errors, told
from webapp.content.models import Document
from webapp.content.owners import SPOKEN, writers_of
from webapp.content.queries import Copy
from webapp.content.rules import KINDS, Standing, is_key, text_in
from webapp.content.shapes import SHAPES
from webapp.operations import registry
from webapp.operations.declarations import desk_link
from webapp.operations.fields import explain
from webapp.operations.roles import OFFICE
from webapp.operations.rules import APPLIED, DUPLICATE
from webapp.sites import queries as sites
from webapp.sites.models import Project
from webapp.staff.desk import desk_page, send
from webapp.staff.queries import people
from webapp.tablets.stations import station_page

bp = Blueprint("content", __name__)

desk_link("/documents", N_("Documents"), N_("Scripts, checklists, cards: written, approved, compared"), "file-pen")
STANDING_NAMES = {
    Standing.DRAFT: N_("Draft"),
    Standing.IN_REVIEW: N_("In review"),
    Standing.RETURNED: N_("Given back"),
    Standing.APPROVED: N_("Approved"),
    Standing.EFFECTIVE: N_("In force"),
    Standing.SUPERSEDED: N_("Superseded"),
    Standing.WITHDRAWN: N_("Withdrawn"),
}
TONES = {Standing.EFFECTIVE: "ok", Standing.APPROVED: "ok", Standing.IN_REVIEW: "soon", Standing.RETURNED: "soon"}
ACT_NAMES = {
    rules.WRITTEN: N_("written"),
    rules.OFFERED: N_("offered for review"),
    rules.APPROVED: N_("approved"),
    rules.RETURNED: N_("given back"),
    rules.WITHDRAWN: N_("withdrawn"),
}
POST_OF = {"door": "greeter", "bar": "water_bar"}
"""Whose cards the tablet of a station shows."""
CHANGE_NAMES = {"added": N_("Added"), "removed": N_("Removed"), "changed": N_("Changed"), "moved": N_("Moved")}
VALUE_NAMES: Mapping[str, str] = {
    "opening": N_("Beginning"), "room": N_("Room"), "any": N_("Any"), "greeter": N_("Greeter"), "water_bar": N_("Water bar"),
    "supervisor": N_("Sales-centre manager"), "morning": N_("Morning"), "noon": N_("Noon"), "afternoon": N_("Afternoon"),
    "evening": N_("Evening"), "elder": N_("Elderly"), "child": N_("Child"), "step_free": N_("Step-free"),
    "pass_fail_na": N_("In order or not"),
    "number": N_("A number"), "none": N_("Nothing more"), "note": N_("A note"), "action": N_("A corrective action"),
    "notify": N_("The manager is told"), "quantity": N_("Expected and found"),
    "choice": N_("Choice"), "text": N_("In words"), "time": N_("Time"), "photo": N_("A photo"),
    "signature": N_("Signature"), "fails": N_("Is not in order"), "true": N_("Yes"), "false": N_("No"),
    "inventory": N_("as many as the inventory lists"),
    "for_grooming": N_("Ready for duty"), "for_opening": N_("Before opening"), "for_hygiene": N_("Hygiene"),
    "for_closing": N_("Before closing"), "for_inspection": N_("Inspection"), "for_asset_count": N_("Inventory"),
    "of_": N_("At no set time"), "of_opening": N_("Around opening time"), "of_closing": N_("Around closing time"),
    "laid_": N_("Not a stock count"), "laid_clean": N_("Ready for use"), "laid_soiled": N_("Soiled"),
    "laid_store": N_("Store room"),
    "of_shift": N_("Around the start of each shift"), "day_1": N_("Monday"), "day_2": N_("Tuesday"), "day_3": N_("Wednesday"),
    "day_4": N_("Thursday"), "day_5": N_("Friday"), "day_6": N_("Saturday"), "day_7": N_("Sunday"),
}  # fmt: skip
ACTS: Mapping[str, tuple[str, str]] = {
    "offer": ("content.offer", rules.OFFERED),
    "approve": ("content.approve", rules.APPROVED),
    "give_back": ("content.give_back", rules.RETURNED),
    "withdraw": ("content.withdraw", rules.WITHDRAWN),
}
"""What the page of a version offers: the operation, and what its act is called."""


@desk_page(bp, "/documents", among=OFFICE, methods=("GET", "POST"))
def listing() -> Response:
    """Every document by its kind, with the version in force and what is under way."""
    site, at = _site(), clock.now()
    made, wrong = _opened(site) if request.method == "POST" else (None, Errors())
    if made:
        return make_response(redirect(f"/documents/{made}/edit", 303))
    found: dict[str, list[Copy]] = {}
    for copy in queries.copies(site.id, at):
        found.setdefault(copy.document_id, []).append(copy)
    known = queries.documents(site.id)
    page = render_template(
        "content/index.html",
        parts=[(_(queries.KIND_NAMES[kind]), [each for each in known if each.kind == kind]) for kind in queries.KIND_NAMES],
        copies=found,
        current={each.id: each for each in (_current(found.get(one.id, [])) for one in known) if each},
        titles={one.id: queries.title_of(one, found.get(one.id, [])) for one in known},
        kinds=[(kind, _(queries.KIND_NAMES[kind])) for kind in KINDS if g.roles & writers_of(kind)],
        flats=sites.flats(site.id, on=clock.day_of(at, site.zone)),
        wrong={name: told(*code) for name, code in wrong.items()},
        **_around(site, at),
    )
    return make_response(page, 422 if wrong else 200)


def _opened(site: Project) -> tuple[str | None, Errors]:
    """Begin a document; its id, and what is wrong by field."""
    kind, code = request.form.get("kind", ""), request.form.get("code", "").strip()
    if kind in KINDS and not g.roles & writers_of(kind):
        abort(403)
    if not is_key(code) or len(code) > 64:
        return None, {"code": ("key", None)}
    if any((each.kind, each.code) == (kind, code) for each in queries.documents(site.id)):
        return None, {"code": ("twice", None)}
    made, codes = _submit("content.open", kind=kind, code=code)
    return made, {name: (code, None) for name, code in codes.items()}


@desk_page(bp, "/documents/<uuid:document_id>", among=OFFICE)
def history(document_id: UUID) -> str:
    """Every version of a document with what was done with it."""
    site, at, one = _site(), clock.now(), _document(document_id)
    found = queries.copies_of(site.id, one.id, at)
    return render_template(
        "content/document.html", one=one, copies=found, title=queries.title_of(one, found),
        may_write=bool(g.roles & writers_of(one.kind)),
        **_around(site, at),
    )  # fmt: skip


@desk_page(bp, "/documents/<uuid:document_id>/<int:number>", among=OFFICE, methods=("GET", "POST"))
def version(document_id: UUID, number: int) -> Response:
    """One version as it reads, and what may be decided of it as it stands."""
    site, at, one = _site(), clock.now(), _document(document_id)
    found = queries.copies_of(site.id, one.id, at)
    copy = next((each for each in found if each.number == number), None) or abort(404)
    wrong = _decided(site, copy, at) if request.method == "POST" else {}
    if wrong is None:
        return make_response(redirect(request.path, 303))
    edition = queries.edition(site.id, copy.id) or abort(404)
    before = [each.number for each in found if each.number < number]
    page = render_template(
        "content/version.html", one=one, copy=copy, edition=edition, title=queries.titled(one, edition.body), wrong=wrong,
        before=before[0] if before else None, may=_may(copy), reason=request.form.get("reason", ""),
        starts=request.form.get("starts", ""), asked=request.form.get("what", ""), today=clock.day_of(at, site.zone).isoformat(),
        one_time=ids.uuid7(at), may_write=bool(g.roles & writers_of(one.kind)), lacking=_lacking(site, edition.body, at),
        loss=_loss(copy, found, at),
        **_around(site, at),
    )  # fmt: skip
    return make_response(page, 422 if wrong else 200)


def _lacking(site: Project, body: Mapping[str, Any], at: int) -> list[tuple[str, str]]:
    """The flats in which a line would be shown with braces in it, each with the figures that it lacks (P2-4.4.3a)."""
    here = sites.flats(site.id, on=clock.day_of(at, site.zone)) if body["kind"] in SPOKEN else []
    meant = [flat for flat in here if body.get("unit_type") in (None, flat.unit_type)]
    found = [(flat.code, rules.unfilled(body, {**site.placeholders, **flat.placeholders})) for flat in meant]
    return [(code, " ".join(f"{{{name}}}" for name in names)) for code, names in found if names]


def _may(copy: Copy) -> list[str]:
    """What whoever looks may decide of a version as it stands."""
    turn = {what for what, (_name, act) in ACTS.items() if act in rules.FOLLOWS[copy.life.stage]}
    approvers = registry.get("content.approve").roles
    among = {"offer": writers_of(copy.kind), "withdraw": approvers | writers_of(copy.kind)}
    allowed = {what for what in turn if g.roles & among.get(what, approvers)}
    may_approve = bool(g.roles & approvers) and copy.life.writer != g.person.id
    return [what for what in ACTS if what in allowed and (may_approve or not rules.takes_another(copy.life, ACTS[what][1]))]


def _loss(copy: Copy, found: list[Copy], at: int) -> str:
    """What withdrawing a version would change; nothing where it is not approved."""
    if copy.standing is Standing.APPROVED:
        return str(_("It will not come into force."))
    if copy.standing is not Standing.EFFECTIVE:
        return ""
    rest = rules.standings({each.number: each.life for each in found if each is not copy}, at)
    after = next((number for number, standing in rest.items() if standing is Standing.EFFECTIVE), None)
    if after is None:
        return str(_("It goes out of use at once and nothing takes its place: tablets show it no more."))
    return str(_("It goes out of use at once; version %(number)s is in force again.", number=after))


def _decided(site: Project, copy: Copy, at: int) -> dict[str, str] | None:
    """Decide on a version as the page showed it; what is wrong by field, None where it was decided."""
    what = request.form.get("what", "")
    if what not in ACTS:
        abort(400)
    name, act = ACTS[what]
    seen, starts = request.form.get("seen", ""), _starts(site) if what == "approve" else None
    body = {"version": copy.id, "seen": seen}
    if what == "approve":
        body["starts"] = "" if starts is None else str(starts)
    if what in ("give_back", "withdraw"):
        body["reason"] = request.form.get("reason", "")
    number = int(seen) if seen.isdigit() and len(seen) < 4 else -1
    if what == "withdraw" and what not in _may(copy):
        return {"what": _("Somebody who may approve it, and did not write it, takes it out of use.")}
    objection = rules.objection(copy.life, rules.Act(act, g.person.id, at, number))
    if objection:
        return {"what": told(objection)}
    if isinstance(starts, str):
        return {"starts": explain(starts)}
    if starts is not None and starts < sites.day_around(site, at)[0]:
        return {"starts": _("That day is over. Leave it blank to have it in force from now on.")}
    outcome, codes = _submit(name, **body)
    if codes:
        return {field or "what": words for field, words in registry.get(name).explain(codes).items()}
    later = next(each for each in queries.copies_of(site.id, copy.document_id, clock.now()) if each.id == copy.id)
    if not outcome or later.life.stage != act:
        return {"what": told("moved")}
    flash(_("Version %(number)s: %(what)s.", number=copy.number, what=_act_words(later, site, clock.now())), "ok")
    return None


def _act_words(copy: Copy, site: Project, at: int) -> str:
    """What was done with a version last; of an approval also from when it is in force."""
    stage, starts = copy.life.stage, copy.life.from_at
    if stage != rules.APPROVED or starts is None:
        return str(_(ACT_NAMES[stage]))
    if starts <= at:
        return str(_("approved, in force from now on"))
    return str(_("approved, in force from %(day)s", day=day_and_month(starts, site.zone)))


def _starts(site: Project) -> int | str | None:
    """The first instant of the day from which it is to be in force; None for at once, a code for what is no date."""
    text = request.form.get("starts", "").strip()
    try:
        return clock.day_bounds(clock.day_named(text), site.zone)[0] if text else None
    except clock.NoSuchYear:
        return "no_such_year"
    except ValueError:
        return "not_a_day"


@desk_page(bp, "/documents/<uuid:document_id>/<int:old>/<int:new>", among=OFFICE)
def difference(document_id: UUID, old: int, new: int) -> str:
    """Two versions line by line: what was added, removed, changed, moved, by key."""
    site, at, one = _site(), clock.now(), _document(document_id)
    found = queries.copies_of(site.id, one.id, at)
    ids_of = {each.number: each.id for each in found}
    first, then = (queries.edition(site.id, ids_of.get(number, "")) if number in ids_of else None for number in (old, new))
    if first is None or then is None:
        abort(404)
    return render_template(
        "content/difference.html", one=one, old=old, new=new, titles=[queries.titled(one, each.body) for each in (first, then)],
        changes=editing.changes(first.body, then.body), change_names={key: _(name) for key, name in CHANGE_NAMES.items()},
        **_around(site, at),
    )  # fmt: skip


@desk_page(bp, "/documents/<uuid:document_id>/edit", among=OFFICE, methods=("GET", "POST"))
def edit(document_id: UUID) -> Response:
    """The one page that writes a document of whichever kind: languages side by side, rows in order, errors beside the field."""
    site, at, one = _site(), clock.now(), _document(document_id)
    if not g.roles & writers_of(one.kind):
        abort(403)
    found = queries.copies_of(site.id, one.id, at)
    newest = found[0].number if found else 0
    body, wrong, unfolded = _newest(site, one, found), Errors(), set[int]()
    if request.method == "POST":
        body = editing.read(request.form, body)
        button = request.form.get("do", "keep")
        unfolded = editing.unfolded(request.form, len(editing.rows_of(body)), button)
        if button != "keep":
            body = editing.act(body, button)
        else:
            wrong = editing.wrong(body, site.record_language) or _kept(one, editing.fitting(body), newest)
            if not wrong:
                flash(_("Kept as version %(number)s. Offer it for review when it is ready.", number=newest + 1), "ok")
                return make_response(redirect(f"/documents/{one.id}/{newest + 1}", 303))
    page = render_template(
        "content/edit.html", one=one, body=body, shape=SHAPES[one.kind], seen=newest, title=queries.title_of(one, found),
        wrong={name: told(*code) for name, code in wrong.items()}, one_time=ids.uuid7(at), main=site.record_language,
        errors=[(name, _named(name, body, told(*code))) for name, code in wrong.items()],
        is_locked=editing.is_locked, chosen=editing.chosen, unfolded=unfolded, **_around(site, at),
    )  # fmt: skip
    return make_response(page, 422 if wrong else 200)


def _named(name: str, body: Mapping[str, Any], words_: str) -> str:
    """What is wrong, after the row and the field where it is."""
    where = " · ".join(editing.where(name, body))
    return str(_("%(field)s: %(reason)s", field=where, reason=words_)) if where else words_


def _newest(site: Project, one: Document, found: list[Copy]) -> dict[str, Any]:
    """What the next version begins from: the newest that was not withdrawn."""
    standing = [each for each in found if each.standing is not Standing.WITHDRAWN] or found
    edition = queries.edition(site.id, standing[0].id) if standing else None
    return edition.body if edition else editing.blank(one.kind, one.code)


def _kept(one: Document, body: dict[str, Any], newest: int) -> Errors:
    """Keep a version after the newest; what is wrong where somebody was faster or the body is more than a version holds."""
    seen = request.form.get("seen", "")
    if seen != str(newest):
        return {"what": ("newer", newest)}
    outcome, codes = _submit("content.write", document=one.id, number=newest + 1, body=json.dumps(body, ensure_ascii=False))
    if codes:
        field, code = next(iter(codes.items()))
        known = registry.get("content.write").field_of(field)
        return {"what": (code, known.limit_of(code) if known else None)}
    return {} if outcome else {"what": ("newer", newest + 1)}


def _submit(operation: str, **body: object) -> tuple[str | None, Mapping[str, str]]:
    """Send a desk's decision; the id of what was taken, None where it was not, and what is wrong by field."""
    outcome = send(operation, {name: str(value) for name, value in body.items()})
    return outcome.id if outcome.outcome in (APPLIED, DUPLICATE) and not outcome.errors else None, outcome.errors


@station_page(bp, ("door", "bar"), "conduct", families=())
def conduct() -> str:
    """The cards of this post to be read (P2-4.2.2a, P2-4.2.2b, P2-4.3.1, P2-4.4.3g). Nobody is scored by them."""
    edition = queries.in_force(g.tablet.project_id, "conduct", "conduct", clock.now())
    post = POST_OF[g.tablet.station]
    cards = [card for card in edition.body["cards"] if card["post"] in ("any", post)] if edition else []
    return render_template(
        "content/conduct.html", cards=sorted(cards, key=lambda card: card["post"] == "any"), in_language=text_in, names=NAMES
    )


# what the pages are made of


def _site() -> Project:
    return sites.project(g.project_id) or abort(404)


def _document(document_id: UUID) -> Document:
    return queries.document(g.project_id, str(document_id)) or abort(404)


def _current(found: list[Copy]) -> Copy | None:
    return next((each for each in found if each.standing is Standing.EFFECTIVE), None)


def _around(site: Project, at: int) -> dict[str, Any]:
    """What every page here names things by."""
    instant: Callable[[int], str] = lambda when: instant_text(when, site.zone, at)  # noqa: E731 - a word of the templates
    return {
        "standing_names": {key: _(name) for key, name in STANDING_NAMES.items()},
        "tones": TONES,
        "act_names": {key: _(name) for key, name in ACT_NAMES.items()},
        "value_names": {key: _(name) for key, name in VALUE_NAMES.items()},
        "instant": instant,
        "day_of": lambda when: day_and_month(when, site.zone),
        "names_of": lambda who: people([who])[who].name if who and who in people([who]) else str(_("the set-up")),
        "texts_of": editing.texts,
        "rows_of": editing.rows_of,
        "value": editing.value,
        "tags": LANGUAGES,
        "language_names": NAMES,
    }


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(bp)
