"""What one answer says."""

from webapp.checklists.rules import ANSWERS
from webapp.operations.fields import Choice, Form, Instant, Photos, Quantity, Reference, Text


class AnswerForm(Form):
    """`day` is the local day of the page it was ticked on: it only keeps the overlay of yesterday's page off today's."""

    version = Reference("content.version")
    place = Reference("sites.place")
    item = Text(most=64)
    day = Text(most=10, optional=True)
    answer = Choice(of=ANSWERS, optional=True)
    number = Quantity(least=-1_000, most=1_000_000, optional=True)
    note = Text(most=500, lines=True, optional=True)
    photos = Photos(optional=True)
    when = Instant(optional=True, back_dates=True)
