"""What changed and who did it, in rows that cannot be altered unseen (審計日誌).

A row is written in the transaction of what it tells of, unchained, and chained per project by the worker afterwards: in line it
would cost a batch 15 %. The order of the chain is the order in which rows were first seen, within one look by (at, id).

What is claimed: the database refuses to change or drop a row of either table (triggers). Whoever owns the database can take the
triggers away; then the chain names the first row that was changed, taken out or put between. That the newest rows were cut off
shows only against a head noted elsewhere (`threshold audit verify --head`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from webapp.base import clock, faults, ids
from webapp.base.database import standing_alone, upsert
from webapp.jobs import queue
from webapp.operations.models import Audit, Link

CHAIN = "operations.chain"
FIRST = "0" * 64
AT_ONCE = 500

audit: sa.Table = Audit.__table__  # type: ignore[assignment]
links: sa.Table = Link.__table__  # type: ignore[assignment]
_unchained = sa.select(audit).outerjoin(
    links, (links.c.project_id == audit.c.project_id) & (links.c.audit_id == audit.c.id)
).where(links.c.no.is_(None))  # fmt: skip


def note(
    connection: sa.Connection,
    kind: str,
    project_id: str,
    *,
    at: int,
    author_id: str | None = None,
    subject_id: str | None = None,
    **detail: str,
) -> None:
    """Keep that something happened which is no operation: a sign-in, a new code. `detail` holds nobody's personal data."""
    row = {"id": ids.uuid7(at), "at": at, "kind": kind, "author_id": author_id, "subject_id": subject_id, "detail": detail}
    note_all(connection, project_id, [row])


def note_all(connection: sa.Connection, project_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep rows, and have them chained. One that is there already stays as it is."""
    if not rows:
        return
    blank: dict[str, Any] = {"author_id": None, "tablet_id": None, "subject_id": None, "outcome": "", "digest": ""}
    values = [blank | dict(row) | {"project_id": project_id, "detail": _text(row.get("detail") or {})} for row in rows]
    connection.execute(upsert(connection, audit).on_conflict_do_nothing(), values)
    queue.enqueue(connection, CHAIN, {"project": project_id})


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), sort_keys=True, separators=(",", ":"))


def hash_of(previous: str, row: Mapping[str, Any]) -> str:
    """SHA-256 in hex over the hash before it, a line end, and the row as JSON: sorted keys, no spaces, ASCII."""
    return sha256(f"{previous}\n{_text({name: row[name] for name in audit.c.keys()})}".encode()).hexdigest()  # noqa: SIM118


def chain(connection: sa.Connection, project_id: str, most: int = AT_ONCE) -> bool:
    """Chain rows that are not yet; True where there may be more. Whoever does it, and however often it is broken off."""
    standing_alone(connection, f"audit {project_id}")
    last = connection.execute(
        sa.select(links.c.no, links.c.hash).where(links.c.project_id == project_id).order_by(links.c.no.desc()).limit(1)
    ).first()
    no, previous = (last.no, last.hash) if last else (0, FIRST)
    fresh = []
    wanted = _unchained.where(audit.c.project_id == project_id).order_by(audit.c.at, audit.c.id).limit(most)
    for row in connection.execute(wanted).mappings():
        no, previous = no + 1, hash_of(previous, dict(row))
        fresh.append({"project_id": project_id, "no": no, "audit_id": row["id"], "hash": previous})
    if fresh:
        connection.execute(links.insert(), fresh)
        faults.hit("chained")
    return len(fresh) == most


def projects_unchained(connection: sa.Connection) -> list[str]:
    """Where there are rows that wait."""
    return list(connection.scalars(_unchained.with_only_columns(audit.c.project_id).distinct().order_by(audit.c.project_id)))


@dataclass(frozen=True)
class Verdict:
    """What a chain is worth. `broken`: the first row that is not as it was; `waiting`: rows not yet chained, oldest since."""

    rows: int
    head: str
    broken: str | None
    waiting: int
    waiting_since: int | None


def verify(connection: sa.Connection, project_id: str, head: str | None = None) -> Verdict:
    """Go through the whole chain of a project. `head`: `number:hash`, as an earlier verification told it."""
    joined = links.outerjoin(audit, (links.c.project_id == audit.c.project_id) & (links.c.audit_id == audit.c.id))
    wanted = sa.select(links.c.no, links.c.audit_id, links.c.hash, *audit.c).select_from(joined)
    rows = connection.execution_options(yield_per=1000).execute(wanted.where(links.c.project_id == project_id).order_by(links.c.no))
    no, previous, broken, seen = 0, FIRST, None, head is None
    for row in rows.mappings():
        broken = _fault(dict(row), no + 1, previous)
        if broken:
            break
        no, previous = row["no"], row["hash"]
        seen = seen or head == f"{no}:{previous}"
    rows.close()
    if not broken and not seen:
        broken = f"the chain ends at {no} and does not hold {head}: its end was cut off or written anew"
    waiting = _unchained.where(audit.c.project_id == project_id).subquery()
    count, since = connection.execute(sa.select(sa.func.count(), sa.func.min(waiting.c.at)).select_from(waiting)).one()
    return Verdict(no, f"{no}:{previous}", broken, count, since)


def _fault(row: Mapping[str, Any], no: int, previous: str) -> str | None:
    """What is wrong with a link, in words; None where nothing is."""
    if row["no"] != no:
        return f"row {no} is missing from the chain"
    if row["kind"] is None:
        return f"row {no} is gone ({row['audit_id']})"
    if row["hash"] != hash_of(previous, row):
        at = clock.local(row["at"], "UTC").strftime("%Y-%m-%d %H:%M UTC")
        return f"row {no} is not as it was written ({row['kind']}, {at}, {row['audit_id']})"
    return None
