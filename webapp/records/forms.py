"""What a signature under a duty record says."""

from webapp.operations.fields import Form, Reference, Text


class ReviewForm(Form):
    post = Reference("sites.post")
    shift = Reference("shifts.kind", optional=True)
    day = Text(most=10)
    digest = Text(most=64)
