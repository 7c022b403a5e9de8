"""What a signature under a duty record says."""

from webapp.operations.fields import Form, Number, Reference, Text


class ReviewForm(Form):
    """`way`: by which of the ways of `rules.DIGESTS` the digest was taken; those signed before there were several do not say."""

    post = Reference("sites.post")
    shift = Reference("shifts.kind", optional=True)
    day = Text(most=10)
    digest = Text(most=64)
    way = Number(least=1, optional=True)
