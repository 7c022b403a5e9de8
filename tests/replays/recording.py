"""What a release's tablets say, written down so that every later release can be asked whether it still understands them.

`python -m tests.replays.recording part-2` writes `tests/replays/part-2/`: entries of every operation that a tablet may record, what
their forms took, and the tablet's own code as it was sent to browsers. A recording is never changed afterwards.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.cast import Site, at
from tests.conftest import import_all_models
from tests.operations.test_every_operation import EXAMPLES
from webapp.base.lean import joined
from webapp.operations import registry
from webapp.operations.fields import Choice, Choices, Field, Identity, Instant, Photos, Quantity, Reference, Text, Ticked, Time
from webapp.operations.registry import Operation

FOLDER = Path(__file__).parent
CLIENT = FOLDER / "client.js"
SAID_AT = at("10:00")
PLACES = {
    "sites.flat": "A", "sites.place": "flat", "sites.post": "door", "stock.item": "covers", "content.version": "version",
}  # fmt: skip
LIMITS = ("least", "most", "offered", "kind", "back_dates")


def recorded() -> list[Path]:
    """Every release that was written down, oldest first."""
    return sorted(path.parent for path in FOLDER.glob("*/entries.json"))


def read(release: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((release / "entries.json").read_text("utf-8"))
    return found


def taken(field: Field) -> dict[str, Any]:
    """What a field takes: its type, whether it may be left out, and its limits."""
    told = {name: getattr(field, name) for name in LIMITS if getattr(field, name, None) is not None}
    return json.loads(json.dumps({"type": type(field).__name__, "optional": field.optional} | told))


def _sample(site: Site, field: Field) -> Any:
    """Something that the field takes."""
    if isinstance(field, Reference):
        return site.id(PLACES[field.kind])
    if isinstance(field, Identity):
        return site.id("an offer")
    if isinstance(field, Instant):
        return str(SAID_AT - 3_600_000)
    if isinstance(field, Choice):
        return field.offered[-1]
    if isinstance(field, Photos):
        return [f"{number:064x}" for number in range(field.most)]
    if isinstance(field, Choices):
        return list(field.offered)
    if isinstance(field, Time):
        return "14:05"
    if isinstance(field, (Text, Ticked)):
        return "yes"
    return "1.5" if isinstance(field, Quantity) else "1"


def bodies(site: Site, operation: Operation) -> list[dict[str, Any]]:
    """The least that may be said, and everything."""
    example = {name: str(value) for name, value in EXAMPLES[operation.name](site).items()}
    least = {name: example[name] for name, field in operation.fields.items() if not field.optional}
    whole = {name: example.get(name) or _sample(site, field) for name, field in operation.fields.items()}
    return [least, whole]


def record(release: Path) -> None:
    """Write down what is said today."""
    import_all_models()
    site = Site(None)  # type: ignore[arg-type] - only its ids are wanted
    own = [each for each in registry.every() if each.offline and each.name in EXAMPLES]
    release.mkdir()
    told = {
        "said_at": SAID_AT,
        "fields": {f"{each.name} {each.version}": {name: taken(field) for name, field in each.fields.items()} for each in own},
        "entries": [
            {"operation": each.name, "version": each.version, "proof": each.proof, "body": json.dumps(body, ensure_ascii=False)}
            for each in own
            for body in bodies(site, each)
        ],
    }
    (release / "entries.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (release / "client.js").write_text(joined(CLIENT), "utf-8")


if __name__ == "__main__":
    record(FOLDER / sys.argv[1])
