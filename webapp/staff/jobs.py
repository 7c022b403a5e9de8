"""What tidies itself about signing in."""

import sqlalchemy as sa

from webapp.base import clock
from webapp.jobs.declarations import Turn, every
from webapp.staff.models import Session, Throttle
from webapp.staff.rules import SESSION_WITHIN

THROTTLE_WITHIN = 30 * clock.DAY
"""Wrong tries are forgotten when nobody has tried for so long."""


@every(clock.DAY, "staff.forget_sessions")
def forget_sessions(turn: Turn) -> None:
    """Drop sessions that have been over for as long as one may last, and wrong tries long past."""
    turn.connection.execute(sa.delete(Session).where(Session.ends_at < turn.at - SESSION_WITHIN))
    turn.connection.execute(sa.delete(Throttle).where(Throttle.free_at < turn.at - THROTTLE_WITHIN))
