"""The duty record at the desk: on the screen, as a file, signed by code, and changed since."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO

import openpyxl
import pytest
import sqlalchemy as sa
from markupsafe import Markup

from tests.pages.conftest import AT, OURS, Node, Site, hidden_of, read
from tests.pages.test_desk import COPY, FIRST, sends
from webapp import demo
from webapp.base import clock, paper
from webapp.base.database import db
from webapp.operations.entries import digest_of
from webapp.operations.ledger import the_ledger
from webapp.operations.rules import SYSTEM
from webapp.records import queries, rules
from webapp.records.models import Review
from webapp.sites import queries as sites

DOOR, BAR = demo.named("post", "door"), demo.named("post", "bar")
YESTERDAY = f"/records/2026-05-27/{DOOR}/early"
CODE = next(each.code for each in demo.CAST if each.key == "chen")


FLAT = (
    "工作值班記錄表", "項目", "地點／戶型", "崗位", "日期", "天氣", "班次", "值班人員", "頂崗", "一、班前準備", "序號",
    "二、接待情況", "時段", "組數", "人數", "置業顧問陪同", "講解", "自行參觀", "鞋套發放（雙）", "合計", "三、值班記事",
    "事項", "處理情況", "跟進人", "記錄人", "四、交接物品", "應有", "實有", "五、未完事項", "六、備註（異常情況）",
    "七、班後檢查", "交班人", "接班人／封存保管人", "前期賣場經理審閱",
)  # fmt: skip
"""The words of forms.md."""


def page(site: Site, path: str = YESTERDAY, who: str = "chen", language: str = "en", sheet: str = "en") -> Node:
    """A page in the reader's `language`, with its sheets in the one asked for; in the site's own where none is."""
    answer = site.desk(who).get(path, query_string={"lang": language} | ({"in": sheet} if sheet else {}))
    assert answer.status_code == 200
    return read(answer.text)


def cells(shown: Node, part: str) -> list[list[str]]:
    """The lines of one part of a record, its sums last; a note that stands below its line is in the line's own cell."""
    return lines_of(next(each for each in shown.all("section") if each.all("h3") and each.all("h3")[0].text() == part))


def heads_of(part: Node) -> list[str]:
    return [cell.text() for cell in part.all("table")[0].all("th")]


def lines_of(part: Node) -> list[list[str]]:
    lines: list[list[str]] = []
    for row in part.all("tr"):
        found = [cell.text() for cell in row.all("td")]
        if row.attrs.get("class") == "paper__said":
            title = next(each for each in heads_of(part) if each and found[0].startswith(each))
            lines[-1][heads_of(part).index(title)] = found[0].removeprefix(title).strip()
        elif found:
            lines.append(found)
    return lines


def signs(site: Site, who: str = "chen", **changed: str) -> int:
    client = site.desk(who)
    form = hidden_of(read(client.get(YESTERDAY).text)) | {"code": CODE} | changed
    return client.post(YESTERDAY, data=form, headers=OURS).status_code


def signatures() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(Review)) or 0


def early_of(parties: tuple[str, ...]) -> list[int]:
    return [pairs for time, pairs in _times_of(parties) if time < "13:30"]


def all_of(parties: tuple[str, ...]) -> list[int]:
    return [pairs for _time, pairs in _times_of(parties)]


def _times_of(parties: tuple[str, ...]) -> list[tuple[str, int]]:
    return [(each.split()[0], int(each.split()[1])) for each in parties]


@pytest.mark.clause("P2-5.1")
def test_the_reception_of_a_shift_is_what_came_in_it(shown: Site):
    came = early_of(demo.YESTERDAY)
    *hours, total = cells(page(shown), "2. Reception")
    modes = [str(sum(int(hour[n]) for hour in hours)) for n in (3, 4, 5)]
    assert [each[0] for each in hours] == ["08:00", "09:00", "10:00", "11:00", "12:00", "13:00"]
    assert total == ["Total", str(len(came)), str(sum(came)), *modes, str(sum(came))]
    *visits, sums = cells(page(shown), "Show flat visits (continuation sheet)")
    assert [int(each[2]) for each in visits] == came
    assert sums[2:4] == [str(sum(came))] * 2


def test_who_handed_over_and_who_took_over_signed_by_code(shown: Site):
    said = page(shown).text()
    assert "Signed by code: 林靜怡 13:20" in said
    assert "Signed by code: 何欣怡 13:22" in said
    assert "Reviewed by the sales-centre manager Sign" not in said


def test_the_chinese_form_is_the_one_they_know(shown: Site):
    said = page(shown, sheet="").text()
    for label in FLAT:
        assert label in said
    bar = page(shown, f"/records/2026-05-27/{BAR}/early", sheet="").text()
    for label in ("二、飲品消耗", "上班次結存", "領入", "出品（杯）", "消耗", "報損", "應存", "實存", "差異"):
        assert label in bar


def written(site: Site, path: str) -> list[list[str]]:
    """The lines of a record's file, its figures as they read; nothing of what is empty at their ends."""
    sheet = openpyxl.load_workbook(BytesIO(site.desk("chen").get(f"{path}/sheet.xlsx?in=en").data)).active
    lines = [
        ["" if each is None else f"{each:g}" if isinstance(each, float | int) else each for each in row] for row in sheet.values
    ]
    return [trimmed(line) for line in lines]


def trimmed(line: list[str]) -> list[str]:
    filled = [n for n, each in enumerate(line, 1) if each]
    return line[: filled[-1]] if filled else []


def shown_lines(shown: Node) -> Iterator[list[str]]:
    """A sheet as a page shows it, from its head to its foot, line by line as a file has them: a note that stands below its line is
    in the line's cell, and the two blocks of a part are one."""
    sheet = sheet_of(shown)
    for each in next(each for each in sheet.all("dl")).all("div"):
        yield [each.all("dt")[0].text(), each.all("dd")[0].text()]
    signed = iter([[cell.text() for cell in each.all("span")] for each in signs_of(shown)])
    parts = sheet.all("section")
    for part in parts:
        if "continuation" in part.text():
            continue
        yield from part_lines(part)
    yield from (line for part in parts if "continuation" in part.text() for line in part_lines(part))
    yield from signed
    yield [" · ".join(foot_of(shown)[:-1])]


def part_lines(part: Node) -> Iterator[list[str]]:
    heads = heads_of(part)
    yield [part.all("h3")[0].text()]
    yield heads
    yield from (line for line in lines_of(part) if line != ["—", *[""] * (len(heads) - 1)])


@pytest.mark.parametrize("post", [DOOR, BAR])
@pytest.mark.parametrize("shift", ["early", "middle"])
def test_a_file_says_what_the_page_says_cell_by_cell(shown: Site, post: str, shift: str):
    path = f"/records/2026-05-27/{post}/{shift}"
    title, about, *lines = written(shown, path)
    assert title == ["Duty record form"]
    assert about[0].endswith(f"{shift}")
    told = [trimmed(line) for line in shown_lines(page(shown, path))]
    assert [line for line in lines if line] == [[cell.replace("−", "-") for cell in line] for line in told]


def test_a_month_is_one_file_with_a_sheet_for_each_day(shown: Site):
    answer = shown.desk("chen").get(f"/records/2026-05/{DOOR}/month.xlsx")
    book = openpyxl.load_workbook(BytesIO(answer.data))
    assert book.sheetnames == [f"2026-05-{day:02d}" for day in range(21, 29)]


@pytest.mark.clause("P2-4.4.3b")
def test_what_becomes_disposable_now_changes_no_sheet_of_before(site: Site):
    def sheets() -> dict[str, list[tuple[object, ...]]]:
        book = openpyxl.load_workbook(BytesIO(site.desk("chen").get(f"/records/2026-05/{DOOR}/month.xlsx?in=en").data))
        return {each.title: list(each.values) for each in book}

    before = sheets()
    assert len(before) == 8
    switched = {"item": demo.named("item", "cover.cloth"), "tracking": "consumable"}
    assert site.desk("chen").post("/stock/trackings", data=switched, headers=OURS).status_code == 303
    assert sheets() == before


def test_a_month_prints_in_one_go(shown: Site):
    month = page(shown, f"/records/2026-05/{DOOR}/print")
    kinds = [each.attrs["class"] for each in month.all("article")]
    assert kinds == ["paper paper--odd", "paper paper--even"] * 8, "from the day on which the site was opened, each with its pages"


def test_a_blank_form_asks_all_that_the_form_asks_and_says_nothing(shown: Site):
    blank = page(shown, f"/records/blank/{DOOR}")
    record = page(shown, YESTERDAY), page(shown, YESTERDAY.replace("early", "middle"))
    opening, closing = cells(record[0], "1. Before duty"), cells(record[1], "7. Closing")
    assert len(opening) > 15 < len(closing) + 1
    assert cells(blank, "1. Before duty") == [[*row[:2], "", "□", "", ""] for row in opening] + [[""] * 6]
    assert cells(blank, "7. Closing") == [[row[0], "□", "", "", ""] for row in closing] + [[""] * 5]
    things = [row[:2] for row in cells(record[0], "4. Things handed over")]
    assert cells(blank, "4. Things handed over") == [[*row, "", "", "□", ""] for row in things] + [[""] * 6]
    assert {tuple(row[1:]) for row in cells(blank, "2. Reception")} == {("",) * 6}
    assert {cell for row in cells(blank, "3. Log") for cell in row} == {""}
    said = blank.text()
    assert "□ Early shift □ Middle shift" in said
    assert "Signed by code" not in said


def test_the_blank_form_of_the_bar_names_what_it_keeps(shown: Site):
    drinks = cells(page(shown, f"/records/blank/{BAR}"), "2. Drinks")
    assert ["Milk", "ml", *[""] * 9] in drinks
    assert drinks[-1] == [""] * 11


def remarks(text: str, at: int) -> None:
    """The tablet at the door tells of something abnormal ten minutes before half past one."""
    tells("duty.remark", at, place=demo.named("place", "flat-a"), category="abnormal", text=text)


def tells(operation: str, at: int, **said: str) -> None:
    """The tablet at the door tells of something ten minutes before half past one."""
    body, happened_at = json.dumps(said), AT - 10 * clock.MINUTE
    entry = replace(FIRST, operation=operation, body=body, digest=digest_of(body), happened_at=happened_at, beacon_at=happened_at)
    sends("Door", entry, at=at)


def test_a_remark_never_becomes_a_formula(site: Site):
    remarks("=1+1", AT)
    answer = site.desk("chen").get(f"/records/2026-05-28/{DOOR}/early/sheet.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    found = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in found] == ["s"]


@pytest.mark.clause("P2-5.1")
def test_the_supervisor_signs_what_was_shown_once(site: Site):
    assert signs(site, code="000000") == 422
    assert signs(site, digest="0" * 64) == 422
    assert signatures() == 0
    assert signs(site) == 303
    assert "Signed by code: 陳思遠" in page(site).text()
    assert "Changed since it was signed" not in page(site).text()
    assert "reviewed" in page(site, "/records").text()


@pytest.mark.clause("P2-5.1")
def test_a_deputy_who_was_on_that_very_shift_signs_as_what_she_is(site: Site):
    """It is the only signature that there may be, so it is told and not refused."""
    join = {"person": demo.person("lin"), "role": "supervisor_deputy"}
    made = the_ledger().submit("staff.join", join, project_id=demo.project_id(), author_id=None, proof=SYSTEM, at=AT - clock.HOUR)
    assert made.outcome == "applied"
    db.session.rollback()
    code = next(each.code for each in demo.CAST if each.key == "lin")
    assert signs(site, "lin", code=code) == 303
    assert "林靜怡 2026-05-28 13:31 · as deputy · was on this shift too" in page(site).text()


@pytest.mark.parametrize(("who", "status"), [("zhou", 403), ("lin", 403)])
def test_who_may_not_sign(site: Site, who: str, status: int):
    digest = hidden_of(page(site))["digest"]
    answer = site.desk(who).post(YESTERDAY, data={"digest": digest, "code": CODE}, headers=OURS)
    assert (answer.status_code, signatures()) == (status, 0)


def test_a_shift_that_is_on_cannot_be_signed_yet(site: Site):
    path = f"/records/2026-05-28/{DOOR}/middle"
    assert "何欣怡 still on post: to be signed when the shift is over" in page(site, path).text()
    answer = site.desk("chen").post(path, data={"digest": "0" * 64, "code": CODE}, headers=OURS)
    assert (answer.status_code, signatures()) == (403, 0)


EVENING = AT - clock.DAY + 5 * clock.HOUR
"""Yesterday at half past six, when the post was locked up and left."""


@pytest.mark.clause("P2-4.4.6a")
def test_a_shift_that_was_locked_up_says_so_and_is_signed_before_its_day_is_over(site: Site):
    path = f"/records/2026-05-27/{DOOR}/middle"
    client = site.desk("chen")
    with clock.standing_at(EVENING):
        shown = read(client.get(f"{path}?lang=en&in=en").text)
        assert "Locked up for the night at 18:02" in shown.text()
        form = hidden_of(shown) | {"code": CODE}
        assert client.post(path, data=form, headers=OURS).status_code == 303
        assert "Locked up for the night at 18:02" not in read(client.get(f"{path}?lang=en&in=en").text).text()
    assert signatures() == 1
    said = page(site, path).text()
    assert "Signed by code: 陳思遠 2026-05-27 18:31" in said
    assert "Changed since it was signed" not in said


@pytest.mark.clause("P2-4.4.7a")
def test_who_works_both_shifts_is_told_of_in_each_to_its_end(shown: Site):
    heads = [page(shown, f"/records/2026-05-27/{BAR}/{shift}").all("dl")[0].all("div") for shift in ("early", "middle")]
    told = [[each.all("dd")[0].text() for each in head][7:10] for head in heads]
    assert told == [["08:36–13:30", "蘇曉彤", ""], ["13:30–18:08", "蘇曉彤", ""]]


def test_a_shift_that_was_handed_over_is_signed_while_the_next_one_works(site: Site):
    with clock.standing_at(AT - 4 * clock.MINUTE):  # handed over at 13:22, and the shift's time is over at 13:30
        shown = page(site, f"/records/2026-05-28/{DOOR}/early")
        assert "Handed over at 13:22" in shown.text()
        assert "digest" in hidden_of(shown)
        assert [each.all("dd")[0].text() for each in shown.all("dl")[0].all("div")][7:10] == ["08:32–13:23", "林靜怡", ""]


@pytest.mark.parametrize(
    "path",
    [f"/records/2026-05-29/{DOOR}/early", f"/records/2026-05-27/{DOOR}/night", f"/records/2026-13/{DOOR}/print", "/records/x/y/z"],
)
def test_there_is_no_record_of_what_has_not_been(shown: Site, path: str):
    assert shown.desk("chen").get(path).status_code == 404


def test_what_arrives_after_it_was_signed_is_shown_as_such(site: Site):
    early = f"/records/2026-05-28/{DOOR}/early"
    client = site.desk("chen")
    with clock.standing_at(AT):
        form = hidden_of(read(client.get(early).text)) | {"code": CODE}
        assert client.post(early, data=form, headers=OURS).status_code == 303
    remarks("Lamp fell", AT + 5 * clock.MINUTE)
    with clock.standing_at(AT + 10 * clock.MINUTE):
        shown = page(site, early)
    assert "Changed since it was signed" in shown.text()
    found, total = cells(shown, "Addenda · Signed by code: 陳思遠 13:31")
    assert found[:4] == ["13:21", "Remark (Lamp fell)", "何欣怡", "13:36"]
    assert "6. Remarks (what was abnormal) — → 13:21, Kind Abnormal, Remark Lamp fell, Recorded by 何欣怡" in found[4]
    assert total[1] == "1 entry came after this was signed"


@pytest.mark.clause("P2-4.3.1f")
def test_what_was_handed_over_stands_in_part_four_thing_by_thing(shown: Site):
    found = {row[1]: row for row in cells(page(shown), "4. Things handed over")}
    assert found["Key to the show flat K-01"][:5] == ["Key", "Key to the show flat K-01", "1", "1", "√"]
    assert "何欣怡" in found["Key to the show flat K-01"][5]
    assert found["Key to the store room K-02"][2:5] == ["1", "", "√"], "nobody went through it"
    assert found["Umbrella to lend U-2"][4:] == ["×", "傘骨折了一根。"]


@pytest.mark.clause("P2-4.4.3f")
def test_the_covers_in_part_four_are_those_of_the_handover(shown: Site):
    worn = sum(early_of(demo.YESTERDAY))
    rows = [[row[0], *row[2:]] for row in cells(page(shown), "4. Things handed over")[-3:]]
    clean, soiled = str(90 - worn), str(worn)
    assert rows == [["Clean", clean, clean, "", ""], ["In use", "0", "√", "", ""], ["Soiled", soiled, soiled, "", ""]]
    middle = cells(page(shown, YESTERDAY.replace("early", "middle")), "4. Things handed over")[-3:]
    all_day = sum(all_of(demo.YESTERDAY))
    left = str(90 - all_day)
    assert [[row[0], *row[2:]] for row in middle] == [
        ["Clean", left, left, "", ""], ["In use", "0", "", "", ""], ["Soiled", "0", "", "", f"17:55 {all_day} counted"],
    ], "counted by the closing check; then the used ones went to the laundry"  # fmt: skip


@pytest.mark.clause("P2-4.3.1f")
@pytest.mark.parametrize(
    ("operation", "thing", "note", "row", "event"),
    [
        ("custody.lose", "K-02", "In the lift", ["0", "×", "lost · In the lift"], "Thing lost · Key to the store room K-02"),
        ("custody.lend", "U-1", "", ["0", "—", "lent to a guest by 何欣怡"], "Lent to a guest · Umbrella to lend U-1"),
    ],
)
def test_what_is_lost_or_lent_is_due_and_not_there_and_told_in_the_log(
    site: Site, operation: str, thing: str, note: str, row: list[str], event: str
):
    tells(operation, AT, asset=demo.named("thing", thing), **({"note": note} if note else {}))
    with clock.standing_at(AT + 1000):
        found = page(site, f"/records/2026-05-28/{DOOR}/early")
    assert next(each[2:] for each in cells(found, "4. Things handed over") if thing in each[1]) == ["1", *row]
    told = " · ".join(filter(None, (event, note)))
    assert ["13:21", told, "", "", "何欣怡"] in cells(found, "3. Log")


@pytest.mark.clause("P2-4.2.1")
def test_the_readiness_check_is_told_of_each_who_was_on_duty(shown: Site):
    early, middle = (cells(page(shown, path), "1. Before duty") for path in (YESTERDAY, YESTERDAY.replace("early", "middle")))
    assert [row[1:] for row in early if row[1] == "Ready for duty"] == [["Ready for duty", "", "√", "08:33", "林靜怡"]]
    assert [row[1:] for row in middle] == [["Ready for duty", "", "√", "13:25", "何欣怡"]]


def test_the_file_has_the_same_things(shown: Site):
    answer = shown.desk("chen").get(f"{YESTERDAY}/sheet.xlsx?in=en")
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    lines = [list(row[:6]) for row in sheet.iter_rows(values_only=True)]
    assert ["Key", "Key to the show flat K-01", 1, 1, "√"] in [line[:5] for line in lines]


@pytest.mark.clause("P2-4.4.6a")
def test_after_the_last_shift_the_custodian_stands_where_the_next_one_signs(shown: Site):
    said = page(shown, YESTERDAY.replace("early", "middle")).text()
    assert "Incoming or custodian In the key box · 鑰匙箱 3 號" in said
    assert "Signed by code: 何欣怡 18:02" in said
    assert "Handover offered · In the key box · 鑰匙箱 3 號" in said


FEET = {
    "zh-Hant": ("保存期限 3 年", "打印時間 2026-05-28 13:31", "校驗碼 "),
    "zh-Hans": ("保存期限 3 年", "打印时间 2026-05-28 13:31", "校验码 "),
    "en": ("Kept for 3 years", "Printed 2026-05-28 13:31", "Hash "),
}


def sheet_of(shown: Node) -> Node:
    return shown.all("article")[0]


def foot_of(shown: Node) -> list[str]:
    foot = next(each for each in sheet_of(shown).all("div") if each.attrs.get("class") == "paper__foot")
    return [each.text() for each in foot.all("span")]


def scanned(site: Site, path: str = YESTERDAY) -> str:
    """Where the code of a sheet leads, as seen from outside: its path."""
    drawn: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(paper, "code_of", lambda address: drawn.append(address) or Markup())
        page(site, path)
    [address] = drawn
    assert address.startswith(site.app.config["PUBLIC_URL"])
    return address.removeprefix(site.app.config["PUBLIC_URL"])


@pytest.mark.parametrize("language", FEET)
def test_the_foot_of_a_sheet_says_how_long_it_is_kept_when_it_was_printed_and_its_hash(shown: Site, language: str):
    found = page(shown, sheet=language)
    digest = hidden_of(found)["digest"]
    kept, printed, hashed = FEET[language]
    assert foot_of(found) == [kept, printed, f"{hashed}{digest[:8]}", ""]
    assert sheet_of(found).attrs["lang"] == language
    assert len(sheet_of(found).all("svg")) == 1


@pytest.mark.parametrize("reader", ["zh-Hans", "en"])
def test_a_sheet_is_in_the_language_of_the_records_whoever_reads(shown: Site, reader: str):
    kept = sheet_of(page(shown, language="zh-Hant", sheet="")).text()
    found = page(shown, language=reader, sheet="")
    assert sheet_of(found).text() == kept
    assert "乾淨布鞋套數量" in kept, "the words of the data too"
    assert found.attrs.get("lang", found.all("html")[0].attrs["lang"]) == reader
    month = page(shown, f"/records/2026-05/{DOOR}/print", language=reader, sheet="")
    assert {each.attrs["lang"] for each in month.all("article")} == {"zh-Hant"}


def test_a_reader_may_ask_for_another_language_by_a_link(shown: Site):
    links = {
        each.attrs["href"]: each.attrs["lang"]
        for each in page(shown, language="zh-Hant", sheet="").all("a")
        if "lang" in each.attrs
    }
    assert links.items() >= {"?in=en": "en", "?in=zh-Hans": "zh-Hans"}.items()
    said = sheet_of(page(shown, language="zh-Hant", sheet="zh-Hans")).text()
    for label in ("工作值班记录表", "二、接待情况", "干净布鞋套数量"):
        assert label in said
    assert "/sheet.xlsx?in=en" in str([each.attrs.get("href") for each in page(shown).all("a")])


@pytest.mark.parametrize(
    ("asked", "title"), [("", "工作值班記錄表"), ("?in=zh-Hans", "工作值班记录表"), ("?in=xx", "工作值班記錄表")]
)
def test_a_file_is_in_that_language_too(shown: Site, asked: str, title: str):
    answer = shown.desk("chen").get(f"{YESTERDAY}/sheet.xlsx{asked}", headers={"Accept-Language": "en"})
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    said = [str(cell.value) for cell in sheet["A"] if cell.value]
    assert said[0] == title
    assert "2026-05-28 13:31" in said[-1], "the foot of the sheet"


def signs_of(shown: Node) -> list[Node]:
    return [each for each in sheet_of(shown).all("div") if each.attrs.get("class", "").startswith("paper__sign")][1:]


def sets_printing(site: Site, who: str = "chen", **said: str) -> int:
    return site.desk(who).post("/site/printing", data=said, headers=OURS).status_code


def test_the_site_sets_in_which_language_its_sheets_are_written(site: Site):
    assert sheet_of(page(site, YESTERDAY, sheet="")).attrs["lang"] == "zh-Hant"
    assert sets_printing(site, language="en") == 303
    assert sheet_of(page(site, YESTERDAY, sheet="")).attrs["lang"] == "en"
    assert sheet_of(page(site, YESTERDAY, sheet="zh-Hans")).attrs["lang"] == "zh-Hans", "somebody may read it in another"
    chosen = [each for each in read(site.desk("chen").get("/site?lang=en").text).all("option") if "selected" in each.attrs]
    assert "English" in [each.text() for each in chosen]
    assert sets_printing(site, language="xx") == 422
    assert sheet_of(page(site, YESTERDAY, sheet="")).attrs["lang"] == "en"


def test_a_site_says_how_its_sheets_are_printed(site: Site):
    assert {each.attrs["class"] for each in signs_of(page(site))} == {"paper__sign paper__sign--ink"}
    assert sets_printing(site, company="雲棲物業服務有限公司", kept_years="") == 303
    with clock.standing_at(AT + 1000):
        found = page(site)
        blank = page(site, f"/records/blank/{DOOR}")
    assert {each.attrs["class"] for each in signs_of(found)} == {"paper__sign"}
    assert "Signed by code: 林靜怡 13:20" in signs_of(found)[0].text()
    assert foot_of(found)[0] == "Kept until: ________"
    assert "雲棲物業服務有限公司" in sheet_of(found).text()
    assert {each.attrs["class"] for each in signs_of(blank)} == {"paper__sign paper__sign--ink"}, "by hand there is no code"
    assert (foot_of(blank)[0], len(foot_of(blank)), blank.all("article")[0].all("svg")) == ("Kept until: ________", 2, [])


def test_a_file_leaves_room_for_ink_where_a_site_signs_so(site: Site):
    def high() -> list[float | None]:
        sheet = openpyxl.load_workbook(BytesIO(site.desk("chen").get(f"{YESTERDAY}/sheet.xlsx?in=en").data)).active
        rows = {cell.value: cell.row for cell in sheet["A"]}
        return [sheet.row_dimensions[rows[who]].height for who in ("Outgoing", "Incoming or custodian")]

    assert high() == [paper.INK_POINTS] * 2
    assert sets_printing(site) == 303
    with clock.standing_at(AT + 1000):
        assert high() == [None, None]


def test_what_cannot_be_set_is_told_beside_its_field_with_what_was_typed(site: Site):
    answer = site.desk("chen").post("/site/printing?lang=en", data={"company": "A", "kept_years": "many"}, headers=OURS)
    assert answer.status_code == 422
    fields = {each.attrs["name"]: each.attrs for each in read(answer.text).all("input") if each.attrs.get("id")}
    assert (fields["kept_years"]["value"], fields["kept_years"]["aria-invalid"], fields["company"]["value"]) == (
        "many",
        "true",
        "A",
    )


@pytest.mark.parametrize(("who", "status", "forms"), [("chen", 303, 1), ("zhou", 303, 1), ("lin", 403, 0)])
def test_who_may_say_how_sheets_are_printed(site: Site, who: str, status: int, forms: int):
    assert sets_printing(site, who, kept_years="5") == status
    found = read(site.desk(who).get("/site").text)
    assert len([each for each in found.all("form") if each.attrs.get("action") == "/site/printing"]) == forms


def test_who_scans_a_sheet_is_told_that_it_agrees(shown: Site):
    assert (
        "This sheet agrees with the record. It was printed 2026-05-28 13:31."
        in read(shown.desk("chen").get(f"{scanned(shown)}&lang=en").text).text()
    )


def test_who_scans_a_sheet_is_told_what_came_in_since(site: Site):
    early = f"/records/2026-05-28/{DOOR}/early"
    where = scanned(site, early)
    remarks("Lamp fell", AT + 5 * clock.MINUTE)
    with clock.standing_at(AT + 10 * clock.MINUTE):
        said = read(site.desk("chen").get(f"{where}&lang=en").text).text()
        assert "The record has changed since this sheet was printed, 2026-05-28 13:31." in said
        assert "13:21 Remark" in said
        again = read(site.desk("chen").get(f"{scanned(site, early)}&lang=en").text).text()
    assert "This sheet agrees with the record. It was printed 2026-05-28 13:41." in again


def test_who_is_not_signed_in_signs_in_first_and_comes_back(site: Site):
    client, where = site.stranger(), scanned(site)
    answer = client.get(where)
    assert (answer.status_code, "agrees" in answer.text) == (303, False)
    door = read(client.get(answer.headers["Location"]).text)
    said = hidden_of(door) | {"account": "chen", "password": demo.PASSWORD}
    assert client.post("/sign-in", data=said, headers=OURS).headers["Location"] == where


@pytest.mark.parametrize("who", ["lin", "fang"])
def test_who_has_no_desk_is_told_nothing_of_a_sheet(shown: Site, who: str):
    assert shown.desk(who).get(scanned(shown)).status_code == 403


def test_a_code_that_is_none_leads_nowhere(shown: Site):
    assert shown.desk("chen").get(f"{YESTERDAY}?sheet=abc").status_code == 404


def test_a_record_that_was_signed_before_its_digest_had_more_fields_is_not_changed(site: Site):
    assert signs(site) == 303
    db.session.rollback()
    [row] = db.session.scalars(sa.select(Review))
    assert row.way == rules.DIGESTS
    project, post = sites.project(demo.project_id()), next(each for each in sites.posts(demo.project_id()) if each.id == DOOR)
    day = date(2026, 5, 27)
    window = next(each for each in queries.windows_of(project, day) if each.code == "early")
    found = queries.account(project, post, day, window, AT)
    assert found.digest == row.digest
    row.digest, row.way = found.digest_by(1), None
    db.session.commit()
    said = page(site)
    assert "Changed since it was signed" not in said.text()
    assert "Signed by code: 陳思遠" in said.text()
    assert not hidden_of(said).get("digest"), "nobody is asked to sign it again"


def test_a_month_looks_up_once_what_all_its_sheets_name(shown: Site):
    asked: list[str] = []

    def hear(_connection, _cursor, statement: str, *_rest) -> None:
        asked.append(" ".join(statement.split()))

    sa.event.listen(sa.Engine, "before_cursor_execute", hear)
    try:
        month = page(shown, f"/records/2026-05/{DOOR}/print")
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", hear)
    assert len(month.all("article")) > 10
    for table in ("records_review", "sites_printing"):
        assert len([each for each in asked if f"FROM {table} " in each]) == 1, table


@pytest.mark.clause("P2-4.4.6a")
def test_one_person_who_signs_for_both_sides_is_marked_on_paper_and_at_the_desk(site: Site):
    """林靜怡 left the post at 13:22; five minutes before half past one she offers it, to herself, and takes it over."""
    offered = json.dumps({"place": demo.named("place", "flat-a"), "post": DOOR, "to": demo.person("lin")})
    answered = json.dumps({"offer": FIRST.id, "result": "accepted"})
    signed = [
        replace(FIRST, id=made, seq=seq, operation=f"duty.{what}", body=body, digest=digest_of(body), author=demo.person("lin"))
        for seq, made, what, body in ((1, FIRST.id, "offer", offered), (2, COPY.id, "accept", answered))
    ]
    signed = [replace(each, proof="pin-offline", happened_at=AT + (each.seq - 6) * clock.MINUTE, beacon_at=0) for each in signed]
    sends("Door", *signed, high=2)
    assert "林靜怡 13:27 · the same person as outgoing" in page(site, YESTERDAY.replace("27", "28")).text()
    told = page(site, "/review").text()
    for said in ("signed by one person for both sides", "offered to the person who offers it",
                 "offered by somebody who was not on the post"):  # fmt: skip
        assert said in told
    assert "the same person as outgoing" not in page(site).text()


@pytest.mark.clause("P2-4.4.6a")
def test_every_handover_of_a_shift_is_signed_for_at_its_foot(site: Site):
    """Locked up at 13:26, and left to nobody a minute later: neither hides the other."""
    about = {"place": demo.named("place", "flat-a"), "post": DOOR}
    said = (about | {"kept": "key_box", "custodian": "No. 3"}, about | {"absent": "Nobody came"})
    signed = [
        replace(FIRST, id=made, seq=seq, operation="duty.offer", body=body, digest=digest_of(body), proof="pin-offline",
                happened_at=AT + (seq - 6) * clock.MINUTE, beacon_at=0, author=demo.person(who))
        for seq, made, who, body in zip((1, 2), (FIRST.id, COPY.id), ("lin", "he"), map(json.dumps, said), strict=True)
    ]  # fmt: skip
    sends("Door", *signed, high=2)
    outgoing, incoming, _review = (each.text() for each in signs_of(page(site, YESTERDAY.replace("27", "28"))))
    assert "林靜怡 13:26 / " in outgoing
    assert "何欣怡 13:27" in outgoing
    assert "In the key box · No. 3" in incoming


def renames(site: Site) -> None:
    """Every name in the head of a sheet is another from now on."""
    for what, key in (("place", "flat-a"), ("post", "door"), ("shift", "early"), ("shift", "middle")):
        data = {"what": what, "subject": demo.named(what, key), "name-en": "Renamed"}
        assert site.desk("zhou").post("/site/parts", data=data, headers=OURS).status_code == 303


def head_of(shown: Node) -> dict[str, str]:
    names, told = shown.all("dt"), shown.all("dd")
    return {name.text(): said.text() for name, said in zip(names, told, strict=True)}


@pytest.mark.clause("P2-5.1")
def test_what_is_renamed_later_is_called_on_a_signed_sheet_what_its_signature_knew(site: Site):
    heads, before = ("Place or type", "Post", "Shift"), page(site)
    with clock.standing_at(AT):
        assert signs(site) == 303
        signed = seal_of(page(site))
    with clock.standing_at(AT + clock.MINUTE):
        renames(site)
        shown, other = page(site), page(site, YESTERDAY.replace("early", "middle"))
        asked = site.desk("chen").get(f"{YESTERDAY}/sheet.xlsx", query_string={"in": "en"})
    assert {key: head_of(shown)[key] for key in heads} == {key: head_of(before)[key] for key in heads}
    assert seal_of(shown) == signed
    assert "Changed since it was signed" not in shown.text()
    file = openpyxl.load_workbook(BytesIO(asked.data))
    cells_of = {str(cell.value) for row in file.worksheets[0].iter_rows() for cell in row}
    assert head_of(before)["Post"] in cells_of
    assert "Renamed" not in cells_of
    assert [head_of(other)[key] for key in heads] == ["Renamed"] * 3, "what nobody has signed"


def seal_of(shown: Node) -> list[str]:
    """Who signed a sheet, and its hash."""
    text = shown.text()
    return [*re.findall(r"Signed by code: \S+ \S+ \S+", text), *re.findall(r"Hash [0-9a-f]{8}", text)]
