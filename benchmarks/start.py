"""From exec to the first 200, and what the servers hold in memory; both are two workers of four threads."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from benchmarks.door import Site
from benchmarks.lines import Line
from benchmarks.load import Wire
from benchmarks.ports import free_port
from benchmarks.rounds import Rounds
from benchmarks.servers import HERE, Server, gunicorn, pss_mib, running

Serving = Callable[[], AbstractContextManager[Server]]


@contextmanager
def bare(folder: Path) -> Iterator[Server]:
    """The bare Flask-SQLAlchemy app on a SQLite file, loaded before the fork as ours is."""
    port = free_port()
    environment = {"BARE_DATABASE_URL": f"sqlite:///{folder / 'bare.sqlite'}"}
    command = gunicorn("bare:create_app()", port, "--preload", "--chdir", str(HERE))
    with running(command, port, "/", environment, folder / "bare.log") as server:
        yield server


def milliseconds(serving: Serving) -> float:
    with serving() as server:
        return server.seconds_to_first_200 * 1000


def mebibytes(serving: Serving, path: str) -> float:
    """PSS of the master and both workers, after each thread has answered."""
    with serving() as server:
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()
        for _ in range(5):
            for wire in [Wire(server.port) for _ in range(16)]:
                wire.ask(request)
        time.sleep(0.5)
        return pss_mib(server.process.pid)


def cold_start(name: str, site: Site, folder: Path, rounds: Rounds) -> Line:
    return Line(name, *rounds.interleave(lambda: milliseconds(site.served), lambda: milliseconds(lambda: bare(folder))))


def memory(name: str, site: Site, folder: Path, rounds: Rounds) -> Line:
    return Line(
        name,
        *rounds.interleave(lambda: mebibytes(site.served, "/readyz"), lambda: mebibytes(lambda: bare(folder), "/")),
    )
