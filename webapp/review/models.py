"""What is signed of a day. The review itself has no table: it is a reading of the facts."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.operations.models import Fact
from webapp.review.rules import NOTE_MOST, WORDS_MOST


class Closure(Fact):
    """Somebody closed a day. Of several the first counts; what it left open stands in `LeftOpen` with its entry."""

    __tablename__ = "review_closure"

    day: Mapped[str] = mapped_column(sa.String(10))


class LeftOpen(Fact):
    """A point that stood open when the day was closed, in the words in which it was read, and why it stays open.

    `told`: the same in every language, for whoever reads it later; what was closed before there were such has none.
    """

    __tablename__ = "review_left_open"

    words: Mapped[str] = mapped_column(sa.String(WORDS_MOST))
    told: Mapped[dict[str, str] | None] = mapped_column(sa.JSON(none_as_null=True))
    reason: Mapped[str] = mapped_column(sa.String(16))
    note: Mapped[str | None] = mapped_column(sa.String(NOTE_MOST))
