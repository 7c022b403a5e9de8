"""Everything that changes documents (design.md section 3a). Author and approver are told apart where the approval is built."""

from webapp.base.i18n import N_
from webapp.content.forms import DocumentForm, VersionForm
from webapp.content.models import Document, Version
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import ADMIN, MARKETING
from webapp.operations.rules import SESSION


@operation("content.open", form=DocumentForm, roles={ADMIN, MARKETING}, proof=SESSION, title=N_("Document opened"))
def open_document(form: DocumentForm, occasion: Occasion) -> None:
    """Begin a document; it says nothing until a version is published."""
    occasion.record(Document, id=occasion.id, kind=form.kind.data, code=form.code.data)


@operation("content.publish", form=VersionForm, roles={ADMIN, MARKETING}, proof=SESSION, title=N_("Version published"))
def publish(form: VersionForm, occasion: Occasion) -> None:
    """Put a version in force. Facts made by an earlier one keep pointing at that."""
    occasion.record(
        Version, id=occasion.id, document_id=form.document.data, number=form.number.data, body=form.body.data,
        effective_at=occasion.effective_at,
    )  # fmt: skip
