"""The one door to the database: batches from tablets, single entries from pages and the system, each applied exactly once.

One batch is one transaction. Only if the database objects to a row is it taken again with care (work.py).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from webapp.base import clock, faults, ids
from webapp.base.database import db, writing
from webapp.base.errors import Unavailable
from webapp.operations import registry
from webapp.operations.entries import Batch, Entry, Source, digest_of
from webapp.operations.held import Reapplying, Ruled
from webapp.operations.models import DOUBTFUL
from webapp.operations.reading import read_sent
from webapp.operations.receiving import Answer, Receiving
from webapp.operations.rules import APPLIED, HELD, REFUSED, Grant
from webapp.operations.submitting import Intent, NotKept, Outcome, Submitting, SubmittingAll
from webapp.operations.work import CodesSet, Grants, Memberships, receipts

__all__ = ["Answer", "Intent", "Ledger", "Outcome", "the_ledger"]


CROSSED = {"40001", "40P01"}
"""PostgreSQL chose this transaction to give way to another: nothing of it is left, it is simply done again."""


def none_given(_connection: sa.Connection, _project_id: str, _wanted: set[str]) -> Mapping[str, Grant]:
    """The grants where nobody checks codes."""
    return {}


def none_set(_connection: sa.Connection, _people: set[str]) -> Mapping[str, int]:
    """Of nobody it is known since when they have their code."""
    return {}


class Ledger:
    """Takes batches from tablets (`receive`) and single entries from pages and the system (`submit`)."""

    def __init__(self, memberships: Memberships, grants: Grants = none_given, codes_set: CodesSet = none_set) -> None:
        self.memberships, self.grants, self.codes_set = memberships, grants, codes_set
        self.known: dict[tuple[str, str], str] = {}
        """(kind, id) → project of reference data seen before; such rows are never deleted nor moved."""

    def receive(self, source: Source, batch: Batch, received_at: int | None = None) -> Answer:
        """Apply a tablet's batch exactly once. Raises Unavailable."""
        at = clock.now() if received_at is None else received_at
        readings = [read_sent(entry) for entry in batch.entries]  # while others write
        answer: Answer = self._try(
            lambda connection, careful: Receiving(self, connection, source, batch, readings, at, careful).run()
        )
        if any(result["outcome"] == REFUSED for result in answer.results):
            self._wake(source.project_id, at)
        return answer

    def submit(
        self,
        name: str,
        body: Mapping[str, Any],
        *,
        project_id: str,
        author_id: str | None,
        proof: str,
        entry_id: str | None = None,
        tablet: tuple[str, int] | None = None,
        at: int | None = None,
        repairs: str | None = None,
    ) -> Outcome:
        """Apply one entry made at a page or by the system; a stranger is refused. Raises Unavailable.

        `repairs`: the refused entry that a desk mends in its author's place.
        """
        now = clock.now() if at is None else at
        entry = _entry(Intent(name, entry_id or ids.uuid7(now), body), author_id, proof, now, repairs)
        outcome: Outcome = self._try(
            lambda connection, careful: Submitting(self, connection, project_id, entry, tablet, now, careful).run()
        )
        if outcome.outcome == APPLIED and not registry.get(name).offline:
            self._wake(project_id, now)
        return outcome

    def submit_all(
        self,
        intents: Sequence[Intent],
        *,
        project_id: str,
        author_id: str | None,
        proof: str,
        at: int | None = None,
        dry: bool = False,
    ) -> list[Outcome]:
        """Apply what one person brings in as one transaction, all or nothing; what became of each, or would have become of it
        where it was `dry` or something was wrong: then nothing is kept. Raises Unavailable."""
        now = clock.now() if at is None else at
        entries = [_entry(intent, author_id, proof, now) for intent in intents]
        try:
            outcomes: list[Outcome] = self._try(
                lambda connection, careful: SubmittingAll(self, connection, project_id, entries, now, careful, dry).run()
            )
        except NotKept as not_kept:
            self.known.clear()  # what was resolved may name rows that are not there after all
            return not_kept.outcomes
        self._wake(project_id, now)
        return outcomes

    def _wake(self, project_id: str, at: int) -> None:
        """What a held entry waits for may just have come: a reference, or the refused entry that it mends."""
        waiting = sa.and_(receipts.c.project_id == project_id, DOUBTFUL, receipts.c.outcome == HELD)
        with db.engine.connect() as connection:
            if connection.execute(sa.select(receipts.c.id).where(waiting).limit(1)).first() is None:
                return
        with suppress(Unavailable):  # it is tried again at the next occasion, and by `threshold migrate`
            self.apply_held(project_id, at)

    def apply_held(self, project_id: str, received_at: int | None = None) -> int:
        """Try held entries again, after an upgrade or when a missing reference has come. Returns how many changed."""
        at = clock.now() if received_at is None else received_at
        changed: int = self._try(lambda connection, _careful: Reapplying(self, connection, project_id, at).run())
        return changed

    def rule(self, project_id: str, receipt_id: str, counts: bool, received_at: int | None = None) -> bool:
        """Take an entry that was held or put aside after all, or refuse it. False where it is neither any more."""
        at = clock.now() if received_at is None else received_at
        ruled: int = self._try(lambda connection, _careful: Ruled(self, connection, project_id, at, receipt_id, counts).run())
        return bool(ruled)

    def _try(self, work: Callable[[sa.Connection, bool], Any]) -> Any:
        """Fast first; with care where the database objects to a row or another process was quicker with the same id."""
        for careful in (False, True, True):
            try:
                with writing() as connection:
                    answer = work(connection, careful)
            except (IntegrityError, DataError) as error:
                self.known.clear()
                last: DBAPIError = error
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in CROSSED:
                    raise Unavailable from error
                last = error
            except sa.exc.TimeoutError as error:
                raise Unavailable from error
            else:
                faults.hit("committed-not-answered")
                return answer
        raise Unavailable from last


def _entry(intent: Intent, author_id: str | None, proof: str, now: int, repairs: str | None = None) -> Entry:
    """An entry of somebody who is no tablet."""
    text = json.dumps(dict(intent.body), ensure_ascii=False, separators=(",", ":"))
    return Entry(
        id=intent.id,
        seq=0,
        operation=intent.operation,
        version=registry.get(intent.operation).version,
        body=text,
        digest=digest_of(text),
        author=author_id,
        proof=proof,
        happened_at=now,
        offset=0,
        repairs=repairs,
    )


def the_ledger() -> Ledger:
    """The ledger of the running application."""
    ledger: Ledger = current_app.extensions["ledger"]
    return ledger
