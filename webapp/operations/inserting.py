"""Many rows into one table, as fast as the driver takes them.

The statement is compiled once a table and database; its values then go straight to `executemany`. SQLAlchemy's own way of
preparing each row of an executemany costs as much as the insert itself (measured: a fifth of a batch).
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

Key = tuple[str, sa.Table, tuple[str, ...]]
Rows = Sequence[Mapping[str, Any]]
Prepare = Callable[[Rows], list[Any]]

_prepared: dict[Key, tuple[str, Prepare]] = {}


def insert_all(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Insert rows that all have the same columns. Raises what SQLAlchemy raises."""
    key = (connection.dialect.name, table, tuple(rows[0]))
    if key not in _prepared:
        _prepared[key] = _prepare(connection, table, key[2])
    statement, prepare = _prepared[key]
    connection.exec_driver_sql(statement, prepare(rows))


def _prepare(connection: sa.Connection, table: sa.Table, columns: tuple[str, ...]) -> tuple[str, Prepare]:
    """The statement's text, and what makes a driver's parameters of the rows: tuples where it wants places, else dicts."""
    compiled = table.insert().values({name: sa.bindparam(name) for name in columns}).compile(dialect=connection.dialect)
    process: dict[str, Callable[[Any], Any]] = {}
    for name in columns:
        processor = table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        if processor is not None:
            process[name] = processor
    if compiled.positiontup is None:
        return str(compiled), _dicts(process)
    ids = {name for name in columns if isinstance(table.c[name].type, sa.Uuid)}
    return str(compiled), _tuples(tuple(compiled.positiontup), process, ids)


def _dicts(process: Mapping[str, Callable[[Any], Any]]) -> Prepare:
    def prepare(rows: Rows) -> list[Any]:
        return [{**row, **{name: processor(row[name]) for name, processor in process.items()}} for row in rows]

    return prepare if process else list


def _tuples(names: tuple[str, ...], process: Mapping[str, Callable[[Any], Any]], ids: set[str]) -> Prepare:
    """Column by column: most ids of a batch recur (project, author, place), so each is processed once."""
    pick = itemgetter(*names)
    places = [(place, process[name], name in ids) for place, name in enumerate(names) if name in process]

    def prepare(rows: Rows) -> list[Any]:
        columns: list[Any] = list(zip(*map(pick, rows), strict=True))
        for place, processor, recurs in places:
            known = {value: processor(value) for value in set(columns[place])} if recurs else None
            columns[place] = [known[value] if known else processor(value) for value in columns[place]]
        return list(zip(*columns, strict=True))

    return prepare
