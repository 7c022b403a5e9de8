"""What enrolling asks for. The credential's digest tells nobody the credential."""

from webapp.operations.fields import Choice, Form, Instant, Number, Reference, Text, Ticked
from webapp.tablets.models import RULINGS, STATIONS


class EnrolForm(Form):
    number = Number(least=1, most=100_000)
    name = Text(most=80)
    station = Choice(of=STATIONS)
    place = Reference("sites.place")
    flat = Reference("sites.flat", optional=True)
    credential_digest = Text(most=64)


class RevokeForm(Form):
    tablet = Reference("tablets.tablet")


class EnrolAgainForm(Form):
    tablet = Reference("tablets.tablet")
    store_epoch = Number(least=1, most=2**31 - 1)
    kept = Ticked()
    clean = Ticked()
    missing = Number(most=2**31 - 1)
    heard_at = Instant()


class TabletForm(Form):
    tablet = Reference("tablets.tablet")


class ImportForm(Form):
    tablet = Reference("tablets.tablet")
    parcel = Text(most=64)
    entries = Number(most=2**31 - 1)
    quarantined = Ticked()


class RuleForm(Form):
    parcel = Text(most=64)
    result = Choice(of=RULINGS)


class DrainForm(Form):
    ends = Ticked()
