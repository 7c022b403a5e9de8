"""What was brought in from files, as a table: every row of a file is an entry of whoever brought it in."""

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import select

from webapp.base.i18n import N_
from webapp.base.table import SPAN, Column, Scope, Table
from webapp.operations import registry
from webapp.operations.models import Receipt
from webapp.operations.rules import IMPORT
from webapp.staff.lists import Names
from webapp.staff.models import Person


def _source(scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    wanted = select(Receipt.id, Receipt.received_at, Receipt.operation, Person.name)
    wanted = wanted.outerjoin(Person, Person.id == Receipt.author_id)
    wanted = wanted.where(Receipt.project_id == scope.project_id, Receipt.proof == IMPORT, Receipt.received_at <= scope.at)
    since, until = scope.day("since"), scope.day("until")
    if since:
        wanted = wanted.where(Receipt.received_at >= since[0])
    return wanted.where(Receipt.received_at < until[1]) if until else wanted


def _what(row: Any, _told: Names) -> str:
    known = registry.find(row.operation)
    return str(_(known.title)) if known else row.operation


IMPORTS = Table(
    name="imports",
    title=N_("Imported from files"),
    columns=(
        Column("at", N_("Time"), lambda row, told: told.moment(row.received_at), "received_at"),
        Column("what", N_("What"), _what, "operation", "words"),
        Column("by", N_("Recorded by"), lambda row, _told: row.name, "name"),
    ),
    filters=SPAN,
    source=_source,
    told=Names,
    order="-at",
    ties=("id",),
)
