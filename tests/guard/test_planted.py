"""What a person types is text and nothing else: whatever is planted comes out as it went in, and runs nowhere."""

import json
from typing import Any

import pytest

from tests.browser.addresses import ALONE, BAR, EXAMPLES, STATION
from tests.pages.conftest import AT, Site, read
from webapp import demo
from webapp.base.database import db
from webapp.operations.ledger import the_ledger

MARK = "plänted"
PLANTED = (
    f"<script>{MARK}</script>",
    f"<img src=x onerror={MARK}>",
    f"\"'><svg onload={MARK}>",
    "{{ 70003 * 191007 }} {% " + MARK + " %}",
    f"javascript:{MARK}",
    f"</textarea></template>{MARK}&lt;b&gt;",
)
BIDI = f"{MARK}\u202e\u2066\u200fabc\x00\x07"


def say(operation: str, key: str, **body: Any) -> str:
    text = {name: json.dumps(value) if isinstance(value, dict) else str(value) for name, value in body.items()}
    made = demo.named("planted", key)
    outcome = the_ledger().submit(
        operation, text, project_id=demo.project_id(), author_id=demo.person("chen"), proof="system", entry_id=made, at=AT
    )
    db.session.rollback()
    assert outcome.outcome == "applied", outcome
    return made


def plant(words: str) -> None:
    """These words in every text that somebody may type and a page shows."""
    here = {"place": demo.named("place", "flat-a"), "post": demo.named("post", "door")}
    say("duty.remark", "remark", **here, category="repair", text=words)
    offer = say("duty.offer", "offer", **here, note=words)
    say("duty.accept", "accept", offer=offer, result="accepted_with_exceptions", exceptions=words)
    say("checklists.answer", "answer", version=demo.version("check.flat_opening"), place=here["place"], item="flat_open.air",
        answer="fail", note=words)  # fmt: skip
    say("staff.add_person", "person", name=words[:80], call_name=words[:40], language="en")
    say("staff.join", "joins", person=demo.named("planted", "person"), role="greeter")
    say("sites.add_place", "place", kind="show_flat", code="planted", names={"en": words, "zh-Hant": words})
    say("shifts.add_kind", "shift", code="planted", names={"en": words, "zh-Hant": words}, starts="1110", ends="1440")
    say("shifts.rename_kind", "kind", shift=demo.named("shift", "middle"), names={"en": words, "zh-Hant": words})


@pytest.mark.parametrize("words", PLANTED)
def test_planted_words_come_out_as_text_on_every_page(site: Site, words: str):
    plant(words)
    seen = 0
    for kind, path in EXAMPLES.values():
        client = site.tablet("bar" if kind == BAR else "door") if kind in {STATION, BAR} else site.desk("chen")
        prefix = "/en/" if kind in {STATION, BAR} else "/"
        if kind == ALONE:
            continue
        html = client.get(prefix + path.format(language="en")).text
        page = read(html)
        assert words not in html or not set(words) & set("<>\"'&"), path
        assert not [
            each for each in page.all() if any(MARK in value for name, value in each.attrs.items() if name.startswith("on"))
        ]
        assert not [each for each in page.all("script") if MARK in each.text()]
        assert not [
            each for each in page.all("a", "form", "img") for value in each.attrs.values() if value.startswith("javascript:")
        ]
        assert "13371063021" not in html, "it was taken for a template"
        seen += MARK in page.text()
    assert seen >= 3


def test_signs_that_turn_a_line_round_are_dropped(site: Site):
    say("duty.remark", "remark", place=demo.named("place", "flat-a"), category="repair", text=BIDI)
    html = site.tablet("door").get("/en/door/handover").text
    assert f"{MARK}" in html
    assert not set(html) & set("\u202e\u2066\x00\x07")
