"""Reads of what is missing: how each tablet stands, and what was declared."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import aliased

from webapp.attachments import queries as attachments
from webapp.base import clock, ids
from webapp.base.database import db
from webapp.base.written import instant_text
from webapp.losses.models import DeclaredLoss, StoreGone
from webapp.losses.rules import ANEW, LOST, MISSING, PHOTOS, WAITING, Declared, Gap, Lost, Standing, Store, Unseen, carried
from webapp.operations.declarations import Cautions, tablet_caution, tablet_note
from webapp.operations.models import DOUBTFUL, Head, Receipt
from webapp.sites.queries import project
from webapp.tablets.models import Reenrolment
from webapp.tablets.queries import tablet

MADE_WITHIN = 4 * clock.DAY
"""How long before the first instant asked for an entry may have been made to be counted as carried."""


@dataclass(frozen=True)
class Told:
    """What a tablet last told of itself, and when. Sizes in bytes, times in milliseconds; None: not told."""

    at: int = 0
    figures: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.figures.get(name)


@dataclass(frozen=True)
class Line:
    """One epoch of a tablet as the desk looks at it; `branches`: how far each copy of it went."""

    epoch: int
    acked: int
    high: int
    seen_at: int
    gone_at: int | None
    branches: tuple[tuple[str, int], ...] = ()


class Ended(NamedTuple):
    """A store that is gone, by what was said of it: its tablet found none, or (`enrolled`) was enrolled anew without retiring."""

    gone: int
    began: int
    reached: int | None
    at: int
    enrolled: bool = False


def standings(project_id: str, tablet_id: str | None = None) -> dict[str, Standing]:
    """How every tablet that was ever heard of stands, or only this one."""
    gone = _gone(project_id, tablet_id)
    lost, held, photos = _lost(project_id, tablet_id), _held(project_id, tablet_id), _photos(project_id, tablet_id)
    stores: dict[str, list[Store]] = defaultdict(list)
    for row in db.session.scalars(_of(Head, project_id, tablet_id).where(Head.branch == "").order_by(Head.epoch)):
        ended = _ended(row.epoch, gone.get(row.tablet_id, ()))
        known = ended.reached if ended and ended.gone == row.epoch else row.high_seq if ended else None
        stores[row.tablet_id].append(
            Store(
                row.epoch, row.acked_seq, max(row.high_seq, known or 0), row.good_at, ended.at if ended else None,
                is_open=ended is not None and known is None, is_anew=ended is not None and ended.enrolled,
                lost=tuple(lost.get((row.tablet_id, row.epoch), ())),
            )
        )  # fmt: skip
    told = declared(project_id, tablet_id)
    return {
        each: Standing(
            tuple(stores[each]), tuple(as_rule(row) for row in told if row.tablet_id == each), tuple(held.get(each, ())),
            photos=tuple(photos.get(each, ())),
        )
        for each in {*stores, *held, *photos}
    }  # fmt: skip


def standing(project_id: str, tablet_id: str) -> Standing:
    return standings(project_id, tablet_id).get(tablet_id, Standing())


def lines(project_id: str, tablet_id: str) -> list[Line]:
    """The epochs of a tablet, the newest first."""
    gone = _gone(project_id, tablet_id).get(tablet_id, ())
    rows = list(db.session.scalars(_of(Head, project_id, tablet_id).order_by(Head.epoch.desc(), Head.branch)))
    found = []
    for row in (row for row in rows if not row.branch):
        ended = _ended(row.epoch, gone)
        branches = tuple((each.branch, each.acked_seq) for each in rows if each.branch and each.epoch == row.epoch)
        found.append(Line(row.epoch, row.acked_seq, row.high_seq, row.seen_at, ended.at if ended else None, branches))
    return found


def told(project_id: str) -> dict[str, Told]:
    """What each tablet told of itself last."""
    rows = db.session.scalars(select(Head).where(Head.project_id == project_id, Head.about != "").order_by(Head.about_at))
    return {row.tablet_id: Told(row.about_at, json.loads(row.about)) for row in rows}


def declared(project_id: str, tablet_id: str | None = None) -> list[DeclaredLoss]:
    """The losses that were declared, the newest first."""
    return list(db.session.scalars(_of(DeclaredLoss, project_id, tablet_id).order_by(DeclaredLoss.effective_at.desc())))


def span_words(epoch: int, first: int, last: int | None) -> str:
    """Which entries, in words; the store only where it is not the first."""
    if last is None:
        words = _("all from %(first)s on", first=first)
    else:
        words = _("entry %(first)s", first=first) if first == last else _("entries %(first)s to %(last)s", first=first, last=last)
    return str(words) if epoch == 1 else str(_("%(span)s of store %(epoch)s", span=words, epoch=epoch))


def gap_words(gap: Gap) -> str:
    """What is the matter with numbers that are not here."""
    if gap.kind == PHOTOS:
        return ngettext("%(num)s photo was lost with the storage", "%(num)s photos were lost with the storage", gap.high)
    span = span_words(gap.epoch, gap.first, gap.last)
    if gap.kind == ANEW and gap.last is None:
        told = max(0, gap.high - gap.first + 1)
        if not told:
            return str(_("Enrolled anew without being retired; entries may be missing: %(span)s", span=span))
        return ngettext(
            "Enrolled anew without being retired; %(num)s entry that it told of is missing, perhaps more: %(span)s",
            "Enrolled anew without being retired; %(num)s entries that it told of are missing, perhaps more: %(span)s",
            told, span=span,
        )  # fmt: skip
    if gap.last is None:
        return str(_("Missing, nobody knows how many: %(span)s", span=span))
    missing = _("Missing: %(span)s")
    said = {WAITING: _("Not sent yet: %(span)s"), MISSING: missing, ANEW: missing, LOST: _("Cannot be sent any more: %(span)s")}
    return str(said[gap.kind]) % {"span": span}


@tablet_note
def notes(project_id: str) -> dict[str, list[tuple[str, str]]]:
    """What the list of tablets says of those that are not complete."""
    found = {}
    for tablet_id, each in standings(project_id).items():
        gone = [gap for gap in each.gaps if gap.kind not in (WAITING, PHOTOS)]
        known = sum(gap.number or 0 for gap in gone)
        told = [(ngettext("%(num)s entry missing", "%(num)s entries missing", known), "over")] if known else []
        if any(gap.number is None for gap in gone):
            told.append((_("Unknown number missing"), "over"))
        if each.held_at:
            number = len(each.held_at)
            told.append((ngettext("%(num)s held or put aside", "%(num)s held or put aside", number), "soon"))
        told += [(gap_words(gap), "over") for gap in each.gaps if gap.kind == PHOTOS]
        if each.photos_at:
            told.append((photos_words(len(each.photos_at)), "soon"))
        found[tablet_id] = told
    return found


@tablet_caution
def cautions(project_id: str, tablet_id: str) -> Cautions:
    """To whoever works at a tablet whose store was emptied: what of it is missing until the loss is declared, and what to do."""
    again = (Reenrolment.tablet_id == tablet_id) & ~Reenrolment.kept & ~Reenrolment.clean
    if not db.session.scalar(select(sa.exists().where(StoreGone.tablet_id == tablet_id) | sa.exists().where(again))):
        return []
    gone = [gap for gap in standing(project_id, tablet_id).gaps if gap.kind in (MISSING, ANEW)]
    if not gone:
        return []
    todo = _(
        "Tell the manager, look through the day and record again what is not there. This stays until the manager has ruled on it."
    )
    of = tablet(project_id, tablet_id)
    return [(loss_words(gone, project_id, of.enrolled_at if of else 0), todo)]


def loss_words(gone: Sequence[Gap], project_id: str, enrolled: int) -> str:
    """For a person who has never heard of numbers of entries: how many are missing, and from when to when."""
    site, at = project(project_id), clock.now()
    zone = site.zone if site else "UTC"
    since, until = min(gap.since or enrolled for gap in gone), max(gap.until or at for gap in gone)
    times = {"since": instant_text(since, zone, at), "until": instant_text(until, zone, at)}
    if any(gap.number is None for gap in gone):
        return _("The storage of this tablet was emptied. Entries made on it from %(since)s to %(until)s may be missing.", **times)
    return ngettext(
        "The storage of this tablet was emptied. %(num)s entry made on it from %(since)s to %(until)s is missing.",
        "The storage of this tablet was emptied. %(num)s entries made on it from %(since)s to %(until)s are missing.",
        sum(gap.number or 0 for gap in gone), **times,
    )  # fmt: skip


def photos_words(number: int) -> str:
    """That photos have not come though their entries have."""
    return ngettext("%(num)s photo still on the tablet", "%(num)s photos still on the tablet", number)


@dataclass(frozen=True)
class Copy:
    """An entry of a copied tablet beside what the other copy gave under the same number; None where it gave nothing."""

    epoch: int
    seq: int
    branch: str
    theirs: Receipt
    ours: Receipt | None


def copies(project_id: str, tablet_id: str, most: int = 100) -> list[Copy]:
    """The entries of every branch side by side with the main line's, the newest first."""
    theirs, ours = aliased(Receipt), aliased(Receipt)
    same = (ours.project_id == theirs.project_id) & (ours.tablet_id == theirs.tablet_id) & (ours.epoch == theirs.epoch)
    beside = same & (ours.seq == theirs.seq) & (ours.branch == "")
    branches = select(Head.branch).where(Head.tablet_id == tablet_id, Head.branch != "")
    wanted = (
        select(theirs, ours)
        .outerjoin(ours, beside)
        .where(theirs.project_id == project_id, theirs.tablet_id == tablet_id, theirs.branch.in_(branches))
    )
    rows = db.session.execute(wanted.order_by(theirs.epoch.desc(), theirs.seq.desc(), theirs.branch).limit(most))
    return [Copy(one.epoch or 0, one.seq or 0, one.branch, one, other) for one, other in rows]


def as_rule(row: DeclaredLoss) -> Declared:
    return Declared(row.of_epoch, row.first, row.last)


def _of(model: Any, project_id: str, tablet_id: str | None) -> Any:
    wanted = select(model).where(model.project_id == project_id)
    return wanted.where(model.tablet_id == tablet_id) if tablet_id else wanted


def _gone(project_id: str, tablet_id: str | None) -> dict[str, list[Ended]]:
    """The stores that are gone, by tablet, in the order of those that took their place; each is told of once."""
    found: dict[str, dict[int, Ended]] = defaultdict(dict)
    for again, gone in db.session.execute(_anew(project_id, tablet_id)):
        found[again.tablet_id][again.store_epoch] = Ended(gone or 0, again.store_epoch, None, again.effective_at, enrolled=True)
    for row in db.session.scalars(_of(StoreGone, project_id, tablet_id)):
        before = found[row.tablet_id].get(row.began)
        known = Ended(row.gone, row.began, row.reached, row.effective_at, enrolled=before is not None)
        found[row.tablet_id][row.began] = known
    return {tablet: [each for _began, each in sorted(some.items())] for tablet, some in found.items()}


def unsent_at(project_id: str, tablet_id: str, instants: Sequence[int]) -> list[int]:
    """How many entries that have come since a tablet still carried at each of these instants, the earliest first.

    Looks at the entries of the last days only: one whose clock was further behind when it was made is not in the picture.
    """
    recent = Receipt.id >= ids.least(instants[0] - MADE_WITHIN)
    wanted = _of(Receipt, project_id, tablet_id).where(recent, Receipt.received_at > instants[0])
    spans = db.session.execute(wanted.with_only_columns(Receipt.effective_at, Receipt.received_at)).all()
    return carried([(made, came) for made, came in spans], instants)


def _anew(project_id: str, tablet_id: str | None) -> Any:
    """The enrolments without the store and without a retirement, each with the last epoch before it of which anything was heard."""
    heard = (Head.tablet_id == Reenrolment.tablet_id) & (Head.branch == "") & (Head.seen_at > 0)
    last = select(sa.func.max(Head.epoch)).where(heard, Head.epoch < Reenrolment.store_epoch).scalar_subquery()
    return _of(Reenrolment, project_id, tablet_id).add_columns(last).where(~Reenrolment.kept, ~Reenrolment.clean)


def _ended(epoch: int, gone: Sequence[Ended]) -> Ended | None:
    """What ended this epoch: the first store that began after it because another was gone."""
    return next((each for each in gone if each.began > epoch), None)


def _lost(project_id: str, tablet_id: str | None) -> dict[tuple[str, int], list[Lost]]:
    """The markers of loss by tablet and epoch, each between what came before and after it in number."""
    before, after = aliased(Receipt), aliased(Receipt)
    of = _of(Receipt, project_id, tablet_id).where(DOUBTFUL, Receipt.outcome == "lost", Receipt.branch == "").subquery()
    mark = aliased(Receipt, of)
    since, until = (_neighbour(each, mark, step) for each, step in ((before, -1), (after, 1)))
    found: dict[tuple[str, int], list[Lost]] = defaultdict(list)
    for row in db.session.execute(select(mark.tablet_id, mark.epoch, mark.seq, mark.received_at, since, until)):
        tablet, epoch, seq, received_at, earliest, latest = row
        found[tablet, epoch].append(Lost(seq, earliest or 0, received_at if latest is None else latest))
    return found


def _neighbour(other: Any, mark: Any, step: int) -> Any:
    """When the entry beside a marker happened; nothing where that is a marker too."""
    same = (other.project_id == mark.project_id) & (other.tablet_id == mark.tablet_id) & (other.epoch == mark.epoch)
    beside = (other.branch == "") & (other.seq == mark.seq + step) & (other.outcome != "lost")
    return select(other.effective_at).where(same & beside).scalar_subquery()


def _held(project_id: str, tablet_id: str | None) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    wanted = sa.or_(Receipt.outcome == "held", Receipt.outcome == "quarantined")
    for row in db.session.scalars(_of(Receipt, project_id, tablet_id).where(DOUBTFUL, wanted, Receipt.tablet_id.is_not(None))):
        found[str(row.tablet_id)].append(row.effective_at)
    return found


def _photos(project_id: str, tablet_id: str | None) -> dict[str, list[Unseen]]:
    found: dict[str, list[Unseen]] = defaultdict(list)
    for each in attachments.missing(project_id, tablet_id):
        found[each.tablet_id].append(Unseen(each.epoch, each.at))
    return found
