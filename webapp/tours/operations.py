"""Everything that happens to a party of guests at the door (P2-4.4.3a, P2-4.4.3b, P2-4.4.3f)."""

from webapp.base.i18n import N_
from webapp.operations.effects import ListItem, Step, Tally
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import GREETER, SUPERVISOR
from webapp.operations.rules import POST
from webapp.stock.operations import move
from webapp.stock.rules import CLEAN, IN_USE
from webapp.tours.forms import ArriveForm, SeeOffForm
from webapp.tours.models import Arrival, SeenOff


@operation("tours.arrive", form=ArriveForm, roles={GREETER, SUPERVISOR}, proof=POST, offline=True, title=N_("Guests arrived"),
           effects=[ListItem("parties", "party-row"), ListItem("party/{id}", "party"), Tally("parties/{place}", "+1"),
                    Tally("guests/{place}", "+guests"), Tally("stock/{place}/{item}/clean", "-covers")])  # fmt: skip
def arrive(form: ArriveForm, occasion: Occasion) -> None:
    """A party came (客人到了): how many, and a pair of shoe covers for each unless it says otherwise."""
    place, item = form.place.data, form.item.data
    covers = form.guests.data if form.covers.data is None else form.covers.data
    pairs = covers if item else 0
    occasion.record(Arrival, flat_id=form.flat.data, place_id=place, item_id=item, guests=form.guests.data, covers=pairs)
    if item:
        move(occasion, item, pairs * 1000, (place, CLEAN), (place, IN_USE), "handed_out")


@operation("tours.see_off", form=SeeOffForm, roles={GREETER, SUPERVISOR}, proof=POST, offline=True, title=N_("Guests seen off"),
           effects=[Step("party/{party}", "seen_off")])  # fmt: skip
def see_off(form: SeeOffForm, occasion: Occasion) -> None:
    """A party was seen off (已送別). Its covers are soiled from then on, which nothing has to write."""
    occasion.record(SeenOff, party=form.party.data)
