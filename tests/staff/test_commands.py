"""Passwords and digits given from the shell: asked for twice, shown nowhere, and what the old ones opened ends."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask

from tests.conftest import NOW
from webapp import opening
from webapp.base import clock, migrations, sheet
from webapp.base.database import Base, db
from webapp.cli import main
from webapp.factory import create_app
from webapp.operations.ledger import the_ledger
from webapp.sites import queries as sites
from webapp.staff import access
from webapp.staff.rules import is_weak_code, is_weak_password

GOOD, OTHER = "three grey herons", "nine wet umbrellas"
EXAMPLE = opening.plan(sheet.read(opening.example().encode(), opening.SITE).tree)
Threshold = Callable[..., Result]


@pytest.fixture
def data(tmp_path: Path, builds: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, as the environment tells of it."""
    (tmp_path / "builds").symlink_to(builds)
    monkeypatch.setenv("THRESHOLD_DATA", str(tmp_path))
    monkeypatch.setenv("THRESHOLD_SECRET", "for tests, thirty-two characters")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, builds: str) -> Path:
    """The database of the example's site, made once."""
    folder = tmp_path_factory.mktemp("town")
    path = folder / "threshold.db"
    app = create_app({"DATABASE_URL": f"sqlite:///{path}", "DATA_FOLDER": str(folder), "BUILDS_FOLDER": builds})
    with app.app_context():
        migrations.upgrade()
        opening.carry_out(EXAMPLE, NOW)
        with db.engine.connect() as connection:
            connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
        db.session.remove()
        db.engine.dispose()
    return path


@pytest.fixture
def town(template: Path, data: Path) -> Iterator[Flask]:
    shutil.copy(template, data / "threshold.db")
    app = create_app()
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def threshold(town: Flask) -> Threshold:
    def typed(*words: str, said: str = "") -> Result:
        told = CliRunner().invoke(main, list(words), input=said)
        db.session.rollback()
        return told

    return typed


def noted(kind: str) -> list[str]:
    audit = Base.metadata.tables["operations_audit"]
    with db.engine.connect() as connection:
        return list(connection.scalars(sa.select(audit.c.detail).where(audit.c.kind == kind)))


def test_a_password_opens_the_desk_and_ends_what_the_last_one_opened(threshold: Threshold) -> None:
    with clock.standing_at(NOW):
        given = threshold("staff", "password", "Zhou", said=f"{GOOD}\n{GOOD}\n")
        assert given.exit_code == 0, given.output
        token = str(access.sign_in("zhou", GOOD, NOW).token)
        assert access.person_of(token, NOW)
        assert threshold("staff", "password", "zhou", said=f"{OTHER}\n{OTHER}\n").exit_code == 0
    assert access.person_of(token, NOW) is None
    assert access.sign_in("zhou", GOOD, NOW).token is None
    assert access.sign_in("zhou", OTHER, NOW).token
    assert noted("staff.password.set") == ['{"by":"system at the command line"}'] * 2
    assert GOOD not in given.output


def test_somebody_who_was_kept_waiting_is_not_after_a_new_password(threshold: Threshold) -> None:
    threshold("staff", "password", "zhou", said=f"{GOOD}\n{GOOD}\n")
    for _try in range(5):
        access.sign_in("zhou", "forgotten", NOW)
    assert access.sign_in("zhou", GOOD, NOW).token is None
    threshold("staff", "password", "zhou", said=f"{OTHER}\n{OTHER}\n")
    assert access.sign_in("zhou", OTHER, NOW).token


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("short\nshort\n", "at least 12 characters"),
        (f"{GOOD}\n{OTHER}\n", "do not match"),
        ("\n\n", ""),
    ],
    ids=["short", "not the same", "nothing"],
)
def test_what_is_typed_wrongly_is_asked_again_and_changes_nothing(threshold: Threshold, said: str, words: str) -> None:
    refused = threshold("staff", "password", "zhou", said=said)
    assert refused.exit_code == 1
    assert words in refused.output
    assert noted("staff.password.set") == []


def test_nobody_gets_an_account_who_has_none(threshold: Threshold) -> None:
    for who in ("lin", "靜怡", ""):
        refused = threshold("staff", "password", who, said=f"{GOOD}\n{GOOD}\n")
        assert (refused.exit_code, "There is no account" in refused.output) == (1, True)


def test_a_secret_is_never_an_argument(threshold: Threshold) -> None:
    for words in (
        ("password", "zhou", GOOD),
        ("code", "靜怡", "204618", "--project", "JHT"),
        ("password", "zhou", "--password", GOOD),
    ):
        assert threshold("staff", *words).exit_code == 2


@pytest.mark.parametrize("who", ["林靜怡", "靜怡", "chen", "思遠"])
def test_digits_are_given_by_account_or_name(threshold: Threshold, who: str) -> None:
    site = sites.project_by_code("JHT")
    assert site
    given = threshold("staff", "code", who, "--project", "JHT", said="20４618\n20４618\n")
    assert given.exit_code == 0, given.output
    assert "204618" not in given.output
    assert noted("staff.code.set") == ['{"by":"system at the command line"}']
    key = "chen" if who in {"chen", "思遠"} else "lin"
    named = next(step.id for step in EXAMPLE.steps if step.operation == "staff.add_person" and step.path == ("people", key))
    assert access.check_code(named, "204618", NOW).person_id == named


def test_other_digits_end_what_the_old_ones_opened_at_tablets(threshold: Threshold) -> None:
    site = sites.project_by_code("JHT")
    assert site
    chen, tablet = str(access.owner_of("chen")), site.id
    grant_id = access.give_grant(site.id, tablet, chen, NOW)
    with clock.standing_at(NOW + 60_000):
        threshold("staff", "code", "chen", "--project", "JHT", said="731945\n731945\n")
    with db.engine.connect() as connection:
        grant = the_ledger().grants(connection, site.id, {grant_id})[grant_id]
    assert grant.covers(chen, tablet, NOW + 30_000), "what was recorded before keeps its proof"
    assert not grant.covers(chen, tablet, NOW + 3_600_000)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("老王", "--project", "JHT"), "Nobody here is called 老王; there are 周致和"),
        (("靜怡", "--project", "YQF"), "There is no project YQF."),
        (("zhou2", "--project", "JHT"), "Nobody here is called zhou2"),
    ],
)
def test_whom_there_is_not_gets_no_digits(threshold: Threshold, words: tuple[str, ...], told: str) -> None:
    refused = threshold("staff", "code", *words, said="204618\n204618\n")
    assert (refused.exit_code, told in refused.output) == (1, True), refused.output


def test_two_of_a_name_are_told_apart_by_their_accounts(threshold: Threshold) -> None:
    more = "  si: {name: 陳思恩, call_name: 思遠, language: zh-Hant, roles: [greeter]}\n"
    opening.carry_out(opening.plan(opening.read((opening.example() + more).encode()).tree), NOW)
    assert "Several people are called 思遠" in threshold("staff", "code", "思遠", "--project", "JHT", said="1\n").output
    assert threshold("staff", "code", "chen", "--project", "JHT", said="204618\n204618\n").exit_code == 0


@pytest.mark.parametrize("said", ["123456", "000000", "20461", "five"])
def test_digits_that_anybody_would_try_are_asked_again(threshold: Threshold, said: str) -> None:
    refused = threshold("staff", "code", "靜怡", "--project", "JHT", said=f"{said}\n")
    assert (refused.exit_code, "Error: " in refused.output) == (1, True)
    assert noted("staff.code.set") == []


def test_before_the_schema_is_there_it_says_what_to_do(data: Path, tmp_path: Path) -> None:
    for words in (["staff", "password", "zhou"], ["staff", "code", "zhou", "--project", "JHT"]):
        told = CliRunner().invoke(main, words)
        assert (told.exit_code, "threshold migrate" in told.output) == (1, True)


def test_what_is_typed_at_a_terminal_is_not_shown(town: Flask, data: Path) -> None:
    """A real terminal, which shows what is typed unless it is told not to."""
    ours, theirs = pty.openpty()
    code = "import fcntl, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); from webapp.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "staff", "password", "zhou"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = ""
    for prompt in ("Password: ", "Once more: "):
        shown = _until(ours, shown, prompt)
        os.write(ours, f"{GOOD}\n".encode())
    shown = _until(ours, shown, "from now on.")
    assert process.wait(30) == 0
    os.close(ours)
    assert GOOD not in shown
    assert access.sign_in("zhou", GOOD, clock.now()).token


def _until(terminal: int, shown: str, words: str) -> str:
    while words not in shown:
        ready, _w, _x = select.select([terminal], [], [], 60)
        assert ready, shown
        shown += os.read(terminal, 4096).decode()
    return shown


@pytest.mark.parametrize(
    "password",
    [
        "short1234567"[:11],
        "aaaaaaaaaaaaaaa",
        "password12345678",
        "Zhou-2026-2026",
        "1234567890123",
        "Threshold!2026",
        "qwertyuiop[]12",
    ],
)
def test_a_password_that_anybody_would_try_is_weak(password: str) -> None:
    assert is_weak_password(password, "zhou")


@pytest.mark.parametrize("password", [GOOD, OTHER, "雨傘在門口等了三天也沒人來拿", "k7Vq-p2Rx-w9Tz", "zhou likes umbrellas"])
def test_a_password_of_ones_own_is_not(password: str) -> None:
    assert not is_weak_password(password, "zhou")


@pytest.mark.parametrize("digits", ["000000", "123456", "654321", "012345", "121212", "123123", "987654"])
def test_digits_in_a_row_are_weak(digits: str) -> None:
    assert is_weak_code(digits)


@pytest.mark.parametrize("digits", ["204618", "731945", "112233", "123457", "100001"])
def test_others_are_not(digits: str) -> None:
    assert not is_weak_code(digits)


def test_no_tablet_gives_passwords_or_digits() -> None:
    """Only whoever has the shell, an administrator on a person's page (tests/pages/test_people.py), and the demo."""
    gives = re.compile(r"\b(set_password|set_code|open_account)\(")
    webapp = Path(access.__file__).parents[1]
    found = {str(path.relative_to(webapp)) for path in webapp.rglob("*.py") if gives.search(path.read_text("utf-8"))}
    assert found == {"staff/access.py", "staff/commands.py", "staff/views.py", "opening.py", "demo/people.py"}
