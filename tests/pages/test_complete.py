"""A day that is over is complete once nothing of it can lie anywhere else; until then the page says what is awaited."""

import json
from dataclasses import replace

import pytest

from tests.pages.conftest import AT, OURS, Site, read
from tests.pages.test_desk import FIRST, sends
from webapp import demo
from webapp.base import clock
from webapp.base.database import db
from webapp.operations.entries import digest_of
from webapp.operations.ledger import the_ledger
from webapp.operations.rules import SYSTEM
from webapp.tablets import parcels
from webapp.tablets.models import Parcel
from webapp.tablets.queries import tablets
from webapp.tablets.rules import is_heard_out

COMPLETE = "Complete: every entry of the tablets is here"
TOMORROW = AT + 24 * clock.HOUR
EVENING = AT + 5 * clock.HOUR
DIGEST = "d" * 64


def review(site: Site, day: str = "2026-05-28") -> str:
    with clock.standing_at(TOMORROW):
        return read(site.desk("chen").get(f"/review/{day}?lang=en").text).text()


def tablet_id(name: str) -> str:
    found = next(each.id for each in tablets(demo.project_id()) if each.name == name)
    db.session.rollback()
    return found


def all_are_heard(at: int) -> None:
    """Every tablet that was ever heard of sends what it has."""
    for name in ("水吧 1", "A 型樣板房 1"):
        sends(name, high=0, at=at)
    sends("Door", FIRST, at=at)


def brings_a_file(at: int = AT) -> None:
    """The tablet at the door is revoked, and a file of it put aside that holds two parties and the lost number between them."""
    body = json.dumps({"guests": "2"})
    kept = [
        {"id": f"0198c0de-0000-7000-8000-0000000000{seq}0", "seq": seq, "operation": "tours.arrive", "version": 1,
         "body": body, "digest": digest_of(body), "author": demo.person("he"), "proof": "post", "happened_at": at + seq * clock.MINUTE, "offset": 0,
         "beacon_at": at}
        for seq in (2, 4)
    ]  # fmt: skip
    door, project = tablet_id("Door"), demo.project_id()
    epochs = [{"epoch": 1, "entries": [kept[0], {"seq": 3, "lost": "digest"}, kept[1]]}]
    content = json.dumps({"protocol": 1, "tablet": door, "build": "", "epochs": epochs})
    for name, told, when in (
        ("tablets.revoke", {"tablet": door}, at + clock.HOUR),
        ("tablets.import", {"tablet": door, "parcel": DIGEST, "entries": "3", "quarantined": "yes"}, at + 2 * clock.HOUR),
    ):
        made = the_ledger().submit(name, told, project_id=project, author_id=None, proof=SYSTEM, at=when)
        assert made.outcome == "applied"
    db.session.rollback()
    db.session.add(Parcel(project_id=project, digest=DIGEST, tablet_id=door, content=content))
    db.session.commit()


@pytest.mark.parametrize(
    ("seen_at", "unsent", "heard"), [(59, 0, False), (60, 0, True), (60, 1, False), (99, 1, False), (100, 1, True), (0, 0, False)]
)
def test_a_tablet_holds_nothing_more_of_a_day_after_it_or_with_an_empty_outbox_at_its_closing(seen_at, unsent, heard):
    assert is_heard_out(seen_at, unsent, closes=60, ends=100) is heard


@pytest.mark.clause("P2-4.4.6b")
def test_a_day_waits_for_each_tablet_that_was_not_heard_after_it_closed(site: Site):
    all_are_heard(AT)
    shown = review(site)
    assert "Nothing heard of Door since the day closed; it may hold entries of this day last heard 13:31" in shown
    assert COMPLETE not in shown
    all_are_heard(EVENING)
    assert COMPLETE in review(site)


def test_a_tablet_that_was_enrolled_later_is_not_awaited(site: Site):
    all_are_heard(AT)
    assert "Nothing heard of Door" not in review(site, "2026-05-27")


def test_a_day_waits_for_the_ruling_on_a_file_that_holds_something_of_it(site: Site):
    all_are_heard(AT)
    brings_a_file()
    all_are_heard(EVENING)
    shown = review(site)
    assert "A file of Door waits for a ruling 2 entries of this day" in shown
    assert COMPLETE not in shown
    assert "waits for a ruling" not in review(site, "2026-05-27")


def test_a_file_that_waits_shows_what_it_holds_and_who_decides(site: Site):
    sends("Door", FIRST)
    brings_a_file()
    shown = read(site.desk("chen").get("/tablets?lang=en").text).text()
    for words in ("holds 3 entries. Shall they count?", "Guests arrived × 2", "何欣怡 · 13:33 – 13:35", "Release"):
        assert words in shown
    made = the_ledger().submit(
        "staff.join", {"person": demo.person("su"), "role": "supervisor_deputy"}, project_id=demo.project_id(), author_id=None,
        proof=SYSTEM, at=AT - clock.HOUR,
    )  # fmt: skip
    assert made.outcome == "applied"
    db.session.rollback()
    shown = read(site.desk("su").get("/tablets?lang=en").text).text()
    assert "The sales-centre manager or an administrator decides." in shown
    assert "Release" not in shown
    refused = site.desk("su").post(f"/tablets/parcels/{DIGEST}", data={"result": "released"}, headers=OURS)
    assert refused.status_code == 403
    assert parcels.ruling_on(demo.project_id(), DIGEST) is None


@pytest.mark.parametrize(("result", "said"), [("released", "they count"), ("rejected", "they do not count")])
def test_a_file_that_was_ruled_on_says_so_when_it_comes_again(site: Site, monkeypatch, result, said):
    sends("Door", FIRST)
    brings_a_file()
    assert site.desk("chen").post(f"/tablets/parcels/{DIGEST}", data={"result": result}, headers=OURS).status_code == 303
    of = replace(next(each for each in tablets(demo.project_id()) if each.name == "Door"))
    db.session.rollback()
    taken = parcels.Opened(DIGEST, of, (), "")
    monkeypatch.setattr(parcels, "bring_in", lambda *_args: taken)
    answer = site.desk("chen").post("/tablets/import?lang=en", data={}, headers=OURS)
    assert answer.status_code == 200
    assert said in read(answer.text).text()
    assert "waits" not in read(answer.text).text()
