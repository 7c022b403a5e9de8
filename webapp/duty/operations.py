"""Everything that is written down in a shift and at its handover (P2-4.4.6a, P2-5.1)."""

from webapp.attachments.operations import attach
from webapp.base.i18n import N_
from webapp.duty.forms import AcceptForm, OfferForm, RemarkForm
from webapp.duty.models import Acceptance, Offer, Remark
from webapp.operations.effects import ListItem, Step
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import GREETER, SUPERVISOR, WATER_BAR
from webapp.operations.rules import PIN, POST

STAFF = {GREETER, WATER_BAR, SUPERVISOR}


@operation("duty.remark", form=RemarkForm, roles=STAFF, proof=POST, offline=True, title=N_("Remark"),
           effects=[ListItem("remarks", "remark-row")])  # fmt: skip
def remark(form: RemarkForm, occasion: Occasion) -> None:
    """Write a line under remarks (備註): what was abnormal, or worth knowing; with photos of it."""
    occasion.record(Remark, place_id=form.place.data, post_id=form.post.data, category=form.category.data, text=form.text.data)
    attach(occasion, form.photos.data)


@operation("duty.offer", form=OfferForm, roles=STAFF, proof=PIN, offline=True, title=N_("Handover offered"),
           effects=[ListItem("offers", "offer-row")])  # fmt: skip
def offer(form: OfferForm, occasion: Occasion) -> None:
    """Offer the post for taking over (交班). The six digits are the signature."""
    occasion.record(Offer, place_id=form.place.data, post_id=form.post.data, to_person_id=form.to.data, note=form.note.data)


@operation("duty.accept", form=AcceptForm, roles=STAFF, proof=PIN, offline=True, title=N_("Handover answered"),
           effects=[Step("offer/{offer}", "accepted")])  # fmt: skip
def accept(form: AcceptForm, occasion: Occasion) -> None:
    """Take over (接班), with exceptions, or dispute it. The author is who signs; the outgoing person's own signature is flagged."""
    occasion.record(Acceptance, offer=form.offer.data, result=form.result.data, exceptions=form.exceptions.data)
