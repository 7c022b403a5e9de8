"""A tablet's store as the client in the browser keeps it: what is recorded, what waits, what the answers said."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.convergence.model import FINAL
from tests.operations.pads import Pad
from webapp.operations.entries import Entry


def on_the_wire(entry: Entry) -> dict[str, Any]:
    """An entry as a request carries it."""
    if entry.lost is not None:
        return {"seq": entry.seq, "lost": entry.lost}
    keys = ("id", "seq", "operation", "version", "body", "digest", "author", "proof", "happened_at", "offset")
    return {key: getattr(entry, key) for key in (*keys, "beacon_at", "repairs")}


@dataclass
class Request:
    """A batch on its way, from whichever store it came."""

    number: int
    tablet: str
    project: str
    epoch: int
    entries: tuple[Entry, ...]
    high_seq: int
    updates_seen: int = 0

    def payload(self) -> dict[str, Any]:
        return {
            "protocol": 1,
            "nonce": "nonce-of-8",
            "tablet": self.tablet,
            "epoch": self.epoch,
            "sent_at": 0,
            "high_seq": self.high_seq,
            "build": "b",
            "updates_seen": self.updates_seen,
            "entries": [on_the_wire(entry) for entry in self.entries],
        }


@dataclass
class Store:
    """One store of one tablet: a pad an epoch, the ids still waiting, and how far the server said it had come."""

    number: int
    project: str
    tablet: str
    epoch: int = 1
    pads: dict[int, Pad] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    refused: list[Entry] = field(default_factory=list)
    acked: dict[int, int] = field(default_factory=dict)
    beacon: int | None = None
    offset: int = 0
    updates_seen: int = 0

    @property
    def pad(self) -> Pad:
        if self.epoch not in self.pads:
            self.pads[self.epoch] = Pad(self.number, self.epoch, self.project, self.tablet)
        return self.pads[self.epoch]

    def record(self, entry: Entry) -> None:
        self.pad.kept.append(entry)
        self.waiting.add(entry.id)

    def request(self, most: int = 200, epoch: int | None = None) -> Request:
        """The oldest entries that wait, of one epoch; none of them is a heartbeat."""
        chosen: tuple[Entry, ...] = ()
        for each in sorted(self.pads) if epoch is None else [epoch]:
            chosen = tuple(entry for entry in self.pads[each].kept if entry.id in self.waiting)[:most]
            if chosen or epoch is not None:
                epoch = each
                break
        else:
            epoch = self.epoch
        high = len(self.pads[epoch].kept) if epoch in self.pads else 0
        return Request(self.number, self.tablet, self.project, epoch, chosen, high, self.updates_seen)

    def settle(self, request: Request, answer: dict[str, Any], at: int) -> None:
        """What a tablet does with an answer that reached it."""
        self.beacon = at
        epoch, acked = request.epoch, answer["acked_seq"]
        gaps = [result["send_from"] for result in answer["results"] if result["outcome"] == "gap"]
        fell = [acked + 1] if acked < self.acked.get(epoch, 0) else []
        if gaps or fell:
            kept = self.pads[epoch].kept if epoch in self.pads else ()
            self.waiting.update(entry.id for entry in kept if entry.seq >= min(gaps + fell))
        for entry, result in zip(request.entries, answer["results"], strict=True):
            own = result.get("as", result)
            if own["outcome"] in FINAL:
                self.waiting.discard(entry.id)
                if own["outcome"] == "refused":
                    self.refused.append(entry)
        self.acked[epoch] = acked
        self.epoch = max([self.epoch, *(result.get("new_epoch", 0) for result in answer["results"])])
        self.updates_seen = max([self.updates_seen, *(update["no"] for update in answer["updates"])])

    def copy(self) -> "Store":
        """The profile folder, copied to another machine."""
        return deepcopy(self)
