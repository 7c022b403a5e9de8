"""How days, spans and spoken words are written, in each language."""

from datetime import date

import pytest
from flask import Flask

from webapp.base import clock
from webapp.base.i18n import written_in
from webapp.base.written import breath, month_text, span_text


@pytest.mark.parametrize(
    ("language", "short", "long", "whole", "month"),
    [
        ("zh-Hant", "47 小時 59 分", "2 天 16 小時", "3 天", "2026 年 5 月"),
        ("zh-Hans", "47 小时 59 分", "2 天 16 小时", "3 天", "2026 年 5 月"),
        ("en", "47 h 59 min", "2 days 16 h", "3 days", "May 2026"),
    ],
)
def test_from_two_days_on_a_span_is_told_in_days(app: Flask, language: str, short: str, long: str, whole: str, month: str):
    with app.test_request_context(), written_in(language):
        spans = [span_text(minutes * clock.MINUTE) for minutes in (48 * 60 - 1, 64 * 60 + 43, 72 * 60 + 5)]
        assert (spans, month_text(date(2026, 5, 1))) == ([short, long, whole], month)


def test_a_spoken_line_breaks_where_the_voice_stops():
    assert breath("淨高約 2.8 米。 這裏 A 型，5 樓").replace("\N{NO-BREAK SPACE}", "_") == "淨高約_2.8_米。 這裏 A 型，5_樓"
    assert breath("about 2.8 metres") == "about 2.8 metres"
