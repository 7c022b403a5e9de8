"""Everything that is written down in a shift and at its handover (P2-4.4.6a, P2-5.1)."""

from typing import Any

from webapp.attachments.operations import attach
from webapp.base.i18n import N_
from webapp.custody.models import Event
from webapp.custody.operations import now_is
from webapp.custody.rules import BACK, HANDED, TAKEN
from webapp.duty.forms import AcceptForm, FindingForm, OfferForm, RemarkForm
from webapp.duty.models import Acceptance, Finding, Line, Offer, Remark, Reversal
from webapp.duty.rules import AGREES, KEPT, RESULTS, Status, outcome
from webapp.operations.effects import Count, Latest, ListItem, Step
from webapp.operations.fields import UndoForm
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import DEPUTY, GREETER, SUPERVISOR, WATER_BAR
from webapp.operations.rules import PIN, POST, SESSION
from webapp.stock.models import CountLine
from webapp.stock.rules import COUNTED

STAFF = {GREETER, WATER_BAR, SUPERVISOR}
ASSET = "lines.*.asset"
TAKEN_OVER = {"out": HANDED, "kept": TAKEN}
"""What happens to a thing that is agreed to stand so: the keys for the night were back, so whoever opens takes them anew."""
AGREED = tuple(each for each in RESULTS if each != Status.DISPUTED)


@operation("duty.remark", form=RemarkForm, roles=STAFF, proof=POST, offline=True, title=N_("Remark"),
           effects=[ListItem("remarks", "remark-row"), ListItem("remarks/{place}/{category}", "remark-line")])  # fmt: skip
def remark(form: RemarkForm, occasion: Occasion) -> None:
    """Write a line under remarks (備註): what was abnormal, or worth knowing; with photos of it."""
    occasion.record(Remark, place_id=form.place.data, post_id=form.post.data, category=form.category.data, text=form.text.data)
    attach(occasion, form.photos.data)


@operation("duty.reverse", form=UndoForm, roles=STAFF, proof=POST, offline=True,
           title=N_("Remark taken back"), corrects="entry",
           effects=[Step("undone/{entry}", "undone"), Latest("remark/{entry}", "undone")])  # fmt: skip
def reverse(form: UndoForm, occasion: Occasion) -> None:
    """Take back a remark of one's own, whichever of both comes first."""
    occasion.record(Reversal, entry=form.entry.data, at_desk=False)


@operation("duty.undo", form=UndoForm, roles={SUPERVISOR, DEPUTY}, proof=SESSION,
           title=N_("Remark taken back at the desk"), corrects="entry")  # fmt: skip
def undo(form: UndoForm, occasion: Occasion) -> None:
    """Take back a remark, whoever wrote it and whenever."""
    occasion.record(Reversal, entry=form.entry.data, at_desk=True)


@operation("duty.offer", form=OfferForm, roles=STAFF, proof=PIN, offline=True, title=N_("Handover offered"),
           effects=[ListItem("offers", "offer-row"),
                    *now_is("back", "away", of=ASSET, reads="{kept} {lines.*.said} {lines.*.state}",
                            only=tuple(f"{kept} {AGREES} out" for kept in KEPT))])  # fmt: skip
def offer(form: OfferForm, occasion: Occasion) -> None:
    """Offer the post for taking over (交班), or lock it up after the last shift (末班封存): what was put away is then in its place.

    The six digits are the signature.
    """
    names = ("note", "kept", "custodian", "absent")
    occasion.record(
        Offer, place_id=form.place.data, post_id=form.post.data, to_person_id=form.to.data,
        **{name: getattr(form, name).data for name in names},
    )  # fmt: skip
    attach(occasion, form.photos.data)
    for row in _touched(form.lines.data):
        _gone_through(occasion, row)
        if form.kept.data and row["asset"] and row["said"] == AGREES and row["state"] != "lent":
            occasion.record(Event, asset_id=row["asset"], what=BACK, note=None, party=None)


@operation("duty.accept", form=AcceptForm, roles=STAFF, proof=PIN, offline=True, title=N_("Handover answered"),
           effects=[Step("offer/{offer}", "accepted"), Latest("offer/{offer}/result", "{result}"),
                    Count("stock/{place}/{lines.*.item}/{lines.*.state}", "lines.*.found"),
                    ListItem("answered/{offer}", "answered-row"),
                    *now_is("out", "taken", of=ASSET, reads="{result} {lines.*.said} {lines.*.state}",
                            only=tuple(f"{result} {AGREES} {state}" for result in AGREED for state in TAKEN_OVER))])  # fmt: skip
def accept(form: AcceptForm, occasion: Occasion) -> None:
    """Take over (接班) line by line, with exceptions, or dispute it. The author is who signs.

    What is agreed to be in the outgoing person's hands, or to lie where it was locked up, is in his from now on; what he counted is
    counted.
    """
    lines = _touched(form.lines.data)
    result = outcome(form.result.data, [row["said"] for row in lines])
    occasion.record(Acceptance, offer=form.offer.data, result=result, exceptions=form.exceptions.data)
    for row in lines:
        _gone_through(occasion, row)
        if row["asset"] and row["state"] in TAKEN_OVER and row["said"] == AGREES and result != Status.DISPUTED:
            occasion.record(Event, asset_id=row["asset"], what=TAKEN_OVER[row["state"]], note=None, party=None)
        if row["item"] and row["found"] is not None and row["state"] in COUNTED and form.place.data:
            about = {"item_id": row["item"], "place_id": form.place.data, "state": row["state"]}
            occasion.record(CountLine, **about, counted=row["found"], point=None)


def _touched(rows: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """The lines of which something was said."""
    return [row for row in rows if row["said"] is not None or row["found"] is not None]


def _gone_through(occasion: Occasion, row: dict[str, Any]) -> None:
    names = ("kind", "entry", "key", "state", "shown", "said", "found", "note")
    occasion.record(Line, asset_id=row["asset"], item_id=row["item"], **{name: row[name] for name in names})


@operation("duty.resolve", form=FindingForm, roles={SUPERVISOR, DEPUTY}, proof=SESSION, decision=True, title=N_("Dispute settled"))
def resolve(form: FindingForm, occasion: Occasion) -> None:
    """Say what was found of a disputed handover. It holds as long as nobody answers again."""
    occasion.record(Finding, offer=form.offer.data, based_on=form.based_on.data, text=form.text.data)
