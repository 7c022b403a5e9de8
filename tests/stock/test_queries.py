"""Stock as the database tells it."""

import pytest

from tests.cast import Site, Tablet, at
from webapp.base import ids
from webapp.operations import registry
from webapp.stock import operations  # noqa: F401 - they are told to the registry
from webapp.stock import queries as stock
from webapp.stock.models import Item
from webapp.stock.rules import CLEAN, LAUNDRY, LOST, SOILED, STORE

pytestmark = pytest.mark.database


def quantity(site: Site, state: str, place: str = "flat", until: str = "23:59") -> float:
    return stock.figure(site.project_id, site.id(place), site.id("covers"), state, at(until)).quantity / 1000


def draw(site: Site, tablet: Tablet, pairs: int, when: str) -> None:
    tablet.keep("lin", "stock.draw", when, item=site.id("covers"), place=site.id("flat"), store=site.id("store"), quantity=pairs)


def count(site: Site, tablet: Tablet, pairs: int, when: str, state: str = CLEAN) -> None:
    tablet.keep("lin", "stock.count", when, item=site.id("covers"), place=site.id("flat"), state=state, counted=pairs)


@pytest.mark.clause("P2-4.1.5a")
def test_a_draw_takes_from_the_store_and_may_go_below_zero(site: Site) -> None:
    tablet = site.tablet()
    draw(site, tablet, 4, "10:00")
    tablet.send()
    assert (quantity(site, CLEAN), quantity(site, STORE, "store")) == (4, -4)


@pytest.mark.clause("P2-4.4.2c")
def test_a_draw_that_arrives_after_the_count_but_happened_before_it_changes_nothing(site: Site) -> None:
    first, late = site.tablet(1), site.tablet(2)
    draw(site, first, 4, "10:00")
    count(site, first, 40, "10:05")
    draw(site, late, 2, "09:58")
    first.send()
    late.send()
    assert quantity(site, CLEAN) == 40
    assert quantity(site, STORE, "store") == -6


def test_a_figure_is_told_as_of_an_instant(site: Site) -> None:
    tablet = site.tablet()
    draw(site, tablet, 4, "10:00")
    count(site, tablet, 40, "10:05")
    draw(site, tablet, 3, "11:00")
    tablet.send()
    assert [quantity(site, CLEAN, until=time) for time in ("09:59", "10:00", "10:05", "11:00")] == [0, 4, 40, 43]


def test_the_stamp_of_a_figure_is_its_last_count(site: Site) -> None:
    tablet = site.tablet()
    count(site, tablet, 40, "10:05")
    draw(site, tablet, 3, "11:00")
    tablet.send()
    figure = stock.figure(site.project_id, site.id("flat"), site.id("covers"), CLEAN, at("12:00"))
    assert (figure.counted_at, figure.counted_by) == (at("10:05"), site.person("lin"))


@pytest.mark.clause("P2-4.4.3f")
def test_covers_go_to_the_laundry_and_come_back_less_the_lost_ones(site: Site) -> None:
    tablet = site.tablet()
    where = {"item": site.id("covers"), "place": site.id("flat")}
    count(site, tablet, 20, "18:00", SOILED)
    tablet.keep("lin", "stock.lose", "18:01", state=SOILED, quantity=1, **where)
    tablet.keep("lin", "stock.collect", "18:02", laundry=site.id("laundry"), quantity=19, **where)
    tablet.keep("lin", "stock.return_clean", "19:00", laundry=site.id("laundry"), quantity=18, **where)
    tablet.send()
    assert [quantity(site, state) for state in (SOILED, LOST, CLEAN)] == [0, 1, 18]
    assert quantity(site, LAUNDRY, "laundry") == 1


@pytest.mark.clause("P2-4.4.2c")
def test_a_place_may_have_a_minimum_of_its_own(site: Site) -> None:
    item = stock.item_by_sku(site.project_id, "covers")
    assert item
    site.submit("stock.set_level", when=at("09:00"), item=item.id, place=site.id("flat"), minimum=12, par=40)
    item = stock.item_by_sku(site.project_id, "covers")
    assert item
    least = [stock.minimum(site.project_id, site.id(place), item, at("10:00")) for place in ("flat", "store")]
    assert least == [12_000, 30_000]
    assert stock.minimum(site.project_id, site.id("flat"), item, at("08:59")) == 30_000


def test_the_history_of_an_item_names_who_and_when(site: Site) -> None:
    tablet = site.tablet()
    draw(site, tablet, 4, "10:00")
    count(site, tablet, 40, "10:05")
    tablet.send()
    lines = stock.movements(site.project_id, at("00:00"), at("23:59"), place_id=site.id("flat"))
    assert [(line.kind, line.quantity, line.author_id) for line in lines] == [
        ("count", 40_000, site.person("lin")),
        ("issue", 4_000, site.person("lin")),
    ]
    assert stock.used(site.project_id, site.id("store"), site.id("covers"), STORE, at("00:00"), at("23:59")) == 4_000


def test_one_of_a_thing_is_said_in_the_singular() -> None:
    item = Item(unit="unit.pair", counter={"en": "pairs", "zh-Hant": "雙"})
    assert [stock.counter(item, quantity) for quantity in (0, 1000, 1500, 2000)] == ["pairs", "pair", "pairs", "pairs"]
    assert stock.counter(Item(unit="of the site", counter={"en": "sets"}), 1000) == "sets"


ITEM = {
    "sku": "s",
    "names": '{"en": "s"}',
    "category": "other",
    "unit": "piece",
    "counter": '{"en": "s"}',
    "tracking": "consumable",
}


@pytest.mark.parametrize(("minimum", "par", "wrong"), [
    ("41", "40", {"minimum": "above_par"}), ("40", "40", {}), ("0", "40", {}), ("41", "forty", {"par": "not_a_quantity"}),
])  # fmt: skip
@pytest.mark.parametrize("name", ["stock.add_item", "stock.set_level"])
def test_a_minimum_above_the_full_stock_is_told_beside_it(name: str, minimum: str, par: str, wrong: dict[str, str]) -> None:
    """By whichever way an item or the level of a place comes."""
    body = ITEM | {"item": ids.uuid7(1), "place": ids.uuid7(2), "minimum": minimum, "par": par}
    assert registry.get(name).clean(body)[1] == wrong
