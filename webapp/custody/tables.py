"""Keys and things as a table (P2-4.3.1f): what there is, who has it, how it is."""

from flask_babel import gettext as _

from webapp.base.i18n import N_, words
from webapp.base.table import Column, Filter, Scope, Table
from webapp.base.written import among
from webapp.custody import queries
from webapp.custody.queries import Thing
from webapp.staff.lists import PLACE, Names

WHERE_NAMES = {"back": N_("In its place"), "out": N_("Taken"), "lost": N_("Lost")}


def _source(scope: Scope) -> list[Thing]:
    kind, where = THINGS.wanted(scope, "kind"), THINGS.wanted(scope, "where")
    found = queries.things(scope.project_id, scope.at, THINGS.wanted(scope, "place") or None)
    return [each for each in found if kind in ("", each.asset.kind) and where in ("", each.now.where)]


def _kinds(_scope: Scope) -> list[tuple[str, str]]:
    return [(key, str(_(name))) for key, name in queries.KIND_NAMES.items()]


def _wheres(_scope: Scope) -> list[tuple[str, str]]:
    return [(key, str(_(name))) for key, name in WHERE_NAMES.items()]


def _holders(row: Thing, told: Names) -> str:
    return among(told.person(each.by) or str(_("Unknown")) for each in row.now.holders)


def _damage(row: Thing, _told: Names) -> str:
    return (row.now.note or str(_("Damaged"))) if row.now.is_damaged else ""


THINGS = Table(
    name="things",
    title=N_("Keys and things"),
    columns=(
        Column("code", N_("Number"), lambda row, _told: row.asset.code, "code"),
        Column("name", N_("Name"), lambda row, _told: words(row.asset.names), kind="words"),
        Column("kind", N_("Kind"), lambda row, _told: str(_(queries.KIND_NAMES[row.asset.kind]))),
        Column("place", N_("Place"), lambda row, told: told.places.get(row.asset.place_id, "")),
        Column("where", N_("State"), lambda row, _told: str(_(WHERE_NAMES[row.now.where]))),
        Column("holder", N_("Who has it"), _holders),
        Column("since", N_("Held since"), lambda row, told: told.moment(row.since), "since"),
        Column("damage", N_("Damage"), _damage, kind="words"),
    ),
    filters=(PLACE, Filter("kind", N_("Kind"), _kinds), Filter("where", N_("State"), _wheres)),
    source=_source,
    told=Names,
    order="code",
    ties=("code",),
)
