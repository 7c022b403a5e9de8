"""The shape every desk page has: for a person who signed in, in a project where that person may.

A file of its own beside access.py, for it is what the views of every package above stand on.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import TypeVar

from flask import Blueprint, Response, abort, g, make_response, redirect, request, url_for

from webapp.base import clock, database
from webapp.base.database import db
from webapp.base.i18n import LANGUAGES
from webapp.operations.roles import DESK, MARKETING
from webapp.staff.access import person_of
from webapp.staff.queries import person, projects_of, roles

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
