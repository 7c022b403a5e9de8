"""The people of a site as a table (P2-3.1): no age, no sex, no looks."""

from dataclasses import dataclass

from flask_babel import gettext as _

from webapp.base.i18n import N_, NAMES
from webapp.base.table import Column, Filter, Scope, Table
from webapp.operations.roles import ROLE_NAMES
from webapp.staff import queries
from webapp.staff.lists import Names
from webapp.staff.queries import Colleague


@dataclass(frozen=True)
class _Person:
    """A person; `roles` in the reader's language."""

    of: Colleague
    id: str
    name: str
    roles: str


def _source(scope: Scope) -> list[_Person]:
    role = PEOPLE.wanted(scope, "role")
    found = queries.colleagues(scope.project_id, scope.at, [role] if role else None)
    return [_Person(each, each.id, each.name, " · ".join(str(_(ROLE_NAMES[one])) for one in each.roles)) for each in found]


def _roles(_scope: Scope) -> list[tuple[str, str]]:
    return [(key, str(_(name))) for key, name in ROLE_NAMES.items()]


PEOPLE = Table(
    name="people",
    title=N_("People"),
    columns=(
        Column("name", N_("Full name"), lambda row, _told: row.name, "name"),
        Column("call_name", N_("Called"), lambda row, _told: row.of.call_name),
        Column("roles", N_("Roles"), lambda row, _told: row.roles, "roles", "words"),
        Column("language", N_("Language"), lambda row, _told: NAMES.get(row.of.language, row.of.language)),
        Column("code", N_("6-digit code"), lambda row, _told: str(_("Is set") if row.of.verifier else _("Not set"))),
        Column("account", N_("Account"), lambda row, _told: queries.account_of(row.id)),
    ),
    filters=(Filter("role", N_("Role"), _roles),),
    source=_source,
    told=Names,
    order="name",
    ties=("id",),
)
