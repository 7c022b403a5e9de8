"""The figures are the same for every order, duplication and delay of deliveries (design.md section 2)."""

import random
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import Site, Tablet, at, deliver
from webapp.operations.ledger import Ledger
from webapp.stock import queries as stock
from webapp.stock.rules import CLEAN
from webapp.tours import queries as tours

pytestmark = [pytest.mark.database, pytest.mark.slow]

SITES = count()
WHAT = ("draw", "count", "point", "arrive", "see_off", "collect", "return", "write_off", "undo", "request", "confirm")
STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(WHAT), st.integers(0, 600), st.integers(1, 40)),
    min_size=1, max_size=14,
)  # fmt: skip


def body_of(site: Site, what: str, amount: int, moved: list[str], asked: str) -> tuple[str, dict[str, object]]:
    """What is recorded of things: the operation, and what it says besides the item and the place."""
    point = {"version": site.id("version"), "item": "small.covers", "stock": site.id("covers")}
    told: dict[str, tuple[str, dict[str, object]]] = {
        "draw": ("stock.draw", {"quantity": amount}),
        "count": ("stock.count", {"counted": amount, "state": "soiled" if amount % 3 else "clean"}),
        "point": ("checklists.answer", point | {"day": f"2026-05-2{amount % 2}", "number": amount, "state": "clean"}),
        "collect": ("stock.collect", {"quantity": amount}),
        "return": (
            "stock.return_clean",
            {"quantity": amount, "rejected": amount % 3} | ({"batch": moved[-1]} if amount % 2 else {}),
        ),
        "write_off": ("stock.write_off", {"quantity": amount, "state": "clean", "reason": "other"}),
        "undo": ("stock.reverse", {"entry": moved[amount % len(moved)]}),
        "request": ("stock.request", {"quantity": amount}),
        "confirm": ("stock.confirm", {"quantity": amount, "request": asked}),
    }
    return told[what]


def record(site: Site, steps: list[tuple[int, str, int, int]]) -> list[Tablet]:
    """What happened on three tablets; each of them knows the parties that came to it."""
    tablets, parties = [site.tablet(number) for number in (1, 2, 3)], {}
    moved, asked = [site.id("unknown")], site.id("never asked")
    covers = {"item": site.id("covers"), "place": site.id("flat")}
    for which, what, minute, amount in sorted(steps, key=lambda step: step[2]):
        tablet, when = tablets[which], at("08:00") + minute * 60_000
        if what == "arrive":
            parties[which] = tablet.keep("lin", "tours.arrive", when, flat=site.id("A"), guests=amount, covers=amount, **covers).id
        elif what == "see_off":
            if which in parties:
                tablet.keep("lin", "tours.see_off", when, party=parties[which])
        else:
            operation, said = body_of(site, what, amount, moved, asked)
            made = tablet.keep("he" if what == "undo" and amount % 4 == 0 else "lin", operation, when, **(covers | said)).id
            asked = made if what == "request" else asked
            moved += [made] if what in ("draw", "collect", "write_off") else []
    return tablets


def seen(site: Site, until: int) -> tuple[object, ...]:
    item = stock.item_by_sku(site.project_id, "covers")
    assert item
    covers = tours.covers(site.project_id, site.id("flat"), item, at("08:00"), until)
    clean = stock.figure(site.project_id, site.id("flat"), item.id, CLEAN, until)
    figures = {key[2]: each.quantity for key, each in stock.figures(site.project_id, until).items()}
    batches = [(each.sent_at, each.sent, each.returned, each.rejected) for each in stock.laundry(site.project_id, until)]
    requests = [(each.at, each.quantity, each.received) for each in stock.requests(site.project_id, 0, until)]
    variances = [(each.state, each.at, each.expected, each.counted) for each in stock.variances(site.project_id, until)]
    doubts = [(each.at, each.counted_at, each.quantity) for each in stock.doubts(site.project_id, 0, until)]
    return (covers.clean, covers.in_use, covers.soiled, covers.stamp, covers.soiled_stamp, covers.lasts_until, clean.counted_at,
            figures, sorted(batches, key=str), requests, sorted(variances), sorted(doubts))  # fmt: skip


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
