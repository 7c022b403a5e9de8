"""What one tablet records in a day, and how it is sent: by the ledger, as from any tablet."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from webapp.base import clock, ids
from webapp.demo.names import named, person, project_id
from webapp.demo.places import TABLET_B, TABLETS
from webapp.operations.entries import Batch, Entry, Source, digest_of
from webapp.operations.ledger import the_ledger
from webapp.operations.registry import get
from webapp.tablets.enrolment import Spot, enrol
from webapp.tablets.queries import TabletRow, tablet


@dataclass
class Log:
    """What one tablet recorded, in the order of its clock."""

    station: str
    midnight: datetime
    steps: list[tuple[int, str, str, dict[str, str], str]] = field(default_factory=list)

    def at(self, time: str, minutes: int = 0) -> int:
        hour, minute = map(int, time.split(":"))
        return clock.instant_of(self.midnight.replace(hour=hour, minute=minute) + timedelta(minutes=minutes))

    def keep(self, at: int, who: str, operation: str, **body: str) -> str:
        """Note an entry; its id, for others to name."""
        made = _entry_id(at, self.station, len(self.steps))
        self.steps.append((at, person(who), operation, body, made))
        return made


def _entry_id(at: int, *parts: object) -> str:
    """A UUIDv7 of an instant that comes out the same every time."""
    chance = int(ids.derived("demo", "entry", at, *parts).replace("-", ""), 16)
    value = at << 80 | 7 << 76 | (chance >> 100 & 0xFFF) << 64 | 2 << 62 | chance & (1 << 62) - 1
    return ids.canonical(f"{value:032x}")


def tablet_of(station: str, at: int) -> TabletRow:
    name, place = TABLET_B if station == "door-b" else TABLETS[station]
    chosen = named("tablet", station)
    flat = {"flat-a": "a", "flat-b": "b"}.get(place)
    spot = Spot(named("place", place), named("flat", flat) if flat else None)
    kind = station.partition("-")[0]
    return tablet(project_id(), chosen) or enrol(project_id(), name, kind, at, spot=spot, tablet_id=chosen).tablet


def send(source: TabletRow, log: Log, sent: int, at: int, epoch: int) -> int:
    """Send what had happened by `at` as one batch. Returns the tablet's number after it."""
    steps = [step for step in sorted(log.steps, key=lambda step: step[0]) if step[0] <= at]
    entries = tuple(_entry(step, sent + place) for place, step in enumerate(steps, 1))
    if not entries:
        return sent
    batch = Batch(epoch, entries, "demo-entries", sent + len(entries), "", 0)
    received_at = min(at, entries[-1].happened_at + clock.MINUTE)
    answer = the_ledger().receive(Source(source.id, source.number, source.project_id, source.enrolled_at), batch, received_at)
    wrong = [result for result in answer.results if result["outcome"] not in {"applied", "duplicate"} or result.get("flags")]
    if wrong:
        raise RuntimeError(f"the demo's entries were not taken: {wrong[:3]}")
    return sent + len(entries)


def _entry(step: tuple[int, str, str, dict[str, str], str], seq: int) -> Entry:
    at, author, operation, body, made = step
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Entry(
        id=made, seq=seq, operation=operation, version=1, body=text, digest=digest_of(text), author=author,
        proof=get(operation).proof, happened_at=at, offset=0, beacon_at=at - clock.MINUTE,
    )  # fmt: skip
