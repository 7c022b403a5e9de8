"""Reads of documents: the version in force, and the files this product is delivered with."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import sqlalchemy as sa
import yaml
from sqlalchemy import select

from webapp.base.database import db
from webapp.content import rules
from webapp.content.models import Act, Document, Version
from webapp.content.rules import NEVER, Life, Standing, life, standings
from webapp.operations.declarations import state


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


def in_force(project_id: str, kind: str, code: str, at: int) -> Edition | None:
    """The version of a document in force at an instant."""
    found = _in_force(project_id, at, Document.kind == kind, Document.code == code)
    return found[0] if found else None


def all_in_force(project_id: str, kind: str, at: int) -> list[Edition]:
    """The versions of a kind in force at an instant, by code."""
    return _in_force(project_id, at, Document.kind == kind)


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
    wanted = (
        select(Version.id, Version.document_id, Document.kind, Document.code, Version.number, Version.effective_at)
        .join(Document, Document.id == Version.document_id)
        .where(Document.project_id == project_id, *where)
    )
    rows = db.session.execute(wanted).all()
    acts = _acts(project_id, [row.id for row in rows if row.effective_at == NEVER or row.effective_at <= at], at)
    lives: dict[str, dict[int, Life]] = defaultdict(dict)
    for row in rows:
        lives[row.document_id][row.number] = life(row.effective_at, acts[row.id])
    stand = {document_id: standings(known, at) for document_id, known in lives.items()}
    found = [
        Copy(*row[:5], lives[row.document_id][row.number], stand[row.document_id][row.number])
        for row in rows
        if row.effective_at != NEVER or acts[row.id]
    ]
    return sorted(found, key=lambda each: (each.kind, each.code, -each.number))


def copies_of(project_id: str, document_id: str, at: int) -> list[Copy]:
    """The versions of one document, the newest first."""
    return copies(project_id, at, Document.id == document_id)


def documents(project_id: str) -> list[Document]:
    """Every document, by kind and code."""
    wanted = select(Document).where(Document.project_id == project_id).order_by(Document.kind, Document.code)
    return list(db.session.scalars(wanted))


def document(project_id: str, document_id: str) -> Document | None:
    return next((each for each in documents(project_id) if each.id == document_id), None)


def _acts(project_id: str, versions: Sequence[str], at: int) -> dict[str, list[rules.Act]]:
    """What was done with these versions up to an instant; of two who decided by the same page the first comes first."""
    wanted = select(Act).where(Act.project_id == project_id, Act.version_id.in_(versions), Act.effective_at <= at)
    found: dict[str, list[rules.Act]] = defaultdict(list)
    for row in sorted(db.session.scalars(wanted), key=lambda row: (row.seen, row.place_in_order)):
        found[row.version_id].append(rules.Act(row.what, row.author_id, row.effective_at, row.seen, row.from_at, row.reason))
    return found


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
