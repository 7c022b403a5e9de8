"""Days at the doors of both show flats."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from webapp.demo.checks import mend, ready, tick
from webapp.demo.log import Log
from webapp.demo.names import midnight, named, person, version
from webapp.demo.places import LISTED
from webapp.demo.posts import KEPT, agreed, counted, hold, relieve
from webapp.demo.tours import receive, rehearse, script

DISPUTED, UNATTENDED, STORED = 5, 4, 3
"""So many days ago a handover was disputed, nobody came to one, one was laid by for the night."""

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


def first_party(at: int) -> str:
    """The id of the first party of the day that has this instant."""
    log = Log("door", midnight(at))
    door_day(log, TODAY, LEFT)
    return next(made for _at, _who, operation, _body, made in log.steps if operation == "tours.arrive")


def first_handover(at: int) -> str:
    """The id of the first handover of the day before."""
    return _offers(midnight(at) - timedelta(days=1))[0]


def _offers(midnight: datetime) -> list[str]:
    """The ids of what was handed over and of what was locked up on a day like yesterday."""
    log = Log("door", midnight)
    door_day(log, YESTERDAY, ())
    return [made for _at, _who, operation, _body, made in log.steps if operation == "duty.offer"]


def first_rehearsal(at: int) -> str:
    """The id of the rehearsal of the day before."""
    log = Log("door", midnight(at) - timedelta(days=1))
    door_day(log, YESTERDAY, ())
    return next(made for _at, _who, operation, _body, made in log.steps if operation == "tours.rehearse")


FULL = {"door": 90, "door-b": 50}
"""So many clean pairs lie at a flat when a day begins, if all is well."""
MISSED = 6
"""So many were gone on the day of the dispute."""
LATE = 30
"""Today's morning lacks so many: the laundry has not brought back all of yesterday's, and one came back torn."""


def door_day(log: Log, parties: Sequence[str], left: Sequence[str], *, rehearses: bool = True, short: int = 0) -> None:
    """A day at the door: 林靜怡 until 13:20, then 何欣怡. `short`: so many pairs are not there in the morning, and are drawn."""
    short = LATE if left else short
    _open(log, left, FULL["door"] - short)
    for number, (time, guests) in enumerate(party.split() for party in parties):
        receive(log, time, guests, number)
    if rehearses and not left:
        rehearse(log, "13:26")
        mend(log, "lin", "check.flat_opening", "flat-a", "flat_open.water", "08:50", "12:10", "客衛洗手盆下有水。")
    _hand_over(log, FULL["door"], pairs_of(each for each in parties if each < "13:20"))
    _close(log, pairs_of(parties))
    _draw(log, "lin", "flat-a", "12:58", short)


def _draw(log: Log, who: str, place: str, time: str, pairs: int) -> None:
    """What is missing from the shelf, out of the store. Noted last, so that no other entry's id hangs on whether it was."""
    if pairs:
        log.keep(log.at(time), who, "stock.draw", item=named("item", "cover.cloth"), place=named("place", place),
                 store=named("place", "store"), quantity=str(pairs))  # fmt: skip


def _open(log: Log, left: Sequence[str], clean: int) -> None:
    """The morning until the first guests: checks, things, covers. `left`: points that are not answered yet, today."""
    place, post, covers = named("place", "flat-a"), named("post", "door"), named("item", "cover.cloth")
    if left:
        locked_up = _offers(log.midnight - timedelta(days=1))[-1]
        log.keep(log.at("08:31"), "lin", "duty.accept", offer=locked_up, result="accepted")
    log.keep(log.at("08:32"), "lin", "shifts.take_post", post=post)
    ready(log, "lin", "flat-a", log.at("08:33"))
    tick(log, "lin", "check.flat_opening", "flat-a", log.at("08:38"), {
        "flat_open.covers": str(clean), "flat_open.inventory": LISTED, "flat_open.air_way": "windows",
        "flat_open.air_from": "08:40",
    }, left)  # fmt: skip
    hold(log, "lin", "08:33", "custody.take")
    log.keep(log.at("10:06"), "lin", "custody.lend", asset=named("thing", "U-1"))
    log.keep(log.at("11:02"), "lin", "custody.give_back", asset=named("thing", "U-1"))
    if not left:
        log.keep(log.at("11:03"), "lin", "custody.damage", asset=named("thing", "U-2"), note="傘骨折了一根。")
    if left:
        log.keep(log.at("08:36"), "lin", "stock.return_clean", item=covers, place=place, laundry=named("place", "laundry"),
                 quantity=str(pairs_of(YESTERDAY) - LATE), rejected="1")  # fmt: skip
    log.keep(log.at("08:53"), "lin", "stock.count", item=covers, place=place, state="soiled", counted="0")


def _hand_over(log: Log, clean: int, worn: int) -> None:
    """What 林靜怡 still does, and how 何欣怡 takes over from her. Of so many clean pairs in all, so many were worn by then."""
    place, post = named("place", "flat-a"), named("post", "door")
    log.keep(
        log.at("11:45"), "lin", "duty.remark", place=place, post=post, category="repair", text="客廳落地燈不亮，已告知工程部。"
    )
    offer = log.keep(log.at("13:20"), "lin", "duty.offer", place=place, post=post, to=person("he"),
                     note="落地燈待修，其餘正常。")  # fmt: skip
    log.keep(log.at("13:22"), "he", "duty.accept", offer=offer, result="accepted", place=place, **agreed(KEPT, "out"),
             **counted(clean - worn, worn))  # fmt: skip
    log.keep(log.at("13:23"), "lin", "shifts.leave_post", post=post)
    log.keep(log.at("13:24"), "he", "shifts.take_post", post=post)
    ready(log, "he", "flat-a", log.at("13:25"))


def _close(log: Log, pairs: int) -> None:
    """The evening: so many pairs were worn; they go to the laundry, the keys into the box."""
    place, post, covers = named("place", "flat-a"), named("post", "door"), named("item", "cover.cloth")
    tick(log, "he", "check.flat_closing", "flat-a", log.at("17:53"), {
        "flat_close.covers_clean": str(FULL["door"] - pairs), "flat_close.covers_soiled": str(pairs),
        "flat_close.inventory": LISTED, "flat_close.left_at": "18:00",
    })  # fmt: skip
    log.keep(
        log.at("17:59"), "he", "stock.collect", item=covers, place=place, laundry=named("place", "laundry"), quantity=str(pairs)
    )
    log.keep(log.at("18:02"), "he", "duty.offer", place=place, post=post, note="明早先看落地燈修好沒有。", kept="key_box",
             custodian="鑰匙箱 3 號", **agreed(KEPT, "out"))  # fmt: skip
    log.keep(log.at("18:05"), "he", "shifts.leave_post", post=post)


def pairs_of(parties: Iterable[str]) -> int:
    """How many pairs of covers these parties wear."""
    return sum(int(party.split()[1]) for party in parties)


def parties_at_b(back: int) -> tuple[str, ...]:
    """The guests of the second flat so many days ago."""
    return AT_B[back % 3 : back % 3 + 6]


def second_door_day(log: Log, back: int, short: int = 0) -> None:
    """A day at the second flat: 吳嘉敏 until 13:25, then 羅詩韻; and what went wrong on the days that are told of. `short`: as at
    the first."""
    place, post, covers = named("place", "flat-b"), named("post", "door-b"), named("item", "cover.cloth")
    clean = str(FULL["door-b"] - short)
    log.keep(log.at("08:31"), "wu", "shifts.take_post", post=post)
    tick(log, "wu", "check.flat_opening", "flat-b", log.at("08:36"), {
        "flat_open.covers": clean, "flat_open.inventory": LISTED,
    })  # fmt: skip
    log.keep(log.at("08:53"), "wu", "stock.count", item=covers, place=place, state="soiled", counted="0")
    parties, late = parties_at_b(back), back == UNATTENDED
    worn = pairs_of(each for each in parties if each < "13:25")
    gone_through = counted(FULL["door-b"] - worn - (MISSED if back == DISPUTED else 0), worn)
    for number, (time, guests) in enumerate(party.split() for party in parties):
        _receive_at_b(log, "wu" if time < "13:25" or late else "luo", time, guests, number)
    if back == DISPUTED:
        relieve(log, "wu", "luo", "door-b", "13:25", "一切正常。", "disputed", f"鞋套少了 {MISSED} 雙，對不上記錄。",
                **gone_through)  # fmt: skip
    elif late:
        relieve(log, "wu", "luo", "door-b", "13:25", "接班人未到，已告知主管，繼續留守。", "")
    else:
        relieve(log, "wu", "luo", "door-b", "13:25", "一切正常。", **gone_through)
    last = "wu" if late else "luo"
    pairs = pairs_of(parties)
    left = str(FULL["door-b"] - pairs - (MISSED if back == DISPUTED else 0))
    tick(log, last, "check.flat_closing", "flat-b", log.at("17:52"), {
        "flat_close.covers_clean": left, "flat_close.covers_soiled": str(pairs), "flat_close.inventory": LISTED,
    })  # fmt: skip
    log.keep(
        log.at("17:58"), last, "stock.collect", item=covers, place=place, laundry=named("place", "laundry"), quantity=str(pairs)
    )
    if back == STORED:
        log.keep(log.at("18:00"), last, "duty.offer", place=place, post=post, note="末班，無接班人。", kept="key_box",
                 custodian="鑰匙箱 5 號")  # fmt: skip
    log.keep(log.at("18:06"), last, "shifts.leave_post", post=post)
    _draw(log, "wu", "flat-b", "09:05", short)


def _receive_at_b(log: Log, who: str, time: str, guests: str, number: int) -> None:
    """A party of the second flat; the first of a day hears the whole script."""
    party = log.keep(log.at(time), who, "tours.arrive", flat=named("flat", "b"), place=named("place", "flat-b"), guests=guests,
                     covers=guests, item=named("item", "cover.cloth"))  # fmt: skip
    log.keep(log.at(time, 1), who, "tours.receive", party=party, mode=("guided", "accompanied", "self_guided")[number % 3])
    if number == 0:
        for minute, stop in enumerate(script("script.b")["stops"], 2):
            log.keep(log.at(time, minute), who, "tours.step", tour=party, line=f"{stop['key']}.1", version=version("script.b"))
    log.keep(log.at(time, 24), who, "tours.see_off", party=party)
