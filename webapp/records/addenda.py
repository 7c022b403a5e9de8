"""The addenda of a record in words (補記): who, when, what, and what the record said without it and says with it."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby, takewhile

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.base.paper import Column, Grid
from webapp.base.written import instant_text
from webapp.operations.later import Came
from webapp.records import tables
from webapp.records.layout import Layout
from webapp.records.rules import Account
from webapp.records.sealing import MOST, Addendum, Seal
from webapp.repairs.queries import Broken, content, entry
from webapp.sites.models import Project

Line = tuple[str, ...]
LABELS = 2
"""So many cells say which line of a part it is."""
OF_A_PARTY = ("guests", "covers")
TELLING = ("asset", "item", "counted", "quantity", "text")
"""The fields of an entry that tell it from another of its kind."""


def grids(told: Layout, addenda: Iterable[Addendum], now: int) -> tuple[Grid, ...]:
    """The parts of a record that tell what came after it was signed, one for each signature; they stand as they were given."""
    return tuple(_grid(told, seal, tuple(came), now) for seal, came in groupby(addenda, key=lambda each: each.seal))


def _grid(told: Layout, seal: Seal, addenda: Sequence[Addendum], now: int) -> Grid:
    title = f"{_('Addenda')} · {tables.by_code('', told.name(seal.by), instant_text(seal.at, told.site.zone, now)).said}"
    columns = (
        Column(_("Time"), "short"), Column(_("Event")), Column(_("Recorded by"), "name"), Column(_("Came in"), "short"),
        Column(_("What changed"), "note"),
    )  # fmt: skip
    rows = tuple(
        (
            instant_text(each.came.at, told.site.zone, now),
            what(told.site, each.came, now),
            told.name(each.came.author_id),
            instant_text(each.came.known.received_at, told.site.zone, now),
            " · ".join(changes(each.before, each.after, told)),
        )
        for each in addenda
    )
    total = ngettext("%(num)s entry came after this was signed", "%(num)s entries came after this was signed", len(rows))
    if len(rows) == MOST:
        total = _("at least %(number)s entries came after this was signed", number=MOST)
    return Grid(title, columns, rows, ("", total, *("" for _each in columns[2:])))


def what(site: Project, came: Came, now: int) -> str:
    """What an entry did, in words, and what it took back by that: Movement undone · 12:42 Drawn from the store (30 pairs)."""
    done, undone = entry(site.id, came.id), entry(site.id, came.corrected) if came.corrected else None
    told = [_in_words(done, site, now)] if done else []
    if undone:
        told.append(f"{instant_text(undone.row.effective_at, site.zone, now)} {_in_words(undone, site, now)}")
    return " · ".join(told)


def _in_words(of: Broken, site: Project, now: int) -> str:
    """What was done, and of what, how many."""
    said = dict(content(of.row, site, now, OF_A_PARTY if of.row.operation == "tours.arrive" else TELLING))
    told = [f"{name} {value}" if value.isdecimal() else value for name, value in said.items()]
    return str(_("%(what)s (%(how)s)", what=of.title, how=str(_(", ")).join(told))) if told else of.title


def changes(before: Account, after: Account, told: Layout) -> Iterator[str]:
    """Cell by cell what a record said and says."""
    was, now = tables.paper(before, told), tables.paper(after, told)
    for (label, old), (_label, new) in zip(was.head, now.head, strict=True):
        if old != new:
            yield _became(label, old, new)
    for old_part, new_part in zip((*was.grids, *was.more), (*now.grids, *now.more), strict=True):
        yield from _in_part(old_part, new_part)
    for signed, signs in zip(was.signs, now.signs, strict=True):
        if signed.said != signs.said:
            yield _became(signed.who, signed.said, signs.said)


def _in_part(was: Grid, now: Grid) -> Iterator[str]:
    first = int(now.kinds[0] == "number")  # what numbers the lines says nothing
    columns = [each.title for each in now.columns[first:]]
    for old, new in _pairs([each[first:] for each in was.rows], [each[first:] for each in now.rows]):
        told = _in_line(columns, old, new) if old and new else _became("", _line(columns, old), _line(columns, new))
        yield f"{now.title} {told}"
    if was.total != now.total:
        yield f"{now.title} {_in_total(now.columns, was.total, now.total)}"


def _pairs(old: Sequence[Line], new: Sequence[Line]) -> Iterator[tuple[Line, Line]]:
    """What became of each line that changed: the one in its place that begins like it; () of what came or went."""
    if _beginnings(old) == _beginnings(new):
        yield from (pair for pair in zip(old, new, strict=True) if pair[0] != pair[1])
        return
    for what, start, end, begin, stop in _steps(old, new):
        if what != "equal":
            yield from _by_beginning(old[start:end], new[begin:stop])


def _by_beginning(old: Sequence[Line], new: Sequence[Line]) -> Iterator[tuple[Line, Line]]:
    for what, start, end, begin, stop in _steps(_beginnings(old), _beginnings(new)):
        if what == "equal":
            yield from zip(old[start:end], new[begin:stop], strict=True)
        else:
            yield from ((each, ()) for each in old[start:end])
            yield from (((), each) for each in new[begin:stop])


def _beginnings(lines: Iterable[Line]) -> list[str]:
    return [each[0] for each in lines]


def _steps(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterable[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def _line(columns: Sequence[str], cells: Line) -> str:
    """A whole line: how it begins, and the rest of it under its columns."""
    named = (f"{column} {cell}" for column, cell in zip(columns[1:], cells[1:], strict=False) if cell)
    return str(_(", ")).join((*filter(None, cells[:1]), *named))


def _in_line(columns: Sequence[str], old: Line, new: Line) -> str:
    same = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=True))))
    label = " ".join(filter(None, old[: min(same, LABELS)]))
    told = [_became(column, one, other) for column, one, other in zip(columns, old, new, strict=True) if one != other]
    return " ".join(filter(None, (label, str(_(", ")).join(told))))


def _in_total(columns: Sequence[Column], old: Line, new: Line) -> str:
    """The sums that changed; one in words, as how many parties came, says itself what it is of."""
    cells = [each for each in zip(columns, old, new, strict=True) if each[1] != each[2]]
    told = [_became(column.title if column.kind == "figure" else "", one, other) for column, one, other in cells]
    return f"{_('Total')} {str(_(', ')).join(told)}"


def _became(what: str, old: str, new: str) -> str:
    return " ".join(filter(None, (what, old or "—", "→", new or "—")))
