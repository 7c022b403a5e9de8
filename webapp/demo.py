"""The demo site: 雲棲府, as operations sent through the ledger by named persons and two named tablets.

Everything is derived from the instant it is loaded at: yesterday is whole, today has come as far as the clock. Ids are derived too,
so a second load changes nothing. As a week it is a whole show flat: two flats, seven days before today, what went wrong in them.
"""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from webapp import opening
from webapp.base import clock, ids
from webapp.base.database import db
from webapp.content import queries as content
from webapp.losses import stores
from webapp.losses.rules import Reached
from webapp.operations.entries import Batch, Entry, Source, digest_of
from webapp.operations.ledger import the_ledger
from webapp.operations.registry import get
from webapp.operations.roles import ADMIN, GREETER, MARKETING, SUPERVISOR, WATER_BAR
from webapp.operations.rules import SESSION
from webapp.sites import queries as sites
from webapp.staff.access import set_code, set_password
from webapp.staff.models import Password
from webapp.tablets.enrolment import Spot, enrol, make_code
from webapp.tablets.queries import TabletRow, tablet

CODE = "YQF"
ZONE = "Asia/Shanghai"
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
PLACES: Mapping[str, tuple[str, dict[str, str]]] = {
    "flat-a": ("show_flat", {"zh-Hant": "A 型樣板房", "zh-Hans": "A 型样板房", "en": "Show flat A"}),
    "bar": ("water_bar", {"zh-Hant": "水吧", "zh-Hans": "水吧", "en": "Water bar"}),
    "hall": ("sales_centre", {"zh-Hant": "售樓中心", "zh-Hans": "售楼中心", "en": "Sales centre"}),
    "laundry": ("laundry", {"zh-Hant": "洗衣房", "zh-Hans": "洗衣房", "en": "Laundry"}),
    "store": ("store_room", {"zh-Hant": "儲藏間", "zh-Hans": "储藏间", "en": "Store room"}),
}
FLAT_B = ("show_flat", {"zh-Hant": "B 型樣板房", "zh-Hans": "B 型样板房", "en": "Show flat B"})
POST_B = ("flat-b", GREETER, {"zh-Hant": "B 型迎賓崗", "zh-Hans": "B 型迎宾岗", "en": "Greeter's post B"})
POSTS = {
    "door": ("flat-a", GREETER, {"zh-Hant": "迎賓崗", "zh-Hans": "迎宾岗", "en": "Greeter's post"}),
    "bar": ("bar", WATER_BAR, {"zh-Hant": "水吧崗", "zh-Hans": "水吧岗", "en": "Water bar"}),
}
PLACE_OF = {"door": "flat-a", "door-b": "flat-b", "bar": "bar"}
SHIFTS = {
    "early": ("8:30", "13:30", {"zh-Hant": "早班", "zh-Hans": "早班", "en": "Early shift"}),
    "middle": ("13:30", "18:30", {"zh-Hant": "中班", "zh-Hans": "中班", "en": "Middle shift"}),
}
THINGS: Mapping[str, tuple[str, str, dict[str, str]]] = {
    "K-01": ("key", "flat-a", {"zh-Hant": "樣板房大門鑰匙", "zh-Hans": "样板房大门钥匙", "en": "Key to the show flat"}),
    "K-02": ("key", "flat-a", {"zh-Hant": "儲藏間鑰匙", "zh-Hans": "储藏间钥匙", "en": "Key to the store room"}),
    "R-1": ("radio", "flat-a", {"zh-Hant": "對講機", "zh-Hans": "对讲机", "en": "Radio"}),
    "R-2": ("radio", "bar", {"zh-Hant": "對講機", "zh-Hans": "对讲机", "en": "Radio"}),
    "C-07": ("card", "flat-a", {"zh-Hant": "門卡", "zh-Hans": "门卡", "en": "Door card"}),
    "U-1": ("umbrella", "flat-a", {"zh-Hant": "借用雨傘", "zh-Hans": "借用雨伞", "en": "Umbrella to lend"}),
    "U-2": ("umbrella", "flat-a", {"zh-Hant": "借用雨傘", "zh-Hans": "借用雨伞", "en": "Umbrella to lend"}),
    "F-1": ("facility", "bar", {"zh-Hant": "飲水機", "zh-Hans": "饮水机", "en": "Water dispenser"}),
}
KEPT = ("K-01", "R-1", "C-07")
"""What the greeters hand on from shift to shift."""
TABLETS = {"door": ("A 型樣板房 1", "flat-a"), "bar": ("水吧 1", "bar")}
TABLET_B = ("B 型樣板房 1", "flat-b")
WEEK = 7
"""How many days before today a week has."""
DISPUTED, UNATTENDED, STORED, WIPED = 5, 4, 3, 2
"""So many days ago a handover was disputed, nobody came to one, one was laid by for the night, a tablet lost its storage."""
BAR_LEVELS = (("milk.fresh", 1000, 4000), ("tea.green", 100, 500), ("cup.paper", 60, 200))
"""What the water bar keeps within reach: item, minimum and par in base units."""
INVENTORY = (
    ("living.cushion", {"zh-Hant": "沙發靠墊", "zh-Hans": "沙发靠垫", "en": "Sofa cushions"}),
    ("living.lamp", {"zh-Hant": "落地燈", "zh-Hans": "落地灯", "en": "Floor lamps"}),
    ("dining.vase", {"zh-Hant": "餐桌花瓶", "zh-Hans": "餐桌花瓶", "en": "Vases on the dining table"}),
    ("master.book", {"zh-Hant": "床頭擺書", "zh-Hans": "床头摆书", "en": "Books at the bedside"}),
    ("study.model", {"zh-Hant": "書架模型", "zh-Hans": "书架模型", "en": "Models on the shelf"}),
)
"""Things of show flat A that are counted each morning."""
LISTED = str(sum(1 + number % 3 for number in range(len(INVENTORY))))
"""How many pieces they are."""
PLACING = (
    {"zh-Hant": "居中擺正", "zh-Hans": "居中摆正", "en": "Centred and straight"},
    {"zh-Hant": "靠牆一側", "zh-Hans": "靠墙一侧", "en": "On the side of the wall"},
    {"zh-Hant": "與標準照片一致", "zh-Hans": "与标准照片一致", "en": "As in the reference photo"},
)
FOR_A_WEEK = 8
"""So many times its par of what the bar serves lies in the store when a week begins; twice of all else."""
LEFT_AT_LAUNDRY = 2
"""The morning, so many days ago, on which the laundry had brought nothing back."""
BAR_LEFT = (("milk.fresh", "650"), ("tea.green", "210"), ("cup.paper", "48"))
"""What it counts at the end of a day."""
YESTERDAY = (
    "09:08 2", "09:35 4", "10:02 3", "10:40 2", "11:15 5", "11:50 2", "12:25 3", "13:45 4", "14:20 2", "15:05 6", "15:40 2",
    "16:15 3", "16:50 2", "17:15 1",
)  # fmt: skip
TODAY = (
    "09:10 3", "09:24 5", "09:51 2", "10:18 4", "11:05 6", "11:30 2", "12:20 4", "13:50 3", "14:35 2", "15:20 5", "16:05 2",
    "16:40 4", "17:12 2",
)  # fmt: skip
LEFT = ("flat_open.air", "flat_open.layout")
"""Points of today's opening check that nobody has answered."""
AT_B = ("09:20 2", "10:10 4", "11:00 3", "11:40 2", "14:05 5", "15:10 2", "16:00 3", "16:45 2")
"""Guests of the second flat."""
STAYED = 28
"""Minutes a party of the demo stays."""
TOLD: Mapping[int, tuple[str, tuple[str, ...], str, tuple[tuple[str, str], ...]]] = {
    0: ("guided", ("elder",), "", (("price", "物業費每平方米多少？"), ("layout", "飄窗能不能改成書桌？"))),
    1: ("accompanied", (), "", ()),
    2: ("self_guided", ("child",), "", (("school", ""),)),
    3: ("guided", ("child", "step_free"), "en", (("handover", "What is left in the flat at handover?"),)),
}
"""What is told of the first parties of a day: how they are received, their care, the language, what they ask."""


@dataclass(frozen=True)
class DemoReport:
    """What the person at the terminal needs. `enrolment_code` opens one tablet at the door within ten minutes."""

    people: tuple[Member, ...]
    enrolment_code: str
    is_new: bool


@dataclass
class Log:
    """What one tablet recorded, in the order of its clock."""

    station: str
    midnight: datetime
    steps: list[tuple[int, str, str, dict[str, str], str]] = field(default_factory=list)

    def at(self, time: str, minutes: int = 0) -> int:
        hour, minute = map(int, time.split(":"))
        return clock.instant_of(self.midnight.replace(hour=hour, minute=minute) + timedelta(minutes=minutes))

    def keep(self, at: int, who: str, operation: str, **body: str) -> str:
        """Note an entry; its id, for others to name."""
        made = _entry_id(at, self.station, len(self.steps))
        self.steps.append((at, person(who), operation, body, made))
        return made


def _entry_id(at: int, *parts: object) -> str:
    """A UUIDv7 of an instant that comes out the same every time."""
    chance = int(ids.derived("demo", "entry", at, *parts).replace("-", ""), 16)
    value = at << 80 | 7 << 76 | (chance >> 100 & 0xFFF) << 64 | 2 << 62 | chance & (1 << 62) - 1
    return ids.canonical(f"{value:032x}")


def first_party(at: int) -> str:
    """The id of the first party of the day that has this instant."""
    log = Log("door", _midnight(at))
    _door(log, TODAY, LEFT)
    return next(made for _at, _who, operation, _body, made in log.steps if operation == "tours.arrive")


def first_handover(at: int) -> str:
    """The id of the first handover of the day before."""
    return _offers(_midnight(at) - timedelta(days=1))[0]


def _offers(midnight: datetime) -> list[str]:
    """The ids of what was handed over and of what was locked up on a day like yesterday."""
    log = Log("door", midnight)
    _door(log, YESTERDAY, ())
    return [made for _at, _who, operation, _body, made in log.steps if operation == "duty.offer"]


def first_rehearsal(at: int) -> str:
    """The id of the rehearsal of the day before."""
    log = Log("door", _midnight(at) - timedelta(days=1))
    _door(log, YESTERDAY, ())
    return next(made for _at, _who, operation, _body, made in log.steps if operation == "tours.rehearse")


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


def is_loaded() -> bool:
    """Passwords come last, so that a load which broke off is taken up again."""
    wanted = [person(each.key) for each in CAST if each.account]
    found = db.session.scalar(select(func.count()).select_from(Password).where(Password.person_id.in_(wanted)))
    return found == len(wanted)


def load(at: int, *, week: bool = False) -> DemoReport:
    """Load the demo site as it would be at an instant, once: yesterday and today, or as a week with two flats."""
    is_new = not is_loaded()
    db.session.rollback()
    if is_new:
        opened_at = clock.instant_of(_midnight(at) - timedelta(days=7, hours=-7))
        opening.carry_out(opening.plan(_site(week=week), "demo", is_demo=True), opened_at)
        _set_dates(opened_at)
        _stock_up(opened_at, week=week)
        _write(opened_at + clock.DAY)
        _work(at, opened_at, week=week)
        _put_right(at)
        _give_access(CAST + MORE if week else CAST)
    code = make_code(project_id(), f"{TABLETS['door'][0][:-1]}2", "door", at)
    db.session.rollback()
    is_week = any(post.code == "door-b" for post in sites.posts(project_id()))
    return DemoReport(CAST + MORE if is_week else CAST, code, is_new)


def describe(report: DemoReport, url: str) -> str:
    """What `make run` ends with."""
    desk = [f"  {each.account:<6} {PASSWORD}   {each.name} ({each.role})" for each in report.people if each.account]
    front = [f"  {each.code}  {each.name} ({each.role})" for each in report.people]
    lines = [
        f"The demo site {CODE} is {'loaded' if report.is_new else 'there already; its data are kept'}.",
        "", f"Desk: {url}/  Sign in with:", *desk,
        "", "Six digits at a tablet:", *front,
        "", f"A tablet at the door: open {url}/enrol and type {report.enrolment_code} (good for ten minutes).",
        f"Another code: threshold tablets enrol --project {CODE} --name NAME",
    ]  # fmt: skip
    return "\n".join(lines)


def _midnight(at: int) -> datetime:
    return clock.local(at, ZONE).replace(hour=0, minute=0, second=0, microsecond=0)


def _site(*, week: bool) -> opening.Tree:
    """What a file would say of it."""
    tree = _first_flat()
    if week:
        flat = content.delivered("project")["unit_types"][1]
        tree["places"]["flat-b"] = dict(zip(("kind", "names"), FLAT_B, strict=True))
        tree["flats"]["b"] = _flat(flat, "flat-b")
        tree["posts"]["door-b"] = dict(zip(("place", "role", "names"), POST_B, strict=True))
        tree["items"]["cover.cloth"]["flat-b"] = {"minimum": 20, "par": 60}
        tree["people"] |= _people(MORE)
    return tree


def _flat(flat: Mapping[str, Any], place: str) -> dict[str, Any]:
    return {"place": place, "code": flat["code"], "unit_type": flat["code"], "title": flat["title"],
            "area": flat["placeholders"]["area_sqm"], "placeholders": flat["placeholders"], "plan": flat["plan"]}  # fmt: skip


def _people(members: Sequence[Member]) -> dict[str, Any]:
    return {
        each.key: {"name": each.name, "call_name": each.call_name, "language": "zh-Hant", "roles": [each.role]} for each in members
    }


def _first_flat() -> dict[str, Any]:
    delivered = content.delivered("project")
    site, flat = delivered["project"], delivered["unit_types"][0]
    levels: dict[str, dict[str, Mapping[str, int]]] = {item["id"]: {} for item in content.delivered("items")["items"]}
    levels["cover.cloth"]["flat-a"] = {"minimum": 30, "par": 90}
    for sku, minimum, par in BAR_LEVELS:
        levels[sku]["bar"] = {"minimum": minimum, "par": par}
    return {
        "project": {"code": CODE, "names": site["name"], "zone": ZONE, "record_language": "zh-Hant", "opens": "9:00",
                    "closes": "18:00", "placeholders": site["placeholders"]},
        "places": {key: {"kind": kind, "names": names} for key, (kind, names) in PLACES.items()},
        "flats": {"a": _flat(flat, "flat-a")},
        "posts": {key: {"place": place, "role": role, "names": names} for key, (place, role, names) in POSTS.items()},
        "shifts": {key: {"starts": starts, "ends": ends, "names": names} for key, (starts, ends, names) in SHIFTS.items()},
        "items": levels,
        "things": {key: {"kind": kind, "place": place, "names": names} for key, (kind, place, names) in THINGS.items()},
        "people": _people(CAST),
    }  # fmt: skip


def _submit(operation: str, entry_id: str, at: int, /, **body: object) -> None:
    opening.submit(project_id(), operation, entry_id, body, at)


def _set_dates(at: int) -> None:
    """The site opened in spring, and is moved into next year."""
    first = clock.day_of(at, ZONE).replace(day=1)
    days = {"opens_on": -60, "sold_on": 240, "moves_in_on": 400, "warranty_ends_on": 400 + 730}
    dates = {name: (first + timedelta(days=number)).isoformat() for name, number in days.items()}
    _submit("sites.set_dates", named("dates", "site"), at, **dates)
    _submit("sites.set_printing", named("printing", "site"), at, kept_years=3, in_ink="yes")


def _stock_up(at: int, *, week: bool) -> None:
    store, covers = named("place", "store"), named("item", "cover.cloth")
    for item in content.delivered("items")["items"]:
        made = named("item", item["id"])
        often = FOR_A_WEEK if item["id"] in [sku for sku, _left in BAR_LEFT] else 2
        quantity = min(item["par"] * often, 900_000) if week else item["par"]
        _submit("stock.receive", named("opening", item["id"]), at, item=made, place=store, quantity=quantity)
    for number, (code, names) in enumerate(INVENTORY):
        _submit("stock.list_thing", named("inventory", code), at, flat=named("flat", "a"), code=code, names=names,
                placing=PLACING[number % len(PLACING)], expected=1 + number % 3)  # fmt: skip
    for code, quantity in (("flat-a", 60), ("flat-b", 50))[: 2 if week else 1]:
        _submit("stock.draw", named("opening", code), at, item=covers, place=named("place", code), store=store, quantity=quantity)


def _write(at: int) -> None:
    """方若蘭 of marketing has written the next version of a script, which waits for somebody else to approve it."""
    body = deepcopy(_script())
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


def _give_access(members: Sequence[Member]) -> None:
    for each in members:
        set_code(person(each.key), each.code, shown=True)
    for each in members:
        if each.account:
            set_password(person(each.key), each.account, PASSWORD)


def first_action(at: int) -> str:
    """The id of the action that is overdue: the lamp of the day before."""
    return ids.derived("action", project_id(), _remark_of(at))


def _remark_of(at: int) -> str:
    log = Log("door", _midnight(at) - timedelta(days=1))
    _door(log, YESTERDAY, ())
    return next(made for _at, _who, operation, _body, made in log.steps if operation == "duty.remark")


def _put_right(at: int) -> None:
    """What 陳思遠 does at the desk with what went wrong yesterday: the lamp becomes an action, and the bar's is verified."""
    log = Log("bar", _midnight(at) - timedelta(days=1))
    _mend(log, "su", "check.bar_opening", "bar", "bar_open.floor", "08:50", "09:40", "吧臺內側地面濕滑。")
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


def _mend(log: Log, who: str, code: str, place: str, item: str, found: str, mended: str, note: str) -> None:
    """A point of a check was not in order, and is again after somebody has put it right."""
    said = {"version": version(code), "place": named("place", place), "item": item, "day": log.midnight.date().isoformat()}
    action = log.keep(log.at(found), who, "checklists.answer", **said, answer="fail", note=note)
    log.keep(log.at(mended), who, "actions.done", action=action, note="已處理。")
    log.keep(log.at(mended, 1), who, "checklists.answer", **said, answer="pass")


def _work(at: int, opened_at: int, *, week: bool) -> None:
    """Every day whole, and today as far as it has come, as the tablets recorded it."""
    for station in (*TABLETS, "door-b") if week else TABLETS:
        source, sent, epoch, before = _tablet(station, opened_at), 0, 1, None
        for back in range(WEEK if week else 1, -1, -1):
            log = Log(station, _midnight(at) - timedelta(days=back))
            _day(log, back, week=week)
            if before and (back or station != "door"):
                _unlock(log, before)
            if before and back != LEFT_AT_LAUNDRY:
                _bring_back(log, before)
            before = log if week else None
            sent = _send(source, log, sent, at, epoch)
            if week and (station, back) == ("bar", WIPED):
                epoch, sent = stores.begin(source, Reached(epoch, sent + 2, log.at("18:30")), log.at("18:40")), 0


def _day(log: Log, back: int, *, week: bool) -> None:
    """What one tablet recorded on a day so many days before today."""
    if log.station == "door-b":
        _second_door(log, back)
    elif log.station == "bar":
        if back == 1:
            _mend(log, "su", "check.bar_opening", "bar", "bar_open.floor", "08:50", "09:40", "吧臺內側地面濕滑。")
        _bar(log, "ma" if week else "su")
    else:
        parties = TODAY if back == 0 else YESTERDAY if back == 1 else (YESTERDAY, TODAY)[back % 2][: 7 + back]
        _door(log, parties, LEFT if back == 0 else (), rehearses=back == 1)


def _unlock(log: Log, before: Log) -> None:
    """Whoever opens takes over what was locked up the evening before."""
    kept = [made for _at, _who, operation, body, made in before.steps if operation == "duty.offer" and "kept" in body]
    if kept:
        who = "wu" if log.station == "door-b" else "lin"
        log.keep(log.at("08:34"), who, "duty.accept", offer=kept[-1], result="accepted")


def _bring_back(log: Log, before: Log) -> None:
    """What went to the laundry in the evening is on the shelf in the morning."""
    for _at, _who, operation, body, _made in before.steps:
        if operation == "stock.collect":
            log.keep(log.at("08:40"), "wu" if log.station == "door-b" else "lin", "stock.return_clean", **body)


def _relief(log: Log, out: str, come: str, post: str, time: str, note: str, result: str = "accepted", exceptions: str = "") -> None:
    """One hands a post over and another takes it, or does not. Without a result nobody comes, and the note says so."""
    told = {"note": note} if result else {"absent": note}
    offer = log.keep(log.at(time), out, "duty.offer", place=named("place", PLACE_OF[post]), post=named("post", post),
                     to=person(come), **told)  # fmt: skip
    if result:
        told = {"exceptions": exceptions} if exceptions else {}
        log.keep(log.at(time, 2), come, "duty.accept", offer=offer, result=result, **told)
        log.keep(log.at(time, 3), out, "shifts.leave_post", post=named("post", post))
        log.keep(log.at(time, 4), come, "shifts.take_post", post=named("post", post))


def _second_door(log: Log, back: int) -> None:
    """A day at the second flat: 吳嘉敏 until 13:25, then 羅詩韻; and what went wrong on the days that are told of."""
    place, post, covers = named("place", "flat-b"), named("post", "door-b"), named("item", "cover.cloth")
    log.keep(log.at("08:31"), "wu", "shifts.take_post", post=post)
    _tick(log, "wu", "check.flat_opening", "flat-b", log.at("08:36"), {"flat_open.covers": "50"})
    log.keep(log.at("08:52"), "wu", "stock.count", item=covers, place=place, state="clean", counted="50")
    log.keep(log.at("08:53"), "wu", "stock.count", item=covers, place=place, state="soiled", counted="0")
    parties = AT_B[back % 3 : back % 3 + 6]
    late = back == UNATTENDED
    for number, (time, guests) in enumerate(party.split() for party in parties):
        who = "wu" if time < "13:25" or late else "luo"
        party = log.keep(log.at(time), who, "tours.arrive", flat=named("flat", "b"), place=place, guests=guests, covers=guests,
                         item=covers)  # fmt: skip
        log.keep(log.at(time, 1), who, "tours.receive", party=party, mode=("guided", "accompanied", "self_guided")[number % 3])
        if number == 0:
            for minute, stop in enumerate(_script("script.b")["stops"], 2):
                log.keep(log.at(time, minute), who, "tours.step", tour=party, line=f"{stop['key']}.1", version=version("script.b"))
        log.keep(log.at(time, 24), who, "tours.see_off", party=party)
    if back == DISPUTED:
        _relief(log, "wu", "luo", "door-b", "13:25", "一切正常。", "disputed", "鞋套少了 6 雙，對不上記錄。")
    elif late:
        _relief(log, "wu", "luo", "door-b", "13:25", "接班人未到，已告知主管，繼續留守。", "")
    else:
        _relief(log, "wu", "luo", "door-b", "13:25", "一切正常。")
    last = "wu" if late else "luo"
    pairs = sum(int(party.split()[1]) for party in parties)
    log.keep(log.at("17:48"), last, "stock.count", item=covers, place=place, state="clean", counted=str(50 - pairs))
    log.keep(
        log.at("17:50"), last, "stock.collect", item=covers, place=place, laundry=named("place", "laundry"), quantity=str(pairs)
    )
    _tick(log, last, "check.flat_closing", "flat-b", log.at("17:52"), {
        "flat_close.covers_clean": str(50 - pairs), "flat_close.covers_soiled": str(pairs),
    })  # fmt: skip
    if back == STORED:
        log.keep(log.at("18:00"), last, "duty.offer", place=place, post=post, note="末班，無接班人。", kept="key_box",
                 custodian="鑰匙箱 5 號")  # fmt: skip
    log.keep(log.at("18:06"), last, "shifts.leave_post", post=post)


def _tablet(station: str, at: int) -> TabletRow:
    name, place = TABLET_B if station == "door-b" else TABLETS[station]
    chosen = named("tablet", station)
    flat = {"flat-a": "a", "flat-b": "b"}.get(place)
    spot = Spot(named("place", place), named("flat", flat) if flat else None)
    kind = station.partition("-")[0]
    return tablet(project_id(), chosen) or enrol(project_id(), name, kind, at, spot=spot, tablet_id=chosen).tablet


def _send(source: TabletRow, log: Log, sent: int, at: int, epoch: int) -> int:
    """Send what had happened by `at` as one batch. Returns the tablet's number after it."""
    steps = [step for step in sorted(log.steps, key=lambda step: step[0]) if step[0] <= at]
    entries = tuple(_entry(step, sent + place) for place, step in enumerate(steps, 1))
    if not entries:
        return sent
    batch = Batch(epoch, entries, "demo-entries", sent + len(entries), "", 0)
    received_at = min(at, entries[-1].happened_at + clock.MINUTE)
    answer = the_ledger().receive(Source(source.id, source.number, source.project_id, source.enrolled_at), batch, received_at)
    wrong = [result for result in answer.results if result["outcome"] not in {"applied", "duplicate"} or result.get("flags")]
    if wrong:
        raise RuntimeError(f"the demo's entries were not taken: {wrong[:3]}")
    return sent + len(entries)


def _entry(step: tuple[int, str, str, dict[str, str], str], seq: int) -> Entry:
    at, author, operation, body, made = step
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Entry(
        id=made, seq=seq, operation=operation, version=1, body=text, digest=digest_of(text), author=author,
        proof=get(operation).proof, happened_at=at, offset=0, beacon_at=at - clock.MINUTE,
    )  # fmt: skip


def _door(log: Log, parties: Sequence[str], left: Sequence[str], *, rehearses: bool = True) -> None:
    """A day at the door: 林靜怡 until 13:20, then 何欣怡."""
    place, post, covers = named("place", "flat-a"), named("post", "door"), named("item", "cover.cloth")
    if left:
        locked_up = _offers(log.midnight - timedelta(days=1))[-1]
        log.keep(log.at("08:31"), "lin", "duty.accept", offer=locked_up, result="accepted")
    log.keep(log.at("08:32"), "lin", "shifts.take_post", post=post)
    _ready(log, "lin", "flat-a", log.at("08:33"))
    _tick(log, "lin", "check.flat_opening", "flat-a", log.at("08:38"), {
        "flat_open.covers": "60", "flat_open.inventory": LISTED, "flat_open.air_way": "windows", "flat_open.air_from": "08:40",
    }, left)  # fmt: skip
    _hold(log, "lin", "08:33", "custody.take")
    log.keep(log.at("10:06"), "lin", "custody.lend", asset=named("thing", "U-1"))
    log.keep(log.at("11:02"), "lin", "custody.give_back", asset=named("thing", "U-1"))
    if not left:
        log.keep(log.at("11:03"), "lin", "custody.damage", asset=named("thing", "U-2"), note="傘骨折了一根。")
    if left:  # of yesterday's party by party, less one that came back torn
        log.keep(log.at("08:45"), "lin", "stock.return_clean", item=covers, place=place, laundry=named("place", "laundry"),
                 quantity=str(sum(int(party.split()[1]) for party in YESTERDAY) - 1), rejected="1")  # fmt: skip
    log.keep(log.at("08:52"), "lin", "stock.count", item=covers, place=place, state="clean", counted="60")
    log.keep(log.at("08:53"), "lin", "stock.count", item=covers, place=place, state="soiled", counted="0")
    for number, (time, guests) in enumerate(party.split() for party in parties):
        _receive(log, time, guests, number)
    if rehearses and not left:
        _rehearse(log, "13:26")
        _mend(log, "lin", "check.flat_opening", "flat-a", "flat_open.water", "08:50", "12:10", "客衛洗手盆下有水。")
    log.keep(
        log.at("11:45"), "lin", "duty.remark", place=place, post=post, category="repair", text="客廳落地燈不亮，已告知工程部。"
    )
    log.keep(log.at("12:58"), "lin", "stock.draw", item=covers, place=place, store=named("place", "store"), quantity="30")
    offer = log.keep(log.at("13:20"), "lin", "duty.offer", place=place, post=post, to=person("he"),
                     note="落地燈待修，其餘正常。")  # fmt: skip
    log.keep(log.at("13:22"), "he", "duty.accept", offer=offer, result="accepted", place=place, **_agreed(KEPT, "out"))
    log.keep(log.at("13:23"), "lin", "shifts.leave_post", post=post)
    log.keep(log.at("13:24"), "he", "shifts.take_post", post=post)
    _ready(log, "he", "flat-a", log.at("13:25"))
    pairs = sum(int(party.split()[1]) for party in parties)
    log.keep(log.at("17:50"), "he", "stock.count", item=covers, place=place, state="clean", counted=str(90 - pairs))
    log.keep(
        log.at("17:52"), "he", "stock.collect", item=covers, place=place, laundry=named("place", "laundry"), quantity=str(pairs)
    )
    _tick(log, "he", "check.flat_closing", "flat-a", log.at("17:53"), {
        "flat_close.covers_clean": str(90 - pairs), "flat_close.covers_soiled": str(pairs), "flat_close.inventory": LISTED,
        "flat_close.left_at": "18:00",
    })  # fmt: skip
    log.keep(log.at("18:02"), "he", "duty.offer", place=place, post=post, note="明早先看落地燈修好沒有。", kept="key_box",
             custodian="鑰匙箱 3 號", **_agreed(KEPT, "out"))  # fmt: skip
    log.keep(log.at("18:05"), "he", "shifts.leave_post", post=post)


def _agreed(codes: Sequence[str], state: str) -> dict[str, str]:
    """These things gone through, and every one of them agreed."""
    rows = {named("thing", code): {"kind": "asset", "asset": named("thing", code), "state": state} for code in codes}
    return {f"lines.{label}.{name}": value for label, row in rows.items() for name, value in (row | {"said": "agrees"}).items()}


def _hold(log: Log, who: str, time: str, operation: str) -> None:
    """Take or give back what goes with the post, five seconds each."""
    for place, code in enumerate(KEPT):
        log.keep(log.at(time) + place * 5 * clock.SECOND, who, operation, asset=named("thing", code))


def _receive(log: Log, time: str, guests: str, number: int) -> None:
    who = "lin" if time < "13:20" else "he"
    party = log.keep(log.at(time), who, "tours.arrive", flat=named("flat", "a"), place=named("place", "flat-a"), guests=guests,
                     covers=guests, item=named("item", "cover.cloth"))  # fmt: skip
    if number in TOLD:
        _tell(log, who, log.at(time, 1), party, number)
    left_at = log.at(time, STAYED)
    log.keep(left_at, "lin" if left_at < log.at("13:20") else "he", "tours.see_off", party=party)


def _tell(log: Log, who: str, at: int, party: str, number: int) -> None:
    """How one party is received: a guided one through every stop, one of the middle first."""
    mode, needs, language, asked = TOLD[number]
    log.keep(at, who, "tours.receive", party=party, mode=mode)
    for need in needs:
        log.keep(at, who, "tours.care", party=party, need=need, answer="yes")
    if language:
        log.keep(at, who, "tours.speak", tour=party, language=language)
    stops = [stop["key"] for stop in _script()["stops"]]
    for minute, stop in enumerate([*stops[5:7], *stops[:5], *stops[7:]] if mode == "guided" else (), 1):
        log.keep(at + minute * clock.MINUTE, who, "tours.step", tour=party, line=f"{stop}.1", version=version("script.a"))
    for minute, (tag, text) in enumerate(asked, 15):
        log.keep(at + minute * clock.MINUTE, who, "tours.ask", party=party, tag=tag, **({"text": text} if text else {}))


def _rehearse(log: Log, time: str) -> None:
    """何欣怡 goes through the whole script before the first guests of the afternoon."""
    begun = log.keep(log.at(time), "he", "tours.rehearse", flat=named("flat", "a"), version=version("script.a"))
    lines = [f"{stop['key']}.{number}" for stop in _script()["stops"] for number in range(1, len(stop["lines"]) + 1)]
    for number, line in enumerate(lines, 1):
        log.keep(log.at(time) + number * 20 * clock.SECOND, "he", "tours.step", tour=begun, line=line, version=version("script.a"))


def _script(code: str = "script.a") -> dict[str, Any]:
    return next(body for body in content.bodies() if body["id"] == code)


def _bar(log: Log, late: str) -> None:
    """A day at the bar: 蘇曉彤, in a week until 馬文靜 comes."""
    place, post = named("place", "bar"), named("post", "bar")
    log.keep(log.at("08:36"), "su", "shifts.take_post", post=post)
    _ready(log, "su", "bar", log.at("08:37"))
    log.keep(log.at("08:37"), "su", "custody.take", asset=named("thing", "R-2"))
    _tick(log, "su", "check.bar_opening", "bar", log.at("08:40"), {"bar_open.fridge": "4"})
    for minute, (sku, quantity) in enumerate((("milk.fresh", "3000"), ("tea.green", "250"), ("cup.paper", "100"))):
        log.keep(log.at("08:55", minute), "su", "stock.draw", item=named("item", sku), place=place, store=named("place", "store"),
                 quantity=quantity)  # fmt: skip
    log.keep(log.at("15:10"), "su", "stock.write_off", item=named("item", "milk.fresh"), place=place, state="clean",
             quantity="250", reason="spilt")  # fmt: skip
    if late != "su":
        _relief(log, "su", late, "bar", "13:30", "橙汁只夠兩天。")
        _tick(log, late, "check.bar_hygiene", "bar", log.at("14:10"), {"bar_hygiene.disinfect": "36", "bar_hygiene.time": "15"})
    log.keep(log.at("15:30"), late, "duty.remark", place=place, post=post, category="stock", text="橙汁只夠兩天。")
    for minute, (sku, left) in enumerate(BAR_LEFT):
        log.keep(log.at("17:40", minute), late, "stock.count", item=named("item", sku), place=place, state="clean", counted=left)
    _tick(log, late, "check.bar_closing", "bar", log.at("17:45"), {})
    log.keep(log.at("18:07"), late, "custody.give_back", asset=named("thing", "R-2"))
    log.keep(log.at("18:08"), late, "shifts.leave_post", post=post)


def _tick(log: Log, who: str, code: str, place: str, at: int, numbers: Mapping[str, str], left: Sequence[str] = ()) -> None:
    """Answer a checklist, an item every twenty seconds; numbers where a number is asked."""
    body = next(body for body in content.bodies() if body["id"] == code)
    day = log.midnight.date().isoformat()
    answered = [item for item in body["items"] if not item.get("site_option") and item["id"] not in left]
    about = {"version": version(code), "place": named("place", place), "day": day}
    for number, item in enumerate(answered):
        said = _said(item, numbers.get(item["id"], ""))
        if said is not None:
            name = "checklists.sign" if item["response"] == "signature" else "checklists.answer"
            log.keep(at + number * 20 * clock.SECOND, who, name, item=item["id"], **about, **said)
    if not left:
        log.keep(at + len(answered) * 20 * clock.SECOND, who, "checklists.submit", **about)


def _said(item: Mapping[str, Any], told: str) -> dict[str, str] | None:
    """What is answered to an item, by its kind; None where it is left out."""
    kind = item["response"]
    if kind in ("pass_fail_na", "signature"):
        return {"answer": "pass"} if kind == "pass_fail_na" else {}
    if kind == "quantity":
        return {"number": told, "expected": told}
    return {kind: told} if told else None


def _ready(log: Log, who: str, place: str, at: int) -> None:
    """Say that the readiness check holds (上崗自檢)."""
    day = log.midnight.date().isoformat()
    log.keep(at, who, "checklists.submit", version=version("check.readiness"), place=named("place", place), day=day)
