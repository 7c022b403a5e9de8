"""The floors and the shape of the packages, where import-linter cannot look (design.md, sections 1, 3, 7)."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from webapp.base.database import Base
from webapp.operations.models import Fact

ROOT = Path(__file__).resolve().parents[2]
WEBAPP = ROOT / "webapp"
PARTS = {"__init__", "models", "rules", "forms", "operations", "queries", "views", "jobs", "tables", "commands"}
GROUND = {"base", "operations", "jobs", "sync"}
"""What carries the others has files named for what they hold; all above it is shaped alike."""

ALLOWED = {
    "attachments": {
        "keeping",  # a photo's bytes are no entry: one names them, and they have a way of their own
        "pictures",  # what strange bytes are drawn anew with: a library, so no rules
    },
    "content": {
        "checking",  # what is wrong with a body, before it is kept
        "comparing",  # two bodies compared, word by word
        "editing",  # a body as a page and back, and two of them compared: rules.py would be two sittings with it
        "shapes",  # the parts that a page of each kind has: a table that is read by itself
        "owners",  # who writes which kind: operations and pages ask it, and it reads what it is asked of
    },
    "demo": {  # a story and no part of the product: no facts of its own, a file for each thing that it tells of
        "names",  # ids that come out the same every time
        "people",  # the cast
        "places",  # the site as a file would say it
        "pictures",  # how its things should look, drawn
        "log",  # what one tablet recorded, and how it is sent
        "checks",  # a list answered
        "posts",  # a post taken, handed over, relieved
        "tours",  # a party received
        "doors",  # a day at either flat
        "bar",  # a day at the bar
        "desk",  # what is done with what went wrong
        "week",  # the days in their order
    },
    "losses": {
        "stores",  # the number of a tablet's next store is reserved in a head's row, before there is any entry
    },
    "records": {
        "blanks",  # the form with nothing in it
        "layout",  # what the words of a record are looked up in, once for all that are shown together
        "addenda",  # what came after a signature, in words: tables.py would be two sittings with it
        "sealing",  # what a signature knew, and what came after it: queries.py would be two sittings with it
    },
    "review": {
        "points",  # what every package has open at the end of a day: queries.py would be two sittings with it
    },
    "shifts": {
        "parts",  # what a site consists of, as a page: views.py would be two sittings with it
    },
    "staff": {
        "access",  # sign-in and throttle rows: technical, not operations
        "desk",  # the shape that every desk page has, for the packages above
        "lists",  # the shape that every list of the desk has, likewise
    },
    "stock": {  # what queries.py offers, by what it tells of
        "asking",  # what was asked for, answered and has come
        "counting",  # counts and the legs after them
        "goods",  # what things there are and what they are called
    },
    "tours": {
        "rehearsing",  # rehearsals and who is certified by them
        "spoken",  # what is said in a flat
    },
    "tablets": {
        "enrolment",  # a code and a credential are secrets: only their digests reach an operation and its receipt
        "fitness",  # what a browser has to be able to do before anybody enrols it
        "frames",  # what stands round every page of this tablet
        "life",  # what is done with one tablet at the desk: views.py would be two sittings with it
        "parcels",  # the files of what could not be sent, whole or not at all
        "seals",  # the curve under them: too dear to be loaded before it is needed
        "stations",  # the shape that every station page has, for the packages above
    },
}
BANNED = {"utils", "helpers", "common", "services", "managers"}
OPERATIONS_LINES = 400
FORBIDDEN = re.compile(r"(^|_)(sex|gender|age|birth\w*|looks?|appearance|mood|emotion|worth|wealth|income)(_|$)")


def packages() -> list[Path]:
    return sorted(init.parent for init in WEBAPP.glob("*/__init__.py"))


def modules(name: str) -> list[Path]:
    return sorted(WEBAPP.glob(f"*/{name}.py"))


def named(path: Path) -> str:
    return f"{path.parent.name}.{path.stem}"


def floors() -> dict[str, int]:
    """The floor of each package, from the contract that import-linter checks."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    layers = list(reversed(contract["layers"]))
    return {name: floor for floor, layer in enumerate(layers) for name in re.findall(r"\w+", layer)}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def names_used(path: Path) -> set[str]:
    """Every name and dotted name that the code mentions."""
    tree = ast.parse(path.read_text())
    plain = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return plain | {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def package_of(table: sa.Table) -> str:
    return table.name.partition("_")[0]


@pytest.fixture(scope="module")
def tables() -> list[sa.Table]:
    from tests.conftest import import_all_models

    import_all_models()
    mappers = [mapper for mapper in Base.registry.mappers if mapper.class_.__module__.startswith("webapp.")]
    return [table for mapper in mappers if isinstance(table := mapper.local_table, sa.Table)]


@pytest.mark.parametrize("package", packages(), ids=lambda path: path.name)
def test_a_package_says_what_it_serves(package):
    assert ast.get_docstring(ast.parse((package / "__init__.py").read_text()))


@pytest.mark.parametrize("package", [each for each in packages() if each.name not in GROUND], ids=lambda path: path.name)
def test_a_package_has_the_files_that_every_package_has(package):
    found = {path.stem for path in package.glob("*.py")}
    assert found <= PARTS | ALLOWED.get(package.name, set())


def test_no_module_is_named_for_nothing():
    assert not [path for path in WEBAPP.rglob("*.py") if path.stem in BANNED]


@pytest.mark.parametrize("path", modules("rules"), ids=named)
def test_rules_import_the_standard_library_and_rules_only(path):
    strange = [
        name
        for name in imports(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and not re.match(r"webapp\.\w+\.(rules|roles)\b", name)
    ]
    assert not strange


@pytest.mark.parametrize("path", modules("rules"), ids=named)
def test_rules_are_told_the_time(path):
    assert not [name for name in names_used(path) if re.search(r"\b(now|today|utcnow|time)\b\Z", name) and "." in name]


def test_rules_can_be_used_without_flask():
    lines = [f"import webapp.{path.parent.name}.rules" for path in modules("rules")]
    code = "; ".join([*lines, "import sys", "sys.exit('flask' in sys.modules)"])
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("path", modules("operations"), ids=named)
def test_operations_know_only_form_and_occasion(path):
    asked = {"request", "session", "g", "current_app", "clock", "db", "datetime", "time"} & names_used(path)
    assert not asked, f"{path} asks {asked}: an operation is replayed for others at other times"


@pytest.mark.parametrize("path", modules("operations"), ids=named)
def test_operations_can_be_read_at_a_sitting(path):
    assert len(path.read_text().splitlines()) <= OPERATIONS_LINES


def test_foreign_keys_point_down(tables):
    floor = floors()
    upward = [
        f"{table.name} → {key.column.table.name}"
        for table in tables
        for key in table.foreign_keys
        if package_of(table) != package_of(key.column.table) and floor[package_of(table)] <= floor[package_of(key.column.table)]
    ]
    assert not upward


def test_every_table_is_named_for_its_package(tables):
    assert not [table.name for table in tables if package_of(table) not in floors()]


def test_a_fact_stands_on_reference_data_only(tables):
    facts = {mapper.local_table.name for mapper in Base.registry.mappers if issubclass(mapper.class_, Fact)}
    assert facts
    leaning = [
        f"{table.name} → {key.column.table.name}"
        for table in tables
        if table.name in facts
        for key in table.foreign_keys
        if key.column.table.name in facts
    ]
    assert not leaning


def test_nobody_is_judged_by_a_column(tables):
    assert not [f"{table.name}.{column.name}" for table in tables for column in table.c if FORBIDDEN.search(column.name)]


def test_nobody_is_judged_by_a_field(tables):
    from webapp.operations import registry

    fields = [f"{each.name}: {name}" for each in registry.every() for name in each.form()._fields if FORBIDDEN.search(name)]
    assert not fields


@pytest.mark.parametrize("name", ["sex", "guest_age", "mood", "age", "visitor_worth", "birthday", "looks"], ids=lambda name: name)
def test_a_judging_name_is_known(name):
    assert FORBIDDEN.search(name)


@pytest.mark.parametrize("name", ["stage", "page", "message", "usage", "outlook", "moodboard", "manager_id"])
def test_a_harmless_name_is_let_be(name):
    assert not FORBIDDEN.search(name)
