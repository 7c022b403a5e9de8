"""Backups made while people work, believed only once they have been opened; and the way back."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from webapp.base import clock, copying
from webapp.base.database import db, sqlite_driver, writing


class BackupFailed(Exception):
    """Why there is no backup, in words for whoever asked."""


def backup(target: Path) -> str:
    """Copy the running database to `target`, open the copy, and say what was found in it. Raises BackupFailed."""
    if target.exists():
        raise BackupFailed(f"{target} is there already; choose another name.")
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".part")
    draft.unlink(missing_ok=True)
    if db.engine.dialect.name == "sqlite":
        _copy_sqlite(draft)
        found = verify(draft)
    else:
        _dump_postgresql(draft)
        found = verify_dump(draft)
    draft.replace(target)
    return found


def _copy_sqlite(draft: Path) -> None:
    driver = sqlite_driver()
    copy = driver.connect(str(draft))
    with db.engine.connect() as connection:
        source: Any = connection.connection.driver_connection
        source.rollback()
        source.backup(copy)
    copy.execute("pragma journal_mode=delete")
    copy.close()


def verify(path: Path) -> str:
    """Open a copy, check it whole, and count its entries. Raises BackupFailed."""
    try:
        copy = sqlite_driver().connect(f"file:{path}?mode=ro", uri=True)
        try:
            result = copy.execute("pragma integrity_check").fetchone()[0]
            entries = copy.execute("select count(*) from operations_receipt").fetchone()[0]
        finally:
            copy.close()
    except Exception as error:
        raise BackupFailed(f"{path} cannot be opened: {error}") from error
    if result != "ok":
        raise BackupFailed(f"{path} is damaged: {result}")
    return f"{entries} entries, integrity ok, SQLite {sqlite_driver().sqlite_version}"


def _dump_postgresql(draft: Path) -> None:
    url = db.engine.url
    server = _server_major()
    program = _pg_program("pg_dump", server)
    command = [program, "--format=custom", f"--file={draft}", f"--dbname={_libpq(url)}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment(url))
    if done.returncode != 0:
        raise BackupFailed(f"pg_dump: {done.stderr.strip()}")


def verify_dump(path: Path) -> str:
    """Read a dump's table of contents. Raises BackupFailed."""
    program = _pg_program("pg_restore", _server_major())
    done = subprocess.run([program, "--list", str(path)], capture_output=True, text=True, check=False)
    if done.returncode != 0 or "operations_receipt" not in done.stdout:
        raise BackupFailed(f"{path} cannot be read: {done.stderr.strip()}")
    return f"{done.stdout.count('TABLE DATA')} tables in the dump"


def _server_major() -> int:
    with db.engine.connect() as connection:
        return int(connection.execute(sa.text("show server_version_num")).scalar_one()) // 10000


def _pg_program(name: str, major: int) -> str:
    """The program of the server's own major version; a younger one may read, an older one may not. Raises BackupFailed."""
    given = os.environ.get("TEST_POSTGRES_BIN")
    for folder in filter(None, (given, f"/usr/lib/postgresql/{major}/bin")):
        if (Path(folder) / name).exists():
            return str(Path(folder) / name)
    found = shutil.which(name)
    if found is None:
        raise BackupFailed(f"{name} of PostgreSQL {major} is not installed here.")
    return found


def _libpq(url: sa.URL) -> str:
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _environment(url: sa.URL) -> dict[str, str]:
    return os.environ | ({"PGPASSWORD": url.password} if isinstance(url.password, str) else {})


def restore(source: Path) -> str:
    """Put a verified backup in the place of the database. Nothing may be running. Raises BackupFailed."""
    if db.engine.dialect.name != "sqlite":
        return _restore_postgresql(source)
    found = verify(source)
    db.engine.dispose()
    try:
        with copying.alone(db.engine):
            _put_in_place(source, Path(str(db.engine.url.database)))
            _make_pages_new()
    except copying.CopyRefused as refused:
        raise BackupFailed(str(refused)) from refused
    return found


def _put_in_place(source: Path, target: Path) -> None:
    draft = target.with_name(target.name + ".restored")
    shutil.copy(source, draft)
    for tail in ("-wal", "-shm", "-journal"):
        Path(f"{target}{tail}").unlink(missing_ok=True)
    draft.replace(target)


def _make_pages_new() -> None:
    """After a restore the same revision number may stand for other pages: go on from numbers that were never used."""
    with writing() as connection:
        connection.execute(sa.text("update operations_revision set no = no + :now"), {"now": clock.now()})


def _restore_postgresql(source: Path) -> str:
    url = db.engine.url
    found = verify_dump(source)
    program = _pg_program("pg_restore", _server_major())
    db.engine.dispose()
    command = [program, "--clean", "--if-exists", "--single-transaction", f"--dbname={_libpq(url)}", str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment(url))
    if done.returncode != 0:
        raise BackupFailed(f"pg_restore: {done.stderr.strip()}")
    _make_pages_new()
    return found
