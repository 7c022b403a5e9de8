"""Codes, passwords and desk sessions."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask

from tests.cast import Site, at
from tests.conftest import Rows
from webapp.base.clock import DAY
from webapp.base.database import db
from webapp.staff import access, queries
from webapp.staff.models import Code
from webapp.staff.rules import IDLE_WITHIN, LOCKED_AFTER, SECOND

pytestmark = pytest.mark.database
QUICK = 1_000
"""Rounds in tests; a tablet refuses fewer than 600,000."""


def test_the_right_code_opens_and_the_wrong_one_does_not(site: Site) -> None:
    lin = site.person("lin")
    access.set_code(lin, "204618", rounds=QUICK)
    assert access.check_code(lin, "２０４６１８", at("09:00")).person_id == lin
    assert access.check_code(lin, "204619", at("09:00")).person_id is None
    assert access.check_code(site.person("he"), "204618", at("09:00")).person_id is None


def test_a_verifier_takes_six_hundred_thousand_rounds(site: Site) -> None:
    access.set_code(site.person("lin"), "204618")
    row = db.session.get(Code, site.person("lin"))
    assert row
    assert (row.rounds, row.shown) == (600_000, None)


def test_wrong_codes_in_a_row_have_to_wait_longer_and_longer(site: Site) -> None:
    lin, now = site.person("lin"), at("09:00")
    access.set_code(lin, "204618", rounds=QUICK)
    waits = []
    for _ in range(4):
        wait = access.check_code(lin, "000000", now, "tablet").wait_until
        db.session.rollback()
        waits.append(wait and wait - now)
        now = wait or now
    assert waits == [None, None, 5 * SECOND, 10 * SECOND]
    assert access.check_code(lin, "204618", now - 1, "tablet").person_id is None, "the right code has to wait too"
    assert access.check_code(lin, "204618", now - 1, "another tablet").person_id == lin
    assert access.check_code(lin, "204618", now, "tablet").person_id == lin


def test_a_desk_is_opened_by_a_password_and_closed_by_signing_out(site: Site) -> None:
    access.set_password(site.person("chen"), "Chen", "correct horse")
    found = access.sign_in(" chen", "correct horse", at("09:00"))
    assert found.person_id == site.person("chen")
    assert found.token
    assert access.person_of(found.token, at("09:30")) == site.person("chen")
    db.session.rollback()
    access.sign_out(found.token, at("09:31"))
    assert access.person_of(found.token, at("09:32")) is None


def test_an_idle_desk_closes_itself_and_a_used_one_stays_open(site: Site) -> None:
    token = access.open_session(site.person("chen"), at("09:00"))
    assert access.person_of(token, at("10:30"))
    db.session.rollback()
    assert access.person_of(token, at("12:00"))
    db.session.rollback()
    assert access.person_of(token, at("12:00") + IDLE_WITHIN) is None


def test_a_wrong_password_and_an_unknown_account_look_alike(site: Site) -> None:
    access.set_password(site.person("chen"), "chen", "correct horse")
    assert access.sign_in("chen", "wrong", at("09:00")) == access.sign_in("nobody", "wrong", at("09:00"))


def test_the_database_holds_no_token_and_no_password(site: Site, rows: Rows) -> None:
    token = access.open_session(site.person("chen"), at("09:00"))
    assert rows.count("staff_session", token_digest=token) == 0
    assert access.person_of(token[:-1] + ("A" if token[-1] != "A" else "B"), at("09:00")) is None


def test_the_tenth_wrong_code_locks_it_at_that_tablet_until_the_desk_opens_it(site: Site) -> None:
    lin, now = site.person("lin"), at("09:00")
    access.set_code(lin, "204618", rounds=QUICK)
    for tries in range(1, LOCKED_AFTER + 1):
        tried = access.check_code(lin, "000000", now, "tablet")
        assert (tried.is_looked_at, tried.is_locked) == (True, tries == LOCKED_AFTER)
        now = tried.wait_until or now
    assert access.check_code(lin, "204618", now + DAY, "tablet").is_locked, "not even the right one, not even a day later"
    assert access.check_code(lin, "204618", now, "another tablet").person_id == lin
    assert queries.locked_codes(["tablet", "another tablet"]) == [(lin, "tablet")]
    access.reopen_code(lin, "tablet")
    assert access.check_code(lin, "204618", now, "tablet").person_id == lin
    assert queries.locked_codes(["tablet"]) == []


def test_a_new_code_is_not_locked(site: Site) -> None:
    lin, now = site.person("lin"), at("09:00")
    access.set_code(lin, "204618", rounds=QUICK)
    for _ in range(LOCKED_AFTER):
        now = access.check_code(lin, "000000", now, "tablet").wait_until or now
    access.set_code(lin, "731902", rounds=QUICK)
    assert access.check_code(lin, "731902", now, "tablet").person_id == lin


def test_a_hundred_guesses_at_once_are_not_a_hundred_guesses(site: Site, app: Flask, tell: Callable[[str], None]) -> None:
    lin = site.person("lin")
    access.set_code(lin, "204618", rounds=QUICK)
    db.session.rollback()

    def guess(number: int) -> access.SignIn:
        with app.app_context():
            try:
                return access.check_code(lin, f"{number:06}", at("09:00"), "tablet")
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        looked_at = sum(tried.is_looked_at for tried in pool.map(guess, range(100)))
    assert looked_at == 3, "the third makes the fourth wait"
    tell(f"100 wrong codes at once from 8 threads, {looked_at} looked at")


ONE_PROCESS = """
import sys
from webapp.factory import create_app
from webapp.staff import access
with create_app({"DATABASE_URL": sys.argv[1], "DATA_FOLDER": sys.argv[2], "BUILDS_FOLDER": sys.argv[3]}).app_context():
    tries = [access.check_code(sys.argv[4], "000000", int(sys.argv[5]), "tablet") for _ in range(5)]
print(sum(tried.is_looked_at for tried in tries))
"""


def test_two_processes_count_together(site: Site, app: Flask, tmp_path: Path, builds: str) -> None:
    access.set_code(site.person("lin"), "204618", rounds=QUICK)
    db.session.rollback()
    told = [app.config["DATABASE_URL"], str(tmp_path), builds, site.person("lin"), str(at("09:00"))]
    command, here = [sys.executable, "-c", ONE_PROCESS, *told], Path(__file__).parents[2]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=here) for _ in range(2)]
    assert sum(int(each.communicate(timeout=120)[0]) for each in both) == 3
