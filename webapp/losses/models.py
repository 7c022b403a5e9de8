"""What is known of entries that are not here. A gap itself is never stored: it is derived from how far each store has come."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Id, Instant
from webapp.operations.models import Fact


class StoreGone(Fact):
    """A tablet came back with nothing in it. `gone`: the epoch of the store that was; `began`: the epoch of the one it has now.

    `reached`: the last number the lost store had given, and `reached_at` when, by what lies outside the store; None = not known.
    """

    __tablename__ = "losses_store_gone"

    tablet_id: Mapped[Id] = mapped_column(sa.ForeignKey("tablets_tablet.id"), index=True)
    gone: Mapped[int]
    began: Mapped[int]
    reached: Mapped[int | None]
    reached_at: Mapped[Instant | None]


class DeclaredLoss(Fact):
    """A supervisor says that these entries will not come, and why. `last` None: all from `first` on. Taken if they come."""

    __tablename__ = "losses_declared_loss"

    tablet_id: Mapped[Id] = mapped_column(sa.ForeignKey("tablets_tablet.id"), index=True)
    of_epoch: Mapped[int]
    first: Mapped[int]
    last: Mapped[int | None]
    reason: Mapped[str] = mapped_column(sa.String(500))
