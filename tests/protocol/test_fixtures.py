"""The fixtures of docs/protocol, from the server's side; tests/js runs the same files from the tablet's."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from webapp.operations import entries
from webapp.operations.rules import BACK_DATED_WITHIN, LEEWAY, Line, judge
from webapp.staff.access import ROUNDS
from webapp.staff.rules import GRANT_WITHIN, LOCKED_AFTER, read_code, wait_after
from webapp.tablets import seals

FOLDER = Path(__file__).parent.parent.parent / "docs" / "protocol"


def fixture(name: str) -> Any:
    return json.loads((FOLDER / name).read_text("utf-8"))


def cases(name: str) -> list[Any]:
    return [pytest.param(case, id=case.get("name", f"case {n}")) for n, case in enumerate(fixture(name)["cases"])]


@pytest.mark.parametrize("case", cases("digests.json"))
def test_a_digest_is_over_the_exact_text(case: dict[str, str]) -> None:
    assert entries.digest_of(case["text"]) == case["sha256"]


@pytest.mark.parametrize("case", cases("time.json"))
def test_an_entry_happened_when_the_rules_say(case: dict[str, Any]) -> None:
    line = Line()
    for sent, expected in zip(case["entries"], case["expect"], strict=True):
        if "lost" in sent:
            continue
        judged = judge(
            line,
            happened_at=sent["happened_at"],
            offset=sent["offset"],
            beacon_at=sent["beacon_at"],
            received_at=sent["received_at"],
            enrolled_at=case["enrolled_at"],
            when=sent.get("when"),
        )
        line = judged.line
        if "refused" in expected:
            assert judged.when_wrong
            continue
        assert (judged.effective_at, list(judged.flags)) == (expected["effective_at"], expected["flags"])
        assert not judged.when_wrong


def test_the_limits_are_those_of_the_page() -> None:
    limits = fixture("limits.json")
    assert limits["body_bytes"] == entries.BODY_MOST
    assert limits["batch_entries"] == entries.BATCH_MOST
    assert limits["batch_bytes"] == entries.REQUEST_MOST
    assert limits["attempts"] == entries.ATTEMPTS_MOST
    assert limits["clock_slack_ms"] == LEEWAY
    assert limits["back_dating_ms"] == BACK_DATED_WITHIN


@pytest.mark.parametrize("case", fixture("limits.json")["bodies"], ids=lambda c: c["name"])
def test_a_body_is_measured_in_bytes(case: dict[str, Any]) -> None:
    assert entries.is_too_long(case["text"] * case["times"]) is not case["fits"]


@pytest.mark.parametrize("case", fixture("limits.json")["nonces"], ids=lambda c: str(len(c["text"])))
def test_a_nonce_has_its_length(case: dict[str, Any]) -> None:
    source = entries.Source("01980000-0000-7000-8000-000000000001", 1, "p", 0)
    payload = {"protocol": 1, "nonce": case["text"], "tablet": source.tablet_id, "epoch": 1, "entries": []}
    if case["fits"]:
        assert entries.read_batch(payload, source).nonce == case["text"]
    else:
        with pytest.raises(entries.Malformed):
            entries.read_batch(payload, source)


def test_the_example_request_can_be_read() -> None:
    request = fixture("outcomes.json")["exchange"]["request"]
    batch = entries.read_batch(request, entries.Source(request["tablet"], 1, "p", 0))
    assert [entry.seq for entry in batch.entries] == [entry["seq"] for entry in request["entries"]]
    for entry in batch.entries:
        assert entry.lost is not None or entries.digest_of(entry.body) == entry.digest


@pytest.mark.parametrize("case", cases("verifier.json"))
def test_a_verifier_opens_to_its_code_alone(case: dict[str, Any]) -> None:
    digits = read_code(case["code"])
    made = hashlib.pbkdf2_hmac("sha256", (digits or "").encode(), base64.b64decode(case["salt"]), case["rounds"], 32)
    opens = digits is not None and case["rounds"] >= 600_000 and base64.b64encode(made).decode() == case["verifier"]
    assert opens is (case["opens"] is True)


@pytest.mark.parametrize("case", fixture("waits.json")["waits"], ids=lambda case: str(case["failures"]))
def test_a_wrong_code_waits_as_long_here_as_on_the_tablet(case: dict[str, int]) -> None:
    assert wait_after(case["failures"]) == case["wait_ms"]


def test_codes_are_locked_and_granted_as_the_page_says() -> None:
    limits = fixture("limits.json")
    assert (limits["locked_after"], limits["grant_ms"], limits["rounds"]) == (LOCKED_AFTER, GRANT_WITHIN, ROUNDS)


def test_a_file_is_opened_as_the_page_says() -> None:
    told = fixture("parcel.json")
    file, text = base64.b64decode(told["file"]), told["text"].encode()
    key = seals.private(told["secret"])
    assert base64.b64encode(seals.encoded(key)).decode() == told["server_key"]
    plain = seals.unsealed(key, file[:141], file[76:141], file[141:])
    assert plain[64:] == text
    assert seals.signed(base64.b64decode(told["tablet_key"]), plain[:64], file[:141] + text)
    assert not seals.signed(base64.b64decode(told["tablet_key"]), plain[:64], file[:141] + text + b" ")
