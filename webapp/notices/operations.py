"""The one thing that is done with a notice."""

from webapp.base.i18n import N_
from webapp.notices.forms import ReadForm
from webapp.notices.models import Reading
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import OFFICE
from webapp.operations.rules import SESSION


@operation("notices.read", form=ReadForm, roles=OFFICE, proof=SESSION, title=N_("Notice read"))
def read(form: ReadForm, occasion: Occasion) -> None:
    """Its author has read it; nobody else's word counts for it."""
    occasion.record(Reading, notice=form.notice.data)
