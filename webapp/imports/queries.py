"""What a file would do: its rows as operations of this site, and what is wrong with them by line and column."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.base import clock, ids
from webapp.base.i18n import LANGUAGES
from webapp.imports.rules import BALANCES, INVENTORY, ITEMS, PEOPLE, Kind, Problem, Row, in_order, read
from webapp.operations import registry
from webapp.operations.ledger import Intent
from webapp.sites import queries as sites
from webapp.sites.models import Project
from webapp.staff import queries as staff
from webapp.staff.rules import one_name
from webapp.stock import queries as stock


@dataclass(frozen=True)
class Step:
    """An operation of a row. `columns`: which column a field of its form was typed in, where they are called otherwise."""

    row: Row
    intent: Intent
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """A file as operations, and what is wrong with it: `steps` are those of the rows that nothing is wrong with. `left`: the rows
    whose things are here already and stay as they are. `namesakes`: the rows of people whose name somebody else bears here."""

    kind: Kind
    digest: str
    heads: Sequence[str]
    rows: Sequence[Row]
    steps: Sequence[Step]
    problems: Sequence[Problem]
    left: int
    namesakes: Sequence[Row]


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


KNOWN_SHOWN = 20
Made = Iterator[Step | Problem]


def plan(site: Project, kind: Kind, raw: bytes, encoding: str) -> Plan:
    """What a file would do. Nothing is written."""
    digest = hashlib.sha256(raw).hexdigest()
    sheet = read(raw.decode(encoding), kind)
    day = sites.today(site.id, clock.now())
    known = Known(
        site, digest, {each.code: each.id for each in sites.flats(site.id, on=day)},
        {each.code: each.id for each in sites.places(site.id, on=day)},
        {each.sku: each.id for each in stock.items(site.id)},
    )  # fmt: skip
    left = [row for row in sheet.rows if kind is ITEMS and row.cells["sku"] in known.items]
    made = [each for row in sheet.rows if row not in left for each in STEPS[kind.key](known, row)]
    steps = [each for each in made if isinstance(each, Step)]
    people = sheet.rows if kind is PEOPLE else ()
    bearers = _bearers(known, people)
    found = [*sheet.problems, *(each for each in made if isinstance(each, Problem)), *_twice(kind, sheet.rows), *_refused(steps),
             *_called_alike(bearers), *_alike_in_file(people)]  # fmt: skip
    problems = in_order(found, sheet.heads or [column.key for column in kind.columns])
    wrong = {each.line for each in problems}
    right = [step for step in steps if step.row.line not in wrong]
    return Plan(
        kind, digest, sheet.heads, sheet.rows, right, problems, len(left), [row for row in sheet.rows if row.line in bearers]
    )


def here_now(plan: Plan, project_id: str, at: int) -> dict[int, int]:
    """What there is by now of what each row counts, by its line, in thousandths; of other files nothing."""
    counts = [step for step in plan.steps if step.intent.operation == "stock.count"]
    known = stock.figures(project_id, at) if counts else {}
    found = {}
    for step in counts:
        figure = known.get((step.intent.body["place"], step.intent.body["item"], step.intent.body["state"]))
        found[step.row.line] = figure.quantity if figure else 0
    return found


def _people(known: Known, row: Row) -> Made:
    person = known.id("person", row.cells["key"].casefold())
    body = {name: row.cells[name] for name in ("name", "call_name", "language")}
    yield Step(row, Intent("staff.add_person", person, body))
    for role in filter(None, row.cells["roles"].split(";")):
        made = known.id("role", row.cells["key"].casefold(), role)
        yield Step(row, Intent("staff.join", made, {"person": person, "role": role}), {"role": "roles", "person": "key"})


def _bearers(known: Known, rows: Sequence[Row]) -> dict[int, list[tuple[Row, str]]]:
    """By line, the row and what each is called who works here by its name already; none where who came under its staff number
    is here."""
    here, called = staff.colleagues(known.site.id, clock.now()), defaultdict(list)
    for each in here:
        called[one_name(each.name)].append(each.call_name)
    came = {each.id for each in here}
    fresh = [row for row in rows if known.id("person", row.cells["key"].casefold()) not in came]
    return {
        row.line: [(row, one) for one in called[one_name(row.cells["name"])]]
        for row in fresh
        if one_name(row.cells["name"]) in called
    }


def _called_alike(bearers: Mapping[int, Sequence[tuple[Row, str]]]) -> Iterator[Problem]:
    """Two of one name are told apart by what colleagues call them."""
    for line, found in bearers.items():
        if any(one_name(row.cells["call_name"]) == one_name(called) for row, called in found):
            yield Problem(line, "call_name", "called_alike")


def _alike_in_file(rows: Sequence[Row]) -> Iterator[Problem]:
    """Two of one name and one call name under two staff numbers: the tablet's list could not tell them apart."""
    first: dict[tuple[str, str], Row] = {}
    for row in rows:
        one = first.setdefault((one_name(row.cells["name"]), one_name(row.cells["call_name"])), row)
        if row.cells["name"] and one.cells["key"].casefold() != row.cells["key"].casefold():
            yield Problem(row.line, "call_name", "called_as", str(one.line))


def _items(known: Known, row: Row) -> Made:
    names, named, unit = _names(row), _named_in(row), row.cells["unit"]
    if not names:
        yield Problem(row.line, named, "no_name")
    body = {name: row.cells[name] for name in ("sku", "category", "unit", "tracking", "minimum", "par")}
    body |= {"names": _json(names), "counter": _json(dict.fromkeys(LANGUAGES, unit))}
    yield Step(row, Intent("stock.add_item", known.id("item", row.cells["sku"]), body), {"names": named, "counter": "unit"})


def _inventory(known: Known, row: Row) -> Made:
    names, named, flat = _names(row), _named_in(row), known.flats.get(row.cells["flat"])
    if flat is None:
        yield Problem(row.line, "flat", "no_such", _some(known.flats))
    if not names:
        yield Problem(row.line, named, "no_name")
    body = {"flat": flat or "", "code": row.cells["code"], "names": _json(names), "expected": row.cells["expected"]}
    if row.cells.get("placing"):
        body["placing"] = _json(dict.fromkeys(LANGUAGES, row.cells["placing"]))
    made = known.id("thing", known.digest, row.line)
    yield Step(row, Intent("stock.list_thing", made, body), {"names": named})


def _balances(known: Known, row: Row) -> Made:
    item, place = known.items.get(row.cells["item"]), known.places.get(row.cells["place"])
    if item is None:
        yield Problem(row.line, "item", "no_such", _some(known.items))
    if place is None:
        yield Problem(row.line, "place", "no_such", _some(known.places))
    body = {"item": item or "", "place": place or "", "state": row.cells["state"], "counted": row.cells["counted"]}
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
        if not all(key):
            continue
        if key in first:
            yield Problem(row.line, NATURAL[kind.key][-1], "twice_as", str(first[key]))
        first.setdefault(key, row.line)


def _refused(steps: Sequence[Step]) -> Iterator[Problem]:
    """What the forms of the operations would refuse, by the column it was typed in."""
    for step in steps:
        for name, code in registry.get(step.intent.operation).clean(step.intent.body)[1].items():
            limit = registry.get(step.intent.operation).fields[name].limit_of(code)
            yield Problem(step.row.line, step.columns.get(name, name), code, "" if limit is None else str(limit))


NAME_COLUMNS = {"name_hant": "zh-Hant", "name_hans": "zh-Hans", "name_en": "en"}


def _names(row: Row) -> dict[str, str]:
    """A name in the languages it was written in."""
    return {tag: row.cells[column] for column, tag in NAME_COLUMNS.items() if row.cells.get(column)}


def _named_in(row: Row) -> str:
    """The first column of this file in which a name may stand."""
    return next((column for column in row.cells if column in NAME_COLUMNS), "name_hant")


def _some(known: Iterable[str]) -> str:
    """What there is, as far as one takes it in at a glance."""
    codes = sorted(known)
    return ", ".join(codes[:KNOWN_SHOWN]) + (" …" if len(codes) > KNOWN_SHOWN else "")


def _json(words: Mapping[str, Any]) -> str:
    return json.dumps(words, ensure_ascii=False)
