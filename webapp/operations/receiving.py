"""A tablet's batch: duplicates, the next in line, gaps and forks; each entry judged in the order of its number."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.base import faults, ids
from webapp.operations.entries import ATTEMPTS_MOST, Batch, Entry, Source, digest_of
from webapp.operations.inserting import insert_all
from webapp.operations.mending import mend, supersede
from webapp.operations.reading import Reading
from webapp.operations.rules import DUPLICATE, FORK, GAP, LOST, PIN, QUARANTINED, Judged, Line, is_of_old_code, judge
from webapp.operations.work import Keeper, Taken, Work, heads, judge_person, receipts, updates, upsert

_EXISTING = sa.select(
    *(receipts.c[name] for name in ("id", "tablet_id", "epoch", "branch", "digest", "outcome", "flags", "detail"))
).where(receipts.c.project_id == sa.bindparam("project"), receipts.c.id.in_(sa.bindparam("ids", expanding=True)))
_LOCK = (
    sa.select(heads).where(heads.c.tablet_id == sa.bindparam("tablet"), heads.c.epoch == sa.bindparam("epoch")).with_for_update()
)
_ADVANCE = (
    heads.update()
    .where(
        heads.c.tablet_id == sa.bindparam("key_tablet"),
        heads.c.epoch == sa.bindparam("key_epoch"),
        heads.c.branch == sa.bindparam("key_branch"),
    )
    .values(
        {
            name: sa.bindparam(name)
            for name in (
                "acked_seq",
                "good_at",
                "last_wall",
                "last_offset",
                "high_seq",
                "seen_at",
                "build",
                "about",
                "about_at",
            )
        }
    )
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a batch is answered: results in the order of the request."""

    acked_seq: int
    results: list[dict[str, Any]]
    updates: list[dict[str, Any]]


@dataclass(slots=True)
class Branch:
    """One line of entries of a store: the main one, or one that a copied tablet went."""

    name: str
    acked: int
    line: Line
    new_epoch: int | None = None
    is_new: bool = False


class Receiving(Work):
    """A tablet's batch, with what each of its entries was read to say."""

    def __init__(
        self,
        ledger: Keeper,
        connection: sa.Connection,
        source: Source,
        batch: Batch,
        readings: Sequence[Reading],
        received_at: int,
        careful: bool,
    ) -> None:
        super().__init__(ledger, connection, source.project_id, received_at, careful)
        self.source, self.batch, self.readings = source, batch, readings
        self.tablet = (source.tablet_id, source.tablet_no)
        self.taken: list[Taken] = []
        self.results: dict[int, dict[str, Any]] = {}
        self.places: dict[int, Taken] = {}

    def run(self) -> Answer:
        self._lock_head()
        self._load_existing()
        for place, entry in sorted(enumerate(self.batch.entries), key=lambda item: item[1].seq):
            self._sort_in(place, entry)
        self._apply_batch()
        if self.taken:
            rows = [self.receipt(taken, self.tablet, self.batch.epoch) for taken in self.taken]
            insert_all(self.connection, receipts, rows)
            self.audit(self.taken, self.tablet[0])
            self.revise(self.taken)
        self._save_heads()
        faults.hit("inserted")
        return self._answer()

    def _apply_batch(self) -> None:
        """Repairs come last, one by one: whether what they mend is refused shows only when it has been applied."""
        repairs = [taken for taken in self.taken if taken.entry.repairs]
        others = [taken for taken in self.taken if not taken.entry.repairs]
        self.grants = self.grants_named(self.taken)
        self._judge_people(others)
        self.apply_each(others, self.tablet[0])
        for taken in repairs:
            mend(self, taken, self.taken)
            self._judge_people([taken])
            self.apply_each([taken], self.tablet[0])
        if repairs:
            supersede(self, repairs)
        self.insert_facts(self.taken)

    def _lock_head(self) -> None:
        store = {"tablet": self.source.tablet_id, "epoch": self.batch.epoch}
        rows = self.connection.execute(_LOCK, store).all()
        if not any(row.branch == "" for row in rows):
            self._first_head(self.batch.epoch)
            rows = self.connection.execute(_LOCK, store).all()
        self.branches = {
            row.branch: Branch(row.branch, row.acked_seq, Line(row.good_at, row.last_wall, row.last_offset), row.new_epoch)
            for row in rows
        }
        self.update_no = max(row.update_no for row in rows)
        self.high_seq = max(row.high_seq for row in rows)
        last = max(rows, key=lambda row: row.about_at)
        self.about = (self.batch.about, self.received_at) if self.batch.about else (last.about, last.about_at)
        self.seen_at = self.received_at if self.batch.is_contact else max(row.seen_at for row in rows)
        self.branch = self.branches[""]

    def _first_head(self, epoch: int) -> None:
        statement = upsert(self.connection, heads).values(
            tablet_id=self.source.tablet_id,
            epoch=epoch,
            branch="",
            project_id=self.project_id,
            acked_seq=0,
            good_at=0,
            high_seq=0,
            update_no=0,
            seen_at=0,
            build="",
        )
        self.connection.execute(statement.on_conflict_do_nothing())

    def _load_existing(self) -> None:
        """Receipts of these ids. A batch that is all new to the line need not ask: an id used before breaks the insert,
        and the batch is taken again with care."""
        self.existing: dict[str, Any] = {}
        self.new: dict[str, Taken] = {}
        if self.careful or any(entry.seq <= self.branch.acked for entry in self.batch.entries):
            wanted = {"project": self.project_id, "ids": [entry.id for entry in self.batch.entries]}
            self.existing = {row.id: row for row in self.connection.execute(_EXISTING, wanted)} if wanted["ids"] else {}

    def _sort_in(self, place: int, entry: Entry) -> None:
        """Duplicate, next in line, gap, or a fork."""
        if entry.id in self.existing or entry.id in self.new:
            return self._repeat(place, entry)
        if entry.lost is not None and entry.seq <= self.branch.acked:
            self.results[place] = {"outcome": DUPLICATE, "as": {"outcome": LOST}}
            return None
        if entry.seq > self.branch.acked + 1 and not self._continues_branch(entry):
            self.results[place] = {"outcome": GAP, "send_from": self.branch.acked + 1}
            return None
        if entry.seq <= self.branch.acked:
            self._fork(entry)
        self._take(place, entry, self._judge(place, entry))
        return None

    def _repeat(self, place: int, entry: Entry) -> None:
        first = self.existing.get(entry.id)
        digest = first.digest if first is not None else self.new[entry.id].entry.digest
        if digest != entry.digest:
            return self._quarantine(place, entry)
        self._follow(first)
        if entry.seq == self.branch.acked + 1:
            self.branch.acked = entry.seq
        if first is not None:
            self.results[place] = repeated(first.outcome, first.flags, first.detail)
        else:
            self.places[place] = self.new[entry.id]
            self.results[place] = {"outcome": DUPLICATE}
        return None

    def _follow(self, first: Any) -> None:
        """Go on with the branch on which this entry is stored: a copied tablet's must not move the honest one on."""
        if first is not None and (first.tablet_id, first.epoch) == (self.source.tablet_id, self.batch.epoch):
            self.branch = self.branches.get(first.branch, self.branch)

    def _quarantine(self, place: int, entry: Entry) -> None:
        """The same id with another content: kept beside the first under an id of its own, for a person to look at."""
        beside = ids.derived("reused", entry.id, entry.digest)
        where = (receipts.c.project_id == self.project_id) & (receipts.c.id == beside)
        if self.connection.execute(sa.select(receipts.c.id).where(where)).first() is None and not any(
            taken.receipt_id == beside for taken in self.taken
        ):
            taken = Taken(entry, f"={entry.digest[:8]}", self.received_at, self.received_at, receipt_id=beside)
            taken.outcome, taken.detail, taken.author = QUARANTINED, {"reason": "id_reused", "of": entry.id}, entry.author
            self.taken.append(taken)
        if entry.seq == self.branch.acked + 1:
            self.branch.acked = entry.seq
        self.results[place] = {"outcome": QUARANTINED, "reason": "id_reused"}

    def _continues_branch(self, entry: Entry) -> bool:
        for branch in self.branches.values():
            if branch.acked == entry.seq - 1 and branch.name:
                self.branch = branch
                return True
        return False

    def _fork(self, entry: Entry) -> None:
        """The same number under another id: go on with the branch that ends just before it, or start one."""
        if self._continues_branch(entry):
            return
        name = digest_of(entry.id)[:8]
        self.branch = Branch(name, entry.seq - 1, Line(), self._next_epoch(), is_new=True)
        self.branches[name] = self.branch

    def _next_epoch(self) -> int:
        where = heads.c.tablet_id == self.source.tablet_id
        last = self.connection.execute(sa.select(sa.func.max(heads.c.epoch)).where(where)).scalar_one()
        self._first_head(int(last) + 1)
        return int(last) + 1

    def _judge(self, place: int, entry: Entry) -> Taken:
        """Take an entry as it was read, give it its time, and move the line on."""
        taken = Taken(entry, self.branch.name, self.received_at, self.received_at, author=entry.author)
        taken.place = (self.source.tablet_no, self.batch.epoch, entry.seq)
        if entry.lost is not None:
            taken.outcome = LOST
            return taken
        if entry.attempts >= ATTEMPTS_MOST and len(self.batch.entries) == 1:
            taken.hold("attempts")
        else:
            taken.reads(self.readings[place])
        judged = judge(
            self.branch.line,
            happened_at=entry.happened_at,
            offset=entry.offset,
            beacon_at=entry.beacon_at,
            received_at=self.received_at,
            enrolled_at=self.source.enrolled_at,
            when=self.own_when(taken),
        )
        self._stamp(taken, judged)
        return taken

    def _stamp(self, taken: Taken, judged: Judged) -> None:
        taken.effective_at, taken.flags = judged.effective_at, list(judged.flags)
        self.branch.line = judged.line
        if judged.when_wrong and taken.operation and taken.operation.when:
            taken.refuse(**{taken.operation.when: "when"})
        if self.branch.name:
            taken.flags.append("fork")
            taken.detail["new_epoch"] = self.branch.new_epoch

    def _take(self, place: int, entry: Entry, taken: Taken) -> None:
        self.branch.acked = entry.seq
        self.taken.append(taken)
        self.new[entry.id] = taken
        self.places[place] = taken

    def _judge_people(self, those: Sequence[Taken]) -> None:
        """Flag what a stranger or too weak a proof has recorded, or mended; refuse it where it is a decision."""
        authors = {taken.entry.author for taken in those if taken.entry.author and taken.operation}
        known = self.ledger.memberships(self.connection, self.project_id, authors) if authors else {}
        for taken in those:
            if taken.operation is not None:
                roles = self.roles_of(taken, taken.operation)
                judge_person(taken, taken.operation, roles, known, self.grants, self.source.tablet_id)
        self._mark_old_codes(those)

    def _mark_old_codes(self, those: Sequence[Taken]) -> None:
        """Flag what was signed by six digits that the author had no more, and the tablet had not heard so yet."""
        signed = [each for each in those if each.entry.author and each.proof == PIN and each.entry.beacon_at is not None]
        changed = self.ledger.codes_set(self.connection, {str(each.entry.author) for each in signed}) if signed else {}
        for taken in signed:
            if is_of_old_code(changed.get(str(taken.entry.author), 0), taken.entry.beacon_at or 0, taken.entry.happened_at):
                taken.flags.append("old_code")

    def _save_heads(self) -> None:
        high = max(self.high_seq, self.batch.high_seq, self.branches[""].acked)
        for branch in self.branches.values():
            values = {
                "acked_seq": branch.acked,
                "good_at": branch.line.good_at,
                "last_wall": branch.line.last_wall,
                "last_offset": branch.line.last_offset,
                "high_seq": high,
                "seen_at": self.seen_at,
                "build": self.batch.build,
                "about": self.about[0],
                "about_at": self.about[1],
            }
            key = {"tablet_id": self.source.tablet_id, "epoch": self.batch.epoch, "branch": branch.name}
            if branch.is_new:
                more = {"project_id": self.project_id, "update_no": self.update_no, "new_epoch": branch.new_epoch}
                self.connection.execute(heads.insert().values(**key, **values, **more))
            else:
                named = {"key_tablet": self.source.tablet_id, "key_epoch": self.batch.epoch, "key_branch": branch.name}
                self.connection.execute(_ADVANCE, values | named)

    def _answer(self) -> Answer:
        for place, taken in self.places.items():
            own = result(taken.outcome, taken.flags, taken.detail)
            self.results[place] = {"outcome": DUPLICATE, "as": own} if place in self.results else own
        results = [{**named(entry), **self.results[place]} for place, entry in enumerate(self.batch.entries)]
        return Answer(self.branches[""].acked, results, self.updates())

    def updates(self) -> list[dict[str, Any]]:
        if self.update_no <= self.batch.updates_seen:
            return []
        where = (updates.c.tablet_id == self.source.tablet_id) & (updates.c.no > self.batch.updates_seen)
        rows = self.connection.execute(sa.select(updates).where(where).order_by(updates.c.no).limit(200))
        return [{"no": row.no, "id": row.receipt_id, "outcome": row.outcome} for row in rows]


def named(entry: Entry) -> dict[str, Any]:
    """How an answer names an entry. A marker of loss has only its number: the tablet knows no id of it."""
    return {"seq": entry.seq} if entry.lost is not None else {"id": entry.id, "seq": entry.seq}


def result(outcome: str, flags: Sequence[str], detail: Mapping[str, Any]) -> dict[str, Any]:
    """A stored outcome as it is answered."""
    shown = {key: value for key, value in detail.items() if key in {"errors", "reason", "fault"}}
    own: dict[str, Any] = {"outcome": outcome, **shown}
    if flags:
        own["flags"] = list(flags)
    if detail.get("new_epoch"):
        return {"outcome": FORK, "new_epoch": detail["new_epoch"], "as": own}
    return own


def repeated(outcome: str, flags: str, detail: str) -> dict[str, Any]:
    own = result(outcome, flags.split(), json.loads(detail) if detail else {})
    return own if own["outcome"] == FORK else {"outcome": DUPLICATE, "as": own}
