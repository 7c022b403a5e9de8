"""Starting and stopping servers on free loopback ports, and what a family of processes holds in memory."""

import http.client
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ports import free_port

HERE = Path(__file__).parent
READY_WITHIN = 60.0
GTHREAD = shlex.split("-k gthread -w 2 --threads 4 --no-control-socket --keep-alive 30 --log-level warning")


@dataclass(frozen=True)
class Server:
    process: "subprocess.Popen[bytes]"
    port: int
    seconds_to_first_200: float


def installed() -> dict[str, str]:
    """The environment of a server that was installed: it may keep its bytecode, whatever whoever measures has set for himself.

    The libraries have theirs from installing; without this our side alone would compile its sources at each start.
    """
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def gunicorn(app: str, port: int, *options: str) -> list[str]:
    """The one way both sides are served: two workers of four threads."""
    return [sys.executable, "-m", "gunicorn", *GTHREAD, *options, "--bind", f"127.0.0.1:{port}", app]


def answers(port: int, path: str) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", path)
        status = connection.getresponse().status
        connection.close()
    except (OSError, http.client.HTTPException):
        return False
    return status == 200


@contextmanager
def running(command: list[str], port: int, ready: str, environment: Mapping[str, str], log: Path) -> Iterator[Server]:
    """The server that `command` starts, from its first 200 at `ready` on; it and its workers are ended by pid."""
    executed = time.monotonic()
    with log.open("ab") as kept:
        process = subprocess.Popen(
            command, env={**installed(), **environment}, stdin=subprocess.DEVNULL, stdout=kept, stderr=kept,
            start_new_session=True,
        )  # fmt: skip
    try:
        while not answers(port, ready):
            if process.poll() is not None or time.monotonic() - executed > READY_WITHIN:
                raise RuntimeError(f"{command[-1]} did not start: {log.read_text()[-2000:]}")
            time.sleep(0.005)
        yield Server(process, port, time.monotonic() - executed)
    finally:
        stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def floor(folder: Path, database: str | None = None) -> Iterator[Server]:
    """The floor on a SQLite file in `folder`, or on the PostgreSQL database named."""
    environment = {"FLOOR_SQLITE": str(folder / "floor.sqlite"), "FLOOR_DATABASE_URL": database or ""}
    subprocess.run([sys.executable, HERE / "floor.py"], env={**os.environ, **environment}, check=True)
    port = free_port()
    command = gunicorn("floor:app", port, "--chdir", str(HERE))
    with running(command, port, "/", environment, folder / "floor.log") as server:
        yield server


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in family(int(child)))]


def pss_mib(pid: int) -> float:
    """Proportional set size of a process and all that it started: pages shared by the fork count once."""
    total = 0
    for member in family(pid):
        rollup = Path(f"/proc/{member}/smaps_rollup").read_text()
        total += next(int(row.split()[1]) for row in rollup.splitlines() if row.startswith("Pss:"))
    return total / 1024
