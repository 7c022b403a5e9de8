"""What is said when a day is closed."""

from webapp.operations.fields import Choice, Document, Form, Lines, Number, Reference, Text
from webapp.review.rules import NOTE_MOST, POINTS_MOST, REASONS, TOLD_MOST, WORDS_MOST


class LeftOpenForm(Form):
    """A point that stays open, in the words in which it was read and in every language, and its one reason."""

    words = Text(most=WORDS_MOST)
    told = Document(most=8 * TOLD_MOST, optional=True)
    reason = Choice(of=REASONS)
    note = Text(most=NOTE_MOST, optional=True)


class SignedForm(Form):
    """A duty record of the day that is signed with it: which, what it said, and by which way its digest was taken."""

    post = Reference("sites.post")
    shift = Reference("shifts.kind", optional=True)
    digest = Text(most=64)
    way = Number(least=1)


class CloseForm(Form):
    """`lines`: one for each point that stands open; none on a clean day. `records`: the duty records that the one signature is
    under; only of a clean day."""

    day = Text(most=10)
    lines = Lines(LeftOpenForm, most=POINTS_MOST)
    records = Lines(SignedForm)
