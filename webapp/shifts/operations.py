"""Everything that changes who is on post (P2-3.1, P2-4.4.7a)."""

from webapp.base.i18n import N_
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import ADMIN, GREETER, SUPERVISOR, WATER_BAR
from webapp.operations.rules import PIN, POST, SESSION
from webapp.shifts.forms import HoursForm, KindForm, KindNamesForm, PostForm
from webapp.shifts.models import Hours, LeftPost, ShiftKind, TakenPost
from webapp.shifts.queries import adding_against, hours_against
from webapp.sites.models import Naming

STAFF = {GREETER, WATER_BAR, SUPERVISOR}


@operation(
    "shifts.add_kind", form=KindForm, roles={ADMIN, SUPERVISOR}, proof=SESSION, title=N_("Shift added"), against=adding_against
)
def add_kind(form: KindForm, occasion: Occasion) -> None:
    """Add a kind of shift (班次). Records of the days before its first are cut as they were."""
    occasion.record(
        ShiftKind, id=occasion.id, code=form.code.data, names=form.names.data, starts=form.starts.data, ends=form.ends.data,
        since=form.since.data,
    )  # fmt: skip


@operation(
    "shifts.set_hours", form=HoursForm, roles={ADMIN, SUPERVISOR}, proof=SESSION, decision=True, title=N_("Hours of a shift set"),
    against=hours_against,
)  # fmt: skip
def set_hours(form: HoursForm, occasion: Occasion) -> None:
    """Give a shift other hours from a day to come on; without hours it is held no longer. The days before stay as they were."""
    occasion.record(Hours, shift_id=form.shift.data, since=form.since.data, starts=form.starts.data, ends=form.ends.data)


@operation(
    "shifts.rename_kind", form=KindNamesForm, roles={ADMIN, SUPERVISOR}, proof=SESSION, decision=True, title=N_("Shift renamed")
)
def rename_kind(form: KindNamesForm, occasion: Occasion) -> None:
    """Give a kind of shift other names."""
    occasion.record(Naming, subject_id=form.shift.data, names=form.names.data)


@operation("shifts.take_post", form=PostForm, roles=STAFF, proof=PIN, offline=True, title=N_("Post taken"))
def take_post(form: PostForm, occasion: Occasion) -> None:
    """Stand at a post from now on (上崗). Needs the six digits: what follows without them is under this name."""
    occasion.record(TakenPost, post_id=form.post.data)


@operation("shifts.leave_post", form=PostForm, roles=STAFF, proof=POST, offline=True, title=N_("Post left"))
def leave_post(form: PostForm, occasion: Occasion) -> None:
    """Leave a post (離崗)."""
    occasion.record(LeftPost, post_id=form.post.data)
