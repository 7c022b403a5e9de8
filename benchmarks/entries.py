"""Real entries: what a greeter's tablet sends on a busy day, in the proportions of a show flat."""

import hashlib
import json
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

MIX = ["tours.arrive"] * 8 + ["tours.see_off"] * 6 + ["stock.draw"] * 2 + ["checklists.answer"] * 4
"""Of twenty entries eight parties come, six are seen off, four checks are ticked and covers are drawn twice."""


@dataclass(frozen=True)
class Place:
    """The reference data that entries name."""

    flat: str
    place: str
    store: str
    covers: str
    version: str
    checks: list[str]


@dataclass
class Tablet:
    """One tablet's numbers: it goes on counting for as long as the bench runs."""

    id: str
    epoch: int
    author: str
    place: Place
    now: int
    chance: random.Random = field(default_factory=random.Random)
    seq: int = 0
    parties: list[str] = field(default_factory=list)

    def entry(self) -> dict[str, Any]:
        """The next entry, as docs/protocol.md section 2 says; five milliseconds after the one before."""
        operation = self.chance.choice(MIX if self.parties else ["tours.arrive"])
        self.seq += 1
        self.now += 5
        made = self.time_ordered_id()
        body = json.dumps(self.body(operation, made), separators=(",", ":"))
        return {
            "id": made, "seq": self.seq, "operation": operation, "version": 1, "body": body,
            "digest": hashlib.sha256(body.encode()).hexdigest(), "author": self.author, "proof": "pin-offline",
            "happened_at": self.now, "offset": 0, "beacon_at": self.now - 5000,
        }  # fmt: skip

    def entries(self, count: int) -> list[dict[str, Any]]:
        return [self.entry() for _ in range(count)]

    def body(self, operation: str, made: str) -> dict[str, str]:
        at = self.place
        if operation == "tours.arrive":
            self.parties.append(made)
            guests = str(self.chance.randint(1, 6))
            return {"flat": at.flat, "place": at.place, "guests": guests, "covers": guests, "item": at.covers}
        if operation == "tours.see_off":
            return {"party": self.chance.choice(self.parties[-20:])}
        if operation == "stock.draw":
            quantity = str(self.chance.randint(1, 20))
            return {"item": at.covers, "place": at.place, "store": at.store, "quantity": quantity}
        check, answer = self.chance.choice(at.checks), self.chance.choice(["pass", "fail", "na"])
        return {"version": at.version, "place": at.place, "item": check, "day": "2025-11-23", "answer": answer}

    def time_ordered_id(self) -> str:
        """A UUIDv7 of this entry's instant."""
        chance = self.chance.getrandbits
        value = self.now << 80 | 0x7 << 76 | chance(12) << 64 | 0b10 << 62 | chance(62)
        return str(uuid.UUID(int=value))
