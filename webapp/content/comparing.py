"""Two bodies of a document compared: what was added, taken out, moved or said otherwise (P2-4.4.3d)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from webapp.content.checking import chosen, rows_of, value
from webapp.content.rules import LANGUAGES
from webapp.content.shapes import LINES, NAMES, OPTIONS, SEVERAL, SHAPES, WORDED


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
