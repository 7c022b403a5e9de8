"""nginx in front, by the very file that docs/installing.md hands out."""

import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.nginx import Nginx

pytestmark = pytest.mark.slow


class Behind(ThreadingHTTPServer):
    """A server that answers with its own port and the headers it was asked with."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Tells)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def end(self) -> None:
        self.shutdown()
        self.server_close()


class _Tells(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        lines = [f"{name}: {value}" for name, value in self.headers.items()]
        body = "\n".join([str(self.server.server_address[1]), *lines]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def behind() -> Iterator[list[Behind]]:
    made = [Behind(), Behind()]
    yield made
    for each in made:
        each.end()


@pytest.fixture
def front(behind: list[Behind], tmp_path: Path) -> Iterator[Nginx]:
    made = Nginx(tmp_path / "nginx", [each.port for each in behind])
    made.start()
    yield made
    made.stop()


def asked(front: Nginx, path: str = "/", **headers: str) -> list[str]:
    request = urllib.request.Request(front.url + path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(answer.read().decode()).splitlines()


def test_requests_go_round_all_servers(front: Nginx, behind: list[Behind]):
    ports = [asked(front)[0] for _ in range(20)]
    assert set(ports) == {str(each.port) for each in behind}


def test_a_server_that_has_gone_is_passed_over(front: Nginx, behind: list[Behind]):
    behind[0].end()
    assert {asked(front)[0] for _ in range(20)} == {str(behind[1].port)}


def test_a_reload_turns_to_other_servers(front: Nginx, behind: list[Behind]):
    front.turn_to([behind[1].port])
    assert {asked(front)[0] for _ in range(20)} == {str(behind[1].port)}


def test_what_a_client_says_of_its_address_is_replaced(front: Nginx):
    told = asked(front, X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="https")
    assert "X-Forwarded-For: 127.0.0.1" in told
    assert "X-Forwarded-Proto: http" in told
    assert f"Host: 127.0.0.1:{front.port}" in told
