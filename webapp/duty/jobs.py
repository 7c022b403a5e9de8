"""What of handovers is told to the desk by itself (P2-4.4.6a)."""

from collections.abc import Iterator

from webapp.base import clock
from webapp.duty import queries
from webapp.duty.rules import Status, status
from webapp.notices.jobs import source
from webapp.notices.rules import DISPUTED, Event
from webapp.operations.roles import DEPUTY, SUPERVISOR
from webapp.sites import queries as sites
from webapp.staff.queries import colleagues

TOLD_WITHIN = 7 * clock.DAY
"""How old a handover may be whose dispute comes from a tablet only now."""


@source
def tell(project_id: str, at: int) -> Iterator[Event]:
    """Every handover that somebody disputed."""
    disputed = [each for each in queries.handovers(project_id, at - TOLD_WITHIN, at + 1, at) if status(each) is Status.DISPUTED]
    if not disputed:
        return
    managers = tuple(each.id for each in colleagues(project_id, at, {SUPERVISOR, DEPUTY}))
    names = {post.id: post.names for post in sites.posts(project_id)}
    for each in disputed:
        yield Event(DISPUTED, each.id, each.id, managers, names.get(each.post_id, {}), each.at)
