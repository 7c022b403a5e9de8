"""A site opened from one file: read whole, each mistake named by its line, then sent through the ledger by the system.

The project's own row comes last, so a site is there whole or not at all. Ids come from its code: a second run, or one after another
broke off, goes on where there is something left and changes nothing that is there.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from sqlalchemy import select

from webapp.base import ids, sheet
from webapp.base.database import db
from webapp.base.i18n import LANGUAGES
from webapp.base.sheet import TEXT, TIME, Leaf, Path, Problem, Rows, Shape, Sheet, Wrong, minutes
from webapp.content import queries as content
from webapp.operations import registry
from webapp.operations.fields import Field, explain
from webapp.operations.ledger import the_ledger
from webapp.operations.models import Receipt
from webapp.operations.roles import ADMIN
from webapp.operations.rules import SYSTEM
from webapp.shifts.rules import HANDING_OVER, Kind, beside_which_not
from webapp.sites import queries as sites
from webapp.staff import access

Tree = Mapping[str, Any]
"""A site as its file has it: sections, rows by key, and every value the text that was written."""

ACCOUNT = Leaf(re.compile(r"\S{0,64}"), "at most 64 letters, no blanks")
WORDS: Shape = {f"{tag}?": TEXT for tag in LANGUAGES}
FIGURES = Rows(TEXT)
SITE: Shape = {
    "project": {
        "code": TEXT, "names": WORDS, "zone": TEXT, "record_language": TEXT, "opens": TIME, "closes": TIME,
        "placeholders?": FIGURES,
    },
    "places": Rows({"kind": TEXT, "names": WORDS}),
    "flats": Rows({
        "place": TEXT, "code": TEXT, "unit_type": TEXT, "title": WORDS, "area?": TEXT, "placeholders?": FIGURES,
        "plan?": Rows(TEXT), "without?": [TEXT], "renamed?": Rows(WORDS),
    }),
    "posts": Rows({"place": TEXT, "role": TEXT, "names": WORDS}),
    "shifts?": Rows({"names": WORDS, "starts": TIME, "ends": TIME}),
    "items?": Rows(Rows({"minimum": TEXT, "par": TEXT})),
    "things?": Rows({"kind": TEXT, "place": TEXT, "names": WORDS}),
    "people": Rows({"name": TEXT, "call_name": TEXT, "language": TEXT, "roles": [TEXT], "account?": ACCOUNT}),
}  # fmt: skip
"""`items` names what the product is delivered with, and below it the places that keep some."""


@dataclass(frozen=True)
class Step:
    """An operation of the opening. `is_delivered`: its words come with the product, which may say them otherwise next year."""

    operation: str
    id: str
    body: Mapping[str, str]
    path: Path
    is_delivered: bool = False


@dataclass(frozen=True)
class Opening:
    """A site as operations, each after those that it names, the project last; and by person the accounts, with their paths."""

    project_id: str
    code: str
    steps: list[Step]
    accounts: Mapping[str, tuple[str, Path]]


def example() -> str:
    """A small site as a file, with what each part is for."""
    return resources.files("webapp.content").joinpath("files", "site.yaml").read_text(encoding="utf-8")


def read(raw: bytes) -> Sheet:
    """A file that can be a site. Raises Wrong with everything that is."""
    found = sheet.read(raw, SITE)
    problems = [*_misnamed(found.tree), *_doubled(found.tree), *_closed(found.tree), *_overlapping(found.tree)]
    if not problems:
        problems = list(_refused(plan(found.tree).steps, found.lines))
    if problems:
        raise Wrong(found.told(problems))
    return found


def plan(tree: Tree, realm: str = "site", *, is_demo: bool = False) -> Opening:
    """The operations that open a site of this shape. `realm` tells the demo's ids from those of a real site."""
    code = tree["project"]["code"]

    def named(kind: str, key: str) -> str:
        return ids.derived(realm, code, kind, key)

    accounts = {
        named("person", key): (person["account"], ("people", key, "account"))
        for key, person in tree["people"].items()
        if person.get("account")
    }
    return Opening(named("project", code), code, list(_steps(tree, named, is_demo)), accounts)


def carry_out(opening: Opening, at: int) -> int:
    """Do what is not done yet of an opening; how many operations that was. Raises Unavailable, and RuntimeError on a refusal."""
    there = _there(opening)
    left = [step for step in opening.steps if step.id not in there]
    for step in left:
        if step.id != opening.project_id:
            submit(opening.project_id, step.operation, step.id, step.body, at)
    for person_id, (account, _path) in opening.accounts.items():
        access.open_account(person_id, account, at)
    for step in left:
        if step.id == opening.project_id:
            submit(opening.project_id, step.operation, step.id, step.body, at)
    return len(left)


def submit(project_id: str, operation: str, entry_id: str, body: Mapping[str, Any], at: int) -> None:
    """A desk's work, by the system. Raises RuntimeError where it was not taken."""
    outcome = the_ledger().submit(
        operation, typed(body), project_id=project_id, author_id=None, proof=SYSTEM, entry_id=entry_id, at=at
    )
    if outcome.outcome not in {"applied", "duplicate"} or outcome.errors:
        raise RuntimeError(f"{operation} {entry_id}: {outcome.outcome} {dict(outcome.errors)}")


def typed(body: Mapping[str, Any]) -> dict[str, str]:
    """A body as it would be typed: words, figures and documents as JSON text."""
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping) else str(value) for name, value in body.items()
    }


def in_the_way(opening: Opening) -> list[Problem]:
    """Why this cannot be opened into this database: what is there already is something else."""
    found: list[Problem] = []
    if any(site.is_demo for site in sites.projects()):
        found.append(((), "this database holds the demo site, whose passwords everybody knows; take an empty one."))
    same = sites.project_by_code(opening.code)
    if same is not None and same.id != opening.project_id:
        found.append((("project", "code"), f"there is another site {opening.code}, which no such file opened."))
    there, otherwise = _there(opening), "this was opened otherwise before, and opening never changes what is there."
    mine = [step for step in opening.steps if step.id in there and not step.is_delivered]
    found += [(step.path, otherwise) for step in mine if there[step.id] != step.body]
    for person_id, (account, path) in opening.accounts.items():
        if access.owner_of(account) not in {None, person_id}:
            found.append((path, f"somebody else has the account {account}; choose another."))
        elif not access.is_account_of(person_id, account):
            found.append((path, otherwise))
    return found


def _there(opening: Opening) -> dict[str, dict[str, str]]:
    """The bodies of the steps that were taken before, by id."""
    wanted, operations = {step.id for step in opening.steps}, {step.operation for step in opening.steps}
    taken = select(Receipt.id, Receipt.raw).where(Receipt.project_id == opening.project_id, Receipt.operation.in_(operations))
    found = {row.id: json.loads(row.raw) for row in db.session.execute(taken) if row.id in wanted}
    db.session.rollback()
    return found


Named = Callable[[str, str], str]


def _steps(tree: Tree, named: Named, is_demo: bool) -> Iterator[Step]:
    yield from _site(tree, named)
    yield from _items(tree, named)
    yield from _people(tree, named)
    yield from _documents(named)
    site = tree["project"]
    body = site | {"opens": minutes(site["opens"]), "closes": minutes(site["closes"]), "is_demo": "yes" if is_demo else ""}
    yield _step("sites.open_project", named("project", site["code"]), ("project",), **body)


def _site(tree: Tree, named: Named) -> Iterator[Step]:
    for key, place in tree["places"].items():
        yield _step("sites.add_place", named("place", key), ("places", key), **place, code=key)
    for key, flat in tree["flats"].items():
        figures = {"unit_type": flat["unit_type"]} | (flat.get("placeholders") or {})
        changes = {name: flat[name] for name in ("without", "renamed") if flat.get(name)}
        body = {name: value for name, value in flat.items() if name not in changes}
        body |= {"place": named("place", flat["place"]), "placeholders": figures}
        if changes:
            body["changes"] = changes
        yield _step("sites.add_flat", named("flat", key), ("flats", key), **body)
    for key, post in tree["posts"].items():
        body = post | {"place": named("place", post["place"]), "code": key}
        yield _step("sites.add_post", named("post", key), ("posts", key), **body)
    for key, shift in (tree.get("shifts") or {}).items():
        body = shift | {"code": key, "starts": minutes(shift["starts"]), "ends": minutes(shift["ends"])}
        yield _step("shifts.add_kind", named("shift", key), ("shifts", key), **body)
    for key, thing in (tree.get("things") or {}).items():
        body = thing | {"place": named("place", thing["place"]), "code": key}
        yield _step("custody.add_asset", named("thing", key), ("things", key), **body)


def _items(tree: Tree, named: Named) -> Iterator[Step]:
    units, items = content.delivered("items")["units"], _delivered_items()
    counters = {unit["id"]: unit["title"] | unit.get("counter", {}) for unit in units}
    for sku, levels in (tree.get("items") or {}).items():
        item = items[sku]
        yield _step(
            "stock.add_item", named("item", sku), ("items", sku), is_delivered=True, sku=sku, names=item["title"],
            category=item["category"], unit=item["base"], counter=counters[item["base"]], tracking=item["tracking"],
            minimum=item["min"], par=item["par"],
        )  # fmt: skip
        for key, level in (levels or {}).items():
            body = level | {"item": named("item", sku), "place": named("place", key)}
            yield _step("stock.set_level", named("level", f"{sku} {key}"), ("items", sku, key), **body)


def _people(tree: Tree, named: Named) -> Iterator[Step]:
    for key, each in tree["people"].items():
        person, path = named("person", key), ("people", key)
        body = {name: each[name] for name in ("name", "call_name", "language")}
        yield _step("staff.add_person", person, path, **body)
        for place, role in enumerate(each["roles"]):
            made = named("membership", f"{key} {role}")
            yield _step("staff.join", made, (*path, "roles", str(place)), person=person, role=role)


def _documents(named: Named) -> Iterator[Step]:
    for body in content.bodies():
        document, version = named("document", body["id"]), named("version", body["id"])
        yield _step("content.open", document, (), is_delivered=True, kind=body["kind"], code=body["id"])
        yield _step("content.publish", version, (), is_delivered=True, document=document, number=1, body=body)


def _step(operation: str, made: str, path: Path, /, *, is_delivered: bool = False, **body: Any) -> Step:
    return Step(operation, made, typed(body), path, is_delivered)


def _delivered_items() -> Mapping[str, Any]:
    return {item["id"]: item for item in content.delivered("items")["items"]}


def _misnamed(tree: Tree) -> Iterator[Problem]:
    """What names a place or an item that there is not."""
    places, items = tree["places"] or {}, _delivered_items()
    named: list[tuple[Path, str]] = []
    for section in ("flats", "posts", "things"):
        named += [((section, key, "place"), row["place"]) for key, row in (tree.get(section) or {}).items()]
    for sku, levels in (tree.get("items") or {}).items():
        if sku not in items:
            yield ("items", sku), f"the product is not delivered with this; there are {', '.join(items)}."
        named += [(("items", sku, key), key) for key in levels or {}]
    for path, place in named:
        if place not in places:
            yield path, f"there is no place {place}; there are {', '.join(places)}."


def _doubled(tree: Tree) -> Iterator[Problem]:
    """What no two rows may share."""
    for section, name in (("flats", "code"), ("people", "account")):
        seen: set[str] = set()
        for key, row in (tree[section] or {}).items():
            value = row.get(name, "").casefold()
            if value and value in seen:
                yield (section, key, name), f"{row[name]} is there twice."
            seen.add(value)


def _closed(tree: Tree) -> Iterator[Problem]:
    """A site at which nobody could work."""
    for section in ("places", "flats", "posts", "people"):
        if not tree[section]:
            yield (section,), "at least one is wanted."
    if not any(ADMIN in each["roles"] and each.get("account") for each in (tree["people"] or {}).values()):
        yield ("people",), f"nobody could sign in: somebody needs the role {ADMIN} and an account."
    if minutes(tree["project"]["closes"]) <= minutes(tree["project"]["opens"]):
        yield ("project", "closes"), "it closes before it opens."


def _overlapping(tree: Tree) -> Iterator[Problem]:
    """Shifts of which nobody could say where one ends."""
    before: list[Kind] = []
    for key, row in (tree.get("shifts") or {}).items():
        kind = Kind(key, key, minutes(row["starts"]), minutes(row["ends"]))
        other = beside_which_not(before, kind)
        if other and kind.starts < kind.ends:
            yield (
                ("shifts", key, "starts"),
                (f"it cannot be beside {other.code}: one follows the other, and at most {HANDING_OVER} minutes are of both."),
            )
        before.append(kind)


def _refused(steps: list[Step], lines: Mapping[Path, int]) -> Iterator[Problem]:
    """What the forms of the operations would refuse, field by field."""
    for step in steps:
        operation = registry.get(step.operation)
        for name, code in operation.clean(step.body)[1].items():
            here = (*step.path, name)
            yield here if here in lines else step.path, _words(operation.fields[name], code)


def _words(field: Field, code: str) -> str:
    if code != "not_offered":
        return explain(code, field.limit_of(code))
    offered = getattr(field, "offered", None)
    return f"write one of {', '.join(offered)}." if offered else "write the name of a time zone, such as Asia/Shanghai."
