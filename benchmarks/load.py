"""A load generator that is never the bottleneck: requests built beforehand, raw sockets, processes of their own."""

import asyncio
import multiprocessing
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

ANSWER_WITHIN = 60.0
"""Seconds until a server that says nothing counts as dead."""

processes = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


@dataclass(frozen=True)
class Run:
    """What one client did: the instants of its first byte and last answer (monotonic seconds), and all answers."""

    started: float
    ended: float
    answers: list[Answer]


def post(path: str, port: int, body: bytes, headers: dict[str, str]) -> bytes:
    """One whole HTTP/1.1 request, kept alive."""
    always = {"Host": f"127.0.0.1:{port}", "Content-Type": "application/json", "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in (always | headers).items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def head_of(received: bytes) -> tuple[int, int, int]:
    """Status, length of the head, length of the body; the last two are 0 while the head is not whole."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return 0, 0, 0
    head = received[:end].lower()
    at = head.find(b"content-length:")
    length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    return int(head[9:12]), end + 4, length


class Wire:
    """A connection kept open, and opened again when the server has closed it (gunicorn may between two requests)."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=ANSWER_WITHIN)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> Answer:
        try:
            self.socket.sendall(request)
            answer = self.receive()
        except ConnectionError:
            answer = None
        if answer is None:
            self.connect()
            self.socket.sendall(request)
            answer = self.receive()
        return answer or Answer(0, b"")

    def receive(self) -> Answer | None:
        received = b""
        while True:
            status, start, length = head_of(received)
            if start and len(received) >= start + length:
                return Answer(status, received[start:])
            more = self.socket.recv(1 << 18)
            if not more:
                return None
            received += more


def client(port: int, requests: Sequence[bytes], together: Barrier, result: Connection) -> None:
    wire = Wire(port)
    together.wait()
    started = time.monotonic()
    answers = [wire.ask(request) for request in requests]
    result.send(Run(started, time.monotonic(), answers))


def at_once(port: int, clients: list[list[bytes]]) -> list[Run]:
    """Each client sends its requests one after another; all clients start together, each in its own process."""
    together = processes.Barrier(len(clients))
    pipes = [processes.Pipe(duplex=False) for _ in clients]
    started = [
        processes.Process(target=client, args=(port, requests, together, giving))
        for requests, (_, giving) in zip(clients, pipes, strict=True)
    ]
    for process in started:
        process.start()
    runs: list[Run] = [taking.recv() for taking, _ in pipes]
    for process in started:
        process.join()
    return runs


def seconds_of(runs: list[Run]) -> float:
    return max(run.ended for run in runs) - min(run.started for run in runs)


def spread(port: int, requests: list[bytes], instants: list[float]) -> list[tuple[float, Answer]]:
    """Each request on its own connection at its own instant (seconds from the start); its wait in ms and its answer."""
    return asyncio.run(_spread(port, requests, instants))


async def _spread(port: int, requests: list[bytes], instants: list[float]) -> list[tuple[float, Answer]]:
    start = time.monotonic() + 0.2
    return await asyncio.gather(
        *(_one(port, request, start + instant) for request, instant in zip(requests, instants, strict=True))
    )


async def _one(port: int, request: bytes, at: float) -> tuple[float, Answer]:
    await asyncio.sleep(at - time.monotonic())
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            answer = await _ask(port, request)
    except (OSError, TimeoutError):
        answer = Answer(0, b"")
    return (time.monotonic() - at) * 1000, answer


async def _ask(port: int, request: bytes) -> Answer:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        received = b""
        while True:
            status, start, length = head_of(received)
            if start and len(received) >= start + length:
                return Answer(status, received[start:])
            more = await reader.read(1 << 18)
            if not more:
                return Answer(0, received)
            received += more
    finally:
        writer.close()
