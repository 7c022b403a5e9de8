"""What an entry does to the page before the server knows of it: exactly four overlay kinds (protocol: pages and overlay).

Keys and values may hold {field} of the body and {id} of the entry. A formula is ± one field or whole number, × a constant.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Tally:
    """Adds to a figure: `Tally("covers/{flat}/clean", "-guests")`."""

    key: str
    by: str

    def markup(self) -> dict[str, str]:
        return {"kind": "tally", "key": self.key, "by": self.by}


@dataclass(frozen=True)
class Count:
    """Replaces a figure by the field counted: a checkpoint. Where rows are counted `*` stands for the row, in both."""

    key: str
    field: str

    def markup(self) -> dict[str, str]:
        return {"kind": "tally", "key": self.key, "set": self.field}


@dataclass(frozen=True)
class Latest:
    """The value with the greater stamp wins. Where the key is of a row `*` stands for it, and each has its own. Where `only` is
    told, it holds where `reads`, filled in, is one of these."""

    key: str
    value: str
    reads: str = ""
    only: tuple[str, ...] = ()

    def markup(self) -> dict[str, Any]:
        told = {"kind": "latest", "key": self.key, "value": self.value}
        return told | {"reads": self.reads, "only": list(self.only)} if self.only else told


@dataclass(frozen=True)
class ListItem:
    """A row made from a server-drawn template."""

    key: str
    template: str

    def markup(self) -> dict[str, str]:
        return {"kind": "list", "key": self.key, "template": self.template}


@dataclass(frozen=True)
class Step:
    """Moves one thing on; the furthest step wins."""

    key: str
    step: str

    def markup(self) -> dict[str, str]:
        return {"kind": "step", "key": self.key, "step": self.step}


Effect = Tally | Count | Latest | ListItem | Step
