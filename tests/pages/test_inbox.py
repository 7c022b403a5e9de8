"""The inbox as those at the desk see it, on the demo site."""

from tests.pages.conftest import AT, OURS, Node, Site, hidden_of, read
from webapp import demo
from webapp.base import ids
from webapp.base.database import db, writing
from webapp.jobs.declarations import Turn
from webapp.notices import queries
from webapp.notices.jobs import put


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
