"""What tidies itself about photos."""

import sqlalchemy as sa

from webapp.attachments.keeping import mentions, photos
from webapp.attachments.rules import NAMELESS_WITHIN
from webapp.base import clock
from webapp.jobs.declarations import Turn, every
from webapp.operations.models import DOUBTFUL
from webapp.operations.work import receipts

_NAMED = sa.exists().where(mentions.c.project_id == photos.c.project_id, mentions.c.digest == photos.c.digest)
_IN_DOUBT = sa.exists().where(receipts.c.project_id == photos.c.project_id, DOUBTFUL, receipts.c.raw.contains(photos.c.digest))


@every(clock.DAY, "attachments.forget_nameless")
def forget_nameless(turn: Turn) -> None:
    """Drop photos that no entry has named for 30 days. An entry that is held, refused or put aside names them too."""
    old = photos.c.received_at < turn.at - NAMELESS_WITHIN
    turn.connection.execute(sa.delete(photos).where(old, ~_NAMED, ~_IN_DOUBT))
