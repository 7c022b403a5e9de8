"""Station pages: drawn in one read snapshot, marked with how far their tablet had come, another etag whenever they may differ."""

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.cast import Site, at
from webapp.base import clock
from webapp.base.database import db
from webapp.operations.declarations import pack_pages
from webapp.operations.entries import Batch, Source
from webapp.tablets import enrolment, stations

pytestmark = pytest.mark.database
BLANK = ("parties/blank", "parties/tour/blank", "parties/rehearsal/blank")
PAGES = (
    "", "parties", *BLANK, "locked", "checks", "inspection", "actions", "stock", "conduct", "handover", "handover/things", "post",
    "outbox",
)  # fmt: skip


class Door:
    """A browser on an enrolled tablet at the small site's door."""

    def __init__(self, app: Flask, site: Site) -> None:
        self.site, self.client = site, app.test_client()
        self.enrolled = enrolment.enrol_at_once(site.project_id, "Door", "door", at("08:00"))
        db.session.rollback()
        self.client.set_cookie("tablet", self.enrolled["credential"])
        self.sent = 0

    def arrives(self, guests: int) -> str:
        entry = self.site.tablet(9).keep(
            "lin", "tours.arrive", "10:00", flat=self.site.id("A"), place=self.site.id("flat"), guests=guests,
            covers=guests, item=self.site.id("covers"),
        )  # fmt: skip
        self.sent += 1
        entry.seq = self.sent
        source = Source(self.enrolled["tablet"], 1, self.site.project_id, at("08:00"))
        self.site.ledger.receive(source, Batch(1, (entry,), "nonce-12", self.sent, "", 0), at("10:01"))
        return entry.id

    def open(self, path: str, language: str = "en") -> TestResponse:
        with clock.standing_at(at("10:05")):
            return self.client.get(f"/{language}{path}")

    def text(self, path: str) -> str:
        response = self.open(path)
        assert response.status_code == 200, response.status
        return response.text

    def page(self, path: str = "", language: str = "en") -> tuple[str, str, str]:
        """The text of a page, its mark and its etag."""
        response = self.open(f"/door/{path}", language)
        assert response.status_code == 200, response.status
        return response.text, response.headers["X-Threshold-Mark"], response.headers["X-Threshold-Etag"]

    def pack(self) -> dict[str, str]:
        with clock.standing_at(at("10:05")):
            answer = self.client.get("/sync/pack?lang=en", headers={"X-Threshold-Sync": "1"}).get_json()
        return {page["url"]: page["etag"] for page in answer["pages"]}


@pytest.fixture
def door(app: Flask, site: Site) -> Door:
    return Door(app, site)


def test_a_page_says_how_far_its_tablet_had_come(door: Door) -> None:
    assert door.page()[1] == "1:0"
    door.arrives(4)
    door.arrives(2)
    text, mark, _etag = door.page()
    assert mark == "1:2"
    assert 'name="threshold-mark" content="1:2"' in text


def test_the_mark_follows_the_store_that_asks(door: Door) -> None:
    door.arrives(4)
    door.client.set_cookie("hw", "3.7.1763869200000")
    assert door.page()[1] == "3:0"
    door.client.set_cookie("hw", "1.7.1763869200000")
    assert door.page()[1] == "1:1"


def test_a_page_and_the_pack_agree_on_its_etag(door: Door) -> None:
    pack = door.pack()
    assert set(pack) == {f"/en/door/{path}" for path in PAGES}
    for path in PAGES:
        assert door.page(path)[2] == pack[f"/en/door/{path}"]


def test_an_arrival_changes_the_pages_that_show_it(door: Door) -> None:
    before = door.pack()
    door.arrives(4)
    after = door.pack()
    changed = {url.rpartition("/")[2] for url in before if before[url] != after[url]}
    assert {"", "parties", "stock", "handover"} <= changed


def test_each_language_has_an_etag_of_its_own(door: Door) -> None:
    assert len({door.page("stock", language)[2] for language in ("en", "zh-Hant", "zh-Hans")}) == 3


def test_a_page_does_not_see_what_comes_while_it_is_drawn(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = stations.mark_of

    def and_then_somebody_comes(tablet_id: str, epoch: int | None = None) -> stations.Mark:
        mark = opened(tablet_id, epoch)
        monkeypatch.setattr(stations, "mark_of", opened)
        door.arrives(4)
        return mark

    monkeypatch.setattr(stations, "mark_of", and_then_somebody_comes)
    text, mark, _etag = door.page("parties")
    assert mark == "1:0"
    later, later_mark, _etag = door.page("parties")
    assert later_mark == "1:1"
    assert text.count("<latest-value") < later.count("<latest-value")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_on_either_database(door: Door, path: str) -> None:
    assert "<h1" in door.page(path)[0]


def mark_in(text: str) -> str:
    """How far the tablet had come, as the page itself says to the overlay."""
    return text.partition('name="threshold-mark" content="')[2].partition('"')[0]


@pytest.mark.parametrize("path", BLANK)
def test_a_blank_page_has_no_fact_in_it_so_everything_is_laid_over_it(door: Door, path: str) -> None:
    door.arrives(4)
    text, mark, etag = door.page(path)
    assert (mark_in(text), mark, len(etag)) == ("0:0", "1:1", 16)
    assert "<tally-value" not in text
    assert set(re.findall(r'<latest-value[^>]* stamp="([0-9]+)"', text)) <= {"0"}


def test_an_id_that_is_not_known_here_gets_the_blank_page(door: Door) -> None:
    """Word for word what the tablet makes of its own blank page when there is no server to ask."""
    made = door.site.id("nothing that has arrived")
    kinds = [page.path.removesuffix("blank") for page in pack_pages("door") if page.path.endswith("/blank")]
    assert "parties/" in kinds
    for kind in kinds:
        blank = door.text(f"/door/{kind}blank").replace(f"/door/{kind}blank", f"/door/{kind}{made}")
        assert door.text(f"/door/{kind}{made}") == blank.replace(str(stations.NOBODY), made)


def test_what_has_arrived_is_in_its_page_and_the_overlay_adds_only_later_things(door: Door) -> None:
    text = door.text(f"/door/parties/{door.arrives(4)}")
    assert mark_in(text) == "1:1"
    assert "data-empty hidden" in text


def test_the_page_of_one_thing_is_in_no_pack(door: Door) -> None:
    """Its copy on a tablet would never be renewed."""
    response = door.open(f"/door/parties/{door.arrives(4)}")
    assert "X-Threshold-Etag" not in response.headers


def test_a_party_of_another_project_is_as_unknown_as_none(door: Door, site: Site) -> None:
    other = Site(site.ledger, "other").build()
    tablet = other.tablet(8)
    party = tablet.keep("lin", "tours.arrive", "10:00", flat=other.id("A"), place=other.id("flat"), guests=7).id
    assert tablet.send().results[0]["outcome"] == "applied"
    text = door.text(f"/door/parties/{party}")
    assert (mark_in(text), "data-empty hidden" in text) == ("0:0", False)


def test_what_is_no_id_is_not_found(door: Door) -> None:
    assert door.open("/door/parties/nonsense").status_code == 404
