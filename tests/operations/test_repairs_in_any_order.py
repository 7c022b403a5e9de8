"""A repair comes out the same whether it arrives with what it mends, after it, or before it."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.conftest import Rows
from tests.operations.notebook import Shelf
from tests.operations.pads import ELSEWHERE, HE, LIN, PROJECT, START, STRANGER, Pad, outcomes
from webapp.base import ids
from webapp.base.database import db
from webapp.operations.ledger import Ledger

pytestmark = pytest.mark.database


def note() -> sa.Row[tuple[object, ...]]:
    with db.engine.connect() as connection:
        return connection.execute(sa.text("select effective_at, text from notebook_note")).one()


@pytest.mark.parametrize("together", [True, False])
def test_a_strangers_decision_can_be_mended_in_the_batch_that_brought_it(
    book: Ledger, pad: Pad, rows: Rows, together: bool
) -> None:
    bad = pad.keep("notebook.decide", author=STRANGER)
    mended = pad.keep(text="mended", repairs=bad.id)
    batches = [[bad, mended]] if together else [[bad], [mended]]
    said = [outcome for batch in batches for outcome in outcomes(pad.send(book, batch))]
    assert said == ["refused", "applied"]
    assert rows.count("notebook_note", author_id=STRANGER, text="mended") == 1


@pytest.mark.parametrize("together", [True, False])
def test_a_reference_of_another_project_can_be_mended_in_the_batch_that_brought_it(
    book: Ledger, pad: Pad, rows: Rows, together: bool
) -> None:
    shelf = ids.derived("test", "shelf", ELSEWHERE)
    with db.engine.begin() as connection:
        connection.execute(Shelf.__table__.insert(), [{"id": shelf, "project_id": ELSEWHERE, "name": "s"}])
    bad = pad.keep(shelf=shelf)
    mended = pad.keep(text="mended", repairs=bad.id)
    batches = [[bad, mended]] if together else [[bad], [mended]]
    said = [outcome for batch in batches for outcome in outcomes(pad.send(book, batch))]
    assert said == ["refused", "applied"]
    assert rows.count("notebook_note", text="mended") == 1


def test_a_repair_that_came_before_its_original_takes_its_author_and_time_later(book: Ledger, rows: Rows) -> None:
    one, two = Pad(1), Pad(2)
    bad = one.keep(text="x" * 41, author=HE)
    two.keep(text="mended", repairs=bad.id, at=START + 500_000)
    assert two.send(book).results[0]["reason"] == "unknown_reference"
    assert book.apply_held(PROJECT) == 0
    one.send(book)
    book.apply_held(PROJECT)
    assert tuple(note()) == (START + 1000, "mended")
    assert rows.count("notebook_note", author_id=HE) == 1


@pytest.mark.parametrize("lesser_held", [True, False])
def test_of_two_repairs_the_least_counts_though_one_was_held(book: Ledger, rows: Rows, lesser_held: bool) -> None:
    one, two, three = Pad(1), Pad(2), Pad(3)
    bad = one.keep(text="x" * 41)
    early = two.keep(text="early", repairs=bad.id, id=ids.uuid7(START if lesser_held else START + 9))
    two.send(book)
    one.send(book)
    three.keep(text="late", repairs=bad.id, id=ids.uuid7(START + 5))
    three.send(book)
    book.apply_held(PROJECT)
    assert note().text == ("early" if lesser_held else "late")
    assert rows.count("operations_receipt", flags="superseded") == 1
    assert rows.count("operations_receipt", id=early.id, outcome="applied") == 1


def test_a_repair_of_something_that_was_not_refused_is_refused_later_too(book: Ledger, rows: Rows) -> None:
    one, two = Pad(1), Pad(2)
    good = one.keep()
    wrong = replace(two.keep(repairs=good.id), author=LIN)
    two.send(book, [wrong])
    one.send(book)
    book.apply_held(PROJECT)
    assert rows.count("operations_receipt", id=wrong.id, outcome="refused") == 1
    assert rows.count("notebook_note") == 1


def test_a_repair_that_does_not_count_keeps_its_other_flags(book: Ledger, rows: Rows) -> None:
    one, two, three = Pad(1), Pad(2), Pad(3)
    bad = one.keep(text="x" * 41)
    one.send(book)
    for number, pad in enumerate((two, three), 1):
        pad.keep(repairs=bad.id, id=ids.uuid7(START - number), offset=None)
        pad.send(book)
    assert rows.count("operations_receipt", flags="time_wrong superseded") == 1
    assert rows.count("operations_receipt", flags="time_wrong") == 1


@pytest.mark.parametrize("chain_first", [True, False])
@pytest.mark.parametrize("together", [True, False])
def test_a_repair_of_a_repair_and_a_second_one_of_the_first_entry_leave_one_fact(
    book: Ledger, rows: Rows, chain_first: bool, together: bool
) -> None:
    one, two = Pad(1), Pad(2)
    bad = one.keep(text="x" * 41)
    worse = one.keep(text="y" * 41, repairs=bad.id)
    one.send(book)
    chain = {"text": "chain", "repairs": worse.id, "id": ids.uuid7(START)}
    direct = {"text": "direct", "repairs": bad.id, "id": ids.uuid7(START + 9)}
    pair = [two.keep(**each) for each in ((chain, direct) if chain_first else (direct, chain))]
    for batch in [pair] if together else [[each] for each in pair]:
        assert outcomes(two.send(book, batch)) == ["applied"] * len(batch)
    assert rows.count("notebook_note") == rows.count("notebook_note", text="chain", operation_id=bad.id) == 1
    assert rows.count("operations_receipt", flags="superseded") == 1


def test_a_repair_of_a_repair_that_was_held_gives_way_too(book: Ledger, rows: Rows) -> None:
    one, two, three = Pad(1), Pad(2), Pad(3)
    bad = one.keep(text="x" * 41)
    worse = one.keep(text="y" * 41, repairs=bad.id)
    two.keep(text="chain", repairs=worse.id, id=ids.uuid7(START + 9))
    two.send(book)
    one.send(book)
    book.apply_held(PROJECT)
    three.keep(text="direct", repairs=bad.id, id=ids.uuid7(START))
    assert outcomes(three.send(book)) == ["applied"]
    assert rows.count("notebook_note") == rows.count("notebook_note", text="direct", operation_id=bad.id) == 1


HOUR = 3_600_000


@pytest.mark.parametrize("first", ["original", "repair", "together"])
def test_the_time_that_a_repair_says_is_the_time_that_counts(book: Ledger, rows: Rows, first: str) -> None:
    """Somebody typed a time to come; it is mended a day later, for three hours before it was typed."""
    pad = Pad(1)
    bad = pad.keep(when=str(START + HOUR))
    pad.keep(at=START + 24 * HOUR, text="mended", repairs=bad.id, when=str(bad.happened_at - 3 * HOUR))
    if first == "repair":
        other = Pad(2)
        other.keep(at=START + 24 * HOUR, text="mended", repairs=bad.id, when=str(bad.happened_at - 3 * HOUR))
        assert other.send(book, at=START + 25 * HOUR).results[0]["reason"] == "unknown_reference"
        pad.send(book, [bad], at=START + 25 * HOUR)
        book.apply_held(PROJECT)
    else:
        for batch in [pad.kept] if first == "together" else [[each] for each in pad.kept]:
            pad.send(book, batch, at=START + 25 * HOUR)
    assert tuple(note()) == (bad.happened_at - 3 * HOUR, "mended")
    assert rows.count("operations_receipt", outcome="applied", flags="back_dated") == 1


@pytest.mark.parametrize(
    ("shift", "outcome"), [(0, "applied"), (1, "refused"), (-48 * HOUR, "applied"), (-48 * HOUR - 1, "refused")]
)
def test_a_repair_is_dated_within_the_bounds_of_what_it_mends(book: Ledger, rows: Rows, shift: int, outcome: str) -> None:
    """Whenever it is said: not after the first was captured, at most 48 hours before that; refused, it mends nothing yet."""
    pad = Pad(1)
    bad = pad.keep(when=str(START + HOUR))
    pad.keep(at=START + 60 * HOUR, repairs=bad.id, when=str(bad.happened_at + shift))
    answer = pad.send(book, at=START + 61 * HOUR)
    assert [each["outcome"] for each in answer.results] == ["refused", outcome]
    assert answer.results[1].get("errors") == ({"when": "when"} if outcome == "refused" else None)
    assert rows.count("notebook_note") == (outcome == "applied")


@pytest.mark.parametrize("earlier_first", [True, False])
def test_of_two_repairs_with_times_of_their_own_the_earlier_counts(book: Ledger, rows: Rows, earlier_first: bool) -> None:
    one, two = Pad(1), Pad(2)
    bad = one.keep(text="x" * 41)
    one.send(book)
    said = [("late", 1, START), ("early", 2, START + 9)]
    for text, hours, made in reversed(said) if earlier_first else said:
        two.keep(text=text, repairs=bad.id, id=ids.uuid7(made), when=str(bad.happened_at - hours * HOUR))
        two.send(book)
    assert tuple(note()) == (bad.happened_at - 2 * HOUR, "early")
    assert rows.count("operations_receipt", flags="back_dated superseded") == 1
