"""What a tablet tells of itself: shown, bounded, and never in the way of an entry."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.operations.pads import START, Pad
from webapp.base.database import db
from webapp.operations.entries import Batch, read_batch
from webapp.operations.ledger import Ledger
from webapp.operations.models import Head


def told(pad: Pad, about: object) -> str:
    request = {"protocol": 1, "nonce": "nonce-12", "tablet": pad.tablet, "epoch": 1, "high_seq": 0, "entries": []}
    return read_batch(request | {"about": about}, pad.source).about


@pytest.mark.parametrize(
    ("about", "kept"),
    [
        ({"oldest": START, "usage": 7, "quota": 9, "persisted": False, "offset": -5, "unsaved": 2},
         f'{{"offset":-5,"oldest":{START},"persisted":false,"quota":9,"unsaved":2,"usage":7}}'),
        ({"usage": 7, "mood": "good"}, '{"usage":7}'),
        ({"usage": -1, "quota": "9", "oldest": 2**60, "offset": True, "persisted": 1}, ""),
        ({}, ""), (None, ""), ("much", ""), ([1], ""),
    ],
)  # fmt: skip
def test_only_what_can_be_read_is_kept(pad: Pad, about: object, kept: str) -> None:
    assert told(pad, about) == kept


@pytest.mark.database
def test_what_was_told_last_stays_until_more_is_told(book: Ledger, pad: Pad) -> None:
    pad.keep()
    pad.send(book)
    heartbeat = Batch(1, (), "nonce-12", 1, "b", 0)
    book.receive(pad.source, replace(heartbeat, about='{"usage":7}'), START + 4_000_000)
    pad.keep()
    pad.send(book, at=START + 5_000_000)
    with db.engine.connect() as connection:
        row = connection.execute(sa.select(Head).where(Head.tablet_id == pad.tablet)).one()
    assert (row.about, row.about_at, row.acked_seq, row.seen_at) == ('{"usage":7}', START + 4_000_000, 2, START + 5_000_000)
