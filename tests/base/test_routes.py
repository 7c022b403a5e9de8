"""An address is the same, whenever its builder is made."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Map, Rule
from werkzeug.routing.converters import AnyConverter, IntegerConverter, UUIDConverter

from webapp.base.routes import LateRule

SOME_ID = "0198c0de-0000-7000-8000-00000000000a"


def value(rule: Rule, name: str) -> Any:
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 7 if isinstance(converter, IntegerConverter) else SOME_ID if isinstance(converter, UUIDConverter) else "鞋 套/1"


def test_every_route_is_written_as_werkzeug_writes_it(app: Flask) -> None:
    seen = 0
    for rule in app.url_map.iter_rules():
        assert isinstance(rule, LateRule)
        (plain,) = Map([Rule(rule.rule, endpoint="it", defaults=rule.defaults)], converters=app.url_map.converters).iter_rules()
        values = {name: value(rule, name) for name in rule._converters} | {"q": "鞋 套"}
        for append_unknown in (True, False):
            built = plain.build(values, append_unknown)
            assert built is not None
            assert rule.build(values, append_unknown) == built
            seen += 1
    assert seen > 100


def test_nothing_is_compiled_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def compiled(_rule: Rule, append_unknown: bool = True) -> Any:
        asked.append(append_unknown)
        return lambda _rule, **_values: ("", "/things/7")

    monkeypatch.setattr(Rule, "_compile_builder", compiled)
    routes = Map([LateRule("/things/<int:number>", endpoint="things")]).bind("door.example")
    assert routes.match("/things/7") == ("things", {"number": 7})
    assert asked == []
    for _twice in range(2):
        routes.build("things", {"number": 7})
    assert len(asked) == 1
