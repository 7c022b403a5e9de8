"""Everything that changes how many things there are (P2-4.1.5a, P2-4.3.2f, P2-4.4.2c, P2-4.4.3b, P2-4.4.3f)."""

from webapp.base.i18n import N_
from webapp.operations.effects import Count, Tally
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import ADMIN, GREETER, SUPERVISOR, WATER_BAR
from webapp.operations.rules import PIN, POST, SESSION
from webapp.stock.forms import CollectForm, CountForm, DrawForm, ItemForm, LevelForm, LossForm, MoveForm
from webapp.stock.models import CountLine, Item, Leg, Level
from webapp.stock.rules import CLEAN, LAUNDRY, LOST, SOILED, STORE, SUPPLIER

STAFF = {GREETER, WATER_BAR, SUPERVISOR}
Where = tuple[str, str]
"""A place and a state."""
TO_CLEAN = Tally("stock/{place}/{item}/clean", "+quantity")


def move(occasion: Occasion, item_id: str, quantity: int, source: Where, target: Where, kind: str) -> None:
    """A movement as two signed legs. `quantity`: thousandths; nothing moves where it is zero."""
    if not quantity:
        return
    for (place_id, state), signed in ((source, -quantity), (target, quantity)):
        occasion.record(Leg, place_id=place_id, state=state, item_id=item_id, quantity=signed, kind=kind)


@operation("stock.add_item", form=ItemForm, roles={ADMIN, SUPERVISOR}, proof=SESSION, title=N_("Item added"))
def add_item(form: ItemForm, occasion: Occasion) -> None:
    """Add a thing that is drawn and counted."""
    names = ("sku", "names", "category", "unit", "counter", "tracking", "minimum", "par")
    occasion.record(Item, id=occasion.id, **{name: getattr(form, name).data for name in names})


@operation("stock.set_level", form=LevelForm, roles={ADMIN, SUPERVISOR}, proof=SESSION, title=N_("Minimum set"))
def set_level(form: LevelForm, occasion: Occasion) -> None:
    """Say how much a place needs at least (最低庫存)."""
    occasion.record(Level, item_id=form.item.data, place_id=form.place.data, minimum=form.minimum.data, par=form.par.data)


@operation("stock.receive", form=MoveForm, roles={SUPERVISOR, WATER_BAR}, proof=PIN, offline=True, title=N_("Goods received"),
           effects=[Tally("stock/{place}/{item}/store", "+quantity")])  # fmt: skip
def receive(form: MoveForm, occasion: Occasion) -> None:
    """Take goods into the store (入庫)."""
    place, item = form.place.data, form.item.data
    move(occasion, item, form.quantity.data, (place, SUPPLIER), (place, STORE), "receipt")


@operation("stock.draw", form=DrawForm, roles=STAFF, proof=POST, offline=True, title=N_("Drawn from the store"),
           effects=[TO_CLEAN, Tally("stock/{store}/{item}/store", "-quantity")])  # fmt: skip
def draw(form: DrawForm, occasion: Occasion) -> None:
    """Take from the store for oneself (領用, P2-4.1.5a). It may go below zero: the shelf was real, the count was stale."""
    place, item = form.place.data, form.item.data
    move(occasion, item, form.quantity.data, (form.store.data or place, STORE), (place, CLEAN), "issue")


@operation("stock.count", form=CountForm, roles=STAFF, proof=PIN, offline=True, title=N_("Counted"),
           effects=[Count("stock/{place}/{item}/{state}", "counted")])  # fmt: skip
def count(form: CountForm, occasion: Occasion) -> None:
    """Say what lies there (盤點): a checkpoint, not an adjustment. What arrives later but happened before changes nothing."""
    occasion.record(CountLine, item_id=form.item.data, place_id=form.place.data, state=form.state.data, counted=form.counted.data)


@operation("stock.collect", form=CollectForm, roles=STAFF, proof=POST, offline=True, title=N_("Sent to the laundry"),
           effects=[Tally("stock/{place}/{item}/soiled", "-quantity")])  # fmt: skip
def collect(form: CollectForm, occasion: Occasion) -> None:
    """Give the used covers in the basket to the laundry."""
    place, item = form.place.data, form.item.data
    move(occasion, item, form.quantity.data, (place, SOILED), (form.laundry.data or place, LAUNDRY), "wash_out")


@operation("stock.return_clean", form=CollectForm, roles=STAFF, proof=POST, offline=True, title=N_("Back from the laundry"),
           effects=[TO_CLEAN])  # fmt: skip
def return_clean(form: CollectForm, occasion: Occasion) -> None:
    """Put washed covers back on the shelf of a place."""
    place, item = form.place.data, form.item.data
    move(occasion, item, form.quantity.data, (form.laundry.data or place, LAUNDRY), (place, CLEAN), "wash_in")


@operation("stock.lose", form=LossForm, roles=STAFF, proof=PIN, offline=True, title=N_("Lost or torn"),
           effects=[Tally("stock/{place}/{item}/{state}", "-quantity")])  # fmt: skip
def lose(form: LossForm, occasion: Occasion) -> None:
    """Say that covers are gone or can no longer be used."""
    place, item = form.place.data, form.item.data
    move(occasion, item, form.quantity.data, (place, form.state.data), (place, LOST), "loss")
