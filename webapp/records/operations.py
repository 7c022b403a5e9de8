"""Everything that is done to a duty record: it is signed. Who hands over and takes over signs in `duty` (P2-5.1)."""

from webapp.base.i18n import N_
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import DEPUTY, SUPERVISOR
from webapp.operations.rules import SESSION
from webapp.records.forms import ReviewForm
from webapp.records.models import Review


@operation("records.review", form=ReviewForm, roles={SUPERVISOR, DEPUTY}, proof=SESSION, title=N_("Duty record reviewed"))
def review(form: ReviewForm, occasion: Occasion) -> None:
    """Sign a duty record as read (審閱). The six digits are asked for on the page."""
    occasion.record(
        Review, post_id=form.post.data, shift_id=form.shift.data, day=form.day.data, digest=form.digest.data.lower(),
        way=form.way.data,
    )  # fmt: skip
