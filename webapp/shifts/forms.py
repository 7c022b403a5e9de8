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
        starts, ends = form.starts.data, form.ends.data
        return {"ends": "ends_first"} if None not in (starts, ends) and starts >= ends else {}


class KindNamesForm(Form):
    shift = Reference("shifts.kind")
    names = Worded()


class PostForm(Form):
    post = Reference("sites.post")
