"""One inline sprite of the line drawings that the pages use: Lucide's by name, our own by file."""

from functools import cache
from pathlib import Path

from lucide.jinja import lucide
from markupsafe import Markup

FOLDER = Path(__file__).parent.parent / "static" / "icons"


@cache
def sprite() -> Markup:
    """Every drawing as a `<symbol id="i-NAME">`; a page shows one by `<use href="#i-NAME">` (the macro `icon`)."""
    symbols = Markup("").join(_symbol(name, svg) for name, svg in sorted(_drawings().items()))
    return Markup('<svg class="sprite" width="0" height="0" aria-hidden="true" focusable="false">{}</svg>').format(symbols)


def names() -> frozenset[str]:
    """What the macro `icon` may be asked for."""
    return frozenset(_drawings())


@cache
def _drawings() -> dict[str, str]:
    theirs = {name: str(lucide(name)) for name in (FOLDER / "names.txt").read_text("utf-8").split()}
    ours = {path.stem: path.read_text("utf-8") for path in FOLDER.glob("*.svg")}
    return theirs | ours


def _symbol(name: str, svg: str) -> Markup:
    lines = Markup(svg[svg.index(">") + 1 : svg.rindex("</svg>")].strip())  # noqa: S704 - drawings are files of ours or of a locked package
    return Markup('<symbol id="i-{}" viewBox="0 0 24 24">{}</symbol>').format(name, lines)
