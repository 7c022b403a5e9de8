"""What is typed on the server: each command as a person would use it."""

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from webapp.base import ids
from webapp.base.database import db
from webapp.cli import main
from webapp.factory import create_app
from webapp.operations.ledger import the_ledger
from webapp.operations.models import Revision
from webapp.operations.rules import SYSTEM


@pytest.fixture
def data(tmp_path: Path, builds: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own, with the static files laid out already."""
    (tmp_path / "builds").symlink_to(builds)
    monkeypatch.setenv("THRESHOLD_DATA", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("THRESHOLD_SECRET", raising=False)
    return tmp_path


def threshold(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_a_new_machine_gets_the_demo_site_once(data: Path) -> None:
    assert threshold("migrate").exit_code == 0
    first, second = threshold("demo"), threshold("demo")
    assert first.exit_code == second.exit_code == 0, first.output
    assert "204618" in first.output
    one, two = (threshold("state", "--project", "YQF", "--at", "9999999999999", "--json").output for _again in range(2))
    assert one == two


def test_the_demo_is_not_loaded_into_somebody_elses_site(data: Path) -> None:
    threshold("migrate")
    with create_app().app_context():
        words = json.dumps({"zh-Hant": "真", "zh-Hans": "真", "en": "Real"})
        site = {
            "code": "REAL",
            "names": words,
            "zone": "Asia/Shanghai",
            "record_language": "zh-Hant",
            "opens": "540",
            "closes": "1080",
        }
        project = ids.derived("a real site")
        the_ledger().submit("sites.open_project", site, project_id=project, author_id=None, proof=SYSTEM, entry_id=project)
    refused = threshold("demo")
    assert "not loaded" in refused.output
    assert threshold("tablets", "enrol", "--project", "YQF", "--name", "x").exit_code == 1


def test_a_tablet_is_enrolled_with_everything_a_client_needs(data: Path) -> None:
    threshold("migrate")
    threshold("demo")
    line = threshold("tablets", "enrol", "--project", "YQF", "--name", "Door", "--json").output
    given = json.loads(line)
    assert set(given) == {"url", "tablet", "epoch", "credential", "project", "actors", "protocol"}
    assert given["url"] == "http://127.0.0.1:8000/sync"
    assert (given["epoch"], given["protocol"]) == (1, 1)
    assert {"id", "name", "roles", "pin"} == set(given["actors"][0])
    assert all(len(each["pin"]) == 6 for each in given["actors"])
    code = threshold("tablets", "enrol", "--project", "YQF", "--name", "Door").output.strip()
    assert len(code.replace("-", "")) == 8
    asked = ("tablets", "enrol", "--project", "YQF", "--name", "Door", "--at")
    assert len(threshold(*asked, "flat-a").output.strip().replace("-", "")) == 8
    refused = threshold(*asked, "bar")
    assert (refused.exit_code, "cannot stand at bar" in refused.output) == (1, True)


def test_the_last_line_of_a_state_is_the_hash_of_what_stands_before_it(data: Path) -> None:
    threshold("migrate")
    threshold("demo")
    text = threshold("state", "--project", "YQF", "--at", "9999999999999", "--json").output
    before, _newline, last = text.rstrip("\n").rpartition("\n")
    assert last == "sha256:" + hashlib.sha256((before + "\n").encode()).hexdigest()
    assert json.loads(before)["at"] == 9999999999999


def test_the_doctor_says_ready_when_it_is(data: Path) -> None:
    assert "migrate" in threshold("doctor").output
    threshold("migrate")
    assert "THRESHOLD_SECRET" in threshold("doctor").output
    threshold("demo")
    found = threshold("doctor")
    assert found.exit_code == 0
    assert found.output.endswith("ready\n")


def test_a_backup_can_be_put_back(data: Path) -> None:
    threshold("migrate")
    threshold("demo")
    state = threshold("state", "--project", "YQF", "--at", "9999999999999", "--json").output
    copy = data / "copies" / "one.db"
    assert threshold("backup", str(copy)).exit_code == 0
    assert threshold("backup", str(copy)).exit_code == 1, "an existing backup is never overwritten"
    (data / "threshold.db").unlink()
    restored = threshold("restore", str(copy))
    assert restored.exit_code == 0, restored.output
    assert threshold("state", "--project", "YQF", "--at", "9999999999999", "--json").output == state
    with create_app().app_context():
        assert min(db.session.scalars(select(Revision.no))) > 1_000_000_000_000, "no tablet may take an old page for a new one"


def test_a_damaged_backup_is_refused(data: Path) -> None:
    threshold("migrate")
    bad = data / "bad.db"
    bad.write_bytes(b"this is no database" * 100)
    refused = threshold("restore", str(bad))
    assert refused.exit_code == 1
    assert "cannot be opened" in refused.output
