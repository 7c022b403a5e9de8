"""Each field's one `clean`: limits, and the same value at a page and at the sync door."""

import json
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from tests.conftest import import_all_models
from webapp.base import clock
from webapp.operations import registry
from webapp.operations.fields import (
    Choice,
    Choices,
    Field,
    Form,
    Identity,
    Instant,
    Invalid,
    Keys,
    Lines,
    Number,
    Photos,
    Quantity,
    Reference,
    Single,
    Text,
    Ticked,
    Time,
)
from webapp.operations.occasion import Occasion
from webapp.operations.registry import Operation
from webapp.review.rules import NOTE_MOST


class EveryForm(Form):
    text = Text(most=10)
    number = Number(least=1, most=60)
    quantity = Quantity(most=100)
    time = Time(optional=True)
    choice = Choice(of=("pass", "fail"))
    choices = Choices(of=("elder", "child"), optional=True)
    ticked = Ticked()
    identity = Identity(optional=True)
    reference = Reference("sites.flat", optional=True)
    photos = Photos(optional=True)
    keys = Keys(most=2, optional=True)
    when = Instant(optional=True, back_dates=True)


def _nothing(_form: EveryForm, _occasion: Occasion) -> None:
    return None


EVERY = Operation("every.field", EveryForm, frozenset(), "post", True, _nothing)
FIELDS = EVERY.fields
typed = st.one_of(
    st.text(max_size=14),
    st.sampled_from(
        [
            "",
            " ",
            "4",
            "４",
            "1.5",
            "１．５",
            "-3",
            "61",
            "pass",
            "elder",
            "on",
            "1763869200000",
            "1e3",
            "8:40",
            "０８：４０",
            "24:00",
            "٣",
            "0x1",
            "1_000",
            "ab" * 32,
        ]
    ),
    st.uuids().map(str),
)


@given(st.fixed_dictionaries({}, optional={name: st.one_of(typed, st.lists(typed, max_size=3)) for name in EveryForm()._fields}))
def test_a_page_and_the_sync_door_read_the_same(body: dict[str, Any]) -> None:
    carried = json.loads(json.dumps(body))
    form, wrong = EVERY.clean(carried)
    page = EveryForm(MultiDict([(k, v) for k, values in body.items() for v in (values if isinstance(values, list) else [values])]))
    page.validate()
    for name, field in page._fields.items():
        assert isinstance(field, Field)
        assert (name in wrong) == bool(field.errors), name
        if name in wrong:
            assert field.code == wrong[name]
        else:
            assert getattr(form, name).data == field.data, name


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("text", "  門  ", "門"),
        ("text", "a\u202eb\x00c", "abc"),
        ("text", "a\ud800", "a"),
        ("number", "６０", 60),
        ("quantity", "1.5", 1500),
        ("quantity", "０．２５", 250),
        ("choices", ["child", "elder", "child"], ("elder", "child")),
        ("time", "8:40", "08:40"),
        ("time", "２３：５９", "23:59"),
        ("keys", ["hall.1", "hall.1", " door "], ("hall.1", "door")),
        ("ticked", None, False),
        ("ticked", "on", True),
        ("when", "1763869200000", 1763869200000),
    ],
)
def test_what_is_typed_becomes_a_value(name: str, raw: Any, value: Any) -> None:
    assert FIELDS[name].clean(raw) == value


@pytest.mark.parametrize(
    ("name", "raw", "code"),
    [
        ("text", "x" * 11, "too_long"),
        ("text", "  ", "required"),
        ("number", "0", "too_small"),
        ("number", "61", "too_large"),
        ("number", "1.5", "not_a_number"),
        ("number", "9" * 40, "not_a_number"),
        ("quantity", "1.2345", "not_a_quantity"),
        ("quantity", "-0.5", "too_small"),
        ("keys", ["a", "b", "c"], "too_many"),
        ("keys", "Hall", "malformed"),
        ("time", "24:00", "not_a_time"),
        ("time", "8.40", "not_a_time"),
        ("choice", "maybe", "not_offered"),
        ("choices", ["elder", "rich"], "not_offered"),
        ("identity", "not an id", "not_an_id"),
        ("reference", "g" * 36, "not_an_id"),
        ("when", "-1", "no_such_year"),
        ("when", str(clock.LAST), "no_such_year"),
    ],
)
def test_what_cannot_be_meant_is_named(name: str, raw: Any, code: str) -> None:
    with pytest.raises(Invalid) as wrong:
        FIELDS[name].clean(raw)
    assert wrong.value.code == code


def test_the_words_name_the_limit(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        form = EveryForm(MultiDict({"number": "61"}))
        form.validate()
        assert form.number.errors == ["At most 60."]


class RowForm(Form):
    kind = Choice(of=("asset", "stock"))
    found = Quantity(optional=True)
    note = Text(most=4, optional=True)
    asset = Reference("custody.asset", optional=True)


class RowsForm(Form):
    lines = Lines(RowForm, most=3)


ROWS = Operation("every.row", RowsForm, frozenset(), "post", True, lambda _form, _occasion: None)
cell = st.builds(
    "lines.{}.{}".format, st.sampled_from(("a", "b", "c", "d", "?", "")), st.sampled_from(("kind", "found", "note", "x"))
)
written = st.one_of(typed, st.sampled_from(("asset", "stock")))


@given(st.dictionaries(st.one_of(cell, st.sampled_from(("lines", "lines.", "lines.a", "other"))), written, max_size=12))
def test_a_page_and_the_sync_door_read_the_same_rows(body: dict[str, str]) -> None:
    form, wrong = ROWS.clean(json.loads(json.dumps(body)))
    page = RowsForm(MultiDict(body))
    page.validate()
    assert page.lines.codes == wrong
    assert bool(page.lines.errors) == bool(wrong)
    assert page.lines.data == form.lines.data


def test_rows_come_in_their_order_each_with_its_label_and_empty_cells_are_nothing() -> None:
    body = {"lines.b.kind": "stock", "lines.a.kind": "asset", "lines.b.found": "４", "lines.a.note": " "}
    form, wrong = ROWS.clean(body)
    assert wrong == {}
    assert form.lines.data == (
        {"row": "b", "kind": "stock", "found": 4000, "note": None, "asset": None},
        {"row": "a", "kind": "asset", "found": None, "note": None, "asset": None},
    )


def test_each_cell_has_an_error_of_its_own() -> None:
    body = {"lines.a.kind": "sword", "lines.a.note": "too long", "lines.b.note": "ok"}
    wrong = {"lines.a.kind": "not_offered", "lines.a.note": "too_long", "lines.b.kind": "required"}
    assert ROWS.clean(body)[1] == wrong


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({f"lines.{row}.kind": "asset" for row in "abcd"}, {"lines": "too_many"}),
        ({"lines.a.sword": "x"}, {"lines": "malformed"}),
        ({"lines.a/b.kind": "asset"}, {"lines": "malformed"}),
        ({"lines.a": "asset"}, {"lines": "malformed"}),
    ],
)
def test_rows_that_are_none_are_refused(body: dict[str, str], wrong: dict[str, str]) -> None:
    assert ROWS.clean(body)[1] == wrong


def test_a_value_under_the_bare_name_of_rows_is_refused() -> None:
    with pytest.raises(Invalid, match="malformed"):
        ROWS.fields["lines"].clean("asset")
    assert ROWS.fields["lines"].clean([]) is None, "where there are no rows a page brings nothing"


def test_a_kind_of_field_that_reads_nothing_cannot_be_made() -> None:
    class Blank(Single):
        pass

    class BlankForm(Form):
        blank = Blank()

    with pytest.raises(TypeError, match="parse"):
        BlankForm()
    assert all(type(each).clean is Single.clean for each in EVERY.fields.values() if isinstance(each, Single))


def test_what_a_row_refers_to_is_named_by_its_cell() -> None:
    some = "0198c0de-0000-7000-8000-000000000001"
    form, _wrong = ROWS.clean({"lines.a.kind": "asset", "lines.a.asset": some, "lines.b.kind": "stock"})
    assert ROWS.referred(form) == [("lines.a.asset", "custody.asset", some), ("lines.b.asset", "custody.asset", None)]


def test_what_is_wrong_is_said_with_the_bound_of_its_own_field(app: Flask) -> None:
    """A bound of another field, or of none, would send whoever reads it the wrong way."""
    import_all_models()
    count, close = registry.get("stock.draw"), registry.get("review.close")
    with app.test_request_context(headers={"Accept-Language": "en"}):
        told = count.explain({"quantity": "too_large", "item": "required", "": "role"})
        rows = close.explain({"lines.a.note": "too_long"})
    assert told == {
        "quantity": f"At most {count.fields['quantity'].limit_of('too_large')}.", "item": "Fill this in.",
        "": "You may not do this here.",
    }  # fmt: skip
    assert rows == {"lines.a.note": f"Too long: at most {NOTE_MOST} characters."}
