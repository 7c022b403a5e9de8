"""The supervisor's page of one tablet: what it holds, what is missing, and the word that a loss is one (P2-4.4.7b)."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, flash, g, make_response, redirect, render_template, request
from flask_babel import gettext as _

from webapp.base import assets, clock, ids
from webapp.base.written import instant_text, size_text, span_text, time_text
from webapp.losses import queries
from webapp.losses.queries import Told
from webapp.losses.rules import Gap, came_after_all
from webapp.operations import registry
from webapp.sites.models import Project
from webapp.staff.desk import desk_page, submit
from webapp.staff.queries import people
from webapp.tablets.frames import this_site
from webapp.tablets.queries import TabletRow, contacts, tablet

bp = Blueprint("losses", __name__)
REASON_MOST = 500
DRAWN = 8
"""Hours that are drawn of what a tablet carried."""


@desk_page(bp, "/tablets/<uuid:tablet_id>", methods=("GET", "POST"))
def show(tablet_id: UUID) -> Response:
    """One tablet: how it stands, what is missing of it, what was declared lost."""
    found = tablet(g.project_id, str(tablet_id)) or abort(404)
    wrong = _declared(found) if request.method == "POST" else {}
    if wrong is None:
        flash(_("Declared. Should the entries come after all, they are taken."), "ok")
        return make_response(redirect(request.path, 303))
    return make_response(_page(found, wrong), 422 if wrong else 200)


def _declared(found: TabletRow) -> dict[str, str] | None:
    """Declare the loss that was asked for; what is wrong with it by field, None where nothing is."""
    typed = {name: request.form.get(name, "") for name in ("epoch", "first", "last", "reason")}
    return submit("losses.declare", typed | {"tablet": found.id}) or None


def _page(found: TabletRow, wrong: dict[str, str]) -> str:
    site, at = this_site(), clock.now()
    standing, told = queries.standing(site.id, found.id), queries.told(site.id).get(found.id, Told())
    contact = contacts(site.id).get(found.id)
    losses = queries.declared(site.id, found.id)
    stores = {each.epoch: each for each in standing.stores}
    return render_template(
        "tablets/show.html",
        one=found,
        at=at,
        standing=standing,
        contact=contact,
        seen=instant_text(contact.seen_at, site.zone, at) if contact is not None else "",
        facts=_facts(site, standing.unsent, told, contact.build, at) if contact is not None else [],
        told_at=instant_text(told.at, site.zone, at) if told.at else "",
        unsent=_unsent(site, found, standing.unsent, at),
        gaps=[_open(gap, site, at) for gap in standing.gaps],
        losses=[
            (each, queries.span_words(each.of_epoch, each.first, each.last),
             came_after_all(queries.as_rule(each), stores[each.of_epoch]) if each.of_epoch in stores else 0)
            for each in losses
        ],
        lines=queries.lines(site.id, found.id),
        copies=queries.copies(site.id, found.id),
        people=people({each.author_id for each in losses if each.author_id}),
        instant=lambda instant: instant_text(instant, site.zone, at),
        title=_title,
        photos_words=queries.photos_words,
        wrong=wrong,
    )  # fmt: skip


def _unsent(site: Project, found: TabletRow, still: int, at: int) -> list[tuple[str, int]]:
    """What it carried at each full hour and now, as (time, entries); nothing where it never carried any."""
    hour = at - at % clock.HOUR
    hours = [hour - back * clock.HOUR for back in reversed(range(DRAWN))]
    drawn = [*zip(hours, queries.unsent_at(site.id, found.id, hours), strict=True), (at, still)]
    return [(time_text(each, site.zone), number) for each, number in drawn] if any(number for _at, number in drawn) else []


def _open(gap: Gap, site: Project, at: int) -> dict[str, Any]:
    """A gap as it is shown, and what the form says that declares it."""
    typed = request.form if request.form.get("epoch") == str(gap.epoch) and request.form.get("first") == str(gap.first) else None
    between = [instant_text(each, site.zone, at) for each in (gap.since, gap.until) if each]
    return {"gap": gap, "words": queries.gap_words(gap), "between": between, "one_time": ids.uuid7(at),
            "reason": typed.get("reason", "") if typed else None}  # fmt: skip


def _title(name: str) -> str:
    """An operation in words; one that this build does not know by its name."""
    known = registry.find(name)
    return str(_(known.title) if known else _("Something that a newer version records"))


def _facts(site: Project, unsent: int, told: Told, build: str, at: int) -> list[tuple[str, str, str]]:
    """What is known of a tablet: name, value, and a tone where it wants a look."""
    oldest = told["oldest"] if unsent else None
    ours = assets.build()
    return [
        (_("Oldest unsent"), instant_text(oldest, site.zone, at) if oldest else "–", "soon" if oldest else ""),
        (_("Build"), build[:8] or "–", "" if build in ("", ours) else "soon"),
        (_("Clock of the tablet"), _clock(told["offset"]), "soon" if abs(told["offset"] or 0) > clock.MINUTE else ""),
        (_("Storage"), _storage(told), "soon" if _is_filling(told) else ""),
        (_("Storage promised by the browser"), _promise(told["persisted"]), "soon" if told["persisted"] is False else ""),
        (_("Written on paper because it could not be saved"), str(told["unsaved"] or 0), "over" if told["unsaved"] else ""),
    ]


def _clock(offset: int | None) -> str:
    """How far the tablet's clock is from ours; `offset`: ours less the tablet's."""
    if offset is None:
        return "–"
    if abs(offset) < clock.MINUTE:
        return str(_("right"))
    span = span_text(abs(offset))
    return str(_("%(span)s behind", span=span) if offset > 0 else _("%(span)s ahead", span=span))


def _storage(told: Told) -> str:
    if told["usage"] is None or not told["quota"]:
        return "–"
    return str(_("%(used)s of %(all)s", used=size_text(told["usage"]), all=size_text(told["quota"])))


def _is_filling(told: Told) -> bool:
    return bool(told["quota"] and (told["usage"] or 0) > 0.8 * told["quota"])


def _promise(persisted: bool | None) -> str:
    return "–" if persisted is None else str(_("yes") if persisted else _("not promised"))


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(bp)
