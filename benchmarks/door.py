"""Our own site for the bench: migrated, filled with the demo, its tablets enrolled, served by `threshold serve`."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.ports import free_port
from benchmarks.servers import HERE, Server, running

PROJECT = "YQF"
THRESHOLD = Path(sys.executable).parent / "threshold"


@dataclass(frozen=True)
class Site:
    """A data folder that `threshold` has filled, and the environment that points at it."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, *command: str) -> str:
        """What a command prints, run with this site around it."""
        surroundings = {**os.environ, **self.environment}
        done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command[1:])}: {done.stderr[-2000:] or done.stdout[-2000:]}")
        return done.stdout

    def threshold(self, *arguments: str) -> str:
        return self.run(str(THRESHOLD), *arguments)

    def enrolled(self, count: int) -> list[dict[str, Any]]:
        """As many new tablets, each as `threshold tablets enrol --json` tells of it."""
        named = ("--project", PROJECT, "--name", "Bench", "--count", str(count), "--json")
        return [json.loads(line) for line in self.threshold("tablets", "enrol", *named).splitlines()]

    def references(self) -> dict[str, Any]:
        """What entries may refer to, by the names of `Place`."""
        told: dict[str, Any] = json.loads(self.run(sys.executable, str(HERE / "references.py"), PROJECT))
        return told

    @contextmanager
    def served(self, **environment: str) -> Iterator[Server]:
        port = free_port()
        surroundings = {**self.environment, "HOST": "127.0.0.1", "PORT": str(port), **environment}
        with running([str(THRESHOLD), "serve", "--no-worker"], port, "/healthz", surroundings, self.folder / "serve.log") as server:
            yield server


def site(folder: Path, database: str | None = None) -> Site:
    """A demo site of its own in `folder`, on SQLite there or on the empty PostgreSQL database named."""
    environment = {"THRESHOLD_DATA": str(folder)}
    if database:
        environment["DATABASE_URL"] = database
    made = Site(folder, environment)
    made.threshold("migrate")
    made.threshold("demo")
    return made
