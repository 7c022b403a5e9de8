"""What is set counts from its own instant on: it changes nothing that was told of the time before, in any order of delivery."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import Site, at
from webapp.sites import queries as sites
from webapp.stock import queries as stock
from webapp.stock.rules import CONSUMABLE, REUSABLE, Order, latest, tracked
from webapp.tours import queries as tours


def order(instant: int, tablet: int) -> Order:
    return (instant, tablet, 1, 1, "", 0)


instants, uses = st.integers(0, 50), st.sampled_from((CONSUMABLE, REUSABLE))
told = st.lists(st.tuples(st.builds(order, instants, st.just(0)), uses), max_size=6).map(sorted)


@given(told=told, then=instants, later=st.integers(1, 50), use=uses, tablet=st.integers(0, 3))
def test_a_switch_changes_nothing_of_an_instant_before_it(
    told: list[tuple[Order, str]], then: int, later: int, use: str, tablet: int
) -> None:
    switched = sorted([*told, (order(then + later, 0), use)])
    assert tracked(REUSABLE, switched, order(then, tablet)) == tracked(REUSABLE, told, order(then, tablet))
    assert tracked(REUSABLE, switched, latest(then)) == tracked(REUSABLE, told, latest(then))
    if all(since < order(then + later, 0) for since, _use in told):
        assert tracked(REUSABLE, switched, latest(then + later)) == use


SETTINGS = {
    "stock.set_tracking": {"item": "covers", "tracking": "consumable"},
    "stock.set_level": {"item": "covers", "place": "flat", "minimum": 77, "par": 99},
    "stock.set_way": {"category": "shoe_cover", "way": "request"},
    "sites.set_profile": {"profile": "small"},
}


def told_of(site: Site, time: str) -> tuple[object, ...]:
    """Everything that these settings bear on, at an instant."""
    project, place, then = site.project_id, site.id("flat"), at(time)
    item = stock.covers_item(project, place, then)
    assert item
    return (
        tours.covers(project, place, item, at("08:00"), then), stock.washed(project, then, [item]),
        stock.par(project, place, item, then), stock.ways(project, then), sites.small_since(project, at("23:59"))(then),
        stock.digest(project, then), tours.digest(project, then), stock.variances(project, then),
    )  # fmt: skip


@pytest.mark.database
@pytest.mark.clause("P2-4.4.3b")
@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("turned", [False, True])
def test_a_setting_changes_nothing_that_was_told_of_before(site: Site, name: str, turned: bool) -> None:
    tablet = site.tablet()
    body = {"item": site.id("covers"), "place": site.id("flat")}
    tablet.keep("lin", "tours.arrive", "10:00", flat=site.id("A"), guests=6, **body)
    tablet.keep("lin", "stock.count", "10:30", state="soiled", counted=2, **body)
    known = {"item": site.id("covers"), "place": site.id("flat")}

    def switch() -> None:
        site.submit(name, author="zhou" if name.startswith("sites") else "chen", proof="session", when=at("12:00"),
                    **{key: known.get(key, value) for key, value in SETTINGS[name].items()})  # fmt: skip

    if turned:
        switch()
    tablet.send()
    before = told_of(site, "10:10"), told_of(site, "11:59")
    worn, left = before[0][0], before[1][0]
    assert isinstance(worn, tours.Covers)
    assert isinstance(left, tours.Covers)
    assert (worn.in_use, worn.minimum, left.in_use, left.soiled) == (6000, 30_000, 0, 8000)
    if not turned:
        switch()
        assert (told_of(site, "10:10"), told_of(site, "11:59")) == before
    assert told_of(site, "12:00") != told_of(site, "11:59")
