"""What of checks is told to the desk by itself (P2-4.4.2c)."""

from collections.abc import Iterator

from webapp.base import clock
from webapp.base.i18n import LANGUAGES
from webapp.checklists import queries
from webapp.checklists.queries import Check
from webapp.notices.jobs import source
from webapp.notices.rules import MISSED, Event
from webapp.sites import queries as sites
from webapp.sites.models import Place
from webapp.staff.queries import managers

TOLD_WITHIN = 7 * clock.DAY
"""How old a run may be of which only now no tablet can hold anything any more."""


@source
def tell(project_id: str, at: int) -> Iterator[Event]:
    """Every run that nobody did; of one that a tablet may still hold nothing is told."""
    site = sites.project(project_id)
    missed = queries.missed(site, at - TOLD_WITHIN, at) if site else []
    known = {place.id: place for place in sites.places(project_id)} if missed else {}
    for check in missed:
        due_at = min(check.window.closes_at or at, check.window.until - 1)
        to = managers(project_id, at, due_at)
        yield Event(MISSED, check.key, check.edition.id, to, _about(check, known.get(check.place_id)), due_at)


def _about(check: Check, place: Place | None) -> dict[str, str]:
    """Where, and which list, in every language that the list has a title in."""
    names, title = place.names if place else {}, check.edition.body["title"]
    return {each: " · ".join(filter(None, (names.get(each), title[each]))) for each in LANGUAGES if title.get(each)}
