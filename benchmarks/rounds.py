"""Rounds that take turns, so that a slow minute of the machine falls on both sides; bounded in time."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rounds:
    """At most `count` rounds after one that warms up; no new round is begun after `until` (monotonic seconds)."""

    count: int
    until: float

    def interleave(self, ours: Callable[[], float], floor: Callable[[], float]) -> tuple[list[float], list[float]]:
        """The figures of both sides, round by round; who goes first changes each time."""
        floor_first = False

        def both() -> tuple[float, float]:
            nonlocal floor_first
            floor_first = not floor_first
            if floor_first:
                beneath = floor()
                return ours(), beneath
            return ours(), floor()

        return self.of(both)

    def of(self, both: Callable[[], tuple[float, float]]) -> tuple[list[float], list[float]]:
        """The same of a measure that takes turns by itself, and answers ours and the floor's figure."""
        both()
        rounds: list[tuple[float, float]] = []
        while len(rounds) < self.count and not (rounds and time.monotonic() > self.until):
            rounds.append(both())
        return [ours for ours, _ in rounds], [floor for _, floor in rounds]
