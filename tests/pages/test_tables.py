"""Tables: filters, sorting, paging and files of the same rows, and nothing in them that calculates."""

import csv
import io
import re

import openpyxl
import pytest

from tests.pages.conftest import AT, Node, Site, read
from tests.pages.test_pages import sound
from tests.pages.test_stock import record
from webapp import demo
from webapp.base import clock, table
from webapp.base.table import Scope, Shown, harmless, text_of
from webapp.stock.tables import MOVEMENTS

COVERS, FLAT = demo.named("item", "cover.cloth"), demo.named("place", "flat-a")


def rows(site: Site, query: str = "") -> list[list[str]]:
    page = read(site.desk("chen").get(f"/stock/movements?lang=en{query}").text)
    return [[cell.text() for cell in row.all("td")] for row in page.all("tr") if row.all("td")]


def lines(site: Site, query: str = "") -> list[list[str]]:
    answer = site.desk("chen").get(f"/stock/movements.csv?lang=en{query}")
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


@pytest.mark.clause("P2-4.1.4")
def test_every_movement_names_what_when_and_who_newest_first(shown: Site):
    found = rows(shown)
    assert len(found) == table.PAGE_ROWS
    assert found[0][1:] == ["Cloth shoe covers", "Show flat A", "Soiled", "Counted", "26", "26", "0", "pairs", "何欣怡", ""]
    assert [row[0] for row in found] == sorted((row[0] for row in found), reverse=True)


def test_pages_follow_each_other_without_a_gap(shown: Site):
    every = lines(shown)[1:]
    paged = [row for page in range(1, -(-len(every) // table.PAGE_ROWS) + 1) for row in rows(shown, f"&page={page}")]
    assert [[cell.replace("−", "-") for cell in row] for row in paged] == every


@pytest.mark.parametrize("page", ["0", "999999", "x", "-1", "９"])
def test_a_page_that_is_none_is_the_nearest_that_is(shown: Site, page: str):
    assert rows(shown, f"&page={page}")


def test_a_filter_narrows_page_and_files_alike(shown: Site):
    query = f"&item={COVERS}&place={FLAT}&kind=count"
    assert {tuple(row[1:5]) for row in rows(shown, query)} == {
        ("Cloth shoe covers", "Show flat A", state, "Counted") for state in ("Ready for use", "Soiled")
    }
    assert lines(shown, query)[1:] == rows(shown, query)


@pytest.mark.parametrize("query", ["&sort=nothing", "&sort=-unit"])
def test_an_order_that_is_not_offered_is_as_if_it_had_not_been_asked(shown: Site, query: str):
    assert rows(shown, query) == rows(shown)


def test_days_are_the_sites_own(shown: Site):
    assert {row[0][:10] for row in lines(shown, "&since=2026-05-27&until=2026-05-27")[1:]} == {"2026-05-27"}


WRONG = {
    "since=yesterday": ("since", "Write a day, such as 2026-05-28."), "until=2026-02-30": ("until", "Write a day"),
    "since=9999-12-31": ("since", "Write a date from 2000 to 2100."), "since=20260527": ("since", "Write a day"),
    "since=2026-05-27&until=2026-05-26": ("until", "This lies before"), "place=zzz": ("place", "Choose one"),
    f"item={demo.named('no', 'item')}": ("item", "Choose one"), "kind=nothing": ("kind", "Choose one"),
}  # fmt: skip


@pytest.mark.parametrize("query", WRONG)
def test_a_filter_that_cannot_be_read_is_said_beside_its_field_and_shows_nothing(shown: Site, query: str):
    name, words = WRONG[query]
    for path in ("/stock/movements", "/stock/movements.csv", "/stock/movements.xlsx"):
        answer = shown.desk("chen").get(f"{path}?lang=en&{query}")
        assert (answer.status_code, answer.mimetype) == (400, "text/html")
        page = sound(answer.text)
        field = next(each for each in page.all("input", "select") if each.attrs.get("name") == name)
        assert field.attrs["aria-invalid"] == "true"
        told = next(each for each in page.all("p") if each.attrs.get("id") == f"filter-{name}-error")
        assert told.text().startswith(words)
        assert page.all("td") == []


def test_a_day_that_is_none_stays_typed(shown: Site):
    page = sound(shown.desk("chen").get("/stock/movements?lang=en&since=yesterday").text)
    assert next(each.attrs["value"] for each in page.all("input") if each.attrs.get("name") == "since") == "yesterday"


def test_what_was_undone_stands_struck_through_with_who_did_it_and_is_not_counted(site: Site):
    before = page_of(site)
    drawn = record("stock.draw", "lin", item=COVERS, place=FLAT, store=demo.named("place", "store"), quantity=7)
    record("stock.undo", "chen", AT + 1, entry=drawn)
    with clock.standing_at(AT + clock.MINUTE):
        page = page_of(site)
        struck = [each for each in page.all("tr") if each.attrs.get("data-state") == "undone"]
        assert {tuple(cell.text() for cell in row.all("td"))[5:] for row in struck} == {
            (number, "", "", "pairs", "林靜怡", "2026-05-28 13:31 陳思遠") for number in ("7", "−7")
        }
        assert all(len(row.all("s")) == 8 for row in struck)
        assert "and 2 undone, which do not count" in page.text()
        assert counted(page) == counted(before)
        assert [row[-1] for row in lines(site)[1:3]] == ["2026-05-28 13:31 陳思遠"] * 2
        book = openpyxl.load_workbook(io.BytesIO(site.desk("chen").get("/stock/movements.xlsx?lang=en").data))
        assert [cell.font.strike for cell in book.active["A"][4:7]] == [True, True, None]


def page_of(site: Site) -> Node:
    return sound(site.desk("chen").get("/stock/movements?lang=en").text)


def counted(page: Node) -> str:
    found = re.search(r"(\d+) rows", page.text())
    assert found
    return found[1]


def test_the_head_of_a_column_sorts_and_turns(shown: Site):
    amounts = [float(row[5].replace("−", "-")) for row in rows(shown, "&sort=quantity")]
    assert amounts == sorted(amounts)
    page = read(shown.desk("chen").get("/stock/movements?lang=en&sort=quantity&kind=count").text)
    head = next(each for each in page.all("th") if each.attrs.get("aria-sort") == "ascending")
    assert head.all("a")[0].attrs["href"] == "/stock/movements?kind=count&sort=-quantity"


def test_a_workbook_says_what_it_was_filtered_by_and_holds_amounts_as_numbers(shown: Site):
    answer = shown.desk("chen").get(f"/stock/movements.xlsx?lang=en&item={COVERS}")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    cells = list(book.active.values)
    assert cells[0][0] == "Stock ledger"
    assert cells[1][0].startswith("Item: Cloth shoe covers")
    assert cells[3][:3] == ("Time", "Item", "Place")
    assert cells[4][5] == 26
    assert len(cells) - 4 == len(lines(shown, f"&item={COVERS}")) - 1


def test_everything_on_one_page_can_be_printed(shown: Site):
    assert len(rows(shown, "&rows=all")) == len(lines(shown)) - 1


def test_what_does_not_fit_is_told(shown: Site, monkeypatch: pytest.MonkeyPatch):
    for name in ("PRINTED_ROWS", "FILE_ROWS"):
        monkeypatch.setattr(table, name, 7)
    found = lines(shown)
    assert len(found) == 1 + 7 + 1
    assert found[-1][0].startswith("Only the first 7 of ")
    assert "Only the first 7 of " in shown.desk("chen").get("/stock/movements?lang=en&rows=all").text
    book = openpyxl.load_workbook(io.BytesIO(shown.desk("chen").get("/stock/movements.xlsx?lang=en").data))
    assert str(list(book.active.values)[-1][0]).startswith("Only the first 7 of ")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"])
def test_a_text_that_a_sheet_would_calculate_is_made_harmless(text: str):
    assert harmless(text) == f"'{text}"


def test_amounts_and_plain_texts_stay_as_they_are():
    assert [harmless(each) for each in (-1500, 0, "布鞋套", None)] == ["-1.5", "0", "布鞋套", ""]
    assert text_of(-1500) == "−1.5"


def test_another_project_has_a_ledger_of_its_own(shown: Site):
    scope = Scope(demo.named("another", "project"), demo.ZONE, AT)
    assert Shown(MOVEMENTS, scope, "/stock/movements").total == 0


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_who_may_not_see_the_stock_gets_no_file(shown: Site, kind: str):
    assert shown.stranger().get(f"/stock/movements.{kind}").status_code == 303
    assert shown.desk("he").get(f"/stock/movements.{kind}").status_code == 403


def listed(site: Site, query: str = "") -> Node:
    return sound(site.desk("chen").get(f"/lists/parties?lang=en{query}").text)


def days_in(page: Node) -> list[str]:
    return [each.attrs["value"] for name in ("since", "until") for each in page.all("input") if each.attrs.get("name") == name]


def test_the_days_in_force_stand_in_their_fields_until_others_are_asked_for(shown: Site):
    assert days_in(listed(shown)) == ["2026-04-28", "2026-05-28"]
    assert days_in(listed(shown, "&until=2026-05-27")) == ["2026-04-27", "2026-05-27"]
    assert days_in(listed(shown, "&since=2026-05-26")) == ["2026-05-26", "2026-05-28"]


def test_days_that_are_in_force_anyway_are_not_kept_so_a_view_goes_on_with_the_days(shown: Site):
    def next_of(query: str) -> str:
        return next(each.all("a")[0].attrs["href"] for each in listed(shown, query).all("th") if "Guests" in each.text())

    assert next_of("&since=2026-04-28&until=2026-05-28") == "/lists/parties?sort=guests"
    assert next_of("&since=2026-05-26&until=2026-05-28") == "/lists/parties?since=2026-05-26&sort=guests"


def test_a_figure_stands_under_its_head_and_a_day_is_never_broken(shown: Site):
    page = listed(shown)
    figures = [each.text() for each in page.all("th") if each.attrs.get("class") == "num"]
    assert figures == ["Guests", "Shoe covers handed out"]
    first = next(row.all("td") for row in page.all("tr") if row.all("td"))
    assert [cell.attrs["data-label"] for cell in first if cell.attrs.get("class") == "num"] == figures
    assert [each.text() for each in first[0].all("span") if each.attrs["class"] == "whole"] == ["2026-05-28"]
