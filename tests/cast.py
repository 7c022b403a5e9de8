"""A small site and its people, made through the ledger: a show flat, covers, two greeters, a supervisor, a stranger."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from webapp.base import ids
from webapp.base.database import db
from webapp.operations import registry
from webapp.operations.entries import Batch, Entry, Source, digest_of
from webapp.operations.ledger import Answer, Intent, Ledger, Outcome

ZONE = "Asia/Shanghai"
DAY = datetime(2026, 5, 28, tzinfo=ZoneInfo(ZONE))
"""The day the tests happen on; tests/conftest.py's NOW is in the night after it."""
OPENED_AT = 1_779_800_000_000
WORDS = {"zh-Hant": "字", "zh-Hans": "字", "en": "word"}


def _item(key: str, response: str, *, critical: bool) -> dict[str, Any]:
    told = {"id": key, "clause": "P2-4.4.2c", "response": response, "required": True, "prompt": WORDS}
    return told | {"critical": critical, "on_fail": "notify"}


CHECK = {
    "kind": "checklist", "id": "check.small", "purpose": "opening", "post": "greeter", "clause": "P2-4.4.2c", "title": WORDS,
    "note": WORDS,
    "items": [_item("small.door", "pass_fail_na", critical=True), _item("small.covers", "number", critical=False)],
}  # fmt: skip


def at(time: str) -> int:
    """The instant of a local time of the day, as in at("10:05")."""
    hour, minute = map(int, time.split(":"))
    return round(DAY.replace(hour=hour, minute=minute).timestamp() * 1000)


@dataclass
class Tablet:
    """A tablet at the door with a right clock: it numbers what people do on it and sends what it is told to."""

    site: "Site"
    number: int
    kept: list[Entry] = field(default_factory=list)

    @property
    def id(self) -> str:
        return ids.derived(self.site.project_id, "tablet", self.number)

    def keep(self, who: str | None, operation: str, when: str | int, /, *, proof: str | None = None, **body: Any) -> Entry:
        """Record an entry as the next in line. `who` is a name of the cast."""
        said = {name: value if isinstance(value, list) else str(value) for name, value in body.items()}
        text = json.dumps(said, ensure_ascii=False)
        happened = at(when) if isinstance(when, str) else when
        entry = Entry(
            id=ids.uuid7(happened), seq=len(self.kept) + 1, operation=operation, version=1, body=text, digest=digest_of(text),
            author=self.site.person(who) if who else None, proof=proof or registry.get(operation).proof, happened_at=happened,
            offset=0,
        )  # fmt: skip
        self.kept.append(entry)
        return entry

    def send(self, entries: list[Entry] | None = None, received_at: int | None = None) -> Answer:
        """One request with these entries, all that are kept by default, after the day is over."""
        chosen = tuple(self.kept if entries is None else entries)
        source = Source(self.id, self.number, self.site.project_id, OPENED_AT)
        batch = Batch(1, chosen, "nonce-12", len(self.kept), "", 0)
        answer = self.site.ledger.receive(source, batch, at("23:59") if received_at is None else received_at)
        db.session.rollback()
        return answer


def _typed(body: dict[str, Any]) -> dict[str, str]:
    """As a page would say it."""
    return {name: json.dumps(value) if isinstance(value, dict) else str(value) for name, value in body.items()}


@dataclass
class Site:
    """The small site. `key` tells several of them in one database apart."""

    ledger: Ledger
    key: str = "small"

    @property
    def project_id(self) -> str:
        return ids.derived("test site", self.key)

    def id(self, code: str) -> str:
        return ids.derived(self.project_id, code)

    def person(self, name: str) -> str:
        return self.id(f"person {name}")

    def tablet(self, number: int = 1) -> Tablet:
        return Tablet(self, number)

    def submit(self, operation: str, entry_id: str | None = None, *, author: str | None = None, proof: str = "system",
               when: int = OPENED_AT, **body: Any) -> Outcome:  # fmt: skip
        author_id = self.person(author) if author else None
        outcome = self.ledger.submit(
            operation, _typed(body), project_id=self.project_id, author_id=author_id, proof=proof, entry_id=entry_id, at=when
        )
        db.session.rollback()
        return outcome

    def build(self) -> "Site":
        """Everything at once, as a table that is brought in: hundreds of tests begin so."""
        outcomes = self.ledger.submit_all(
            [Intent(operation, entry_id, _typed(body)) for operation, entry_id, body in self._begun()],
            project_id=self.project_id, author_id=None, proof="system", at=OPENED_AT,
        )  # fmt: skip
        assert {outcome.outcome for outcome in outcomes} == {"applied"}
        db.session.rollback()
        return self

    def _begun(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        yield "sites.open_project", self.project_id, {
            "code": self.key[:16], "names": WORDS, "zone": ZONE, "record_language": "zh-Hant", "opens": 540, "closes": 1080,
            "is_demo": "",
        }  # fmt: skip
        for code, kind in (("flat", "show_flat"), ("store", "store_room"), ("laundry", "laundry")):
            yield "sites.add_place", self.id(code), {"kind": kind, "code": code, "names": WORDS}
        yield "sites.add_flat", self.id("A"), {"place": self.id("flat"), "code": "A", "unit_type": "A", "title": WORDS}
        yield "sites.add_post", self.id("door"), {"place": self.id("flat"), "code": "door", "role": "greeter", "names": WORDS}
        yield "stock.add_item", self.id("covers"), {
            "sku": "covers", "names": WORDS, "category": "shoe_cover", "unit": "unit.pair", "counter": WORDS,
            "tracking": "reusable", "minimum": 30, "par": 90,
        }  # fmt: skip
        yield "custody.add_asset", self.id("key"), {"code": "K-1", "kind": "key", "names": WORDS, "place": self.id("flat")}
        yield "content.open", self.id("document"), {"kind": "checklist", "code": "check.small"}
        yield "content.publish", self.id("version"), {"document": self.id("document"), "number": 1, "body": CHECK}
        for name, role in (("lin", "greeter"), ("he", "greeter"), ("chen", "supervisor"), ("zhou", "admin"), ("stranger", None)):
            yield "staff.add_person", self.person(name), {"name": name, "call_name": name, "language": "zh-Hant"}
            if role:
                yield "staff.join", self.id(f"{name} joins"), {"person": self.person(name), "role": role}


@pytest.fixture
def site(ledger: Ledger) -> Iterator[Site]:
    yield Site(ledger).build()
    db.session.rollback()


def deliver(tablets: list[Tablet], chance: random.Random) -> None:
    """Every tablet's entries in any cut, repeated and interleaved with the others', until all of them are there."""
    waiting = {tablet.number: tablet for tablet in tablets if tablet.kept}
    acked = dict.fromkeys(waiting, 0)
    while waiting:
        tablet = waiting[chance.choice(sorted(waiting))]
        start = chance.randint(0, acked[tablet.number])
        end = chance.randint(start + 1, len(tablet.kept))
        acked[tablet.number] = tablet.send(tablet.kept[start:end]).acked_seq
        if acked[tablet.number] == len(tablet.kept):
            del waiting[tablet.number]
