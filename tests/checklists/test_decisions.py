"""Items that are given back, and runs that do not count."""

from typing import Any

import pytest

from tests.cast import Site, at
from tests.checklists.test_kinds import publish, run
from webapp.checklists.rules import Standing, standing
from webapp.operations.ledger import Outcome

pytestmark = pytest.mark.database

DAY = 86_400_000


def decide(site: Site, name: str, when: int, who: str = "chen", **said: Any) -> Outcome:
    about = {"version": site.id("check.every 1"), "place": site.id("flat"), "day": "2026-05-28"}
    return site.ledger.submit(
        name, about | said, project_id=site.project_id, author_id=site.person(who), proof="session", at=when
    )  # fmt: skip


@pytest.fixture
def answered(site: Site) -> dict[str, str]:
    about, tablet = publish(site), site.tablet()
    for key in ("tick", "text"):
        said = {"answer": "fail"} if key == "tick" else {"text": "無"}
        tablet.keep("lin", "checklists.answer", "09:00", item=f"every.{key}", **about, **said)
    tablet.send(received_at=at("09:01"))
    return about


@pytest.mark.clause("P2-4.1.3")
def test_what_is_returned_stands_open_with_its_word_until_it_is_answered_anew(site: Site, answered: dict[str, str]) -> None:
    done = decide(site, "checklists.return_items", at("10:00"), items=["every.tick", "every.text"], comment="重拍")
    assert done.outcome == "applied"
    found = run(site, until="10:01").run
    assert [(line.item["id"], line.returned and line.returned.comment) for line in found.returned] == [
        ("every.tick", "重拍"),
        ("every.text", "重拍"),
    ]
    assert {line.item["id"] for line in found.returned} <= {line.item["id"] for line in found.left}
    assert (found.done, found.failed) == (0, ())
    assert found.lines[0].stamp == at("10:00")
    tablet = site.tablet(2)
    tablet.keep("lin", "checklists.answer", "10:30", item="every.tick", answer="pass", **answered)
    tablet.send()
    assert [line.item["id"] for line in run(site, until="10:31").run.returned] == ["every.text"]


def test_an_answer_from_before_the_return_that_comes_late_does_not_settle_it(site: Site, answered: dict[str, str]) -> None:
    decide(site, "checklists.return_items", at("10:00"), items=["every.tick"], comment="重拍")
    tablet = site.tablet(2)
    tablet.keep("he", "checklists.answer", "09:30", item="every.tick", answer="pass", **answered)
    tablet.send(received_at=at("11:00"))
    assert [line.item["id"] for line in run(site).run.returned] == ["every.tick"]


def test_a_run_may_be_returned_on_a_later_day(site: Site, answered: dict[str, str]) -> None:
    decide(site, "checklists.return_items", at("10:00") + DAY, items=["every.tick"], comment="重拍")
    assert len(run(site).run.returned) == 1


def test_a_voided_run_says_why_and_keeps_its_answers(site: Site, answered: dict[str, str]) -> None:
    decide(site, "checklists.void", at("10:00"), reason="測試時填")
    found = run(site)
    assert (found.run.voided, found.run.done) == ("測試時填", 2)
    assert standing(found.run, found.window, at("23:00"), is_heard_out=True) is Standing.VOIDED


@pytest.mark.parametrize("who", ["lin", "zhou", "stranger"])
@pytest.mark.parametrize("name", ["checklists.return_items", "checklists.void"])
def test_only_who_manages_the_site_decides(site: Site, answered: dict[str, str], name: str, who: str) -> None:
    said = {"reason": "x"} if name.endswith("void") else {"items": ["every.tick"], "comment": "x"}
    assert decide(site, name, at("10:00"), who, **said).outcome == "refused"
    assert run(site).run.returned == ()
    assert run(site).run.voided is None


def test_a_return_wants_items_and_a_word(site: Site, answered: dict[str, str]) -> None:
    outcome = decide(site, "checklists.return_items", at("10:00"), items=[], comment=" ")
    assert (outcome.outcome, outcome.errors) == ("refused", {"items": "required", "comment": "required"})
