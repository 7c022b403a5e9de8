"""Photos as they are kept, and which entries name them."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Base, Id, Instant
from webapp.operations.models import KEYED, Fact


class Photo(Base):
    """What became of the bytes with this digest. `refused`: why nothing of them is kept; else `content` and `small` are JPEG,
    `wide` and `high` in pixels.

    `digest` and `size` are those of the bytes that were recorded; what is kept was drawn anew from them.
    """

    __tablename__ = "attachments_photo"

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    tablet_id: Mapped[Id]
    received_at: Mapped[Instant]
    size: Mapped[int]
    refused: Mapped[str] = mapped_column(sa.String(16), default="")
    wide: Mapped[int] = mapped_column(default=0)
    high: Mapped[int] = mapped_column(default=0)
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    small: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)


class Mention(Fact):
    """An entry names a photo, which may not have come yet."""

    __tablename__ = "attachments_mention"
    __table_args__ = (
        sa.Index(None, "project_id", "digest"),
        sa.Index(None, "project_id", "effective_at"),
        KEYED,
    )

    digest: Mapped[str] = mapped_column(sa.String(64))
