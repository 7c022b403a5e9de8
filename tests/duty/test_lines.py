"""A handover line by line, locked up for the night, unattended, disputed and settled."""

import json
import random
from itertools import count

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import Site, Tablet, at, deliver
from webapp.cli import digest_text
from webapp.custody import queries as custody
from webapp.duty import queries as duty
from webapp.duty.rules import Handover, Status, concerns, exceptions_of, status, taken_over_again
from webapp.operations.ledger import Ledger
from webapp.review.points import points_of
from webapp.review.queries import Day
from webapp.sites import queries as sites
from webapp.stock import queries as stock

pytestmark = pytest.mark.database
SITES = count()


def key(site: Site, **said: str) -> dict[str, str]:
    """The line of the one key."""
    row = {"kind": "asset", "asset": site.id("key"), "state": "out", "shown": "lin since 08:33"} | said
    return {f"lines.key.{name}": value for name, value in row.items()}


def covers(site: Site, found: str, state: str = "clean") -> dict[str, str]:
    row = {"kind": "stock", "item": site.id("covers"), "state": state, "found": found}
    return {f"lines.covers-{state}.{name}": value for name, value in row.items()}


def offer(site: Site, tablet: Tablet, time: str = "13:20", **more: str) -> str:
    return tablet.keep("lin", "duty.offer", time, place=site.id("flat"), post=site.id("door"), **more).id


def told(site: Site, offer_id: str, time: str = "23:00") -> Handover:
    found = duty.handover(site.project_id, offer_id, at(time))
    assert found
    return found


def holders(site: Site, time: str = "23:00") -> list[str | None]:
    return [held.by for each in custody.things(site.project_id, at(time)) for held in each.now.holders]


@pytest.mark.clause("P2-4.3.1f")
@pytest.mark.clause("P2-4.4.6a")
def test_what_is_agreed_to_be_in_his_hands_is_in_the_next_ones(site: Site) -> None:
    tablet = site.tablet()
    tablet.keep("lin", "custody.take", "08:33", asset=site.id("key"))
    made = offer(site, tablet)
    tablet.keep("he", "duty.accept", "13:22", offer=made, result="accepted", place=site.id("flat"), **key(site, said="agrees"))
    tablet.send()
    found = told(site, made)
    assert (status(found), concerns(found)) == (Status.ACCEPTED, ())
    assert [(each.kind, each.said, each.shown) for each in found.answers[0].lines] == [("asset", "agrees", "lin since 08:33")]
    assert (holders(site, "13:21"), holders(site)) == ([site.person("lin")], [site.person("he")])


@pytest.mark.parametrize(("act", "where"), [("give_back", "back"), ("lose", "lost")])
def test_what_was_back_or_lost_before_a_handover_is_not_passed_on_however_late_it_comes(site: Site, act: str, where: str) -> None:
    """The line was made before the other tablet's entry came: the entry happened first all the same."""
    tablet, other = site.tablet(1), site.tablet(2)
    tablet.keep("lin", "custody.take", "08:33", asset=site.id("key"))
    made = offer(site, tablet)
    tablet.keep("he", "duty.accept", "13:22", offer=made, result="accepted", place=site.id("flat"), **key(site, said="agrees"))
    tablet.send()
    other.keep("lin", f"custody.{act}", "13:10", asset=site.id("key"))
    other.send()
    now = custody.things(site.project_id, at("23:00"))[0].now
    assert (now.where, site.person("he") in [each.by for each in now.holders]) == (where, False)
    rows = custody.happened(site.project_id, 0, at("23:00"))
    idle = custody.changed_nothing(site.project_id, rows, at("23:00"))
    assert [custody.event_words(row, idle) for row in rows][2:] == ["Handed over, but it was in nobody’s hands"]


@pytest.mark.clause("P2-4.4.6a")
def test_a_line_that_differs_makes_it_one_with_exceptions_and_wants_a_word(site: Site) -> None:
    tablet = site.tablet()
    silent, noted = offer(site, tablet, "13:20"), offer(site, tablet, "13:30")
    tablet.keep("he", "duty.accept", "13:22", offer=silent, result="accepted", **key(site, said="differs"))
    tablet.keep("he", "duty.accept", "13:32", offer=noted, result="accepted", **key(site, said="differs", note="在工程部"))
    tablet.send()
    assert (status(told(site, silent)), concerns(told(site, silent))) == (Status.WITH_EXCEPTIONS, ("no_reason",))
    assert (status(told(site, noted)), concerns(told(site, noted))) == (Status.WITH_EXCEPTIONS, ())
    assert [each.note for each in exceptions_of(told(site, noted))] == ["在工程部"]
    assert holders(site) == [], "what differs changes no hands"


def test_a_line_of_an_offer_that_nobody_touched_is_not_recorded(site: Site) -> None:
    tablet = site.tablet()
    made = offer(site, tablet, kept="key_box", **key(site))
    tablet.send()
    assert told(site, made).lines == ()


@pytest.mark.clause("P2-4.3.1f")
def test_a_count_at_a_handover_is_a_count_and_its_variance_is_told_afterwards(site: Site) -> None:
    tablet, place = site.tablet(), site.id("flat")
    tablet.keep("lin", "stock.count", "09:00", item=site.id("covers"), place=place, state="clean", counted="60")
    tablet.keep("lin", "stock.draw", "10:00", item=site.id("covers"), place=place, quantity="10")
    made = offer(site, tablet)
    tablet.keep("he", "duty.accept", "13:22", offer=made, result="accepted", place=place, **covers(site, "66"))
    tablet.send()
    figure = stock.figure(site.project_id, place, site.id("covers"), "clean", at("14:00"))
    assert (figure.quantity, figure.counted_at) == (66_000, at("13:22"))
    found, project = told(site, made), sites.project(site.project_id)
    assert project
    assert [more for _line, more in duty.variances(project, found, found.answers[0])] == [-4_000]
    assert "−4" in duty.differences_words(project, found)


@pytest.mark.parametrize("more", [{}, {"place": "no"}])
def test_a_count_without_a_place_or_of_what_is_worn_counts_nothing(site: Site, more: dict[str, str]) -> None:
    tablet = site.tablet()
    made = offer(site, tablet)
    where = {"place": site.id("flat")} if more else {}
    rows = covers(site, "4", "in_use") if more else covers(site, "4")
    tablet.keep("he", "duty.accept", "13:22", offer=made, result="accepted", **where, **rows)
    assert tablet.send().results[-1]["outcome"] == "applied"
    assert stock.figures(site.project_id, at("14:00")) == {}
    assert [line.found for line in told(site, made).answers[0].lines] == [4_000]


@pytest.mark.clause("P2-4.4.6a")
def test_the_last_shift_locks_up_and_whoever_opens_confirms(site: Site) -> None:
    tablet = site.tablet()
    tablet.keep("lin", "custody.take", "13:30", asset=site.id("key"))
    made = offer(site, tablet, "18:02", kept="key_box", custodian="3", **key(site, said="agrees"))
    tablet.keep("he", "duty.accept", "18:30", offer=made, result="accepted", **key(site, said="agrees", state="kept"))
    tablet.send()
    assert (status(told(site, made, "18:10")), holders(site, "18:10")) == (Status.STORED, [])
    assert (status(told(site, made)), holders(site)) == (Status.ACCEPTED, [site.person("he")])


@pytest.mark.clause("P2-4.3.1f")
@pytest.mark.parametrize("first", [0, 1])
def test_what_was_lost_is_lost_although_another_tablet_opens_the_same_store_later(app: Flask, site: Site, first: int) -> None:
    """Neither knew of the other: the loss stands, and the review names who took it afterwards."""
    tablet, away = site.tablet(1), site.tablet(2)
    made = offer(site, tablet, "07:00", kept="key_box", custodian="3")
    opens = {"offer": made, "result": "accepted"} | key(site, said="agrees", state="kept")
    tablet.keep("lin", "duty.accept", "08:53", **opens)
    tablet.keep("lin", "custody.lose", "08:54", asset=site.id("key"))
    away.keep("he", "duty.accept", "08:59", **opens)
    for each in ((tablet, away), (away, tablet))[first]:
        each.send()
    now = custody.things(site.project_id, at("23:00"))[0].now
    assert (now.where, now.concerns, holders(site)) == ("lost", ("lost", "after_loss"), [site.person("lin")])
    project = sites.project(site.project_id)
    assert project
    with app.test_request_context(headers={"Accept-Language": "en"}):
        found = points_of(Day(project, at("00:00"), at("23:59"), at("12:00")), [], [], [])
        told = [each.detail for each in found if each.about == site.id("key")]
    assert told == ["lost", "taken or given back after it was declared lost: he"]


@pytest.mark.parametrize(("result", "said"), [("disputed", "agrees"), ("accepted", "differs")])
def test_what_was_not_found_where_it_was_locked_up_is_in_nobodys_hands(site: Site, result: str, said: str) -> None:
    tablet = site.tablet()
    tablet.keep("lin", "custody.take", "13:30", asset=site.id("key"))
    made = offer(site, tablet, "18:02", kept="key_box", custodian="3", **key(site, said="agrees"))
    tablet.keep("lin", "duty.accept", "18:30", offer=made, result=result, **key(site, said=said, state="kept", note="不在箱內"))
    tablet.send()
    assert holders(site) == []
    assert "same_person" not in concerns(told(site, made)), "who locked up may open"


def test_what_a_guest_has_is_not_put_away_with_the_keys(site: Site) -> None:
    tablet = site.tablet()
    tablet.keep("lin", "custody.take", "13:30", asset=site.id("key"))
    offer(site, tablet, "18:02", kept="key_box", custodian="3", **key(site, said="agrees", state="lent"))
    tablet.send()
    assert holders(site) == [site.person("lin")]


def test_keys_left_with_nobody_named_are_told(site: Site) -> None:
    tablet = site.tablet()
    made = offer(site, tablet, "18:02", kept="security")
    tablet.send()
    assert concerns(told(site, made)) == ("no_custodian",)


def test_nobody_came_and_the_next_one_acknowledges_it(site: Site) -> None:
    tablet = site.tablet()
    made = offer(site, tablet, absent="堵車")
    tablet.keep("he", "duty.accept", "14:10", offer=made, result="accepted")
    tablet.send()
    assert status(told(site, made, "13:30")) is Status.UNATTENDED
    assert status(told(site, made)) is Status.ACCEPTED


def test_a_disputed_handover_passes_nothing_on(site: Site) -> None:
    tablet = site.tablet()
    tablet.keep("lin", "custody.take", "08:33", asset=site.id("key"))
    made = offer(site, tablet)
    tablet.keep("he", "duty.accept", "13:22", offer=made, result="disputed", exceptions="少", **key(site, said="agrees"))
    tablet.send()
    assert (status(told(site, made)), holders(site)) == (Status.DISPUTED, [site.person("lin")])


@pytest.mark.clause("P2-4.4.6a")
def test_a_finding_settles_what_it_knew_and_no_more(site: Site) -> None:
    tablet, other = site.tablet(1), site.tablet(2)
    made = offer(site, tablet)
    answer = tablet.keep("he", "duty.accept", "13:22", offer=made, result="disputed", exceptions="少").id
    tablet.send()
    body = {"offer": made, "based_on": answer, "text": "Both were there"}
    assert site.submit("duty.resolve", author="lin", proof="session", when=at("15:00"), **body).errors == {"": "role"}
    assert site.submit("duty.resolve", author="chen", proof="session", when=at("15:00"), **body).outcome == "applied"
    assert status(told(site, made)) is Status.RESOLVED
    other.keep("chen", "duty.accept", "14:00", offer=made, result="accepted")
    other.send()
    assert status(told(site, made)) is Status.DISPUTED, "somebody answered whom the finding did not know"


def test_two_takings_over_of_one_post_and_shift_both_stand_and_are_told(site: Site) -> None:
    tablet = site.tablet()
    for time in ("13:20", "13:40"):
        made = offer(site, tablet, time)
        tablet.keep("he", "duty.accept", f"{time[:-1]}5", offer=made, result="accepted")
    night = offer(site, tablet, "18:00", kept="key_box", custodian="3")
    tablet.keep("he", "duty.accept", "18:05", offer=night, result="accepted")
    tablet.send()
    found = duty.handovers(site.project_id, at("00:00"), at("23:59"), at("23:00"))
    assert [status(each) for each in found] == [Status.ACCEPTED] * 3
    assert [each.at for each in taken_over_again(found, lambda _at: "early")] == [at("13:40")], "he had taken over from her before"
    assert taken_over_again(found, str) == []


def test_a_post_that_is_handed_on_in_one_shift_is_no_contradiction(site: Site) -> None:
    tablet = site.tablet()
    about = {"place": site.id("flat"), "post": site.id("door")}
    for outgoing, incoming, time in (("lin", "he", "13:20"), ("he", "lin", "13:40")):
        made = tablet.keep(outgoing, "duty.offer", time, **about)
        tablet.keep(incoming, "duty.accept", f"{time[:-1]}5", offer=made.id, result="accepted")
    tablet.send()
    found = duty.handovers(site.project_id, at("00:00"), at("23:59"), at("23:00"))
    assert len(found) == 2
    assert taken_over_again(found, lambda _at: "early") == []


def test_the_seal_is_the_digest_of_what_was_signed(site: Site) -> None:
    tablet = site.tablet()
    made = offer(site, tablet)
    answer = tablet.keep("he", "duty.accept", "13:22", offer=made, result="accepted", **key(site, said="agrees"))
    tablet.send(received_at=at("13:25"))
    assert duty.seal(site.project_id, answer.id) == answer.digest


def test_a_thing_of_another_project_in_a_line_is_refused_by_its_cell(site: Site, ledger: Ledger) -> None:
    other = Site(ledger, "other").build()
    tablet = site.tablet()
    made = offer(site, tablet)
    tablet.keep("he", "duty.accept", "13:22", offer=made, result="accepted", **key(other, said="agrees"))
    result = tablet.send().results[-1]
    assert (result["outcome"], result["errors"]) == ("refused", {"lines.key.asset": "other_project"})


STEPS = st.lists(
    st.tuples(
        st.integers(0, 1), st.sampled_from(("offer", "store", "accept", "dispute", "take", "give_back", "lose")),
        st.integers(0, 600), st.sampled_from(("agrees", "differs")),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


def record(site: Site, steps: list[tuple[int, str, int, str]]) -> list[Tablet]:
    """Handovers on two tablets; each answers the last offer of either."""
    tablets, last = [site.tablet(number) for number in (1, 2)], site.id("an offer that never came")
    for which, what, minute, said in sorted(steps, key=lambda step: step[2]):
        tablet, when, rows = tablets[which], at("08:00") + minute * 60_000, key(site, said=said) | covers(site, str(minute % 50))
        if what in ("take", "give_back", "lose"):
            tablet.keep("lin", f"custody.{what}", when, asset=site.id("key"))
        elif what in ("offer", "store"):
            more = {"kept": "key_box"} | key(site, said=said) if what == "store" else {}
            last = tablet.keep("lin", "duty.offer", when, place=site.id("flat"), post=site.id("door"), **more).id
        else:
            result = "disputed" if what == "dispute" else "accepted"
            tablet.keep("he", "duty.accept", when, offer=last, result=result, place=site.id("flat"), **rows)
    return [each for each in tablets if each.kept]


def seen(site: Site) -> object:
    """Everything that the digest says of it, with the names of this site's own ids."""
    state = json.loads(digest_text(site.project_id, at("23:00")).split("\n")[0])
    found = duty.handovers(site.project_id, at("00:00"), at("23:59"), at("23:00"))
    return (
        [(each.at, status(each), concerns(each), len(each.answers)) for each in found],
        [line.said for each in found for answer in each.answers for line in answer.lines],
        [(each["at"], each["what"]) for each in state["custody"]["events"]],
        [each["where"] for each in state["custody"]["assets"]],
        [(row.quantity, row.counted_at) for row in stock.figures(site.project_id, at("23:00")).values()],
    )  # fmt: skip


@pytest.mark.slow
@given(steps=STEPS, seed=st.integers(0, 2**32))
@settings(max_examples=15)
def test_any_order_of_deliveries_gives_the_same_handovers(
    ledger: Ledger, steps: list[tuple[int, str, int, str]], seed: int
) -> None:
    plain, tangled = (Site(ledger, f"site {next(SITES)}").build() for _ in range(2))
    for tablet in record(plain, steps):
        tablet.send()
    deliver(record(tangled, steps), random.Random(seed))
    assert seen(tangled) == seen(plain)


@pytest.mark.clause("P2-4.4.6a")
def test_an_answer_that_leaves_a_line_unsaid_is_refused_at_that_line_and_kept_to_be_mended(site: Site) -> None:
    tablet = site.tablet()
    made = offer(site, tablet)
    said = (
        {"offer": made, "result": "accepted", "place": site.id("flat")} | key(site) | covers(site, "") | covers(site, "4", "soiled")
    )
    wrong = tablet.keep("he", "duty.accept", "13:22", **said)
    answer = tablet.send()
    assert answer.results[-1]["errors"] == {"lines.covers-clean.found": "required", "lines.key.said": "required"}
    assert status(told(site, made)) is Status.OFFERED
    tablet.keep("he", "duty.accept", "13:25", repairs=wrong.id, **said | key(site, said="agrees") | covers(site, "30"))
    tablet.send()
    assert status(told(site, made)) is Status.ACCEPTED
