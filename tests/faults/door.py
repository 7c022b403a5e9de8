"""A client written from docs/protocol.md alone: remarks recorded on one tablet, sent until each has its answer."""

import hashlib
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

HEADERS = {"Content-Type": "application/json", "X-Threshold-Sync": "1"}
FINAL = {"applied", "refused", "held", "quarantined", "lost"}


def uuid7() -> str:
    value = uuid.uuid4().int & ~(0xFFFFFFFFFFFF << 80) & ~(0xF << 76)
    return str(uuid.UUID(int=value | int(time.time() * 1000) << 80 | 7 << 76))


@dataclass
class Tablet:
    """What `threshold tablets enrol --json` printed, and what was recorded since."""

    tablet: str
    credential: str
    place: str
    author: str
    epoch: int = 1
    kept: list[dict[str, Any]] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    acked: int = 0

    @property
    def headers(self) -> dict[str, str]:
        return HEADERS | {"Authorization": f"Bearer {self.credential}"}

    def record(self, count: int = 1, **more: Any) -> list[dict[str, Any]]:
        """Write that many remarks."""
        fresh = [self._entry(len(self.kept) + 1 + number, **more) for number in range(count)]
        self.kept += fresh
        self.waiting |= {entry["id"] for entry in fresh}
        return fresh

    def _entry(self, seq: int, **more: Any) -> dict[str, Any]:
        body = json.dumps({"place": self.place, "category": "normal", "text": f"備註 {seq}"}, ensure_ascii=False)
        body = more.pop("body", body)
        return {
            "id": uuid7(),
            "seq": seq,
            "operation": "duty.remark",
            "version": 1,
            "body": body,
            "digest": hashlib.sha256(body.encode()).hexdigest(),
            "author": self.author,
            "proof": "post",
            "happened_at": int(time.time() * 1000),
            "offset": 0,
            "beacon_at": None,
        } | more

    def pending(self, most: int = 200) -> list[dict[str, Any]]:
        return [entry for entry in self.kept if entry["id"] in self.waiting][:most]

    def payload(self, entries: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "protocol": 1,
            "nonce": uuid7(),
            "tablet": self.tablet,
            "epoch": self.epoch,
            "sent_at": int(time.time() * 1000),
            "high_seq": len(self.kept),
            "entries": entries,
        }

    def settle(self, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        """Believe an answer to what was asked: drop what has an outcome; send again what the server lacks."""
        assert answer["nonce"] == asked["nonce"]
        gaps = [result["send_from"] for result in answer["results"] if result["outcome"] == "gap"]
        if answer["acked_seq"] < self.acked or gaps:
            least = min([answer["acked_seq"] + 1, *gaps])
            self.waiting |= {entry["id"] for entry in self.kept if entry["seq"] >= least}
        self.waiting -= {result["id"] for result in answer["results"] if result.get("as", result)["outcome"] in FINAL}
        self.acked = answer["acked_seq"]
