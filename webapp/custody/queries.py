"""Reads of things: what there is, who holds it, what happened to it."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import select

from webapp.base.database import db
from webapp.base.i18n import N_, words
from webapp.custody.models import Asset, Event, Reversal
from webapp.custody.rules import (
    BACK,
    DAMAGED,
    FOUND,
    HANDED,
    KINDS,
    LENT,
    LOST,
    MENDED,
    TAKEN,
    Happened,
    Standing,
    counted,
    standing,
)
from webapp.operations.declarations import Remains, remains, state

LAST = 9
"""So many of each kind of event tell how a thing stands now; a digest reads all of them."""
KIND_NAMES = {
    "key": N_("Key"), "radio": N_("Radio"), "card": N_("Door card"), "umbrella": N_("Umbrella"), "facility": N_("Facility"),
    "other": N_("Something else"),
}  # fmt: skip
EVENT_NAMES = {
    TAKEN: N_("Thing taken"), LENT: N_("Lent to a guest"), HANDED: N_("Handed over"), BACK: N_("Thing given back"),
    DAMAGED: N_("Damage noted"), MENDED: N_("In order again"), LOST: N_("Thing lost"), FOUND: N_("Thing found"),
}  # fmt: skip


@dataclass(frozen=True)
class Thing:
    """A thing and how it stands."""

    asset: Asset
    now: Standing

    @property
    def code(self) -> str:
        return self.asset.code

    @property
    def since(self) -> int | None:
        """Since when the last who took it has it."""
        return self.now.holders[-1].since if self.now.holders else None


def assets(project_id: str, place_id: str | None = None) -> Sequence[Asset]:
    """What somebody answers for, keys first, each kind by its numbers."""
    wanted = select(Asset).where(Asset.project_id == project_id)
    if place_id:
        wanted = wanted.where(Asset.place_id == place_id)
    return sorted(db.session.scalars(wanted), key=lambda each: (KINDS.index(each.kind), each.code))


def things(project_id: str, at: int, place_id: str | None = None) -> list[Thing]:
    """Everything with how it stands at an instant: two queries however many things and years."""
    told = _events(project_id, at)
    return [Thing(asset, standing(told.get(asset.id, ()))) for asset in assets(project_id, place_id)]


def _events(project_id: str, at: int) -> Mapping[str, list[Happened]]:
    rank = sa.func.row_number().over(
        partition_by=[Event.asset_id, Event.what], order_by=[column.desc() for column in Event.order()]
    )
    names = (Event.effective_at, Event.tablet_no, Event.epoch, Event.seq, Event.operation_id, Event.line)
    ranked = (
        select(*names, Event.asset_id, Event.author_id, Event.what, Event.note, Event.party, rank.label("rank"))
        .where(Event.project_id == project_id, Event.effective_at <= at, Reversal.spares(Event, at))
        .subquery()
    )
    found: dict[str, list[Happened]] = defaultdict(list)
    for row in db.session.execute(select(ranked).where(ranked.c.rank <= LAST)):
        found[row.asset_id].append(Happened(tuple(row[: len(names)]), row.author_id, row.what, row.note, row.party))
    return found


def happened(project_id: str, since: int, until: int) -> Sequence[Event]:
    """What happened to things from `since` on and before `until`, in the tie order; what was undone by then did not."""
    wanted = select(Event).where(
        Event.project_id == project_id, Event.effective_at >= since, Event.effective_at < until, Reversal.spares(Event, until - 1)
    )
    return db.session.scalars(wanted.order_by(*Event.order())).all()


def told(project_id: str, since: int, until: int, place_id: str) -> list[Event]:
    """What of `happened` to the things of a place is worth a line in its record: loans and their return, losses, damage. Who held
    a key is not: the handovers say so."""
    lent = {each.asset.id: each.now.is_lent for each in things(project_id, since - 1, place_id)}
    found = []
    for row in happened(project_id, since, until):
        if row.asset_id not in lent:
            continue
        if row.what in (LENT, LOST, FOUND, DAMAGED, MENDED) or (row.what == BACK and lent[row.asset_id]):
            found.append(row)
        if row.what not in (DAMAGED, MENDED):
            lent[row.asset_id] = row.what == LENT
    return found


def changed_nothing(project_id: str, rows: Iterable[Event], at: int) -> set[str]:
    """The events of these, by their ids, that passed on what was in nobody's hands any more, as it stands at an instant."""
    asked = [row for row in rows if row.what == HANDED]
    wanted = select(Event).where(
        Event.project_id == project_id, Event.asset_id.in_({row.asset_id for row in asked}), Event.effective_at <= at,
        Reversal.spares(Event, at),
    )  # fmt: skip
    told: dict[str, list[Happened]] = defaultdict(list)
    for row in db.session.scalars(wanted) if asked else ():
        told[row.asset_id].append(_happened(row))
    known = {(asset_id, each.order) for asset_id, events in told.items() for each in counted(events)}
    return {_id_of(row) for row in asked if (row.asset_id, row.place_in_order) not in known}


def event_words(row: Event, idle: Container[str]) -> str:
    """What happened to a thing, in words; `idle`: of `changed_nothing`."""
    return str(_("Handed over, but it was in nobody’s hands") if _id_of(row) in idle else _(EVENT_NAMES[row.what]))


def _id_of(row: Event) -> str:
    return f"{row.operation_id}.{row.line}"


def _happened(row: Event) -> Happened:
    return Happened(row.place_in_order, row.author_id, row.what, row.note, row.party)


@remains
def kept(project_id: str, place_id: str, at: int) -> Remains:
    """The keys, radios and loans of a place that are not lost."""
    found = [each for each in things(project_id, at, place_id) if not each.now.is_lost]
    return [(f"{words(each.asset.names)} {each.code}", "/things") for each in found]


@state("custody")
def digest(project_id: str, at: int) -> dict[str, Any]:
    """Things by their numbers with how they stand, and everything that happened to them in the tie order."""
    rows = happened(project_id, 0, at + 1)
    told: dict[str, list[Happened]] = defaultdict(list)
    for row in rows:
        told[row.asset_id].append(_happened(row))
    known = sorted(assets(project_id), key=lambda each: each.code)
    return {
        "assets": [
            {"code": each.code, "id": each.id, "kind": each.kind, "place": each.place_id} | _digest_of(standing(told[each.id]))
            for each in known
        ],
        "events": [
            {
                "asset": row.asset_id, "at": row.effective_at, "author": row.author_id, "note": row.note, "party": row.party,
                "what": row.what,
            }
            for row in rows
        ],
    }  # fmt: skip


def _digest_of(now: Standing) -> dict[str, Any]:
    return {
        "concerns": list(now.concerns),
        "holders": [{"author": each.by, "lent": each.lent, "party": each.party, "since": each.since} for each in now.holders],
        "where": now.where,
    }
