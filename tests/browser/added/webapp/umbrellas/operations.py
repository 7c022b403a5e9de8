"""Everything that happens to the umbrellas at the door."""

from webapp.umbrellas.models import Counted, Lent, Looked

from webapp.operations.effects import Count, Latest, ListItem, Tally
from webapp.operations.fields import Choice, Form, Number, Reference
from webapp.operations.occasion import Occasion
from webapp.operations.registry import operation
from webapp.operations.roles import GREETER
from webapp.operations.rules import POST

POINTS = ("stand", "dry")


class NumberForm(Form):
    place = Reference("sites.place")
    number = Number(most=99)


class LookForm(Form):
    place = Reference("sites.place")
    point = Choice(of=POINTS)
    answer = Choice(of=("pass", "fail", "na"))


@operation("umbrellas.lend", form=NumberForm, roles={GREETER}, proof=POST, offline=True,
           effects=[Tally("umbrellas/{place}", "-number"), ListItem("umbrellas", "umbrella-row")])  # fmt: skip
def lend(form: NumberForm, occasion: Occasion) -> None:
    occasion.record(Lent, place_id=form.place.data, number=form.number.data)


@operation("umbrellas.count", form=NumberForm, roles={GREETER}, proof=POST, offline=True,
           effects=[Count("umbrellas/{place}", "number")])  # fmt: skip
def count(form: NumberForm, occasion: Occasion) -> None:
    occasion.record(Counted, place_id=form.place.data, number=form.number.data)


@operation("umbrellas.look", form=LookForm, roles={GREETER}, proof=POST, offline=True,
           effects=[Latest("umbrella/{place}/{point}", "{answer}")])  # fmt: skip
def look(form: LookForm, occasion: Occasion) -> None:
    occasion.record(Looked, place_id=form.place.data, point=form.point.data, answer=form.answer.data)
