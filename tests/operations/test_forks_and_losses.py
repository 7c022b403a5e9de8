"""What the tablets learn of copies and losses: the number of the honest tablet stays its own, a loss is said once."""

import pytest

from tests.conftest import Rows
from tests.operations.pads import STRANGER, Pad, outcomes
from webapp.base import ids
from webapp.operations.entries import Entry
from webapp.operations.ledger import Ledger

pytestmark = pytest.mark.database


def lost(pad: Pad, seq: int) -> Entry:
    return Entry(id=ids.derived("lost", pad.tablet, pad.epoch, seq), seq=seq, lost="storage was cleared")


def test_a_copys_entries_sent_again_do_not_move_the_honest_tablet_on(book: Ledger, pad: Pad) -> None:
    shared = pad.keep()
    pad.send(book)
    copy = Pad(kept=[shared])
    pad.keep(text="ours 2")
    for number in (2, 3):
        copy.keep(text=f"theirs {number}")
    assert pad.send(book).acked_seq == 2
    for _again in range(2):
        assert outcomes(copy.send(book)) == ["duplicate", "fork", "fork"]
    pad.keep(text="ours 3")
    answer = pad.send(book)
    assert outcomes(answer) == ["duplicate", "duplicate", "applied"]
    assert answer.acked_seq == 3


def test_a_marker_of_loss_is_answered_by_its_number_only(book: Ledger, pad: Pad) -> None:
    """The tablet knows no id of it, and takes no answer that names ids it did not send."""
    pad.kept.append(lost(pad, 1))
    for said in ("lost", "duplicate"):
        result = pad.send(book).results[0]
        assert (result["seq"], result["outcome"], "id" in result) == (1, said, False)
    pad.kept.append(lost(pad, 2))
    pad.kept.append(lost(pad, 3))
    assert "id" not in pad.send(book, pad.kept[2:]).results[0]


def test_a_marker_of_loss_for_what_is_here_already_is_no_copied_tablet(book: Ledger, pad: Pad, rows: Rows) -> None:
    pad.keep()
    pad.keep()
    pad.send(book)
    answer = pad.send(book, [lost(pad, 1)])
    assert answer.results == [{"seq": 1, "outcome": "duplicate", "as": {"outcome": "lost"}}]
    assert rows.count("operations_receipt", outcome="lost") == 0
    assert answer.acked_seq == 2


def test_three_copies_of_one_tablet_all_get_through(book: Ledger, pad: Pad, rows: Rows) -> None:
    """The second copy shares its first own entry with the first, whose branch has gone further since."""
    shared = pad.keep()
    pad.send(book)
    copy = Pad(kept=[shared])
    pad.keep(text="ours 2")
    pad.send(book)
    copy.keep(text="theirs 2")
    second = Pad(kept=list(copy.kept))
    for number in (3, 4):
        copy.keep(text=f"theirs {number}")
        second.keep(text=f"the others' {number}")
    copy.send(book)
    assert outcomes(second.send(book)) == ["duplicate", "fork", "fork", "fork"]
    assert rows.count("notebook_note") == 1 + 1 + 3 + 2


def test_a_copys_held_and_refused_entries_tell_it_to_start_an_epoch_too(book: Ledger, pad: Pad) -> None:
    shared = pad.keep()
    copy = Pad(kept=[shared])
    pad.keep()
    pad.send(book)
    copy.keep(text="our fault")
    copy.keep("notebook.decide", author=STRANGER)
    first = copy.send(book)
    assert [(result["outcome"], result.get("new_epoch")) for result in first.results[1:]] == [("fork", 2), ("fork", 2)]
    assert copy.send(book).results[1:] == first.results[1:]
