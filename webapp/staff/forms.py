"""What recording a person asks for."""

from webapp.base.i18n import LANGUAGES
from webapp.operations.fields import Choice, Form, Identity, Instant, Text
from webapp.operations.roles import ALL_ROLES


class PersonForm(Form):
    name = Text(most=80)
    call_name = Text(most=40)
    language = Choice(of=LANGUAGES)


class LockForm(Form):
    """Whose code at which tablet; both looked at by shape only, for the desk lists what it offers."""

    person = Identity()
    tablet = Identity()


class JoinForm(Form):
    """As RoleForm; `until`: when the role ends by itself, as a deputy's does."""

    person = Identity()
    role = Choice(of=sorted(ALL_ROLES))
    until = Instant(optional=True)


class RoleForm(Form):
    """`person` is looked at by shape only: another project may have recorded him first."""

    person = Identity()
    role = Choice(of=sorted(ALL_ROLES))


class NamedForm(Form):
    """A name that somebody has given to the filters of a list."""

    table = Text(most=32)
    name = Text(most=40)


class ViewForm(NamedForm):
    """`said`: the filters, as they stand in the address; blank is none."""

    said = Text(most=1000, optional=True)
