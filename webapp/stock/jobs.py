"""What of supplies is told to the desk by itself (P2-4.1.5a)."""

from collections.abc import Iterator

from webapp.base.written import amount_text
from webapp.notices.jobs import source
from webapp.notices.rules import ASKED_FOR, KEPT_WITHIN, Event
from webapp.operations import registry
from webapp.staff.queries import colleagues
from webapp.stock import queries


@source
def tell(project_id: str, at: int) -> Iterator[Event]:
    """Every request that waits for an answer, to all who may issue but whoever asked."""
    waiting = [each for each in queries.requests(project_id, at - KEPT_WITHIN, at) if each.status == "requested"]
    if not waiting:
        return
    issuers = [each.id for each in colleagues(project_id, at, registry.get("stock.issue").roles)]
    names = {each.id: each.names for each in queries.items(project_id)}
    for each in waiting:
        about = {tag: f"{name} {amount_text(each.quantity)}" for tag, name in names.get(each.item_id, {}).items()}
        to = tuple(person for person in issuers if person != each.author_id)
        yield Event(ASKED_FOR, each.id, each.item_id, to, about, each.at, each.place_id)
