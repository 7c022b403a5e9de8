"""The server killed as by `kill -9` in the middle of a batch: when it is back, each entry is there exactly once."""

import os
import random
import signal
import threading
import time

import pytest

from tests.faults.conftest import Serve, Tell
from tests.faults.door import Tablet

ENGINES = ["sqlite"] if os.environ.get("THRESHOLD_ONLY_SQLITE") else ["sqlite", "postgresql"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.database,
    pytest.mark.parametrize("site_folder", ENGINES, indirect=True),
]
POINTS = ("reserved", "inserted", "committed-not-answered")


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_named_point_each_entry_is_there_once(
    serve: Serve, taken_in: Tablet, rounds: int, point: str, tell: Tell
) -> None:
    wanted = 5 if rounds == 1 else max(30, 3 * rounds)
    with serve(THRESHOLD_FAULT=f"{point}:2", THRESHOLD_TESTING="1", WEB_WORKERS="1") as served:
        failed = 0
        for _batch in range(wanted):
            taken_in.record(3)
            failed += served.deliver(taken_in)
            taken_in.record(4)
            failed += served.deliver(taken_in)
        landed = served.killed()
        tell(f"{landed} kills landed, {failed} requests without an answer, {len(taken_in.kept)} entries each once")
        assert served.has_each_once(taken_in)
    assert landed >= wanted


def test_killed_at_random_each_entry_is_there_once(serve: Serve, taken_in: Tablet, rounds: int, tell: Tell) -> None:
    wanted = 5 if rounds == 1 else max(10, 2 * rounds)
    chance = random.Random(7)
    done = threading.Event()

    def kill() -> None:
        while not done.is_set() and served.killed() < wanted:
            done.wait(chance.uniform(0.05, 0.5))
            for worker in chance.sample(served.workers(), k=1) if served.workers() else []:
                os.kill(worker, signal.SIGKILL)

    with serve(WEB_WORKERS="2") as served:
        killer = threading.Thread(target=kill)
        killer.start()
        failed, until = 0, time.monotonic() + 120
        try:
            while killer.is_alive() and time.monotonic() < until:
                taken_in.record(chance.randint(1, 40))
                failed += served.deliver(taken_in)
        finally:
            done.set()
            killer.join()
        landed = served.killed()
        tell(f"{landed} kills landed, {failed} requests without an answer, {len(taken_in.kept)} entries each once")
        assert served.has_each_once(taken_in)
    assert landed >= wanted
