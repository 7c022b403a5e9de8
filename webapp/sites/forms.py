"""What opening a site asks for."""

from typing import Any
from zoneinfo import available_timezones

from webapp.base.i18n import LANGUAGES
from webapp.operations.fields import Choice, Document, Form, Invalid, Number, Reference, Text, Ticked
from webapp.operations.roles import FRONT
from webapp.sites.models import PLACE_KINDS

DAY_MINUTES = 24 * 60


class Worded(Document):
    """A short text in our languages, at least one: {"zh-Hant": …, "zh-Hans": …, "en": …}."""

    def parse(self, text: str) -> dict[str, str]:
        words = super().parse(text)
        if not isinstance(words, dict) or not words or not set(words) <= set(LANGUAGES):
            raise Invalid("malformed")
        if not all(isinstance(word, str) and 0 < len(word.strip()) <= 500 for word in words.values()):
            raise Invalid("malformed")
        return words


class Placeholders(Document):
    """Figures that spoken and printed lines take: {"unit_type": "A"}. All are kept as text."""

    def parse(self, text: str) -> dict[str, str]:
        figures: Any = super().parse(text)
        if not isinstance(figures, dict):
            raise Invalid("malformed")
        return {str(name): str(figure) for name, figure in figures.items()}


class Zone(Text):
    """A time zone by its IANA name."""

    def parse(self, text: str) -> str:
        if text not in available_timezones():
            raise Invalid("not_offered")
        return text


class ProjectForm(Form):
    code = Text(most=16)
    names = Worded()
    zone = Zone(most=64)
    record_language = Choice(of=LANGUAGES)
    opens = Number(most=DAY_MINUTES)
    closes = Number(most=DAY_MINUTES)
    is_demo = Ticked()
    placeholders = Placeholders(optional=True)


class PlaceForm(Form):
    kind = Choice(of=PLACE_KINDS)
    code = Text(most=32)
    names = Worded()


class FlatForm(Form):
    place = Reference("sites.place")
    code = Text(most=32)
    unit_type = Text(most=16)
    title = Worded()
    area = Number(least=1, most=100_000, optional=True)
    placeholders = Placeholders(optional=True)


class PostForm(Form):
    place = Reference("sites.place")
    code = Text(most=32)
    role = Choice(of=sorted(FRONT))
    names = Worded()
