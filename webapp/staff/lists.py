"""The shape that every list of the desk has: its page with the reader's saved views, and its files for those who may take them.

A file of its own beside desk.py, for views of every package above declare their lists with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext as _

from webapp.base import clock, ids
from webapp.base.i18n import N_, words
from webapp.base.table import UNDONE_AT, Cell, Column, Filter, Scope, Shown, Table, cuts, file_of, filters_text
from webapp.base.written import moment_text
from webapp.operations.roles import DESK
from webapp.sites import queries as sites
from webapp.staff import queries
from webapp.staff.desk import desk_page, submit
from webapp.staff.queries import VIEWS_MOST


@dataclass(frozen=True)
class Listed:
    """Where a table is, who may open it and who may take it away as a file."""

    path: str
    table: Table
    among: frozenset[str]
    taken_by: frozenset[str]


class Names:
    """What the ids in a list are called, in the reader's language."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.places = dict(places(scope))

    def person(self, person_id: str | None) -> str:
        found = queries.person(person_id) if person_id else None
        return found.name if found else ""

    def moment(self, instant: int | None) -> str:
        return "" if instant is None else moment_text(instant, self.scope.zone)

    def undone(self, row: Any) -> Cell:
        """When a row was undone and by whom; '' where it stands."""
        return " ".join(filter(None, (self.moment(row.undone_at), self.person(row.undone_by))))


def places(scope: Scope) -> list[tuple[str, str]]:
    """The places of a site, as a filter offers them."""
    return [(each.id, words(each.names)) for each in sites.places(scope.project_id)]


PLACE = Filter("place", N_("Place"), places)
UNDONE = Column("undone", N_("Undone"), lambda row, told: told.undone(row), UNDONE_AT)
"""The column of a table whose rows hold `undone_at` and `undone_by`."""
_lists: dict[str, Listed] = {}


def desk_lists() -> list[Listed]:
    """Every list of the desk, in the order of their packages."""
    return list(_lists.values())


def desk_table(
    blueprint: Blueprint, path: str, table: Table, *, among: Iterable[str] = DESK, taken_by: Iterable[str] = DESK
) -> None:
    """Declare a list: `among` may open it, `taken_by` may have it as a file."""
    listed = _lists[table.name] = Listed(path, table, frozenset(among), frozenset(taken_by))

    def page() -> Response:
        shown = _shown(listed)
        wrong = _viewed(shown) if request.method == "POST" and not shown.wrong else {}
        if wrong is None:
            return make_response(redirect(shown.address(), 303))
        return _page(listed, shown, wrong)

    def file(kind: str) -> Response:
        if not g.roles & listed.taken_by:
            abort(403)
        shown = _shown(listed)
        return _page(listed, shown, {}) if shown.wrong else file_of(shown, kind)

    page.__name__, file.__name__ = f"{table.name}_list", f"{table.name}_file"
    desk_page(blueprint, path, among=among, methods=("GET", "POST"))(page)
    desk_page(blueprint, f"{path}.<any(csv, xlsx):kind>", among=among)(file)


def _shown(listed: Listed) -> Shown:
    scope = Scope(g.project_id, sites.zone_of(g.project_id), clock.now(), request.args)
    return Shown(listed.table, scope, listed.path)


def _viewed(shown: Shown) -> dict[str, str] | None:
    """Keep the filters in use under a name, or forget a name; what is wrong by field, None where nothing is."""
    name, table = " ".join(request.form.get("name", "").split()), shown.table.name
    if request.form.get("do") == "forget":
        wrong = submit("staff.forget_view", {"table": table, "name": name})
        flash(_("Forgotten: %(name)s", name=name), "ok")
        return wrong or None
    known = queries.views(g.project_id, g.person.id, table)
    if len(known) >= VIEWS_MOST and name not in known:
        return {"name": str(_("There are %(most)s views already. Forget one first.", most=VIEWS_MOST))}
    said = shown.address().removeprefix(shown.path).removeprefix("?")
    wrong = submit("staff.keep_view", {"table": table, "name": name, "said": said})
    if not wrong:
        flash(_("Kept: %(name)s", name=name), "ok")
    return wrong or None


def _page(listed: Listed, shown: Shown, wrong: dict[str, str]) -> Response:
    """The page of a list; what is wrong with the name of a view (422) or with the filters (400) stands beside the field."""
    page = render_template(
        "ui/table.html",
        shown=shown,
        more=cuts(shown, shown.size if shown.is_whole else shown.total),
        filters=filters_text(shown),
        may_take=bool(g.roles & listed.taken_by),
        views=queries.views(g.project_id, g.person.id, listed.table.name),
        wrong=wrong,
        errors=[("view-name", words) for words in wrong.values()],
        typed=request.form.get("name", ""),
        new_id=lambda: ids.uuid7(clock.now()),
    )
    return make_response(page, 400 if shown.wrong else 422 if wrong else 200)
