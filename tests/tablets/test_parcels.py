"""A tablet's file: taken whole or not at all, twice is once, only from the tablet that made it, for the server it was made for."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import current_app

from tests.cast import Site, at
from tests.conftest import Rows
from tests.tablets.sealing import Browser, Desk, encoded
from tests.tablets.test_life import parties
from webapp.base.database import db
from webapp.operations.entries import Entry
from webapp.tablets import parcels
from webapp.tablets.queries import contacts


class Shop:
    """A site with one enrolled tablet that holds five entries and has sent two."""

    def __init__(self, site: Site) -> None:
        self.site, self.desk, self.browser = site, Desk(site), Browser()
        self.desk.enrols(self.browser, at("09:00"))
        self.kept = parties(site, 5)
        self.desk.sends(self.browser, self.kept[:2], at("10:05"), high_seq=5)
        db.session.rollback()

    def file(self, entries: list[Entry] | None = None, **other: Any) -> bytes:
        return self.browser.file({1: self.kept[2:] if entries is None else entries}, **other)

    def imports(self, file: bytes, by: str = "chen", when: str = "11:00") -> parcels.Opened:
        db.session.rollback()
        return parcels.bring_in(self.site.project_id, file, self.site.person(by), at(when))

    def refuses(self, file: bytes) -> str:
        db.session.rollback()
        with pytest.raises(parcels.Refused) as refused:
            parcels.bring_in(self.site.project_id, file, self.site.person("chen"), at("11:00"))
        return str(refused.value)


@pytest.fixture
def shop(site: Site) -> Shop:
    return Shop(site)


@pytest.mark.database
def test_what_is_imported_is_its_authors_and_the_tablet_hears_duplicate_for_all(shop: Shop, rows: Rows) -> None:
    heard = contacts(shop.site.project_id)
    taken = shop.imports(shop.file())
    assert (taken.entries, taken.tablet) == (3, shop.browser.tablet)
    assert rows.count("operations_receipt", operation="tours.arrive", author_id=shop.site.person("lin")) == 5
    assert rows.count("tours_arrival", author_id=shop.site.person("lin")) == 5
    assert rows.count("tablets_import", author_id=shop.site.person("chen"), entries=3, quarantined=False) == 1
    db.session.rollback()
    (before,), (after,) = heard.values(), contacts(shop.site.project_id).values()
    assert (after.seen_at, before.unsent, after.unsent) == (before.seen_at, 3, 0), "a file is no sign of life"
    answer = shop.desk.sends(shop.browser, shop.kept, at("12:00"))
    assert [each["outcome"] for each in answer.results] == ["duplicate"] * 5
    assert answer.acked_seq == 5


@pytest.mark.database
def test_a_file_imported_twice_is_there_once(shop: Shop, rows: Rows) -> None:
    file = shop.file()
    for when in ("11:00", "11:05"):
        shop.imports(file, when=when)
    assert (rows.count("tours_arrival"), rows.count("tablets_import")) == (5, 1)


def test_a_later_file_may_begin_before_what_is_here_if_it_is_the_same(shop: Shop, rows: Rows) -> None:
    shop.imports(shop.file(shop.kept[2:4]))
    shop.imports(shop.file(shop.kept[2:]))
    assert rows.count("tours_arrival") == 5


def test_entries_of_two_epochs_come_together(shop: Shop, rows: Rows) -> None:
    shop.imports(shop.browser.file({2: parties(shop.site, 2), 1: shop.kept[2:]}))
    assert rows.count("tours_arrival") == 7


def test_a_gap_and_a_fork_refuse_the_file_whole(shop: Shop, rows: Rows) -> None:
    other = parties(shop.site, 4, first=2)
    wrong = {
        "gap": [shop.file(shop.kept[3:]), shop.file([shop.kept[2], shop.kept[4]]), shop.file(shop.kept[2:][::-1])],
        "fork": [shop.file(other), shop.file([other[0], *shop.kept[2:]])],
    }
    for reason, files in wrong.items():
        assert [shop.refuses(file) for file in files] == [reason] * len(files)
    assert rows.count("tours_arrival") == 2
    assert rows.count("tablets_import") == 0
    for file in (shop.browser.file({2: parties(shop.site, 1), 1: shop.kept[3:]}),):
        assert shop.refuses(file) == "gap"
    assert rows.count("tours_arrival") == 2, "nothing of the epoch that was whole"


def test_a_file_with_any_byte_changed_is_refused(shop: Shop, rows: Rows, tell: Callable[[str], None]) -> None:
    """Every byte before the sealed text, every seventh of it, and every length."""
    file, reasons = shop.file(), set()
    places = [*range(141), *range(141, len(file), 7), *range(len(file) - 16, len(file))]
    for place in places:
        changed = bytearray(file)
        changed[place] ^= 1 << place % 8
        reasons.add(shop.refuses(bytes(changed)))
    cuts = [*range(0, 230, 10), *range(230, len(file), 97)]
    reasons |= {shop.refuses(file[:cut]) for cut in cuts} | {shop.refuses(file + b"\0")}
    assert reasons <= {"not_a_parcel", "other_server", "tampered", "unknown_tablet"}
    assert rows.count("tours_arrival") == 2
    tell(f"{len(places)} bytes changed one by one and {len(cuts)} cuts of a file of {len(file)} bytes: all refused")


def test_a_file_that_was_signed_by_another_key_is_refused(shop: Shop) -> None:
    assert shop.refuses(shop.file(signer=ec.generate_private_key(ec.SECP256R1()))) == "tampered"


def test_a_file_under_another_tablets_name_is_refused(shop: Shop) -> None:
    other = Browser(secret="99999999-2222-3333-4444-555555555555")
    shop.desk.enrols(other, at("09:30"))
    assert other.tablet
    assert shop.refuses(shop.file(of=other.tablet.id)) == "tampered"
    assert shop.refuses(shop.file(told={"tablet": other.tablet.id})) == "malformed"


def test_a_file_of_another_site_is_refused(shop: Shop) -> None:
    elsewhere = Site(shop.site.ledger, "other").build()
    with pytest.raises(parcels.Refused, match="unknown_tablet"):
        parcels.bring_in(elsewhere.project_id, shop.file(), elsewhere.person("chen"), at("11:00"))


def test_a_file_for_another_server_is_refused_until_its_secret_is_known(shop: Shop, rows: Rows) -> None:
    file = shop.file()
    current_app.config["SECRET_KEY"] = "another secret"
    assert shop.refuses(file) == "other_server"
    current_app.config["SECRETS_BEFORE"] = ["long ago", "for tests"]
    shop.imports(file)
    assert rows.count("tours_arrival") == 5
    assert len(parcels.key_ids()) == 3


def test_a_tablet_without_a_key_has_no_files(shop: Shop) -> None:
    bare = Browser()
    bare.key, key = ec.generate_private_key(ec.SECP256R1()), bare.key
    bare.secret = "short"
    shown = bare.shown()
    assert (shown.secret_digest, shown.public_key) == ("", base64.b64encode(encoded(bare.key)).decode())
    site = shop.site
    from webapp.tablets import enrolment

    taken = enrolment.enrol(site.project_id, "outside", "door", at("09:30"))
    assert shop.refuses(shop.file(of=taken.tablet.id, signer=key)) == "no_key"


@pytest.mark.parametrize(
    "text", [b"[]", b"{}", b"\xff\xfe", b'{"protocol": 1, "tablet": 5, "build": "", "epochs": [{"epoch": 1, "entries": [{}]}]}']
)
def test_what_is_signed_and_cannot_be_read_is_refused(shop: Shop, text: bytes) -> None:
    assert shop.refuses(shop.file(text=text)) == "malformed"


@pytest.mark.database
def test_a_revoked_tablets_file_counts_only_when_it_is_released(shop: Shop, rows: Rows) -> None:
    site, file = shop.site, shop.file()
    assert shop.browser.tablet
    site.submit("tablets.revoke", author="chen", proof="session", when=at("10:30"), tablet=shop.browser.tablet.id)
    digest = shop.imports(file).digest
    shop.imports(file)
    assert (rows.count("tours_arrival"), rows.count("tablets_parcel")) == (2, 1)
    db.session.rollback()
    (waits,) = parcels.quarantined(site.project_id)
    assert (waits.digest, waits.entries, waits.result, waits.author_id) == (digest, 3, None, site.person("chen"))
    assert parcels.in_quarantine(shop.browser.tablet.id) == {1: 5}
    other = Site(site.ledger, "other").build()
    assert not parcels.rule(other.project_id, digest, "released", other.person("chen"), at("11:30"))
    assert parcels.rule(site.project_id, digest, "released", site.person("chen"), at("11:30"))
    db.session.rollback()
    assert parcels.to_rule_on(site.project_id) == []
    assert not parcels.rule(site.project_id, digest, "rejected", site.person("chen"), at("11:31"))
    assert parcels.rule(site.project_id, digest, "released", site.person("chen"), at("11:32"))
    assert (rows.count("tours_arrival", author_id=site.person("lin")), rows.count("tablets_import_ruling")) == (5, 1)


def test_a_release_that_broke_off_is_offered_again(shop: Shop, rows: Rows) -> None:
    site = shop.site
    assert shop.browser.tablet
    site.submit("tablets.revoke", author="chen", proof="session", when=at("10:30"), tablet=shop.browser.tablet.id)
    digest = shop.imports(shop.file()).digest
    parcels._submit(
        "tablets.rule", {"parcel": digest, "result": "released"}, site.project_id, digest, site.person("chen"), at("11:30")
    )
    db.session.rollback()
    assert [each.digest for each in parcels.to_rule_on(site.project_id)] == [digest]
    assert parcels.rule(site.project_id, digest, "released", site.person("chen"), at("11:31"))
    assert rows.count("tours_arrival") == 5


def test_a_rejected_file_never_counts(shop: Shop, rows: Rows) -> None:
    site = shop.site
    assert shop.browser.tablet
    site.submit("tablets.revoke", author="chen", proof="session", when=at("10:30"), tablet=shop.browser.tablet.id)
    digest = shop.imports(shop.file()).digest
    assert parcels.rule(site.project_id, digest, "rejected", site.person("chen"), at("11:30"))
    assert not parcels.rule(site.project_id, digest, "released", site.person("chen"), at("11:31"))
    assert rows.count("tours_arrival") == 2


@pytest.mark.parametrize("who", ["lin", "stranger"])
def test_who_may_not_rule_on_a_file(shop: Shop, rows: Rows, who: str) -> None:
    outcome = shop.site.submit("tablets.rule", author=who, proof="session", when=at("11:00"), parcel="0" * 64, result="released")
    assert (outcome.outcome, outcome.errors) == ("refused", {"": "role"})
    assert rows.count("tablets_import_ruling") == 0


def test_the_text_of_a_file_is_nowhere_in_it(shop: Shop) -> None:
    file = shop.file()
    assert json.loads(shop.kept[2].body)["guests"] == "2"
    for word in (b"tours.arrive", b"guests", shop.kept[2].id.encode()):
        assert word not in file
