"""The home of the door and of the bar, and the handover of a post (P2-4.4.2c, P2-4.4.3a, P2-4.4.6a, P2-4.5.2d).

All see the whole of their place, so they stand here."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext as _

from webapp.actions import queries as actions
from webapp.attachments import queries as attachments
from webapp.base import clock, ids
from webapp.base.i18n import language
from webapp.base.written import instant_text, span_text, time_text
from webapp.checklists import queries as checklists
from webapp.checklists.queries import Check
from webapp.content import queries as content
from webapp.content.rules import HOURS
from webapp.custody import queries as custody
from webapp.duty import queries
from webapp.duty.rules import Handover, awaits_finding, concerns, open_for, parties, status
from webapp.duty.tables import HANDOVERS, REMARKS
from webapp.operations import registry
from webapp.operations.roles import DEPUTY, FRONT, SUPERVISOR
from webapp.shifts import queries as shifts
from webapp.sites import queries as sites
from webapp.sites.models import Project
from webapp.staff.desk import desk_page, submit
from webapp.staff.lists import desk_table
from webapp.staff.queries import colleagues, people
from webapp.stock import queries as stock
from webapp.stock.rules import CLEAN, REQUEST, UNDOING, one_draw
from webapp.tablets.frames import this_flat, this_post, this_role, this_site
from webapp.tablets.stations import station_page
from webapp.tours import queries as tours
from webapp.tours.rules import Party
from webapp.tours.rules import Status as PartyStatus
from webapp.tours.rules import status as party_status

bp = Blueprint("duty", __name__)
SHOWN = 3
"""The newest parties of the home; whoever is still inside is there besides, to be seen off."""
INSIDE_MOST = 40
"""Parties inside that a home and a locked screen hold; no flat takes as many, and the rest stands on the page of all parties."""
TICKS = 6
"""Points of a check on a locked screen; what is no tick asks to see what was counted, or to sign."""
CLOSING_WITHIN = 90 * clock.MINUTE
"""From then on before closing time the home asks for the closing check."""


@station_page(bp, "door", "", families=("tours", "stock", "checklists", "shifts", "duty", "custody", "actions"), minutes=15)
def home() -> str:
    """What to do when guests come."""
    site, flat, at = this_site(), this_flat(), clock.now()
    parties = tours.today(site, at, g.tablet.place_id)
    checks = checklists.checks(site, g.tablet.place_id, this_role(), at)
    covers = _covers(site, at)
    return render_template(
        "duty/home.html",
        day=clock.day_of(at, site.zone),
        hours=HOURS,
        shift=_shift(site, at),
        post=this_post(),
        flat=flat,
        line=tours.welcome(site, flat, at, language()) if flat else None,
        check=_check(checks, site, at),
        checks=checks,
        wrong=actions.to_do(site.id, at, g.tablet.place_id),
        covers=covers,
        parties=_at_hand(parties, at, SHOWN),
        since=sites.day_around(site, at)[0],
        count=len(parties),
        guests=sum(party.guests for party in parties),
        status=party_status,
        at=at,
        greeting=_greeting(site, at),
        **_covers_moved(covers),
    )


@station_page(bp, "bar", "", families=("stock", "checklists", "shifts", "duty", "attachments", "custody", "actions"), minutes=15)
def counter() -> str:
    """The water bar's home (水吧): the check that is due, what runs low, what was remarked."""
    site, at = this_site(), clock.now()
    start, _end = sites.day_around(site, at)
    place_id = g.tablet.place_id
    remarks = queries.remarks(site.id, start, at + 1, place_id)
    items = stock.watched(site.id, place_id, at)
    found = {item.id: tours.covers(site.id, place_id, item, at, at) for item in items}
    checks = checklists.checks(site, place_id, this_role(), at)
    return render_template(
        "duty/counter.html",
        day=clock.day_of(at, site.zone),
        hours=HOURS,
        shift=_shift(site, at),
        post=this_post(),
        check=_check(checks, site, at),
        checks=checks,
        wrong=actions.to_do(site.id, at, place_id),
        items=sorted(items, key=lambda item: not found[item.id].runs_low),
        found=found,
        remarks=remarks,
        photos=attachments.photos_of(site.id, [row.operation_id for row in remarks]),
        people=people(row.author_id for row in remarks if row.author_id),
        kinds={each: _(name) for each, name in queries.CATEGORY_NAMES.items()},
        greeting=_greeting(site, at),
    )


@station_page(bp, ("door", "bar"), "locked", families=("tours", "stock", "checklists"), minutes=15)
def locked() -> str:
    """What a locked tablet shows: what may be recorded without a code, and no name but that of whoever is on post."""
    site, flat, at = this_site(), this_flat(), clock.now()
    check = _check(checklists.checks(site, g.tablet.place_id, this_role(), at), site, at)
    left = check.run.left if check else ()
    return render_template(
        "duty/locked.html",
        flat=flat,
        line=tours.welcome(site, flat, at, language()) if flat else None,
        item=stock.covers_item(site.id, g.tablet.place_id, at) if flat else None,
        parties=_at_hand(tours.today(site, at, g.tablet.place_id), at),
        check=check,
        ticks=[one for one in left if one.item["response"] == "pass_fail_na"][:TICKS],
    )


def _at_hand(parties: Sequence[Party], at: int, newest: int = 0) -> list[Party]:
    """The newest ones and those still inside, newest first."""
    inside = [each for each in parties if party_status(each, at) is PartyStatus.INSIDE][:INSIDE_MOST]
    kept = {each.id for each in (*parties[:newest], *inside)}
    return [each for each in parties if each.id in kept]


def _opens_and_closes(site: Project, at: int) -> tuple[int, int]:
    """First and last instant of the site's opening hours on the local day of `at`."""
    start, _end = sites.day_around(site, at)
    return start + site.opens * clock.MINUTE, start + site.closes * clock.MINUTE


def _shift(site: Project, at: int) -> dict[str, Any] | None:
    """The shift that is on, how far it has come, and what is left of it."""
    kind = shifts.shift_at(site.id, at)
    if kind is None:
        return None
    begins, ends = shifts.bounds(site.id, kind, at)
    return {
        "names": kind.names,
        "begins": time_text(begins, site.zone),
        "ends": time_text(ends, site.zone),
        "percent": round(100 * (at - begins) / max(1, ends - begins)),
        "left": _("%(span)s left", span=span_text(ends - at)),
    }


def _check(found: Sequence[Check], site: Project, at: int) -> Check | None:
    """The check that is due: the opening check until it is done, the closing check towards the end of the day."""
    _opens, closes = _opens_and_closes(site, at)
    due = [each for each in found if each.edition.body["purpose"] != "closing" or at >= closes - CLOSING_WITHIN]
    return next((each for each in due if not each.run.is_complete), due[-1] if due else None)


def _covers(site: Project, at: int) -> dict[str, Any] | None:
    """The shoe covers of this show flat, with what the gauge needs."""
    if g.tablet.station != "door":
        return None
    item = stock.covers_item(site.id, g.tablet.place_id, at)
    if item is None:
        return None
    opens, closes = _opens_and_closes(site, at)
    found = tours.covers(site.id, g.tablet.place_id, item, min(opens, at), at)
    par = stock.par(site.id, g.tablet.place_id, item, at)
    full = max(par, found.clean, 1)
    store = next((each.id for each in sites.places(site.id, "store_room", on=clock.day_of(at, site.zone))), g.tablet.place_id)
    lasts = found.lasts_until if found.lasts_until and found.lasts_until < closes else None
    wanted = stock.requests(site.id, at - stock.ASKED_WITHIN, at, g.tablet.place_id)
    asked = [each for each in wanted if each.is_open and each.item_id == item.id]
    moved = stock.movements(site.id, at - DRAWN_SHOWN, at + 1, g.tablet.place_id, item.id)
    return {
        "item": item,
        "found": found,
        "full": full,
        "percent": round(100 * found.clean / full),
        "refill": 0 if asked else one_draw(found.clean, found.minimum, par),
        "store": store,
        "asked": asked,
        "drawn": [each for each in moved if each.kind == DRAWN and each.state == CLEAN],
        "asks": stock.ways(site.id, at)[item.category] == REQUEST,
        "mark": round(100 * found.minimum / full),
        "lasts_until": time_text(lasts, site.zone) if lasts else None,
    }


DRAWN_SHOWN = 10 * clock.MINUTE
"""So long a draw of covers stands beside the button that made it, with its undo; then among the supplies."""
DRAWN = "issue"


def _covers_moved(covers: dict[str, Any] | None) -> dict[str, Any]:
    """What the rows of covers that were just drawn need."""
    told = [*covers["drawn"], *covers["asked"]] if covers else []
    return {
        "undoing": {DRAWN: UNDOING[DRAWN]},
        "back": lambda each: stock.back(each, covers["store"] if covers else ""),
        "move_names": {DRAWN: _(stock.MOVE_NAMES[DRAWN])},
        "people": people({each.author_id for each in told if each.author_id}),
        "statuses": {status: _(name) for status, name in stock.STATUS_NAMES.items()},
    }


SHOWN_AT_HANDOVER = ("duty", "tours", "stock", "checklists", "shifts", "attachments", "custody")
LOCKED_UP_SINCE = 14 * clock.DAY
"""So long ago a post may have been locked up and wait to be opened; any other offer waits until the next day."""


@station_page(bp, ("door", "bar"), "handover", families=SHOWN_AT_HANDOVER, minutes=60)
def handover() -> str:
    """Remarks of the day, the offer that waits, and how the day stands."""
    site, at = this_site(), clock.now()
    start, _end = sites.day_around(site, at)
    post, offers = this_post(), _offers(site, start, at)
    checks = checklists.checks(site, g.tablet.place_id, this_role(), at)
    remarks = queries.remarks(site.id, start, at + 1, g.tablet.place_id)
    parties = tours.today(site, at, g.tablet.place_id)
    covers = _covers(site, at)
    waiting = open_for(offers, post.id) if post else None
    return render_template(
        "duty/handover.html",
        post=post,
        shift=_shift(site, at),
        remarks=remarks,
        photos=attachments.photos_of(site.id, [row.operation_id for row in remarks]),
        offers=offers,
        waiting=waiting,
        **_locked_up(site, waiting),
        kept_row=queries.kept_row,
        shown_of=attachments.photos_of(site.id, [each.id for each in offers]),
        waiting_at=instant_text(waiting.at, site.zone, at) if waiting else "",
        status=status,
        party_status=party_status,
        wrong_by=queries.wrong_by,
        to_be_seen=queries.TO_BE_SEEN,
        kinds={each: _(name) for each, name in queries.CATEGORY_NAMES.items()},
        staff=[(each.id, each.told) for each in colleagues(site.id, at, FRONT)],
        people=people({*(row.author_id for row in remarks if row.author_id), *_signers(offers)}),
        parties=parties,
        checks=checks,
        rows=queries.to_hand_over(site, g.tablet.place_id, checks, at),
        kept={each: _(name) for each, name in queries.KEPT_NAMES.items()},
        told={each.id: queries.differences_words(site, each) for each in offers},
        greeting=_greeting(site, at),
        flat=this_flat(),
        covers=covers,
        handed_out=sum(each.covers for each in parties if covers and each.item_id == covers["item"].id),
        start=start,
        at=at,
    )


def _locked_up(site: Project, waiting: Handover | None) -> dict[str, Any]:
    """What was put away for the night with the offer that waits: to be confirmed, and what was not where it belongs."""
    if waiting is None or not waiting.kept:
        return {"put_away": [], "kept_rows": []}
    differing = [each for each in queries.lines_words(site, waiting, waiting) if not each.agrees]
    return {"put_away": differing, "kept_rows": queries.put_away(site, waiting)}


def _offers(site: Project, start: int, at: int) -> list[Handover]:
    """The handovers here that the page shows: yesterday's and today's, and what was locked up and nobody has opened since."""
    found = queries.handovers(site.id, start - LOCKED_UP_SINCE, at + 1, at, g.tablet.place_id)
    return [each for each in found if each.at >= start - clock.DAY or (each.kept and not each.answers)]


GREETED_FOR = 60 * clock.MINUTE
"""So long after opening the home still shows what the last shift left."""


def _greeting(site: Project, at: int) -> list[queries.Left]:
    """Three lines of whoever closed last, until an hour after opening or until what was locked up is open (P2-4.4.6a)."""
    opens, _closes = _opens_and_closes(site, at)
    left = queries.left_behind(site, g.tablet.place_id, at, f"/{language()}/{g.tablet.station}/handover")
    return left if at < opens + GREETED_FOR or any(each.waits for each in left) else []


MENDED_AT = {
    "tours": "parties",
    "actions": "actions",
    "checklists": "checks",
    "stock": "stock",
    "duty": "handover",
    "shifts": "post",
    "custody": "handover/things",
    "checklists.inspect": "inspection",
    "tours.ask": "parties/{party}",
    "tours.care": "parties/{party}",
    "tours.receive": "parties/{party}",
}
"""Where an entry of a package can be said again, or of an operation that has a page of its own; {field} of what was said."""
AT_THE_DESK = {"custody.reverse", "shifts.leave_post", "shifts.take_post", "stock.receive", "tours.speak", "tours.step"}
"""What no page of a tablet has a form for, or nothing is typed in that could be refused; the supervisor mends them."""


_THING = {"entry": "{id}", "asset": "{asset}"}
_HOW = {"entry": "{id}", "damaged": "{asset}"}
_MOVED = {"entry": "{id}", "item": "{item}", "quantity": "{quantity}"}
_COVERS = {name: f"{{{name}}}" for name in ("place", "item", "covers")}
_TO = {"place": "{place}", "state": "clean"}
UNDONE_BY: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "actions.done": ("actions.reverse", {"entry": "{id}", "action": "{action}"}),
    "checklists.submit": ("checklists.reverse", {"entry": "{id}", "version": "{version}", "place": "{place}", "day": "{day}"}),
    "custody.damage": ("custody.reverse", _HOW | {"became": "good"}),
    "custody.find": ("custody.reverse", _THING | {"became": "lost"}),
    "custody.give_back": ("custody.reverse", _THING | {"became": "out"}),
    "custody.lend": ("custody.reverse", _THING | {"became": "back"}),
    "custody.lose": ("custody.reverse", _THING | {"became": "back"}),
    "custody.mend": ("custody.reverse", _HOW | {"became": "damaged"}),
    "custody.take": ("custody.reverse", _THING | {"became": "back"}),
    "duty.remark": ("duty.reverse", {"entry": "{id}"}),
    "stock.confirm": ("stock.reverse", _MOVED | _TO),
    "stock.receive": ("stock.reverse", _MOVED | {"place": "{place}", "state": "store"}),
    "stock.request": ("stock.reverse", {"entry": "{id}"}),
    "tours.arrive": ("tours.reverse", _COVERS | {"guests": "{guests}", "entry": "{id}"}),
    **{f"stock.{name}": ("stock.reverse", said) for name, said in UNDOING.values()},
    "tours.ask": ("tours.reverse", {"entry": "{id}"}),
    "tours.see_off": ("tours.stay", _COVERS | {"party": "{party}", "entry": "{id}"}),
}
"""What takes an entry of the list back, and what it says of it. What is answered anew (a tick, a line, a need) is not here, nor is
what was signed with the code for others: a handover, a count, a post."""


@station_page(bp, ("door", "bar"), "outbox", families=("tours", "custody"))
def outbox() -> str:
    """Everything this tablet has kept, and the repair room: drawn here, filled by the script. `parties` and
    `things`: what an entry may be about."""
    site, at = this_site(), clock.now()
    items = [item for each in content.all_in_force(site.id, "checklist", at) for item in each.body["items"]]
    return render_template(
        "duty/outbox.html",
        parties=tours.today(site, at, g.tablet.place_id),
        things=custody.assets(site.id, g.tablet.place_id),
        operations=[
            (each, "" if each.name in AT_THE_DESK else MENDED_AT.get(each.name) or MENDED_AT.get(each.family, ""))
            for each in registry.every()
            if each.offline
        ],
        undoing=[(name, by, said) for name, (by, said) in UNDONE_BY.items()],
        kinds={each: _(name) for each, name in queries.CATEGORY_NAMES.items()},
        prompts={item["id"]: item["prompt"] for item in items}
        | {option["id"]: option["text"] for item in items for option in item.get("options", ())},
    )


@desk_page(bp, "/handovers/<uuid:offer_id>", methods=("GET", "POST"))
def settle(offer_id: UUID) -> Response:
    """One handover line by line, what came after it was sealed, and the finding that settles a dispute."""
    found = queries.handover(g.project_id, str(offer_id), clock.now()) or abort(404)
    wrong = _settled(found) if request.method == "POST" else {}
    if wrong is None:
        flash(_("Settled. Should somebody answer again, it is open again."), "ok")
        return make_response(redirect(request.path, 303))
    return make_response(_handover_page(found, wrong), 422 if wrong else 200)


def _settled(found: Handover) -> dict[str, str] | None:
    """Record the finding that was typed; what is wrong with it by field, None where nothing is."""
    based_on = request.form.get("based_on", "")
    if found.answers and based_on != found.answers[-1].id:
        return {"text": _("Somebody has answered since this page was opened. Look at it again and settle it then.")}
    if _is_party(found, clock.now()):
        return {"text": _("You signed this handover yourself. Somebody else has to settle it.")}
    wrong = submit("duty.resolve", {"offer": found.id, "based_on": based_on, "text": request.form.get("text", "")})
    return {"text": next(iter(wrong.values()))} if wrong else None


def _is_party(found: Handover, at: int) -> bool:
    """Whether it is somebody's own handover, of which another says what holds, but in a small team (domain section 0.12)."""
    return g.person.id in parties(found) and not sites.small_since(g.project_id, at)(at)


def _handover_page(found: Handover, wrong: dict[str, str]) -> str:
    site, at = this_site(), clock.now()
    late = queries.after_sealing(site, found)
    may_be_settled = awaits_finding(found) or bool(found.answers and queries.unsettled_words(site, found))
    return render_template(
        "duty/settle.html",
        one=found,
        post=next((each for each in sites.posts(site.id) if each.id == found.post_id), None),
        became=status(found),
        put_away=queries.lines_words(site, found, found),
        photos=attachments.photos_of(site.id, [found.id]).get(found.id),
        concerns=[*filter(None, [queries.inside_words(site, found)]), *(_(queries.CONCERNS[each]) for each in concerns(found))],
        lines=[(answer, queries.lines_words(site, found, answer)) for answer in found.answers],
        seals={each.id: queries.seal(site.id, each.id) for each in found.answers},
        kept={each: _(name) for each, name in queries.KEPT_NAMES.items()},
        late=[(registry.find(each.operation), each) for each in late],
        people=people(
            filter(None, {*_signers([found]), *(each.author_id for each in late), *(one.author_id for one in found.findings)})
        ),
        instant=lambda instant: instant_text(instant, site.zone, at),
        may_settle=bool(g.roles & {SUPERVISOR, DEPUTY}) and may_be_settled,
        is_party=_is_party(found, at),
        typed=request.form.get("text", ""),
        wrong=wrong,
        one_time=ids.uuid7(at),
    )


def _signers(offers: Sequence[Any]) -> set[str]:
    """Everybody whose name stands under one of these handovers."""
    named = {person_id for each in offers for person_id in (each.author_id, each.to_person_id) if person_id}
    return named | {answer.author_id for each in offers for answer in each.answers if answer.author_id}


desk_table(bp, "/lists/remarks", REMARKS)
desk_table(bp, "/lists/handovers", HANDOVERS)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(bp)
