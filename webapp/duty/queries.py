"""Reads of remarks and handovers."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from webapp.base import clock
from webapp.base.database import db
from webapp.base.i18n import N_, words
from webapp.base.written import among, figure_text, instant_text, signed_text, time_text
from webapp.checklists.queries import Check
from webapp.checklists.rules import FAIL
from webapp.checklists.rules import Line as Point
from webapp.content import queries as content
from webapp.content.rules import BOUNDED
from webapp.custody import queries as custody
from webapp.custody.models import Asset
from webapp.custody.rules import Standing
from webapp.duty.models import Acceptance, Finding, Line, Offer, Remark, Reversal
from webapp.duty.rules import AGREES, Accepted, Agreed, Found, Handover, concerns, exceptions_of, is_resolved, status
from webapp.operations.declarations import state
from webapp.operations.knowing import Known, as_known, corrected_by
from webapp.operations.later import Came, came_after
from webapp.operations.models import Receipt
from webapp.sites import queries as sites
from webapp.sites.models import Project
from webapp.staff.queries import people
from webapp.stock import queries as stock
from webapp.stock.models import Item
from webapp.tablets.models import Tablet
from webapp.tours import queries as tours
from webapp.tours.rules import ENDS_WITHIN
from webapp.tours.rules import Status as PartyStatus
from webapp.tours.rules import status as party_status


def remarks(project_id: str, since: int, until: int, place_id: str | None = None) -> Sequence[Remark]:
    """Remarks from `since` on and before `until`, newest first; what was taken back by then is none."""
    wanted = select(Remark).where(
        Remark.project_id == project_id, Remark.effective_at >= since, Remark.effective_at < until,
        Reversal.spares(Remark, until - 1),
    )  # fmt: skip
    if place_id:
        wanted = wanted.where(Remark.place_id == place_id)
    return db.session.scalars(wanted.order_by(*(column.desc() for column in Remark.order()))).all()


def handovers(project_id: str, since: int, until: int, at: int, place_id: str | None = None) -> list[Handover]:
    """Offers from `since` on and before `until` with the answers given by `at`, newest first."""
    wanted = select(Offer).where(
        Offer.project_id == project_id, Offer.effective_at >= since, Offer.effective_at < until, Offer.effective_at <= at
    )
    if place_id:
        wanted = wanted.where(Offer.place_id == place_id)
    return _told(project_id, db.session.scalars(wanted).all(), since, at)


def answered_later(project_id: str, since: int, until: int, at: int) -> list[Handover]:
    """Those offered before `since` that somebody answered from then on and before `until`, newest first: what was locked up for the
    night is opened on another day."""
    then = select(Acceptance.offer).where(
        Acceptance.project_id == project_id, Acceptance.effective_at >= since, Acceptance.effective_at < until,
        Acceptance.effective_at <= at,
    )  # fmt: skip
    wanted = select(Offer).where(Offer.project_id == project_id, Offer.effective_at < since, Offer.operation_id.in_(then))
    rows = db.session.scalars(wanted).all()
    return _told(project_id, rows, min((row.effective_at for row in rows), default=since), at)


def _told(project_id: str, rows: Sequence[Offer], since: int, at: int) -> list[Handover]:
    """Offers with what was answered from `since` on and by `at`, newest first."""
    if not rows:
        return []
    answers = _answers(project_id, since, at)
    findings, lines = _findings(project_id, at), _lines(project_id, since, at)
    return sorted((_handover(row, answers, findings, lines) for row in rows), key=lambda each: each.order, reverse=True)


def handover(project_id: str, offer_id: str, at: int) -> Handover | None:
    """One handover; None where its offer has not arrived."""
    row = db.session.scalars(select(Offer).where(Offer.project_id == project_id, Offer.operation_id == offer_id)).one_or_none()
    if row is None:
        return None
    answers = _answers(project_id, row.effective_at - clock.DAY, at, offer_id)
    return _handover(row, answers, _findings(project_id, at), _lines(project_id, row.effective_at - clock.DAY, at))


def without_beginning(project_id: str, since: int, at: int) -> list[str]:
    """Answers to offers that have not come: those are still on a tablet."""
    known = select(Offer.operation_id).where(Offer.project_id == project_id)
    wanted = select(Acceptance.offer).where(
        Acceptance.project_id == project_id, Acceptance.effective_at >= since, Acceptance.effective_at <= at,
        Acceptance.offer.not_in(known),
    )  # fmt: skip
    return sorted(set(db.session.scalars(wanted)))


def _answers(project_id: str, since: int, at: int, offer_id: str | None = None) -> Mapping[str, list[Accepted]]:
    wanted = select(Acceptance).where(
        Acceptance.project_id == project_id, Acceptance.effective_at >= since, Acceptance.effective_at <= at
    )
    if offer_id:
        wanted = wanted.where(Acceptance.offer == offer_id)
    found: dict[str, list[Accepted]] = defaultdict(list)
    lines = _lines(project_id, since, at)
    for row in db.session.scalars(wanted.order_by(*Acceptance.order())):
        said = tuple(lines.get(row.operation_id, ()))
        found[row.offer].append(Accepted(row.place_in_order, row.operation_id, row.author_id, row.result, row.exceptions, said))
    return found


def _lines(project_id: str, since: int, at: int) -> Mapping[str, list[Agreed]]:
    """The lines that were gone through, by the entry that they stand in, as they stood there."""
    wanted = select(Line).where(Line.project_id == project_id, Line.effective_at >= since, Line.effective_at <= at)
    found: dict[str, list[Agreed]] = defaultdict(list)
    for row in db.session.scalars(wanted.order_by(*Line.order())):
        found[row.operation_id].append(Agreed(**{each.name: getattr(row, each.name) for each in fields(Agreed)}))
    return found


def _findings(project_id: str, at: int) -> Mapping[str, list[Found]]:
    """What was found of handovers; of a day that is over it settles what stood open, whenever somebody found it."""
    wanted = select(Finding).where(Finding.project_id == project_id, Finding.effective_at <= corrected_by(at))
    found: dict[str, list[Found]] = defaultdict(list)
    for row in db.session.scalars(wanted.order_by(*Finding.order())):
        found[row.offer].append(Found(row.effective_at, row.author_id, row.based_on, row.text))
    return found


def _handover(
    row: Offer,
    answers: Mapping[str, Sequence[Accepted]],
    findings: Mapping[str, Sequence[Found]],
    lines: Mapping[str, Sequence[Agreed]],
) -> Handover:
    own = row.operation_id
    answered, found, put_away = tuple(answers.get(own, ())), tuple(findings.get(own, ())), tuple(lines.get(own, ()))
    return Handover(
        row.operation_id, row.place_in_order, row.place_id, row.post_id, row.author_id, row.to_person_id, row.note, answered,
        row.kept, row.custodian, row.absent, put_away, found,
    )  # fmt: skip


@state("duty")
def digest(project_id: str, at: int) -> dict[str, Any]:
    """Remarks and handovers in the tie order, and the answers whose offer has not come."""
    return {
        "handovers": [_digest_of(each) for each in reversed(handovers(project_id, 0, at + 1, at))],
        "remarks": [
            {
                "at": row.effective_at, "author": row.author_id, "category": row.category, "place": row.place_id,
                "post": row.post_id, "text": row.text,
            }
            for row in reversed(remarks(project_id, 0, at + 1))
        ],
        "without_beginning": without_beginning(project_id, 0, at),
    }  # fmt: skip


def _digest_of(each: Handover) -> dict[str, Any]:
    return {
        "answers": [
            {
                "at": answer.at, "author": answer.author_id, "exceptions": answer.exceptions, "id": answer.id,
                "lines": [asdict(line) for line in answer.lines], "result": answer.result,
            }
            for answer in each.answers
        ],
        "absent": each.absent, "at": each.at, "author": each.author_id, "concerns": list(concerns(each)),
        "custodian": each.custodian, "findings": [asdict(found) for found in each.findings], "id": each.id, "kept": each.kept,
        "lines": [asdict(line) for line in each.lines], "note": each.note,
        "place": each.place_id, "post": each.post_id, "status": status(each).value, "to": each.to_person_id,
    }  # fmt: skip


CONCERNS = {
    "same_person": N_("signed by one person for both sides"),
    "to_self": N_("offered to the person who offers it"),
    "accepted_twice": N_("answered twice"),
    "no_reason": N_("exceptions without a word"),
    "no_custodian": N_("the keys were left with nobody named"),
}
"""What the supervisor should look at of a handover, in words."""
CATEGORY_NAMES = {
    "normal": N_("Worth knowing"),
    "abnormal": N_("Abnormal"),
    "safety": N_("Safety"),
    "repair": N_("Repair"),
    "visitor": N_("Visitors"),
    "stock": N_("Supplies"),
}
"""What a kind of remark is called."""


@dataclass(frozen=True)
class Row:
    """A line that waits to be gone through. `label` keeps it together in a form; `shown`: how it stands, in words.

    `due`: what should lie there and the stamp of its last count, hidden until it was counted. `now`, of a thing that somebody can
    have: where it is, and `holders` in words; `worn`: so much is with guests, in thousandths. The tablet puts what was recorded on
    it in their place. `point`: of a check, which is a line while it is not in order, here or on this tablet.
    """

    label: str
    kind: str
    title: str
    shown: str = ""
    state: str | None = None
    asset_id: str | None = None
    item: Item | None = None
    entry: str | None = None
    key: str | None = None
    due: Any = None
    now: Standing | None = None
    holders: str = ""
    worn: int | None = None
    point: tuple[Check, Point] | None = None

    @property
    def cells(self) -> list[tuple[str, str]]:
        """What of it goes with the answer as it is. How a thing stands the tablet says, which may know better."""
        named = {
            "kind": self.kind,
            "asset": self.asset_id,
            "item": self.item and self.item.id,
            "entry": self.entry,
            "key": self.key,
        }
        if self.now is None:
            named |= {"state": self.state, "shown": self.shown[:SHOWN_MOST]}
        return [(name, str(value)) for name, value in named.items() if value]


SHOWN_MOST = 200
TO_BE_SEEN = ("abnormal", "safety", "repair", "stock")
"""The categories of remarks that the next shift goes through one by one."""


def to_hand_over(site: Project, place_id: str, checks: Sequence[Check], at: int) -> list[Row]:
    """What a place hands over (交接物品, P2-4.3.1f, P2-4.4.6a): things, what is counted, open remarks and open points of checks."""
    start, _end = sites.day_around(site, at)
    seen = [row for row in reversed(remarks(site.id, start, at + 1, place_id)) if row.category in TO_BE_SEEN]
    noted = [
        Row(row.operation_id, "remark", row.text[:SHOWN_MOST], str(_(CATEGORY_NAMES[row.category])), entry=row.operation_id)
        for row in seen
    ]
    return [*_things_of(site, place_id, at), *_counts_of(site, place_id, at), *noted[:REMARKS_MOST], *_points_of(checks)]


REMARKS_MOST = 20


def put_away(site: Project, given: Handover) -> list[Row]:
    """What was locked up for the night, to be confirmed: it is in the hands of whoever opens then."""
    agreed = [line for line in given.lines if line.asset_id and line.said == AGREES and line.state != "lent"]
    return [kept_row(str(line.asset_id), _title(site, line)) for line in agreed]


def kept_row(asset_id: str, title: str) -> Row:
    """A thing as a line of what was locked up."""
    return Row(asset_id, "asset", title, str(_("Locked up")), "kept", asset_id=asset_id)


def _things_of(site: Project, place_id: str, at: int) -> Iterator[Row]:
    found = custody.things(site.id, at, place_id)
    known = people({held.by for each in found for held in each.now.holders if held.by})
    for each in found:
        now, title = each.now, f"{words(each.asset.names)} {each.asset.code}"
        names = among(known[held.by].name if held.by and held.by in known else _("Unknown") for held in now.holders)
        where = {"back": _("in its place"), "out": names, "lost": _("lost")}[now.where]
        lent = now.is_lent
        said = _("lent to a guest by %(name)s", name=names) if lent else where
        if each.asset.kind == "facility":
            said = "" if now.is_damaged else _("In order")
        damage = (now.note or _("damaged")) if now.is_damaged else ""
        shown = " · ".join(filter(None, (said, damage)))
        row = Row(each.asset.id, "asset", title, shown, "lent" if lent else now.where, asset_id=each.asset.id)
        yield row if each.asset.kind == "facility" else replace(row, now=now, holders=said)


def _counts_of(site: Project, place_id: str, at: int) -> Iterator[Row]:
    watched = stock.watched(site.id, place_id, at)
    washed = stock.washed(site.id, at, watched)
    for item in watched:
        found, title = tours.covers(site.id, place_id, item, at, at), words(item.names)
        yield Row(f"{item.id}-clean", "stock", title, str(_("Clean")), "clean", item=item, due=(found.clean, found.stamp))
        if item.category == "shoe_cover" and item in washed:
            yield Row(f"{item.id}-in_use", "stock", title, str(_("In use")), "in_use", item=item, worn=found.in_use)
            yield Row(
                f"{item.id}-soiled", "stock", title, str(_("Soiled")), "soiled", item=item, due=(found.soiled, found.soiled_stamp)
            )


def _points_of(checks: Sequence[Check]) -> Iterator[Row]:
    """Every point that may be found wrong: the tablet shows those that are, with what was answered on it since."""
    for check in checks:
        for line in check.run.lines:
            if line.is_failed or wrong_by(line.item):
                key = str(line.item["id"])
                yield Row(
                    key.replace(".", "-"), "check", words(line.item["prompt"]), str(_("Not in order")), key=key, point=(check, line)
                )


def wrong_by(item: Mapping[str, Any]) -> str:
    """The answers to a point that say it is not in order, as the overlay writes them; '' where none does."""
    options = [option["id"] for option in item.get("options", ()) if option.get("fails")]
    ticked = item["response"] == "pass_fail_na" or item["response"] in BOUNDED
    return " ".join([FAIL] * ticked + options)


STANDS = {
    "back": N_("in its place"), "out": N_("Taken"), "lent": N_("Lent to a guest"), "lost": N_("lost"), "kept": N_("Locked up"),
}  # fmt: skip
"""How a thing stood that was gone through at a tablet."""


def _stands(line: Agreed) -> str:
    return str(_(STANDS[line.state])) if line.state in STANDS else ""


def variances(site: Project, given: Handover, answer: Accepted | Handover) -> list[tuple[Agreed, int]]:
    """The counts of an answer with how much more lay there than should have, in thousandths; told once made (P2-4.3.2f)."""
    found = []
    for line in answer.lines:
        item = stock.item(site.id, line.item_id) if line.item_id and line.found is not None else None
        if item is not None and line.found is not None:
            with as_known(_known(site.id, answer.id)):  # what came or was taken back later is told as such
                due = tours.covers(site.id, given.place_id, item, answer.at - 1, answer.at - 1)
            found.append((line, line.found - (due.soiled if line.state == "soiled" else due.clean)))
    return found


KEPT_NAMES = {"key_box": N_("In the key box"), "security": N_("With security")}


def kept_words(kept: str | None, custodian: str | None) -> str:
    """Where the keys are for the night, and who has them; '' where nothing was locked up."""
    place = KEPT_NAMES.get(kept or "")
    return " · ".join(filter(None, (str(_(place)), custodian))) if place else ""


def inside_words(site: Project, given: Handover) -> str:
    """The parties that had not been seen off when a place was locked up for the night; '' where nobody was inside, or it was not.
    Whoever says nothing for an hour counts as gone (domain section 0.5)."""
    if not given.kept:
        return ""
    came = tours.parties(site.id, given.at - ENDS_WITHIN, given.at + 1, given.at, given.place_id)
    inside = [each for each in came if party_status(each, given.at) is PartyStatus.INSIDE]
    told = among(f"{time_text(each.arrived_at, site.zone)} {_('Party of %(number)s', number=each.guests)}" for each in inside)
    said = ngettext("locked up with %(num)s party inside", "locked up with %(num)s parties inside", len(inside))
    return f"{said}: {told}" if inside else ""


def unsettled_words(site: Project, given: Handover) -> str:
    """What differed at a handover and nobody has said what became of; '' where nothing did, or somebody has."""
    return "" if is_resolved(given) else differences_words(site, given)


def differences_words(site: Project, given: Handover) -> str:
    """What differed, line by line, and every count with what it should have been."""
    differing = exceptions_of(given)
    written = _written(site, differing, given.at)
    told = [f"{_title(site, line, written)}: {line.note or _('differs')}" for line in differing]
    for answer in given.answers:
        for line, more in variances(site, given, answer):
            if more:
                found = figure_text(line.found or 0)
                words_of = _("%(found)s counted, %(more)s against what was expected", found=found, more=signed_text(more))
                told.append(f"{_title(site, line)}: {words_of}")
    return " · ".join(told)


Written = Mapping[str, tuple[str, str]]
"""By the key of a point or the entry of a remark: what it says, and how it stood; in the reader's language."""


def _written(site: Project, lines: Iterable[Agreed], at: int) -> Written:
    """What the points of checks and the remarks that lines name are about, as far as it is known here."""
    every = list(lines)
    keys, entries = {line.key for line in every if line.key}, {line.entry for line in every if line.entry}
    editions = [each.edition for each in content.gone(site.id, "checklist", at)] if keys else []
    editions += content.all_in_force(site.id, "checklist", at) if keys else []
    items = [item for each in editions for item in each.body["items"] if item["id"] in keys]
    named = select(Remark).where(Remark.project_id == site.id, Remark.operation_id.in_(entries))
    rows = db.session.scalars(named) if entries else ()
    found = {item["id"]: (words(item["prompt"]), str(_("Not in order"))) for item in items}
    return found | {row.operation_id: (row.text, str(_(CATEGORY_NAMES[row.category]))) for row in rows}


def _title(site: Project, line: Agreed, written: Written | None = None) -> str:
    """What a line is of, in words: its thing, its item and state, its point or remark, else what was shown."""
    if line.asset_id:
        asset = _asset(site, line)
        return f"{words(asset.names)} {asset.code}" if asset else ""
    if line.item_id:
        item = stock.item(site.id, line.item_id)
        return f"{words(item.names)} · {_(STATE_NAMES[line.state])}" if item and line.state in STATE_NAMES else ""
    return _of(line, written or {})[0] or line.shown or ""


def _of(line: Agreed, written: Written) -> tuple[str, str]:
    return written.get(line.entry or line.key or "", ("", ""))


def _asset(site: Project, line: Agreed) -> Asset | None:
    return next((each for each in custody.assets(site.id) if each.id == line.asset_id), None)


STATE_NAMES = {"clean": N_("Clean"), "in_use": N_("In use"), "soiled": N_("Soiled")}


@dataclass(frozen=True)
class Left:
    """A line of what the last shift left behind. `waits`: somebody has to confirm it."""

    words: str
    detail: str = ""
    icon: str = "info"
    tone: str = ""
    href: str | None = None
    waits: bool = False


def left_behind(site: Project, place_id: str, at: int, href: str) -> list[Left]:
    """What whoever closed left for whoever opens: the keys, the last remark, what is damaged or lost; a line each."""
    start, _end = sites.day_around(site, at)
    return [*_locked_up(site, place_id, start, at, href), *_last_remark(site, place_id, start), *_not_in_order(site, place_id, at)]


def _locked_up(site: Project, place_id: str, start: int, at: int, href: str) -> Iterator[Left]:
    before = [each for each in handovers(site.id, start - 14 * clock.DAY, start, at, place_id) if each.kept or each.absent]
    last = before[0] if before else None
    if last is None or last.answers:
        return
    by, when = _name_of(last.author_id), instant_text(last.at, site.zone, at)
    said = kept_words(last.kept, last.custodian) or str(_("Nobody came"))
    told = " · ".join(filter(None, (last.absent, last.note, f"{by} {when}")))
    yield Left(said, told, "key-round", "soon", href, waits=True)


def _last_remark(site: Project, place_id: str, start: int) -> Iterator[Left]:
    for row in remarks(site.id, start - 14 * clock.DAY, start, place_id)[:1]:
        by = _name_of(row.author_id)
        told = " · ".join(filter(None, (str(_(CATEGORY_NAMES[row.category])), by, instant_text(row.effective_at, site.zone, 0))))
        yield Left(row.text, told, "pencil")


def _name_of(person_id: str | None) -> str:
    found = people([person_id] if person_id else [])
    return next((each.name for each in found.values()), str(_("Unknown")))


def _not_in_order(site: Project, place_id: str, at: int) -> Iterator[Left]:
    found = [each for each in custody.things(site.id, at, place_id) if each.now.concerns]
    if found:
        names = among(f"{words(each.asset.names)} {each.asset.code}" for each in found)
        yield Left(str(_("Damaged, lost or taken twice")), names, "circle-alert", "soon")


@dataclass(frozen=True)
class Told:
    """A line in words. `sealed`: words that stand nowhere but in the line, as the tablet showed them in its own language; they are
    all there is of a line without a title."""

    title: str
    shown: str
    said: str
    agrees: bool
    sealed: str = ""

    @property
    def tongue(self) -> str:
        """The language of what is sealed."""
        return "zh" if any("\u4e00" <= each <= "\u9fff" for each in self.sealed) else "en"


def lines_words(site: Project, given: Handover, answer: Accepted | Handover) -> list[Told]:
    """The lines of an answer, or of what was locked up, each by what it is about."""
    more, written = dict(variances(site, given, answer)), _written(site, answer.lines, answer.at)
    found = []
    for line in answer.lines:
        title, shown = _title(site, line, written), _shown(site, line, written)
        sealed = "" if shown is not None else line.shown or ""
        found.append(
            Told("" if title == sealed else title, shown or "", _said(line, more.get(line)), _agrees(line, more.get(line)), sealed)
        )
    return found


def _shown(site: Project, line: Agreed, written: Written) -> str | None:
    """How a line stood, by the facts that it names; None where only the words that were shown tell it."""
    asset = _asset(site, line) if line.asset_id else None
    if asset and (asset.kind != "facility" or not line.shown):
        return _stands(line)
    if line.item_id:
        return _worn(site, line) if line.state == "in_use" else ""  # the others' title says so
    return _of(line, written)[1] or None


def _worn(site: Project, line: Agreed) -> str:
    """How many pairs guests wore: only the words that were shown hold the figure, which reads alike in every language."""
    item, figure = stock.item(site.id, line.item_id or ""), re.search(r"\d+", line.shown or "")
    if item is None or figure is None:
        return ""
    counter = stock.counter(item, int(figure[0]) * 1000)
    return str(_("%(number)s %(counter)s with guests inside", number=figure[0], counter=counter))


def _agrees(line: Agreed, more: int | None) -> bool:
    return line.said != "differs" and not more


def _said(line: Agreed, more: int | None) -> str:
    """What was said of a line, or counted, with its note."""
    said = _("agrees") if line.said == "agrees" else _("differs") if line.said else ""
    if line.found is not None:
        said = _("%(found)s counted", found=figure_text(line.found)) if not more else _(
            "%(found)s counted, %(more)s against what was expected", found=figure_text(line.found), more=signed_text(more)
        )  # fmt: skip
    return " · ".join(filter(None, (str(said), line.note)))


def seal(project_id: str, answer_id: str) -> str:
    """The SHA-256 of an answer as it was signed: of the entry's text, which holds every line and what it showed (domain 0.7)."""
    wanted = select(Receipt.digest).where(Receipt.project_id == project_id, Receipt.id == answer_id)
    return db.session.scalar(wanted) or ""


def after_sealing(site: Project, given: Handover) -> list[Came]:
    """What came in after the first answer of what happened at the place since the handover before it, or on its day, and what was
    taken back of that: no seal covers it."""
    if not given.answers:
        return []
    answer = given.answers[0]
    before = [each for each in handovers(site.id, given.at - clock.DAY, given.at, given.at, given.place_id)
              if each.post_id == given.post_id]  # fmt: skip
    begins = max((each.answers[0].at if each.answers else each.at for each in before), default=sites.day_around(site, given.at)[0])
    known = _known(site.id, answer.id)
    came = came_after(site.id, known, answer.at - 1, site.zone) if known else []
    return _at_place(site, given.place_id, [each for each in came if each.since >= begins])[:AFTER_MOST]


AFTER_MOST = 50


def _known(project_id: str, entry_id: str) -> Known | None:
    row = db.session.get(Receipt, (project_id, entry_id))
    return row.known if row else None


def _at_place(site: Project, place_id: str, came: Sequence[Came]) -> list[Came]:
    """Those that concern a place: it is the one that they, or what they take back, name; else their tablet stands there."""
    wanted = {each.corrected or each.id for each in came}
    rows = {row.id: row for row in db.session.scalars(select(Receipt).where(Receipt.project_id == site.id, Receipt.id.in_(wanted)))}
    here = set(db.session.scalars(select(Tablet.id).where(Tablet.project_id == site.id, Tablet.place_id == place_id)))
    others = {each.id for each in sites.places(site.id)} - {place_id}

    def concerns_it(row: Receipt | None) -> bool:
        if row is None or place_id in row.raw:
            return row is not None
        return row.tablet_id in here and not any(each in row.raw for each in others)

    return [each for each in came if concerns_it(rows.get(each.corrected or each.id))]
