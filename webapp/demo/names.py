"""What everything of the demo is called: ids that come out the same every time."""

from datetime import datetime

from webapp.base import clock, ids

CODE = "YQF"

ZONE = "Asia/Shanghai"


def named(kind: str, code: str) -> str:
    """The id of the demo's reference data: `named("place", "flat-a")`, `named("item", "cover.cloth")`."""
    return ids.derived("demo", CODE, kind, code)


def project_id() -> str:
    return named("project", CODE)


def person(key: str) -> str:
    return named("person", key)


def version(code: str) -> str:
    """The version of a document that the demo publishes."""
    return named("version", code)


def midnight(at: int) -> datetime:
    return clock.local(at, ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
