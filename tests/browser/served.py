"""The demo site behind a real `threshold serve`, which can be stopped, killed and started again on the same port."""

import atexit
import json
import multiprocessing
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from tests.browser.command import forked
from webapp import demo

COMMAND = Path(__file__).parent / "command.py"
AT = int(datetime(2026, 5, 28, 10, 42, tzinfo=ZoneInfo(demo.ZONE)).timestamp() * 1000)
"""When each server's day begins for a test: a morning, the opening check all but done."""
STARTS_WITHIN = 60
STOPS_WITHIN = 40
ENDS_WITHIN = 300


def shift_to(instant: int) -> int:
    """How far the servers' clock is ahead of this machine's for it to be `instant` there now."""
    return instant - time.time_ns() // 1_000_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@cache
def _compiled() -> str:
    """Where the servers of this run keep the templates that they compiled."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _forking() -> BaseContext:
    """A `threshold` of a test is forked from a process that has everything loaded: loading took a second of each."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.browser.command", "tests.browser.warm"])
    return context


class Process(Protocol):
    """A program at work, as `subprocess` has it."""

    def send_signal(self, sig: int, /) -> None: ...
    def wait(self, timeout: float, /) -> int: ...
    def poll(self) -> int | None: ...


class Forked:
    """One that has been forked, in these words."""

    def __init__(self, process: BaseProcess) -> None:
        self._process = process
        process.start()

    def send_signal(self, sig: int, /) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, sig)

    def wait(self, timeout: float, /) -> int:
        self._process.join(timeout)
        ended = self.poll()
        assert ended is not None, f"it has not ended within {timeout} s"
        return ended

    def poll(self) -> int | None:
        return self._process.exitcode


@dataclass
class Server:
    """One site in a folder of its own. `shift`: its clock, ahead of this machine's."""

    folder: Path
    shift: int
    port: int = field(default_factory=free_port)
    front: str = ""
    """The address that browsers use, where something stands in front."""
    tree: Path | None = None
    """Another copy of the product that serves, instead of this one."""
    settings: dict[str, str] = field(default_factory=dict)
    """What its environment says besides."""
    _process: Process | None = None
    _session: str = ""

    @property
    def url(self) -> str:
        return self.front or self._own

    @property
    def _own(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def now(self) -> int:
        """The instant by this server's clock."""
        return time.time_ns() // 1_000_000 + self.shift

    @property
    def is_up(self) -> bool:
        return self._process is not None

    def run(self, *words: str) -> str:
        """A `threshold` command to its end; what it printed."""
        with tempfile.TemporaryDirectory() as folder:
            told, log = Path(folder) / "told", Path(folder) / "log"
            ended = self._begun(told, log, *words).wait(ENDS_WITHIN)
            assert ended == 0, log.read_text()
            return told.read_text()

    def start(self) -> None:
        """Open it and wait until it answers."""
        assert not self.is_up
        log = self.folder / "serve.log"
        self._process = self._begun(log, log, "serve")
        until = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            assert self._process.poll() is None, log.read_text()
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.05)  # between two looks, not for luck

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End it and wait until it has ended; nothing answers at its port then. At once: SIGTERM would let a browser hold it up."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(STOPS_WITHIN)
        self._process = None

    def code(self, name: str = "Tablet", station: str = "door") -> str:
        """A one-use code from the desk, as the supervisor makes it."""
        page = self._desk("/tablets", {"name": name, "station": station})
        found = re.search(r'class="figure__value num">([^<]+)<', page)
        assert found, page
        return found.group(1)

    def build(self) -> str:
        """What it serves, as its own pages say."""
        with urllib.request.urlopen(f"{self._own}/enrol", timeout=30) as answer:
            return str(answer.headers["X-Threshold-Build"])

    def approve(self, approved: bool = True) -> str:
        """Rule on the claim that waits, as the supervisor does; the number that stood there."""
        found = re.search(r'action="/tablets/claims/(\d+)"', self._seen("/tablets"))
        assert found, "nobody has typed a code"
        self._desk(f"/tablets/claims/{found[1]}", {"approved": "yes" if approved else "no"})
        return found[1]

    def state(self, at: int) -> tuple[dict[str, Any], str]:
        """The state digest at an instant: what it says, and its last line."""
        text = self.run("state", "--project", demo.CODE, "--at", str(at), "--json")
        line, last = text.splitlines()
        assert last == f"sha256:{sha256((line + chr(10)).encode()).hexdigest()}"
        return json.loads(line), last

    def _seen(self, path: str) -> str:
        """A page of the desk."""
        self._sign_in()
        asked = urllib.request.Request(self._own + path, headers={"Cookie": self._session})
        with _opener.open(asked, timeout=30) as answer:
            return str(answer.read().decode())

    def _desk(self, path: str, form: dict[str, str]) -> str:
        self._sign_in()
        return self._post(path, form)[0]

    def _sign_in(self) -> None:
        if not self._session:
            account = {"account": "chen", "password": demo.PASSWORD}
            cookie = self._post("/sign-in", account)[1] or ""
            self._session = cookie.partition(";")[0]

    def _post(self, path: str, form: dict[str, str]) -> tuple[str, str | None]:
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": self._session}
        asked = urllib.request.Request(self._own + path, urllib.parse.urlencode(form).encode(), headers)
        try:
            with _opener.open(asked, timeout=30) as answer:
                return answer.read().decode(), answer.headers["Set-Cookie"]
        except urllib.error.HTTPError as redirected:
            redirected.close()
            if redirected.code != 303:
                raise
            return "", redirected.headers["Set-Cookie"]

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._own}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, str(COMMAND), str(self.shift), *words]

    def _begun(self, told: Path, log: Path, *words: str) -> Process:
        """A command at work; what it prints is added to two files. Another copy of the product is another program."""
        if self.tree is None:
            return Forked(_forking().Process(target=forked, args=(self.shift, words, self._environment(), told, log)))
        with told.open("ab") as out, log.open("ab") as err:
            return subprocess.Popen(self._command(*words), env=self._environment(), stdout=out, stderr=err)

    def _environment(self) -> dict[str, str]:
        own = {"THRESHOLD_DATA": str(self.folder), "HOST": "127.0.0.1", "PORT": str(self.port), "TEST_COMPILED": _compiled()}
        own |= {"PYTHONPATH": str(self.tree)} if self.tree else {}
        return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | own | self.settings


class _Stays(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like another."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


_opener = urllib.request.build_opener(_Stays)


def copied(template: Path, folder: Path) -> Server:
    """A server on a fresh copy of a site; it is `AT` there now."""
    shutil.copytree(template, folder)
    return Server(folder, shift_to(AT))
