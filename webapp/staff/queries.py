"""Reads of people: who they are, what they may, what their codes are checked against."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import select

from webapp.base.database import db
from webapp.operations import rules as operation_rules
from webapp.operations.roles import DEPUTY, SUPERVISOR
from webapp.staff.models import Code, Departure, Grant, Membership, Password, Person, Session, Throttle, View
from webapp.staff.rules import IDLE_WITHIN, LOCKED_AFTER, one_name, told_apart


@dataclass(frozen=True)
class Colleague:
    """A person of a project with the roles held at an instant. `told`: the name as a list of colleagues has it. Salt and verifier
    are base64; `shown` only on a demo site."""

    id: str
    name: str
    told: str
    call_name: str
    language: str
    roles: tuple[str, ...]
    salt: str | None = None
    verifier: str | None = None
    rounds: int | None = None
    shown: str | None = None


_LEFT = (
    select(sa.func.min(Departure.effective_at))
    .where(
        Departure.project_id == Membership.project_id,
        Departure.person_id == Membership.person_id,
        Departure.role == Membership.role,
        Departure.effective_at >= Membership.effective_at,
    )
    .scalar_subquery()
)
_MEMBERSHIPS = (
    select(Person.id, Membership.role, Membership.effective_at, Membership.until, _LEFT.label("left"))
    .outerjoin(Membership, (Membership.person_id == Person.id) & (Membership.project_id == sa.bindparam("project")))
    .where(Person.id.in_(sa.bindparam("people", expanding=True)))
    .order_by(*Membership.order())
)


def memberships(
    connection: sa.Connection, project_id: str, person_ids: Iterable[str]
) -> Mapping[str, list[operation_rules.Membership]]:
    """What each person known anywhere may in this project: an empty list where nothing; unknown people are absent.

    A role ends at the first departure at or after its beginning, or when it was said to. One query, for every batch asks it.
    """
    wanted = list(person_ids)
    found: dict[str, list[operation_rules.Membership]] = {}
    for row in connection.execute(_MEMBERSHIPS, {"project": project_id, "people": wanted}) if wanted else ():
        held = found.setdefault(row.id, [])
        if row.role is not None:
            ends = [each for each in (row.until, row.left) if each is not None]
            held.append(operation_rules.Membership(row.role, row.effective_at, min(ends, default=None)))
    return found


_GRANTS = select(Grant.id, Grant.person_id, Grant.tablet_id, Grant.given_at, Grant.ends_at).where(
    Grant.project_id == sa.bindparam("project"), Grant.id.in_(sa.bindparam("ids", expanding=True))
)


def grants(connection: sa.Connection, project_id: str, wanted: Iterable[str]) -> Mapping[str, operation_rules.Grant]:
    """The grants of a project among these ids."""
    rows = connection.execute(_GRANTS, {"project": project_id, "ids": list(wanted)})
    return {row.id: operation_rules.Grant(*row[1:]) for row in rows}


_CODES = select(Code.person_id, Code.set_at).where(Code.person_id.in_(sa.bindparam("people", expanding=True)))


def codes_set(connection: sa.Connection, person_ids: Iterable[str]) -> Mapping[str, int]:
    """Since when each of these people has the six digits that are theirs now."""
    return {row.person_id: row.set_at for row in connection.execute(_CODES, {"people": list(person_ids)})}


def locked_codes(tablet_ids: Iterable[str]) -> list[tuple[str, str]]:
    """(person, tablet) of every code that is locked at one of these tablets."""
    wanted = select(Throttle.account).where(Throttle.account.startswith("code:"), Throttle.failures >= LOCKED_AFTER)
    found = (tuple(account.split(":")[1:3]) for account in db.session.scalars(wanted.order_by(Throttle.account)))
    here = set(tablet_ids)
    return [(person_id, tablet_id) for person_id, tablet_id in found if tablet_id in here]


def roles(project_id: str, person_id: str, at: int) -> tuple[str, ...]:
    """The roles a person holds in a project at an instant, sorted."""
    held = memberships(db.session.connection(), project_id, [person_id]).get(person_id, ())
    return _held(held, at)


def since(project_id: str) -> int | None:
    """When the first person of a site began to work there."""
    return db.session.scalar(select(sa.func.min(Membership.effective_at)).where(Membership.project_id == project_id))


def held(project_id: str, person_id: str, at: int) -> list[operation_rules.Membership]:
    """The memberships of a person that hold at an instant, each with its end where one is known."""
    found = memberships(db.session.connection(), project_id, [person_id]).get(person_id, ())
    return [each for each in found if each.since <= at and (each.until is None or at < each.until)]


def account_of(person_id: str) -> str | None:
    """What a person types to sign in at a desk."""
    return db.session.scalar(select(Password.account).where(Password.person_id == person_id))


def projects_of(person_id: str, at: int) -> list[str]:
    """The projects in which a person holds any role."""
    everywhere = select(Membership.project_id).where(Membership.person_id == person_id).distinct()
    return sorted(project_id for project_id in db.session.scalars(everywhere) if roles(project_id, person_id, at))


def _held(held: Iterable[operation_rules.Membership], at: int) -> tuple[str, ...]:
    return tuple(sorted({m.role for m in held if m.since <= at and (m.until is None or at < m.until)}))


def colleagues(project_id: str, at: int, among: Iterable[str] | None = None) -> list[Colleague]:
    """The people of a project by name; with `among` only those who hold one of these roles."""
    person_ids = list(db.session.scalars(select(Membership.person_id).where(Membership.project_id == project_id).distinct()))
    may = memberships(db.session.connection(), project_id, person_ids)
    rows = db.session.execute(select(Person, Code).outerjoin(Code, Code.person_id == Person.id).where(Person.id.in_(person_ids)))
    wanted = None if among is None else set(among)
    present = [(person, code, held) for person, code in rows if (held := _held(may.get(person.id, ()), at))]
    told = told_apart({person.id: (person.name, person.call_name) for person, _code, _held in present})
    found = [_colleague(person, told[person.id], code, held) for person, code, held in present]
    chosen = [each for each in found if wanted is None or wanted & set(each.roles)]
    return sorted(chosen, key=lambda each: (each.name, each.id))


def alone(project_id: str, role: str) -> Callable[[int], str | None]:
    """Who holds a role at an instant, where that is one person."""
    person_ids = list(db.session.scalars(select(Membership.person_id).where(Membership.project_id == project_id).distinct()))
    may = memberships(db.session.connection(), project_id, person_ids)

    def at(instant: int) -> str | None:
        holders = [person_id for person_id, held in may.items() if role in _held(held, instant)]
        return holders[0] if len(holders) == 1 else None

    return at


def namesakes(project_id: str, name: str, at: int) -> list[Colleague]:
    """Who works here by this name already."""
    return [each for each in colleagues(project_id, at) if one_name(each.name) == one_name(name)]


def managers(project_id: str, at: int, happened_at: int) -> tuple[str, ...]:
    """Who is told of what happened at a site: the managers and their deputies of now who were so already then, by name."""
    then = {each.id for each in colleagues(project_id, happened_at, {SUPERVISOR, DEPUTY})}
    return tuple(each.id for each in colleagues(project_id, at, {SUPERVISOR, DEPUTY}) if each.id in then)


def _colleague(person: Person, told: str, code: Code | None, held: tuple[str, ...]) -> Colleague:
    if code is None:
        return Colleague(person.id, person.name, told, person.call_name, person.language, held)
    signs = (code.salt, code.verifier, code.rounds, code.shown)
    return Colleague(person.id, person.name, told, person.call_name, person.language, held, *signs)


def person(person_id: str) -> Person | None:
    return db.session.get(Person, person_id)


def people(person_ids: Iterable[str]) -> Mapping[str, Person]:
    """People by id, wherever they were recorded."""
    wanted = set(person_ids)
    if not wanted:
        return {}
    return {row.id: row for row in db.session.scalars(select(Person).where(Person.id.in_(wanted)))}


def listed(person_ids: Sequence[str]) -> str:
    """Their names, in one text."""
    found = people(person_ids)
    return str(_(", ")).join(found[each].name if each in found else str(_("Unknown")) for each in person_ids)


VIEWS_MOST = 20


def views(project_id: str, person_id: str, table_name: str) -> dict[str, str]:
    """What somebody has named the filters of a list, and what each says as in the address; by name."""
    wanted = select(View).where(View.project_id == project_id, View.author_id == person_id, View.table_name == table_name)
    last = {row.name: row for row in db.session.scalars(wanted.order_by(*View.order()))}
    return {name: last[name].said or "" for name in sorted(last) if last[name].is_kept}


def sessions(person_ids: Iterable[str], at: int) -> list[Session]:
    """Where these people are signed in at an instant, the newest first."""
    alive = (Session.ended_at.is_(None)) & (Session.ends_at > at) & (Session.seen_at > at - IDLE_WITHIN)
    wanted = select(Session).where(Session.person_id.in_(list(person_ids)), alive)
    return list(db.session.scalars(wanted.order_by(Session.created_at.desc(), Session.token_digest)))
