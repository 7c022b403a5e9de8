"""Everything that changes a site (P2-1). Reference data: an administrator's work at a desk, never a tablet's."""

from webapp.base.i18n import N_
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import ADMIN, SUPERVISOR
from webapp.operations.rules import SESSION
from webapp.sites.forms import (
    DatesForm,
    FlatClosingForm,
    FlatFiguresForm,
    FlatForm,
    FlatNamesForm,
    PlaceClosingForm,
    PlaceForm,
    PlaceNamesForm,
    PostClosingForm,
    PostForm,
    PostNamesForm,
    PrintingForm,
    ProfileForm,
    ProjectForm,
)  # fmt: skip
from webapp.sites.models import Closing, Figures, Flat, Milestones, Naming, Place, Post, Printing, Profile, Project
from webapp.sites.rules import DATES


@operation("sites.open_project", form=ProjectForm, roles={ADMIN}, proof=SESSION, title=N_("Site opened"))
def open_project(form: ProjectForm, occasion: Occasion) -> None:
    """Open a site. Its id is the project the occasion already names."""
    occasion.record(
        Project, id=occasion.project_id, code=form.code.data, names=form.names.data, zone=form.zone.data,
        record_language=form.record_language.data, opens=form.opens.data, closes=form.closes.data,
        is_demo=form.is_demo.data, placeholders=form.placeholders.data or {},
    )  # fmt: skip


@operation(
    "sites.set_dates", form=DatesForm, roles={ADMIN, SUPERVISOR}, proof=SESSION, decision=True, title=N_("Dates of the site set")
)
def set_dates(form: DatesForm, occasion: Occasion) -> None:
    """Say when the site opens (開盤), is sold out, is moved into (入住) and leaves its warranty; the stage follows from that."""
    names = (*DATES, "stage", "reason")
    occasion.record(Milestones, **{name: getattr(form, name).data for name in names})


@operation(
    "sites.set_printing", form=PrintingForm, roles={ADMIN, SUPERVISOR}, proof=SESSION, decision=True,
    title=N_("Printed sheets set"),
)  # fmt: skip
def set_printing(form: PrintingForm, occasion: Occasion) -> None:
    """Say what printed sheets are headed with, how long they are kept (保存期限), whether they are signed in ink too, and in which
    language they are written."""
    names = ("company", "kept_years", "in_ink", "language")
    occasion.record(Printing, **{name: getattr(form, name).data for name in names})


@operation("sites.set_profile", form=ProfileForm, roles={ADMIN}, proof=SESSION, decision=True, title=N_("Size of the team set"))
def set_profile(form: ProfileForm, occasion: Occasion) -> None:
    """Say whether the team is small: then whoever put something right may verify it himself (domain section 0.12)."""
    occasion.record(Profile, profile=form.profile.data)


@operation("sites.add_place", form=PlaceForm, roles={ADMIN}, proof=SESSION, title=N_("Place added"))
def add_place(form: PlaceForm, occasion: Occasion) -> None:
    """Add a place to the site."""
    occasion.record(Place, id=occasion.id, kind=form.kind.data, code=form.code.data, names=form.names.data)


@operation("sites.add_flat", form=FlatForm, roles={ADMIN}, proof=SESSION, title=N_("Show flat added"))
def add_flat(form: FlatForm, occasion: Occasion) -> None:
    """Add a show flat (樣板房) and the figures its lines speak of (P2-4.4.3a)."""
    occasion.record(
        Flat, id=occasion.id, place_id=form.place.data, code=form.code.data, unit_type=form.unit_type.data,
        title=form.title.data, area=form.area.data, placeholders=form.placeholders.data or {},
        plan=form.plan.data, changes=form.changes.data,
    )  # fmt: skip


@operation("sites.add_post", form=PostForm, roles={ADMIN}, proof=SESSION, title=N_("Post added"))
def add_post(form: PostForm, occasion: Occasion) -> None:
    """Add a post (崗位, P2-4.3.1)."""
    occasion.record(Post, id=occasion.id, place_id=form.place.data, code=form.code.data, role=form.role.data, names=form.names.data)


@operation("sites.rename_place", form=PlaceNamesForm, roles={ADMIN}, proof=SESSION, decision=True, title=N_("Place renamed"))
def rename_place(form: PlaceNamesForm, occasion: Occasion) -> None:
    """Give a place other names. What is recorded names it by its id, so they stand everywhere at once."""
    occasion.record(Naming, subject_id=form.place.data, names=form.names.data)


@operation("sites.rename_flat", form=FlatNamesForm, roles={ADMIN}, proof=SESSION, decision=True, title=N_("Show flat renamed"))
def rename_flat(form: FlatNamesForm, occasion: Occasion) -> None:
    """Give a show flat another title."""
    occasion.record(Naming, subject_id=form.flat.data, names=form.title.data)


@operation("sites.rename_post", form=PostNamesForm, roles={ADMIN}, proof=SESSION, decision=True, title=N_("Post renamed"))
def rename_post(form: PostNamesForm, occasion: Occasion) -> None:
    """Give a post other names."""
    occasion.record(Naming, subject_id=form.post.data, names=form.names.data)


@operation("sites.refit_flat", form=FlatFiguresForm, roles={ADMIN}, proof=SESSION, decision=True, title=N_("Show flat changed"))
def refit_flat(form: FlatFiguresForm, occasion: Occasion) -> None:
    """Give a show flat other figures and another plan, whole. What was said to guests stays as it was said."""
    figures = {name: getattr(form, name).data for name in ("unit_type", "area", "plan")}
    figures["placeholders"] = form.placeholders.data or {}
    occasion.record(Figures, subject_id=form.flat.data, figures=figures)


@operation(
    "sites.close_place", form=PlaceClosingForm, roles={ADMIN}, proof=SESSION, decision=True, title=N_("Last day of a place set")
)
def close_place(form: PlaceClosingForm, occasion: Occasion) -> None:
    """Say after which day a place is offered no longer, its flats and posts with it; without a day it is again. Nothing of it goes:
    what was recorded there keeps its name, and what a tablet brings late is taken."""
    occasion.record(Closing, subject_id=form.place.data, last_day=form.last_day.data)


@operation(
    "sites.close_flat", form=FlatClosingForm, roles={ADMIN}, proof=SESSION, decision=True, title=N_("Last day of a show flat set")
)
def close_flat(form: FlatClosingForm, occasion: Occasion) -> None:
    """Say after which day a show flat is offered no longer; without a day it is again."""
    occasion.record(Closing, subject_id=form.flat.data, last_day=form.last_day.data)


@operation(
    "sites.close_post", form=PostClosingForm, roles={ADMIN}, proof=SESSION, decision=True, title=N_("Last day of a post set")
)
def close_post(form: PostClosingForm, occasion: Occasion) -> None:
    """Say after which day a post is offered no longer; without a day it is again."""
    occasion.record(Closing, subject_id=form.post.data, last_day=form.last_day.data)
