"""Who works at the demo site, and how they sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webapp.demo.names import person
from webapp.operations.roles import ADMIN, GREETER, MARKETING, SUPERVISOR, WATER_BAR
from webapp.staff.access import set_code, set_password

PASSWORD = "cloud-terrace"  # noqa: S105 - the demo's, printed on every start


@dataclass(frozen=True)
class Member:
    """One of the cast. `account` only for those who sign in at a desk."""

    key: str
    name: str
    call_name: str
    role: str
    code: str
    account: str | None = None


CAST = (
    Member("lin", "林靜怡", "靜怡", GREETER, "204618"),
    Member("he", "何欣怡", "欣怡", GREETER, "731945"),
    Member("su", "蘇曉彤", "曉彤", WATER_BAR, "586027"),
    Member("chen", "陳思遠", "思遠", SUPERVISOR, "419380", "chen"),
    Member("zhou", "周致和", "致和", ADMIN, "907254", "zhou"),
    Member("fang", "方若蘭", "若蘭", MARKETING, "650138", "fang"),
)

MORE = (
    Member("wu", "吳嘉敏", "嘉敏", GREETER, "368172"),
    Member("luo", "羅詩韻", "詩韻", GREETER, "152739"),
    Member("ma", "馬文靜", "文靜", WATER_BAR, "840615"),
)
"""Who works besides in a week: two at the second flat, one more at the bar."""


def rows_of(members: Sequence[Member]) -> dict[str, Any]:
    return {
        each.key: {"name": each.name, "call_name": each.call_name, "language": "zh-Hant", "roles": [each.role]} for each in members
    }


def give_access(members: Sequence[Member]) -> None:
    for each in members:
        set_code(person(each.key), each.code, shown=True)
    for each in members:
        if each.account:
            set_password(person(each.key), each.account, PASSWORD)
