"""The code at the server: grants, locks, who may ask and whose verifiers a tablet is given."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.pages.conftest import AT, OURS, Site, read
from webapp import demo
from webapp.base import clock, ids
from webapp.base.database import db
from webapp.operations.entries import digest_of
from webapp.operations.ledger import the_ledger
from webapp.operations.rules import SYSTEM
from webapp.staff import access
from webapp.staff.rules import LOCKED_AFTER, SECOND
from webapp.tablets.queries import authenticate

SYNC = {"X-Threshold-Sync": "1"}
CODES = {each.key: each.code for each in demo.CAST}
WRONG = "000001"


def ask(tablet: FlaskClient, who: str, code: str, **more: Any) -> dict[str, Any]:
    body = {"protocol": 1, "nonce": "nonce-12", "person": demo.person(who), "code": code} | more
    answer = tablet.post("/sync/unlock", json=body, headers=SYNC)
    db.session.rollback()
    return dict(answer.json) | {"status": answer.status_code}


def quick(who: str) -> None:
    """A verifier that is checked at once, for tests that try often."""
    access.set_code(demo.person(who), CODES[who], rounds=1_000)


def send(tablet: FlaskClient, site: Site, who: str, proof: str) -> dict[str, Any]:
    """Take the post at the door, by this proof."""
    row = authenticate(site.credentials["door"])
    assert row
    body = json.dumps({"post": demo.named("post", "door")})
    entry = {
        "id": ids.uuid7(AT), "seq": 1, "operation": "shifts.take_post", "version": 1, "body": body, "digest": digest_of(body),
        "author": demo.person(who), "proof": proof, "happened_at": clock.now(), "offset": 0, "beacon_at": clock.now(),
    }  # fmt: skip
    request = {"protocol": 1, "nonce": "nonce-12", "tablet": row.id, "epoch": 1, "sent_at": AT, "high_seq": 1, "entries": [entry]}
    return dict(tablet.post("/sync/operations", json=request, headers=SYNC).json["results"][0])


def test_the_right_code_is_given_a_grant_that_an_entry_may_name(site: Site) -> None:
    tablet = site.tablet("door")
    answer = ask(tablet, "lin", CODES["lin"])
    assert answer == {
        "status": 200, "protocol": 1, "nonce": "nonce-12", "server_time": AT, "outcome": "right", "grant": answer["grant"],
        "ends_at": AT + 12 * clock.HOUR,
    }  # fmt: skip
    assert send(tablet, site, "lin", f"grant:{answer['grant']}")["outcome"] == "applied"


def test_a_grant_says_who_and_where(site: Site) -> None:
    elsewhere = ask(site.tablet("bar"), "lin", CODES["lin"])["grant"]
    assert send(site.tablet("door"), site, "lin", f"grant:{elsewhere}")["flags"] == ["proof_unverified", "weak_proof"]


@pytest.mark.parametrize("who", ["he", "lin"])
def test_one_persons_grant_is_not_anothers(site: Site, who: str) -> None:
    tablet = site.tablet("door")
    grant = ask(tablet, "lin", CODES["lin"])["grant"]
    assert ("flags" in send(tablet, site, who, f"grant:{grant}")) is (who != "lin")


def test_wrong_codes_wait_and_are_locked_until_the_desk_opens_them(site: Site) -> None:
    quick("lin")
    tablet, said, at = site.tablet("door"), [], AT
    for _ in range(LOCKED_AFTER + 1):
        with clock.standing_at(at):
            answer = ask(tablet, "lin", WRONG)
        said.append((answer["outcome"], answer.get("wait_ms", 0) // SECOND))
        at += answer.get("wait_ms", 0)
    waits = [0, 0, 5, 10, 20, 40, 80, 160, 320]
    assert said == [*(("wrong", wait) for wait in waits), ("locked", 0), ("locked", 0)]
    desk = site.desk("chen")
    fields = read(desk.get("/posts").text).all("input")
    assert [each.attrs["value"] for each in fields if each.attrs["name"] == "person"] == [demo.person("lin")]
    tablet_id = site.credentials["door"].partition(".")[0]
    opened = desk.post("/posts", data={"person": demo.person("lin"), "tablet": tablet_id}, headers=OURS)
    assert opened.status_code == 303
    db.session.rollback()
    assert ask(tablet, "lin", CODES["lin"])["outcome"] == "right"


def test_too_early_is_not_looked_at(site: Site) -> None:
    quick("lin")
    tablet = site.tablet("door")
    for _ in range(3):
        ask(tablet, "lin", WRONG)
    assert ask(tablet, "lin", CODES["lin"]) | {"status": 0} == {
        "status": 0, "protocol": 1, "nonce": "nonce-12", "server_time": AT, "outcome": "wait", "wait_ms": 5 * SECOND,
    }  # fmt: skip


def test_the_way_without_script_counts_in_the_same_rows(site: Site) -> None:
    quick("lin")
    tablet = site.tablet("door")
    typed = {"post": demo.named("post", "door"), "_person": demo.person("lin"), "_code": WRONG, "_shown": "1"}
    for _ in range(3):
        tablet.post("/en/door/do/shifts.take_post", data=typed, headers=OURS)
    assert ask(tablet, "lin", CODES["lin"])["outcome"] == "wait"
    page = tablet.post("/en/door/do/shifts.take_post", data=typed | {"_code": CODES["lin"]}, headers=OURS)
    assert page.status_code == 422
    assert "Too many wrong codes" in read(page.text).text()


def test_a_locked_code_says_so_without_script_too(site: Site) -> None:
    quick("lin")
    at = AT
    for _ in range(LOCKED_AFTER):
        with clock.standing_at(at):
            at += ask(site.tablet("door"), "lin", WRONG).get("wait_ms", 0)
    typed = {"post": demo.named("post", "door"), "_person": demo.person("lin"), "_code": CODES["lin"], "_shown": "1"}
    page = site.tablet("door").post("/en/door/do/shifts.take_post", data=typed, headers=OURS)
    assert "locked on this tablet" in read(page.text).text()


def test_whoever_does_not_work_here_is_wrong(site: Site) -> None:
    nobody = ids.derived("nobody")
    assert ask(site.tablet("door"), "lin", WRONG, person=nobody)["outcome"] == "wrong"
    assert ask(site.tablet("elsewhere"), "lin", CODES["lin"])["outcome"] == "wrong", "not in that project"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"protocol": 2}, "protocol"),
        ({"nonce": "short"}, "nonce"),
        ({"person": "lin"}, "person"),
        ({"code": ""}, "code"),
        ({"code": 204618}, "code"),
    ],
)
def test_a_request_that_is_not_well_made_is_not_counted(site: Site, more: dict[str, Any], reason: str) -> None:
    tablet = site.tablet("door")
    body = {"protocol": 1, "nonce": "nonce-12", "person": demo.person("lin"), "code": WRONG} | more
    answer = tablet.post("/sync/unlock", json=body, headers=SYNC)
    assert (answer.status_code, answer.json) == (400, {"reason": reason})


def revoke(site: Site) -> FlaskClient:
    tablet_id = site.credentials["door"].partition(".")[0]
    outcome = the_ledger().submit(
        "tablets.revoke", {"tablet": tablet_id, "reason": "lost"}, project_id=demo.project_id(), author_id=None, proof=SYSTEM
    )
    assert outcome.outcome == "applied", outcome.errors
    db.session.rollback()
    return site.tablet("door")


@pytest.mark.parametrize(
    ("speaker", "status", "reason"),
    [
        (revoke, 401, "revoked"),
        (Site.stranger, 401, "unknown"),
        (lambda site: site.desk("chen"), 401, "unknown"),
    ],
    ids=["revoked", "nobody", "a desk"],
)
def test_only_a_tablet_may_ask_at_any_of_its_doors(
    site: Site, speaker: Callable[[Site], FlaskClient], status: int, reason: str
) -> None:
    client = speaker(site)
    for answer in (
        client.post("/sync/unlock", json={}, headers=SYNC),
        client.post("/sync/operations", json={}, headers=SYNC),
        client.get("/sync/people", headers=SYNC),
        client.get("/sync/pack", headers=SYNC),
    ):
        assert (answer.status_code, answer.json) == (status, {"reason": reason})


@pytest.mark.parametrize(("station", "roles"), [("door", {"greeter"}), ("bar", {"water_bar"})])
def test_a_tablet_is_given_the_verifiers_of_its_own_posts(site: Site, station: str, roles: set[str]) -> None:
    people = site.tablet(station).get("/sync/people", headers=SYNC).json["people"]
    assert people
    known = [each for each in people if each.get("verifier")]
    assert {role for each in known for role in each["roles"]} == roles
    assert all(each["rounds"] >= 600_000 for each in known)


def test_whoever_inspects_is_named_to_a_tablet_without_a_verifier(site: Site) -> None:
    people = site.tablet("door").get("/sync/people", headers=SYNC).json["people"]
    visitors = [each for each in people if "verifier" not in each]
    assert {each["id"] for each in visitors} == {demo.person("chen")}
    assert all(each.keys() == {"id", "name", "call_name", "roles"} for each in visitors)


def test_whoever_left_or_has_a_weak_verifier_is_not_among_them(site: Site) -> None:
    def names() -> set[str]:
        return {each["id"] for each in site.tablet("door").get("/sync/people", headers=SYNC).json["people"]}

    assert {demo.person("lin"), demo.person("he")} <= names()
    body = {"person": demo.person("lin"), "role": "greeter"}
    the_ledger().submit("staff.leave", body, project_id=demo.project_id(), author_id=None, proof=SYSTEM, at=AT - 1)
    db.session.rollback()
    quick("he")
    assert not {demo.person("lin"), demo.person("he")} & names()


def test_no_verifier_stands_in_a_page(site: Site) -> None:
    people = site.tablet("door").get("/sync/people", headers=SYNC).json["people"]
    pages = [site.tablet("door").get(f"/en/door/{path}").text for path in ("", "post", "handover")]
    known = [each for each in people if "verifier" in each]
    assert known
    assert not any(each["verifier"] in page or each["salt"] in page for each in known for page in pages)


@pytest.mark.parametrize("who", ["lin", "su"])
def test_front_staff_may_not_open_a_locked_code(site: Site, who: str) -> None:
    tablet_id = site.credentials["door"].partition(".")[0]
    typed = {"person": demo.person("lin"), "tablet": tablet_id}
    assert site.desk(who).post("/posts", data=typed, headers=OURS).status_code == 403
    assert site.tablet("door").post("/posts", data=typed, headers=OURS).status_code == 303, "to the sign-in"


def test_a_lock_at_another_projects_tablet_is_not_found(site: Site) -> None:
    typed = {"person": demo.person("lin"), "tablet": site.credentials["elsewhere"].partition(".")[0]}
    assert site.desk("chen").post("/posts", data=typed, headers=OURS).status_code == 404
