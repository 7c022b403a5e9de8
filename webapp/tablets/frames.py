"""What stands around every page: site, place, clock, the five ways to go, languages. A file of its own for it is no page itself."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Flask, Response, abort, g, request
from flask_babel import gettext as _

from webapp.base import address, clock
from webapp.base.assets import build
from webapp.base.i18n import LANGUAGES, N_, NAMES, language, words
from webapp.base.written import day_and_month, time_text
from webapp.operations import roles
from webapp.operations.declarations import tablet_cautions
from webapp.operations.roles import GREETER, ROLE_NAMES, WATER_BAR
from webapp.sites import queries as sites
from webapp.sites.models import Flat, Place, Post, Project
from webapp.staff.desk import home_of
from webapp.staff.queries import Colleague
from webapp.tablets.fitness import in_app
from webapp.tablets.queries import TabletRow, drains_since

STATIONS = {"door": N_("Door"), "bar": N_("Water bar"), "floor": N_("Sales floor")}
TODAY, PARTIES = ("", N_("Today"), "house"), ("parties", N_("Parties"), "users")
SHARED = (
    ("checks", N_("Checks"), "list-checks"),
    ("stock", N_("Supplies"), "package"),
    ("handover", N_("Handover"), "handshake"),
)
RAILS = {"door": (TODAY, PARTIES, *SHARED), "bar": (TODAY, *SHARED)}
STAFF = {"door": GREETER, "bar": WATER_BAR}
"""Whose post the tablet of a station stands at."""
DESK = (
    ("/review", N_("Review"), "clipboard-check"),
    ("/records", N_("Records"), "file-text"),
    ("/actions", N_("Actions"), "clipboard-list"),
    ("/repairs", N_("Repairs"), "pencil"),
    ("/site", N_("Site"), "house"),
)
"""No more than five (look.md section 8); everything else stands on the site's page."""
OFFICE = (("/documents", N_("Documents"), "file-pen"), ("/lists/questions", N_("Questions"), "message-square-warning"))
"""Where somebody goes who only writes; for the others these stand on the site's page and among the lists."""
CHOSEN = "language"
"""The cookie that holds the language chosen where an address has none."""


def this_site() -> Project:
    """The site of this request's tablet or desk."""
    site = sites.project(g.tablet.project_id if g.get("tablet") else g.project_id)
    return site or abort(404)


def this_flat() -> Flat | None:
    """The show flat in front of this tablet."""
    return sites.flat(g.tablet.project_id, g.tablet.flat_id) if g.tablet.flat_id else None


def this_role() -> str:
    """The role that works at this tablet's station."""
    return STAFF[g.tablet.station]


def this_post() -> Post | None:
    """The post of the station's role at this tablet's place, else the first post there."""
    posts = sites.posts(g.tablet.project_id, g.tablet.place_id, on=sites.today(g.tablet.project_id, clock.now()))
    return next(iter([*(post for post in posts if post.role == this_role()), *posts]), None)


def role_name(held: Sequence[str]) -> str:
    """The first of a person's roles, in words."""
    return next((str(_(ROLE_NAMES[role])) for role in ROLE_NAMES if role in held), "")


def cards(people: Iterable[Colleague]) -> list[dict[str, str]]:
    """People as the radio cards want them."""
    return [{"value": each.id, "name": each.told, "initial": each.call_name[:1], "role": role_name(each.roles)} for each in people]


def frame() -> dict[str, Any]:
    """The frame of this request: of a tablet's station, of a desk, or of a page that stands alone."""
    if g.get("tablet"):
        return _station(g.tablet)
    return _desk() if g.get("project_id") else _alone()


def _alone() -> dict[str, Any]:
    languages = [_language(tag, f"{request.path}?lang={tag}") for tag in LANGUAGES]
    app = in_app(request.user_agent.string)
    return {"lang": language(), "build": build(), "site": "", "languages": languages, "person": None, "in_app": app}


def _language(tag: str, address: str) -> dict[str, Any]:
    return {"tag": tag, "name": NAMES[tag], "href": address, "current": tag == language()}


def _station(tablet: TabletRow) -> dict[str, Any]:
    site, at = sites.project(tablet.project_id), clock.now()
    zone = site.zone if site else "UTC"
    posts = sites.posts(tablet.project_id, tablet.place_id, on=clock.day_of(at, zone))
    place = sites.place(tablet.project_id, tablet.place_id)
    home = f"/{language()}/{tablet.station}/"
    rest = request.path.partition(f"/{tablet.station}/")[2]
    here = rest.partition("/")[0]
    return _alone() | _site(site, at) | {
        "place": place_name(place, this_flat()),
        "nav": [_link(home + path, label, icon, path == here) for path, label, icon in RAILS.get(tablet.station, ())],
        "languages": [_language(tag, f"/{tag}/{tablet.station}/{rest}") for tag in LANGUAGES],
        "urls": {"home": home, "outbox": f"{home}outbox", "lock": f"{home}locked", "post": f"{home}post", "sign_out": ""},
        "tablet": tablet.id,
        "number": tablet.number,
        "leaves": tablet.leaves_at is not None,
        "draining": drains_since(tablet.project_id) is not None,
        "cautions": tablet_cautions(tablet.project_id, tablet.id),
        "mark": str(g.get("mark", "")),
        "day": clock.day_of(at, zone).isoformat(),
        "day_words": day_and_month(at, zone),
        "station": tablet.station,
        "place_id": tablet.place_id,
        "posts": [(post.id, words(post.names)) for post in posts],
        "sync": {"state": "ok", "time": time_text(at, zone), "count": ""} | _certificate(site),
    }  # fmt: skip


def _certificate(site: Project | None) -> dict[str, Any]:
    """When the certificate of this address ends, for a chip that may have to say so without us."""
    end = address.certificate_end()
    return {"ends": end, "day": day_and_month(end, site.zone if site else "UTC") if end else ""}


def certificate_due(zone: str) -> tuple[str, str, str] | None:
    """What a manager has to know of the address's certificate, what follows, and how loud (soon, over); None while it lasts."""
    end, now = address.certificate_end(), clock.now()
    if end is None or not address.is_due(end, now):
        return None
    day, loud = day_and_month(end, zone), "over" if address.days_left(end, now) < address.AHEAD[-1] else "soon"
    if end <= now:
        return _("The certificate of this address ended on %(day)s", day=day), _("Tablets go on recording, but cannot send."), loud
    return _("The certificate of this address ends on %(day)s", day=day), _("Then tablets go on recording, but cannot send."), loud


def place_name(place: Place | None, flat: Flat | None) -> str:
    """A 型樣板房 128 m²: the place, and how large the flat is."""
    name = words(place.names) if place else ""
    return f"{name} {flat.area} m²" if flat and flat.area else name


def _desk() -> dict[str, Any]:
    site, at = sites.project(g.project_id), clock.now()
    centre = next(iter(sites.places(g.project_id, "sales_centre", on=clock.day_of(at, site.zone if site else "UTC"))), None)
    me = {"name": g.person.name, "initial": g.person.call_name[:1], "role": role_name(sorted(g.roles))}
    return _alone() | _site(site, at) | {
        "place": words(centre.names) if centre else "",
        "person": me,
        "nav": [
            _link(path, label, icon, request.path.startswith(path))
            for path, label, icon in (DESK if g.roles & roles.DESK else OFFICE)
        ],
        "urls": {"home": home_of(g.roles), "outbox": "", "lock": "", "post": "", "sessions": "/sessions", "sign_out": "/sign-out"},
    }  # fmt: skip


def _site(site: Project | None, at: int) -> dict[str, Any]:
    zone = site.zone if site else "UTC"
    return {"site": words(site.names) if site else "", "zone": zone, "clock": time_text(at, zone)}


def _link(href: str, label: str, icon: str, current: bool) -> dict[str, Any]:
    return {"href": href, "label": _(label), "icon": icon, "badge": "", "current": current}


def _choose() -> None:
    """The language of a page whose address has none: asked for now, or the last time."""
    for tag in (request.args.get("lang"), request.cookies.get(CHOSEN)):
        if tag in LANGUAGES:
            g.language = tag
            return


def _remember(response: Response) -> Response:
    if request.args.get("lang") in LANGUAGES and not request.path.startswith("/sync/"):
        response.set_cookie(
            CHOSEN, request.args["lang"], max_age=31_536_000, secure=request.is_secure, samesite="Lax", httponly=True
        )
    return response


def init_app(app: Flask) -> None:
    """Give every template its frame."""
    app.before_request(_choose)
    app.after_request(_remember)
    app.jinja_env.filters["cards"] = cards
    app.context_processor(lambda: {"frame": frame()})
