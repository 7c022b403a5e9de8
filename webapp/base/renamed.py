"""Shorter names for what a function keeps to itself: a third of a script is names that only people read.

There is no parser here: words, signs and the brackets around them tell a name that refers to something from a property.
A name is changed only within one function, statement or class member of a module, where it is declared there and the module
itself has nothing of that name. A test asks a real parser whether every name still refers to the same thing; it fails where
a function declares in one block what in another is a global of the browser, which nobody should write.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, product
from types import MappingProxyType
from typing import NamedTuple

TEXT = re.compile(
    r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`"""  # a text
    r"""|(?<=[(,=:!&|?;{}\[>\n])[ ]?/(?![/*\s])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*"""  # a pattern
    r"""|//[^\n]*|/\*.*?\*/)"""  # a remark
)
_FILLED = re.compile(r"(\$\{[^}]*\})")
_TOKEN = re.compile(r"function\*|#?[A-Za-z_$][\w$]*|\.\.\.|=>|\?\.|\d[\w.]*|\S")
_MEMBER = re.compile(r"[#\w$\[]")
_NAME = re.compile(r"[A-Za-z_][\w$]*")
_WORDS = frozenset(
    re.findall(
        r"\w+",
        "as async await break case catch class const continue debugger default delete do else export extends false finally for"
        " from function get if import in instanceof let new null of return set static super switch this throw true try typeof"
        " undefined var void while with yield",
    )
)
_STARTS = frozenset(["async", "await", "class", "const", "export", "for", "function", "if", "import", "let", "try"])
_BEFORE_BLOCK = frozenset([")", "=>", "else", "try", "finally", "do", ";", "{", "}", "static", ""])
_BEFORE_MEMBER = frozenset(["{", "}", ";", "static", "async", "get", "set", "*"])
_DECLARING = frozenset(["const", "let", "class", "function", "function*"])
_LETTERS = "etaoinsrlcdupmhfgybvkxjqzw"
"""Those that a script has most of anyway come first: packed, they are the shortest."""
_OPEN, _CLOSED = frozenset("([{"), frozenset(")]}")
OBJECT, CLASS, BLOCK, FILLED, PARAMETERS, OTHER = "object", "class", "block", "filled", "parameters", "other"


class Bracket(NamedTuple):
    """What stands in it, and whether names in it are declared: parameters, `const { a } =`."""

    kind: str
    declares: bool = False
    is_own: bool = False


TOP = Bracket("top")


class Token(NamedTuple):
    """A word or a sign: in which piece, where in it, and what is around."""

    text: str
    piece: int
    at: int
    before: str
    after: str
    around: Bracket
    region: int
    """The statement or class member of the module in which it stands."""
    is_own: bool
    """Whether the module itself declares it: to all its functions it means the same."""

    @property
    def is_name(self) -> bool:
        return bool(_NAME.fullmatch(self.text)) and self.text not in _WORDS and not self.is_key

    @property
    def is_private(self) -> bool:
        return self.text.startswith("#")

    @property
    def is_key(self) -> bool:
        """A property or a method, not a reference."""
        kind, before, after = self.around.kind, self.before, self.after
        if before in (".", "?."):
            return True
        if kind == CLASS:
            return after in ("(", "=") and before in _BEFORE_MEMBER
        starts = kind == OBJECT and before in ("{", ",")
        return (starts and after in (":", "(")) or (kind == OBJECT and after == "(" and before in ("async", "get", "set", "*"))

    @property
    def is_both(self) -> bool:
        """`{ a }`: property and reference at once."""
        return self.around.kind == OBJECT and self.before in ("{", ",") and self.after in (",", "}", "=")

    @property
    def is_declared(self) -> bool:
        if self.before in _DECLARING or self.after == "=>":
            return True
        return self.around.declares and self.before in ("(", ",", "{", "[", "...", ":")


def names_of(module: str) -> list[Token]:
    """Where a lean module refers to something by a name; its properties are none, what its classes keep to themselves is."""
    return [token for token in _tokens(list(_pieces(module))) if token.is_name or token.is_private]


def renamed(module: str, given: Mapping[str, str] = MappingProxyType({}), names: Sequence[Token] | None = None) -> str:
    """A module's lean text with one-letter names for what its functions declare and what its classes keep to themselves.

    Its own names are called as `given`, with capitals, or stay; so do its properties. `names`: of it, where they are known.
    """
    texts = [text for text, _is_code in _pieces(module)]
    tokens = names_of(module) if names is None else names
    own = {token.text for token in tokens if token.is_own} | given.keys()
    regions: dict[int, list[Token]] = {}
    for token in tokens:
        regions.setdefault(token.region, []).append(token)
    private = dict.fromkeys(token.text for token in tokens if token.is_private)
    everywhere = {**given, **{name: f"#{letter}" for name, letter in zip(private, _letters(), strict=False)}}
    short = {region: {**_shorter(those, own), **everywhere} for region, those in regions.items()}
    for token in reversed(tokens):
        if name := short[token.region].get(token.text):
            text, end = texts[token.piece], token.at + len(token.text)
            texts[token.piece] = text[: token.at] + (f"{token.text}: {name}" if token.is_both else name) + text[end:]
    return "".join(texts)


def _shorter(tokens: Iterable[Token], own: set[str]) -> Mapping[str, str]:
    """The names that become shorter in a region, where that saves something."""
    saved: Counter[str] = Counter()
    for token in filter(lambda each: each.is_name, tokens):
        saved[token.text] += -2 if token.is_both else len(token.text) - 1
    declared = {token.text for token in tokens if token.is_declared} - own
    those = [name for name, letters in saved.items() if name in declared and letters > 0]
    kept = (saved.keys() - set(those)) | own | _WORDS
    return dict(zip(those, (name for name in _letters() if name not in kept), strict=False))


def _letters() -> Iterator[str]:
    return chain(_LETTERS, map("".join, product(_LETTERS, repeat=2)))


def _pieces(script: str) -> Iterator[tuple[str, bool]]:
    """The script cut into code and what is none; what is filled into a template is code."""
    for place, piece in enumerate(TEXT.split(script)):
        if place % 2 and piece.startswith("`"):
            yield from ((part, bool(filled % 2)) for filled, part in enumerate(_FILLED.split(piece)))
        else:
            yield piece, place % 2 == 0


def _found(pieces: Iterable[tuple[str, bool]]) -> Iterator[tuple[str, int, int]]:
    """Words and signs with their places; a text counts as one sign."""
    for number, (text, is_code) in enumerate(pieces):
        if is_code:
            yield from ((match[0], number, match.start()) for match in _TOKEN.finditer(text))
        elif text and not text.startswith(("//", "/*")):
            yield "'", number, 0


def _tokens(pieces: Iterable[tuple[str, bool]]) -> Iterator[Token]:
    found = [("", 0, 0), *_found(pieces), ("", 0, 0)]
    beyond = _beyond([text for text, _piece, _at in found])
    around: list[Bracket] = [TOP]
    region, comes_class = 0, False
    for place in range(1, len(found) - 1):
        (text, piece, at), before, after = found[place], found[place - 1][0], found[place + 1][0]
        if text in _CLOSED:
            around.pop()
        here = around[-1]
        is_member = len(around) == 2 and here.kind == CLASS and before in ("{", "}", ";") and _MEMBER.match(text)
        if is_member or (here is TOP and text in _STARTS):
            region += 1
        is_own = here.is_own or (here is TOP and before in _DECLARING)
        yield Token(text, piece, at, before, after, here, region, is_own)
        comes_class = comes_class or text == "class"
        if text in _OPEN:
            around.append(Bracket(CLASS) if text == "{" and comes_class else _bracket(text, before, beyond[place], here))
            comes_class = comes_class and text != "{"


def _beyond(texts: Sequence[str]) -> Mapping[int, str]:
    """For each bracket that opens, what comes after it has closed."""
    opened, beyond = [], {}
    for place, text in enumerate(texts):
        if text in _OPEN:
            opened.append(place)
        elif text in _CLOSED:
            beyond[opened.pop()] = texts[place + 1]
    return beyond


def _bracket(text: str, before: str, beyond: str, here: Bracket) -> Bracket:
    if text == "(":
        of_function = beyond == "=>" or (beyond == "{" and before not in ("if", "for", "while", "switch"))
        return Bracket(PARAMETERS if of_function else OTHER, declares=of_function)
    if text == "{" and before == "$":
        return Bracket(FILLED)
    if text == "{" and before in _BEFORE_BLOCK:
        return Bracket(BLOCK)
    inside = here.declares and before in ("(", ",", "{", "[", "...", ":")
    declares = inside or before in ("const", "let", "import")
    return Bracket(OBJECT if text == "{" else OTHER, declares, is_own=here.is_own or (here is TOP and declares))
