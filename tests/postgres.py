"""A throw-away PostgreSQL for the tests: TEST_DATABASE_URL, else a cluster of the installed binaries on a socket of its own."""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

SETTINGS = """
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 32MB
max_connections = 80
"""


@dataclass
class Cluster:
    """A server that this run may make databases in. `url` names its maintenance database."""

    url: sa.URL
    restart: Callable[[], None] | None = None
    """As after a crash; where this run started the server itself."""
    templates: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def database(self, create_tables: Callable[[str], None]) -> Iterator[str]:
        """A fresh database with all tables, copied from a template that is made once."""
        template = self.templates.get("all") or self._template(create_tables)
        name = f"t{uuid.uuid4().hex[:12]}"
        self._run(f'create database "{name}" template "{template}"')
        try:
            yield self._address(name)
        finally:
            self._run(f'drop database "{name}" with (force)')

    def empty_database(self) -> str:
        """A database with no table; it goes with the cluster."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self._run(f'create database "{name}"')
        return self._address(name)

    def _template(self, create_tables: Callable[[str], None]) -> str:
        name = f"template_{uuid.uuid4().hex[:12]}"
        self._run(f'create database "{name}"')
        create_tables(self._address(name))
        self.templates["all"] = name
        return name

    def _address(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


def binaries() -> Path | None:
    """The folder with `initdb` and `postgres`: TEST_POSTGRES_BIN, else Debian's newest."""
    if given := os.environ.get("TEST_POSTGRES_BIN"):
        return Path(given)
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else None


@contextmanager
def throw_away_cluster() -> Iterator[Cluster | None]:
    """A cluster for this run, or None where there is none to be had."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield Cluster(sa.make_url(given))
        return
    folder = binaries()
    if folder is None:
        yield None
        return
    home = Path(tempfile.mkdtemp(prefix="tpg", dir="/tmp"))
    try:
        yield from _started(folder, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _started(folder: Path, home: Path) -> Iterator[Cluster]:
    owner = _someone_else(home)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "HOME": str(home), "TZ": "UTC"}

    def run(*command: str) -> None:
        subprocess.run(command, check=True, env=environment, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, **owner)

    data = home / "d"
    run(str(folder / "initdb"), "-D", str(data), "-U", "app", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    with (data / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write(f"{SETTINGS}unix_socket_directories = '{home}'\n")
    run(str(folder / "pg_ctl"), "-D", str(data), "-l", str(home / "log"), "-w", "-t", "30", "start")

    def restart() -> None:
        run(str(folder / "pg_ctl"), "-D", str(data), "-l", str(home / "log"), "-m", "immediate", "-w", "-t", "30", "restart")

    try:
        yield Cluster(sa.make_url(f"postgresql+psycopg://app@/postgres?host={home}"), restart)
    finally:
        run(str(folder / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")


def _someone_else(home: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: give the folder to an unprivileged user."""
    if os.geteuid() != 0:
        return {}
    names = {each.pw_name for each in pwd.getpwall()}
    person = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(home, person.pw_uid, person.pw_gid)
    return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
