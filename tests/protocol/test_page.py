"""docs/protocol.md says what is true: every operation of a tablet with its fields, and a state digest that can be checked."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from tests.cast import Site
from webapp.cli import digest_text
from webapp.operations import registry

PAGE = (Path(__file__).parent.parent.parent / "docs" / "protocol.md").read_text("utf-8")


def described() -> dict[str, tuple[str, set[str]]]:
    """Operation → (least proof, fields) as the page's table has them."""
    rows = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| ([a-z-]+) \| (.*) \|$", PAGE, re.MULTILINE)
    return {name: (proof, set(re.findall(r"`([a-z]+)\??`", body.split("→")[0]))) for name, proof, body in rows}


def test_every_operation_of_a_tablet_is_described(site: Site) -> None:
    mine = {each.name for each in registry.every() if each.offline and each.family != "notebook"}
    assert set(described()) == mine


@pytest.mark.parametrize("name", sorted(described()))
def test_an_operation_is_described_as_it_is(site: Site, name: str) -> None:
    proof, fields = described()[name]
    operation = registry.get(name)
    assert proof == operation.proof
    assert set(operation.fields) <= fields


def test_the_example_of_a_state_can_be_checked() -> None:
    line, last = PAGE.split('```\n{"actions":', 1)[1].partition("\n```")[0].split("\n")
    text = '{"actions":' + line + "\n"
    assert last == "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    value = json.loads(text)
    assert text == json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def test_the_example_has_the_keys_of_a_real_state(site: Site) -> None:
    example = json.loads('{"actions":' + PAGE.split('```\n{"actions":', 1)[1].split("\n")[0])
    real = json.loads(digest_text(site.project_id, 1).split("\n")[0])
    assert set(example) == set(real)
    for part in ("actions", "duty", "sites", "stock", "tours"):
        assert set(example[part]) == set(real[part])
