"""Reads of a day for the supervisor: figures, the log, who closed it, and the entries that want a look."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import select

from webapp.base import clock
from webapp.base.database import db
from webapp.base.i18n import N_, words
from webapp.base.written import among, figure_text, time_text
from webapp.content import queries as content
from webapp.custody import queries as custody
from webapp.duty import queries as duty
from webapp.losses import queries as losses
from webapp.losses.rules import ANEW, LOST, MISSING, Gap
from webapp.losses.rules import Standing as Completeness
from webapp.operations.knowing import Known, as_known
from webapp.operations.later import Came, at_instant, came_after
from webapp.operations.models import DOUBTFUL, Receipt
from webapp.repairs import queries as repairs
from webapp.review.models import Closure, LeftOpen
from webapp.review.rules import Closed, Event, Left
from webapp.shifts import queries as shifts
from webapp.sites import queries as sites
from webapp.sites.models import Place, Project
from webapp.stock import queries as stock
from webapp.stock.models import Item
from webapp.stock.rules import CLEAN, SOILED
from webapp.tablets.queries import Contact, TabletRow, contacts, tablets
from webapp.tablets.rules import is_silent
from webapp.tours import queries as tours
from webapp.tours.queries import Covers, Rehearsed
from webapp.tours.rules import Status, status

REASON_NAMES = {
    "carried": N_("carried to tomorrow"),
    "in_hand": N_("being put right"),
    "unreachable": N_("tablet not reachable"),
    "other": N_("another reason"),
}
TO_PUT_RIGHT = ("abnormal", "safety", "repair")
"""Kinds of remark that may become a corrective action by a tap."""


@dataclass(frozen=True)
class Day:
    """A local day of a site up to the instant it is looked at."""

    site: Project
    start: int
    end: int
    at: int

    @property
    def opens(self) -> int:
        return self.start + self.site.opens * clock.MINUTE

    @property
    def closes(self) -> int:
        return self.start + self.site.closes * clock.MINUTE

    def time(self, instant: int) -> str:
        return time_text(instant, self.site.zone)


class Tally(NamedTuple):
    """What the head of a day's page counts; covers clean and soiled in thousandths."""

    parties: int
    guests: int
    handed_out: int
    clean: int
    soiled: int


TALLIED: Sequence[tuple[str, Callable[[int], str]]] = (
    (N_("Number of parties"), str), (N_("Number of guests"), str), (N_("Covers handed out (pairs)"), str),
    (N_("Clean"), figure_text), (N_("Soiled"), figure_text),
)  # fmt: skip
LATE_MOST = 50
COUNTED = {
    "duty.accept", "stock.collect", "stock.confirm", "stock.count", "stock.draw", "stock.lose", "stock.return_clean",
    "stock.reverse", "stock.settle", "stock.undo", "stock.write_off", "tours.arrive", "tours.reverse", "tours.see_off",
    "tours.stay", "tours.undo",
}  # fmt: skip
"""What may change the figures of a day."""


class Late(NamedTuple):
    """An entry that came in after a day was closed, and what it made of the figures, in words."""

    came: Came
    changed: str


@dataclass(frozen=True)
class PlaceCovers:
    """The shoe covers of one show flat's place on a day. `handed_out` in pairs; `is_open`: not after its last day."""

    place: Place
    item: Item
    covers: Covers
    handed_out: int
    is_open: bool = True

    @property
    def runs_low(self) -> bool:
        return self.is_open and self.covers.runs_low


@dataclass(frozen=True)
class Heard:
    """A tablet and what was last heard of it."""

    tablet: TabletRow
    seen_at: int
    unsent: int
    is_silent: bool


@dataclass(frozen=True)
class Doubt:
    """An entry that wants a look: flagged, refused, held, put aside or lost."""

    id: str
    at: int
    title: str
    outcome: str
    detail: str
    author_id: str | None
    tablet_no: int


def covers_of(day: Day) -> list[PlaceCovers]:
    """Covers by place, for each place with a show flat."""
    found = []
    offered = {each.id for each in sites.places(day.site.id, "show_flat", on=clock.day_of(day.at, day.site.zone))}
    for place in sites.places(day.site.id, "show_flat"):
        item = stock.covers_item(day.site.id, place.id, day.at)
        if item:
            handed = sum(each.covers for each in tours.parties(day.site.id, day.start, day.end, day.at, place.id))
            covers = tours.covers(day.site.id, place.id, item, day.start, day.at)
            if place.id in offered or handed or covers.clean or covers.soiled or covers.in_use:
                found.append(PlaceCovers(place, item, covers, handed, place.id in offered))
    return found


def heard_of(day: Day, now: int) -> list[Heard]:
    """The tablets in use with what was last heard of each; silence counts only today."""
    found = contacts(day.site.id)
    return [_heard(each, found.get(each.id), day, now) for each in tablets(day.site.id)
            if each.revoked_at is None and each.enrolled_at < day.end]  # fmt: skip


def _heard(tablet: TabletRow, contact: Contact | None, day: Day, now: int) -> Heard:
    if contact is None:
        return Heard(tablet, 0, 0, False)
    return Heard(tablet, contact.seen_at, contact.unsent, is_silent(contact.seen_at, now, day.opens, day.closes))


def doubts(day: Day) -> list[Doubt]:
    """Entries of the day that want a look and that nobody has mended, newest first."""
    wanted = select(Receipt).where(
        Receipt.project_id == day.site.id, Receipt.effective_at >= day.start, Receipt.effective_at < day.end,
        DOUBTFUL, ~repairs.done_with(day.site.id),
    )  # fmt: skip
    return [_doubt(row) for row in db.session.scalars(wanted.order_by(Receipt.effective_at.desc()).limit(200))]


def _doubt(row: Receipt) -> Doubt:
    found = repairs.broken(row)
    detail = among(repairs.flags_of(row)) or " ".join(repairs.why(found))
    return Doubt(row.id, row.effective_at, found.title, row.outcome, detail, row.author_id, row.tablet_no)


def naming(day: Day, subjects: Collection[str]) -> dict[str, int]:
    """How many of the day's entries from tablets name each of these places, flats or posts; those of none left out."""
    at = (Receipt.effective_at >= day.start) & (Receipt.effective_at < day.end) & Receipt.tablet_id.is_not(None)
    texts = db.session.scalars(select(Receipt.raw).where(Receipt.project_id == day.site.id, at)).all()
    return {each: number for each in subjects if (number := sum(each in text for text in texts))}


def standings_of(day: Day) -> dict[str, tuple[TabletRow, Completeness]]:
    """How each tablet stands as far as this day is concerned, one that was revoked too."""
    found = losses.standings(day.site.id)
    return {
        each.id: (each, found[each.id].on(day.start, day.end))
        for each in tablets(day.site.id)
        if each.id in found and each.enrolled_at < day.end
    }


def older_cases(day: Day) -> list[tuple[TabletRow, Gap]]:
    """Today also what has been missing since another day: a case until it comes or the loss is declared (domain section 0.8)."""
    if day.at >= day.end - 1:
        return []
    found = losses.standings(day.site.id)
    return [
        (tablet, gap)
        for tablet in tablets(day.site.id)
        for gap in (found[tablet.id].gaps if tablet.id in found else ())
        if gap.kind in (MISSING, ANEW, LOST) and gap.until is not None and gap.until < day.start
    ]


def closures(day: Day) -> list[Closed]:
    """Who closed the day while it was on; the first of them counts (domain section 0.8)."""
    wanted = select(Closure).where(
        Closure.project_id == day.site.id, Closure.effective_at >= day.start, Closure.effective_at < day.end,
        Closure.day == clock.day_of(day.start, day.site.zone).isoformat(),
    )  # fmt: skip
    same = (Receipt.project_id == Closure.project_id) & (Receipt.id == Closure.operation_id)
    found = db.session.execute(wanted.join(Receipt, same).add_columns(Receipt).order_by(*Closure.order()).limit(20)).all()
    left = _left([row.operation_id for row, _receipt in found], day.site.id) if found else {}
    return [Closed(row.effective_at, row.author_id, tuple(left.get(row.operation_id, ())), receipt.known) for row, receipt in found]


def _left(entries: Sequence[str], project_id: str) -> dict[str, list[Left]]:
    found: dict[str, list[Left]] = {}
    wanted = select(LeftOpen).where(LeftOpen.project_id == project_id, LeftOpen.operation_id.in_(entries)).order_by(LeftOpen.line)
    for row in db.session.scalars(wanted):
        found.setdefault(row.operation_id, []).append(Left(words(row.told) if row.told else row.words, row.reason, row.note or ""))
    return found


def tally(day: Day, by: Known | None = None) -> Tally:
    """What a day counts, by all that is known, or as an entry knew it."""
    with as_known(by):
        came, covers = tours.figures_of(day.site, day.start, day.end, day.at), covers_of(day)
    clean, soiled = (sum(getattr(each.covers, state) for each in covers) for state in (CLEAN, SOILED))
    return Tally(came.parties, came.guests, sum(each.handed_out for each in covers), clean, soiled)


def late(day: Day, closed: Closed | None) -> list[Late]:
    """What came in for the day after it was closed, or had closed by itself, and what was taken back of it since; as it came in,
    each with what it made of the figures."""
    by = closed.known if closed else at_instant(day.end)
    came = [each for each in came_after(day.site.id, by, day.end - 1, day.site.zone) if each.since >= day.start]
    before, found = tally(day, by) if came else None, []
    for each in [each for each in came if each.tablet_id or each.is_correction][:LATE_MOST]:
        after = tally(day, each.known) if each.operation in COUNTED else before
        found.append(Late(each, changed(before, after) if before and after else ""))
        before = after
    return found


def changed(before: Tally, after: Tally) -> str:
    """What the figures were and are, in words; '' where they are the same."""
    return " · ".join(
        f"{_(name)} {shown(old)} → {shown(new)}"
        for (name, shown), old, new in zip(TALLIED, before, after, strict=True)
        if old != new
    )


def log(day: Day) -> list[Event]:
    """Parties and what they asked, rehearsals, remarks, handovers, things taken and posts of the day, newest first."""
    found = [
        *_parties(day),
        *_undone_parties(day),
        *_rehearsals(day),
        *_remarks(day),
        *_handovers(day),
        *_custody(day),
        *_posts(day),
    ]
    return sorted(found, key=lambda event: event.at, reverse=True)


def _parties(day: Day) -> Iterator[Event]:
    found = tours.parties(day.site.id, day.start, day.end, day.at)
    accounts = tours.accounts(day.site.id, [party.id for party in found], day.at)
    for party in found:
        silent = [_("not seen off")] if status(party, day.at) is Status.ENDED_SILENTLY else []
        told = " · ".join([*tours.account_words(accounts[party.id]), *silent])
        yield Event(party.arrived_at, _("Party of %(number)s", number=party.guests), party.author_id, told)
        for asked in accounts[party.id].questions:
            yield Event(asked.at, _("Guests asked: %(tag)s", tag=_(tours.TAG_NAMES[asked.tag])), asked.author_id, asked.text or "")


def _undone_parties(day: Day) -> Iterator[Event]:
    """Arrivals that were taken back count nowhere and stay to be read."""
    for party, *_undone in tours.undone_parties(day.site.id, day.start, day.end, day.at):
        yield Event(party.arrived_at, _("Party of %(number)s", number=party.guests), party.author_id, _("Undone"))


def _rehearsals(day: Day) -> Iterator[Event]:
    for each in tours.rehearsals(day.site.id, day.start, day.end, day.at):
        yield Event(each.at, _("Rehearsal"), each.author_id, f"{words(each.title)} · {tours.rehearsal_words(each)}")


def certified(day: Day) -> list[Rehearsed]:
    """Who has gone through a script that is in force, newest first (P2-4.4.1b)."""
    current = {edition.id for edition in content.all_in_force(day.site.id, "script", day.at)}
    return [each for each in tours.certificates(day.site.id, day.at) if each.version_id in current]


def _remarks(day: Day) -> Iterator[Event]:
    for row in duty.remarks(day.site.id, day.start, min(day.end, day.at + 1)):
        kind, place = _(duty.CATEGORY_NAMES[row.category]), row.place_id if row.category in TO_PUT_RIGHT else None
        yield Event(row.effective_at, row.text, row.author_id, kind, row.operation_id, place)


def _handovers(day: Day) -> Iterator[Event]:
    offered = duty.handovers(day.site.id, day.start, day.end, day.at)
    for each in offered:
        yield Event(each.at, _("Handover offered"), each.author_id, each.note or "")
    for each in [*offered, *duty.answered_later(day.site.id, day.start, day.end, day.at)]:
        for answer in each.answers:
            if day.start <= answer.at < day.end:
                yield Event(answer.at, _("Handover answered"), answer.author_id, answer.exceptions or "")


def _custody(day: Day) -> Iterator[Event]:
    names = {each.id: f"{words(each.names)} {each.code}" for each in custody.assets(day.site.id)}
    rows = custody.happened(day.site.id, day.start, min(day.end, day.at + 1))
    idle = custody.changed_nothing(day.site.id, rows, min(day.end, day.at))
    for each in rows:
        told = " · ".join(filter(None, (names.get(each.asset_id), each.note)))
        yield Event(each.effective_at, custody.event_words(each, idle), each.author_id, told)


def _posts(day: Day) -> Iterator[Event]:
    names = {post.id: words(post.names) for post in sites.posts(day.site.id)}
    for each in shifts.stood(day.site.id, day.start, min(day.end, day.at + 1)):
        yield Event(each.since, _("Post taken"), each.person_id, names.get(each.post_id, ""))
        if each.until is not None:
            yield Event(each.until, _("Post left"), each.person_id, names.get(each.post_id, ""))
