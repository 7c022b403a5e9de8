"""What was handed over stands in a record as it was at the handover: not as it was counted hours before, nor as it became."""

import json

import pytest

from tests.cast import CHECK, WORDS, Site, Tablet, at
from tests.records.test_account import accounts, shifts
from webapp.base.i18n import written_in
from webapp.base.paper import Grid
from webapp.records import tables
from webapp.records.layout import layout
from webapp.records.rules import Account, Gone, Handed
from webapp.sites import queries as sites

CARD, UMBRELLA = "card", "umbrella"


def things(site: Site) -> None:
    for code, kind in ((CARD, "card"), (UMBRELLA, "umbrella")):
        site.submit("custody.add_asset", site.id(code), code=code, kind=kind, names=WORDS, place=site.id("flat"))


def morning(site: Site) -> Tablet:
    """Sixty clean pairs are counted, thirty drawn, 26 worn, six of them still. A card is lost and an umbrella lent."""
    shifts(site)
    things(site)
    tablet, item = site.tablet(1), {"place": site.id("flat"), "item": site.id("covers")}
    tablet.keep("lin", "shifts.take_post", "08:32", post=site.id("door"))
    tablet.keep("lin", "stock.count", "08:52", state="clean", counted=60, **item)
    tablet.keep("lin", "stock.count", "08:53", state="soiled", counted=0, **item)
    tablet.keep("lin", "custody.take", "08:54", asset=site.id("key"))
    party = {"flat": site.id("A")} | item
    for time, covers in (("09:10", 12), ("10:00", 8)):
        tablet.keep("lin", "tours.arrive", time, guests=covers, covers=covers, **party)
    tablet.keep("lin", "stock.draw", "12:42", store=site.id("store"), quantity=30, **item)
    tablet.keep("lin", "custody.lend", "12:50", asset=site.id(UMBRELLA))
    tablet.keep("lin", "custody.lose", "13:00", asset=site.id(CARD), note="在電梯口掉了")
    tablet.keep("lin", "tours.arrive", "13:10", guests=6, covers=6, **party)
    return tablet


def hands_over(site: Site, tablet: Tablet, time: str, answered: str, *lines: dict[str, object]) -> None:
    """Offered and taken over. In `lines` a thing or an item is called by its name."""
    here, said = {"place": site.id("flat")}, {}
    offer = tablet.keep("lin", "duty.offer", time, post=site.id("door"), to=site.person("he"), **here).id
    for number, line in enumerate(lines):
        for name, value in line.items():
            said[f"lines.line-{number}.{name}"] = site.id(str(value)) if name in ("asset", "item") else value
    tablet.keep("he", "duty.accept", answered, offer=offer, result="accepted", **here, **said)


def of_covers(handed: Handed) -> list[tuple[str, int, int | None, str]]:
    return [(each.state, each.due // 1000, each.found and each.found // 1000, each.said) for each in handed.covers]


def parts_of(site: Site, of: Account) -> tuple[Grid, ...]:
    project = sites.project(site.project_id)
    assert project
    with written_in("en"):
        post = next(each for each in sites.posts(site.project_id) if each.id == of.post)
        return tables.paper(of, layout(project, post, [of], [], at("23:00")), None, at("23:00")).grids


def printed_of(site: Site, of: Account, code: str) -> tuple[str, ...]:
    """Of a thing, or of covers in one state: due, found, sound, note."""
    return next(row[2:] for row in parts_of(site, of)[3].rows if row[0] == code or row[1].endswith(f" {code}"))


COUNTED = (
    {"kind": "stock", "item": "covers", "state": "clean", "found": 63},
    {"kind": "stock", "item": "covers", "state": "in_use", "said": "agrees"},
    {"kind": "stock", "item": "covers", "state": "soiled", "found": 20},
)


@pytest.mark.database
@pytest.mark.clause("P2-5.1")
def test_the_covers_of_a_handover_are_what_should_lie_there_then_and_what_was_counted_then(site: Site) -> None:
    tablet = morning(site)
    hands_over(site, tablet, "13:20", "13:22", *COUNTED)
    tablet.keep("he", "tours.arrive", "13:25", flat=site.id("A"), guests=3, covers=3, place=site.id("flat"), item=site.id("covers"))
    tablet.send()
    early, middle = accounts(site)
    assert of_covers(early.passed_on) == [("clean", 64, 63, ""), ("in_use", 6, None, "agrees"), ("soiled", 20, 20, "")]
    assert middle.passed_on is None


def test_what_nobody_counted_at_the_handover_is_due_and_not_found(site: Site) -> None:
    tablet = morning(site)
    hands_over(site, tablet, "13:20", "13:22")
    tablet.send()
    early, _middle = accounts(site)
    assert of_covers(early.passed_on) == [("clean", 64, None, ""), ("in_use", 6, None, ""), ("soiled", 20, None, "")]


def test_what_is_taken_over_after_the_next_shift_has_begun_belongs_to_the_shift_that_offered_it(site: Site) -> None:
    tablet = morning(site)
    hands_over(site, tablet, "13:20", "13:35", *COUNTED)
    tablet.send()
    early, middle = accounts(site)
    assert [(each.answered_by, each.result) for each in early.handed] == [(site.person("he"), "accepted")]
    assert of_covers(early.passed_on)[0] == ("clean", 64, 63, "")
    assert middle.handed == ()


@pytest.mark.clause("P2-4.3.1f")
def test_what_was_lost_or_lent_stands_as_it_was_at_the_handover_with_the_words_on_it(site: Site) -> None:
    tablet = morning(site)
    rows = ({"asset": CARD, "state": "lost"}, {"asset": UMBRELLA, "state": "lent"}, {"asset": "key", "state": "out"})
    hands_over(site, tablet, "13:20", "13:22", *({"kind": "asset", "said": "agrees"} | each for each in rows))
    tablet.keep("he", "custody.give_back", "13:26", asset=site.id(UMBRELLA))
    tablet.keep("he", "custody.find", "14:00", asset=site.id(CARD))
    tablet.send()
    early, middle = accounts(site)
    stood = {each.asset: each for each in early.passed_on.things}
    assert [(stood[site.id(key)].is_lent, stood[site.id(key)].loss) for key in (CARD, UMBRELLA)] == [
        (False, "在電梯口掉了"), (True, ""),
    ]  # fmt: skip
    assert [stood[site.id(key)].is_there for key in (CARD, UMBRELLA)] == [False, False]
    assert stood[site.id("key")].holders == (site.person("he"),), "whoever took over has it"
    told = [(each.at, each.kind, each.asset, each.text) for each in early.happened]
    assert told == [
        (at("12:50"), "lent", site.id(UMBRELLA), ""),
        (at("13:00"), "lost", site.id(CARD), "在電梯口掉了"),
        (at("13:26"), "given_back", site.id(UMBRELLA), ""),
    ]
    assert [(each.kind, each.asset) for each in middle.happened] == [("found", site.id(CARD))]


@pytest.mark.parametrize(
    ("state", "said", "is_there"),
    [
        ("back", "agrees", True),
        ("out", "agrees", True),
        ("lost", "agrees", False),
        ("lent", "agrees", False),
        ("back", "differs", None),
    ],
)
def test_who_agrees_that_a_thing_is_lost_or_lent_has_not_found_it(state: str, said: str, *, is_there: bool | None) -> None:
    assert Gone("asset", "a", None, state, said, None, "").is_there is is_there


@pytest.mark.parametrize(("lines", "kind"), [((), "words"), (COUNTED, "text")])
def test_a_long_answer_to_a_handover_has_as_wide_a_column_as_what_happened(
    site: Site, lines: tuple[dict[str, object], ...], kind: str
) -> None:
    tablet = morning(site)
    hands_over(site, tablet, "13:20", "13:22", *lines)
    tablet.send()
    early, _middle = accounts(site)
    assert parts_of(site, early)[2].kinds == ("time", "text", kind, "name", "name")


@pytest.mark.clause("P2-4.3.1f")
def test_what_was_lost_by_the_handover_is_counted_as_lost_whoever_agrees_that_it_was_there(site: Site) -> None:
    """The tablet that was taken over at had not heard of the loss."""
    tablet, away = morning(site), site.tablet(2)
    away.keep("lin", "custody.take", "13:05", asset=site.id(CARD))
    hands_over(site, away, "13:20", "13:22", {"kind": "asset", "said": "agrees", "asset": CARD, "state": "out"})
    away.send()
    tablet.send()
    early, _middle = accounts(site)
    assert printed_of(site, early, CARD)[:3] == ("1", "0", "×")


@pytest.mark.clause("P2-4.3.1f")
@pytest.mark.parametrize(
    ("kind", "note", "row"),
    [
        ("radio", "電池壞，已送修", ("1", "×", "×", "電池壞，已送修")),
        ("radio", "", ("1", "×", "×", "differs")),
        ("facility", "空調漏水", ("1", "1", "×", "空調漏水")),
    ],
)
def test_what_differs_at_a_handover_is_not_sound_and_its_remark_stands_beside_it(
    site: Site, kind: str, note: str, row: tuple[str, ...]
) -> None:
    tablet, said = morning(site), {"note": note} if note else {}
    site.submit("custody.add_asset", site.id("other"), code="other", kind=kind, names=WORDS, place=site.id("flat"))
    hands_over(site, tablet, "13:20", "13:22", {"kind": "asset", "asset": "other", "state": "back", "said": "differs"} | said)
    tablet.send()
    early, _middle = accounts(site)
    assert printed_of(site, early, "other") == row


def test_a_loss_taken_back_was_none(site: Site) -> None:
    tablet = morning(site)
    lost = next(each for each in tablet.kept if each.operation == "custody.lose")
    tablet.keep("lin", "custody.reverse", "13:05", entry=lost.id, asset=json.loads(lost.body)["asset"])
    hands_over(site, tablet, "13:20", "13:22")
    tablet.send()
    early, _middle = accounts(site)
    assert [each.kind for each in early.happened] == ["lent"]
    assert {each.where for each in early.passed_on.things if each.asset == site.id(CARD)} == {"back"}


@pytest.mark.clause("P2-4.2.1")
def test_who_did_the_readiness_check_is_told_for_each_person(site: Site) -> None:
    shifts(site)
    body = CHECK | {"id": "check.readiness", "purpose": "grooming", "post": "any", "clause": "P2-4.2.1"}
    site.submit("content.open", site.id("ready"), kind="checklist", code="check.readiness")
    site.submit("content.publish", site.id("ready 1"), document=site.id("ready"), number=1, body=body)
    tablet, post = site.tablet(1), site.id("door")
    tablet.keep("lin", "shifts.take_post", "08:32", post=post)
    tablet.keep("lin", "checklists.submit", "08:34", version=site.id("ready 1"), place=site.id("flat"))
    tablet.keep("he", "shifts.take_post", "10:00", post=post)
    tablet.keep("lin", "shifts.take_post", "10:01", post=post)
    tablet.keep("lin", "shifts.leave_post", "13:00", post=post)
    tablet.send()
    early, _middle = accounts(site)
    assert [(each.person, each.at) for each in early.readied] == [(site.person("lin"), at("08:34")), (site.person("he"), None)]
    assert early.ready is False, "as it was said before"
