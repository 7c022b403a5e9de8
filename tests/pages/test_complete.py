"""A day that is over is complete once nothing of it can lie anywhere else; until then the page says what is awaited."""

import base64
import hashlib
import json
from dataclasses import dataclass
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.pages.conftest import AT, OURS, Site, read
from tests.pages.test_desk import FIRST, sends
from tests.tablets.sealing import encoded, sealed
from webapp import demo
from webapp.base import clock
from webapp.base.database import db
from webapp.operations.entries import digest_of
from webapp.operations.ledger import the_ledger
from webapp.operations.rules import SYSTEM
from webapp.tablets import parcels
from webapp.tablets.models import Store
from webapp.tablets.queries import tablets
from webapp.tablets.rules import is_heard_out

COMPLETE = "Complete: every entry of the tablets is here"
TOMORROW = AT + 24 * clock.HOUR
EVENING = AT + 5 * clock.HOUR


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


@dataclass
class File:
    """The tablet at the door is revoked, and a file of it brought in that holds two parties and the lost number between them."""

    site: Site
    sealed: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.sealed).hexdigest()

    def brought(self) -> str:
        with clock.standing_at(AT + 2 * clock.HOUR):
            file = (BytesIO(self.sealed), "door.parcel")
            answer = self.site.desk("chen").post("/tablets/import?lang=en", data={"file": file}, headers=OURS)
        assert answer.status_code == 200
        return read(answer.text).text()

    def ruled(self, result: str, who: str = "chen") -> int:
        return self.site.desk(who).post(f"/tablets/parcels/{self.digest}", data={"result": result}, headers=OURS).status_code


def brings_a_file(site: Site) -> File:
    door, body, key = tablet_id("Door"), json.dumps({"guests": "2"}), ec.generate_private_key(ec.SECP256R1())
    said = {"operation": "tours.arrive", "version": 1, "body": body, "digest": digest_of(body), "author": demo.person("he")}
    said |= {"proof": "post", "offset": 0, "beacon_at": AT}
    kept: list[dict[str, object]] = [
        {"id": f"0198c0de-0000-7000-8000-0000000000{seq}0", "seq": seq, "happened_at": AT + seq * clock.MINUTE} | said
        for seq in (2, 4)
    ]
    epochs = [{"epoch": 1, "entries": [kept[0], {"seq": 3, "lost": "digest"}, kept[1]]}]
    text = json.dumps({"protocol": 1, "tablet": door, "build": "", "epochs": epochs})
    public = base64.b64encode(encoded(key)).decode()
    db.session.merge(
        Store(tablet_id=door, epoch=1, project_id=demo.project_id(), credential_digest="", public_key=public, enrolled_at=AT)
    )
    db.session.commit()
    made = the_ledger().submit(
        "tablets.revoke", {"tablet": door}, project_id=demo.project_id(), author_id=None, proof=SYSTEM, at=AT + clock.HOUR
    )
    assert made.outcome == "applied"
    db.session.rollback()
    file = File(site, sealed(text.encode(), key, base64.b64decode(parcels.public_key()), door))
    assert "3 entries of Door: put aside until it is decided" in file.brought()
    return file


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
    brings_a_file(site)
    all_are_heard(EVENING)
    shown = review(site)
    assert "A file of Door waits for a ruling 2 entries of this day" in shown
    assert COMPLETE not in shown
    assert "waits for a ruling" not in review(site, "2026-05-27")


def test_a_file_that_waits_shows_what_it_holds_and_who_decides(site: Site):
    sends("Door", FIRST)
    file = brings_a_file(site)
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
    assert file.ruled("released", who="su") == 403
    assert parcels.ruling_on(demo.project_id(), file.digest) is None


@pytest.mark.parametrize(("result", "said"), [("released", "released; they count"), ("rejected", "rejected; they do not count")])
def test_a_file_that_was_ruled_on_says_so_when_it_comes_again(site: Site, result, said):
    sends("Door", FIRST)
    file = brings_a_file(site)
    assert file.ruled(result) == 303
    assert f"3 entries of Door: this file was imported before and {said}" in file.brought()
