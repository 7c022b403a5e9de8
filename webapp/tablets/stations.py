"""The shape every station page has: opened by the tablet, drawn in one snapshot, marked with how far its tablet had come.

An entry is in the page's HTML exactly when its `seq` is not above the mark; the overlay on the tablet shows the rest.

What is born on a tablet has an address before the server knows of it. For each kind of such things the pack holds one blank page,
and an id that is not known here gets the same page: nothing in it, and everything that this tablet has of it laid over.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, wraps
from typing import TypeVar
from uuid import UUID

from flask import Blueprint, Response, abort, g, make_response, redirect, request, url_for
from sqlalchemy import select

from webapp.base import clock, database
from webapp.base.assets import build
from webapp.base.database import db
from webapp.base.i18n import LANGUAGES
from webapp.operations.declarations import PackPage, pack_page, pack_pages
from webapp.operations.models import Head, Revision
from webapp.sites.queries import project
from webapp.tablets.queries import TabletRow, authenticate

NOBODY = UUID(int=0)
"""Stands in a blank page where the id belongs; the tablet puts the one in its place that was asked for."""
BORN = re.compile(r"<uuid:(\w+)>$")
COOKIE = "tablet"
MARK = "hw"
"""The cookie in which a page says how far its store has come (`<epoch>.<seq>.<time>`), outside of the store."""
View = Callable[..., str | Response]
V = TypeVar("V", bound=View)


@dataclass(frozen=True)
class Mark:
    """How far a store of a tablet had come when a page was drawn."""

    epoch: int
    acked_seq: int

    def __str__(self) -> str:
        return f"{self.epoch}:{self.acked_seq}"


def cookie_name() -> str:
    """`__Host-tablet` on https, where the browser then refuses it from anywhere else."""
    return f"__Host-{COOKIE}" if request.is_secure else COOKIE


def credential() -> str:
    """What this request shows: the bearer's token outside browsers, else the cookie. '' where neither is there."""
    header = request.headers.get("Authorization", "")
    return header[7:] if header.startswith("Bearer ") else request.cookies.get(cookie_name(), "")


def epoch_of_store() -> int | None:
    """The epoch that the tablet's own script cookie names."""
    text = request.cookies.get(MARK, "").partition(".")[0]
    return int(text) if text.isdigit() and len(text) < 10 else None


def mark_of(tablet_id: str, epoch: int | None = None) -> Mark:
    """How far the store has come, in the snapshot of this request. Without an epoch: its newest."""
    where = (Head.tablet_id == tablet_id) & (Head.branch == "")
    if epoch is not None:
        where &= Head.epoch == epoch
    row = db.session.execute(select(Head.epoch, Head.acked_seq).where(where).order_by(Head.epoch.desc()).limit(1)).first()
    return Mark(row.epoch, row.acked_seq) if row else Mark(epoch or 1, 0)


def revisions(project_id: str) -> dict[str, int]:
    """How often each family of a project has changed."""
    rows = db.session.execute(select(Revision.family, Revision.no).where(Revision.project_id == project_id))
    return {row.family: row.no for row in rows}


def etag(page: PackPage, language: str, tablet: TabletRow, changed: dict[str, int], at: int) -> str:
    """Another text whenever the page may look otherwise: it may change too often, never too seldom."""
    site = project(tablet.project_id)
    zone = "UTC" if site is None else site.zone
    parts = [build(), language, page.station, page.path, tablet.id, clock.day_of(at, zone).isoformat()]
    parts += [f"{family}={changed.get(family, 0)}" for family in sorted(page.families | STANDING)]
    if page.minutes:
        parts.append(str(at // (page.minutes * clock.MINUTE)))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


STANDING = frozenset({"sites", "staff", "tablets", "losses", "content"})
"""Families that shape every station page."""


def addresses(tablet: TabletRow, language: str, at: int) -> list[dict[str, str]]:
    """The pack: each page of the tablet's station with its etag."""
    changed = revisions(tablet.project_id)
    return [
        {"url": f"/{language}/{page.station}/{page.path}", "etag": etag(page, language, tablet, changed, at)}
        for page in pack_pages(tablet.station)
    ]


def open_station(station: str) -> Response | None:
    """Let the tablet in and start the snapshot; where it may not, the answer instead."""
    tablet = authenticate(credential())
    if tablet is None or tablet.barred:
        return _no_entry(tablet.barred if tablet else None)
    if tablet.station != station:
        abort(404)
    g.tablet = tablet
    database.snapshot()
    g.mark = mark_of(tablet.id, epoch_of_store())
    return None


def _no_entry(barred: str | None) -> Response:
    if request.method == "GET" and request.accept_mimetypes.accept_html:
        response = redirect(url_for("tablets.enrol"))
        response.headers["Cache-Control"] = "no-store"
        return make_response(response)
    return make_response({"reason": barred or "unknown"}, 401)


def nothing_known() -> None:
    """This page has no fact in it: whatever its tablet ever kept of the thing is laid over it, answered or not."""
    g.mark = Mark(0, 0)


def station_page(
    blueprint: Blueprint, stations: str | Sequence[str], path: str, *, families: Sequence[str], minutes: int | None = None
) -> Callable[[V], V]:
    """Declare a page of one station or several at `/<language>/<station>/<path>`, part of the pack.

    A path that ends in `<uuid:name>` is the page of something born on a tablet. Only its blank page, at `…/blank`, is in the pack;
    `families` are what that one shows. The view draws an id that it does not know like any other, after `nothing_known()`.
    """
    born = BORN.search(path)
    packed = BORN.sub("blank", path)

    def declare(view: V) -> V:
        @wraps(view)
        def opened(page: PackPage, language: str, **values: object) -> Response:
            if language not in LANGUAGES:
                abort(404)
            g.language = language
            refused = open_station(page.station)
            if refused is not None:
                return refused
            mark = g.mark
            response = make_response(view(**values))
            response.headers["X-Threshold-Mark"] = str(mark)
            if born is None or values[born[1]] == NOBODY:
                changed = revisions(g.tablet.project_id)
                response.headers["X-Threshold-Etag"] = etag(page, language, g.tablet, changed, clock.now())
            response.headers["Cache-Control"] = "no-store"
            return response

        for station in (stations,) if isinstance(stations, str) else stations:
            page = PackPage(station, packed, frozenset(families), minutes)
            rule, name, opens = f"/<language>/{station}/", f"{station}_{view.__name__}", partial(opened, page)
            blueprint.add_url_rule(rule + path, endpoint=name, view_func=opens)
            if born:
                blueprint.add_url_rule(rule + packed, endpoint=f"{name}_blank", view_func=opens, defaults={born[1]: NOBODY})
            pack_page(page)
        return view

    return declare
