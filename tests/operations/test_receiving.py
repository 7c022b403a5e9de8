"""A tablet's batch at the ledger: once, in order, and nothing that was typed is dropped."""

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.conftest import Rows
from tests.operations.pads import ELSEWHERE, NOBODY, PROJECT, START, STRANGER, Pad, outcomes
from webapp.base import ids
from webapp.base.database import db
from webapp.operations.entries import Entry
from webapp.operations.ledger import Ledger
from webapp.operations.models import Receipt

pytestmark = pytest.mark.database


def receipt(entry_id: str) -> sa.Row[tuple[object, ...]]:
    with db.engine.connect() as connection:
        return connection.execute(sa.select(Receipt.__table__).where(Receipt.id == entry_id)).one()


def test_what_is_sent_twice_is_there_once(book: Ledger, pad: Pad, rows: Rows) -> None:
    pad.keep()
    pad.keep()
    first = pad.send(book)
    second = pad.send(book)
    assert outcomes(first) == ["applied", "applied"]
    assert outcomes(second) == ["duplicate", "duplicate"]
    assert second.results[0]["as"] == {"outcome": "applied"}
    assert (first.acked_seq, second.acked_seq) == (2, 2)
    assert rows.count("notebook_note") == 2


def test_an_entry_twice_in_one_batch_is_there_once(book: Ledger, pad: Pad, rows: Rows) -> None:
    entry = pad.keep()
    assert outcomes(pad.send(book, [entry, entry])) == ["applied", "duplicate"]
    assert rows.count("notebook_note") == 1


def test_a_batch_out_of_order_is_taken_in_order(book: Ledger, pad: Pad) -> None:
    first, second = pad.keep(), pad.keep()
    answer = pad.send(book, [second, first])
    assert [(r["seq"], r["outcome"]) for r in answer.results] == [(2, "applied"), (1, "applied")]


def test_a_gap_asks_for_what_is_missing_and_keeps_nothing(book: Ledger, pad: Pad, rows: Rows) -> None:
    pad.keep()
    late = pad.keep()
    answer = pad.send(book, [late])
    assert answer.results[0] == {"id": late.id, "seq": 2, "outcome": "gap", "send_from": 1}
    assert answer.acked_seq == 0
    assert rows.count("operations_receipt") == 0
    assert outcomes(pad.send(book)) == ["applied", "applied"]


def test_bad_input_is_refused_by_field_and_leaves_no_row(book: Ledger, pad: Pad, rows: Rows) -> None:
    entry = pad.keep(text="x" * 41, count="many")
    answer = pad.send(book)
    assert answer.results[0]["outcome"] == "refused"
    assert answer.results[0]["errors"] == {"text": "too_long", "count": "not_a_number"}
    assert answer.acked_seq == 1
    assert rows.count("notebook_note") == 0
    assert receipt(entry.id).raw == entry.body


@pytest.mark.parametrize("body", ["", "[]", "{", '"text"', "[" * 9000, '{"text": "a\\ud800"}'])
def test_a_body_that_cannot_be_read_is_kept_as_it_came(book: Ledger, pad: Pad, body: str) -> None:
    entry = pad.keep(body=body)
    assert pad.send(book).results[0]["outcome"] in {"refused", "applied"}
    assert receipt(entry.id).raw == body


def test_a_text_that_no_database_holds_is_kept_readable(book: Ledger, pad: Pad) -> None:
    entry = pad.keep(body='{"text": "a\0b"}')
    assert pad.send(book).results[0]["outcome"] == "refused"
    assert receipt(entry.id).raw == '{"text": "a\ufffdb"}'


def test_a_newer_kind_is_held_with_its_text(book: Ledger, pad: Pad) -> None:
    unknown, newer = pad.keep("notebook.sing"), pad.keep(version=9)
    answer = pad.send(book)
    assert [(r["outcome"], r["reason"]) for r in answer.results] == [("held", "newer"), ("held", "newer")]
    assert (receipt(unknown.id).raw, receipt(newer.id).raw) == (unknown.body, newer.body)


def test_a_reference_of_another_project_is_refused(book: Ledger, pad: Pad) -> None:
    shelf = _shelf(ELSEWHERE)
    pad.keep(shelf=shelf)
    assert pad.send(book).results[0]["errors"] == {"shelf": "other_project"}


def test_a_reference_not_known_here_is_held_until_it_comes(book: Ledger, pad: Pad, rows: Rows) -> None:
    shelf = ids.derived("test", "shelf", PROJECT)
    entry = pad.keep(shelf=shelf)
    assert pad.send(book).results[0] == {"id": entry.id, "seq": 1, "outcome": "held", "reason": "unknown_reference"}
    _shelf(PROJECT)
    assert book.apply_held(PROJECT) == 1
    assert rows.count("notebook_note", shelf_id=shelf) == 1
    answer = pad.send(book, [])
    assert answer.updates == [{"no": 1, "id": entry.id, "outcome": "applied"}]
    assert pad.send(book, [], updates_seen=1).updates == []
    assert book.apply_held(PROJECT) == 0


def test_a_fault_of_ours_holds_one_entry_and_lets_the_others_through(book: Ledger, pad: Pad, rows: Rows) -> None:
    pad.keep()
    pad.keep(text="our fault")
    pad.keep()
    answer = pad.send(book)
    assert outcomes(answer) == ["applied", "held", "applied"]
    assert answer.results[1]["reason"] == "fault"
    assert len(answer.results[1]["fault"]) == 8
    assert answer.acked_seq == 3
    assert rows.count("notebook_note") == 2


def test_a_row_the_database_objects_to_is_found_by_halving(book: Ledger, pad: Pad, rows: Rows) -> None:
    for number in range(20):
        pad.keep("notebook.sign", text="refused by the database" if number in {3, 4, 17} else f"note {number}")
    answer = pad.send(book)
    assert [n for n, outcome in enumerate(outcomes(answer)) if outcome == "held"] == [3, 4, 17]
    assert rows.count("notebook_note") == 17
    assert answer.acked_seq == 20


def test_the_same_id_with_another_content_waits_for_a_person(book: Ledger, pad: Pad, rows: Rows) -> None:
    entry = pad.keep()
    pad.send(book)
    other = pad.entry(seq=1, text="other")
    changed = replace(entry, body=other.body, digest=other.digest)
    for _again in range(2):
        answer = pad.send(book, [changed])
        assert answer.results[0]["outcome"] == "quarantined"
        assert answer.results[0]["reason"] == "id_reused"
    assert rows.count("notebook_note") == 1
    assert rows.count("operations_receipt", outcome="quarantined") == 1


def test_a_body_that_is_not_what_was_digested_waits_for_a_person(book: Ledger, pad: Pad, rows: Rows) -> None:
    pad.keep(digest="0" * 64)
    answer = pad.send(book)
    assert (answer.results[0]["outcome"], answer.results[0]["reason"]) == ("quarantined", "digest")
    assert (answer.acked_seq, rows.count("notebook_note")) == (1, 0)


def test_a_copied_tablet_loses_nothing_and_gets_an_epoch_of_its_own(book: Ledger, pad: Pad, rows: Rows) -> None:
    shared = pad.keep()
    pad.send(book)
    copy = Pad(kept=[shared])
    ours = [pad.keep(text="ours 2"), pad.keep(text="ours 3")]
    theirs = [copy.keep(text="theirs 2"), copy.keep(text="theirs 3")]
    assert outcomes(pad.send(book)) == ["duplicate", "applied", "applied"]
    forked = copy.send(book)
    assert outcomes(forked) == ["duplicate", "fork", "fork"]
    assert forked.results[1]["new_epoch"] == 2
    assert forked.results[1]["as"] == {"outcome": "applied", "flags": ["fork"]}
    assert forked.acked_seq == 3
    assert outcomes(copy.send(book)) == ["duplicate", "fork", "fork"]
    later = copy.keep(text="theirs 4")
    assert copy.send(book, [later]).results[0]["outcome"] in {"fork", "applied"}
    assert rows.count("notebook_note") == 1 + len(ours) + len(theirs) + 1


def test_a_lost_entry_is_counted_and_lets_the_next_through(book: Ledger, pad: Pad, rows: Rows) -> None:
    pad.keep()
    pad.kept.append(Entry(id=ids.derived("lost", pad.tablet, 1, 2), seq=2, lost="storage was cleared"))
    pad.keep()
    answer = pad.send(book)
    assert outcomes(answer) == ["applied", "lost", "applied"]
    assert answer.acked_seq == 3
    assert outcomes(pad.send(book)) == ["duplicate"] * 3
    assert rows.count("operations_receipt", outcome="lost") == 1


def test_an_entry_that_failed_alone_five_times_is_held_without_applying(book: Ledger, pad: Pad, rows: Rows) -> None:
    pad.keep(attempts=5)
    answer = pad.send(book)
    assert (answer.results[0]["outcome"], answer.results[0]["reason"]) == ("held", "attempts")
    assert (answer.acked_seq, rows.count("notebook_note")) == (1, 0)


@pytest.mark.parametrize(("author", "flag"), [(STRANGER, "no_membership"), (NOBODY, "author_unknown"), (None, "author_unknown")])
def test_a_strangers_fact_is_applied_and_flagged(book: Ledger, pad: Pad, rows: Rows, author: str | None, flag: str) -> None:
    pad.keep(author=author)
    assert pad.send(book).results[0]["flags"] == [flag]
    assert rows.count("notebook_note") == 1


def test_a_strangers_decision_is_refused(book: Ledger, pad: Pad, rows: Rows) -> None:
    pad.keep("notebook.decide", author=STRANGER)
    assert pad.send(book).results[0]["errors"] == {"": "no_membership"}
    assert rows.count("notebook_note") == 0


@pytest.mark.parametrize(
    ("proof", "flags"),
    [
        ("pin-offline", None),
        ("post", ["weak_proof"]),
        ("session", ["proof_unverified", "weak_proof"]),
        ("system", ["proof_unverified", "weak_proof"]),
    ],
)
def test_a_proof_that_a_tablet_cannot_have_is_not_believed(book: Ledger, pad: Pad, proof: str, flags: list[str] | None) -> None:
    pad.keep("notebook.sign", proof=proof)
    assert pad.send(book).results[0].get("flags") == flags


def test_a_repair_keeps_the_author_and_time_of_what_it_mends(book: Ledger, pad: Pad, rows: Rows) -> None:
    bad = pad.keep(text="x" * 41)
    pad.keep(text="mended", repairs=bad.id, author=NOBODY, at=START + 500_000)
    assert outcomes(pad.send(book)) == ["refused", "applied"]
    with db.engine.connect() as connection:
        note = connection.execute(sa.text("select effective_at, text from notebook_note")).one()
    assert tuple(note) == (START + 1000, "mended")
    assert rows.count("notebook_note", author_id=bad.author) == 1


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("lesser_first", [True, False])
def test_of_two_repairs_the_least_counts(book: Ledger, rows: Rows, together: bool, lesser_first: bool) -> None:
    pad, other = Pad(1), Pad(2)
    bad = pad.keep(text="x" * 41)
    pad.send(book)
    lesser = other.entry(seq=1, text="lesser", repairs=bad.id, id=ids.uuid7(START))
    greater = other.entry(seq=1, text="greater", repairs=bad.id, id=ids.uuid7(START + 9))
    pair = [lesser, greater] if lesser_first else [greater, lesser]
    entries = [replace(entry, seq=n) for n, entry in enumerate(pair, 1)]
    if together:
        other.send(book, entries)
    else:
        for entry in entries:
            other.send(book, [entry])
    assert rows.count("notebook_note") == rows.count("notebook_note", text="lesser") == 1
    assert rows.count("operations_receipt", flags="superseded") == 1


def test_what_was_not_refused_cannot_be_mended(book: Ledger, pad: Pad, rows: Rows) -> None:
    good = pad.keep()
    pad.keep(repairs=good.id)
    answer = pad.send(book)
    assert answer.results[1]["errors"] == {"": "not_refused"}
    assert rows.count("notebook_note") == 1


def test_two_tablets_do_not_stand_in_each_others_line(book: Ledger, rows: Rows) -> None:
    one, two = Pad(1), Pad(2)
    one.keep()
    two.keep()
    assert one.send(book).acked_seq == two.send(book).acked_seq == 1
    assert rows.count("notebook_note") == 2


def test_a_batch_raises_the_revision_of_what_it_changed_once(book: Ledger, pad: Pad) -> None:
    pad.keep()
    pad.keep()
    pad.send(book)
    with db.engine.connect() as connection:
        found = connection.execute(sa.text("select family, no from operations_revision order by family")).all()
    assert [tuple(row) for row in found] == [("notebook", 1), ("operations", 1)]


def test_a_back_dated_entry_counts_when_it_was(book: Ledger, pad: Pad) -> None:
    entry = pad.keep(when=str(START - 3_600_000))
    answer = pad.send(book)
    assert answer.results[0]["flags"] == ["back_dated"]
    assert receipt(entry.id).effective_at == START - 3_600_000


def test_back_dating_beyond_two_days_is_refused(book: Ledger, pad: Pad) -> None:
    pad.keep(when=str(START - 49 * 3_600_000))
    assert pad.send(book).results[0]["errors"] == {"when": "when"}


def test_the_detail_of_a_receipt_is_what_was_answered(book: Ledger, pad: Pad) -> None:
    entry = pad.keep(text="")
    pad.send(book)
    assert json.loads(str(receipt(entry.id).detail)) == {"errors": {"text": "required"}}


def _shelf(project: str) -> str:
    shelf = ids.derived("test", "shelf", project)
    with db.engine.begin() as connection:
        connection.execute(
            sa.text("insert into notebook_shelf (id, project_id, name) values (:id, :p, 's')"),
            {"id": _stored(shelf), "p": _stored(project)},
        )
    return shelf


def _stored(value: str) -> str:
    return value.replace("-", "") if db.engine.dialect.name == "sqlite" else value
