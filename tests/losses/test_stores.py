"""A tablet comes back with nothing in it: what is missing is known by number, or since when it is not known."""

import random
from collections.abc import Callable

import pytest
from flask import Flask

from tests.cast import Site, Tablet, at
from tests.conftest import Rows
from tests.tablets.sealing import Browser, Desk
from tests.tablets.test_life import parties
from webapp.base import ids
from webapp.base.database import db
from webapp.losses import queries, stores
from webapp.losses.queries import as_rule
from webapp.losses.rules import ANEW, MISSING, WAITING, Reached, Standing, came_after_all
from webapp.operations.entries import Batch, Entry, Source, digest_of
from webapp.tablets import enrolment, life
from webapp.tablets.queries import TabletRow, tablet, tablets

pytestmark = pytest.mark.database


class Pad(Tablet):
    """A tablet that was enrolled; `epoch` is the store it has now."""

    def __init__(self, site: Site) -> None:
        self.row: TabletRow = enrolment.enrol(site.project_id, "Door", "door", at("08:00")).tablet
        super().__init__(site, self.row.number)
        self.epoch = 1
        db.session.rollback()

    @property
    def id(self) -> str:
        return self.row.id

    def arrives(self, number: int = 1) -> list[Entry]:
        return [
            self.keep(
                "lin", "tours.arrive", at("10:00") + len(self.kept) * 60_000, flat=self.site.id("A"),
                place=self.site.id("flat"), guests=2,
            )
            for _each in range(number)
        ]  # fmt: skip

    def delivers(self, entries: list[Entry], epoch: int | None = None, when: str = "11:00") -> None:
        high = max((entry.seq for entry in entries), default=0)
        batch = Batch(epoch or self.epoch, tuple(entries), "nonce-12", high, "b", 0)
        self.site.ledger.receive(Source(self.id, self.number, self.site.project_id, at("08:00")), batch, at(when))

    def loses_its_store(self, reached: Reached | None, when: str = "12:00") -> int:
        self.epoch = stores.begin(self.row, reached, at(when))
        self.kept.clear()
        return self.epoch

    def standing(self) -> Standing:
        db.session.rollback()
        return queries.standing(self.site.project_id, self.id)


@pytest.fixture
def pad(site: Site) -> Pad:
    return Pad(site)


def test_what_is_missing_is_known_by_number(pad: Pad) -> None:
    pad.delivers(pad.arrives(7)[:3])
    assert pad.loses_its_store(Reached(1, 7, at("11:30"))) == 2
    (gap,) = pad.standing().gaps
    assert (gap.epoch, gap.first, gap.last, gap.kind, gap.until) == (1, 4, 7, MISSING, at("12:00"))
    pad.delivers(pad.arrives(2), when="12:30")
    assert [(gap.epoch, gap.first, gap.last) for gap in pad.standing().gaps] == [(1, 4, 7)]


def test_nothing_is_missing_where_everything_was_sent(pad: Pad) -> None:
    pad.delivers(pad.arrives(3))
    assert pad.loses_its_store(Reached(1, 3, at("11:30"))) == 2
    assert pad.standing().is_complete


@pytest.mark.parametrize("reached", [None, Reached(9, 0, 0)])
def test_without_the_mark_the_number_is_not_known(pad: Pad, reached: Reached | None) -> None:
    pad.delivers(pad.arrives(3))
    pad.loses_its_store(reached)
    (gap,) = pad.standing().gaps
    assert (gap.first, gap.last, gap.since) == (4, None, at("10:02"))


def test_asking_again_gives_the_same_store_until_it_is_used(pad: Pad, rows: Rows) -> None:
    pad.delivers(pad.arrives(3))
    mark = Reached(1, 5, at("11:30"))
    assert [pad.loses_its_store(mark, when) for when in ("12:00", "12:01", "12:02")] == [2, 2, 2]
    assert rows.count("losses_store_gone") == 1
    pad.delivers(pad.arrives(1), when="12:10")
    assert pad.loses_its_store(Reached(2, 1, at("12:11")), "12:20") == 3
    assert [(gap.epoch, gap.first, gap.last) for gap in pad.standing().gaps] == [(1, 4, 5)]


def test_an_empty_store_that_is_lost_is_the_same_again(pad: Pad, rows: Rows) -> None:
    pad.delivers([])
    assert pad.loses_its_store(Reached(1, 0, at("08:01"))) == 1
    assert rows.count("losses_store_gone") == 0


def test_a_store_that_was_never_made_is_the_first(pad: Pad, rows: Rows) -> None:
    assert pad.loses_its_store(None) == 1
    assert rows.count("losses_store_gone") == 0


def test_a_copied_tablet_is_not_told_to_begin_the_same_store(pad: Pad) -> None:
    entries = pad.arrives(2)
    pad.delivers(entries[:1])
    began = pad.loses_its_store(Reached(1, 1, at("11:30")))
    pad.delivers([entries[0]], epoch=1)
    for fresh in ("one", "another"):
        entry = Entry(**{name: getattr(entries[0], name) for name in Entry.__slots__} | {"id": ids.derived(fresh)})
        pad.delivers([entry], epoch=1)
    db.session.rollback()
    lines = queries.lines(pad.site.project_id, pad.id)
    assert began == 2
    assert {line.epoch for line in lines} >= {1, 2, 3}


def declares(pad: Pad, first: int, last: int | None, author: str = "chen", proof: str = "session") -> str:
    more = {} if last is None else {"last": last}
    return pad.site.submit(
        "losses.declare", author=author, proof=proof, when=at("13:00"), tablet=pad.id, epoch=1, first=first,
        reason="Fell into the sink", **more,
    ).outcome  # fmt: skip


def test_a_declared_loss_is_complete_and_is_taken_after_all(pad: Pad) -> None:
    entries = pad.arrives(7)
    pad.delivers(entries[:3])
    pad.loses_its_store(Reached(1, 7, at("11:30")))
    assert declares(pad, 4, 7) == "applied"
    assert pad.standing().is_complete
    pad.delivers(entries[3:6], epoch=1, when="14:00")
    (told,) = queries.declared(pad.site.project_id, pad.id)
    assert (told.reason, told.author_id) == ("Fell into the sink", pad.site.person("chen"))
    assert came_after_all(as_rule(told), pad.standing().stores[0]) == 3
    assert pad.standing().is_complete


@pytest.mark.parametrize(("who", "proof"), [("lin", "session"), ("stranger", "session"), ("chen", "post")])
def test_who_may_not_declare_a_loss_changes_nothing(pad: Pad, rows: Rows, who: str, proof: str) -> None:
    assert declares(pad, 4, 7, who, proof) == "refused"
    assert rows.count("losses_declared_loss") == 0


def test_a_marker_of_loss_stays_open_until_it_is_declared(pad: Pad) -> None:
    entries = pad.arrives(4)
    entries[1] = Entry(id=ids.derived("lost", pad.id, 1, 2), seq=2, lost="pruned")
    pad.delivers(entries)
    (gap,) = pad.standing().gaps
    assert (gap.first, gap.last, gap.kind, gap.since, gap.until) == (2, 2, "lost", at("10:00"), at("10:02"))
    declares(pad, 2, 2)
    assert pad.standing().is_complete


def test_what_is_held_or_put_aside_is_not_complete(pad: Pad) -> None:
    first, second = pad.arrives(2)
    second.operation = "tours.of_a_newer_build"
    pad.delivers([first, second])
    assert len(pad.standing().held_at) == 1
    assert not pad.standing().is_complete


@pytest.mark.slow
def test_how_a_tablet_stands_does_not_depend_on_the_order_of_deliveries(
    app: Flask, rounds: int, tell: Callable[[str], None]
) -> None:
    """The same entries, a marker of loss, a store lost on the way and a declared loss, in any batches and any order."""
    chance, turns = random.Random(20260528), 6 * rounds
    done = [_in_some_order(Pad(Site(app.extensions["ledger"], f"order {turn}").build()), chance) for turn in range(turns)]
    assert {gaps for _deliveries, gaps in done} == {((1, 3, 3, "lost"),)}
    tell(f"{sum(deliveries for deliveries, _gaps in done)} deliveries in {turns} orders, one standing")


def _in_some_order(pad: Pad, chance: random.Random) -> tuple[int, tuple[tuple[object, ...], ...]]:
    """How many deliveries there were, and what is open after all of them."""
    entries = pad.arrives(9)
    entries[2] = Entry(id=ids.derived("lost", pad.id, 1, 3), seq=3, lost="pruned")
    pad.delivers(entries[:1])
    pad.loses_its_store(Reached(1, 9, at("11:30")))
    parts = [entries[place : place + size] for place in range(7) for size in (1, 2, 3) if place + size <= 7]
    shuffled: list[list[Entry] | None] = [*parts, None]
    chance.shuffle(shuffled)
    for part in (*shuffled, *parts):
        if part is None:
            declares(pad, 8, 9)
        else:
            pad.delivers(part, epoch=1)
    return 2 * len(parts) + 1, tuple(gap[:4] for gap in pad.standing().gaps)


def test_every_tablet_of_the_site_stands_for_itself(site: Site, pad: Pad) -> None:
    other = Pad(site)
    pad.delivers(pad.arrives(3)[:2])
    pad.loses_its_store(Reached(1, 3, at("11:30")))
    other.delivers(other.arrives(2))
    db.session.rollback()
    found = queries.standings(site.project_id)
    assert {each.id: found[each.id].is_complete for each in tablets(site.project_id)} == {pad.id: False, other.id: True}


# enrolled anew without having been retired


LAST = at("10:00") + 1_000
"""When the last entry that came happened."""
WIPED = "99999999-2222-3333-4444-555555555555"


@pytest.fixture
def anew(site: Site) -> tuple[Desk, Browser, Browser]:
    """A tablet that has told of five entries and sent two, and the browser that is enrolled in its place without its store."""
    desk, old, wiped = Desk(site), Browser(), Browser(secret=WIPED)
    first = desk.enrols(old, at("09:00"))
    desk.sends(old, parties(site, 5)[:2], at("10:05"), high_seq=5)
    db.session.rollback()
    desk.enrols(wiped, at("11:00"), again=tablet(site.project_id, first.tablet.id))
    return desk, old, wiped


def open_gaps(desk: Desk, of: Browser) -> list[tuple[object, ...]]:
    db.session.rollback()
    assert of.tablet
    return [gap[:6] for gap in queries.standing(desk.site.project_id, of.tablet.id).gaps]


def test_whoever_is_enrolled_anew_without_its_store_is_missed_like_a_store_found_empty(anew: tuple[Desk, Browser, Browser]) -> None:
    desk, old, wiped = anew
    assert open_gaps(desk, wiped) == [(1, 3, None, ANEW, LAST, at("11:00"))]
    assert old.tablet
    assert queries.standing(desk.site.project_id, old.tablet.id).unsent == 0, "nothing is said to be on its way any more"
    desk.sends(wiped, parties(desk.site, 1), at("11:05"))
    assert open_gaps(desk, wiped) == [(1, 3, None, ANEW, LAST, at("11:00"))]
    desk.site.submit(
        "losses.declare", author="chen", proof="session", when=at("13:00"), tablet=old.tablet.id, epoch=1, first=3, reason="Broken",
    )  # fmt: skip
    assert open_gaps(desk, wiped) == []


def test_it_is_told_of_once_where_its_new_store_is_found_empty_too(anew: tuple[Desk, Browser, Browser]) -> None:
    """And the mark that says how far the old one had come makes it a number."""
    desk, _old, wiped = anew
    assert wiped.tablet
    assert stores.begin(wiped.tablet, Reached(1, 7, at("10:30")), at("11:30")) == 2
    assert open_gaps(desk, wiped) == [(1, 3, 7, ANEW, LAST, at("11:30"))]
    desk.sends(wiped, parties(desk.site, 2)[:1], at("11:40"), high_seq=2)
    assert stores.begin(wiped.tablet, Reached(2, 2, at("11:41")), at("11:50")) == 3
    assert open_gaps(desk, wiped)[1:] == [(2, 2, 2, MISSING, at("10:00"), at("11:50"))]


def test_over_its_own_store_and_after_a_retirement_nothing_is_missed(site: Site) -> None:
    desk, old = Desk(site), Browser()
    kept = parties(site, 3)
    of = desk.enrols(old, at("09:00")).tablet
    desk.sends(old, kept[:1], at("10:05"), high_seq=3)
    desk.enrols(old, at("10:10"))
    assert open_gaps(desk, old) == [(1, 2, 3, WAITING, at("10:00"), None)]
    desk.sends(old, kept, at("10:20"))
    site.submit("tablets.retire", author="chen", proof="session", when=at("10:30"), tablet=of.id)
    db.session.rollback()
    assert life.leave(tablet(site.project_id, of.id), {1: 3}, at("10:31"))
    db.session.rollback()
    desk.enrols(Browser(secret=WIPED), at("11:00"), again=tablet(site.project_id, of.id))
    assert open_gaps(desk, old) == []


def test_a_store_that_was_enrolled_and_never_heard_of_is_not_missed_for_itself(anew: tuple[Desk, Browser, Browser]) -> None:
    desk, old, _wiped = anew
    assert old.tablet
    db.session.rollback()
    desk.enrols(Browser(secret="8" * 36), at("11:10"), again=tablet(desk.site.project_id, old.tablet.id))
    assert open_gaps(desk, old) == [(1, 3, None, ANEW, LAST, at("11:00"))]


def test_photos_that_went_with_the_store_are_lost_until_somebody_says_so(app: Flask, pad: Pad) -> None:
    site, photos = pad.site, [digest_of("one"), digest_of("two")]
    remark = pad.keep("lin", "duty.remark", "10:00", place=site.id("flat"), category="repair", text="燈", photos=photos)
    pad.delivers([remark])
    assert (pad.standing().photos_at, pad.standing().gaps) == ((at("10:00"), at("10:00")), [])
    pad.loses_its_store(Reached(1, 1, at("11:30")))
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert queries.notes(site.project_id)[pad.id] == [("2 photos were lost with the storage", "over")]
    (gap,) = pad.standing().gaps
    lost = {"tablet": pad.id, "epoch": gap.epoch, "first": gap.first, "reason": "Nobody has them"}
    assert site.submit("losses.declare", author="chen", proof="session", when=at("13:10"), **lost).outcome == "applied"
    assert pad.standing().is_complete


def test_what_it_carried_is_known_afterwards_by_the_hour(pad: Pad):
    first, late = pad.arrives(2), pad.arrives(1)
    pad.delivers(first, when="11:30")
    pad.delivers(late, when="12:30")
    hours = [at(f"{hour:02}:00") for hour in range(9, 14)]
    assert queries.unsent_at(pad.site.project_id, pad.id, hours) == [0, 1, 3, 1, 0]
    db.session.rollback()
