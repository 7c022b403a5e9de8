"""What one person brings in together: all of it or nothing, and once however often."""

import pytest

from tests.cast import Site, at
from tests.conftest import Rows
from webapp.base.database import db
from webapp.operations.ledger import Intent, Outcome
from webapp.operations.rules import IMPORT

pytestmark = pytest.mark.database


def thing(site: Site, code: str, **more: str) -> Intent:
    body = {"flat": site.id("A"), "code": code, "names": '{"en": "Vase"}', "expected": "2"}
    return Intent("stock.list_thing", site.id(f"thing {code}"), body | more)


def bring(site: Site, intents: list[Intent], author: str = "chen", *, dry: bool = False) -> list[Outcome]:
    found = site.ledger.submit_all(
        intents, project_id=site.project_id, author_id=site.person(author), proof=IMPORT, at=at("10:00"), dry=dry
    )
    db.session.rollback()
    return found


def told(outcomes: list[Outcome]) -> list[str]:
    return [each.outcome for each in outcomes]


def test_all_of_it_is_taken_at_once_with_a_receipt_and_in_the_audit(site: Site, rows: Rows) -> None:
    assert told(bring(site, [thing(site, "a"), thing(site, "b")])) == ["applied", "applied"]
    assert rows.count("stock_thing") == 2
    assert rows.count("operations_receipt", proof="import", author_id=site.person("chen")) == 2
    assert rows.count("operations_audit", kind="stock.list_thing") == 2


def test_again_it_changes_nothing_and_what_is_new_is_taken(site: Site, rows: Rows) -> None:
    bring(site, [thing(site, "a")])
    assert told(bring(site, [thing(site, "a"), thing(site, "b")])) == ["duplicate", "applied"]
    assert rows.count("stock_thing") == 2


@pytest.mark.parametrize(
    "wrong",
    [{"expected": "many"}, {"flat": "01980000-0000-7000-8000-0000000000ff"}, {"names": "[]"}],
    ids=["form", "unknown", "names"],
)
def test_one_that_cannot_be_taken_leaves_none(site: Site, rows: Rows, wrong: dict[str, str]) -> None:
    outcomes = told(bring(site, [thing(site, "a"), thing(site, "b", **wrong), thing(site, "c")]))
    assert outcomes[1] in {"refused", "held"}
    assert (rows.count("stock_thing"), rows.count("operations_receipt", proof="import")) == (0, 0)


def test_the_same_id_with_other_content_leaves_none(site: Site, rows: Rows) -> None:
    bring(site, [thing(site, "a")])
    assert told(bring(site, [thing(site, "a", expected="3"), thing(site, "b")])) == ["quarantined", "applied"]
    assert rows.count("stock_thing") == 1


def test_a_row_that_the_database_objects_to_leaves_none(site: Site, rows: Rows) -> None:
    body = {"sku": "covers", "names": '{"en": "Again"}', "category": "other", "unit": "g", "counter": '{"en": "g"}',
            "tracking": "consumable", "minimum": "1", "par": "2"}  # fmt: skip
    outcomes = told(bring(site, [thing(site, "a"), Intent("stock.add_item", site.id("covers again"), body)]))
    assert outcomes == ["applied", "held"]
    assert (rows.count("stock_thing"), rows.count("stock_item")) == (0, 1)


def test_another_projects_flat_is_refused(site: Site, rows: Rows) -> None:
    other = Site(site.ledger, "other").build()
    found = bring(site, [thing(site, "a", flat=other.id("A"))])
    assert [(each.outcome, dict(each.errors)) for each in found] == [("refused", {"flat": "other_project"})]
    assert rows.count("stock_thing") == 0


@pytest.mark.parametrize("author", ["lin", "stranger", "nobody"])
def test_who_may_not_brings_in_nothing(site: Site, rows: Rows, author: str) -> None:
    found = bring(site, [thing(site, "a")], author)
    assert [dict(each.errors) for each in found] == [{"": "role"}]
    assert rows.count("stock_thing") == 0


def test_a_dry_run_tells_and_keeps_nothing(site: Site, rows: Rows) -> None:
    assert told(bring(site, [thing(site, "a")], dry=True)) == ["applied"]
    assert (rows.count("stock_thing"), rows.count("operations_receipt", proof="import")) == (0, 0)


def test_a_row_may_name_what_a_row_before_it_makes(site: Site, rows: Rows) -> None:
    body = {"sku": "soap", "names": '{"en": "Soap"}', "category": "other", "unit": "g", "counter": '{"en": "g"}',
            "tracking": "consumable", "minimum": "1", "par": "2"}  # fmt: skip
    count = {"item": site.id("soap"), "place": site.id("store"), "state": "store", "counted": "5"}
    made = [Intent("stock.add_item", site.id("soap"), body), Intent("stock.count", site.id("soap counted"), count)]
    assert told(bring(site, made, dry=True)) == ["applied", "applied"]
    assert told(bring(site, made)) == ["applied", "applied"]
    assert rows.count("stock_count_line") == 1
