"""`threshold tablets drain` and `… import`: what they print, how they end, and what the tablets' pages say meanwhile."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from tests.cast import Site, at
from tests.conftest import Rows
from tests.tablets.sealing import Browser, Desk
from tests.tablets.test_life import fresh, parties
from webapp.base import clock
from webapp.base.database import db
from webapp.operations.entries import Batch
from webapp.tablets import commands
from webapp.tablets.parcels import REASONS
from webapp.tablets.queries import drains_since

EVERYTHING = "Everything is in: the address may change now.\n"


class Told:
    """A site with a tablet that holds five entries and has sent two, and its server's command line."""

    def __init__(self, app: Flask, site: Site, code: str) -> None:
        self.app, self.site, self.code = app, site, code
        self.desk, self.browser, self.kept = Desk(site), Browser(), parties(site, 5)
        self.desk.enrols(self.browser, at("09:00"))
        self.desk.sends(self.browser, self.kept[:2], at("10:05"), high_seq=5)
        db.session.rollback()

    def types(self, *words: str, when: str = "11:00") -> Result:
        with clock.standing_at(at(when)):
            return CliRunner().invoke(commands.tablets, [words[0], "--project", self.code, *words[1:]], obj=lambda: self.app)

    def beats(self, when: str, sent: int) -> None:
        source = self.browser.source
        self.site.ledger.receive(source, Batch(1, tuple(self.kept[:sent]), "nonce-12", 5, "", 0), at(when))
        db.session.rollback()


@pytest.fixture
def told(app: Flask, site: Site) -> Told:
    return Told(app, site, site.key[:16])


@pytest.mark.database
def test_draining_names_who_has_not_sent_everything_and_ends_with_0_when_all_is_in(told: Told, rows: Rows) -> None:
    told.beats("10:50", sent=2)
    first = told.types("drain")
    assert (first.exit_code, first.output) == (1, "tablet 1, 門口: 3 entries to send\n")
    told.beats("11:05", sent=5)
    then = told.types("drain", when="11:06")
    assert (then.exit_code, then.output) == (0, EVERYTHING)
    assert rows.count("tablets_drain") == 1, "asking again asks the tablets once"


def test_a_tablet_that_was_not_heard_since_it_was_asked_is_named_though_it_has_told_of_nothing(told: Told) -> None:
    told.beats("10:50", sent=5)
    named = told.types("drain")
    assert (named.exit_code, named.output) == (1, "tablet 1, 門口: not heard since it was asked: what it holds is not known\n")
    told.beats("11:01", sent=5)
    assert told.types("drain", when="11:02").exit_code == 0


def test_a_tablet_that_was_never_heard_of_is_named_and_a_revoked_one_is_not(told: Told) -> None:
    told.beats("11:01", sent=5)
    other = told.desk.enrols(Browser(secret="9" * 36), at("10:59"), name="水吧").tablet
    assert told.types("drain").output.splitlines()[-1].startswith("tablet 2, 水吧: not heard since")
    told.beats("11:02", sent=5)
    told.site.submit("tablets.revoke", author="chen", proof="session", when=at("11:03"), tablet=other.id)
    db.session.rollback()
    assert told.types("drain", when="11:04").exit_code == 0


def test_waiting_looks_again_until_everything_is_in(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody sleeps here: while the command waits the tablet sends one more each time."""
    waits: list[float] = []

    def sends_one(seconds: float) -> None:
        waits.append(seconds)
        told.beats("11:01", sent=2 + len(waits))

    monkeypatch.setattr(commands.time, "sleep", sends_one)
    waited = told.types("drain", "--wait")
    assert (waited.exit_code, waits) == (0, [commands.LOOK_AGAIN] * 3)
    assert waited.output == "".join(f"tablet 1, 門口: {left} entries to send\n" for left in (3, 2, 1)) + EVERYTHING


def test_the_end_of_it_is_said_once_and_without_a_beginning_says_nothing(told: Told, rows: Rows) -> None:
    for _twice in range(2):
        assert told.types("drain", "--end").output == "The tablets are no longer asked.\n"
    assert rows.count("tablets_drain") == 0
    told.types("drain")
    db.session.rollback()
    assert drains_since(told.site.project_id) == at("11:00")
    assert told.types("drain", "--end", when="11:05").exit_code == 0
    db.session.rollback()
    assert drains_since(told.site.project_id) is None


@pytest.mark.database
def test_a_file_is_imported_whole_once_and_says_so(told: Told, rows: Rows, tmp_path: Path) -> None:
    path = tmp_path / "threshold-1.parcel"
    path.write_bytes(told.browser.file({1: told.kept[2:]}))
    for when in ("11:00", "11:05"):
        taken = told.types("import", str(path), when=when)
        assert (taken.exit_code, taken.output) == (0, "3 entries of tablet 1, 門口: here now.\n")
    assert (rows.count("tours_arrival"), rows.count("tablets_import")) == (5, 1)


def test_a_revoked_tablets_file_is_put_aside(told: Told, rows: Rows, tmp_path: Path) -> None:
    assert told.browser.tablet
    told.site.submit("tablets.revoke", author="chen", proof="session", when=at("10:30"), tablet=told.browser.tablet.id)
    path = tmp_path / "threshold-1.parcel"
    path.write_bytes(told.browser.file({1: told.kept[2:]}))
    db.session.rollback()
    taken = told.types("import", str(path))
    assert (taken.exit_code, taken.output) == (0, "3 entries of tablet 1, 門口: put aside until a supervisor rules on them.\n")
    assert rows.count("tours_arrival") == 2
    assert fresh(told.site, told.browser.tablet.id).barred == "revoked"


def test_what_is_no_file_of_a_tablet_ends_with_1_and_takes_nothing(told: Told, rows: Rows, tmp_path: Path) -> None:
    path = tmp_path / "threshold-1.parcel"
    whole = told.browser.file({1: told.kept[2:]})
    for wrong, why in ((b"", "not_a_parcel"), (whole[:-1], "tampered"), (told.browser.file({1: told.kept[3:]}), "gap")):
        path.write_bytes(wrong)
        refused = told.types("import", str(path))
        assert (refused.exit_code, refused.output) == (1, f"Error: {REASONS[why]}\n")
    assert (rows.count("tours_arrival"), rows.count("tablets_import")) == (2, 0)


@pytest.mark.parametrize("words", [["drain"], ["drain", "--end"], ["import", __file__]])
def test_a_project_that_is_not_there_is_said(told: Told, words: list[str]) -> None:
    told.code = "NOBODY"
    said = told.types(*words)
    assert (said.exit_code, said.output) == (1, "Error: There is no project NOBODY.\n")
