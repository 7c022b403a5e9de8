"""Corrective actions as the database tells them again: what opens one, what settles it, in any order."""

import random
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import CHECK, WORDS, Site, Tablet, at, deliver
from tests.checklists.test_kinds import GOOD, publish
from webapp.actions import queries
from webapp.actions.rules import Action, Status
from webapp.operations.ledger import Ledger, Outcome

pytestmark = pytest.mark.database

SITES = count()


def answer(site: Site, tablet: Tablet, when: str | int, item: str = "small.door", **said: str) -> str:
    body = {"version": site.id("version"), "place": site.id("flat"), "item": item}
    return tablet.keep("lin", "checklists.answer", when, **body, **said).id


def standing(site: Site, time: str = "23:00") -> list[Action]:
    return queries.actions(site.project_id, at(time))


def says(site: Site, name: str, who: str, time: str, **body: str) -> Outcome:
    return site.submit(f"actions.{name}", author=who, proof="session", when=at(time), **body)


@pytest.mark.clause("P2-4.4.2c")
@pytest.mark.clause("P2-4.4.6b")
def test_a_failed_item_opens_one_action_and_a_later_pass_leaves_it(site: Site) -> None:
    tablet = site.tablet()
    first = answer(site, tablet, "09:00", answer="fail")
    answer(site, tablet, "09:01", answer="fail", note="鎖不上")
    answer(site, tablet, "09:30", answer="pass")
    for _again in range(2):
        tablet.send()
    (found,) = standing(site)
    assert (found.id, found.status, found.at, found.due_at) == (first, Status.OPEN, at("09:00"), at("09:00") + 24 * 3_600_000)
    assert dict(queries.titles(site.project_id, [found])) == {first: "word: 鎖不上"}
    assert dict(queries.titles(site.project_id, standing(site, "09:00"))) == {first: "word: not in order"}
    assert standing(site, "08:59") == []


CLOSING = CHECK | {"id": "check.flat_closing", "purpose": "closing"}


@pytest.mark.clause("P2-4.4.6b")
def test_a_critical_point_of_a_closing_check_is_the_managers_at_once(site: Site) -> None:
    where, tablet = publish(site, CLOSING), site.tablet()
    for item in ("small.door", "small.covers"):
        tablet.keep("lin", "checklists.answer", "22:30", **where, item=item, answer="fail")
    tablet.send()
    urgent, other = sorted(standing(site), key=lambda each: each.opened.item or "", reverse=True)
    assert (urgent.priority, urgent.due_at, urgent.assignee_id) == ("urgent", at("22:30"), site.person("chen"))
    assert (other.priority, other.due_at, other.assignee_id) == ("normal", at("22:30") + 24 * 3_600_000, None)
    says(site, "plan", "chen", "22:40", action=urgent.id, seen=urgent.id, priority="normal", due=str(at("23:30")))
    (planned,) = (each for each in standing(site) if each.id == urgent.id)
    assert (planned.priority, planned.assignee_id) == ("normal", None), "what somebody says comes after it"


def test_what_is_in_order_or_does_not_apply_opens_nothing(site: Site) -> None:
    tablet = site.tablet()
    answer(site, tablet, "09:00", answer="pass")
    answer(site, tablet, "09:01", answer="na")
    answer(site, tablet, "09:02", "small.covers", number="46")
    tablet.send()
    assert standing(site) == []


def test_a_number_out_of_bounds_opens_one_and_a_number_within_none(site: Site) -> None:
    bounded = CHECK | {"items": [*CHECK["items"][:1], CHECK["items"][1] | {"min": 0, "max": 8}]}
    site.submit("content.publish", site.id("second"), document=site.id("document"), number=2, body=bounded)
    tablet, body = site.tablet(), {"version": site.id("second"), "place": site.id("flat"), "item": "small.covers"}
    for time, number in (("09:00", "8"), ("09:10", "8.5"), ("09:20", "0")):
        tablet.keep("lin", "checklists.answer", time, **body, number=number)
    tablet.send()
    assert [each.at for each in standing(site)] == [at("09:10")]


@pytest.mark.clause("P2-4.4.2c")
def test_what_is_not_in_order_of_every_kind_opens_one_and_the_rest_none(site: Site) -> None:
    about, tablet = publish(site), site.tablet()
    wrong = {
        "tick": {"answer": "fail"}, "number": {"number": "9"}, "quantity": {"number": "37", "expected": "38"},
        "choice": {"choice": "bad"}, "time": {"time": "10:01"},
    }  # fmt: skip
    for minute, (key, said) in enumerate([*GOOD.items(), *wrong.items()]):
        name = "checklists.sign" if key == "signature" else "checklists.answer"
        tablet.keep("lin", name, f"09:{minute:02d}", item=f"every.{key}", **about, **said)
    tablet.keep("lin", "checklists.answer", "09:50", item="every.number", number="9", answer="na", **about)
    assert {each["outcome"] for each in tablet.send().results} == {"applied"}
    assert standing(site, "09:07") == []
    assert [each.opened.item for each in standing(site)] == [f"every.{key}" for key in wrong]
    found = ("not in order", "9", "38 / 37", WORDS["en"], "10:01")
    assert list(queries.titles(site.project_id, standing(site)).values()) == [f"{WORDS['en']}: {each}" for each in found]


@pytest.mark.clause("P2-4.4.2c")
def test_doer_and_verifier_differ(site: Site) -> None:
    tablet = site.tablet()
    action = answer(site, tablet, "09:00", answer="fail")
    done = tablet.keep("chen", "actions.done", "10:00", action=action, note="換了鎖芯", photos=["a" * 64]).id
    tablet.send()
    assert standing(site)[0].status is Status.DONE
    says(site, "verify", "chen", "10:30", action=action, seen=done, result="verified")
    assert standing(site)[0].status is Status.DONE
    says(site, "verify", "zhou", "11:00", action=action, seen=done, result="verified")
    (found,) = standing(site)
    assert (found.status, found.is_settled) == (Status.VERIFIED, True)
    assert [each.act.what for each in found.history if each.counts] == ["done", "verified"]


@pytest.mark.clause("P2-4.4.2c")
@pytest.mark.parametrize("turned", [False, True])
def test_what_was_done_by_a_slip_is_to_be_done_whichever_is_heard_first(site: Site, turned: bool) -> None:
    tablet, other = site.tablet(1), site.tablet(2)
    action = answer(site, tablet, "09:00", answer="fail")
    done = tablet.keep("lin", "actions.done", "10:00", action=action).id
    other.keep("he", "actions.reverse", "10:01", entry=done)
    other.keep("lin", "actions.reverse", "10:02", entry=done)
    for each in (other, tablet) if turned else (tablet, other):
        each.send()
    assert [standing(site, time)[0].status for time in ("10:01", "10:02")] == [Status.DONE, Status.OPEN]
    says(site, "verify", "chen", "10:30", action=action, seen=done, result="verified")
    assert standing(site)[0].status is Status.OPEN, "there is nothing to verify any more"
    tablet.keep("he", "actions.done", "11:00", action=action)
    tablet.send()
    assert standing(site)[0].status is Status.DONE


def test_the_desk_takes_back_what_anybody_said_was_done(site: Site) -> None:
    tablet = site.tablet()
    action = answer(site, tablet, "09:00", answer="fail")
    done = tablet.keep("lin", "actions.done", "10:00", action=action).id
    tablet.send()
    assert says(site, "undo", "lin", "10:30", entry=done).errors == {"": "role"}
    says(site, "undo", "chen", "10:40", entry=done)
    assert [standing(site, time)[0].status for time in ("10:39", "10:40")] == [Status.DONE, Status.OPEN]


def test_a_greeter_neither_opens_nor_verifies_nor_cancels(site: Site) -> None:
    action, done = site.id("an action"), site.id("a done")
    for name, body in (
        ("open", {"origin": "remark", "subject": action, "place": site.id("flat"), "title": "x"}),
        ("verify", {"action": action, "seen": done, "result": "verified"}),
        ("cancel", {"action": action, "seen": done, "reason": "x"}),
        ("plan", {"action": action, "seen": done, "due": "1", "priority": "normal"}),
    ):
        assert says(site, name, "lin", "10:00", **body).errors == {"": "role"}


def test_a_tablet_cannot_verify(site: Site) -> None:
    tablet = site.tablet()
    action = answer(site, tablet, "09:00", answer="fail")
    done = tablet.keep("lin", "actions.done", "10:00", action=action).id
    tablet.keep("chen", "actions.verify", "10:30", proof="pin-offline", action=action, seen=done, result="verified")
    assert [each["outcome"] for each in tablet.send().results] == ["applied", "applied", "refused"]
    assert standing(site)[0].status is Status.DONE


def test_an_opening_of_the_desk_has_its_own_words_and_is_seen_in_its_project_alone(site: Site) -> None:
    other = Site(site.ledger, "other").build()
    body = {"origin": "remark", "subject": site.id("remark"), "place": site.id("flat"), "title": "落地燈不亮"}
    made = site.submit("actions.open", site.id("made"), author="chen", proof="session", when=at("10:00"), **body)
    assert made.outcome == "applied"
    (found,) = standing(site)
    assert dict(queries.titles(site.project_id, [found])) == {made.id: "落地燈不亮"}
    assert queries.action(site.project_id, made.id, at("11:00")) is not None
    assert queries.action(other.project_id, made.id, at("11:00")) is None
    assert standing(other) == []


DEEDS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 90), st.integers(0, 3)), min_size=1, max_size=16)


def work(site: Site, deeds: list[tuple[int, int, int, int]]) -> list[Tablet]:
    """Three tablets answer two items, put right what they know of and take it back; the desk judges in between."""
    tablets, made = [site.tablet(number) for number in (1, 2, 3)], [site.id("nothing")]
    for which, what, minute, choice in sorted(deeds, key=lambda each: each[2]):
        when = at("08:01") + minute * 60_000
        if what < 2:
            item, said = ("small.door", "small.covers")[what], ("fail", "fail", "pass", "na")[choice]
            made.append(answer(site, tablets[which], when, item, answer=said))
        elif what == 2:
            made.append(tablets[which].keep("he", "actions.done", when, action=made[choice % len(made)]).id)
        elif what == 3:
            tablets[which].keep(("he", "lin")[choice == 3], "actions.reverse", when, entry=made[choice % len(made)])
        else:
            result = ("verified", "reopened")[choice % 2]
            named = {"action": made[choice % len(made)], "seen": made[-1], "result": result}
            entry = site.id(f"judged {minute} {choice}")
            site.submit("actions.verify", entry, author="chen", proof="session", when=when, **named)
    return tablets


def seen(site: Site, time: str) -> object:
    """How the actions stand, in words that do not depend on the ids of this site."""
    return [
        (
            each.at,
            each.opened.item,
            each.status,
            each.is_reopened,
            [(one.act.order[0], one.act.what, one.counts) for one in each.history],
        )
        for each in standing(site, time)
    ]


@pytest.mark.slow
@given(deeds=DEEDS, seed=st.integers(0, 2**32))
@settings(max_examples=25)
def test_any_order_of_deliveries_leaves_the_same_actions(ledger: Ledger, deeds: list[tuple[int, int, int, int]], seed: int) -> None:
    plain, tangled = (Site(ledger, f"right {next(SITES)}").build() for _ in range(2))
    for tablet in work(plain, deeds):
        if tablet.kept:
            tablet.send()
    deliver(work(tangled, deeds), random.Random(seed))
    for time in ("08:30", "09:00", "23:00"):
        assert seen(tangled, time) == seen(plain, time)


def test_the_actions_of_a_place_are_as_they_stand_among_all(site: Site) -> None:
    """What was done at another place is not read, and changes nothing here."""
    tablet, store = site.tablet(), site.id("store")
    here = answer(site, tablet, "09:00", answer="fail")
    there = tablet.keep("lin", "actions.open", "09:05", origin="remark", subject=site.id("r"), place=store, title="燈不亮").id
    dones = [tablet.keep("lin", "actions.done", "10:00", action=action).id for action in (here, there)]
    answer(site, tablet, "10:30", answer="fail")
    tablet.send()
    says(site, "verify", "chen", "11:00", action=there, seen=dones[1], result="verified")
    every = {each.opened.place_id: each for each in standing(site)}
    assert {place: [each] for place, each in every.items()} == {
        place: queries.actions(site.project_id, at("23:00"), place) for place in every
    }
    assert (every[site.id("flat")].status, every[store].status) == (Status.OPEN, Status.VERIFIED)
    assert [len(queries.to_do(site.project_id, at("23:00"), place)) for place in (site.id("flat"), store)] == [1, 0]
