"""A photo on its way: the server killed, the line cut, the answer lost. Sent again, it is there exactly once and whole."""

import http.client
import json
import os
import time
from typing import Any

import pytest
import sqlalchemy as sa

from tests.attachments.album import digest_of, photo
from tests.faults.conftest import Serve, Tell
from tests.faults.door import Tablet
from tests.faults.served import Served
from tests.faults.test_cuts import exchange
from webapp.base.database import engine_options

ENGINES = ["sqlite"] if os.environ.get("THRESHOLD_ONLY_SQLITE") else ["sqlite", "postgresql"]
pytestmark = pytest.mark.slow
on_both = pytest.mark.parametrize("site_folder", ENGINES, indirect=True)


def brings(served: Served, tablet: Tablet, given: bytes) -> str | None:
    """One request; the outcome, or None for no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    try:
        connection.request(
            "PUT", f"/sync/photos/{digest_of(given)}?nonce=nonce-12", given, tablet.headers | {"Content-Type": "image/jpeg"}
        )
        response = connection.getresponse()
        text = response.read()
        told: dict[str, Any] = json.loads(text) if response.status == 200 else {}
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return told.get("outcome") if (told.get("nonce"), told.get("digest")) == ("nonce-12", digest_of(given)) else None


def stored(served: Served) -> list[str]:
    """The digests of all photos that are there with something to see."""
    engine = sa.create_engine(served.url, **engine_options(served.url))
    with engine.connect() as connection:
        found = connection.execute(sa.text("select digest from attachments_photo where length(content) > 1000 order by digest"))
        digests = list(found.scalars())
    engine.dispose()
    return digests


@pytest.mark.database
@on_both
@pytest.mark.parametrize("point", ["photo-inserted", "photo-committed"])
def test_killed_at_a_named_point_each_photo_is_there_once(
    serve: Serve, taken_in: Tablet, point: str, rounds: int, tell: Tell
) -> None:
    wanted = 5 * rounds
    with serve(THRESHOLD_FAULT=f"{point}:2", THRESHOLD_TESTING="1", WEB_WORKERS="1") as served:
        number, failed = 0, 0
        while served.killed() < wanted:
            number += 1
            until = time.monotonic() + 60
            while brings(served, taken_in, photo(number)) is None:
                failed += 1
                assert time.monotonic() < until
                time.sleep(0.02)  # the next worker is being forked
        here = stored(served)
        assert [here.count(digest_of(photo(each))) for each in range(1, number + 1)] == [1] * number
    assert failed >= wanted
    tell(f"{wanted} kills landed, {failed} requests without an answer, {number} photos each once")


def request_bytes(tablet: Tablet, given: bytes) -> bytes:
    lines = [f"PUT /sync/photos/{digest_of(given)}?nonce=nonce-12 HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    lines += [
        f"Content-Length: {len(given)}",
        *(f"{name}: {value}" for name, value in (tablet.headers | {"Content-Type": "image/jpeg"}).items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + given


def test_a_photo_cut_anywhere_is_no_photo(serve: Serve, taken_in: Tablet, tell: Tell) -> None:
    """At every byte of the head, and at 300 places of the body and each of its last bytes."""
    given = photo(1)
    whole = request_bytes(taken_in, given)
    head = len(whole) - len(given)
    offsets = sorted({*range(head + 1), *range(head, len(whole), len(given) // 300), *range(len(whole) - 20, len(whole))})
    with serve(WEB_WORKERS="1") as served:
        for offset in offsets:
            exchange(served, whole[:offset], hear=0)
        assert digest_of(given) not in stored(served)
        assert brings(served, taken_in, given) == "stored"
        assert stored(served).count(digest_of(given)) == 1
    tell(f"{len(offsets)} requests cut, nothing of them stored; then one photo, whole")


def test_an_answer_cut_at_every_byte_is_no_answer_and_the_photo_is_once(serve: Serve, taken_in: Tablet, tell: Tell) -> None:
    given = photo(2)
    with serve(WEB_WORKERS="1") as served:
        length = len(exchange(served, request_bytes(taken_in, given)))
        assert length > 300
        for offset in range(length):
            assert len(exchange(served, request_bytes(taken_in, given), hear=offset)) == offset
        assert brings(served, taken_in, given) == "duplicate"
        assert stored(served).count(digest_of(given)) == 1
    tell(f"{length} answers cut, one photo")
