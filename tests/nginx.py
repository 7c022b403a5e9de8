"""A throw-away nginx on loopback, as any user: docs/nginx.conf itself, its numbered lines changed to a test's ports and files."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "docs" / "nginx.conf"
STARTS_WITHIN, STOPS_WITHIN = 20, 20
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
AROUND = """
daemon off;
{user}
worker_processes 2;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    {temporary}
    include {folder}/site.conf;
}}
"""


def binary() -> str:
    """The nginx that dev.py found or fetched, or the one on this machine; the test is skipped where there is none."""
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", str(ROOT / "build/nginx/usr/sbin")])
    found = os.environ.get("TEST_NGINX") or shutil.which("nginx", path=places)
    if not found:
        pytest.skip("needs nginx: `make test` finds or fetches it")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Tls:
    """The files that nginx shows: chain (leaf first) and key, both PEM."""

    chain: Path
    key: Path


@dataclass
class Nginx:
    """One address in front of servers on these ports of 127.0.0.1. `name`: what browsers call it, as the certificate does.

    >>> front = Nginx(tmp_path / "nginx", [8001, 8002])  # plain http, requests go round
    >>> front.start()
    >>> front.turn_to([8002])  # a graceful reload
    >>> front.stop()
    """

    folder: Path
    upstreams: Sequence[int]
    tls: Tls | None = None
    name: str = "127.0.0.1"
    port: int = field(default_factory=free_port)
    plain_port: int = field(default_factory=free_port)
    """With TLS: where it answers without."""
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.name}:{self.port}"

    @property
    def plain_url(self) -> str:
        return f"http://{self.name}:{self.plain_port}"

    @property
    def errors(self) -> str:
        """What it has complained of so far."""
        return (self.folder / "error.log").read_text() if (self.folder / "error.log").exists() else ""

    def start(self) -> None:
        """Write its settings, open it, and wait until it takes connections."""
        assert self._process is None
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write()
        command = [binary(), "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", str(self.folder / "error.log")]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + STARTS_WITHIN
        while not self._takes_connections():
            assert self._process.poll() is None, self.errors
            assert time.monotonic() < until, "nginx does not answer"
            time.sleep(0.02)  # between two looks, not for luck

    def turn_to(self, upstreams: Sequence[int] | None = None, tls: Tls | None = None) -> None:
        """Other servers or another certificate, by a reload; new workers answer when it returns, old ones finish what they have."""
        assert self._process is not None
        self.upstreams, self.tls = upstreams or self.upstreams, tls or self.tls
        old = self._workers()
        self._write()
        self._process.send_signal(signal.SIGHUP)
        until = time.monotonic() + STARTS_WITHIN
        while not (now := self._workers()) or now & old:
            assert time.monotonic() < until, self.errors
            time.sleep(0.02)  # between two looks, not for luck

    def stop(self) -> None:
        """End it; nothing answers at its ports then."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(STOPS_WITHIN)
            self._process = None

    def _write(self) -> None:
        temporary = "\n    ".join(f"{each}_temp_path {self.folder}/{each};" for each in TEMPORARY)
        user = "user root;" if os.geteuid() == 0 else ""  # else its workers are nobody, who may not enter a test's folder
        (self.folder / "nginx.conf").write_text(AROUND.format(folder=self.folder, temporary=temporary, user=user))
        (self.folder / "site.conf").write_text(self._site())

    def _site(self) -> str:
        servers = "".join(f"server 127.0.0.1:{port} fail_timeout=2s;\n" for port in self.upstreams)
        changed = {1: servers, 3: f"server_name {self.name};", 5: f"listen 127.0.0.1:{self.port};"}
        if self.tls:
            changed |= {
                2: f"listen 127.0.0.1:{self.plain_port};",
                4: f"return 308 https://$host:{self.port}$request_uri;",
                5: f"listen 127.0.0.1:{self.port} ssl http2;",
                6: f"ssl_certificate {self.tls.chain};",
                7: f"ssl_certificate_key {self.tls.key};",
            }
            return rewritten(SITE.read_text(), changed)
        text = re.sub(r"^# Without TLS.*?^}\n", "", SITE.read_text(), flags=re.MULTILINE | re.DOTALL)
        return re.sub(r"^ *ssl_.*\n", "", rewritten(text, changed), flags=re.MULTILINE)

    def _takes_connections(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
        except OSError:
            return False
        return True

    def _workers(self) -> set[str]:
        """Process ids of the workers that still take connections."""
        assert self._process is not None
        listed = subprocess.run(["ps", "-axo", "pid=,ppid=,command="], capture_output=True, text=True, check=True).stdout
        lines = [line.split(None, 2) for line in listed.splitlines() if "shutting down" not in line]
        return {line[0] for line in lines if line[1] == str(self._process.pid)}


def rewritten(site: str, changed: dict[int, str]) -> str:
    """The site with the lines of these numbers replaced; a number that it does not have is a fault of the test."""
    for number, line in changed.items():
        site, times = re.subn(rf"^ *[^#\n]*# {number}(?!\d).*$", line.replace("\\", r"\\"), site, flags=re.MULTILINE)
        assert times, f"docs/nginx.conf has no line {number}"
    return site
