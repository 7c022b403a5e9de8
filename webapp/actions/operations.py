"""Everything that happens to a corrective action (整改; P2-4.1.3, P2-4.4.2c, P2-4.4.6a)."""

from dataclasses import asdict

from webapp.actions.forms import CancelForm, DoneForm, OpenForm, PlanForm, ReverseForm, VerifyForm
from webapp.actions.models import Done, Judgement, Opening, Plan, Reversal
from webapp.actions.rules import CANCELLED, CHECK, NORMAL
from webapp.attachments.operations import attach
from webapp.base.i18n import N_
from webapp.content.rules import Found
from webapp.operations.effects import Latest, ListItem, Step
from webapp.operations.fields import UndoForm
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import DEPUTY, DESK, GREETER, SUPERVISOR, WATER_BAR
from webapp.operations.rules import POST, SESSION

STAFF = {GREETER, WATER_BAR, SUPERVISOR}


def find_wrong(
    occasion: Occasion, version: str, place: str, item: str, found: Found, note: str | None, run: str | None
) -> None:  # fmt: skip
    """An item of a check was answered: with fail, where nothing else was `found`, or with what may not be in order.

    A further row of the answer's own entry, so it is there once, in any order, and a later "in order" leaves it open.
    """
    occasion.record(
        Opening, origin=CHECK, subject=occasion.id, place_id=place, version_id=version, item=item, **asdict(found), note=note,
        run=run, title=None, priority=NORMAL, assignee_id=None, due_at=None,
    )  # fmt: skip


@operation("actions.open", form=OpenForm, roles=DESK, proof=SESSION, title=N_("Corrective action opened"))
def open_action(form: OpenForm, occasion: Occasion) -> None:
    """Open one from what somebody wrote down (備註 and the like). The page derives its id from the subject: twice is once."""
    occasion.record(
        Opening, origin=form.origin.data, subject=form.subject.data, place_id=form.place.data, version_id=None, item=None,
        **asdict(Found()), note=None, run=None, title=form.title.data, priority=form.priority.data or NORMAL,
        assignee_id=form.assignee.data,
        due_at=form.due.data,
    )  # fmt: skip


@operation("actions.done", form=DoneForm, roles=STAFF, proof=POST, offline=True, title=N_("Corrective action done"),
           effects=[Latest("action/{action}", "done"), ListItem("done/{action}", "done-row")])  # fmt: skip
def done(form: DoneForm, occasion: Occasion) -> None:
    """Its author has put it right, with a note and photos of how it is now."""
    occasion.record(Done, action=form.action.data, note=form.note.data)
    attach(occasion, form.photos.data)


@operation("actions.reverse", form=ReverseForm, roles=STAFF, proof=POST, offline=True,
           title=N_("Corrective action not done after all"), corrects="entry",
           effects=[Step("undone/{entry}", "undone"), Latest("action/{action}", "open")])  # fmt: skip
def reverse(form: ReverseForm, occasion: Occasion) -> None:
    """Take back that one has put it right oneself, whichever of both comes first."""
    occasion.record(Reversal, entry=form.entry.data, at_desk=False)


@operation("actions.undo", form=UndoForm, roles={SUPERVISOR, DEPUTY}, proof=SESSION,
           title=N_("Corrective action not done after all, said at the desk"), corrects="entry")  # fmt: skip
def undo(form: UndoForm, occasion: Occasion) -> None:
    """Take back that it was put right, whoever said so and whenever."""
    occasion.record(Reversal, entry=form.entry.data, at_desk=True)


@operation("actions.verify", form=VerifyForm, roles=DESK, proof=SESSION, decision=True, title=N_("Corrective action verified"))
def verify(form: VerifyForm, occasion: Occasion) -> None:
    """Somebody other than the doer has looked at it: it is in order, or it is open again (核驗, 重新整改)."""
    occasion.record(Judgement, action=form.action.data, result=form.result.data, seen=form.seen.data, note=form.note.data)


@operation("actions.cancel", form=CancelForm, roles=DESK, proof=SESSION, decision=True, title=N_("Corrective action cancelled"))
def cancel(form: CancelForm, occasion: Occasion) -> None:
    """There is nothing to be put right after all; the reason stands with it."""
    occasion.record(Judgement, action=form.action.data, result=CANCELLED, seen=form.seen.data, note=form.reason.data)


@operation("actions.plan", form=PlanForm, roles=DESK, proof=SESSION, decision=True, title=N_("Corrective action planned"))
def plan(form: PlanForm, occasion: Occasion) -> None:
    """Say who puts it right, until when, and how urgent it is."""
    occasion.record(
        Plan, action=form.action.data, seen=form.seen.data, assignee_id=form.assignee.data, due_at=form.due.data,
        priority=form.priority.data,
    )  # fmt: skip
