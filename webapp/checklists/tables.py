"""Checks by day as a table (P2-4.4.2c): every run that was due, how it stands, what was not in order."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.base.i18n import N_, words
from webapp.base.table import SPAN, Column, Filter, Scope, Table
from webapp.checklists import queries
from webapp.checklists.queries import Check
from webapp.checklists.rules import Standing
from webapp.sites import queries as sites
from webapp.staff.lists import PLACE, Names

DAYS = (7, 31)
"""Each day asks for every list of every post."""
STANDING_NAMES = {
    Standing.AHEAD: N_("To come"), Standing.DUE: N_("Open now"), Standing.LATE: N_("Late"), Standing.DONE: N_("Finished"),
    Standing.ACCEPTED: N_("Finished"), Standing.MISSED: N_("Missed"), Standing.UNKNOWN: N_("Not known"),
    Standing.RETURNED: N_("Returned"), Standing.VOIDED: N_("Voided"),
}  # fmt: skip
LEFT_OPEN = {"submitted": N_("Submitted"), "unfinished": N_("Not finished")}
"""What is not finished though somebody said so, or though its time is over: points that were asked have no answer."""
STATE_NAMES = STANDING_NAMES | LEFT_OPEN


@dataclass(frozen=True)
class Run:
    """A run with how it stands."""

    check: Check
    standing: Standing

    @property
    def day(self) -> str:
        return self.check.day

    @property
    def key(self) -> str:
        return self.check.key

    @property
    def due_at(self) -> int | None:
        return self.check.window.closes_at

    @property
    def state(self) -> str:
        """How it stands, or that it was submitted or left with points open."""
        if not self.check.run.left or self.standing not in (Standing.DONE, Standing.ACCEPTED):
            return str(self.standing)
        return "unfinished" if self.check.run.submitted_at is None else "submitted"

    @property
    def failed(self) -> int:
        return len(self.check.run.failed)


def _source(scope: Scope) -> Iterator[Run]:
    site = sites.project(scope.project_id)
    since, until = scope.span(*DAYS)
    place, wanted = CHECKS.wanted(scope, "place"), CHECKS.wanted(scope, "standing")
    while site and since < until:
        _start, end = sites.day_around(site, since)
        for where, role in queries.watched(site, since):
            if place not in ("", where):
                continue
            for check in queries.runs(site, where, role, min(scope.at, end - 1)):
                found = queries.standing_of(site, check, min(scope.at, end - 1))
                is_of_day = check.run.done or check.edition.body["purpose"] != "inspection"
                row = Run(check, found)
                if is_of_day and (not wanted or STATE_NAMES[row.state] == STATE_NAMES[wanted]):
                    yield row
        since = end


def _standings(_scope: Scope) -> list[tuple[str, str]]:
    return [(key, str(_(name))) for key, name in STATE_NAMES.items() if key is not Standing.ACCEPTED]


def _state(row: Run, _told: Names) -> str:
    """How it stands; where it was said to be done, or its time is over, with points left open: how many."""
    left, name = len(row.check.run.left), str(_(STATE_NAMES[row.state]))
    if row.state not in LEFT_OPEN:
        return name
    return f"{name} · {ngettext('%(num)s point is not answered', '%(num)s points are not answered', left)}"


def _failed(row: Run, _told: Names) -> str:
    return " · ".join(words(line.item["prompt"]) for line in row.check.run.failed)


CHECKS = Table(
    name="checks",
    title=N_("Checks by day"),
    columns=(
        Column("day", N_("Day"), lambda row, _told: row.day[:10], "day"),
        Column("place", N_("Place"), lambda row, told: told.places.get(row.check.place_id, "")),
        Column("list", N_("Checklist"), lambda row, _told: words(row.check.edition.body["title"]), kind="words"),
        Column("due", N_("Due by"), lambda row, told: told.moment(row.due_at), "due_at"),
        Column("standing", N_("State"), _state, "state", "words"),
        Column("done", N_("Answered"), lambda row, _told: f"{row.check.run.done} / {row.check.run.total}", kind="figure"),
        Column("failed", N_("Not in order"), _failed, "failed", "words"),
    ),
    filters=(PLACE, Filter("standing", N_("State"), _standings), *SPAN),
    source=_source,
    told=Names,
    order="-day",
    ties=("key",),
    span=DAYS,
)
