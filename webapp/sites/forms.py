"""What opening a site asks for."""

from typing import Any
from zoneinfo import available_timezones

from webapp.base import clock
from webapp.base.i18n import LANGUAGES
from webapp.operations.fields import Choice, Document, Form, Invalid, Number, Reference, Text, Ticked
from webapp.operations.roles import FRONT
from webapp.sites.models import PLACE_KINDS
from webapp.sites.rules import PROFILES, STAGES

DAY_MINUTES = 24 * 60
ROOMS_MOST = 40


class Worded(Document):
    """A short text in our languages, at least one: {"zh-Hant": …, "zh-Hans": …, "en": …}."""

    def parse(self, text: str) -> dict[str, str]:
        return _worded(super().parse(text))


def _worded(words: Any) -> dict[str, str]:
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


class Plan(Document):
    """A floor plan: {"living": "62 40 62 32"}, x, y, width and height from the north-west; several parts with commas between."""

    def parse(self, text: str) -> dict[str, list[list[int]]]:
        return rectangles(super().parse(text))


def rectangles(rooms: Any) -> dict[str, list[list[int]]]:
    """The parts of each room. Raises Invalid."""
    if not isinstance(rooms, dict) or not 0 < len(rooms) <= ROOMS_MOST:
        raise Invalid("malformed")
    return {key: [_rectangle(part) for part in str(parts).split(",")] for key, parts in rooms.items()}


def _rectangle(text: str) -> list[int]:
    figures = text.split()
    if len(figures) != 4 or not all(figure.isascii() and figure.isdigit() and len(figure) < 5 for figure in figures):
        raise Invalid("malformed")
    x, y, width, height = map(int, figures)
    if not width or not height:
        raise Invalid("malformed")
    return [x, y, width, height]


class Changes(Document):
    """What of a script is otherwise in one flat: {"without": ["second_bathroom"], "renamed": {"second_bedroom": words}}."""

    def parse(self, text: str) -> dict[str, Any]:
        told: Any = super().parse(text)
        if not isinstance(told, dict) or not set(told) <= {"without", "renamed"}:
            raise Invalid("malformed")
        without, renamed = told.get("without", []), told.get("renamed", {})
        if not isinstance(without, list) or not isinstance(renamed, dict):
            raise Invalid("malformed")
        return {"without": [str(key) for key in without], "renamed": {key: _worded(words) for key, words in renamed.items()}}


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


class Day(Text):
    """A day of the calendar, as 2026-05-01."""

    def __init__(self, label: str = "", **kwargs: Any) -> None:
        super().__init__(label, most=10, **kwargs)

    def parse(self, text: str) -> str:
        try:
            return clock.day_named(text).isoformat()
        except clock.NoSuchYear:
            raise Invalid("no_such_year") from None
        except ValueError:
            raise Invalid("not_a_day") from None


class DatesForm(Form):
    opens_on = Day(optional=True)
    sold_on = Day(optional=True)
    moves_in_on = Day(optional=True)
    warranty_ends_on = Day(optional=True)
    stage = Choice(of=STAGES, optional=True)
    reason = Text(most=200, optional=True)


class PrintingForm(Form):
    company = Text(most=80, optional=True)
    kept_years = Number(least=1, most=100, optional=True)
    in_ink = Ticked()
    language = Choice(of=LANGUAGES, optional=True)


class ProfileForm(Form):
    profile = Choice(of=PROFILES)


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
    plan = Plan(optional=True)
    changes = Changes(optional=True)


class PostForm(Form):
    place = Reference("sites.place")
    code = Text(most=32)
    role = Choice(of=sorted(FRONT))
    names = Worded()


class FlatFiguresForm(Form):
    flat = Reference("sites.flat")
    unit_type = Text(most=16)
    area = Number(least=1, most=100_000, optional=True)
    placeholders = Placeholders(optional=True)
    plan = Plan(optional=True)


class PlaceClosingForm(Form):
    place = Reference("sites.place")
    last_day = Day(optional=True)


class FlatClosingForm(Form):
    flat = Reference("sites.flat")
    last_day = Day(optional=True)


class PostClosingForm(Form):
    post = Reference("sites.post")
    last_day = Day(optional=True)


class PlaceNamesForm(Form):
    place = Reference("sites.place")
    names = Worded()


class FlatNamesForm(Form):
    flat = Reference("sites.flat")
    title = Worded()


class PostNamesForm(Form):
    post = Reference("sites.post")
    names = Worded()
