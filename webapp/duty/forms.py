"""What a remark and a handover say."""

from webapp.duty.rules import AGREES, CATEGORIES, DIFFERS, KEPT, LINE_KINDS, LINE_STATES, RESULTS, unsaid
from webapp.operations.fields import Choice, Form, Identity, Instant, Lines, Photos, Quantity, Reference, Text


class RemarkForm(Form):
    place = Reference("sites.place")
    post = Reference("sites.post", optional=True)
    category = Choice(of=CATEGORIES)
    text = Text(most=500, lines=True)
    photos = Photos(optional=True)
    when = Instant(optional=True, back_dates=True)


class LineForm(Form):
    """A line of what a post hands over: of which thing, item, remark or point it is, how it stood, and what was said of it."""

    kind = Choice(of=LINE_KINDS)
    asset = Reference("custody.asset", optional=True)
    item = Reference("stock.item", optional=True)
    entry = Identity(optional=True)
    key = Text(most=64, optional=True)
    state = Choice(of=LINE_STATES, optional=True)
    shown = Text(most=200, optional=True)
    said = Choice(of=(AGREES, DIFFERS), optional=True)
    found = Quantity(optional=True)
    note = Text(most=200, optional=True)


class OfferForm(Form):
    """`to` is looked at by shape only: people belong to the organisation, not to the project.

    `kept` and `custodian`: after the last shift, with the `lines` that were put away. `absent`: nobody came, with
    `photos` of how the post was left.
    """

    place = Reference("sites.place")
    post = Reference("sites.post")
    to = Identity(optional=True)
    note = Text(most=500, lines=True, optional=True)
    kept = Choice(of=KEPT, optional=True)
    custodian = Text(most=80, optional=True)
    absent = Text(most=500, lines=True, optional=True)
    lines = Lines(LineForm)
    photos = Photos(optional=True)


class AcceptForm(Form):
    """Of each of the `lines` something is said, else the answer is refused at it: it is kept, and waits to be mended."""

    offer = Identity()
    result = Choice(of=RESULTS)
    exceptions = Text(most=500, lines=True, optional=True)
    place = Reference("sites.place", optional=True)
    lines = Lines(LineForm, lacks=unsaid)


class FindingForm(Form):
    """`based_on`: the last answer that was shown."""

    offer = Identity()
    based_on = Identity()
    text = Text(most=500, lines=True)
