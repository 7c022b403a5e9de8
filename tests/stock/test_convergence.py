"""The figures are the same for every order, duplication and delay of deliveries (design.md section 2)."""

import random
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import Site, Tablet, at
from webapp.operations.ledger import Ledger
from webapp.stock import queries as stock
from webapp.stock.rules import CLEAN
from webapp.tours import queries as tours

pytestmark = [pytest.mark.database, pytest.mark.slow]

SITES = count()
WHAT = ("draw", "count", "arrive", "see_off", "collect")
STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(WHAT), st.integers(0, 600), st.integers(1, 40)),
    min_size=1, max_size=14,
)  # fmt: skip


def record(site: Site, steps: list[tuple[int, str, int, int]]) -> list[Tablet]:
    """What happened on three tablets; each of them knows the parties that came to it."""
    tablets, parties = [site.tablet(number) for number in (1, 2, 3)], {}
    covers = {"item": site.id("covers"), "place": site.id("flat")}
    for which, what, minute, amount in sorted(steps, key=lambda step: step[2]):
        tablet, when = tablets[which], at("08:00") + minute * 60_000
        if what == "draw":
            tablet.keep("lin", "stock.draw", when, quantity=amount, **covers)
        elif what == "count":
            tablet.keep("lin", "stock.count", when, counted=amount, state="soiled" if amount % 3 else "clean", **covers)
        elif what == "collect":
            tablet.keep("lin", "stock.collect", when, quantity=amount, **covers)
        elif what == "arrive":
            parties[which] = tablet.keep("lin", "tours.arrive", when, flat=site.id("A"), guests=amount, covers=amount, **covers).id
        elif which in parties:
            tablet.keep("lin", "tours.see_off", when, party=parties[which])
    return tablets


def deliver(tablets: list[Tablet], chance: random.Random) -> None:
    """Every tablet's entries in any cut, repeated and interleaved with the others', until all of them are there."""
    waiting = {tablet.number: tablet for tablet in tablets if tablet.kept}
    acked = dict.fromkeys(waiting, 0)
    while waiting:
        tablet = waiting[chance.choice(sorted(waiting))]
        start = chance.randint(0, acked[tablet.number])
        end = chance.randint(start + 1, len(tablet.kept))
        acked[tablet.number] = tablet.send(tablet.kept[start:end]).acked_seq
        if acked[tablet.number] == len(tablet.kept):
            del waiting[tablet.number]


def seen(site: Site, until: int) -> tuple[object, ...]:
    item = stock.item_by_sku(site.project_id, "covers")
    assert item
    covers = tours.covers(site.project_id, site.id("flat"), item, at("08:00"), until)
    clean = stock.figure(site.project_id, site.id("flat"), item.id, CLEAN, until)
    return (covers.clean, covers.in_use, covers.soiled, covers.stamp, covers.soiled_stamp, covers.lasts_until, clean.counted_at)


@given(steps=STEPS, seed=st.integers(0, 2**32))
@settings(max_examples=25)
def test_any_order_of_deliveries_gives_the_same_figures(ledger: Ledger, steps: list[tuple[int, str, int, int]], seed: int) -> None:
    plain, tangled = (Site(ledger, f"site {next(SITES)}").build() for _ in range(2))
    for tablet in record(plain, steps):
        if tablet.kept:
            tablet.send()
    deliver(record(tangled, steps), random.Random(seed))
    for time in ("09:30", "12:00", "23:00"):
        assert seen(tangled, at(time)) == seen(plain, at(time))
