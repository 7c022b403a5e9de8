"""Tables whose rows the database itself refuses to change or drop.

Triggers, so they hold for every way in but that of the database's owner, who can take them away. SQLite rebuilds a table to
change a column and loses them with it: a migration that does so makes them again.
"""

from typing import TypeVar

import sqlalchemy as sa

from webapp.base.database import Base

M = TypeVar("M", bound=type[Base])

_FUNCTION = """create or replace function operations_append_only() returns trigger language plpgsql as
$$ begin raise exception 'append-only'; end $$"""


def append_only(model: M) -> M:
    """Declare a model's table as one that only grows."""
    table: sa.Table = model.__table__  # type: ignore[assignment]
    by_dialect = {"sqlite": _sqlite(table.name, table.primary_key.columns.keys()), "postgresql": _postgresql(table.name)}
    for dialect, statements in by_dialect.items():
        for statement in statements:
            sa.event.listen(table, "after_create", sa.DDL(statement).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]
    return model


def _sqlite(table: str, key: list[str]) -> list[str]:
    refuse = "begin select raise(abort, 'append-only'); end"
    there = " and ".join(f"{name} = new.{name}" for name in key)
    # `insert or replace` drops a row without asking the trigger for deletes.
    when = f"when exists (select 1 from {table} where {there})"  # noqa: S608 - our own names
    return [
        f"create trigger {table}_no_update before update on {table} {refuse}",
        f"create trigger {table}_no_delete before delete on {table} {refuse}",
        f"create trigger {table}_no_again before insert on {table} {when} begin select raise(ignore); end",
    ]


def _postgresql(table: str) -> list[str]:
    refuse = "execute function operations_append_only()"
    return [
        _FUNCTION,
        f"create trigger {table}_rows before update or delete on {table} for each row {refuse}",
        f"create trigger {table}_all before truncate on {table} for each statement {refuse}",
    ]
