"""What must hold before the first guest is received: one plain sentence each, and exit 1."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.tls import made, shown
from webapp.base import clock, database, migrations
from webapp.base.certificates import Files
from webapp.cli import main
from webapp.factory import DEFAULT_SECRET, create_app

COMMANDS = ("doctor", "serve")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, builds: str) -> Path:
    """A site with its schema, as the environment tells of it."""
    data = tmp_path / "data"
    monkeypatch.setenv("THRESHOLD_DATA", str(data))
    monkeypatch.setenv("THRESHOLD_SECRET", "for tests, thirty-two characters")
    for name in ("DATABASE_URL", "THRESHOLD_FAULT", "THRESHOLD_TESTING", "THRESHOLD_URL", "THRESHOLD_PROXIES", "THRESHOLD_TLS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "builds").symlink_to(builds)
    return data


@pytest.fixture
def migrated(folder: Path) -> Path:
    with create_app().app_context():
        migrations.upgrade()
        database.db.session.remove()
        database.db.engine.dispose()
    return folder


@pytest.fixture(autouse=True)
def never_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a gate let through what it must not, no server runs away."""
    monkeypatch.setattr("webapp.server.serve", lambda *_: None)


def typed(command: str) -> Result:
    return CliRunner().invoke(main, [command], catch_exceptions=False)


def is_refused(command: str, *words: str) -> bool:
    result = typed(command)
    assert "Traceback" not in result.output
    assert [word for word in words if word not in result.output] == [], result.output
    return result.exit_code == 1


def test_all_is_well(migrated: Path) -> None:
    result = typed("doctor")
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "ready")
    assert "journal wal" in result.output
    assert typed("serve").exit_code == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_without_its_schema_is_refused(folder: Path, command: str) -> None:
    assert is_refused(command, "run `threshold migrate`")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_secret_that_everybody_knows_is_refused(migrated: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("THRESHOLD_SECRET", DEFAULT_SECRET)
    assert is_refused(command, "THRESHOLD_SECRET is not set")


@pytest.mark.parametrize("command", COMMANDS)
def test_an_old_sqlite_in_wal_is_refused(migrated: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """As if a younger process had left the database in WAL and an old library opened it."""
    monkeypatch.setattr(database, "sqlite_version", lambda _connection: (3, 40, 1))
    assert is_refused(command, "3.40.1 is older than 3.51.3")


def test_an_old_sqlite_goes_on_with_the_rollback_journal_and_says_so(migrated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "SQLITE_SAFE", (99, 0, 0))
    result = typed("doctor")
    assert (result.exit_code, "journal delete" in result.output) == (0, True)
    assert "slower rollback journal" in result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_a_data_folder_that_cannot_be_written_is_refused(migrated: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    def refuse(path: Path, *_args: object, **_kwargs: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "write_text", refuse)  # root may write anywhere, so the mode of a folder shows nothing
    assert is_refused(command, str(migrated), "cannot be written (Permission denied)", "THRESHOLD_DATA")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_data_folder_that_cannot_be_made_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("THRESHOLD_DATA", str(tmp_path / "file" / "data"))
    assert is_refused(command, "cannot be written (Not a directory)", "THRESHOLD_DATA")


@pytest.mark.parametrize("command", COMMANDS)
def test_another_file_than_the_data_folders_is_named_itself(folder: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    def refuse(_config: object = None) -> None:
        raise PermissionError(13, "Permission denied", "/opt/threshold/migrations")

    monkeypatch.setattr("webapp.cli.create_app", refuse)
    assert is_refused(command, "/opt/threshold/migrations: Permission denied.")
    assert "THRESHOLD_DATA" not in typed(command).output


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_that_is_not_one_is_refused(folder: Path, command: str) -> None:
    (folder / "threshold.db").write_bytes(b"this is no database " * 400)
    assert is_refused(command, "cannot be opened")


def test_a_start_without_a_site_says_how_to_open_one_and_is_a_start(migrated: Path) -> None:
    told = typed("doctor")
    assert (told.exit_code, "There is no site yet" in told.output, "threshold sites open" in told.output) == (0, True, True)
    assert typed("serve").exit_code == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_a_kill_point_of_the_tests_is_refused(migrated: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("THRESHOLD_FAULT", "inserted:1")
    assert is_refused(command, "THRESHOLD_FAULT is set")


@pytest.mark.parametrize(("url", "proxies", "words"), [
    ("http://tablets.lan", "0", "tablets need https"), ("https://localhost:1", "0", "THRESHOLD_PROXIES is 0"),
])  # fmt: skip
def test_an_address_that_tablets_cannot_use_is_said_and_stops_nothing(
    migrated: Path, monkeypatch: pytest.MonkeyPatch, url: str, proxies: str, words: str
) -> None:
    monkeypatch.setenv("THRESHOLD_URL", url)
    monkeypatch.setenv("THRESHOLD_PROXIES", proxies)
    result = typed("doctor")
    assert (result.exit_code, words in result.output) == (0, True)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_certificate_that_ends_soon_is_said_at_the_start(migrated: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    files = Files(migrated / "tls", migrated / "tls" / "root-key.pem")
    made(files, clock.now() - 385 * clock.DAY)
    monkeypatch.setenv("THRESHOLD_PROXIES", "1")
    with shown(files) as port:
        monkeypatch.setenv("THRESHOLD_URL", f"https://localhost:{port}")
        result = typed(command)
    assert (result.exit_code, "certificate ends on" in result.output, "in 11 days" in result.output) == (0, True, True)
