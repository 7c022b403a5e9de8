"""What is said when a day is closed."""

from webapp.operations.fields import Choice, Document, Form, Lines, Text
from webapp.review.rules import NOTE_MOST, POINTS_MOST, REASONS, TOLD_MOST, WORDS_MOST


class LeftOpenForm(Form):
    """A point that stays open, in the words in which it was read and in every language, and its one reason."""

    words = Text(most=WORDS_MOST)
    told = Document(most=8 * TOLD_MOST, optional=True)
    reason = Choice(of=REASONS)
    note = Text(most=NOTE_MOST, optional=True)


class CloseForm(Form):
    """`lines`: one for each point that stands open; none on a clean day."""

    day = Text(most=10)
    lines = Lines(LeftOpenForm, most=POINTS_MOST)
