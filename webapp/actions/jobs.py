"""What of corrective actions is told to the desk by itself (P2-4.1.3, P2-4.4.6b)."""

from collections.abc import Iterator, Mapping

from webapp.actions import queries
from webapp.actions.rules import SOON_WITHIN, Action, Status
from webapp.notices.jobs import source
from webapp.notices.rules import ASSIGNED, CRITICAL, DUE_SOON, OVERDUE, TO_VERIFY, Event
from webapp.operations.roles import DEPUTY, DESK, SUPERVISOR
from webapp.sites import queries as sites
from webapp.staff.queries import colleagues


@source
def tell(project_id: str, at: int) -> Iterator[Event]:
    """Every action that is not settled: whose it is, when it is due, that it waits to be verified, that it is critical."""
    found = queries.unsettled(project_id, at)
    if not found:
        return
    desk = {each.id: each.roles for each in colleagues(project_id, at, DESK)}
    managers = tuple(person for person, roles in desk.items() if {SUPERVISOR, DEPUTY} & set(roles))
    about, critical = queries.texts(project_id, found), queries.critical(project_id, found)
    small = sites.small_since(project_id, at)(at)
    for each in found:
        place = each.opened.place_id
        if each.id in critical:
            yield Event(CRITICAL, each.id, each.id, managers, about[each.id], each.at, place)
        yield from _of(each, at, set(desk), managers, about[each.id], small=small)


def _of(
    each: Action, at: int, desk: set[str], managers: tuple[str, ...], about: Mapping[str, str], *, small: bool
) -> Iterator[Event]:
    mine, place = tuple(person for person in (each.assignee_id,) if person in desk), each.opened.place_id
    if each.status is Status.DONE:
        others = tuple(person for person in sorted(desk) if each.may_verify(person, small=small))
        yield Event(TO_VERIFY, each.version, each.id, others, about, each.history[-1].act.order[0], place)
        return
    is_at_once = each.due_at == each.at  # of which the managers are told as critical
    told = tuple(person for person in mine if not is_at_once or person not in managers)
    yield Event(ASSIGNED, f"{each.id}:{each.assignee_id}", each.id, told, about, each.at, place)
    if is_at_once:
        return
    to, key = (*managers, *mine), f"{each.id}:{each.due_at}"
    if each.is_overdue(at):
        yield Event(OVERDUE, key, each.id, to, about, each.due_at, place)
    elif each.due_at - SOON_WITHIN <= at:
        yield Event(DUE_SOON, key, each.id, to, about, each.due_at, place)
