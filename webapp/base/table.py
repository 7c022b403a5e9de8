"""A list of rows declared once: its page with filters, sorting and paging, CSV, XLSX and print (design.md 3a).

Its rows are selected in the database, or worked out from facts for a span of days that has a limit.

A text never becomes a formula: XLSX holds it as text, CSV puts an apostrophe before what a sheet would calculate.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Response, make_response
from flask_babel import gettext as _

from webapp.base import clock
from webapp.base.database import db
from webapp.base.i18n import N_
from webapp.base.written import amount_text, figure_text, moment_text

PAGE_ROWS, PRINTED_ROWS, FILE_ROWS = 50, 1_000, 50_000
"""At most so many rows on a page, on a page to be printed, in a file; what is left out is told."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""How a workbook is opened so that no text of it is a formula or a link."""
CALCULATED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
USUAL_DAYS, MOST_DAYS = 31, 92
"""Of rows that are worked out: the span where none was asked for, and the longest, in days."""
Cell = str | int | None
"""A text, or an amount in thousandths."""
UNDONE_AT = "undone_at"
"""What a row holds of when it was undone, None where it stands: such a row is shown struck through, and counted apart."""


@dataclass(frozen=True)
class Scope:
    """Whose rows, as of when, and what was asked for in the address."""

    project_id: str
    zone: str
    at: int
    asked: Mapping[str, str] = field(default_factory=dict)

    def value(self, key: str) -> str:
        return self.asked.get(key, "").strip()

    def day(self, key: str) -> tuple[int, int] | None:
        """First instant of the local day asked for, and of the next; None where none was, or none that is one."""
        try:
            return clock.day_bounds(clock.day_named(self.value(key)), self.zone)
        except ValueError:
            return None

    def span(self, usual: int = USUAL_DAYS, most: int = MOST_DAYS) -> tuple[int, int]:
        """The days from `since` to `until` as two instants: the last `usual` where none were asked for, never more than `most`."""
        until = min((self.day("until") or (0, self.at + 1))[1], self.at + 1)
        asked = self.day("since")
        first = asked[0] if asked else self._days_before(until, usual)
        return max(first, self._days_before(until, most)), until

    def _days_before(self, until: int, number: int) -> int:
        """The first instant of the day with which so many days up to an instant begin."""
        last = clock.day_of(until - 1, self.zone)
        return clock.day_bounds(date.fromordinal(max(1, last.toordinal() - number + 1)), self.zone)[0]


@dataclass(frozen=True)
class Column:
    """`title`: a msgid. `cell`: (row, what was looked up) → what stands there. `by`: the column of the source it is sorted by.
    `kind`: "figure" is set flush right, for it is compared with what stands above it; of "words" a line may break anywhere."""

    key: str
    title: str
    cell: Callable[[Any, Any], Cell]
    by: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Filter:
    """`options`: value and words of each choice; none where a day is asked for."""

    key: str
    title: str
    options: Callable[[Scope], Sequence[tuple[str, str]]] | None = None

    def wrong(self, scope: Scope) -> str:
        """What is wrong with what was asked for, in words; '' where nothing is."""
        value = scope.value(self.key)
        if not value:
            return ""
        if self.options:
            return "" if value in dict(self.options(scope)) else str(_("Choose one of the entries offered."))
        try:
            clock.day_named(value)
        except clock.NoSuchYear:
            return str(_("Write a date from %(first)s to %(last)s.", first=clock.YEARS[0], last=clock.YEARS[-1]))
        except ValueError:
            return str(_("Write a day, such as 2026-05-28."))
        return ""


@dataclass(frozen=True)
class Table:
    """`source`: the rows that a scope asks for. `told`: what their ids are called. `order`: the column it is sorted by at first,
    with a minus the greatest first; `ties`: what settles the order of equal rows. `span`: where it is of some days, its usual
    number of them and the most. `undoes`: its rows hold UNDONE_AT."""

    name: str
    title: str
    columns: Sequence[Column]
    filters: Sequence[Filter]
    source: Callable[[Scope], sa.Select[*tuple[Any, ...]] | Iterable[Any]]
    told: Callable[[Scope], Any]
    order: str
    ties: Sequence[str]
    span: tuple[int, int] | None = None
    undoes: bool = False

    def wanted(self, scope: Scope, key: str) -> str:
        """What was asked for by a filter, if it is offered; else ''."""
        options = next(each.options for each in self.filters if each.key == key)
        value = scope.value(key)
        return value if options and value in dict(options(scope)) else ""


SPAN = (Filter("since", N_("From the day")), Filter("until", N_("To the day")))
"""The filters of a table that is of some days."""


@dataclass(frozen=True)
class Line:
    """A row as it is shown: its cells by column, and whether it was undone."""

    cells: list[Cell]
    is_undone: bool

    @property
    def words(self) -> list[str]:
        return [text_of(cell) for cell in self.cells]

    @property
    def filed(self) -> list[Cell]:
        """Its cells in a file: a figure of what was undone in square brackets, a text that no sheet adds up."""
        return [f"[{figure_text(cell)}]" if self.is_undone and isinstance(cell, int) else cell for cell in self.cells]


class _Selected:
    """Rows that the database sorts and counts."""

    def __init__(self, wanted: sa.Select[*tuple[Any, ...]]) -> None:
        self.of = wanted.subquery()

    def total(self) -> int:
        return int(db.session.scalar(sa.select(sa.func.count()).select_from(self.of)) or 0)

    def undone(self) -> int:
        """How many of them were undone."""
        return int(db.session.scalar(sa.select(sa.func.count(self.of.c[UNDONE_AT]))) or 0)

    def at(self, names: Sequence[str], turned: bool, most: int, start: int) -> Sequence[Any]:
        """By columns, from `start` on."""
        order = [self.of.c[name].desc() if turned else self.of.c[name] for name in names]
        return db.session.execute(sa.select(self.of).order_by(*order).limit(most).offset(start)).all()


class _Listed:
    """Rows that were worked out."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.of = list(rows)

    def total(self) -> int:
        return len(self.of)

    def undone(self) -> int:
        """How many of them were undone."""
        return sum(getattr(row, UNDONE_AT) is not None for row in self.of)

    def at(self, names: Sequence[str], turned: bool, most: int, start: int) -> Sequence[Any]:
        """By attributes, from `start` on; what has none of it comes as the least."""

        def key(row: Any) -> list[tuple[bool, Any]]:
            values = [getattr(row, name) for name in names]
            return [(value is not None, value) for value in values]

        return sorted(self.of, key=key, reverse=turned)[start : start + most]


class Shown:
    """A table as one request asks for it."""

    def __init__(self, table: Table, scope: Scope, path: str) -> None:
        self.table, self.scope, self.path = table, scope, path
        found = () if self.wrong else table.source(scope)
        self.rows = _Selected(found) if isinstance(found, sa.Select) else _Listed(found)

    @cached_property
    def wrong(self) -> dict[str, str]:
        """What is wrong with the filters, by key, in words: of a filter that cannot be read there are no rows."""
        found = {each.key: words for each in self.table.filters if (words := each.wrong(self.scope))}
        since, until = self.scope.day("since"), self.scope.day("until")
        if not found and since and until and until < since:
            found["until"] = str(_("This lies before a date that comes first."))
        return found

    @cached_property
    def total(self) -> int:
        return self.rows.total()

    @cached_property
    def undone(self) -> int:
        """How many of the rows were undone."""
        return self.rows.undone() if self.table.undoes else 0

    @property
    def standing(self) -> int:
        return self.total - self.undone

    @property
    def is_whole(self) -> bool:
        """All on one page, to be printed."""
        return self.scope.value("rows") == "all"

    @property
    def size(self) -> int:
        return PRINTED_ROWS if self.is_whole else PAGE_ROWS

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def page(self) -> int:
        text = self.scope.value("page")
        return min(max(1, int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 1), self.pages)

    @property
    def sort(self) -> str:
        """The key of the column it is sorted by, with a minus where the greatest comes first."""
        asked = self.scope.value("sort")
        known = {each.key for each in self.table.columns if each.by}
        return asked if asked.removeprefix("-") in known else self.table.order

    def lines(self, most: int, start: int = 0) -> list[Line]:
        """The rows from `start` on, each cell by its column."""
        key, turned = self.sort.removeprefix("-"), self.sort.startswith("-")
        names = (next(each.by for each in self.table.columns if each.key == key), *self.table.ties)
        rows = self.rows.at(names, turned, most, start)
        told = self.table.told(self.scope)
        return [
            Line(
                [column.cell(row, told) for column in self.table.columns],
                self.table.undoes and getattr(row, UNDONE_AT) is not None,
            )
            for row in rows
        ]

    @cached_property
    def body(self) -> list[Line]:
        """This page's rows."""
        return self.lines(self.size, (self.page - 1) * self.size)

    @property
    def days(self) -> tuple[int, int]:
        """The first and the last instant of what is shown."""
        since, until = self.scope.span(*self.table.span or ())
        return since, until - 1

    @property
    def is_cut(self) -> bool:
        """More days were asked for than are shown."""
        asked = self.scope.day("since")
        return bool(self.table.span and asked and asked[0] < self.days[0])

    @cached_property
    def chosen(self) -> list[tuple[str, str]]:
        """The filters that are set, in words."""
        found = []
        for each in self.table.filters:
            value = self.scope.value(each.key)
            words = dict(each.options(self.scope)).get(value, "") if each.options else value if self.scope.day(each.key) else ""
            if value and words:
                found.append((str(_(each.title)), words))
        return found

    @cached_property
    def in_force(self) -> dict[str, str]:
        """The days that are shown where none were asked for, by filter: the last usual ones up to the last asked for."""
        if not self.table.span or self.wrong:
            return {}
        since, _until = replace(self.scope, asked={"until": self.scope.value("until")}).span(*self.table.span)
        days = {"since": since, "until": self.scope.at}
        return {key: clock.day_of(instant, self.scope.zone).isoformat() for key, instant in days.items()}

    def filled(self, key: str) -> str:
        """What stands in the field of a filter: what was asked for, or what is in force anyway."""
        return self.scope.value(key) or self.in_force.get(key, "")

    def address(self, suffix: str = "", **changes: object) -> str:
        """This table otherwise: sorted, at another page, as a file; its filters stay, but for days that are in force anyway."""
        kept = {
            each.key: value for each in self.table.filters if (value := self.scope.value(each.key)) != self.in_force.get(each.key)
        }
        kept |= {"sort": self.scope.value("sort")}
        said = {key: str(value) for key, value in (kept | changes).items() if value}
        return f"{self.path}{suffix}" + (f"?{urlencode(said)}" if said else "")

    def turned(self, column: Column) -> str:
        """Where a tap on the head of a column leads."""
        return self.address(sort=f"-{column.key}" if self.sort == column.key else column.key)

    def direction(self, column: Column) -> str:
        """ascending, descending or nothing, as `aria-sort` has them."""
        return {column.key: "ascending", f"-{column.key}": "descending"}.get(self.sort, "")


def text_of(cell: Cell) -> str:
    """What stands in a cell, in words."""
    return figure_text(cell) if isinstance(cell, int) else cell or ""


def harmless(cell: Cell) -> str:
    """A cell of CSV. What a sheet would calculate is a text: it gets an apostrophe."""
    if isinstance(cell, int):
        return amount_text(cell)
    return f"'{cell}" if cell and cell.startswith(CALCULATED) else cell or ""


def as_csv(shown: Shown) -> bytes:
    """The rows as UTF-8 with a mark at its head, as the sheets of the mainland want it."""
    text = StringIO()
    write = csv.writer(text)
    write.writerow([_(each.title) for each in shown.table.columns])
    write.writerows([harmless(cell) for cell in row.filed] for row in shown.lines(FILE_ROWS))
    for words in cuts(shown):
        write.writerow([words])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(shown: Shown) -> bytes:
    """The rows as a workbook, below the title and the filters that were set."""
    import xlsxwriter  # 70 ms that no other page pays for

    file = BytesIO()
    with xlsxwriter.Workbook(file, SAFE) as book:
        bold, struck = book.add_format({"bold": True}), book.add_format({"font_strikeout": True})
        page = book.add_worksheet()
        page.set_paper(9)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.set_column(0, len(shown.table.columns) - 1, 18)
        page.write_string(0, 0, str(_(shown.table.title)), bold)
        page.write_string(1, 0, filters_text(shown))
        page.write_row(3, 0, [str(_(each.title)) for each in shown.table.columns], bold)
        page.freeze_panes(4, 0)
        page.repeat_rows(3)
        for number, row in enumerate(shown.lines(FILE_ROWS), 4):
            cells = [cell / 1000 if isinstance(cell, int) else cell or "" for cell in row.filed]
            page.write_row(number, 0, cells, struck if row.is_undone else None)
        for number, words in enumerate(cuts(shown), min(shown.total, FILE_ROWS) + 4):
            page.write_string(number, 0, words)
    return file.getvalue()


def filters_text(shown: Shown) -> str:
    """The filters that are set, and as of when."""
    at, zone, chosen = moment_text(shown.scope.at, shown.scope.zone), shown.scope.zone, shown.chosen
    if shown.table.span and not shown.wrong:
        days = {str(_(each.title)): clock.day_of(instant, zone) for each, instant in zip(SPAN, shown.days, strict=True)}
        chosen = [*(each for each in chosen if each[0] not in days), *((title, day.isoformat()) for title, day in days.items())]
    return " · ".join([*(str(_("%(name)s: %(value)s", name=title, value=words)) for title, words in chosen), at])


def left_out(shown: Shown, most: int) -> str:
    """That there is more than fits."""
    return str(_("Only the first %(most)s of %(total)s rows: narrow the filters.", most=most, total=shown.total))


def cuts(shown: Shown, most: int | None = None) -> list[str]:
    """What a file leaves out, or a page of at most so many rows."""
    most, found = FILE_ROWS if most is None else most, []
    if shown.table.span and shown.is_cut and not shown.wrong:
        found.append(str(_("At most %(most)s days at once: take them one after another.", most=shown.table.span[1])))
    return [*found, left_out(shown, most)] if shown.total > most else found


def file_of(shown: Shown, kind: str) -> Response:
    """The table as a file, csv or xlsx."""
    response = make_response(as_csv(shown) if kind == "csv" else as_xlsx(shown))
    response.headers.update({
        "Content-Type": XLSX if kind == "xlsx" else "text/csv; charset=utf-8", "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{shown.table.name}.{kind}"',
    })  # fmt: skip
    return response
