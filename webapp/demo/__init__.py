"""The demo site: 雲棲府, as operations sent through the ledger by named persons and two named tablets.

Everything is derived from the instant it is loaded at: yesterday is whole, today has come as far as the clock. Ids are derived too,
so a second load changes nothing. As a week it is a whole show flat: two flats, seven days before today, what went wrong in them.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from webapp import opening
from webapp.base import clock
from webapp.base.database import db
from webapp.demo.desk import first_action, put_right, write_next_version
from webapp.demo.doors import YESTERDAY, first_handover, first_party, first_rehearsal
from webapp.demo.names import CODE, ZONE, midnight, named, person, project_id, version
from webapp.demo.people import CAST, MORE, PASSWORD, Member, give_access
from webapp.demo.places import TABLETS, THINGS, set_dates, site_tree, stock_up
from webapp.demo.week import WEEK, work
from webapp.sites import queries as sites
from webapp.staff.models import Password
from webapp.tablets.enrolment import make_code

__all__ = [
    "CAST", "CODE", "PASSWORD", "THINGS", "WEEK", "YESTERDAY", "ZONE", "DemoReport", "describe", "first_action", "first_handover",
    "first_party", "first_rehearsal", "is_loaded", "load", "named", "person", "project_id", "version",
]  # fmt: skip


@dataclass(frozen=True)
class DemoReport:
    """What the person at the terminal needs. `enrolment_code` opens one tablet at the door within ten minutes."""

    people: tuple[Member, ...]
    enrolment_code: str
    is_new: bool


def is_loaded() -> bool:
    """Passwords come last, so that a load which broke off is taken up again."""
    wanted = [person(each.key) for each in CAST if each.account]
    found = db.session.scalar(select(func.count()).select_from(Password).where(Password.person_id.in_(wanted)))
    return found == len(wanted)


def load(at: int, *, week: bool = False) -> DemoReport:
    """Load the demo site as it would be at an instant, once: yesterday and today, or as a week with two flats."""
    is_new = not is_loaded()
    db.session.rollback()
    if is_new:
        opened_at = clock.instant_of(midnight(at) - timedelta(days=7, hours=-7))
        opening.carry_out(opening.plan(site_tree(week=week), "demo", is_demo=True), opened_at)
        set_dates(opened_at)
        stock_up(opened_at, week=week)
        write_next_version(opened_at + clock.DAY)
        work(at, opened_at, week=week)
        put_right(at)
        give_access(CAST + MORE if week else CAST)
    code = make_code(project_id(), f"{TABLETS['door'][0][:-1]}2", "door", at)
    db.session.rollback()
    is_week = any(post.code == "door-b" for post in sites.posts(project_id()))
    return DemoReport(CAST + MORE if is_week else CAST, code, is_new)


def describe(report: DemoReport, url: str) -> str:
    """What `make run` ends with."""
    desk = [f"  {each.account:<6} {PASSWORD}   {each.name} ({each.role})" for each in report.people if each.account]
    front = [f"  {each.code}  {each.name} ({each.role})" for each in report.people]
    lines = [
        f"The demo site {CODE} is {'loaded' if report.is_new else 'there already; its data are kept'}.",
        "", f"Desk: {url}/  Sign in with:", *desk,
        "", "Six digits at a tablet:", *front,
        "", f"A tablet at the door: open {url}/enrol and type {report.enrolment_code} (good for ten minutes).",
        f"Another code: threshold tablets enrol --project {CODE} --name NAME",
    ]  # fmt: skip
    return "\n".join(lines)
