"""What a party wanted care for is forgotten 30 days after; that it wanted some is kept (guideline N10)."""

import random

import pytest
import sqlalchemy as sa

from tests.cast import Site, at
from webapp.base import clock
from webapp.base.database import db
from webapp.operations.models import Receipt
from webapp.tours import queries as tours
from webapp.tours.jobs import forget_cares
from webapp.tours.models import Care
from webapp.tours.rules import CARED, KEPT_WITHIN, Cared, reduced

LATER = at("12:00") + KEPT_WITHIN


def cared(when: int, party: str, need: str, answer: str) -> Cared:
    return Cared((when, 1, 1, when, f"entry {when}", 0), party, need, answer)


TOLD = [cared(1, "p", "elder", "yes"), cared(2, "p", "elder", "no"), cared(3, "p", "child", "no"), cared(4, "q", "child", "no")]


def shape(found: list[Cared]) -> list[tuple[int, str, str, str]]:
    return [(each.order[0], each.party, each.need, each.answer) for each in found]


@pytest.mark.clause("P2-4.4.3c")
def test_only_whether_anybody_wanted_care_is_left() -> None:
    assert shape(reduced(TOLD, 10 + KEPT_WITHIN)) == [(1, "p", CARED, "yes"), (4, "q", CARED, "no")]


def test_what_is_younger_stays_as_it_was_told() -> None:
    assert reduced(TOLD, KEPT_WITHIN) == TOLD
    assert shape(reduced(TOLD, 2 + KEPT_WITHIN)) == [(1, "p", CARED, "yes"), (3, "p", "child", "no"), (4, "q", "child", "no")]


def test_it_comes_to_the_same_whichever_entry_came_late_and_however_often_it_was_reduced() -> None:
    whole, chance = reduced(TOLD, 10 + KEPT_WITHIN), random.Random(7)
    for _ in range(50):
        left: list[Cared] = []
        for each in chance.sample(TOLD, len(TOLD)):
            left = reduced([*left, each], 10 + KEPT_WITHIN)
        assert shape(left) == shape(whole)


def tell(site: Site) -> None:
    tablet = site.tablet()
    for need, answer, when in (("elder", "yes", "10:00"), ("child", "yes", "10:01"), ("elder", "no", "10:05")):
        tablet.keep("lin", "tours.care", when, party=site.id("a party"), need=need, answer=answer)
    assert {each["outcome"] for each in tablet.send().results} == {"applied"}


def forget(when: int) -> None:
    from webapp.jobs.declarations import Turn

    with db.engine.connect().execution_options(threshold_writes=True) as connection:
        while forget_cares(Turn(connection, {}, when)):
            pass
        connection.commit()
    db.session.rollback()


def rows(model: type[Care] | type[Receipt], *columns: str) -> list[tuple[object, ...]]:
    found = db.session.execute(sa.select(*(getattr(model, name) for name in columns))).all()
    db.session.rollback()
    return [tuple(row) for row in found]


@pytest.mark.database
def test_the_worker_reduces_the_facts_and_the_entries_they_came_from(site: Site) -> None:
    tell(site)
    forget(LATER - clock.DAY)
    assert len(rows(Care, "need")) == 3
    before = tours.digest(site.project_id, LATER)["cares"]
    db.session.rollback()
    forget(LATER)
    assert rows(Care, "need", "answer") == [(CARED, "yes")]
    assert not [raw for (raw,) in rows(Receipt, "raw") if "elder" in str(raw) or "child" in str(raw)]
    assert tours.digest(site.project_id, LATER)["cares"] == before
    assert tours.accounts(site.project_id, [site.id("a party")], LATER)[site.id("a party")].needs == (CARED,)
    db.session.rollback()


@pytest.mark.database
def test_what_comes_again_after_that_is_still_known_and_what_comes_late_is_reduced_too(site: Site) -> None:
    tell(site)
    forget(LATER)
    tablet = site.tablet()
    for need, answer, when in (("elder", "yes", "10:00"), ("child", "yes", "10:01"), ("elder", "no", "10:05")):
        tablet.keep("lin", "tours.care", when, party=site.id("a party"), need=need, answer=answer)
    late = tablet.keep("lin", "tours.care", "09:30", party=site.id("a party"), need="step_free", answer="no")
    assert [each["outcome"] for each in tablet.send([late], LATER).results] == ["applied"]
    forget(LATER + 1)
    assert rows(Care, "need", "answer") == [(CARED, "yes")]
    assert tours.digest(site.project_id, LATER)["cares"] == [
        {"answer": "yes", "at": at("10:00"), "author": site.person("lin"), "need": CARED, "party": site.id("a party")}
    ]
    db.session.rollback()
