"""Facts are read as an entry knew them: nothing that came in after it, and corrected by what had come in."""

import pytest

from tests.cast import Site, at
from webapp.base.database import db
from webapp.operations.knowing import Known, as_known
from webapp.operations.models import Receipt
from webapp.stock import queries as stock
from webapp.tours import queries as tours


def known_by(site: Site, entry_id: str) -> Known:
    row = db.session.get(Receipt, (site.project_id, entry_id))
    assert row
    return row.known


def guests(site: Site, by: Known | None, until: str = "23:59") -> list[int]:
    with as_known(by):
        return [each.guests for each in tours.parties(site.project_id, 0, at("23:59"), at(until))]


def arrives(site: Site, number: int) -> dict[str, object]:
    return {"flat": site.id("A"), "place": site.id("flat"), "item": site.id("covers"), "guests": number, "covers": number}


@pytest.mark.database
def test_what_came_in_after_an_entry_was_not_known_by_it(site: Site) -> None:
    first, second = site.tablet(1), site.tablet(2)
    early = first.keep("lin", "tours.arrive", "10:00", **arrives(site, 3))
    middle = first.keep("lin", "tours.arrive", "11:00", **arrives(site, 4))
    second.keep("he", "tours.arrive", "09:00", **arrives(site, 5))
    first.send()
    second.send(received_at=at("23:59") + 1)
    assert guests(site, None) == [4, 3, 5]
    assert guests(site, known_by(site, middle.id)) == [4, 3]
    assert guests(site, known_by(site, early.id)) == [3], "one batch is known in the order in which its tablet numbered it"


@pytest.mark.database
def test_a_figure_is_that_of_the_counts_and_legs_that_were_known(site: Site) -> None:
    tablet, other = site.tablet(1), site.tablet(2)
    there = {"item": site.id("covers"), "place": site.id("flat"), "state": "clean"}
    tablet.keep("lin", "stock.count", "09:00", **there, counted=60)
    party = tablet.keep("lin", "tours.arrive", "10:00", **arrives(site, 4))
    other.keep("he", "stock.count", "09:30", **there, counted=50)
    tablet.send(received_at=at("12:00"))
    other.send(received_at=at("12:01"))

    def clean() -> int:
        return stock.figure(site.project_id, site.id("flat"), site.id("covers"), "clean", at("12:00")).quantity

    with as_known(known_by(site, party.id)):
        assert clean() == 56_000
    assert clean() == 46_000


@pytest.mark.database
def test_a_correction_counts_from_when_it_was_known_however_late_it_was_made(site: Site) -> None:
    tablet = site.tablet(1)
    party = tablet.keep("lin", "tours.arrive", "10:00", **arrives(site, 3))
    tablet.send(received_at=at("12:00"))
    site.submit("tours.undo", author="chen", proof="session", when=at("15:00"), entry=party.id)
    assert guests(site, known_by(site, party.id), "13:00") == [3]
    assert guests(site, None, "13:00") == []
    found = tours.parties(site.project_id, 0, at("23:59"), at("13:00"))
    assert [each.guests for each in found] == [3], "a state is that of its instant"


@pytest.mark.database
def test_a_repair_is_not_known_before_it_came(site: Site) -> None:
    tablet = site.tablet(1)
    wrong = tablet.keep("lin", "tours.arrive", "10:00", **arrives(site, -3))
    party = tablet.keep("lin", "tours.arrive", "10:05", **arrives(site, 2))
    assert [each["outcome"] for each in tablet.send(received_at=at("12:00")).results] == ["refused", "applied"]
    site.ledger.submit(
        "tours.arrive", {name: str(value) for name, value in arrives(site, 3).items()}, project_id=site.project_id,
        author_id=site.person("chen"), proof="session", repairs=wrong.id, at=at("12:30"),
    )  # fmt: skip
    db.session.rollback()
    assert guests(site, None) == [2, 3]
    assert guests(site, known_by(site, party.id)) == [2]


@pytest.mark.database
def test_what_was_held_is_not_known_before_it_was_taken(site: Site) -> None:
    tablet = site.tablet(1)
    unknown = site.id("new flat")
    tablet.keep("lin", "tours.arrive", "10:00", **arrives(site, 3) | {"flat": unknown})
    party = tablet.keep("lin", "tours.arrive", "10:05", **arrives(site, 2))
    tablet.send(received_at=at("12:00"))
    assert guests(site, None) == [2]
    site.submit("sites.add_flat", unknown, when=at("13:00"), place=site.id("flat"), code="B", unit_type="B", title={"en": "B"})
    site.ledger.apply_held(site.project_id, at("13:01"))
    db.session.rollback()
    assert guests(site, None) == [2, 3]
    assert guests(site, known_by(site, party.id)) == [2]
