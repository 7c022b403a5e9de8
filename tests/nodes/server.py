"""`threshold serve` as a person starts it, with its worker: killed whole, started again at the same port, told to reload."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests.faults.door import Tablet
from tests.nginx import free_port

THRESHOLD = str(Path(sys.executable).parent / "threshold")
STARTS_WITHIN = 90
T = TypeVar("T")


def until(what: str, holds: Callable[[], T], within: float = STARTS_WITHIN) -> T:
    """Wait for what must come, and give it."""
    last = time.monotonic() + within
    while not (found := holds()):
        assert time.monotonic() < last, f"{what} did not come about in {within} s"
        time.sleep(0.02)  # between two looks, not for luck
    return found


@dataclass
class Node:
    """One machine of a site."""

    surroundings: dict[str, str]
    log: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | self.surroundings | {"HOST": "127.0.0.1", "PORT": str(self.port)}

    def run(self, *words: str) -> str:
        """A command of the same site, to its end."""
        return subprocess.run([THRESHOLD, *words], env=self.environment, check=True, capture_output=True, text=True).stdout

    def start(self) -> None:
        with self.log.open("ab") as written:
            self.process = subprocess.Popen(
                [THRESHOLD, "serve"], env=self.environment, stdout=written, stderr=subprocess.STDOUT, start_new_session=True
            )
        until(f"the node at {self.port}", self.build)

    def build(self) -> str | None:
        """What it serves; None while it does not."""
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        try:
            status, text = request(self.port, "GET", "/healthz")
        except (OSError, http.client.HTTPException):
            return None
        return str(json.loads(text)["build"]) if status == 200 else None

    def kill(self) -> None:
        """As when the machine's plug is pulled: master, workers and all."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()

    def taken_in(self, name: str, place: str) -> Tablet:
        told = json.loads(self.run("tablets", "enrol", "--project", "YQF", "--name", name, "--json"))
        return Tablet(told["tablet"], told["credential"], place, told["actors"][0]["id"])


def request(port: int, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """One request over a connection of its own. Raises OSError, HTTPException."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


@dataclass
class Line:
    """A tablet's courier: one connection kept alive, a request tried once more where it broke, and what came of all of them."""

    port: int
    tablet: Tablet
    statuses: list[int] = field(default_factory=list)
    """0: no answer."""
    good_at: list[float] = field(default_factory=list)
    broken: int = 0
    _connection: http.client.HTTPConnection | None = None

    def send(self, most: int = 200) -> bool:
        """One batch of what waits; whether it was answered with 200."""
        asked = self.tablet.payload(self.tablet.pending(most))
        for _try in range(2):
            try:
                status, text = self._ask(json.dumps(asked).encode())
                break
            except (OSError, http.client.HTTPException):
                self.broken += 1
                self.hang_up()
        else:
            status, text = 0, ""
        self.statuses.append(status)
        if status == 200:
            self.good_at.append(time.monotonic())
            answer: dict[str, Any] = json.loads(text)
            self.tablet.settle(asked, answer)
        return status == 200

    def _ask(self, body: bytes) -> tuple[int, str]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        self._connection.request("POST", "/sync/operations", body, self.tablet.headers)
        response = self._connection.getresponse()
        return response.status, response.read().decode()

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
