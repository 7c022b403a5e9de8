"""What the review of a day shows and wants to be known at once (P2-4.4.2c, P2-4.4.3d)."""

from collections.abc import Iterable, Iterator, Mapping

from webapp.base import clock
from webapp.base.i18n import LANGUAGES
from webapp.content import queries as content
from webapp.content.queries import Copy
from webapp.content.rules import Standing
from webapp.notices.jobs import source
from webapp.notices.rules import AWAITING, LOW, RETURNED, WITHDRAWN, Event
from webapp.operations import registry
from webapp.operations.roles import OFFICE
from webapp.review.queries import Day, covers_of
from webapp.sites import queries as sites
from webapp.staff.queries import colleagues, managers


@source
def tell_of_covers(project_id: str, at: int) -> Iterator[Event]:
    """The shoe covers of every place that run low, once a day while they do; nobody knows how many there are before a count."""
    site = sites.project(project_id)
    if site is None:
        return
    start, end = sites.day_around(site, at)
    for each in covers_of(Day(site, start, end, at)):
        if each.runs_low and each.covers.stamp:
            key = f"{each.place.id}:{each.item.id}:{clock.day_of(at, site.zone)}"
            yield Event(LOW, key, each.place.id, managers(project_id, at, at), each.place.names, at, each.place.id)


@source
def tell_of_documents(project_id: str, at: int) -> Iterator[Event]:
    """A version that waits, to all who may approve it but its writer; one that was given back, to whoever wrote it until
    there is a newer one; one that was in force and was withdrawn, to the managers."""
    every = content.copies(project_id, at)
    newest = {each.document_id: max(one.number for one in every if one.document_id == each.document_id) for each in every}
    yield from _taken_out(project_id, every, at)
    found = [each for each in every if each.standing is Standing.IN_REVIEW or _is_back(each, newest)]
    if not found:
        return
    approvers = [each.id for each in colleagues(project_id, at, registry.get("content.approve").roles)]
    office = {each.id for each in colleagues(project_id, at, OFFICE)}
    for each in found:
        waits, writer = each.standing is Standing.IN_REVIEW, each.life.writer
        to = tuple(person for person in approvers if person != writer) if waits else tuple({writer or ""} & office)
        about, last = _about(project_id, each), each.life.acts[-1].at
        yield Event(AWAITING if waits else RETURNED, f"{each.id}:{len(each.life.acts)}", each.document_id, to, about, last)


def _taken_out(project_id: str, every: Iterable[Copy], at: int) -> Iterator[Event]:
    for each in every:
        if each.standing is Standing.WITHDRAWN and each.life.was_from is not None and each.life.was_from <= each.life.acts[-1].at:
            last = each.life.acts[-1].at
            yield Event(WITHDRAWN, each.id, each.document_id, managers(project_id, at, last), _about(project_id, each), last)


def _is_back(version: Copy, newest: Mapping[str, int]) -> bool:
    return version.standing is Standing.RETURNED and version.number == newest[version.document_id]


def _about(project_id: str, version: Copy) -> dict[str, str]:
    """What it is called, in every language that it has a title in."""
    held = content.edition(project_id, version.id)
    title = held.body.get("title") if held else None
    return dict(title) if title else dict.fromkeys(LANGUAGES[:1], version.code)
