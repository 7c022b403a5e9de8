"""Grants: an entry names the unlocking by which its author signed it, and the ledger looks whether we gave that."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.operations.pads import HE, LIN, PROJECT, START, Pad, people
from webapp.base import ids
from webapp.operations.ledger import Ledger
from webapp.operations.rules import Grant, believed_proof, grant_named, is_of_old_code

pytestmark = pytest.mark.database
HOUR = 3_600_000
CASES = json.loads((Path(__file__).parent.parent.parent / "docs/protocol/grants.json").read_text("utf-8"))["cases"]


def granted(kind: str, tablet: str) -> str:
    """The id of a tablet's grant of a kind."""
    return ids.derived("grant", kind, tablet)


@dataclass
class Given:
    """Grants of every kind for each tablet, and how often they were asked for."""

    asked: list[set[str]] = field(default_factory=list)
    tablets: tuple[str, ...] = tuple(Pad(number).tablet for number in (1, 2))

    def __call__(self, _connection: object, project_id: str, wanted: set[str]) -> Mapping[str, Grant]:
        self.asked.append(wanted)
        known = {}
        for tablet in self.tablets if project_id == PROJECT else ():
            good = Grant(LIN, tablet, START, START + 12 * HOUR)
            known |= {
                granted("good", tablet): good,
                granted("another's", tablet): replace(good, person_id=HE),
                granted("another tablet's", tablet): replace(good, tablet_id=ids.derived("elsewhere")),
                granted("over", tablet): replace(good, given_at=START - 13 * HOUR, ends_at=START - HOUR),
                granted("later", tablet): replace(good, given_at=START + HOUR),
            }
        return {each: known[each] for each in wanted if each in known}


@pytest.fixture
def given_out() -> Given:
    return Given()


@pytest.fixture
def signed(book: Ledger, given_out: Given) -> Ledger:
    return Ledger(people, given_out)


@pytest.mark.parametrize(
    ("kind", "flags"),
    [("good", None)]
    + [(kind, ["proof_unverified", "weak_proof"]) for kind in ("another's", "another tablet's", "over", "later", "never given")],
)
def test_a_grant_is_worth_a_session_where_it_holds_and_nothing_else(signed: Ledger, pad: Pad, kind: str, flags: Any) -> None:
    pad.keep("notebook.sign", proof=f"grant:{granted(kind, pad.tablet)}")
    pad.keep("notebook.decide", proof=f"grant:{granted(kind, pad.tablet)}")
    fact, decision = pad.send(signed).results
    assert (fact["outcome"], fact.get("flags")) == ("applied", flags), "a fact is taken, whatever its proof"
    assert (decision["outcome"], decision.get("flags")) == ("applied" if flags is None else "refused", flags)


def test_a_grant_of_another_project_is_worth_nothing(signed: Ledger) -> None:
    elsewhere = Pad(project=ids.derived("test", "another project"))
    elsewhere.keep("notebook.sign", proof=f"grant:{granted('good', elsewhere.tablet)}")
    assert "proof_unverified" in elsewhere.send(signed).results[0]["flags"]


def test_a_wrong_clock_is_asked_for_the_last_server_time_it_heard(signed: Ledger, pad: Pad) -> None:
    year = 365 * 24 * HOUR
    proof = f"grant:{granted('good', pad.tablet)}"
    pad.keep("notebook.sign", START + year, offset=year, beacon_at=START + 5, proof=proof)
    pad.keep("notebook.sign", START - year, offset=-year, beacon_at=None, proof=proof)
    assert [result["flags"] for result in pad.send(signed).results] == [
        ["time_wrong"],
        ["time_wrong", "proof_unverified", "weak_proof"],
    ]


def test_a_batch_asks_once_and_only_where_a_grant_is_named(signed: Ledger, given_out: Given, pad: Pad) -> None:
    for _ in range(20):
        pad.keep("notebook.sign")
    pad.send(signed)
    assert given_out.asked == []
    for _ in range(20):
        pad.keep("notebook.sign", proof=f"grant:{granted('good', pad.tablet)}")
    pad.keep("notebook.sign", proof="grant:no-id-at-all")
    pad.send(signed)
    assert given_out.asked == [{granted("good", pad.tablet)}]


KINDS = ("good", "another's", "another tablet's", "over", "later", "never given")
PROOFS = st.sampled_from([*(f"grant:{kind}" for kind in KINDS), "grant:", "pin-offline", "post", "unverified", "session"])
NAMES = st.sampled_from(["notebook.sign", "notebook.decide", "notebook.write"])


@settings(max_examples=25)
@given(st.lists(st.tuples(NAMES, PROOFS, st.sampled_from([LIN, HE])), min_size=1, max_size=12))
def test_a_batch_with_grants_is_judged_as_its_entries_one_by_one(signed: Ledger, wanted: list[tuple[str, str, str]]) -> None:
    together, apart = Pad(1, epoch=next(_epochs)), Pad(2, epoch=next(_epochs))
    for pad in (together, apart):
        for name, proof, author in wanted:
            kind = proof.removeprefix("grant:")
            claimed = f"grant:{granted(kind, pad.tablet)}" if kind in KINDS else proof.rstrip(":")
            pad.keep(name, proof=claimed, author=author)
    at_once = together.send(signed).results
    one_by_one = [apart.send(signed, [entry]).results[0] for entry in apart.kept]
    assert [judged(each) for each in at_once] == [judged(each) for each in one_by_one]


_epochs = iter(range(1, 1_000_000))


def judged(result: Mapping[str, Any]) -> dict[str, Any]:
    return {key: result.get(key) for key in ("outcome", "flags", "errors")}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_proof_is_believed_as_the_fixture_says(case: dict[str, Any]) -> None:
    entry = case["entry"]
    given_here = {key: Grant(**each) for key, each in case["grants"].items()}
    captured = entry["beacon_at"] if entry["time_wrong"] else entry["happened_at"]
    found = believed_proof(
        entry["proof"],
        given_here.get(grant_named(entry["proof"]) or ""),
        author=entry["author"],
        tablet_id=entry["tablet"],
        at=captured,
    )
    assert found == (case["worth"], case["believed"])


@pytest.mark.parametrize(("set_at", "is_old"), [(0, False), (100, False), (101, True), (200, True), (201, False)])
def test_a_code_is_an_old_one_where_it_was_changed_between_the_last_contact_and_the_signature(set_at: int, is_old: bool) -> None:
    assert is_of_old_code(set_at, 100, 200) is is_old
