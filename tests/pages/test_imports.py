"""CSV files at the desk: every encoding, every way to be broken, all or nothing, the same file twice."""

import base64
import io
from itertools import combinations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import gettext

from tests.pages.conftest import AT, OURS, Site, hidden_of, read
from tests.pages.test_pages import sound
from webapp import demo
from webapp.base.database import Base, db
from webapp.base.i18n import NAMES, written_in
from webapp.imports.rules import KINDS, encodings, template
from webapp.operations.roles import ROLE_NAMES
from webapp.staff.queries import colleagues
from webapp.stock import queries as stock
from webapp.stock.queries import CATEGORY_NAMES, STATE_NAMES, TRACKING_NAMES

PEOPLE = "工號,姓名,稱呼,語言,崗位\r\nB1,張敏儀,敏儀,繁體中文,樣板房迎賓接待員\r\nB2,李國強,國強,zh-Hans,水吧接待員;greeter\r\n"
ITEMS = "sku,name_en,category,unit,tracking,minimum,par\nglass.tall,Tall glasses,cup_supplies,piece,reusable,10,40.5\n"
THINGS = "樣板房,物品編號,名稱（繁）,擺放,應有數量\nA,hall.mirror,玄關鏡,玄關左側,1\nA,hall.tray,托盤,鏡前,2\n"
BALANCES = "place,item,state,counted\nstore,cover.cloth,store,150\n"


def send(site: Site, kind: str, content: str | bytes, who: str = "zhou", written: str = "utf-8", **more: str):
    raw = content if isinstance(content, bytes) else content.encode(written)
    body = {"kind": kind, "file": (io.BytesIO(raw), "file.csv"), **more}
    return site.desk(who).post("/import?lang=en", data=body, headers=OURS, content_type="multipart/form-data")


def confirmed(page: str) -> dict[str, str]:
    form = [each for each in read(page).all("form") if "confirmed" in hidden_of(each)]
    assert form, "nothing to confirm"
    return hidden_of(form[0])


def confirm(site: Site, page: str, who: str = "zhou"):
    return site.desk(who).post("/import?lang=en", data=confirmed(page), headers=OURS)


def bring(site: Site, kind: str, content: str | bytes, who: str = "zhou", **more: str) -> None:
    shown = send(site, kind, content, who, **more)
    assert shown.status_code == 200, wrong(shown.text)
    assert confirm(site, shown.text, who).status_code == 303


def wrong(page: str) -> list[list[str]]:
    """Line, column and words of each thing that is wrong."""
    tables = [each for each in read(page).all("table") if "What is wrong" in each.text()]
    return [[cell.text() for cell in row.all("td")] for each in tables for row in each.all("tr") if row.all("td")]


def everything() -> dict[str, int]:
    """How many rows each table has, but those that a sign-in leaves."""
    signing_in, count = {"staff_session", "operations_audit", "jobs_job"}, sa.select(sa.func.count())
    tables = {name: table for name, table in Base.metadata.tables.items() if name not in signing_in}
    with db.engine.connect() as connection:
        return {name: connection.execute(count.select_from(table)).scalar_one() for name, table in tables.items()}


def staff() -> dict[str, tuple[str, ...]]:
    found = {each.name: each.roles for each in colleagues(demo.project_id(), AT)}
    db.session.rollback()
    return found


@pytest.mark.clause("P2-3.1")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "big5hkscs"])
def test_people_come_in_whatever_encoding_their_sheet_has(site: Site, encoding: str):
    before = everything()
    shown = send(site, "people", PEOPLE, written=encoding)
    assert "張敏儀" in shown.text
    assert everything() == before
    assert confirm(site, shown.text).status_code == 303
    assert (staff()["張敏儀"], staff()["李國強"]) == (("greeter",), ("greeter", "water_bar"))


def test_people_get_no_password_and_no_code(site: Site):
    before = everything()
    bring(site, "people", PEOPLE)
    after = everything()
    assert {name: after[name] for name in ("staff_code", "staff_password")} == {
        name: before[name] for name in ("staff_code", "staff_password")
    }


@pytest.mark.parametrize(("kind", "content", "who"), [
    ("people", PEOPLE, "zhou"), ("items", ITEMS, "chen"), ("inventory", THINGS, "chen"), ("balances", BALANCES, "chen"),
])  # fmt: skip
def test_the_same_file_twice_changes_nothing(site: Site, kind: str, content: str, who: str):
    bring(site, kind, content, who)
    once = everything()
    shown = send(site, kind, content, who)
    told = site.desk(who).post("/import?lang=en", data=confirmed(shown.text), headers=OURS, follow_redirects=True)
    assert everything() == once
    assert "Nothing was changed: all of it was here already." in told.text


@pytest.mark.parametrize("counted", ["1.5", "-0.5", "０．５", "12.001"])
def test_a_balance_is_counted_one_by_one_as_at_a_tablet(site: Site, counted: str):
    before = everything()
    shown = send(site, "balances", BALANCES.replace("150", counted), "chen")
    assert shown.status_code == 422
    assert [row[:2] for row in wrong(shown.text)] == [["2", "Quantity"]]
    assert counted == "-0.5" or "The smallest step is 1." in shown.text
    assert everything() == before
    bring(site, "balances", BALANCES.replace("150", "12.0"), "chen")


@pytest.mark.clause("P2-4.4.2c")
def test_the_things_of_a_flat_come_in_with_their_placing(site: Site):
    bring(site, "inventory", THINGS, "chen")
    found = {each.code: each for each in stock.inventory(demo.project_id(), demo.named("flat", "a"), AT)}
    assert (found["hall.tray"].expected, found["hall.mirror"].placing["zh-Hant"]) == (2000, "玄關左側")


def test_items_and_opening_balances_come_in(site: Site):
    bring(site, "items", ITEMS, "chen")
    bring(site, "balances", BALANCES + "bar,glass.tall,clean,12\n", "chen")
    item = stock.item_by_sku(demo.project_id(), "glass.tall")
    assert item is not None
    assert (item.par, item.names) == (40_500, {"en": "Tall glasses"})
    lying = (("bar", item.id, "clean"), ("store", demo.named("item", "cover.cloth"), "store"))
    figures = [stock.figure(demo.project_id(), demo.named("place", place), *of, AT).quantity for place, *of in lying]
    assert figures == [12_000, 150_000]


def test_an_item_that_is_here_stays_as_it_is(site: Site):
    content = ITEMS + "cover.cloth,Other covers,shoe_cover,pair,consumable,1,2\n"
    shown = send(site, "items", content, "chen")
    assert "1 row is here already" in shown.text
    assert confirm(site, shown.text, "chen").status_code == 303
    item = stock.item_by_sku(demo.project_id(), "cover.cloth")
    assert item is not None
    assert item.par == 300_000


def test_somebody_who_was_brought_in_otherwise_before_is_told_by_line(site: Site):
    bring(site, "people", PEOPLE)
    before = everything()
    shown = send(site, "people", PEOPLE.replace("張敏儀", "張敏宜"))
    assert shown.status_code == 422
    assert [row[0] for row in wrong(shown.text)] == ["2"]
    assert everything() == before


@pytest.mark.parametrize(("content", "line", "column", "words"), [
    ("", None, None, None),
    ("工號,姓名,稱呼,語言,崗位\n", "2", "–", "There are no rows."),
    (PEOPLE.replace("稱呼", "性別"), "1", "–", "No such column is known: 性別"),
    (PEOPLE.replace("稱呼", "姓名"), "1", "–", "This column is there twice: 姓名"),
    (PEOPLE.replace(",崗位", ""), "1", "Roles", "This column is missing."),
    (PEOPLE.replace("敏儀,繁", "敏儀,克林貢語,繁"), "2", "–", "More cells than the columns of the first row (5)."),
    (PEOPLE.replace("繁體中文", "克林貢語"), "2", "Language", "Write one of these: 繁體, 简体, English"),
    (PEOPLE.replace("張敏儀", '=HYPERLINK("http://x")'), "2", "Name", "This begins with =,"),
    (PEOPLE.replace("張敏儀", "@SUM(A1)"), "2", "Name", "This begins with @,"),
    (PEOPLE.replace("張敏儀", "+1"), "2", "Name", "This begins with +,"),
    (PEOPLE.replace("張敏儀", ""), "2", "Name", "Fill this in."),
    (PEOPLE.replace("張敏儀", "張" * 81), "2", "Name", "Too long: at most 80"),
    (PEOPLE.replace("張敏儀", '"張"敏儀'), "2", "–", "This line cannot be read"),
    (PEOPLE.replace("B2", '"B2'), "3", "–", "This line cannot be read"),
    (PEOPLE.replace("B2", "b1"), "3", "Staff number", "This is the same as in row 2."),
    (PEOPLE.replace("李國強,國強", "張 敏儀,敏儀"), "3", "Called", "Row 2 is of the same name and called so too."),
])  # fmt: skip
def test_what_is_wrong_with_a_file_is_told_by_line_and_column(site: Site, content: str, line: str, column: str, words: str):
    before = everything()
    shown = send(site, "people", content)
    assert shown.status_code == 422
    sound(shown.text)
    if line is None:
        assert "This file is empty." in shown.text
    else:
        assert [(row[0], row[1]) for row in wrong(shown.text)] == [(line, column)] or (line, column) in [
            (row[0], row[1]) for row in wrong(shown.text)
        ]
        assert [row for row in wrong(shown.text) if row[2].startswith(words)]
    assert everything() == before
    assert "confirmed" not in {name for form in read(shown.text).all("form") for name in hidden_of(form)}


def test_two_of_one_name_who_are_called_otherwise_come_in_together(site: Site):
    assert send(site, "people", PEOPLE.replace("李國強,國強", "張敏儀,阿敏")).status_code == 200


@pytest.mark.parametrize(("kind", "content", "line", "column"), [
    ("items", ITEMS + "x,,tea,g,consumable,1,2\n", "3", "Name (English)"),
    ("items", ITEMS.replace("40.5", "many"), "2", "Full"),
    ("items", ITEMS.replace("40.5", "-1"), "2", "Full"),
    ("items", ITEMS.replace(",10,", ",=1+1,"), "2", "Minimum"),
    ("items", ITEMS.replace(",10,", ",41,"), "2", "Minimum"),
    ("inventory", THINGS.replace("A,hall.tray", "Z,hall.tray"), "3", "Show flat"),
    ("inventory", THINGS.replace("hall.tray", "hall.mirror"), "3", "Item code"),
    ("balances", BALANCES.replace("cover.cloth", "nothing"), "2", "Item code"),
    ("balances", BALANCES.replace("store,cover", "moon,cover"), "2", "Place"),
    ("balances", BALANCES.replace(",store,150", ",lost,150"), "2", "State"),
])  # fmt: skip
def test_every_kind_names_its_own_columns(site: Site, kind: str, content: str, line: str, column: str):
    before = everything()
    shown = send(site, kind, content, "chen")
    assert [row[:2] for row in wrong(shown.text)] == [[line, column]]
    assert everything() == before


def test_all_that_is_wrong_with_all_rows_is_told_in_one_round_in_their_order(site: Site):
    heads = "名稱（繁）,物品編號,類別,單位,使用方式,最低庫存,標準庫存\n"
    rows = ",a.one,茶葉,克,消耗,-5,abc\n茶,,杯,克,洗,100,50\n水,a.two,飲料,瓶,消耗品,100,50\n"
    shown = send(site, "items", heads + rows, "chen")
    assert [row[:2] for row in wrong(shown.text)] == [
        ["2", "Name (traditional)"], ["2", "Minimum"], ["2", "Full"],
        ["3", "Item code"], ["3", "Category"], ["3", "How it is used"], ["3", "Minimum"],
        ["4", "Minimum"],
    ]  # fmt: skip


def test_columns_that_are_missing_are_told_in_the_order_of_the_file_to_be_filled_in(site: Site):
    shown = send(site, "items", "類別,物品編號\n茶葉,a.one\n", "chen")
    assert [row[1] for row in wrong(shown.text)] == ["Unit", "How it is used", "Minimum", "Full"]


def test_a_row_that_was_brought_in_otherwise_is_told_beside_others_that_are_wrong(site: Site):
    bring(site, "people", PEOPLE)
    shown = send(site, "people", PEOPLE.replace("張敏儀", "張敏宜").replace("B2,李國強", "B3,"))
    assert [row[0] for row in wrong(shown.text)] == ["2", "3"]


def test_no_file_and_an_empty_file_are_two_things(site: Site):
    body = {"kind": "people", "file": (io.BytesIO(b""), "")}
    answer = site.desk("zhou").post("/import?lang=en", data=body, headers=OURS, content_type="multipart/form-data")
    assert "Choose a file." in answer.text


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
def test_a_file_and_the_pages_call_a_thing_by_the_same_word(app: Flask, language: str):
    pages = {"category": CATEGORY_NAMES, "tracking": TRACKING_NAMES, "state": STATE_NAMES, "roles": ROLE_NAMES, "language": NAMES}
    columns = [column for kind in KINDS.values() for column in kind.columns if column.choices]
    assert {column.key for column in columns} == set(pages)
    with app.app_context(), written_in(language):
        for column in columns:
            said = {value: gettext(str(name)) for value, name in pages[column.key].items() if value in column.choices}
            assert {value: words[language] for value, words in column.choices.items()} == said


def test_no_word_in_a_file_stands_for_two_things():
    for column in (column for kind in KINDS.values() for column in kind.columns):
        said = [(value, {value, *words.values(), *column.also.get(value, ())}) for value, words in column.choices.items()]
        assert not [(one, other) for (one, mine), (other, theirs) in combinations(said, 2) if mine & theirs]


def test_one_wrong_row_of_many_takes_none(site: Site):
    rows = "".join(f"N{number},name {number},n,en,greeter\n" for number in range(300))
    before = everything()
    assert send(site, "people", "key,name,call_name,language,roles\n" + rows + "N300,x,x,en,nobody\n").status_code == 422
    assert everything() == before


def test_two_thousand_rows_are_taken_and_one_more_is_not(site: Site):
    def rows(number: int) -> str:
        return "key,name,call_name,language,roles\n" + "".join(f"N{each},n{each},n,en,greeter\n" for each in range(number))

    assert send(site, "people", rows(2001)).status_code == 422
    bring(site, "people", rows(2000))
    assert len(colleagues(demo.project_id(), AT)) > 2000


def test_a_file_that_is_too_large_is_refused_beside_its_field(site: Site):
    body = {"kind": "people", "content": base64.urlsafe_b64encode(b"x" * (1024 * 1024 + 1)).decode()}
    shown = site.desk("zhou").post("/import?lang=en", data=body, headers=OURS)
    assert shown.status_code == 422
    assert "This file is too large" in shown.text


def test_bytes_that_are_no_text_are_refused(site: Site):
    shown = send(site, "people", b"PK\x03\x04\x00\x00\xff\xff")
    assert shown.status_code == 422
    assert "no text file" in shown.text


def test_the_encoding_can_be_chosen_where_two_are_possible(site: Site):
    raw = "key,name,call_name,language,roles\nB9,林美玲,美玲,en,greeter\n".encode("big5hkscs")
    assert send(site, "people", raw).text.count("<option") >= 2
    shown = send(site, "people", raw, encoding="big5hkscs")
    assert "林美玲" in shown.text


def test_a_name_that_is_here_already_is_asked_about_once_and_never_doubled_silently(site: Site):
    head = PEOPLE.splitlines()[0]
    before = everything()
    alike = send(site, "people", f"{head}\nB7,林 靜怡,靜怡,zh-Hant,greeter\n")
    assert (alike.status_code, [row[:2] for row in wrong(alike.text)]) == (422, [["2", "Called"]])
    shown = send(site, "people", f"{head}\nB7,林靜怡,小怡,zh-Hant,greeter\nB8,張敏儀,敏儀,zh-Hant,greeter\n")
    assert "林靜怡 works here already" in shown.text
    assert "張敏儀 works here already" not in shown.text
    assert confirm(site, shown.text).status_code == 422
    assert everything() == before
    body = {**confirmed(shown.text), "another": "1"}
    assert site.desk("zhou").post("/import?lang=en", data=body, headers=OURS).status_code == 303
    again = send(site, "people", f"{head}\nB7,林靜怡,小怡,zh-Hant,greeter\n")
    assert (again.status_code, "works here already" in again.text) == (200, False)
    assert [each.call_name for each in colleagues(demo.project_id(), AT) if each.name == "林靜怡"].count("小怡") == 1


@pytest.mark.parametrize("text", ["林靜怡,靜怡,樣板房迎賓接待員,佈置整齊的客廳", "林静怡,静怡,样板房迎宾接待员,布置整齐的客厅"])
def test_plain_words_tell_the_encoding_without_known_heads(text: str):
    for encoding in ("gb18030", "big5hkscs"):
        try:
            raw = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        if "樣" in text or encoding == "gb18030":
            assert encodings(raw)[0] == encoding
    assert encodings(text.encode()) == ["utf-8-sig"]


@pytest.mark.parametrize(("who", "kind", "status"), [
    ("chen", "people", 403), ("zhou", "balances", 403), ("he", "items", 403), ("chen", "nothing", 404),
])  # fmt: skip
def test_who_may_not_brings_nothing_in(site: Site, who: str, kind: str, status: int):
    before = everything()
    assert send(site, kind, PEOPLE, who).status_code == status
    assert everything() == before


def test_a_confirmation_of_another_file_is_only_a_dry_run(site: Site):
    before = everything()
    assert send(site, "people", PEOPLE, confirmed="0" * 64 + " utf-8-sig").status_code == 200
    assert everything() == before


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
def test_a_file_to_be_filled_in_can_be_brought_in(site: Site, kind: str, language: str):
    who = "zhou" if kind == "people" else "chen"
    answer = site.desk(who).get(f"/import/{kind}.csv?lang={language}")
    assert answer.data.decode("utf-8-sig") == template(KINDS[kind], language)
    assert send(site, kind, answer.data, who).status_code == 200


def test_what_is_here_stands_beside_what_a_balance_would_make_of_it(site: Site):
    shown = read(send(site, "balances", BALANCES, "chen").text)
    table = next(each for each in shown.all("table"))
    heads, cells = [each.text() for each in table.all("th")], [each.text() for each in table.all("td")]
    now = stock.figure(demo.project_id(), demo.named("place", "store"), demo.named("item", "cover.cloth"), "store", AT).quantity
    assert dict(zip(heads, cells, strict=True))["Here until now"] == f"{now // 1000}"
    assert now != 150_000
    assert "Here until now" not in read(send(site, "people", PEOPLE).text).text()
