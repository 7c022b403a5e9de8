"""The lists of the desk: what each shows, the views that somebody keeps, who may take one away as a file."""

import csv
import io
import re
from itertools import count

import openpyxl
import pytest

from tests.browser.addresses import LISTS
from tests.pages.conftest import AT, OURS, Node, Site, read
from tests.pages.test_pages import sound
from tests.pages.test_stock import record
from webapp import demo
from webapp.base import clock, ids
from webapp.base.table import Scope
from webapp.duty import queries as duty
from webapp.operations.roles import MARKETING
from webapp.staff.lists import desk_lists
from webapp.tours import queries as tours

PLACE = demo.named("place", "flat-a")
DAY, MINUTE = clock.DAY, clock.MINUTE


def page(site: Site, name: str, query: str = "", who: str = "chen") -> Node:
    return sound(site.desk(who).get(f"/lists/{name}?lang=en{query}").text)


def rows(site: Site, name: str, query: str = "") -> list[list[str]]:
    return [[cell.text() for cell in row.all("td")] for row in page(site, name, query).all("tr") if row.all("td")]


def lines(site: Site, name: str, query: str = "", who: str = "chen") -> list[list[str]]:
    answer = site.desk(who).get(f"/lists/{name}.csv?lang=en{query}")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


@pytest.mark.parametrize("name", [name for name in LISTS if name != "imports"])
def test_every_list_shows_pages_sorts_by_each_head_and_is_the_same_as_a_file(shown: Site, name: str):
    first = page(shown, name)
    assert first.all("td"), "the demo site has something of it"
    heads = [each.all("a")[0].attrs["href"] for each in first.all("th") if each.all("a")]
    assert heads
    for head in heads:
        for turned in (head, head.replace("sort=-", "sort=") if "sort=-" in head else head.replace("sort=", "sort=-")):
            answer = shown.desk("chen").get(f"{turned}&lang=en")
            assert answer.status_code == 200
            assert len(read(answer.text).all("td")) == len(first.all("td"))
    who = "zhou" if name == "people" else "chen"
    every = lines(shown, name, who=who)[1:]
    paged = [row for number in range(1, -(-len(every) // 50) + 1) for row in rows(shown, name, f"&page={number}")]
    assert paged == [[cell.removeprefix("'").replace("\n", " ") for cell in row] for row in every]


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
def test_a_workbook_is_in_the_readers_language(shown: Site, language: str):
    book = openpyxl.load_workbook(io.BytesIO(shown.desk("chen").get(f"/lists/parties.xlsx?lang={language}").data))
    cells = list(book.active.values)
    assert cells[3][0] == {"zh-Hant": "到達", "zh-Hans": "到达", "en": "Arrived"}[language]
    assert isinstance(cells[4][2], int | float)


@pytest.mark.clause("P2-4.4.3b")
def test_the_parties_of_a_day_at_a_place_are_those_that_came(shown: Site):
    start, end = clock.day_bounds(clock.day_of(AT - DAY, demo.ZONE), demo.ZONE)
    came = tours.parties(demo.project_id(), start, end, AT, PLACE)
    found = rows(shown, "parties", f"&since=2026-05-27&until=2026-05-27&place={PLACE}")
    assert [row[2:4] for row in found] == [[str(each.guests), str(each.covers)] for each in came]
    assert {row[0][:10] for row in found} == {"2026-05-27"}
    silent = rows(shown, "parties", "&status=ended_silently")
    assert {row[8] for row in silent} <= {"Not seen off"}


@pytest.mark.clause("P2-4.4.3c")
def test_how_the_parties_were_received_stands_in_their_list(shown: Site):
    start, end = clock.day_bounds(clock.day_of(AT, demo.ZONE), demo.ZONE)
    came = tours.parties(demo.project_id(), start, end, AT, PLACE)
    told = tours.accounts(demo.project_id(), [each.id for each in came], AT)
    names = [(told[each.id].mode, told[each.id].needs, told[each.id].language) for each in came]
    found = [row[4:7] for row in rows(shown, "parties", f"&since=2026-05-28&until=2026-05-28&place={PLACE}")]
    modes = {"accompanied": "Accompanied", "guided": "Guided", "self_guided": "On their own", None: ""}
    languages = {"zh-Hant": "繁體", "zh-Hans": "简体", "en": "English", None: ""}
    needs = {"elder": "Elderly", "child": "Child", "step_free": "Step-free"}
    assert found == [[modes[mode], ", ".join(map(needs.get, wanted)), languages[language]] for mode, wanted, language in names]
    assert [any(row[n] for row in found) for n in range(2)] == [True, True], "the demo site has something of it"
    guided = rows(shown, "parties", "&mode=guided")
    assert guided
    assert {row[4] for row in guided} == {"Guided"}


def test_a_span_that_is_too_long_says_so_on_the_page_and_in_both_files(shown: Site):
    query = "&since=2025-01-01"
    told = "At most 92 days at once"
    assert told in page(shown, "parties", query).text()
    assert lines(shown, "parties", query)[-1][0].startswith(told)
    book = openpyxl.load_workbook(io.BytesIO(shown.desk("chen").get(f"/lists/parties.xlsx?lang=en{query}").data))
    assert str(list(book.active.values)[-1][0]).startswith(told)
    assert "From the day: 2026-02-26" in page(shown, "parties", query).text()
    assert told not in page(shown, "parties", "&since=2026-05-01").text()
    assert "At most 31 days at once" in page(shown, "checks", "&since=2025-01-01&until=2025-03-01").text()


def test_a_span_is_of_whole_local_days():
    scope = Scope(demo.project_id(), demo.ZONE, AT, {"since": "2026-05-27", "until": "2026-05-27"})
    assert scope.span() == clock.day_bounds(clock.day_of(AT - DAY, demo.ZONE), demo.ZONE)
    since, until = Scope(demo.project_id(), demo.ZONE, AT).span(7, 31)
    assert (clock.day_of(since, demo.ZONE).isoformat(), until) == ("2026-05-22", AT + 1)


@pytest.mark.clause("P2-4.4.3d")
def test_what_guests_asked_is_a_list_that_marketing_reads_too(site: Site):
    start, end = clock.day_bounds(clock.day_of(AT, demo.ZONE), demo.ZONE)
    came = tours.parties(demo.project_id(), start, end, AT, PLACE)
    asked = [
        one for account in tours.accounts(demo.project_id(), [each.id for each in came], AT).values() for one in account.questions
    ]
    found = lines(site, "questions", "&since=2026-05-28", who="fang")[1:]
    assert sorted(row[3] for row in found) == sorted(one.text or "" for one in asked)
    assert {row[1] for row in found} == {"Show flat A"}
    prices = lines(site, "questions", f"&tag=price&place={PLACE}&until=2026-05-27", who="fang")[1:]
    assert {row[2] for row in prices} == {"Price and payment"}
    assert lines(site, "questions", f"&place={demo.named('place', 'bar')}")[1:] == []


def test_a_question_whose_party_has_not_come_yet_is_in_the_list(site: Site):
    record("tours.ask", "lin", party=ids.uuid7(AT), tag="school", text="哪一所？")
    newest = lines(site, "questions")[1]
    assert newest[1:] == ["", "Schools", "哪一所？", "", "林靜怡", ""]


@pytest.mark.parametrize(("name", "operation", "by"), [
    ("parties", "tours.arrive", "tours"), ("questions", "tours.ask", "tours"), ("remarks", "duty.remark", "duty"),
])  # fmt: skip
def test_what_was_undone_stands_in_its_list_with_who_did_it(site: Site, name: str, operation: str, by: str):
    body: dict[str, dict[str, object]] = {
        "tours.arrive": {"flat": demo.named("flat", "a"), "place": PLACE, "guests": 60},
        "tours.ask": {"party": demo.first_party(AT), "tag": "school"},
        "duty.remark": {"place": PLACE, "category": "normal", "text": "寫錯了"},
    }
    made = record(operation, "lin", **body[operation])
    record(f"{by}.reverse", "he", AT + 1, entry=made)
    assert struck(site, name) == []
    record(f"{by}.undo", "chen", AT + 2, entry=made)
    with clock.standing_at(AT + clock.MINUTE):
        assert [row[-1] for row in struck(site, name)] == ["2026-05-28 13:31 陳思遠"]
        assert "and 1 undone, which does not count" in page(site, name).text()
        assert lines(site, name)[1][-1] == "2026-05-28 13:31 陳思遠"
        if name == "parties":
            assert [row[2] for row in rows(site, name, "&status=undone")] == ["60"]
            assert "60" not in [row[2] for row in rows(site, name, "&status=inside")]
            assert [row[2] for row in lines(site, name, "&status=undone")[1:]] == ["[60]"], "no sheet adds it up"
            book = openpyxl.load_workbook(io.BytesIO(site.desk("chen").get("/lists/parties.xlsx?lang=en").data)).active
            assert book
            guests = [row[2] for row in book.iter_rows(min_row=5, values_only=True)]
            counted = [int(row[2]) for row in lines(site, name)[1:] if not row[-1]]
            assert sum(each for each in guests if isinstance(each, (int, float))) == sum(counted)
            assert "[60]" in guests


def struck(site: Site, name: str) -> list[list[str]]:
    found = [each for each in page(site, name).all("tr") if each.attrs.get("data-state") == "undone"]
    return [[cell.text() for cell in row.all("td")] for row in found]


def test_marketing_keeps_a_view_of_its_own_list(site: Site):
    answer = site.desk("fang").post("/lists/questions?tag=price", data={"name": "Prices"}, headers=OURS)
    assert (answer.status_code, answer.location) == (303, "/lists/questions?tag=price")
    assert "Prices" in page(site, "questions", who="fang").text()


@pytest.mark.clause("P2-4.4.6a")
def test_remarks_and_handovers_are_those_of_the_facts(site: Site):
    remarks = duty.remarks(demo.project_id(), 0, AT + 1)
    assert len(lines(site, "remarks")) - 1 == len(remarks)
    record("duty.offer", "lin", place=PLACE, post=demo.named("post", "door"), absent="沒有人來")
    offers = duty.handovers(demo.project_id(), AT - 31 * DAY, AT + 1, AT)
    assert len(lines(site, "handovers")) - 1 == len(offers)
    (unattended,) = lines(site, "handovers", "&status=unattended")[1:]
    assert unattended[2:] == ["林靜怡", "", "Nobody came", "沒有人來"]


def handed(site: Site) -> dict[str, list[str]]:
    """The rows of the list of handovers of today by their times: who took over, how, and what was noted."""
    return {row[0]: row[3:] for row in lines(site, "handovers", "&since=2026-05-28")[1:]}


@pytest.mark.clause("P2-4.4.6a")
def test_a_handover_names_who_really_took_over_and_whom_it_was_meant_for(site: Site):
    """Somebody else who signs, and whoever took the post where nobody came: never the one who was only meant to."""
    post, meant = {"place": PLACE, "post": demo.named("post", "door")}, demo.person("zhou")
    for minute, more in ((1, {}), (11, {"absent": "沒有人來"}), (21, {})):
        with clock.standing_at(AT + minute * MINUTE):
            made = record("duty.offer", "lin", AT + minute * MINUTE, **post, to=meant, **more)
            if minute == 1:
                record("duty.accept", "he", AT + 2 * MINUTE, offer=made, result="accepted")
            if more:
                record("shifts.take_post", "chen", AT + 15 * MINUTE, post=post["post"])
    name = "周致和"
    with clock.standing_at(AT + 30 * MINUTE):
        found = handed(site)
    assert found["2026-05-28 13:32"] == ["何欣怡", "Taken over", f"meant for {name}"]
    assert found["2026-05-28 13:42"] == ["陳思遠", "Nobody came", f"meant for {name} · 沒有人來"]
    assert found["2026-05-28 13:52"] == ["", "Nobody has taken over", f"meant for {name}"]


@pytest.mark.clause("P2-4.4.6a")
def test_what_differed_line_by_line_stands_in_the_remark_of_a_handover(site: Site):
    made = record("duty.offer", "lin", AT - 10 * MINUTE, place=PLACE, post=demo.named("post", "door"), to=demo.person("he"))
    key, covers = demo.named("thing", "K-01"), demo.named("item", "cover.cloth")
    cells = {
        "lines.k.kind": "asset", "lines.k.asset": key, "lines.k.said": "differs", "lines.k.note": "只見一把",
        "lines.c.kind": "stock", "lines.c.item": covers, "lines.c.state": "clean", "lines.c.found": "3",
    }  # fmt: skip
    record("duty.accept", "he", AT - 9 * MINUTE, offer=made, result="accepted_with_exceptions", exceptions="見下", **cells)
    note = handed(site)["2026-05-28 13:21"][2]
    assert note.startswith("見下 · ")
    assert "K-01: 只見一把" in note
    assert re.search(r"Cloth shoe covers · Clean: 3 counted, −[0-9]+ against what was expected", note)


@pytest.mark.clause("P2-4.4.2c")
def test_the_checks_of_a_day_say_what_became_of_each_run(shown: Site):
    found = rows(shown, "checks", "&since=2026-05-27&until=2026-05-27")
    assert {row[0] for row in found} == {"2026-05-27"}
    assert {row[4] for row in rows(shown, "checks", "&since=2026-05-27&until=2026-05-27&standing=done")} <= {"Finished"}
    assert len(found) == len({(row[1], row[2], row[3]) for row in found})


def test_what_somebody_typed_does_not_calculate_in_a_file(site: Site):
    record("duty.remark", place=PLACE, category="normal", text="=1+1")
    assert "'=1+1" in [cell for row in lines(site, "remarks") for cell in row]


LATER = count(1)
"""Of two words of one millisecond nobody could say which was the last."""


def keep(site: Site, who: str, name: str, query: str = "", **told: str):
    with clock.standing_at(AT + next(LATER)):
        return site.desk(who).post(f"/lists/remarks?{query}", data={"name": name} | told, headers=OURS)


def views(site: Site, who: str) -> dict[str, str]:
    nav = next((each for each in page(site, "remarks", who=who).all("nav") if each.attrs.get("aria-label") == "Saved views"), None)
    return {each.text(): each.attrs["href"] for each in nav.all("a")} if nav else {}


def test_a_view_is_kept_under_a_name_is_ones_own_and_can_be_forgotten(site: Site):
    answer = keep(site, "chen", "Repairs", "category=repair&sort=-by")
    assert (answer.status_code, answer.location) == (303, "/lists/remarks?category=repair&sort=-by")
    assert views(site, "chen") == {"Repairs": "/lists/remarks?category=repair&sort=-by"}
    assert views(site, "zhou") == {}
    keep(site, "chen", "Repairs", f"place={PLACE}")
    keep(site, "chen", "All")
    assert views(site, "chen") == {"All": "/lists/remarks", "Repairs": f"/lists/remarks?place={PLACE}"}
    assert keep(site, "zhou", "All", do="forget").status_code == 303
    assert len(views(site, "chen")) == 2
    keep(site, "chen", "All", do="forget")
    assert set(views(site, "chen")) == {"Repairs"}


@pytest.mark.parametrize("name", ["", "  ", "x" * 41])
def test_a_view_wants_a_name_that_fits(site: Site, name: str):
    answer = keep(site, "chen", name, "category=repair")
    assert answer.status_code == 422
    field = next(each for each in read(answer.text).all("input") if each.attrs.get("id") == "view-name")
    assert (field.attrs["aria-invalid"], field.attrs["value"]) == ("true", name)
    assert views(site, "chen") == {}


def test_twenty_views_are_enough(site: Site):
    for number in range(20):
        assert keep(site, "chen", f"View {number}").status_code == 303
    assert keep(site, "chen", "One more").status_code == 422
    assert keep(site, "chen", "View 3", "category=repair").status_code == 303


def test_who_may_not_open_a_list_keeps_no_view_of_it(site: Site):
    assert keep(site, "he", "Mine").status_code == 403
    assert site.stranger().post("/lists/remarks", data={"name": "Mine"}, headers=OURS).status_code == 303
    assert site.desk("fang").post("/lists/remarks", data={"name": "Mine"}, headers=OURS).status_code == 403


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_people_leave_the_house_with_the_administrator_alone(shown: Site, kind: str):
    assert shown.desk("zhou").get(f"/lists/people.{kind}").status_code == 200
    assert shown.desk("chen").get(f"/lists/people.{kind}").status_code == 403
    assert "XLSX" in page(shown, "people", who="zhou").text()
    assert "XLSX" not in page(shown, "people").text()


@pytest.mark.parametrize("name", LISTS)
def test_files_are_for_those_who_may_open_the_list(shown: Site, name: str):
    listed = next(each for each in desk_lists() if each.table.name == name)
    assert shown.desk("he").get(f"/lists/{name}.csv").status_code == 403
    assert shown.desk("fang").get(f"/lists/{name}.csv").status_code == (200 if MARKETING in listed.among else 403)
    assert shown.stranger().get(f"/lists/{name}.csv").status_code == 303
    assert shown.tablet("door").get(f"/lists/{name}.csv").status_code == 303


def test_every_list_stands_on_the_page_of_lists(shown: Site):
    links = {each.attrs.get("href") for each in read(shown.desk("chen").get("/lists").text).all("a")}
    assert {each.path for each in desk_lists()} <= links
    assert "/lists" in {each.attrs.get("href") for each in read(shown.desk("chen").get("/site").text).all("a")}
