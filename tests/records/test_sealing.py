"""A signed record stays what was signed; everything that comes later is an addendum, and exactly one."""

from collections.abc import Callable
from itertools import permutations
from random import Random

import pytest
import sqlalchemy as sa

from tests.cast import WORDS, Site, Tablet, at
from tests.records.test_account import DAY, shifts, whole_day
from webapp.base import clock
from webapp.base.database import db
from webapp.base.i18n import written_in
from webapp.operations.ledger import Ledger
from webapp.records import addenda, queries, sealing, tables
from webapp.records.layout import layout
from webapp.records.rules import DIGESTS
from webapp.records.sealing import Record, Sealed
from webapp.sites import queries as sites

SIGNED = "13:40"


def record(site: Site, code: str = "early") -> Record:
    project = sites.project(site.project_id)
    assert project
    window = next(each for each in queries.windows_of(project, DAY) if each.code == code)
    return Record(sites.posts(site.project_id)[0], DAY, window)


def sealed(site: Site, code: str = "early", now: str = "23:59") -> Sealed:
    project, of = sites.project(site.project_id), record(site, code)
    assert project
    signed = queries.reviews(site.project_id, DAY.isoformat(), DAY.isoformat())
    found = sealing.sealed(project, of, at(now), signed.get((of.post.id, DAY.isoformat(), of.window.shift)))
    db.session.rollback()
    return found


def printed(site: Site, found: Sealed) -> tuple[object, ...]:
    """The cells of a sheet, without its addenda and the time of its printing."""
    project, of = sites.project(site.project_id), record(site)
    assert project
    with written_in("en"):
        told = layout(project, of.post, [found.says], [], at("23:59"))
        made = tables.paper(found.says, told, None, found.at)
    return made.head, made.grids, made.more, made.signs, made.foot[-1]


def told(site: Site, found: Sealed) -> list[tuple[str, ...]]:
    project, of = sites.project(site.project_id), record(site)
    assert project
    accounts = [each.after for each in found.addenda] + [each.before for each in found.addenda]
    with written_in("en"):
        named = layout(project, of.post, accounts, [each.came.author_id for each in found.addenda], at("23:59"))
        return [row for grid in addenda.grids(named, found.addenda, at("23:59")) for row in grid.rows]


def sign(site: Site, code: str = "early", when: str = SIGNED, way: int = DIGESTS) -> None:
    of, found = record(site, code), sealed(site, code, when)
    outcome = site.submit(
        "records.review", author="chen", proof="session", when=at(when), post=of.post.id, shift=of.window.shift, day=DAY,
        digest=found.says.digest_by(way), way=way,
    )  # fmt: skip
    assert outcome.outcome == "applied"


def close(site: Site, when: str) -> None:
    """The one signature of a clean day, under what each of its records says then; of what the shifts are over with."""
    project = sites.project(site.project_id)
    assert project
    lines = {}
    for n, each in enumerate(sealing.unsigned(project, DAY, at(when))):
        if not each.staying:
            said = {"post": each.of.post.id, "shift": each.of.window.shift, "digest": each.says.digest, "way": DIGESTS}
            lines |= {f"records.{n}.{name}": value for name, value in said.items()}
    db.session.rollback()
    outcome = site.submit("review.close", author="chen", proof="session", when=at(when), day=DAY, **lines)
    assert outcome.outcome == "applied"


def prepared(site: Site) -> tuple[Tablet, Tablet]:
    shifts(site)
    tablets = site.tablet(1), site.tablet(2)
    whole_day(site, *tablets)
    for tablet, received_at in zip(tablets, (at("13:35"), at("13:34")), strict=True):  # the handover on the first one knows all
        tablet.send([each for each in tablet.kept if each.happened_at < at("13:30")], received_at)
        del tablet.kept[sum(each.happened_at < at("13:30") for each in tablet.kept) :]
    return tablets


def kept(tablet: Tablet, operation: str, when: str) -> str:
    return next(each.id for each in tablet.kept if each.operation == operation and each.happened_at == at(when))


Act = Callable[[Site, Tablet, Tablet, int], None]


def _desk(operation: str, **body: Callable[[Site, Tablet, Tablet], object]) -> Act:
    def act(site: Site, one: Tablet, two: Tablet, when: int) -> None:
        said = {name: value(site, one, two) for name, value in body.items()}
        assert site.submit(operation, author="chen", proof="session", when=when, **said).outcome == "applied"

    return act


def _late(who: str, operation: str, happened: str, **body: object) -> Act:
    """The second tablet sends what it recorded in the shift only now."""

    def act(site: Site, _one: Tablet, two: Tablet, when: int) -> None:
        named = {name: site.id(str(value)) if name in REFERENCES else value for name, value in body.items()}
        two.keep(who, operation, happened, **named)
        answer = two.send(received_at=when)
        assert answer.results[-1]["outcome"] == "applied", answer.results[-1]

    return act


def _own(site: Site, one: Tablet, _two: Tablet, when: int) -> None:
    one.keep("lin", "tours.reverse", when, entry=kept(one, "tours.arrive", "10:01"))
    one.send(received_at=when)


REFERENCES = ("place", "item", "flat", "post", "asset", "version")
PLACE = {"place": "flat"}
ACTS: dict[str, Act] = {
    "a party undone at the desk": _desk("tours.undo", entry=lambda _site, one, _two: kept(one, "tours.arrive", "09:01")),
    "a party undone by whoever received it": _own,
    "a farewell undone": _desk("tours.stay", party=lambda _site, one, _two: kept(one, "tours.arrive", "11:01")),
    "an item given back": _desk(
        "checklists.return_items", version=lambda site, *_: site.id("version"), place=lambda site, *_: site.id("flat"),
        day=lambda *_: DAY, items=lambda *_: "small.door", comment=lambda *_: "Look again",
    ),
    "a draw undone": _desk("stock.undo", entry=lambda _site, _one, two: kept(two, "stock.draw", "12:42")),
    "a remark taken back": _desk("duty.undo", entry=lambda _site, _one, two: kept(two, "duty.remark", "11:45")),
    "a late party": _late("he", "tours.arrive", "12:55", **PLACE, flat="A", item="covers", guests=2, covers=2),
    "a late remark": _late("he", "duty.remark", "12:56", **PLACE, post="door", category="safety", text="Wet floor"),
    "a late count": _late("he", "stock.count", "12:57", **PLACE, item="covers", state="clean", counted=50),
    "a key taken late": _late("he", "custody.take", "12:58", asset="key"),
    "a post left late": _late("he", "shifts.leave_post", "12:59", post="door"),
}  # fmt: skip


@pytest.mark.clause("P2-5.1")
def test_whatever_comes_after_the_signature_is_one_addendum_and_changes_nothing_else(ledger: Ledger, rounds: int, tell) -> None:
    for n in range(rounds):
        _in_some_order(Site(ledger, f"sealed {n}").build(), Random(n))
    tell(f"{rounds * len(ACTS)} entries after a signature")


def _in_some_order(site: Site, chance: Random) -> None:
    one, two = prepared(site)
    sign(site)
    first = sealed(site)
    cells = printed(site, first)
    assert (first.holds, first.addenda) == (True, ())
    late = iter([name for name in ACTS if "late" in name.split()])  # what a tablet recorded it sends in its order
    names = [next(late) if "late" in name.split() else name for name in chance.sample(list(ACTS), len(ACTS))]
    made = []
    for n, name in enumerate(names, 1):
        ACTS[name](site, one, two, at("14:00") + n * clock.MINUTE)
        made.append(at("14:00") + n * clock.MINUTE)
    found = sealed(site)
    assert (found.says.digest, found.holds) == (first.says.digest, True)
    assert printed(site, found) == cells
    assert [each.came.known.received_at for each in found.addenda] == made, names


def acted(site: Site, *names: str) -> Sealed:
    one, two = prepared(site)
    sign(site)
    for n, name in enumerate(names):
        ACTS[name](site, one, two, at("14:00") + n * 60_000)
    return sealed(site)


@pytest.mark.database
def test_an_addendum_says_who_when_what_it_was_and_what_it_is(site: Site) -> None:
    found = acted(site, "a party undone at the desk", "an item given back", "a late remark")
    undone, given_back, remark = told(site, found)
    assert undone[0] == "14:00"
    assert undone[1] == "Arrival or question undone at the desk · 09:01 Guests arrived (1 guest, 1 word)"
    assert "2. Reception 09:00 Number of parties 2 → 1, Number of guests 3 → 2" in undone[4]
    assert undone[2:4] == ("chen", "14:00")
    assert given_back[1] == "Check returned"
    assert "1. Before duty word Result √ → —, Time 08:55 → —" in given_back[4]
    assert remark[1] == "Remark (Wet floor)"
    assert remark[0] == "13:26", "no entry of a tablet is before the one that it sent before"
    assert "6. Remarks (what was abnormal) — → 13:26, Kind Safety, Remark Wet floor, Recorded by he" in remark[4]


def test_a_total_that_changed_is_one_change_of_each_of_its_figures(site: Site) -> None:
    (late,) = told(site, acted(site, "a late party"))
    visits = "Show flat visits (continuation sheet)"
    changed = [each for each in late[4].split(" · ") if each.startswith(visits)]
    assert changed == [
        f"{visits} — → 13:26, Number of guests 2, Covers (pairs) 2, Received by he",
        f"{visits} Total 9 parties → 10 parties, Number of guests 25 → 27, Covers (pairs) 19 → 21",
    ]
    assert "2. Reception 13:00 Number of parties 1 → 2, Number of guests 4 → 6, Covers given (pairs) 3 → 5" in late[4]
    assert "2. Reception Total Number of parties 9 → 10, Number of guests 25 → 27, Covers given (pairs) 19 → 21" in late[4]


def test_a_late_entry_that_is_taken_back_leaves_both(site: Site) -> None:
    one, two = prepared(site)
    sign(site)
    ACTS["a late party"](site, one, two, at("14:00"))
    site.submit("tours.undo", author="chen", proof="session", when=at("14:05"), entry=two.kept[-1].id)
    assert [each.came.operation for each in sealed(site).addenda] == ["tours.arrive", "tours.undo"]


def test_what_is_taken_back_before_the_signature_is_not_on_the_record(site: Site) -> None:
    one, two = prepared(site)
    before = sealed(site, now=SIGNED)
    ACTS["a party undone at the desk"](site, one, two, at("13:36"))
    sign(site)
    found = sealed(site)
    assert len(found.says.visits) == len(before.says.visits) - 1
    assert [each.came.operation for each in found.addenda] == ["tours.undo"], "it came after the handover, which was signed too"
    assert len(sealed(site, now=SIGNED).addenda) == 1


def test_what_another_shift_does_is_no_addendum(site: Site) -> None:
    one, _two = prepared(site)
    sign(site)
    one.keep("he", "tours.arrive", "14:10", **{name: site.id(str(value)) for name, value in
             (("place", "flat"), ("flat", "A"), ("item", "covers"))}, guests=9, covers=9)  # fmt: skip
    one.send(received_at=at("14:11"))
    assert sealed(site).addenda == ()
    assert len(sealed(site, "middle").says.visits) == 1


@pytest.mark.clause("P2-4.4.6a")
def test_a_handover_seals_what_was_before_it(site: Site) -> None:
    """Nobody has signed for the manager yet: the values are those of now, and what changed them since stands in the addenda."""
    one, two = prepared(site)
    before = sealed(site)
    assert before.addenda == ()
    ACTS["a party undone at the desk"](site, one, two, at("14:00"))
    ACTS["an item given back"](site, one, two, at("14:01"))
    found = sealed(site)
    assert len(found.addenda) == 2
    assert len(found.says.visits) == len(before.says.visits) - 1
    sign(site, when="14:05")
    assert len(sealed(site).addenda) == 2, "they are told also once the manager has signed"


def handed_over_twice(site: Site, first_taken_on: int = 0) -> tuple[Tablet, Tablet]:
    """A shift in which a post is handed over at ten and at twelve, with a party before each."""
    shifts(site)
    one, two = tablets = site.tablet(1), site.tablet(2)
    covers = {"place": site.id("flat"), "flat": site.id("A"), "item": site.id("covers")}
    for hour, gives, takes, on in ((9, "lin", "he", first_taken_on), (11, "he", "zhou", 0)):
        one.keep(gives, "shifts.take_post", f"{hour:02d}:00", post=site.id("door"))
        one.keep(gives, "tours.arrive", f"{hour:02d}:10", **covers, guests=2, covers=2)
        here = {"place": site.id("flat"), "post": site.id("door")}
        offer = one.keep(gives, "duty.offer", f"{hour:02d}:55", **here, to=site.person(takes))
        tablets[on].keep(takes, "duty.accept", f"{hour + 1:02d}:00", offer=offer.id, result="accepted")
    return one, two


def undo(site: Site, tablet: Tablet, arrived: str, when: str) -> None:
    entry = kept(tablet, "tours.arrive", arrived)
    assert site.submit("tours.undo", author="chen", proof="session", when=at(when), entry=entry).outcome == "applied"


def by_seal(found: Sealed) -> list[tuple[int, int]]:
    """When each seal was given, and when that came in which stands with it."""
    return [(each.seal.at, each.came.known.received_at) for each in found.addenda]


@pytest.mark.clause("P2-4.4.6a")
def test_what_came_after_each_of_two_handovers_stands_with_its_own_seal(site: Site) -> None:
    one, _two = handed_over_twice(site)
    one.send([each for each in one.kept if each.happened_at <= at("10:00")], at("10:01"))
    undo(site, one, "09:10", "10:30")
    one.send(received_at=at("12:01"))
    undo(site, one, "11:10", "12:30")
    found = sealed(site)
    assert by_seal(found) == [(at("10:00"), at("10:30")), (at("12:00"), at("12:30"))]
    project, of = sites.project(site.project_id), record(site)
    assert project
    with written_in("en"):
        named = layout(project, of.post, [found.says], [], at("23:59"))
        parts = addenda.grids(named, found.addenda, at("23:59"))
    assert [(each.title, len(each.rows)) for each in parts] == [
        ("Addenda · Signed by code: he 10:00", 1), ("Addenda · Signed by code: zhou 12:00", 1),
    ]  # fmt: skip


@pytest.mark.clause("P2-4.4.6a")
def test_what_is_undone_of_before_the_first_handover_stands_with_its_seal_whenever_it_came(site: Site) -> None:
    one, _two = handed_over_twice(site)
    one.send(received_at=at("12:01"))
    undo(site, one, "11:10", "12:20")
    undo(site, one, "09:10", "12:30")
    assert by_seal(sealed(site)) == [(at("10:00"), at("12:30")), (at("12:00"), at("12:20"))]
    sign(site)
    assert by_seal(sealed(site)) == [(at("10:00"), at("12:30")), (at("12:00"), at("12:20"))]


@pytest.mark.clause("P2-4.4.6a")
def test_what_came_after_the_later_of_two_handovers_is_told_also_where_the_earlier_one_was_sent_last(site: Site) -> None:
    """The seal that came in last speaks of no more than the time until ten."""
    one, two = handed_over_twice(site, first_taken_on=1)
    one.send(received_at=at("12:01"))
    two.send(received_at=at("12:30"))
    undo(site, one, "11:10", "12:40")
    assert by_seal(sealed(site)) == [(at("12:00"), at("12:30")), (at("12:00"), at("12:40"))]


def statements(site: Site) -> int:
    """How many it takes to read a record with its addenda."""
    ran: list[str] = []

    def run(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        ran.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", run)
    try:
        sealed(site)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", run)
    return len(ran)


def test_what_another_place_sends_late_is_not_compared_with_the_record(site: Site) -> None:
    """A month has thousands of those: each would take two readings of the record more."""
    _one, two = prepared(site)
    sign(site)
    before = statements(site)
    two.keep("he", "stock.count", "12:57", place=site.id("store"), item=site.id("covers"), state="store", counted=50)
    two.send(received_at=at("14:00"))
    elsewhere = statements(site)
    assert elsewhere - before < 15
    assert sealed(site).addenda == ()
    two.keep("he", "stock.count", "12:58", place=site.id("flat"), item=site.id("covers"), state="clean", counted=50)
    two.send(received_at=at("14:01"))
    assert statements(site) - elsewhere > 50, "what is of this place is"
    assert len(sealed(site).addenda) == 1


def test_a_party_of_this_place_that_another_place_saw_off_is_an_addendum(site: Site) -> None:
    _one, two = prepared(site)
    sign(site)
    here = {"place": site.id("flat"), "flat": site.id("A"), "item": site.id("covers")}
    party = two.keep("he", "tours.arrive", "12:50", **here, guests=2, covers=2)
    two.keep("he", "tours.see_off", "12:58", party=party.id, place=site.id("store"), item=site.id("covers"), covers=2)
    two.send(received_at=at("14:00"))
    assert [each.came.operation for each in sealed(site).addenda] == ["tours.arrive", "tours.see_off"]


def test_who_takes_a_post_elsewhere_has_left_this_one_and_that_is_an_addendum(site: Site) -> None:
    site.submit("sites.add_post", site.id("till"), place=site.id("store"), code="till", role="greeter", names=WORDS)
    _one, two = prepared(site)
    sign(site)
    two.keep("zhou", "shifts.take_post", "12:50", post=site.id("till"))
    two.keep("he", "shifts.take_post", "13:25", post=site.id("till"))
    two.send(received_at=at("14:00"))
    assert [each.came.author_id for each in sealed(site).addenda] == [site.person("he")]


def test_the_first_signature_is_the_one_that_counts(site: Site) -> None:
    one, two = prepared(site)
    sign(site)
    first = sealed(site)
    ACTS["a late party"](site, one, two, at("14:00"))
    sign(site, when="14:30")
    found = sealed(site)
    assert (found.says, found.signed) == (first.says, first.signed)


@pytest.mark.database
@pytest.mark.clause("P2-5.1")
def test_the_one_signature_for_the_day_says_the_same_in_whatever_order_its_entries_came(ledger: Ledger) -> None:
    """What comes after it is told of both records, of each its own, and what was signed holds."""
    told_of = set()
    for n, order in enumerate(permutations(range(3))):
        site = Site(ledger, f"closed {n}").build()
        shifts(site)
        one, two = site.tablet(1), site.tablet(2)
        whole_day(site, one, two)
        late = [each for each in two.kept if each.happened_at >= at("11:40")]
        parts = [(one, one.kept[:10]), (one, one.kept[10:]), (two, two.kept[: -len(late)])]
        for minute, part in enumerate(order):
            tablet, entries = parts[part]
            tablet.send(entries, at("18:10") + minute * clock.MINUTE)
        one.send(received_at=at("18:15"))
        close(site, "18:20")
        before = [sealed(site, code, "18:20").says for code in ("early", "middle")]
        two.send(late, at("18:30"))
        after = [sealed(site, code, "18:40") for code in ("early", "middle")]
        assert [(each.holds, each.signed.with_day if each.signed else None, each.says) for each in after] == [
            (True, True, said) for said in before
        ]
        told_of.add(tuple((each.says.guests, len(each.says.log), *_since_signed(each)) for each in after))
    assert len(told_of) == 1
    assert all("tours.arrive" in each for each in told_of.pop())


def _since_signed(of: Sealed) -> list[str]:
    """What came after the manager's signature; what came after the handover's was known to it."""
    assert of.signed
    return [each.came.operation for each in of.addenda if of.signed.known < each.came.known]


def test_a_day_that_is_closed_before_a_post_is_left_does_not_sign_its_record(site: Site) -> None:
    shifts(site)
    tablet = site.tablet(1)
    tablet.keep("lin", "shifts.take_post", "17:00", post=site.id("door"))
    tablet.send(received_at=at("17:01"))
    close(site, "18:20")
    assert (sealed(site, "early").signed is not None, sealed(site, "middle").signed) == (True, None)


def test_a_signature_of_something_else_is_said_not_to_hold(site: Site) -> None:
    prepared(site)
    site.submit(
        "records.review", author="chen", proof="session", when=at(SIGNED), post=site.id("door"), shift=site.id("early"), day=DAY,
        digest="0" * 64,
    )  # fmt: skip
    found = sealed(site)
    assert not found.holds
    assert found.says.digest == sealed(site, now=SIGNED).says.digest


def found_and_led(site: Site) -> None:
    """The door was not in order, and then it was; a party was led from room to room and nobody said how it was received."""
    shifts(site)
    tablet, check = site.tablet(1), {"version": site.id("version"), "place": site.id("flat"), "item": "small.door"}
    tablet.keep("lin", "shifts.take_post", "08:32", post=site.id("door"))
    tablet.keep("lin", "checklists.answer", "08:40", **check, answer="fail", note="鎖偏緊")
    tablet.keep("he", "checklists.answer", "08:50", **check, answer="pass")
    party = tablet.keep("lin", "tours.arrive", "10:00", flat=site.id("A"), place=site.id("flat"), guests=9)
    tablet.keep("lin", "tours.step", "10:05", tour=party.id, line="hall.1")
    tablet.send(received_at=at("13:30"))


def told_of(site: Site) -> tuple[str, str, list[str]]:
    """Of the sheet: the note on the door, guided parties in all, what stands open."""
    grids = printed(site, sealed(site))[1]
    assert isinstance(grids, tuple)
    before, reception, *_rest = grids
    door = next(row for row in before.rows if row[4] == "08:50")
    return door[5], reception.total[4], [row[2] for row in grids[4].rows]


@pytest.mark.database
@pytest.mark.clause("P2-4.4.2c")
@pytest.mark.clause("P2-4.4.3d")
@pytest.mark.parametrize("way", [DIGESTS, 8])
def test_a_sheet_tells_what_was_found_before_and_whom_the_prompter_led_but_where_it_was_signed_without(
    site: Site, way: int
) -> None:
    found_and_led(site)
    note, guided, left = told_of(site)
    assert (note, guided) == ("08:40 × 鎖偏緊 (lin)", "1")
    assert [each for each in left if each.startswith("鎖偏緊 · due")]
    sign(site, way=way)
    assert sealed(site).holds
    then = "", "0", [each.removeprefix("鎖偏緊 · ") for each in left]
    assert told_of(site) == ((note, guided, left) if way == DIGESTS else then)
