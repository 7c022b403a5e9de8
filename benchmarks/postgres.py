"""A PostgreSQL for the lines that need one: TEST_DATABASE_URL, else a throw-away server of the installed binaries."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.ports import free_port

INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def binaries() -> Path | None:
    """The folder that holds `initdb` and `postgres`: TEST_POSTGRES_BIN, Debian's newest, else that of the path."""
    named = os.environ.get("TEST_POSTGRES_BIN")
    on_path = shutil.which("postgres")
    folders = [Path(named)] if named else [*INSTALLED, *([Path(on_path).parent] if on_path else [])]
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@contextmanager
def database() -> Iterator[str | None]:
    """The address of an empty cluster's `postgres` database, durable as it is installed; None where there is none."""
    folder = binaries()
    if address := os.environ.get("TEST_DATABASE_URL"):
        yield address
    elif folder is None:
        yield None
    else:
        with tempfile.TemporaryDirectory(prefix="bench-pg-") as home, throw_away(folder, Path(home)) as address:
            yield address


@contextmanager
def throw_away(folder: Path, home: Path) -> Iterator[str]:
    # PostgreSQL refuses to run as root, so root lends it the system's own user.
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(home, user)
    data, port = home / "data", free_port()
    subprocess.run(
        [folder / "initdb", "-D", data, "-U", "bench", "--auth=trust", "--encoding=UTF8", "--locale=C"],
        user=user, cwd=home, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    listen = f"-p {port} -k {home} -c listen_addresses=127.0.0.1"
    subprocess.run(
        [folder / "pg_ctl", "-D", data, "-w", "-o", listen, "-l", home / "log", "start"],
        user=user, cwd=home, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    server = int((data / "postmaster.pid").read_text().split()[0])
    try:
        yield f"postgresql+psycopg://bench@127.0.0.1:{port}/postgres"
    finally:
        os.kill(server, signal.SIGINT)
        wait_for_the_end_of(server)


def wait_for_the_end_of(server: int) -> None:
    """The postmaster is no child of ours, so its /proc entry tells."""
    patience = time.monotonic() + 15
    while Path(f"/proc/{server}").exists():
        if time.monotonic() > patience:
            os.kill(server, signal.SIGQUIT)
            return
        time.sleep(0.05)


def create(address: str, name: str) -> str:
    """The address of a new, empty database `name` beside the one named; one left by an earlier bench is dropped."""
    import psycopg

    with psycopg.connect(address.replace("postgresql+psycopg://", "postgresql://"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return urlsplit(address)._replace(path=f"/{name}").geturl()
