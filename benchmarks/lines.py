"""What a bench line says: medians of interleaved rounds, the ratio, and whether its goal is reached."""

from dataclasses import dataclass
from statistics import median
from typing import Literal

STEADY_WITHIN = 2.0
"""A floor whose own rounds lie further apart than this tells of the machine and not of us."""


@dataclass(frozen=True)
class Goal:
    """`figure` at least or at most `limit`; the figure is the ratio, or ours where the goal is in plain units."""

    sense: Literal["≥", "≤"]
    limit: float
    figure: Literal["ratio", "ours"] = "ratio"

    def reached_by(self, line: "Line") -> bool:
        value = line.ratio if self.figure == "ratio" else line.ours
        return value >= self.limit if self.sense == "≥" else value <= self.limit


GOALS = {
    "apply_sqlite_1": Goal("≥", 0.25),
    "apply_sqlite_8": Goal("≥", 0.25),
    "apply_postgres_1": Goal("≥", 0.25),
    "apply_postgres_8": Goal("≥", 0.25),
    "shift_end_p95": Goal("≤", 10),
    "tap_to_stored": Goal("≤", 1.5),
    "drain": Goal("≥", 0.35),
    "offline_open": Goal("≤", 1.3),
    "cold_start": Goal("≤", 2),
    "memory_2_workers": Goal("≤", 100, "ours"),
}

UNITS = {
    "apply_sqlite_1": "entries/s",
    "apply_sqlite_8": "entries/s",
    "apply_postgres_1": "entries/s",
    "apply_postgres_8": "entries/s",
    "shift_end_p95": "ms",
    "tap_to_stored": "ms",
    "drain": "entries/s",
    "offline_open": "ms",
    "cold_start": "ms",
    "memory_2_workers": "MiB",
}


@dataclass(frozen=True)
class Line:
    """One figure of ours beside the same figure of the floor, round by round."""

    name: str
    our_rounds: list[float]
    floor_rounds: list[float]
    lost: int | None = None
    """Entries that were not applied, of all rounds; None where the line sends none."""

    @property
    def ours(self) -> float:
        return median(self.our_rounds)

    @property
    def floor(self) -> float:
        return median(self.floor_rounds)

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    @property
    def noisy(self) -> bool:
        return is_noisy(self.floor_rounds)

    @property
    def verdict(self) -> str:
        if self.lost:
            return "void"
        if self.noisy:
            return "noisy"
        return "reached" if GOALS[self.name].reached_by(self) else "not reached"


def is_noisy(rounds: list[float]) -> bool:
    """The floor's rounds do not lie within twice of each other, so the ratio proves nothing."""
    return max(rounds) > STEADY_WITHIN * min(rounds)


def p95(waits: list[float]) -> float:
    """The wait that 95 of 100 do not exceed (nearest rank)."""
    ranked = sorted(waits)
    return ranked[max(0, -(-95 * len(ranked) // 100) - 1)]


def figure(value: float) -> str:
    """Three digits or more are whole; below that two decimals tell apart."""
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}"


def text(line: Line) -> str:
    """`name ours floor ratio`, then the unit, the goal and what became of it."""
    goal = GOALS[line.name]
    against = goal.figure if goal.figure == "ratio" else f"{goal.figure} in {UNITS[line.name]}"
    parts = [f"{line.name:17}", f"{figure(line.ours):>8}", f"{figure(line.floor):>8}", f"{line.ratio:7.3f}"]
    tail = f"  {UNITS[line.name]}, goal: {against} {goal.sense} {goal.limit:g}: {line.verdict}"
    return " ".join(parts) + tail + ("" if line.lost is None else f"; {line.lost} entries lost")


def absent(name: str, reason: str) -> str:
    """A line that could not be measured, in the same four columns."""
    return f"{name:17} {'-':>8} {'-':>8} {'-':>7}  not measured: {reason}"
