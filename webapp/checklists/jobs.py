"""What of checks is told to the desk by itself (P2-4.4.2c)."""

from collections.abc import Iterator

from webapp.base import clock
from webapp.base.i18n import LANGUAGES
from webapp.checklists import queries
from webapp.checklists.queries import Check
from webapp.notices.jobs import source
from webapp.notices.rules import MISSED, UNANSWERED, Event
from webapp.sites import queries as sites
from webapp.sites.models import Place, Project
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
        yield Event(MISSED, check.key, check.edition.id, to, _about(check, known.get(check.place_id)), due_at, check.place_id)
    yield from _unanswered(site, at) if site else ()


def _unanswered(site: Project, at: int) -> Iterator[Event]:
    """Every closing check of the day that was submitted while a critical point had no answer (P2-4.4.6b)."""
    known = {place.id: place for place in sites.places(site.id)}
    for place_id, role in queries.watched(site, at):
        for check in queries.runs(site, place_id, role, at):
            said_at = check.run.submitted_at
            if check.edition.body["purpose"] == "closing" and said_at is not None and check.run.left_critically:
                about = _about(check, known.get(place_id))
                yield Event(UNANSWERED, check.key, check.edition.id, managers(site.id, at, said_at), about, said_at, place_id)


def _about(check: Check, place: Place | None) -> dict[str, str]:
    """Where, and which list, in every language that the list has a title in."""
    names, title = place.names if place else {}, check.edition.body["title"]
    return {each: " · ".join(filter(None, (names.get(each), title[each]))) for each in LANGUAGES if title.get(each)}
