"""The checks of a day, as the database tells them."""

import pytest

from tests.cast import Site, at
from webapp.checklists import queries as checklists
from webapp.checklists.queries import Check
from webapp.sites import queries as sites

pytestmark = pytest.mark.database


def check(site: Site, until: str, author: str | None = None) -> Check:
    project = sites.project(site.project_id)
    found = checklists.check(project, "check.small", site.id("flat"), at(until), site.person(author) if author else None)
    assert found
    return found


@pytest.mark.clause("P2-4.4.2c")
def test_each_item_is_answered_by_itself(site: Site) -> None:
    tablet = site.tablet()
    about = {"version": site.id("version"), "place": site.id("flat"), "day": "2026-05-28"}
    tablet.keep("lin", "checklists.answer", "08:40", item="small.door", answer="fail", note="門鎖鬆動", **about)
    tablet.keep("lin", "checklists.answer", "08:50", item="small.door", answer="pass", **about)
    tablet.keep("lin", "checklists.answer", "08:51", item="small.covers", number=60, **about)
    tablet.send()
    assert [(check(site, time).run.done, len(check(site, time).run.failed)) for time in ("08:39", "08:45", "08:55")] == [
        (0, 0),
        (1, 1),
        (2, 0),
    ]
    assert check(site, "08:55").run.lines[1].given.number == 60_000
    assert check(site, "08:55").day == "2026-05-28"


def test_another_day_starts_afresh(site: Site) -> None:
    tablet = site.tablet()
    about = {"version": site.id("version"), "place": site.id("flat")}
    tablet.keep("lin", "checklists.answer", at("08:40") - 86_400_000, item="small.door", answer="pass", **about)
    tablet.send()
    assert check(site, "09:00").run.done == 0


@pytest.mark.clause("P2-4.2.1")
def test_everybody_has_a_readiness_check_of_their_own(site: Site) -> None:
    tablet = site.tablet()
    about = {"version": site.id("version"), "place": site.id("flat")}
    tablet.keep("lin", "checklists.answer", "08:40", item="small.door", answer="pass", **about)
    tablet.send()
    assert (check(site, "09:00", "lin").run.done, check(site, "09:00", "he").run.done) == (1, 0)


def test_a_new_version_at_noon_keeps_the_mornings_answers(site: Site) -> None:
    from tests.cast import CHECK

    tablet = site.tablet()
    tablet.keep(
        "lin", "checklists.answer", "08:40", version=site.id("version"), place=site.id("flat"), item="small.door", answer="pass"
    )
    tablet.send()
    site.submit("content.publish", site.id("second"), when=at("12:00"), document=site.id("document"), number=2, body=CHECK)
    assert check(site, "13:00").edition.number == 2
    assert check(site, "13:00").run.done == 1


def test_an_answer_stands_under_the_words_it_was_given_to(site: Site) -> None:
    """And is judged by them; what a later version asks counts from the next answer on."""
    from tests.cast import CHECK

    door, covers = CHECK["items"]
    new = {"zh-Hant": "新", "zh-Hans": "新", "en": "new"}
    body = CHECK | {"items": [door | {"prompt": new, "critical": False}, covers | {"prompt": new, "max": 8}]}
    tablet, about = site.tablet(), {"version": site.id("version"), "place": site.id("flat")}
    tablet.keep("lin", "checklists.answer", "08:40", item="small.door", answer="fail", **about)
    tablet.keep("lin", "checklists.answer", "08:41", item="small.covers", number="46", **about)
    tablet.keep("lin", "checklists.answer", "12:30", item="small.covers", number="9", **about | {"version": site.id("second")})
    site.submit("content.publish", site.id("second"), when=at("12:00"), document=site.id("document"), number=2, body=body)
    tablet.send()
    morning, later = check(site, "12:10").run, check(site, "13:00").run
    assert [line.item["prompt"]["en"] for line in morning.lines] == [door["prompt"]["en"], covers["prompt"]["en"]]
    assert [line.item["id"] for line in morning.failed_critically] == ["small.door"]
    assert [(line.item["prompt"]["en"], line.is_failed) for line in later.lines] == [("word", True), ("new", True)]


def test_an_answer_goes_to_the_version_whose_words_were_seen(site: Site) -> None:
    """What was answered in the morning is answered again in the words of the morning, also after a new version came; the figure
    that it is held against is that of its words."""
    from tests.cast import CHECK

    door, covers = CHECK["items"]
    body = CHECK | {"items": [door, covers | {"response": "quantity", "expected": 9}]}
    tablet, about = site.tablet(), {"version": site.id("version"), "place": site.id("flat")}
    tablet.keep("lin", "checklists.answer", "08:41", item="small.covers", number="46", **about)
    tablet.send()
    site.submit("content.publish", site.id("second"), when=at("12:00"), document=site.id("document"), number=2, body=body)
    found = check(site, "12:10")
    seen = {line.item["id"]: found.about(line) for line in found.run.lines}
    assert {key: each["version"] for key, each in seen.items()} == {
        "small.door": site.id("second"), "small.covers": site.id("version"),
    }  # fmt: skip
    assert [each.get("expected") for each in seen.values()] == [None, None]
    tablet.keep("lin", "checklists.answer", "12:20", item="small.covers", number="44", **about)
    tablet.send()
    assert [line.version for line in check(site, "12:30").run.lines] == ["", site.id("version")]
