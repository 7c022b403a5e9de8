"""What puts notices into inboxes: once a minute every source is asked what there is to be told. Each is told once, on any node;
what is told only as long as it is so goes when no source tells it any more.
"""

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from webapp.base import clock, ids
from webapp.base.database import db, upsert
from webapp.jobs.declarations import Turn, every
from webapp.notices.models import IN_APP, Notice
from webapp.notices.rules import KEPT_WITHIN, UNTIL_SETTLED, Event, to_tell
from webapp.sites.queries import projects

Source = Callable[[str, int], Iterable[Event]]
_sources: list[Source] = []
notices: sa.Table = Notice.__table__  # type: ignore[assignment]


def source(part: Source) -> Source:
    """Declare `(project_id, at) → events` that somebody should know of at an instant. Saying one again tells nobody twice."""
    if part not in _sources:
        _sources.append(part)
    return part


@every(clock.MINUTE, "notices.put")
def put(turn: Turn) -> None:
    """Tell what has not been told yet; drop what was settled, and what is older than any inbox shows."""
    for project_id in [site.id for site in projects()]:
        events = [event for part in _sources for event in part(project_id, turn.at)]
        rows = [_row(project_id, event, person, turn.at) for event, person in to_tell(events, turn.at)]
        if rows:
            turn.connection.execute(upsert(turn.connection, notices).on_conflict_do_nothing(), rows)
        _drop_settled(turn.connection, project_id, {row["id"] for row in rows})
    db.session.rollback()  # a reader left open would keep the writer of this very turn waiting where there is no WAL
    turn.connection.execute(sa.delete(notices).where(notices.c.made_at < turn.at - KEPT_WITHIN - clock.DAY))


def _drop_settled(connection: sa.Connection, project_id: str, told: set[str]) -> None:
    standing = (notices.c.project_id == project_id) & notices.c.kind.in_(UNTIL_SETTLED)
    over = set(connection.execute(sa.select(notices.c.id).where(standing)).scalars()) - told
    for notice in sorted(over):
        connection.execute(sa.delete(notices).where(standing, notices.c.id == notice))


def _row(project_id: str, event: Event, person_id: str, at: int) -> dict[str, Any]:
    return {
        "project_id": project_id, "id": ids.derived("notice", project_id, event.kind, event.key, person_id, IN_APP),
        "person_id": person_id, "channel": IN_APP, "kind": event.kind, "subject": event.subject, "about": dict(event.about),
        "event_at": event.at, "made_at": at, "place_id": event.place,
    }  # fmt: skip
