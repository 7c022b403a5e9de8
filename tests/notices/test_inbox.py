"""What is told to the desk: once each, to whom it concerns, by any number of workers."""

import pytest
from flask import Flask

from tests.cast import CHECK, WORDS, ZONE, Site, at
from tests.checklists.test_kinds import publish
from tests.checklists.test_schedules import SCHEDULED, enrolled
from tests.conftest import Rows
from tests.content.test_rules import SCRIPT
from webapp.actions import queries as actions
from webapp.actions.rules import DUE_WITHIN
from webapp.base import clock
from webapp.base.database import db, writing
from webapp.jobs import declarations
from webapp.jobs.declarations import Turn
from webapp.jobs.worker import Worker
from webapp.notices import queries
from webapp.notices.jobs import put
from webapp.notices.rules import KEPT_WITHIN, LEADS_TO, Event, grouped, to_tell
from webapp.operations.ledger import Outcome

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def _nothing_else(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what runs by itself, all of which the application declares, only this."""
    monkeypatch.setattr(declarations, "_periods", {"notices.put": clock.MINUTE})


def fails(site: Site, time: str = "09:00", item: str = "small.door", who: str = "lin") -> str:
    tablet = site.tablet()
    body = {"version": site.id("version"), "place": site.id("flat"), "item": item, "answer": "fail"}
    entry = tablet.keep(who, "checklists.answer", time, **body)
    tablet.send()
    return entry.id


def tells(now: int) -> None:
    with writing() as connection:
        put(Turn(connection, {}, now))


def told(site: Site, who: str, now: int) -> list[tuple[str, bool]]:
    db.session.rollback()
    return sorted((one.kind, is_read) for one, is_read in queries.inbox(site.project_id, site.person(who), now))


@pytest.mark.clause("P2-4.4.6b")
def test_a_critical_point_is_told_to_the_manager_alone_and_once(site: Site, rows: Rows) -> None:
    action = fails(site)
    for minute in range(3):
        tells(at("09:01") + minute * clock.MINUTE)
    assert told(site, "chen", at("09:05")) == [("check_critical", False)]
    assert told(site, "zhou", at("09:05")) == told(site, "lin", at("09:05")) == []
    (one, _is_read) = queries.inbox(site.project_id, site.person("chen"), at("09:05"))[0]
    assert (one.subject, one.about, one.event_at) == (action, WORDS, at("09:00"))
    assert rows.count("notices_notice") == 1


@pytest.mark.clause("P2-4.4.2c")
def test_an_action_is_reminded_of_before_it_is_due_and_when_it_is_overdue(site: Site) -> None:
    fails(site)
    due = at("09:00") + DUE_WITHIN
    kinds = []
    for now in (due - 3 * clock.HOUR, due - 2 * clock.HOUR, due - clock.HOUR, due, due + clock.HOUR):
        tells(now)
        kinds.append([kind for kind, _is_read in told(site, "chen", now) if kind != "check_critical"])
    soon, late = "action_due_soon", "action_overdue"
    assert kinds == [[], [soon], [soon], [soon, late], [soon, late]]


def test_a_new_due_time_is_reminded_of_anew(site: Site) -> None:
    action = fails(site)
    due = at("09:00") + DUE_WITHIN
    tells(due)
    later = due + 24 * clock.HOUR
    site.submit("actions.plan", author="chen", proof="session", when=due + 1, action=action, seen=action, due=later,
                priority="normal", assignee=site.person("chen"))  # fmt: skip
    tells(later)
    kinds = [kind for kind, _is_read in told(site, "chen", later)]
    assert (kinds.count("action_overdue"), kinds.count("action_assigned")) == (2, 1)


@pytest.mark.clause("P2-4.4.2c")
def test_what_is_done_is_told_to_whoever_may_verify_it(site: Site) -> None:
    action = fails(site)
    tablet = site.tablet(2)
    tablet.keep("chen", "actions.done", "10:00", action=action)
    tablet.send()
    tells(at("10:01"))
    assert ("action_to_verify", False) in told(site, "zhou", at("10:02"))
    assert ("action_to_verify", False) not in told(site, "chen", at("10:02"))


@pytest.mark.clause("P2-4.4.6a")
def test_a_disputed_handover_is_told(site: Site) -> None:
    tablet = site.tablet()
    offer = tablet.keep("lin", "duty.offer", "13:00", place=site.id("flat"), post=site.id("door"))
    tablet.keep("he", "duty.accept", "13:05", offer=offer.id, result="disputed", exceptions="鑰匙少一把")
    tablet.send()
    for _again in range(2):
        tells(at("13:10"))
    assert told(site, "chen", at("13:10")) == [("handover_disputed", False)]


@pytest.mark.clause("P2-4.4.6a")
def test_a_handover_that_two_answered_is_told_until_somebody_says_which_holds(site: Site) -> None:
    tablets = [site.tablet(number) for number in (1, 2)]
    offer = tablets[0].keep("lin", "duty.offer", "13:00", place=site.id("flat"), post=site.id("door"))
    answers = [
        tablet.keep(who, "duty.accept", time, offer=offer.id, result="accepted")
        for tablet, who, time in zip(tablets, ("he", "zhou"), ("13:05", "13:06"), strict=True)
    ]
    tablets[0].send()
    assert kinds(site, "chen", at("13:10")) == []
    tablets[1].send()
    assert kinds(site, "chen", at("13:11")) == ["handover_twice"]
    site.submit("duty.resolve", author="chen", proof="session", when=at("13:20"), offer=offer.id, based_on=answers[1].id, text="何")
    assert kinds(site, "chen", at("13:21")) == []


def test_two_workers_tell_once(site: Site, rows: Rows) -> None:
    fails(site)
    time = [at("09:01")]
    with clock.standing_at(lambda: time[0]):
        workers = [Worker(), Worker()]
        for _minute in range(3):
            for worker in workers:
                while worker.turn():
                    pass
            time[0] += clock.MINUTE
    assert rows.count("notices_notice") == 1
    assert rows.count("jobs_job", name="notices.put") == 3


def test_reading_is_ones_own(site: Site) -> None:
    action = fails(site)
    tablet = site.tablet(2)
    tablet.keep("lin", "actions.done", "10:00", action=action)
    tablet.send()
    tells(at("10:01"))
    now = at("10:05")
    (mine,) = [one for one, _is_read in queries.inbox(site.project_id, site.person("chen"), now) if one.kind == "action_to_verify"]
    assert queries.own(site.project_id, site.person("zhou"), [mine.id]) == []
    site.submit("notices.read", author="zhou", proof="session", when=now, notice=mine.id)
    assert ("action_to_verify", False) in told(site, "chen", now)
    site.submit("notices.read", author="chen", proof="session", when=now, notice=mine.id)
    assert ("action_to_verify", True) in told(site, "chen", now)
    assert ("action_to_verify", False) in told(site, "zhou", now)
    before = queries.unread(site.project_id, site.person("chen"), now)
    assert before == len([1 for _kind, is_read in told(site, "chen", now) if not is_read])


def test_another_project_is_told_nothing(site: Site) -> None:
    other = Site(site.ledger, "other").build()
    fails(site)
    tells(at("09:01"))
    assert told(other, "chen", at("09:01")) == []
    assert actions.actions(other.project_id, at("09:01")) == []


def test_what_is_older_than_the_inbox_is_not_told() -> None:
    event = Event("x", "k", "s", ("a", "b", "a"), {}, 1000)
    assert [person for _event, person in to_tell([event, event], 1000)] == ["a", "b"]
    assert to_tell([event], 1000 + KEPT_WITHIN) == []


@pytest.mark.clause("P2-4.4.6a")
def test_a_handover_that_nobody_came_to_is_told_once_by_two_workers_and_a_third_after_them(site: Site, rows: Rows) -> None:
    tablet = site.tablet()
    offer = tablet.keep("lin", "duty.offer", "13:00", place=site.id("flat"), post=site.id("door"), absent="接班的人沒有來")
    tablet.keep("lin", "duty.offer", "13:30", place=site.id("flat"), post=site.id("door"))
    tablet.send()
    time = [at("13:40")]
    with clock.standing_at(lambda: time[0]):
        for workers in ([Worker(), Worker()], [Worker()]):
            for worker in workers * 2:
                while worker.turn():
                    pass
            time[0] += clock.MINUTE
    assert told(site, "chen", at("13:45")) == [("handover_unattended", False)]
    (one, _is_read) = queries.inbox(site.project_id, site.person("chen"), at("13:45"))[0]
    assert (one.subject, one.event_at) == (offer.id, at("13:00"))
    assert [told(site, who, at("13:45")) for who in ("lin", "zhou", "stranger")] == [[], [], []]
    assert rows.count("notices_notice") == 1


@pytest.mark.clause("P2-4.4.2c")
def test_a_missed_list_is_told_once_and_only_when_it_is_known_to_be(site: Site, rows: Rows) -> None:
    publish(site, SCHEDULED, at("07:00"))
    enrolled(site)
    for time in ("09:30", "09:40", "11:00"):
        tells(at(time))
        assert told(site, "chen", at(time)) == [], "the tablet of the place was not heard of"
    tablet = site.tablet()
    tablet.keep("lin", "duty.remark", "11:01", place=site.id("flat"), category="normal", text="開門")
    tablet.send(received_at=at("11:02"))
    for minute in range(3):
        tells(at("11:03") + minute * clock.MINUTE)
    assert told(site, "chen", at("11:05")) == [("check_missed", False)]
    assert told(site, "lin", at("11:05")) == told(site, "zhou", at("11:05")) == []
    (one, _is_read) = queries.inbox(site.project_id, site.person("chen"), at("11:05"))[0]
    assert (one.about["en"], one.event_at) == ("word · word", at("09:30"))
    assert rows.count("notices_notice") == 1


def test_a_list_missed_days_ago_is_told_when_its_tablet_is_heard_again(site: Site) -> None:
    publish(site, SCHEDULED, at("07:00"))
    enrolled(site)
    later = at("12:00") + 3 * clock.DAY
    tells(later)
    assert told(site, "chen", later) == []
    tablet = site.tablet()
    tablet.keep("lin", "duty.remark", later, place=site.id("flat"), category="normal", text="開門")
    tablet.send(received_at=later)
    tells(later + clock.MINUTE)
    days = {clock.day_of(one.event_at, ZONE).day for one, _is_read in queries.inbox(site.project_id, site.person("chen"), later)}
    assert days == {28, 29, 30, 31}


def test_a_list_that_somebody_began_or_that_came_later_is_not_missed(site: Site) -> None:
    about = publish(site, SCHEDULED, at("07:00"))
    tablet = site.tablet()
    tablet.keep("lin", "checklists.answer", "09:05", item="small.door", answer="pass", **about)
    tablet.send()
    publish(site, SCHEDULED | {"id": "check.late"}, at("10:00"))
    tells(at("12:00"))
    assert told(site, "chen", at("12:00")) == []


@pytest.mark.clause("P2-4.1.3")
def test_a_deputy_is_told_of_what_happens_while_he_is_one(site: Site) -> None:
    role = {"person": site.person("he"), "role": "supervisor_deputy"}
    site.submit("staff.join", author="zhou", proof="session", when=at("10:00"), until=at("14:00"), **role)
    tablet = site.tablet()
    for time in ("09:00", "12:00", "13:59", "14:30"):
        tablet.keep("lin", "duty.offer", time, place=site.id("flat"), post=site.id("door"), absent="沒有人來")
        tablet.send()
        tells(at(time))
        tells(at(time) + 2 * clock.MINUTE)
    found = queries.inbox(site.project_id, site.person("he"), at("15:00"))
    assert sorted(one.event_at for one, _is_read in found) == [at("12:00"), at("13:59")]
    assert len(told(site, "chen", at("15:00"))) == 4


def kinds(site: Site, who: str, now: int) -> list[str]:
    tells(now)
    return [kind for kind, _is_read in told(site, who, now)]


@pytest.mark.clause("P2-4.4.6a")
def test_a_dispute_is_gone_once_it_is_settled_and_an_exception_stands(site: Site) -> None:
    tablet = site.tablet()
    about = {"place": site.id("flat"), "post": site.id("door")}
    offers = [tablet.keep("lin", "duty.offer", time, **about) for time in ("13:00", "14:00")]
    answers = [
        tablet.keep("he", "duty.accept", f"{13 + hour}:05", offer=offers[hour].id, result=result, exceptions="鑰匙少一把")
        for hour, result in enumerate(("disputed", "accepted_with_exceptions"))
    ]
    tablet.send()
    assert kinds(site, "chen", at("14:10")) == ["handover_disputed", "handover_exceptions"]
    found = {one.kind: one.subject for one, _is_read in queries.inbox(site.project_id, site.person("chen"), at("14:10"))}
    assert found == {"handover_disputed": offers[0].id, "handover_exceptions": offers[1].id}
    site.submit("duty.resolve", author="chen", proof="session", when=at("14:20"), offer=offers[0].id, based_on=answers[0].id,
                text="兩把都在")  # fmt: skip
    assert kinds(site, "chen", at("14:21")) == ["handover_exceptions"]
    assert [kinds(site, who, at("14:22")) for who in ("lin", "zhou", "stranger")] == [[], [], []]


@pytest.mark.clause("P2-4.3.1f")
def test_a_lost_thing_is_told_until_it_is_found(site: Site, rows: Rows) -> None:
    tablet = site.tablet()
    tablet.keep("lin", "custody.lose", "10:00", asset=site.id("key"), note="在電梯口掉了")
    tablet.send()
    assert kinds(site, "chen", at("10:01")) == kinds(site, "chen", at("10:02")) == ["thing_lost"]
    assert (kinds(site, "zhou", at("10:03")), rows.count("notices_notice")) == ([], 1)
    tablet.keep("lin", "custody.find", "11:00", asset=site.id("key"))
    tablet.send()
    assert kinds(site, "chen", at("11:01")) == []


@pytest.mark.clause("P2-4.4.2c")
def test_covers_that_run_low_are_told_once_a_day_until_there_are_enough(site: Site) -> None:
    tablet, about = site.tablet(), {"item": site.id("covers"), "place": site.id("flat"), "state": "clean"}
    tablet.keep("lin", "stock.count", "09:00", counted="29", **about)
    tablet.send()
    assert kinds(site, "chen", at("09:01")) == kinds(site, "chen", at("09:30")) == ["covers_low"]
    assert kinds(site, "zhou", at("09:31")) == []
    tablet.keep("lin", "stock.count", "10:00", counted="30", **about)
    tablet.send()
    assert kinds(site, "chen", at("10:01")) == []


@pytest.mark.clause("P2-4.4.6b")
def test_a_closing_check_submitted_without_a_critical_point_is_told(site: Site) -> None:
    about = publish(site, CHECK | {"id": "check.end", "purpose": "closing"}, at("07:00"))
    tablet = site.tablet()
    tablet.keep("lin", "checklists.answer", "17:50", item="small.covers", number="46", **about)
    tablet.send()
    assert kinds(site, "chen", at("17:51")) == []
    tablet.keep("lin", "checklists.submit", "17:52", **about)
    tablet.send()
    assert kinds(site, "chen", at("17:53")) == kinds(site, "chen", at("17:54")) == ["check_unanswered"]
    assert kinds(site, "zhou", at("17:55")) == []


@pytest.mark.clause("P2-4.4.3d")
def test_a_version_that_waits_is_told_to_whoever_may_approve_and_one_given_back_to_its_writer(site: Site) -> None:
    site.submit("staff.add_person", site.person("fang"), name="fang", call_name="fang", language="en")
    site.submit("staff.join", site.id("fang joins"), person=site.person("fang"), role="marketing_editor")

    def does(name: str, who: str, time: str, **said: object) -> Outcome:
        made = site.id(f"version {said['number']}") if name == "write" else None
        return site.submit(f"content.{name}", made, author=who, proof="session", when=at(time), **said)

    about, script = {"version": site.id("version 1")}, site.id("script")
    site.submit("content.open", script, kind="script", code=SCRIPT["id"])
    assert does("write", "fang", "10:00", document=script, number=1, body=SCRIPT).outcome == "applied"
    assert kinds(site, "chen", at("10:01")) == []
    assert does("offer", "fang", "10:05", seen=1, **about).outcome == "applied"
    assert kinds(site, "chen", at("10:06")) == kinds(site, "zhou", at("10:06")) == ["document_awaiting"]
    assert kinds(site, "fang", at("10:06")) == kinds(site, "lin", at("10:06")) == []
    assert does("give_back", "chen", "10:10", seen=2, reason="第 3 條太長", **about).outcome == "applied"
    assert (kinds(site, "chen", at("10:11")), kinds(site, "fang", at("10:11"))) == ([], ["document_returned"])
    (one, _is_read) = queries.inbox(site.project_id, site.person("fang"), at("10:12"))[0]
    assert (one.subject, one.about) == (script, WORDS)
    assert does("write", "fang", "10:20", document=script, number=2, body=SCRIPT).outcome == "applied"
    assert kinds(site, "fang", at("10:21")) == []


def test_what_is_like_another_stands_with_it_where_the_first_of_them_stands() -> None:
    found = [("b1", False), ("a1", False), ("b2", True), ("c1", True), ("a2", True)]
    assert grouped(found, lambda name: name[0]) == [
        [("b1", False), ("b2", True)], [("a1", False), ("a2", True)], [("c1", True)],
    ]  # fmt: skip
    assert grouped([], lambda name: name) == []


def test_a_notice_knows_where_that_was_of_which_it_tells(site: Site) -> None:
    fails(site)
    tablet = site.tablet(2)
    tablet.keep("lin", "custody.lose", "10:00", asset=site.id("key"), note="在電梯口掉了")
    tablet.keep("lin", "duty.offer", "13:00", place=site.id("flat"), post=site.id("door"), absent="沒有人來")
    tablet.keep("lin", "stock.count", "09:00", counted="2", item=site.id("covers"), place=site.id("flat"), state="clean")
    tablet.send()
    tells(at("13:10"))
    found = {one.kind: one.place_id for one, _is_read in queries.inbox(site.project_id, site.person("chen"), at("13:10"))}
    assert found == dict.fromkeys(("check_critical", "thing_lost", "handover_unattended", "covers_low"), site.id("flat"))


@pytest.mark.clause("P2-4.1.5a")
def test_what_was_asked_for_is_told_to_whoever_issues_until_it_is_answered(site: Site, rows: Rows) -> None:
    tablet, about = site.tablet(), {"item": site.id("covers"), "place": site.id("flat")}
    asked = tablet.keep("lin", "stock.request", "10:00", quantity=30, **about)
    tablet.send()
    assert kinds(site, "chen", at("10:01")) == kinds(site, "zhou", at("10:02")) == ["supplies_asked"]
    assert kinds(site, "lin", at("10:02")) == kinds(site, "stranger", at("10:02")) == []
    (one, _is_read) = queries.inbox(site.project_id, site.person("chen"), at("10:02"))[0]
    assert (one.place_id, one.event_at, one.about["en"].endswith(" 30")) == (site.id("flat"), at("10:00"), True)
    site.submit("stock.issue", author="chen", proof="session", when=at("10:10"), request=asked.id, quantity=30, **about)
    assert kinds(site, "chen", at("10:11")) == kinds(site, "zhou", at("10:11")) == []
    assert rows.count("notices_notice") == 0


def test_every_kind_has_words_and_leads_somewhere() -> None:
    assert set(queries.KIND_NAMES) == set(LEADS_TO)


def test_a_notice_of_an_action_tells_what_was_noted(site: Site) -> None:
    body = {"version": site.id("version"), "place": site.id("flat"), "item": "small.door", "answer": "fail", "note": "鎖不上"}
    tablet = site.tablet()
    tablet.keep("lin", "checklists.answer", "09:00", **body)
    tablet.send()
    tells(at("09:01"))
    (one, _is_read) = queries.inbox(site.project_id, site.person("chen"), at("09:02"))[0]
    assert (one.kind, one.about["en"], one.about["zh-Hant"]) == ("check_critical", "word · 鎖不上", "字 · 鎖不上")
