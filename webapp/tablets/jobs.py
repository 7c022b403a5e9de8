"""What tidies itself about tablets."""

import sqlalchemy as sa

from webapp.base import clock
from webapp.jobs.declarations import Turn, every
from webapp.tablets.models import EnrolmentCode


@every(clock.DAY, "tablets.forget_codes")
def forget_codes(turn: Turn) -> None:
    """Drop enrolment codes that ran out a day ago, used or not."""
    turn.connection.execute(sa.delete(EnrolmentCode).where(EnrolmentCode.expires_at < turn.at - clock.DAY))
