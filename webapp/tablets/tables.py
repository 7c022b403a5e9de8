"""The tablets of a site as a table: where each stands, when it was last heard, what it has not sent."""

from dataclasses import dataclass

from flask_babel import gettext as _

from webapp.base.i18n import N_
from webapp.base.table import Cell, Column, Filter, Scope, Table
from webapp.staff.lists import PLACE, Names
from webapp.tablets import queries
from webapp.tablets.frames import STATIONS
from webapp.tablets.queries import Contact, TabletRow

STATE_NAMES = {"": N_("In use"), "revoked": N_("Revoked"), "retired": N_("Retired")}


@dataclass(frozen=True)
class _Tablet:
    """A tablet with what was last heard of it."""

    of: TabletRow
    heard: Contact | None

    @property
    def number(self) -> int:
        return self.of.number

    @property
    def seen_at(self) -> int | None:
        return self.heard.seen_at if self.heard else None

    @property
    def unsent(self) -> int:
        return self.heard.unsent if self.heard else 0


def _source(scope: Scope) -> list[_Tablet]:
    heard, place, state = queries.contacts(scope.project_id), TABLETS.wanted(scope, "place"), TABLETS.wanted(scope, "state")
    found = [_Tablet(each, heard.get(each.id)) for each in queries.tablets(scope.project_id)]
    found = [each for each in found if place in ("", each.of.place_id)]
    return [each for each in found if not state or (each.of.barred or "used") == state]


def _states(_scope: Scope) -> list[tuple[str, str]]:
    return [(key or "used", str(_(name))) for key, name in STATE_NAMES.items()]


def _unsent(row: _Tablet, _told: Names) -> Cell:
    return row.unsent * 1000 if row.heard else str(_("Not known"))


TABLETS = Table(
    name="tablets",
    title=N_("Tablets"),
    columns=(
        Column("number", N_("Number"), lambda row, _told: row.number * 1000, "number"),
        Column("name", N_("Name"), lambda row, _told: row.of.name, kind="words"),
        Column("station", N_("Station"), lambda row, _told: str(_(STATIONS[row.of.station]))),
        Column("place", N_("Place"), lambda row, told: told.places.get(row.of.place_id, "")),
        Column("enrolled", N_("Enrolled"), lambda row, told: told.moment(row.of.enrolled_at)),
        Column("seen", N_("Last heard"), lambda row, told: told.moment(row.seen_at), "seen_at"),
        Column("unsent", N_("To send"), _unsent, "unsent", kind="figure"),
        Column("state", N_("State"), lambda row, _told: str(_(STATE_NAMES[row.of.barred or ""]))),
    ),
    filters=(PLACE, Filter("state", N_("State"), _states)),
    source=_source,
    told=Names,
    order="number",
    ties=("number",),
)
