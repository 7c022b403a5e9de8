"""The code of an earlier release on a tablet that was away for half a year: all arrives at today's server as it was meant."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.served import AT, Server, shift_to
from tests.replays.recording import recorded
from webapp import demo
from webapp.base import clock

NODE = os.environ.get("TEST_NODE") or shutil.which("node")
DELIVER = Path(__file__).parent / "deliver.mjs"
LATER = 180 * clock.DAY
PLACE, STORE, COVERS = demo.named("place", "flat-a"), demo.named("place", "store"), demo.named("item", "cover.cloth")
CLOSING = demo.version("check.flat_closing")
SAID: list[tuple[str, dict[str, str]]] = [
    ("shifts.take_post", {"post": demo.named("post", "door")}),
    ("tours.arrive", {"flat": demo.named("flat", "a"), "place": PLACE, "guests": "4", "covers": "3", "item": COVERS}),
    ("tours.arrive", {"flat": demo.named("flat", "a"), "place": PLACE, "guests": "2", "item": COVERS}),
    ("stock.draw", {"item": COVERS, "place": PLACE, "store": STORE, "quantity": "10"}),
    ("stock.count", {"item": COVERS, "place": PLACE, "state": "clean", "counted": "48"}),
    ("checklists.answer", {"version": CLOSING, "place": PLACE, "item": "flat_close.covers_clean", "number": "48"}),
    ("duty.remark", {"place": PLACE, "category": "repair", "text": "落地燈不亮"}),
    ("duty.offer", {"place": PLACE, "post": demo.named("post", "door"), "to": demo.person("he"), "note": "一切正常"}),
    ("shifts.leave_post", {"post": demo.named("post", "door")}),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(NODE is None, reason="needs node")
@pytest.mark.parametrize("release", recorded(), ids=lambda release: release.name)
def test_a_tablet_of_an_earlier_release_delivers_half_a_year_later(tmp_path: Path, release: Path, tell: Callable[[str], None]):
    server = Server(tmp_path / "site", shift_to(AT))
    server.folder.mkdir()
    server.run("migrate")
    server.run("demo")
    enrolled = json.loads(server.run("tablets", "enrol", "--project", demo.CODE, "--name", "Away", "--json"))
    at = server.now
    server.shift += LATER
    server.start()
    try:
        told = _delivered(server, release, enrolled, at)
    finally:
        server.stop()
    assert (told["waiting"], told["attention"]) == (0, 0), told
    assert [each["operation"] for each in told["entries"]] == [operation for operation, _body in SAID]
    assert not [each for each in told["entries"] if each.get("flags") or each.get("errors") or each.get("reason")]
    state, _line = server.state(at + 20 * clock.MINUTE)
    ids = [each["id"] for each in told["entries"]]
    parties = {each["id"]: (each["guests"], each["covers"], each["arrived_at"] - at) for each in state["tours"]["parties"]}
    assert {ids[n]: parties.get(ids[n]) for n in (1, 2)} == {ids[1]: (4, 3, 2 * clock.MINUTE), ids[2]: (2, 2, 3 * clock.MINUTE)}
    assert state["stock"]["figures"][PLACE][COVERS]["clean"] == {"quantity": 48_000, "counted_at": at + 5 * clock.MINUTE}
    assert [each["text"] for each in state["duty"]["remarks"] if each["at"] == at + 7 * clock.MINUTE] == ["落地燈不亮"]
    assert [each["note"] for each in state["duty"]["handovers"] if each["id"] == ids[7]] == ["一切正常"]
    tell(f"{len(ids)} entries kept by {release.name}, sent {LATER // clock.DAY} days later")


def _delivered(server: Server, release: Path, enrolled: dict[str, Any], at: int) -> dict[str, Any]:
    task = {
        "client": str(release / "client.js"), "url": server.url, "tablet": enrolled["tablet"], "epoch": enrolled["epoch"],
        "credential": enrolled["credential"], "at": at, "later": LATER,
        "entries": [
            {"operation": operation, "version": 1, "body": body, "author": demo.person("lin"), "proof": "pin-offline"}
            for operation, body in SAID
        ],
    }  # fmt: skip
    done = subprocess.run([str(NODE), str(DELIVER)], input=json.dumps(task), capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout))
