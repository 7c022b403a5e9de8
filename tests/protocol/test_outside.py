"""A client written from docs/protocol.md alone, and a bad day: nothing lost, nothing doubled, the expected bytes.

`outside/` imports nothing of this project; its model of sections 4 to 6 is a second opinion on what a history means.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

OUTSIDE = Path(__file__).parent / "outside"
NODE = os.environ.get("TEST_NODE") or shutil.which("node")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(NODE is None, reason="needs node")]
HOUR = 3_600_000


@dataclass
class Server:
    """A demo site that is served, and its command."""

    environment: dict[str, str]
    url: str

    def command(self, *arguments: str) -> list[str]:
        return [str(Path(sys.executable).parent / "threshold"), *arguments]

    def threshold(self, *arguments: str) -> str:
        done = subprocess.run(self.command(*arguments), env=self.environment, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def state(self, at: int) -> str:
        return self.threshold("state", "--project", "YQF", "--at", str(at), "--json")

    def enrol(self, name: str) -> dict[str, Any]:
        enrolled: dict[str, Any] = json.loads(self.threshold("tablets", "enrol", "--project", "YQF", "--name", name, "--json"))
        return enrolled


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _try in range(300):
        assert process.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server never answered")


def last_evening() -> int:
    """The last 20:00 in Shanghai that lies two hours back: the demo's day is over then, at whatever time this test runs."""
    day, evening = 24 * HOUR, 12 * HOUR
    return (int(time.time() * 1000) - 2 * HOUR - evening) // day * day + evening


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    own = {"THRESHOLD_DATA": str(tmp_path / "data"), "THRESHOLD_URL": url, "HOST": "127.0.0.1", "PORT": str(port)}
    (tmp_path / "data").mkdir()
    served = Server({key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | own, url)
    served.threshold("migrate")
    served.threshold("demo", "--at", str(last_evening()))
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(served.command("serve"), env=served.environment, stdout=log, stderr=log)
    try:
        wait_for(url, process)
        yield served
    finally:
        process.terminate()
        process.wait(20)


def node(script: str, task: object = None, server: Server | None = None) -> Any:
    command = [str(NODE), str(OUTSIDE / script)]
    own = server.environment if server else None
    done = subprocess.run(command, input=json.dumps(task), env=own, capture_output=True, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


def latest(value: object) -> int:
    """The last instant of anything that the demo site holds."""
    if isinstance(value, list):
        return max((latest(each) for each in value), default=0)
    if isinstance(value, dict):
        own = [each for key, each in value.items() if key.endswith("at") and isinstance(each, int)]
        return max([*own, *(latest(each) for each in value.values())], default=0)
    return 0


def beginning(server: Server) -> Any:
    """The demo's state just after its last party would have gone: what the day begins with."""
    now = int(time.time() * 1000)
    last = latest({key: value for key, value in json.loads(server.state(now).split("\n")[0]).items() if key != "at"})
    assert last < now - HOUR, "the demo's day is not over"
    return json.loads(server.state(last + 1000).split("\n")[0])


def differences(path: str, ours: Any, theirs: Any) -> list[str]:
    """Where two states differ, to be read by a person."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return [line for key in sorted({*ours, *theirs}) for line in differences(f"{path}.{key}", ours.get(key), theirs.get(key))]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [line for n, (a, b) in enumerate(zip(ours, theirs, strict=True)) for line in differences(f"{path}[{n}]", a, b)]
    return [] if ours == theirs else [f"{path}: expected {str(ours)[:300]}, is {str(theirs)[:300]}"]


def test_the_fixtures_are_enough_for_a_client_from_outside() -> None:
    run = node("fixtures.mjs")
    assert run["count"] > 70
    assert run["failures"] == []


@pytest.mark.parametrize("seed", [int(each) for each in os.environ.get("OUTSIDE_SEEDS", "2").split(",")])
def test_a_day_recorded_from_outside_gives_the_expected_bytes(server: Server, seed: int) -> None:
    start = beginning(server)
    tablets = [server.enrol(f"Outside {number}") for number in range(3)]
    for tablet, people in zip(tablets, (slice(0, 2), slice(1, 4), slice(0, 1)), strict=True):
        tablet["actors"] = tablet["actors"][people]
    task = {"seed": seed, "entries": 300, "start": start, "tablets": tablets, "upgrade": server.command("migrate")}
    day = node("day.mjs", task, server)
    print(f"outside, seed {seed}: {day['sent']} entries, {day['outcomes']}, {day['lost']} markers, {day['updates']} updates")
    assert day["sent"] >= 200
    assert set(day["outcomes"]) == {"applied", "refused", "held", "quarantined"}
    assert day["surprises"] == []
    assert day["epochs"][:2] == [1, 1]
    for at, expected in day["states"].items():
        text = server.state(int(at))
        assert differences("", json.loads(expected.split("\n")[0]), json.loads(text.split("\n")[0])) == []
        assert text == expected
