"""What a file would do: its rows as operations of this site, and what is wrong with them by line and column."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.base import ids
from webapp.base.i18n import LANGUAGES
from webapp.imports.rules import BALANCES, INVENTORY, ITEMS, PEOPLE, Kind, Problem, Row, read
from webapp.operations import registry
from webapp.operations.ledger import Intent
from webapp.sites import queries as sites
from webapp.sites.models import Project
from webapp.stock import queries as stock


@dataclass(frozen=True)
class Step:
    """An operation of a row. `columns`: which column a field of its form was typed in, where they are called otherwise."""

    row: Row
    intent: Intent
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """A file as operations, or what is wrong with it. `left`: the rows whose things are here already and stay as they are."""

    kind: Kind
    digest: str
    rows: Sequence[Row]
    steps: Sequence[Step]
    problems: Sequence[Problem]
    left: int


@dataclass(frozen=True)
class Known:
    """What rows of a file name: ids of flats and places by code, of items by sku."""

    site: Project
    digest: str
    flats: Mapping[str, str]
    places: Mapping[str, str]
    items: Mapping[str, str]

    def id(self, *parts: object) -> str:
        return ids.derived(self.site.id, "import", *parts)


Made = Iterator[Step | Problem]


def plan(site: Project, kind: Kind, raw: bytes, encoding: str) -> Plan:
    """What a file would do. Nothing is written."""
    digest = hashlib.sha256(raw).hexdigest()
    rows, problems = read(raw.decode(encoding), kind)
    known = Known(
        site, digest, {each.code: each.id for each in sites.flats(site.id)}, {each.code: each.id for each in sites.places(site.id)},
        {each.sku: each.id for each in stock.items(site.id)},
    )  # fmt: skip
    left = [row for row in rows if kind is ITEMS and row.cells["sku"] in known.items]
    made = [each for row in rows if row not in left for each in STEPS[kind.key](known, row)]
    steps = [each for each in made if isinstance(each, Step)]
    problems = [*problems, *(each for each in made if isinstance(each, Problem)), *_twice(kind, rows), *_refused(steps)]
    return Plan(kind, digest, rows, steps, sorted(problems, key=lambda each: (each.line, each.column, each.code)), len(left))


def _people(known: Known, row: Row) -> Made:
    person = known.id("person", row.cells["key"].casefold())
    body = {name: row.cells[name] for name in ("name", "call_name", "language")}
    yield Step(row, Intent("staff.add_person", person, body))
    for role in row.cells["roles"].split(";"):
        made = known.id("role", row.cells["key"].casefold(), role)
        yield Step(row, Intent("staff.join", made, {"person": person, "role": role}), {"role": "roles", "person": "key"})


def _items(known: Known, row: Row) -> Made:
    names, unit = _names(row), row.cells["unit"]
    if not names:
        yield Problem(row.line, "name_hant", "no_name")
        return
    body = {name: row.cells[name] for name in ("sku", "category", "unit", "tracking", "minimum", "par")}
    body |= {"names": _json(names), "counter": _json(dict.fromkeys(LANGUAGES, unit))}
    yield Step(row, Intent("stock.add_item", known.id("item", row.cells["sku"]), body), {"names": "name_hant", "counter": "unit"})


def _inventory(known: Known, row: Row) -> Made:
    names, flat = _names(row), known.flats.get(row.cells["flat"])
    if flat is None:
        yield Problem(row.line, "flat", "no_such", ", ".join(known.flats))
    if not names:
        yield Problem(row.line, "name_hant", "no_name")
    if flat is None or not names:
        return
    body = {"flat": flat, "code": row.cells["code"], "names": _json(names), "expected": row.cells["expected"]}
    if row.cells.get("placing"):
        body["placing"] = _json(dict.fromkeys(LANGUAGES, row.cells["placing"]))
    made = known.id("thing", known.digest, row.line)
    yield Step(row, Intent("stock.list_thing", made, body), {"names": "name_hant"})


def _balances(known: Known, row: Row) -> Made:
    item, place = known.items.get(row.cells["item"]), known.places.get(row.cells["place"])
    if item is None:
        yield Problem(row.line, "item", "no_such", "")
    if place is None:
        yield Problem(row.line, "place", "no_such", ", ".join(known.places))
    if item and place:
        body = {"item": item, "place": place, "state": row.cells["state"], "counted": row.cells["counted"]}
        yield Step(row, Intent("stock.count", known.id("balance", known.digest, row.line), body))


STEPS: Mapping[str, Callable[[Known, Row], Made]] = {
    PEOPLE.key: _people, ITEMS.key: _items, INVENTORY.key: _inventory, BALANCES.key: _balances,
}  # fmt: skip
NATURAL = {PEOPLE.key: ("key",), ITEMS.key: ("sku",), INVENTORY.key: ("flat", "code"), BALANCES.key: ("place", "item", "state")}
"""What no two rows of a file may share."""


def _twice(kind: Kind, rows: Sequence[Row]) -> Iterator[Problem]:
    first: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(row.cells[column].casefold() for column in NATURAL[kind.key])
        if key in first:
            yield Problem(row.line, NATURAL[kind.key][-1], "twice_as", str(first[key]))
        first.setdefault(key, row.line)


def _refused(steps: Sequence[Step]) -> Iterator[Problem]:
    """What the forms of the operations would refuse, by the column it was typed in."""
    for step in steps:
        for name, code in registry.get(step.intent.operation).clean(step.intent.body)[1].items():
            limit = registry.get(step.intent.operation).fields[name].limit_of(code)
            yield Problem(step.row.line, step.columns.get(name, name), code, "" if limit is None else str(limit))


def _names(row: Row) -> dict[str, str]:
    """A name in the languages it was written in."""
    typed = {"zh-Hant": row.cells.get("name_hant"), "zh-Hans": row.cells.get("name_hans"), "en": row.cells.get("name_en")}
    return {tag: name for tag, name in typed.items() if name}


def _json(words: Mapping[str, Any]) -> str:
    return json.dumps(words, ensure_ascii=False)
