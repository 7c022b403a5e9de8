"""Scripts as they are sent: each entry point one file, its modules put together without what only people need.

A page that is opened offline asks the worker for every file it names, so thirty modules are thirty ways through it. There is no
bundler: a module becomes a function that is called once, and everything in it means what it meant (a test compares the trees).

`dev.py check` weighs the same text, so this page needs nothing but the standard library.
"""

import re
from collections.abc import Callable
from pathlib import Path

from webapp.base.renamed import TEXT, renamed

SENT = ("js/main.js", "js/theme.js", "js/worker/worker.js")
_BLOCK = re.compile(r"/\*\*.*?\*/", re.DOTALL)
_IMPORT = re.compile(r'^import (?:\{([\w\s,]+)\} from )?"(\.{1,2}/[\w./-]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async function\*?|function\*?|class|const) (\w+))", re.MULTILINE)
_ROUND = re.compile(r" ?([=*<>!&|?:,;{}()\[\]]) ?")
_BETWEEN = re.compile(r"(?<=[\w)\]]) ([-+/%]) (?=[\w(\[])")
_ALONE = re.compile(r"(?<![\w$.#])\((\w+)\)=>")
_LAST = re.compile(r"[;,]?\s*(?=\})|,\s*(?=[\])])")
_PRIVATE = re.compile(r"#(\w+)")
_OURS = re.compile(r"^(?:const|(?:async )?function) ([A-Z][A-Z0-9_]+|[a-z]+[A-Z]\w*)\b", re.MULTILINE)
"""What a module calls by a name that no property of the wire or of the store can have: those are written otherwise."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_OTHER = re.compile(r"^(?:import|export)\b.*|\bimport(?:\(|\.meta\b).*", re.MULTILINE)


def lean(script: str) -> str:
    """Off with `/** … */` wherever it stands and with lines of `//`. Our scripts have no text over several lines (a test looks)."""
    lines = (line.strip() for line in _BLOCK.sub("", script).splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def joined(entry: Path) -> str:
    """The module and all it imports as one text, as it is sent."""
    return tight(put_together(entry, renamed))


def put_together(entry: Path, read: Callable[[str], str] = str) -> str:
    """The module and all it imports as one text, each after what it needs. What the entry exports stays exported."""
    modules: dict[Path, str] = {}
    body = _resolved(entry.resolve(), modules, (), read)
    return "".join([*modules.values(), body])


def tight(script: str) -> str:
    """Off with blanks round signs, with remarks and signs that may be left out; texts and patterns stay.

    What is a module's or a class's own gets a short name.
    """
    ours = list(dict.fromkeys(_OURS.findall(script)))
    known = re.compile(rf"(?<![\w$#])(?<!(?<!\.)\.)({'|'.join(ours)})\b" if ours else r"(?!)")
    short: dict[str, str] = {}

    def named(text: str) -> str:
        text = known.sub(lambda match: "$" + _short(ours.index(match[1])).upper(), text)
        return _PRIVATE.sub(lambda match: "#" + short.setdefault(match[1], _short(len(short))), text)

    pieces = TEXT.split(script)
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            pieces[place] = _LAST.sub("", _ALONE.sub(r"\1=>", _BETWEEN.sub(r"\1", _ROUND.sub(r"\1", named(piece)))))
        elif piece.startswith(("//", "/*")):
            pieces[place] = ""
        elif piece.startswith("`"):
            pieces[place] = re.sub(r"\$\{[^}]*\}", lambda filled: named(filled[0]), piece)
    return re.sub(r"[ \n]*\n", "\n", re.sub(r"([{;,])\n", r"\1", "".join(pieces)))


def _short(count: int) -> str:
    return f"{_LETTERS[count % len(_LETTERS)]}{count // len(_LETTERS) or ''}"


def _resolved(path: Path, modules: dict[Path, str], above: tuple[Path, ...], read: Callable[[str], str]) -> str:
    """A module's lean text with its imports taken out of `modules`, which gets those that it has not."""

    def taken(match: re.Match[str]) -> str:
        other = (path.parent / match[2]).resolve()
        if other == path or other in above:
            raise ValueError(f"{path.name} and {other.name} import each other")
        if other not in modules:
            body = _resolved(other, modules, (*above, path), read)
            modules[other] = _called_once(f"${len(modules)}", body)
        names = re.sub(r"\bas\b", ":", match[1] or "")
        return f"const {{{names}}} = ${list(modules).index(other)};\n" if names else ""

    return _without_others(_IMPORT.sub(taken, read(lean(path.read_text("utf-8")))), path)


def _called_once(name: str, body: str) -> str:
    exported = ", ".join(match[2] for match in _EXPORT.finditer(body))
    return f"const {name} = (() => {{\n{_own(body)}return {{ {exported} }};\n}})();\n"


def _own(body: str) -> str:
    return _EXPORT.sub(r"\1", body)


def _without_others(text: str, path: Path) -> str:
    """Only the forms that we use are understood; another one must not be sent half understood."""
    other = _OTHER.search(_own(text))
    if other:
        raise ValueError(f"{path.name}: not understood: {other[0]}")
    return text
