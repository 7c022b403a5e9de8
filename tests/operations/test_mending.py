"""A repair stands in the place of what it mends: its author, its time, its number and its id."""

import pytest

from tests.cast import Site
from tests.conftest import Rows
from tests.operations.pads import HE, PROJECT, Pad, outcomes
from webapp.base import ids
from webapp.operations.ledger import Ledger
from webapp.tours import queries as tours

pytestmark = pytest.mark.database


def test_a_mended_party_is_the_one_that_was_seen_off(site: Site) -> None:
    tablet = site.tablet()
    where = {"flat": site.id("A"), "place": site.id("flat")}
    bad = tablet.keep("lin", "tours.arrive", "10:00", guests=999, **where)
    tablet.keep("lin", "tours.see_off", "10:20", party=bad.id)
    good = tablet.keep("he", "tours.arrive", "11:00", guests=9, **where)
    good.repairs = bad.id
    assert outcomes(tablet.send()) == ["refused", "applied", "applied"]
    (party,) = tours.parties(site.project_id, 0, 2**50, 2**50)
    assert (party.id, party.guests, party.author_id) == (bad.id, 9, site.person("lin"))
    assert party.arrived_at == bad.happened_at
    assert party.seen_off is not None
    assert tours.without_beginning(site.project_id, 0, 2**50) == []


@pytest.mark.parametrize("is_held", [False, True])
def test_whoever_mends_what_another_recorded_is_somebody_we_know(book: Ledger, rows: Rows, is_held: bool) -> None:
    """He is judged by his own memberships: those of the first author were read in their place."""
    pad, other = Pad(1), Pad(2)
    bad = pad.keep(text="x" * 41)
    other.keep(text="mended", repairs=bad.id, author=HE)
    for each in (other, pad) if is_held else (pad, other):
        each.send(book)
    book.apply_held(PROJECT)
    assert rows.count("operations_receipt", outcome="applied", flags="") == 1


def test_a_repair_of_a_repair_mends_the_first(book: Ledger, pad: Pad, rows: Rows) -> None:
    bad = pad.keep(text="x" * 41)
    worse = pad.keep(text="y" * 41, repairs=bad.id)
    pad.keep(text="good", repairs=worse.id, id=ids.uuid7(0))
    pad.keep(text="later", repairs=bad.id)
    assert outcomes(pad.send(book)) == ["refused", "refused", "applied", "applied"]
    assert rows.count("notebook_note") == rows.count("notebook_note", operation_id=bad.id, text="good") == 1


def test_a_repair_that_comes_before_what_it_mends_waits_for_it(book: Ledger, rows: Rows) -> None:
    pad, other = Pad(1), Pad(2)
    bad = pad.keep(text="x" * 41)
    other.keep(text="mended", repairs=bad.id)
    assert other.send(book).results[0]["reason"] == "unknown_reference"
    pad.send(book)
    assert rows.count("notebook_note", operation_id=bad.id, text="mended") == 1
    assert other.send(book, []).updates == [{"no": 1, "id": other.kept[0].id, "outcome": "applied"}]
    assert book.apply_held(PROJECT) == 0


def test_what_is_nested_in_a_field_is_read_as_its_text(book: Ledger, pad: Pad, rows: Rows) -> None:
    pad.keep(body='{"text": {"a": 1}}')
    pad.send(book)
    assert rows.count("notebook_note", text='{"a": 1}') == 1
