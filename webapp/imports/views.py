"""A CSV file brought in at the desk: a dry run first, then all of it or nothing (design.md 3a)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, abort, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import RequestEntityTooLarge

from webapp.base import clock
from webapp.base.database import db
from webapp.base.i18n import N_, language
from webapp.base.written import figure_text
from webapp.imports import queries
from webapp.imports.queries import Plan
from webapp.imports.rules import BYTES_MOST, KINDS, Kind, Problem, encodings, in_order, template
from webapp.imports.tables import IMPORTS
from webapp.operations import registry
from webapp.operations.declarations import desk_link
from webapp.operations.fields import explain
from webapp.operations.ledger import the_ledger
from webapp.operations.roles import ADMIN, SUPERVISOR
from webapp.operations.rules import APPLIED, DUPLICATE, IMPORT, QUARANTINED
from webapp.staff.desk import desk_page
from webapp.staff.lists import desk_table
from webapp.tablets.frames import this_site

bp = Blueprint("imports", __name__)
desk_link("/import", N_("Import a file"), N_("People, items, inventories and balances from a CSV file"), "cloud-upload")
MAY = (ADMIN, SUPERVISOR)
KIND_NAMES = {
    "people": N_("People and their roles"), "items": N_("Items"), "inventory": N_("Things of a show flat"),
    "balances": N_("Opening balances"),
}  # fmt: skip
ENCODING_NAMES = {"utf-8-sig": N_("UTF-8"), "gb18030": N_("GB18030 (simplified)"), "big5hkscs": N_("Big5 (traditional)")}
SHOWN_ROWS, SHOWN_PROBLEMS = 5, 100


@dataclass(frozen=True)
class Brought:
    """The bytes of a file, how they may be read, and how they are."""

    raw: bytes
    possible: list[str]
    encoding: str

    @property
    def text(self) -> str:
        """For a page that carries the file on to the confirmation."""
        return urlsafe_b64encode(self.raw).decode()


@desk_page(bp, "/import", among=MAY, methods=("GET", "POST"))
def bring_in() -> Response:
    """Choose a file; see what it would do; do it."""
    if request.method == "GET":
        return _page(_kind(request.args.get("kind", "")))
    try:
        kind = _kind(request.form.get("kind", ""))
        found = _brought()
    except RequestEntityTooLarge:
        return _page(_kind(request.args.get("kind", "")), wrong=_too_large())
    if isinstance(found, str):
        return _page(kind, wrong=found)
    site = this_site()
    plan = queries.plan(site, kind, found.raw, found.encoding)
    confirmed = request.form.get("confirmed") == f"{plan.digest} {found.encoding}" and not plan.problems
    if confirmed and plan.namesakes and not request.form.get("another"):
        return _page(kind, found, plan, asked=True)
    fresh, refused = _taken(plan, dry=not confirmed)
    problems = in_order([*plan.problems, *refused], plan.heads)
    if confirmed and not problems:
        told_of = ngettext("%(num)s row was imported.", "%(num)s rows were imported.", fresh)
        flash(told_of if fresh else _("Nothing was changed: all of it was here already."), "ok")
        return make_response(redirect(f"/import?kind={kind.key}", 303))
    return _page(kind, found, plan, problems)


@desk_page(bp, "/import/<any(people, items, inventory, balances):kind>.csv", among=MAY)
def blank(kind: str) -> Response:
    """A file to be filled in, with its heads in the reader's language."""
    response = make_response(template(_kind(kind), language()).encode("utf-8-sig"))
    response.headers.update({"Content-Type": "text/csv; charset=utf-8", "Cache-Control": "no-store",
                             "Content-Disposition": f'attachment; filename="{kind}.csv"'})  # fmt: skip
    return response


def _offered() -> list[Kind]:
    """The kinds that whoever asks may bring in."""
    return [kind for kind in KINDS.values() if g.roles & registry.get(kind.operation).roles]


def _kind(key: str) -> Kind:
    offered = _offered()
    if key and key not in {each.key for each in offered}:
        abort(403 if key in KINDS else 404)
    return KINDS[key] if key else offered[0]


def _too_large() -> str:
    return str(_("This file is too large: at most %(limit)s KiB.", limit=BYTES_MOST // 1024))


def _brought() -> Brought | str:
    """The file that was chosen now or before; or why it cannot be read."""
    file = request.files.get("file")
    try:
        raw = file.read(BYTES_MOST + 1) if file else urlsafe_b64decode(request.form.get("content", ""))
    except (NotBase64, ValueError):
        raw = b""
    if not raw:
        return str(_("This file is empty.") if file and file.filename else _("Choose a file."))
    if len(raw) > BYTES_MOST:
        return _too_large()
    possible = encodings(raw)
    if not possible:
        return str(_("This is no text file in UTF-8, GB18030 or Big5. Save the sheet as CSV."))
    asked = request.form.get("encoding", "")
    return Brought(raw, possible, asked if asked in possible else possible[0])


def _taken(plan: Plan, *, dry: bool) -> tuple[int, list[Problem]]:
    """Send a file through the ledger, all or nothing, or only try it; how many rows are new by it, and what was not taken."""
    author_id, project_id, at = g.person.id, g.project_id, clock.now()
    db.session.rollback()
    outcomes = the_ledger().submit_all(
        [step.intent for step in plan.steps], project_id=project_id, author_id=author_id, proof=IMPORT, at=at, dry=dry
    )
    problems = []
    for step, outcome in zip(plan.steps, outcomes, strict=True):
        codes = dict(outcome.errors) or {"": "otherwise" if outcome.outcome == QUARANTINED else "not_taken"}
        if outcome.outcome not in (APPLIED, DUPLICATE) or outcome.errors:
            problems += [Problem(step.row.line, step.columns.get(name, name), code) for name, code in codes.items()]
    fresh = {step.row.line for step, outcome in zip(plan.steps, outcomes, strict=True) if outcome.outcome == APPLIED}
    return len(fresh), problems


def told(problem: Problem, kind: Kind) -> str:
    """What is wrong, in the reader's language."""
    column = next((each for each in kind.columns if each.key == problem.column), None)
    offered = [words[language()] for words in column.choices.values()] if column else []
    words = {
        "empty": _("There are no rows."),
        "not_offered": _("Write one of these: %(about)s", about=_(", ").join(offered)),
        "broken": _("This line cannot be read: a quotation mark is missing or stands in the wrong place."),
        "unknown_column": _("No such column is known: %(about)s", about=problem.about),
        "twice": _("This column is there twice: %(about)s", about=problem.about),
        "missing_column": _("This column is missing."),
        "too_many_cells": _("More cells than the columns of the first row (%(about)s).", about=problem.about),
        "too_many": _("At most %(limit)s rows.", limit=problem.about),
        "formula": _(
            "This begins with %(about)s, so a spreadsheet would take it for a formula. Write the value itself.", about=problem.about
        ),
        "no_name": _("Give a name in at least one language."),
        "no_such": _("Not known here. Known are: %(about)s", about=problem.about or "–"),
        "twice_as": _("This is the same as in row %(about)s.", about=problem.about),
        "called_alike": _("The other one is called so too. Choose another, for the tablet’s list shows both."),
        "called_as": _(
            "Row %(about)s is of the same name and called so too. Choose another, for the tablet’s list shows both.",
            about=problem.about,
        ),
        "otherwise": _("This was imported before with other contents. It is left as it was; change it where it is kept."),
        "fraction": _("The smallest step is %(number)s.", number=problem.about),
        "not_taken": _("This could not be accepted as it is."),
        "role": _("You may not do this here."),
    }
    return words.get(problem.code) or explain(problem.code, int(problem.about) if problem.about.isdigit() else None)


def _page(kind: Kind, found: Brought | None = None, plan: Plan | None = None, problems: list[Problem] | None = None, *,
          wrong: str = "", asked: bool = False) -> Response:  # fmt: skip
    tag, problems, at = language(), problems or [], clock.now()
    now = queries.here_now(plan, g.project_id, at) if plan else {}
    titles = {column.key: column.titles[tag] for column in kind.columns}
    page = render_template(
        "imports/index.html",
        kinds=[(each.key, _(KIND_NAMES[each.key])) for each in _offered()],
        kind=kind,
        titles=titles,
        choices={column.key: {value: words[tag] for value, words in column.choices.items()} for column in kind.columns},
        found=found,
        plan=plan,
        problems=[(each.line, titles.get(each.column, ""), told(each, kind)) for each in problems[:SHOWN_PROBLEMS]],
        more=max(0, len(problems) - SHOWN_PROBLEMS),
        shown=plan.rows[: None if now else SHOWN_ROWS] if plan else [],
        now={line: figure_text(quantity) for line, quantity in now.items()},
        encodings=[(each, _(ENCODING_NAMES[each])) for each in found.possible] if found else [],
        wrong=wrong,
        most=BYTES_MOST // 1024,
    )
    return make_response(page, 422 if wrong or problems or asked else 200)


desk_table(bp, "/lists/imports", IMPORTS, among=MAY, taken_by=MAY)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(bp)
