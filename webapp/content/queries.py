"""Reads of documents: the version in force, and the files this product is delivered with."""

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml
from sqlalchemy import select

from webapp.base.database import db
from webapp.content.models import Document, Version
from webapp.operations.declarations import state


@dataclass(frozen=True)
class Edition:
    """A version with what it is a version of."""

    id: str
    kind: str
    code: str
    number: int
    body: dict[str, Any]


def in_force(project_id: str, kind: str, code: str, at: int) -> Edition | None:
    """The version of a document in force at an instant."""
    found = _editions(project_id, kind, at, code)
    return found[0] if found else None


def all_in_force(project_id: str, kind: str, at: int) -> list[Edition]:
    """The versions of a kind in force at an instant, by code."""
    newest: dict[str, Edition] = {}
    for edition in _editions(project_id, kind, at):
        newest.setdefault(edition.code, edition)
    return [newest[code] for code in sorted(newest)]


@state("content")
def digest(project_id: str, at: int) -> list[dict[str, Any]]:
    """Every version in force, by kind and code, so that a client from outside can name the lists it answers."""
    kinds = db.session.scalars(select(Document.kind).where(Document.project_id == project_id).distinct())
    return [
        {"code": each.code, "id": each.id, "kind": each.kind, "number": each.number}
        for kind in sorted(kinds)
        for each in all_in_force(project_id, kind, at)
    ]


def _editions(project_id: str, kind: str, at: int, code: str | None = None) -> list[Edition]:
    wanted = (
        select(Version.id, Document.kind, Document.code, Version.number, Version.body)
        .join(Document, Document.id == Version.document_id)
        .where(Document.project_id == project_id, Document.kind == kind, Version.effective_at <= at)
        .order_by(Version.effective_at.desc(), Version.number.desc())
    )
    if code is not None:
        wanted = wanted.where(Document.code == code)
    return [Edition(*row) for row in db.session.execute(wanted)]


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
    """What a file of webapp/content/files holds: `project`, `greetings`, `checklists`, `items`, `tour_a`, `tour_b`."""
    text = resources.files("webapp.content").joinpath("files", f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def bodies() -> list[dict[str, Any]]:
    """The documents this product is delivered with, as bodies of their first versions."""
    checklists = [{"kind": "checklist", **checklist} for checklist in delivered("checklists")["checklists"]]
    scripts = [{"kind": "script", **delivered(name)["script"]} for name in ("tour_a", "tour_b")]
    return [{"kind": "greetings", "id": "greetings", "lines": delivered("greetings")["greetings"]}, *checklists, *scripts]
