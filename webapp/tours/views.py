"""The parties of the day, and the supplies of their place (P2-4.1.5a, P2-4.4.2c, P2-4.4.3a to P2-4.4.3f).

Supplies stand here and not in stock: which covers are worn and which are soiled only the parties tell.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext as _

from webapp.base import clock, ids
from webapp.base.i18n import LANGUAGES, NAMES, words
from webapp.base.written import amount_text, instant_text
from webapp.content import editing, shapes
from webapp.operations.roles import OFFICE
from webapp.sites import queries as sites
from webapp.sites.models import Project
from webapp.sites.rules import box
from webapp.staff.desk import desk_page, send
from webapp.staff.lists import desk_table
from webapp.staff.queries import people
from webapp.stock import queries as stock
from webapp.stock.models import Item
from webapp.stock.rules import CLEAN, REQUEST, SOILED, STORE, UNDOING, Batch, one_draw, reasons_for
from webapp.tablets.frames import this_flat, this_post, this_site
from webapp.tablets.stations import nothing_known, station_page
from webapp.tours import queries
from webapp.tours.forms import rooms_said, rooms_wrong
from webapp.tours.rules import LARGE_FROM, status, takes, tap
from webapp.tours.tables import PARTIES, QUESTIONS, UNDONE_STATUS

bp = Blueprint("tours", __name__)


@station_page(bp, "door", "parties", families=("tours", "stock"), minutes=15)
def parties() -> str:
    """Every party of the day, and an arrival with all it may say."""
    site, at = this_site(), clock.now()
    found = queries.today(site, at, g.tablet.place_id)
    undone = queries.undone_parties(site.id, *sites.day_around(site, at), at, g.tablet.place_id)
    shown = [(each, status(each, at)) for each in found] + [(each, UNDONE_STATUS) for each, *_by in undone]
    rehearsed = queries.rehearsals(site.id, *sites.day_around(site, at), at)
    return render_template(
        "tours/parties.html",
        day=clock.day_of(at, site.zone),
        post=this_post(),
        flat=this_flat(),
        item=stock.covers_item(site.id, g.tablet.place_id, at),
        parties=found,
        shown=sorted(shown, key=lambda each: each[0].order, reverse=True),
        guests=sum(party.guests for party in found),
        since=sites.day_around(site, at)[0],
        people=people(
            {
                *(each.author_id for each, _step in shown if each.author_id),
                *(each.author_id for each in rehearsed if each.author_id),
            }
        ),
        status=status,
        at=at,
        prompt=queries.prompt(site, flat, at, rehearsal=True) if (flat := this_flat()) else None,
        rehearsals=rehearsed,
    )


@station_page(bp, "door", "parties/<uuid:party_id>", families=("stock",))
def party(party_id: UUID) -> str:
    """One party: who received it when, how many they are, and seeing them off."""
    site, at = this_site(), clock.now()
    found = queries.party(site.id, str(party_id), at)
    if found is None:
        nothing_known()
    receiver = people([found.author_id]).get(found.author_id) if found and found.author_id else None
    return render_template(
        "tours/party.html",
        id=party_id,
        party=found,
        by=receiver.name if receiver else _("Unknown"),
        post=this_post(),
        item=stock.covers_item(site.id, g.tablet.place_id, at),
        status=status,
        at=at,
        **_told(site.id, str(party_id), at),
    )


@station_page(bp, "door", "parties/tour/<uuid:party_id>", families=("tours",), minutes=15)
def tour(party_id: UUID) -> str:
    """The prompter of a party (P2-4.4.3c to P2-4.4.3f): every line of the script in every language, the one being said shown."""
    site, at = this_site(), clock.now()
    found = queries.party(site.id, str(party_id), at)
    if found is None:
        nothing_known()
    flat = sites.flat(site.id, found.flat_id) if found else this_flat()
    return render_template(
        "tours/tour.html",
        id=party_id,
        party=found,
        flat=flat,
        prompt=queries.prompt(site, flat, at) if flat else None,
        box=box(flat.plan) if flat and flat.plan else "",
        tap=tap,
        came=queries.place_of(site.id, str(party_id), at),
        spoken=site.record_language,
        large_from=LARGE_FROM,
        status=status,
        at=at,
        **_told(site.id, str(party_id), at),
    )


@station_page(bp, "door", "parties/rehearsal/<uuid:rehearsal_id>", families=("tours",))
def rehearsal(rehearsal_id: UUID) -> str:
    """A rehearsal (P2-4.4.1b): the same lines, which fade; whoever has said them all is certified."""
    site, at = this_site(), clock.now()
    found = queries.rehearsal(site.id, str(rehearsal_id), at)
    if found is None:
        nothing_known()
    flat = sites.flat(site.id, found.flat_id) if found else this_flat()
    return render_template(
        "tours/rehearsal.html",
        id=rehearsal_id,
        rehearsal=found,
        flat=flat,
        prompt=queries.prompt(site, flat, at, rehearsal=True) if flat else None,
        box=box(flat.plan) if flat and flat.plan else "",
        tap=tap,
        came=queries.place_of(site.id, str(rehearsal_id), at),
        spoken=site.record_language,
        takes=takes,
        names=NAMES,
        stop_names=queries.STOP_NAMES,
    )


@desk_page(bp, "/rooms/<uuid:flat_id>", among=OFFICE, methods=("GET", "POST"))
def rooms(flat_id: UUID) -> Response:
    """What of the script of its unit type is otherwise in one flat: left out, by another name, besides (P2-4.4.3d)."""
    site, at = this_site(), clock.now()
    flat = sites.flat(site.id, str(flat_id)) or abort(404)
    script = queries.script_of(site, flat, at)
    count, changes = queries.rooms_of(site.id, flat, at)
    told, wrong = dict(changes or {}), {}
    if request.method == "POST" and script:
        told = rooms_said(request.form, script.body)
        button = request.form.get("do", "keep")
        if button != "keep":
            told["added"] = editing.act({**script.body, "stops": told["added"]}, button)["stops"]
        else:
            wrong = rooms_wrong(told, script.body, site.record_language) or _set(flat.id, told, count)
            if not wrong:
                flash(_("Set. Tablets follow with their next pages."), "ok")
                return make_response(redirect(request.path, 303))
    page = render_template(
        "tours/rooms.html", flat=flat, script=script, told=told, seen=count, body={"stops": told.get("added", [])},
        shape=shapes.SHAPES["script"], wrong={name: _room_words(*code) for name, code in wrong.items()},
        value=editing.value, chosen=editing.chosen,
        value_names={key: _(name) for key, name in {**queries.NEED_NAMES, **queries.STOP_KINDS}.items()}, tags=LANGUAGES,
        names=NAMES, main=site.record_language, one_time=ids.uuid7(at),
    )  # fmt: skip
    return make_response(page, 422 if wrong else 200)


def _set(flat_id: str, told: Mapping[str, Any], count: int) -> editing.Errors:
    """Set the rooms as the page says; what is wrong where somebody was faster."""
    if request.form.get("seen") != str(count):
        return {"what": ("moved", None)}
    outcome = send("tours.set_rooms", {"flat": flat_id, "rooms": json.dumps(told, ensure_ascii=False), "seen": str(count)})
    return {"what": (next(iter(outcome.errors.values())), 120)} if outcome.errors else {}


def _room_words(code: str, limit: int | None) -> str:
    known = {
        "none": _("At least one stop has to stay."),
        "moved": _("Somebody has set these rooms meanwhile. Look at them again; what is kept now comes after it."),
    }
    return str(known[code]) if code in known else editing.told(code, limit)


def _told(project_id: str, party_id: str, at: int) -> dict[str, Any]:
    """What was told of a party, and the words for all that may be told."""
    return {
        "account": queries.accounts(project_id, [party_id], at)[party_id],
        "told": queries.told_since(project_id, party_id, at),
        "modes": {mode: _(name) for mode, name in queries.MODE_NAMES.items()},
        "needs": {need: _(name) for need, name in queries.NEED_NAMES.items()},
        "tags": {tag: _(name) for tag, name in queries.TAG_NAMES.items()},
        "stop_names": queries.STOP_NAMES,
        "names": NAMES,
    }


@station_page(bp, ("door", "bar"), "stock", families=("stock", "tours"), minutes=15)
def supplies() -> str:
    """How many there are by state, what was asked for and what is out, and the ways to change it."""
    site, place_id, at = this_site(), g.tablet.place_id, clock.now()
    today = clock.day_of(at, site.zone)
    store, laundry = (next(iter(sites.places(site.id, kind, on=today)), None) for kind in ("store_room", "laundry"))
    where = {"store": store.id if store else place_id, "laundry": laundry.id if laundry else place_id}
    items = _shown(site.id, place_id, at)
    covers = {item.id: queries.covers(site.id, place_id, item, at, at) for item in items}
    awaited = stock.awaited(site.id, place_id, at)
    return render_template(
        "stock/supplies.html",
        day=clock.day_of(at, site.zone),
        items=items,
        washed=stock.washed(site.id, at, items),
        covers=covers,
        stored={item.id: stock.figure(site.id, where["store"], item.id, STORE, at) for item in items},
        where=where,
        refill={
            item.id: one_draw(covers[item.id].clean, covers[item.id].minimum, stock.par(site.id, place_id, item, at))
            for item in items
            if item.id not in awaited
        },
        undoing=UNDOING,
        most=_most(site.id, where["store"], items, at) | _most_soiled(covers.values()),
        typed_most=TYPED_MOST,
        back=lambda moved: stock.back(moved, where["store"], where["laundry"]),
        choices=lambda among: [(item.id, words(item.names)) for item in among],
        **_told_of_stock(site, items, at),
    )


TYPED_MOST = 9999
"""No hand moves more at once: more is a slip of a key."""


def _most(project_id: str, store_id: str, items: Sequence[Item], at: int) -> dict[str, int]:
    """By the form, how many there can be by the records, in thousandths, where anybody can tell: more is asked about once."""
    lying = _lying(project_id, store_id, items, at)
    out = sum(each.out for each in stock.open_batches(project_id, at, g.tablet.place_id))
    return {"return": out} | ({} if lying is None else {"draw": lying})


def _most_soiled(covers: Iterable[queries.Covers]) -> dict[str, int]:
    """The form of the laundry, and how many pairs a place has in whatever state: the basket fills while nobody hears of it."""
    return {"collect": max((max(0, each.clean + each.in_use + each.soiled) for each in covers), default=0)}


def _lying(project_id: str, store_id: str, items: Sequence[Item], at: int) -> int | None:
    """How many of what is drawn by oneself are in the store room by the records, of the most; None where nobody counts there."""
    ways = stock.ways(project_id, at)
    known = [stock.figure(project_id, store_id, item.id, STORE, at) for item in items if ways[item.category] != REQUEST]
    return max((max(0, each.quantity) for each in known if each.quantity or each.counted_at), default=None)


def _told_of_stock(site: Project, items: Sequence[Item], at: int) -> dict[str, Any]:
    """What was moved today and can be undone, asked for and not all here, and sent to the laundry and not back."""
    place_id, (start, _end) = g.tablet.place_id, sites.day_around(site, at)
    moved = [
        each for each in stock.movements(site.id, start, at + 1, place_id) if each.kind in UNDOING and each.state in (CLEAN, SOILED)
    ]
    asked = [each for each in stock.requests(site.id, at - stock.ASKED_WITHIN, at, place_id) if each.at >= start or each.is_open]
    ways, batches = stock.ways(site.id, at), stock.open_batches(site.id, at, place_id)
    return {
        "moved": {item.id: [each for each in moved if each.item_id == item.id] for item in items},
        "asked": {item.id: [each for each in asked if each.item_id == item.id] for item in items},
        "asking": [item.id for item in items if ways[item.category] == REQUEST],
        "batches": batches,
        "out": [("", _("The oldest")), *((each.id, _batch_words(each, site, at)) for each in batches)],
        "people": people({each for each in (*(one.author_id for one in moved), *(one.author_id for one in asked)) if each}),
        "move_names": {kind: _(name) for kind, name in stock.MOVE_NAMES.items()},
        "reasons": [(reason, _(stock.REASON_NAMES[reason])) for reason in reasons_for(item.category for item in items)],
        "statuses": {status: _(name) for status, name in stock.STATUS_NAMES.items()},
        "at": at,
    }


def _batch_words(batch: Batch, site: Project, at: int) -> str:
    since = instant_text(batch.sent_at, site.zone, at) if batch.sent_at else ""
    return _("%(number)s out since %(time)s", number=amount_text(batch.out), time=since)


def _shown(project_id: str, place_id: str, at: int) -> Sequence[Item]:
    """What the place has a level for; at a show flat's door its shoe covers in any case, first."""
    watched = stock.watched(project_id, place_id, at)
    covers = stock.covers_item(project_id, place_id, at) if g.tablet.station == "door" else None
    return [*([covers] if covers else []), *(item for item in watched if not covers or item.id != covers.id)]


desk_table(bp, "/lists/parties", PARTIES)
desk_table(bp, "/lists/questions", QUESTIONS, among=OFFICE, taken_by=OFFICE)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(bp)
