"""One inline sprite of the line drawings that the pages use: Lucide's by name, our own by file."""

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from zipfile import ZipFile

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
    # Straight from their archive: asked one by one, they open it and read the names of 1,700 drawings each time.
    with files("lucide").joinpath("lucide.zip").open("rb") as packed, ZipFile(packed) as archive:
        theirs = {name: archive.read(f"{name}.svg").decode() for name in (FOLDER / "names.txt").read_text("utf-8").split()}
    ours = {path.stem: path.read_text("utf-8") for path in FOLDER.glob("*.svg")}
    return theirs | ours


def _symbol(name: str, svg: str) -> Markup:
    lines = Markup(re.sub(r">\s+<", "><", svg[svg.index(">") + 1 : svg.rindex("</svg>")]).strip())  # noqa: S704 - drawings are files of ours or of a locked package
    return Markup('<symbol id="i-{}" viewBox="0 0 24 24">{}</symbol>').format(name, lines)
