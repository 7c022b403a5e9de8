"""Everything that changes how many things there are (P2-4.1.5a, P2-4.3.2f, P2-4.4.2c, P2-4.4.3b, P2-4.4.3f)."""

from webapp.attachments.operations import attach
from webapp.base.i18n import N_
from webapp.operations.effects import Count, ListItem, Step, Tally
from webapp.operations.fields import UndoForm
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import ADMIN, DEPUTY, DESK, GREETER, SUPERVISOR, WATER_BAR
from webapp.operations.rules import PIN, POST, SESSION
from webapp.stock.forms import (
    ApproveForm,
    CloseRequestForm,
    CollectForm,
    ConfirmForm,
    CountForm,
    DrawForm,
    IssueForm,
    ItemForm,
    LevelForm,
    LossForm,
    MoveForm,
    RequestForm,
    ReturnForm,
    ReverseForm,
    SettleForm,
    ThingForm,
    TrackingForm,
    WayForm,
    WriteOffForm,
)
from webapp.stock.models import (
    Approval,
    Confirmation,
    CountLine,
    Issue,
    Item,
    Leg,
    Level,
    Ordering,
    Request,
    Reversal,
    Settlement,
    Thing,
    Tracking,
    Wash,
    Way,
    WriteOff,
)
from webapp.stock.rules import CLEAN, ISSUED, LAUNDRY, LOST, SENT, SOILED, STORE, SUPPLIER, WRITTEN_OFF

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
           effects=[TO_CLEAN, Tally("stock/{store}/{item}/store", "-quantity"),
                    ListItem("drawn/{place}/{item}", "draw")])  # fmt: skip
def draw(form: DrawForm, occasion: Occasion) -> None:
    """Take from the store for oneself (領用, P2-4.1.5a). It may go below zero: the shelf was real, the count was stale."""
    place, item = form.place.data, form.item.data
    move(occasion, item, form.quantity.data, (form.store.data or place, STORE), (place, CLEAN), "issue")


@operation("stock.count", form=CountForm, roles=STAFF, proof=PIN, offline=True, title=N_("Counted"),
           effects=[Count("stock/{place}/{item}/{state}", "counted")])  # fmt: skip
def count(form: CountForm, occasion: Occasion) -> None:
    """Say what lies there (盤點): a checkpoint, not an adjustment. What arrives later but happened before changes nothing."""
    about = {"item_id": form.item.data, "place_id": form.place.data, "state": form.state.data}
    occasion.record(CountLine, **about, counted=form.counted.data, point=None)


@operation("stock.collect", form=CollectForm, roles=STAFF, proof=POST, offline=True, title=N_("Sent to the laundry"),
           effects=[Tally("stock/{place}/{item}/soiled", "-quantity"), ListItem("drawn/{place}/{item}", "collect"),
                    ListItem("laundry/{place}", "batch-row")])  # fmt: skip
def collect(form: CollectForm, occasion: Occasion) -> None:
    """Give the used covers in the basket to the laundry: a batch of its own, or more of one that is going."""
    place, item = form.place.data, form.item.data
    occasion.record(
        Wash, item_id=item, place_id=place, batch=form.batch.data or occasion.id, sent=form.quantity.data, returned=0, rejected=0
    )
    move(occasion, item, form.quantity.data, (place, SOILED), (form.laundry.data or place, LAUNDRY), "wash_out")


@operation("stock.return_clean", form=ReturnForm, roles=STAFF, proof=POST, offline=True, title=N_("Back from the laundry"),
           effects=[TO_CLEAN, ListItem("drawn/{place}/{item}", "return_clean")])  # fmt: skip
def return_clean(form: ReturnForm, occasion: Occasion) -> None:
    """Put washed covers back on the shelf of a place, and say how many of the batch came back unfit."""
    place, item, laundry = form.place.data, form.item.data, form.laundry.data or form.place.data
    rejected = form.rejected.data or 0
    occasion.record(
        Wash, item_id=item, place_id=place, batch=form.batch.data, sent=0, returned=form.quantity.data, rejected=rejected
    )
    move(occasion, item, form.quantity.data, (laundry, LAUNDRY), (place, CLEAN), "wash_in")
    move(occasion, item, rejected, (laundry, LAUNDRY), (place, LOST), "reject")


@operation("stock.lose", form=LossForm, roles=STAFF, proof=PIN, offline=True, title=N_("Lost or torn"),
           effects=[Tally("stock/{place}/{item}/{state}", "-quantity"), ListItem("drawn/{place}/{item}", "lose")])  # fmt: skip
def lose(form: LossForm, occasion: Occasion) -> None:
    """Say that covers are gone or can no longer be used."""
    place, item = form.place.data, form.item.data
    move(occasion, item, form.quantity.data, (place, form.state.data), (place, LOST), "loss")


@operation("stock.write_off", form=WriteOffForm, roles=STAFF, proof=PIN, offline=True, title=N_("Written off"),
           effects=[Tally("stock/{place}/{item}/{state}", "-quantity"), ListItem("drawn/{place}/{item}", "write_off")])  # fmt: skip
def write_off(form: WriteOffForm, occasion: Occasion) -> None:
    """Say that things are no longer fit for use, and why (報損)."""
    place, item, state, quantity = form.place.data, form.item.data, form.state.data, form.quantity.data
    occasion.record(
        WriteOff, item_id=item, place_id=place, state=state, quantity=quantity, reason=form.reason.data, note=form.note.data
    )
    move(occasion, item, quantity, (place, state), (place, WRITTEN_OFF), "write_off")


@operation("stock.reverse", form=ReverseForm, roles=STAFF, proof=POST, offline=True,
           title=N_("Movement undone"), corrects="entry",
           effects=[Tally("stock/{place}/{item}/{state}", "-quantity"), Tally("stock/{home}/{item}/{source}", "+quantity"),
                    Step("undone/{entry}", "undone")])  # fmt: skip
def reverse(form: ReverseForm, occasion: Occasion) -> None:
    """Undo what one has recorded oneself. Nothing is taken away: the movement no longer counts, whichever of both came first."""
    occasion.record(Reversal, entry=form.entry.data, at_desk=False, of_party=False)


@operation("stock.undo", form=UndoForm, roles={SUPERVISOR, DEPUTY}, proof=SESSION,
           title=N_("Movement undone at the desk"), corrects="entry")  # fmt: skip
def undo(form: UndoForm, occasion: Occasion) -> None:
    """Undo a movement, whoever recorded it and whenever."""
    occasion.record(Reversal, entry=form.entry.data, at_desk=True, of_party=False)


@operation("stock.request", form=RequestForm, roles=STAFF, proof=POST, offline=True, title=N_("Asked for supplies"),
           effects=[ListItem("requests/{place}/{item}", "request")])  # fmt: skip
def request(form: RequestForm, occasion: Occasion) -> None:
    """Ask for what is not drawn by oneself (領用申請, P2-4.1.5a)."""
    occasion.record(Request, item_id=form.item.data, place_id=form.place.data, quantity=form.quantity.data, note=form.note.data)


@operation("stock.issue", form=IssueForm, roles=DESK, proof=SESSION, decision=True, title=N_("Request answered"))
def issue(form: IssueForm, occasion: Occasion) -> None:
    """Hand out what was asked for, or say why not. It is on its way until somebody confirms it. A second answer moves nothing."""
    place, quantity = form.place.data, form.quantity.data
    occasion.record(Issue, request=form.request.data, quantity=quantity, reason=form.reason.data)
    move(occasion, form.item.data, quantity, (form.store.data or place, STORE), (place, ISSUED), SENT)


@operation("stock.confirm", form=ConfirmForm, roles=STAFF, proof=POST, offline=True, title=N_("Supplies arrived"),
           effects=[TO_CLEAN, Step("request/{request}", "received")])  # fmt: skip
def confirm(form: ConfirmForm, occasion: Occasion) -> None:
    """Say how much of what was issued has arrived. More or less than that is told, never refused."""
    place, quantity = form.place.data, form.quantity.data
    occasion.record(Confirmation, request=form.request.data, quantity=quantity)
    move(occasion, form.item.data, quantity, (place, ISSUED), (place, CLEAN), "received")


@operation("stock.close_request", form=CloseRequestForm, roles={SUPERVISOR, DEPUTY}, proof=SESSION,
           title=N_("Difference of a request settled"))  # fmt: skip
def close_request(form: CloseRequestForm, occasion: Occasion) -> None:
    """Say what became of the difference between what was issued and what arrived: what did not come is written off (報損), what
    came beyond it was taken from the store too. What arrives later is told as a difference again."""
    place, item, quantity = form.place.data, form.item.data, form.quantity.data
    occasion.record(Settlement, request=form.request.data, quantity=quantity, note=form.note.data)
    if quantity > 0:
        move(occasion, item, quantity, (place, ISSUED), (place, WRITTEN_OFF), "write_off")
    else:
        move(occasion, item, -quantity, (form.store.data or place, STORE), (place, ISSUED), "issue")


@operation("stock.settle", form=SettleForm, roles={SUPERVISOR, DEPUTY}, proof=SESSION,
           title=N_("Order of a count settled"), corrects="entry")  # fmt: skip
def settle(form: SettleForm, occasion: Occasion) -> None:
    """Say whether a movement was before or after a count, where two tablets' clocks cannot tell (domain section 0.2)."""
    occasion.record(Ordering, counted=form.count.data, entry=form.entry.data, side=form.side.data)


@operation("stock.approve", form=ApproveForm, roles={SUPERVISOR, DEPUTY}, proof=SESSION, decision=True,
           title=N_("Variance of a count ruled on"))  # fmt: skip
def approve(form: ApproveForm, occasion: Occasion) -> None:
    """Say what a count that differs comes from: a note beside it, which moves nothing. Where something arrives later by which
    another number was expected, it is open again (domain section 0.2)."""
    occasion.record(
        Approval, counted=form.count.data, item_id=form.item.data, state=form.state.data, expected=form.expected.data,
        note=form.note.data,
    )  # fmt: skip


@operation("stock.set_way", form=WayForm, roles={ADMIN, SUPERVISOR}, proof=SESSION, title=N_("Way of drawing set"))
def set_way(form: WayForm, occasion: Occasion) -> None:
    """Say whether things of a category are drawn by oneself or asked for."""
    occasion.record(Way, category=form.category.data, way=form.way.data)


@operation("stock.set_tracking", form=TrackingForm, roles={ADMIN, SUPERVISOR}, proof=SESSION, title=N_("Washed or used up"))
def set_tracking(form: TrackingForm, occasion: Occasion) -> None:
    """Say whether an item is washed and used again, or used up (P2-4.4.3b)."""
    occasion.record(Tracking, item_id=form.item.data, tracking=form.tracking.data)


@operation("stock.list_thing", form=ThingForm, roles={ADMIN, SUPERVISOR}, proof=SESSION, title=N_("Inventory of a flat"))
def list_thing(form: ThingForm, occasion: Occasion) -> None:
    """Put a thing on the inventory of a show flat: how many, where they belong, and a photo of how it should look (P2-4.4.2c)."""
    occasion.record(
        Thing, flat_id=form.flat.data, code=form.code.data, names=form.names.data, placing=form.placing.data or {},
        expected=form.expected.data,
    )  # fmt: skip
    attach(occasion, form.photos.data)
