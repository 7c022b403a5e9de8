"""A body as a page: what a page said of its parts, what is wrong where, and two bodies compared.

What the shape of a kind does not name stays in the body as it was. Nothing here asks anything of a request or a database.
"""

import re
import unicodedata
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from flask_babel import gettext as _

from webapp.base.i18n import NAMES as LANGUAGE_NAMES
from webapp.base.i18n import words
from webapp.content.checking import (
    LINES_MOST,
    OPTIONS_MOST,
    ROWS_MOST,
    WRONG,
    Body,
    Errors,
    applies,
    chosen,
    is_locked,
    is_optional,
    rows_of,
    told,
    value,
    wrong,
)
from webapp.content.comparing import Change, Text, changes, pieces, texts
from webapp.content.rules import INVENTORY, LANGUAGES, is_time
from webapp.content.shapes import DUE, FIGURE, FLAG, LINES, MINUTES, OPTIONS, SEVERAL, SHAPES, WORDED, Part, Shape

__all__ = [
    "ROWS_MOST",
    "WRONG",
    "Body",
    "Change",
    "Errors",
    "Said",
    "Text",
    "act",
    "applies",
    "blank",
    "changes",
    "chosen",
    "clean",
    "fitting",
    "is_locked",
    "is_optional",
    "pieces",
    "read",
    "rows_of",
    "texts",
    "told",
    "unfolded",
    "value",
    "where",
    "wrong",
]  # fmt: skip

_FIGURE, _MINUTES = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,3})?"), re.compile(r"-?[0-9]{1,6}")
_DROPPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
Said = Mapping[str, str]


def blank(kind: str, code: str) -> Body:
    """A document in which nothing is written yet."""
    return {"kind": kind, "id": code, SHAPES[kind].rows: []}


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
