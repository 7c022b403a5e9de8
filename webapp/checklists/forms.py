"""What an answer says, and what the end of a check names."""

from webapp.checklists.rules import ANSWERS
from webapp.operations.fields import Choice, Form, Identity, Instant, Keys, Photos, Quantity, Reference, Text, Time, UndoForm
from webapp.stock.rules import COUNTED


class AnswerForm(Form):
    """`day` is the day and the run of the page it was ticked on: it only keeps the overlay of yesterday's page off today's.

    One of `answer`, `number`, `choice` (the key of an option), `text` and `time` by the kind of the item; `expected`: how many the
    page said there should be; `stock` and `state`: what in stock the number counts; `post`: which post it concerns.
    """

    version = Reference("content.version")
    place = Reference("sites.place")
    item = Text(most=64)
    day = Text(most=16, optional=True)
    answer = Choice(of=ANSWERS, optional=True)
    number = Quantity(least=-1_000_000, most=1_000_000, optional=True)
    expected = Quantity(most=1_000_000, optional=True)
    stock = Reference("stock.item", optional=True)
    state = Choice(of=COUNTED, optional=True)
    choice = Text(most=64, optional=True)
    text = Text(most=500, lines=True, optional=True)
    time = Time(optional=True)
    note = Text(most=500, lines=True, optional=True)
    photos = Photos(optional=True)
    post = Reference("sites.post", optional=True)
    when = Instant(optional=True, back_dates=True)


class InspectForm(AnswerForm):
    """What was seen of a post; each names one."""

    post = Reference("sites.post")


class SignForm(Form):
    version = Reference("content.version")
    place = Reference("sites.place")
    item = Text(most=64)
    day = Text(most=16, optional=True)


class SubmitForm(Form):
    version = Reference("content.version")
    place = Reference("sites.place")
    day = Text(most=16, optional=True)
    when = Instant(optional=True, back_dates=True)


class ReturnForm(Form):
    """`day`: which run, as its page names it. `seen`: the entry of the last answer that whoever decides had before them."""

    version = Reference("content.version")
    place = Reference("sites.place")
    day = Text(most=16)
    items = Keys()
    comment = Text(most=500, lines=True)
    seen = Identity(optional=True)


class VoidForm(Form):
    version = Reference("content.version")
    place = Reference("sites.place")
    day = Text(most=16)
    reason = Text(most=500, lines=True)
    seen = Identity(optional=True)


class ReverseForm(UndoForm):
    """`entry`: what is undone. The rest only lets the tablet's own page follow: which run had been submitted."""

    version = Identity(optional=True)
    place = Identity(optional=True)
    day = Text(most=16, optional=True)
