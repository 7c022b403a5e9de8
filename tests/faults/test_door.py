"""What the door says to requests that it cannot take: JSON with a reason, never a redirect, a fault of ours or a row."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Rows
from tests.faults.door import HEADERS, Tablet
from webapp import demo
from webapp.base.assets import address
from webapp.operations.ledger import the_ledger
from webapp.operations.rules import SYSTEM

SEND = "/sync/operations"
ALWAYS = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
REQUEST_KEYS = ("protocol", "nonce", "tablet", "epoch", "sent_at", "high_seq", "build", "updates_seen", "entries")
ENTRY_KEYS = ("id", "seq", "operation", "version", "body", "digest", "author", "proof", "happened_at", "offset", "beacon_at",
              "repairs", "attempts", "lost")  # fmt: skip
NASTY = st.sampled_from((0, -1, 2**31, 2**53, 2**63, 2**70, 10**400, "", "\0", "\ud800", "x" * 70_000, [], {}, True, None, 1.5))


def reason(response: Any) -> str:
    """Why, as every refusal of the door says it."""
    assert response.mimetype == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    return str(response.get_json()["reason"])


def test_an_unknown_credential_is_told_so(door: FlaskClient, tablet: Tablet) -> None:
    for credential in ("", "x", f"{tablet.tablet}.x", tablet.credential[:-1], "\u00e9"):
        headers = tablet.headers | {"Authorization": f"Bearer {credential}"}
        response = door.post(SEND, json=tablet.payload([]), headers=headers)
        assert (response.status_code, reason(response)) == (401, "unknown")


def test_a_revoked_tablet_is_told_so(door: FlaskClient, tablet: Tablet) -> None:
    body = {"tablet": tablet.tablet}
    assert (
        the_ledger().submit("tablets.revoke", body, project_id=demo.project_id(), author_id=None, proof=SYSTEM).outcome == "applied"
    )
    sent = door.post(SEND, json=tablet.payload([]), headers=tablet.headers)
    for response in (sent, door.get("/sync/pack", headers=tablet.headers)):
        assert (response.status_code, reason(response)) == (401, "revoked")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"X-Threshold-Sync": ""}, 403),
        ({"X-Threshold-Sync": "2"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_a_request_that_is_not_ours_is_turned_away(
    door: FlaskClient, tablet: Tablet, rows: Rows, change: dict[str, str], status: int
) -> None:
    before = rows.count("operations_receipt")
    response = door.post(SEND, data=json.dumps(tablet.payload(tablet.record())), headers=tablet.headers | change)
    assert response.status_code == status
    assert reason(response)
    assert rows.count("operations_receipt") == before


def test_a_request_of_our_own_page_is_let_in(door: FlaskClient, tablet: Tablet) -> None:
    for more in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}):
        assert door.post(SEND, json=tablet.payload([]), headers=tablet.headers | more).status_code == 200


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"protocol": 2}, "protocol"),
        ({"nonce": "short"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"tablet": "0198"}, "tablet"),
        ({"epoch": 0}, "epoch"),
        ({"entries": {}}, "entries"),
        ({"high_seq": -1}, "high_seq"),
        ({"entries": [{}]}, "seq"),
        ({"entries": [{"seq": 1}]}, "body"),
        ({"entries": [{"seq": 1, "lost": 7}]}, "lost"),
        ({"entries": ["x"]}, "entry"),
    ],
)
def test_a_malformed_request_is_told_what_is_wrong(door: FlaskClient, tablet: Tablet, change: dict[str, Any], why: str) -> None:
    response = door.post(SEND, json=tablet.payload([]) | change, headers=tablet.headers)
    assert (response.status_code, reason(response)) == (400, why)


@pytest.mark.parametrize("text", [b" ", b"{", b"\xff\xfe", b"[" * 100_000, b"null", b"[]", b"1e999", b'{"protocol": NaN}'])
def test_a_body_that_is_no_batch_is_told_so(door: FlaskClient, tablet: Tablet, text: bytes) -> None:
    response = door.post(SEND, data=text, headers=tablet.headers)
    assert (response.status_code, reason(response) in {"json", "protocol"}) == (400, True)


def test_too_much_at_once_is_told_so(door: FlaskClient, tablet: Tablet, rows: Rows) -> None:
    before = rows.count("operations_receipt")
    entries = tablet.record(201)
    too_many = door.post(SEND, json=tablet.payload(entries), headers=tablet.headers)
    too_large = door.post(SEND, data=b" " * (1024 * 1024 + 1), headers=tablet.headers)
    far_too_large = door.post(SEND, data=b" " * (3 * 1024 * 1024), headers=tablet.headers)
    without_length = door.post(SEND, input_stream=None, headers=tablet.headers | {"Transfer-Encoding": "chunked"})
    assert [response.status_code for response in (too_many, too_large, far_too_large)] == [413] * 3
    assert without_length.status_code in {400, 413}
    assert {reason(response) for response in (too_many, too_large, far_too_large)} == {"size"}
    assert rows.count("operations_receipt") == before
    assert door.post(SEND, json=tablet.payload(entries[:200]), headers=tablet.headers).get_json()["acked_seq"] == 200


def test_a_body_of_16_kib_is_taken_and_one_byte_more_is_refused_with_its_text(
    door: FlaskClient, tablet: Tablet, rows: Rows
) -> None:
    room = 16 * 1024 - len('{"text": ""}')
    tablet.record(body='{"text": "%s"}' % ("x" * room))
    tablet.record(body='{"text": "%s"}' % ("x" * (room + 1)))
    results = door.post(SEND, json=tablet.payload(tablet.kept), headers=tablet.headers).get_json()["results"]
    assert [result["outcome"] for result in results] == ["refused", "refused"]
    assert results[0]["errors"]["text"] == "too_long"
    assert results[1]["errors"] == {"": "too_long"}
    assert rows.count("operations_receipt", raw=tablet.kept[1]["body"]) == 1


@pytest.mark.parametrize(("method", "path"), [("GET", "/sync/nothing"), ("GET", SEND), ("DELETE", SEND), ("POST", "/sync/pack")])
def test_the_door_answers_in_json_whatever_is_asked(door: FlaskClient, tablet: Tablet, method: str, path: str) -> None:
    response = door.open(path, method=method, headers=tablet.headers)
    assert response.status_code in {404, 405}
    assert reason(response)


def test_the_door_never_sends_anybody_elsewhere(door: FlaskClient) -> None:
    for path in ("/sync/pack", "/sync/people", SEND, "/sync/nothing"):
        for headers in ({}, HEADERS, {"Accept": "text/html"}):
            for method in ("GET", "POST"):
                assert door.open(path, method=method, headers=headers).status_code >= 400


def never_ours(door: FlaskClient, tablet: Tablet, rows: Rows, text: bytes) -> None:
    """Not 500, and not a row unless the answer is 200."""
    before = rows.count("operations_receipt")
    response = door.post(SEND, data=text, headers=tablet.headers)
    assert response.status_code in {200, 400, 413}, (response.status_code, text[:400])
    if response.status_code == 200:
        answered = [result["outcome"] for result in response.get_json()["results"]]
        assert rows.count("operations_receipt") - before <= len(answered)
    else:
        assert rows.count("operations_receipt") == before


CHANCE = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def test_garbage_is_never_our_fault(door: FlaskClient, tablet: Tablet, rows: Rows) -> None:
    @CHANCE
    @given(key=st.sampled_from(REQUEST_KEYS), value=anything | NASTY)
    def any_request(key: str, value: Any) -> None:
        never_ours(door, tablet, rows, json.dumps(tablet.payload([]) | {key: value}).encode())

    @CHANCE
    @given(st.lists(st.tuples(st.sampled_from(ENTRY_KEYS), anything | NASTY), min_size=1, max_size=3))
    def any_entry(changes: list[tuple[str, Any]]) -> None:
        entry = tablet.record()[0] | dict(changes)
        never_ours(door, tablet, rows, json.dumps(tablet.payload([entry])).encode())

    @CHANCE
    @given(st.binary(max_size=200))
    def any_bytes(text: bytes) -> None:
        never_ours(door, tablet, rows, text)

    any_request()
    any_entry()
    any_bytes()


def test_any_body_of_an_entry_has_an_outcome(door: FlaskClient, tablet: Tablet, rows: Rows) -> None:
    @CHANCE
    @given(fields=st.dictionaries(st.sampled_from(("place", "post", "category", "text", "when")), anything | NASTY, max_size=5))
    def any_body(fields: dict[str, Any]) -> None:
        tablet.record(body=json.dumps(fields)[:200_000])
        response = door.post(SEND, data=json.dumps(tablet.payload(tablet.kept[-1:])), headers=tablet.headers)
        assert response.status_code == 200
        result = response.get_json()["results"][0]
        assert result["outcome"] in {"applied", "refused", "held"}
        assert result.get("reason") != "fault", (fields, result)

    any_body()


def test_every_answer_carries_the_headers(app: Flask, door: FlaskClient, tablet: Tablet) -> None:
    def boom() -> str:
        raise RuntimeError("a fault of ours")

    app.view_functions["healthz"] = boom
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answers = {
        200: door.get("/sync/pack", headers=tablet.headers),
        404: door.get("/nothing/here"),
        401: door.get("/sync/pack", headers=HEADERS),
        413: door.post(SEND, data=b" " * (3 * 1024 * 1024), headers=tablet.headers),
        405: door.delete(SEND, headers=tablet.headers),
        500: door.get("/healthz"),
    }
    worker = door.get("/service-worker.js")
    for status, response in [*answers.items(), (200, worker)]:
        assert response.status_code == status
        assert [name for name in ALWAYS if not response.headers.get(name)] == [], status
        assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert worker.headers["Cache-Control"] == "no-cache"


def test_static_files_are_what_they_say_and_never_change(door: FlaskClient) -> None:
    response = door.get(address("css/all.css"))
    assert response.status_code == 200
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in response.headers["Cache-Control"]
    response.close()
