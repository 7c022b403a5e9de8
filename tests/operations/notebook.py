"""A tiny package of operations for testing the ledger itself: shelves as reference data, notes as facts."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.database import Base, Id
from webapp.operations.fields import Form, Instant, Number, Reference, Text
from webapp.operations.models import Fact
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation, reference
from webapp.operations.roles import ADMIN, GREETER
from webapp.operations.rules import PIN, POST, SESSION


@reference("notebook.shelf")
class Shelf(Base):
    __tablename__ = "notebook_shelf"

    id: Mapped[Id] = mapped_column(primary_key=True)
    project_id: Mapped[Id]
    name: Mapped[str] = mapped_column(sa.String(40))


class Note(Fact):
    __tablename__ = "notebook_note"

    shelf_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("notebook_shelf.id"))
    text: Mapped[str] = mapped_column(sa.Text)
    count: Mapped[int]


class ShelfForm(Form):
    name = Text(most=40)


class NoteForm(Form):
    text = Text(most=40)
    count = Number(least=0, most=100, optional=True)
    shelf = Reference("notebook.shelf", optional=True)
    when = Instant(optional=True, back_dates=True)


class ScratchForm(Form):
    text = Text(most=40)


@operation("notebook.add_shelf", form=ShelfForm, roles={ADMIN}, proof=SESSION)
def add_shelf(form: ShelfForm, occasion: Occasion) -> None:
    occasion.record(Shelf, id=occasion.id, name=form.name.data)


@operation("notebook.write", form=NoteForm, roles={GREETER}, proof=POST, offline=True)
def write(form: NoteForm, occasion: Occasion) -> None:
    if form.text.data == "our fault":
        raise RuntimeError("a fault of ours")
    occasion.record(Note, text=form.text.data, count=form.count.data or 0, shelf_id=form.shelf.data)


@operation("notebook.sign", form=ScratchForm, roles={GREETER}, proof=PIN, offline=True)
def sign(form: ScratchForm, occasion: Occasion) -> None:
    occasion.record(Note, text=form.text.data, count=0, shelf_id=None)
    if form.text.data == "refused by the database":
        occasion.record(Note, text=None, count=0, shelf_id=None)


@operation("notebook.decide", form=ScratchForm, roles={GREETER}, proof=PIN, decision=True)
def decide(form: ScratchForm, occasion: Occasion) -> None:
    occasion.record(Note, text=form.text.data, count=1, shelf_id=None)
