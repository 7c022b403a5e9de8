"""Reads of remarks and handovers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from webapp.base.database import db
from webapp.base.i18n import N_
from webapp.duty.models import Acceptance, Offer, Remark
from webapp.duty.rules import Accepted, Handover, concerns, status
from webapp.operations.declarations import state


def remarks(project_id: str, since: int, until: int, place_id: str | None = None) -> Sequence[Remark]:
    """Remarks from `since` on and before `until`, newest first."""
    wanted = select(Remark).where(Remark.project_id == project_id, Remark.effective_at >= since, Remark.effective_at < until)
    if place_id:
        wanted = wanted.where(Remark.place_id == place_id)
    return db.session.scalars(wanted.order_by(*(column.desc() for column in Remark.order()))).all()


def handovers(project_id: str, since: int, until: int, at: int, place_id: str | None = None) -> list[Handover]:
    """Offers from `since` on and before `until` with the answers given by `at`, newest first."""
    wanted = select(Offer).where(
        Offer.project_id == project_id, Offer.effective_at >= since, Offer.effective_at < until, Offer.effective_at <= at
    )
    if place_id:
        wanted = wanted.where(Offer.place_id == place_id)
    answers = _answers(project_id, since, at)
    found = [_handover(row, tuple(answers.get(row.operation_id, ()))) for row in db.session.scalars(wanted)]
    return sorted(found, key=lambda each: each.order, reverse=True)


def handover(project_id: str, offer_id: str, at: int) -> Handover | None:
    """One handover; None where its offer has not arrived."""
    row = db.session.scalars(select(Offer).where(Offer.project_id == project_id, Offer.operation_id == offer_id)).one_or_none()
    return _handover(row, tuple(_answers(project_id, 0, at, offer_id).get(offer_id, ()))) if row else None


def without_beginning(project_id: str, since: int, at: int) -> list[str]:
    """Answers to offers that have not come: those are still on a tablet."""
    known = select(Offer.operation_id).where(Offer.project_id == project_id)
    wanted = select(Acceptance.offer).where(
        Acceptance.project_id == project_id, Acceptance.effective_at >= since, Acceptance.effective_at <= at,
        Acceptance.offer.not_in(known),
    )  # fmt: skip
    return sorted(set(db.session.scalars(wanted)))


def _answers(project_id: str, since: int, at: int, offer_id: str | None = None) -> Mapping[str, list[Accepted]]:
    wanted = select(Acceptance).where(
        Acceptance.project_id == project_id, Acceptance.effective_at >= since, Acceptance.effective_at <= at
    )
    if offer_id:
        wanted = wanted.where(Acceptance.offer == offer_id)
    found: dict[str, list[Accepted]] = defaultdict(list)
    for row in db.session.scalars(wanted.order_by(*Acceptance.order())):
        found[row.offer].append(Accepted(row.place_in_order, row.operation_id, row.author_id, row.result, row.exceptions))
    return found


def _handover(row: Offer, answers: tuple[Accepted, ...]) -> Handover:
    return Handover(
        row.operation_id, row.place_in_order, row.place_id, row.post_id, row.author_id, row.to_person_id, row.note, answers
    )


@state("duty")
def digest(project_id: str, at: int) -> dict[str, Any]:
    """Remarks and handovers in the tie order, and the answers whose offer has not come."""
    return {
        "handovers": [_digest_of(each) for each in reversed(handovers(project_id, 0, at + 1, at))],
        "remarks": [
            {
                "at": row.effective_at, "author": row.author_id, "category": row.category, "place": row.place_id,
                "post": row.post_id, "text": row.text,
            }
            for row in reversed(remarks(project_id, 0, at + 1))
        ],
        "without_beginning": without_beginning(project_id, 0, at),
    }  # fmt: skip


def _digest_of(each: Handover) -> dict[str, Any]:
    return {
        "answers": [
            {"at": answer.at, "author": answer.author_id, "exceptions": answer.exceptions, "result": answer.result}
            for answer in each.answers
        ],
        "at": each.at, "author": each.author_id, "concerns": list(concerns(each)), "id": each.id, "note": each.note,
        "place": each.place_id, "post": each.post_id, "status": status(each).value, "to": each.to_person_id,
    }  # fmt: skip


CATEGORY_NAMES = {
    "normal": N_("Worth knowing"),
    "abnormal": N_("Abnormal"),
    "safety": N_("Safety"),
    "repair": N_("Repair"),
    "visitor": N_("Visitors"),
    "stock": N_("Supplies"),
}
"""What a kind of remark is called."""
