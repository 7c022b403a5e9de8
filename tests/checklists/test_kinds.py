"""Answers of every kind, as the database tells them, and what a submitted check leaves open."""

import random
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import CHECK, OPENED_AT, WORDS, Site, at
from webapp.checklists import queries as checklists
from webapp.checklists.queries import Check
from webapp.operations.ledger import Ledger
from webapp.sites import queries as sites

pytestmark = pytest.mark.database

SITES = count()
PHOTO = "ab" * 32


def item(key: str, response: str, **told: Any) -> dict[str, Any]:
    asked = {"id": f"every.{key}", "clause": "P2-4.4.2c", "response": response, "required": True, "prompt": WORDS}
    return asked | {"critical": False, "on_fail": "note"} | told


EVERY = CHECK | {
    "id": "check.every",
    "items": [
        item("tick", "pass_fail_na", critical=True), item("number", "number", min=0, max=8),
        item("quantity", "quantity", expected=38),
        item("choice", "choice", options=[{"id": "good", "text": WORDS}, {"id": "bad", "text": WORDS, "fails": True}]),
        item("text", "text", required=False), item("time", "time", min="08:00", max="10:00"), item("photo", "photo"),
        item("signature", "signature", critical=True),
    ],
}  # fmt: skip
GOOD: dict[str, dict[str, Any]] = {
    "tick": {"answer": "pass"}, "number": {"number": "4.5"}, "quantity": {"number": "38", "expected": "38"},
    "choice": {"choice": "good"}, "text": {"text": "窗簾軌道鬆"}, "time": {"time": "8:40"},
    "photo": {"answer": "pass", "photos": [PHOTO]}, "signature": {},
}  # fmt: skip


def publish(site: Site, body: dict[str, Any] = EVERY, when: int = OPENED_AT) -> dict[str, str]:
    """Put a list in force from an instant on; what every answer to it names."""
    made = site.id(body["id"])
    site.submit("content.open", made, when=when, kind="checklist", code=body["id"])
    site.submit("content.publish", site.id(f"{body['id']} 1"), when=when, document=made, number=1, body=body)
    return {"version": site.id(f"{body['id']} 1"), "place": site.id("flat"), "day": "2026-05-28"}


def run(site: Site, code: str = "check.every", until: str = "23:00") -> Check:
    project = sites.project(site.project_id)
    assert project
    found = checklists.check(project, code, site.id("flat"), at(until))
    assert found
    return found


@pytest.mark.clause("P2-4.4.2c")
def test_a_run_with_every_kind_is_complete_when_each_is_answered(site: Site) -> None:
    about, tablet = publish(site), site.tablet()
    for minute, (key, said) in enumerate(GOOD.items()):
        name = "checklists.sign" if key == "signature" else "checklists.answer"
        tablet.keep("lin", name, f"09:{minute:02d}", item=f"every.{key}", **about, **said)
    answered = tablet.send()
    assert [each["outcome"] for each in answered.results] == ["applied"] * 8
    found = run(site)
    assert (found.run.done, found.run.is_complete, found.run.failed) == (8, True, ())
    aired = found.run.lines[5].given
    assert aired
    assert aired.time_of_day == "08:40"
    assert found.expected == {"every.quantity": 38_000}
    assert run(site, until="09:06").run.left_critically[0].item["id"] == "every.signature"


@pytest.mark.clause("P2-4.4.6b")
def test_only_a_code_signs_and_only_a_photo_shows(site: Site) -> None:
    about, tablet = publish(site), site.tablet()
    for key in ("signature", "photo"):
        tablet.keep("lin", "checklists.answer", "09:00", item=f"every.{key}", answer="pass", **about)
    tablet.send()
    assert run(site).run.done == 0


@pytest.mark.parametrize(
    ("key", "said", "is_failed"),
    [
        ("number", {"number": "-3"}, True),
        ("number", {"number": "8.1"}, True),
        ("number", {"number": "8"}, False),
        ("quantity", {"number": "37", "expected": "38"}, True),
        ("quantity", {"number": "37"}, False),
        ("choice", {"choice": "bad"}, True),
        ("choice", {"choice": "gone"}, False),
        ("time", {"time": "10:01"}, True),
        ("time", {"time": "7:59"}, True),
        ("text", {"text": "fail"}, False),
        ("photo", {"answer": "fail"}, True),
        ("number", {"answer": "na"}, False),
    ],
)
@pytest.mark.clause("P2-4.4.2c")
def test_what_is_out_of_bounds_is_recorded_and_has_failed(site: Site, key: str, said: dict[str, str], is_failed: bool) -> None:
    about, tablet = publish(site), site.tablet()
    tablet.keep("lin", "checklists.answer", "09:00", item=f"every.{key}", note="見照片", photos=[PHOTO], **about, **said)
    assert tablet.send().results[0]["outcome"] == "applied"
    found = run(site).run
    assert (found.done, bool(found.failed)) == (1, is_failed)
    assert next(line.given.note for line in found.lines if line.given) == "見照片"


def test_a_signature_at_a_post_without_a_code_is_flagged(site: Site) -> None:
    about, tablet = publish(site), site.tablet()
    tablet.keep("lin", "checklists.sign", "09:00", item="every.signature", proof="post", **about)
    result = tablet.send().results[0]
    assert (result["outcome"], result["flags"]) == ("applied", ["weak_proof"])


@pytest.mark.clause("P2-4.2.1")
def test_ready_for_duty_is_said_by_each_for_themselves(site: Site) -> None:
    about, tablet = publish(site, CHECK | {"id": "check.readiness", "purpose": "grooming", "post": "any"}), site.tablet()
    tablet.keep("lin", "checklists.submit", "08:30", **about)
    tablet.send()
    project = sites.project(site.project_id)
    assert project

    def ready(who: str, until: str = "09:00", days: int = 0) -> int | None:
        person = site.person(who)
        return checklists.readiness(project, site.id("flat"), at(until) + days * 86_400_000, [person])[person]

    assert (ready("lin"), ready("he"), ready("lin", "08:29"), ready("lin", days=1)) == (at("08:30"), None, None, None)
    assert run(site, "check.readiness").run.done == 0  # of the points nothing is kept


def test_where_there_is_no_readiness_check_nobody_is_asked(site: Site) -> None:
    project = sites.project(site.project_id)
    assert project
    assert checklists.readiness(project, site.id("flat"), at("09:00"), [site.person("lin")]) == {}


@pytest.mark.clause("P2-4.4.6b")
def test_submitting_blocks_nothing_and_tells_since_when(site: Site) -> None:
    about, tablet = publish(site), site.tablet()
    tablet.keep("he", "checklists.submit", "18:05", **about)
    tablet.keep("lin", "checklists.submit", "18:10", **about)
    tablet.keep("lin", "checklists.answer", "18:20", item="every.tick", answer="pass", **about)
    tablet.send()
    assert (run(site).run.submitted_at, run(site).run.done) == (at("18:05"), 1)
    assert [line.item["id"] for line in run(site).run.left_critically] == ["every.signature"]
    assert run(site, until="18:04").run.submitted_at is None


@pytest.mark.clause("P2-4.4.6b")
@pytest.mark.parametrize("turned", [False, True])
def test_a_check_submitted_by_a_slip_is_not_whichever_is_heard_first(site: Site, turned: bool) -> None:
    about, tablet, other = publish(site), site.tablet(1), site.tablet(2)
    wrong = tablet.keep("he", "checklists.submit", "18:05", **about)
    other.keep("lin", "checklists.reverse", "18:06", entry=wrong.id)
    other.keep("he", "checklists.reverse", "18:07", entry=wrong.id)
    for each in (other, tablet) if turned else (tablet, other):
        each.send()
    assert [run(site, until=time).run.submitted_at for time in ("18:06", "18:07")] == [at("18:05"), None]
    again = tablet.keep("he", "checklists.submit", "18:30", **about)
    tablet.send()
    assert run(site).run.submitted_at == at("18:30")
    assert site.submit("checklists.undo", author="lin", proof="session", when=at("18:40"), entry=again.id).errors == {"": "role"}
    site.submit("checklists.undo", author="chen", proof="session", when=at("18:41"), entry=again.id)
    assert [run(site, until=time).run.submitted_at for time in ("18:40", "18:41")] == [at("18:30"), None]


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(2, 14))
def test_any_order_of_answers_and_submissions_gives_the_same_state(ledger: Ledger, chance: random.Random, many: int) -> None:
    number, said = next(SITES), list(GOOD.items())
    plan = [(chance.choice(said), f"09:{chance.randrange(60):02d}", chance.random() < 0.2) for _ in range(many)]
    states = []
    for shuffled in (False, True):
        site = Site(ledger, f"kinds {number} {shuffled}").build()
        about, tablet = publish(site), site.tablet()
        for (key, body), time, is_end in sorted(plan, key=lambda each: each[1]):
            name = "checklists.submit" if is_end else "checklists.sign" if key == "signature" else "checklists.answer"
            told = {} if is_end else {"item": f"every.{key}", **body}
            tablet.keep("lin", name, time, **about, **told)
        entries = list(tablet.kept)
        for each in chance.sample(entries, len(entries)) if shuffled else entries:
            tablet.send([each])
        tablet.send(entries)
        found = run(site).run
        states.append(
            [(line.given and (line.given.at, line.given.number, line.given.choice)) for line in found.lines] + [found.submitted_at]
        )
    assert states[0] == states[1]


@pytest.mark.clause("P2-4.4.2c")
def test_the_count_of_a_flat_is_held_against_its_inventory(site: Site) -> None:
    counted = EVERY | {"id": "check.counted", "items": [item("things", "quantity", expected="inventory")]}
    about = publish(site, counted)
    assert run(site, "check.counted").expected == {}  # nothing is written down yet
    for minute, (code, number) in enumerate((("vase", 2), ("lamp", 1), ("book", 3), ("vase", 4))):
        said = {"flat": site.id("A"), "code": code, "names": WORDS, "placing": WORDS, "expected": number}
        site.submit("stock.list_thing", when=at(f"07:{minute:02d}"), **said)
    found = run(site, "check.counted")
    assert found.expected == {"every.things": 8_000}
    assert found.about(found.run.lines[0]) == about | {"item": "every.things", "expected": "8"}
    assert [thing.code for thing in found.things] == ["book", "lamp", "vase"]
