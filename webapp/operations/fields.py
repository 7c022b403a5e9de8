"""The only fields an operation's form may use. Each owns one pure `clean(raw) → value` that knows its limits.

A page runs `clean` inside WTForms, the sync door runs it directly; a property test holds both equal.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

import wtforms
from flask_babel import gettext as _
from wtforms.widgets import TextArea, TextInput

from webapp.base import clock

Raw = str | Sequence[str] | None
_DIGITS = str.maketrans("０１２３４５６７８９．－，：", "0123456789.-,:")
_WHOLE = re.compile(r"-?[0-9]{1,16}")
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,3})?")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_KEY = re.compile(r"[a-z][a-z0-9_.]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LABEL = re.compile(r"[0-9A-Za-z_-]{1,64}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Invalid(ValueError):
    """What is wrong with a value, as a code that the catalogue turns into words. `limit` is the bound that was passed."""

    def __init__(self, code: str, limit: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.limit = limit


BOUNDS = {"too_small": "least", "too_long": "most", "too_large": "most", "too_many": "most"}
"""The codes that speak of a bound, and what a field calls it."""


def explain(code: str, limit: int | None = None) -> str:
    """The words for a code, in the reader's language: what is wrong and how to mend it."""
    if limit is None and code in BOUNDS:
        return _("This cannot be accepted as it is.")
    words = {
        "required": _("Fill this in."),
        "too_long": _("Too long: at most %(limit)s characters.", limit=limit),
        "not_a_number": _("Write a whole number, such as 12."),
        "not_a_quantity": _("Write a number with at most three decimals, such as 1.5."),
        "too_small": _("At least %(limit)s.", limit=limit),
        "too_large": _("At most %(limit)s.", limit=limit),
        "not_a_time": _("Write a time of the day, such as 08:40."),
        "not_offered": _("Choose one of the entries offered."),
        "not_an_id": _("This entry cannot be read; choose it again."),
        "not_a_photo": _("This photo cannot be read. Take it again, as a JPEG or PNG."),
        "not_an_instant": _("Write a date and time."),
        "not_a_day": _("Write a day, such as 2026-05-01."),
        "no_such_year": _("Write a date from %(first)s to %(last)s.", first=clock.YEARS[0], last=clock.YEARS[-1]),
        "ends_first": _(
            "A shift ends after it begins, on the same day. Work past midnight is another shift, which begins at 0:00."
        ),
        "across_another": _("This cannot be beside another shift: one follows the other, and at most an hour is of both."),
        "not_to_come": _("Choose a day from tomorrow on: those that have begun stay as they are."),
        "above_par": _("The minimum is more than the full stock."),
        "out_of_order": _("This lies before a date that comes first."),
        "when": _("At most 48 hours back, and not in the future."),
        "other_project": _("This belongs to another project."),
        "too_many": _("No more than %(limit)s of these.", limit=limit),
        "malformed": _("This entry cannot be read."),
        "not_refused": _("The entry to be mended was not refused."),
        "role": _("You may not do this here."),
    }
    return words.get(code) or _("This cannot be accepted as it is.")


class Field(wtforms.Field, ABC):
    """A field with one pure `clean`. Absent and blank are the same; `optional` fields then hold None."""

    widget: Any = TextInput()

    def __init__(self, label: str = "", *, optional: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.optional = optional
        self.code: str | None = None

    @abstractmethod
    def clean(self, raw: Raw) -> Any:
        """The value of what was typed. Raises Invalid."""

    def limit_of(self, code: str) -> int | None:
        """The bound of this field that a code speaks of, if it has one."""
        found: int | None = getattr(self, BOUNDS.get(code, ""), None)
        return found

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            self.data = self.clean(valuelist)
        except Invalid as wrong:
            self.code = wrong.code
            raise ValueError(explain(wrong.code, wrong.limit)) from wrong

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)


class Single(Field):
    """A field of one text; of several the first."""

    def clean(self, raw: Raw) -> Any:
        text = raw if isinstance(raw, str) else (raw[0] if raw else "")
        text = text.strip()
        if text:
            return self.parse(text)
        if self.optional:
            return None
        raise Invalid("required")

    @abstractmethod
    def parse(self, text: str) -> Any:
        """The value of a text that is not blank. Raises Invalid."""


class Text(Single):
    """Plain text; control and bidi characters are dropped."""

    def __init__(self, label: str = "", *, most: int = 200, lines: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.most = most
        if lines:
            self.widget = TextArea()

    def parse(self, text: str) -> str:
        if len(text) > self.most:
            raise Invalid("too_long", self.most)
        return text if text.isascii() and text.isprintable() else _CONTROL.sub("", text)


class _Bounded(Single):
    """A figure between `least` and `most`."""

    def __init__(self, label: str = "", *, least: int = 0, most: int = 1_000_000, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.least, self.most = least, most


class Number(_Bounded):
    """A whole number."""

    def parse(self, text: str) -> int:
        if not text.isascii():
            text = text.translate(_DIGITS)
        if not _WHOLE.fullmatch(text):
            raise Invalid("not_a_number")
        return _bounded(int(text), self.least, self.most, 1)


class Quantity(_Bounded):
    """An amount of the base unit, held as integer thousandths; the bounds are in base units."""

    def parse(self, text: str) -> int:
        if not text.isascii():
            text = text.translate(_DIGITS)
        if not _DECIMAL.fullmatch(text):
            raise Invalid("not_a_quantity")
        whole, _dot, part = text.partition(".")
        thousandths = int(whole.lstrip("-")) * 1000 + int(part.ljust(3, "0") or 0)
        return _bounded(-thousandths if whole.startswith("-") else thousandths, self.least, self.most, 1000)


def _bounded(value: int, least: int, most: int, scale: int) -> int:
    if value < least * scale:
        raise Invalid("too_small", least)
    if value > most * scale:
        raise Invalid("too_large", most)
    return value


class Time(Single):
    """A time of the day on the wall, as 08:40."""

    def parse(self, text: str) -> str:
        text = text.translate(_DIGITS)
        if not _TIME.fullmatch(text):
            raise Invalid("not_a_time")
        return text.zfill(5)


class Choice(Single):
    """One of a few words."""

    def __init__(self, label: str = "", *, of: Sequence[str], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.of = frozenset(of)
        self.offered = tuple(of)

    def parse(self, text: str) -> str:
        if text not in self.of:
            raise Invalid("not_offered")
        return text


class Choices(Field):
    """Any of a few words, none twice, in the order offered."""

    def __init__(self, label: str = "", *, of: Sequence[str], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.offered = tuple(of)

    def clean(self, raw: Raw) -> tuple[str, ...]:
        chosen = {raw} if isinstance(raw, str) else set(raw or ())
        chosen.discard("")
        if not chosen <= set(self.offered):
            raise Invalid("not_offered")
        if not chosen and not self.optional:
            raise Invalid("required")
        return tuple(word for word in self.offered if word in chosen)


class Ticked(Field):
    """Yes or no; absent is no."""

    def clean(self, raw: Raw) -> bool:
        text = raw if isinstance(raw, str) else (raw[0] if raw else "")
        return text.strip().lower() in {"1", "y", "yes", "true", "on"}


class Identity(Single):
    """The id of another entry (a party, an offer): shape only, for a fact never depends on another fact."""

    def parse(self, text: str) -> str:
        found = text.lower()
        if not _ID.fullmatch(found):
            raise Invalid("not_an_id")
        return found


class Reference(Identity):
    """A row of reference data, by kind (its table with a dot: `sites.flat`). The ledger asks for a whole batch at once
    whether it belongs to this project, never whether it is still offered."""

    def __init__(self, kind: str, label: str = "", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.kind = kind


class Photos(Field):
    """SHA-256 digests of photos, none twice. The bytes come by requests of their own, so only the shape is looked at."""

    def __init__(self, label: str = "", *, most: int = 3, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.most = most

    def clean(self, raw: Raw) -> tuple[str, ...]:
        given = [raw] if isinstance(raw, str) else list(raw or ())
        digests = tuple(dict.fromkeys(text.strip() for text in given if text.strip()))
        if not all(_DIGEST.fullmatch(digest) for digest in digests):
            raise Invalid("not_a_photo")
        if len(digests) > self.most:
            raise Invalid("too_many", self.most)
        if not digests and not self.optional:
            raise Invalid("required")
        return digests


class Keys(Field):
    """Keys of things within a document (items of a checklist), none twice, in the order given."""

    def __init__(self, label: str = "", *, most: int = 100, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.most = most

    def clean(self, raw: Raw) -> tuple[str, ...]:
        given = [raw] if isinstance(raw, str) else list(raw or ())
        keys = tuple(dict.fromkeys(text.strip() for text in given if text.strip()))
        if not all(_KEY.fullmatch(key) for key in keys):
            raise Invalid("malformed")
        if len(keys) > self.most:
            raise Invalid("too_many", self.most)
        if not keys and not self.optional:
            raise Invalid("required")
        return keys


class Instant(Single):
    """Milliseconds UTC, as digits. With `back_dates` it says when a fact really was (補記), at most 48 h before."""

    def __init__(self, label: str = "", *, back_dates: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.back_dates = back_dates

    def parse(self, text: str) -> int:
        if not _WHOLE.fullmatch(text):
            raise Invalid("not_an_instant")
        value = int(text)
        if not 0 <= value < clock.LAST:
            raise Invalid("no_such_year")
        return value


class Document(Single):
    """A JSON text, for reference data that an import brings (words in three languages, a content body)."""

    def __init__(self, label: str = "", *, most: int = 200_000, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.most = most

    def parse(self, text: str) -> Any:
        import json

        if len(text) > self.most:
            raise Invalid("too_long", self.most)
        try:
            return json.loads(text)
        except ValueError:
            raise Invalid("malformed") from None


Lacks = Callable[[Mapping[str, Any]], str | None]


class Lines(Field):
    """Rows of cells that must be taken at once (a handover's). In a body and in a page's form alike each cell stands under a name
    of its own, `lines.ROW.CELL`; ROW is any label that keeps a row together (an id: a draft then finds its row again).

    `lacks` tells of a row which of its cells is still to be filled in, None where none is.
    """

    def __init__(self, row: "type[Form]", label: str = "", *, most: int = 200, lacks: "Lacks | None" = None, **kwargs: Any) -> None:
        super().__init__(label, optional=True, **kwargs)
        self.row, self.most, self.lacks = row, most, lacks

    def clean(self, raw: Raw) -> Any:
        """Rows stand under names of their own: what comes under this one is none."""
        if raw:
            raise Invalid("malformed")

    @cached_property
    def cells(self) -> Mapping[str, Field]:
        return {name: cell for name, cell in self.row()._fields.items() if isinstance(cell, Field)}

    @cached_property
    def references(self) -> tuple[tuple[str, str], ...]:
        """(cell, kind) of each reference in a row."""
        return tuple((name, cell.kind) for name, cell in self.cells.items() if isinstance(cell, Reference))

    def names(self, body: Iterable[str]) -> list[str]:
        """The names of a body that are cells of these rows."""
        return [name for name in body if name.startswith(f"{self.name}.")]

    def read(self, body: Mapping[str, Raw]) -> tuple[tuple[dict[str, Any], ...], dict[str, str]]:
        """The rows in the order in which they first come, each with its label under `row`; and what is wrong, by cell."""
        given: dict[str, dict[str, Raw]] = {}
        wrong: dict[str, str] = {}
        for name in self.names(body):
            _name, label, cell = (*name.split(".", 2), "")[:3]
            if _LABEL.fullmatch(label) and cell in self.cells:
                given.setdefault(label, {})[cell] = body[name]
            else:
                wrong[self.name] = "malformed"
        if len(given) > self.most:
            return (), {self.name: "too_many"}
        rows = tuple(self._row(label, said, wrong) for label, said in given.items())
        return (() if wrong else rows), wrong

    def _row(self, label: str, said: Mapping[str, Raw], wrong: dict[str, str]) -> dict[str, Any]:
        row: dict[str, Any] = {"row": label}
        for name, cell in self.cells.items():
            try:
                row[name] = cell.clean(said.get(name))
            except Invalid as invalid:
                wrong[f"{self.name}.{label}.{name}"] = invalid.code
        lacking = self.lacks(row) if self.lacks and len(row) > len(self.cells) else None
        if lacking:
            wrong[f"{self.name}.{label}.{lacking}"] = "required"
        return row

    def cell_of(self, name: str) -> Field | None:
        """The cell that a name of a body speaks of."""
        return self.cells.get(name.rpartition(".")[2])

    def process(self, formdata: Any, *_more: Any, **_options: Any) -> None:
        self.process_errors: list[str] = []
        self.data, self.codes = self.read({name: formdata.getlist(name) for name in formdata} if formdata is not None else {})
        for name, code in self.codes.items():
            cell = self.cell_of(name)
            self.process_errors.append(explain(code, cell.limit_of(code) if cell else None))


class Form(wtforms.Form):
    """An operation's form. A plain WTForms form: nothing of the current request comes in behind its back."""

    OPERATION_FIELDS: ClassVar[tuple[type[Field], ...]] = (
        Text,
        Number,
        Quantity,
        Time,
        Choice,
        Choices,
        Ticked,
        Identity,
        Reference,
        Photos,
        Keys,
        Instant,
        Document,
        Lines,
    )

    @classmethod
    def disagreements(cls, _form: Any) -> dict[str, str]:
        """Codes of what does not go together in a cleaned form, by field. What is wrong by itself is None there."""
        return {}


class UndoForm(Form):
    """`entry`: what is undone. What a package says beside it only lets the tablet's own page follow."""

    entry = Identity()
