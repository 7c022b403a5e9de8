"""Two server processes over one database, and a look into that database that goes past both."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.operations import notebook  # noqa: F401 - its tables
from webapp.base.database import Base, engine_options, listen

ROOT = Path(__file__).resolve().parents[2]
TABLES = ("notebook_note", "notebook_shelf", "operations_head", "operations_receipt", "operations_revision", "operations_update")
"""Children first: in this order rows may go."""
KEPT = ("operations_audit", "jobs_job")
"""What a restored backup would hold as well, but here stays: nobody may drop rows of an audit, and chains are another test's."""

Backup = dict[str, list[dict[str, Any]]]


class Node:
    """A ledger in a process of its own."""

    def __init__(self, url: str) -> None:
        command = [sys.executable, "-m", "tests.convergence.node", url]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def tell(self, **asked: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the server process died"
        return json.loads(line)

    def ask(self, **asked: Any) -> Any:
        self.tell(**asked)
        return self.hear()

    def stop(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(timeout=10)
        assert self.process.stdout
        self.process.stdout.close()


def engine_of(url: str) -> sa.Engine:
    """An engine with the rules that the product's has."""
    engine = sa.create_engine(url, **engine_options(url))
    listen(engine)
    return engine


def create_tables(url: str) -> None:
    """The ledger's own tables and the notebook's."""
    engine = engine_of(url)
    Base.metadata.create_all(engine, [Base.metadata.tables[name] for name in (*TABLES, *KEPT)])
    engine.dispose()


@dataclass
class Site:
    """A database, its server processes, and what is in it."""

    nodes: list[Node]
    engine: sa.Engine

    def rows(self, name: str, project: str, *order: str) -> list[dict[str, Any]]:
        table = Base.metadata.tables[name]
        select = sa.select(table).where(table.c.project_id == project).order_by(*(table.c[each] for each in order))
        with self.engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(select)]

    def add(self, table: str, **row: Any) -> None:
        with self.engine.connect().execution_options(threshold_writes=True) as connection, connection.begin():
            connection.execute(Base.metadata.tables[table].insert(), [row])

    def back_up(self, project: str) -> Backup:
        return {name: self.rows(name, project) for name in TABLES}

    def restore(self, project: str, backup: Backup) -> None:
        """All that a project has, as it was then."""
        with self.engine.connect().execution_options(threshold_writes=True) as connection, connection.begin():
            for name in TABLES:
                table = Base.metadata.tables[name]
                connection.execute(table.delete().where(table.c.project_id == project))
            for name in reversed(TABLES):
                if backup[name]:
                    connection.execute(Base.metadata.tables[name].insert(), backup[name])

    def close(self) -> None:
        for node in self.nodes:
            node.stop()
        self.engine.dispose()


def open_site(url: str, processes: int) -> Site:
    create_tables(url)
    return Site([Node(url) for _ in range(processes)], engine_of(url))
