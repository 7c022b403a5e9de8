"""What has become of a party, told from its arrival and its end."""

import pytest

from webapp.content import queries as content
from webapp.sites.rules import box
from webapp.tours.rules import (
    ENDS_WITHIN,
    Party,
    Status,
    certified_at,
    figures,
    gone_at,
    in_use,
    recited,
    soiled_since,
    status,
    stops_of,
    stops_seen,
    takes,
)

MINUTE = 60_000


def party(arrived: int = 0, seen_off: int | None = None, guests: int = 4) -> Party:
    end = (seen_off, 1, 1, 2, "b", 0) if seen_off is not None else None
    return Party(f"p{arrived}", (arrived, 1, 1, 1, "a", 0), "flat", "place", "covers", guests, guests, "lin", end)


@pytest.mark.clause("P2-4.4.3f")
def test_a_party_is_inside_until_it_is_seen_off() -> None:
    left = party(0, 20 * MINUTE)
    assert [status(left, minute * MINUTE) for minute in (0, 19, 20)] == [Status.INSIDE, Status.INSIDE, Status.SEEN_OFF]


def test_a_silent_party_ends_by_itself_after_sixty_minutes() -> None:
    assert status(party(), ENDS_WITHIN - 1) is Status.INSIDE
    assert status(party(), ENDS_WITHIN) is Status.ENDED_SILENTLY


def test_covers_are_soiled_at_the_farewell_or_after_sixty_minutes_whichever_is_first() -> None:
    assert gone_at(party(0, 20 * MINUTE)) == 20 * MINUTE
    assert gone_at(party(0, 90 * MINUTE)) == ENDS_WITHIN
    assert gone_at(party()) == ENDS_WITHIN


def test_a_farewell_dated_before_the_arrival_leaves_no_covers_in_use() -> None:
    assert gone_at(party(10 * MINUTE, 5 * MINUTE)) == 10 * MINUTE


@pytest.mark.clause("P2-4.4.3b")
def test_covers_are_in_use_then_in_the_basket() -> None:
    parties = [party(0, 20 * MINUTE), party(10 * MINUTE, guests=3)]
    assert [in_use(parties, minute * MINUTE) for minute in (5, 15, 25, 70)] == [4, 7, 3, 0]
    assert [soiled_since(parties, None, minute * MINUTE) for minute in (5, 25, 70)] == [0, 4, 7]


def test_what_was_in_the_basket_when_it_was_counted_is_not_counted_again() -> None:
    counted = (30 * MINUTE, 1, 1, 9, "c", 0)
    assert soiled_since([party(0, 20 * MINUTE), party(10 * MINUTE)], counted, 80 * MINUTE) == 4


def test_a_day_is_summed_by_hour() -> None:
    day = figures([party(0, 20 * MINUTE), party(61 * MINUTE, guests=2)], 62 * MINUTE, lambda instant: instant // (60 * MINUTE))
    assert (day.parties, day.guests, day.inside, day.ended_silently, day.by_hour) == (2, 6, 1, 0, {0: 4, 1: 2})


def order(at: int) -> tuple[int, int, int, int, str, int]:
    return (at, 1, 1, at, "a", 0)


@pytest.mark.clause("P2-4.4.1b")
def test_a_script_is_certified_when_its_last_line_was_first_said() -> None:
    said = {"hall.1": 5, "hall.2": 9, "garden.1": 12}
    assert certified_at(["hall.1", "hall.2"], said) == 9
    assert certified_at(["hall.1", "living.1"], said) is None
    assert certified_at([], said) is None


@pytest.mark.clause("P2-4.4.1b")
def test_saying_a_line_takes_as_long_as_its_shortest_language_spoken_briskly() -> None:
    assert takes({"zh-Hant": "雲棲府共八棟，", "en": "Yunqi Residence has eight buildings"}) == 6 * 142
    assert takes({"zh-Hant": "", "en": "A 90, to go"}) == 7 * 50
    assert takes({"zh-Hant": "8 棟"}) == 50 + 142
    assert takes({}) == 0


LEAST = {"hall.1": 2000, "hall.2": 3000}


@pytest.mark.clause("P2-4.4.1b")
def test_a_line_counts_where_it_stood_as_long_as_it_takes() -> None:
    begun = (order(0), "hall.1", True)
    quick = [begun, (order(1999), "hall.2", True), (order(4998), "hall.1", True), (order(5000), "hall.2", True)]
    assert recited(quick, LEAST, 7999) == {}
    assert recited(quick, LEAST, 8000) == {"hall.2": 8000}, "the last stands until it is looked at"
    assert recited(reversed(quick), LEAST, 8000) == {"hall.2": 8000}
    steady = [begun, (order(2000), "hall.2", True), (order(9000), "hall.1", True)]
    assert recited(steady, LEAST, 9000) == {"hall.1": 2000, "hall.2": 5000}
    assert recited([begun, (order(1000), "hall.1", True)], LEAST, 2500) == {}, "a tap on the same line begins it anew"


@pytest.mark.clause("P2-4.4.1b")
def test_what_somebody_else_taps_ends_a_line_and_counts_for_nothing() -> None:
    told = [(order(0), "hall.1", True), (order(1000), "hall.2", False), (order(8000), "hall.1", True)]
    assert recited(told, LEAST, 9999) == {}
    assert recited(told, LEAST, 10000) == {"hall.1": 10000}


@pytest.mark.clause("P2-4.4.1b")
def test_thirty_taps_in_four_seconds_certify_nobody() -> None:
    script = next(body for body in content.bodies() if body["id"] == "script.a")
    least = {line.key: takes(line.words) for stop in stops_of(script, {}) for line in stop.lines}
    lines = list(least)
    taps = [(order(130 * n), line, True) for n, line in enumerate(lines)]
    assert recited(taps, least, 130 * len(lines)) == {}
    slow = [(order(6000 * n), line, True) for n, line in enumerate(lines)]
    assert certified_at(lines, recited(slow, least, 6000 * len(lines))) == 6000 * (len(lines) - 1) + least[lines[-1]]


@pytest.mark.clause("P2-4.4.3d")
def test_stops_are_told_in_the_order_in_which_they_were_come_to() -> None:
    said = [(order(3), "hall.1"), (order(1), "door.1"), (order(2), "kitchen.2"), (order(4), "kitchen.1"), (order(5), "farewell.1")]
    assert stops_seen(said) == ("kitchen", "hall")


def test_the_lines_of_a_stop_take_the_figures_of_the_flat() -> None:
    words = {"zh-Hant": "{area} 平方米", "en": "{area} square metres"}
    told = {"key": "area", "title": {"en": "Area"}, "lines": [words, words], "care": {"flags": ["child"], "text": words}}
    stop = stops_of({"stops": [told]}, {"area": "128"})[0]
    assert [(line.key, line.words["en"]) for line in stop.lines] == [
        ("area.1", "128 square metres"),
        ("area.2", "128 square metres"),
    ]
    assert (stop.needs, stop.care, stop.question, stop.alone) == (
        ("child",),
        {"zh-Hant": "128 平方米", "en": "128 square metres"},
        None,
        False,
    )


def test_a_plan_is_shown_whole_with_its_outline() -> None:
    assert box({"hall": [[5, 0, 20, 30]], "living": [[25, 10, 40, 32], [5, 30, 6, 6]]}) == "4 -1 62 44"
