"""The duty records of a month, and each of them on the screen, on paper and as XLSX (P2-5.1)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.base import clock, ids
from webapp.base.i18n import words
from webapp.base.table import XLSX
from webapp.base.written import instant_text
from webapp.operations.roles import DEPUTY, SUPERVISOR
from webapp.records import queries, tables
from webapp.records.models import Review
from webapp.records.rules import Account, Window
from webapp.records.tables import Grid, Paper, Sign
from webapp.repairs.queries import title_of
from webapp.shifts import queries as shifts
from webapp.sites import queries as sites
from webapp.sites.models import Post, Project
from webapp.staff import queries as staff
from webapp.staff.access import check_code
from webapp.staff.desk import desk_page, submit
from webapp.staff.queries import people
from webapp.tablets.frames import this_site

bp = Blueprint("records", __name__)


@desk_page(bp, "/records")
def listing() -> str:
    """The records of a month, the newest day first; of the one that is on, as far as it has come."""
    site, now = this_site(), clock.now()
    today = clock.day_of(now, site.zone)
    first = _month(request.args.get("month", "")) or today.replace(day=1)
    days = [day for day in _days(first) if _begins(site) <= day <= today]
    signed = queries.reviews(site.id, first.isoformat(), _last(first).isoformat())
    posts, kinds = sites.posts(site.id), {kind.id: words(kind.names) for kind in shifts.kinds(site.id)}
    return render_template(
        "records/index.html",
        days=[(day, _lines(site, day, posts, signed, now)) for day in reversed(days)],
        kinds=kinds,
        posts=posts,
        month=first,
        before=(first - timedelta(days=1)).strftime("%Y-%m"),
        after=_next(first).strftime("%Y-%m") if _next(first) <= today else None,
    )


def _lines(site: Project, day: date, posts: Any, signed: dict[Any, Review], now: int) -> list[tuple[Post, Window, bool]]:
    windows = [window for window in queries.windows_of(site, day) if window.start <= now]
    return [(post, window, (post.id, day.isoformat(), window.shift) in signed) for post in posts for window in windows]


@desk_page(bp, "/records/<day>/<uuid:post_id>/<shift>", methods=("GET", "POST"))
def show(day: str, post_id: UUID, shift: str) -> Response:
    """One record; it is signed with the six digits once its shift is over."""
    site, now = this_site(), clock.now()
    post, when, window = _asked(site, day, post_id, shift, now)
    found = queries.account(site, post, when, window, now)
    wrong = _signed(found, window, now) if request.method == "POST" else {}
    if wrong is None:
        flash(_("Signed. What arrives later is shown as such."), "ok")
        return make_response(redirect(request.path, 303))
    page = render_template(
        "records/show.html",
        papers=[_paper(site, post, found)],
        may_sign=_may_sign() and window.end <= now and not _is_signed(site, found),
        is_on=window.end > now,
        digest=found.digest,
        wrong=wrong,
        one_time=ids.uuid7(now),
    )
    return make_response(page, 422 if wrong else 200)


def _is_signed(site: Project, found: Account) -> bool:
    """Whether the newest signature under a record is for what it says now."""
    signed = queries.reviews(site.id, found.day, found.day).get((found.post, found.day, found.window.shift))
    return signed is not None and signed.digest == found.digest


def _may_sign() -> bool:
    return bool(g.roles & {SUPERVISOR, DEPUTY})


def _signed(found: Account, window: Window, now: int) -> dict[str, str] | None:
    """Sign what was shown; what is wrong by field, None where nothing is."""
    if not _may_sign() or window.end > now:
        abort(403)
    if request.form.get("digest") != found.digest:
        return {"digest": _("Something has arrived since this page was opened. Look at it again and sign then.")}
    who = g.person.id
    tried = check_code(who, request.form.get("code", ""), now)
    if tried.person_id is None:
        return {"code": _("The code does not fit this person. Try again.")}
    body = {"post": found.post, "shift": window.shift, "day": found.day, "digest": found.digest}
    return submit("records.review", body) or None


@desk_page(bp, "/records/<day>/<uuid:post_id>/<shift>/sheet.xlsx")
def sheet(day: str, post_id: UUID, shift: str) -> Response:
    """One record as a file."""
    site, now = this_site(), clock.now()
    post, when, window = _asked(site, day, post_id, shift, now)
    made = _paper(site, post, queries.account(site, post, when, window, now))
    return _file(made.number, tables.workbook([(day, [made])]))


@desk_page(bp, "/records/<month>/<uuid:post_id>/month.xlsx")
def month_file(month: str, post_id: UUID) -> Response:
    """A month of a post in one file, a sheet a day."""
    site, post, first = _asked_month(month, post_id)
    by_day: dict[str, list[Paper]] = {}
    for day, made in _papers(site, post, first):
        by_day.setdefault(day, []).append(made)
    return _file(f"{site.code}-{post.code}-{month}", tables.workbook(list(by_day.items())))


@desk_page(bp, "/records/<month>/<uuid:post_id>/print")
def month_print(month: str, post_id: UUID) -> str:
    """A month of a post on one page, to be printed in one go."""
    site, post, first = _asked_month(month, post_id)
    return render_template("records/print.html", papers=[made for _day, made in _papers(site, post, first)], post=post, month=first)


@desk_page(bp, "/records/blank/<uuid:post_id>")
def blank(post_id: UUID) -> str:
    """The form to be filled in by hand."""
    site = this_site()
    post = _post(site, post_id)
    return render_template("records/print.html", papers=[tables.blank(site, post)], post=post, month=None)


def _papers(site: Project, post: Post, first: date) -> Iterator[tuple[str, Paper]]:
    """Every record of a post in a month that has begun, in order."""
    now, begins = clock.now(), _begins(site)
    for day in _days(first):
        if day < begins:
            continue
        for window in queries.windows_of(site, day):
            if window.start <= now:
                yield day.isoformat(), _paper(site, post, queries.account(site, post, day, window, now))


def _paper(site: Project, post: Post, found: Account) -> Paper:
    """A record with the signature under it, and what has come since."""
    kind = next((each for each in shifts.kinds(site.id) if each.id == found.window.shift), None)
    signed = queries.reviews(site.id, found.day, found.day).get((post.id, found.day, found.window.shift))
    made = tables.paper(found, tables.layout(site, post, kind, [found]), _review(site, signed) if signed else None)
    if signed is None or signed.digest == found.digest:
        return made
    return tables.with_addenda(made, _addenda(site, found, signed.effective_at))


def _review(site: Project, signed: Review) -> Sign:
    author = people([signed.author_id]).get(signed.author_id) if signed.author_id else None
    at = instant_text(signed.effective_at, site.zone, 0)
    return Sign(_("Reviewed by the sales-centre manager"), author.name if author else "", at)


def _addenda(site: Project, found: Account, signed_at: int) -> Grid:
    rows = [
        (
            instant_text(row.effective_at, site.zone, row.effective_at),
            title_of(row.operation),
            instant_text(row.received_at, site.zone, 0),
        )
        for row in queries.came_after(site.id, found.window.start, found.window.end, signed_at)
    ]
    total = ngettext("%(num)s entry came after this was signed", "%(num)s entries came after this was signed", len(rows))
    return Grid(_("Addenda"), (_("Time"), _("Event"), _("Came in")), tuple(rows), (total, "", ""))


# what an address asks for


def _begins(site: Project) -> date:
    """The day from which a site has duty records: its first person began then."""
    began = staff.since(site.id)
    return clock.day_of(clock.now() if began is None else began, site.zone)


def _asked(site: Project, day: str, post_id: UUID, shift: str, now: int) -> tuple[Post, date, Window]:
    try:
        when = date.fromisoformat(day)
    except ValueError:
        abort(404)
    window = next((each for each in queries.windows_of(site, when) if each.code == shift and each.start <= now), None)
    return _post(site, post_id), when, window or abort(404)


def _asked_month(month: str, post_id: UUID) -> tuple[Project, Post, date]:
    site = this_site()
    first = _month(month)
    if first is None or first > clock.day_of(clock.now(), site.zone):
        abort(404)
    return site, _post(site, post_id), first


def _post(site: Project, post_id: UUID) -> Post:
    return next((each for each in sites.posts(site.id) if each.id == str(post_id)), None) or abort(404)


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _last(first: date) -> date:
    return _next(first) - timedelta(days=1)


def _days(first: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((_next(first) - first).days)]


def _file(name: str, content: bytes) -> Response:
    response = make_response(content)
    response.headers.update(
        {"Content-Type": XLSX, "Content-Disposition": f'attachment; filename="{name}.xlsx"', "Cache-Control": "no-store"}
    )
    return response


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(bp)
