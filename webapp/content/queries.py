"""Reads of documents: the version in force, and the files this product is delivered with."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import sqlalchemy as sa
import yaml
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import defer

from webapp.base.database import db
from webapp.base.i18n import N_, words
from webapp.base.written import figure_text
from webapp.content import rules
from webapp.content.models import Act, Document, Version
from webapp.content.rules import NEVER, Life, Standing, life, standings
from webapp.operations.declarations import state

KIND_NAMES = {
    "script": N_("Tour script"),
    "greetings": N_("Greetings"),
    "conduct": N_("Conduct cards"),
    "checklist": N_("Checklist"),
}


@dataclass(frozen=True)
class Edition:
    """A version with what it is a version of."""

    id: str
    kind: str
    code: str
    number: int
    body: dict[str, Any]


@dataclass(frozen=True)
class Copy:
    """A version without its body: what was done with it, and what it is at the instant that was asked for."""

    id: str
    document_id: str
    kind: str
    code: str
    number: int
    life: Life
    standing: Standing


@dataclass(frozen=True)
class Gone:
    """A version that was in force, and when it was taken out of use or gave way to another."""

    edition: Edition
    until: int


def in_force(project_id: str, kind: str, code: str, at: int) -> Edition | None:
    """The version of a document in force at an instant."""
    found = _in_force(project_id, at, Document.kind == kind, Document.code == code)
    return found[0] if found else None


def all_in_force(project_id: str, kind: str, at: int) -> list[Edition]:
    """The versions of a kind in force at an instant, by code."""
    return _in_force(project_id, at, Document.kind == kind)


def gone(project_id: str, kind: str, at: int) -> list[Gone]:
    """Of the documents of a kind of which nothing is in force at an instant though something was: what it was, by code."""
    found: dict[str, list[Copy]] = defaultdict(list)
    for each in copies(project_id, at, Document.kind == kind):
        found[each.code].append(each)
    idle = {code: of for code, of in found.items() if all(each.standing is not Standing.EFFECTIVE for each in of)}
    return [last for code, of in idle.items() if (last := _last(project_id, kind, code, of))]


def gave_way(project_id: str, kind: str, since: int, at: int) -> list[Gone]:
    """The versions of a kind in whose place another came from `since` on until an instant, first first."""
    found = []
    for each in copies(project_id, at, Document.kind == kind):
        turns = [each.life.from_at] if each.life.was_from is None else [each.life.was_from, each.life.acts[-1].at]
        for turn in (turn for turn in turns if turn is not None and since < turn <= at):
            before, after = (in_force(project_id, kind, each.code, when) for when in (turn - 1, turn))
            found += [Gone(before, turn)] if before and after and before.id != after.id else []
    return sorted(found, key=lambda each: each.until)


def _last(project_id: str, kind: str, code: str, found: Sequence[Copy]) -> Gone | None:
    ends = sorted((each.life.acts[-1].at for each in found if each.standing is Standing.WITHDRAWN), reverse=True)
    return next((Gone(last, end) for end in ends if (last := in_force(project_id, kind, code, end - 1))), None)


@state("content")
def digest(project_id: str, at: int) -> list[dict[str, Any]]:
    """Every version in force, by kind and code, so that a client from outside can name the lists it answers."""
    found = [each for each in copies(project_id, at) if each.standing is Standing.EFFECTIVE]
    return [{"code": each.code, "id": each.id, "kind": each.kind, "number": each.number} for each in found]


def _in_force(project_id: str, at: int, *where: sa.ColumnElement[bool]) -> list[Edition]:
    found = [each for each in copies(project_id, at, *where) if each.standing is Standing.EFFECTIVE]
    wanted = select(Version.id, Version.body).where(Version.id.in_([each.id for each in found]))
    bodies_of = {row.id: row.body for row in db.session.execute(wanted)}
    return [Edition(each.id, each.kind, each.code, each.number, bodies_of[each.id]) for each in found]


def copies(project_id: str, at: int, *where: sa.ColumnElement[bool]) -> list[Copy]:
    """Every version there is, by kind and code, the newest first, and what each is at an instant."""
    known: dict[str, tuple[Version, Document]] = {}
    acts: dict[str, list[Act]] = defaultdict(list)
    for row in db.session.execute(_versions_with_acts(project_id, at, *where)):
        version, act = row[0], _or_none(row[2])
        known[version.id] = version, row[1]
        acts[version.id] += [] if act is None else [act]
    lives: dict[str, dict[int, Life]] = defaultdict(dict)
    for version, _document in known.values():
        lives[version.document_id][version.number] = life(version.effective_at, _in_order(acts[version.id]))
    stand = {document_id: standings(of, at) for document_id, of in lives.items()}
    found = [
        Copy(
            version.id, document.id, document.kind, document.code, version.number, lives[document.id][version.number],
            stand[document.id][version.number],
        )
        for version, document in known.values()
        if version.effective_at != NEVER or acts[version.id]
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.kind, each.code, -each.number))


def _versions_with_acts(project_id: str, at: int, *where: sa.ColumnElement[bool]) -> sa.Select[Version, Document, Act]:
    """Without the bodies, which are long: only those in force are read."""
    done = (Act.version_id == Version.id) & (Act.project_id == Version.project_id) & (Act.effective_at <= at)
    return (
        select(Version, Document, Act)
        .join(Document, Document.id == Version.document_id)
        .outerjoin(Act, done)
        .where(Document.project_id == project_id, *where)
        .options(defer(Version.body))
    )


def _or_none(act: Act | None) -> Act | None:
    """The right side of an outer join, whose type forgets that there may be none."""
    return act


def _in_order(acts: Sequence[Act]) -> list[rules.Act]:
    """What was done with a version; of two who decided by the same page the first comes first."""
    ordered = sorted(acts, key=lambda row: (row.seen, row.place_in_order))
    return [rules.Act(row.what, row.author_id, row.effective_at, row.seen, row.from_at, row.reason) for row in ordered]


def copies_of(project_id: str, document_id: str, at: int) -> list[Copy]:
    """The versions of one document, the newest first."""
    return copies(project_id, at, Document.id == document_id)


def waiting(project_id: str, at: int) -> list[Copy]:
    """The versions that wait for somebody to approve them, by kind and code."""
    return [each for each in copies(project_id, at) if each.standing is Standing.IN_REVIEW]


def title_of(one: Document, found: Sequence[Copy]) -> str:
    """What a document is called: by the title of the version in force, or of the newest of these where none is: what somebody
    has only drafted renames nothing."""
    chosen = next((each for each in found if each.standing is Standing.EFFECTIVE), found[0] if found else None)
    held = edition(one.project_id, chosen.id) if chosen else None
    return titled(one, held.body if held else {})


def titled(one: Document, body: Mapping[str, Any]) -> str:
    """What a version of a document calls it, else its kind and code."""
    title, name = body.get("title"), str(_(KIND_NAMES[one.kind]))
    return words(title) if title else name if one.code == one.kind else f"{name} {one.code}"


def version_names(project_id: str) -> dict[str, str]:
    """What every version is called, by its id: the title that it has, and its number."""
    same = Document.id == Version.document_id
    wanted = select(Version.id, Version.number, Version.body, Document).join(Document, same).where(Version.project_id == project_id)
    return {
        row.id: f"{titled(row.Document, row.body)} · {_('Version %(number)s', number=row.number)}"
        for row in db.session.execute(wanted.order_by(Document.kind, Document.code, Version.number))
    }


def documents(project_id: str) -> list[Document]:
    """Every document, by kind and code."""
    wanted = select(Document).where(Document.project_id == project_id).order_by(Document.kind, Document.code)
    return list(db.session.scalars(wanted))


def document(project_id: str, document_id: str) -> Document | None:
    return next((each for each in documents(project_id) if each.id == document_id), None)


def edition(project_id: str, version_id: str) -> Edition | None:
    """The very version a fact was made by."""
    row = db.session.execute(
        select(Version.id, Document.kind, Document.code, Version.number, Version.body)
        .join(Document, Document.id == Version.document_id)
        .where(Version.project_id == project_id, Version.id == version_id)
    ).one_or_none()
    return Edition(*row) if row else None


@lru_cache
def delivered(name: str) -> Any:
    """What a file of webapp/content/files holds: `project`, `greetings`, `checklists`, `items`, `conduct`, `tour_a`, `tour_b`."""
    text = resources.files("webapp.content").joinpath("files", f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def bodies() -> list[dict[str, Any]]:
    """The documents this product is delivered with, as bodies of their first versions."""
    checklists = [{"kind": "checklist", **checklist} for checklist in delivered("checklists")["checklists"]]
    scripts = [{"kind": "script", **delivered(name)["script"]} for name in ("tour_a", "tour_b")]
    greetings = {"kind": "greetings", "id": "greetings", "lines": delivered("greetings")["greetings"]}
    conduct = {"kind": "conduct", "id": "conduct", "cards": delivered("conduct")["cards"]}
    return [greetings, conduct, *checklists, *scripts]


def said_words(item: Mapping[str, Any], number: int | None, expected: int | None, said: str) -> str:
    """What an answer to an item says, in words: 7, 58 / 60, windows opened. `item` may be empty where its version is not known."""
    if number is not None:
        return figure_text(number) if expected is None else f"{figure_text(expected)} / {figure_text(number)}"
    chosen = next((option for option in item.get("options", ()) if option["id"] == said), None)
    return words(chosen["text"]) if chosen else said
