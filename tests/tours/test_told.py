"""What is told of a party and of a rehearsal, as the database tells it again."""

import random
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import WORDS, Site, Tablet, at, deliver
from webapp.operations.entries import Entry
from webapp.operations.ledger import Ledger
from webapp.sites import queries as sites
from webapp.tours import queries as tours
from webapp.tours.rules import takes

pytestmark = pytest.mark.database

SITES = count()
SCRIPT = {
    "kind": "script", "id": "script.small", "unit_type": "A", "clause": "P2-4.4.3d", "title": WORDS,
    "stops": [
        {"key": key, "kind": "room", "clause": "P2-4.4.3d", "title": WORDS, "lines": [WORDS] * lines}
        for key, lines in (("hall", 2), ("living", 1))
    ],
}  # fmt: skip


def arrive(site: Site, tablet: Tablet, time: str) -> Entry:
    return tablet.keep("lin", "tours.arrive", time, flat=site.id("A"), place=site.id("flat"), guests=3)


def script(site: Site) -> str:
    """Publish a script of three lines for the flat; its version."""
    site.submit("content.open", site.id("script"), kind="script", code="script.small")
    site.submit("content.publish", site.id("script 1"), document=site.id("script"), number=1, body=SCRIPT)
    return site.id("script 1")


@pytest.mark.clause("P2-4.4.3c")
@pytest.mark.clause("P2-4.4.3d")
def test_an_account_of_a_party_is_the_latest_of_what_was_told(site: Site) -> None:
    tablet = site.tablet()
    party, other = arrive(site, tablet, "10:00"), arrive(site, tablet, "10:01")
    tablet.keep("lin", "tours.receive", "10:02", party=party.id, mode="guided")
    for need, answer in (("child", "yes"), ("elder", "yes"), ("child", "no"), ("step_free", "yes")):
        tablet.keep("lin", "tours.care", "10:03", party=party.id, need=need, answer=answer)
    for time, line in (("10:04", "door.1"), ("10:05", "kitchen.1"), ("10:06", "hall.2"), ("10:07", "kitchen.2")):
        tablet.keep("lin", "tours.step", time, tour=party.id, line=line)
    tablet.keep("lin", "tours.speak", "10:08", tour=party.id, language="en")
    tablet.keep("lin", "tours.receive", "10:09", party=party.id, mode="self_guided")
    tablet.send()
    told = tours.accounts(site.project_id, [party.id, other.id], at("10:30"))
    mine = told[party.id]
    assert (mine.mode, mine.needs, mine.language, mine.stops) == ("self_guided", ("elder", "step_free"), "en", ("kitchen", "hall"))
    assert told[other.id] == tours.Account()
    assert tours.received(site.project_id, [party.id, other.id], at("10:05"))[party.id].is_led
    assert not tours.received(site.project_id, [party.id], at("10:04"))[party.id].is_led, "what is said at the door is no tour"
    assert tours.accounts(site.project_id, [party.id], at("10:08"))[party.id].mode == "guided"
    came = tours.place_of(site.project_id, party.id, at("10:30"))
    assert (came.line, came.since, came.said) == ("kitchen.2", at("10:07"), {"door.1", "kitchen.1", "hall.2", "kitchen.2"})


@pytest.mark.clause("P2-4.4.3d")
def test_a_question_may_be_noted_later_and_counts_at_its_own_time(site: Site) -> None:
    tablet = site.tablet()
    party = arrive(site, tablet, "10:00")
    tablet.keep("lin", "tours.ask", "10:20", party=party.id, tag="price", text="物業費多少？")
    late = tablet.keep("lin", "tours.ask", "11:30", party=party.id, tag="school", when=at("10:10"))
    flags = {result["id"]: result.get("flags") for result in tablet.send().results}
    assert flags[late.id] == ["back_dated"]
    asked = tours.accounts(site.project_id, [party.id], at("12:00"))[party.id].questions
    assert [(each.tag, each.text, each.at) for each in asked] == [
        ("school", None, at("10:10")),
        ("price", "物業費多少？", at("10:20")),
    ]


@pytest.mark.clause("P2-4.4.1b")
def test_a_rehearsal_certifies_whoever_said_every_line_and_nobody_else(site: Site) -> None:
    version, tablet = script(site), site.tablet()
    mine = tablet.keep("lin", "tours.rehearse", "09:00", flat=site.id("A"), version=version)
    tablet.keep("he", "tours.step", "09:02", tour=mine.id, line="hall.2")
    tablet.keep("lin", "tours.step", "09:03", tour=mine.id, line="living.1")
    tablet.send()
    begun = tours.rehearsal(site.project_id, mine.id, at("09:10"))
    assert begun
    assert (begun.said, begun.lines, begun.certified_at, begun.author_id) == ({"hall.1", "living.1"}, 3, None, site.person("lin"))
    assert tours.certificates(site.project_id, at("09:10")) == []
    tablet.keep("lin", "tours.step", "09:12", tour=mine.id, line="hall.2")
    tablet.keep("lin", "tours.step", "09:15", tour=mine.id, line="hall.2")
    tablet.send()
    found = tours.certificates(site.project_id, at("10:00"))
    whole = at("09:12") + takes(WORDS)
    assert [(each.author_id, each.version_id, each.certified_at) for each in found] == [(site.person("lin"), version, whole)]
    assert tours.certificates(site.project_id, whole - 1) == []


@pytest.mark.clause("P2-4.4.1b")
def test_who_only_taps_through_a_script_is_told_and_not_certified(site: Site) -> None:
    version, tablet = script(site), site.tablet()
    mine = tablet.keep("lin", "tours.rehearse", "09:00", flat=site.id("A"), version=version, line="hall.1")
    for tap, line in enumerate(("hall.2", "living.1"), 1):
        # What the tablet says it counted is for its own page alone.
        tablet.keep("lin", "tours.step", at("09:00") + tap * 40, tour=mine.id, line=line, stood=f"hall.{tap}")
    tablet.send()
    told = tours.rehearsal(site.project_id, mine.id, at("09:01"))
    assert told
    assert (told.said, told.hurried, told.certified_at) == ({"living.1"}, True, None)
    tablet.keep("lin", "tours.step", "09:02", tour=mine.id, line="hall.1")
    tablet.keep("lin", "tours.step", "09:03", tour=mine.id, line="hall.2")
    tablet.send()
    told = tours.rehearsal(site.project_id, mine.id, at("09:10"))
    assert told
    assert (told.hurried, told.certified_at) == (False, at("09:03") + takes(WORDS))


def test_a_flat_says_the_script_of_its_unit_type_without_what_it_has_not(site: Site) -> None:
    script(site)
    changes = {"without": ["hall"], "renamed": {"living": {"en": "Salon"}}}
    body = {"place": site.id("flat"), "title": WORDS, "changes": changes}
    site.submit("sites.add_flat", site.id("other"), code="O", unit_type="A", **body)
    site.submit("sites.add_flat", site.id("none"), code="N", unit_type="Z", **body)
    project = sites.project(site.project_id)
    assert project
    stops = {}
    for code in ("A", "other", "none"):
        flat = sites.flat(site.project_id, site.id(code))
        assert flat
        told = tours.prompt(project, flat, at("10:00"))
        stops[code] = told and [(stop.key, stop.title, len(stop.lines)) for stop in told.stops]
    assert stops == {"A": [("hall", WORDS, 2), ("living", WORDS, 1)], "other": [("living", {"en": "Salon"}, 1)], "none": None}


@pytest.mark.clause("P2-4.4.3b")
def test_a_coach_of_guests_is_one_party_and_a_slip_of_a_key_is_none(site: Site) -> None:
    said, here = {"flat": site.id("A"), "place": site.id("flat")}, sites.project(site.project_id)
    tablet = site.tablet()
    for guests, covers in ((99, 99), (300, 600), (301, 0), (1, 601)):
        tablet.keep("lin", "tours.arrive", "10:00", guests=guests, covers=covers, **said)
    assert [each["outcome"] for each in tablet.send().results] == ["applied", "applied", "refused", "refused"]
    assert here
    assert sorted(each.guests for each in tours.today(here, at("10:01"))) == [99, 300]


TOLD = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 90), st.integers(0, 2)), min_size=1, max_size=16)


def tell(site: Site, told: list[tuple[int, int, int, int]]) -> tuple[list[Tablet], str, str]:
    """Three tablets tell of one party and one rehearsal; their ids."""
    version = script(site)
    tablets = [site.tablet(number) for number in (1, 2, 3)]
    party, rehearsal = (tablets[0].keep("lin", "tours.rehearse", "08:00", flat=site.id("A"), version=version).id for _ in range(2))
    for which, what, minute, choice in sorted(told, key=lambda each: each[2]):
        tablet, when = tablets[which], at("08:01") + minute * 60_000
        if what == 0:
            tablet.keep("lin", "tours.receive", when, party=party, mode=("accompanied", "guided", "self_guided")[choice])
        elif what == 1:
            tablet.keep(
                "he",
                "tours.care",
                when,
                party=party,
                need=("elder", "child", "step_free")[choice],
                answer=("yes", "no")[minute % 2],
            )
        elif what == 2:
            tablet.keep(
                "lin", "tours.step", when, tour=(party, rehearsal)[minute % 2], line=("hall.1", "hall.2", "living.1")[choice]
            )
        elif what == 3:
            tablet.keep("lin", "tours.speak", when, tour=party, language=("zh-Hant", "zh-Hans", "en")[choice])
        else:
            tablet.keep("he", "tours.ask", when, party=party, tag=("price", "school", "other")[choice], when=at("08:00"))
    return tablets, party, rehearsal


def seen(site: Site, party: str, rehearsal: str, until: int) -> tuple[object, ...]:
    account = tours.accounts(site.project_id, [party], until)[party]
    begun = tours.rehearsal(site.project_id, rehearsal, until)
    asked = [(each.at, each.tag) for each in account.questions]
    lines = [tours.place_of(site.project_id, each, until) for each in (party, rehearsal)]
    return (account.mode, account.needs, account.language, account.stops, asked, lines, begun and (begun.said, begun.certified_at))


@pytest.mark.slow
@given(told=TOLD, seed=st.integers(0, 2**32))
@settings(max_examples=25)
def test_any_order_of_deliveries_tells_the_same(ledger: Ledger, told: list[tuple[int, int, int, int]], seed: int) -> None:
    plain, tangled = (Site(ledger, f"told {next(SITES)}").build() for _ in range(2))
    tablets, *named = tell(plain, told)
    for tablet in tablets:
        if tablet.kept:
            tablet.send()
    others, *named_there = tell(tangled, told)
    deliver(others, random.Random(seed))
    for time in ("08:30", "09:00", "23:00"):
        assert seen(tangled, *named_there, at(time)) == seen(plain, *named, at(time))
