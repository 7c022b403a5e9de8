"""The shape every desk page has: for a person who signed in, in a project where that person may.

A file of its own beside access.py, for it is what the views of every package above stand on.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, Response, abort, g, make_response, redirect, request, url_for

from webapp.base import clock, database, ids
from webapp.base.database import db
from webapp.base.i18n import LANGUAGES
from webapp.operations import registry
from webapp.operations.ledger import Outcome, the_ledger
from webapp.operations.roles import DESK, MARKETING
from webapp.operations.rules import REFUSED, SESSION
from webapp.sites.queries import zone_of
from webapp.staff.access import person_of
from webapp.staff.queries import person, projects_of, roles, since

COOKIE = "session"
View = Callable[..., str | Response]
V = TypeVar("V", bound=View)


def cookie_name() -> str:
    """`__Host-session` on https, where the browser then refuses it from anywhere else."""
    return f"__Host-{COOKIE}" if request.is_secure else COOKIE


def token() -> str:
    """What this browser shows as a desk; '' where it shows nothing."""
    return request.cookies.get(cookie_name(), "")


def home_of(held: Iterable[str]) -> str:
    """Where a person's work begins: who only writes has no review."""
    return "/review" if set(held) & DESK else "/documents"


def home(person_id: str, at: int) -> str:
    """Where somebody who signs in is led."""
    held = {role for project_id in projects_of(person_id, at) for role in roles(project_id, person_id, at)}
    return home_of(held if MARKETING in held else DESK)


def is_local(address: str) -> bool:
    """Whether an address leads to a page of ours."""
    return address.startswith("/") and "//" not in address and "\\" not in address


def open_desk(among: Iterable[str] = DESK) -> Response | None:
    """Let a signed-in person in, into the first project where he may; where he may not, the answer instead."""
    at = clock.now()
    person_id = person_of(token(), at) if token() else None
    who = person(person_id) if person_id else None
    if who is None:
        return _to_the_door()
    held = {project_id: set(roles(project_id, who.id, at)) & set(among) for project_id in projects_of(who.id, at)}
    may = sorted(project_id for project_id, here in held.items() if here)
    g.person, g.roles = who, held[may[0]] if may else set()
    g.setdefault("language", who.language if who.language in LANGUAGES else None)
    if not may:
        abort(403)
    g.project_id = may[0]
    db.session.rollback()
    database.snapshot()
    g.person = person(who.id)
    return None


def _to_the_door() -> Response:
    response = make_response(redirect(url_for("staff.sign_in", next=request.full_path.rstrip("?")), 303))
    response.headers["Cache-Control"] = "no-store"
    return response


def first_day() -> date:
    """The day from which this project has anything to show: its first person began then."""
    began = since(g.project_id)
    return clock.day_of(clock.now() if began is None else began, zone_of(g.project_id))


def day_asked(text: str) -> date:
    """The day that an address names, from this project's first to today; any other is no page."""
    try:
        day = clock.day_named(text)
    except ValueError:
        abort(404)
    return day if first_day() <= day <= clock.day_of(clock.now(), zone_of(g.project_id)) else abort(404)


def one_time() -> str | None:
    """The id that the form of this request was drawn with: however often it is sent, it is one entry."""
    shown = request.form.get("_id", "")
    return shown if ids.is_id(shown) else None


def send(operation: str, body: Mapping[str, Any], *, entry_id: str | None = None, repairs: str | None = None) -> Outcome:
    """Take what whoever is signed in here decided; without an id of its own it is the entry of the form that was sent.

    A slip is no entry: whoever made it reads so beside the field, with what was typed, and nobody has to mend it afterwards.
    The page's snapshot ends first: it would not see the row, and where the store has no WAL it would block the writing of it.
    """
    project_id, author_id = g.project_id, g.person.id
    db.session.rollback()
    said = {name: value for name, value in body.items() if value not in ("", None)}
    if wrong := registry.get(operation).clean(said)[1]:
        return Outcome("", REFUSED, wrong)
    return the_ledger().submit(
        operation, said, project_id=project_id, author_id=author_id, proof=SESSION, entry_id=entry_id or one_time(), repairs=repairs
    )


def submit(operation: str, body: Mapping[str, Any], *, entry_id: str | None = None) -> dict[str, str]:
    """As `send`; in words what is wrong by field, "" where it is not about a field. Empty where it was taken."""
    return registry.get(operation).explain(send(operation, body, entry_id=entry_id).errors)


def desk_page(
    blueprint: Blueprint, rule: str, *, among: Iterable[str] = DESK, methods: tuple[str, ...] = ("GET",)
) -> Callable[[V], V]:
    """Declare a page of the desk: `among` are the roles that may open it."""

    def declare(view: V) -> V:
        @wraps(view)
        def opened(**values: object) -> Response:
            refused = open_desk(among)
            return refused if refused is not None else make_response(view(**values))

        blueprint.add_url_rule(rule, endpoint=view.__name__, view_func=opened, methods=list(methods))
        return view

    return declare
