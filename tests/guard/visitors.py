"""Who may knock: everyone the guard has to tell apart, each as a browser at the demo site of tests/pages."""

from collections.abc import Callable, Iterator

import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.browser.addresses import EXAMPLES
from tests.pages.conftest import AT, Site
from webapp import demo
from webapp.base import clock
from webapp.base.database import Base, db
from webapp.operations.ledger import the_ledger
from webapp.operations.rules import SYSTEM
from webapp.staff import access
from webapp.tablets.enrolment import enrol

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
VALUES = {"language": "zh-Hant", "station": "door", "name": "duty.remark", "day": "2026-05-27", "tag": "en"}
"""What stands for the parts of an address where no example says it."""


def revoked(site: Site) -> FlaskClient:
    """A tablet whose credential is no longer good."""
    taken = enrol(demo.project_id(), "Stolen", "door", AT)
    outcome = the_ledger().submit(
        "tablets.revoke", {"tablet": taken.tablet.id}, project_id=demo.project_id(), author_id=None, proof=SYSTEM, at=AT
    )
    assert outcome.outcome == "applied"
    db.session.rollback()
    client = site.stranger()
    client.set_cookie("tablet", taken.credential)
    return client


def ended(site: Site) -> FlaskClient:
    """A supervisor who has signed out, with the cookie kept."""
    client, token = site.stranger(), access.open_session(demo.person("chen"), clock.now())
    access.sign_out(token, clock.now())
    client.set_cookie("session", token)
    return client


def idle(site: Site) -> FlaskClient:
    """A supervisor who went away yesterday."""
    client = site.stranger()
    client.set_cookie("session", access.open_session(demo.person("chen"), clock.now() - clock.DAY))
    return client


VISITORS: dict[str, Callable[[Site], FlaskClient]] = {
    "nobody": lambda site: site.stranger(),
    "door": lambda site: site.tablet("door"),
    "bar": lambda site: site.tablet("bar"),
    "revoked": revoked,
    "elsewhere": lambda site: site.tablet("elsewhere"),
    "greeter": lambda site: site.desk("lin"),
    "supervisor": lambda site: site.desk("chen"),
    "admin": lambda site: site.desk("zhou"),
    "editor": lambda site: site.desk("fang"),
    "ended": ended,
    "idle": idle,
}


def both(site: Site) -> FlaskClient:
    """A browser that is the door's tablet and a supervisor's desk at once: whatever may be done, it may."""
    client = site.desk("zhou")
    client.set_cookie("tablet", site.credentials["door"])
    return client


def unsafe(site: Site) -> Iterator[tuple[str, str]]:
    """Each route that may change something: its rule and an address of it."""
    for rule in site.app.url_map.iter_rules():
        if rule.methods and rule.methods & UNSAFE:
            yield rule.rule, address(rule)


def address(rule: Rule) -> str:
    """An address of a rule: that of its page's example, else with something plausible in each part."""
    example = EXAMPLES.get(rule.rule)
    if example and not rule.rule.startswith("/<language>"):
        return "/" + example[1].format(language="zh-Hant")
    path = rule.rule
    for name in rule.arguments:
        converter = next(part for part in path.split("<") if part.partition(">")[0].rpartition(":")[2] == name).partition(">")[0]
        path = path.replace(f"<{converter}>", VALUES.get(name, demo.named("place", "flat-a")))
    return path


def everything() -> dict[str, int]:
    """How many rows each table has."""
    with db.engine.connect() as connection:
        return {
            name: int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
            for name, table in Base.metadata.tables.items()
        }
