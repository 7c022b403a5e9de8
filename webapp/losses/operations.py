"""Everything that is said of entries that are not here (P2-4.4.7b)."""

from webapp.base.i18n import N_
from webapp.losses.forms import LossForm, StoreForm
from webapp.losses.models import DeclaredLoss, StoreGone
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import ADMIN, DESK
from webapp.operations.rules import SESSION


@operation("losses.begin_store", form=StoreForm, roles={ADMIN}, proof=SESSION, title=N_("Storage of a tablet found empty"))
def begin_store(form: StoreForm, occasion: Occasion) -> None:
    """A tablet has lost its store and begins another: what the old one held and had not sent is missing."""
    names = ("gone", "began", "reached", "reached_at")
    occasion.record(StoreGone, tablet_id=form.tablet.data, **{name: getattr(form, name).data for name in names})


@operation("losses.declare", form=LossForm, roles=DESK, proof=SESSION, decision=True, title=N_("Loss declared"))
def declare(form: LossForm, occasion: Occasion) -> None:
    """Say that entries will not come, and why. Should they come after all, they are taken like any other."""
    names = ("first", "last", "reason")
    occasion.record(
        DeclaredLoss, tablet_id=form.tablet.data, of_epoch=form.epoch.data, **{name: getattr(form, name).data for name in names}
    )
