"""What every sheet of paper has (forms.md, "All four"): parts of ruled cells between a head and a foot, places to sign, and the
code at its foot that a telephone reads. One sheet is for the screen, for A4 and for XLSX."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple
from unicodedata import east_asian_width

from markupsafe import Markup

from webapp.base.table import SAFE
from webapp.base.written import MINUS

QUIET = 2
"""So many modules of white round a code; the paper is white beyond it."""
INK_POINTS = 49.5
"""A line with twelve millimetres above it, the room for a signature in ink, as a file measures its rows."""
NOTE_MOST, FOLDED_NOTE_MOST = 24, 6
"""So wide a note fits its own cell, in half-width characters; a longer one stands below its line, over its whole width. Of parts
that are folded the cells are narrow."""
FOLDED_LEAST = 6
"""A part of fewer lines is not worth folding."""


class Column(NamedTuple):
    """What stands over a column. `kind`: number, mark, time, figure, short, name, words, text or note; by it a column has
    its width, and a file knows its amounts."""

    title: str
    kind: str = "text"


class Line(NamedTuple):
    """A line of a part, and the note that stands below it where it is too long for its cell."""

    cells: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Grid:
    """A part of a sheet: its title, its columns, its cells in words, and a line of sums below. `is_narrow`: where there are many of
    its lines, they stand in two blocks beside each other."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    is_narrow: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(each.kind for each in self.columns)

    @property
    def is_folded(self) -> bool:
        return self.is_narrow and len(self.rows) >= FOLDED_LEAST

    @property
    def blocks(self) -> tuple[tuple[Line, ...], ...]:
        """Its lines as a page shows them: in one block, or folded in two."""
        lines, half = tuple(self._lines()), -(-len(self.rows) // 2)
        return (lines[:half], lines[half:]) if self.is_folded else (lines,)

    def _lines(self) -> Iterator[Line]:
        place = self.kinds.index("note") if "note" in self.kinds else None
        most = FOLDED_NOTE_MOST if self.is_folded else NOTE_MOST
        for row in self.rows:
            if place is None or width(row[place]) <= most:
                yield Line(row)
            else:
                yield Line((*row[:place], "", *row[place + 1 :]), row[place])

    @property
    def note_title(self) -> str:
        return next((each.title for each in self.columns if each.kind == "note"), "")


def width(text: str) -> int:
    """How wide a text is, in half-width characters."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)


@dataclass(frozen=True)
class Sign:
    """A place for a signature: who signs, and what stands there: that he did so by code, or a name that another wrote."""

    who: str
    said: str = ""


@dataclass(frozen=True)
class Paper:
    """A sheet, all its words in one language. `changed`: it was signed, and what was signed is no longer what it says;
    `addenda`: what came since each signature; `more`: its continuation sheets; `foot`: how long it is kept, when it was printed,
    how its hash begins; `address`: where whoever scans its code is led; `in_ink`: whether a signature has room for ink."""

    language: str
    company: str
    form: str
    number: str
    title: str
    head: tuple[tuple[str, str], ...]
    grids: tuple[Grid, ...]
    more: tuple[Grid, ...]
    signs: tuple[Sign, ...]
    foot: tuple[str, ...]
    address: str = ""
    in_ink: bool = False
    changed: bool = False
    addenda: tuple[Grid, ...] = ()

    @property
    def code(self) -> Markup:
        """The address for a telephone; nothing of a form that is filled in by hand."""
        return code_of(self.address) if self.address else Markup()

    @property
    def all_grids(self) -> tuple[Grid, ...]:
        return (*self.grids, *self.addenda, *self.more)


def code_of(address: str) -> Markup:
    """An address as a QR code, drawn inline and without a style of its own, for the policy of our pages forbids one."""
    import segno  # 50 ms that no other page pays for

    # The least correction: its squares are the largest then, and a sheet that is folded is still read.
    drawn = segno.make_qr(address, error="l").svg_inline(
        border=QUIET, omitsize=True, light="#fff", svgclass="paper__code", lineclass=None
    )
    return Markup(drawn)  # noqa: S704 - of squares alone: the address is in them, not in the text


def workbook(sheets: Sequence[tuple[str, Sequence[Paper]]]) -> bytes:
    """A file with one sheet a name, its records one below the other. No text of it is ever a formula or a link."""
    import xlsxwriter  # 70 ms that no other page pays for

    file = BytesIO()
    with xlsxwriter.Workbook(file, SAFE) as book:
        looks = {
            "title": book.add_format({"bold": True, "font_size": 16}),
            "part": book.add_format({"bold": True, "top": 1, "font_size": 12}),
            "label": book.add_format({"bold": True, "border": 1, "text_wrap": True, "valign": "top"}),
            "cell": book.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
            "sign": book.add_format({"border": 1, "valign": "bottom"}),
        }
        for name, papers in sheets:
            page = book.add_worksheet(name)
            page.set_paper(9)
            page.set_margins(left=0.98, right=0.4)
            page.fit_to_pages(1, 0)
            page.set_column(0, 10, 14)
            page.set_footer("&C&P / &N")
            row, breaks = 0, []
            for each in papers:
                row = _write(page, looks, each, row)
                breaks.append(row)
            page.set_h_pagebreaks(breaks[:-1])
    return file.getvalue()


def _write(page: object, looks: Mapping[str, object], of: Paper, row: int) -> int:
    write = page.write  # type: ignore[attr-defined]
    write(row, 0, of.title, looks["title"])
    write(row + 1, 0, " · ".join(filter(None, (of.company, of.form, of.number))))
    row += 2
    for label, value in of.head:
        write(row, 0, label, looks["label"])
        write(row, 1, value, looks["cell"])
        row += 1
    for grid in of.all_grids:
        write(row, 0, grid.title, looks["part"])
        lines = [([each.title for each in grid.columns], "label"), *((each, "cell") for each in grid.rows)]
        for line, look in [*lines, (grid.total, "label")] if grid.total else lines:
            row += 1
            for column, (value, of_kind) in enumerate(zip(line, grid.columns, strict=True)):
                write(row, column, _figure(value) if of_kind.kind == "figure" else value, looks[look])
        row += 2
    for sign in of.signs:
        if of.in_ink:
            page.set_row(row, INK_POINTS)  # type: ignore[attr-defined]
        write(row, 0, sign.who, looks["label"])
        write(row, 1, sign.said, looks["sign"])
        row += 1
    write(row, 0, " · ".join(of.foot))
    return row + 2


def _figure(text: str) -> str | float:
    """An amount as a number, so that the sheet can be summed; a word over it, or nothing, as it is."""
    whole = text.removeprefix(MINUS).replace(".", "", 1)
    return float(text.replace(MINUS, "-")) if whole.isascii() and whole.isdigit() else text
