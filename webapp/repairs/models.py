"""What a supervisor said of an entry that was held or put aside."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Id
from webapp.operations.models import Fact

RELEASED, REJECTED = "released", "rejected"


class Ruling(Fact):
    """An entry counts after all, or is refused for good."""

    __tablename__ = "repairs_ruling"

    entry_id: Mapped[Id] = mapped_column(index=True)
    result: Mapped[str] = mapped_column(sa.String(16))
    reason: Mapped[str | None] = mapped_column(sa.String(500))
