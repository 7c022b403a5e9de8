"""What stands open at the end of a day: every package is asked for its own, and each says where it is put right (P2-4.4.7b)."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.actions import queries as actions
from webapp.actions.rules import Status as ActionStatus
from webapp.base import clock
from webapp.base.i18n import words
from webapp.base.written import among, figure_text, instant_text
from webapp.checklists import queries as checklists
from webapp.checklists.queries import Check
from webapp.checklists.rules import Line, Standing
from webapp.content import queries as content
from webapp.custody import queries as custody
from webapp.custody.rules import stays_out
from webapp.duty import queries as duty
from webapp.duty.rules import Handover, concerns, is_by_another, is_resolved, taken_over_again
from webapp.duty.rules import Status as HandoverStatus
from webapp.duty.rules import status as handover_status
from webapp.losses import queries as losses
from webapp.losses.rules import WAITING, Gap
from webapp.operations import registry
from webapp.operations.in_vain import in_vain
from webapp.review.queries import Day, Doubt, Heard, PlaceCovers, naming, older_cases, standings_of
from webapp.review.rules import POINTS_MOST, Point, labelled
from webapp.shifts import queries as shifts
from webapp.sites import queries as sites
from webapp.sites.models import Flat, Place, Post
from webapp.staff.queries import people
from webapp.stock import queries as stock
from webapp.stock.rules import CLEAN, STORE
from webapp.tablets import parcels
from webapp.tablets.frames import certificate_due
from webapp.tablets.queries import Contact, TabletRow, contacts, tablets
from webapp.tablets.rules import is_heard_out
from webapp.tours import queries as tours
from webapp.tours.rules import Status, status

REQUESTED_WITHIN = 30 * clock.DAY
"""How old a request may be that is answered today."""


def points_of(day: Day, heard: Sequence[Heard], covers: Sequence[PlaceCovers], found: Sequence[Doubt]) -> list[Point]:
    """What stands open at the end of this day."""
    checks = list(_check_points(day))
    return [
        *_address_points(day),
        *_document_points(day),
        *_tablet_points(day, heard),
        *checks,
        *_action_points(day, {each.entry for each in checks}),
        *_handover_points(day),
        *_custody_points(day),
        *_covers_points(covers),
        *_below_zero_points(day),
        *_variance_points(day),
        *_request_points(day),
        *_silent_points(day),
        *_entry_points(day, found),
        *_undoing_points(day),
        *_closed_points(day),
    ]


def _address_points(day: Day) -> Iterator[Point]:
    """Said on the day itself only: it is no part of a day that is over."""
    due = certificate_due(day.site.zone) if day.end > clock.now() else None
    if due:
        yield Point("certificate", *due, href="/tablets")


def _document_points(day: Day) -> Iterator[Point]:
    """Versions that wait for an approval; said on the day itself only (P2-4.4.3d)."""
    found = content.waiting(day.site.id, day.at) if day.end > clock.now() else []
    known = {each.id: each for each in content.documents(day.site.id)} if found else {}
    for each in found:
        waits = _("version %(number)s waits for an approval", number=each.number)
        href = f"/documents/{each.document_id}/{each.number}"
        yield Point("document", content.title_of(known[each.document_id], [each]), waits, href=href)


def _tablet_points(day: Day, heard: Sequence[Heard]) -> Iterator[Point]:
    restless = [each for each in heard if each.unsent or each.is_silent]
    for each in restless:
        words_of = _("%(tablet)s has %(number)s to send", tablet=each.tablet.name, number=each.unsent)
        silent = _("%(tablet)s is silent", tablet=each.tablet.name)
        since = _("last heard %(time)s", time=day.time(each.seen_at)) if each.seen_at else ""
        yield Point("tablet", words_of if each.unsent else silent, since, href=f"/tablets/{each.tablet.id}")
    standings, older, awaited = standings_of(day), older_cases(day), list(_awaited_points(day))
    for tablet, standing in standings.values():
        yield from _missing_points(day, tablet, standing.gaps)
        if standing.photos_at:
            yield Point("photos", losses.photos_words(len(standing.photos_at)), tablet.name, href=f"/tablets/{tablet.id}")
    for tablet, gap in older:
        yield from _missing_points(day, tablet, [gap])
    yield from awaited
    is_open = restless or older or awaited or not all(standing.is_complete for _tablet, standing in standings.values())
    if standings and not is_open:
        yield Point("complete", _("Complete: every entry of the tablets is here"), tone="ok", href="/tablets")


def _awaited_points(day: Day) -> Iterator[Point]:
    """Of a day that is over: tablets that may still hold something of it, and files of it on which nobody has ruled."""
    if day.at < day.end - 1:
        return
    heard, known, held = contacts(day.site.id), {each.id: each for each in tablets(day.site.id)}, parcels.contents(day.site.id)
    ruled = {each.tablet_id for each in parcels.quarantined(day.site.id) if each.result}
    for each in known.values():
        contact = heard.get(each.id)
        if contact and each.id not in ruled and _worked(each, day) and not _is_heard_out(contact, day):
            title = _("Nothing heard of %(tablet)s since the day closed; it may hold entries of this day", tablet=each.name)
            since = _("last heard %(time)s", time=instant_text(contact.seen_at, day.site.zone, day.at))
            yield Point("awaited", title, since, href=f"/tablets/{each.id}")
    for file in parcels.to_rule_on(day.site.id):
        number = held[file.digest].number(day.start, day.end)
        if number:
            title = _("A file of %(tablet)s waits for a ruling", tablet=known[file.tablet_id].name)
            told = ngettext("%(num)s entry of this day", "%(num)s entries of this day", number)
            yield Point("file", title, told, href="/tablets", about=file.digest)


def _worked(tablet: TabletRow, day: Day) -> bool:
    """Whether anybody may have recorded on a tablet on that day: one that retired had sent everything."""
    revoked_before = tablet.revoked_at is not None and tablet.revoked_at < day.start
    return tablet.enrolled_at < day.end and tablet.retired_at is None and not revoked_before


def _is_heard_out(contact: Contact, day: Day) -> bool:
    return is_heard_out(contact.seen_at, contact.unsent, day.closes, day.end)


def _missing_points(day: Day, tablet: TabletRow, gaps: Sequence[Gap]) -> Iterator[Point]:
    """What will not come by itself, and what waits since another day."""
    for gap in gaps:
        if gap.kind == WAITING and day.at < day.end - 1:
            continue  # today's are told of by the tablet that holds them
        since = _("after %(time)s", time=instant_text(gap.since, day.site.zone, day.at)) if gap.since else ""
        detail = " · ".join(filter(None, (tablet.name, since)))
        tone, about = "soon" if gap.kind == WAITING else "over", f"{gap.kind} {gap.epoch} {gap.first}"
        yield Point("missing", losses.gap_words(gap), detail, tone, href=f"/tablets/{tablet.id}", about=about)


def _action_points(day: Day, told: Collection[str | None]) -> Iterator[Point]:
    """What should have been put right by now, and what waits for somebody to look at it (P2-4.4.2c). What was found at a critical
    point is due at once; where the point itself is `told` of, it is one thing."""
    found = actions.unsettled(day.site.id, day.at)
    late = [each for each in found if each.is_overdue(day.at) and each.id not in told]
    titles = actions.titles(day.site.id, late)
    for each in late:
        since = _("to be put right by %(time)s", time=instant_text(each.due_at, day.site.zone, day.at))
        yield Point("action", titles[each.id], since, "over", href=f"/actions/{each.id}")
    done = sum(each.status is ActionStatus.DONE for each in found)
    if done:
        yield Point(
            "actions",
            ngettext("%(num)s corrective action is to be verified", "%(num)s corrective actions are to be verified", done),
            href="/actions?show=done",
        )


def checks_of(day: Day) -> list[Check]:
    """The checks of every post, as far as the day has come; the closing ones once the site closes or somebody submitted them."""
    found = [
        check for place, role in checklists.watched(day.site, day.at) for check in checklists.runs(day.site, place, role, day.at)
    ]
    return [each for each in found if _concerns(day, each)]


def _concerns(day: Day, check: Check) -> bool:
    """Of an inspection only what was looked at; of a closing check before the site closes only what wants a look."""
    purpose = check.edition.body["purpose"]
    if purpose == "inspection":
        return check.run.done > 0
    return purpose != "closing" or day.at >= day.closes or _wants_a_look(check)


def _wants_a_look(check: Check) -> bool:
    """A closing check before the site closes: somebody submitted it, or something critical is not in order (P2-4.4.6b)."""
    return check.run.submitted_at is not None or bool(check.run.failed_critically)


def _check_points(day: Day) -> Iterator[Point]:
    for check in checks_of(day):
        became, title = checklists.standing_of(day.site, check, day.at), _title_of(day, check)
        due = day.time(check.window.closes_at or 0)
        if became is Standing.MISSED:
            missed = _("missed: nothing was recorded, due until %(time)s", time=due)
            yield Point("check", title, missed, "over", _checks_href(day), about=check.key)
        elif became is Standing.UNKNOWN:
            unknown = _("not known: due until %(time)s, and a tablet of the place may hold it", time=due)
            yield Point("check", title, unknown, href=_checks_href(day), about=check.key)
        elif became is Standing.VOIDED:
            yield Point("check", title, _("voided: %(reason)s", reason=check.run.voided), "ok", about=check.key)
        elif became is not Standing.AHEAD or _wants_a_look(check):
            yield from _run_points(day, check, title, due if became is Standing.LATE else "")


def _title_of(day: Day, check: Check) -> str:
    """The list, and where it was gone through."""
    place = sites.place(day.site.id, check.place_id)
    return " · ".join(filter(None, (words(place.names) if place else "", words(check.edition.body["title"]))))


def _checks_href(day: Day) -> str:
    return f"/checks/{clock.day_of(day.start, day.site.zone)}"


def _run_points(day: Day, check: Check, title: str, late: str) -> Iterator[Point]:
    """What of a run is not in order or not answered. `late`: until when it was due, where that is over."""
    run, href = check.run, _checks_href(day)

    def of_item(code: str, line: Line, said: str, tone: str = "soon", entry: str | None = None) -> Point:
        return Point(code, words(line.item["prompt"]), said, tone, href, entry, f"{check.key}/{line.item['id']}")

    for line in run.failed:
        tone, note = "over" if line.item["critical"] else "soon", line.given.note if line.given else ""
        said = " · ".join(filter(None, (_("%(list)s: not in order", list=title), note)))
        yield of_item("failed", line, said, tone, line.given.id if line.given else None)
    for line in run.returned:
        yield of_item("returned", line, _("%(list)s: returned, not answered since", list=title))
    critically = run.left_critically if run.submitted_at is not None or day.at >= day.closes else ()
    for line in critically:
        yield of_item("critical", line, _("%(list)s: critical, not answered", list=title), "over")
    number = sum(line not in critically and not line.returned for line in run.left)
    if number:
        left = ngettext("%(num)s point is not answered", "%(num)s points are not answered", number)
        told = " · ".join(filter(None, (left, _("was due until %(time)s", time=late) if late else "")))
        yield Point("check", title, told, href=href, about=check.key)
    elif not run.failed and not run.left:
        yield Point("check", title, _("everything is in order"), "ok", about=check.key)


def _handover_points(day: Day) -> Iterator[Point]:
    names = {post.id: words(post.names) for post in sites.posts(day.site.id)}
    for each in [*duty.answered_later(day.site.id, day.start, day.end, day.at), *_given(day)]:
        when = instant_text(each.at, day.site.zone, day.end - 1)
        title, href = _("Handover %(time)s, %(post)s", time=when, post=names.get(each.post_id, "")), f"/handovers/{each.id}"
        told = duty.unsettled_words(day.site, each)
        yield from (Point("handover", title, said, tone, href) for said, tone in _became(each))
        if told:
            yield Point("differs", title, told, href=href)
        yield from (Point(concern, title, said, href=href) for concern, said in _amiss(day, each))
    yield from _taken_over_twice(day, names)
    for _offer in duty.without_beginning(day.site.id, day.start, day.at):
        yield Point("no_offer", _("A handover was answered whose offer has not arrived"))


def _closed_points(day: Day) -> Iterator[Point]:
    """What tablets recorded at a place, flat or post after its last day: it is taken, and somebody should know."""
    today = clock.day_of(day.start, day.site.zone).isoformat()
    over = {subject for subject, last in sites.closings(day.site.id).items() if last < today}
    numbers = naming(day, over) if over else {}
    rows: list[Place | Flat | Post] = []
    if numbers:
        rows = [*sites.places(day.site.id), *sites.flats(day.site.id), *sites.posts(day.site.id)]
    for row in [row for row in rows if row.id in numbers]:
        title = _("Recorded at %(place)s after its last day", place=words(row.title if isinstance(row, Flat) else row.names))
        told = ngettext("%(num)s entry of a tablet", "%(num)s entries of tablets", numbers[row.id])
        yield Point("closed", title, told, href="/entries", about=row.id)


def _given(day: Day) -> Sequence[Handover]:
    """The handovers of the day."""
    return duty.handovers(day.site.id, day.start, day.end, day.at)


def _became(given: Handover) -> Iterator[tuple[str, str]]:
    """What has become of a handover where that is worth a look: (words, tone)."""
    became = handover_status(given)
    if is_resolved(given):
        yield _("settled: %(finding)s", finding=given.findings[-1].text), "ok"
    elif became is HandoverStatus.OFFERED:
        yield _("nobody has taken over"), "soon"
    elif became is HandoverStatus.DISPUTED:
        yield _("disputed"), "over"
    elif became is HandoverStatus.UNATTENDED:
        yield _("nobody came: %(reason)s", reason=given.absent), "soon"
    elif became is HandoverStatus.STORED:
        yield duty.kept_words(given.kept, given.custodian), "ok"


def _amiss(day: Day, given: Handover) -> Iterator[tuple[str, str]]:
    """What is wrong with who signed, and for what, as far as nobody has said what holds: (code, words)."""
    inside = duty.inside_words(day.site, given) if day.start <= given.at < day.end else ""
    if inside:
        yield "inside", inside
    settled = {"accepted_twice"} if is_resolved(given) else set()
    yield from ((concern, _(duty.CONCERNS[concern])) for concern in concerns(given) if concern not in settled)
    if is_by_another(given, [each.person_id for each in shifts.present(day.site.id, given.at, given.post_id)]):
        yield "by_another", _("offered by somebody who was not on the post")


def _taken_over_twice(day: Day, names: dict[str, str]) -> Iterator[Point]:
    """Two acceptances of one post and shift both stand; somebody has to say which it was (domain section 0.7)."""
    kinds = {shift: words(each) for shift, each in shifts.names(day.site.id).items()}

    def shift_of(at: int) -> str | None:
        kind = shifts.shift_at(day.site.id, at)
        return kind.id if kind else None

    for each in taken_over_again(_given(day), shift_of):
        shift = kinds.get(shift_of(each.answers[0].at) or "")
        where = " · ".join(filter(None, (names.get(each.post_id), shift, day.time(each.answers[0].at))))
        yield Point("taken_over_twice", _("Taken over more than once"), where, href=f"/handovers/{each.id}", about=each.id)


def _custody_points(day: Day) -> Iterator[Point]:
    """Things that are lost or damaged, handled although they are lost, that two took, and that somebody still has when the site has
    closed (P2-4.3.1f)."""
    found = custody.things(day.site.id, day.at)
    known = people({by for each in found for by in (*(held.by for held in each.now.holders), *each.now.after_loss) if by})

    def named(people_ids: Iterable[str | None]) -> str:
        return among(known[by].name if by and by in known else _("Unknown") for by in people_ids)

    for each in found:
        title, now, about = f"{words(each.asset.names)} {each.asset.code}", each.now, each.asset.id
        names = named(held.by for held in now.holders)
        if now.is_lost:
            yield Point("lost", title, _("lost"), "over", href="/things", about=about)
        if now.after_loss:
            told = _("taken or given back after it was declared lost: %(names)s", names=named(now.after_loss))
            yield Point("after_loss", title, told, href="/things", about=about)
        if "taken_twice" in now.concerns:
            yield Point("taken_twice", title, _("taken twice: %(names)s", names=names), href="/things", about=about)
        elif not now.is_lost and stays_out(now, day.start):
            yield Point("kept", title, _("kept overnight by %(names)s", names=names), href="/things", about=about)
        elif now.holders and not now.is_lost and day.at >= day.closes:
            yield Point("kept", title, _("not given back: %(names)s", names=names), href="/things", about=about)
        if now.is_damaged:
            yield Point("damaged", title, now.note or _("damaged"), href="/things", about=about)


def _covers_points(covers: Sequence[PlaceCovers]) -> Iterator[Point]:
    for each in covers:
        about = f"{each.place.id} {each.item.id}"
        if each.runs_low:
            left = _(
                "%(left)s left, the minimum is %(least)s",
                left=figure_text(each.covers.clean),
                least=figure_text(each.covers.minimum),
            )
            title = _("%(item)s: running low", item=words(each.item.names))
            yield Point("low", title, f"{words(each.place.names)} · {left}", about=about)
        if each.covers.soiled < 0:
            sent = _(
                "%(number)s more went to the laundry than were worn: count the basket", number=figure_text(-each.covers.soiled)
            )
            yield Point("soiled", words(each.item.names), f"{words(each.place.names)} · {sent}", about=about)


def _below_zero_points(day: Day) -> Iterator[Point]:
    """More was taken than the records had: never refused, for the shelf was real, but somebody has to count."""
    for figure in stock.figures(day.site.id, day.at).values():
        if figure.quantity >= 0 or figure.state not in (STORE, CLEAN):
            continue
        item, place = stock.item(day.site.id, figure.item_id), sites.place(day.site.id, figure.place_id)
        if item and place:
            detail = f"{words(place.names)} · {figure_text(figure.quantity)}"
            title = _("%(item)s: below zero, count it", item=words(item.names))
            yield Point("below_zero", title, detail, about=f"{place.id} {item.id} {figure.state}")


def _variance_points(day: Day) -> Iterator[Point]:
    """Counts of the day that found more or fewer than there should be, on which nobody ruled. The first of a thing is held against
    nothing, and what was counted at a handover is told there."""
    given = duty.handovers(day.site.id, day.start, day.end, day.at)
    told = {each.id for each in given} | {answer.id for each in given for answer in each.answers}
    told |= {each.count_id for each in stock.doubts(day.site.id, day.start, day.at) if each.side is not None}
    known = {each.id: each for each in stock.items(day.site.id)}
    approved = stock.approvals(day.site.id, day.at)
    for each in stock.counted_since(day.site.id, day.start, day.at):
        is_ruled = each.id in told or each.ruled in approved
        if each.is_first or not each.difference or is_ruled or not day.start <= each.at < day.end:
            continue
        item, place = known[each.item_id], sites.place(day.site.id, each.place_id)
        said = _("%(time)s: %(counted)s counted, %(expected)s expected", time=day.time(each.at), counted=figure_text(each.counted),
                 expected=figure_text(each.expected))  # fmt: skip
        where = words(place.names) if place else ""
        title = _("%(item)s: the count differs", item=words(item.names))
        yield Point(
            "variance",
            title,
            f"{where} · {_(stock.STATE_NAMES[each.state])} · {said}",
            href=f"/stock?count={each.id}#variances",
            about=f"{each.item_id} {each.state}",
        )


def _request_points(day: Day) -> Iterator[Point]:
    """Requests of which not as many arrived as were issued, until that is settled; and those that two answered: the first counts,
    and whoever answered second has to know (P2-4.1.5a)."""
    asked = stock.requests(day.site.id, day.start - REQUESTED_WITHIN, day.at)
    known = people({answer.by for each in asked for answer in each.later if answer.by})
    for each in asked:
        item, place = stock.item(day.site.id, each.item_id), sites.place(day.site.id, each.place_id)
        called = words(item.names) if item else ""
        if each.status == "differs":
            issued, received = figure_text(each.issued), figure_text(each.received or 0)
            told = _("%(issued)s issued, %(received)s arrived", issued=issued, received=received)
            detail = f"{words(place.names)} · {told}" if place else told
            yield Point("differing", called, detail, href="/stock", about=each.id)
        title = _("%(item)s: a request was answered twice", item=called)
        for answer in each.later:
            if day.start <= answer.at < day.end:
                name = known[answer.by].name if answer.by and answer.by in known else _("Unknown")
                told = _("%(name)s answered second, %(number)s: it moved nothing", name=name, number=figure_text(answer.quantity))
                yield Point("answered_twice", title, told, href="/stock", about=answer.id)


def _entry_points(day: Day, found: Sequence[Doubt]) -> Iterator[Point]:
    number = sum(each.outcome != "applied" for each in found)
    if number:
        told = ngettext("%(num)s entry was not recorded", "%(num)s entries were not recorded", number)
        yield Point("entries", told, tone="over", href="#doubts")
    for _party in tours.without_beginning(day.site.id, day.start, day.at):
        yield Point("no_arrival", _("A party was seen off whose arrival has not come"))
    undone = {party.id for party, *_by in tours.undone_parties(day.site.id, day.start, day.end, day.at)}
    untimed = len(tours.without_time(day.site.id, day.start, min(day.end, day.at + 1)) - undone)
    if untimed:
        told = ngettext("%(num)s party: when it came is not sure", "%(num)s parties: when they came is not sure", untimed)
        on = clock.day_of(day.start, day.site.zone).isoformat()
        yield Point("untimed", told, _("clock of the tablet was wrong"), href=f"/lists/parties?since={on}&until={on}")


def _undoing_points(day: Day) -> Iterator[Point]:
    """What somebody took back that was not his to take back, or too late: on a tablet it looked undone until it was sent."""
    found = in_vain(day.site.id, day.start, min(day.end, day.at + 1))
    known = people({each for by, row in found for each in (by, row.author_id) if each})
    for by, row in found:
        who, whose = (known[each].name if each and each in known else _("Unknown") for each in (by, row.author_id))
        operation = registry.find(row.operation)
        told = _("recorded by %(whose)s, taken back by %(who)s", whose=whose, who=who)
        detail = f"{_(operation.title) if operation else row.operation} {day.time(row.effective_at)} · {told}"
        yield Point("in_vain", _("Taken back without effect; it still stands"), detail, href="/entries", about=f"{row.id} {by}")


def _silent_points(day: Day) -> Iterator[Point]:
    """Nobody saw them off: they count as gone an hour after they came (domain section 0.5)."""
    for party in tours.parties(day.site.id, day.start, day.end, day.at):
        if status(party, day.at) is Status.ENDED_SILENTLY:
            title = _("Party of %(number)s, %(time)s: not seen off", number=party.guests, time=day.time(party.arrived_at))
            yield Point("silent", title, _("counted as gone after 60 minutes"), about=party.id)


def left_open(points: Sequence[Point]) -> dict[str, Point]:
    """The points that each want a reason when the day is closed. The last may stand for too many."""
    found = labelled(points)
    if len(found) <= POINTS_MOST:
        return found
    shown = dict(list(found.items())[: POINTS_MOST - 1])
    number = len(found) - len(shown)
    return shown | {"rest": Point("rest", ngettext("%(num)s further point", "%(num)s further points", number))}
