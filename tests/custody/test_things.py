"""Things and what happened to them, as the database tells it."""

import json
import random
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import Site, Tablet, at, deliver
from webapp.cli import digest_text
from webapp.custody import queries as custody
from webapp.custody.rules import Standing
from webapp.operations.ledger import Ledger

pytestmark = pytest.mark.database

SITES = count()
ACTS = ("take", "give_back", "lend", "lose", "find", "damage", "mend")
STEPS = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(ACTS), st.integers(0, 600), st.sampled_from(("lin", "he"))),
    min_size=1,
    max_size=10,
)


def now(site: Site, time: str = "23:00") -> Standing:
    return next(each.now for each in custody.things(site.project_id, at(time)) if each.asset.id == site.id("key"))


@pytest.mark.clause("P2-4.3.1f")
def test_a_key_is_held_by_whoever_took_it_and_since_when(site: Site) -> None:
    tablet = site.tablet()
    tablet.keep("lin", "custody.take", "08:33", asset=site.id("key"))
    tablet.keep("lin", "custody.give_back", "13:21", asset=site.id("key"))
    tablet.send()
    assert [(each.by, each.since) for each in now(site, "10:00").holders] == [(site.person("lin"), at("08:33"))]
    assert now(site, "08:00").where == now(site, "14:00").where == "back"


@pytest.mark.clause("P2-4.3.1f")
def test_two_tablets_that_take_one_key_without_a_network_are_both_told(site: Site) -> None:
    first, second = site.tablet(1), site.tablet(2)
    first.keep("lin", "custody.take", "09:00", asset=site.id("key"))
    second.keep("he", "custody.take", "09:00", asset=site.id("key"))
    for tablet in (second, first):
        assert [each["outcome"] for each in tablet.send().results] == ["applied"]
    assert [each.by for each in now(site).holders] == [site.person("lin"), site.person("he")]
    assert now(site).concerns == ("taken_twice",)


def test_a_loan_keeps_nothing_of_the_guest_but_the_party(site: Site) -> None:
    tablet = site.tablet()
    tablet.keep("lin", "custody.lend", "10:00", asset=site.id("key"), party=site.id("a party"), name="王小姐")
    tablet.send()
    held = now(site).holders
    assert [(each.lent, each.party) for each in held] == [(True, site.id("a party"))]
    assert "王小姐" not in digest_text(site.project_id, at("23:00"))


def test_a_thing_of_another_project_is_refused(site: Site, ledger: Ledger) -> None:
    other = Site(ledger, "other").build()
    tablet = site.tablet()
    tablet.keep("lin", "custody.take", "10:00", asset=other.id("key"))
    result = tablet.send().results[0]
    assert (result["outcome"], result["errors"]) == ("refused", {"asset": "other_project"})
    assert now(other).where == "back"


def test_damage_wants_a_word(site: Site) -> None:
    tablet = site.tablet()
    tablet.keep("lin", "custody.damage", "10:00", asset=site.id("key"), note="")
    assert tablet.send().results[0]["errors"] == {"note": "required"}


def record(site: Site, steps: list[tuple[int, str, int, str]]) -> list[Tablet]:
    tablets = [site.tablet(number) for number in (1, 2)]
    for which, act, minute, who in sorted(steps, key=lambda step: step[2]):
        more = {"note": "x"} if act == "damage" else {}
        tablets[which].keep(who, f"custody.{act}", at("08:00") + minute * 60_000, asset=site.id("key"), **more)
    return [each for each in tablets if each.kept]


@given(steps=STEPS, seed=st.integers(0, 2**32))
@settings(max_examples=15)
def test_any_order_of_deliveries_gives_the_same_standing(ledger: Ledger, steps: list[tuple[int, str, int, str]], seed: int) -> None:
    plain, tangled = (Site(ledger, f"site {next(SITES)}").build() for _ in range(2))
    for tablet in record(plain, steps):
        tablet.send()
    deliver(record(tangled, steps), random.Random(seed))
    mine = {site.key: {site.person(who): who for who in ("lin", "he")} for site in (plain, tangled)}

    def told(site: Site, time: str) -> object:
        found = now(site, time)
        return [(mine[site.key][str(each.by)], each.since, each.lent) for each in found.holders], found.where, found.concerns

    for time in ("10:00", "23:00"):
        assert told(plain, time) == told(tangled, time)


def test_the_page_and_the_digest_fold_the_same_events(site: Site) -> None:
    """A page reads only the last of each kind; the digest reads all."""
    tablet = site.tablet()
    for minute in range(40):
        tablet.keep(("lin", "he")[minute % 3 % 2], f"custody.{ACTS[minute % 5]}", f"10:{minute:02d}", asset=site.id("key"))
    tablet.send()
    for time in ("10:07", "10:23", "23:00"):
        state = json.loads(digest_text(site.project_id, at(time)).split("\n")[0])["custody"]
        found = now(site, time)
        assert state["assets"][0]["where"] == found.where
        assert [each["author"] for each in state["assets"][0]["holders"]] == [each.by for each in found.holders]
