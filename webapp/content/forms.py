"""What writing and deciding ask for."""

from typing import Any

from webapp.content.rules import KINDS, problems
from webapp.operations.fields import Choice, Document, Form, Instant, Invalid, Number, Reference, Text


class Body(Document):
    """The body of a version, by the schema of its kind."""

    def parse(self, text: str) -> dict[str, Any]:
        body: dict[str, Any] = super().parse(text)
        if problems(body):
            raise Invalid("malformed")
        return body


class DocumentForm(Form):
    kind = Choice(of=KINDS)
    code = Text(most=64)


class VersionForm(Form):
    document = Reference("content.document")
    number = Number(least=1, most=100_000)
    body = Body()


class DecisionForm(Form):
    """`seen`: how many acts of the version stood on the page that was decided by."""

    version = Reference("content.version")
    seen = Number(most=100)


class ApprovalForm(DecisionForm):
    """`starts`: from when it is in force; blank is at once, and an instant that has passed too."""

    starts = Instant(optional=True)


class ReasonForm(DecisionForm):
    reason = Text(most=500, lines=True)
