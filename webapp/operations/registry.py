"""The list of operations, and of the reference data they may name. Filled by importing each package's `operations.py`."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import sqlalchemy as sa

from webapp.base.database import Base
from webapp.operations.effects import Effect
from webapp.operations.fields import Field, Form, Instant, Invalid, Lines, Raw, Reference, Single, explain
from webapp.operations.occasion import Occasion
from webapp.operations.rules import PROOFS

Apply = Callable[[Any, Occasion], None]
Against = Callable[[Any, Occasion, sa.Connection], dict[str, str]]
"""What there is already that stands against an entry: codes by field. Of reference data only, for facts commute."""
Among = Callable[[Any, sa.Connection], frozenset[str]]
"""Who may do this very thing, by what a form names: of the roles of an operation only these."""
F = TypeVar("F", bound=Apply)
M = TypeVar("M", bound=type[Base])


class Value:
    """What `form.name` gives inside `apply`: only `.data`, as a WTForms field would."""

    __slots__ = ("data",)

    def __init__(self, data: Any) -> None:
        self.data = data


NOTHING = Value(None)


@dataclass(frozen=True, eq=False)
class Operation:
    """A verb of the product: who may, by what proof, with which form, and what it records."""

    name: str
    form: type[Form]
    roles: frozenset[str]
    proof: str
    offline: bool
    apply: Apply
    title: str = ""
    version: int = 1
    decision: bool = False
    effects: Sequence[Effect] = ()
    corrects: str = ""
    """The field that names what it takes back or gives back: an entry, or a day."""
    against: Against | None = None
    among: Among | None = None
    families: frozenset[str] = field(default_factory=frozenset)

    @property
    def family(self) -> str:
        """The package it belongs to; pages say which families they show."""
        return self.name.partition(".")[0]

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The bound fields of the form, whose `clean` the sync door runs."""
        bound = self.form()
        return {name: item for name, item in bound._fields.items() if isinstance(item, Field)}

    @cached_property
    def references(self) -> tuple[tuple[str, str], ...]:
        """(field, kind) of each reference in the form."""
        return tuple((name, item.kind) for name, item in self.fields.items() if isinstance(item, Reference))

    @cached_property
    def lines(self) -> tuple[tuple[str, Lines], ...]:
        """(name, field) of what is taken row by row."""
        return tuple((name, item) for name, item in self.fields.items() if isinstance(item, Lines))

    def referred(self, form: Any) -> list[tuple[str, str, str | None]]:
        """(field or cell, kind, id) of each reference of a cleaned form."""
        plain = [(name, kind, getattr(form, name).data) for name, kind in self.references]
        return [*plain, *self._in_rows(form)] if self.lines else plain

    def _in_rows(self, form: Any) -> Iterator[tuple[str, str, str | None]]:
        for name, lines in self.lines:
            for row in getattr(form, name).data:
                yield from ((f"{name}.{row['row']}.{cell}", kind, row[cell]) for cell, kind in lines.references)

    def names(self, body: Iterable[str]) -> list[str]:
        """The names of a body that this operation reads, cell by cell where it has rows."""
        return [each for name, item in self.fields.items() for each in (item.names(body) if isinstance(item, Lines) else [name])]

    def field_of(self, name: str) -> Field | None:
        """The field that a name of a body speaks of, or the cell of a row."""
        cells = (cell for _lines, item in self.lines if (cell := item.cell_of(name)))
        return self.fields.get(name) or next(cells, None)

    def explain(self, wrong: Mapping[str, str]) -> dict[str, str]:
        """The words for what is wrong with a body, by field, each with the limit of that field."""
        fields = {name: self.field_of(name) for name in wrong}
        return {name: explain(code, item.limit_of(code) if (item := fields[name]) else None) for name, code in wrong.items()}

    @cached_property
    def when(self) -> str | None:
        """The field that says when it really was, if the form has one."""
        names = [name for name, item in self.fields.items() if isinstance(item, Instant) and item.back_dates]
        return names[0] if names else None

    @cached_property
    def effects_json(self) -> str:
        """What `<operation-form>` reads in `data-effects`."""
        return json.dumps([effect.markup() for effect in self.effects], ensure_ascii=False)

    @cached_property
    def _steps(self) -> tuple[tuple[str, Callable[[Raw], Any], Callable[[str], Any] | None, bool], ...]:
        """(field, its clean, its parse where a plain text that is not blank may go there at once, and whether it may be absent)."""
        return tuple(
            (name, item.clean, item.parse, item.optional) if isinstance(item, Single) else (name, item.clean, None, False)
            for name, item in self.fields.items()
            if not isinstance(item, Lines)
        )

    @cached_property
    def _shape(self) -> type[Any]:
        return type(self.form.__name__, (), {"__slots__": tuple(self.fields)})

    def clean(self, body: Mapping[str, Any]) -> tuple[Any, dict[str, str]]:
        """The cleaned form of a body, and the codes of what is wrong with it by field."""
        form, wrong = self._shape(), {}
        for name, clean, parse, may_lack in self._steps:
            raw = body.get(name)
            if raw is None and may_lack:
                setattr(form, name, NOTHING)
                continue
            try:
                if parse is not None and type(raw) is str and (text := raw.strip()):
                    value = parse(text)
                else:
                    value = clean(raw if type(raw) is str else _as_text(raw))
            except Invalid as invalid:
                wrong[name] = invalid.code
                setattr(form, name, NOTHING)
            else:
                setattr(form, name, Value(value))
        for name, lines in self.lines:
            rows, errors = lines.read(
                {each: raw if type(raw := body[each]) is str else _as_text(raw) for each in lines.names(body)}
            )
            wrong |= errors
            setattr(form, name, Value(rows))
        return form, self.form.disagreements(form) | wrong


def _as_text(raw: Any) -> Raw:
    """JSON values other than strings, read as their text (docs/protocol.md section 2)."""
    if raw is None:
        return None
    if isinstance(raw, list):
        return [item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for item in raw if item is not None]
    return json.dumps(raw, ensure_ascii=False)


_operations: dict[str, Operation] = {}
_references: dict[str, type[Base]] = {}


def operation(
    name: str,
    *,
    form: type[Form],
    roles: Iterable[str],
    proof: str,
    offline: bool = False,
    title: str = "",
    version: int = 1,
    decision: bool = False,
    effects: Sequence[Effect] = (),
    corrects: str = "",
    against: Against | None = None,
    among: Among | None = None,
) -> Callable[[F], F]:
    """Declare an operation. A name is never used twice, not even for something gone. `title`: msgid of its name in lists."""
    if proof not in PROOFS:
        raise ValueError(f"{name}: no such proof as {proof}")

    def declare(apply: F) -> F:
        if name in _operations and _operations[name].apply.__module__ != apply.__module__:
            raise ValueError(f"{name} is declared twice")
        _operations[name] = Operation(
            name=name,
            form=form,
            roles=frozenset(roles),
            proof=proof,
            offline=offline,
            apply=apply,
            title=title or name,
            version=version,
            decision=decision,
            effects=tuple(effects),
            corrects=corrects,
            against=against,
            among=among,
        )
        return apply

    return declare


def reference(kind: str) -> Callable[[M], M]:
    """Declare reference data that forms may name: a table with `id` and `project_id`."""

    def declare(model: M) -> M:
        _references[kind] = model
        return model

    return declare


def find(name: str) -> Operation | None:
    return _operations.get(name)


def get(name: str) -> Operation:
    return _operations[name]


def every() -> list[Operation]:
    return [_operations[name] for name in sorted(_operations)]


def reference_table(kind: str) -> type[Base]:
    return _references[kind]


def reference_kinds() -> list[str]:
    return sorted(_references)
