"""Scripts as they are sent: each entry point one file, its modules put together without what only people need.

A page that is opened offline asks the worker for every file it names, so thirty modules are thirty ways through it. There is no
bundler: the modules stand one after the other, each name of theirs is made one of its own, and everything means what it meant
(a test that reads the modules with a real parser compares the trees).

`dev.py check` weighs the same text, so this page needs nothing but the standard library.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain, product
from pathlib import Path
from string import ascii_letters, ascii_uppercase, digits
from typing import NamedTuple

from webapp.base.renamed import TEXT, Token, names_of, renamed

SENT = ("js/main.js", "js/theme.js", "js/worker/worker.js")
_BLOCK = re.compile(r"/\*\*.*?\*/", re.DOTALL)
_IMPORT = re.compile(r'^import (?:\{([\w\s,]+)\} from )?"(\.{1,2}/[\w./-]+)";\n', re.MULTILINE)
_TAKEN = re.compile(r"(\w+)(?: as (\w+))?")
_EXPORT = re.compile(r"^export ((?:async function\*?|function\*?|class|const) (\w+))", re.MULTILINE)
_ROUND = re.compile(r" ?([=*<>!&|?:,;{}()\[\]]) ?")
_BETWEEN = re.compile(r"(?<=[\w)\]]) ?([-+/%]) ?(?=[\w(\[])")
_ALONE = re.compile(r"(?<![\w$.#])\((\w+)\)=>")
_LAST = re.compile(r"[;,]?\s*(?=\})|,\s*(?=[\])])")
_GROUPS = re.compile(r"(?<![\w$])\d+(?:_\d+)+")
_OTHER = re.compile(r"^(?:import|export)\b.*|\bimport(?:\(|\.meta\b).*", re.MULTILINE)
Name = tuple[Path, str]
"""What a module declares for all its functions, by the module and what it is called there."""


class Module(NamedTuple):
    """Its lean text without imports, what is named in it, and what each name of its own or of another module is."""

    text: str
    names: list[Token]
    named: Mapping[str, Name]


def lean(script: str) -> str:
    """Off with `/** … */` wherever it stands and with lines of `//`. Our scripts have no text over several lines (a test looks)."""
    lines = (line.strip() for line in _BLOCK.sub("", script).splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def joined(entry: Path) -> str:
    """The module and all it imports as one text, each after what it needs, as it is sent. What the entry exports stays exported."""
    entry = entry.resolve()
    modules: dict[Path, Module] = {}
    _read(entry, modules, ())
    exported = {(entry, match[2]) for match in _EXPORT.finditer(modules[entry].text)}
    called = _called(modules.values()) | {name: name[1] for name in exported}
    whole = (_sent(module, called, is_entry=path == entry) for path, module in modules.items())
    return tight("".join(whole))


def tight(script: str) -> str:
    """Off with blanks round signs, with remarks and signs that may be left out; texts and patterns stay."""
    pieces = TEXT.split(script)
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            code = _GROUPS.sub(lambda match: match[0].replace("_", ""), piece)
            pieces[place] = _LAST.sub("", _ALONE.sub(r"\1=>", _BETWEEN.sub(r"\1", _ROUND.sub(r"\1", code))))
        elif piece.startswith(("//", "/*")):
            pieces[place] = ""
    return re.sub(r"[ \n]*\n", "\n", re.sub(r"([{;,])\n", r"\1", "".join(pieces)))


def _read(path: Path, modules: dict[Path, Module], above: tuple[Path, ...]) -> None:
    """Put a module into `modules`, after all that it imports."""
    taken: dict[str, Name] = {}

    def take(match: re.Match[str]) -> str:
        other = (path.parent / match[2]).resolve()
        if other == path or other in above:
            raise ValueError(f"{path.name} and {other.name} import each other")
        if other not in modules:
            _read(other, modules, (*above, path))
        taken.update((own or name, (other, name)) for name, own in _TAKEN.findall(match[1] or ""))
        return ""

    text = _IMPORT.sub(take, lean(path.read_text("utf-8")))
    names = names_of(_without_others(text, path))
    modules[path] = Module(text, names, {each.text: (path, each.text) for each in names if each.is_own} | taken)


def _called(modules: Iterable[Module]) -> dict[Name, str]:
    """What each name of a module is called where all stand together: the oftener, the shorter."""
    found: Counter[Name] = Counter()
    words: set[str] = set()
    for module in modules:
        texts = [each.text for each in module.names]
        words.update(texts)
        found.update(module.named[text] for text in texts if text in module.named)
    letters = chain(ascii_uppercase, map("".join, product(ascii_uppercase, ascii_letters + digits)))
    free = (each for each in letters if each not in words)
    return {name: next(free) for name, _times in found.most_common()}


def _sent(module: Module, called: Mapping[Name, str], is_entry: bool) -> str:
    text = renamed(module.text, {own: called[name] for own, name in module.named.items()}, module.names)
    return text if is_entry else _own(text)


def _own(body: str) -> str:
    return _EXPORT.sub(r"\1", body)


def _without_others(text: str, path: Path) -> str:
    """Only the forms that we use are understood; another one must not be sent half understood."""
    other = _OTHER.search(_own(text))
    if other:
        raise ValueError(f"{path.name}: not understood: {other[0]}")
    return text
