"""Reads of corrective actions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import select

from webapp.actions.models import Done, Judgement, Opening, Plan, Reversal
from webapp.actions.rules import DONE, PLANNED, Act, Action, Opened, Status, actions_of, alarmed
from webapp.base.database import db
from webapp.base.i18n import LANGUAGES, N_, words
from webapp.content import queries as content
from webapp.content.queries import Edition
from webapp.content.rules import Found, is_wrong
from webapp.operations.declarations import Remains, remains, state
from webapp.operations.roles import SUPERVISOR
from webapp.sites import queries as sites
from webapp.staff.queries import alone

STATUS_NAMES = {
    Status.OPEN: N_("To be done"),
    Status.DONE: N_("Done, to be verified"),
    Status.VERIFIED: N_("Verified"),
    Status.CANCELLED: N_("Cancelled"),
}
ORIGIN_NAMES = {
    "check": N_("Check"),
    "inspection": N_("Inspection"),
    "handover": N_("Handover"),
    "remark": N_("Remark"),
    "record": N_("Duty record"),
}
ACT_NAMES = {
    "done": N_("Done"),
    "verified": N_("Verified"),
    "reopened": N_("Opened again"),
    "cancelled": N_("Cancelled"),
    "planned": N_("Planned"),
    "found_again": N_("Found not in order again"),
    "told_more": N_("Told more of it"),
}
TITLE_MOST = 60
"""How much of a note stands in a title; all of it stands on the action's page."""
PRIORITY_NAMES = {"normal": N_("Normal"), "urgent": N_("Urgent")}


def actions(project_id: str, at: int, place_id: str | None = None) -> list[Action]:
    """Every action opened by `at`, as it stood then, in the order of their opening."""
    wanted = select(Opening).where(Opening.project_id == project_id, Opening.effective_at <= at)
    if place_id:
        wanted = wanted.where(Opening.place_id == place_id)
    rows = db.session.scalars(wanted).all()
    small = sites.small_since(project_id, at)
    return actions_of(_wrong(project_id, rows), _acts(project_id, at, place_id), small) if rows else []


def unsettled(project_id: str, at: int, place_id: str | None = None) -> list[Action]:
    """What is to be done or to be verified, the soonest due first."""
    found = [each for each in actions(project_id, at, place_id) if not each.is_settled]
    return sorted(found, key=lambda each: (each.status is not Status.OPEN, each.due_at, each.id))


def to_do(project_id: str, at: int, place_id: str) -> list[Action]:
    """What is to be done at a place, the soonest due first."""
    return [each for each in unsettled(project_id, at, place_id) if each.status is Status.OPEN]


def action(project_id: str, action_id: str, at: int) -> Action | None:
    """One action by the entry that opened it, or by one that found the same again."""
    found = actions(project_id, at)
    known = (each for each in found if action_id == each.id or any(action_id == one.act.id for one in each.history))
    return next(known, None)


def by_entry(found: Iterable[Action]) -> dict[str, str]:
    """By the entries that these actions come from and are made of, the action."""
    return {entry: each.id for each in found for entry in each.entries}


def titles(project_id: str, found: Iterable[Action]) -> Mapping[str, str]:
    """What is wrong, in the reader's language: of a check its item with what was found there, else what was written down."""
    known = list(found)
    items = _items_of(project_id, known)
    return {
        each.id: _title(each, items[each.id]) if each.id in items else words(_typed(each.opened)) for each in known
    }  # fmt: skip


def _title(action: Action, item: Mapping[str, Any]) -> str:
    note = action.note or ""
    said = note if len(note) <= TITLE_MOST else f"{note[: TITLE_MOST - 1]}…"
    found = action.opened.found
    told = content.said_words(item, found.number, found.expected, found.choice or found.time_of_day or "")
    wrong = said or told or _("not in order")
    return str(_("%(what)s: %(wrong)s", what=words(item["prompt"]), wrong=wrong))


def texts(project_id: str, found: Iterable[Action]) -> dict[str, dict[str, str]]:
    """What each is about in all languages that there are of it; what somebody wrote down is in none in particular."""
    known = list(found)
    items = _items_of(project_id, known)
    return {each.id: _noted(items[each.id]["prompt"], each.note) if each.id in items else _typed(each.opened) for each in known}


def _noted(prompt: Mapping[str, str], note: str | None) -> dict[str, str]:
    """An item with what was written down of it, in every language of the item."""
    return {tag: " · ".join(filter(None, (text, note and note[:TITLE_MOST]))) for tag, text in prompt.items()}


def _typed(opened: Opened) -> dict[str, str]:
    return {LANGUAGES[0]: opened.title or opened.item or ""}


def critical(project_id: str, found: Iterable[Action]) -> set[str]:
    """The actions whose item alerts the supervisor (P2-4.4.6b)."""
    return {action_id for action_id, item in _items_of(project_id, found).items() if item["critical"]}


def _items_of(project_id: str, found: Iterable[Action]) -> dict[str, Mapping[str, Any]]:
    """The item of a check that each comes from, where it comes from one."""
    opened = [each.opened for each in found if each.opened.version_id]
    items = _items(_editions(project_id, {each.version_id for each in opened if each.version_id}))
    return {each.id: items[key] for each in opened if (key := (each.version_id or "", each.item or "")) in items}


def _editions(project_id: str, versions: Iterable[str]) -> list[Edition]:
    return [found for version in versions if (found := content.edition(project_id, version))]


def _items(editions: Iterable[Edition]) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(each.id, item["id"]): item for each in editions for item in each.body.get("items", ())}


def _wrong(project_id: str, rows: Sequence[Opening]) -> Iterator[Opened]:
    """What really is to be put right: a number within the bounds of its item is in order, and so is a choice that does not fail.

    What was found at a critical point of a closing check is the manager's at once."""
    found = {row.operation_id: Found(row.number, row.expected, row.choice, row.time_of_day) for row in rows}
    editions = _editions(project_id, {row.version_id for row in rows if row.version_id})
    items = _items(editions)
    alarms = _alarms(each for each in editions if each.body.get("purpose") == "closing")
    manager_at = cache(alone(project_id, SUPERVISOR)) if alarms else None
    for row in rows:
        key = row.version_id or "", row.item or ""
        said, item = found[row.operation_id], items.get(key, {})
        if not said or is_wrong(item, said):
            opened = Opened(
                row.place_in_order, row.origin, row.subject, row.place_id, row.priority, row.version_id, row.item, row.title,
                row.assignee_id, row.due_at, row.author_id, row.note, row.run, said,
            )  # fmt: skip
            yield alarmed(opened, manager_at(row.effective_at)) if manager_at and key in alarms else opened


def _alarms(editions: Iterable[Edition]) -> set[tuple[str, str]]:
    return {key for key, item in _items(editions).items() if item["critical"]}


A = TypeVar("A", Done, Judgement, Plan)


def _of(model: type[A], project_id: str, at: int, place_id: str | None) -> Iterable[A]:
    """What was done with actions; of one place only with those that were opened there."""
    wanted = select(model).where(model.project_id == project_id, model.effective_at <= at, *_standing(model, at))
    if place_id:
        here = select(Opening.operation_id).where(Opening.project_id == project_id, Opening.place_id == place_id)
        wanted = wanted.where(model.action.in_(here))
    return db.session.scalars(wanted)


def _standing(model: type[Any], at: int) -> list[sa.ColumnElement[bool]]:
    """What was done by a slip was not done."""
    return [Reversal.spares(Done, at)] if model is Done else []


def _acts(project_id: str, at: int, place_id: str | None) -> Iterator[Act]:
    for done in _of(Done, project_id, at, place_id):
        yield Act(done.place_in_order, done.action, DONE, done.author_id, done.note)
    for row in _of(Judgement, project_id, at, place_id):
        yield Act(row.place_in_order, row.action, row.result, row.author_id, row.note, row.seen)
    for plan in _of(Plan, project_id, at, place_id):
        yield Act(
            plan.place_in_order, plan.action, PLANNED, plan.author_id, None, plan.seen, plan.assignee_id, plan.due_at, plan.priority
        )


@remains
def open_at(project_id: str, place_id: str, at: int) -> Remains:
    """What is still to be put right or verified at a place."""
    found = unsettled(project_id, at, place_id)
    named = titles(project_id, found)
    return [(_("Corrective action: %(title)s", title=named[each.id]), f"/actions/{each.id}") for each in found]


@state("actions")
def digest(project_id: str, at: int) -> dict[str, Any]:
    """What was opened and what became of it, in the tie order. Of a check it is the answers that may not be in order."""

    def of(model: type[Any]) -> Iterator[Any]:
        wanted = select(model).where(model.project_id == project_id, model.effective_at <= at, *_standing(model, at))
        yield from db.session.scalars(wanted.order_by(*model.order()))

    return {
        "done": [{"action": row.action, "at": row.effective_at, "author": row.author_id, "note": row.note} for row in of(Done)],
        "judgements": [
            {
                "action": row.action, "at": row.effective_at, "author": row.author_id, "note": row.note, "result": row.result,
                "seen": row.seen,
            }
            for row in of(Judgement)
        ],
        "openings": [
            {
                "assignee": row.assignee_id, "at": row.effective_at, "author": row.author_id, "choice": row.choice,
                "due": row.due_at, "expected": row.expected, "id": row.operation_id, "item": row.item, "number": row.number,
                "origin": row.origin, "place": row.place_id, "priority": row.priority, "subject": row.subject,
                "time": row.time_of_day,
                "title": row.title, "version": row.version_id,
            }
            for row in of(Opening)
        ],
        "plans": [
            {
                "action": row.action, "assignee": row.assignee_id, "at": row.effective_at, "author": row.author_id,
                "due": row.due_at, "priority": row.priority, "seen": row.seen,
            }
            for row in of(Plan)
        ],
    }  # fmt: skip
