"""What an entry does to the page before the server knows of it: exactly four overlay kinds (protocol: pages and overlay).

Keys and values may hold {field} of the body and {id} of the entry. A formula is ± one field or whole number, × a constant.
"""

from dataclasses import dataclass


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
    """The value with the greater stamp wins."""

    key: str
    value: str

    def markup(self) -> dict[str, str]:
        return {"kind": "latest", "key": self.key, "value": self.value}


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
