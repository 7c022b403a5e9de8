"""What is said of a corrective action."""

from webapp.actions.rules import ORIGINS, PRIORITIES, VERDICTS
from webapp.operations.fields import Choice, Form, Identity, Instant, Photos, Reference, Text, UndoForm


class OpenForm(Form):
    """`subject`: the entry that it comes from; `assignee` is looked at by shape only, for people belong to the organisation."""

    origin = Choice(of=ORIGINS)
    subject = Identity()
    place = Reference("sites.place")
    title = Text(most=500, lines=True)
    priority = Choice(of=PRIORITIES, optional=True)
    assignee = Identity(optional=True)
    due = Instant(optional=True)


class DoneForm(Form):
    action = Identity()
    note = Text(most=500, lines=True, optional=True)
    photos = Photos(optional=True)
    when = Instant(optional=True, back_dates=True)


class VerifyForm(Form):
    action = Identity()
    seen = Identity()
    result = Choice(of=VERDICTS)
    note = Text(most=500, lines=True, optional=True)


class CancelForm(Form):
    action = Identity()
    seen = Identity()
    reason = Text(most=500, lines=True)


class PlanForm(Form):
    action = Identity()
    seen = Identity()
    assignee = Identity(optional=True)
    due = Instant()
    priority = Choice(of=PRIORITIES)


class ReverseForm(UndoForm):
    """`entry`: what is undone; `action` only lets the tablet's own page follow."""

    action = Identity(optional=True)
