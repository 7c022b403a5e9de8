"""The duty records of a month, and each of them on the screen, on paper and as XLSX (P2-5.1)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext as _

from webapp.base import clock, ids
from webapp.base.i18n import LANGUAGES, words, written_in
from webapp.base.paper import Paper, Sign, workbook
from webapp.base.table import XLSX
from webapp.base.written import moment_text, time_text
from webapp.operations.roles import DEPUTY, SUPERVISOR
from webapp.records import addenda, blanks, queries, rules, sealing, tables
from webapp.records.layout import Layout, layout
from webapp.records.queries import Signed
from webapp.records.rules import Account, Window
from webapp.records.sealing import Record, Sealed
from webapp.shifts import queries as shifts
from webapp.sites import queries as sites
from webapp.sites.models import Post, Project
from webapp.staff.access import check_code
from webapp.staff.desk import day_asked, desk_page, first_day, submit
from webapp.staff.queries import colleagues, listed
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
    posts = queries.posts_of(site, days)
    return render_template(
        "records/index.html",
        days=[(day, _lines(site, day, posts[day], signed, now)) for day in reversed(days)],
        kinds={shift: words(each) for shift, each in shifts.names(site.id).items()},
        posts=sites.posts(site.id),
        month=first,
        before=(first - timedelta(days=1)).strftime("%Y-%m") if begins < first else None,
        after=_next(first).strftime("%Y-%m") if _next(first) <= today else None,
    )


def _lines(site: Project, day: date, posts: Any, signed: dict[Any, Signed], now: int) -> list[tuple[Post, Window, bool]]:
    windows = [window for window in queries.windows_of(site, day) if window.start <= now]
    return [(post, window, (post.id, day.isoformat(), window.shift) in signed) for post in posts for window in windows]


@desk_page(bp, "/records/<day>/<uuid:post_id>/<shift>", methods=("GET", "POST"))
def show(day: str, post_id: UUID, shift: str) -> Response:
    """One record; it is signed with the six digits once its shift is over. `?sheet=` is the code of a printed one."""
    site, now = this_site(), clock.now()
    of = _asked(site, day, post_id, shift, now)
    found = _sealed(site, of, now)
    is_over = queries.is_over(site, found.says, now)
    wrong = _signed(found, of, now) if request.method == "POST" else {}
    if wrong is None:
        flash(_("Signed. What arrives later is shown as such."), "ok")
        return make_response(redirect(request.path, 303))
    page = render_template(
        "records/show.html",
        papers=_papers(site, of.post, [found], now),
        chosen=_chosen(),
        sheet=_sheet(site, of, found, now),
        may_sign=_may_sign() and found.signed is None and is_over,
        is_over=is_over,
        stands=_stands(site, found.says, now) if found.signed is None and of.window.end > now else "",
        holds=found.holds,
        digest=found.says.digest,
        wrong=wrong,
        one_time=ids.uuid7(now),
    )
    return make_response(page, 422 if wrong else 200)


def _sealed(site: Project, of: Record, now: int) -> Sealed:
    """A record, as it was signed where it was."""
    day = of.day.isoformat()
    signed = queries.reviews(site.id, day, day).get((of.post.id, day, of.window.shift))
    return sealing.sealed(site, of, now, signed)


def _sheet(site: Project, of: Record, found: Sealed, now: int) -> dict[str, Any] | None:
    """What is said to whoever scanned a printed sheet: whether the record is still what it says, and what changed it since."""
    if "sheet" not in request.args:
        return None
    mark = rules.mark_of(request.args["sheet"]) or abort(404)
    late = sealing.since(site, of, mark.printed_at, now)
    return {
        "agrees": found.says.is_what(mark.digest) and not late,
        "printed": moment_text(mark.printed_at, site.zone),
        "late": [(each.came.at, addenda.what(site, each.came, now)) for each in late],
    }


def _stands(site: Project, says: Account, now: int) -> str:
    """How a shift stands whose time is not over: who is still there, or how it ended."""
    staying, ended = queries.staying(site, says, now), says.ended
    if staying:
        return _("%(names)s still on post: to be signed when the shift is over", names=listed(staying))
    if not queries.is_over(site, says, now):
        return _("This shift is still on: it can be signed when it is over.")
    if ended is None:
        return _("Nobody is on post any more.")
    time = time_text(ended.ended_at or 0, site.zone)
    if ended.kept:
        return _("Locked up for the night at %(time)s", time=time)
    return _("Nobody came; left at %(time)s", time=time) if ended.absent else _("Handed over at %(time)s", time=time)


def _may_sign() -> bool:
    return bool(g.roles & {SUPERVISOR, DEPUTY})


def _signed(found: Sealed, of: Record, now: int) -> dict[str, str] | None:
    """Sign what was shown; what is wrong by field, None where nothing is, or where it was signed before."""
    if not _may_sign():
        abort(403)
    if found.signed is not None:
        return None
    if not queries.is_over(this_site(), found.says, now):
        abort(403)
    if request.form.get("digest") != found.says.digest:
        return {"digest": _("Something has arrived since this page was opened. Look at it again and sign then.")}
    who = g.person.id
    tried = check_code(who, request.form.get("code", ""), now)
    if tried.person_id is None:
        return {"code": _("The code does not match this person. Try again.")}
    body = {"post": of.post.id, "shift": of.window.shift, "day": of.day.isoformat()}
    return submit("records.review", body | {"digest": found.says.digest, "way": str(rules.DIGESTS)}) or None


@desk_page(bp, "/records/<day>/<uuid:post_id>/<shift>/sheet.xlsx")
def sheet(day: str, post_id: UUID, shift: str) -> Response:
    """One record as a file."""
    site, now = this_site(), clock.now()
    of = _asked(site, day, post_id, shift, now)
    made = _papers(site, of.post, [_sealed(site, of, now)], now)[0]
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
    signed = queries.reviews(site.id, first.isoformat(), _last(first).isoformat())
    found = [
        sealing.sealed(site, Record(post, day, window), now, signed.get((post.id, day.isoformat(), window.shift)))
        for day in _days(first)
        for window in (queries.windows_of(site, day) if day >= begins else ())
        if window.start <= now
    ]
    return list(zip((each.says.day for each in found), _papers(site, post, found, now), strict=True))


def _papers(site: Project, post: Post, found: Sequence[Sealed], now: int) -> list[Paper]:
    """Records with the signatures under them and what has come since, in the language that was asked for or the site records in."""
    with written_in(_chosen() or sites.record_language(site, now)):
        told = layout(site, post, _accounts(found), _signers(found), now)
        return [_paper(told, each) for each in found]


def _accounts(found: Sequence[Sealed]) -> Iterator[Account]:
    """All that is named: what they say, and what each addendum makes of it."""
    for each in found:
        yield each.says
        yield from (said for one in each.addenda for said in (one.before, one.after))


def _signers(found: Sequence[Sealed]) -> Iterator[str | None]:
    for each in found:
        yield each.signed.by if each.signed else None
        yield from (person for one in each.addenda for person in (one.came.author_id, one.seal.by))


def _chosen() -> str:
    """The language in which somebody wants to read a sheet; '' where it is to be the one of the records."""
    asked = request.args.get("in", "")
    return asked if asked in LANGUAGES else ""


def _paper(told: Layout, found: Sealed) -> Paper:
    told = replace(told, by=found.signed.known if found.signed and found.holds else None)
    made = tables.paper(found.says, told, _review(told, found.says, found.signed) if found.signed else None, found.at)
    return tables.with_addenda(made, addenda.grids(told, found.addenda, found.says.window.start)) if found.addenda else made


def _review(told: Layout, says: Account, signed: Signed) -> Sign:
    """Who read it and signed; that it was a deputy, or somebody of that very shift, is said with the name."""
    sign = tables.by_code(_("Reviewed by the sales-centre manager"), told.name(signed.by), moment_text(signed.at, told.site.zone))
    managers = {each.id for each in colleagues(told.site.id, signed.at, {SUPERVISOR})}
    said = (
        sign.said,
        "" if signed.by in managers else _("as deputy"),
        _("was on this shift too") if signed.by in says.people else "",
        _("by the one signature for the day") if signed.with_day else "",
    )
    return replace(sign, said=" · ".join(filter(None, said)))


# what an address asks for


def _asked(site: Project, day: str, post_id: UUID, shift: str, now: int) -> Record:
    when = day_asked(day)
    window = next((each for each in queries.windows_of(site, when) if each.code == shift and each.start <= now), None)
    return Record(_post(site, post_id), when, window or abort(404))


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
