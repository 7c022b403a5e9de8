"""Everything that changes a check of the day (P2-4.2.1, P2-4.4.2c, P2-4.4.6b)."""

from webapp.attachments.operations import attach
from webapp.base.i18n import N_
from webapp.checklists.forms import AnswerForm
from webapp.checklists.models import Answer
from webapp.operations.effects import Latest
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import GREETER, SUPERVISOR, WATER_BAR
from webapp.operations.rules import POST


@operation("checklists.answer", form=AnswerForm, roles={GREETER, WATER_BAR, SUPERVISOR}, proof=POST, offline=True,
           title=N_("Check answered"), effects=[Latest("check/{day}/{version}/{place}/{item}", "{answer}{number}")])  # fmt: skip
def answer(form: AnswerForm, occasion: Occasion) -> None:
    """Answer one item: pass, fail, not applicable, or a number, with photos of what is not in order.

    Answering again replaces it; the earlier answer stays.
    """
    occasion.record(
        Answer, version_id=form.version.data, place_id=form.place.data, item=form.item.data, answer=form.answer.data,
        number=form.number.data, note=form.note.data,
    )  # fmt: skip
    attach(occasion, form.photos.data)
