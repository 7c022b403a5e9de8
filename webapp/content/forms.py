"""What publishing asks for."""

from typing import Any

from webapp.content.rules import KINDS, problems
from webapp.operations.fields import Choice, Document, Form, Invalid, Number, Reference, Text


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
