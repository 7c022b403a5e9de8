"""What two taps say."""

from webapp.content.rules import LANGUAGES, NEEDS
from webapp.operations.fields import Choice, Form, Identity, Instant, Number, Reference, Text
from webapp.tours.rules import ANSWERS, MODES, TAGS


class ArriveForm(Form):
    """`covers`: pairs handed out, one a guest where left blank, 0 allowed. `item`: which covers; blank where the site has none."""

    flat = Reference("sites.flat")
    place = Reference("sites.place")
    guests = Number(least=1, most=60)
    covers = Number(least=0, most=120, optional=True)
    item = Reference("stock.item", optional=True)
    when = Instant(optional=True, back_dates=True)


class StepForm(Form):
    """`tour`: a party or a rehearsal. `line`: the key of a stop and the number of its line, hall.2."""

    tour = Identity()
    line = Text(most=80)
    version = Reference("content.version", optional=True)
    when = Instant(optional=True, back_dates=True)


class SpeakForm(Form):
    tour = Identity()
    language = Choice(of=LANGUAGES)


class ReceiveForm(Form):
    party = Identity()
    mode = Choice(of=MODES)
    when = Instant(optional=True, back_dates=True)


class CareForm(Form):
    party = Identity()
    need = Choice(of=NEEDS)
    answer = Choice(of=ANSWERS)
    when = Instant(optional=True, back_dates=True)


class AskForm(Form):
    party = Identity()
    tag = Choice(of=TAGS)
    text = Text(most=200, lines=True, optional=True)
    when = Instant(optional=True, back_dates=True)


class RehearseForm(Form):
    flat = Reference("sites.flat")
    version = Reference("content.version")


class SeeOffForm(Form):
    party = Identity()
    when = Instant(optional=True, back_dates=True)
