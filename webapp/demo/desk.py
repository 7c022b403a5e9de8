"""What is done at desks: a script written, an action opened, one verified."""

from copy import deepcopy
from datetime import timedelta

from webapp import opening
from webapp.base import clock, ids
from webapp.demo.checks import mend
from webapp.demo.doors import YESTERDAY, door_day
from webapp.demo.log import Log
from webapp.demo.names import midnight, named, person, project_id
from webapp.demo.tours import script
from webapp.operations.ledger import the_ledger
from webapp.operations.rules import SESSION


def write_next_version(at: int) -> None:
    """方若蘭 of marketing has written the next version of a script, which waits for somebody else to approve it."""
    body = deepcopy(script())
    living = next(stop for stop in body["stops"] if stop["key"] == "living")
    living["lines"].insert(1, {"zh-Hant": "沙發的位置，留了兩個插座。", "zh-Hans": "沙发的位置，留了两个插座。",
                               "en": "There are two sockets where the sofa stands."})  # fmt: skip
    made = named("version", "script.a 2")
    told = {"document": named("document", "script.a"), "number": 2, "body": body}
    for operation, entry_id, said, when in (
        ("content.write", made, told, at),
        ("content.offer", named("act", "script.a 2 offered"), {"version": made, "seen": 1}, at + clock.HOUR),
    ):
        outcome = the_ledger().submit(
            operation, opening.typed(said), project_id=project_id(), author_id=person("fang"), proof=SESSION, entry_id=entry_id,
            at=when,
        )  # fmt: skip
        if outcome.errors:
            raise RuntimeError(f"{operation}: {dict(outcome.errors)}")


def first_action(at: int) -> str:
    """The id of the action that is overdue: the lamp of the day before."""
    return ids.derived("action", project_id(), _remark_of(at))


def _remark_of(at: int) -> str:
    log = Log("door", midnight(at) - timedelta(days=1))
    door_day(log, YESTERDAY, ())
    return next(made for _at, _who, operation, _body, made in log.steps if operation == "duty.remark")


def put_right(at: int) -> None:
    """What 陳思遠 does at the desk with what went wrong yesterday: the lamp becomes an action, and the bar's is verified."""
    log = Log("bar", midnight(at) - timedelta(days=1))
    mend(log, "su", "check.bar_opening", "bar", "bar_open.floor", "08:50", "09:40", "吧臺內側地面濕滑。")
    mended = next(step for step in log.steps if step[2] == "actions.done")
    for entry, time, operation, body in (
        (first_action(at), "11:50", "actions.open", {
            "origin": "remark", "subject": _remark_of(at), "place": named("place", "flat-a"), "assignee": person("he"),
            "title": "客廳落地燈不亮，已告知工程部。",
        }),
        (ids.derived("demo", "verified", mended[4]), "10:20", "actions.verify", {
            "action": mended[3]["action"], "seen": mended[4], "result": "verified",
        }),
    ):  # fmt: skip
        if log.at(time) <= at:
            outcome = the_ledger().submit(
                operation, body, project_id=project_id(), author_id=person("chen"), proof=SESSION, entry_id=entry, at=log.at(time)
            )
            if outcome.outcome not in {"applied", "duplicate"}:
                raise RuntimeError(f"the demo's {operation} was not taken: {dict(outcome.errors)}")
