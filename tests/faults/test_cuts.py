"""The line cut at every byte of a request of three entries and of its answer: sent again, each is there exactly once."""

import json
import socket
from collections.abc import Iterator

import pytest

from tests.faults.conftest import Serve, Tell
from tests.faults.door import Tablet
from tests.faults.served import Served

pytestmark = pytest.mark.slow


@pytest.fixture
def served(serve: Serve) -> Iterator[Served]:
    with serve(WEB_WORKERS="1") as started:
        yield started


def request_bytes(tablet: Tablet, entries: int = 3) -> bytes:
    body = json.dumps(tablet.payload(tablet.pending(entries)), ensure_ascii=False).encode()
    lines = ["POST /sync/operations HTTP/1.1", "Host: 127.0.0.1", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in tablet.headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def exchange(served: Served, sent: bytes, *, hear: int | None = None) -> bytes:
    """Send these bytes, hear so many of the answer (all by default), hang up."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as line:
        line.sendall(sent)
        heard = b""
        while hear is None or len(heard) < hear:
            part = line.recv(4096 if hear is None else hear - len(heard))
            if not part:
                break
            heard += part
        return heard


def test_a_request_cut_at_every_byte_is_no_request(served: Served, taken_in: Tablet, tell: Tell) -> None:
    taken_in.record(3)
    whole = request_bytes(taken_in)
    for offset in range(len(whole)):
        exchange(served, whole[:offset], hear=0)
    assert served.stored(taken_in) == {}
    served.deliver(taken_in)
    assert served.has_each_once(taken_in)
    tell(f"{len(whole)} requests cut, nothing of them stored; then 3 entries, each there once")


def test_an_answer_cut_at_every_byte_is_no_answer(served: Served, taken_in: Tablet, tell: Tell) -> None:
    taken_in.record(3)
    length = len(exchange(served, request_bytes(taken_in)))
    assert length > 300
    for offset in range(length):
        taken_in.record(3)
        taken_in.waiting = {entry["id"] for entry in taken_in.kept[-3:]}
        assert len(exchange(served, request_bytes(taken_in), hear=offset)) == offset
        served.deliver(taken_in)
    assert served.has_each_once(taken_in)
    tell(f"{length} answers cut, {len(taken_in.kept)} entries, each there once")
