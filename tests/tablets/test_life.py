"""A tablet's life at the desk: approved, enrolled again over its store or without it, retired, revoked, drained."""

import pytest

from tests.cast import Site, at
from tests.conftest import Rows
from tests.operations.test_every_operation import ON_A_TABLET
from tests.tablets.sealing import Browser, Desk
from webapp.base.database import db
from webapp.operations.entries import Entry
from webapp.tablets import enrolment, life
from webapp.tablets.queries import arrived, authenticate, tablet, tablets
from webapp.tablets.rules import CODE_WITHIN


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)


def parties(site: Site, count: int, first: int = 1) -> list[Entry]:
    """So many arrivals as one store numbers them, from a number on."""
    pad = site.tablet(9)
    made = [
        pad.keep("lin", "tours.arrive", at("10:00") + n * 1000, flat=site.id("A"), place=site.id("flat"), guests=2)
        for n in range(count)
    ]
    for n, entry in enumerate(made):
        entry.seq = first + n
    return made


def fresh(site: Site, tablet_id: str):
    db.session.rollback()
    return tablet(site.project_id, tablet_id)


# approval


def test_a_code_of_the_desk_lets_nobody_in_before_it_is_approved_there(site: Site, desk: Desk) -> None:
    code = enrolment.make_code(site.project_id, "門口 1", "door", at("09:00"), made_by=site.person("chen"))
    claim = enrolment.claim(code, at("09:01"), Browser().shown())
    assert isinstance(claim, enrolment.Claim)
    assert enrolment.collect(claim.ticket, at("09:02")) is None
    assert tablets(site.project_id) == []
    (shown,) = enrolment.waiting(site.project_id, at("09:02"))
    assert (shown.number, shown.name, shown.again) == (claim.number, "門口 1", None)
    assert enrolment.ruled(site.project_id, claim.number, True, site.person("chen"), at("09:03"))
    taken = enrolment.collect(claim.ticket, at("09:04"))
    assert taken
    assert authenticate(taken.credential) == taken.tablet
    assert enrolment.waiting(site.project_id, at("09:04")) == []


def test_a_refused_claim_gets_nothing(site: Site) -> None:
    code = enrolment.make_code(site.project_id, "1", "door", at("09:00"), made_by=site.person("chen"))
    claim = enrolment.claim(code, at("09:01"))
    assert isinstance(claim, enrolment.Claim)
    assert enrolment.ruled(site.project_id, claim.number, False, site.person("chen"), at("09:02"))
    assert not enrolment.ruled(site.project_id, claim.number, True, site.person("chen"), at("09:03"))
    assert enrolment.collect(claim.ticket, at("09:03")) is None
    assert tablets(site.project_id) == []


def test_a_claim_is_approved_within_ten_minutes_and_by_its_own_site(site: Site) -> None:
    code = enrolment.make_code(site.project_id, "1", "door", at("09:00"), made_by=site.person("chen"))
    claim = enrolment.claim(code, at("09:01"))
    assert isinstance(claim, enrolment.Claim)
    other = Site(site.ledger, "other").build()
    assert not enrolment.ruled(other.project_id, claim.number, True, other.person("chen"), at("09:02"))
    assert enrolment.waiting(other.project_id, at("09:02")) == []
    assert not enrolment.ruled(site.project_id, claim.number, True, site.person("chen"), at("09:01") + CODE_WITHIN)
    assert enrolment.claimed("another ticket", at("09:02")) is None


def test_whoever_types_on_the_server_needs_no_approval(site: Site) -> None:
    code = enrolment.make_code(site.project_id, "1", "door", at("09:00"))
    assert isinstance(enrolment.claim(code, at("09:01")), enrolment.Enrolled)


@pytest.mark.database
def test_an_answer_that_was_lost_is_asked_for_again_and_makes_no_second_tablet(site: Site) -> None:
    browser, by = Browser(), site.person("chen")
    code = enrolment.make_code(site.project_id, "1", "door", at("09:00"), made_by=by)
    claim = enrolment.claim(code, at("09:01"), browser.shown())
    assert isinstance(claim, enrolment.Claim)
    enrolment.ruled(site.project_id, claim.number, True, by, at("09:02"))
    first, second = (enrolment.collect(claim.ticket, at(time)) for time in ("09:03", "09:04"))
    assert first
    assert second
    assert (second.tablet.id, second.epoch) == (first.tablet.id, 1)
    assert authenticate(first.credential) is None
    assert authenticate(second.credential) == second.tablet
    assert len(tablets(site.project_id)) == 1


@pytest.mark.database
@pytest.mark.parametrize("approved", [False, True])
def test_a_code_whose_answer_was_lost_is_exchanged_again_by_the_same_store_only(site: Site, approved: bool) -> None:
    browser, by = Browser(), site.person("chen") if approved else None
    code = enrolment.make_code(site.project_id, "1", "door", at("09:00"), made_by=by)
    first = enrolment.claim(code, at("09:01"), browser.shown())
    for other in (Browser("another browser, with a secret of its own").shown(), enrolment.Shown()):
        assert enrolment.claim(code, at("09:02"), other) is None
    second = enrolment.claim(code, at("09:03"), browser.shown())
    if approved:
        assert isinstance(first, enrolment.Claim)
        assert isinstance(second, enrolment.Claim)
        assert second.number == first.number
        enrolment.ruled(site.project_id, second.number, True, by, at("09:04"))
        assert enrolment.collect(first.ticket, at("09:05")) is None
        second = enrolment.collect(second.ticket, at("09:05"))
    assert isinstance(second, enrolment.Enrolled)
    assert authenticate(second.credential) == second.tablet
    assert [each.id for each in tablets(site.project_id)] == [second.tablet.id]
    assert enrolment.claim(code, at("09:01") + CODE_WITHIN, browser.shown()) is None


# enrolled again


@pytest.mark.database
def test_over_its_own_store_a_tablet_stays_itself_and_nothing_is_numbered_anew(site: Site, desk: Desk, rows: Rows) -> None:
    browser = Browser()
    first = desk.enrols(browser, at("09:00"))
    kept = parties(site, 5)
    desk.sends(browser, kept[:2], at("10:05"), high_seq=5)
    again = desk.enrols(browser, at("11:00"), name="another name")
    assert (again.tablet.id, again.epoch, again.tablet.name) == (first.tablet.id, 1, "門口")
    assert (authenticate(first.credential), authenticate(again.credential)) == (None, again.tablet)
    answer = desk.sends(browser, kept, at("11:01"))
    assert [each["outcome"] for each in answer.results] == ["duplicate"] * 2 + ["applied"] * 3
    assert rows.count("tours_arrival") == 5
    assert rows.count("tablets_reenrolment", kept=True, store_epoch=1) == 1


@pytest.mark.database
def test_where_the_store_is_gone_the_tablet_counts_under_its_next_epoch(site: Site, desk: Desk, rows: Rows) -> None:
    first = desk.enrols(old := Browser(), at("09:00"))
    desk.sends(old, parties(site, 2), at("10:05"), high_seq=5)
    wiped = Browser(secret="99999999-2222-3333-4444-555555555555")
    again = desk.enrols(wiped, at("11:00"), again=fresh(site, first.tablet.id))
    assert (again.tablet.id, again.epoch) == (first.tablet.id, 2)
    assert [each["outcome"] for each in desk.sends(wiped, parties(site, 1), at("11:01")).results] == ["applied"]
    db.session.rollback()
    assert arrived(first.tablet.id) == {1: 2, 2: 1}
    assert rows.count("tablets_reenrolment", kept=False, clean=False, missing=3, heard_at=at("10:05")) == 1


def test_an_epoch_given_at_enrolment_is_never_given_to_a_fork(site: Site, desk: Desk) -> None:
    first = desk.enrols(old := Browser(), at("09:00"))
    desk.sends(old, parties(site, 1), at("10:05"))
    wiped = Browser(secret="99999999-2222-3333-4444-555555555555")
    assert desk.enrols(wiped, at("11:00"), again=fresh(site, first.tablet.id)).epoch == 2
    (forked,) = desk.sends(old, parties(site, 1), at("11:01")).results
    assert (forked["outcome"], forked["new_epoch"]) == ("fork", 3)


def test_an_older_copy_of_a_store_keeps_its_numbers_and_goes_on_under_an_epoch_of_its_own(site: Site, desk: Desk) -> None:
    first = desk.enrols(old := Browser(), at("09:00"))
    kept = parties(site, 3)
    old.heads = {1: 3}
    desk.enrols(Browser(secret="99999999-2222-3333-4444-555555555555"), at("10:00"), again=fresh(site, first.tablet.id))
    back = desk.enrols(old, at("11:00"))
    assert (back.tablet.id, back.epoch) == (first.tablet.id, 3)
    old.epoch = 1  # what it had not sent goes under the numbers that it has
    assert [each["outcome"] for each in desk.sends(old, kept, at("11:01")).results] == ["applied"] * 3


def test_a_store_with_entries_of_another_tablet_has_to_send_them_first(site: Site, desk: Desk) -> None:
    first = desk.enrols(Browser(), at("09:00"))
    second = Browser(secret="99999999-2222-3333-4444-555555555555")
    desk.enrols(second, at("09:01"))
    kept = parties(site, 2)
    second.heads = {1: 2}
    code = enrolment.make_code(site.project_id, "1", "door", at("09:30"), made_by=site.person("chen"), again=first.tablet)
    with pytest.raises(enrolment.StillHolds):
        enrolment.claim(code, at("09:31"), second.shown())
    desk.sends(second, kept, at("09:32"))
    db.session.rollback()
    claim = enrolment.claim(code, at("09:33"), second.shown())
    assert isinstance(claim, enrolment.Claim)
    enrolment.ruled(site.project_id, claim.number, True, site.person("chen"), at("09:34"))
    taken = enrolment.collect(claim.ticket, at("09:35"))
    assert taken
    assert second.tablet
    assert (taken.tablet.id, taken.epoch, taken.emptied) == (first.tablet.id, 2, f"{second.tablet.id}:1:2")


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"heads": {"x": 1}}', '{"heads": [], "secret": 1}', "[" * 100_000, "\0"])
def test_what_a_browser_tells_of_its_store_may_be_rubbish(text: str) -> None:
    assert enrolment.read_shown(text) == enrolment.Shown()


# retired, revoked, drained


@pytest.mark.database
def test_a_tablet_retires_only_when_everything_that_it_counted_is_here(site: Site, desk: Desk, rows: Rows) -> None:
    browser = Browser()
    taken = desk.enrols(browser, at("09:00"))
    assert not life.leave(fresh(site, taken.tablet.id), {}, at("09:30"))
    site.submit("tablets.retire", author="chen", proof="session", when=at("10:00"), tablet=taken.tablet.id)
    kept = parties(site, 3)
    desk.sends(browser, kept[:1], at("10:05"), high_seq=3)
    assert not life.leave(fresh(site, taken.tablet.id), {1: 3}, at("10:06"))
    assert authenticate(taken.credential).barred is None
    desk.sends(browser, kept, at("10:07"))
    assert life.leave(fresh(site, taken.tablet.id), {1: 3}, at("10:08"))
    assert life.leave(fresh(site, taken.tablet.id), {1: 3}, at("10:09"))
    assert not life.leave(fresh(site, taken.tablet.id), {1: 4}, at("10:09"))
    assert authenticate(taken.credential).barred == "retired"
    assert rows.count("tablets_retirement") == 1


def test_a_retired_tablet_that_comes_back_is_no_case(site: Site, desk: Desk, rows: Rows) -> None:
    browser = Browser()
    taken = desk.enrols(browser, at("09:00"))
    site.submit("tablets.retire", author="chen", proof="session", when=at("10:00"), tablet=taken.tablet.id)
    assert life.leave(fresh(site, taken.tablet.id), {1: 0}, at("10:08"))
    back = desk.enrols(Browser(), at("11:00"), again=fresh(site, taken.tablet.id))
    assert (back.tablet.id, back.epoch, back.tablet.barred, back.tablet.leaves_at) == (taken.tablet.id, 2, None, None)
    assert rows.count("tablets_reenrolment", clean=True) == 1


def test_a_revoked_tablet_is_let_in_no_more_by_any_code(site: Site, desk: Desk) -> None:
    browser = Browser()
    taken = desk.enrols(browser, at("09:00"))
    code = enrolment.make_code(site.project_id, "1", "door", at("09:55"), made_by=site.person("chen"), again=taken.tablet)
    site.submit("tablets.revoke", author="chen", proof="session", when=at("10:00"), tablet=taken.tablet.id)
    assert authenticate(taken.credential).barred == "revoked"
    assert enrolment.claim(code, at("10:01"), browser.shown()) is None
    browser.heads = {1: 2}
    other = enrolment.make_code(site.project_id, "1", "door", at("10:01"), made_by=site.person("chen"))
    with pytest.raises(enrolment.StillHolds):
        enrolment.claim(other, at("10:02"), browser.shown())
    browser.heads = {1: 0}
    assert desk.enrols(browser, at("10:03")).tablet.number == 2


@pytest.mark.parametrize("operation", sorted(ON_A_TABLET - {"tablets.rule"}))
@pytest.mark.parametrize("who", ["lin", "stranger"])
def test_who_may_not_end_a_tablet(site: Site, desk: Desk, rows: Rows, operation: str, who: str) -> None:
    taken = desk.enrols(Browser(), at("09:00"))
    body = {"tablet": taken.tablet.id, "store_epoch": 2, "missing": 0, "heard_at": 0, "parcel": "0" * 64, "entries": 1}
    outcome = site.submit(operation, author=who, proof="session", when=at("10:00"), **body)
    assert (outcome.outcome, outcome.errors) == ("refused", {"": "role"})
    tables = ("farewell", "revocation", "retirement", "reenrolment", "import")
    assert [rows.count(f"tablets_{name}") for name in tables] == [0] * 5
    assert authenticate(taken.credential).barred is None
