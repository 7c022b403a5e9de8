"""Rehearsals: how much of a script somebody said, and who is certified for it (P2-4.4.1b)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from webapp.content import queries as content
from webapp.sites import queries as sites
from webapp.tours.models import Rehearsal, Step
from webapp.tours.rules import certified_at, recited, stops_of, takes
from webapp.tours.spoken import facts_of, rooms_of


@dataclass(frozen=True)
class Rehearsed:
    """A rehearsal: which lines of the script whoever began it has said, whether with the last tap too, and when it was whole."""

    id: str
    at: int
    flat_id: str
    version_id: str
    title: Mapping[str, str]
    author_id: str | None
    said: frozenset[str]
    hurried: bool
    lines: int
    certified_at: int | None


def rehearsal_words(one: Rehearsed) -> str:
    """How far a rehearsal came."""
    if one.certified_at is not None:
        return _("certified")
    return _("%(said)s of %(lines)s lines said", said=len(one.said), lines=one.lines)


def rehearsals(project_id: str, since: int, until: int, at: int) -> list[Rehearsed]:
    """The rehearsals begun from `since` on and before `until`, newest first."""
    rows = facts_of(Rehearsal, project_id, at, Rehearsal.effective_at >= since, Rehearsal.effective_at < until)
    return _rehearsed(project_id, sorted(rows, key=lambda row: row.place_in_order, reverse=True), at)


def rehearsal(project_id: str, rehearsal_id: str, at: int) -> Rehearsed | None:
    """One rehearsal; None where its beginning has not arrived."""
    return next(iter(_rehearsed(project_id, facts_of(Rehearsal, project_id, at, Rehearsal.operation_id == rehearsal_id), at)), None)


def certificates(project_id: str, at: int) -> list[Rehearsed]:
    """Who has gone through which version of a script: the first whole rehearsal of each, newest first."""
    first: dict[tuple[str | None, str], Rehearsed] = {}
    for each in rehearsals(project_id, 0, at + 1, at):
        known = first.get((each.author_id, each.version_id))
        if each.certified_at is not None and (known is None or each.certified_at <= (known.certified_at or 0)):
            first[each.author_id, each.version_id] = each
    return sorted(first.values(), key=lambda each: each.certified_at or 0, reverse=True)


def _rehearsed(project_id: str, rows: Sequence[Rehearsal], at: int) -> list[Rehearsed]:
    """A line counts where whoever began the rehearsal said it."""
    told: dict[str, list[Step]] = defaultdict(list)
    for step in facts_of(Step, project_id, at, Step.tour.in_([row.operation_id for row in rows])):
        told[step.tour].append(step)
    return [_rehearsal(project_id, row, told[row.operation_id], at) for row in rows]


def _rehearsal(project_id: str, row: Rehearsal, told: Sequence[Step], at: int) -> Rehearsed:
    edition, least = content.edition(project_id, row.version_id), _least(project_id, row)
    # On the first line it stands before anything is told.
    begun = [(row.place_in_order, line, True) for line in least][:1]
    taps = sorted([*begun, *((each.place_in_order, each.said, each.author_id == row.author_id) for each in told)])
    said = recited(taps, least, at)
    left = taps[-2][1] if len(taps) > 1 else None
    return Rehearsed(
        row.operation_id, row.effective_at, row.flat_id, row.version_id, edition.body["title"] if edition else {}, row.author_id,
        frozenset(said), left is not None and left not in said, len(least), certified_at(least, said),
    )  # fmt: skip


def _least(project_id: str, row: Rehearsal) -> dict[str, int]:
    """What saying each line of a rehearsal takes at least, by its key and in their order."""
    edition, site = content.edition(project_id, row.version_id), sites.project(project_id)
    flat = sites.flat(project_id, row.flat_id)
    if edition is None or edition.kind != "script" or flat is None or site is None:
        return {}
    stops = stops_of(edition.body, {**site.placeholders, **flat.placeholders}, rooms_of(project_id, flat, row.effective_at)[1])
    return {line.key: takes(line.words) for stop in stops for line in stop.lines}
