"""What tablets of earlier releases say is still understood, half a year later too: operations only grow."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cast import Site
from tests.conftest import Rows, import_all_models
from tests.replays.recording import read, recorded, taken
from webapp.base import clock, ids
from webapp.operations import registry
from webapp.operations.entries import Entry, digest_of
from webapp.operations.fields import Choice, Field, Form, Number, Text

HALF_A_YEAR = 180 * clock.DAY
RELEASES = recorded()


def narrowed(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Where a field that was `taken` so before takes less now. {} where there is no such field (any more)."""
    if not then:
        return [] if now.get("optional", True) else ["new, and must be filled in"]
    if not now:
        return ["is gone"]
    found = [f"is a {now['type']}, was a {then['type']}"] if now["type"] != then["type"] else []
    found += ["must be filled in"] if then["optional"] and not now["optional"] else []
    found += ["takes less"] if now.get("least", 0) > then.get("least", 0) or now.get("most", 0) < then.get("most", 0) else []
    found += ["offers less"] if not {*then.get("offered", ())} <= {*now.get("offered", ())} else []
    found += ["means another thing"] if any(then.get(name) != now.get(name) for name in ("kind", "back_dates")) else []
    return found


def complaints(told: dict[str, dict[str, Any]]) -> list[str]:
    """What of a release's forms would be refused today. A new version may differ: then an up-caster brings the old one over."""
    found = []
    for title, then in told.items():
        name, version = title.split()
        operation = registry.find(name)
        if operation is None:
            found.append(f"{name} is gone")
        elif operation.version == int(version):
            now = {each: taken(field) for each, field in operation.fields.items()}
            found += [f"{name}: {each} {why}" for each in {*then, *now} for why in narrowed(then.get(each, {}), now.get(each, {}))]
    return found


def test_something_was_recorded() -> None:
    assert "part-1" in {release.name for release in RELEASES}


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
def test_a_form_only_ever_grows(release: Path) -> None:
    import_all_models()
    assert complaints(read(release)["fields"]) == []


THEN = taken(Number(least=1, most=60, optional=True).bind(Form(), "guests"))
NARROWER: dict[str, tuple[Field | None, str]] = {
    "gone": (None, "is gone"),
    "required": (Number(least=1, most=60), "must be filled in"),
    "less": (Number(least=1, most=59, optional=True), "takes less"),
    "more at least": (Number(least=2, most=60, optional=True), "takes less"),
    "another": (Text(most=60, optional=True), "is a Text, was a Number"),
}


@pytest.mark.parametrize("how", NARROWER)
def test_a_field_that_takes_less_than_it_did_is_noticed(how: str) -> None:
    field, why = NARROWER[how]
    assert why in narrowed(THEN, taken(field.bind(Form(), "guests")) if field else {})


def test_a_choice_that_is_gone_and_a_field_that_is_wanted_all_at_once_are_noticed() -> None:
    then, now = (taken(Choice(of=of).bind(Form(), "state")) for of in (("clean", "soiled"), ("clean",)))
    assert narrowed(then, now) == ["offers less"]
    assert narrowed(now, then) == []
    assert narrowed({}, then) == ["new, and must be filled in"]


def test_every_operation_of_a_tablet_was_recorded() -> None:
    """`python -m tests.replays.recording part-N` writes down what this release says."""
    import_all_models()
    written = {title for release in RELEASES for title in read(release)["fields"]}
    own = {f"{each.name} {each.version}" for each in registry.every() if each.offline and not each.name.startswith("notebook.")}
    assert own - written == set()


@pytest.mark.database
@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
def test_what_was_said_is_accepted_half_a_year_later(site: Site, rows: Rows, release: Path, tell) -> None:
    told, tablet = read(release), site.tablet()
    for number, each in enumerate(told["entries"], 1):
        at = told["said_at"] + number * clock.MINUTE
        tablet.kept.append(
            Entry(
                id=ids.uuid7(at), seq=number, operation=each["operation"], version=each["version"], body=each["body"],
                digest=digest_of(each["body"]), author=site.person("lin"), proof=each["proof"], happened_at=at, offset=0,
                beacon_at=at - clock.MINUTE,
            )
        )  # fmt: skip
    late = told["said_at"] + HALF_A_YEAR
    first, again = tablet.send(received_at=late), tablet.send(received_at=late + clock.MINUTE)
    wrong = [result for result in first.results if result["outcome"] != "applied"]
    said = {entry.id: f"{entry.operation} {entry.body}" for entry in tablet.kept}
    assert wrong == [], "\n".join(f"{said[result['id']]}: {json.dumps(result)}" for result in wrong)
    assert {flag for result in first.results for flag in result.get("flags", ())} <= {"role", "back_dated"}
    assert {result["outcome"] for result in again.results} == {"duplicate"}
    assert rows.count("operations_receipt", tablet_id=tablet.id, outcome="applied") == len(tablet.kept)
    tell(f"{len(tablet.kept)} entries of {len(told['fields'])} operations")
