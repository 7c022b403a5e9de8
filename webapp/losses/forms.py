"""What is said of a store that is gone, and of a loss."""

from webapp.operations.fields import Form, Instant, Number, Reference, Text

MOST = 2**31 - 1


class StoreForm(Form):
    tablet = Reference("tablets.tablet")
    gone = Number(least=1, most=MOST)
    began = Number(least=1, most=MOST)
    reached = Number(least=0, most=MOST, optional=True)
    reached_at = Instant(optional=True)


class LossForm(Form):
    tablet = Reference("tablets.tablet")
    epoch = Number(least=1, most=MOST)
    first = Number(least=1, most=MOST)
    last = Number(least=1, most=MOST, optional=True)
    reason = Text(most=500, lines=True)
