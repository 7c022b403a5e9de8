"""Everything the desk's repair room decides. What it mends is the mended operation itself, with `repairs` (P2-4.4.6a)."""

from webapp.base.i18n import N_
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import DESK
from webapp.operations.rules import SESSION
from webapp.repairs.forms import RuleForm
from webapp.repairs.models import Ruling


@operation("repairs.rule", form=RuleForm, roles=DESK, proof=SESSION, decision=True, title=N_("Entry ruled on"))
def rule(form: RuleForm, occasion: Occasion) -> None:
    """Say that an entry that was held or put aside counts after all, or that it does not, and why."""
    occasion.record(Ruling, entry_id=form.entry.data, result=form.result.data, reason=form.reason.data)
