"""The same history, delivered in two orders into two databases, leaves the same facts in the same order."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.convergence.nodes import Site, open_site
from tests.convergence.stores import Request
from tests.convergence.test_convergence import ENGINES, Tell, address
from tests.operations.pads import HE, LIN, START, STRANGER, Pad
from webapp.base import ids
from webapp.operations.entries import Entry

pytestmark = pytest.mark.database
TABLETS = 4
HOUR = 3_600_000
ORDER = ("effective_at", "tablet_no", "epoch", "seq", "operation_id")
SHOWN = ("operation_id", *ORDER, "author_id", "text", "count", "shelf_id")


@dataclass
class History:
    """What four tablets with good clocks recorded. `shelf`: reference data that comes in the middle of the deliveries."""

    pads: list[Pad]
    shelf: str


@pytest.fixture(scope="module", params=ENGINES)
def sites(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Site]]:
    """A database of this kind, and beside it one on SQLite: the engine makes no difference either."""
    here = open_site(address(request, tmp_path_factory), processes=1)
    there = open_site(f"sqlite:///{tmp_path_factory.mktemp('there') / 'threshold.db'}", processes=1)
    yield [here, there]
    here.close()
    there.close()


def a_history(chance: random.Random, name: str) -> History:
    """Facts, refusals, back-dated facts, things for which the shelf must come first, and repairs across tablets."""
    shelf = ids.derived("orders", name, "shelf")
    pads = [Pad(number + 1, tablet=ids.derived("orders", name, number)) for number in range(TABLETS)]
    offsets = [chance.choice((0, 500, 60_000, -HOUR)) for _pad in pads]
    now, refused = START, []
    for step in range(chance.randint(10, 60)):
        now += chance.choice((0, 1, 1000, 60_000))
        pad = chance.choice(pads)
        more: dict[str, Any] = {
            "offset": offsets[pad.number - 1],
            "author": chance.choice((LIN, HE, STRANGER)),
            "id": ids.derived(name, step),
        }
        match chance.randint(0, 7):
            case 0:
                refused.append(pad.keep(at=now, text="x" * 41, **more))
            case 1:
                pad.keep(at=now, text=f"note {step}", when=str(now - chance.randint(0, 50) * HOUR), **more)
            case 2:
                pad.keep(at=now, text=f"note {step}", shelf=shelf, **more)
            case 3:
                refused.append(pad.keep("notebook.decide", now, text=f"note {step}", **more | {"author": STRANGER}))
            case 4 if refused:
                pad.keep(at=now, text=f"mended {step}", repairs=chance.choice(refused).id, **more)
            case _:
                pad.keep(at=now, text=f"note {step}", count=str(step), **more)
    return History(pads, shelf)


def deliver(site: Site, project: str, history: History, chance: random.Random) -> list[dict[str, Any]]:
    """In batches of any size, in any order between tablets, some twice; then what was held is tried again."""
    node = site.nodes[0]
    acked = dict.fromkeys(range(TABLETS), 0)
    shelf_comes_after = chance.randint(0, 20)
    now = START + 100 * HOUR
    for turn in range(10_000):
        now += chance.choice((0, 1000, HOUR))
        if turn == shelf_comes_after:
            site.add("notebook_shelf", id=history.shelf, project_id=project, name="s")
        left = [number for number, pad in enumerate(history.pads) if acked[number] < len(pad.kept)]
        if not left and turn > shelf_comes_after:
            break
        number = chance.randrange(TABLETS)
        pad = history.pads[number]
        first = max(0, acked[number] - chance.randint(0, 3))
        entries = tuple(pad.kept[first : first + chance.randint(0, 12)])
        acked[number] = _send(node, pad, project, entries, now)["acked_seq"]
    node.ask(do="apply_held", project=project, at=now)
    assert not any("time_wrong" in row["flags"] for row in site.rows("operations_receipt", project))
    return [{key: row[key] for key in SHOWN} for row in site.rows("notebook_note", project, *ORDER)]


def _send(node: Any, pad: Pad, project: str, entries: tuple[Entry, ...], now: int) -> dict[str, Any]:
    request = Request(pad.number, ids.derived(pad.tablet, project), project, pad.epoch, entries, len(pad.kept))
    answer: dict[str, Any] = node.ask(do="receive", number=pad.number, project=project, payload=request.payload(), at=now)
    return answer


def compare(sites: list[Site], tell: Tell, count: int) -> None:
    seen = {"histories": 0, "facts": 0}

    @settings(max_examples=count, suppress_health_check=list(HealthCheck), deadline=None)
    @given(seed=st.integers(0, 2**32), orders=st.tuples(st.integers(0, 2**32), st.integers(0, 2**32)))
    def alike(seed: int, orders: tuple[int, int]) -> None:
        name = ids.uuid7()
        history = a_history(random.Random(seed), name)
        one, other = (
            deliver(site, ids.derived("orders", name, place), history, random.Random(order))
            for place, (site, order) in enumerate(zip(sites, orders, strict=True))
        )
        assert one == other
        seen["histories"] += 1
        seen["facts"] += len(one)

    alike()
    tell(f"{seen['histories']} histories in two orders each, {seen['facts']} facts alike")
    assert seen["facts"] > seen["histories"]


def test_the_order_of_deliveries_makes_no_difference(sites: list[Site], tell: Tell) -> None:
    compare(sites, tell, 15)


@pytest.mark.slow
def test_in_many_orders_of_many_histories_it_makes_none(sites: list[Site], tell: Tell, rounds: int) -> None:
    compare(sites, tell, 100 * rounds)
