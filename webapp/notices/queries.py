"""Reads of an inbox: its owner's alone."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import select

from webapp.base.database import db
from webapp.base.i18n import N_
from webapp.notices.models import IN_APP, Notice, Reading
from webapp.notices.rules import (
    ASKED_FOR,
    ASSIGNED,
    AWAITING,
    CRITICAL,
    DISPUTED,
    DUE_SOON,
    EXCEPTIONS,
    KEPT_WITHIN,
    LOST,
    LOW,
    MISSED,
    OVERDUE,
    RETURNED,
    TO_VERIFY,
    TWICE,
    UNANSWERED,
    UNATTENDED,
    WITHDRAWN,
)

MOST = 200
KIND_NAMES = {
    ASSIGNED: N_("A corrective action is yours"),
    DUE_SOON: N_("A corrective action is due within two hours"),
    OVERDUE: N_("A corrective action is overdue"),
    TO_VERIFY: N_("A corrective action is to be verified"),
    CRITICAL: N_("A critical point of a check is not in order"),
    MISSED: N_("A checklist was missed"),
    DISPUTED: N_("A handover is disputed"),
    UNATTENDED: N_("Nobody came to take over"),
    UNANSWERED: N_("A check was submitted without a critical point"),
    EXCEPTIONS: N_("A handover was taken over with exceptions"),
    LOST: N_("A thing is lost"),
    LOW: N_("Shoe covers run low"),
    AWAITING: N_("A version waits for your approval"),
    RETURNED: N_("A version of yours was given back"),
    ASKED_FOR: N_("Supplies were asked for"),
    TWICE: N_("A handover was answered twice"),
    WITHDRAWN: N_("A version that was in force was withdrawn"),
}
_READ = sa.exists().where(
    Reading.project_id == Notice.project_id, Reading.notice == Notice.id, Reading.author_id == Notice.person_id
)


def inbox(project_id: str, person_id: str, at: int) -> Sequence[tuple[Notice, bool]]:
    """(notice, whether it was read) of somebody, unread first and then the newest."""
    mine = _of(project_id, person_id, at)
    wanted = select(Notice, _READ.label("is_read")).where(*mine).order_by("is_read", Notice.event_at.desc(), Notice.id).limit(MOST)
    return [(row.Notice, bool(row.is_read)) for row in db.session.execute(wanted)]


def unread(project_id: str, person_id: str, at: int) -> int:
    """How many wait to be read."""
    wanted = select(sa.func.count()).select_from(Notice).where(*_of(project_id, person_id, at), ~_READ)
    return db.session.scalar(wanted) or 0


def own(project_id: str, person_id: str, wanted: Sequence[str]) -> list[str]:
    """Which of these are notices to somebody."""
    mine = (Notice.project_id == project_id, Notice.person_id == person_id, Notice.id.in_(list(wanted)))
    return list(db.session.scalars(select(Notice.id).where(*mine)))


def _of(project_id: str, person_id: str, at: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Notice.project_id == project_id, Notice.person_id == person_id, Notice.channel == IN_APP,
        Notice.made_at > at - KEPT_WITHIN,
    )  # fmt: skip
