"""The same operations without JavaScript: a station's form is posted, the server asks who it is and answers with a page.

The receipt then has the tablet and no number; exactly-once is not claimed for a page that a cache may hold (protocol: pages).
"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Field

from webapp.attachments.keeping import NAMELESS, REFUSED, keep
from webapp.attachments.rules import MOST_BYTES_POSTED
from webapp.base import clock, ids
from webapp.base.database import db
from webapp.base.i18n import LANGUAGES
from webapp.operations import registry
from webapp.operations.declarations import on_post
from webapp.operations.fields import Form, Instant, Photos, explain
from webapp.operations.ledger import Outcome, the_ledger
from webapp.operations.registry import Operation
from webapp.operations.rules import PIN, POST
from webapp.sites.queries import posts, zone_of
from webapp.staff.access import SignIn, check_code
from webapp.staff.queries import Colleague, colleagues
from webapp.tablets.stations import open_station

bp = Blueprint("plain", __name__)
Typed = MultiDict[str, str]
MOST_POSTED = 4 * MOST_BYTES_POSTED
"""A form with as many photos as an entry may have, and what was typed."""
OWN = {"_person", "_code", "_id", "_shown", "next", "csrf_token"}


@dataclass(frozen=True)
class Signer:
    """Who records, by which proof; or the words that say why that is not known yet."""

    person_id: str | None = None
    proof: str = PIN
    wrong: str | None = None


@bp.post("/<language>/<station>/do/<name>")
def do(language: str, station: str, name: str) -> Response:
    """Record an entry from a form, or ask for what is missing with everything typed still there."""
    operation = registry.find(name)
    if language not in LANGUAGES or operation is None or not operation.offline:
        abort(404)
    g.language = language
    refused = open_station(station)
    if refused is not None:
        return refused
    if request.mimetype == "multipart/form-data":
        request.max_content_length = MOST_POSTED
    among = colleagues(g.tablet.project_id, clock.now(), operation.roles)
    signer = _signer(operation, among)
    db.session.rollback()
    given, wrong = _given(operation)
    if signer.person_id is None or wrong:
        return _ask(operation, given, among, signer.wrong, wrong)
    outcome = _record(operation, given, signer)
    if outcome.errors:
        return _ask(operation, given, among, explain(outcome.errors[""]) if "" in outcome.errors else None, outcome.errors)
    return make_response(redirect(_back(language, station), 303))


def _signer(operation: Operation, among: list[Colleague]) -> Signer:
    """The person and code that were given; where neither is needed, the one person on post at this tablet's place."""
    person, code = request.form.get("_person", ""), request.form.get("_code", "")
    if not person and operation.proof == POST:
        here = {post.id for post in posts(g.tablet.project_id, g.tablet.place_id)}
        present = {each.person_id for each in on_post(g.tablet.project_id, clock.now()) if each.post_id in here}
        if len(present) == 1:
            return Signer(present.pop(), POST)
    if not person or not code:
        return Signer(wrong="" if "_shown" not in request.form else explain("required"))
    if person not in {each.id for each in among}:
        return Signer(wrong=explain("not_offered"))
    at = clock.now()
    tried = check_code(person, code, at, g.tablet.id)
    return Signer(person) if tried.person_id else Signer(wrong=_disagrees(tried, at))


def _disagrees(tried: SignIn, at: int) -> str:
    """Why a code does not open, and when the next try is looked at."""
    if tried.is_locked:
        return str(_("After too many wrong tries this code is locked on this tablet. The manager opens it at the desk."))
    if not tried.is_looked_at and tried.wait_until:
        seconds = (tried.wait_until - at + 999) // 1000
        return str(_("Too many wrong codes for this person. Try again in %(seconds)s s.", seconds=seconds))
    return str(_("The code does not match this person. Try again."))


def _given(operation: Operation) -> tuple[Typed, dict[str, str]]:
    """What was typed, with the digests of the photos that came with it, which are kept before the entry that names them; and what
    is wrong with those, by field."""
    given, wrong = MultiDict(request.form), dict[str, str]()
    for name in (name for name, field in operation.fields.items() if isinstance(field, Photos)):
        for file in (file for file in request.files.getlist(name) if file.filename):
            kept = keep(g.tablet.project_id, g.tablet.id, file.stream.read(MOST_BYTES_POSTED), clock.now())
            if kept.outcome in {REFUSED, NAMELESS}:
                wrong[name] = "not_a_photo"
            else:
                given.add(name, kept.digest)
    for name in (name for name, field in operation.fields.items() if isinstance(field, Instant) and name in given):
        given[name] = clock.typed(given[name], zone_of(g.tablet.project_id))  # a browser without our script sends it as it shows it
    return given, wrong


def _record(operation: Operation, given: Typed, signer: Signer) -> Outcome:
    typed: dict[str, Any] = {}
    for name in operation.names(given):
        values = given.getlist(name)
        if values:
            typed[name] = values if len(values) > 1 else values[0]
    shown = request.form.get("_id", "")
    return the_ledger().submit(
        operation.name,
        typed,
        project_id=g.tablet.project_id,
        author_id=signer.person_id,
        proof=signer.proof,
        entry_id=shown if len(shown) == 36 else None,
        tablet=(g.tablet.id, g.tablet.number),
    )


def _ask(operation: Operation, given: Typed, among: list[Colleague], wrong: str | None, errors: Any) -> Response:
    """The page that asks for the person and the code, or for what must be mended."""
    form = operation.form(given)
    shown = [name for name in errors if not isinstance(operation.fields.get(name), Photos)]
    typed = [(name, value) for name, value in given.items(multi=True) if name not in OWN and name not in shown]
    page = render_template(
        "sync/ask.html",
        operation=operation,
        form=form,
        among=among,
        wrong=wrong,
        mended={name: _mended(operation, form, given, name, code) for name, code in errors.items() if name},
        typed=typed,
        chosen=request.form.get("_person", ""),
        one_time=ids.uuid7(),
        next=request.form.get("next", ""),
    )
    return make_response(page, 422 if wrong or errors else 200)


def _mended(operation: Operation, form: Form, given: Typed, name: str, code: str) -> tuple[str, str, str]:
    """What a field is called by, what was typed into it and what is wrong with that; of a row, of its cell."""
    field: Any = form._fields.get(name)
    if field is not None:
        return name, field._value(), _told(field, code)
    return name.rpartition(".")[2], given.get(name, ""), operation.explain({name: code})[name]


def _told(field: Field, code: str) -> str:
    """The words for what is wrong. Those of the field know its limit; what only the ledger can see has none."""
    return next((str(each) for each in field.process_errors), explain(code))


def _back(language: str, station: str) -> str:
    """The page the form stood on; never an address elsewhere."""
    wanted = request.form.get("next", "")
    is_local = wanted.startswith(f"/{language}/{station}/") and "//" not in wanted and "\\" not in wanted
    return wanted if is_local else f"/{language}/{station}/"
