"""A tablet as the ledger sees it: numbers its entries, keeps them, sends what it likes in whatever order."""

import json
from dataclasses import dataclass, field
from typing import Any

from webapp.base import ids
from webapp.operations.entries import Batch, Entry, Source, digest_of
from webapp.operations.ledger import Answer, Ledger
from webapp.operations.rules import Membership

PROJECT = ids.derived("test", "project")
ELSEWHERE = ids.derived("test", "another project")
LIN, HE, STRANGER, NOBODY = (ids.derived("test", name) for name in ("lin", "he", "stranger", "nobody"))
START = 1_780_000_000_000


def people(_connection: object, project_id: str, authors: set[str]) -> dict[str, list[Membership]]:
    """Lin and He are greeters of PROJECT; the stranger is known but belongs nowhere; nobody knows NOBODY."""
    greeter = [Membership("greeter", 0)] if project_id == PROJECT else []
    known = {LIN: greeter, HE: greeter, STRANGER: []}
    return {author: known[author] for author in authors if author in known}


@dataclass
class Pad:
    """One store of one tablet. Its clock is right unless told otherwise."""

    number: int = 1
    epoch: int = 1
    project: str = PROJECT
    tablet: str = ""
    kept: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tablet = self.tablet or ids.derived("test", "tablet", self.number)

    @property
    def source(self) -> Source:
        return Source(self.tablet, self.number, self.project, START - 86_400_000)

    def keep(self, operation: str = "notebook.write", at: int | None = None, **more: Any) -> Entry:
        """Record an entry as the next in line."""
        entry = self.entry(operation, at, **more)
        self.kept.append(entry)
        return entry

    def entry(self, operation: str = "notebook.write", at: int | None = None, *, seq: int | None = None, **more: Any) -> Entry:
        number = seq or len(self.kept) + 1
        body = more.pop("body", None)
        fields = {key: more.pop(key) for key in ("text", "count", "shelf", "when") if key in more}
        text = body if body is not None else json.dumps({"text": f"note {number}"} | fields, ensure_ascii=False)
        happened = START + number * 1000 if at is None else at
        values: dict[str, Any] = {
            "id": ids.uuid7(happened),
            "seq": number,
            "operation": operation,
            "version": 1,
            "body": text,
            "digest": digest_of(text),
            "author": LIN,
            "proof": "pin-offline",
            "happened_at": happened,
            "offset": 0,
            "beacon_at": None,
        }
        return Entry(**(values | more))

    def send(
        self, ledger: Ledger, entries: list[Entry] | None = None, at: int = START + 3_600_000, updates_seen: int = 0
    ) -> Answer:
        """One request with these entries; all that are kept by default."""
        chosen = tuple(self.kept if entries is None else entries)
        return ledger.receive(self.source, Batch(self.epoch, chosen, "nonce-12", len(self.kept), "b", updates_seen), at)


def outcomes(answer: Answer) -> list[str]:
    return [result["outcome"] for result in answer.results]
