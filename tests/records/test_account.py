"""A duty record says what the day's entries say, to the last pair of covers, in whatever order they came."""

import json
from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest

from tests.cast import Site, Tablet, at
from webapp.base.database import db
from webapp.records import queries, rules
from webapp.records.rules import Account, Handed, Stood, Visit, Window
from webapp.sites import queries as sites

DAY = date(2026, 5, 28)


def shifts(site: Site) -> None:
    for code, starts, ends in (("early", 510, 810), ("middle", 810, 1110)):
        site.submit("shifts.add_kind", site.id(code), code=code, names={"en": code}, starts=starts, ends=ends)
    site.submit("stock.set_level", site.id("level"), item=site.id("covers"), place=site.id("flat"), minimum=20, par=90)


def whole_day(site: Site, *tablets: Tablet) -> None:
    """Twelve parties on two tablets, a draw, a loss, a wash, counts at the opening and the end, a handover, remarks."""
    place, post, covers = site.id("flat"), site.id("door"), site.id("covers")
    here, item = {"place": place}, {"place": place, "item": covers}
    steps: list[tuple[str, int, str, str, dict[str, object]]] = [
        ("08:32", 0, "lin", "shifts.take_post", {"post": post}),
        ("08:50", 0, "lin", "stock.count", item | {"state": "clean", "counted": 60}),
        ("08:51", 0, "lin", "stock.count", item | {"state": "soiled", "counted": 0}),
        ("08:55", 0, "lin", "checklists.answer", here | {"version": site.id("version"), "item": "small.door", "answer": "pass"}),
        ("11:45", 1, "lin", "duty.remark", here | {"post": post, "category": "repair", "text": "落地燈不亮"}),
        ("11:50", 1, "lin", "duty.remark", here | {"post": post, "category": "visitor", "text": "上午客人多"}),
        ("12:42", 1, "lin", "stock.draw", item | {"store": site.id("store"), "quantity": 30}),
        ("13:20", 0, "lin", "duty.offer", here | {"post": post, "to": site.person("he"), "note": "落地燈待修"}),
        ("13:22", 0, "he", "duty.accept", {"offer": "13:20", "result": "accepted"}),
        ("13:23", 0, "lin", "shifts.leave_post", {"post": post}),
        ("13:24", 0, "he", "shifts.take_post", {"post": post}),
        ("15:00", 0, "he", "stock.lose", item | {"state": "clean", "quantity": 2}),
        ("17:40", 0, "he", "stock.count", item | {"state": "clean", "counted": 50}),
        ("17:50", 0, "he", "stock.collect", item | {"laundry": site.id("laundry"), "quantity": 5}),
        ("18:05", 0, "he", "shifts.leave_post", {"post": post}),
    ]
    for n in range(12):
        came, went = f"{9 + n // 2:02d}:{1 + 30 * (n % 2):02d}", f"{9 + n // 2:02d}:{26 + 30 * (n % 2)}"
        party = item | {"flat": site.id("A"), "guests": 1 + n % 5, "covers": n % 5 + (n % 3 == 0)}
        steps.append((came, n % 2, "lin", "tours.arrive", party))
        if n < 10:
            steps.append((went, 1 - n % 2, "lin", "tours.see_off", {"party": came}))
    made: dict[str, str] = {}
    for time, tablet, who, operation, body in sorted(steps, key=lambda step: step[0]):
        named = {name: made[str(value)] if name in ("party", "offer") else value for name, value in body.items()}
        made[time] = tablets[tablet].keep(who, operation, time, **named).id


def accounts(site: Site, now: int | None = None) -> list[Account]:
    project = sites.project(site.project_id)
    assert project
    post = sites.posts(site.project_id)[0]
    found = [
        queries.account(project, post, DAY, window, at("23:59") if now is None else now)
        for window in queries.windows_of(project, DAY)
    ]
    db.session.rollback()
    return found


def told(tablets: tuple[Tablet, ...], of: str, name: str, since: str, until: str) -> int:
    """The test's own account: the sum of a field over what was typed between two times."""
    kept = [
        each for tablet in tablets for each in tablet.kept if each.operation == of and at(since) <= each.happened_at < at(until)
    ]
    return sum(int(json.loads(each.body)[name]) for each in kept)


@pytest.mark.database
@pytest.mark.clause("P2-5.1")
def test_a_record_agrees_with_what_was_typed_to_the_last_pair(site: Site) -> None:
    shifts(site)
    tablets = site.tablet(1), site.tablet(2)
    whole_day(site, *tablets)
    for tablet in tablets:
        tablet.send()
    early, middle = accounts(site)
    for found, since, until in ((early, "00:00", "13:30"), (middle, "13:30", "23:59")):
        assert found.guests == told(tablets, "tours.arrive", "guests", since, until)
        assert found.covers == told(tablets, "tours.arrive", "covers", since, until)
    clean = {each.state: each for each in early.stocks}["clean"]
    assert (clean.drawn, clean.used) == (30_000, early.covers * 1000)
    assert (clean.counted, clean.variance) == (60_000, 60_000), "nothing was there by the records before the first count"
    assert clean.due == (60 - early.covers + 30) * 1000
    clean = {each.state: each for each in middle.stocks}["clean"]
    assert clean.opening == (60 - early.covers + 30) * 1000
    assert (clean.used, clean.written_off) == (middle.covers * 1000, 2_000)
    assert clean.variance == 50_000 - (clean.opening - middle.covers * 1000 - 2_000)
    soiled = {each.state: each for each in middle.stocks}["soiled"]
    assert soiled.due == (early.covers + middle.covers - 5) * 1000


@pytest.mark.database
def test_a_record_is_the_same_in_whatever_order_its_entries_came(site: Site, ledger) -> None:
    digests = set()
    for n, order in enumerate(permutations(range(3))):
        other = Site(ledger, f"site {n}").build()
        shifts(other)
        tablets = other.tablet(1), other.tablet(2)
        whole_day(other, *tablets)
        parts = [(tablets[0], tablets[0].kept[:]), (tablets[1], tablets[1].kept[:]), (tablets[1], tablets[1].kept[:])]
        for part in order:
            parts[part][0].send(parts[part][1])
        early, middle = accounts(other)
        digests.add((early.guests, early.covers, early.stocks[0].due, middle.stocks[1].due, len(early.log), len(middle.remarks)))
    assert len(digests) == 1


@pytest.mark.clause("P2-4.4.7a")
def test_who_was_on_duty_and_who_relieved_stand_with_their_times(site: Site) -> None:
    shifts(site)
    tablets = site.tablet(1), site.tablet(2)
    whole_day(site, *tablets)
    for tablet in tablets:
        tablet.send()
    early, middle = accounts(site)
    lin, he = site.person("lin"), site.person("he")
    assert early.stood == (Stood(lin, at("08:32"), at("13:23")),)
    assert middle.stood == (Stood(he, at("13:24"), at("18:05")),), "from when he really came"
    assert [(each.by, each.answered_by, each.result) for each in early.handed] == [(lin, he, "accepted")]
    assert [each.text for each in early.remarks] == ["落地燈不亮"]
    assert [[check.purpose for check in each.lists] for each in (early, middle)] == [["opening"], []], "the first shift opens"
    assert "上午客人多" in [each.text for each in early.log]


@pytest.mark.clause("P2-4.4.6a")
def test_who_hands_over_a_little_late_does_it_for_the_shift_that_ends(site: Site) -> None:
    shifts(site)
    post, tablet = site.id("door"), site.tablet(1)
    here = {"place": site.id("flat"), "post": post}
    tablet.keep("lin", "shifts.take_post", "08:36", post=post)
    offered = tablet.keep("lin", "duty.offer", "13:30", **here, to=site.person("he"))
    tablet.keep("he", "duty.accept", "13:32", offer=offered.id, result="accepted")
    tablet.keep("he", "shifts.take_post", "13:32", post=post)
    tablet.keep("lin", "shifts.leave_post", "13:33", post=post)
    last = tablet.keep("he", "duty.offer", "18:20", **here, kept="key_box")
    tablet.keep("he", "shifts.leave_post", "18:25", post=post)
    tablet.send()
    early, middle = accounts(site)
    lin, he = site.person("lin"), site.person("he")
    assert (early.stood, [each.answered_by for each in early.handed]) == ((Stood(lin, at("08:36"), at("13:33")),), [he])
    assert (middle.stood, [each.at for each in middle.handed]) == ((Stood(he, at("13:32"), at("18:25")),), [last.happened_at])


@pytest.mark.clause("P2-4.4.6a")
def test_of_two_who_took_over_the_first_signed_for_it_and_the_other_stands_beside_it(site: Site) -> None:
    shifts(site)
    one, other = site.tablet(1), site.tablet(2)
    here = {"place": site.id("flat"), "post": site.id("door")}
    offered = one.keep("lin", "duty.offer", "13:20", **here, to=site.person("he"))
    one.keep("he", "duty.accept", "13:22", offer=offered.id, result="accepted")
    other.keep("chen", "duty.accept", "13:25", offer=offered.id, result="accepted_with_exceptions", exceptions="少一把鑰匙")
    other.send()
    one.send()
    (given,) = accounts(site)[0].handed
    assert (given.answered_by, given.result) == (site.person("he"), "accepted")
    assert given.others == (rules.Also(at("13:25"), site.person("chen"), "accepted_with_exceptions", "少一把鑰匙"),)


EARLY = Window("early", "early", 830, 1330)


def stood(*times: tuple[str, int, int | None]) -> list[Stood]:
    return [Stood(*each) for each in times]


def handed(by: str | None = None, when: int = 1322, **more: str) -> Handed:
    taken = {} if more else {"answered_at": when, "answered_by": by, "result": "accepted"}
    return Handed(when, "lin", "", **taken, **more)


def early(*there: tuple[str, int, int | None], given: tuple[Handed, ...] = ()) -> Account:
    return Account("door", "2026-05-28", EARLY, stood=tuple(stood(*there)), handed=given)


LIN, HE = ("lin", 832, 1323), ("he", 1324, None)


def of_early(*times: tuple[str, int, int | None], now: int = 1800) -> list[tuple[str, int, int | None]]:
    return [(each.person, each.since, each.until) for each in rules.of_shift(stood(*times), EARLY, now, late=60)]


def of_next(*times: tuple[str, int, int | None], now: int = 1800) -> list[tuple[str, int, int | None]]:
    following = Window("middle", "middle", 1330, 2400)
    return [(each.person, each.since, each.until) for each in rules.of_shift(stood(*times), following, now, late=60)]


@pytest.mark.clause("P2-4.4.7a")
@pytest.mark.parametrize(
    ("times", "now", "before", "after"),
    [
        (("lin", 836, 1333), 1800, [("lin", 836, 1333)], []),  # stays a little longer
        (("lin", 836, None), 1340, [("lin", 836, None)], []),  # and is there still
        (("he", 1324, 1830), 1900, [], [("he", 1324, 1830)]),  # comes a little early
        (("he", 1324, None), 1326, [("he", 1324, None)], []),
        (("he", 1324, None), 1340, [], [("he", 1324, None)]),
        (("he", 1320, 1350), 1800, [], [("he", 1320, 1350)]),
        (("wu", 1310, 1340), 1800, [("wu", 1310, 1340)], []),  # relief across the line, longer before it
        (("lin", 836, 1830), 1900, [("lin", 836, 1330)], [("lin", 1330, 1830)]),  # both shifts
        (("lin", 836, None), 1500, [("lin", 836, 1330)], [("lin", 1330, None)]),
        (("lin", 836, 1330), 1800, [("lin", 836, 1330)], []),
        (("he", 1330, 1830), 1900, [], [("he", 1330, 1830)]),
        (("wu", 1000, 1030), 1800, [("wu", 1000, 1030)], []),
    ],
)
def test_who_stays_longer_or_comes_early_stood_there_for_one_shift(
    times: tuple[str, int, int | None], now: int, before: list[object], after: list[object]
) -> None:
    assert (of_early(times, now=now), of_next(times, now=now)) == (before, after)


@pytest.mark.clause("P2-4.4.6a")
@pytest.mark.parametrize(
    ("at", "since", "is_of_early"),
    [
        (1322, 836, True),
        (1330, 836, True),
        (1345, 836, True),
        (1390, 836, True),
        (1391, 836, False),  # too late to be for the shift before
        (1345, 1324, False),  # came for the next one
        (1345, 1335, False),
        (1345, None, False),  # was never there
        (1300, None, True),
        (1800, 836, False),  # both shifts: the end of the second
    ],
)
def test_a_handover_ends_the_shift_for_which_its_author_stood_there(at: int, since: int | None, is_of_early: bool) -> None:
    following = Window("middle", "middle", 1330, 2400)
    assert [rules.is_handed_in(at, since, each, late=60) for each in (EARLY, following)] == [is_of_early, not is_of_early]


def on_duty(of: Account, at: int, *, is_last: bool = False) -> tuple[tuple[Stood, ...], tuple[Stood, ...]]:
    return rules.on_duty(of, at, is_last=is_last)


def test_whoever_just_came_is_not_yet_the_one_on_duty() -> None:
    relieved = early(("he", 1018, None), ("lin", 832, 1018))
    assert on_duty(relieved, 1020) == ((Stood("lin", 832, 1018),), (Stood("he", 1018, None),))
    assert on_duty(relieved, 1330)[0] == (Stood("he", 1018, None),)


def test_who_comes_back_was_on_duty_all_the_time_and_who_stood_in_between_relieved() -> None:
    there = ("lin", 832, 1100), ("he", 1100, 1200), ("lin", 1200, 1330)
    expected = (Stood("lin", 832, 1330),), (Stood("he", 1100, 1200),)
    assert on_duty(early(*there), 1400) == expected
    given = handed("he", 1100), replace(handed("lin", 1200), by="he")
    assert on_duty(early(*there, given=given), 1400) == expected, "though both signed"


def test_who_comes_early_for_the_next_shift_is_no_relief_of_this_one() -> None:
    came = early(LIN, HE)
    assert on_duty(came, 1329)[1] == (Stood(*HE),)
    assert on_duty(came, 1400) == ((Stood(*LIN),), ())
    assert on_duty(early(), 1400) == ((), ())


@pytest.mark.clause("P2-4.4.7a")
def test_who_took_over_by_signature_is_of_the_next_shift_and_relieved_nobody() -> None:
    given = early(LIN, HE, given=(handed("he"),))
    assert [on_duty(given, at) for at in (1325, 1329, 1400)] == [((Stood(*LIN),), ())] * 3


def test_who_took_over_in_the_last_shift_or_was_gone_before_the_next_is_on_duty_too() -> None:
    for he, is_last in ((HE, True), (("he", 1324, 1326), False), (("he", 1324, 1326), True)):
        given = early(LIN, he, given=(handed("he"),))
        assert on_duty(given, 1327, is_last=is_last) == ((Stood(*LIN), Stood(*he)), ())
    one = early(("lin", 832, 1000), ("he", 1001, 1330), given=(handed("he", 1000),))
    assert on_duty(one, 1400)[0] == (Stood("lin", 832, 1000), Stood("he", 1001, 1330)), "whoever stood there longer"


def test_who_relieved_and_took_over_later_is_told_of_as_relief() -> None:
    there = ("lin", 832, 1000), ("he", 1000, 1030), ("lin", 1030, 1323), ("he", 1324, None)
    assert on_duty(early(*there, given=(handed("he"),)), 1329) == ((Stood(*LIN),), (Stood("he", 1000, 1030),))
    assert on_duty(early(*there[:-1], given=(handed("he"),)), 1329)[1] == (Stood("he", 1000, 1030),), "signed, and not there yet"


def test_who_was_still_there_from_the_shift_before_is_no_relief_of_this_one() -> None:
    given = early(("wu", EARLY.start, 840), ("lin", 838, 1330), given=(replace(handed("lin", 837), by="wu"),))
    assert on_duty(given, 1400) == ((Stood("lin", 838, 1330),), ())


@pytest.mark.clause("P2-4.4.6a")
@pytest.mark.parametrize(
    ("of", "at", "over"),
    [
        (early(LIN, HE, given=(handed("he"),)), 1325, True),
        (early(("lin", 832, None), HE, given=(handed("he"),)), 1325, False),  # whoever handed over is still there
        (early(LIN, HE), 1325, False),  # nobody signed for it
        (early(LIN, given=(handed(kept="key_box"),)), 1324, True),
        (early(LIN, given=(handed(absent="Nobody came"),)), 1324, True),
        (early(("lin", 832, None), given=(handed(absent="Nobody came"),)), 1324, False),
        (early(("lin", 832, 1305), given=(Handed(1300, "lin", ""),)), 1310, False),  # only offered
        (early(("lin", 832, 1200)), 1210, False),  # a break
        (early(("lin", 832, 1300)), 1320, True),  # the plan's end is over and nobody is there
        (early(("lin", 832, None)), 1320, False),
        (early(("lin", 832, None)), 1345, False),  # a little late
        (early(("lin", 832, None)), 1360, True),
        (early(), 900, False),
    ],
)
def test_a_shift_is_over_when_nobody_of_it_is_there_and_it_was_handed_over_or_its_time_has_come(
    of: Account, at: int, over: bool
) -> None:
    assert rules.is_over(of, at, ends=1315, is_last=False, late=30) is over


def test_whoever_took_over_in_the_last_shift_of_a_day_is_of_that_shift() -> None:
    given = early(LIN, HE, given=(handed("he"),))
    assert rules.staying(given, 1325, is_last=True, late=30) == ("he",)
    assert not rules.is_over(given, 1325, ends=1315, is_last=True, late=30)


def test_a_later_arrival_changes_the_record_that_it_belongs_to_and_no_other(site: Site) -> None:
    shifts(site)
    first, second = site.tablet(1), site.tablet(2)
    whole_day(site, first, second)
    second.send()
    first.send([each for each in first.kept if each.happened_at < at("13:30")])
    early, middle = accounts(site)
    first.send()
    again, other = accounts(site)
    assert again.digest == early.digest
    assert other.digest != middle.digest
    assert other.covers == middle.covers


def test_a_day_is_cut_so_that_no_instant_falls_between_two_shifts() -> None:
    cut = rules.windows([("b", "middle", 40, 60), ("a", "early", 10, 45)], 0, 100)
    assert [(each.shift, each.start, each.end) for each in cut] == [("a", 0, 40), ("b", 40, 100)]
    assert rules.windows([], 0, 100) == [Window(None, "day", 0, 100)]


def test_an_hour_in_which_nobody_came_is_shown_and_one_outside_of_the_shift_too() -> None:
    visits = [Visit("1", 9, 2, 2), Visit("2", 9, 1, 0, mode="self_guided"), Visit("3", 12, 4, 4, mode="guided")]
    hours = rules.by_hour(visits, lambda instant: instant, 9, 11)
    assert [(each.hour, each.parties, each.guests, each.covers) for each in hours] == [(9, 2, 3, 2), (10, 0, 0, 0), (12, 1, 4, 4)]
    told = {"accompanied": 0, "guided": 1, "self_guided": 1}
    assert rules.sums(hours) == {"parties": 3, "guests": 7, "covers": 6} | told


@pytest.mark.clause("P2-4.4.3d")
@pytest.mark.parametrize(("mode", "is_led", "told"), [
    (None, True, (0, 1, 0)), (None, False, (0, 0, 0)), ("self_guided", True, (0, 0, 1)), ("accompanied", True, (1, 0, 0)),
    ("guided", False, (0, 1, 0)),
])  # fmt: skip
def test_a_party_led_by_the_prompter_was_guided_unless_somebody_said_otherwise(
    mode: str | None, is_led: bool, told: tuple[int, ...]
) -> None:
    (hour,) = rules.by_hour([Visit("1", 9, 2, 2, mode=mode, is_led=is_led)], lambda instant: instant, 9, 10)
    assert (hour.accompanied, hour.guided, hour.self_guided) == told
