"""How instants, days and amounts are written for people. Half-width digits everywhere, Han numerals only in a day's name."""

import re
from collections.abc import Iterable
from datetime import date

from babel import Locale
from babel.dates import format_date
from flask import Flask
from flask_babel import gettext as _
from markupsafe import Markup

from webapp.base import clock
from webapp.base.i18n import language

MINUS = "\N{MINUS SIGN}"
_HAN = "〇一二三四五六七八九十"
_HELD = re.compile(r"(?<=\b[A-Z]) (?=[㐀-鿿])| (?=· )")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)")
_BESIDE_HAN = re.compile("(?<=[㐀-鿿]) (?=[0-9])|(?<=[0-9]) (?=[㐀-鿿])")


def time_text(instant: int, zone: str) -> str:
    """14:05 where the project is."""
    return clock.local(instant, zone).strftime("%H:%M")


def day_text(day: date, *, year: bool = False) -> str:
    """十一月二十三日 星期一, Monday 23 November: a day as the head of a page names it; with its year where that says something."""
    locale = Locale.parse(language().replace("-", "_"))
    if locale.language == "zh":
        named = "".join(_HAN[int(digit)] for digit in str(day.year)) + "年" if year else ""
        return f"{named}{_han(day.month)}月{_han(day.day)}日 {format_date(day, 'EEEE', locale)}"
    return format_date(day, "EEEE d MMMM y" if year else "EEEE d MMMM", locale)


def day_and_month(instant: int, zone: str) -> str:
    """3月2日, 2 March: a day in the middle of a sentence."""
    day, locale = clock.day_of(instant, zone), Locale.parse(language().replace("-", "_"))
    return format_date(day, "M月d日" if locale.language == "zh" else "d MMMM", locale)


def month_text(month: date) -> str:
    """2026 年 5 月, May 2026."""
    locale = Locale.parse(language().replace("-", "_"))
    return format_date(month, "y 年 M 月" if locale.language == "zh" else "MMMM y", locale)


def _han(number: int) -> str:
    """A number up to 31 in Han numerals."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _HAN[ones]
    return f"{'' if tens == 1 else _HAN[tens]}十{_HAN[ones] if ones else ''}"


def amount_text(thousandths: int) -> str:
    """An amount of a base unit without trailing zeros, as forms and files have it: 46000 is 46, -2500 is -2.5."""
    whole, part = divmod(abs(thousandths), 1000)
    text = f"{whole}.{part:03d}".rstrip("0").rstrip(".")
    return f"-{text}" if thousandths < 0 else text


def figure_text(thousandths: int) -> str:
    """An amount for people, with a true minus: −2.5."""
    return amount_text(thousandths).replace("-", MINUS)


def signed_text(thousandths: int) -> str:
    """A difference with its sign: +2, −1.5."""
    return f"+{amount_text(thousandths)}" if thousandths > 0 else figure_text(thousandths)


def among(names: Iterable[str | None]) -> str:
    """Several names in a row, as the language separates them; what is empty is left out."""
    return ("、" if language().startswith("zh") else ", ").join(filter(None, names))


def unbroken(text: str) -> Markup:
    """A text whose lines neither break a day, such as 2026-05-28, nor leave the A of A 型 behind, nor begin with a dot."""
    whole = Markup('<span class="whole">%s</span>')
    text = _HELD.sub("\N{NO-BREAK SPACE}", text)
    return Markup("").join(whole % part if _DAY.fullmatch(part) else part for part in _DAY.split(text))


def span_text(milliseconds: int) -> str:
    """A stretch of time in words, to the minute: 2 h 48 min; from two days on to the hour: 2 days 16 h."""
    hours, minutes = divmod(max(0, milliseconds) // clock.MINUTE, 60)
    if hours >= 48:
        days, hours = divmod(hours, 24)
        return str(_("%(days)s days %(hours)s h", days=days, hours=hours) if hours else _("%(days)s days", days=days))
    if hours and minutes:
        return str(_("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes))
    return str(_("%(hours)s h", hours=hours) if hours else _("%(minutes)s min", minutes=minutes))


def breath(text: str) -> str:
    """Words that are spoken: a space between Han and a figure is no place to break a line, for the voice does not stop there."""
    return _BESIDE_HAN.sub("\N{NO-BREAK SPACE}", text)


def instant_text(instant: int, zone: str, now: int) -> str:
    """14:05 today, else with its day: Thursday 26 November 14:05; of another year also with that."""
    day, today, time = clock.day_of(instant, zone), clock.day_of(now, zone), time_text(instant, zone)
    return time if day == today else f"{day_text(day, year=day.year != today.year)} {time}"


def moment_text(instant: int, zone: str) -> str:
    """2026-05-28 14:05, as tables and files have it: sorted as a text it is sorted in time."""
    return clock.local(instant, zone).strftime("%Y-%m-%d %H:%M")


def size_text(size: int) -> str:
    """Bytes as people say them: 640 KB, 12 MB, 2.4 GB."""
    for unit, least in (("GB", 1_000_000_000), ("MB", 1_000_000)):
        if size >= least:
            number = size / least
            return f"{number:.1f} {unit}" if number < 10 else f"{number:.0f} {unit}"
    return f"{size / 1000:.0f} KB"


def init_app(app: Flask) -> None:
    """Give templates `|time(zone)`, `|date(zone)`, `|day`, `|amount`, `|signed`, `|span`; `|plain` is an amount for a form."""
    app.jinja_env.globals["YEARS"] = clock.YEARS
    app.jinja_env.filters.update(
        time=time_text, date=day_and_month, day=day_text, month=month_text, amount=figure_text, signed=signed_text,
        plain=amount_text, span=span_text, breath=breath, unbroken=unbroken
    )  # fmt: skip
