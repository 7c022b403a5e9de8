"""Corrective actions as a table (P2-4.4.2c): what was opened in some days, and what is not settled yet."""

from dataclasses import dataclass

from flask_babel import gettext as _

from webapp.actions import queries
from webapp.actions.rules import Action
from webapp.base.i18n import N_
from webapp.base.table import MOST_DAYS, SPAN, USUAL_DAYS, Column, Filter, Scope, Table
from webapp.staff.lists import PLACE, Names


@dataclass(frozen=True)
class _Line:
    """An action and what it is about."""

    of: Action
    title: str

    @property
    def id(self) -> str:
        return self.of.id

    @property
    def at(self) -> int:
        return self.of.at

    @property
    def due_at(self) -> int:
        return self.of.due_at

    @property
    def changed_at(self) -> int:
        return self.of.changed_at


def _source(scope: Scope) -> list[_Line]:
    since, until = scope.span()
    found = queries.actions(scope.project_id, scope.at, ACTIONS.wanted(scope, "place") or None)
    wanted = ACTIONS.wanted(scope, "status")
    of_days = [each for each in found if each.at < until and (each.at >= since or not each.is_settled)]
    chosen = [each for each in of_days if wanted in ("", each.status)]
    titles = queries.titles(scope.project_id, chosen)
    return [_Line(each, titles[each.id]) for each in chosen]


def _statuses(_scope: Scope) -> list[tuple[str, str]]:
    return [(key, str(_(name))) for key, name in queries.STATUS_NAMES.items()]


def _status(row: _Line, told: Names) -> str:
    return str(_("Overdue") if row.of.is_overdue(told.scope.at) else _(queries.STATUS_NAMES[row.of.status]))


ACTIONS = Table(
    name="actions",
    title=N_("Corrective actions"),
    columns=(
        Column("at", N_("Opened"), lambda row, told: told.moment(row.at), "at"),
        Column("place", N_("Place"), lambda row, told: told.places.get(row.of.opened.place_id, "")),
        Column("title", N_("To be put right"), lambda row, _told: row.title, "title", "words"),
        Column("origin", N_("From"), lambda row, _told: str(_(queries.ORIGIN_NAMES[row.of.opened.origin]))),
        Column("priority", N_("Priority"), lambda row, _told: str(_(queries.PRIORITY_NAMES[row.of.priority]))),
        Column("assignee", N_("Who does it"), lambda row, told: told.person(row.of.assignee_id)),
        Column("due", N_("Due by"), lambda row, told: told.moment(row.due_at), "due_at"),
        Column("status", N_("State"), _status),
        Column("last", N_("Last changed"), lambda row, told: told.moment(row.changed_at), "changed_at"),
    ),
    filters=(PLACE, Filter("status", N_("State"), _statuses), *SPAN),
    source=_source,
    told=Names,
    order="-at",
    ties=("id",),
    span=(USUAL_DAYS, MOST_DAYS),
)
