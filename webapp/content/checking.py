"""What is wrong with a body of a document, field by field, before it is kept."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from webapp.base.i18n import N_
from webapp.content.rules import DAY_MINUTES, INVENTORY, is_clause, is_key, is_number, is_time, slots
from webapp.content.shapes import CHOICE, DUE, FIGURE, LINES, MINUTES, OPTIONS, SHAPES, TEXT, WORDED, Part
from webapp.operations.fields import explain

ROWS_MOST, LINES_MOST, OPTIONS_MOST, FIGURE_MOST = 120, 40, 12, 100_000
"""So many a page can hold, and how large a figure may be."""
Body = dict[str, Any]
Errors = dict[str, tuple[str, int | None]]
"""By the name of a field the code of what is wrong and the limit that was passed."""
WRONG = {
    "slots": N_("The figures in braces have to be the same in each language."),
    "clause": N_("Name a clause of the guideline, such as P2-4.4.3d."),
    "key": N_("Small letters, figures, underscores and full stops, beginning with a letter."),
    "twice": N_("This key is there twice."),
    "nothing": N_("Nothing is in it yet. Add the first."),
    "needs": N_("Say for whom."),
    "few": N_("Give at least two to choose from."),
    "below": N_("This lies below the one before it."),
    "moved": N_("Somebody has decided on this version meanwhile. Look at it again."),
    "not_now": N_("This cannot be done with the version as it stands."),
    "own": N_("Whoever wrote a version does not approve it. Ask somebody else."),
    "newer": N_("Version %(number)s was kept meanwhile. Compare it with yours; what is kept now comes after it."),
}
"""What is wrong with a document or what was decided of it, beside the codes that every field has."""


def told(code: str, limit: int | None = None) -> str:
    """The words for what is wrong, in the reader's language."""
    return str(_(WRONG[code], number=limit)) if code in WRONG else explain(code, limit)


def value(row: Mapping[str, Any], path: str) -> Any:
    """What stands at a path, care.text; None where nothing does."""
    found: Any = row
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def rows_of(body: Mapping[str, Any]) -> list[Body]:
    return list(body.get(SHAPES[body["kind"]].rows, ()))


def is_locked(part: Part, row: Mapping[str, Any]) -> bool:
    """Whether a part stands as the guideline has it: nobody improves a prescribed line."""
    return bool(part.locked_by) and row.get(part.locked_by) is True


def applies(part: Part, row: Mapping[str, Any]) -> bool:
    """Whether a row has this part at all: a number has bounds, a choice has what may be chosen."""
    return part.only is None or value(row, part.only[0]) in part.only[1]


def chosen(part: Part, found: Sequence[Any] | None) -> list[str]:
    """Which of several are ticked."""
    return [each for number, each in enumerate(part.of, 1) if (number if part.is_numbered else each) in (found or ())]


def is_optional(part: Part) -> bool:
    """Whether nothing may stand there: what belongs to some rows only is asked for there, and left out elsewhere."""
    return part.is_optional or part.only is not None


def wrong(body: Mapping[str, Any], main: str) -> Errors:
    """What has to be mended before a body can be kept, by the name of its field. `main`: the language that every text is in."""
    shape, found = SHAPES[body["kind"]], Errors()
    for part in shape.head:
        found |= _wrong(part, body, "", main)
    rows = rows_of(body)
    if not rows:
        found["add"] = ("nothing", None)
    keys = [str(row.get(shape.key, "")) for row in rows]
    for number, row in enumerate(rows):
        if not is_key(keys[number]) or len(keys[number]) > 64:
            found[f"{number}.key"] = ("key", None)
        elif keys.index(keys[number]) != number:
            found[f"{number}.key"] = ("twice", None)
        for part in shape.row:
            found |= _wrong(part, row, f"{number}.", main)
    return found


HALVES = {
    "care.text": ("care.flags", "required"), "care.flags": ("care.text", "needs"),
    "counts.sku": ("counts.state", "required"), "counts.state": ("counts.sku", "required"),
}  # fmt: skip
"""What is said only together with another part, and what is wrong where it is not."""


def _wrong(part: Part, row: Mapping[str, Any], prefix: str, main: str) -> Errors:
    name, found = prefix + part.path, value(row, part.path)
    if not applies(part, row):
        return {}
    other, lacking = HALVES.get(part.path, ("", ""))
    if other and value(row, other) and not found:
        return {f"{name}.{main}" if part.kind in WORDED else name: (lacking, None)}
    if part.kind in WORDED:
        return {} if found is None and part.is_optional else _wrong_words(found or {}, name, part.most, main)
    if part.kind == LINES:
        return _wrong_lines(found or [], name, part, main)
    if part.kind == OPTIONS:
        return _wrong_options(found or [], name, part, main)
    if part.kind == CHOICE:
        return {} if (found or "") in part.of else {name: ("not_offered", None)}
    if part.kind == TEXT:
        return {} if part.is_optional and not found else _wrong_text(str(found or ""), name, part)
    if part.kind in (FIGURE, MINUTES, DUE):
        code = _wrong_figure(part, row, found)
        return {name: code} if code else {}
    return {}


def _wrong_figure(part: Part, row: Mapping[str, Any], found: Any) -> tuple[str, int | None] | None:
    """What is wrong with a number, a time or minutes, and with how it stands to the one before it."""
    if found is None or found == "":
        return None if part.is_optional else ("required", None)
    if part.kind == DUE and found == INVENTORY:
        return None
    if part.kind == FIGURE and row.get("response") == "time":
        code: tuple[str, int | None] | None = None if is_time(found) else ("not_a_time", None)
    elif not is_number(found):
        code = ("not_a_number" if part.kind == MINUTES else "not_a_quantity", None)
    else:
        code = _out_of_reach(part, found)
    return code or (("below", None) if _is_below(part, value(row, part.after) if part.after else None, found) else None)


def _out_of_reach(part: Part, number: float) -> tuple[str, int | None] | None:
    most = DAY_MINUTES - 1 if part.kind == MINUTES else FIGURE_MOST
    least = -most if part.path in ("min", "max") or part.kind == MINUTES else 0
    if number > most:
        return "too_large", most
    return ("too_small", least) if number < least else ("not_a_quantity", None) if part.path == "step" and not number else None


def _is_below(part: Part, before: Any, found: Any) -> bool:
    """Whether a most lies below its least, or the end of a time not after its beginning; where both can be read."""
    is_comparable = (is_number(before) and is_number(found)) or (is_time(before) and is_time(found))
    return is_comparable and (found < before or (part.kind == MINUTES and found == before))


def _wrong_options(options: Sequence[Body], name: str, part: Part, main: str) -> Errors:
    if len(options) < 2:
        return {f"{name}.{len(options)}.text.{main}": ("few", None)}
    if len(options) > OPTIONS_MOST:
        return {f"{name}.{OPTIONS_MOST}.text.{main}": ("too_many", OPTIONS_MOST)}
    found = Errors()
    for number, option in enumerate(options):
        found |= _wrong_words(option["text"], f"{name}.{number}.text", part.most, main)
    return found


def _wrong_text(text: str, name: str, part: Part) -> Errors:
    if not text:
        return {name: ("required", None)}
    if len(text) > part.most:
        return {name: ("too_long", part.most)}
    return {} if part.check is None or part.check(text) else {name: ("clause" if part.check is is_clause else "key", None)}


def _wrong_words(words: Mapping[str, str], name: str, most: int, main: str) -> Errors:
    if not words.get(main):
        return {f"{name}.{main}": ("required", None)}
    other = [tag for tag, text in words.items() if slots(text) != slots(words[main])]
    found: Errors = {f"{name}.{tag}": ("slots", None) for tag in other}
    return found | {f"{name}.{tag}": ("too_long", most) for tag, text in words.items() if len(text) > most}


def _wrong_lines(lines: Sequence[Any], name: str, part: Part, main: str) -> Errors:
    if not lines:
        return {f"{name}.0.{main}": ("required", None)}
    if len(lines) > LINES_MOST:
        return {f"{name}.{LINES_MOST}.{main}": ("too_many", LINES_MOST)}
    found = Errors()
    for number, line in enumerate(lines):
        found |= _wrong_words(line[part.inner] if part.inner else line, f"{name}.{number}", part.most, main)
    return found
