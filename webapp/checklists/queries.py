"""Reads of checks: the runs of a day."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Select, exists, select

from webapp.attachments import queries as attachments
from webapp.attachments.models import Mention
from webapp.base import clock
from webapp.base.database import db
from webapp.base.written import amount_text
from webapp.checklists.models import Answer, Return, Reversal, Submission, Void
from webapp.checklists.rules import Day, Given, Line, Returned, Run, Standing, Window, run_of, standing, windows
from webapp.content import queries as content
from webapp.content.models import Document, Version
from webapp.content.queries import Edition, Gone
from webapp.content.rules import INVENTORY, NEVER, items_in_force
from webapp.losses import queries as losses
from webapp.losses.rules import Standing as Completeness
from webapp.operations.declarations import state
from webapp.operations.roles import SUPERVISOR
from webapp.shifts import queries as shifts
from webapp.sites import queries as sites
from webapp.sites.models import Post, Project
from webapp.stock import queries as stock
from webapp.stock.models import Thing
from webapp.tablets.queries import contacts, tablets

Selected = Select[*tuple[Any, ...]]
READINESS = "check.readiness"
PURPOSES = ("opening", "hygiene", "inspection", "asset_count", "closing")
"""What a list of a post is for, in the order of its day."""
PICTURES_MOST = 8
"""Reference photos within one page: the pack is fetched again whenever it may look otherwise."""


class Bounds(NamedTuple):
    """What lies below the least or above the most is not in order."""

    least: float | str | None
    most: float | str | None


@dataclass(frozen=True)
class Check:
    """A checklist in force with a run of it. `day`: the local day as in 2026-03-06, and which run of it where a day has several
    (2026-03-06.2), part of the overlay's key."""

    edition: Edition
    place_id: str
    day: str
    run: Run
    window: Window
    expected: Mapping[str, int] = field(default_factory=dict)
    """How many there should be, by the key of a quantity; in thousandths."""
    counts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """The item of stock and the state that a number counts, by the key of its point."""
    things: tuple[Thing, ...] = ()
    """What the count of the flat is held against: things, where they belong, how many."""
    post_id: str | None = None
    """Which post is inspected."""
    said: Submission | None = None
    """How it was last submitted."""
    begun_by: str | None = None
    """The version that anything was first said to."""

    @property
    def said_at(self) -> int | None:
        return self.said.effective_at if self.said else None

    @property
    def operation(self) -> str:
        """By which operation its items are answered."""
        return "checklists.inspect" if self.post_id else "checklists.answer"

    @property
    def key(self) -> str:
        """Which run of which list where, for a page that shows several."""
        return f"{self.edition.code}/{self.place_id}/{self.day}"

    def bounds_of(self, item: Mapping[str, Any]) -> Bounds:
        """The bounds of an item, as a page writes them; of what is counted against a figure it is that figure."""
        due = self.expected.get(item["id"])
        if due is None or item.get("min") is not None or item.get("max") is not None:
            return Bounds(item.get("min"), item.get("max"))
        return Bounds(amount_text(due), amount_text(due))

    def version_of(self, line: Line) -> str:
        """The version whose words a line has: what is answered to it is answered to that."""
        return line.version or self.edition.id

    def about(self, line: Line | None = None) -> dict[str, str]:
        """What an entry about this run, or about a line of it, names."""
        named = {"version": self.version_of(line) if line else self.edition.id, "place": self.place_id, "day": self.day}
        named |= {"post": self.post_id} if self.post_id else {}
        if line is None:
            return named
        key = line.item["id"]
        due, counted = self.expected.get(key), self.counts.get(key)
        named |= {"item": key} | ({} if due is None else {"expected": amount_text(due)})
        return named | ({"stock": counted[0], "state": counted[1]} if counted else {})


def check(site: Project, code: str, place_id: str, at: int, author_id: str | None = None) -> Check | None:
    """The run of a checklist at a place that `at` falls into; None where the site has no such list in force, and nothing was said
    of it that day before it was taken out of use.

    With `author_id` only that person's answers: a readiness check (上崗自檢, P2-4.2.1) is everyone's own.
    """
    edition = current = content.in_force(site.id, "checklist", code, at)
    if current is None:
        edition = next((each.edition for each in content.gone(site.id, "checklist", at) if each.edition.code == code), None)
    if edition is None:
        return None
    start, end = sites.day_around(site, at)
    found = windows(edition.body.get("schedule"), day_of(site, at)) or [Window(start, end)]
    window = next(each for each in found if each.since <= at < each.until)
    found_of = _check(site, edition, place_id, window, at, author_id)
    return found_of if current or found_of.run.is_told else None


def _check(site: Project, edition: Edition, place_id: str, window: Window, at: int, author_id: str | None = None) -> Check:
    now, at = at, min(at, window.until - 1)
    answers = _answers(site.id, edition.code, place_id, window.since, at, author_id)
    done = _submissions(site.id, edition.code, place_id, window.since, at, author_id, now)
    day = clock.day_of(at, site.zone).isoformat()
    named = f"{day}.{window.number}" if window.number else day
    returns = [_returned(row) for row in _decided(Return, site.id, edition.code, place_id, named)]
    voids = [row.reason for row in _decided(Void, site.id, edition.code, place_id, named)]
    asked = _asked(site.id, {each.version for each in answers} - {edition.id})
    said_at, void = done[0].effective_at if done else None, voids[-1] if voids else None
    run = run_of(items_in_force(edition.body), answers, said_at, returns, void, asked)
    items = [line.item for line in run.lines]
    things = _things(site.id, place_id, at) if any(item.get("expected") == INVENTORY for item in items) else ()
    expected = dict(_expected(items, sum(thing.expected for thing in things)))
    first = min([(each.order, each.version) for each in answers] + [(each.place_in_order, each.version_id) for each in done],
                default=(None, None))[1]  # fmt: skip
    return Check(edition, place_id, named, run, window, expected, dict(_counts(site.id, items)), tuple(things),
                 said=done[-1] if done else None, begun_by=first)  # fmt: skip


def _counts(project_id: str, items: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, tuple[str, str]]]:
    """What each point counts; nothing where the site has no such item."""
    counting = [item for item in items if item.get("counts")]
    known = {each.sku: each.id for each in stock.items(project_id)} if counting else {}
    for item in counting:
        sku, state = item["counts"]["sku"], item["counts"]["state"]
        if sku in known:
            yield item["id"], (known[sku], state)


def _asked(project_id: str, versions: Iterable[str]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The items of these versions, by version and key: what was answered before a new one came stands as it was asked."""
    editions = [found for version in versions if (found := content.edition(project_id, version))]
    return {(each.id, item["id"]): item for each in editions for item in each.body["items"]}


def _things(project_id: str, place_id: str, at: int) -> list[Thing]:
    """What stands in the show flats of a place by their inventories."""
    here = sites.flats(project_id, place_id, on=sites.today(project_id, at))
    return [thing for flat in here for thing in stock.inventory(project_id, flat.id, at)]


def pictures(project_id: str, check: Check, at: int) -> dict[str, str]:
    """The reference photos of what an opening check counts, by the thing's code: whole, and the first few of them only."""
    if check.edition.body["purpose"] != "opening":
        return {}
    flats = sites.flats(project_id, check.place_id, on=sites.today(project_id, at))
    known = {code: digest for flat in flats for code, digest in stock.pictures(project_id, flat.id, at).items()}
    digests = {each.code: known[each.code] for each in check.things if each.code in known}
    chosen = dict(list(digests.items())[:PICTURES_MOST])
    drawn = attachments.within_page(project_id, chosen.values())
    return {code: drawn[digest] for code, digest in chosen.items() if digest in drawn}


def _expected(items: Iterable[Mapping[str, Any]], listed: int) -> Iterator[tuple[str, int]]:
    """How many there should be of what is counted; nothing where the flat's inventory is not written down yet."""
    for item in items:
        due = item.get("expected")
        if due == INVENTORY and listed:
            yield item["id"], listed
        elif due is not None and due != INVENTORY:
            yield item["id"], round(due * 1000)


D = TypeVar("D", Return, Void)


def _decided(fact: type[D], project_id: str, code: str, place_id: str, day: str) -> list[D]:
    """What was decided of a run, in its order; on whichever day it was decided."""
    wanted = (
        select(fact)
        .join(Version, Version.id == fact.version_id)
        .join(Document, Document.id == Version.document_id)
        .where(fact.project_id == project_id, fact.place_id == place_id, fact.day == day, Document.code == code)
    )
    return list(db.session.scalars(wanted.order_by(*fact.order())))


def _returned(row: Return) -> Returned:
    return Returned(row.place_in_order, row.item, row.comment, row.author_id)


def day_of(site: Project, at: int) -> Day:
    """The local day of an instant, with its shifts."""
    start, end = sites.day_around(site, at)
    kinds = tuple((kind.id, shifts.bounds(site.id, kind, start)[0]) for kind in shifts.kinds(site.id, clock.day_of(at, site.zone)))
    opens, closes = start + site.opens * clock.MINUTE, start + site.closes * clock.MINUTE
    return Day(start, end, opens, closes, clock.day_of(at, site.zone).isoweekday(), kinds)


def standing_of(site: Project, found: Check, at: int) -> Standing:
    """How a run stands; whether nothing or only something unknown is here is asked where nothing is."""
    heard = bool(found.run.done) or is_heard_out(site, found.place_id, found.window, at)
    return standing(found.run, found.window, at, is_heard_out=heard)


def is_heard_out(site: Project, place_id: str, window: Window, at: int) -> bool:
    """Whether no tablet of a place can hold answers of a window that is over: each was heard since, with nothing to send.

    A tablet that left before the window began, or came after it, has nothing to do with it.
    """
    over = min(at, window.until if window.closes_at is None else window.closes_at)
    heard, known = contacts(site.id), losses.standings(site.id)
    for each in tablets(site.id):
        left_at = min(each.retired_at or over, each.revoked_at or over)
        if each.place_id != place_id or each.enrolled_at > over or left_at < window.since:
            continue
        contact, whole = heard.get(each.id), known.get(each.id, Completeness()).on(window.since, window.until)
        if contact is None or contact.seen_at < over or contact.unsent or whole.gaps or whole.held_at:
            return False
    return True


def readiness(site: Project, place_id: str, at: int, people: Iterable[str]) -> dict[str, int | None]:
    """When each person has said on the day of `at` that the readiness check holds for them (P2-4.2.1): done or not done, no more.

    Nobody where the site has no such check in force.
    """
    found = {person: check(site, READINESS, place_id, at, person) for person in people}
    return {person: each.run.done_at for person, each in found.items() if each}


def submissions(site: Project, code: str, place_id: str, at: int) -> list[Submission]:
    """Who said on the local day of `at` that a check was done, first first."""
    return _submissions(site.id, code, place_id, sites.day_around(site, at)[0], at)


def _submissions(
    project_id: str, code: str, place_id: str, since: int, at: int, author_id: str | None = None, now: int | None = None
) -> list[Submission]:
    """What was said until `at` and not undone until `now`."""
    wanted = _within(select(Submission), Submission, project_id, code, place_id, since, at, author_id)
    stands = Reversal.spares(Submission, at if now is None else now)
    return list(db.session.scalars(wanted.where(stands).order_by(*Submission.order())))


def checks(site: Project, place_id: str, post: str, at: int) -> list[Check]:
    """The checks of a post at a place as of now, opening first; the readiness checks, which are each person's own, are not here."""
    return [each for each in runs(site, place_id, post, at) if each.window.since <= at < each.window.until]


def runs(site: Project, place_id: str, post: str, at: int) -> list[Check]:
    """Every run of a post at a place on the day of `at` that has begun: of a list for each shift those of the shifts before too.

    A list that was taken out of use counts until then: what was said of it stays told, and what was over stays missed. So does one
    that a new version moves to another post; a run that was begun stays with the post that it was begun at.
    """
    day, found = day_of(site, at), []
    posts, asked_of = _said_to(site.id, place_id, day.start, at), _asked_of(_turns(site.id, day, at), post)
    asked_of |= _answered_as_before(site.id, posts.values(), post, asked_of)
    for asked in sorted(asked_of.values(), key=lambda each: _in_its_day(each.edition)):
        begun = [each for each in windows(asked.edition.body.get("schedule"), day) if each.since <= at]
        for window in sorted(begun, key=lambda each: each.number):
            one = _check(site, asked.edition, place_id, window, at)
            begun_at = posts[one.begun_by].post if one.begun_by in posts else None
            found += [one] if begun_at in (post, "any") or (begun_at is None and asked.has(window)) else []
    return found


class Asked(NamedTuple):
    """A list with when a post was asked it: a run that nobody began is the post's whose time it was over in."""

    edition: Edition
    since: int = 0
    until: int = NEVER

    def has(self, window: Window) -> bool:
        """Whether a run that nobody began is of this post."""
        return not _is_over(window, self.since) if self.until == NEVER else _is_over(window, self.until)


class Said(NamedTuple):
    """A version that something was said to: which list, and which post it is asked of."""

    id: str
    code: str
    number: int
    post: str


def _said_to(project_id: str, place_id: str, since: int, at: int) -> dict[str | None, Said]:
    """The versions that anything was said to at a place between two instants, by id."""
    named = select(Version.id, Document.code, Version.number, Version.body["post"].as_string())
    found = [
        named.join(Document, Document.id == Version.document_id)
        .join(fact, fact.version_id == Version.id)
        .where(fact.project_id == project_id, fact.place_id == place_id, fact.effective_at >= since, fact.effective_at <= at)
        for fact in (Answer, Submission)
    ]
    return {row[0]: Said(*row) for wanted in found for row in db.session.execute(wanted.distinct())}


class Turns(NamedTuple):
    """The lists in force at an instant, those taken out of use, and those in whose place another version came that day."""

    in_force: list[Edition]
    gone: list[Gone]
    moved: list[Gone]


def _turns(project_id: str, day: Day, at: int) -> Turns:
    kind = "checklist"
    gone, moved = content.gone(project_id, kind, at), content.gave_way(project_id, kind, day.start, at)
    return Turns(content.all_in_force(project_id, kind, at), gone, moved)


def _asked_of(turns: Turns, post: str) -> dict[str, Asked]:
    """The lists of a post on a day by their code: those in force, those taken out of use, and those that moved to another post."""
    since = {each.edition.code: each.until for each in turns.moved if each.edition.body["post"] != post}
    found = {each.code: Asked(each, since.get(each.code, 0)) for each in turns.in_force if each.body["post"] == post}
    for each in (*turns.gone, *reversed(turns.moved)):
        if each.edition.body["post"] == post:
            found.setdefault(each.edition.code, Asked(each.edition, until=each.until))
    return found


def _answered_as_before(project_id: str, said: Iterable[Said], post: str, found: Mapping[str, Asked]) -> dict[str, Asked]:
    """The lists that moved to another post on a day before, though a tablet of this post had not heard of it yet."""
    others = {
        each.code: each for each in sorted(said, key=lambda each: each.number) if each.post == post and each.code not in found
    }
    editions = [content.edition(project_id, each.id) for each in others.values()]
    return {each.code: Asked(each, until=0) for each in editions if each}


def _is_over(window: Window, at: int) -> bool:
    return window.closes_at is not None and window.closes_at < at


def lists(project_id: str, post: str, at: int) -> list[Edition]:
    """The checklists in force for a post, in the order of its day."""
    found = [each for each in content.all_in_force(project_id, "checklist", at) if each.body["post"] == post]
    return sorted(found, key=_in_its_day)


def _in_its_day(edition: Edition) -> tuple[int, str]:
    return PURPOSES.index(edition.body["purpose"]), edition.code


def inspections(site: Project, post: Post, at: int) -> list[Check]:
    """The inspections of a post on the day of `at` (巡查, P2-4.1.3)."""
    found = runs(site, post.place_id, SUPERVISOR, at)
    return [replace(each, post_id=post.id) for each in found if each.edition.body["purpose"] == "inspection"]


def watched(site: Project, at: int) -> list[tuple[str, str]]:
    """The (place, role) whose checks the desk looks at on the day of `at`: every post, and the manager's own at its place."""
    posts = sites.posts(site.id, on=clock.day_of(at, site.zone))
    return list(dict.fromkeys((post.place_id, role) for post in posts for role in (post.role, SUPERVISOR)))


def missed(site: Project, since: int, at: int) -> list[Check]:
    """The runs of the days from that of `since` on that are known to be missed: nobody did anything of them, no tablet of the
    place can hold anything, and the list was in force when they began. Whatever has answers costs no query of its own."""
    heard, found = _touched(site.id, sites.day_around(site, since)[0], at), []
    day = day_of(site, since)
    while day.start <= at:
        for code, place_id, window in _over(site, day, min(at, day.end - 1)):
            if not any(window.since <= each < window.until for each in heard.get((code, place_id), ())):
                edition = content.in_force(site.id, "checklist", code, window.opens_at or window.since)
                check = _check(site, edition, place_id, window, at) if edition else None
                found += [check] if check and standing_of(site, check, at) is Standing.MISSED else []
        day = day_of(site, day.end)
    return found


def _over(site: Project, day: Day, at: int) -> Iterator[tuple[str, str, Window]]:
    """The list, place and window of every run of a day that was due before an instant."""
    places, turns = watched(site, day.start), _turns(site.id, day, at)
    for post in dict.fromkeys(role for _place, role in places):
        for asked in _asked_of(turns, post).values():
            over = [each for each in windows(asked.edition.body.get("schedule"), day) if _is_over(each, at) and asked.has(each)]
            yield from ((asked.edition.code, place, window) for window in over for place, role in places if role == post)


def _touched(project_id: str, since: int, at: int) -> Mapping[tuple[str, str], list[int]]:
    """When anything was said of a list at a place, by its code and the place."""
    found: dict[tuple[str, str], list[int]] = {}
    for fact in (Answer, Submission):
        wanted = (
            select(Document.code, fact.place_id, fact.effective_at)
            .distinct()
            .join(Version, Version.id == fact.version_id)
            .join(Document, Document.id == Version.document_id)
            .where(fact.project_id == project_id, fact.effective_at >= since, fact.effective_at <= at)
        )
        wanted = wanted.where(Reversal.spares(Submission, at)) if fact is Submission else wanted
        for code, place_id, instant in db.session.execute(wanted):
            found.setdefault((code, place_id), []).append(instant)
    return found


def _answers(project_id: str, code: str, place_id: str, since: int, at: int, author_id: str | None) -> list[Given]:
    """Answers to any version of a checklist: a version that changed at noon keeps the morning's answers."""
    has_photos = exists().where(Mention.project_id == Answer.project_id, Mention.operation_id == Answer.operation_id)
    wanted = _within(select(Answer, has_photos), Answer, project_id, code, place_id, since, at, author_id)
    return [_given(row, seen) for row, seen in db.session.execute(wanted)]


def _within(
    wanted: Selected, fact: type[Answer | Submission], project_id: str, code: str, place_id: str, since: int, at: int,
    author_id: str | None,
) -> Selected:  # fmt: skip
    wanted = (
        wanted.join(Version, Version.id == fact.version_id)
        .join(Document, Document.id == Version.document_id)
        .where(
            fact.project_id == project_id, fact.place_id == place_id, fact.effective_at >= since, fact.effective_at <= at,
            Document.code == code,
        )
    )  # fmt: skip
    return wanted.where(fact.author_id == author_id) if author_id else wanted


def _given(row: Answer, has_photos: bool) -> Given:
    return Given(
        row.place_in_order, row.item, row.answer, row.number, row.note, row.author_id, row.expected, row.choice, row.text, row.time,
        has_photos, row.version_id,
    )  # fmt: skip


@state("checklists")
def digest(project_id: str, at: int) -> list[dict[str, Any]]:
    """Every answer in the tie order."""
    wanted = select(Answer).where(Answer.project_id == project_id, Answer.effective_at <= at).order_by(*Answer.order())
    return [
        {
            "answer": row.answer, "at": row.effective_at, "author": row.author_id, "choice": row.choice, "expected": row.expected,
            "item": row.item, "note": row.note, "number": row.number, "place": row.place_id, "post": row.post_id,
            "text": row.text, "time": row.time,
            "version": row.version_id,
        }
        for row in db.session.scalars(wanted)
    ]  # fmt: skip


@state("checks")
def digest_of_runs(project_id: str, at: int) -> dict[str, Any]:
    """Every end of a check that nothing has undone, and what was decided of runs, each in the tie order."""
    stands = Reversal.spares(Submission, at)
    wanted = select(Submission).where(Submission.project_id == project_id, Submission.effective_at <= at, stands)
    return {
        "submitted": [
            {"at": row.effective_at, "author": row.author_id, "place": row.place_id, "version": row.version_id}
            for row in db.session.scalars(wanted.order_by(*Submission.order()))
        ],
        "returned": _told(Return, ("comment", "item"), project_id, at),
        "voided": _told(Void, ("reason",), project_id, at),
    }


def _told(fact: type[Return] | type[Void], words_of: tuple[str, ...], project_id: str, at: int) -> list[dict[str, Any]]:
    wanted: Select[Any] = select(fact).where(fact.project_id == project_id, fact.effective_at <= at).order_by(*fact.order())
    return [
        {"at": row.effective_at, "author": row.author_id, "day": row.day, "place": row.place_id, "version": row.version_id}
        | {name: getattr(row, name) for name in words_of}
        for row in db.session.scalars(wanted)
    ]
