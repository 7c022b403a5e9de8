"""What shifts and posts ask for."""

from typing import Any

from webapp.operations.fields import Form, Number, Reference, Text
from webapp.sites.forms import DAY_MINUTES, Worded


class KindForm(Form):
    code = Text(most=32)
    names = Worded()
    starts = Number(most=DAY_MINUTES)
    ends = Number(most=DAY_MINUTES)

    @classmethod
    def disagreements(cls, form: Any) -> dict[str, str]:
        """A shift is of one day: its record, its posts and its checks all end with it."""
        return {} if form.starts.data < form.ends.data else {"ends": "ends_first"}


class PostForm(Form):
    post = Reference("sites.post")
