"""What shifts and posts ask for."""

from typing import Any

from webapp.operations.fields import Form, Number, Reference, Text
from webapp.sites.forms import DAY_MINUTES, Day, Worded


class KindForm(Form):
    code = Text(most=32)
    names = Worded()
    starts = Number(most=DAY_MINUTES)
    ends = Number(most=DAY_MINUTES)
    since = Day(optional=True)

    @classmethod
    def disagreements(cls, form: Any) -> dict[str, str]:
        """A shift is of one day: its record, its posts and its checks all end with it."""
        return _ends_first(form)


def _ends_first(form: Any) -> dict[str, str]:
    starts, ends = form.starts.data, form.ends.data
    return {"ends": "ends_first"} if None not in (starts, ends) and starts >= ends else {}


class HoursForm(Form):
    shift = Reference("shifts.kind")
    since = Day()
    starts = Number(most=DAY_MINUTES, optional=True)
    ends = Number(most=DAY_MINUTES, optional=True)

    @classmethod
    def disagreements(cls, form: Any) -> dict[str, str]:
        """Both hours, or neither: then there is no such shift any more."""
        starts, ends = form.starts.data, form.ends.data
        if (starts is None) != (ends is None):
            return {"starts" if starts is None else "ends": "required"}
        return _ends_first(form)


class KindNamesForm(Form):
    shift = Reference("shifts.kind")
    names = Worded()


class PostForm(Form):
    post = Reference("sites.post")
