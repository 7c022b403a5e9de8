"""The parties as a table (P2-4.4.3b): when they came, how many they were, how they left."""

from flask_babel import gettext as _

from webapp.base.i18n import N_
from webapp.base.table import MOST_DAYS, SPAN, USUAL_DAYS, Cell, Column, Filter, Scope, Table
from webapp.staff.lists import PLACE, Names
from webapp.tours import queries
from webapp.tours.rules import Party, Status, status

STATUS_NAMES = {
    Status.INSIDE: N_("Inside"), Status.SEEN_OFF: N_("Seen off"), Status.ENDED_SILENTLY: N_("Not seen off"),
}  # fmt: skip


def _source(scope: Scope) -> list[Party]:
    """The parties of the days asked for, those asked for."""
    since, until = scope.span()
    wanted = PARTIES.wanted(scope, "status")
    found = queries.parties(scope.project_id, since, until, scope.at, PARTIES.wanted(scope, "place") or None)
    return [each for each in found if wanted in ("", status(each, scope.at))]


def _statuses(_scope: Scope) -> list[tuple[str, str]]:
    return [(key, str(_(name))) for key, name in STATUS_NAMES.items()]


def _seen_off(row: Party, told: Names) -> Cell:
    return told.moment(row.seen_off[0] if row.seen_off else None)


PARTIES = Table(
    name="parties",
    title=N_("Parties"),
    columns=(
        Column("at", N_("Arrived"), lambda row, told: told.moment(row.arrived_at), "arrived_at"),
        Column("place", N_("Place"), lambda row, told: told.places.get(row.place_id, ""), "place_id"),
        Column("guests", N_("Guests"), lambda row, _told: row.guests * 1000, "guests"),
        Column("covers", N_("Shoe covers handed out"), lambda row, _told: row.covers * 1000, "covers"),
        Column("left", N_("Seen off at"), _seen_off, "seen_off"),
        Column("status", N_("State"), lambda row, told: str(_(STATUS_NAMES[status(row, told.scope.at)]))),
        Column("by", N_("Recorded by"), lambda row, told: told.person(row.author_id)),
    ),
    filters=(PLACE, Filter("status", N_("State"), _statuses), *SPAN),
    source=_source,
    told=Names,
    order="-at",
    ties=("order",),
    span=(USUAL_DAYS, MOST_DAYS),
)
