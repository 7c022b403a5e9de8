"""What a ruling says."""

from webapp.operations.fields import Choice, Form, Identity, Text
from webapp.repairs.models import REJECTED, RELEASED


class RuleForm(Form):
    entry = Identity()
    result = Choice(of=(RELEASED, REJECTED))
    reason = Text(most=500, lines=True, optional=True)
