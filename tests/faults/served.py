"""`threshold serve` in a process of its own: asked over plain sockets, its workers killed, its database looked at from outside."""

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.faults.door import Tablet
from webapp.base.database import engine_options


@dataclass
class Served:
    """A running server. `log` is what gunicorn wrote."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path
    url: str

    def ask(self, tablet: Tablet, payload: dict[str, Any], timeout: float = 10) -> dict[str, Any] | None:
        """One request over a connection of its own; None is no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("POST", "/sync/operations", json.dumps(payload).encode(), tablet.headers)
            response = connection.getresponse()
            text = response.read()
            if response.status != 200:
                return None
            answer: dict[str, Any] = json.loads(text)
        except (OSError, http.client.HTTPException):
            return None
        else:
            return answer
        finally:
            connection.close()

    def deliver(self, tablet: Tablet, most: int = 200, tries: int = 200) -> int:
        """Send until nothing waits. Returns how often there was no answer."""
        failed = 0
        for _try in range(tries):
            if not tablet.waiting:
                return failed
            asked = tablet.payload(tablet.pending(most))
            answer = self.ask(tablet, asked)
            if answer is None:
                failed += 1
                time.sleep(0.02)  # the next worker is being forked
            else:
                tablet.settle(asked, answer)
        raise AssertionError(f"{len(tablet.waiting)} entries never got through")

    def workers(self) -> list[int]:
        """The process ids of the workers."""
        text = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in text.split()]

    def killed(self) -> int:
        """How many workers the master saw die of a kill."""
        return self.log.read_text().count("SIGKILL")

    def stored(self, tablet: Tablet) -> dict[str, tuple[str, int]]:
        """What the database holds of the tablet's entries: outcome, and how many facts."""
        engine = sa.create_engine(self.url, **engine_options(self.url))
        uuid, text = sa.Uuid(as_uuid=False), sa.String()
        receipt = sa.table("operations_receipt", sa.column("id", uuid), sa.column("tablet_id", uuid), sa.column("outcome", text))
        remark = sa.table("duty_remark", sa.column("operation_id", uuid))
        facts = sa.select(sa.func.count()).where(remark.c.operation_id == receipt.c.id).scalar_subquery()
        with engine.connect() as connection:
            rows = connection.execute(sa.select(receipt.c.id, receipt.c.outcome, facts).where(receipt.c.tablet_id == tablet.tablet))
            found: dict[str, tuple[str, int]] = {row[0]: (row[1], row[2]) for row in rows}
        engine.dispose()
        return found

    def has_each_once(self, tablet: Tablet) -> bool:
        """Every entry is applied with one fact, and there is nothing else."""
        return self.stored(tablet) == {entry["id"]: ("applied", 1) for entry in tablet.kept}


@contextmanager
def serving(program: str, surroundings: dict[str, str], log: Path) -> Iterator[Served]:
    port = _free_port()
    url = surroundings.get("DATABASE_URL") or f"sqlite:///{surroundings['THRESHOLD_DATA']}/threshold.db"
    environment = os.environ | surroundings | {"HOST": "127.0.0.1", "PORT": str(port)}
    with log.open("wb") as written:
        process = subprocess.Popen([program, "serve", "--no-worker"], env=environment, stdout=written, stderr=subprocess.STDOUT)
    try:
        _wait_for(port, process, log)
        yield Served(port, process, log, url)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())
