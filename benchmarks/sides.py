"""The two sides of a line: the same entries as requests for our door or for the floor, and how many were lost."""

import json
import time
from copy import deepcopy
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Protocol

from benchmarks.door import Site
from benchmarks.entries import Place, Tablet
from benchmarks.load import Answer, post

HALF_AN_HOUR = 30 * 60 * 1000


class Side(Protocol):
    port: int

    def requests(self, tablet: int, batches: int, size: int) -> list[bytes]: ...

    def lost(self, requested: int, answers: list[Answer]) -> int: ...


@dataclass
class Floor:
    port: int
    tablets: list[Tablet]

    def requests(self, tablet: int, batches: int, size: int) -> list[bytes]:
        sender = self.tablets[tablet]
        bodies = [{"tablet": sender.id, "entries": sender.entries(size)} for _ in range(batches)]
        return [post("/entries", self.port, compact(body), {}) for body in bodies]

    def lost(self, requested: int, answers: list[Answer]) -> int:
        """Entries without a 200 (`requested` a batch)."""
        return sum(requested for answer in answers if answer.status != 200)


@dataclass
class Ours:
    port: int
    tablets: list[Tablet]
    credentials: list[str]

    def requests(self, tablet: int, batches: int, size: int) -> list[bytes]:
        sender, credential = self.tablets[tablet], self.credentials[tablet]
        headers = {"Authorization": f"Bearer {credential}", "X-Threshold-Sync": "1"}
        bodies = [envelope(sender, sender.entries(size)) for _ in range(batches)]
        return [post("/sync/operations", self.port, compact(body), headers) for body in bodies]

    def lost(self, requested: int, answers: list[Answer]) -> int:
        """Entries that were not applied; a flag or a refusal would mean that the bench does not do the real work."""
        return sum(requested - applied(answer) for answer in answers)


def envelope(sender: Tablet, entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "protocol": 1, "nonce": entries[0]["id"], "tablet": sender.id, "epoch": sender.epoch,
        "sent_at": sender.now, "high_seq": sender.seq, "updates_seen": 0, "entries": entries,
    }  # fmt: skip


def applied(answer: Answer) -> int:
    if answer.status != 200:
        return 0
    results = json.loads(answer.body)["results"]
    return sum(result["outcome"] == "applied" and not result.get("flags") for result in results)


def compact(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def enrolled(site: Site, count: int) -> tuple[list[Tablet], list[str]]:
    """As many new tablets of a site, with their credentials. Their day began half an hour ago."""
    place, began = Place(**site.references()), time.time_ns() // 1_000_000 - HALF_AN_HOUR
    told = site.enrolled(count)
    tablets = [
        Tablet(each["tablet"], each["epoch"], greeter(each["actors"]), place, began, Random(number))
        for number, each in enumerate(told)
    ]
    return tablets, [each["credential"] for each in told]


def greeter(actors: list[dict[str, Any]]) -> str:
    """The id of the first person who may receive guests."""
    return str(next(actor["id"] for actor in actors if "greeter" in actor["roles"]))


def as_floor(tablets: list[Tablet]) -> list[Tablet]:
    """The same tablets counting for themselves at the floor, by the same chance."""
    return [replace(tablet, chance=deepcopy(tablet.chance), parties=[]) for tablet in tablets]
