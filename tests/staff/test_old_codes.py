"""A code that is changed at the desk while a tablet is away: what arrives by the old one is taken, and marked."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.cast import Site, Tablet, at
from webapp.base import clock
from webapp.base.database import db
from webapp.operations.entries import Entry
from webapp.operations.models import Receipt
from webapp.staff import access

pytestmark = pytest.mark.database


def signs(tablet: Tablet, site: Site, who: str, when: str, heard: str) -> Entry:
    """Somebody takes the post by their six digits, at a tablet that last heard of the server some time before."""
    tablet.keep(who, "shifts.take_post", when, post=site.id("door"))
    tablet.kept[-1] = replace(tablet.kept[-1], beacon_at=at(heard))
    return tablet.kept[-1]


def test_what_was_signed_by_a_code_that_had_been_changed_is_taken_and_marked(site: Site) -> None:
    tablet = site.tablet()
    for time, code in (("09:00", "604817"), ("12:00", "482913")):
        with clock.standing_at(at(time)):
            access.set_code(site.person("lin"), code)
    before, after = signs(tablet, site, "lin", "11:00", "10:30"), signs(tablet, site, "lin", "13:00", "10:30")
    other, heard = signs(tablet, site, "he", "13:10", "10:30"), signs(tablet, site, "lin", "14:00", "13:30")
    assert {each["outcome"] for each in tablet.send().results} == {"applied"}
    flags = {row.id: row.flags.split() for row in db.session.scalars(sa.select(Receipt))}
    marked = ["old_code" in flags[each.id] for each in (before, after, other, heard)]
    assert marked == [False, True, False, False]


def test_the_first_code_that_somebody_gets_replaces_none(site: Site) -> None:
    """There were no others to sign with: a tablet enrolled while its people got their codes heard of us before."""
    tablet = site.tablet()
    with clock.standing_at(at("12:00")):
        access.set_code(site.person("lin"), "482913")
    signed = signs(tablet, site, "lin", "13:00", "11:59")
    tablet.send()
    (flags,) = db.session.scalars(sa.select(Receipt.flags).where(Receipt.id == signed.id))
    assert "old_code" not in flags.split()
