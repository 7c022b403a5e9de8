"""Everything that is done to a day: it is closed (domain section 0.8)."""

from webapp.base.i18n import N_
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import DEPUTY, SUPERVISOR
from webapp.operations.rules import SESSION
from webapp.records.models import Review
from webapp.review.forms import CloseForm
from webapp.review.models import Closure, LeftOpen


@operation("review.close", form=CloseForm, roles={SUPERVISOR, DEPUTY}, proof=SESSION, title=N_("Day closed"))
def close(form: CloseForm, occasion: Occasion) -> None:
    """Close a day (結束本班), with what stays open (帶未完事項結束): never refused for that. On a clean day the one signature is
    also under its duty records. The page asks for the six digits."""
    occasion.record(Closure, day=form.day.data)
    for row in form.lines.data:
        occasion.record(LeftOpen, words=row["words"], told=row["told"], reason=row["reason"], note=row["note"])
    for row in form.records.data:
        occasion.record(
            Review, post_id=row["post"], shift_id=row["shift"], day=form.day.data, digest=row["digest"].lower(), way=row["way"]
        )
