"""What two taps say."""

from webapp.operations.fields import Form, Identity, Instant, Number, Reference


class ArriveForm(Form):
    """`covers`: pairs handed out, one a guest where left blank, 0 allowed. `item`: which covers; blank where the site has none."""

    flat = Reference("sites.flat")
    place = Reference("sites.place")
    guests = Number(least=1, most=60)
    covers = Number(least=0, most=120, optional=True)
    item = Reference("stock.item", optional=True)
    when = Instant(optional=True, back_dates=True)


class SeeOffForm(Form):
    party = Identity()
    when = Instant(optional=True, back_dates=True)
