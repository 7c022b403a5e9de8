"""What an entry says, found before anything is locked: its operation, its cleaned form, or why it cannot be taken."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from webapp.operations import registry
from webapp.operations.entries import Entry, digest_of, is_too_long
from webapp.operations.registry import Operation
from webapp.operations.rules import APPLIED, HELD, LOST, QUARANTINED, REFUSED


class Reading(NamedTuple):
    """What the text of an entry comes to by itself; whoever and whenever is judged later."""

    outcome: str = APPLIED
    detail: Mapping[str, Any] = {}
    operation: Operation | None = None
    form: Any = None


def read(entry: Entry) -> Reading:
    """Find the operation and clean the form."""
    operation = registry.find(entry.operation)
    if operation is None or entry.version > operation.version:
        return Reading(HELD, {"reason": "newer"})
    if entry.seq and is_too_long(entry.body):
        return _refused(operation, {"": "too_long"})
    try:
        body = json.loads(entry.body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        return _refused(operation, {"": "malformed"})
    form, wrong = operation.clean(body)
    return _refused(operation, wrong, form) if wrong else Reading(operation=operation, form=form)


def read_sent(entry: Entry) -> Reading:
    """The same of what a tablet sent, which says by a digest what it meant to send."""
    if entry.lost is not None:
        return Reading(LOST)
    if digest_of(entry.body) != entry.digest:
        return Reading(QUARANTINED, {"reason": "digest"})
    return read(entry)


def _refused(operation: Operation, errors: Mapping[str, str], form: Any = None) -> Reading:
    return Reading(REFUSED, {"errors": errors}, operation, form)
