"""Whoever sends, relieves, imports, mends or rules: who recorded an entry, and when it happened, never change once it is stored."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.cast import Site, at
from tests.tablets.sealing import Browser, Desk
from webapp.base.database import db
from webapp.operations.entries import Batch, Entry
from webapp.operations.models import Receipt
from webapp.tablets import parcels
from webapp.tours.models import Arrival

pytestmark = pytest.mark.database

MINUTE = 60_000
numbers = itertools.count(1)
KEEPS = ("arrive", "draw", "back-dated", "wrong clock", "refused", "newer", "mend here")
ACTS = (*KEEPS, "relieve", "send", "send", "send old", "under the same id", "import", "mend at the desk", "rule")
acts = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 99)), min_size=8, max_size=30)


class Day:
    """One tablet on which two people take turns, the desk behind it, and what was ever seen stored."""

    def __init__(self, app: Flask) -> None:
        self.site = Site(app.extensions["ledger"], f"authors {next(numbers)}").build()
        self.desk, self.browser, self.pad = Desk(self.site), Browser(), self.site.tablet(9)
        self.desk.enrols(self.browser, at("09:00"))
        self.on_post, self.now = "lin", at("10:00")
        self.seen: dict[tuple[str, str], tuple[str | None, int]] = {}
        self.recorded_by: dict[str, str | None] = {}
        self.changes = 0

    def does(self, act: str, chance: int) -> None:
        self.now += MINUTE
        if act in KEEPS:
            self.keeps(act, chance)
        else:
            getattr(self, act.replace(" ", "_"))(chance)
        self.looks()

    # at the tablet

    def keeps(self, kind: str, chance: int) -> None:
        moved = {"item": self.site.id("covers"), "place": self.site.id("flat"), "quantity": "4"}
        party = {"flat": self.site.id("A"), "place": self.site.id("flat"), "guests": 1 + chance % 9}
        if kind in ("refused", "mend here", "draw"):
            entry = self.keep("stock.draw", **moved | ({"quantity": "four"} if kind == "refused" else {}))
            if kind == "mend here" and (wrong := self.stored("refused")):
                entry.repairs = wrong[chance % len(wrong)].id
        else:
            entry = self.keep("tours.arrive", **party, **({"when": self.now - 5 * MINUTE} if kind == "back-dated" else {}))
            entry.version = 9 if kind == "newer" else 1
            entry.offset = None if kind == "wrong clock" else 0
        # A repair stands in the place of what it mends, and so under its author's name.
        self.recorded_by[entry.id] = self.recorded_by[entry.repairs] if entry.repairs else entry.author

    def keep(self, operation: str, **body: Any) -> Entry:
        return self.pad.keep(self.on_post, operation, self.now, **body)

    def relieve(self, _chance: int) -> None:
        """The other one takes over; what the first left unsent goes with his batches."""
        for operation in ("shifts.leave_post", "shifts.take_post"):
            entry = self.keep(operation, post=self.site.id("door"))
            self.recorded_by[entry.id] = entry.author
            self.on_post = {"lin": "he", "he": "lin"}[self.on_post] if operation == "shifts.leave_post" else self.on_post

    # on the way

    def send(self, chance: int) -> None:
        self.gives(self.pad.kept[: 1 + chance % (len(self.pad.kept) or 1)])

    def send_old(self, chance: int) -> None:
        self.gives(self.pad.kept[: 1 + chance % 3][::-1])

    def under_the_same_id(self, chance: int) -> None:
        """A tablet that was meddled with says an entry that is here again in another's name and time."""
        if here := [each for each in self.pad.kept if (Receipt.__tablename__, each.id) in self.seen]:
            entry = here[chance % len(here)]
            other = self.site.person("he" if entry.author == self.site.person("lin") else "lin")
            self.gives([replace(entry, author=other, happened_at=entry.happened_at - MINUTE)])

    def gives(self, entries: list[Entry]) -> None:
        batch = Batch(1, tuple(entries), "nonce-12", len(self.pad.kept), "", 0)
        self.site.ledger.receive(self.browser.source, batch, self.now)
        db.session.rollback()

    def import_(self, _chance: int) -> None:
        """The manager brings all of it in a file."""
        if self.pad.kept:
            file = self.browser.file({1: self.pad.kept})
            try:
                parcels.bring_in(self.site.project_id, file, self.site.person("chen"), self.now)
            except parcels.Refused as refused:  # another entry stands there since somebody meddled
                assert str(refused) == "fork"  # noqa: PT017
            db.session.rollback()

    # at the desk

    def mend_at_the_desk(self, chance: int) -> None:
        if wrong := self.stored("refused"):
            body = {"item": self.site.id("covers"), "place": self.site.id("flat"), "quantity": "four" if chance % 3 == 0 else "5"}
            self.site.ledger.submit(
                "stock.draw", body, project_id=self.site.project_id, author_id=self.site.person("chen"), proof="session",
                repairs=wrong[chance % len(wrong)].id, at=self.now,
            )  # fmt: skip
            db.session.rollback()

    def rule(self, chance: int) -> None:
        if wrong := [*self.stored("held"), *self.stored("quarantined")]:
            self.site.ledger.rule(self.site.project_id, wrong[chance % len(wrong)].id, chance % 2 == 0)
            db.session.rollback()

    # what is stored

    def stored(self, outcome: str) -> list[Any]:
        wanted = sa.select(Receipt.id, Receipt.repairs).where(
            Receipt.project_id == self.site.project_id, Receipt.outcome == outcome, Receipt.tablet_id.is_not(None)
        )
        with db.engine.connect() as connection:
            return list(connection.execute(wanted.order_by(Receipt.seq, Receipt.id)))

    def looks(self) -> None:
        with db.engine.connect() as connection:
            for table in (Receipt, Arrival):
                columns = (table.id if table is Receipt else table.operation_id, table.author_id, table.effective_at)
                for entry_id, author, effective_at in connection.execute(
                    sa.select(*columns).where(table.project_id == self.site.project_id)
                ):
                    first = self.seen.setdefault((table.__tablename__, entry_id), (author, effective_at))
                    assert first == (author, effective_at), f"{table.__tablename__} {entry_id}"
                    self.changes += 1

    def ends(self) -> None:
        """Everything comes at last, and each is whose it was."""
        self.gives(self.pad.kept)
        self.looks()
        with db.engine.connect() as connection:
            here = dict(connection.execute(sa.select(Receipt.id, Receipt.author_id).where(Receipt.id.in_(self.recorded_by))).all())
        assert here == {entry_id: author for entry_id, author in self.recorded_by.items() if entry_id in here}
        assert set(here) == set(self.recorded_by)


def test_the_author_and_the_time_of_an_entry_never_change(app: Flask, tell: Callable[[str], None], rounds: int) -> None:
    days, looked = 0, 0

    @settings(
        max_examples=6 * rounds,
        suppress_health_check=list(HealthCheck),
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        database=None,
    )
    @given(acts)
    def day(done: list[tuple[str, int]]) -> None:
        nonlocal days, looked
        one = Day(app)
        for act, chance in done:
            one.does({"import": "import_"}.get(act, act), chance)
        one.ends()
        days, looked = days + 1, looked + one.changes

    day()
    tell(f"{days} days, {looked} looks at what is stored")
