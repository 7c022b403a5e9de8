"""What a check counted stands on the record beside what should have lain there (應／實)."""

from typing import Any

import pytest

from tests.cast import CHECK, Site, Tablet, at
from tests.records.test_account import accounts, shifts
from tests.records.test_part_four import printed_of
from tests.records.test_sealing import printed, sealed, sign
from webapp.records.rules import DIGESTS, Account, Point

TICK, NUMBER = CHECK["items"]


def counts(key: str, state: str) -> dict[str, Any]:
    return NUMBER | {"id": key, "counts": {"sku": "covers", "state": state}}


def day(site: Site) -> Tablet:
    """The opening check counts the clean covers, the closing check these and the used ones. Sixty and none lay there at 08:32."""
    shifts(site)
    closing = CHECK | {
        "id": "check.evening", "purpose": "closing", "items": [counts("evening.clean", "clean"), counts("evening.soiled", "soiled")]
    }  # fmt: skip
    site.submit("content.open", site.id("evening"), kind="checklist", code="check.evening")
    site.submit("content.publish", site.id("evening 1"), document=site.id("evening"), number=1, body=closing)
    opening = CHECK | {"items": [TICK, counts("small.covers", "clean")]}
    site.submit("content.publish", site.id("version 2"), document=site.id("document"), number=2, body=opening)
    tablet, item = site.tablet(1), {"item": site.id("covers"), "place": site.id("flat")}
    tablet.keep("lin", "shifts.take_post", "08:32", post=site.id("door"))
    tablet.keep("lin", "stock.count", "08:33", state="clean", counted=60, **item)
    tablet.keep("lin", "stock.count", "08:34", state="soiled", counted=0, **item)
    return tablet


def answers(site: Site, tablet: Tablet, time: str, version: str, item: str, state: str, number: int, **more: object) -> None:
    about = {"version": site.id(version), "place": site.id("flat"), "item": item, "day": "2026-05-28", "stock": site.id("covers")}
    tablet.keep("lin", "checklists.answer", time, **about, state=state, number=number, **more)


def opens(site: Site, tablet: Tablet, time: str, number: int, **more: object) -> None:
    answers(site, tablet, time, "version 2", "small.covers", "clean", number, **more)


def comes(site: Site, tablet: Tablet, time: str, guests: int) -> None:
    here = {"flat": site.id("A"), "place": site.id("flat"), "item": site.id("covers")}
    tablet.keep("lin", "tours.arrive", time, guests=guests, covers=guests, **here)


def closes(site: Site, tablet: Tablet, clean: int, soiled: int) -> None:
    answers(site, tablet, "17:50", "evening 1", "evening.clean", "clean", clean)
    answers(site, tablet, "17:51", "evening 1", "evening.soiled", "soiled", soiled)


def opening_of(of: Account) -> Point:
    return next(point for check in of.lists for point in check.points if point.item == "small.covers")


def line_of(site: Site) -> tuple[str, ...]:
    """Of the printed record, what stands beside the count of the opening check: expected and found, and the result."""
    before = printed(site, sealed(site))[1][0]  # type: ignore[index]
    return next(row[2:4] for row in before.rows if "/" in row[2] or row[2].isdecimal())


@pytest.mark.database
@pytest.mark.clause("P2-4.4.2c")
def test_what_the_opening_check_counted_stands_beside_what_should_have_lain_there(site: Site) -> None:
    tablet = day(site)
    comes(site, tablet, "08:35", 11)
    opens(site, tablet, "08:40", 25)
    tablet.send()
    early, _middle = accounts(site)
    assert (opening_of(early).number, opening_of(early).due, opening_of(early).variance) == (25_000, 49_000, -24_000)
    assert line_of(site) == ("49 / 25", "×")


def test_a_count_that_agrees_is_in_order(site: Site) -> None:
    tablet = day(site)
    opens(site, tablet, "08:40", 60)
    tablet.send()
    assert line_of(site) == ("60 / 60", "√")


def test_a_count_given_anew_is_held_against_what_lay_there_before_the_mistake(site: Site) -> None:
    tablet = day(site)
    opens(site, tablet, "08:40", 6)
    opens(site, tablet, "08:41", 60)
    tablet.send(tablet.kept[::-1])
    assert line_of(site) == ("60 / 60", "√")


def test_what_is_dated_back_counts_nothing_and_is_held_against_nothing(site: Site) -> None:
    tablet = day(site)
    opens(site, tablet, "08:40", 25, when=tablet.kept[0].happened_at)
    tablet.send()
    assert line_of(site) == ("25", "√")


def test_what_nobody_had_counted_before_is_held_against_nothing(site: Site) -> None:
    tablet = day(site)
    del tablet.kept[1:]
    opens(site, tablet, "08:40", 25)
    tablet.send()
    assert line_of(site) == ("25", "√")


def test_a_record_that_was_signed_without_what_should_have_lain_there_shows_no_more(site: Site) -> None:
    tablet = day(site)
    opens(site, tablet, "08:40", 25)
    tablet.send(received_at=at("13:30"))
    sign(site, way=DIGESTS - 1)
    assert sealed(site).holds
    assert line_of(site) == ("25", "√")


@pytest.mark.clause("P2-4.4.3f")
def test_whoever_locks_up_has_counted_the_covers_in_the_closing_check(site: Site) -> None:
    tablet = day(site)
    comes(site, tablet, "16:00", 8)
    closes(site, tablet, 50, 8)
    locks_up(site, tablet)
    middle = accounts(site)[1]
    assert printed_of(site, middle, "Clean") == ("52", "50", "", "−2 more or less than expected")
    assert printed_of(site, middle, "Soiled") == ("8", "8", "", "")
    assert printed_of(site, middle, "In use") == ("0", "", "", "")


def test_what_the_closing_check_counted_stands_also_where_nobody_locked_up(site: Site) -> None:
    tablet = day(site)
    closes(site, tablet, 60, 2)
    tablet.send()
    middle = accounts(site)[1]
    assert printed_of(site, middle, "Clean") == ("60", "60", "", "")
    assert printed_of(site, middle, "Soiled") == ("0", "2", "", "+2 more or less than expected")


def test_what_went_away_between_the_closing_check_and_the_lock_is_told_beside_what_is_left(site: Site) -> None:
    tablet = day(site)
    comes(site, tablet, "16:00", 8)
    closes(site, tablet, 52, 8)
    there = {"item": site.id("covers"), "place": site.id("flat"), "laundry": site.id("laundry")}
    tablet.keep("lin", "stock.collect", "17:55", quantity=8, **there)
    locks_up(site, tablet)
    middle = accounts(site)[1]
    assert printed_of(site, middle, "Soiled") == ("0", "", "", "17:51 8 counted")


def locks_up(site: Site, tablet: Tablet) -> None:
    kept = {"kept": "key_box", "custodian": "Box 3"}
    tablet.keep("lin", "duty.offer", "18:02", post=site.id("door"), place=site.id("flat"), **kept)
    tablet.send()
