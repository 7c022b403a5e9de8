"""What shifts and posts ask for."""

from webapp.operations.fields import Form, Number, Reference, Text
from webapp.sites.forms import DAY_MINUTES, Worded


class KindForm(Form):
    code = Text(most=32)
    names = Worded()
    starts = Number(most=DAY_MINUTES)
    ends = Number(most=DAY_MINUTES)


class PostForm(Form):
    post = Reference("sites.post")
