"""What of handovers is told to the desk by itself (P2-4.4.6a)."""

from collections.abc import Iterator, Mapping

from webapp.duty import queries
from webapp.duty.rules import Handover, Status, awaits_finding, status
from webapp.notices.jobs import source
from webapp.notices.rules import DISPUTED, EXCEPTIONS, KEPT_WITHIN, TWICE, UNATTENDED, Event
from webapp.sites import queries as sites
from webapp.staff.queries import managers

KINDS: Mapping[Status, str] = {
    Status.DISPUTED: DISPUTED, Status.UNATTENDED: UNATTENDED, Status.WITH_EXCEPTIONS: EXCEPTIONS,
}  # fmt: skip


@source
def tell(project_id: str, at: int) -> Iterator[Event]:
    """Every handover that somebody disputed, took over with exceptions, answered after another had, or did not come to, as long as
    an inbox has it."""
    found = queries.handovers(project_id, at - KEPT_WITHIN, at + 1, at)
    wanted = [(each, kind) for each in found for kind in _kinds(each)]
    names = {post.id: post.names for post in sites.posts(project_id)} if wanted else {}
    for each, kind in wanted:
        yield Event(kind, each.id, each.id, managers(project_id, at, each.at), names.get(each.post_id, {}), each.at, each.place_id)


def _kinds(given: Handover) -> Iterator[str]:
    became = status(given)
    if became in KINDS:
        yield KINDS[became]
    if awaits_finding(given) and became is not Status.DISPUTED:
        yield TWICE
