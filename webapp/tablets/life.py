"""What is done with one tablet at the desk: enrol it again, approve who claims a code, retire, revoke, import its file, drain.

A file of its own beside views.py, which would be two sittings with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.base import clock, ids
from webapp.base.database import db
from webapp.base.written import instant_text
from webapp.operations import registry
from webapp.operations.ledger import the_ledger
from webapp.operations.roles import ADMIN, SUPERVISOR
from webapp.operations.rules import SESSION, SYSTEM
from webapp.sites.models import Project
from webapp.staff.desk import desk_page
from webapp.staff.queries import people
from webapp.tablets import enrolment, parcels
from webapp.tablets.queries import TabletRow, arrived, drains_since, tablet
from webapp.tablets.rules import has_all

bp = Blueprint("life", __name__)
MAY = (SUPERVISOR, ADMIN)

__all__ = ["MAY", "bp", "drains_since", "leave", "waiting_files"]


@dataclass(frozen=True)
class WaitingFile:
    """A file that waits for a ruling, all in words: what it `holds`, `by` whom, `between` which two instants."""

    digest: str
    tablet_id: str
    entries: int
    holds: tuple[str, ...]
    by: tuple[str, ...]
    between: tuple[str, ...]


def waiting_files(site: Project, at: int) -> list[WaitingFile]:
    """The files that wait for a ruling, with what they hold."""
    held = parcels.contents(site.id)
    return [_waiting_file(each, held[each.digest], site, at) for each in parcels.to_rule_on(site.id)]


def _waiting_file(file: parcels.Waiting, held: parcels.Content, site: Project, at: int) -> WaitingFile:
    holds = tuple(f"{_title(name)} × {number}" for name, number in held.operations.items())
    by = tuple(each.name for each in people(held.authors).values())
    ends = dict.fromkeys((held.instants[0], held.instants[-1])) if held.instants else ()
    between = tuple(instant_text(each, site.zone, at) for each in ends)
    return WaitingFile(file.digest, file.tablet_id, file.entries, holds, by, between)


def _title(operation: str) -> str:
    known = registry.find(operation)
    return str(_(known.title) if known else _("Something that a newer version records"))


def leave(of: TabletRow, heads: Mapping[int, int], at: int) -> bool:
    """Let a tablet go that was asked to: True when everything it counted is here, and then its credential ends. Harmless twice."""
    if of.barred == "retired":
        return has_all(heads, arrived(of.id))
    if of.leaves_at is None or not has_all(heads, arrived(of.id)):
        return False
    made = ids.derived("tablets.leave", of.id, of.leaves_at)
    db.session.rollback()
    the_ledger().submit(
        "tablets.leave", {"tablet": of.id}, project_id=of.project_id, author_id=None, proof=SYSTEM, entry_id=made, at=at
    )
    return True


@desk_page(bp, "/tablets/claims/<number>", among=MAY, methods=("POST",))
def rule_on_claim(number: str) -> Response:
    """Approve or refuse the tablet that shows this number."""
    enrolment.ruled(g.project_id, number, request.form.get("approved") == "yes", g.person.id, clock.now())
    return _back()


@desk_page(bp, "/tablets/<uuid:tablet_id>/code", among=MAY, methods=("POST",))
def again(tablet_id: object) -> Response:
    """A code by which a device becomes this tablet again, on the store it has or on a new one."""
    of = _tablet_or_404(tablet_id)
    if of.revoked_at is not None:
        abort(404)
    code = enrolment.make_code(g.project_id, of.name, of.station, clock.now(), made_by=g.person.id, again=of)
    _person_again()
    address = url_for("tablets.enrol", _external=True)
    return make_response(render_template("tablets/code.html", tablet=of, code=code, enrol_address=address))


@desk_page(bp, "/tablets/<uuid:tablet_id>/<any(retirement, revocation):what>", among=MAY, methods=("POST",))
def end(tablet_id: object, what: str) -> Response:
    """Ask the tablet to leave once all is sent; or let it in no more, because it is lost."""
    of = _tablet_or_404(tablet_id)
    name = "tablets.retire" if what == "retirement" else "tablets.revoke"
    if of.barred is None and not (what == "retirement" and of.leaves_at):
        the_ledger().submit(name, {"tablet": of.id}, project_id=g.project_id, author_id=g.person.id, proof=SESSION)
    return _back()


@desk_page(bp, "/tablets/import", among=MAY, methods=("GET", "POST"))
def bring_in() -> Response:
    """Take in a file that a tablet made of what it could not send."""
    wrong, said = None, ""
    if request.method == "POST":
        request.max_content_length = parcels.MOST + 65_536
        file = request.files.get("file")
        try:
            taken = parcels.bring_in(g.project_id, file.read() if file else b"", g.person.id, clock.now())
            said = _said(taken)
        except parcels.Refused as refused:
            wrong = _(parcels.REASONS[str(refused)])
        _person_again()
    return make_response(render_template("tablets/import.html", wrong=wrong, said=said), 422 if wrong else 200)


def _said(taken: parcels.Opened) -> str:
    number = ngettext("%(num)s entry of %(tablet)s", "%(num)s entries of %(tablet)s", taken.entries, tablet=taken.tablet.name)
    ruled = parcels.ruling_on(g.project_id, taken.digest)
    if ruled:
        released = _("%(entries)s: this file was imported before and released; they count.", entries=number)
        rejected = _("%(entries)s: this file was imported before and rejected; they do not count.", entries=number)
        return str(released if ruled == parcels.RELEASED else rejected)
    if taken.tablet.barred:
        return _("%(entries)s: put aside until it is decided under Tablets whether they count.", entries=number)
    return _("%(entries)s: here now. When the tablet sends them too, they are not counted twice.", entries=number)


@desk_page(bp, "/tablets/parcels/<digest>", among=MAY, methods=("POST",))
def rule_on_parcel(digest: str) -> Response:
    """Release a quarantined file's entries, or reject them."""
    result = request.form.get("result", "")
    if result not in ("released", "rejected") or not parcels.rule(g.project_id, digest, result, g.person.id, clock.now()):
        abort(404)
    return _back()


def _tablet_or_404(tablet_id: object) -> TabletRow:
    found = tablet(g.project_id, str(tablet_id))
    db.session.rollback()
    _person_again()
    return found or abort(404)


def _person_again() -> None:
    """A write of ours ends the request's snapshot, and with it what the page knows of who signed in."""
    db.session.rollback()
    g.person = db.session.merge(g.person, load=True)


def _back() -> Response:
    response = make_response(redirect(url_for("tablets.listing"), 303))
    response.headers["Cache-Control"] = "no-store"
    return response
