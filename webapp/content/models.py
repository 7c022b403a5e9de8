"""What is written once and then referred to: a fact names the version it was made by."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Base, Id, Instant
from webapp.operations.models import KEYED, Fact
from webapp.operations.registry import reference


@reference("content.document")
class Document(Base):
    """One thing with versions: a checklist, the spoken lines."""

    __tablename__ = "content_document"
    __table_args__ = (sa.UniqueConstraint("project_id", "kind", "code"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    project_id: Mapped[Id]
    kind: Mapped[str] = mapped_column(sa.String(32))
    code: Mapped[str] = mapped_column(sa.String(64))


@reference("content.version")
class Version(Base):
    """An immutable version. `effective_at`: from when, where it was published at once; `rules.NEVER` where its acts say."""

    __tablename__ = "content_version"
    __table_args__ = (sa.UniqueConstraint("document_id", "number"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    project_id: Mapped[Id]
    document_id: Mapped[Id] = mapped_column(sa.ForeignKey("content_document.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    effective_at: Mapped[Instant]


class Act(Fact):
    """Somebody wrote, offered, approved, returned or withdrew a version. `seen`: how many acts of it he had before him."""

    __tablename__ = "content_act"
    __table_args__ = (sa.Index(None, "project_id", "version_id"), KEYED)

    version_id: Mapped[Id] = mapped_column(sa.ForeignKey("content_version.id"))
    what: Mapped[str] = mapped_column(sa.String(16))
    seen: Mapped[int]
    from_at: Mapped[Instant | None]
    reason: Mapped[str | None] = mapped_column(sa.String(500))
