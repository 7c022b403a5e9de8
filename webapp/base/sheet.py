"""A file that a person writes: YAML of texts only, each part with the line it stands on, held to a shape.

9:00 stays 9:00 and `no` is a word, for every value is the text that was written; what it means, the forms of operations say.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

BYTES_MOST = 256 * 1024
DEPTH_MOST = 8
ROWS_MOST = 500

Path = tuple[str, ...]
"""Where something stands: ("places", "bar", "kind")."""
Problem = tuple[Path, str]
"""Where, and what is wrong there, in words."""

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])|24:00")


class Wrong(Exception):
    """What is wrong with a file, a line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Leaf:
    """A text of some form. `wanted`: what to write there, in words."""

    form: re.Pattern[str]
    wanted: str


@dataclass(frozen=True)
class Rows:
    """Any number of a shape, each under a key of its own."""

    of: "Shape"


Shape = Leaf | Rows | list["Shape"] | Mapping[str, "Shape"]
"""A mapping says which keys there are; those that end in `?` may be left out. A list has one shape, that of its parts."""

TEXT = Leaf(re.compile(r".*", re.DOTALL), "a text or a number")
TIME = Leaf(_TIME, "a time of day, such as 8:30")


def minutes(time: str) -> int:
    """The minute of the day of a TIME."""
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)


@dataclass(frozen=True)
class Sheet:
    """What a file says, and on which line each part of it stands."""

    tree: Mapping[str, Any]
    lines: Mapping[Path, int]

    def told(self, problems: list[Problem]) -> list[str]:
        """Problems in words, from the top: where, then what."""
        placed = sorted((self._line(path), ".".join(path) or "the file", words) for path, words in problems)
        return [f"line {line}, {where}: {words}" for line, where, words in placed]

    def _line(self, path: Path) -> int:
        return next(self.lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self.lines)


def read(raw: bytes, shape: Shape) -> Sheet:
    """A file of this shape. Raises Wrong with everything that is."""
    if len(raw) > BYTES_MOST:
        raise Wrong([f"The file is larger than {BYTES_MOST // 1024} KiB."])
    try:
        text = raw.decode("utf-8-sig")
        _hold_bounds(text)
        node = yaml.compose(text, yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise Wrong([f"line {raw[: error.start].count(10) + 1}: this is not UTF-8; save the file as UTF-8."]) from None
    except yaml.YAMLError as error:
        raise Wrong([_not_yaml(error)]) from None
    lines: dict[Path, int] = {(): 1}
    problems: list[Problem] = []
    sheet = Sheet(_plain(node, (), lines, problems), lines)
    problems += _misshapen(sheet.tree, shape, ())
    if problems:
        raise Wrong(sheet.told(problems))
    return sheet


def _not_yaml(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"line {error.problem_mark.line + 1}: this is not YAML ({error.problem})."
    return "This is not YAML: there is a character that no text has."


def _hold_bounds(text: str) -> None:
    """Raises Wrong where a file refers to itself or goes deeper than a person writes."""
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise Wrong([f"line {line}: write it out; a file has no references such as *{event.anchor}."])
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH_MOST:
            raise Wrong([f"line {line}: nothing in a file goes so deep."])


def _plain(node: yaml.Node | None, path: Path, lines: dict[Path, int], problems: list[Problem]) -> Any:
    """Mappings, lists and texts. Notes the line of each part, and keys that come twice."""
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for name, value in node.value:
            if not isinstance(name, yaml.ScalarNode):
                problems.append((path, f"a key is one word; on line {name.start_mark.line + 1} it is more."))
                continue
            key = str(name.value)
            here = (*path, key)
            if key in found:
                problems.append((here, f"this key is there twice, on line {name.start_mark.line + 1} again."))
                continue
            lines[here] = name.start_mark.line + 1
            found[key] = _plain(value, here, lines, problems)
        return found
    if isinstance(node, yaml.SequenceNode):
        parts = [((*path, str(place)), value) for place, value in enumerate(node.value)]
        lines.update({here: value.start_mark.line + 1 for here, value in parts})
        return [_plain(value, here, lines, problems) for here, value in parts]
    return node.value.strip() if isinstance(node, yaml.ScalarNode) and node.tag != "tag:yaml.org,2002:null" else ""


def _misshapen(found: Any, shape: Shape, path: Path) -> Iterator[Problem]:
    """Keys that are missing or not known, and parts that are of another kind."""
    if isinstance(shape, Leaf):
        if not isinstance(found, str) or not shape.form.fullmatch(found):
            yield path, f"write {shape.wanted}."
    elif isinstance(shape, list):
        if isinstance(found, list) and found:
            for place, each in enumerate(found):
                yield from _misshapen(each, shape[0], (*path, str(place)))
        else:
            yield path, "write a list, such as [greeter]."
    elif isinstance(shape, Rows):
        yield from _rows(found or {}, shape, path)
    elif isinstance(found, dict):
        yield from _keys(found, shape, path)
    else:
        yield path, f"write keys with their values; there are {_known(shape)}."


def _rows(found: Any, shape: Rows, path: Path) -> Iterator[Problem]:
    if not isinstance(found, dict):
        yield path, "write keys of your own, each with what belongs to it."
    elif len(found) > ROWS_MOST:
        yield path, f"at most {ROWS_MOST}."
    else:
        for key, each in found.items():
            yield from _misshapen(each, shape.of, (*path, key))


def _keys(found: dict[str, Any], shape: Mapping[str, Shape], path: Path) -> Iterator[Problem]:
    known = {name.rstrip("?") for name in shape}
    for key in found.keys() - known:
        yield (*path, key), f"this key is not known; there are {_known(shape)}."
    for name, inner in shape.items():
        key = name.rstrip("?")
        if key in found:
            yield from _misshapen(found[key], inner, (*path, key))
        elif key == name:
            yield (*path, key), "this is missing."


def _known(shape: Mapping[str, Shape]) -> str:
    return ", ".join(name.rstrip("?") for name in shape)
