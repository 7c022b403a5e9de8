"""SIGHUP takes in a new build under load: no request fails that is tried once more; a build that would not start is not taken."""

import os
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.served import Served
from tests.nginx import Nginx, binary
from tests.nodes.server import Line, Node, until
from webapp import demo

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow
Tell = Callable[[str], None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reload")


@pytest.fixture(scope="module")
def code(folder: Path) -> Path:
    """A copy of the code, so that a new build can be put in its place."""
    code = folder / "code"
    for name in ("webapp", "migrations", "translations"):
        shutil.copytree(ROOT / name, code / name, ignore=shutil.ignore_patterns("__pycache__"))
    return code


@pytest.fixture(scope="module")
def node(folder: Path, code: Path) -> Iterator[Node]:
    """A node that runs from it."""
    made = Node({"THRESHOLD_DATA": str(folder / "data"), "PYTHONPATH": str(code)}, folder / "serve.log")
    made.run("migrate")
    made.run("demo")
    made.start()
    yield made
    made.stop()


@pytest.fixture(params=["directly", "nginx"])
def way_in(request: pytest.FixtureRequest, node: Node, folder: Path) -> Iterator[int]:
    """The port that tablets speak to: the node's own, and that of nginx in front of it."""
    if request.param == "directly":
        yield node.port
        return
    binary()  # skips where there is no nginx
    front = Nginx(folder / "nginx", [node.port])
    front.start()
    yield front.port
    front.stop()


def keep_sending(line: Line, done: threading.Event) -> None:
    while not done.is_set():
        line.tablet.record(2)
        line.send()


def test_new_builds_are_taken_in_without_a_request_lost(node: Node, way_in: int, code: Path, rounds: int, tell: Tell) -> None:
    lines = [Line(way_in, node.taken_in(f"Load {n}", demo.named("place", "flat-a"))) for n in range(2)]
    done = threading.Event()
    crew = [threading.Thread(target=keep_sending, args=(line, done)) for line in lines]
    style = code / "webapp" / "static" / "css" / "90-print.css"
    builds, master = [node.build()], node.process.pid if node.process else 0
    for each in crew:
        each.start()
    try:
        for number in range(2 * rounds):
            style.write_text(f"{style.read_text()}\n/* build {way_in} {number} */\n")
            os.kill(master, signal.SIGHUP)
            builds.append(until("the new build", lambda: next((new for new in [node.build()] if new not in builds), None)))
            before = sum(len(line.good_at) for line in lines)
            until("answers of the new build", lambda before=before: sum(len(line.good_at) for line in lines) > before + 20)
    finally:
        done.set()
        for each in crew:
            each.join()
    for line in lines:
        line.send()
        line.hang_up()
    answers = Counter(status for line in lines for status in line.statuses)
    failed, again = sum(answers.values()) - answers[200], sum(line.broken for line in lines)
    entries = sum(len(line.tablet.kept) for line in lines)
    tell(
        f"{2 * rounds} new builds under load, {sum(answers.values())} requests: {again} tried once more, {failed} failed;"
        f" {entries} entries each once"
    )
    assert set(answers) == {200}
    assert len(set(builds)) == 2 * rounds + 1
    assert node.process is not None
    assert node.process.pid == master, "whoever watches over the service sees the same process"
    served = Served(node.port, node.process, node.log, f"sqlite:///{node.surroundings['THRESHOLD_DATA']}/threshold.db")
    assert [line.tablet.tablet for line in lines if not served.has_each_once(line.tablet)] == []


def test_a_build_that_would_not_start_is_not_taken(node: Node, code: Path) -> None:
    before = node.build()
    broken = code / "webapp" / "sync" / "views.py"
    right = broken.read_text()
    broken.write_text("this is no Python\n")
    assert node.process is not None
    node.process.send_signal(signal.SIGHUP)
    until("a refusal", lambda: "the old one stays" in node.log.read_text())
    broken.write_text(right)
    assert node.build() == before


def test_the_worker_for_jobs_is_started_again_and_ends_with_its_server_even_in_a_reload(node: Node) -> None:
    until("a sign of life", lambda: "1 running" in node.run("doctor"))
    assert node.process is not None
    children = Path(f"/proc/{node.process.pid}/task/{node.process.pid}/children")
    first = children.read_text().split()
    assert len(first) == 3
    for child in first:
        os.kill(int(child), signal.SIGKILL)
    until("three children again", lambda: len(set(children.read_text().split()) - set(first)) == 3)
    until("answers", node.build)
    family = children.read_text().split()
    node.process.send_signal(signal.SIGHUP)
    node.process.send_signal(signal.SIGTERM)  # while it asks the new code
    assert node.process.wait(timeout=60) == 0
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []
    node.start()
