"""The desk's repair room: what wants somebody, and each of it with what was typed (P2-4.4.6a)."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext as _

from webapp.base import clock, ids
from webapp.base.i18n import N_
from webapp.base.written import instant_text
from webapp.operations import registry
from webapp.operations.declarations import desk_link
from webapp.operations.fields import Choice, Field, Identity, Instant, Lines, Photos, Reference, Text, explain
from webapp.operations.ledger import the_ledger
from webapp.operations.registry import Operation
from webapp.operations.roles import DEPUTY, FRONT, SUPERVISOR
from webapp.repairs import queries
from webapp.repairs.models import REJECTED, RELEASED
from webapp.repairs.queries import OUTCOMES, UNDONE_BY, WORDS, Broken, wrong_words
from webapp.sites.models import Project
from webapp.staff.desk import desk_page, first_day, send, submit
from webapp.staff.queries import colleagues, people
from webapp.tablets.frames import this_site
from webapp.tablets.queries import tablets

bp = Blueprint("repairs", __name__)
desk_link("/entries", N_("Entries of the day"), N_("What was recorded on a day; a slip is undone here"), "undo-2")


@desk_page(bp, "/repairs")
def listing() -> str:
    """Every entry that wants somebody, by what it wants."""
    site, at = this_site(), clock.now()
    found, taken = queries.open_entries(site.id), queries.flagged(site.id, at)
    return render_template(
        "repairs/index.html",
        parts=[
            (_("To mend"), [each for each in found if each.row.outcome == "refused"]),
            (_("Held"), [each for each in found if each.row.outcome == "held"]),
            (_("Put aside"), [each for each in found if each.row.outcome == "quarantined"]),
        ],
        flagged=taken,
        flags=queries.flags_of,
        **_around(site, at, [*found, *taken]),
    )


@desk_page(bp, "/entries", methods=("GET", "POST"))
def entries() -> Response:
    """What was recorded on a day and can be undone, whoever recorded it: on the day asked for, else today."""
    site, at = this_site(), clock.now()
    may_undo = bool(g.roles & {SUPERVISOR, DEPUTY})
    if request.method == "POST":
        if not may_undo:
            abort(403)
        _undone(site, request.form.get("entry", ""))
        return make_response(redirect(request.full_path.rstrip("?"), 303))
    asked, today = request.args.get("day", ""), clock.day_of(at, site.zone)
    day, wrong = _day_of(asked, today) if asked else (today, "")
    start = max(0, request.args.get("from", 0, type=int))
    since, until = clock.day_bounds(day, site.zone) if day else (0, 0)
    found = queries.recorded(site.id, since, until, start) if day else []
    around = _around(site, at, [each for each, _by in found])
    around["people"] = around["people"] | people({by.author_id for _each, by in found if by and by.author_id})
    page = render_template(
        "repairs/entries.html", day=day, today=today, asked=asked, wrong=wrong, found=found, start=start, most=queries.MOST,
        total=queries.recorded_count(site.id, since, until), may_undo=may_undo, new_id=lambda: ids.uuid7(at),
        before=day - timedelta(1) if day and day > first_day() else None, after=day + timedelta(1) if day and day < today else None,
        **around,
    )  # fmt: skip
    return make_response(page, 400 if wrong else 200)


def _day_of(asked: str, today: date) -> tuple[date | None, str]:
    """The day that was asked for; else what is wrong with it, in words."""
    first = first_day()
    try:
        day = clock.day_named(asked)
    except ValueError:
        day = first - timedelta(1)
    return (
        (day, "") if first <= day <= today else (None, str(_("Choose a day from %(first)s to %(last)s.", first=first, last=today)))
    )


def _undone(site: Project, entry_id: str) -> None:
    found = queries.entry(site.id, entry_id) if ids.is_id(entry_id) else None
    by = UNDONE_BY.get(found.row.operation) if found else None
    if found is None or by is None:
        abort(404)
    party = queries.typed(found.row).get("party", "") if by == "tours.stay" else ""
    if not submit(by, {"entry": found.row.id, **({"party": party} if party else {})}):
        flash(_("Undone. It stands on no page any more; that it was undone is kept."), "ok")


def _around(site: Project, at: int, found: list[Broken]) -> dict[str, Any]:
    return {
        "people": queries.authors(found),
        "names": {each.number: each.name for each in tablets(site.id)},
        "content": lambda row: queries.content(row, site, at),
        "told": lambda row: queries.told(row, site, at),
        "instant": lambda instant: instant_text(instant, site.zone, at),
        "why": queries.why,
        "outcomes": OUTCOMES,
    }


@desk_page(bp, "/repairs/<uuid:entry_id>", methods=("GET", "POST"))
def show(entry_id: UUID) -> Response:
    """One entry with what was typed: to be said again in its author's place, or to be ruled on."""
    site = this_site()
    found = queries.entry(site.id, str(entry_id)) or abort(404)
    wrong: dict[str, str] | None = {}
    if request.method == "POST":
        wrong = _ruled(found) if "result" in request.form and not found.is_mendable else _mended(found, site)
    if wrong is None:
        return make_response(redirect("/repairs", 303))
    return make_response(_page(found, site, wrong), 422 if wrong else 200)


def _mended(found: Broken, site: Project) -> dict[str, str] | None:
    """Say the entry again; what is wrong with it by field, None where nothing is."""
    operation = registry.find(found.row.operation)
    if operation is None or not found.is_mendable:
        abort(409)
    if queries.is_done_with(site.id, found.row.id):
        flash(_("That entry was mended or rejected already; nothing was changed."), "soon")
        return None
    said = {name: _said(found, name, field, site) for name, field in operation.fields.items() if not isinstance(field, Lines)}
    said |= _cells(found, operation)
    wrong = _slips(found, operation, said) or send(operation.name, said, repairs=found.row.id).errors
    if wrong:
        told = wrong_words(operation.name, wrong)
        is_dated_wrong = operation.when is not None and wrong.get(operation.when) in ("when", "no_such_year")
        return told | ({str(operation.when): queries.wrong_time(found.row, site)} if is_dated_wrong else {})
    flash(_("Mended. The author stays who recorded it; that it was mended here is noted."), "ok")
    return None


def _slips(found: Broken, operation: Operation, said: dict[str, Any]) -> dict[str, str]:
    """What is wrong with what was typed, also a time that the entry cannot have; codes by field."""
    form, wrong = operation.clean(said)
    when = getattr(form, operation.when).data if operation.when and not wrong else None
    return wrong if when is None or queries.may_say(found.row, when) else {str(operation.when): "when"}


def _cells(found: Broken, operation: Operation) -> dict[str, Any]:
    """Every cell of rows as it was recorded, and as it is typed here where it had to be mended."""
    recorded = queries.typed(found.row)
    return {name: request.form.get(name, recorded[name]) for _name, field in operation.lines for name in field.names(recorded)}


def _said(found: Broken, name: str, field: Field, site: Project) -> Any:
    """What the page says as the form wants it. Photos are no business of a desk: those of the entry stay."""
    if isinstance(field, Photos):
        return queries.photos_of(found.row, name, field)
    text, recorded = request.form.get(name, ""), queries.typed(found.row).get(name, "")
    if not isinstance(field, Instant):
        return text
    return recorded if text == _shown(field, recorded, site) else clock.typed(text, site.zone)


def _ruled(found: Broken) -> dict[str, str] | None:
    """Release or reject what was held or put aside."""
    result, reason = request.form.get("result", ""), request.form.get("reason", "").strip()
    if result not in (RELEASED, REJECTED) or found.row.outcome not in ("held", "quarantined"):
        abort(409)
    if result == REJECTED and not reason:
        return {"reason": explain("required")}
    wrong = submit("repairs.rule", {"entry": found.row.id, "result": result, "reason": reason})
    if wrong:
        return wrong
    the_ledger().rule(found.row.project_id, found.row.id, result == RELEASED)
    flash(_("Released: it counts from when it happened.") if result == RELEASED else _("Rejected, with the reason."), "ok")
    return None


def _page(found: Broken, site: Project, wrong: dict[str, str]) -> str:
    at, first, is_done = clock.now(), queries.first_of(found), queries.is_done_with(site.id, found.row.id)
    said = dict(request.form.items()) if request.method == "POST" else queries.typed(found.row)
    errors = wrong or wrong_words(found.row.operation, found.errors)
    rulings = queries.rulings(site.id, found.row.id)
    return render_template(
        "repairs/show.html",
        one=found,
        first=first,
        fields=_fields(found, site, said, errors) if found.is_mendable and not is_done else [],
        wrong=errors,
        reason=request.form.get("reason", ""),
        rulings=rulings,
        ruled_by=people({each.author_id for each in rulings if each.author_id}),
        one_time=ids.uuid7(at),
        **_around(site, at, [found]),
    )


def _fields(found: Broken, site: Project, said: dict[str, str], errors: dict[str, str]) -> list[dict[str, Any]]:
    """The form of the operation, field by field, with what was typed still there. `is_aside`: nothing was nor has to be."""
    operation = registry.get(found.row.operation)
    return [
        _shape(name, field, site)
        | {"name": name, "value": _shown(field, said.get(name, ""), site), "error": errors.get(name)}
        | {"is_aside": field.optional and not said.get(name) and name not in errors}
        for name, field in operation.fields.items()
        if not isinstance(field, Photos | Lines)
    ] + [
        _shape(name, cell, site) | {"name": name, "value": said.get(name, ""), "error": told}
        for name, told in errors.items()
        if name not in operation.fields and (cell := operation.field_of(name))
    ]


def _shape(name: str, field: Field, site: Project) -> dict[str, Any]:
    label, nothing = queries.field_name(name), [("", "–")] if field.optional else []
    if isinstance(field, Reference):
        return {"kind": "select", "label": label, "options": [*nothing, *queries.names_of(field.kind, site.id).items()]}
    if isinstance(field, Choice):
        return {
            "kind": "select",
            "label": label,
            "options": [*nothing, *((each, _(WORDS[each])) for each in field.offered)],
        }
    if name == "to":
        staff = colleagues(site.id, clock.now(), FRONT)
        return {"kind": "select", "label": label, "options": [*nothing, *((each.id, each.told) for each in staff)]}
    if isinstance(field, Identity):
        return {"kind": "hidden", "label": label}
    if isinstance(field, Text) and field.most > 200:
        return {"kind": "prose", "label": label, "most": field.most}
    return {"kind": "datetime-local" if isinstance(field, Instant) else "text", "label": label}


def _shown(field: Field, value: str, site: Project) -> str:
    try:
        return clock.local(int(value), site.zone).isoformat()[:16] if isinstance(field, Instant) else value
    except (ValueError, OverflowError):
        return value


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(bp)
