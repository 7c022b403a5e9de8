"""The code at the foot of a sheet: drawn without a style, large enough, and paid for by those alone who print."""

import subprocess
import sys
from pathlib import Path

from webapp.base.paper import FOLDED_LEAST, QUIET, Column, Grid, Line, code_of

ADDRESS = (
    "https://threshold.example.com/records/2026-05-28/019e6d3c-0000-7000-8000-000000000001/middle?sheet=0123456789abcdef-6a182d94"
)
SQUARES_MOST = 49
"""At 17 mm each square is a third of a millimetre: what a telephone still reads at a hand's breadth."""


def test_a_code_is_drawn_inline_and_without_a_style_of_its_own() -> None:
    drawn = str(code_of(ADDRESS))
    assert drawn.startswith("<svg ")
    assert "style" not in drawn
    assert "<script" not in str(code_of("https://example.com/<script>"))


def test_a_code_stays_coarse_enough_to_be_read() -> None:
    box = str(code_of(ADDRESS)).partition('viewBox="')[2].partition('"')[0]
    assert int(box.split()[2]) - 2 * QUIET <= SQUARES_MOST - 2 * QUIET


def test_nothing_that_starts_loads_what_draws_codes(tmp_path: Path) -> None:
    made = {"DATABASE_URL": f"sqlite:///{tmp_path / 'none.db'}", "DATA_FOLDER": str(tmp_path)}
    code = f"import sys; from webapp.factory import create_app; create_app({made}); sys.exit('segno' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


CHECKED = (Column("Item"), Column("Result", "mark"), Column("Note", "note"))
LONG = "少一把雨傘，已通知主管。"


def part(*notes: str, is_narrow: bool = True) -> Grid:
    return Grid("Before", CHECKED, tuple((f"item {n}", "√", note) for n, note in enumerate(notes)), is_narrow=is_narrow)


def test_a_long_note_stands_below_its_line_and_squeezes_no_other_cell() -> None:
    [lines] = part("好", LONG + LONG).blocks
    assert lines == (Line(("item 0", "√", "好")), Line(("item 1", "√", ""), LONG + LONG))


def test_many_narrow_lines_are_folded_in_two_and_few_or_wide_ones_are_not() -> None:
    notes = [""] * FOLDED_LEAST
    left, right = part(*notes, "").blocks
    assert [row[0] for row, _note in (*left, *right)] == [f"item {n}" for n in range(FOLDED_LEAST + 1)]
    assert len(left) == len(right) + 1
    assert [len(each.blocks) for each in (part(*notes[1:]), part(*notes, is_narrow=False), part())] == [1, 1, 1]


def test_a_folded_part_has_less_room_for_a_note() -> None:
    notes = [LONG, *[""] * (FOLDED_LEAST - 2)]
    assert [part(*notes).blocks[0][0].note, part(*notes, "").blocks[0][0].note] == ["", LONG]
