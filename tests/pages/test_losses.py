"""What the desk sees of losses: on the tablet's own page, in the list, and in the review of the day."""

import pytest

from tests.pages.conftest import AT, OURS, Node, Site, hidden_of, read
from tests.pages.test_desk import COPY, FIRST, sends
from webapp import demo
from webapp.base import clock
from webapp.base.database import db
from webapp.losses import queries, stores
from webapp.losses.rules import Reached
from webapp.operations.entries import Batch, Source
from webapp.operations.ledger import the_ledger
from webapp.tablets import enrolment
from webapp.tablets.queries import TabletRow, tablets

TOLD = '{"oldest":%d,"usage":640000000,"quota":700000000,"persisted":false,"offset":180000,"unsaved":2}' % (AT - 7_200_000)  # noqa: UP031


def door() -> TabletRow:
    return next(each for each in tablets(demo.project_id()) if each.name == "Door")


def page(site: Site, who: str = "chen", path: str = "") -> Node:
    return read(site.desk(who).get(path or f"/tablets/{door().id}?lang=en").text)


def beats(about: str, high: int = 3) -> None:
    one = door()
    db.session.rollback()
    the_ledger().receive(
        Source(one.id, one.number, one.project_id, one.enrolled_at), Batch(1, (), "for tests", high, "b1", 0, about), AT
    )


def the_others_are_heard() -> None:
    sends("水吧 1", high=0)


def loses(reached: Reached | None) -> None:
    sends("Door", FIRST)
    stores.begin(door(), reached, AT)


def declares(site: Site, who: str = "chen", **changed: str) -> tuple[int, Node]:
    client = site.desk(who)
    form = {name: value for name, value in hidden_of(page(site)).items() if name != "csrf_token"} | {
        "reason": "It fell into the pool"
    }
    answer = client.post(f"/tablets/{door().id}?lang=en", data=form | changed, headers=OURS)
    return answer.status_code, read(answer.text)


def test_a_tablet_that_nobody_turned_on_has_a_page(site: Site):
    assert "Nothing was heard of this tablet yet" in page(site).text()


def test_what_a_tablet_tells_of_itself_is_shown(site: Site):
    sends("Door", FIRST, high=3)
    beats(TOLD)
    shown = page(site).text()
    for words in (
        "2 entries to send",
        "Oldest unsent 11:31",
        "3 min behind",
        "640 MB of 700 MB",
        "not promised",
        "Not sent yet: entries 2 to 3",
        "What it carried",
    ):
        assert words in shown


def test_a_whole_tablet_is_complete(site: Site):
    sends("Door", FIRST)
    the_others_are_heard()
    assert "Every entry that this tablet has told of is here" in page(site).text()
    assert "What it carried" not in page(site).text()
    assert "Complete: every entry of the tablets is here" in page(site, path="/review?lang=en").text()


def test_what_is_missing_is_named_on_every_page_that_asks(site: Site):
    loses(Reached(1, 4, AT))
    assert "Missing: entries 2 to 4" in page(site).text()
    assert "3 entries missing" in page(site, path="/tablets?lang=en").text()
    review = page(site, path="/review?lang=en").text()
    assert "Missing: entries 2 to 4 Door · after 13:31" in review
    assert "Complete:" not in review


def test_without_a_mark_nobody_knows_how_many(site: Site):
    loses(None)
    assert "nobody knows how many: all from 2 on after 13:31" in page(site).text()
    assert "Unknown number missing" in page(site, path="/tablets?lang=en").text()


def test_a_declared_loss_has_a_name_and_a_reason(site: Site):
    loses(Reached(1, 4, AT))
    the_others_are_heard()
    assert declares(site)[0] == 303
    shown = page(site).text()
    assert "It fell into the pool · 陳思遠" in shown
    assert "Missing" not in shown
    assert "Complete: every entry of the tablets is here" in page(site, path="/review?lang=en").text()


def test_a_loss_without_a_reason_is_asked_for_it(site: Site):
    loses(Reached(1, 4, AT))
    status, answer = declares(site, reason=" ")
    assert status == 422
    assert [each.attrs.get("aria-invalid") for each in answer.all("textarea")] == ["true"]
    status, answer = declares(site, reason="x" * 501)
    assert (status, answer.all("textarea")[0].text()) == (422, "x" * 501)
    assert queries.declared(demo.project_id()) == []


def test_sending_the_form_twice_declares_it_once(site: Site):
    loses(Reached(1, 4, AT))
    form = hidden_of(page(site))
    for _again in range(2):
        declares(site, **form)
    db.session.rollback()
    assert len(queries.declared(demo.project_id())) == 1


def test_both_copies_stand_side_by_side(site: Site):
    sends("Door", FIRST)
    sends("Door", COPY)
    assert "1.1 Remark 13:31 Remark 13:31" in page(site).text()


def test_a_loss_is_of_the_day_on_which_it_may_have_happened(site: Site):
    loses(Reached(1, 4, AT))
    yesterday = clock.day_of(AT - clock.DAY, demo.ZONE).isoformat()
    assert "Missing" not in page(site, path=f"/review/{yesterday}?lang=en").text()
    with clock.standing_at(AT + clock.DAY):
        today = clock.day_of(AT, demo.ZONE).isoformat()
        assert "Missing: entries 2 to 4" in page(site, path=f"/review/{today}?lang=en").text()
        tomorrow = page(site, path="/review?lang=en").text()
        assert "Missing: entries 2 to 4" in tomorrow, "carried until somebody declares it (domain section 0.8)"
        assert "Complete:" not in tomorrow
        assert declares(site)[0] == 303
        assert "Missing" not in page(site, path="/review?lang=en").text()


def test_what_has_been_missing_since_another_day_is_no_all_sent_in_the_head_of_the_review(site: Site):
    loses(Reached(1, 4, AT))
    now = AT + clock.DAY
    for name in ("水吧 1", "A 型樣板房 1", "Door"):
        sends(name, high=0, at=now)
    with clock.standing_at(now):
        review = page(site, path="/review?lang=en").text()
    assert "Missing: entries 2 to 4" in review
    assert "1 unsent, silent or with something missing" in review


@pytest.mark.parametrize("who", ["lin", "stranger"])
def test_who_has_no_desk_sees_and_declares_nothing(site: Site, who: str):
    loses(Reached(1, 4, AT))
    client = site.desk("lin") if who == "lin" else site.stranger()
    form = {"epoch": "1", "first": "2", "last": "4", "reason": "No"}
    assert client.post(f"/tablets/{door().id}", data=form, headers=OURS).status_code in {303, 403}
    db.session.rollback()
    assert queries.declared(demo.project_id()) == []


def test_a_tablet_of_another_project_is_not_found(site: Site):
    other = site.credentials["elsewhere"].partition(".")[0]
    assert site.desk("chen").get(f"/tablets/{other}").status_code == 404


def enrols_anew() -> None:
    sends("Door", FIRST, high=3)
    db.session.rollback()
    code = enrolment.make_code(demo.project_id(), "Door", "door", AT, again=door())
    assert isinstance(enrolment.claim(code, AT), enrolment.Enrolled)
    db.session.rollback()


def test_whoever_is_enrolled_anew_without_retiring_is_an_open_point_until_the_loss_is_declared(site: Site):
    """On the review of that day and of every today after it, and on the tablet's own page."""
    enrols_anew()
    words = "Enrolled anew without being retired; 2 entries that it told of are missing, perhaps more: all from 2 on"
    assert words in page(site).text()
    assert words in page(site, path="/review?lang=en").text()
    assert "Unknown number missing" in page(site, path="/tablets?lang=en").text()
    with clock.standing_at(AT + 2 * clock.DAY):
        assert words in page(site, path="/review?lang=en").text()
        assert words not in page(site, path="/review/2026-05-29?lang=en").text()
    assert declares(site)[0] == 303
    for path in ("", "/review?lang=en"):
        assert "Enrolled anew" not in page(site, path=path).text()


def test_of_a_tablet_that_was_heard_of_and_had_sent_all_nobody_knows_whether_something_is_missing(site: Site):
    sends("Door", FIRST)
    db.session.rollback()
    code = enrolment.make_code(demo.project_id(), "Door", "door", AT, again=door())
    assert isinstance(enrolment.claim(code, AT), enrolment.Enrolled)
    assert "Enrolled anew without being retired; entries may be missing: all from 2 on" in page(site).text()


EMPTIED = "The storage of this tablet was emptied"


def station(site: Site, path: str = "/en/door/", tablet: str = "door") -> str:
    return read(site.tablet(tablet).get(path).text).text()


def test_a_tablet_whose_store_was_emptied_says_so_on_each_of_its_pages_until_the_loss_is_declared(site: Site):
    assert EMPTIED not in station(site)
    loses(Reached(1, 4, AT))
    for path in ("/en/door/", "/en/door/parties", "/en/door/outbox", "/en/door/locked"):
        assert f"{EMPTIED}. 3 entries made on it from 13:31 to 13:31 are missing." in station(site, path)
    assert EMPTIED not in station(site, "/en/bar/", "bar"), "another tablet"
    assert declares(site)[0] == 303
    assert EMPTIED not in station(site)


def test_where_nobody_knows_how_many_it_says_that_entries_may_be_missing(site: Site):
    loses(None)
    assert "Entries made on it from 13:31 to 13:31 may be missing." in station(site)
    assert declares(site)[0] == 303
    assert EMPTIED not in station(site)


def test_entries_that_only_wait_on_a_tablet_are_no_loss(site: Site):
    sends("Door", FIRST, high=4)
    assert EMPTIED not in station(site)


def test_every_page_of_the_pack_is_another_once_a_store_is_gone_and_once_its_loss_is_declared(site: Site):
    def etags() -> set[str]:
        found = site.tablet("door").get("/sync/pack?lang=en", headers={"X-Threshold-Sync": "1"})
        return {each["etag"] for each in found.json["pages"]}

    whole = etags()
    loses(Reached(1, 4, AT))
    missing = etags()
    declares(site)
    assert not whole & missing
    assert not missing & etags()
