"""What a remark and a handover say."""

from webapp.duty.rules import CATEGORIES, RESULTS
from webapp.operations.fields import Choice, Form, Identity, Instant, Photos, Reference, Text


class RemarkForm(Form):
    place = Reference("sites.place")
    post = Reference("sites.post", optional=True)
    category = Choice(of=CATEGORIES)
    text = Text(most=500, lines=True)
    photos = Photos(optional=True)
    when = Instant(optional=True, back_dates=True)


class OfferForm(Form):
    """`to` is looked at by shape only: people belong to the organisation, not to the project."""

    place = Reference("sites.place")
    post = Reference("sites.post")
    to = Identity(optional=True)
    note = Text(most=500, lines=True, optional=True)


class AcceptForm(Form):
    offer = Identity()
    result = Choice(of=RESULTS)
    exceptions = Text(most=500, lines=True, optional=True)
