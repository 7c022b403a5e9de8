"""The parties as a table (P2-4.4.3b): when they came, how many they were, how they left; and what they asked (P2-4.4.3d)."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import select

from webapp.base.i18n import N_, NAMES
from webapp.base.table import MOST_DAYS, SPAN, UNDONE_AT, USUAL_DAYS, Cell, Column, Filter, Scope, Table
from webapp.base.written import among
from webapp.staff.lists import PLACE, UNDONE, Names
from webapp.staff.models import Person
from webapp.tours import queries
from webapp.tours.models import Arrival, Question, Reversal
from webapp.tours.rules import Account, Order, Party, Status, status

UNDONE_STATUS = "undone"
STATUS_NAMES = {
    Status.INSIDE: N_("Inside"), Status.SEEN_OFF: N_("Seen off"), Status.ENDED_SILENTLY: N_("Not seen off"),
    UNDONE_STATUS: N_("Undone"),
}  # fmt: skip


@dataclass(frozen=True)
class _Line:
    """A party and how it was received, and where its arrival was undone when and by whom."""

    of: Party
    status: str
    how: Account
    is_timed: bool
    undone_at: int | None = None
    undone_by: str | None = None

    @property
    def order(self) -> Order:
        return self.of.order

    @property
    def arrived_at(self) -> int:
        return self.of.arrived_at

    @property
    def place_id(self) -> str:
        return self.of.place_id

    @property
    def guests(self) -> int:
        return self.of.guests

    @property
    def covers(self) -> int:
        return self.of.covers

    @property
    def seen_off(self) -> int | None:
        return self.of.seen_off[0] if self.of.seen_off else None


def _source(scope: Scope) -> list[_Line]:
    """The parties of the days asked for, those asked for."""
    wanted, days = PARTIES.wanted(scope, "status"), (scope.project_id, *scope.span(), scope.at, PARTIES.wanted(scope, "place"))
    how, none, mode = queries.received(scope.project_id, queries.came(*days), scope.at), Account(), PARTIES.wanted(scope, "mode")
    untimed = queries.without_time(scope.project_id, *scope.span())
    found = [_Line(each, status(each, scope.at), how.get(each.id, none), each.id not in untimed) for each in queries.parties(*days)]
    found += [
        _Line(each, UNDONE_STATUS, how.get(each.id, none), each.id not in untimed, at, by)
        for each, at, by in queries.undone_parties(*days)
    ]
    return [each for each in found if wanted in ("", each.status) and mode in ("", each.how.reception)]


def _arrived(row: _Line, told: Names) -> Cell:
    """When they came, as far as the clock of the tablet can be believed."""
    came = told.moment(row.arrived_at)
    return came if row.is_timed else f"{came} · {_('clock of the tablet was wrong')}"


def _status(row: _Line, _told: Names) -> Cell:
    return None if row.undone_at else str(_(STATUS_NAMES[row.status]))


def _mode(row: _Line, _told: Names) -> Cell:
    return str(_(queries.MODE_NAMES[row.how.reception])) if row.how.reception in queries.MODE_NAMES else None


def _statuses(_scope: Scope) -> list[tuple[str, str]]:
    return [(key, str(_(name))) for key, name in STATUS_NAMES.items()]


def _modes(_scope: Scope) -> list[tuple[str, str]]:
    return [(key, str(_(name))) for key, name in queries.MODE_NAMES.items()]


PARTIES = Table(
    name="parties",
    title=N_("Parties"),
    columns=(
        Column("at", N_("Arrived"), _arrived, "arrived_at"),
        Column("place", N_("Place"), lambda row, told: told.places.get(row.place_id, ""), "place_id"),
        Column("guests", N_("Guests"), lambda row, _told: row.guests * 1000, "guests", kind="figure"),
        Column("covers", N_("Shoe covers handed out"), lambda row, _told: row.covers * 1000, "covers", kind="figure"),
        Column("mode", N_("Kind of reception"), _mode, kind="words"),
        Column("care", N_("Care"), lambda row, _told: among(queries.need_words(row.how)) or None),
        Column("language", N_("Language of the lines"), lambda row, _told: NAMES.get(row.how.language or "")),
        Column("left", N_("Seen off at"), lambda row, told: told.moment(row.seen_off), "seen_off"),
        Column("status", N_("State"), _status),
        Column("by", N_("Recorded by"), lambda row, told: told.person(row.of.author_id)),
        UNDONE,
    ),
    filters=(PLACE, Filter("status", N_("State"), _statuses), Filter("mode", N_("Kind of reception"), _modes), *SPAN),
    source=_source,
    told=Names,
    order="-at",
    ties=("order",),
    span=(USUAL_DAYS, MOST_DAYS),
    undoes=True,
)


def _questions(scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    """What was asked, with the party where its arrival is here."""
    undone = (
        Reversal.first(Reversal.effective_at, Question, scope.at).label(UNDONE_AT),
        Reversal.first(Reversal.author_id, Question, scope.at).label("undone_by"),
    )
    wanted = select(*Question.order(), Question.tag, Question.text, Arrival.place_id, Arrival.guests, Person.name, *undone)
    came = (Arrival.project_id == Question.project_id) & (Arrival.operation_id == Question.party)
    wanted = wanted.outerjoin(Arrival, came).outerjoin(Person, Person.id == Question.author_id)
    wanted = wanted.where(Question.project_id == scope.project_id, Question.effective_at <= scope.at)
    for key, column in (("tag", Question.tag), ("place", Arrival.place_id)):
        if value := QUESTIONS.wanted(scope, key):
            wanted = wanted.where(column == value)
    since, until = scope.day("since"), scope.day("until")
    if since:
        wanted = wanted.where(Question.effective_at >= since[0])
    return wanted.where(Question.effective_at < until[1]) if until else wanted


def _tags(_scope: Scope) -> list[tuple[str, str]]:
    return [(key, str(_(name))) for key, name in queries.TAG_NAMES.items()]


QUESTIONS = Table(
    name="questions",
    title=N_("Questions of guests"),
    columns=(
        Column("at", N_("Time"), lambda row, told: told.moment(row.effective_at), "effective_at"),
        Column("place", N_("Place"), lambda row, told: told.places.get(row.place_id, ""), "place_id"),
        Column("tag", N_("Asked about"), lambda row, _told: str(_(queries.TAG_NAMES[row.tag])), "tag"),
        Column("text", N_("In their words"), lambda row, _told: row.text, kind="words"),
        Column(
            "guests", N_("Guests"), lambda row, _told: None if row.guests is None else row.guests * 1000, "guests", kind="figure"
        ),
        Column("by", N_("Recorded by"), lambda row, _told: row.name, "name"),
        UNDONE,
    ),
    filters=(Filter("tag", N_("Asked about"), _tags), PLACE, *SPAN),
    source=_questions,
    told=Names,
    order="-at",
    ties=("tablet_no", "epoch", "seq", "operation_id", "line"),
    undoes=True,
)
