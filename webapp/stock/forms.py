"""What a movement or a count asks for. Quantities are typed in base units."""

from webapp.operations.fields import Choice, Form, Instant, Quantity, Reference, Text
from webapp.sites.forms import Worded
from webapp.stock.models import CATEGORIES
from webapp.stock.rules import CLEAN, COUNTED, SOILED


class ItemForm(Form):
    sku = Text(most=64)
    names = Worded()
    category = Choice(of=CATEGORIES)
    unit = Text(most=32)
    counter = Worded()
    tracking = Choice(of=("consumable", "reusable"))
    minimum = Quantity()
    par = Quantity()


class LevelForm(Form):
    item = Reference("stock.item")
    place = Reference("sites.place")
    minimum = Quantity()
    par = Quantity()


class MoveForm(Form):
    item = Reference("stock.item")
    place = Reference("sites.place")
    quantity = Quantity(least=0, most=1_000_000)
    when = Instant(optional=True, back_dates=True)


class DrawForm(MoveForm):
    """`place` is where it is drawn to; `store` where it is taken from, the same place where it is left blank."""

    store = Reference("sites.place", optional=True)


class CollectForm(MoveForm):
    """`place` is where the basket stands; `laundry` where it goes."""

    laundry = Reference("sites.place", optional=True)


class LossForm(MoveForm):
    state = Choice(of=(SOILED, CLEAN))


class CountForm(Form):
    """A count says what lies there now; it is never dated back."""

    item = Reference("stock.item")
    place = Reference("sites.place")
    state = Choice(of=COUNTED)
    counted = Quantity(most=1_000_000)
