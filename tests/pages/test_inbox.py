"""The inbox as those at the desk see it, on the demo site."""

from tests.pages.conftest import AT, OURS, Node, Site, hidden_of, read
from webapp import demo
from webapp.base import clock, ids
from webapp.base.database import db, writing
from webapp.jobs.declarations import Turn
from webapp.notices import queries
from webapp.notices.jobs import put
from webapp.notices.models import Notice


def told(site: Site) -> None:
    with writing() as connection:
        put(Turn(connection, {}, AT))


def inbox(site: Site, who: str = "chen") -> Node:
    return read(site.desk(who).get("/inbox?lang=en").text)


def bell(page: Node) -> str:
    return next(each.text() for each in page.all("a") if each.attrs.get("href") == "/inbox")


def test_an_empty_inbox_says_what_it_is_for(shown: Site):
    assert "Nothing has come yet" in inbox(shown).text()
    assert bell(inbox(shown)) == ""


def test_the_bell_counts_what_is_unread_on_every_page_of_the_desk(site: Site):
    told(site)
    unread = queries.unread(demo.project_id(), demo.person("chen"), AT)
    assert unread >= 2
    for path in ("/review", "/actions", "/inbox"):
        assert bell(read(site.desk("chen").get(f"{path}?lang=en").text)) == str(unread)


def test_a_notice_leads_to_what_it_is_about_in_every_language(site: Site):
    told(site)
    for language, words in (("en", "A corrective action is overdue"), ("zh-Hant", "有一項整改超時"), ("zh-Hans", "有一项整改超时")):
        page = read(site.desk("chen").get(f"/inbox?lang={language}").text)
        leads = [each.attrs["href"] for each in page.all("a") if each.text().startswith(words)]
        assert leads == [f"/actions/{demo.first_action(AT)}"]


def test_one_is_read_or_all_of_them(site: Site):
    told(site)
    client = site.desk("chen")
    forms = [each for each in inbox(site).all("form") if each.attrs.get("method") == "post" and "notice" in hidden_of(each)]
    every, first = forms[0], forms[1]
    assert client.post("/inbox", data=hidden_of(first), headers=OURS).status_code == 303
    db.session.rollback()
    after = queries.unread(demo.project_id(), demo.person("chen"), AT)
    assert after == len([each for each in every.all("input") if each.attrs["name"] == "notice"]) - 1
    left = [one.id for one, is_read in queries.inbox(demo.project_id(), demo.person("chen"), AT) if not is_read]
    assert client.post("/inbox", data={"notice": left}, headers=OURS).status_code == 303
    db.session.rollback()
    assert queries.unread(demo.project_id(), demo.person("chen"), AT) == 0


def missed(site: Site, who: str, days: list[int]) -> list[str]:
    """Notices of missed lists at the first flat, that many on each of the days before today; their ids."""
    place, rows = demo.named("place", "flat-a"), []
    for before, number in enumerate(days):
        for each in range(number):
            key = ids.derived("test", who, before, each)
            rows.append(
                {
                    "project_id": demo.project_id(), "id": key, "person_id": demo.person(who), "channel": "in_app", "made_at": AT,
                    "kind": "check_missed", "subject": key, "about": {"en": f"List {each}", "zh-Hant": f"清單 {each}"},
                    "event_at": AT - before * clock.DAY - each * clock.MINUTE, "place_id": place,
                }
            )  # fmt: skip
    with writing() as connection:
        connection.execute(Notice.__table__.insert(), rows)
    return [row["id"] for row in rows]


def test_those_of_one_kind_place_and_day_are_one_row_with_a_count_that_unfolds(site: Site):
    missed(site, "chen", [12, 3, 1])
    page = inbox(site)
    rows = [each for each in page.all("details") if "rows__more" in each.attrs.get("class", "")]
    assert [each.all("summary")[0].text().rpartition(" May ")[2] for each in rows] == ["12 notices", "3 notices"]
    assert [len(each.all("li")) for each in rows] == [12, 3]
    assert {each.attrs["href"] for each in rows[1].all("a")} == {"/checks/2026-05-27"}
    assert len([each for each in page.all("a") if each.text().startswith("A checklist was missed")]) == 1
    assert "Show flat A · Thursday 28 May" in rows[0].all("summary")[0].text()
    assert not [each for each in inbox(site, "zhou").all("details") if "rows__more" in each.attrs.get("class", "")]


def test_a_group_is_read_at_once_or_one_by_one_and_by_nobody_else(site: Site):
    every = missed(site, "chen", [4])
    other = missed(site, "zhou", [4])
    client = site.desk("chen")

    def group() -> Node:
        return next(
            each.parent for each in inbox(site).all("details") if "rows__more" in each.attrs.get("class", "") and each.parent
        )

    assert client.post("/inbox", data={"notice": every[1]}, headers=OURS).status_code == 303
    assert "3 not read" in group().text()
    form = next(each for each in group().all("form") if len(_noticed(each)) > 1)
    assert _noticed(form) == [every[0], *every[2:]]
    assert client.post("/inbox", data={"notice": [*_noticed(form), other[0]]}, headers=OURS).status_code == 404
    assert client.post("/inbox", data={"notice": _noticed(form)}, headers=OURS).status_code == 303
    assert group().all("form") == []
    db.session.rollback()
    assert queries.unread(demo.project_id(), demo.person("zhou"), AT) == 4


def _noticed(form: Node) -> list[str]:
    return [each.attrs["value"] for each in form.all("input") if each.attrs.get("name") == "notice"]


def test_nobody_reads_for_another(site: Site):
    told(site)
    mine = next(one.id for one, _is_read in queries.inbox(demo.project_id(), demo.person("chen"), AT))
    assert site.desk("zhou").post("/inbox", data={"notice": mine}, headers=OURS).status_code == 404
    assert site.desk("chen").post("/inbox", data={"notice": [mine, ids.uuid7(AT)]}, headers=OURS).status_code == 404
    assert site.desk("chen").post("/inbox", headers=OURS).status_code == 404
    assert site.desk("lin").get("/inbox").status_code == 403
    assert site.stranger().get("/inbox").status_code == 303


def test_whoever_only_writes_has_an_inbox_of_her_own(site: Site):
    told(site)
    page = inbox(site, "fang")
    links = {each.attrs.get("href") for each in page.all("a")}
    assert {"/documents", "/lists/questions", "/inbox"} <= links
    assert not links & {"/review", "/lists", "/actions"}
    theirs = next(one.id for one, _is_read in queries.inbox(demo.project_id(), demo.person("chen"), AT))
    assert site.desk("fang").post("/inbox", data={"notice": theirs}, headers=OURS).status_code == 404
