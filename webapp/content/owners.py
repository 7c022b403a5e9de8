"""Who may write which kind of document, and who takes one out of use (P2-4.4.3d).

Marketing owns what is said to guests; how duty is done is the sales centre's own. Whichever it is, the desk approves it.
"""

from typing import Any

import sqlalchemy as sa

from webapp.content import rules
from webapp.content.models import Act, Document, Version
from webapp.operations.roles import ADMIN, DESK, MARKETING, OFFICE

SPOKEN = frozenset({"script", "greetings"})
"""Kinds that are said to guests; the others are checklists and conduct cards."""


def writers_of(kind: str | None) -> frozenset[str]:
    """The roles that write documents of a kind; of one that has not come yet nobody is told that it is not his."""
    if kind is None:
        return OFFICE
    return frozenset({ADMIN, MARKETING}) if kind in SPOKEN else DESK


def of_kind(form: Any, _connection: sa.Connection) -> frozenset[str]:
    """Who may begin a document of the kind that a form names."""
    return writers_of(form.kind.data)


def of_document(form: Any, connection: sa.Connection) -> frozenset[str]:
    """Who may write a version of the document that a form names."""
    return writers_of(connection.execute(sa.select(Document.kind).where(Document.id == form.document.data)).scalar())


def of_version(form: Any, connection: sa.Connection) -> frozenset[str]:
    """Who may offer the version that a form names."""
    return writers_of(_kind(form, connection))


def of_withdrawal(form: Any, connection: sa.Connection) -> frozenset[str]:
    """Who may withdraw the version that a form names: approved, whoever approves; before that, whoever writes such too."""
    published_at = connection.execute(sa.select(Version.effective_at).where(Version.id == form.version.data)).scalar()
    told = sa.select(Act.what, Act.author_id, Act.effective_at, Act.seen, Act.from_at).where(Act.version_id == form.version.data)
    acts = [rules.Act(*row) for row in connection.execute(told.order_by(Act.seen, *Act.order()))]
    known = rules.life(rules.NEVER if published_at is None else published_at, acts)
    return DESK if rules.takes_another(known, rules.WITHDRAWN) else DESK | writers_of(_kind(form, connection))


def _kind(form: Any, connection: sa.Connection) -> str | None:
    named = sa.select(Document.kind).join(Version, Version.document_id == Document.id).where(Version.id == form.version.data)
    return connection.execute(named).scalar()
