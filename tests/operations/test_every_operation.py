"""What holds for every operation of the product, each shown by one valid body. A new operation without an example fails here."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cast import CHECK, WORDS, ZONE, Site, at
from tests.conftest import Rows, import_all_models
from webapp.operations import registry
from webapp.operations.models import Fact
from webapp.operations.registry import Operation
from webapp.operations.roles import ALL_ROLES, MARKETING

pytestmark = pytest.mark.database

Body = Callable[[Site], dict[str, Any]]


def moved(site: Site) -> dict[str, Any]:
    return {"item": site.id("covers"), "place": site.id("flat"), "quantity": "4"}


def a_shift_renamed(site: Site) -> dict[str, Any]:
    site.submit("shifts.add_kind", site.id("early"), code="early", names=WORDS, starts=510, ends=810)
    return {"shift": site.id("early"), "names": WORDS}


def hours_set(site: Site) -> dict[str, Any]:
    named = a_shift_renamed(site)
    return {"shift": named["shift"], "since": "2026-06-30", "starts": "540", "ends": "840"}


EXAMPLES: dict[str, Body] = {
    "actions.cancel": lambda site: {"action": site.id("an action"), "seen": site.id("an action"), "reason": "Seen twice"},
    "actions.done": lambda site: {"action": site.id("an action"), "note": "換了燈泡"},
    "actions.open": lambda site: {
        "origin": "remark", "subject": site.id("a remark"), "place": site.id("flat"), "title": "落地燈不亮",
    },
    "actions.plan": lambda site: {
        "action": site.id("an action"), "seen": site.id("an action"), "due": str(at("18:00")), "priority": "urgent",
        "assignee": site.person("he"),
    },
    "actions.reverse": lambda site: {"entry": site.id("a done")},
    "actions.undo": lambda site: {"entry": site.id("a done")},
    "actions.verify": lambda site: {"action": site.id("an action"), "seen": site.id("a done"), "result": "verified"},
    "checklists.answer": lambda site: {
        "version": site.id("version"), "place": site.id("flat"), "item": "small.door", "answer": "pass",
    },
    "checklists.inspect": lambda site: {
        "version": site.id("version"), "place": site.id("flat"), "item": "small.door", "answer": "fail", "post": site.id("door"),
    },
    "checklists.return_items": lambda site: {
        "version": site.id("version"), "place": site.id("flat"), "day": "2026-05-28", "items": "small.door",
        "comment": "再看一次",
    },
    "checklists.reverse": lambda site: {"entry": site.id("an end")},
    "checklists.undo": lambda site: {"entry": site.id("an end")},
    "checklists.sign": lambda site: {"version": site.id("version"), "place": site.id("flat"), "item": "small.signed"},
    "checklists.submit": lambda site: {"version": site.id("version"), "place": site.id("flat")},
    "checklists.void": lambda site: {
        "version": site.id("version"), "place": site.id("flat"), "day": "2026-05-28", "reason": "重複",
    },
    "content.approve": lambda site: {"version": site.id("version"), "seen": "0"},
    "content.give_back": lambda site: {"version": site.id("version"), "seen": "0", "reason": "Too long"},
    "content.offer": lambda site: {"version": site.id("version"), "seen": "0"},
    "content.open": lambda _site: {"kind": "checklist", "code": "check.other"},
    "content.publish": lambda site: {"document": site.id("document"), "number": "2", "body": CHECK},
    "content.withdraw": lambda site: {"version": site.id("version"), "seen": "0", "reason": "Too early"},
    "content.write": lambda site: {"document": site.id("document"), "number": "2", "body": CHECK},
    "custody.add_asset": lambda site: {"code": "K-2", "kind": "key", "names": WORDS, "place": site.id("flat")},
    "custody.damage": lambda site: {"asset": site.id("key"), "note": "Bent"},
    "custody.find": lambda site: {"asset": site.id("key")},
    "custody.give_back": lambda site: {"asset": site.id("key")},
    "custody.lend": lambda site: {"asset": site.id("key"), "party": site.id("a party")},
    "custody.lose": lambda site: {"asset": site.id("key"), "note": "Last seen at the bar"},
    "custody.mend": lambda site: {"asset": site.id("key")},
    "custody.reverse": lambda site: {"entry": site.id("a taking")},
    "custody.take": lambda site: {"asset": site.id("key")},
    "custody.undo": lambda site: {"entry": site.id("a taking")},
    "duty.accept": lambda site: {
        "offer": site.id("an offer"), "result": "accepted", "place": site.id("flat"), "lines.key.kind": "asset",
        "lines.key.asset": site.id("key"), "lines.key.state": "out", "lines.key.said": "agrees", "lines.covers.kind": "stock",
        "lines.covers.item": site.id("covers"), "lines.covers.state": "clean", "lines.covers.found": "40",
    },
    "duty.offer": lambda site: {"place": site.id("flat"), "post": site.id("door")},
    "duty.remark": lambda site: {"place": site.id("flat"), "category": "repair", "text": "落地燈不亮"},
    "duty.reverse": lambda site: {"entry": site.id("a remark")},
    "duty.undo": lambda site: {"entry": site.id("a remark")},
    "duty.resolve": lambda site: {"offer": site.id("an offer"), "based_on": site.id("an answer"), "text": "Both keys were there"},
    "notices.read": lambda site: {"notice": site.id("a notice")},
    "records.review": lambda site: {"post": site.id("door"), "day": "2026-05-28", "digest": "0" * 64},
    "repairs.rule": lambda site: {"entry": site.id("an entry held"), "result": "rejected", "reason": "Entered twice"},
    "review.close": lambda site: {
        "day": "2026-05-28", "lines.a.words": "The tablet at the bar is silent", "lines.a.reason": "unreachable",
        "lines.a.told": '{"en": "The tablet at the bar is silent"}', "records.a.post": site.id("door"),
        "records.a.digest": "0" * 64, "records.a.way": "7",
    },
    "shifts.add_kind": lambda _site: {"code": "early", "names": WORDS, "starts": "510", "ends": "810"},
    "shifts.leave_post": lambda site: {"post": site.id("door")},
    "shifts.rename_kind": a_shift_renamed,
    "shifts.set_hours": hours_set,
    "shifts.take_post": lambda site: {"post": site.id("door")},
    "sites.add_flat": lambda site: {"place": site.id("flat"), "code": "B", "unit_type": "B", "title": WORDS},
    "sites.add_place": lambda _site: {"kind": "other", "code": "terrace", "names": WORDS},
    "sites.add_post": lambda site: {"place": site.id("flat"), "code": "gate", "role": "greeter", "names": WORDS},
    "sites.close_flat": lambda site: {"flat": site.id("A"), "last_day": "2026-05-31"},
    "sites.close_place": lambda site: {"place": site.id("flat"), "last_day": "2026-05-31"},
    "sites.close_post": lambda site: {"post": site.id("door"), "last_day": "2026-05-31"},
    "sites.refit_flat": lambda site: {"flat": site.id("A"), "unit_type": "B", "area": "64"},
    "sites.rename_flat": lambda site: {"flat": site.id("A"), "title": WORDS},
    "sites.rename_place": lambda site: {"place": site.id("flat"), "names": WORDS},
    "sites.rename_post": lambda site: {"post": site.id("door"), "names": WORDS},
    "sites.set_profile": lambda _site: {"profile": "small"},
    "sites.set_dates": lambda _site: {"opens_on": "2026-05-01", "moves_in_on": "2027-06-30"},
    "sites.set_printing": lambda _site: {"company": "雲前物業", "kept_years": "3", "in_ink": "yes", "language": "en"},
    "staff.add_person": lambda _site: {"name": "新人", "call_name": "新", "language": "zh-Hant"},
    "staff.forget_view": lambda _site: {"table": "remarks", "name": "Repairs"},
    "staff.join": lambda site: {"person": site.person("stranger"), "role": "greeter"},
    "staff.keep_view": lambda _site: {"table": "remarks", "name": "Repairs", "said": "category=repair"},
    "staff.leave": lambda site: {"person": site.person("lin"), "role": "greeter"},
    "staff.reopen_code": lambda site: {"person": site.person("lin"), "tablet": site.id("a tablet")},
    "stock.add_item": lambda _site: {
        "sku": "soap", "names": WORDS, "category": "toiletry", "unit": "unit.bottle", "counter": WORDS, "tracking": "consumable",
        "minimum": "4", "par": "12",
    },
    "stock.collect": moved,
    "stock.close_request": lambda site: moved(site) | {"request": site.id("a request"), "note": "Two were torn"},
    "stock.confirm": lambda site: moved(site) | {"request": site.id("a request")},
    "stock.count": lambda site: {"item": site.id("covers"), "place": site.id("flat"), "state": "clean", "counted": "40"},
    "stock.draw": moved,
    "stock.issue": lambda site: moved(site) | {"request": site.id("a request")},
    "stock.list_thing": lambda site: {"flat": site.id("A"), "code": "vase", "names": WORDS, "expected": "2"},
    "stock.lose": lambda site: moved(site) | {"state": "soiled"},
    "stock.receive": moved,
    "stock.request": moved,
    "stock.return_clean": moved,
    "stock.reverse": lambda site: {"entry": site.id("a movement")},
    "stock.set_level": lambda site: {"item": site.id("covers"), "place": site.id("flat"), "minimum": "12", "par": "40"},
    "stock.set_tracking": lambda site: {"item": site.id("covers"), "tracking": "consumable"},
    "stock.set_way": lambda _site: {"category": "toiletry", "way": "request"},
    "stock.approve": lambda site: {
        "count": site.id("a count"), "item": site.id("covers"), "state": "clean", "expected": "9", "note": "a pair was torn",
    },
    "stock.settle": lambda site: {"count": site.id("a count"), "entry": site.id("a movement"), "side": "before"},
    "stock.undo": lambda site: {"entry": site.id("a movement")},
    "stock.write_off": lambda site: moved(site) | {"state": "store", "reason": "expired"},
    "tablets.drain": lambda _site: {"ends": ""},
    "tablets.enrol": lambda site: {
        "number": "9", "name": "門口", "station": "door", "place": site.id("flat"), "credential_digest": "0" * 64,
    },
    "tours.arrive": lambda site: {"flat": site.id("A"), "place": site.id("flat"), "guests": "4", "item": site.id("covers")},
    "tours.ask": lambda site: {"party": site.id("a party"), "tag": "price", "text": "物業費多少？"},
    "tours.care": lambda site: {"party": site.id("a party"), "need": "elder", "answer": "yes"},
    "tours.receive": lambda site: {"party": site.id("a party"), "mode": "guided"},
    "tours.rehearse": lambda site: {"flat": site.id("A"), "version": site.id("version")},
    "tours.reverse": lambda site: {"entry": site.id("a party")},
    "tours.stay": lambda site: {"party": site.id("a party")},
    "tours.undo": lambda site: {"entry": site.id("a party")},
    "tours.see_off": lambda site: {"party": site.id("a party")},
    "tours.set_rooms": lambda site: {"flat": site.id("A"), "rooms": {"without": ["hall"]}, "seen": "0"},
    "tours.speak": lambda site: {"tour": site.id("a party"), "language": "en"},
    "tours.step": lambda site: {"tour": site.id("a party"), "line": "hall.1", "version": site.id("version")},
}  # fmt: skip
ON_A_TABLET = {f"tablets.{name}" for name in ("enrol_again", "import", "leave", "retire", "revoke", "rule")}
ELSEWHERE = {"losses.begin_store", "losses.declare", "sites.open_project"} | ON_A_TABLET
"""Shown in tests of their own: one makes the project the others stand in, the rest need a tablet (tests/losses, tests/tablets)."""
PEOPLE = ("lin", "su", "chen", "zhou")


def operations() -> list[Operation]:
    import_all_models()
    return [each for each in registry.every() if not each.name.startswith("notebook.")]


def member(site: Site, operation: Operation) -> str:
    """Somebody of the cast who may do it."""
    site.submit("staff.add_person", site.person("su"), name="su", call_name="su", language="en")
    site.submit("staff.join", site.id("su joins"), person=site.person("su"), role="water_bar")
    roles = {"lin": "greeter", "su": "water_bar", "chen": "supervisor", "zhou": "admin"}
    return next(name for name in PEOPLE if roles[name] in operation.roles)


def test_every_operation_has_an_example() -> None:
    assert {each.name for each in operations()} == set(EXAMPLES) | ELSEWHERE


@pytest.mark.parametrize("operation", operations(), ids=lambda each: each.name)
def test_every_operation_has_words_for_people(operation: Operation) -> None:
    assert operation.title != operation.name
    assert operation.title[0].isupper()


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_what_is_submitted_twice_is_there_once(site: Site, rows: Rows, name: str) -> None:
    operation, body, made = registry.get(name), EXAMPLES[name](site), site.id("an entry")
    author = member(site, operation)
    before = rows.facts()
    first = site.submit(name, made, author=author, proof="session", when=at("10:00"), **body)
    once = rows.facts()
    second = site.submit(name, made, author=author, proof="session", when=at("10:05"), **body)
    assert (first.outcome, second.outcome) == ("applied", "duplicate"), (first.errors, second.errors)
    assert before < once == rows.facts()


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_stranger_at_the_page_is_refused_and_leaves_no_row(site: Site, rows: Rows, name: str) -> None:
    body, before = EXAMPLES[name](site), rows.facts()
    outcome = site.submit(name, author="stranger", proof="session", when=at("10:00"), **body)
    assert (outcome.outcome, outcome.errors) == ("refused", {"": "role"})
    assert rows.facts() == before
    assert rows.count("operations_receipt", id=outcome.id, outcome="refused") == 1


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_at_the_page_exactly_its_roles_may(site: Site, name: str) -> None:
    operation, may = registry.get(name), set()
    for role in sorted(ALL_ROLES):
        site.submit("staff.add_person", site.person(role), name=role, call_name=role, language="en")
        site.submit("staff.join", site.id(f"{role} joins"), person=site.person(role), role=role)
        body = EXAMPLES[name](site)
        own = {key: f"{body[key]}{role}"[:16] for key in ("code", "sku") if key in body}  # there is one of each
        outcome = site.submit(name, site.id(f"{role} does"), author=role, proof="session", when=at("10:00"), **body | own)
        if outcome.errors.get("") != "role":
            may.add(role)
    not_theirs = {MARKETING} if operation.among else set()  # the examples are of a checklist, which is the desk's
    assert may == operation.roles - not_theirs


@pytest.mark.parametrize("name", sorted(name for name in EXAMPLES if registry.get(name).offline))
def test_a_strangers_fact_at_the_sync_door_is_applied_and_flagged(site: Site, rows: Rows, name: str) -> None:
    before, tablet = rows.facts(), site.tablet()
    tablet.keep("stranger", name, "10:00", **EXAMPLES[name](site))
    answers = [tablet.send() for _ in range(2)]
    assert answers[0].results[0]["outcome"] == "applied"
    assert answers[0].results[0]["flags"] == ["no_membership"]
    assert answers[1].results[0]["outcome"] == "duplicate"
    assert rows.facts() > before


@pytest.mark.parametrize(
    "name", sorted(set(EXAMPLES) - {"sites.set_dates", "sites.set_printing", "tablets.drain"})
)  # which ask for nothing
def test_a_refusal_leaves_a_receipt_and_no_row(site: Site, rows: Rows, name: str) -> None:
    operation = registry.get(name)
    required = next(field for field, told in operation.fields.items() if not told.optional)
    body = {field: value for field, value in EXAMPLES[name](site).items() if field != required}
    author = member(site, operation)
    before = rows.facts()
    outcome = site.submit(name, author=author, proof="session", when=at("10:00"), **body)
    assert (outcome.outcome, outcome.errors[required]) == ("refused", "required")
    assert rows.facts() == before
    assert rows.count("operations_receipt", id=outcome.id, outcome="refused") == 1


@pytest.mark.parametrize("name", sorted(name for name in EXAMPLES if registry.get(name).references))
def test_what_belongs_to_another_project_is_refused(site: Site, rows: Rows, name: str) -> None:
    other = Site(site.ledger, "other").build()
    operation = registry.get(name)
    field = next(field for field, _kind in operation.references if field in EXAMPLES[name](site))
    author = member(site, operation)
    body = EXAMPLES[name](site) | {field: EXAMPLES[name](other)[field]}
    before = rows.facts()
    outcome = site.submit(name, author=author, proof="session", when=at("10:00"), **body)
    assert (outcome.outcome, outcome.errors) == ("refused", {field: "other_project"})
    assert rows.facts() == before


def test_facts_point_at_reference_data_only() -> None:
    import_all_models()
    kinds = {kind.replace(".", "_", 1) for kind in registry.reference_kinds()}
    pointed = {
        f"{model.__tablename__} → {key.column.table.name}"
        for model in _facts(Fact)
        for key in model.__table__.foreign_keys
        if key.column.table.name not in kinds
    }
    assert pointed == set()


def _facts(model: type[Fact]) -> list[type[Fact]]:
    below = [each for child in model.__subclasses__() for each in _facts(child)]
    return below if "__abstract__" in vars(model) else [model, *below]


def test_a_site_is_opened_once(site: Site, rows: Rows) -> None:
    body = {"code": "small", "names": WORDS, "zone": ZONE, "record_language": "zh-Hant", "opens": "540", "closes": "1080"}
    assert site.submit("sites.open_project", author="stranger", proof="session", when=at("10:00"), **body).outcome == "refused"
    assert rows.count("sites_project") == 1
