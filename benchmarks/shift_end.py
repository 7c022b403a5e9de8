"""Shift end: 200 tablets come back within two seconds, each with one batch of 60; how long 95 of 100 wait."""

import random

from benchmarks.lines import Line, p95
from benchmarks.load import spread
from benchmarks.rounds import Rounds
from benchmarks.sides import Side

TABLETS = 200
ENTRIES = 60
WITHIN = 2.0


def measure(name: str, ours: Side, floor: Side, rounds: Rounds) -> Line:
    lost = 0
    chance = random.Random(200)
    instants = [chance.uniform(0, WITHIN) for _ in range(TABLETS)]

    def waited(side: Side) -> float:
        """p95 in ms from a tablet's instant to its whole answer; a lost batch counts as lost, however fast."""
        nonlocal lost
        requests = [side.requests(tablet, 1, ENTRIES)[0] for tablet in range(TABLETS)]
        outcomes = spread(side.port, requests, instants)
        lost += side.lost(ENTRIES, [answer for _, answer in outcomes])
        return p95([wait for wait, _ in outcomes])

    our_rounds, floor_rounds = rounds.interleave(lambda: waited(ours), lambda: waited(floor))
    return Line(name, our_rounds, floor_rounds, lost)
