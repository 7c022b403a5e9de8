"""What is written down in a shift, and who took over."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Id, Thousandths
from webapp.operations.models import KEYED, Fact, Undoing


class _AtPlace(Fact):
    """A fact at a place."""

    __abstract__ = True

    place_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_place.id"))


class Remark(_AtPlace):
    """A line in 備註. `post_id` where it belongs to one post."""

    __tablename__ = "duty_remark"

    post_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("sites_post.id"))
    category: Mapped[str] = mapped_column(sa.String(16))
    text: Mapped[str] = mapped_column(sa.String(500))


class Offer(_AtPlace):
    """A post offered for taking over, or locked up for the night. `to_person_id`: whom it is meant for, by shape only."""

    __tablename__ = "duty_offer"

    post_id: Mapped[Id] = mapped_column(sa.ForeignKey("sites_post.id"))
    to_person_id: Mapped[Id | None]
    note: Mapped[str | None] = mapped_column(sa.String(500))
    kept: Mapped[str | None] = mapped_column(sa.String(16))
    custodian: Mapped[str | None] = mapped_column(sa.String(80))
    absent: Mapped[str | None] = mapped_column(sa.String(500))


class Acceptance(Fact):
    """What the incoming person said to an offer, which may not have come yet."""

    __tablename__ = "duty_acceptance"
    __table_args__ = (sa.Index(None, "project_id", "offer"), sa.Index(None, "project_id", "effective_at"), KEYED)

    offer: Mapped[Id]
    result: Mapped[str] = mapped_column(sa.String(32))
    exceptions: Mapped[str | None] = mapped_column(sa.String(500))


class Line(Fact):
    """A line that was gone through in an answer, or put away with an offer: what was shown, what was said or counted."""

    __tablename__ = "duty_line"
    __table_args__ = (sa.Index(None, "project_id", "effective_at"), KEYED)

    kind: Mapped[str] = mapped_column(sa.String(16))
    asset_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("custody_asset.id"))
    item_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("stock_item.id"))
    entry: Mapped[Id | None]
    key: Mapped[str | None] = mapped_column(sa.String(64))
    state: Mapped[str | None] = mapped_column(sa.String(16))
    shown: Mapped[str | None] = mapped_column(sa.String(200))
    said: Mapped[str | None] = mapped_column(sa.String(8))
    found: Mapped[Thousandths | None]
    note: Mapped[str | None] = mapped_column(sa.String(200))


class Finding(Fact):
    """What a supervisor found of a disputed handover."""

    __tablename__ = "duty_finding"
    __table_args__ = (sa.Index(None, "project_id", "offer"), KEYED)

    offer: Mapped[Id]
    based_on: Mapped[Id]
    text: Mapped[str] = mapped_column(sa.String(500))


class Reversal(Undoing):
    """A remark is taken back. A handover is not: it is signed."""

    __tablename__ = "duty_reversal"
