"""What was signed of a record, and what came after: a signature keeps what it knew, everything later is an addendum (P2-5.1)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import NamedTuple

from sqlalchemy import select

from webapp.base.database import db
from webapp.custody import queries as custody
from webapp.duty.rules import Accepted, Handover
from webapp.operations.knowing import Known
from webapp.operations.later import Came, at_instant, came_after
from webapp.operations.models import Receipt
from webapp.records import queries
from webapp.records.queries import Signed
from webapp.records.rules import Account, Window, as_signed
from webapp.sites import queries as sites
from webapp.sites.models import Post, Project

TOLD_OF = {"actions", "checklists", "custody", "duty", "shifts", "stock", "tours"}
"""What a record tells of."""
MOST = 30
"""So many addenda of one signature are told one by one."""


class Record(NamedTuple):
    """Which record: of a post in a shift of a day."""

    post: Post
    day: date
    window: Window


class Seal(NamedTuple):
    """A signature on a record: what it knew, up to which instant it speaks of the shift, by whom and when it was given."""

    known: Known
    until: int
    by: str | None = None
    at: int = 0


@dataclass(frozen=True)
class Addendum:
    """An entry that came after a signature, with what the record said without it and with it."""

    seal: Seal
    came: Came
    before: Account
    after: Account


@dataclass(frozen=True)
class Sealed:
    """A record as it stands: what it says, by whom it was signed, and what came after each signature on it, seal by seal. `at`: the
    instant of which it speaks; `holds`: whether what was signed can still be told."""

    says: Account
    at: int
    signed: Signed | None
    addenda: tuple[Addendum, ...]
    holds: bool = True


def sealed(site: Project, of: Record, now: int, signed: Signed | None) -> Sealed:
    """A record as it was signed; as far as it has come where the manager has not signed it."""
    found = _account(site, of, now) if signed is None else _account(site, of, signed.at, signed.known)
    holds = signed is None or found.is_what(signed.digest, signed.way)
    seals = [*([Seal(signed.known, now, signed.by, signed.at)] if signed else []), *_of_handovers(site, of, now, signed)]
    addenda = tuple(sorted(_addenda(site, of, seals), key=lambda each: each.seal.at))
    if holds:
        says = as_signed(found, signed.way or 1) if signed else found
        return Sealed(says, signed.at if signed else now, signed, addenda)
    return Sealed(_account(site, of, now), now, signed, addenda, holds=False)


@dataclass(frozen=True)
class Unsigned:
    """A record that nobody has signed. `staying`: who of its shift still stands there, for whom it has to wait."""

    of: Record
    says: Account
    staying: tuple[str, ...]


def unsigned(site: Project, day: date, now: int) -> list[Unsigned]:
    """The records of a day that nobody has signed, of every shift that has begun: somebody came for it, or its time is over."""
    named = day.isoformat()
    signed = queries.reviews(site.id, named, named)
    records = [Record(post, day, window) for post in queries.posts_of(site, [day])[day] for window in queries.windows_of(site, day)]
    begun = [each for each in records if each.window.start <= now]
    found = [_unsigned(site, each, now) for each in begun if (each.post.id, named, each.window.shift) not in signed]
    return [each for each in found if each.says.stood or queries.is_over(site, each.says, now)]


def _unsigned(site: Project, of: Record, now: int) -> Unsigned:
    says = _account(site, of, now)
    return Unsigned(of, says, queries.staying(site, says, now))


def since(site: Project, of: Record, at: int, now: int) -> list[Addendum]:
    """What changed a record after an instant."""
    return list(_addenda(site, of, [Seal(at_instant(at), now)]))


def _account(site: Project, of: Record, now: int, by: Known | None = None) -> Account:
    return queries.account(site, of.post, of.day, of.window, now, by)


def _of_handovers(site: Project, of: Record, now: int, signed: Signed | None) -> list[Seal]:
    """The signatures of whoever took the post over, or locked it up, before the manager signed, in the order of what they speak
    of: each of what was before it."""
    given = queries.handovers(site, of.post, of.window, now)
    ends: list[Handover | Accepted] = [each for each in given if each.kept]
    ends += [answer for each in given for answer in each.answers]
    known = _known(site.id, [each.id for each in ends])
    found = [Seal(known[each.id], each.at, each.author_id, each.at) for each in ends if each.id in known]
    before = [each for each in found if signed is None or each.known < signed.known]
    return sorted(before, key=lambda each: (each.until, each.known))


def _known(project_id: str, entries: Iterable[str]) -> dict[str, Known]:
    wanted = select(Receipt).where(Receipt.project_id == project_id, Receipt.id.in_(list(entries)))
    return {row.id: row.known for row in db.session.scalars(wanted)}


def _addenda(site: Project, of: Record, seals: Sequence[Seal]) -> Iterator[Addendum]:
    """Those entries that changed what a signature speaks of, as they came in: each with the first of these that speaks of it and
    did not know it."""
    if not seals:
        return
    first, until = min(each.known for each in seals), max(each.until for each in seals)
    came = _here(site, of, [each for each in came_after(site.id, first, until, site.zone) if each.family in TOLD_OF])
    told: set[str] = set()
    for seal in seals:
        late = [each for each in came if seal.known < each.known and each.since <= seal.until]
        own = {each.id for each in late} - told
        if own:
            told |= own
            said = [_account(site, of, seal.until, by) for by in (seal.known, late[-1].known)]
            yield from islice(_changing(site, of, seal, late, own, *said), MOST)


def _here(site: Project, of: Record, came: Sequence[Came]) -> list[Came]:
    """Without what concerns other places only: it, or what it names, says where it was. Who took a post elsewhere left this one."""
    entries = {each.id for each in came} | {each.corrected for each in came if each.corrected}
    raws = _raws(site.id, entries)
    raws |= _raws(site.id, {named for raw in raws.values() for named in _named(raw)} - entries)
    where, stood = _whereabouts(site), queries.stood_here(site, of.post, of.day)

    def places(entry: str | None, depth: int = 2) -> set[str]:
        named = _named(raws.get(entry or "", ""))
        own = {where[each] for each in named if each in where}
        return own.union(*(places(each, depth - 1) for each in named if depth))

    def is_elsewhere(each: Came) -> bool:
        found = places(each.id) | places(each.corrected)
        return bool(found) and of.post.place_id not in found and (each.family != "shifts" or each.author_id not in stood)

    return [each for each in came if not is_elsewhere(each)]


def _raws(project_id: str, entries: Iterable[str]) -> dict[str, str]:
    wanted = select(Receipt.id, Receipt.raw).where(Receipt.project_id == project_id, Receipt.id.in_(list(entries)))
    return {row.id: row.raw for row in db.session.execute(wanted)}


def _named(raw: str) -> list[str]:
    """The ids that an entry names."""
    return _ID.findall(raw)


def _whereabouts(site: Project) -> dict[str, str]:
    """At which place each thing is that entries name: a place, a post, a flat, a key."""
    found = {each.id: each.id for each in sites.places(site.id)}
    for rows in (sites.posts(site.id), sites.flats(site.id), custody.assets(site.id)):
        found |= {str(each.id): each.place_id for each in rows if each.place_id}
    return found


_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def _changing(
    site: Project, of: Record, seal: Seal, late: Sequence[Came], own: set[str], before: Account, after: Account
) -> Iterator[Addendum]:
    """Those of these entries, and of its own, that changed what was said before them to what was said after; found by halves, for
    most changed nothing here."""
    if not any(each.id in own for each in late):
        return
    if before == after and not {each.corrected for each in late} & {each.id for each in late}:
        return
    if len(late) == 1:
        yield from [Addendum(seal, late[0], before, after)] if before != after else []
        return
    half = len(late) // 2
    between = _account(site, of, seal.until, late[half - 1].known)
    yield from _changing(site, of, seal, late[:half], own, before, between)
    yield from _changing(site, of, seal, late[half:], own, between, after)
