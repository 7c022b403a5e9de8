"""Everything that changes documents (P2-4.4.3d, design.md section 3a): one writes, another approves, nothing is written over."""

from webapp.base.i18n import N_
from webapp.content import owners
from webapp.content.forms import ApprovalForm, DecisionForm, DocumentForm, ReasonForm, VersionForm
from webapp.content.models import Act, Document, Version
from webapp.content.rules import APPROVED, NEVER, OFFERED, RETURNED, WITHDRAWN, WRITTEN
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import ADMIN, DESK, OFFICE
from webapp.operations.rules import SESSION


@operation("content.open", form=DocumentForm, roles=OFFICE, proof=SESSION, title=N_("Document opened"), among=owners.of_kind)
def open_document(form: DocumentForm, occasion: Occasion) -> None:
    """Begin a document; it says nothing until a version is in force."""
    occasion.record(Document, id=occasion.id, kind=form.kind.data, code=form.code.data)


@operation("content.publish", form=VersionForm, roles={ADMIN}, proof=SESSION, title=N_("Version published"))
def publish(form: VersionForm, occasion: Occasion) -> None:
    """Put a version in force without a review: what a site is set up with. Facts made by an earlier one keep naming that."""
    _version(form, occasion, occasion.effective_at)


@operation("content.write", form=VersionForm, roles=OFFICE, proof=SESSION, title=N_("Version written"), among=owners.of_document)
def write(form: VersionForm, occasion: Occasion) -> None:
    """Keep a draft (P2-4.4.3d: marketing writes what is said). Each time that it is kept it is a version of its own."""
    _version(form, occasion, NEVER)
    occasion.record(Act, version_id=occasion.id, what=WRITTEN, seen=0, from_at=None, reason=None)


@operation(
    "content.offer", form=DecisionForm, roles=OFFICE, proof=SESSION, decision=True, title=N_("Version offered for review"),
    among=owners.of_version,
)  # fmt: skip
def offer(form: DecisionForm, occasion: Occasion) -> None:
    """Ask for a review (送審)."""
    _act(form, occasion, OFFERED)


@operation("content.approve", form=ApprovalForm, roles=DESK, proof=SESSION, decision=True, title=N_("Version approved"))
def approve(form: ApprovalForm, occasion: Occasion) -> None:
    """Put a version in force, now or from a day ahead (批准). Of whoever wrote it himself it does not count."""
    _act(form, occasion, APPROVED, from_at=max(form.starts.data or 0, occasion.effective_at))


@operation("content.give_back", form=ReasonForm, roles=DESK, proof=SESSION, decision=True, title=N_("Version given back"))
def give_back(form: ReasonForm, occasion: Occasion) -> None:
    """Give a version back to be written again, and say why (退回)."""
    _act(form, occasion, RETURNED, reason=form.reason.data)


@operation(
    "content.withdraw", form=ReasonForm, roles=OFFICE, proof=SESSION, decision=True, title=N_("Version withdrawn"),
    among=owners.of_withdrawal,
)  # fmt: skip
def withdraw(form: ReasonForm, occasion: Occasion) -> None:
    """Take a version back from wherever it stands (撤回); was it in force, the one before it is again."""
    _act(form, occasion, WITHDRAWN, reason=form.reason.data)


def _version(form: VersionForm, occasion: Occasion, effective_at: int) -> None:
    occasion.record(
        Version, id=occasion.id, document_id=form.document.data, number=form.number.data, body=form.body.data,
        effective_at=effective_at,
    )  # fmt: skip


def _act(form: DecisionForm, occasion: Occasion, what: str, *, from_at: int | None = None, reason: str | None = None) -> None:
    occasion.record(Act, version_id=form.version.data, what=what, seen=form.seen.data, from_at=from_at, reason=reason)
