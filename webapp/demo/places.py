"""Where the demo is: places, posts, shifts, tablets, what lies and hangs there, as the file of a site would say it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from webapp import opening
from webapp.attachments.keeping import keep
from webapp.base import clock
from webapp.base.database import db
from webapp.content import queries as content
from webapp.demo.names import CODE, ZONE, named, person, project_id
from webapp.demo.people import CAST, MORE, rows_of
from webapp.demo.pictures import drawn
from webapp.operations.roles import GREETER, WATER_BAR

PLACES: Mapping[str, tuple[str, dict[str, str]]] = {
    "flat-a": ("show_flat", {"zh-Hant": "A 型樣板房", "zh-Hans": "A 型样板房", "en": "Show flat A"}),
    "bar": ("water_bar", {"zh-Hant": "水吧", "zh-Hans": "水吧", "en": "Water bar"}),
    "hall": ("sales_centre", {"zh-Hant": "售樓中心", "zh-Hans": "售楼中心", "en": "Sales centre"}),
    "laundry": ("laundry", {"zh-Hant": "洗衣房", "zh-Hans": "洗衣房", "en": "Laundry"}),
    "store": ("store_room", {"zh-Hant": "儲藏間", "zh-Hans": "储藏间", "en": "Store room"}),
}

FLAT_B = ("show_flat", {"zh-Hant": "B 型樣板房", "zh-Hans": "B 型样板房", "en": "Show flat B"})

POST_B = ("flat-b", GREETER, {"zh-Hant": "B 型迎賓崗", "zh-Hans": "B 型迎宾岗", "en": "Greeter’s post B"})

POSTS = {
    "door": ("flat-a", GREETER, {"zh-Hant": "迎賓崗", "zh-Hans": "迎宾岗", "en": "Greeter’s post"}),
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

TABLETS = {"door": ("A 型樣板房 1", "flat-a"), "bar": ("水吧 1", "bar")}

TABLET_B = ("B 型樣板房 1", "flat-b")

BAR_LEVELS = (("milk.fresh", 1000, 4000), ("tea.green", 100, 500), ("cup.paper", 60, 200))
"""What the water bar keeps within reach: item, minimum and par in base units."""

INVENTORY = (
    ("living.cushion", {"zh-Hant": "沙發靠墊", "zh-Hans": "沙发靠垫", "en": "Sofa cushions"}),
    ("living.lamp", {"zh-Hant": "落地燈", "zh-Hans": "落地灯", "en": "Floor lamps"}),
    ("dining.vase", {"zh-Hant": "餐桌花瓶", "zh-Hans": "餐桌花瓶", "en": "Vases on the dining table"}),
    ("master.book", {"zh-Hant": "床頭擺書", "zh-Hans": "床头摆书", "en": "Books at the bedside"}),
    ("study.model", {"zh-Hant": "書架模型", "zh-Hans": "书架模型", "en": "Models on the shelf"}),
)
"""Things of a show flat that are counted each morning."""

LISTED = str(sum(1 + number % 3 for number in range(len(INVENTORY))))
"""How many pieces they are."""

PLACING = (
    {"zh-Hant": "居中擺正", "zh-Hans": "居中摆正", "en": "Centred and straight"},
    {"zh-Hant": "靠牆一側", "zh-Hans": "靠墙一侧", "en": "On the side of the wall"},
    {"zh-Hant": "與標準照片一致", "zh-Hans": "与标准照片一致", "en": "As in the reference photo"},
)

FOR_A_WEEK = 8
"""So many times its par of what the bar serves lies in the store when a week begins; twice of all else."""

BAR_LEFT = (("milk.fresh", "650"), ("tea.green", "210"), ("cup.paper", "48"))
"""What it counts at the end of a day."""


def site_tree(*, week: bool) -> opening.Tree:
    """What a file would say of it."""
    tree = _first_flat()
    if week:
        flat = content.delivered("project")["unit_types"][1]
        tree["places"]["flat-b"] = dict(zip(("kind", "names"), FLAT_B, strict=True))
        tree["flats"]["b"] = _flat(flat, "flat-b")
        tree["posts"]["door-b"] = dict(zip(("place", "role", "names"), POST_B, strict=True))
        tree["items"]["cover.cloth"]["flat-b"] = {"minimum": 20, "par": 60}
        tree["people"] |= rows_of(MORE)
    return tree


def _flat(flat: Mapping[str, Any], place: str) -> dict[str, Any]:
    return {"place": place, "code": flat["code"], "unit_type": flat["code"], "title": flat["title"],
            "area": flat["placeholders"]["area_sqm"], "placeholders": flat["placeholders"], "plan": flat["plan"]}  # fmt: skip


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
        "people": rows_of(CAST),
    }  # fmt: skip


def _submit(operation: str, entry_id: str, at: int, /, **body: object) -> None:
    opening.submit(project_id(), operation, entry_id, body, at)


def set_dates(at: int) -> None:
    """The site opened in spring, and is moved into next year."""
    first = clock.day_of(at, ZONE).replace(day=1)
    days = {"opens_on": -60, "sold_on": 240, "moves_in_on": 400, "warranty_ends_on": 400 + 730}
    dates = {name: (first + timedelta(days=number)).isoformat() for name, number in days.items()}
    _submit("sites.set_dates", named("dates", "site"), at, **dates)
    _submit("sites.set_printing", named("printing", "site"), at, kept_years=3, in_ink="yes")


def stock_up(at: int, *, week: bool) -> None:
    store, covers = named("place", "store"), named("item", "cover.cloth")
    for item in content.delivered("items")["items"]:
        made = named("item", item["id"])
        often = FOR_A_WEEK if item["id"] in [sku for sku, _left in BAR_LEFT] else 2
        quantity = min(item["par"] * often, 900_000) if week else item["par"]
        _submit("stock.receive", named("opening", item["id"]), at, item=made, place=store, quantity=quantity)
    for flat in "ab" if week else "a":
        for number, (code, names) in enumerate(INVENTORY):
            entry = named("inventory", code if flat == "a" else f"{flat}.{code}")
            _submit("stock.list_thing", entry, at, flat=named("flat", flat), code=code, names=names, expected=1 + number % 3,
                    placing=PLACING[number % len(PLACING)], **(_photo(code, 1 + number % 3, at) if week else {}))  # fmt: skip
    for code, quantity in (("flat-a", 90), ("flat-b", 50))[: 2 if week else 1]:
        _submit("stock.draw", named("opening", code), at, item=covers, place=named("place", code), store=store, quantity=quantity)


def _photo(code: str, number: int, at: int) -> dict[str, str]:
    """The reference photo of a thing, kept."""
    db.session.rollback()
    return {"photos": keep(project_id(), person("chen"), drawn(code, number), at).digest}
