"""What the desk may do with an entry that was not taken: say it again for its author, let it count, or reject it."""

import json
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import Site, Tablet, at
from tests.conftest import Rows
from webapp.base import ids
from webapp.base.database import db
from webapp.operations.entries import digest_of
from webapp.operations.models import Receipt, Update
from webapp.stock import queries as stock

pytestmark = pytest.mark.database


def receipt(entry_id: str) -> Any:
    with db.engine.connect() as connection:
        return connection.execute(sa.select(Receipt).where(Receipt.id == entry_id)).one()


def told() -> list[tuple[str, str]]:
    """What tablets are told, in order."""
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.select(Update.receipt_id, Update.outcome).order_by(Update.no))]


def moved(site: Site, quantity: str = "4") -> dict[str, str]:
    return {"item": site.id("covers"), "place": site.id("flat"), "quantity": quantity}


def refused(site: Site, tablet: Tablet) -> str:
    """He drew an amount that cannot be read, at ten."""
    entry = tablet.keep("he", "stock.draw", "10:00", **moved(site, "four"))
    assert tablet.send().results[-1]["outcome"] == "refused"
    return entry.id


def mends(
    site: Site, entry_id: str, who: str = "chen", proof: str = "session", quantity: str = "4", entry: str | None = None
) -> Any:
    done = site.ledger.submit(
        "stock.draw", moved(site, quantity), project_id=site.project_id, author_id=site.person(who), proof=proof, at=at("18:00"),
        repairs=entry_id, entry_id=entry,
    )  # fmt: skip
    db.session.rollback()
    return done


def clean(site: Site, when: str) -> int:
    figure = stock.figures(site.project_id, at(when)).get((site.id("flat"), site.id("covers"), "clean"))
    db.session.rollback()
    return figure.quantity if figure else 0


def test_a_mended_entry_stays_its_authors_and_of_its_time(site: Site) -> None:
    entry_id = refused(site, site.tablet())
    done = mends(site, entry_id)
    row = receipt(done.id)
    assert (done.outcome, row.author_id, row.effective_at, row.repairs) == ("applied", site.person("he"), at("10:00"), entry_id)
    assert json.loads(row.detail)["mended_by"] == site.person("chen")
    assert (clean(site, "09:59"), clean(site, "10:00")) == (0, 4000)
    assert told() == [(entry_id, "mended")]


@pytest.mark.parametrize(("who", "proof"), [("lin", "session"), ("stranger", "session"), ("chen", "post")])
def test_who_has_no_desk_mends_nothing_for_others(site: Site, who: str, proof: str) -> None:
    entry_id = refused(site, site.tablet())
    assert mends(site, entry_id, who, proof).outcome == "refused"
    assert (clean(site, "18:00"), told()) == (0, [])


def test_a_mended_entry_of_a_stranger_is_flagged(site: Site) -> None:
    tablet = site.tablet()
    entry = tablet.keep("stranger", "stock.draw", "10:00", **moved(site, "four"))
    tablet.send()
    assert receipt(mends(site, entry.id).id).flags == "no_membership"


def test_what_was_taken_cannot_be_mended(site: Site) -> None:
    tablet = site.tablet()
    entry = tablet.keep("he", "stock.draw", "10:00", **moved(site))
    tablet.send()
    assert mends(site, entry.id).errors == {"": "not_refused"}
    assert clean(site, "18:00") == 4000


@pytest.mark.parametrize("desk_first", [True, False])
def test_of_the_desks_and_the_authors_repair_one_counts(site: Site, desk_first: bool) -> None:
    tablet = site.tablet()
    entry_id = refused(site, tablet)
    own = tablet.keep("he", "stock.draw", "10:30", **moved(site, "7"))
    own.repairs = entry_id
    mine = ids.uuid7(at("09:00"))  # the least id of the two
    for step in ["desk", "own"] if desk_first else ["own", "desk"]:
        assert mends(site, entry_id, entry=mine).outcome == "applied" if step == "desk" else tablet.send().acked_seq == 2
    assert clean(site, "18:00") == 4000
    assert receipt(own.id).flags == "superseded"


def reused(site: Site, tablet: Tablet) -> tuple[str, str]:
    """An entry, and what came after it under the same id."""
    entry = tablet.keep("he", "stock.draw", "10:00", **moved(site))
    tablet.send()
    body = json.dumps(moved(site, "9"))
    tablet.send([replace(entry, body=body, digest=digest_of(body))])
    return entry.id, ids.derived("reused", entry.id, digest_of(body))


def test_what_was_put_aside_counts_once_it_is_released(site: Site) -> None:
    entry_id, beside = reused(site, site.tablet())
    assert (receipt(beside).outcome, clean(site, "23:59")) == ("quarantined", 4000)
    assert [site.ledger.rule(site.project_id, beside, True, at("18:00")) for _again in range(2)] == [True, False]
    assert (receipt(beside).outcome, receipt(beside).author_id, clean(site, "23:59")) == ("applied", site.person("he"), 13000)
    assert told() == [(entry_id, "applied")]


def test_what_was_put_aside_never_counts_once_it_is_rejected(site: Site) -> None:
    entry_id, beside = reused(site, site.tablet())
    site.ledger.rule(site.project_id, beside, False, at("18:00"))
    assert (receipt(beside).outcome, json.loads(receipt(beside).detail)["errors"]) == ("refused", {"": "rejected"})
    assert (clean(site, "23:59"), told()) == (4000, [(entry_id, "refused")])


def test_a_held_entry_that_was_rejected_can_be_mended(site: Site) -> None:
    tablet = site.tablet()
    entry = tablet.keep("he", "stock.draw", "10:00", **moved(site) | {"item": site.id("not yet")})
    assert tablet.send().results[0]["outcome"] == "held"
    assert site.ledger.rule(site.project_id, entry.id, False, at("18:00"))
    assert mends(site, entry.id).outcome == "applied"
    assert clean(site, "10:00") == 4000


def test_what_is_released_but_names_what_is_not_here_is_held(site: Site, rows: Rows) -> None:
    tablet = site.tablet()
    entry = tablet.keep("he", "stock.draw", "10:00", **moved(site) | {"item": site.id("soap")})
    entry.digest = "0" * 64
    assert tablet.send().results[0]["outcome"] == "quarantined"
    assert site.ledger.rule(site.project_id, entry.id, True, at("18:00"))
    assert receipt(entry.id).outcome == "held"
    site.submit(
        "stock.add_item", site.id("soap"), sku="soap", names={"en": "soap"}, category="toiletry", unit="unit.bottle",
        counter={"en": "bottle"}, tracking="consumable", minimum=4, par=12,
    )  # fmt: skip
    assert receipt(entry.id).outcome == "applied"


def test_what_was_taken_cannot_be_ruled_on(site: Site) -> None:
    tablet = site.tablet()
    entry = tablet.keep("he", "stock.draw", "10:00", **moved(site))
    tablet.send()
    assert not site.ledger.rule(site.project_id, entry.id, False, at("18:00"))
    assert receipt(entry.id).outcome == "applied"
