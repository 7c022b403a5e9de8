"""How many entries a second our door applies, against a floor that only keeps them."""

from benchmarks.lines import Line
from benchmarks.load import at_once, seconds_of
from benchmarks.rounds import Rounds
from benchmarks.sides import Side

BATCH = 100
OUR_BATCHES = 64
FLOOR_BATCHES = 256
"""Of each round, over all clients; the floor gets more, so that its rounds last long enough to be told apart."""


def rate(side: Side, clients: int, batches: int) -> tuple[float, int]:
    """Entries a second, and how many were not applied."""
    each = batches // clients
    runs = at_once(side.port, [side.requests(tablet, each, BATCH) for tablet in range(clients)])
    lost = sum(side.lost(BATCH, run.answers) for run in runs)
    return each * clients * BATCH / seconds_of(runs), lost


def measure(name: str, ours: Side, floor: Side, clients: int, rounds: Rounds) -> Line:
    lost = 0

    def round_of(side: Side, batches: int) -> float:
        nonlocal lost
        figure, missing = rate(side, clients, batches)
        lost += missing
        return figure

    our_rounds, floor_rounds = rounds.interleave(lambda: round_of(ours, OUR_BATCHES), lambda: round_of(floor, FLOOR_BATCHES))
    return Line(name, our_rounds, floor_rounds, lost)
