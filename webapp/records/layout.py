"""What the words of duty records are looked up in, once for all that are shown together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.base import clock
from webapp.base.i18n import words
from webapp.base.written import time_text
from webapp.content.queries import edition
from webapp.custody import queries as custody
from webapp.custody.models import Asset
from webapp.operations.knowing import Known
from webapp.operations.roles import GREETER
from webapp.records.rules import Account, Point
from webapp.shifts import queries as shifts
from webapp.shifts.rules import Kind
from webapp.sites import queries as sites
from webapp.sites.models import Place, Post, Printing, Project
from webapp.staff.queries import people
from webapp.stock import queries as stock
from webapp.stock.models import Item


@dataclass
class Layout:
    """What the words of a record are looked up in."""

    site: Project
    post: Post
    at: int
    printing: Printing | None = None
    kinds: Mapping[str, Mapping[str, Kind]] = field(default_factory=dict)
    """The shifts of each day; of a form of no day those of today."""
    items: Mapping[str, Item] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    """The items of each version of a check, by their keys."""
    assets: Mapping[str, Asset] = field(default_factory=dict)

    namings: Sequence[tuple[str, Mapping[str, str], Known]] = ()
    """Other names that were given to places, posts and shifts, each with when that came to be known."""
    begun_as: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    by: Known | None = None
    """Whose signature is shown: it calls a thing what it was called when it was given. None: what all are called now."""

    def called(self, subject_id: str) -> str:
        """What a place, a post or a shift is called in this record."""
        given = (names for subject, names, known in reversed(self.namings) if subject == subject_id and self._knew(known))
        return words(next(given, self.begun_as.get(subject_id, {})))

    def _knew(self, known: Known) -> bool:
        return self.by is None or known <= self.by

    def kind(self, of: Account) -> Kind | None:
        return self.kinds[of.day].get(of.window.shift or "")

    def time(self, instant: int | None) -> str:
        return "" if instant is None else time_text(instant, self.site.zone)

    def name(self, person_id: str | None) -> str:
        return self.names.get(person_id or "", "")

    def item(self, version: str, point: Point) -> Mapping[str, Any]:
        """What a point was asked, as its version has it; nothing where that is not known."""
        return self.asked.get(point.version or version, {}).get(point.item, {})

    def prompt(self, version: str, point: Point) -> str:
        item = self.item(version, point)
        return words(item["prompt"]) if item else ""

    @property
    def is_flat(self) -> bool:
        return self.post.role == GREETER


def layout(site: Project, post: Post, accounts: Iterable[Account], signers: Iterable[str | None], at: int) -> Layout:
    """Everything that these records and who signed them name, looked up once for all of them."""
    known = list(accounts)
    versions = {check.version for each in known for check in each.lists}
    points = [point for each in known for check in each.lists for point in check.points]
    versions |= {each.version for point in points for each in (point, *point.before) if each.version}
    bodies = {version: found.body for version in versions if (found := edition(site.id, version))}
    named = people({person for person in (*signers, *(person for each in known for person in _persons(each))) if person})
    return Layout(
        site, post, at, sites.printing(site.id, at), _kinds(site, {each.day for each in known}, at),
        {item.id: item for item in stock.items(site.id)}, {key: each.name for key, each in named.items()},
        {version: {item["id"]: item for item in body["items"]} for version, body in bodies.items()},
        {asset.id: asset for asset in custody.assets(site.id)}, sites.namings(site.id), _begun_as(site),
    )  # fmt: skip


def _begun_as(site: Project) -> dict[str, Mapping[str, str]]:
    rows: list[Place | Post] = [*sites.places(site.id), *sites.posts(site.id)]
    found = {each.id: each.begun_as for each in rows}
    return found | shifts.begun_names(site.id)


def _kinds(site: Project, days: Iterable[str], at: int) -> dict[str, dict[str, Kind]]:
    planned, today = shifts.planned(site.id), clock.day_of(at, site.zone).isoformat()
    return {day: {each.begun.id: kind for each in planned if (kind := each.on(day or today))} for day in days}


def _persons(of: Account) -> Iterator[str | None]:
    yield from (each.person for each in of.stood)
    yield from (each.by for part in (of.visits, of.log, of.remarks) for each in part)
    yield from (each.by for check in of.lists for point in check.points for each in (point, *point.before))
    yield from (each.by for each in of.happened)
    yield from (each.person for each in of.readied)
    for each in of.handed:
        yield from (each.by, each.answered_by, *(one.by for one in each.others))
    for thing in (*of.things, *(thing for each in of.handed for thing in each.things)):
        yield from thing.holders
