"""Two server processes get the same id in the same moment: there is one fact of it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.convergence.nodes import Site, open_site
from tests.convergence.stores import Request
from tests.convergence.test_convergence import ENGINES, address
from tests.faults.conftest import Tell
from tests.operations.pads import START, Pad
from webapp.base import ids
from webapp.operations.entries import Entry

pytestmark = pytest.mark.database
RACES = 15


@pytest.fixture(scope="module", params=ENGINES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    opened = open_site(address(request, tmp_path_factory), processes=2)
    yield opened
    opened.close()


def both_at_once(site: Site, project: str, pads: tuple[Pad, Pad], entries: tuple[list[Entry], list[Entry]]) -> list[list[str]]:
    """Outcomes of either, when both processes are asked before either has answered."""
    for node, pad, batch in zip(site.nodes, pads, entries, strict=True):
        request = Request(pad.number, pad.tablet, project, pad.epoch, tuple(batch), len(pad.kept))
        node.tell(do="receive", number=pad.number, project=project, payload=request.payload(), at=START + 3_600_000)
    return [[result["outcome"] for result in node.hear()["results"]] for node in site.nodes]


def test_one_tablets_batch_twice_at_once_is_there_once(site: Site, rounds: int, tell: Tell) -> None:
    project, firsts = ids.uuid7(), 0
    for race in range(RACES * rounds):
        pad = Pad(tablet=ids.derived(project, race))
        batch = [pad.keep() for _ in range(5)]
        said = both_at_once(site, project, (pad, pad), (batch, batch))
        assert sorted(said) == [["applied"] * 5, ["duplicate"] * 5]
        firsts += said[0] == ["applied"] * 5
    assert len(site.rows("notebook_note", project)) == 5 * RACES * rounds
    tell(f"{RACES * rounds} races on {site.engine.dialect.name}, the first process was first in {firsts}")


def test_one_id_from_two_tablets_at_once_is_there_once(site: Site, rounds: int) -> None:
    """So a file imported on one while it is sent by another does no harm."""
    project = ids.uuid7()
    for race in range(RACES * rounds):
        one, two = Pad(1, tablet=ids.derived(project, race, 1)), Pad(2, tablet=ids.derived(project, race, 2))
        mine = [one.keep() for _ in range(3)]
        theirs = [two.keep(), replace(mine[1], seq=2), two.entry(seq=3)]
        said = both_at_once(site, project, (one, two), (mine, theirs))
        assert sorted([said[0][1], said[1][1]]) == ["applied", "duplicate"]
        assert {said[0][0], said[0][2], said[1][0], said[1][2]} == {"applied"}
    assert len(site.rows("notebook_note", project)) == 5 * RACES * rounds
