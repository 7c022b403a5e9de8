"""What of handovers is told to the desk by itself (P2-4.4.6a)."""

from collections.abc import Iterator, Mapping

from webapp.base import clock
from webapp.duty import queries
from webapp.duty.rules import Status, status
from webapp.notices.jobs import source
from webapp.notices.rules import DISPUTED, UNATTENDED, Event
from webapp.sites import queries as sites
from webapp.staff.queries import managers

TOLD_WITHIN = 7 * clock.DAY
"""How old a handover may be whose dispute comes from a tablet only now."""
KINDS: Mapping[Status, str] = {Status.DISPUTED: DISPUTED, Status.UNATTENDED: UNATTENDED}


@source
def tell(project_id: str, at: int) -> Iterator[Event]:
    """Every handover that somebody disputed, and every one that nobody came to."""
    found = queries.handovers(project_id, at - TOLD_WITHIN, at + 1, at)
    wanted = [(each, kind) for each in found if (kind := KINDS.get(status(each)))]
    names = {post.id: post.names for post in sites.posts(project_id)} if wanted else {}
    for each, kind in wanted:
        yield Event(kind, each.id, each.id, managers(project_id, at, each.at), names.get(each.post_id, {}), each.at)
