"""What two taps say."""

from collections.abc import Mapping
from typing import Any

from webapp.content import editing
from webapp.content.rules import LANGUAGES, NEEDS, is_key, stop_problems
from webapp.operations.fields import Choice, Document, Form, Identity, Instant, Invalid, Number, Reference, Text, UndoForm
from webapp.tours.rules import ANSWERS, COVERS_MOST, GUESTS_MOST, MODES, TAGS

STOPS_MOST = 40


class ArriveForm(Form):
    """`covers`: pairs handed out, one a guest where left blank, 0 allowed. `item`: which covers; blank where the site has none."""

    flat = Reference("sites.flat")
    place = Reference("sites.place")
    guests = Number(least=1, most=GUESTS_MOST)
    covers = Number(least=0, most=COVERS_MOST, optional=True)
    item = Reference("stock.item", optional=True)
    when = Instant(optional=True, back_dates=True)


class StepForm(Form):
    """`tour`: a party or a rehearsal. `line`: the key of a stop and the number of its line, hall.2. `stood`: the line before, where
    in a rehearsal it stood long enough; only for the tablet's own page, for the server counts by itself."""

    tour = Identity()
    line = Text(most=80)
    stood = Text(most=80, optional=True)
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
    """`line`: the first of the script, on which the tablet's own page stands from then on."""

    flat = Reference("sites.flat")
    version = Reference("content.version")
    line = Text(most=80, optional=True)


class SeeOffForm(Form):
    """`place`, `item` and `covers` only let the tablet's own page follow: what is worn no more."""

    party = Identity()
    place = Identity(optional=True)
    item = Identity(optional=True)
    covers = Number(least=0, most=COVERS_MOST, optional=True)
    when = Instant(optional=True, back_dates=True)


class StayForm(Form):
    """`entry`: the farewell that was a slip, only for the tablet's own list; for its page what is worn again."""

    party = Identity()
    entry = Identity(optional=True)
    place = Identity(optional=True)
    item = Identity(optional=True)
    covers = Number(least=0, most=COVERS_MOST, optional=True)


class ReverseForm(UndoForm):
    """`entry`: what is undone. The rest only lets the tablet's own page follow: what an arrival had said."""

    place = Identity(optional=True)
    item = Identity(optional=True)
    guests = Number(least=1, most=GUESTS_MOST, optional=True)
    covers = Number(least=0, most=COVERS_MOST, optional=True)


class Rooms(Document):
    """What of a script is otherwise in one flat: {"without": [key], "renamed": {key: words}, "added": [stop]}."""

    def parse(self, text: str) -> dict[str, Any]:
        told: Any = super().parse(text)
        if not isinstance(told, dict) or not set(told) <= {"without", "renamed", "added"}:
            raise Invalid("malformed")
        without, renamed, added = told.get("without", []), told.get("renamed", {}), told.get("added", [])
        if not (isinstance(without, list) and isinstance(renamed, dict) and isinstance(added, list)):
            raise Invalid("malformed")
        if len(without) + len(renamed) + len(added) > 3 * STOPS_MOST:
            raise Invalid("too_many", 3 * STOPS_MOST)
        if not all(isinstance(key, str) and is_key(key) for key in [*without, *renamed]):
            raise Invalid("malformed")
        if not all(_is_worded(words) for words in renamed.values()):
            raise Invalid("malformed")
        if not all(isinstance(stop, dict) and not stop_problems(stop) for stop in added):
            raise Invalid("malformed")
        return {"without": without, "renamed": renamed, "added": added}


def rooms_said(said: Mapping[str, str], script: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of a flat says of its rooms, wrong or right."""
    keys = [stop["key"] for stop in script["stops"]]
    names = {key: {tag: editing.clean(said.get(f"name.{key}.{tag}", "")) for tag in LANGUAGES} for key in keys}
    return {
        "without": [key for key in keys if f"here.{key}" not in said],
        "renamed": {key: {tag: text for tag, text in of.items() if text} for key, of in names.items() if any(of.values())},
        "added": editing.read(said, {**script, "stops": []})["stops"],
    }


def rooms_wrong(told: Mapping[str, Any], script: Mapping[str, Any], main: str) -> editing.Errors:
    """What is wrong with what a page says of rooms, by the name of its field."""
    found = editing.wrong({**script, "stops": told["added"]}, main)
    found.pop("add", None)
    for key, words in told["renamed"].items():
        if not words.get(main):
            found[f"name.{key}.{main}"] = ("required", None)
        found |= {f"name.{key}.{tag}": ("too_long", 200) for tag, text in words.items() if len(text) > 200}
    known = {stop["key"] for stop in script["stops"]}
    twice = [number for number, stop in enumerate(told["added"]) if stop.get("key") in known]
    found |= {f"{number}.key": ("twice", None) for number in twice}
    if len(told["without"]) == len(known) and not told["added"]:
        found["what"] = ("none", None)
    return found


def _is_worded(words: Any) -> bool:
    if not isinstance(words, dict) or not words or not set(words) <= set(LANGUAGES):
        return False
    return all(isinstance(word, str) and 0 < len(word.strip()) <= 200 for word in words.values())


class RoomsForm(Form):
    """`seen`: how often the rooms of this flat had been set when the page was drawn that says so."""

    flat = Reference("sites.flat")
    rooms = Rooms()
    seen = Number(most=100_000)
