"""The way between a browser and the server, on which things get lost or are answered by somebody else.

A proxy of our own, for what a service worker asks passes by the browser's own means of meddling.
"""

import http.client
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


@dataclass(frozen=True)
class Answer:
    """What is given back: the server's own, or another."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def but(self, name: str, value: str) -> "Answer":
        others = tuple(each for each in self.headers if each[0].lower() != name.lower())
        return replace(self, headers=(*others, (name, value)))


Meddles = Callable[[Answer], Answer | None]
"""Gives another answer in the place of the server's, or None where it gets lost on its way back."""


def html(status: int, text: str, **headers: str) -> Answer:
    return Answer(status, (("Content-Type", "text/html"), *headers.items()), f"<!doctype html><title>{text}</title>{text}".encode())


class Way(ThreadingHTTPServer):
    """`meddling`: what happens on the way, by the end of the path. `asked`: paths that were meddled with."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = port
        self.meddling: dict[str, Meddles | str] = {}
        self.asked: list[str] = []
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def end(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is no fault."""


class _Handler(BaseHTTPRequestHandler):
    """One connection a request (HTTP/1.0), or the browser would ask again by itself where an answer gets lost."""

    server: Way

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        meddles = next((each for end, each in self.server.meddling.items() if path.endswith(end)), None)
        if meddles is not None:
            self.server.asked.append(path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if meddles == "request":
            return
        answer: Answer | None = self._forward(body)
        whole = answer
        if callable(meddles) and answer is not None:
            answer = meddles(answer)
        self._give(whole if answer is None else answer, is_cut=answer is None)

    def do_POST(self) -> None:
        self.do_GET()

    def do_HEAD(self) -> None:
        self.do_GET()

    def _forward(self, body: bytes) -> Answer | None:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.target, timeout=30)
        try:
            connection.request(self.command, self.path, body or None, headers | {"Host": self.headers["Host"]})
            found = connection.getresponse()
            kept = tuple((name, value) for name, value in found.getheaders() if name.lower() not in HOP | {"date", "server"})
            return Answer(found.status, kept, found.read())
        except OSError:
            return None
        finally:
            connection.close()

    def _give(self, answer: Answer | None, *, is_cut: bool) -> None:
        if answer is None:
            return
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body[: len(answer.body) // 2] if is_cut else answer.body)

    def log_message(self, *_args: Any) -> None:
        """Nobody reads it."""
