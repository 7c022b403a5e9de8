"""Whatever is too large is turned away, in words or by its status, and leaves nothing behind."""

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.guard.visitors import both, everything
from tests.pages.conftest import OURS, Site
from webapp import demo

SYNC = {"X-Threshold-Sync": "1"}
DO = "/zh-Hant/door/do/duty.remark"
REMARK = {
    "place": demo.named("place", "flat-a"),
    "category": "repair",
    "_person": demo.person("lin"),
    "_code": "204618",
    "_shown": "1",
}


Ask = Callable[[FlaskClient], TestResponse]


def form(path: str = DO, **fields: str) -> Ask:
    return lambda client: client.post(path, data=REMARK | fields, headers=OURS)


def door(text: str | bytes) -> Ask:
    return lambda client: client.post("/sync/operations", data=text, content_type="application/json", headers=SYNC)


def parts(client: FlaskClient) -> TestResponse:
    fields = {f"f{n}": "x" for n in range(1_100)}
    return client.post(DO, data=fields, content_type="multipart/form-data", headers=OURS)


def photos(client: FlaskClient) -> TestResponse:
    said = {"CONTENT_LENGTH": str(50 * 1024 * 1024)}
    return client.post(DO, data=b"--x", content_type="multipart/form-data; boundary=x", headers=OURS, environ_overrides=said)


def credential(client: FlaskClient) -> TestResponse:
    return client.get("/sync/pack", headers=SYNC | {"Authorization": "Bearer " + "x" * 60_000})


TOO_MUCH: dict[str, tuple[int, Ask]] = {
    "a form of five megabytes": (413, form(text="x" * 5_000_000)),
    "ten thousand fields": (422, form(**{f"f{n}": "x" for n in range(10_000)})),
    "a thousand parts": (413, parts),
    "fifty megabytes of photos": (413, photos),
    "a text of 501 characters": (422, form(text="字" * 501)),
    "a field of a hundred thousand": (422, form(text="字" * 100_000)),
    "a long name of a tablet": (422, form("/tablets", name="x" * 81, station="door")),
    "a batch over a mebibyte": (413, door(" " * (1024 * 1024 + 1))),
    "a batch of 201": (400, door(json.dumps({"protocol": 1, "nonce": "x" * 8, "entries": [{}] * 201}))),
    "JSON ten thousand deep": (400, door("[" * 10_000)),
    "a number of ten thousand digits": (400, door('{"protocol": ' + "9" * 10_000 + "}")),
    "not UTF-8": (400, door(b"\xff\xfe{")),
    "a long address": (404, lambda client: client.get("/zh-Hant/door/" + "x" * 60_000)),
    "a credential of sixty thousand": (401, credential),
}


@pytest.mark.parametrize("case", TOO_MUCH)
def test_too_much_is_turned_away(site: Site, case: str):
    status, ask = TOO_MUCH[case]
    client, before = both(site), everything()
    before.pop("operations_receipt")  # a text that is too long is refused with a receipt: nothing a person typed is dropped
    before.pop("operations_revision")
    answer = ask(client)
    assert answer.status_code == status
    after = everything()
    assert {name: after[name] for name in before} == before
