"""Everything that happens to a party of guests at the door (P2-4.4.3a to P2-4.4.3f), and rehearsals (P2-4.4.1b)."""

from webapp.base.i18n import N_
from webapp.operations.effects import Latest, ListItem, Tally
from webapp.operations.effects import Step as Reached
from webapp.operations.fields import UndoForm
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import DEPUTY, GREETER, OFFICE, SUPERVISOR
from webapp.operations.rules import POST, SESSION
from webapp.stock.models import Reversal as CoversReversal
from webapp.stock.operations import move
from webapp.stock.rules import CLEAN, IN_USE
from webapp.tours.forms import (
    ArriveForm,
    AskForm,
    CareForm,
    ReceiveForm,
    RehearseForm,
    ReverseForm,
    RoomsForm,
    SeeOffForm,
    SpeakForm,
    StayForm,
    StepForm,
)
from webapp.tours.models import Arrival, Care, Question, Reception, Rehearsal, Reversal, RoomsSet, SeenOff, Speech, Stay, Step


@operation("tours.arrive", form=ArriveForm, roles={GREETER, SUPERVISOR}, proof=POST, offline=True, title=N_("Guests arrived"),
           effects=[ListItem("parties", "party-row"), ListItem("party/{id}", "party"), Latest("size/{id}", "{guests}"),
                    Tally("parties/{place}", "+1"), Tally("guests/{place}", "+guests"),
                    Tally("stock/{place}/{item}/clean", "-covers"), Tally("stock/{place}/{item}/in_use", "+covers"),
                    Tally("handed/{place}/{item}", "+covers")])  # fmt: skip
def arrive(form: ArriveForm, occasion: Occasion) -> None:
    """A party came (客人到了): how many, and a pair of shoe covers for each unless it says otherwise."""
    place, item = form.place.data, form.item.data
    covers = form.guests.data if form.covers.data is None else form.covers.data
    pairs = covers if item else 0
    occasion.record(Arrival, flat_id=form.flat.data, place_id=place, item_id=item, guests=form.guests.data, covers=pairs)
    if item:
        move(occasion, item, pairs * 1000, (place, CLEAN), (place, IN_USE), "handed_out")


@operation("tours.see_off", form=SeeOffForm, roles={GREETER, SUPERVISOR}, proof=POST, offline=True, title=N_("Guests seen off"),
           effects=[Latest("party/{party}", "seen_off"), Tally("stock/{place}/{item}/in_use", "-covers"),
                    Tally("stock/{place}/{item}/soiled", "+covers")])  # fmt: skip
def see_off(form: SeeOffForm, occasion: Occasion) -> None:
    """A party was seen off (已送別). Its covers are soiled from then on, which nothing has to write."""
    occasion.record(SeenOff, party=form.party.data)


@operation("tours.stay", form=StayForm, roles={GREETER, SUPERVISOR}, proof=POST, offline=True,
           title=N_("Guests are still here"), corrects="party",
           effects=[Latest("party/{party}", "inside"), Tally("stock/{place}/{item}/in_use", "+covers"),
                    Tally("stock/{place}/{item}/soiled", "-covers")])  # fmt: skip
def stay(form: StayForm, occasion: Occasion) -> None:
    """A party was not seen off after all (還在): what puts a slip of the finger right is a further fact."""
    occasion.record(Stay, party=form.party.data)


@operation("tours.reverse", form=ReverseForm, roles={GREETER, SUPERVISOR}, proof=POST, offline=True,
           title=N_("Arrival or question undone"), corrects="entry",
           effects=[Latest("party/{entry}", "undone"), Reached("undone/{entry}", "undone"), Tally("parties/{place}", "-1"),
                    Tally("guests/{place}", "-guests"), Tally("stock/{place}/{item}/clean", "+covers"),
                    Tally("stock/{place}/{item}/in_use", "-covers"), Tally("handed/{place}/{item}", "-covers")])  # fmt: skip
def reverse(form: ReverseForm, occasion: Occasion) -> None:
    """Undo an arrival or a question that one has recorded oneself, whichever of both comes first. Its covers go with it."""
    _undone(occasion, form.entry.data, at_desk=False)


@operation("tours.undo", form=UndoForm, roles={SUPERVISOR, DEPUTY}, proof=SESSION,
           title=N_("Arrival or question undone at the desk"), corrects="entry")  # fmt: skip
def undo(form: UndoForm, occasion: Occasion) -> None:
    """Undo an arrival or a question, whoever recorded it and whenever."""
    _undone(occasion, form.entry.data, at_desk=True)


def _undone(occasion: Occasion, entry: str, *, at_desk: bool) -> None:
    occasion.record(Reversal, entry=entry, at_desk=at_desk)
    occasion.record(CoversReversal, entry=entry, at_desk=at_desk, of_party=True)


@operation("tours.step", form=StepForm, roles={GREETER, SUPERVISOR}, proof=POST, offline=True, title=N_("Line of a tour said"),
           effects=[Latest("tour/{tour}", "{line}"), Reached("seen/{tour}/{line}", "seen"), Latest("stood/{tour}", "{stood}"),
                    Reached("said/{tour}/{stood}", "seen")])  # fmt: skip
def step(form: StepForm, occasion: Occasion) -> None:
    """A line of the script is being said (P2-4.4.3d); stops may come in any order, and again."""
    occasion.record(Step, tour=form.tour.data, said=form.line.data, version_id=form.version.data)


@operation("tours.speak", form=SpeakForm, roles={GREETER, SUPERVISOR}, proof=POST, offline=True,
           title=N_("Language of a tour chosen"), effects=[Latest("speech/{tour}", "{language}")])  # fmt: skip
def speak(form: SpeakForm, occasion: Occasion) -> None:
    """These guests are spoken to in another language; the tablet's own stays."""
    occasion.record(Speech, tour=form.tour.data, language=form.language.data)


@operation("tours.receive", form=ReceiveForm, roles={GREETER, SUPERVISOR}, proof=POST, offline=True, title=N_("Kind of reception"),
           effects=[Latest("mode/{party}", "{mode}")])  # fmt: skip
def receive(form: ReceiveForm, occasion: Occasion) -> None:
    """A consultant is with them and the greeter waits at the door, they are guided, or on their own (P2-4.4.3c, P2-4.4.3e)."""
    occasion.record(Reception, party=form.party.data, mode=form.mode.data)


@operation("tours.care", form=CareForm, roles={GREETER, SUPERVISOR}, proof=POST, offline=True, title=N_("Care for a party"),
           effects=[Latest("care/{party}/{need}", "{answer}")])  # fmt: skip
def care(form: CareForm, occasion: Occasion) -> None:
    """Somebody of the party wants care (P2-4.4.3c): the prompter reminds of it where it matters."""
    occasion.record(Care, party=form.party.data, need=form.need.data, answer=form.answer.data)


@operation("tours.ask", form=AskForm, roles={GREETER, SUPERVISOR}, proof=POST, offline=True, title=N_("Question of a guest"),
           effects=[ListItem("questions/{party}", "question")])  # fmt: skip
def ask(form: AskForm, occasion: Occasion) -> None:
    """A guest asked something, noted then or later (P2-4.4.3d)."""
    occasion.record(Question, party=form.party.data, tag=form.tag.data, text=form.text.data)


@operation("tours.rehearse", form=RehearseForm, roles={GREETER, SUPERVISOR}, proof=POST, offline=True, title=N_("Rehearsal begun"),
           effects=[ListItem("rehearsals", "rehearsal-row"), Latest("tour/{id}", "{line}")])  # fmt: skip
def rehearse(form: RehearseForm, occasion: Occasion) -> None:
    """Somebody goes through a script without guests; having said all of it is the certificate (P2-4.4.1b)."""
    occasion.record(Rehearsal, flat_id=form.flat.data, version_id=form.version.data)


@operation("tours.set_rooms", form=RoomsForm, roles=OFFICE, proof=SESSION, decision=True, title=N_("Rooms of a flat set"))
def set_rooms(form: RoomsForm, occasion: Occasion) -> None:
    """Say which stops of its script a flat has not, which have another name there, and which it has besides (P2-4.4.3d)."""
    occasion.record(RoomsSet, flat_id=form.flat.data, rooms=form.rooms.data, seen=form.seen.data)
