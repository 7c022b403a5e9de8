"""The duty records of a month, and each of them on the screen, on paper and as XLSX (P2-5.1)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.base import clock, ids
from webapp.base.i18n import LANGUAGES, words, written_in
from webapp.base.paper import Column, Grid, Paper, Sign, workbook
from webapp.base.table import XLSX
from webapp.base.written import instant_text, moment_text
from webapp.operations.roles import DEPUTY, SUPERVISOR
from webapp.records import blanks, queries, rules, tables
from webapp.records.layout import Layout, layout
from webapp.records.models import Review
from webapp.records.rules import Account, Window
from webapp.repairs.queries import title_of
from webapp.shifts import queries as shifts
from webapp.sites import queries as sites
from webapp.sites.models import Post, Project
from webapp.staff.access import check_code
from webapp.staff.desk import day_asked, desk_page, first_day, submit
from webapp.tablets.frames import this_site

bp = Blueprint("records", __name__)


@desk_page(bp, "/records")
def listing() -> str:
    """The records of a month, the newest day first; of the one that is on, as far as it has come."""
    site, now = this_site(), clock.now()
    today = clock.day_of(now, site.zone)
    asked, begins = request.args.get("month", ""), first_day()
    first = _month(asked) if asked else today.replace(day=1)
    days = [day for day in _days(first) if begins <= day <= today]
    signed = queries.reviews(site.id, first.isoformat(), _last(first).isoformat())
    posts, kinds = sites.posts(site.id), {kind.id: words(kind.names) for kind in shifts.kinds(site.id)}
    return render_template(
        "records/index.html",
        days=[(day, _lines(site, day, posts, signed, now)) for day in reversed(days)],
        kinds=kinds,
        posts=posts,
        month=first,
        before=(first - timedelta(days=1)).strftime("%Y-%m") if begins < first else None,
        after=_next(first).strftime("%Y-%m") if _next(first) <= today else None,
    )


def _lines(site: Project, day: date, posts: Any, signed: dict[Any, Review], now: int) -> list[tuple[Post, Window, bool]]:
    windows = [window for window in queries.windows_of(site, day) if window.start <= now]
    return [(post, window, (post.id, day.isoformat(), window.shift) in signed) for post in posts for window in windows]


@desk_page(bp, "/records/<day>/<uuid:post_id>/<shift>", methods=("GET", "POST"))
def show(day: str, post_id: UUID, shift: str) -> Response:
    """One record; it is signed with the six digits once its shift is over. `?sheet=` is the code of a printed one."""
    site, now = this_site(), clock.now()
    post, when, window = _asked(site, day, post_id, shift, now)
    found = queries.account(site, post, when, window, now)
    wrong = _signed(found, window, now) if request.method == "POST" else {}
    if wrong is None:
        flash(_("Signed. What arrives later is shown as such."), "ok")
        return make_response(redirect(request.path, 303))
    page = render_template(
        "records/show.html",
        papers=_papers(site, post, [found], now),
        chosen=_chosen(),
        sheet=_sheet(site, found),
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
    return signed is not None and found.is_what(signed.digest, signed.way)


def _sheet(site: Project, found: Account) -> dict[str, Any] | None:
    """What is said to whoever scanned a printed sheet: whether the record is still what it says, and what came in since."""
    if "sheet" not in request.args:
        return None
    mark = rules.mark_of(request.args["sheet"]) or abort(404)
    since = queries.came_after(site.id, found.window.start, found.window.end, mark.printed_at)
    return {
        "agrees": found.is_what(mark.digest),
        "printed": moment_text(mark.printed_at, site.zone),
        "late": [(row.effective_at, title_of(row.operation)) for row in since],
    }


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
        return {"code": _("The code does not match this person. Try again.")}
    body = {"post": found.post, "shift": window.shift, "day": found.day, "digest": found.digest, "way": str(rules.DIGESTS)}
    return submit("records.review", body) or None


@desk_page(bp, "/records/<day>/<uuid:post_id>/<shift>/sheet.xlsx")
def sheet(day: str, post_id: UUID, shift: str) -> Response:
    """One record as a file."""
    site, now = this_site(), clock.now()
    post, when, window = _asked(site, day, post_id, shift, now)
    made = _papers(site, post, [queries.account(site, post, when, window, now)], now)[0]
    return _file(made.number, workbook([(day, [made])]))


@desk_page(bp, "/records/<month>/<uuid:post_id>/month.xlsx")
def month_file(month: str, post_id: UUID) -> Response:
    """A month of a post in one file, a sheet a day."""
    site, post, first = _asked_month(month, post_id)
    by_day: dict[str, list[Paper]] = {}
    for day, made in _month_of(site, post, first):
        by_day.setdefault(day, []).append(made)
    return _file(f"{site.code}-{post.code}-{month}", workbook(list(by_day.items())))


@desk_page(bp, "/records/<month>/<uuid:post_id>/print")
def month_print(month: str, post_id: UUID) -> str:
    """A month of a post on one page, to be printed in one go."""
    site, post, first = _asked_month(month, post_id)
    papers = [made for _day, made in _month_of(site, post, first)]
    return render_template("records/print.html", papers=papers, post=post, month=first, chosen=_chosen())


@desk_page(bp, "/records/blank/<uuid:post_id>")
def blank(post_id: UUID) -> str:
    """The form to be filled in by hand."""
    site, now = this_site(), clock.now()
    post = _post(site, post_id)
    with written_in(_chosen() or sites.record_language(site, now)):
        of = queries.unwritten(site, post, now)
        form = blanks.blank(of, layout(site, post, [of], [], now))
    return render_template("records/print.html", papers=[form], post=post, month=None, chosen=_chosen())


def _month_of(site: Project, post: Post, first: date) -> list[tuple[str, Paper]]:
    """Every record of a post in a month that has begun, in order, each with its day."""
    now, begins = clock.now(), first_day()
    found = [
        queries.account(site, post, day, window, now)
        for day in _days(first)
        for window in (queries.windows_of(site, day) if day >= begins else ())
        if window.start <= now
    ]
    return list(zip((each.day for each in found), _papers(site, post, found, now), strict=True))


def _papers(site: Project, post: Post, found: Sequence[Account], now: int) -> list[Paper]:
    """Records with the signatures under them and what has come since, in the language that was asked for or the site records in."""
    if not found:
        return []
    signed = queries.reviews(site.id, found[0].day, found[-1].day)
    with written_in(_chosen() or sites.record_language(site, now)):
        told = layout(site, post, found, (row.author_id for row in signed.values()), now)
        return [_paper(told, each, signed.get((post.id, each.day, each.window.shift))) for each in found]


def _chosen() -> str:
    """The language in which somebody wants to read a sheet; '' where it is to be the one of the records."""
    asked = request.args.get("in", "")
    return asked if asked in LANGUAGES else ""


def _paper(told: Layout, found: Account, signed: Review | None) -> Paper:
    made = tables.paper(found, told, _review(told, signed) if signed else None)
    if signed is None or found.is_what(signed.digest, signed.way):
        return made
    return tables.with_addenda(made, _addenda(told.site, found, signed.effective_at))


def _review(told: Layout, signed: Review) -> Sign:
    at = instant_text(signed.effective_at, told.site.zone, 0)
    return tables.by_code(_("Reviewed by the sales-centre manager"), told.name(signed.author_id), at)


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
    columns = (Column(_("Time"), "words"), Column(_("Event")), Column(_("Came in"), "words"))
    return Grid(_("Addenda"), columns, tuple(rows), (total, "", ""))


# what an address asks for


def _asked(site: Project, day: str, post_id: UUID, shift: str, now: int) -> tuple[Post, date, Window]:
    when = day_asked(day)
    window = next((each for each in queries.windows_of(site, when) if each.code == shift and each.start <= now), None)
    return _post(site, post_id), when, window or abort(404)


def _asked_month(month: str, post_id: UUID) -> tuple[Project, Post, date]:
    site = this_site()
    return site, _post(site, post_id), _month(month)


def _post(site: Project, post_id: UUID) -> Post:
    return next((each for each in sites.posts(site.id) if each.id == str(post_id)), None) or abort(404)


def _month(text: str) -> date:
    """The first day of the month that an address names, from this project's first month to this one; any other is no page."""
    try:
        first = clock.day_named(f"{text}-01")
    except ValueError:
        abort(404)
    return first if first_day() <= _last(first) and first <= clock.day_of(clock.now(), this_site().zone) else abort(404)


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
