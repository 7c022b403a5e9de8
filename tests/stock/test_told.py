"""What is written off, undone, washed, asked for and doubted, as the database tells it again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from tests.cast import WORDS, Site, Tablet, at
from webapp.base.database import db
from webapp.operations.entries import Entry
from webapp.stock import queries as stock
from webapp.stock.rules import CLEAN, ISSUED, LAUNDRY, LOST, STORE, WRITTEN_OFF
from webapp.tours import queries as tours

pytestmark = pytest.mark.database


def quantity(site: Site, state: str, place: str = "flat", until: str = "23:59") -> float:
    return stock.figure(site.project_id, site.id(place), site.id("covers"), state, at(until)).quantity / 1000


def keep(site: Site, tablet: Tablet, operation: str, time: str, who: str = "lin", **body: object) -> Entry:
    return tablet.keep(who, operation, time, **{"item": site.id("covers"), "place": site.id("flat")} | body)


@pytest.mark.clause("P2-4.1.5a")
def test_what_is_written_off_leaves_the_shelf_and_says_why(site: Site) -> None:
    tablet = site.tablet()
    keep(site, tablet, "stock.count", "09:00", state=CLEAN, counted=40)
    keep(site, tablet, "stock.write_off", "10:00", state=CLEAN, quantity=3, reason="broken", note="開線")
    tablet.send()
    assert [quantity(site, state) for state in (CLEAN, WRITTEN_OFF, LOST)] == [37, 3, 0]
    told = stock.digest(site.project_id, at("23:59"))["write_offs"]
    assert [(each["reason"], each["note"], each["quantity"]) for each in told] == [("broken", "開線", 3000)]


@pytest.mark.parametrize("turned", [False, True])
def test_what_is_undone_never_was_whichever_came_first(site: Site, turned: bool) -> None:
    tablet, other = site.tablet(1), site.tablet(2)
    wrong = keep(site, tablet, "stock.draw", "10:00", quantity=40)
    keep(site, tablet, "stock.draw", "10:01", quantity=4)
    for number in range(2):
        other.keep("lin", "stock.reverse", f"10:0{2 + number}", entry=wrong.id)
    for each in (other, tablet) if turned else (tablet, other):
        each.send()
    assert (quantity(site, CLEAN), quantity(site, STORE)) == (4, -4)
    assert quantity(site, CLEAN, until="10:01") == 44
    assert [each.quantity for each in stock.movements(site.project_id, at("00:00"), at("23:59")) if each.state == CLEAN] == [4000]


def test_what_was_undone_after_a_count_leaves_the_count_alone(site: Site) -> None:
    tablet = site.tablet()
    wrong = keep(site, tablet, "stock.draw", "10:00", quantity=40)
    keep(site, tablet, "stock.count", "10:05", state=CLEAN, counted=30)
    tablet.keep("lin", "stock.reverse", "10:10", entry=wrong.id)
    tablet.send()
    assert (quantity(site, CLEAN), quantity(site, STORE)) == (30, 0)


def test_nobody_undoes_what_somebody_else_recorded_but_the_desk_does(site: Site) -> None:
    tablet = site.tablet()
    drawn = keep(site, tablet, "stock.draw", "10:00", quantity=4)
    tablet.keep("he", "stock.reverse", "10:02", entry=drawn.id)
    tablet.send()
    assert quantity(site, CLEAN) == 4
    site.submit("stock.undo", author="chen", proof="session", when=at("11:00"), entry=drawn.id)
    assert quantity(site, CLEAN) == 0


def test_after_a_day_only_the_desk_undoes(site: Site) -> None:
    tablet = site.tablet()
    drawn = keep(site, tablet, "stock.draw", at("10:00") - 25 * 3_600_000, quantity=4)
    tablet.keep("lin", "stock.reverse", "10:00", entry=drawn.id)
    tablet.send()
    assert quantity(site, CLEAN) == 4


@pytest.mark.clause("P2-4.4.3b")
def test_the_covers_of_an_arrival_are_not_undone_without_it(site: Site) -> None:
    tablet = site.tablet()
    party = keep(site, tablet, "tours.arrive", "10:00", flat=site.id("A"), guests=4)
    site.submit("stock.undo", author="chen", proof="session", when=at("11:00"), entry=party.id)
    tablet.send()
    assert quantity(site, CLEAN) == -4


@pytest.mark.clause("P2-4.4.3f")
def test_a_batch_is_open_until_all_of_it_is_back_or_given_up(site: Site) -> None:
    tablet, laundry = site.tablet(), {"laundry": site.id("laundry")}
    first = keep(site, tablet, "stock.collect", "10:00", quantity=20, **laundry)
    second = keep(site, tablet, "stock.collect", "11:00", quantity=10, **laundry)
    keep(site, tablet, "stock.collect", "11:05", quantity=5, batch=second.id, **laundry)
    keep(site, tablet, "stock.return_clean", "15:00", quantity=14, rejected=1, batch=second.id, **laundry)
    keep(site, tablet, "stock.return_clean", "16:00", quantity=18, **laundry)
    tablet.send()
    assert [(each.id, each.out) for each in stock.open_batches(site.project_id, at("23:59"))] == [(first.id, 2000)]
    assert [each.sent for each in stock.laundry(site.project_id, at("23:59"))] == [20_000, 15_000]
    assert (quantity(site, LAUNDRY, "laundry"), quantity(site, LOST), quantity(site, CLEAN)) == (2, 1, 32)
    assert [each.out for each in stock.open_batches(site.project_id, at("15:30"))] == [20_000]


@pytest.mark.clause("P2-4.1.5a")
def test_a_request_is_answered_at_the_desk_and_what_arrives_is_compared(site: Site) -> None:
    tablet = site.tablet()
    asked = keep(site, tablet, "stock.request", "10:00", quantity=30)
    refused = keep(site, tablet, "stock.request", "10:01", quantity=900)
    tablet.send()
    answer = {"item": site.id("covers"), "place": site.id("flat"), "store": site.id("store")}
    site.submit("stock.issue", author="chen", proof="session", when=at("11:00"), request=asked.id, quantity=25, **answer)
    site.submit(
        "stock.issue", author="chen", proof="session", when=at("11:01"), request=refused.id, quantity=0, reason="No", **answer
    )
    assert (quantity(site, STORE, "store"), quantity(site, ISSUED), quantity(site, CLEAN)) == (-25, 25, 0)
    keep(site, tablet, "stock.confirm", "12:00", request=asked.id, quantity=24)
    tablet.send()
    assert (quantity(site, ISSUED), quantity(site, CLEAN)) == (1, 24)

    def told(until: str) -> list[str]:
        return [each.status for each in reversed(stock.requests(site.project_id, at("00:00"), at(until)))]

    assert [told(until) for until in ("10:30", "11:30", "12:30")] == [
        ["requested", "requested"], ["issued", "rejected"], ["differs", "rejected"],
    ]  # fmt: skip


@pytest.mark.clause("P2-4.1.5a")
@pytest.mark.parametrize(("arrived", "missing", "store"), [(38, 2, -40), (42, -2, -42)])
def test_a_difference_of_a_request_is_settled_at_the_desk_and_everything_is_somewhere(
    site: Site, arrived: int, missing: int, store: int
) -> None:
    tablet = site.tablet()
    asked = keep(site, tablet, "stock.request", "10:00", quantity=45).id
    tablet.send()
    answers(site, asked, ("chen", "one", "11:00", 40))
    keep(site, tablet, "stock.confirm", "12:00", request=asked, quantity=arrived)
    tablet.send()
    (found,) = stock.requests(site.project_id, 0, at("12:30"))
    assert (found.status, found.missing) == ("differs", missing * 1000)
    about = {"item": site.id("covers"), "place": site.id("flat"), "store": site.id("store"), "note": "Counted"}
    settled = site.submit(
        "stock.close_request", author="chen", proof="session", when=at("13:00"), request=asked, quantity=missing, **about
    )
    assert settled.outcome == "applied"
    assert [each.status for each in stock.requests(site.project_id, 0, at("13:30"))] == ["received"]
    assert (quantity(site, STORE, "store"), quantity(site, ISSUED), quantity(site, CLEAN)) == (store, 0, arrived)
    assert quantity(site, "written_off") == max(missing, 0)
    site.submit("stock.undo", author="chen", proof="session", when=at("14:00"), entry=settled.id)
    assert stock.requests(site.project_id, 0, at("14:30"))[0].status == "differs"


@pytest.mark.clause("P2-4.1.5a")
def test_the_rest_of_a_request_may_arrive_later(site: Site) -> None:
    tablet = site.tablet()
    asked = keep(site, tablet, "stock.request", "10:00", quantity=45).id
    tablet.send()
    answers(site, asked, ("chen", "one", "11:00", 40))
    keep(site, tablet, "stock.confirm", "12:00", request=asked, quantity=38)
    keep(site, tablet, "stock.confirm", "15:00", request=asked, quantity=2)
    tablet.send()
    assert [stock.requests(site.project_id, 0, at(time))[0].status for time in ("12:30", "15:30")] == ["differs", "received"]
    assert (quantity(site, ISSUED), quantity(site, CLEAN)) == (0, 40)


def test_what_arrives_is_counted_before_its_request_is_known(site: Site) -> None:
    tablet = site.tablet()
    keep(site, tablet, "stock.confirm", "12:00", request=site.id("elsewhere"), quantity=5)
    tablet.send()
    assert (quantity(site, CLEAN), stock.requests(site.project_id, 0, at("23:59"))) == (5, [])


@pytest.mark.clause("P2-4.3.2f")
def test_a_variance_is_what_was_counted_against_what_had_moved_since_the_count_before(site: Site) -> None:
    tablet, late = site.tablet(1), site.tablet(2)
    keep(site, tablet, "stock.count", "09:00", state=CLEAN, counted=40)
    keep(site, tablet, "stock.draw", "10:00", quantity=10)
    keep(site, tablet, "stock.count", "12:00", state=CLEAN, counted=48)
    keep(site, tablet, "stock.draw", "13:00", quantity=5)
    tablet.send()
    found = stock.variances(site.project_id, at("23:59"))
    assert [(each.expected, each.counted, each.difference) for each in found] == [(50_000, 48_000, -2000)]
    keep(site, late, "stock.lose", "11:00", quantity=2, state=CLEAN)
    late.send()
    assert [each.difference for each in stock.variances(site.project_id, at("23:59"))] == [0]
    assert [each.expected for each in stock.variances(site.project_id, at("09:30"))] == [0]


@pytest.mark.clause("P2-4.4.3f")
def test_the_basket_is_counted_against_what_the_guests_left_in_it(site: Site) -> None:
    tablet = site.tablet()
    keep(site, tablet, "stock.count", "08:00", state="soiled", counted=0)
    party = keep(site, tablet, "tours.arrive", "10:00", flat=site.id("A"), guests=6)
    tablet.keep("lin", "tours.see_off", "10:20", party=party.id)
    keep(site, tablet, "stock.count", "18:00", state="soiled", counted=5)
    tablet.send()
    assert [(each.expected, each.difference) for each in stock.variances(site.project_id, at("23:59"))] == [(6000, -1000)]


def near(site: Site, gap: int = 90_000) -> tuple[Entry, Entry]:
    """A count on one tablet, and a draw on another so little before it that nobody knows."""
    first, second = site.tablet(1), site.tablet(2)
    counted = keep(site, first, "stock.count", "12:00", state=CLEAN, counted=40)
    drawn = keep(site, second, "stock.draw", at("12:00") - gap, quantity=5)
    keep(site, first, "stock.draw", at("12:00") + 1000, quantity=1)
    for each in (first, second):
        each.send()
    return counted, drawn


def test_two_clocks_that_cannot_tell_what_came_first_ask_a_supervisor(site: Site) -> None:
    counted, drawn = near(site)
    found = stock.doubts(site.project_id, at("00:00"), at("23:59"))
    assert [(each.count_id, each.entry, each.state, each.side) for each in found] == [(counted.id, drawn.id, CLEAN, None)]
    assert quantity(site, CLEAN) == 41
    for time, side, then, difference in (("13:00", "after", 46, 40), ("13:01", "before", 41, 35)):
        site.submit("stock.settle", author="chen", proof="session", when=at(time), count=counted.id, entry=drawn.id, side=side)
        assert quantity(site, CLEAN) == then
        assert [each.difference for each in stock.variances(site.project_id, at("23:59"))] == [difference * 1000]
        assert [each.side for each in stock.doubts(site.project_id, at("00:00"), at("23:59"))] == [side]


def test_what_is_further_away_than_two_good_clocks_can_be_off_is_no_doubt(site: Site) -> None:
    near(site, 240_001)
    assert stock.doubts(site.project_id, at("00:00"), at("23:59")) == []


@pytest.mark.clause("P2-4.4.3b")
def test_disposable_covers_are_used_up_with_their_party(site: Site) -> None:
    tablet = site.tablet()
    party = keep(site, tablet, "tours.arrive", "10:00", flat=site.id("A"), guests=6)
    tablet.keep("lin", "tours.see_off", "10:20", party=party.id)
    tablet.send()

    def covers(until: str) -> tuple[int, int, int]:
        item = stock.item_by_sku(site.project_id, "covers")
        assert item
        found = tours.covers(site.project_id, site.id("flat"), item, at("08:00"), at(until))
        return found.clean, found.in_use, found.soiled

    before = covers("10:10"), covers("11:00")
    assert before == ((-6000, 6000, 0), (-6000, 0, 6000))
    site.submit(
        "stock.set_tracking", author="chen", proof="session", when=at("12:00"), item=site.id("covers"), tracking="consumable"
    )
    keep(site, tablet, "tours.arrive", "12:10", flat=site.id("A"), guests=2)
    tablet.send()
    away = site.tablet(2)
    keep(site, away, "tours.arrive", "11:50", flat=site.id("A"), guests=3)
    away.send()
    assert (covers("10:10"), covers("11:00")) == before, "what is set at noon changes nothing of the morning"
    assert covers("12:20") == (-11000, 3000, 6000), "who came before noon wears what is washed, whenever it arrives here"


def test_how_a_category_is_drawn_is_a_switch_that_is_off(site: Site) -> None:
    assert stock.ways(site.project_id, at("10:00"))["toiletry"] == "self_draw"
    site.submit("stock.set_way", author="chen", proof="session", when=at("12:00"), category="toiletry", way="request")
    assert [stock.ways(site.project_id, at(time))["toiletry"] for time in ("11:59", "12:00")] == ["self_draw", "request"]


@pytest.mark.clause("P2-4.4.2c")
def test_the_inventory_of_a_flat_is_the_last_word_on_each_thing(site: Site) -> None:
    for time, code, expected in (("09:00", "vase", 2), ("09:01", "sofa", 1), ("10:00", "vase", 3), ("11:00", "sofa", 0)):
        site.submit("stock.list_thing", author="chen", proof="session", when=at(time), flat=site.id("A"), code=code, names=WORDS,
                    expected=expected)  # fmt: skip
    told = [[(each.code, each.expected) for each in stock.inventory(site.project_id, site.id("A"), at(time))]
            for time in ("09:30", "12:00")]  # fmt: skip
    assert told == [[("sofa", 1000), ("vase", 2000)], [("vase", 3000)]]


def answers(site: Site, asked: str, *said: tuple[str, str, str, int]) -> None:
    """Several answers of the desk to one request, as they arrive: who, the mark of its id, when, how many."""
    about = {"item": site.id("covers"), "place": site.id("flat"), "store": site.id("store"), "request": asked}
    for who, mark, time, number in said:
        reason = {} if number else {"reason": "No"}
        site.submit("stock.issue", site.id(mark), author=who, proof="session", when=at(time), quantity=number, **about, **reason)


@pytest.mark.clause("P2-4.1.5a")
@pytest.mark.parametrize("times", [("11:00", "11:01"), ("11:00", "11:00")])
@pytest.mark.parametrize("turned", [False, True])
def test_of_two_answers_the_first_counts_whichever_came_first(site: Site, times: tuple[str, str], turned: bool) -> None:
    tablet = site.tablet()
    asked = keep(site, tablet, "stock.request", "10:00", quantity=30).id
    tablet.send()
    said = [("chen", "one", times[0], 25), ("zhou", "two", times[1], 20)]
    answers(site, asked, *(reversed(said) if turned else said))
    first = said[0] if times[0] < times[1] else min(said, key=lambda each: site.id(each[1]))
    (found,) = stock.requests(site.project_id, 0, at("12:00"))
    assert (found.issued, found.answers, [each.by for each in found.later]) == (
        first[3] * 1000, 2, [site.person(each[0]) for each in said if each != first],
    )  # fmt: skip
    assert (quantity(site, STORE, "store"), quantity(site, ISSUED)) == (-first[3], first[3])
    keep(site, tablet, "stock.confirm", "12:00", request=asked, quantity=first[3])
    tablet.send()
    assert (quantity(site, ISSUED), quantity(site, CLEAN)) == (0, first[3])
    assert stock.requests(site.project_id, 0, at("12:30"))[0].status == "received"


def test_what_was_said_second_holds_once_the_first_is_taken_back(site: Site) -> None:
    tablet = site.tablet()
    asked = keep(site, tablet, "stock.request", "10:00", quantity=30).id
    tablet.send()
    answers(site, asked, ("chen", "one", "11:00", 25), ("zhou", "two", "11:01", 20))
    site.submit("stock.undo", author="chen", proof="session", when=at("11:05"), entry=site.id("two"))
    assert (stock.requests(site.project_id, 0, at("11:06"))[0].later, quantity(site, ISSUED)) == ((), 25)
    answers(site, asked, ("zhou", "three", "11:10", 20))
    site.submit("stock.undo", author="chen", proof="session", when=at("11:15"), entry=site.id("one"))
    (found,) = stock.requests(site.project_id, 0, at("11:20"))
    assert (found.issued, found.later, quantity(site, ISSUED)) == (20_000, (), 20)


def test_a_refusal_and_an_issue_at_once_are_one_answer(site: Site) -> None:
    tablet = site.tablet()
    asked = keep(site, tablet, "stock.request", "10:00", quantity=30).id
    tablet.send()
    answers(site, asked, ("chen", "yes", "11:01", 25), ("zhou", "no", "11:00", 0))
    (found,) = stock.requests(site.project_id, 0, at("12:00"))
    assert (found.status, found.reason, quantity(site, ISSUED)) == ("rejected", "No", 0)


@pytest.mark.slow
def test_two_who_answer_at_once_move_stock_once(app: Flask, site: Site, tell: Callable[[str], None]) -> None:
    """Each from a connection of its own, both begun before either has ended."""
    tablet, seconds = site.tablet(), 0
    for race in range(5):
        asked = keep(site, tablet, "stock.request", "10:00", quantity=30).id
        tablet.send()
        together = Barrier(2)

        def answer(who: str, number: int, asked: str = asked, together: Barrier = together, race: int = race) -> None:
            with app.app_context():
                together.wait(30)
                answers(site, asked, (who, f"{who} {race}", "11:00", number))

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(answer, ("chen", "zhou"), (25, 20)))
        found = next(each for each in stock.requests(site.project_id, 0, at("12:00")) if each.id == asked)
        assert (found.answers, len(found.later)) == (2, 1)
        seconds += found.issued
    assert quantity(site, ISSUED) * 1000 == seconds
    tell(f"5 requests answered twice at once on {db.engine.dialect.name}")
