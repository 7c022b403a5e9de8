"""What a movement or a count asks for. Quantities are typed in base units."""

from typing import Any

from webapp.operations.fields import Choice, Form, Identity, Instant, Photos, Quantity, Reference, Text, UndoForm
from webapp.sites.forms import Worded
from webapp.stock.models import CATEGORIES, TRACKINGS
from webapp.stock.rules import AFTER, BEFORE, CLEAN, COUNTED, REASONS, SOILED, WAYS


class _Stocked(Form):
    """What must be there at least, and at its fullest: more than that at least would always run low."""

    minimum = Quantity()
    par = Quantity()

    @classmethod
    def disagreements(cls, form: Any) -> dict[str, str]:
        minimum, par = form.minimum.data, form.par.data
        return {"minimum": "above_par"} if None not in (minimum, par) and minimum > par else {}


class ItemForm(_Stocked):
    sku = Text(most=64)
    names = Worded()
    category = Choice(of=CATEGORIES)
    unit = Text(most=32)
    counter = Worded()
    tracking = Choice(of=TRACKINGS)


class LevelForm(_Stocked):
    item = Reference("stock.item")
    place = Reference("sites.place")


class MoveForm(Form):
    item = Reference("stock.item")
    place = Reference("sites.place")
    quantity = Quantity(least=0, most=1_000_000)
    when = Instant(optional=True, back_dates=True)


class DrawForm(MoveForm):
    """`place` is where it is drawn to; `store` where it is taken from, the same place where it is left blank."""

    store = Reference("sites.place", optional=True)


class CollectForm(MoveForm):
    """`place` is where the basket stands; `laundry` where it goes. `batch`: the collection it goes with, itself where left out."""

    laundry = Reference("sites.place", optional=True)
    batch = Identity(optional=True)


class ReturnForm(CollectForm):
    """`batch`: the collection that comes back; the oldest one that is out where left blank. `rejected`: came back unfit, or not."""

    rejected = Quantity(least=0, most=1_000_000, optional=True)


class LossForm(MoveForm):
    state = Choice(of=(SOILED, CLEAN))


class CountForm(Form):
    """A count says what lies there now; it is never dated back."""

    item = Reference("stock.item")
    place = Reference("sites.place")
    state = Choice(of=COUNTED)
    counted = Quantity(most=1_000_000)


class WriteOffForm(MoveForm):
    state = Choice(of=COUNTED)
    reason = Choice(of=REASONS)
    note = Text(most=200, optional=True)


class ReverseForm(UndoForm):
    """`entry`: what is undone. The rest only lets the tablet's own page follow: what was added to `state` at `place`, and taken
    from `source` at `home`."""

    item = Identity(optional=True)
    quantity = Quantity(optional=True)
    place = Identity(optional=True)
    state = Text(most=16, optional=True)
    home = Identity(optional=True)
    source = Text(most=16, optional=True)


class RequestForm(Form):
    item = Reference("stock.item")
    place = Reference("sites.place")
    quantity = Quantity(most=1_000_000)
    note = Text(most=200, optional=True)


class IssueForm(Form):
    """`quantity` 0 is a refusal and wants a `reason`; `place` is where it goes to, `store` where it is taken from."""

    request = Identity()
    item = Reference("stock.item")
    place = Reference("sites.place")
    store = Reference("sites.place", optional=True)
    quantity = Quantity(most=1_000_000)
    reason = Text(most=200, optional=True)


class ConfirmForm(Form):
    request = Identity()
    item = Reference("stock.item")
    place = Reference("sites.place")
    quantity = Quantity(most=1_000_000)
    when = Instant(optional=True, back_dates=True)


class CloseRequestForm(Form):
    """`quantity`: how many fewer arrived than were issued, below zero how many more; `store` is where those were taken from."""

    request = Identity()
    item = Reference("stock.item")
    place = Reference("sites.place")
    store = Reference("sites.place", optional=True)
    quantity = Quantity(least=-1_000_000, most=1_000_000)
    note = Text(most=200)


class SettleForm(Form):
    count = Identity()
    entry = Identity()
    side = Choice(of=(BEFORE, AFTER))


class ApproveForm(Form):
    """A line of a count, so much was `expected` of it when it was looked at, and what the difference comes from."""

    count = Identity()
    item = Reference("stock.item")
    state = Choice(of=COUNTED)
    expected = Quantity(least=-1_000_000, most=1_000_000)
    note = Text(most=200)


class WayForm(Form):
    category = Choice(of=CATEGORIES)
    way = Choice(of=WAYS)


class TrackingForm(Form):
    item = Reference("stock.item")
    tracking = Choice(of=TRACKINGS)


class ThingForm(Form):
    flat = Reference("sites.flat")
    code = Text(most=64)
    names = Worded()
    placing = Worded(optional=True)
    expected = Quantity(most=10_000)
    photos = Photos(most=1, optional=True)
