"""Everything that changes which tablets there are (P2-4.4.7b). Codes and credentials are made in enrolment.py."""

from webapp.base.i18n import N_
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import ADMIN, SUPERVISOR
from webapp.operations.rules import SESSION, SYSTEM
from webapp.tablets.forms import DrainForm, EnrolAgainForm, EnrolForm, ImportForm, RevokeForm, RuleForm, TabletForm
from webapp.tablets.models import Drain, Farewell, Import, ImportRuling, Reenrolment, Retirement, Revocation, Tablet


@operation("tablets.enrol", form=EnrolForm, roles={ADMIN, SUPERVISOR}, proof=SESSION, title=N_("Tablet enrolled"))
def enrol(form: EnrolForm, occasion: Occasion) -> None:
    """Take a tablet into the site: its number, its station, and by what its credential is known."""
    names = ("number", "name", "station", "credential_digest")
    occasion.record(
        Tablet, id=occasion.id, place_id=form.place.data, flat_id=form.flat.data, enrolled_at=occasion.effective_at,
        **{name: getattr(form, name).data for name in names},
    )  # fmt: skip


@operation("tablets.revoke", form=RevokeForm, roles={ADMIN, SUPERVISOR}, proof=SESSION, title=N_("Tablet revoked"))
def revoke(form: RevokeForm, occasion: Occasion) -> None:
    """Let a tablet in no more. What it still holds can only come by an import."""
    occasion.record(Revocation, tablet_id=form.tablet.data)


@operation("tablets.enrol_again", form=EnrolAgainForm, roles={ADMIN, SUPERVISOR}, proof=SESSION, title=N_("Tablet enrolled again"))
def enrol_again(form: EnrolAgainForm, occasion: Occasion) -> None:
    """Give a tablet a new credential; on a new store where its own is gone. Without a retirement before, that is a case."""
    names = ("store_epoch", "kept", "clean", "missing", "heard_at")
    occasion.record(Reenrolment, tablet_id=form.tablet.data, **{name: getattr(form, name).data for name in names})


@operation("tablets.retire", form=TabletForm, roles={ADMIN, SUPERVISOR}, proof=SESSION, title=N_("Tablet to be retired"))
def retire(form: TabletForm, occasion: Occasion) -> None:
    """Ask a tablet to leave. It goes on working until everything is sent, and then says farewell (`tablets.leave`)."""
    occasion.record(Farewell, tablet_id=form.tablet.data)


@operation("tablets.leave", form=TabletForm, roles={ADMIN, SUPERVISOR}, proof=SYSTEM, title=N_("Tablet retired"))
def leave(form: TabletForm, occasion: Occasion) -> None:
    """The tablet was asked to leave and the server has everything it holds: its credential ends here."""
    occasion.record(Retirement, tablet_id=form.tablet.data)


@operation("tablets.import", form=ImportForm, roles={ADMIN, SUPERVISOR}, proof=SESSION, title=N_("File of a tablet imported"))
def bring_in(form: ImportForm, occasion: Occasion) -> None:
    """Note who brought in which file. Its entries are their authors' and come by the ledger, or wait in quarantine."""
    names = ("parcel", "entries", "quarantined")
    occasion.record(Import, tablet_id=form.tablet.data, **{name: getattr(form, name).data for name in names})


@operation("tablets.rule", form=RuleForm, roles={ADMIN, SUPERVISOR}, proof=SESSION, title=N_("Quarantined file ruled on"))
def rule(form: RuleForm, occasion: Occasion) -> None:
    """Say whether the entries of a revoked tablet's file count."""
    occasion.record(ImportRuling, parcel=form.parcel.data, result=form.result.data)


@operation("tablets.drain", form=DrainForm, roles={ADMIN}, proof=SESSION, title=N_("Tablets asked to send everything"))
def drain(form: DrainForm, occasion: Occasion) -> None:
    """Tell every tablet that the address is about to change, or that it no longer is."""
    occasion.record(Drain, ends=form.ends.data)
