"""What a slip of the finger at the door comes to once it is undone (P2-4.4.3b, P2-4.4.3f)."""

import random
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import ZONE, Site, Tablet, at, deliver
from tests.tours.test_parties import arrive, covers
from webapp.base.table import Scope, Shown
from webapp.custody import queries as custody
from webapp.duty import queries as duty
from webapp.duty.tables import REMARKS
from webapp.operations.ledger import Ledger
from webapp.sites import queries as sites
from webapp.stock.tables import MOVEMENTS
from webapp.tours import queries as tours
from webapp.tours.rules import left
from webapp.tours.tables import PARTIES, QUESTIONS

pytestmark = pytest.mark.database

SITES = count()
WHAT = ("arrive", "see_off", "stay", "reverse", "ask", "remark", "take", "give_back", "take back")


def today(site: Site, until: str = "23:00") -> list[int]:
    return [party.guests for party in tours.today(sites.project(site.project_id), at(until))]


@pytest.mark.clause("P2-4.4.3b")
@pytest.mark.parametrize("turned", [False, True])
def test_a_party_that_never_came_took_no_covers_whichever_is_heard_first(site: Site, turned: bool) -> None:
    tablet, other = site.tablet(1), site.tablet(2)
    wrong = arrive(site, tablet, 6, "10:00")
    arrive(site, tablet, 2, "10:01")
    other.keep("lin", "tours.reverse", "10:02", entry=wrong.id)
    for each in (other, tablet) if turned else (tablet, other):
        each.send()
    assert (today(site), covers(site, "10:10")) == ([2], (-2, 2, 0))
    assert (today(site, "10:01"), covers(site, "10:01")) == ([2, 6], (-8, 8, 0))
    assert tours.party(site.project_id, wrong.id, at("10:10")) is None


def test_a_colleague_undoes_no_arrival_and_the_desk_does(site: Site) -> None:
    tablet = site.tablet()
    party = arrive(site, tablet, 4, "10:00")
    tablet.keep("he", "tours.reverse", "10:02", entry=party.id)
    tablet.send()
    assert (today(site), covers(site, "10:10")) == ([4], (-4, 4, 0))
    site.submit("tours.undo", author="chen", proof="session", when=at("11:00"), entry=party.id)
    assert (today(site), covers(site, "11:30")) == ([], (0, 0, 0))


def test_every_list_tells_who_undid_what_when(site: Site) -> None:
    tablet = site.tablet()
    party = arrive(site, tablet, 4, "10:00")
    asked = tablet.keep("lin", "tours.ask", "10:01", party=party.id, tag="school")
    noted = tablet.keep("lin", "duty.remark", "10:02", place=site.id("flat"), category="normal", text="寫錯了")
    lost = tablet.keep("lin", "stock.lose", "10:03", item=site.id("covers"), place=site.id("flat"), state="clean", quantity=1)
    for who, time in (("he", "10:04"), ("lin", "10:05"), ("lin", "10:06")):
        for entry, package in ((party, "tours"), (asked, "tours"), (noted, "duty"), (lost, "stock")):
            tablet.keep(who, f"{package}.reverse", time, entry=entry.id)
    tablet.send()
    for table in (PARTIES, QUESTIONS, REMARKS, MOVEMENTS):
        for time, struck in (("10:04", 0), ("10:10", 4 if table is MOVEMENTS else 1)):
            shown = Shown(table, Scope(site.project_id, ZONE, at(time)), "/")
            told = [line.cells[-1] for line in shown.lines(99) if line.is_undone]
            assert (shown.undone, told) == (struck, ["2026-05-28 10:05 lin"] * struck), table.name


@pytest.mark.clause("P2-4.4.3f")
def test_who_was_seen_off_by_mistake_is_here_until_seen_off_again(site: Site) -> None:
    tablet = site.tablet()
    party = arrive(site, tablet, 4, "10:00")
    for time, what in (("10:10", "see_off"), ("10:11", "stay"), ("10:40", "see_off")):
        tablet.keep("lin", f"tours.{what}", time, party=party.id)
    tablet.send()
    assert [covers(site, time) for time in ("10:10", "10:20", "10:40")] == [(-4, 0, 4), (-4, 4, 0), (-4, 0, 4)]


def test_a_party_is_gone_since_the_first_farewell_after_the_last_word_that_it_is_here() -> None:
    def order(minute: int) -> tuple[int, int, int, int, str, int]:
        return (minute, 1, 1, minute, "", 0)

    assert left([order(5), order(9)], []) == order(5)
    assert left([order(5), order(9), order(12)], [order(2), order(7)]) == order(9)
    assert left([order(5)], [order(7)]) is None


def test_a_question_and_a_remark_taken_back_stand_nowhere(site: Site) -> None:
    tablet = site.tablet()
    party = arrive(site, tablet, 4, "10:00")
    asked = tablet.keep("lin", "tours.ask", "10:05", party=party.id, tag="price")
    said = tablet.keep("lin", "duty.remark", "10:06", place=site.id("flat"), category="repair", text="門鎖鬆了")
    tablet.keep("lin", "tours.reverse", "10:07", entry=asked.id)
    tablet.keep("he", "duty.reverse", "10:08", entry=said.id)
    tablet.send()
    assert tours.accounts(site.project_id, [party.id], at("11:00"))[party.id].questions == ()
    assert [each.text for each in duty.remarks(site.project_id, at("00:00"), at("23:00"))] == ["門鎖鬆了"]
    site.submit("duty.undo", author="chen", proof="session", when=at("11:00"), entry=said.id)
    assert duty.remarks(site.project_id, at("00:00"), at("23:00")) == []


@pytest.mark.clause("P2-4.3.1f")
def test_a_key_given_back_by_mistake_is_still_with_whoever_had_it(site: Site) -> None:
    tablet, key = site.tablet(), site.id("key")
    tablet.keep("lin", "custody.take", "09:00", asset=key)
    wrong = tablet.keep("he", "custody.give_back", "10:00", asset=key)
    tablet.keep("he", "custody.reverse", "10:01", entry=wrong.id)
    tablet.send()

    def holders(until: str) -> list[str | None]:
        standing = next(each.now for each in custody.things(site.project_id, at(until)) if each.asset.id == key)
        return [each.by for each in standing.holders]

    assert [holders(until) for until in ("09:30", "10:00", "10:01")] == [[site.person("lin")], [], [site.person("lin")]]


def record(site: Site, steps: list[tuple[int, str, int, int]]) -> list[Tablet]:
    """What was tapped on three tablets, and undone there or on another."""
    tablets = [site.tablet(number) for number in (1, 2, 3)]
    made = [site.id("never recorded")]
    flat, asset = {"flat": site.id("A"), "place": site.id("flat"), "item": site.id("covers")}, {"asset": site.id("key")}
    for which, what, minute, chance in sorted(steps, key=lambda step: step[2]):
        named = made[chance % len(made)]
        told: dict[str, tuple[str, dict[str, object]]] = {
            "arrive": ("tours.arrive", flat | {"guests": 1 + chance % 9}),
            "see_off": ("tours.see_off", {"party": named}), "stay": ("tours.stay", {"party": named}),
            "reverse": ("tours.reverse", {"entry": named}), "ask": ("tours.ask", {"party": named, "tag": "price"}),
            "remark": ("duty.remark", {"place": site.id("flat"), "category": "normal", "text": f"{chance}"}),
            "take": ("custody.take", asset), "give_back": ("custody.give_back", asset),
            "take back": (("duty.reverse", "custody.reverse")[chance % 2], {"entry": named}),
        }  # fmt: skip
        operation, body = told[what]
        entry = tablets[which].keep(("lin", "he")[chance % 5 == 0], operation, at("08:00") + minute * 60_000, **body)
        made += [entry.id] if what in ("arrive", "ask", "remark", "take", "give_back") else []
    return tablets


def seen(site: Site, until: int) -> tuple[object, ...]:
    parties = [(each.arrived_at, each.guests, each.seen_off and each.seen_off[0])
               for each in tours.parties(site.project_id, 0, until + 1, until)]  # fmt: skip
    questions = [len(each.questions) for each in tours.accounts(site.project_id, [site.id("never recorded")], until).values()]
    remarks = [(each.effective_at, each.text) for each in duty.remarks(site.project_id, 0, until + 1)]
    holders = [[(each.since, each.lent) for each in thing.now.holders] for thing in custody.things(site.project_id, until)]
    return parties, questions, remarks, holders, covers(site, "23:00")


@pytest.mark.slow
@given(
    steps=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(WHAT), st.integers(0, 600), st.integers(0, 40)), max_size=14),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=20)
def test_any_order_of_deliveries_undoes_the_same(ledger: Ledger, steps: list[tuple[int, str, int, int]], seed: int) -> None:
    plain, tangled = (Site(ledger, f"undone {next(SITES)}").build() for _ in range(2))
    for tablet in record(plain, steps):
        if tablet.kept:
            tablet.send()
    deliver(record(tangled, steps), random.Random(seed))
    for time in ("09:30", "12:00", "23:00"):
        assert seen(tangled, at(time)) == seen(plain, at(time))
