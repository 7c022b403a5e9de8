"""Remarks and handovers as tables (P2-4.4.6a)."""

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import select

from webapp.base import clock
from webapp.base.i18n import N_, words
from webapp.base.table import MOST_DAYS, SPAN, UNDONE_AT, USUAL_DAYS, Column, Filter, Scope, Table
from webapp.base.written import among
from webapp.duty import queries
from webapp.duty.models import Remark, Reversal
from webapp.duty.rules import Handover, Status, status
from webapp.shifts import queries as shifts
from webapp.sites import queries as sites
from webapp.staff.lists import PLACE, UNDONE, Names
from webapp.staff.models import Person

STATUS_NAMES = {
    Status.OFFERED: N_("Nobody has taken over"), Status.ACCEPTED: N_("Taken over"),
    Status.WITH_EXCEPTIONS: N_("Taken over with exceptions"), Status.DISPUTED: N_("Disputed"), Status.RESOLVED: N_("Settled"),
    Status.STORED: N_("Locked up for the night"), Status.UNATTENDED: N_("Nobody came"),
}  # fmt: skip


def _remarks(scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    undone = (
        Reversal.first(Reversal.effective_at, Remark, scope.at).label(UNDONE_AT),
        Reversal.first(Reversal.author_id, Remark, scope.at).label("undone_by"),
    )
    wanted = select(*Remark.order(), Remark.place_id, Remark.category, Remark.text, Person.name, *undone)
    wanted = wanted.outerjoin(Person, Person.id == Remark.author_id)
    wanted = wanted.where(Remark.project_id == scope.project_id, Remark.effective_at <= scope.at)
    for key, column in (("place", Remark.place_id), ("category", Remark.category)):
        if value := REMARKS.wanted(scope, key):
            wanted = wanted.where(column == value)
    since, until = scope.day("since"), scope.day("until")
    if since:
        wanted = wanted.where(Remark.effective_at >= since[0])
    return wanted.where(Remark.effective_at < until[1]) if until else wanted


def _categories(_scope: Scope) -> list[tuple[str, str]]:
    return [(key, str(_(name))) for key, name in queries.CATEGORY_NAMES.items()]


REMARKS = Table(
    name="remarks",
    title=N_("Remarks"),
    columns=(
        Column("at", N_("Time"), lambda row, told: told.moment(row.effective_at), "effective_at"),
        Column("place", N_("Place"), lambda row, told: told.places.get(row.place_id, ""), "place_id"),
        Column("category", N_("Kind"), lambda row, _told: str(_(queries.CATEGORY_NAMES[row.category])), "category"),
        Column("text", N_("Remark"), lambda row, _told: row.text, kind="words"),
        Column("by", N_("Recorded by"), lambda row, _told: row.name, "name"),
        UNDONE,
    ),
    filters=(PLACE, Filter("category", N_("Kind"), _categories), *SPAN),
    source=_remarks,
    told=Names,
    order="-at",
    ties=("tablet_no", "epoch", "seq", "operation_id", "line"),
    undoes=True,
)


class _Posts(Names):
    """And what posts are called, and who stood there."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self.site = sites.project(scope.project_id)
        self.posts = {each.id: words(each.names) for each in sites.posts(scope.project_id)}
        since, until = scope.span()
        self.stood = shifts.stood(scope.project_id, since, min(until + clock.DAY, scope.at + 1))

    def took(self, row: Handover) -> list[str | None]:
        """Who took over: whoever answered; where the one it was meant for never came, whoever stood there next, within a day."""
        if row.answers or status(row) is not Status.UNATTENDED:
            return [each.author_id for each in row.answers]
        came = [each for each in self.stood if each.post_id == row.post_id and row.at <= each.since < row.at + clock.DAY]
        return [each.person_id for each in came[:1]]


def _handovers(scope: Scope) -> list[Handover]:
    since, until = scope.span()
    wanted = HANDOVERS.wanted(scope, "status")
    found = queries.handovers(scope.project_id, since, until, scope.at, HANDOVERS.wanted(scope, "place") or None)
    return [each for each in found if wanted in ("", status(each))]


def _statuses(_scope: Scope) -> list[tuple[str, str]]:
    return [(key, str(_(name))) for key, name in STATUS_NAMES.items()]


def _answered(row: Handover, told: _Posts) -> str:
    """Who really took over."""
    return among(dict.fromkeys(map(told.person, told.took(row))))


def _noted(row: Handover, told: _Posts) -> str:
    """What was said of it, whom it was meant for where somebody else took over or nobody has, and each line that differed."""
    name = told.person(row.to_person_id) if row.to_person_id not in told.took(row) else ""
    said = [row.note, _("meant for %(name)s", name=name) if name else "", row.absent, queries.kept_words(row.kept, row.custodian)]
    said += [each.exceptions for each in row.answers]
    if told.site and status(row) in (Status.WITH_EXCEPTIONS, Status.DISPUTED, Status.RESOLVED):
        said.append(queries.differences_words(told.site, row))
    said += [each.text for each in row.findings]
    return " · ".join(filter(None, said))


HANDOVERS = Table(
    name="handovers",
    title=N_("Handovers"),
    columns=(
        Column("at", N_("Time"), lambda row, told: told.moment(row.at), "at"),
        Column("post", N_("Post"), lambda row, told: told.posts.get(row.post_id, ""), "post_id"),
        Column("from", N_("Handed over by"), lambda row, told: told.person(row.author_id)),
        Column("to", N_("Taken over by"), _answered),
        Column("status", N_("State"), lambda row, _told: str(_(STATUS_NAMES[status(row)]))),
        Column("note", N_("Remark"), _noted, kind="words"),
    ),
    filters=(PLACE, Filter("status", N_("State"), _statuses), *SPAN),
    source=_handovers,
    told=_Posts,
    order="-at",
    ties=("order",),
    span=(USUAL_DAYS, MOST_DAYS),
)
