"""The audit: what belongs in it, that its rows stay as they were written, and that its chain is the same whoever makes it."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import Site
from tests.conftest import NOW, Rows
from tests.operations import notebook  # noqa: F401 - declares the operations that these tests use
from tests.operations.pads import HE, LIN, PROJECT, START, STRANGER, Pad, people
from webapp.base import ids
from webapp.base.database import db, writing
from webapp.cli import main
from webapp.jobs import declarations
from webapp.jobs.declarations import Turn
from webapp.jobs.worker import Worker
from webapp.operations import audit
from webapp.operations.ledger import Ledger
from webapp.operations.rules import belongs_in_audit
from webapp.staff import access
from webapp.tablets import enrolment

pytestmark = pytest.mark.database
Tell = Callable[[str], None]


@pytest.fixture
def book(app: Flask) -> Ledger:
    return Ledger(people)


def noted(project: str = PROJECT, *columns: str) -> list[Any]:
    names = columns or ("kind",)
    with db.engine.connect() as connection:
        wanted = sa.select(*(audit.audit.c[name] for name in names)).where(audit.audit.c.project_id == project)
        found = connection.execute(wanted.order_by(audit.audit.c.at, audit.audit.c.id)).all()
    return [row[0] if len(names) == 1 else tuple(row) for row in found]


def links(project: str = PROJECT) -> list[tuple[int, str, str]]:
    with db.engine.connect() as connection:
        wanted = sa.select(audit.links.c.no, audit.links.c.audit_id, audit.links.c.hash)
        return [tuple(row) for row in connection.execute(wanted.where(audit.links.c.project_id == project).order_by("no"))]


def verdict(project: str = PROJECT, head: str | None = None) -> audit.Verdict:
    with db.engine.connect() as connection:
        return audit.verify(connection, project, head)


def chain(project: str = PROJECT, most: int = audit.AT_ONCE) -> bool:
    with writing() as connection:
        return audit.chain(connection, project, most)


def note(number: int, project: str = PROJECT) -> dict[str, Any]:
    return {"id": ids.derived(project, number), "at": NOW + number // 3, "kind": "test.note", "detail": {"number": str(number)}}


def write_notes(count: int, project: str = PROJECT, start: int = 0) -> None:
    with writing() as connection:
        audit.note_all(connection, project, [note(start + number, project) for number in range(count)])


# What belongs in it


@pytest.mark.parametrize(
    ("case", "belongs"),
    [
        ({}, False),
        ({"decision": True}, True),
        ({"offline": False}, True),
        ({"proof": "import"}, True),
        ({"outcome": "lost"}, True),
        ({"outcome": "quarantined"}, True),
        ({"flags": ["time_wrong", "fork"]}, True),
        ({"flags": ["no_membership"]}, False),
        ({"outcome": "refused"}, False),
    ],
)
def test_what_belongs_in_it(case: dict[str, Any], belongs: bool) -> None:
    plain: dict[str, Any] = {"offline": True, "decision": False, "proof": "post", "outcome": "applied", "flags": []}
    assert belongs_in_audit(**plain | case) is belongs


def test_a_fact_of_a_tablet_is_not_in_it_and_a_decision_is_once(book: Ledger) -> None:
    pad = Pad()
    pad.keep()
    decided = pad.keep("notebook.decide", author=LIN)
    pad.send(book)
    pad.send(book)
    row = (decided.id, "notebook.decide", LIN, pad.tablet, "applied", decided.digest)
    assert noted(PROJECT, "subject_id", "kind", "author_id", "tablet_id", "outcome", "digest") == [row]


def test_who_was_refused_a_decision_is_in_it(book: Ledger) -> None:
    pad = Pad()
    pad.keep("notebook.decide", author=STRANGER)
    pad.send(book)
    assert noted(PROJECT, "author_id", "outcome") == [(STRANGER, "refused")]


def test_an_entry_tried_again_leaves_a_row_for_each_outcome(book: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    from webapp.operations import registry

    pad = Pad()
    known = registry._operations.pop("notebook.decide")
    try:
        pad.keep("notebook.decide", author=HE)
        pad.send(book)
    finally:
        registry._operations["notebook.decide"] = known
    assert noted() == []
    assert book.apply_held(PROJECT, START + 9_000_000) == 1
    assert noted(PROJECT, "kind", "outcome") == [("notebook.decide", "applied")]


def test_what_a_transaction_took_back_is_not_in_it(book: Ledger, rows: Rows) -> None:
    def business() -> None:
        with writing() as connection:
            audit.note(connection, "test.note", PROJECT, at=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        business()
    assert noted() == []
    assert rows.count("jobs_job") == 0


def test_people_tablets_and_places_are_in_it(site: Site) -> None:
    kinds = set(noted(site.project_id))
    assert kinds >= {"sites.open_project", "staff.add_person", "staff.join", "content.publish"}


def test_tries_signing_in_and_signing_out_are_in_it(site: Site) -> None:
    chen = site.person("chen")
    access.set_password(chen, "chen", "a long password")
    assert access.sign_in("chen", "wrong", NOW).token is None
    assert access.sign_in("nobody", "wrong", NOW).token is None
    token = access.sign_in("chen", "a long password", NOW + 1).token
    assert token
    access.sign_out(token, NOW + 2)
    access.sign_out(token, NOW + 3)
    told = [row for row in noted(site.project_id, "kind", "subject_id", "at") if row[1] == chen and row[2] >= NOW]
    assert ("staff.password.set", chen) in [row[:2] for row in noted(site.project_id, "kind", "subject_id")]
    assert sorted(row for row in told if row[0] != "staff.password.set") == [  # two of one instant stand in either order
        ("staff.sign_in", chen, NOW + 1),
        ("staff.sign_out", chen, NOW + 2),
        ("staff.try", chen, NOW),
        ("staff.try", chen, NOW + 1),
    ]


def test_no_secret_is_in_it(site: Site) -> None:
    access.set_code(site.person("lin"), "204618", rounds=1000)
    code = enrolment.make_code(site.project_id, "Door", "door", NOW, made_by=site.person("chen"))
    text = json.dumps(noted(site.project_id, *audit.audit.c.keys()))
    assert {"staff.code.set", "tablets.code"} <= set(noted(site.project_id))
    assert [secret for secret in ("204618", code, code.replace("-", "")) if secret in text] == []


# Its rows stay


@pytest.mark.parametrize("table", ["operations_audit", "operations_link"])
@pytest.mark.parametrize("words", ["update {} set project_id = project_id", "delete from {}"])
def test_the_database_refuses_to_change_or_drop_a_row(book: Ledger, rows: Rows, table: str, words: str) -> None:
    write_notes(2)
    chain()

    def change() -> None:
        with writing() as connection:
            connection.exec_driver_sql(words.format(table))

    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        change()
    assert rows.count(table) == 2


def test_nor_is_a_row_written_over_or_the_table_emptied(book: Ledger) -> None:
    write_notes(1)
    before = noted(PROJECT, "kind", "detail")
    if db.engine.dialect.name == "sqlite":
        altered = "select project_id, id, at, 'x', null, null, null, '', '', '' from operations_audit"
        with writing() as connection:
            connection.exec_driver_sql(f"insert or replace into operations_audit {altered}")
    else:
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), writing() as connection:
            connection.exec_driver_sql("truncate operations_audit")
    assert noted(PROJECT, "kind", "detail") == before


# Its chain


def test_the_worker_chains_what_was_written(book: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declarations, "_periods", {})
    write_notes(3)
    assert (verdict().rows, verdict().waiting, verdict().waiting_since) == (0, 3, NOW)
    worker = Worker()
    while worker.turn():
        pass
    assert (verdict().rows, verdict().waiting, verdict().broken) == (3, 0, None)


def test_what_waits_without_a_job_is_found_within_the_hour(book: Ledger, rows: Rows) -> None:
    write_notes(2)
    with writing() as connection:
        connection.exec_driver_sql("delete from jobs_job")
        declarations.work_of("operations.chain_all")(Turn(connection, {}, NOW))
    assert rows.count("jobs_job", name=audit.CHAIN) == 1


def test_projects_have_chains_of_their_own(book: Ledger) -> None:
    other = ids.derived("another chain")
    write_notes(2)
    write_notes(3, other)
    chain(other)
    assert (verdict().rows, verdict(other).rows) == (0, 3)
    chain()
    assert (verdict().rows, verdict(other).rows) == (2, 3)


def test_the_chain_is_the_same_in_however_many_parts_and_however_often_broken_off(book: Ledger, tell: Tell, rounds: int) -> None:
    """Who chains and when he is killed changes nothing: each part is a transaction, and the next goes on where it ended."""
    counted = [0, 0]

    class Killed(Exception):
        pass

    @settings(max_examples=15 * rounds)
    @given(
        parts=st.lists(st.tuples(st.integers(1, 7), st.booleans()), min_size=1, max_size=12), count=st.integers(1, 30),
        case=st.uuids(),
    )  # fmt: skip
    def any_way(parts: list[tuple[int, bool]], count: int, case: object) -> None:
        project = ids.derived(case, *parts, count)
        if links(project):
            return
        write_notes(count, project)
        for most, killed in parts:
            try:
                with writing() as connection:
                    audit.chain(connection, project, most)
                    if killed:
                        counted[1] += 1
                        raise Killed
            except Killed:
                pass
        while chain(project, 4):
            pass
        assert links(project) == expected(project, count)
        counted[0] += 1

    any_way()
    tell(f"{counted[0]} chains on {db.engine.dialect.name}, broken off {counted[1]} times, each as if made at once")


def test_several_that_chain_at_once_make_one_chain(app: Flask, book: Ledger) -> None:
    write_notes(60)

    def work(_number: int) -> None:
        with app.app_context():
            while chain(PROJECT, 7):
                pass

    with ThreadPoolExecutor(4) as crew:
        list(crew.map(work, range(4)))
    assert links() == expected(PROJECT, 60)


def expected(project: str, count: int) -> list[tuple[int, str, str]]:
    """The chain that one look makes, from the definition alone."""
    blank = {"author_id": None, "tablet_id": None, "subject_id": None, "outcome": "", "digest": "", "project_id": project}
    found, before = [], "0" * 64
    ordered = sorted((note(number, project) for number in range(count)), key=lambda row: (row["at"], row["id"]))
    for no, row in enumerate(ordered, 1):
        row["detail"] = json.dumps(row["detail"], separators=(",", ":"))
        before = audit.sha256(f"{before}\n{json.dumps(blank | row, sort_keys=True, separators=(',', ':'))}".encode()).hexdigest()
        found.append((no, row["id"], before))
    return found


# Whether it is whole


def unlocked(*statements: str) -> None:
    """As the owner of the database could: without the triggers."""
    with writing() as connection:
        for table in ("operations_audit", "operations_link"):
            if connection.dialect.name == "sqlite":
                for tail in ("no_update", "no_delete", "no_again"):
                    connection.exec_driver_sql(f"drop trigger if exists {table}_{tail}")
            else:
                connection.exec_driver_sql(f"alter table {table} disable trigger user")
        for statement in statements:
            connection.exec_driver_sql(statement)


def third() -> str:
    """The third row's id as this database writes it."""
    found = links()[2][1]
    return f"'{found.replace('-', '') if db.engine.dialect.name == 'sqlite' else found}'"


ALTERATIONS = {
    "a column": ("update operations_audit set kind = 'test.other' where id = {id}", "row 3 is not as it was written (test.other"),
    "an author": ("update operations_audit set author_id = id where id = {id}", "row 3 is not as it was written"),
    "a time": ("update operations_audit set at = at + 1 where id = {id}", "row 3 is not as it was written"),
    "a row taken out": ("delete from operations_audit where id = {id}", "row 3 is gone"),
    "a link taken out": ("delete from operations_link where no = 3", "row 3 is missing from the chain"),
    "a hash": ("update operations_link set hash = upper(hash) where no = 3", "row 3 is not as it was written"),
    "the number of one": ("update operations_link set no = 30 where no = 3", "row 3 is missing from the chain"),
}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_the_first_row_that_is_not_as_it_was_is_named(book: Ledger, name: str) -> None:
    write_notes(6)
    chain()
    assert (verdict().broken, verdict().rows) == (None, 6)
    statement, words = ALTERATIONS[name]
    unlocked(statement.format(id=third()))
    found = verdict()
    assert found.broken is not None
    assert found.broken.startswith(words)
    assert found.rows == 2, "those before it are whole"


def test_an_end_cut_off_shows_against_a_head_noted_before(book: Ledger) -> None:
    write_notes(4)
    chain()
    head = verdict().head
    assert verdict(head=head).broken is None
    write_notes(2, start=4)
    chain()
    assert verdict(head=head).broken is None, "a chain that has grown holds the head it had"
    unlocked("delete from operations_link where no >= 4", "delete from operations_audit")
    assert "cut off" in (verdict(head=head).broken or "") or "is gone" in (verdict(head=head).broken or "")
    unlocked("delete from operations_link")
    assert "cut off" in (verdict(head=head).broken or "")


def test_the_command_verifies_each_project_and_says_so_with_its_exit(
    site: Site, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.cli.create_app", lambda: app)
    code = "small"
    chain(site.project_id)

    def threshold(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["audit", "verify", *words])
        return result.exit_code, result.output

    status, told = threshold()
    assert status == 0
    assert "rows whole, head" in told
    head = verdict(site.project_id).head
    assert threshold("--project", code, "--head", head) == (0, told)
    assert threshold("--head", head)[0] == 2
    assert threshold("--project", "NONE")[0] == 1
    unlocked("update operations_audit set kind = 'x'")
    status, told = threshold("--project", code)
    assert (status, "row 1 is not as it was written" in told) == (1, True)
