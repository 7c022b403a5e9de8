"""Checklists of a day: answered, signed, put right."""

from collections.abc import Mapping, Sequence
from typing import Any

from webapp.base import clock
from webapp.content import queries as content
from webapp.demo.log import Log
from webapp.demo.names import named, version


def mend(log: Log, who: str, code: str, place: str, item: str, found: str, mended: str, note: str) -> None:
    """A point of a check was not in order, and is again after somebody has put it right."""
    said = {"version": version(code), "place": named("place", place), "item": item, "day": log.midnight.date().isoformat()}
    action = log.keep(log.at(found), who, "checklists.answer", **said, answer="fail", note=note)
    log.keep(log.at(mended), who, "actions.done", action=action, note="已處理。")
    log.keep(log.at(mended, 1), who, "checklists.answer", **said, answer="pass")


def tick(log: Log, who: str, code: str, place: str, at: int, numbers: Mapping[str, str], left: Sequence[str] = ()) -> None:
    """Answer a checklist, an item every twenty seconds; numbers where a number is asked."""
    body = next(body for body in content.bodies() if body["id"] == code)
    day = log.midnight.date().isoformat()
    answered = [item for item in body["items"] if not item.get("site_option") and item["id"] not in left]
    about = {"version": version(code), "place": named("place", place), "day": day}
    for number, item in enumerate(answered):
        said = _said(item, numbers.get(item["id"], ""))
        if said is not None:
            name = "checklists.sign" if item["response"] == "signature" else "checklists.answer"
            log.keep(at + number * 20 * clock.SECOND, who, name, item=item["id"], **about, **said, **_counted(item))
    if not left:
        log.keep(at + len(answered) * 20 * clock.SECOND, who, "checklists.submit", **about)


def _said(item: Mapping[str, Any], told: str) -> dict[str, str] | None:
    """What is answered to an item, by its kind; None where it is left out."""
    kind = item["response"]
    if kind in ("pass_fail_na", "signature"):
        return {"answer": "pass"} if kind == "pass_fail_na" else {}
    if kind == "quantity" and told:
        return {"number": told, "expected": told}
    return {kind: told} if told else None


def _counted(item: Mapping[str, Any]) -> dict[str, str]:
    """What in stock the number of an item counts."""
    counts = item.get("counts")
    return {"stock": named("item", counts["sku"]), "state": counts["state"]} if counts else {}


def ready(log: Log, who: str, place: str, at: int) -> None:
    """Say that the readiness check holds (上崗自檢)."""
    day = log.midnight.date().isoformat()
    log.keep(at, who, "checklists.submit", version=version("check.readiness"), place=named("place", place), day=day)
