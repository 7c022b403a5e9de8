"""Everything that happens to keys, radios, cards and what is lent (保管與交接, P2-4.3.1f)."""

from typing import Any

from webapp.base.i18n import N_
from webapp.custody.forms import AssetForm, DamageForm, EventForm, LendForm, LossForm, ReverseForm
from webapp.custody.models import Asset, Event, Reversal
from webapp.custody.rules import BACK, DAMAGED, FOUND, LENT, LOST, MENDED, TAKEN
from webapp.operations.effects import Latest, Step
from webapp.operations.fields import UndoForm
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import ADMIN, DEPUTY, GREETER, SUPERVISOR, WATER_BAR
from webapp.operations.rules import PIN, POST, SESSION

STAFF = {GREETER, WATER_BAR, SUPERVISOR}


def now_is(where: str, words: str, state: str = "", of: str = "asset", reads: str = "", only: tuple[str, ...] = ()) -> list[Latest]:
    """Where a thing is, for its button; in words that name nobody, for a tablet knows only that it was said here;
    and as a line of a handover has it. `of`: the field that names it; `reads`, `only`: of `Latest`."""
    told = {"": where, "/words": words, "/state": state or where}
    return [Latest(f"asset/{{{of}}}{part}", value, reads, only) for part, value in told.items()]


def _happened(occasion: Occasion, form: Any, what: str, note: str | None = None, party: str | None = None) -> None:
    occasion.record(Event, asset_id=form.asset.data, what=what, note=note, party=party)


@operation("custody.add_asset", form=AssetForm, roles={ADMIN, SUPERVISOR}, proof=SESSION, title=N_("Thing added"))
def add_asset(form: AssetForm, occasion: Occasion) -> None:
    """Add a key, a radio, a card, an umbrella or a facility that somebody answers for."""
    names = {name: getattr(form, name).data for name in ("code", "kind", "names")}
    occasion.record(Asset, id=occasion.id, place_id=form.place.data, **names)


@operation("custody.take", form=EventForm, roles=STAFF, proof=POST, offline=True, title=N_("Thing taken"),
           effects=now_is("out", "taken"))  # fmt: skip
def take(form: EventForm, occasion: Occasion) -> None:
    """Take a thing (領取): whoever records it answers for it from now on."""
    _happened(occasion, form, TAKEN)


@operation("custody.lend", form=LendForm, roles=STAFF, proof=POST, offline=True, title=N_("Lent to a guest"),
           effects=now_is("out", "lent", "lent"))  # fmt: skip
def lend(form: LendForm, occasion: Occasion) -> None:
    """Lend an umbrella to a guest (借出). Nothing of the guest is kept."""
    _happened(occasion, form, LENT, party=form.party.data)


@operation("custody.give_back", form=EventForm, roles=STAFF, proof=POST, offline=True, title=N_("Thing given back"),
           effects=now_is("back", "back"))  # fmt: skip
def give_back(form: EventForm, occasion: Occasion) -> None:
    """Say that a thing is where it belongs again (歸還)."""
    _happened(occasion, form, BACK)


@operation("custody.damage", form=DamageForm, roles=STAFF, proof=POST, offline=True, title=N_("Damage noted"),
           effects=[Latest("asset/{asset}/condition", "damaged")])  # fmt: skip
def damage(form: DamageForm, occasion: Occasion) -> None:
    """Say what is wrong with a thing (損壞)."""
    _happened(occasion, form, DAMAGED, form.note.data)


@operation("custody.mend", form=EventForm, roles=STAFF, proof=POST, offline=True, title=N_("In order again"),
           effects=[Latest("asset/{asset}/condition", "good")])  # fmt: skip
def mend(form: EventForm, occasion: Occasion) -> None:
    """Say that a thing is in order again (修復)."""
    _happened(occasion, form, MENDED)


@operation("custody.lose", form=LossForm, roles=STAFF, proof=PIN, offline=True, title=N_("Thing lost"),
           effects=now_is("lost", "lost"))  # fmt: skip
def lose(form: LossForm, occasion: Occasion) -> None:
    """Say that a thing cannot be found (遺失)."""
    _happened(occasion, form, LOST, form.note.data)


@operation("custody.find", form=EventForm, roles=STAFF, proof=POST, offline=True, title=N_("Thing found"),
           effects=now_is("back", "back"))  # fmt: skip
def find(form: EventForm, occasion: Occasion) -> None:
    """Say that a thing was found and is where it belongs (尋回)."""
    _happened(occasion, form, FOUND)


@operation("custody.reverse", form=ReverseForm, roles=STAFF, proof=POST, offline=True,
           title=N_("Record of a thing undone"), corrects="entry",
           effects=[*now_is("{became}", "undone"), Latest("asset/{damaged}/condition", "{became}"),
                    Step("undone/{entry}", "undone")])  # fmt: skip
def reverse(form: ReverseForm, occasion: Occasion) -> None:
    """Undo what one has recorded of a thing oneself: it stands as if nobody had said so, whichever of both comes first."""
    occasion.record(Reversal, entry=form.entry.data, at_desk=False)


@operation("custody.undo", form=UndoForm, roles={SUPERVISOR, DEPUTY}, proof=SESSION,
           title=N_("Record of a thing undone at the desk"), corrects="entry")  # fmt: skip
def undo(form: UndoForm, occasion: Occasion) -> None:
    """Undo what was recorded of a thing, whoever did and whenever."""
    occasion.record(Reversal, entry=form.entry.data, at_desk=True)
