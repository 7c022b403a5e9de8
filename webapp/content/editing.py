"""A body as a page: what a page said of its parts, what is wrong where, and two bodies compared.

What the shape of a kind does not name stays in the body as it was. Nothing here asks anything of a request or a database.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from flask_babel import gettext as _

from webapp.base.i18n import N_, words
from webapp.base.i18n import NAMES as LANGUAGE_NAMES
from webapp.content.rules import DAY_MINUTES, INVENTORY, LANGUAGES, is_clause, is_key, is_number, is_time, slots
from webapp.content.shapes import (
    CHOICE,
    DUE,
    FIGURE,
    FLAG,
    LINES,
    MINUTES,
    NAMES,
    OPTIONS,
    SEVERAL,
    SHAPES,
    TEXT,
    WORDED,
    Part,
    Shape,
)
from webapp.operations.fields import explain

ROWS_MOST, LINES_MOST, OPTIONS_MOST, FIGURE_MOST = 120, 40, 12, 100_000
"""So many a page can hold, and how large a figure may be."""
_FIGURE, _MINUTES = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,3})?"), re.compile(r"-?[0-9]{1,6}")
_DROPPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

Body = dict[str, Any]
Said = Mapping[str, str]
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


def blank(kind: str, code: str) -> Body:
    """A document in which nothing is written yet."""
    return {"kind": kind, "id": code, SHAPES[kind].rows: []}


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


# what a page said, as a body


def read(said: Said, base: Mapping[str, Any]) -> Body:
    """The body that a page says, over the one it was drawn from. What is wrong with it stands in it as it was typed."""
    shape, body = SHAPES[base["kind"]], deepcopy(dict(base))
    known = {str(row.get(shape.key)): row for row in rows_of(base)}
    for part in shape.head:
        _put(body, part, said, "")
    body[shape.rows] = [_row(shape, said, number, known) for number in range(_count(said, "rows", ROWS_MOST))]
    return body


def _count(said: Said, name: str, most: int) -> int:
    text = said.get(name, "")
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _row(shape: Shape, said: Said, number: int, known: Mapping[str, Body]) -> Body:
    key = clean(said.get(f"{number}.key", ""))
    row = deepcopy(dict(known.get(key) or {shape.key: key, **shape.blank}))
    for part in shape.row:
        if not is_locked(part, row):
            _put(row, part, said, f"{number}.")
    return row


def clean(text: str) -> str:
    return _DROPPED.sub("", text.replace("\r\n", "\n")).strip()


def _put(row: Body, part: Part, said: Said, prefix: str) -> None:
    name, before = prefix + part.path, value(row, part.path)
    found: Any
    if part.kind in WORDED:
        found = _words(said, name)
    elif part.kind == LINES:
        found = _lines(said, name, part)
    elif part.kind == FLAG:
        is_unsaid = not applies(part, row) or (part.is_optional and before is None)
        found = name in said or (None if is_unsaid else False)
    elif part.kind == SEVERAL:
        ticked = [(number, each) for number, each in enumerate(part.of, 1) if f"{name}.{each}" in said]
        found = [number if part.is_numbered else each for number, each in ticked]
    elif part.kind == OPTIONS:
        found = _options(said, name)
    else:
        found = _figure(part, row, clean(said.get(name, "")), is_listed=f"{name}.{INVENTORY}" in said)
    _set(row, part.path, found, is_left_out=found in (None, "", [], {}) and (found is None or is_optional(part)))


def is_optional(part: Part) -> bool:
    """Whether nothing may stand there: what belongs to some rows only is asked for there, and left out elsewhere."""
    return part.is_optional or part.only is not None


def _figure(part: Part, row: Mapping[str, Any], text: str, *, is_listed: bool) -> Any:
    """The number or the time that a text says; what says neither stays as it was typed, to be called wrong beside its field."""
    plain = unicodedata.normalize("NFKC", text)
    if part.kind == DUE and is_listed:
        return INVENTORY
    if part.kind == FIGURE and row.get("response") == "time":
        return plain.zfill(5) if is_time(plain.zfill(5)) else text
    if part.kind == MINUTES:
        return int(plain) if _MINUTES.fullmatch(plain) else text
    if part.kind in (FIGURE, DUE) and _FIGURE.fullmatch(plain):
        return float(plain) if "." in plain else int(plain)
    return text


def _set(row: Body, path: str, found: Any, *, is_left_out: bool) -> None:
    outer, _dot, inner = path.rpartition(".")
    into = row.setdefault(outer, {}) if outer else row
    if is_left_out:
        into.pop(inner, None)
    else:
        into[inner] = found
    if outer and not into:
        del row[outer]


def _words(said: Said, name: str) -> dict[str, str]:
    found = {tag: clean(said.get(f"{name}.{tag}", "")) for tag in LANGUAGES}
    return {tag: text for tag, text in found.items() if text}


def _lines(said: Said, name: str, part: Part) -> list[Any]:
    """The lines that say something; where a line is more than its words, it keeps its source."""
    found = []
    for number in range(_count(said, f"{name}.rows", LINES_MOST + 1)):
        words, source = _words(said, f"{name}.{number}"), clean(said.get(f"{name}.{number}.source", ""))[:64]
        if words:
            found.append({**({"source": source} if source else {}), part.inner: words} if part.inner else words)
    return found


def _options(said: Said, name: str) -> list[Body]:
    """What may be chosen: each that says something, with its key for good."""
    found: list[Body] = []
    for number in range(_count(said, f"{name}.rows", OPTIONS_MOST + 2)):
        at = f"{name}.{number}"
        words, fails = _words(said, f"{at}.text"), f"{at}.fails" in said
        if words or fails:
            found.append({"id": clean(said.get(f"{at}.id", ""))[:64], "text": words, **({"fails": True} if fails else {})})
    taken = {each["id"] for each in found}
    fresh = (key for key in (f"option_{number}" for number in range(1, 99)) if key not in taken)
    return [each if each["id"] else each | {"id": next(fresh)} for each in found]


def fitting(body: Mapping[str, Any]) -> Body:
    """The body without what its rows do not have: the bounds of what has become words again."""
    shape, found = SHAPES[body["kind"]], deepcopy(dict(body))
    for parts, rows in ((shape.head, [found]), (shape.row, found[shape.rows])):
        for row in rows:
            for part in parts:
                if not applies(part, row) and value(row, part.path) is not None:
                    _set(row, part.path, None, is_left_out=True)
    return found


def act(body: Body, button: str) -> Body:
    """What a button of the page does to the order: add, up:3, out:3, up:3.lines.2. Whatever else it says, nothing changes."""
    done, _colon, at = button.partition(":")
    shape, changed = SHAPES[body["kind"]], deepcopy(body)
    rows = changed[shape.rows]
    if done == "add" and len(rows) < ROWS_MOST:
        rows.append({shape.key: "", **shape.blank})
        return changed
    number, _dot, rest = at.partition(".")
    into = rows
    if rest and number.isdigit() and int(number) < len(rows):
        path, _dot, number = rest.rpartition(".")
        into = value(rows[int(at.partition(".")[0])], path)
    if isinstance(into, list):
        _turn(into, done, number)
    return changed


def _turn(into: list[Any], done: str, number: str) -> None:
    if not number.isdigit() or int(number) >= len(into):
        return
    here = int(number)
    if done == "up" and here:
        into[here - 1], into[here] = into[here], into[here - 1]
    if done == "out":
        del into[here]


def unfolded(said: Said, rows: int, button: str) -> set[int]:
    """Which rows stand open after a button of the page, by their new numbers: those that did, and the one it is in."""
    done, _colon, at = button.partition(":")
    row, _dot, rest = at.partition(".")
    order = list(range(rows))
    if not rest:
        _turn(order, done, row)
    return {now for now, was in enumerate(order) if f"{was}.open" in said or str(was) == row}


def where(name: str, body: Mapping[str, Any]) -> list[str]:
    """What the field of a name stands in, in the reader's language: the row by its number and title, the part, the line."""
    shape, found = SHAPES[body["kind"]], list[str]()
    number, _dot, path = name.partition(".")
    parts, is_row = shape.head, number.isdigit() and int(number) < len(rows_of(body))
    if is_row:
        row, parts = rows_of(body)[int(number)], shape.row
        found.append(f"{int(number) + 1} {words(row.get('title') or row.get('prompt') or row.get('text') or {})}".strip())
    path = path if is_row else name
    part = next((each for each in parts if path == each.path or path.startswith(f"{each.path}.")), None)
    if path == "key":
        found.append(str(_("Permanent short name")))
    if part:
        rest = path.removeprefix(part.path).strip(".").split(".")
        line = f" {int(rest[0]) + 1}" if rest[0].isdigit() else ""
        found.append(str(_(part.label)) + line)
        found += [LANGUAGE_NAMES[each] for each in rest[-1:] if each in LANGUAGE_NAMES]
    return found


# what is wrong where


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


# two bodies beside each other


@dataclass(frozen=True)
class Piece:
    """One text of a document as it is read: what it is, which line of several, the language it is in."""

    label: str
    number: int
    tag: str
    text: str


@dataclass(frozen=True)
class Change:
    """A row, or the head, that is otherwise: added, removed, changed, moved. `texts`: label, line, language, before, after.
    `was` and `now`: of a row that was moved its number in either body."""

    what: str
    row: Mapping[str, Any]
    texts: tuple[tuple[str, int, str, str, str], ...]
    was: int = 0
    now: int = 0


def pieces(body: Mapping[str, Any], row: Mapping[str, Any] | None = None) -> Iterator[Piece]:
    """Every text of a row, or of the head, in the order in which a page shows them."""
    shape = SHAPES[body["kind"]]
    parts, source = (shape.head, body) if row is None else (shape.row, row)
    for part in parts:
        found = value(source, part.path)
        if part.kind == LINES:
            for number, line in enumerate(found or (), 1):
                yield from _worded(part.label, number, line[part.inner] if part.inner else line)
        elif part.kind == OPTIONS:
            for number, option in enumerate(found or (), 1):
                yield from _worded(part.label, number, option["text"])
                yield from [Piece(part.label, number, "", "fails")] if option.get("fails") else []
        elif part.kind in WORDED:
            yield from _worded(part.label, 0, found or {})
        elif part.kind == SEVERAL:
            ticked = [part.named + each for each in chosen(part, found)]
            yield from [Piece(part.label, 0, "", " ".join(ticked))] if ticked else []
        elif found not in (None, ""):
            yield Piece(part.label, 0, "", part.named + (found if isinstance(found, str) else json.dumps(found)))
    named = {part.path.partition(".")[0] for part in parts} | {shape.key, shape.rows, "kind", "id"}
    for name in sorted(set(source) - named):
        yield Piece(NAMES.get(name, name), 0, "", json.dumps(source[name], ensure_ascii=False).strip('"'))


def texts(body: Mapping[str, Any], row: Mapping[str, Any] | None = None) -> list[tuple[str, int, dict[str, str]]]:
    """The same with the languages of a text together: label, line, text by language ('' where it is none)."""
    found: dict[tuple[str, int], dict[str, str]] = {}
    for piece in pieces(body, row):
        found.setdefault((piece.label, piece.number), {})[piece.tag] = piece.text
    return [(*name, by_language) for name, by_language in found.items()]


def _worded(label: str, number: int, words: Mapping[str, str]) -> Iterator[Piece]:
    for tag in LANGUAGES:
        if words.get(tag):
            yield Piece(label, number, tag, words[tag])


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """What is otherwise in a later body: its head, then row by row by their keys, in the order of the later one."""
    shape = SHAPES[new["kind"]]
    before = {str(row.get(shape.key)): row for row in rows_of(old)}
    after = {str(row.get(shape.key)): row for row in rows_of(new)}
    moved, places = _moved(list(before), list(after)), list(before)
    found = [Change("changed", {}, _otherwise(list(pieces(old)), list(pieces(new))))]
    for number, (key, row) in enumerate(after.items(), 1):
        if key not in before:
            found.append(Change("added", row, tuple((p.label, p.number, p.tag, "", p.text) for p in pieces(new, row))))
            continue
        texts = _otherwise(list(pieces(old, before[key])), list(pieces(new, row)))
        was, now = (places.index(key) + 1, number) if key in moved else (0, 0)
        found.append(Change("changed" if texts or not was else "moved", row, texts, was, now))
    for key, row in before.items():
        if key not in after:
            found.append(Change("removed", row, tuple((p.label, p.number, p.tag, p.text, "") for p in pieces(old, row))))
    return [each for each in found if each.texts or each.was]


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The few rows of both whose moving makes the one order the other: a row that was added or left out moves none."""
    old = [each for each in before if each in after]
    new = [each for each in after if each in before]
    stayed = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return set(old) - {key for block in stayed for key in old[block.a : block.a + block.size]}


Text = tuple[str, int, str, str, str]


def _otherwise(first: Sequence[Piece], then: Sequence[Piece]) -> tuple[Text, ...]:
    return (*_one_by_one(first, then), *_line_by_line(first, then))


def _one_by_one(first: Sequence[Piece], then: Sequence[Piece]) -> list[Text]:
    """What of the texts that stand once is otherwise."""
    before, after = ({(p.label, 0, p.tag): p.text for p in each if not p.number} for each in (first, then))
    names = [name for name in dict.fromkeys([*after, *before]) if before.get(name, "") != after.get(name, "")]
    return [(*name, before.get(name, ""), after.get(name, "")) for name in names]


def _line_by_line(first: Sequence[Piece], then: Sequence[Piece]) -> list[Text]:
    """What of the lines is otherwise: one that is new in the middle changes none of those after it. Numbers are the later's."""
    found: list[Text] = []
    for label in dict.fromkeys(piece.label for piece in [*then, *first] if piece.number):
        before, after = _lines_of(first, label), _lines_of(then, label)
        for what, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            for step in range(0 if what == "equal" else max(j - i, m - k)):
                old = dict(before[i + step]) if i + step < j else {}
                new = dict(after[k + step]) if k + step < m else {}
                tags = [tag for tag in ("", *LANGUAGES) if old.get(tag, "") != new.get(tag, "")]
                found += [(label, k + step + 1, tag, old.get(tag, ""), new.get(tag, "")) for tag in tags]
    return found


def _lines_of(found: Sequence[Piece], label: str) -> list[tuple[tuple[str, str], ...]]:
    lines: dict[int, list[tuple[str, str]]] = {}
    for piece in found:
        if piece.label == label and piece.number:
            lines.setdefault(piece.number, []).append((piece.tag, piece.text))
    return [tuple(line) for line in lines.values()]
