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


LEAVE = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
SHAPE = " || '/' || ".join(
    f"(select count(*) || ':' || coalesce(max(xmin::text::bigint), 0) from {catalogue} where {key} >= 16384)"
    for catalogue, key in (("pg_attribute", "attrelid"), ("pg_trigger", "oid"), ("pg_constraint", "oid"), ("pg_proc", "oid"))
)
"""Another text as soon as a table, a column, a rule or a trigger is another than it was."""
EMPTY = """do $$ declare name text; filled text[] = '{}'; holds boolean; begin
  set local session_replication_role = replica;
  for name in select oid::regclass::text from pg_class where relkind = 'r' and oid >= 16384 loop
    execute 'select exists (select from ' || name || ')' into holds;
    if holds then filled = filled || name; end if;
  end loop;
  if filled <> '{}' then execute 'truncate ' || array_to_string(filled, ', ') || ' restart identity cascade'; end if;
end $$"""


@dataclass
class Cluster:
    """A server that this run may make databases in. `url` names its maintenance database."""

    url: sa.URL
    restart: Callable[[], None] | None = None
    """As after a crash; where this run started the server itself."""
    templates: dict[str, str] = field(default_factory=dict)
    left: list[tuple[str, str]] = field(default_factory=list)
    """Databases as empty as the template, each with its shape: to empty one takes a tenth of making one."""

    @contextmanager
    def database(self, create_tables: Callable[[str], None]) -> Iterator[str]:
        """A fresh database with all tables: one that somebody left, emptied, or a copy of a template that is made once."""
        name, shape = self.left.pop() if self.left else self._copied(create_tables)
        try:
            yield self._address(name)
        finally:
            if self._is_as_new(name, shape):
                self.left.append((name, shape))
            else:
                self._run(f'drop database "{name}" with (force)')

    def _copied(self, create_tables: Callable[[str], None]) -> tuple[str, str]:
        template = self.templates.get("all") or self._template(create_tables)
        name = f"t{uuid.uuid4().hex[:12]}"
        self._run(f'create database "{name}" template "{template}"')
        return name, self._in(name, f"select {SHAPE}")

    def _is_as_new(self, name: str, shape: str) -> bool:
        """Whether it is empty now and every table as it was."""
        try:
            return self._in(name, LEAVE, EMPTY, f"select {SHAPE}") == shape
        except sa.exc.DBAPIError:  # somebody else's server may not let us
            return False

    def _in(self, name: str, *statements: str) -> str:
        """What the last of the statements says."""
        engine = sa.create_engine(self._address(name), poolclass=sa.NullPool)
        with engine.begin() as connection:
            *before, last = statements
            for statement in before:
                connection.exec_driver_sql(statement)
            return str(connection.exec_driver_sql(last).scalar_one())

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
