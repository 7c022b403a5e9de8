"""Any order, doubling or delay of deliveries gives the same state: four tablets, two server processes, both databases."""

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.convergence.machine import COUNTS, Machine
from tests.convergence.nodes import Site, open_site
from tests.postgres import Cluster

pytestmark = pytest.mark.database
Tell = Callable[[str], None]
ENGINES = ["sqlite"] if os.environ.get("THRESHOLD_ONLY_SQLITE") else ["sqlite", "postgresql"]


@pytest.fixture(scope="module", params=ENGINES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A database of this kind with two server processes."""
    opened = open_site(address(request, tmp_path_factory), processes=2)
    yield opened
    opened.close()


def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('site') / 'threshold.db'}"
    cluster: Cluster | None = request.getfixturevalue("cluster")
    if cluster is None:
        pytest.skip("needs postgresql")
    return cluster.empty_database()


def histories(site: Site, tell: Tell, count: int, steps: int, *, others: bool = False) -> None:
    """Run that many histories, and say what was in them and in those before. `others`: not the same again where `CI` is set."""
    machine = type("Machine", (Machine,), {"site": site})
    fixed = {"derandomize": False} if others else {}
    run_state_machine_as_test(machine, settings=settings(max_examples=count, stateful_step_count=steps, **fixed))
    tell(" · ".join(f"{name} {number}" for name, number in COUNTS.items() if ":" not in name))


def test_whatever_the_network_does_each_entry_is_there_once(site: Site, tell: Tell) -> None:
    COUNTS.clear()
    histories(site, tell, count=10, steps=40)


@pytest.mark.slow
def test_in_many_long_histories_each_entry_is_there_once(site: Site, tell: Tell, rounds: int) -> None:
    COUNTS.clear()
    histories(site, tell, count=40 * rounds, steps=80)
    for _more in range(5):  # chance may leave a kind out of forty histories (Hypothesis switches rules off by whole runs)
        if seldom() == 0:
            histories(site, tell, count=20, steps=80, others=True)
    assert seldom() > 0


def seldom() -> int:
    """How often what came least often came."""
    return min(COUNTS[what] for what in ("forks", "restores", "stores wiped", "answers lost", "batches late", "repairs"))
