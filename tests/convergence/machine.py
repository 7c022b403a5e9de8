"""Tablets, a network and two server processes, driven by chance: record, lose, double, delay, fork, wipe, restore, mend."""

import itertools
import uuid
from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.convergence.model import Meant, Model
from tests.convergence.nodes import Backup, Site
from tests.convergence.stores import Request, Store
from tests.operations.pads import HE, LIN, START, STRANGER
from webapp.base import ids
from webapp.operations.entries import Entry

TABLETS = 4
MINUTE, HOUR = 60_000, 3_600_000
ENROLLED = START - 24 * HOUR
projects = itertools.count(1)
COUNTS: Counter[str] = Counter()
"""What was really done, printed when the tests end."""

KINDS = ("write", "write", "sign", "back-dated", "back-dated too far", "refused", "shelf", "newer", "fault", "objected", "stranger",
         "decided", "digest", "lost")  # fmt: skip
ERRORS = (0, 0, 0, 0, 0, 0, MINUTE, -MINUTE, 10 * MINUTE, -10 * MINUTE, -30 * HOUR, 50 * HOUR)
tablets = st.integers(0, TABLETS - 1)
machines = st.integers(0, 1)
deeds = st.tuples(
    st.sampled_from(KINDS), st.sampled_from(ERRORS), st.sampled_from((True, True, True, True, False)), st.integers(0, 2**62 - 1)
)


class Machine(RuleBasedStateMachine):
    """One history. Each has a project and tablets of its own in the shared database."""

    site: Site

    def __init__(self) -> None:
        super().__init__()
        COUNTS["rounds"] += 1
        self.name = next(projects)
        self.project = ids.derived("convergence", id(self.site), self.name)
        self.tablets = [ids.derived("convergence", id(self.site), self.name, number) for number in range(TABLETS)]
        self.stores = [[Store(number + 1, self.project, self.tablets[number])] for number in range(TABLETS)]
        self.model = Model(ENROLLED)
        self.now = START
        self.made = 0
        self.network: list[Request] = []
        self.copies = False
        self.backup: tuple[Backup, Model] | None = None

    @initialize(copies=st.booleans())
    def choose(self, copies: bool) -> None:
        """Copied tablets or restored backups, not both: a copy may fill the numbers before the first sees that `acked_seq` fell."""
        self.copies = copies

    # what people do

    @rule(number=tablets, which=st.integers(0, 3), deeds=st.lists(deeds, min_size=1, max_size=6))
    def record(self, number: int, which: int, deeds: list[tuple[str, int, bool, int]]) -> None:
        """Somebody at a tablet does a few things; its clock may be wrong."""
        store = self._store(number, which)
        for kind, error, heard, chance in deeds:
            self._keep(store, kind, self.now + error, store.offset if heard else None, chance)
            self.now += 1000

    @rule(which=st.integers(0, 3), chance=st.integers(0, 2**62 - 1))
    def everybody_is_busy(self, which: int, chance: int) -> None:
        """A plain hour on all tablets."""
        for number in range(TABLETS):
            for kind in ("write", "sign", KINDS[(chance + number) % len(KINDS)]):
                store = self._store(number, which)
                self._keep(store, kind, self.now, store.offset, chance)
            self.now += 1000

    @rule(number=tablets, which=st.integers(0, 3), offset=st.sampled_from((0, 30_000, -90_000, 3 * MINUTE, -5 * HOUR)))
    def hear_another_time(self, number: int, which: int, offset: int) -> None:
        """A new sample of the server's clock: small steps are good, a jump is a wrong clock."""
        self._store(number, which).offset = offset

    @rule(number=tablets, which=st.integers(0, 3), chosen=st.integers(0, 9), good=st.booleans(), chance=st.integers(0, 2**62 - 1))
    def repair(self, number: int, which: int, chosen: int, good: bool, chance: int) -> None:
        """A refused entry is mended, at whichever tablet."""
        store = self._store(number, which)
        known = [entry for group in self.stores for each in group for entry in each.refused]
        if known:
            original = known[chosen % len(known)]
            self._keep(store, "write" if good else "refused", self.now, store.offset, chance, repairs=original.id)
            COUNTS["repairs"] += 1

    def _keep(self, store: Store, kind: str, at: int, offset: int | None, chance: int, **more: Any) -> None:
        self.made += 1
        pad = store.pad
        seq = len(pad.kept) + 1
        more |= {"id": str(uuid.UUID(int=(at & (1 << 48) - 1) << 80 | 7 << 76 | (self.made & 0xFFF) << 64 | 2 << 62 | chance))}
        more |= {"offset": offset, "beacon_at": store.beacon, "author": (LIN, HE)[self.made % 2]}
        entry, meant = self._made(store, kind, at, f"note {self.made}", seq, more)
        store.record(entry)
        self.model.kept(store.number, store.epoch, entry, meant)
        COUNTS["entries"] += 1
        COUNTS[f"entries: {kind}"] += 1

    def _made(self, store: Store, kind: str, at: int, text: str, seq: int, more: dict[str, Any]) -> tuple[Entry, Meant]:
        pad = store.pad
        meant = Meant("applied", text)
        if kind == "lost":
            identity = ids.derived("lost", store.tablet, store.epoch, seq)
            return Entry(id=identity, seq=seq, lost="storage was cleared"), Meant("lost")
        if kind in {"back-dated", "back-dated too far"}:
            when = at - (47 if kind == "back-dated" else 49) * HOUR
            return pad.entry(at=at, text=text, when=str(when), **more), replace(meant, when=when)
        if kind == "shelf":
            shelf = ids.derived(self.project, "shelf", self.made % 3)
            return pad.entry(at=at, text=text, shelf=shelf, **more), replace(meant, shelf=shelf)
        simple: dict[str, tuple[str, dict[str, Any], str]] = {
            "write": ("notebook.write", {"text": text}, "applied"),
            "sign": ("notebook.sign", {"text": text}, "applied"),
            "refused": ("notebook.write", {"text": text * 9}, "refused"),
            "newer": ("notebook.write", {"text": text, "version": 9}, "held"),
            "fault": ("notebook.write", {"text": "our fault"}, "held"),
            "objected": ("notebook.sign", {"text": "refused by the database"}, "held"),
            "stranger": ("notebook.write", {"text": text, "author": STRANGER}, "applied"),
            "decided": ("notebook.decide", {"text": text, "author": STRANGER}, "refused"),
            "digest": ("notebook.write", {"text": text, "digest": "0" * 64}, "quarantined"),
        }
        operation, fields, outcome = simple[kind]
        return pad.entry(operation, at, **(more | fields)), Meant(outcome, text)

    # what tablets and the network do

    @rule(
        number=tablets, which=st.integers(0, 3), node=machines, most=st.integers(1, 12), doubled=st.booleans(), heard=st.booleans()
    )
    def send(self, number: int, which: int, node: int, most: int, doubled: bool, heard: bool) -> None:
        """A part of what waits; the answer may be lost, and the request may come again later."""
        store = self._store(number, which)
        request = store.request(most)
        answer = self._deliver(node, request)
        if heard:
            store.settle(request, answer, self.now)
        else:
            COUNTS["answers lost"] += 1
        if doubled:
            self.network.append(request)

    @rule(number=tablets, which=st.integers(0, 3), most=st.integers(1, 12))
    def send_into_the_void(self, number: int, which: int, most: int) -> None:
        """The network takes a request and keeps it for later."""
        self.network.append(self._store(number, which).request(most))

    @precondition(lambda self: self.network)
    @rule(chosen=st.integers(0, 30), node=machines, again=st.booleans(), backwards=st.booleans())
    def arrive_late(self, chosen: int, node: int, again: bool, backwards: bool) -> None:
        """An old request comes, perhaps not for the last time, perhaps turned round."""
        place = chosen % len(self.network)
        request = self.network[place] if again else self.network.pop(place)
        self._deliver(node, replace(request, entries=request.entries[::-1]) if backwards else request)
        COUNTS["batches late"] += 1

    @rule(number=tablets, which=st.integers(0, 3), other=tablets, other_which=st.integers(0, 3), most=st.integers(1, 8))
    def send_at_once(self, number: int, which: int, other: int, other_which: int, most: int) -> None:
        """Both server processes get a batch in the same moment; often of one tablet."""
        first, second = self._store(number, which), self._store(other, other_which)
        pair = [(first, first.request(most)), (second, second.request())]
        for node, (_store, request) in zip(self.site.nodes, pair, strict=True):
            node.tell(**self._asked(request))
        answers = [node.hear() for node in self.site.nodes]
        COUNTS["batches at once"] += 2
        self._believe_either_order([(request, answer) for (_store, request), answer in zip(pair, answers, strict=True)])
        for (store, request), answer in zip(pair, answers, strict=True):
            store.settle(request, answer, self.now)

    @precondition(lambda self: self.copies)
    @rule(number=tablets)
    def copy_a_tablet(self, number: int) -> None:
        if len(self.stores[number]) < 3:
            self.stores[number].append(self.stores[number][0].copy())
            COUNTS["forks"] += 1

    @rule(number=tablets, which=st.integers(0, 3))
    def wipe_a_store(self, number: int, which: int) -> None:
        """Storage is cleared: what was not sent is gone from the tablet, though it may still be on its way. Then enrolled again."""
        group = self.stores[number]
        old = group.pop(which % len(group))
        known = [row["epoch"] for row in self.site.rows("operations_head", self.project) if row["tablet_id"] == old.tablet]
        used = [epoch for store in group for epoch in store.pads]
        fresh = max([0, *known, *used]) + 1
        group.append(Store(old.number, self.project, old.tablet, epoch=fresh, beacon=self.now))
        COUNTS["stores wiped"] += 1

    # what the server's people do

    @rule(by=st.sampled_from((1000, MINUTE, HOUR, 30 * HOUR)))
    def time_goes_by(self, by: int) -> None:
        self.now += by

    @rule(number=st.integers(0, 2))
    def add_a_shelf(self, number: int) -> None:
        shelf = ids.derived(self.project, "shelf", number)
        if shelf not in self.model.shelves:
            self.site.add("notebook_shelf", id=shelf, project_id=self.project, name="s")
            self.model.shelves.add(shelf)

    @rule(node=machines)
    def try_held_entries_again(self, node: int) -> None:
        self.site.nodes[node].ask(do="apply_held", project=self.project, at=self.now)
        self.model.apply_held()

    @precondition(lambda self: not self.copies)
    @rule()
    def back_up(self) -> None:
        self.backup = (self.site.back_up(self.project), self.model.copy())
        COUNTS["backups"] += 1

    @precondition(lambda self: self.backup and not self.copies and not self.model.contested)
    @rule()
    def restore(self) -> None:
        """The server forgets all since the backup; the tablets have it still."""
        assert self.backup
        rows, model = self.backup
        self.site.restore(self.project, rows)
        self.model = model.copy()
        COUNTS["restores"] += 1

    # how it is checked

    def _store(self, number: int, which: int) -> Store:
        return self.stores[number][which % len(self.stores[number])]

    def _asked(self, request: Request) -> dict[str, Any]:
        return {"do": "receive", "number": request.number, "project": self.project, "payload": request.payload(), "at": self.now}

    def _deliver(self, node: int, request: Request) -> dict[str, Any]:
        answer: dict[str, Any] = self.site.nodes[node].ask(**self._asked(request))
        self._believe(self.model, request, answer)
        COUNTS["batches"] += 1
        return answer

    def _believe(self, model: Model, request: Request, answer: dict[str, Any]) -> None:
        """The answer is what the model says, or what it must be on a contested line."""
        name = (request.number, request.epoch)
        results = answer["results"]
        assert [result["seq"] for result in results] == [entry.seq for entry in request.entries]
        if name in model.contested:
            model.deliver_contested(*name, request.entries, results)
            return
        said = model.deliver(*name, request.entries, self.now)
        assert [result["outcome"] for result in results] == said
        assert answer["acked_seq"] == model.lines[name].acked

    def _believe_either_order(self, exchanges: list[tuple[Request, dict[str, Any]]]) -> None:
        """Two processes at once: one of them was first."""
        wrong: AssertionError | None = None
        for order in (exchanges, exchanges[::-1]):
            tried = self.model.copy()
            try:
                for request, answer in order:
                    self._believe(tried, request, answer)
            except AssertionError as error:
                wrong = wrong or error
                continue
            self.model = tried
            return
        assert wrong
        raise wrong

    @invariant()
    def nothing_is_lost_nor_doubled(self) -> None:
        """Each stored entry has one receipt with its outcome, and its facts once, at its time, in its author's name."""
        receipts = self.site.rows("operations_receipt", self.project)
        assert sorted(row["id"] for row in receipts) == sorted(self.model.stored)
        for row in receipts:
            stored = self.model.stored[row["id"]]
            assert row["outcome"] == stored.outcome, (row, stored)
            if stored.line not in self.model.contested:
                flags = row["flags"].split()
                assert ("time_wrong" in flags, "back_dated" in flags) == (stored.time_wrong, stored.back_dated), (row, stored)
        facts = {row["operation_id"]: row for row in self.site.rows("notebook_note", self.project)}
        expected = self.model.facts()
        assert sorted(facts) == sorted(expected)
        for name, stored in expected.items():
            row, place = facts[name], self.model.stored[name]
            assert (row["tablet_no"], row["epoch"], row["seq"]) == (*place.line, place.entry.seq)
            assert (row["text"], row["author_id"]) == (stored.meant.text, stored.author), (row, stored)
            if stored.effective_at is not None:
                assert row["effective_at"] == stored.effective_at, (row, stored)

    def teardown(self) -> None:
        """The network heals: all comes in, whatever happened before, and nothing waits any more."""
        for group in self.stores:
            for store in group:
                self._drain(store)
        self.site.nodes[0].ask(do="apply_held", project=self.project, at=self.now)
        self.model.apply_held()
        for group in self.stores:
            for store in group:
                kept = {entry.id for pad in store.pads.values() for entry in pad.kept if entry.lost is None}
                missing = kept - set(self.model.stored)
                assert not missing, (store.number, missing, self.model.contested)
                assert not store.waiting
        self.nothing_is_lost_nor_doubled()

    def _drain(self, store: Store) -> None:
        for _attempt in range(4):
            for epoch in sorted({*store.pads, store.epoch}):
                request = store.request(epoch=epoch) if epoch in store.pads else replace(store.request(), epoch=epoch, entries=())
                store.settle(request, self._deliver(0, request), self.now)
            if not store.waiting:
                return
        left = {epoch: [entry.seq for entry in pad.kept if entry.id in store.waiting] for epoch, pad in store.pads.items()}
        raise AssertionError(f"tablet {store.number} never got these through: {left}; acked {store.acked}")
