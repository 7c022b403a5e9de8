"""Reads of the repair room: which entries want somebody, and what was typed in them, in words."""

import json
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import aliased

from webapp.base import clock, ids
from webapp.base.database import db
from webapp.base.i18n import N_, NAMES, words
from webapp.base.written import day_text, instant_text, time_text
from webapp.content.queries import edition as content_of
from webapp.content.queries import version_names
from webapp.duty.queries import CATEGORY_NAMES, KEPT_NAMES
from webapp.operations import registry
from webapp.operations.fields import Field, Identity, Instant, Invalid, Lines, Number, Photos, Quantity, Reference, explain
from webapp.operations.models import DOUBTFUL, Receipt
from webapp.operations.rules import SESSION, captured_at, dating, is_undone, may_be_dated
from webapp.repairs.models import REJECTED, Ruling
from webapp.sites.models import Project
from webapp.staff.queries import people
from webapp.stock.queries import REASON_NAMES, items
from webapp.tours.queries import MODE_NAMES, NEED_NAMES, TAG_NAMES

FIELDS: Mapping[str, str] = {
    "action": N_("Corrective action"),
    "answer": N_("Answer"), "choice": N_("Chosen"), "expected": N_("Expected number"), "time": N_("Time"),
    "asset": N_("Thing"), "category": N_("Kind"), "counted": N_("Counted"), "covers": N_("Shoe covers"), "day": N_("Day"),
    "exceptions": N_("Exceptions"), "flat": N_("Show flat"), "guests": N_("Guests"), "item": N_("Item"), "laundry": N_("Laundry"),
    "note": N_("Note"), "number": N_("Number found"), "offer": N_("Handover"), "party": N_("Party"), "place": N_("Place"),
    "post": N_("Post"), "quantity": N_("Quantity"), "result": N_("Result"), "state": N_("State"), "store": N_("Store"),
    "language": N_("Language"), "line": N_("Spoken line"), "mode": N_("How they went round"), "need": N_("Need"),
    "stood": N_("Line before"),
    "stock": N_("Item in stock"), "tag": N_("Asked about"), "tour": N_("Tour"), "photos": N_("Photos"),
    "absent": N_("Why nobody came"), "custodian": N_("Who keeps them"), "kept": N_("Where the keys are"), "lines": N_("Lines"),
    "said": N_("Agrees or differs"), "found": N_("How many were counted"),
    "became": N_("How it stood"), "damaged": N_("Damaged thing"),
    "key": N_("Line of the handover"), "kind": N_("Kind"), "shown": N_("As it was shown"),
    "batch": N_("Wash batch"), "entry": N_("Entry"), "home": N_("Place it belongs to"), "reason": N_("Reason"),
    "rejected": N_("Came back unfit"), "request": N_("Request"), "source": N_("From"),
    "text": N_("Text"), "to": N_("For"), "version": N_("Checklist"), "when": N_("When it was"),
}  # fmt: skip
"""The fields of what staff record, as the repair room names them."""
WORDS: Mapping[str, str] = {
    **CATEGORY_NAMES, **MODE_NAMES, **NEED_NAMES, **TAG_NAMES, **NAMES, **KEPT_NAMES, **REASON_NAMES,
    "yes": N_("Yes"), "no": N_("No"), "clean": N_("Clean"), "soiled": N_("Soiled"), "store": N_("Store"), "pass": N_("In order"),
    "fail": N_("Not in order"), "na": N_("Does not apply"), "accepted": N_("Taken over"),
    "accepted_with_exceptions": N_("Taken over with exceptions"), "disputed": N_("Disputed"),
    "agrees": N_("Agrees"), "differs": N_("Differs"), "in_use": N_("In use"), "back": N_("Given back"), "out": N_("Taken"),
    "kept": N_("Kept by somebody"), "lent": N_("Lent to a guest"), "lost": N_("Lost"), "action": N_("Corrective action"),
    "asset": N_("Thing"), "check": N_("Check"), "remark": N_("Remark"),
}  # fmt: skip
REASONS: Mapping[str, str] = {
    "newer": N_("The tablet’s build is newer than the server; it is taken after the upgrade."),
    "unknown_reference": N_("It names something that is not known here yet; it will be taken once that arrives."),
    "attempts": N_("The server did not answer to it five times."),
    "fault": N_("A fault of the server; its number stands in the log."),
    "id_reused": N_("The same entry came before with other contents."),
    "digest": N_("It was changed on its way from the tablet."),
    "role": N_("Whoever recorded it may not do this here."),
    "no_membership": N_("Whoever recorded it does not belong to this site."),
    "author_unknown": N_("Whoever recorded it is not known."),
    "weak_proof": N_("It was recorded without the code that it asks for."),
    "rejected": N_("It was rejected here."),
    "malformed": N_("What was typed cannot be read."),
    "not_refused": N_("What it mends was not refused."),
    "too_long": N_("It is too long."),
}
OUTCOMES = {
    "applied": N_("Recorded"),
    "refused": N_("Refused"),
    "held": N_("Held"),
    "quarantined": N_("Put aside"),
    "lost": N_("Lost"),
}
FLAGS = {
    "no_membership": N_("not a member of this site"),
    "author_unknown": N_("author unknown"),
    "role": N_("not in this role"),
    "weak_proof": N_("without the proof it asks for"),
    "proof_unverified": N_("proof that a tablet cannot have"),
    "time_wrong": N_("clock of the tablet was wrong"),
    "back_dated": N_("recorded afterwards"),
    "fork": N_("from a copied tablet"),
    "old_code": N_("signed by a code that had been changed"),
    "superseded": N_("mended by another entry"),
}
OPEN = ("refused", "held", "quarantined")
MOST = 200
FLAGGED_WITHIN = 7 * 86_400_000


UNDONE_BY = {
    name: f"{name.partition('.')[0]}.undo"
    for name in (
        "actions.done", "checklists.submit",
        "custody.damage", "custody.find", "custody.give_back", "custody.lend", "custody.lose", "custody.mend", "custody.take",
        "duty.remark", "stock.collect", "stock.confirm", "stock.draw", "stock.lose", "stock.receive", "stock.request",
        "stock.return_clean", "stock.write_off", "tours.arrive", "tours.ask",
    )
} | {"tours.see_off": "tours.stay"}  # fmt: skip
"""What the desk undoes, and by what."""
UNDOING = ("actions.reverse", "actions.undo", "checklists.reverse", "checklists.undo",
           "custody.reverse", "custody.undo", "duty.reverse", "duty.undo", "stock.reverse", "stock.undo", "tours.reverse",
           "tours.stay", "tours.undo")  # fmt: skip


@dataclass(frozen=True)
class Broken:
    """An entry that wants somebody. `errors`: codes by field; `reason`: why it is held or put aside."""

    row: Receipt
    title: str
    errors: Mapping[str, str]
    reason: str

    @property
    def is_mendable(self) -> bool:
        """Whether the desk can say it again: only what staff record, and only once it is refused."""
        known = registry.find(self.row.operation)
        return self.row.outcome == "refused" and known is not None and known.offline


def open_entries(project_id: str) -> list[Broken]:
    """What is refused and not mended, held or put aside, the newest first; what was rejected here is done with."""
    wanted = select(Receipt).where(Receipt.project_id == project_id, DOUBTFUL, Receipt.outcome.in_(OPEN), ~done_with(project_id))
    return [broken(row) for row in db.session.scalars(wanted.order_by(Receipt.received_at.desc()).limit(MOST))]


def done_with(project_id: str) -> sa.ColumnElement[bool]:
    """Whether an entry wants nobody any more: it was mended, or rejected here, or refused at a desk, whose page said so at once."""
    mended = select(Receipt.repairs).where(
        Receipt.project_id == project_id, Receipt.repairs.is_not(None), Receipt.outcome == "applied"
    )
    rejected = select(Ruling.entry_id).where(Ruling.project_id == project_id, Ruling.result == REJECTED)
    ended = sa.or_(Receipt.id.in_(rejected), sa.and_(Receipt.tablet_id.is_(None), Receipt.proof == SESSION))
    return sa.or_(
        Receipt.id.in_(mended), sa.and_(Receipt.outcome.in_(OPEN), Receipt.repairs.is_not(None), Receipt.repairs.in_(mended)),
        sa.and_(Receipt.outcome == "refused", ended),
    )  # fmt: skip


def is_done_with(project_id: str, entry_id: str) -> bool:
    """Whether one entry wants nobody any more: what is said again after that would change nothing."""
    wanted = select(Receipt.id).where(Receipt.project_id == project_id, Receipt.id == entry_id, done_with(project_id))
    return db.session.scalar(wanted) is not None


def flagged(project_id: str, at: int) -> list[Broken]:
    """What was taken with a flag in the last week, the newest first."""
    wanted = select(Receipt).where(
        Receipt.project_id == project_id, DOUBTFUL, Receipt.outcome == "applied", Receipt.flags != "",
        Receipt.received_at > at - FLAGGED_WITHIN, Receipt.effective_at > at - 4 * FLAGGED_WITHIN,
    )  # fmt: skip
    return [broken(row) for row in db.session.scalars(wanted.order_by(Receipt.received_at.desc()).limit(MOST))]


def entry(project_id: str, entry_id: str) -> Broken | None:
    row = db.session.scalars(select(Receipt).where(Receipt.project_id == project_id, Receipt.id == entry_id)).one_or_none()
    return broken(row) if row else None


def recorded(project_id: str, since: int, until: int, start: int = 0) -> list[tuple[Broken, Receipt | None]]:
    """What was recorded between two instants and can be undone, the newest first, MOST from `start` on: with what undid it."""
    wanted = _applied(project_id, since, UNDONE_BY).where(Receipt.effective_at < until)
    wanted = wanted.order_by(Receipt.effective_at.desc(), Receipt.id.desc())
    rows = db.session.scalars(wanted.limit(MOST).offset(start)).all()
    undoing: dict[str, list[Receipt]] = defaultdict(list)
    for row in db.session.scalars(_applied(project_id, since, UNDOING).order_by(Receipt.effective_at, Receipt.id)):
        undoing[typed(row).get("entry", "")].append(row)
    return [(broken(row), next((each for each in undoing[row.id] if _undoes(each, row)), None)) for row in rows]


def recorded_count(project_id: str, since: int, until: int) -> int:
    """How much of it there is."""
    wanted = _applied(project_id, since, UNDONE_BY).where(Receipt.effective_at < until)
    return db.session.scalar(select(sa.func.count()).select_from(wanted.subquery())) or 0


def _applied(project_id: str, since: int, operations: Iterable[str]) -> sa.Select[Receipt]:
    return select(Receipt).where(
        Receipt.project_id == project_id, Receipt.effective_at >= since, Receipt.outcome == "applied",
        Receipt.operation.in_(list(operations)),
    )  # fmt: skip


def _undoes(by: Receipt, row: Receipt) -> bool:
    at_desk = by.operation.endswith((".undo", ".stay"))
    return is_undone(row.author_id, row.effective_at, by.author_id, by.effective_at, at_desk)


def first_of(found: Broken) -> Receipt | None:
    """The entry that came first under the same id, where this one came after it with other contents."""
    of = _detail(found.row).get("of")
    if of is None:
        return None
    first = aliased(Receipt)
    return db.session.scalars(select(first).where(first.project_id == found.row.project_id, first.id == of)).one_or_none()


def rulings(project_id: str, entry_id: str) -> list[Ruling]:
    wanted = select(Ruling).where(Ruling.project_id == project_id, Ruling.entry_id == entry_id)
    return list(db.session.scalars(wanted.order_by(Ruling.effective_at)))


def broken(row: Receipt) -> Broken:
    """A receipt with what was wrong with it."""
    detail = _detail(row)
    return Broken(row, title_of(row.operation), detail.get("errors", {}), str(detail.get("reason", "")))


def title_of(operation: str) -> str:
    """What was done, in words; of a lost number nobody knows, and a newer tablet may do what this server has no name for."""
    known = registry.find(operation)
    if known:
        return str(_(known.title))
    return str(_("Something that a newer version records") if operation else _("An entry that was lost"))


def flags_of(row: Receipt) -> list[str]:
    """The flags of an entry in words."""
    return [str(_(FLAGS[flag])) for flag in row.flags.split()]


def why(found: Broken) -> list[str]:
    """The reasons why an entry was not taken, in words."""
    told = [
        str(_("%(field)s: %(reason)s", field=field_name(name), reason=words)) if name else words
        for name, words in wrong_words(found.row.operation, found.errors).items()
    ]
    return [*told, *([reason_words(found.reason)] if found.reason else [])]


def wrong_words(operation: str, errors: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with an entry in words, by field, with the bounds of those fields where the operation is known here."""
    known = registry.find(operation)
    told = known.explain(errors) if known else {name: explain(code) for name, code in errors.items()}
    return told | {name: reason_words(code) for name, code in errors.items() if code in REASONS and not name}


def may_say(row: Receipt, when: int) -> bool:
    """Whether an entry may say that it really was then."""
    return may_be_dated(when, _captured_at(row))


def wrong_time(row: Receipt, site: Project) -> str:
    """Between which times an entry may say that it really was, on the clock of its site."""
    first, last = dating(_captured_at(row))
    told = [f"{day_text(clock.day_of(each, site.zone))} {time_text(each, site.zone)}" for each in (first, last)]
    return str(_("Choose a time from %(first)s to %(last)s.", first=told[0], last=told[1]))


def _captured_at(row: Receipt) -> int:
    return captured_at(row.happened_at, row.effective_at, row.flags.split())


def reason_words(code: str) -> str:
    return str(_(REASONS[code])) if code in REASONS else explain(code)


def field_name(name: str) -> str:
    """What a field is called, or the cell of a row; one of a newer form has no name here."""
    name = name.rpartition(".")[2]
    return str(_(FIELDS[name]) if name in FIELDS else _("Another field"))


def _detail(row: Receipt) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row.detail) if row.detail else {}
    return found


def typed(row: Receipt) -> dict[str, str]:
    """What was typed, by field; empty where it cannot be read."""
    try:
        body = json.loads(row.raw)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(body, dict):
        return {}
    first = {name: value[0] if isinstance(value, list) and value else value for name, value in body.items()}
    return {name: str(value) for name, value in first.items() if value not in (None, "", [])}


def photos_of(row: Receipt, name: str, field: Photos) -> list[str]:
    """The photos that an entry names, for the one that mends it; none where they cannot be read as such."""
    try:
        return list(field.clean(json.loads(row.raw).get(name)))
    except (Invalid, TypeError, ValueError, RecursionError, AttributeError):
        return []


def content(row: Receipt, site: Project, at: int, among: Container[str] | None = None) -> list[tuple[str, str]]:
    """What was typed in words, name by name, of some fields only where they are named; of what this server has no form for, only
    its texts."""
    known, said = registry.find(row.operation), typed(row)
    if not said:
        return [(_("Text"), row.raw[:500])] if row.raw else []
    if known is None:
        return [(_("Text"), value) for value in said.values() if not _is_code(value)]
    prompts = _prompts(site.id, said.get("version", ""))
    fields = {name: known.fields[name] for name in said if name in known.fields}
    return [
        (field_name(name), prompts.get(said[name]) or _measured(name, field, said, site) or _in_words(field, said[name], site, at))
        for name, field in fields.items()
        if not isinstance(field, Lines) and (among is None or name in among)
    ]


def told(row: Receipt, site: Project, at: int) -> list[str]:
    """The same, each with its name before it."""
    return [str(_("%(name)s: %(value)s", name=name, value=value)) for name, value in content(row, site, at)]


def _measured(name: str, field: Field, said: Mapping[str, str], site: Project) -> str:
    """A figure with the unit of what it counts; '' where it is none, or counts nothing that has one."""
    if not isinstance(field, Number | Quantity) or not _is_taken(field, said[name]):
        return ""
    if name == "guests":
        return str(ngettext("%(num)s guest", "%(num)s guests", int(field.clean(said[name]))))
    item = next((each for each in items(site.id) if each.id == said.get("item")), None)
    return f"{said[name]} {words(item.counter)}" if item else ""


def _is_code(value: str) -> bool:
    """Whether only a machine can read it: an id, a number, a key such as flat_open.air."""
    return bool(re.fullmatch(r"[0-9a-z]+([-._][0-9a-z]+)*", value))


def _prompts(project_id: str, version_id: str) -> dict[str, str]:
    """The items of the list that an answer was given to, by key."""
    edition = content_of(project_id, ids.canonical(version_id)) if ids.is_id(version_id) else None
    return {item["id"]: words(item["prompt"]) for item in edition.body.get("items", ())} if edition else {}


def _in_words(field: Field, value: str, site: Project, at: int) -> str:
    if isinstance(field, Reference):
        return names_of(field.kind, site.id).get(value) or str(_("Not known here"))
    if isinstance(field, Photos):
        return str(_("Attached"))
    if isinstance(field, Identity):
        known = people([value]) if _is_taken(field, value) else {}
        found = known[value].name if value in known else _entry_in_words(value, site, at) if _is_taken(field, value) else ""
        return found or f"… {value[-4:]}"
    if isinstance(field, Instant):
        return _instant_in_words(value, site, at)
    return value_name(value)


def value_name(value: str) -> str:
    """What a choice is called; a text that is none stands as it was typed."""
    return str(_(WORDS[value])) if value in WORDS else value


def _instant_in_words(value: str, site: Project, at: int) -> str:
    """Whatever day it names, also one that nothing here may speak of; what names none as it was typed."""
    try:
        return instant_text(int(value), site.zone, at)
    except (ValueError, OverflowError):
        return value


def _entry_in_words(entry_id: str, site: Project, at: int) -> str:
    """Another entry by what it was and when, a party by its size; '' where it is not here."""
    found = entry(site.id, entry_id)
    if found is None:
        return ""
    time, guests = instant_text(found.row.effective_at, site.zone, at), typed(found.row).get("guests", "")
    if found.row.operation == "tours.arrive" and guests:
        return str(_("party of %(number)s, %(time)s", number=guests, time=time))
    return f"{found.title} {time}"


def _is_taken(field: Field, value: str) -> bool:
    try:
        field.clean(value)
    except ValueError:
        return False
    return True


def names_of(kind: str, project_id: str) -> dict[str, str]:
    """The names of a project's reference data of a kind, by id."""
    if kind == "content.version":
        return version_names(project_id)
    table: Any = registry.reference_table(kind)
    rows = db.session.scalars(select(table).where(table.project_id == project_id))
    return {row.id: f"{_name(row)} {row.code}" if kind == "custody.asset" else _name(row) for row in rows}


def _name(row: Any) -> str:
    for column in ("names", "title"):
        if isinstance(getattr(row, column, None), dict):
            return words(getattr(row, column))
    body = getattr(row, "body", None)
    if isinstance(body, dict) and isinstance(body.get("title"), dict):
        return words(body["title"])
    return str(getattr(row, "name", None) or row.id)


def authors(found: Iterable[Broken]) -> Mapping[str, Any]:
    """Who recorded these, by id."""
    return people({each.row.author_id for each in found if each.row.author_id})
