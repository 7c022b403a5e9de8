"""What the words of duty records are looked up in, once for all that are shown together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.base.i18n import words
from webapp.base.written import time_text
from webapp.content.queries import edition
from webapp.custody import queries as custody
from webapp.custody.models import Asset
from webapp.operations.roles import GREETER
from webapp.records.rules import Account, Point
from webapp.shifts import queries as shifts
from webapp.shifts.models import ShiftKind
from webapp.sites import queries as sites
from webapp.sites.models import Post, Printing, Project
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
    kinds: Mapping[str, ShiftKind] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    """The items of each version of a check, by their keys."""
    assets: Mapping[str, Asset] = field(default_factory=dict)

    def kind(self, of: Account) -> ShiftKind | None:
        return self.kinds.get(of.window.shift or "")

    def time(self, instant: int | None) -> str:
        return "" if instant is None else time_text(instant, self.site.zone)

    def name(self, person_id: str | None) -> str:
        return self.names.get(person_id or "", "")

    def prompt(self, version: str, point: Point) -> str:
        item = self.asked.get(point.version or version, {}).get(point.item)
        return words(item["prompt"]) if item else ""

    @property
    def is_flat(self) -> bool:
        return self.post.role == GREETER


def layout(site: Project, post: Post, accounts: Iterable[Account], signers: Iterable[str | None], at: int) -> Layout:
    """Everything that these records and who signed them name, looked up once for all of them."""
    known = list(accounts)
    versions = {check.version for each in known for check in each.lists}
    versions |= {point.version for each in known for check in each.lists for point in check.points if point.version}
    bodies = {version: found.body for version in versions if (found := edition(site.id, version))}
    named = people({person for person in (*signers, *(person for each in known for person in _persons(each))) if person})
    return Layout(
        site, post, at, sites.printing(site.id, at), {kind.id: kind for kind in shifts.kinds(site.id)},
        {item.id: item for item in stock.items(site.id)}, {key: each.name for key, each in named.items()},
        {version: {item["id"]: item for item in body["items"]} for version, body in bodies.items()},
        {asset.id: asset for asset in custody.assets(site.id)},
    )  # fmt: skip


def _persons(of: Account) -> Iterator[str | None]:
    yield from (each.person for each in of.stood)
    yield from (each.by for part in (of.visits, of.log, of.remarks) for each in part)
    yield from (point.by for check in of.lists for point in check.points)
    yield from (each.by for each in of.happened)
    yield from (each.person for each in of.readied)
    for each in of.handed:
        yield from (each.by, each.answered_by, *(one.by for one in each.others))
    for thing in (*of.things, *(thing for each in of.handed for thing in each.things)):
        yield from thing.holders
