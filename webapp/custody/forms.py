"""What is asked of a thing, and of what happens to it."""

from webapp.custody.rules import KINDS
from webapp.operations.fields import Choice, Form, Identity, Instant, Reference, Text
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
