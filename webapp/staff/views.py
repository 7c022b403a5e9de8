"""Signing in and out at a desk, and where one is signed in."""

from flask import Blueprint, Flask, Response, abort, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from webapp.base import clock
from webapp.operations.roles import ADMIN, OFFICE
from webapp.staff import access, queries
from webapp.staff.access import person_of
from webapp.staff.desk import cookie_name, desk_page, home, is_local, token
from webapp.staff.rules import SESSION_WITHIN

bp = Blueprint("staff", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response:
    """Account and password; a wrong try keeps the account typed."""
    wanted = request.values.get("next", "")
    going = wanted if is_local(wanted) else ""
    if request.method == "GET":
        return _door(going)
    at = clock.now()
    tried = access.sign_in(request.form.get("account", ""), request.form.get("password", ""), at)
    if tried.token is None:
        return _door(going, _wait(tried.wait_until, at))
    response = make_response(redirect(going or home(person_of(tried.token, at) or "", at), 303))
    response.set_cookie(
        cookie_name(), tried.token, max_age=SESSION_WITHIN // 1000, httponly=True, secure=request.is_secure, samesite="Lax"
    )
    return response


def _door(going: str, wrong: str | None = None) -> Response:
    page = render_template("staff/sign_in.html", going=going, account=request.form.get("account", ""), wrong=wrong)
    return make_response(page, 422 if wrong else 200)


def _wait(until: int | None, at: int) -> str:
    """What to tell after a wrong try: what is wrong and when the next is looked at."""
    if until is None or until <= at:
        return str(_("Account and password do not agree. Check the keyboard and try again."))
    return str(_("Too many wrong tries. Try again in %(seconds)s s.", seconds=(until - at + 999) // 1000))


@bp.post("/sign-out")
def sign_out() -> Response:
    """End the session; the next person signs in."""
    if token():
        access.sign_out(token(), clock.now())
    response = make_response(redirect(url_for("staff.sign_in"), 303))
    response.delete_cookie(cookie_name(), secure=request.is_secure, httponly=True, samesite="Lax")
    return response


@desk_page(bp, "/sessions", among=OFFICE, methods=("GET", "POST"))
def sessions() -> Response:
    """Where one is signed in, each to be ended; an administrator sees everybody of the site."""
    at = clock.now()
    staff = {each.id for each in queries.colleagues(g.project_id, at)} if ADMIN in g.roles else set()
    found = queries.sessions({g.person.id, *staff}, at)
    here = access.key_of(token())
    if request.method == "GET":
        page = render_template(
            "staff/sessions.html", sessions=found, here=here, people=queries.people(each.person_id for each in found)
        )
        return make_response(page)
    key = request.form.get("session", "")
    if key not in {each.token_digest for each in found}:
        abort(404)
    access.end_session(key, at)
    return make_response(redirect(url_for("staff.sign_in" if key == here else "staff.sessions"), 303))


def init_app(app: Flask) -> None:
    """Open the desk's door."""
    app.register_blueprint(bp)
