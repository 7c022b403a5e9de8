"""What happened to a party. Nothing about the guests but how many (guideline N5)."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Id
from webapp.operations.models import KEYED, Fact, Undoing


class Arrival(Fact):
    """A party came to a show flat. `covers`: pairs handed out of `item_id`. The party's id is this operation's."""

    __tablename__ = "tours_arrival"

    flat_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_flat.id"))
    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))
    item_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("stock_item.id"))
    guests: Mapped[int]
    covers: Mapped[int]


class SeenOff(Fact):
    """A party left. `party` names its arrival, which may not have come yet."""

    __tablename__ = "tours_seen_off"
    __table_args__ = (sa.Index(None, "project_id", "party"), sa.Index(None, "project_id", "effective_at"), KEYED)

    party: Mapped[Id]


class Stay(Fact):
    """A party is still here: what was said of its leaving before does not hold."""

    __tablename__ = "tours_stay"
    __table_args__ = (sa.Index(None, "project_id", "party"), KEYED)

    party: Mapped[Id]


class Reversal(Undoing):
    """A party never came, or a question was never asked."""

    __tablename__ = "tours_reversal"


class Step(Fact):
    """A line of a script was said: the key of its stop and its number. `tour` names an arrival or a rehearsal."""

    __tablename__ = "tours_step"
    __table_args__ = (sa.Index(None, "project_id", "tour"), KEYED)

    tour: Mapped[Id]
    said: Mapped[str] = mapped_column(sa.String(80))
    version_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("content_version.id"))


class Speech(Fact):
    """The script is spoken in this language from now on."""

    __tablename__ = "tours_speech"
    __table_args__ = (sa.Index(None, "project_id", "tour"), KEYED)

    tour: Mapped[Id]
    language: Mapped[str] = mapped_column(sa.String(16))


class Reception(Fact):
    """How a party is received: accompanied, guided, self-guided. The latest counts."""

    __tablename__ = "tours_reception"
    __table_args__ = (sa.Index(None, "project_id", "party"), KEYED)

    party: Mapped[Id]
    mode: Mapped[str] = mapped_column(sa.String(16))


class Care(Fact):
    """A party wants care of a kind, or does not any more: no count, nobody in particular (guideline N10)."""

    __tablename__ = "tours_care"
    __table_args__ = (sa.Index(None, "project_id", "party"), KEYED)

    party: Mapped[Id]
    need: Mapped[str] = mapped_column(sa.String(16))
    answer: Mapped[str] = mapped_column(sa.String(4))


class Question(Fact):
    """What somebody of a party asked."""

    __tablename__ = "tours_question"
    __table_args__ = (sa.Index(None, "project_id", "party"), KEYED)

    party: Mapped[Id]
    tag: Mapped[str] = mapped_column(sa.String(16))
    text: Mapped[str | None] = mapped_column(sa.String(200))


class Rehearsal(Fact):
    """Its author began to rehearse a script; its id is this operation's."""

    __tablename__ = "tours_rehearsal"
    __table_args__ = (sa.Index(None, "project_id", "effective_at"), KEYED)

    flat_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_flat.id"))
    version_id: Mapped[Id] = mapped_column(sa.ForeignKey("content_version.id"))


class RoomsSet(Fact):
    """What of the script of its unit type is otherwise in one flat. `seen`: how often it had been said before."""

    __tablename__ = "tours_rooms"
    __table_args__ = (sa.Index(None, "project_id", "flat_id"), KEYED)

    flat_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_flat.id"))
    rooms: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    seen: Mapped[int]
