"""What of things is told to the desk by itself (P2-4.3.1f)."""

from collections.abc import Iterator

from webapp.custody import queries
from webapp.notices.jobs import source
from webapp.notices.rules import LOST, Event
from webapp.staff.queries import managers


@source
def tell(project_id: str, at: int) -> Iterator[Event]:
    """Everything that is lost, until it is found."""
    for each in queries.things(project_id, at):
        if each.now.is_lost:
            about = {tag: f"{name} {each.asset.code}" for tag, name in each.asset.names.items()}
            lost_at = each.now.changed_at
            to, place = managers(project_id, at, lost_at), each.asset.place_id
            yield Event(LOST, f"{each.asset.id}:{lost_at}", each.asset.id, to, about, lost_at, place)
