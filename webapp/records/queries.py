"""Reads of duty records: what was recorded at a post in a shift, and what was signed of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from sqlalchemy import select

from webapp.actions import queries as actions
from webapp.actions.rules import Status
from webapp.base import clock
from webapp.base.database import db
from webapp.checklists import queries as checklists
from webapp.checklists.queries import Check
from webapp.checklists.rules import Given, Line
from webapp.custody import queries as custody
from webapp.duty import queries as duty
from webapp.duty.rules import Agreed, Handover
from webapp.operations.knowing import Known, as_known
from webapp.operations.models import Receipt
from webapp.operations.roles import GREETER
from webapp.records import rules
from webapp.records.models import Review
from webapp.records.rules import (
    LATE,
    Account,
    Also,
    Event,
    Gone,
    Handed,
    Lay,
    List,
    Pending,
    Point,
    Readied,
    Stock,
    Stood,
    Thing,
    Visit,
    Window,
)
from webapp.shifts import queries as shifts
from webapp.sites import queries as sites
from webapp.sites.models import Post, Project
from webapp.stock import queries as stock
from webapp.stock.models import Item
from webapp.stock.queries import Movement
from webapp.stock.rules import CLEAN, IN_USE, SOILED
from webapp.tours import queries as tours

Due = Callable[[str, int], int]
"""A state and an instant → how many there should be."""
ABNORMAL = ("abnormal", "safety", "repair")
DRAWN, WRITTEN_OFF = {"issue", "received"}, {"loss", "write_off", "reject"}


def windows_of(site: Project, day: date) -> list[Window]:
    """The shifts of a day, each with the part of the day that it answers for."""
    start, end = clock.day_bounds(day, site.zone)
    kinds = [(kind.id, kind.code, *shifts.bounds(site.id, kind, start)) for kind in shifts.kinds(site.id, day)]
    return rules.windows(kinds, start, end)


def posts_of(site: Project, days: Sequence[date]) -> dict[date, list[Post]]:
    """The posts of which each of these days has records: those offered on it, and where somebody stood all the same."""
    every, last = sites.posts(site.id), sites.closings(site.id)
    if not last or not days:
        return {day: list(every) for day in days}
    since, until = clock.day_bounds(min(days), site.zone)[0], clock.day_bounds(max(days), site.zone)[1]
    stood = {(each.post_id, clock.day_of(each.since, site.zone)) for each in shifts.stood(site.id, since, until)}
    found = {day: {each.id for each in sites.offered(every, last, day.isoformat())} for day in days}
    return {day: [each for each in every if each.id in found[day] or (each.id, day) in stood] for day in days}


def account(site: Project, post: Post, day: date, window: Window, now: int, by: Known | None = None) -> Account:
    """What a record of a post says of a window of a day, as far as the day has come: by all that is known, or as an entry knew it.

    What was taken back counts as soon as that is known, also where the shift was over by then."""
    with as_known(by):
        return _account(site, post, day, window, now)


def _account(site: Project, post: Post, day: date, window: Window, now: int) -> Account:
    at, (start, end) = min(now, window.end - 1), clock.day_bounds(day, site.zone)
    last = min(now, end - 1)
    there = stretches(site, post, start, last)
    stood = rules.of_shift(there, window, last, LATE)
    readied = _readied(site, post, stood, at)
    return Account(
        post=post.id,
        day=day.isoformat(),
        window=window,
        stood=tuple(stood),
        ready=all(each.at is not None for each in readied) if readied else None,
        lists=tuple(_lists(site, post, window, at)),
        visits=tuple(_visits(site, post, window, at)),
        stocks=tuple(_stocks(site, post, window, at)),
        log=tuple(sorted(_log(site, post, window, at), key=lambda each: (each.at, each.kind, each.text))),
        remarks=tuple(_remarks(site, post, window, at, abnormal=True)),
        handed=tuple(_handed(site, post, window, last)),
        things=tuple(_things(site, post, at)),
        pending=tuple(_pending(site, post, at)),
        readied=readied,
        happened=tuple(
            Event(row.effective_at, row.what, row.author_id, row.note or "", asset=row.asset_id)
            for row in custody.told(site.id, window.start, at + 1, post.place_id)
        ),
    )


def staying(site: Project, of: Account, now: int) -> tuple[str, ...]:
    """Who of the shift of a record still stands at its post."""
    return rules.staying(of, now, is_last=is_last(site, of), late=LATE)


def is_over(site: Project, of: Account, now: int) -> bool:
    """Whether the shift of a record is over, so that it can be signed."""
    return rules.is_over(of, now, _planned_end(site, of), is_last=is_last(site, of), late=LATE)


def is_last(site: Project, of: Account) -> bool:
    """Whether no shift of its day comes after that of a record."""
    return of.window.end == sites.day_around(site, of.window.start)[1]


def _planned_end(site: Project, of: Account) -> int:
    """When a shift is to end; where there are none, when the site closes."""
    day = date.fromisoformat(of.day)
    kind = next((each for each in shifts.kinds(site.id, day) if each.id == of.window.shift), None)
    return shifts.bounds(site.id, kind, of.window.start)[1] if kind else of.window.start + site.closes * clock.MINUTE


def unwritten(site: Project, post: Post, at: int) -> Account:
    """A record of no day and no shift: all that the form of a post asks, with nothing answered."""
    asked = checklists.lists(site.id, post.role, at)
    lists = (List(each.id, each.body["purpose"], tuple(Point(item["id"]) for item in each.body["items"])) for each in asked)
    stocks = [
        Stock(item.id, kept, 0, 0, 0, 0, 0, 0)
        for item in stock.watched(site.id, post.place_id, at)
        for kept in ((CLEAN, SOILED, IN_USE) if item.category == "shoe_cover" else (CLEAN,))
    ]
    things = (Thing(each.id, "back") for each in custody.assets(site.id, post.place_id))
    return Account(post.id, "", Window(None, "", 0, 0), lists=tuple(lists), stocks=tuple(stocks), things=tuple(things))


def _pending(site: Project, post: Post, at: int) -> Iterator[Pending]:
    """What is still to be put right at the place of the post, and what waits to be verified (未完事項)."""
    for each in actions.unsettled(site.id, at, post.place_id):
        opened = each.opened
        is_done, note = each.status is Status.DONE, each.note or ""
        yield Pending(each.id, each.due_at, is_done, opened.version_id, opened.item, opened.title, note)


def stretches(site: Project, post: Post, since: int, at: int) -> list[Stood]:
    """Who stood at a post from when to when between two instants."""
    return [
        Stood(each.person_id, each.since, each.until) for each in shifts.stood(site.id, since, at + 1) if each.post_id == post.id
    ]


def stood_here(site: Project, post: Post, day: date) -> set[str]:
    """Who stood at a post on a day, by all that is known."""
    start, end = clock.day_bounds(day, site.zone)
    return {each.person_id for each in shifts.stood(site.id, start, end) if each.post_id == post.id}


def _readied(site: Project, post: Post, stood: Sequence[Stood], at: int) -> tuple[Readied, ...]:
    """When everybody who stood there had said that the readiness check holds for them, in the order in which they came."""
    came = dict.fromkeys(each.person for each in sorted(stood, key=lambda each: each.since))
    return tuple(Readied(person, when) for person, when in checklists.readiness(site, post.place_id, at, came).items())


def _lists(site: Project, post: Post, window: Window, at: int) -> Iterator[List]:
    """The checks of the post; of each only what was answered in this window. The first shift opens, the last one closes."""
    start, end = sites.day_around(site, window.start)
    is_due = {"closing": window.end == end}
    for found in checklists.checks(site, post.place_id, post.role, at):
        if found.run.voided is not None:
            continue
        purpose, points = found.edition.body["purpose"], tuple(_points(site, found, window))
        if is_due.get(purpose, window.start == start) or any(point.at is not None for point in points):
            yield List(found.edition.id, purpose, points)


def _points(site: Project, found: Check, window: Window) -> Iterator[Point]:
    for line in found.run.lines:
        item, given, required = line.item, line.given, bool(line.item["required"])
        before = tuple(_point(found, each, required, is_failed=True) for each in line.before if each.at >= window.start)
        if given is None or line.is_left or given.at < window.start:
            yield Point(item["id"], required=required and line.is_left, version=line.version, before=before)
        else:
            point = _point(found, given, required, is_failed=line.is_failed)
            yield replace(point, before=before, due=_due(site, found, line))


def _due(site: Project, of: Check, line: Line) -> int | None:
    """How many should have lain there of what a number counts. Of what was answered anew the first count was a mistake; what is
    dated back is no count."""
    key, given = of.counts.get(line.item["id"]), line.given
    if key is None or given is None or given.number is None:
        return None
    if line.is_anew:
        found = stock.variance_at(site.id, of.place_id, *key, given.at)
        return None if found is None or found.is_first else found.expected
    # The figures take a tenth of the time that `variance_at` does.
    last, before = (stock.figure(site.id, of.place_id, *key, at) for at in (given.at, given.at - 1))
    if last.counted_at != given.at or not before.counted_at:
        return None
    item = stock.item(site.id, key[0])
    if key[1] == SOILED and item and item.category == "shoe_cover":
        return tours.covers(site.id, of.place_id, item, given.at - 1, given.at - 1).soiled
    return before.quantity


def _point(of: Check, given: Given, required: bool, *, is_failed: bool) -> Point:
    version = given.version if given.version != of.edition.id else ""
    return Point(
        given.item, given.answer or "", given.number, given.at, given.note or "", given.author_id, required, is_failed,
        given.expected, given.choice or given.text or given.time_of_day or "", version,
    )  # fmt: skip


def _visits(site: Project, post: Post, window: Window, at: int) -> Iterator[Visit]:
    if post.role != GREETER:
        return
    came = list(reversed(tours.parties(site.id, window.start, window.end, at, post.place_id)))
    told = tours.accounts(site.id, [party.id for party in came], at)
    for party in came:
        left_at = party.seen_off[0] if party.seen_off else None
        how = told[party.id]
        yield Visit(party.id, party.arrived_at, party.guests, party.covers, left_at, party.author_id, how.mode, how.is_led)


def _stocks(site: Project, post: Post, window: Window, at: int) -> Iterator[Stock]:
    for item in stock.watched(site.id, post.place_id, at):
        moved = stock.movements(site.id, window.start, at + 1, post.place_id, item.id)
        due = _dues(site, post, item)
        for kept in (CLEAN, SOILED) if item.category == "shoe_cover" else (CLEAN,):
            yield _stock(item, kept, window, [each for each in moved if each.state == kept], at, due)
        if item.category == "shoe_cover":
            yield Stock(item.id, IN_USE, due(IN_USE, window.start - 1), 0, 0, 0, 0, due(IN_USE, at))


def _stock(item: Item, kept: str, window: Window, moved: Sequence[Movement], at: int, due: Due) -> Stock:
    """`moved`: newest first, as movements are read; the newest count is what was counted."""
    opening = due(kept, window.start - 1)
    legs = [each for each in moved if each.kind != "count"]
    drawn, written_off = _sum(legs, DRAWN), -_sum(legs, WRITTEN_OFF)
    rest = [each.quantity for each in legs if each.kind not in DRAWN | WRITTEN_OFF]
    counts = [each for each in moved if each.kind == "count"]
    counted = counts[0] if counts else None
    before = moved[moved.index(counted) + 1 :] if counted else ()
    then = opening + sum(each.quantity for each in before if each.kind != "count") if counted else None
    if counted and item.category == "shoe_cover":  # handed over as they lay there a moment before, whatever was counted earlier
        then = due(kept, counted.at - 1)
    return Stock(
        item.id, kept, opening, drawn, -sum(each for each in rest if each < 0), written_off, sum(each for each in rest if each > 0),
        due(kept, at), counted.quantity if counted else None, then,
    )  # fmt: skip


def _dues(site: Project, post: Post, item: Item) -> Due:
    """What there should be of an item, of used covers also what guests have put into the basket. An instant is asked for once."""

    @cache
    def covers(at: int) -> Mapping[str, int]:
        found = tours.covers(site.id, post.place_id, item, at, at)
        return {CLEAN: found.clean, SOILED: found.soiled, IN_USE: found.in_use}

    def due(kept: str, at: int) -> int:
        if item.category == "shoe_cover":
            return covers(at)[kept]
        return stock.figure(site.id, post.place_id, item.id, kept, at).quantity

    return due


def _sum(legs: Iterable[Movement], kinds: set[str]) -> int:
    return sum(each.quantity for each in legs if each.kind in kinds)


def _log(site: Project, post: Post, window: Window, at: int) -> Iterator[Event]:
    start, _end = sites.day_around(site, window.start)
    for each in shifts.stood(site.id, start, at + 1):
        if each.post_id != post.id:
            continue
        if each.since >= window.start:
            yield Event(each.since, "taken", each.person_id)
        if each.until is not None and each.until >= window.start:
            yield Event(each.until, "left", each.person_id)
    for moved in stock.movements(site.id, window.start, at + 1, post.place_id):
        if moved.kind not in ("handed_out", "count", "receipt") and moved.state in (CLEAN, SOILED):
            yield Event(moved.at, moved.kind, moved.author_id, item=moved.item_id, quantity=abs(moved.quantity))
    yield from _remarks(site, post, window, at, abnormal=False)


def _remarks(site: Project, post: Post, window: Window, at: int, *, abnormal: bool) -> Iterator[Event]:
    for row in reversed(duty.remarks(site.id, window.start, at + 1, post.place_id)):
        if row.post_id in (post.id, None) and (row.category in ABNORMAL) is abnormal:
            yield Event(row.effective_at, row.category, row.author_id, row.text)


def _handed(site: Project, post: Post, window: Window, at: int) -> Iterator[Handed]:
    """The handovers that end a shift. They may be answered when it is over: whoever takes over comes a little late."""
    for each in reversed(handovers(site, post, window, at)):
        answer = each.answers[0] if each.answers else None
        lines, then = (answer.lines, answer.at) if answer else (each.lines, each.at)
        yield Handed(
            at=each.at,
            by=each.author_id,
            note=each.note or "",
            answered_at=answer.at if answer else None,
            answered_by=answer.author_id if answer else None,
            result=answer.result if answer else "",
            exceptions=(answer.exceptions or "") if answer else "",
            kept=each.kept or "",
            custodian=each.custodian or "",
            absent=each.absent or "",
            lines=tuple(Gone(one.kind, one.asset_id, one.item_id, one.state, one.said, one.found, one.note or "") for one in lines),
            things=tuple(_things(site, post, then)),
            covers=tuple(_covers(site, post, lines, then)),
            others=tuple(Also(one.at, one.author_id, one.result, one.exceptions or "") for one in each.answers[1:]),
        )


def handovers(site: Project, post: Post, window: Window, at: int) -> list[Handover]:
    """The handovers of a post that end the shift of a window, newest first, with the answers given by `at`."""
    start, _end = sites.day_around(site, window.start)
    there = stretches(site, post, start, at)
    given = duty.handovers(site.id, window.start, window.end + LATE, at, post.place_id)
    return [each for each in given if each.post_id == post.id and rules.is_handed_in(each.at, _came(there, each), window, LATE)]


def _came(there: Sequence[Stood], of: Handover) -> int | None:
    """From when on whoever hands over had stood there."""
    return max((each.since for each in there if each.person == of.author_id and each.since <= of.at), default=None)


def _covers(site: Project, post: Post, lines: Sequence[Agreed], then: int) -> Iterator[Lay]:
    """What should have lain there a moment before a handover was signed, and what was found: a count settles what comes after."""
    said = {(each.item_id, each.state): each for each in lines if each.item_id}
    for item in stock.watched(site.id, post.place_id, then):
        if item.category != "shoe_cover":
            continue
        before = tours.covers(site.id, post.place_id, item, then - 1, then - 1)
        for state, due in ((CLEAN, before.clean), (IN_USE, before.in_use), (SOILED, before.soiled)):
            line = said.get((item.id, state))
            yield Lay(item.id, state, due, line.found, line.said or "", line.note or "") if line else Lay(item.id, state, due)


def _things(site: Project, post: Post, at: int) -> Iterator[Thing]:
    for each in custody.things(site.id, at, post.place_id):
        now = each.now
        holders = tuple(held.by for held in now.holders)
        yield Thing(each.asset.id, now.where, holders, now.is_damaged, now.note or "", now.is_lent, now.loss or "")


@dataclass(frozen=True)
class Signed:
    """The manager's signature under a record. `known`: what it knew; `way`: how its digest was taken; `with_day`: it closed the day
    too."""

    at: int
    by: str | None
    digest: str
    way: int | None
    known: Known
    with_day: bool


def reviews(project_id: str, since: str, until: str) -> dict[tuple[str, str, str | None], Signed]:
    """The signature under each record (post, day, shift) of the days from `since` to `until`, both as in 2026-05-28. Of several
    the first counts: what comes after it are addenda."""
    same = (Receipt.project_id == Review.project_id) & (Receipt.id == Review.operation_id)
    wanted = select(Review, Receipt).join(Receipt, same)
    wanted = wanted.where(Review.project_id == project_id, Review.day >= since, Review.day <= until)
    found: dict[tuple[str, str, str | None], Signed] = {}
    for row, receipt in db.session.execute(wanted.order_by(*Review.order())):
        signed = Signed(row.effective_at, row.author_id, row.digest, row.way, receipt.known, receipt.operation != "records.review")
        found.setdefault((row.post_id, row.day, row.shift_id), signed)
    return found
