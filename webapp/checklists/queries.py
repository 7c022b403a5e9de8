"""Reads of checks: the runs of a day."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from webapp.base import clock
from webapp.base.database import db
from webapp.checklists.models import Answer
from webapp.checklists.rules import Given, Run, run_of
from webapp.content import queries as content
from webapp.content.models import Document, Version
from webapp.content.queries import Edition
from webapp.content.rules import items_in_force
from webapp.operations.declarations import state
from webapp.sites import queries as sites
from webapp.sites.models import Project


@dataclass(frozen=True)
class Check:
    """A checklist in force with its run of the day. `day`: the local day as in 2026-03-06, part of the overlay's key."""

    edition: Edition
    place_id: str
    day: str
    run: Run


def check(site: Project, code: str, place_id: str, at: int, author_id: str | None = None) -> Check | None:
    """The run of a checklist at a place on the local day of `at`; None where the site has no such list in force.

    With `author_id` only that person's answers: a readiness check (上崗自檢, P2-4.2.1) is everyone's own.
    """
    edition = content.in_force(site.id, "checklist", code, at)
    if edition is None:
        return None
    start, _end = sites.day_around(site, at)
    answers = _answers(site.id, code, place_id, start, at, author_id)
    return Check(edition, place_id, clock.day_of(at, site.zone).isoformat(), run_of(items_in_force(edition.body), answers))


def checks(site: Project, place_id: str, post: str, at: int) -> list[Check]:
    """The checks of a post at a place today, opening first; the readiness checks, which are each person's own, are not here."""
    found = []
    for edition in content.all_in_force(site.id, "checklist", at):
        if edition.body["post"] == post:
            today = check(site, edition.code, place_id, at)
            found += [today] if today else []
    order = ("opening", "hygiene", "inspection", "asset_count", "closing")
    return sorted(found, key=lambda each: (order.index(each.edition.body["purpose"]), each.edition.code))


def _answers(project_id: str, code: str, place_id: str, since: int, at: int, author_id: str | None) -> list[Given]:
    """Answers to any version of a checklist: a version that changed at noon keeps the morning's answers."""
    wanted = (
        select(Answer)
        .join(Version, Version.id == Answer.version_id)
        .join(Document, Document.id == Version.document_id)
        .where(
            Answer.project_id == project_id, Answer.place_id == place_id, Answer.effective_at >= since,
            Answer.effective_at <= at, Document.code == code,
        )
    )  # fmt: skip
    if author_id:
        wanted = wanted.where(Answer.author_id == author_id)
    return [_given(row) for row in db.session.scalars(wanted)]


def _given(row: Answer) -> Given:
    order = (row.effective_at, row.tablet_no, row.epoch, row.seq, row.operation_id, row.line)
    return Given(order, row.item, row.answer, row.number, row.note, row.author_id)


@state("checklists")
def digest(project_id: str, at: int) -> list[dict[str, Any]]:
    """Every answer in the tie order."""
    wanted = select(Answer).where(Answer.project_id == project_id, Answer.effective_at <= at).order_by(*Answer.order())
    return [
        {
            "answer": row.answer, "at": row.effective_at, "author": row.author_id, "item": row.item, "note": row.note,
            "number": row.number, "place": row.place_id, "version": row.version_id,
        }
        for row in db.session.scalars(wanted)
    ]  # fmt: skip
