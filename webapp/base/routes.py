"""Routes that know how to be matched at once, and how to be written only when somebody asks for their address."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

Build = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """Werkzeug compiles two functions for each route, that write its address: for ninety routes a twentieth of a start.

    `_compile_builder` is its own; should a newer one not call it any more, every function is compiled at the start as before.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Build:
        compiled, made = super()._compile_builder, list[Build]()

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            if not made:
                made.append(compiled(append_unknown))
            return made[0](rule, **values)

        return build


def init_app(app: Flask) -> None:
    """Let every route that is added from now on be such a one."""
    app.url_rule_class = LateRule
