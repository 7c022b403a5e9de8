"""The parties as a table (P2-4.4.3b): when they came, how many they were, how they left; and what they asked (P2-4.4.3d)."""

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import select

from webapp.base.i18n import N_
from webapp.base.table import MOST_DAYS, SPAN, USUAL_DAYS, Cell, Column, Filter, Scope, Table
from webapp.staff.lists import PLACE, Names
from webapp.staff.models import Person
from webapp.tours import queries
from webapp.tours.models import Arrival, Question, Reversal
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


def _questions(scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    """What was asked, with the party where its arrival is here."""
    wanted = select(*Question.order(), Question.tag, Question.text, Arrival.place_id, Arrival.guests, Person.name)
    came = (Arrival.project_id == Question.project_id) & (Arrival.operation_id == Question.party)
    wanted = wanted.outerjoin(Arrival, came).outerjoin(Person, Person.id == Question.author_id)
    wanted = wanted.where(Question.project_id == scope.project_id, Question.effective_at <= scope.at)
    wanted = wanted.where(Reversal.spares(Question, scope.at))
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
        Column("text", N_("In their words"), lambda row, _told: row.text),
        Column("guests", N_("Guests"), lambda row, _told: None if row.guests is None else row.guests * 1000, "guests"),
        Column("by", N_("Recorded by"), lambda row, _told: row.name, "name"),
    ),
    filters=(Filter("tag", N_("Asked about"), _tags), PLACE, *SPAN),
    source=_questions,
    told=Names,
    order="-at",
    ties=("tablet_no", "epoch", "seq", "operation_id", "line"),
)
