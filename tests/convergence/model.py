"""What docs/protocol.md says should come of a history, written again plainly. Nothing here comes from webapp.operations.

A line is what one store of one tablet counted. Where two stores counted the same number (a copied tablet) it is contested, and
only "none lost, none doubled" is claimed of it; of all others the model knows each outcome, time and `acked_seq`.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Protocol

TWO_MINUTES = 2 * 60 * 1000
TWO_DAYS = 48 * 60 * 60 * 1000
FINAL = {"applied", "refused", "held", "quarantined", "lost"}


class Entry(Protocol):
    """What the model needs of an entry."""

    @property
    def id(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def author(self) -> str | None: ...
    @property
    def happened_at(self) -> int: ...
    @property
    def offset(self) -> int | None: ...
    @property
    def beacon_at(self) -> int | None: ...
    @property
    def repairs(self) -> str | None: ...


@dataclass(frozen=True)
class Meant:
    """What the person at the tablet did, as the test that did it knows: `outcome` if nothing stands in the way."""

    outcome: str = "applied"
    text: str = ""
    when: int | None = None
    shelf: str | None = None


@dataclass
class Stored:
    """What the server should hold of an entry. `effective_at` None: not claimed (a contested line)."""

    entry: Entry
    meant: Meant
    line: tuple[int, int]
    outcome: str
    author: str | None
    effective_at: int | None
    time_wrong: bool = False
    back_dated: bool = False
    mends: str | None = None


@dataclass
class Line:
    acked: int = 0
    good_at: int = 0
    wall: int | None = None
    offset: int | None = None


@dataclass
class Model:
    """The server as it should be."""

    enrolled_at: int
    meant: dict[str, Meant] = field(default_factory=dict)
    lines: dict[tuple[int, int], Line] = field(default_factory=dict)
    stored: dict[str, Stored] = field(default_factory=dict)
    shelves: set[str] = field(default_factory=set)
    numbers: dict[tuple[int, int, int], str] = field(default_factory=dict)
    contested: set[tuple[int, int]] = field(default_factory=set)

    def kept(self, tablet: int, epoch: int, entry: Entry, meant: Meant) -> None:
        """A store counted this entry; two under one number make the line contested."""
        self.meant[entry.id] = meant
        if self.numbers.setdefault((tablet, epoch, entry.seq), entry.id) != entry.id:
            self.contested.add((tablet, epoch))

    def copy(self) -> "Model":
        """The server's memory apart; what was meant and counted is no memory of the server."""
        other = deepcopy({"lines": self.lines, "stored": self.stored, "shelves": self.shelves})
        return Model(self.enrolled_at, self.meant, numbers=self.numbers, contested=self.contested, **other)

    def deliver(self, tablet: int, epoch: int, entries: Sequence[Entry], at: int) -> list[str]:
        """Outcomes in the order of the request, for a line that is not contested."""
        line = self.lines.setdefault((tablet, epoch), Line())
        outcomes: dict[int, str] = {}
        for place, entry in sorted(enumerate(entries), key=lambda pair: pair[1].seq):
            if entry.id in self.stored:
                outcomes[place] = "duplicate"
            elif entry.seq == line.acked + 1:
                self._take(line, (tablet, epoch), entry, at)
                outcomes[place] = ""
            else:
                outcomes[place] = "gap"
        fresh = [entries[place] for place, outcome in outcomes.items() if not outcome]
        for entry in fresh:
            self._mend(self.stored[entry.id])
        said = [outcomes[place] or self.stored[entry.id].outcome for place, entry in enumerate(entries)]
        if "refused" in said:
            self.apply_held()
        return said

    def deliver_contested(self, tablet: int, epoch: int, entries: Sequence[Entry], results: Sequence[dict[str, Any]]) -> None:
        """Believe the answer of what was taken; what must come of it is still ours to say."""
        fresh: list[Stored] = []
        for entry, result in zip(entries, results, strict=True):
            if result["outcome"] == "gap" or entry.id in self.stored:
                continue
            if result["outcome"] == "duplicate" and self.meant[entry.id].outcome == "lost":
                continue  # a marker for a number under which the other store's entry is here
            own = result.get("as", result)["outcome"]
            assert own in FINAL
            stored = Stored(entry, self.meant[entry.id], (tablet, epoch), own, entry.author, None)
            self.stored[entry.id] = stored
            fresh.append(stored)
        for stored in fresh:
            self._check_contested(stored)
        if any(result["outcome"] == "refused" for result in results):
            self.apply_held()

    def _check_contested(self, stored: Stored) -> None:
        """Its time is not claimed, so neither is whether a back-dating passed its bounds; all else is."""
        meant, own = stored.meant, stored.outcome
        if stored.entry.repairs and meant.outcome == "applied":
            self._mend(stored)
        elif meant.shelf is not None:
            stored.outcome = "applied" if meant.shelf in self.shelves else "held"
        elif meant.when is None:
            stored.outcome = meant.outcome
        assert own == stored.outcome, (own, stored)

    def _take(self, line: Line, name: tuple[int, int], entry: Entry, at: int) -> None:
        line.acked = entry.seq
        meant = self.meant[entry.id]
        stored = Stored(entry, meant, name, meant.outcome, entry.author, at)
        self.stored[entry.id] = stored
        if meant.outcome == "lost":
            return
        if meant.outcome == "applied" and meant.shelf is not None and meant.shelf not in self.shelves:
            stored.outcome = "held"
        self._time(line, stored, at)

    def _time(self, line: Line, stored: Stored, at: int) -> None:
        """Section 4 of docs/protocol.md."""
        entry, meant = stored.entry, stored.meant
        stored.time_wrong = self._is_wrong(line, entry, at)
        if entry.offset is not None:
            line.wall, line.offset = entry.happened_at - entry.offset, entry.offset
        if stored.time_wrong:
            stored.effective_at = min(at, max(line.good_at, entry.beacon_at or 0, self.enrolled_at))
            return
        stored.effective_at = line.good_at = max(entry.happened_at, line.good_at)
        if meant.when is None or meant.outcome != "applied":
            return
        if entry.happened_at - TWO_DAYS <= meant.when <= entry.happened_at:
            stored.effective_at, stored.back_dated = meant.when, True
        else:
            stored.outcome = "refused"

    @staticmethod
    def _is_wrong(line: Line, entry: Entry, at: int) -> bool:
        if entry.offset is None or entry.happened_at > at + TWO_MINUTES:
            return True
        if entry.beacon_at is not None and entry.happened_at < entry.beacon_at - TWO_MINUTES:
            return True
        if line.wall is None or line.offset is None:
            return False
        return entry.happened_at - entry.offset < line.wall or abs(entry.offset - line.offset) > TWO_MINUTES

    def _mend(self, stored: Stored) -> None:
        """A repair stands in the place of what it mends; a repair of a repair in that of the first."""
        if not stored.entry.repairs or stored.meant.outcome != "applied":
            return
        original = self.stored.get(stored.entry.repairs)
        while original is not None and original.outcome == "refused" and original.entry.repairs:
            original = self.stored.get(original.entry.repairs)
        if original is None or original.outcome == "held":
            stored.outcome = "held"
        elif original.outcome != "refused":
            stored.outcome = "refused"
        else:
            stored.outcome, stored.author, stored.effective_at = "applied", original.author, original.effective_at
            stored.mends = original.entry.id

    def apply_held(self) -> None:
        """What was held for something that has come since."""
        held = [stored for stored in self.stored.values() if stored.outcome == "held" and stored.meant.outcome == "applied"]
        for stored in held * len(held):  # one may wait for another
            if stored.outcome == "held" and stored.entry.repairs:
                self._mend(stored)
            elif stored.outcome == "held" and stored.meant.shelf in self.shelves:
                stored.outcome = "applied"

    def facts(self) -> dict[str, Stored]:
        """Applied entries that count, by the entry in whose place they stand: of several repairs of one the earliest."""
        found: dict[str, Stored] = {}
        for stored in sorted(self.stored.values(), key=lambda each: (each.effective_at or 0, each.entry.id), reverse=True):
            if stored.outcome == "applied":
                found[stored.mends or stored.entry.id] = stored
        return found
