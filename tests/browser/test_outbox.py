"""The list of what is kept, in words; what wakes the sending; the question for the code is ready for the digits."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.hands import LANGUAGES, Tablet, ask_for_the_post, until
from tests.browser.test_hostile_days import KEEP
from tests.browser.test_hostile_network import EVERYTHING
from tests.browser.way import Way
from webapp import demo

pytestmark = pytest.mark.browser

STILL = """
  const later = setTimeout;
  globalThis.setTimeout = (work, ms, ...rest) => (ms > 9_000 && ms < 25_000 ? 0 : later(work, ms, ...rest));
"""
"""The page's own look from time to time never comes, so whatever is sent was woken."""


def _entry(count: int, operation: str, **body: str) -> dict[str, Any]:
    happened_at = 1_779_900_000_000 + count
    return {
        "id": f"019e6c5f-d3c0-7000-8000-{count:012}", "operation": operation, "version": 1, "body": json.dumps(body),
        "author": demo.person("lin"), "proof": "post", "digest": "0" * 64, "happened_at": happened_at, "offset": 0,
        "beacon_at": happened_at, "kept_at": happened_at, "effects": [],
    }  # fmt: skip


def test_the_list_says_what_was_recorded_in_words_and_no_key(tablet: Callable[..., Tablet]):
    """A key of a list that is not in force any more has no words: it is left out."""
    here = tablet()
    here.server.stop()
    here.watch.may_be_down = True
    version, place, covers = demo.version("check.flat_opening"), demo.named("place", "flat-a"), demo.named("item", "cover.cloth")
    entries = [
        _entry(1, "checklists.answer", version=version, place=place, item="exterior.1", answer="pass", note="ok", day="2026-05-28"),
        _entry(2, "stock.count", item=covers, place=place, state="store", counted="12"),
        _entry(3, "duty.remark", place=place, category="repair", text="count", when="1779900000000"),
        _entry(4, "checklists.answer", version="0" * 64, place=place, item="flat_open.air", answer="count"),
        _entry(5, "tours.arrive", place=place, guests="3", covers="2", item=covers),
        _entry(6, "duty.accept", result="accepted", **{"lines.1.found": "7", "lines.1.shown": "80 p", "lines.1.note": "by hand"}),
    ]
    here.page.evaluate(KEEP, entries)
    for language in LANGUAGES:
        here.go("outbox", language)
        rows = here.page.locator("outbox-list ol > li")
        expect(rows).to_have_count(6)
        shown = rows.all_inner_texts()
        assert not re.search(r"exterior|flat_open|store\b|[0-9a-f-]{36}|\d{13}|2026-05-28", " ".join(shown))
        details = [row.locator("[data-fill=what]").inner_text() for row in rows.all()]
        assert re.search(r"3.* · .*2", details[1]), "how many came, and in how many pairs"
        assert re.search(r"\D · by hand$", details[0]), "of the lines of a handover what was noted, and no other"
        assert details[3].endswith(" · count"), "what was typed stays as it was"
        assert details[4].endswith(" · 12")
        assert details[5].endswith(" · ok")
        assert "count" not in details[2]
        assert not [text for text in shown if re.search(r"[a-z]+\.[a-z]", text)]


def test_a_returning_network_is_used_at_once_by_whatever_wakes_the_tablet(
    tablet: Callable[..., Tablet], way: Way, tell: Callable[[str], None]
):
    here = tablet()
    here.watch.may_be_down = True
    here.take_post("lin")
    here.sent()
    here.context.add_init_script(STILL)
    here.go()
    wakes: dict[str, Callable[[], object]] = {
        "the network is back": lambda: here.page.evaluate("() => { dispatchEvent(new Event('online')); }"),
        "the screen is on": lambda: here.page.evaluate("() => { document.dispatchEvent(new Event('visibilitychange')); }"),
        "another entry": lambda: here.arrive(4),
        "another page": lambda: here.go("parties"),
        "a tap on the chip": lambda: here.chip().locator("a").click(),
    }
    for wake in wakes.values():
        here.go()
        expect(here.chip()).to_have_attribute("data-state", "ok")
        way.meddling = {EVERYTHING: "request"}
        here.arrive(2)
        until(lambda: here.chip().get_attribute("data-state") == "offline", "it does not say that it is offline")
        here.page.evaluate("() => { dispatchEvent(new Event('online')); }")  # in vain, so it would wait longer
        until(lambda: way.asked.count("/sync/operations") >= 2, "nothing was tried")
        way.meddling = {}
        way.asked.clear()
        wake()
        expect(here.chip()).to_have_attribute("data-state", "ok")
    here.sent()
    tell(f"{len(wakes)} ways to be woken, {len(here.entries())} entries sent without waiting for the next look")


def test_the_question_for_the_code_is_ready_for_the_digits(tablet: Callable[..., Tablet]):
    """Where it is known who stands here nothing else is to be chosen."""
    here = tablet()
    dialog = ask_for_the_post(here.page)
    expect(dialog.locator("select[name=person]")).to_be_focused()
    here.page.keyboard.press("Escape")
    here.take_post("lin")
    here.go("handover")
    form = here.page.locator('main operation-form[operation="duty.offer"]').last
    form.locator("button:not([type=button])").last.click()
    dialog = here.page.locator('dialog[data-purpose="confirm"]')
    expect(dialog.locator("select[name=person]")).to_have_value(demo.person("lin"))
    expect(dialog.locator("input[name=code]")).to_be_focused()
