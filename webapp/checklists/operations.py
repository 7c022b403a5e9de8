"""Everything that changes a check of the day (P2-4.2.1, P2-4.4.2c, P2-4.4.6b)."""

from webapp.actions.operations import find_wrong
from webapp.attachments.operations import attach
from webapp.base.i18n import N_
from webapp.checklists.forms import AnswerForm, InspectForm, ReturnForm, ReverseForm, SignForm, SubmitForm, VoidForm
from webapp.checklists.models import Answer, Return, Reversal, Submission, Void
from webapp.checklists.rules import FAIL, NOT_APPLICABLE, SIGNED
from webapp.content.rules import Found
from webapp.operations.effects import Count, Effect, Latest, ListItem, Step
from webapp.operations.fields import UndoForm
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import DEPUTY, GREETER, SUPERVISOR, WATER_BAR
from webapp.operations.rules import PIN, POST, SESSION
from webapp.stock.models import CountLine

STAFF = {GREETER, WATER_BAR, SUPERVISOR}


TOLD = ListItem("answers/{day}/{version}/{place}/{item}", "answer-row")
EFFECTS: list[Effect] = [Latest("check/{day}/{version}/{place}/{item}", "{answer}{number}{choice}{text}{time}"), TOLD,
           Step("wrong/{place}/{item}/{answer}", "wrong"), ListItem("wrong/{place}/{answer}", "wrong-row"),
           Count("stock/{place}/{stock}/{state}", "number"),
           Latest("submitted/{day}/{version}/{place}", "answered")]  # fmt: skip
"""What an answer does to a page: its line, when and by whom, where it is `fail`, what is to be put right, what it counts, and that
something was answered since the check was submitted, if it was."""


@operation("checklists.answer", form=AnswerForm, roles=STAFF, proof=POST, offline=True, title=N_("Check answered"), effects=EFFECTS)
def answer(form: AnswerForm, occasion: Occasion) -> None:
    """Answer one item: pass, fail, not applicable, a number, a choice, words or a time, with photos of what is to be seen.

    Answering again replaces it; the earlier answer stays. What is not in order is to be put right (整改, P2-4.4.2c).
    """
    _answer(form, occasion)


@operation("checklists.inspect", form=InspectForm, roles={SUPERVISOR, DEPUTY}, proof=PIN, offline=True, title=N_("Post inspected"),
           effects=EFFECTS)  # fmt: skip
def inspect(form: InspectForm, occasion: Occasion) -> None:
    """Say of one item how a post was found (巡查, P2-4.1.3): at the desk, or at the post with one's own code."""
    _answer(form, occasion)


def _answer(form: AnswerForm, occasion: Occasion) -> None:
    occasion.record(
        Answer, version_id=form.version.data, place_id=form.place.data, item=form.item.data, answer=form.answer.data,
        number=form.number.data, note=form.note.data, expected=form.expected.data, choice=form.choice.data, text=form.text.data,
        time=form.time.data, post_id=form.post.data,
    )  # fmt: skip
    attach(occasion, form.photos.data)
    said = Found(form.number.data, form.expected.data, form.choice.data, form.time.data)
    if form.answer.data == FAIL or (said and form.answer.data != NOT_APPLICABLE):
        found = Found() if form.answer.data == FAIL else said
        where = form.version.data, form.place.data, form.item.data
        find_wrong(occasion, *where, found, form.note.data, form.day.data)
    _count(form, occasion)


def _count(form: AnswerForm, occasion: Occasion) -> None:
    """The number of a point that says what it counts is a count of that (盤點). One that is dated back is none, as no count is;
    of several to the same point of a run the last is meant."""
    number, day = form.number.data, form.day.data
    if not (form.stock.data and form.state.data) or number is None or number < 0:
        return
    if form.when.data is None and form.answer.data != NOT_APPLICABLE:
        occasion.record(
            CountLine, item_id=form.stock.data, place_id=form.place.data, state=form.state.data, counted=number,
            point=f"{day}/{form.item.data}" if day else None,
        )  # fmt: skip


@operation("checklists.sign", form=SignForm, roles=STAFF, proof=PIN, offline=True, title=N_("Check signed"),
           effects=[Latest("check/{day}/{version}/{place}/{item}", SIGNED), TOLD])  # fmt: skip
def sign(form: SignForm, occasion: Occasion) -> None:
    """Sign an item that asks for a signature: the six digits are it, there is no ink."""
    occasion.record(
        Answer, version_id=form.version.data, place_id=form.place.data, item=form.item.data, answer=SIGNED, number=None, note=None,
        expected=None, choice=None, text=None, time=None, post_id=None,
    )  # fmt: skip


@operation("checklists.submit", form=SubmitForm, roles=STAFF, proof=POST, offline=True, title=N_("Check submitted"),
           effects=[Latest("submitted/{day}/{version}/{place}", "submitted"),
                    ListItem("submissions/{day}/{version}/{place}", "submission")])  # fmt: skip
def submit(form: SubmitForm, occasion: Occasion) -> None:
    """Say that a check is done (提交). It names the run and blocks nothing: what is left open is told to the manager at once.

    Of the readiness check (上崗自檢, P2-4.2.1) it is all there is: each person says it once a day, and nothing of a point is kept.
    """
    occasion.record(Submission, version_id=form.version.data, place_id=form.place.data)


@operation("checklists.reverse", form=ReverseForm, roles=STAFF, proof=POST, offline=True,
           title=N_("Submission of a check undone"), corrects="entry",
           effects=[Step("undone/{entry}", "undone"), Latest("submitted/{day}/{version}/{place}", "")])  # fmt: skip
def reverse(form: ReverseForm, occasion: Occasion) -> None:
    """Take back that one has said oneself that a check is done; its answers stay."""
    occasion.record(Reversal, entry=form.entry.data, at_desk=False)


@operation("checklists.undo", form=UndoForm, roles={SUPERVISOR, DEPUTY}, proof=SESSION,
           title=N_("Submission of a check undone at the desk"), corrects="entry")  # fmt: skip
def undo(form: UndoForm, occasion: Occasion) -> None:
    """Take back that a check was said to be done, by whomever and whenever."""
    occasion.record(Reversal, entry=form.entry.data, at_desk=True)


@operation("checklists.return_items", form=ReturnForm, roles={SUPERVISOR, DEPUTY}, proof=SESSION, decision=True,
           title=N_("Check returned"), corrects="day")  # fmt: skip
def return_items(form: ReturnForm, occasion: Occasion) -> None:
    """Give items of a run back with a word (退回); they stand open on the tablet again until they are answered anew."""
    for item in form.items.data:
        occasion.record(
            Return, version_id=form.version.data, place_id=form.place.data, day=form.day.data, item=item, comment=form.comment.data,
            seen=form.seen.data,
        )  # fmt: skip


@operation("checklists.void", form=VoidForm, roles={SUPERVISOR, DEPUTY}, proof=SESSION, decision=True,
           title=N_("Check voided"), corrects="day")  # fmt: skip
def void(form: VoidForm, occasion: Occasion) -> None:
    """Let a run not count (作廢), for a reason; its answers stay."""
    occasion.record(
        Void, version_id=form.version.data, place_id=form.place.data, day=form.day.data, reason=form.reason.data,
        seen=form.seen.data,
    )  # fmt: skip
