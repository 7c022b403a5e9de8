"""`make bench`: lines of `name ours floor ratio`, each with its goal and whether it is reached.

python benchmarks/run.py                          all lines, five rounds, at most ten minutes
python benchmarks/run.py apply_sqlite_1 drain     these lines only
python benchmarks/run.py --rounds 3
"""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from types import FrameType

# Called by its path, the folder above is not on Python's own.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import apply, browser, postgres, servers, shift_end, start
from benchmarks.door import Site, site
from benchmarks.lines import GOALS, Line, absent, text
from benchmarks.rounds import Rounds
from benchmarks.sides import Floor, Ours, Side, as_floor, enrolled

WITHIN = 600.0
"""Seconds for the whole bench; each line has its even share of what is left, and is cut at twice that."""


class Bench:
    """What the lines share, made when first asked for: a site of ours on each database, a PostgreSQL."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.stack = stack
        self.folder = folder

    def room(self, name: str) -> Path:
        made = self.folder / name
        made.mkdir(exist_ok=True)
        return made

    @cached_property
    def site(self) -> Site:
        return site(self.room("site"))

    @cached_property
    def sqlite(self) -> tuple[Side, Side]:
        return self.sides(self.site, shift_end.TABLETS, None)

    @cached_property
    def postgres(self) -> tuple[Side, Side]:
        address = self.stack.enter_context(postgres.database())
        if address is None:
            raise LookupError("no PostgreSQL here")
        ours, floor = (postgres.create(address, name) for name in ("bench_ours", "bench_floor"))
        return self.sides(site(self.room("site_postgres"), ours), 8, floor)

    def sides(self, of: Site, tablets: int, floor_database: str | None) -> tuple[Side, Side]:
        """Ours and the floor, running until the bench ends, with as many tablets each."""
        ours = self.stack.enter_context(of.served())
        floor = self.stack.enter_context(servers.floor(of.folder, floor_database))
        own, credentials = enrolled(of, tablets)
        return Ours(ours.port, own, credentials), Floor(floor.port, as_floor(own))


Measure = Callable[[Bench, str, Rounds], Line]

# The page that is opened shows a day of the demo, not the ten thousands of parties that the lines before have recorded.
MEASURES: dict[str, Measure] = {
    "apply_sqlite_1": lambda bench, name, rounds: apply.measure(name, *bench.sqlite, 1, rounds),
    "apply_sqlite_8": lambda bench, name, rounds: apply.measure(name, *bench.sqlite, 8, rounds),
    "apply_postgres_1": lambda bench, name, rounds: apply.measure(name, *bench.postgres, 1, rounds),
    "apply_postgres_8": lambda bench, name, rounds: apply.measure(name, *bench.postgres, 8, rounds),
    "shift_end_p95": lambda bench, name, rounds: shift_end.measure(name, *bench.sqlite, rounds),
    "tap_to_stored": lambda bench, name, rounds: browser.tap_to_stored(name, bench.site, bench.room("tap"), rounds),
    "drain": lambda bench, name, rounds: browser.drain(name, bench.site, bench.room("drain"), rounds),
    "offline_open": lambda bench, name, rounds: browser.offline_open(
        name, site(bench.room("site_open")), bench.room("open"), rounds
    ),
    "cold_start": lambda bench, name, rounds: start.cold_start(name, bench.site, bench.room("start"), rounds),
    "memory_2_workers": lambda bench, name, rounds: start.memory(name, bench.site, bench.room("start"), rounds),
}


@contextmanager
def cut_after(seconds: float) -> Iterator[None]:
    """A line that hangs ends here and does not take the others with it."""

    def out_of_time(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"not done in {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, out_of_time)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def measured(bench: Bench, name: str, rounds: int, share: float) -> tuple[str, bool]:
    """The printed line, and whether its goal is reached, or noise forbids to say."""
    try:
        with cut_after(2 * share):
            line = MEASURES[name](bench, name, Rounds(rounds, time.monotonic() + share))
    except (LookupError, RuntimeError, OSError) as fault:
        return absent(name, str(fault).strip().replace("\n", " | ")), False
    return text(line), line.verdict in ("reached", "noisy")


def main() -> int:
    arguments = argparse.ArgumentParser(description="Measure ours against the floor.")
    arguments.add_argument("lines", nargs="*", metavar="LINE", help=f"any of {', '.join(GOALS)}; all if none is named")
    arguments.add_argument("--rounds", type=int, default=5, help="interleaved rounds of each line (5)")
    arguments.add_argument("--within", type=float, default=WITHIN, help="seconds for all of it (600)")
    asked = arguments.parse_args()
    if unknown := set(asked.lines) - set(GOALS):
        arguments.error(f"no such line: {', '.join(sorted(unknown))}")
    names = [name for name in GOALS if name in asked.lines or not asked.lines]
    ends = time.monotonic() + asked.within
    good = True
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ExitStack() as stack:
        bench = Bench(stack, Path(folder))
        for number, name in enumerate(names):
            share = max(10.0, (ends - time.monotonic()) / (len(names) - number))
            printed, reached = measured(bench, name, asked.rounds, share)
            print(printed, flush=True)
            good = good and reached
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
