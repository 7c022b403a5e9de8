"""Signing in and out at a desk, where one is signed in, and who works here in which role (P2-3.1)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from webapp.base import clock, ids
from webapp.base.database import db
from webapp.base.i18n import N_, NAMES
from webapp.operations import registry
from webapp.operations.declarations import desk_link
from webapp.operations.fields import explain
from webapp.operations.roles import ADMIN, OFFICE, ROLE_NAMES
from webapp.operations.rules import Membership
from webapp.sites import queries as sites
from webapp.staff import access, queries
from webapp.staff.access import person_of
from webapp.staff.desk import cookie_name, desk_page, home, is_local, one_time, submit, token
from webapp.staff.lists import desk_lists, desk_table
from webapp.staff.models import Code, Person
from webapp.staff.rules import PASSWORD_LEAST, SESSION_WITHIN, is_weak_code, is_weak_password, read_code
from webapp.staff.tables import PEOPLE

bp = Blueprint("staff", __name__)
ACCOUNT_MOST, PASSWORD_MOST = 64, 200

desk_link("/people", N_("People"), N_("Who works here, in which role; 6-digit codes and accounts"), "users")
desk_link("/lists", N_("Lists"), N_("Parties, remarks, checks and more: filtered, printed, as a file"), "clipboard-list")


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
        return str(_("Account and password do not match. Check the keyboard and try again."))
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


@desk_page(bp, "/people", methods=("GET", "POST"))
def people() -> Response:
    """Who works here; an administrator adds somebody."""
    wrong: dict[str, str] | None = {}
    if request.method == "POST":
        wrong = _added()
    if wrong is None:
        return make_response(redirect(url_for("staff.people"), 303))
    page = render_template(
        "staff/people.html",
        colleagues=queries.colleagues(g.project_id, clock.now()),
        may_change=ADMIN in g.roles,
        roles=_roles(),
        typed=request.form,
        wrong=wrong,
        namesakes=bool(request.form.get("name")) and queries.namesakes(g.project_id, request.form["name"], clock.now()),
        one_time=ids.uuid7(clock.now()),
    )
    return make_response(page, 422 if wrong else 200)


def _roles() -> list[tuple[str, str]]:
    return [(role, str(_(name))) for role, name in ROLE_NAMES.items()]


def _added() -> dict[str, str] | None:
    """Record a person with a first role; what is wrong by field, None where nothing is."""
    _only_an_administrator()
    said = {name: request.form.get(name, "") for name in ("name", "call_name", "language")}
    operation = registry.get("staff.add_person")
    wrong = operation.explain(operation.clean(said)[1])
    if request.form.get("role") not in ROLE_NAMES:
        wrong["role"] = explain("not_offered")
    person_id = one_time() or ids.uuid7(clock.now())
    wrong = _namesake(said, person_id) | wrong
    if wrong:
        return wrong
    _submitted("staff.add_person", said, person_id)
    _submitted("staff.join", {"person": person_id, "role": request.form["role"]}, ids.derived(person_id, "joins"))
    flash(_("%(name)s works here now. Set a 6-digit code on the person’s page.", name=said["name"]), "ok")
    return None


def _namesake(said: Mapping[str, str], person_id: str) -> dict[str, str]:
    """What to ask where somebody works here by this name already: whether it is another one, and how colleagues tell them apart."""
    found = [each for each in queries.namesakes(g.project_id, said["name"], clock.now()) if each.id != person_id]
    wrong = {}
    if found and not request.form.get("another"):
        wrong["name"] = str(_("%(name)s works here already. Add the name again only for somebody else.", name=found[0].name))
    if said["call_name"].strip() in {each.call_name for each in found}:
        wrong["call_name"] = str(_("The other one is called so too. Choose another, for the tablet’s list shows both."))
    return wrong


def _only_an_administrator() -> None:
    if ADMIN not in g.roles:
        abort(403)


def _submitted(name: str, body: Mapping[str, Any], entry_id: str | None = None) -> None:
    if submit(name, body, entry_id=entry_id):
        abort(422)


@desk_page(bp, "/people/<uuid:person_id>", methods=("GET", "POST"))
def person(person_id: UUID) -> Response:
    """One person: roles, the six digits, the account at a desk. Only an administrator changes any of it."""
    at = clock.now()
    found = queries.people([str(person_id)]).get(str(person_id))
    held = queries.held(g.project_id, str(person_id), at)
    if found is None or not (held or found.project_id == g.project_id):
        abort(404)
    wrong: dict[str, str] | None = {}
    if request.method == "POST":
        _only_an_administrator()
        changes = {"join": _joined, "leave": _left, "code": _coded, "account": _accounted}
        wrong = (changes.get(request.form.get("what", "")) or abort(422))(found)
    if wrong is None:
        return make_response(redirect(request.path, 303))
    return make_response(_person(found, held, wrong), 422 if wrong else 200)


def _person(found: Person, held: Sequence[Membership], wrong: dict[str, str]) -> str:
    code = db.session.get(Code, found.id)
    site = sites.project(g.project_id)
    return render_template(
        "staff/person.html",
        one=found,
        held=[(each, str(_(ROLE_NAMES[each.role]))) for each in held],
        roles=[(role, name) for role, name in _roles() if role not in {each.role for each in held}],
        has_code=code is not None,
        account=queries.account_of(found.id) if found.project_id == g.project_id else None,
        may_change=ADMIN in g.roles,
        is_ours=found.project_id == g.project_id,
        typed=request.form,
        wrong=wrong,
        zone=site.zone if site else "UTC",
        language=NAMES.get(found.language, found.language),
    )


def _joined(found: Person) -> dict[str, str] | None:
    """Give a role, for good or until the end of a day."""
    role, until = request.form.get("role", ""), request.form.get("until", "").strip()
    body = {"person": found.id, "role": role}
    if role not in ROLE_NAMES:
        return {"role": explain("not_offered")}
    if until:
        try:
            day = clock.day_named(until)
        except clock.NoSuchYear:
            return {"until": explain("no_such_year")}
        except ValueError:
            return {"until": explain("not_a_day")}
        body["until"] = str(clock.day_bounds(day, sites.zone_of(g.project_id))[1])
        if int(body["until"]) <= clock.now():
            return {"until": str(_("This day is over."))}
    _submitted("staff.join", body)
    flash(_("Given. It applies to everything recorded from now on."), "ok")
    return None


def _left(found: Person) -> dict[str, str] | None:
    """End a role; nobody ends his own last one as administrator, or nobody could give it back."""
    role = request.form.get("role", "")
    if found.id == g.person.id and role == ADMIN:
        return {"left": str(_("Nobody takes the administrator’s role from himself. Let another one do it."))}
    _submitted("staff.leave", {"person": found.id, "role": role})
    flash(_("Ended. What was recorded stays with its author."), "ok")
    return None


def _coded(found: Person) -> dict[str, str] | None:
    """Give other six digits."""
    _only_ours(found)
    digits = read_code(request.form.get("code", ""))
    if digits is None:
        return {"code": str(_("Enter six digits."))}
    if is_weak_code(digits):
        return {"code": str(_("These digits are too easy to guess. Choose others."))}
    access.set_code(found.id, digits, by=g.person.id)
    flash(_("Tablets learn the new code as soon as they are online."), "ok")
    return None


def _accounted(found: Person) -> dict[str, str] | None:
    """Give an account for a desk, or another password."""
    _only_ours(found)
    account, password = request.form.get("account", "").strip(), request.form.get("password", "")
    if not account or len(account) > ACCOUNT_MOST:
        return {"account": explain("too_long", ACCOUNT_MOST) if account else explain("required")}
    if access.owner_of(account) not in {None, found.id}:
        return {"account": str(_("Somebody else signs in with this name."))}
    if len(password) > PASSWORD_MOST or is_weak_password(password, account):
        return {"password": str(_("At least %(least)s characters, and not easy to guess.", least=PASSWORD_LEAST))}
    access.set_password(found.id, account, password, by=g.person.id)
    flash(_("The new password applies from now on; whoever was signed in with the old one no longer is."), "ok")
    return None


def _only_ours(found: Person) -> None:
    """Secrets are changed where the person was first recorded: an administrator of one site opens no desk of another."""
    if found.project_id != g.project_id:
        abort(403)


@desk_page(bp, "/lists")
def lists() -> str:
    """Every list of the desk that whoever asks may open."""
    return render_template("staff/lists.html", lists=[each for each in desk_lists() if g.roles & each.among])


desk_table(bp, "/lists/people", PEOPLE, taken_by={ADMIN})


def init_app(app: Flask) -> None:
    """Open the desk's door."""
    app.register_blueprint(bp)
