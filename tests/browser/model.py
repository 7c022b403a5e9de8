"""What the state must be, from what people did and by nothing of ours: docs/protocol.md sections 4 and 6 in plain Python."""

import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

HOUR = 3_600_000
Json = dict[str, Any]


@dataclass(frozen=True)
class Deed:
    """Something a person did, in the words of the test."""

    operation: str
    author: str
    said: dict[str, str] = field(default_factory=dict)


@dataclass
class Model:
    """A state digest as it was, and what is done to it one deed after the other."""

    state: Json
    covers: str
    place: str
    good_at: int = 0
    waiting: dict[str, int] = field(default_factory=dict)
    """Pairs worn by each party that was inside when the last covers were worked out."""

    def __post_init__(self) -> None:
        self.state = deepcopy(self.state)
        self.waiting = {each["id"]: each["covers"] for each in self.state["tours"]["parties"] if each["gone_at"] is None}

    def take(self, deed: Deed, entry: Json) -> None:
        """Do a deed at the time of the entry that a tablet made of it, once."""
        self.good_at = max(self.good_at, entry["happened_at"])
        getattr(self, "_" + deed.operation.replace(".", "_"))(deed, entry["id"], self.good_at)

    def at(self, instant: int) -> tuple[Json, str]:
        """The state at an instant with the last line of its digest."""
        found = deepcopy(self.state)
        found["at"] = instant
        parties = found["tours"]["parties"]
        for party in parties:
            self._let_go(party, instant)
        for covers in found["tours"]["covers"]:
            if (covers["place"], covers["item"]) == (self.place, self.covers):
                worn = [each for each in parties if each["gone_at"] is None]
                gone = sum(pairs for party, pairs in self.waiting.items() if party not in {each["id"] for each in worn})
                covers["in_use"] = 1000 * sum(each["covers"] for each in worn)
                covers["soiled"] += 1000 * gone
        return found, last_line(found)

    def _let_go(self, party: Json, instant: int) -> None:
        """Seen off, or ended by itself after an hour; whichever came first."""
        ends = party["arrived_at"] + HOUR
        seen = party["seen_off_at"]
        gone = min(ends, seen) if seen is not None else ends
        party["gone_at"] = gone if gone <= instant else None
        is_seen_off = seen is not None and seen <= instant
        party["status"] = "seen_off" if is_seen_off else "inside" if party["gone_at"] is None else "ended_silently"

    def _figure(self, place: str, state: str) -> Json:
        by_item = self.state["stock"]["figures"].setdefault(place, {}).setdefault(self.covers, {})
        figure: Json = by_item.setdefault(state, {"counted_at": 0, "quantity": 0})
        return figure

    def _shifts_take_post(self, deed: Deed, _id: str, at: int) -> None:
        self.state["shifts"].append({"at": at, "person": deed.author, "post": deed.said["post"], "what": "taken"})

    def _shifts_leave_post(self, deed: Deed, _id: str, at: int) -> None:
        self.state["shifts"].append({"at": at, "person": deed.author, "post": deed.said["post"], "what": "left"})

    def _checklists_answer(self, deed: Deed, _id: str, at: int) -> None:
        told = {"answer": deed.said.get("answer"), "item": deed.said["item"], "note": None, "version": deed.said["version"]}
        number = int(deed.said["number"]) * 1000 if "number" in deed.said else None
        other = {name: deed.said.get(name) for name in ("choice", "expected", "post", "text", "time")}
        self.state["checklists"].append(told | other | {"at": at, "author": deed.author, "number": number, "place": self.place})
        if number is not None and "stock" in deed.said:
            self._count_together(deed.said["state"], number, at)

    def _tours_arrive(self, deed: Deed, made: str, at: int) -> None:
        guests = int(deed.said["guests"])
        pairs = int(deed.said.get("covers", guests))
        self.waiting[made] = pairs
        self.state["tours"]["parties"].append({
            "arrived_at": at, "author": deed.author, "covers": pairs, "flat": deed.said["flat"], "gone_at": None, "guests": guests,
            "id": made, "place": self.place, "seen_off_at": None, "status": "inside",
        })  # fmt: skip
        self._figure(self.place, "clean")["quantity"] -= 1000 * pairs
        self._figure(self.place, "in_use")["quantity"] += 1000 * pairs

    def _tours_see_off(self, deed: Deed, _id: str, at: int) -> None:
        party = next(each for each in self.state["tours"]["parties"] if each["id"] == deed.said["party"])
        party["seen_off_at"] = at if party["seen_off_at"] is None else party["seen_off_at"]

    def _stock_draw(self, deed: Deed, _id: str, at: int) -> None:
        self._figure(deed.said["store"], "store")["quantity"] -= 1000 * int(deed.said["quantity"])
        self._figure(self.place, "clean")["quantity"] += 1000 * int(deed.said["quantity"])

    def _stock_count(self, deed: Deed, _id: str, at: int) -> None:
        self._figure(self.place, deed.said["state"]).update(quantity=1000 * int(deed.said["counted"]), counted_at=at)

    def _duty_remark(self, deed: Deed, _id: str, at: int) -> None:
        told = {"category": deed.said["category"], "post": deed.said["post"], "text": deed.said["text"]}
        self.state["duty"]["remarks"].append(told | {"at": at, "author": deed.author, "place": self.place})

    def _duty_offer(self, deed: Deed, made: str, at: int) -> None:
        told = {"note": deed.said.get("note"), "post": deed.said["post"], "to": deed.said.get("to")}
        made_now = {"at": at, "author": deed.author, "id": made, "place": self.place}
        plain = {"absent": None, "custodian": None, "findings": [], "kept": None, "lines": []}
        self.state["duty"]["handovers"].append(told | made_now | plain | {"answers": [], "concerns": [], "status": "offered"})

    def _duty_accept(self, deed: Deed, made: str, at: int) -> None:
        offer = next(each for each in self.state["duty"]["handovers"] if each["id"] == deed.said["offer"])
        rows = [row for row in rows_of(deed.said) if "said" in row or "found" in row]
        told = {"exceptions": deed.said.get("exceptions"), "result": deed.said["result"], "lines": [line_of(row) for row in rows]}
        offer["answers"].append({"at": at, "author": deed.author, "id": made} | told)
        offer["status"] = deed.said["result"]
        for row in rows:
            if row.get("state") == "out" and row.get("said") == "agrees":
                self._hand_on(row["asset"], deed.author, at)
            if row.get("state") in ("clean", "soiled") and "found" in row:
                self._count_together(row["state"], 1000 * int(row["found"]), at)

    def _hand_on(self, asset: str, author: str, at: int) -> None:
        event = {"asset": asset, "at": at, "author": author, "note": None, "party": None, "what": "handed_over"}
        self.state["custody"]["events"].append(event)
        thing = next(each for each in self.state["custody"]["assets"] if each["id"] == asset)
        if thing["where"] != "out":
            return
        thing["holders"] = [{"author": author, "lent": False, "party": None, "since": at}]

    def _count_together(self, state: str, found: int, at: int) -> None:
        """Of a basket that was counted only who went afterwards fills it further."""
        self._figure(self.place, state).update(quantity=found, counted_at=at)
        if state == "clean":
            return
        for party in self.state["tours"]["parties"]:
            self._let_go(party, at)
        gone = {each["id"] for each in self.state["tours"]["parties"] if each["gone_at"] is not None}
        self.waiting = {party: pairs for party, pairs in self.waiting.items() if party not in gone}
        for covers in self.state["tours"]["covers"]:
            if (covers["place"], covers["item"]) == (self.place, self.covers):
                covers["soiled"] = found


def rows_of(said: dict[str, str]) -> list[dict[str, str]]:
    """The rows of a body, in the order in which they come."""
    found: dict[str, dict[str, str]] = {}
    for name, value in said.items():
        if name.startswith("lines."):
            _lines, label, cell = name.split(".")
            found.setdefault(label, {})[cell] = value
    return list(found.values())


def line_of(row: dict[str, str]) -> Json:
    """A row as the digest has it."""
    names = {"asset_id": "asset", "item_id": "item"} | {
        each: each for each in ("entry", "key", "kind", "note", "said", "shown", "state")
    }
    number = 1000 * int(row["found"]) if "found" in row else None
    return {name: row.get(cell) for name, cell in names.items()} | {"found": number}


def last_line(state: Json) -> str:
    text = json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def agree(deeds: Sequence[Deed], entries: Sequence[Json]) -> None:
    """Each deed made one entry, in order, with everything that was said and the person who said it; and there is no other."""
    assert [(deed.operation, deed.author) for deed in deeds] == [(entry["operation"], entry["author"]) for entry in entries]
    for deed, entry in zip(deeds, entries, strict=True):
        body = json.loads(entry["body"])
        assert {name: body.get(name) for name in deed.said} == deed.said
