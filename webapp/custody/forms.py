"""What is asked of a thing, and of what happens to it."""

from webapp.custody.rules import KINDS
from webapp.operations.fields import Choice, Form, Identity, Instant, Reference, Text, UndoForm
from webapp.sites.forms import Worded


class AssetForm(Form):
    code = Text(most=32)
    kind = Choice(of=KINDS)
    names = Worded()
    place = Reference("sites.place")


class EventForm(Form):
    asset = Reference("custody.asset")
    when = Instant(optional=True, back_dates=True)


class LendForm(EventForm):
    """Nothing is asked of the guest: at most which party it was."""

    party = Identity(optional=True)


class DamageForm(EventForm):
    note = Text(most=200)


class LossForm(EventForm):
    note = Text(most=200, optional=True)


class ReverseForm(UndoForm):
    """`entry`: what is undone. The rest only lets the tablet's own page follow: what a thing `became` again, by where it is
    (`asset`) or by how it is (`damaged`)."""

    asset = Identity(optional=True)
    damaged = Identity(optional=True)
    became = Text(most=16, optional=True)
