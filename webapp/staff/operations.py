"""Everything that changes who works here and in which role (P2-3.1). How they sign in is in access.py: a secret never
stands in a receipt."""

from webapp.base.i18n import N_
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import ADMIN, DESK, OFFICE
from webapp.operations.rules import SESSION
from webapp.staff.forms import JoinForm, LockForm, NamedForm, PersonForm, RoleForm, ViewForm
from webapp.staff.models import Departure, Membership, Person, Reopening, View


@operation("staff.add_person", form=PersonForm, roles={ADMIN}, proof=SESSION, title=N_("Person added"))
def add_person(form: PersonForm, occasion: Occasion) -> None:
    """Record a person: a name, how colleagues call them, the language they read."""
    occasion.record(Person, id=occasion.id, name=form.name.data, call_name=form.call_name.data, language=form.language.data)


@operation("staff.join", form=JoinForm, roles={ADMIN}, proof=SESSION, title=N_("Role given"))
def join(form: JoinForm, occasion: Occasion) -> None:
    """Give a person a role in this project, from now on; where it says until when, only so long (domain.md: deputies)."""
    occasion.record(Membership, person_id=form.person.data, role=form.role.data, until=form.until.data)


@operation("staff.leave", form=RoleForm, roles={ADMIN}, proof=SESSION, title=N_("Role ended"))
def leave(form: RoleForm, occasion: Occasion) -> None:
    """End a person's role in this project. What they recorded stays theirs."""
    occasion.record(Departure, person_id=form.person.data, role=form.role.data)


@operation("staff.reopen_code", form=LockForm, roles=DESK, proof=SESSION, decision=True, title=N_("Locked code opened again"))
def reopen_code(form: LockForm, occasion: Occasion) -> None:
    """Let a person's code be tried again at a tablet where it was locked. The count of wrong tries itself is access.py's."""
    occasion.record(Reopening, person_id=form.person.data, at_tablet=form.tablet.data)


@operation("staff.keep_view", form=ViewForm, roles=OFFICE, proof=SESSION, title=N_("View of a list kept"))
def keep_view(form: ViewForm, occasion: Occasion) -> None:
    """Call the filters of a list by a name of one's own (design.md section 3a)."""
    occasion.record(View, table_name=form.table.data, name=form.name.data, said=form.said.data, is_kept=True)


@operation("staff.forget_view", form=NamedForm, roles=OFFICE, proof=SESSION, title=N_("View of a list forgotten"))
def forget_view(form: NamedForm, occasion: Occasion) -> None:
    """Call them so no more."""
    occasion.record(View, table_name=form.table.data, name=form.name.data, said=None, is_kept=False)
