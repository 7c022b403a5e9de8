"""A backup is made while people work and believed once opened; after a restore the tablets send again, nothing is missing."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import Rows
from tests.operations import notebook  # noqa: F401 - declares the operations that these tests use
from tests.operations.pads import START, Pad, outcomes, people
from webapp.base import backup, copying
from webapp.base.database import db
from webapp.operations.entries import Entry
from webapp.operations.ledger import Ledger

HOUR = 3_600_000


@pytest.fixture
def book(app: Flask) -> Ledger:
    return Ledger(people)


@pytest.fixture
def copy(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """Where the backup goes; skips where there is no pg_dump for this server."""
    if db.engine.dialect.name == "postgresql" and not _has_pg_dump():
        pytest.skip("needs pg_dump")
    yield tmp_path / "backups" / "hourly"
    db.session.remove()
    db.engine.dispose()


def _has_pg_dump() -> bool:
    try:
        backup._pg_program("pg_dump", backup._server_major())
    except backup.BackupFailed:
        return False
    return True


class Store:
    """A tablet's store: keeps what was answered, and sends it again when `acked_seq` falls."""

    def __init__(self, number: int) -> None:
        self.pad, self.acked, self.waiting = Pad(number), 0, list[Entry]()

    def record(self, count: int, at: int) -> None:
        self.waiting += [self.pad.keep(at=at + number, text=f"note {number}") for number in range(count)]

    def sync(self, book: Ledger, at: int) -> None:
        """A heartbeat, then whatever waits."""
        self._heard(self.pad.send(book, [], at=at).acked_seq)
        while self.waiting:
            answer = self.pad.send(book, self.waiting[:200], at=at)
            sent, self.waiting = self.waiting[:200], self.waiting[200:]
            assert set(outcomes(answer)) <= {"applied", "duplicate"}
            self._heard(answer.acked_seq)
            assert sent[-1].seq <= answer.acked_seq

    def _heard(self, acked: int) -> None:
        if acked < self.acked:
            self.waiting = [entry for entry in self.pad.kept if entry.seq > acked]
        self.acked = acked


@pytest.mark.database
def test_the_drill(book: Ledger, rows: Rows, copy: Path) -> None:
    """A backup an hour old is put back; the tablets send again; nothing is missing and nothing is there twice."""
    stores = [Store(number) for number in (1, 2, 3)]
    for store in stores:
        store.record(30, START)
        store.sync(book, START + HOUR)
    found = backup.backup(copy)
    assert ("90 entries" in found) or ("tables in the dump" in found)
    for store in stores:
        store.record(20, START + 2 * HOUR)
        store.sync(book, START + 2 * HOUR)
    assert rows.count("notebook_note") == 150

    db.session.remove()
    backup.restore(copy)
    assert rows.count("notebook_note") == 90
    for store in stores:
        store.record(1, START + 3 * HOUR)
        store.sync(book, START + 3 * HOUR)

    kept = [entry.id for store in stores for entry in store.pad.kept]
    assert rows.count("notebook_note") == rows.count("operations_receipt", outcome="applied") == len(kept) == 153
    for entry in kept:
        assert rows.count("notebook_note", operation_id=entry) == 1


@pytest.mark.database
def test_a_backup_made_while_tablets_send_is_whole(app: Flask, book: Ledger, copy: Path) -> None:
    """Each copy holds whole batches only, and no tablet was sent away for it."""
    done, sent = threading.Event(), [0]

    def send() -> None:
        with app.app_context():
            pad = Pad(7)
            while not done.is_set():
                fresh = [pad.keep() for _ in range(5)]
                assert outcomes(pad.send(book, fresh)) == ["applied"] * 5
                sent[0] += 5

    tablet = threading.Thread(target=send)
    tablet.start()
    made = []
    try:
        for number in range(5):
            target = copy.with_name(f"{copy.name}-{number}")
            backup.backup(target)
            made.append(target)
    finally:
        done.set()
        tablet.join()
    assert sent[0] > 0
    if db.engine.dialect.name == "sqlite":
        counts = [_count(target) for target in made]
        assert all(receipts == notes and notes % 5 == 0 for receipts, notes in counts)
        assert counts == sorted(counts)


def _count(path: Path) -> tuple[int, int]:
    copied = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        receipts, notes = (
            copied.execute(f"select count(*) from {table}").fetchone()[0] for table in ("operations_receipt", "notebook_note")
        )
    finally:
        copied.close()
    return receipts, notes


@pytest.mark.database
def test_a_backup_is_never_written_over(book: Ledger, copy: Path) -> None:
    backup.backup(copy)
    before = copy.read_bytes()
    with pytest.raises(backup.BackupFailed, match="is there already"):
        backup.backup(copy)
    assert copy.read_bytes() == before


@pytest.mark.database
@pytest.mark.parametrize("damage", ["cut", "overwritten", "empty", "something else"])
def test_a_damaged_backup_is_refused_and_the_database_stays(book: Ledger, rows: Rows, copy: Path, damage: str) -> None:
    pad = Pad()
    for number in range(60):
        pad.keep(text=f"note {number}" + "x" * 20)
    pad.send(book)
    backup.backup(copy)
    whole = copy.read_bytes()
    middle = len(whole) // 2
    damaged = {
        "cut": whole[:middle],
        "overwritten": whole[: middle // 4] + os.urandom(middle) + whole[middle // 4 + middle :],
        "empty": b"",
        "something else": b"a letter" * 4096,
    }
    copy.write_bytes(damaged[damage])
    with pytest.raises(backup.BackupFailed):
        backup.restore(copy)
    assert rows.count("notebook_note") == 60


def test_a_backup_of_another_programme_is_refused(book: Ledger, copy: Path) -> None:
    copy.parent.mkdir()
    other = sqlite3.connect(copy)
    other.execute("create table letters (id integer)")
    other.commit()
    other.close()
    with pytest.raises(backup.BackupFailed, match="cannot be opened"):
        backup.restore(copy)


def test_a_restore_leaves_nothing_of_the_old_journal(book: Ledger, rows: Rows, copy: Path) -> None:
    """What the log of the database before had not yet merged must not come back into the restored one."""
    pad = Pad()
    pad.keep()
    pad.send(book)
    backup.backup(copy)
    pad.keep()
    pad.send(book)
    target = Path(str(db.engine.url.database))
    assert Path(f"{target}-wal").exists()
    backup.restore(copy)
    assert rows.count("notebook_note") == 1
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("pragma integrity_check").scalar_one() == "ok"
        assert connection.exec_driver_sql("pragma journal_mode").scalar_one() == "wal"


def test_a_backup_that_was_broken_off_is_not_in_the_way(book: Ledger, copy: Path) -> None:
    copy.parent.mkdir()
    shutil.copy(__file__, copy.with_name(copy.name + ".part"))
    backup.backup(copy)
    assert list(copy.parent.iterdir()) == [copy]


def test_a_database_that_is_served_is_not_written_over(book: Ledger, rows: Rows, copy: Path) -> None:
    """What the server wrote meanwhile would be lost, and it would go on writing into a file that is no longer there."""
    backup.backup(copy)
    pad = Pad()
    pad.keep()
    pad.send(book)
    held = copying.hold(db.engine.url)
    assert held is not None
    with held, pytest.raises(backup.BackupFailed, match="A server is running"):
        backup.restore(copy)
    assert rows.count("notebook_note") == 1
    backup.restore(copy)
    assert rows.count("notebook_note") == 0
