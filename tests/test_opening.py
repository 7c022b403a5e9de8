"""A site of one's own: opened from a file, whole or not at all, once."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NOW, Rows, import_all_models
from webapp import demo, opening
from webapp.base import sheet
from webapp.base.database import db
from webapp.cli import digest_text
from webapp.content import queries as content
from webapp.operations.ledger import Ledger
from webapp.sites import queries as sites
from webapp.staff import access
from webapp.staff import queries as staff

EXAMPLE = opening.example()
LINES = EXAMPLE.splitlines()


def changed(old: str, new: str) -> str:
    assert EXAMPLE.count(old) == 1, old
    return EXAMPLE.replace(old, new)


def planned(text: str = EXAMPLE) -> opening.Opening:
    return opening.plan(opening.read(text.encode()).tree)


def opened(text: str = EXAMPLE) -> int:
    done = opening.carry_out(planned(text), NOW)
    db.session.rollback()
    return done


def problems(text: str) -> list[str]:
    """What stands in the way of opening a file into this database."""
    found = opening.read(text.encode())
    told = found.told(opening.in_the_way(opening.plan(found.tree)))
    db.session.rollback()
    return told


def line_of(words: str) -> int:
    return next(number for number, line in enumerate(LINES, 1) if words in line)


@pytest.mark.database
def test_the_example_opens_with_everything_that_a_day_needs(app: Flask) -> None:
    assert problems(EXAMPLE) == []
    assert opened() == len(planned().steps)
    site = sites.project_by_code("JHT")
    assert site
    assert (site.is_demo, site.opens, site.closes, site.names["en"]) == (False, 540, 1080, "Jinhe Terrace")
    assert {place.code for place in sites.places(site.id)} == {"hall", "flat-a", "bar", "store", "laundry"}
    assert [(flat.code, flat.placeholders) for flat in sites.flats(site.id)] == [("A", {"unit_type": "A", "bedrooms": "3"})]
    flat = sites.flats(site.id)[0]
    assert flat.plan
    assert flat.plan["living"] == [[34, 40, 86, 32]]
    assert flat.changes
    assert (flat.changes["without"], flat.changes["renamed"]["second_bedroom"]["en"]) == (["second_bathroom"], "Study")
    assert {each.code for each in content.all_in_force(site.id, "script", NOW)} == {"script.a", "script.b"}
    people = {each.call_name: each.roles for each in staff.colleagues(site.id, NOW)}
    assert people == {"靜怡": ("greeter",), "曉彤": ("water_bar",), "思遠": ("supervisor",), "致和": ("admin",)}
    assert {each.code for each in content.all_in_force(site.id, "checklist", NOW)} == {
        body["id"] for body in content.bodies() if body["kind"] == "checklist"
    }


@pytest.mark.database
def test_nothing_is_changed_by_opening_it_again(app: Flask, rows: Rows) -> None:
    opened()
    tables = ("operations_receipt", "operations_audit", "staff_password")
    before, state = [rows.count(table) for table in tables], digest_text(planned().project_id, NOW)
    assert problems(EXAMPLE) == []
    assert opened() == 0
    assert [rows.count(table) for table in tables] == before
    assert digest_text(planned().project_id, NOW) == state


@pytest.mark.database
def test_broken_off_after_each_operation_it_goes_on_and_the_site_is_seen_when_it_is_whole(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tell: Callable[[str], None]
) -> None:
    submit, left, wanted = Ledger.submit, 0, planned()

    def once(*given: object, **named: object) -> object:
        nonlocal left
        if left == 0:
            raise KeyboardInterrupt
        left -= 1
        return submit(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Ledger, "submit", once)
    broken = 0
    for _each in wanted.steps[1:]:
        left = 1
        with pytest.raises(KeyboardInterrupt):
            opened()
        broken += 1
        assert sites.project_by_code("JHT") is None
    left = 1
    assert opened() == 1
    assert sites.project_by_code("JHT")
    assert opened() == 0
    assert access.owner_of("zhou") in {each.id for each in staff.colleagues(wanted.project_id, NOW)}
    tell(f"{broken} openings broken off, one after each operation; the next went on each time")


def test_broken_off_before_the_accounts_the_site_is_not_seen(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def halt(*_given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as halting:
        halting.setattr(access, "open_account", halt)
        with pytest.raises(KeyboardInterrupt):
            opened()
    assert sites.projects() == []
    assert opened() == 1


def test_what_is_new_in_a_file_is_added_and_what_is_other_is_refused_by_its_line(app: Flask) -> None:
    opened()
    more = "  he: {name: 何欣怡, call_name: 欣怡, language: zh-Hant, roles: [greeter, water_bar], account: he}\n"
    assert problems(EXAMPLE + more) == []
    assert opened(EXAMPLE + more) == 3
    assert access.owner_of("HE ")
    other = problems(changed("code: A\n", "code: A1\n"))
    assert other == [f"line {line_of('  a:')}, flats.a: this was opened otherwise before, and opening never changes what is there."]
    assert "people.chen.account: this was opened otherwise" in problems(changed("account: chen", "account: siyuan"))[0]


def test_words_that_came_with_an_earlier_release_stay_as_they_were(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    opened()
    bodies = [body | {"title": {tag: f"{word}!" for tag, word in body.get("title", {}).items()}} for body in content.bodies()]
    with monkeypatch.context() as later:
        later.setattr(content, "bodies", lambda: bodies)
        assert problems(EXAMPLE) == []
        assert opened() == 0


def test_a_second_site_is_another_and_shares_no_account(app: Flask) -> None:
    opened()
    second = changed("code: JHT", "code: SEC")
    assert [told.split(": ", 1)[1] for told in problems(second)] == [
        f"somebody else has the account {account}; choose another." for account in ("chen", "zhou")
    ]
    second = second.replace("account: chen", "account: chen2").replace("account: zhou", "account: zhou2")
    assert problems(second) == []
    assert opened(second) == len(planned().steps)
    assert [site.code for site in sites.projects()] == ["JHT", "SEC"]


def test_a_real_site_is_not_opened_beside_the_demo(app: Flask) -> None:
    demo.load(NOW)
    db.session.rollback()
    assert "holds the demo site" in problems(EXAMPLE)[0]
    assert "there is another site YQF" in problems(changed("code: JHT", "code: YQF"))[1]


def test_an_account_that_was_opened_is_nobodys_until_a_password_is_set(app: Flask) -> None:
    opened()
    for password in ("", "zhou", "None", "!", "cloud-terrace"):
        assert access.sign_in("zhou", password, NOW).token is None
        access.set_password(str(access.owner_of("chen")), "chen", "of somebody else")
    assert access.sign_in("zhou", "of somebody else", NOW + 3_600_000).token is None


@pytest.fixture(scope="module", autouse=True)
def operations() -> None:
    import_all_models()


WRONG = [
    ("opens: 9:00", "opens: nine", "project.opens: write a time of day, such as 8:30."),
    ("closes: 18:00", "closes: 8:00", "project.closes: it closes before it opens."),
    ("zone: Asia/Shanghai", "zone: Asia/Nowhere", "project.zone: write the name of a time zone, such as Asia/Shanghai."),
    ("code: JHT ", "code: JINHE-TERRACE-NORTH", "project.code: Too long: at most 16 characters."),
    ("code: JHT ", "is_demo: yes\n  code: JHT ", "project.is_demo: this key is not known; there are code, names,"),
    ("  record_language: zh-Hant ", "  record_language: fr ", "project.record_language: write one of zh-Hant, zh-Hans, en."),
    ("kind: laundry", "kind: kitchen", "places.laundry.kind: write one of sales_centre,"),
    ("  bar: {kind", "  hall: {kind", "places.hall: this key is there twice, on line"),
    ("  bar: {place: bar", "  bar: {place: pub", "posts.bar.place: there is no place pub; there are hall, flat-a,"),
    ("role: water_bar, ", "role: admin, ", "posts.bar.role: write one of greeter, water_bar."),
    ("  a:\n", "  a: A\n  b:\n", "flats.a: write keys with their values; there are place, code,"),
    ("area: 128", "area: 128 m2", "flats.a.area: Write a whole number, such as 12."),
    ("    unit_type: A\n", "", "flats.a.unit_type: this is missing."),
    ("  milk.fresh:", "  milk.oat:", "items.milk.oat: the product is not delivered with this; there are tea.green,"),
    ("{minimum: 60, par: 200}", "{minimum: few, par: 200}", "items.cup.paper.bar.minimum: Write a number with at most three"),
    ("{minimum: 60, par: 200}", "{minimum: [6], par: 200}", "items.cup.paper.bar.minimum: write a text or a number."),
    ("roles: [greeter]}", "roles: [doorman]}", "people.lin.roles.0: write one of admin, greeter,"),
    ("roles: [greeter]}", "roles: greeter}", "people.lin.roles: write a list, such as [greeter]."),
    ("roles: [greeter]}", "roles: [greeter], age: 24}", "people.lin.age: this key is not known; there are name,"),
    ("account: chen", "account: ZHOU", "people.zhou.account: zhou is there twice."),
    ("account: chen", "account: chen siyuan", "people.chen.account: write at most 64 letters, no blanks."),
    ("roles: [admin]", "roles: [supervisor]", "people: nobody could sign in: somebody needs the role admin and an account."),
    ('call_name: "靜怡"', 'call_name: " "', "people.lin.call_name: Fill this in."),
    ("shifts:", "shift:", "shift: this key is not known; there are project, places,"),
    ("people: ", "men: &x\n  a: *x\npeople: ", "write it out; a file has no references such as *x."),
    ("items:\n", "items:\n  a: [[[[[[[[[1]]]]]]]]]\n", "nothing in a file goes so deep."),
    ("items:\n", "items:\n  [a, b]: {}\n", "items: a key is one word; on line"),
    ("flats:", "flats: }", "this is not YAML"),
    ("錦", "\x07", "This is not YAML"),
]


@pytest.mark.parametrize(
    ("old", "new", "words"), WRONG, ids=[f"{number} {row[1].strip()[:24]}" for number, row in enumerate(WRONG)]
)
def test_what_is_wrong_is_told_by_line_and_key(old: str, new: str, words: str) -> None:
    with pytest.raises(sheet.Wrong) as wrong:
        opening.read(changed(old, new).encode())
    told = [each for each in str(wrong.value).splitlines() if words in each]
    assert len(told) == 1, str(wrong.value)
    assert told[0].startswith("line ") or "a character" in told[0]


def test_everything_that_is_wrong_is_told_at_once_from_the_top() -> None:
    text = changed("area: 128", "area: big").replace("kind: laundry", "kind: kitchen").replace("zone: Asia/Shanghai", "zone: X")
    with pytest.raises(sheet.Wrong) as wrong:
        opening.read(text.encode())
    told = [each.split(":")[0] for each in str(wrong.value).splitlines()]
    assert told == [
        f"line {line_of('zone:')}, project.zone",
        f"line {line_of('  laundry:')}, places.laundry.kind",
        f"line {line_of('area:')}, flats.a.area",
    ]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "the file: write keys with their values; there are project,"),
        (b"[a, b]", "the file: write keys with their values"),
        (b"project:\n  names: \xff\xfe", "line 2: this is not UTF-8; save the file as UTF-8."),
        (b"#" * (sheet.BYTES_MOST + 1), "The file is larger than 256 KiB."),
        (b"places:\n" + b"".join(b"  p%d: x\n" % n for n in range(sheet.ROWS_MOST + 1)), "line 1, places: at most 500."),
    ],
    ids=["empty", "a list", "latin", "large", "many rows"],
)
def test_what_is_no_file_of_ours_is_refused(raw: bytes, words: str) -> None:
    with pytest.raises(sheet.Wrong, match=r".") as wrong:
        opening.read(raw)
    assert words in str(wrong.value)


@given(
    start=st.integers(0, len(EXAMPLE)),
    length=st.integers(0, 40),
    put=st.text(alphabet="[]{}:,-&*!?|>'\"#% \n\tax0\u200b\x85", max_size=12),
)
@settings(max_examples=150)
def test_a_damaged_file_is_read_or_refused_in_words(start: int, length: int, put: str) -> None:
    damaged = EXAMPLE[:start] + put + EXAMPLE[start + length :]
    said = ""
    try:
        assert opening.plan(opening.read(damaged.encode()).tree).code
    except sheet.Wrong as wrong:
        said = str(wrong)
    assert re.match(r"line \d+|This is not YAML|$", said), said


def test_a_file_saved_with_a_mark_at_its_beginning_is_read() -> None:
    assert opening.read(b"\xef\xbb\xbf" + EXAMPLE.encode()).tree["project"]["code"] == "JHT"


def test_the_example_names_everything_that_the_product_is_delivered_with() -> None:
    comment = {word for line in LINES if line.startswith("#  ") for word in line.split()}
    assert {item["id"] for item in content.delivered("items")["items"]} <= comment


NIGHT = '  night: {starts: 18:00, ends: 2:00, names: {en: "Night shift"}}\n'
WITHIN = '  noon: {starts: 11:00, ends: 14:00, names: {en: "Noon shift"}}\n'


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (NIGHT, "shifts.night.ends: A shift ends after it begins, on the same day."),
        (WITHIN, "shifts.noon.starts: it cannot be beside early: one follows the other, and at most 60 minutes are of both."),
    ],
)
def test_a_shift_over_midnight_or_across_another_is_refused_by_its_line(line: str, told: str) -> None:
    last = next(each for each in LINES if each.startswith("  middle:")) + "\n"
    with pytest.raises(sheet.Wrong) as wrong:
        opening.read(changed(last, last + line).encode())
    assert told in str(wrong.value)
    assert f"line {line_of('  middle:') + 1}," in str(wrong.value)
