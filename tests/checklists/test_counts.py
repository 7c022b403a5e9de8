"""A point that says what it counts: its answer is a count of stock, and is held against what there should be (P2-4.4.2c)."""

from typing import Any

import pytest

from tests.cast import CHECK, Site, Tablet, at
from webapp.checklists import queries as checklists
from webapp.content.rules import LAID, problems
from webapp.sites import queries as sites
from webapp.stock import queries as stock
from webapp.stock.rules import COUNTED

pytestmark = pytest.mark.clause("P2-4.4.2c")


def said(site: Site, number: int, **more: object) -> dict[str, object]:
    """The answer to the point that counts clean covers, as its page says it."""
    about = {"version": site.id("version"), "place": site.id("flat"), "item": "small.covers", "day": "2026-05-28"}
    return about | {"stock": site.id("covers"), "state": "clean", "number": number} | more


def morning(site: Site) -> Tablet:
    """Sixty pairs lie there in the evening before; two go out in the morning."""
    tablet, covers = site.tablet(1), {"item": site.id("covers"), "place": site.id("flat")}
    tablet.keep("lin", "stock.count", at("08:00") - 14 * 3_600_000, state="clean", counted=60, **covers)
    tablet.keep("lin", "tours.arrive", "08:30", flat=site.id("A"), guests=2, covers=2, **covers)
    return tablet


def variances(site: Site, until: str = "23:00") -> list[tuple[int, int]]:
    """What was expected and what was counted, in pairs, of the last counts that differ."""
    found = stock.variances(site.project_id, at(until))
    return [(each.expected // 1000, each.counted // 1000) for each in found if each.difference]


def clean(site: Site, until: str = "23:00") -> int:
    return stock.figure(site.project_id, site.id("flat"), site.id("covers"), "clean", at(until)).quantity // 1000


@pytest.mark.database
def test_an_answer_that_counts_is_a_count_like_any_other(site: Site) -> None:
    tablet = morning(site)
    tablet.keep("lin", "checklists.answer", "08:40", **said(site, 56))
    tablet.keep("lin", "stock.lose", "09:00", item=site.id("covers"), place=site.id("flat"), state="clean", quantity=1)
    late = site.tablet(2)
    late.keep("he", "stock.lose", "08:20", item=site.id("covers"), place=site.id("flat"), state="clean", quantity=1)
    tablet.send()
    assert (clean(site, "08:39"), clean(site), variances(site)) == (58, 55, [(58, 56)])
    late.send()
    assert (clean(site), variances(site)) == (55, [(57, 56)]), "what was gone before the count changes what was expected alone"


@pytest.mark.database
def test_an_answer_given_anew_is_the_count_and_the_mistaken_one_is_none(site: Site) -> None:
    tablet = morning(site)
    tablet.keep("lin", "checklists.answer", "08:40", **said(site, 5))
    tablet.keep("lin", "checklists.answer", "08:41", **said(site, 58))
    tablet.send(tablet.kept[::-1])
    assert (clean(site, "08:40"), clean(site), variances(site)) == (5, 58, [])
    assert variances(site, "08:40") == [(58, 5)], "until it was mended it was what somebody had counted"


def test_the_count_of_another_day_or_of_another_point_is_no_mistake(site: Site) -> None:
    tablet = morning(site)
    tablet.keep("lin", "checklists.answer", "08:40", **said(site, 50))
    tablet.keep("lin", "checklists.answer", "17:50", **said(site, 49, item="small.evening"))
    tablet.send()
    assert variances(site) == [(50, 49)]


@pytest.mark.parametrize(
    "more", [{"answer": "na"}, {"number": ""}, {"number": "-1"}, {"stock": ""}, {"state": ""}, {"when": at("08:35")}], ids=str
)
def test_what_says_no_number_of_now_counts_nothing(site: Site, more: dict[str, object]) -> None:
    tablet = morning(site)
    tablet.keep("lin", "checklists.answer", "08:40", **(said(site, 5) | more))
    assert tablet.send().results[-1]["outcome"] == "applied"
    assert clean(site) == 58


def test_a_movement_close_to_an_answer_on_another_tablet_is_asked_about(site: Site) -> None:
    tablet, other = morning(site), site.tablet(2)
    counted = tablet.keep("lin", "checklists.answer", "08:40", **said(site, 58))
    draw = other.keep("he", "stock.draw", at("08:40") + 60_000, item=site.id("covers"), place=site.id("flat"), quantity=3)
    tablet.send()
    other.send()
    [found] = [each for each in stock.doubts(site.project_id, at("08:00"), at("23:00")) if each.state == "clean"]
    assert (found.count_id, found.entry, clean(site)) == (counted.id, draw.id, 61)
    site.submit("stock.settle", author="chen", proof="session", when=at("12:00"), count=counted.id, entry=draw.id, side="before")
    assert clean(site) == 58


def counting(site: Site, **counts: str) -> dict[str, Any]:
    tick, number = CHECK["items"]
    return CHECK | {"items": [tick, number | {"counts": counts}]}


@pytest.mark.parametrize(("sku", "names_it"), [("covers", True), ("nothing.such", False)])
def test_the_page_of_a_check_names_what_its_point_counts(site: Site, sku: str, *, names_it: bool) -> None:
    site.submit("content.publish", site.id("version 2"), document=site.id("document"), number=2,
                body=counting(site, sku=sku, state="soiled"))  # fmt: skip
    project = sites.project(site.project_id)
    assert project
    found = checklists.check(project, "check.small", site.id("flat"), at("09:00"))
    assert found
    tick, number = found.run.lines
    about = found.about(number)
    assert {name: about[name] for name in ("stock", "state") if name in about} == (
        {"stock": site.id("covers"), "state": "soiled"} if names_it else {}
    )
    assert "stock" not in found.about(tick)


def test_only_a_number_counts_and_only_what_can_be_laid_on_a_table(site: Site) -> None:
    assert LAID == COUNTED
    assert problems(counting(site, sku="covers", state="clean")) == []
    assert problems(counting(site, sku="covers", state="in_use")) == ["small.covers: counts are of no item and state"]
    assert problems(counting(site, sku=" ", state="clean")) == ["small.covers: counts are of no item and state"]
    ticked = CHECK["items"][0] | {"counts": {"sku": "covers", "state": "clean"}}
    assert problems(CHECK | {"items": [ticked]}) == ["small.door: a pass_fail_na counts nothing"]
