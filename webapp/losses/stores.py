"""Which number a tablet's next store counts under, when its own is gone.

A file of its own, for the number is given before there is an entry: it is reserved in a head's row, not by an operation.
"""

import sqlalchemy as sa

from webapp.base import ids
from webapp.base.database import db, writing
from webapp.losses.rules import Reached, next_epoch
from webapp.operations.ledger import the_ledger
from webapp.operations.models import Head
from webapp.operations.rules import SYSTEM
from webapp.operations.work import upsert
from webapp.tablets.enrolment import FIRST_EPOCH
from webapp.tablets.queries import TabletRow

_heads: sa.Table = Head.__table__  # type: ignore[assignment]


def begin(tablet: TabletRow, reached: Reached | None, at: int) -> int:
    """The epoch of the store that a tablet begins because it found none; what the one before had not sent is then known as missing.

    Asking again gives the same until the first entry has come. `reached`: how far the last store had come, where that is known.
    """
    db.session.rollback()
    with db.engine.connect() as connection:
        rows = connection.execute(sa.select(_heads).where(_heads.c.tablet_id == tablet.id)).all()
    own = [row for row in rows if not row.branch]
    used = {row.epoch for row in own if row.seen_at} | ({reached.epoch} if reached and reached.seq else set())
    if not used:  # enrolled, but its store was never made
        return FIRST_EPOCH
    last = max(used)
    told = reached if reached and reached.epoch == last else None
    if told and told.seq == 0 and all(row.high_seq == 0 for row in own if row.epoch == last):
        return last
    began = next_epoch(sorted(used), [row.epoch for row in own], [row.new_epoch for row in rows if row.new_epoch])
    for epoch in (last, began):
        _reserve(tablet, epoch)
    body = {"tablet": tablet.id, "gone": str(last), "began": str(began)}
    known = {"reached": str(told.seq), "reached_at": str(told.at)} if told else {}
    the_ledger().submit(
        "losses.begin_store", body | known, project_id=tablet.project_id, author_id=None, proof=SYSTEM,
        entry_id=ids.derived("store", tablet.id, began), at=at,
    )  # fmt: skip
    return began


def _reserve(tablet: TabletRow, epoch: int) -> None:
    """So that a copied tablet is never told to begin the same epoch."""
    fresh = {"acked_seq": 0, "good_at": 0, "high_seq": 0, "update_no": 0, "seen_at": 0, "build": ""}
    with writing() as connection:
        row = upsert(connection, _heads).values(
            tablet_id=tablet.id, epoch=epoch, branch="", project_id=tablet.project_id, **fresh
        )  # fmt: skip
        connection.execute(row.on_conflict_do_nothing())
