"""What machines call things is on no page: every outcome, flag, reason, operation and item is in words, in each language."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.browser.addresses import ALONE, BAR, DESK, EVERY, OFFICE, STATION
from tests.pages.conftest import Node, Site, read
from tests.pages.test_desk import COPY, FIRST, covers, sends
from webapp import demo
from webapp.base.i18n import LANGUAGES
from webapp.operations import registry
from webapp.operations.entries import Entry, digest_of
from webapp.operations.fields import Choice
from webapp.repairs.queries import FIELDS, WORDS

CODE = re.compile(r"\b[a-z][a-z0-9]*(?:[._][a-z0-9]+)+\b")
"""flat_open.air, stock.draw, unknown_reference: what no sentence in any language holds."""
FIGURE = re.compile(r"{\w+}")
"""What a spoken line takes from its flat, {area_sqm}: whoever writes lines has to see it."""
HIDDEN = {"script", "style", "template", "option"}
ALONE_WORDS = re.compile(r"\b(refused|held|quarantined|applied|lost|fork|newer|fault|attempts|digest|role|rejected|pass|fail|na)\b")


def entry(number: int, operation: str, **body: str) -> Entry:
    """The next of the door's entries; what is wrong with it is in its body."""
    text = json.dumps(body)
    made = f"0198c0de-0000-7000-8000-0000000000{number:02d}"
    return replace(FIRST, id=made, seq=number, operation=operation, body=text, digest=digest_of(text))


def strange(item: str) -> list[Entry]:
    """One of each kind of entry that somebody has to look at."""
    place, version = demo.named("place", "flat-a"), demo.version("check.flat_opening")
    return [
        entry(2, "stock.draw", item=item, place=place, quantity="four"),
        entry(3, "checklists.answer", version=version, place=place, item="flat_open.air", answer="perhaps"),
        replace(entry(4, "umbrellas.lend", place=place, umbrella_kind="large_black"), version=3),
        entry(5, "duty.accept", offer=FIRST.id, result="accepted_with_exceptions", odd_field="odd_value"),
        replace(entry(6, "stock.count", item=item, place=place, state="clean", counted="7"), author=None),
        replace(entry(7, "duty.remark", place=place, category="repair", text="Lamp"), digest="0" * 64),
        replace(entry(8, "stock.draw", item=place, place=place, quantity="4"), proof="session"),
        replace(entry(9, ""), body="", digest="", author=None, lost="digest"),
    ]


@pytest.fixture
def odd(site: Site) -> Site:
    """The demo site with everything that can be the matter with entries."""
    sends("Door", FIRST)
    sends("Door", *strange(covers()), high=12)
    sends("Door", COPY)
    return site


def texts(node: Node) -> Iterator[str]:
    for child in node.children:
        if child.tag not in HIDDEN:
            yield from child.words
            yield from (child.attrs[name] for name in ("title", "aria-label", "placeholder") if name in child.attrs)
            yield from texts(child)


def links(page: Node, start: str) -> set[str]:
    return {each.attrs["href"] for each in page.all("a") if each.attrs.get("href", "").startswith(start)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_says_what_only_machines_read(odd: Site, language: str, tell) -> None:
    desk, found, seen = odd.desk("chen"), [], 0
    clients = {STATION: odd.tablet("door"), BAR: odd.tablet("bar"), ALONE: odd.stranger(), DESK: desk}
    clients[OFFICE] = odd.desk("fang")
    more = sorted(links(read(desk.get("/repairs").text), "/repairs/"))
    assert len(more) >= 5, "the odd entries are there to be looked at"
    pages = [(each.kind, each.address(language)) for each in EVERY] + [(DESK, f"{path}?lang={language}") for path in more]
    for kind, path in pages:
        answer = clients[kind].get(path)
        assert answer.status_code == 200, path
        said = list(texts(read(answer.text)))
        seen += len(said)
        found += [(path, code) for text in said for code in CODE.findall(FIGURE.sub("", text)) if "threshold" not in code]
        if language != "en" and not path.startswith("/ui"):  # whose samples are in two languages
            found += [(path, word) for text in said for word in ALONE_WORDS.findall(text)]
    tell(f"{len(pages)} pages in {language}, {seen} texts: no code among them")
    assert found == []


def test_every_field_and_choice_of_what_staff_record_has_a_name() -> None:
    ours = [each for each in registry.every() if each.family != "notebook"]  # what other tests declare
    fields = {(name, field) for each in ours if each.offline for name, field in each.fields.items()}
    assert {name for name, _field in fields} <= set(FIELDS)
    assert {each for _name, field in fields if isinstance(field, Choice) for each in field.offered} <= set(WORDS)


@pytest.mark.parametrize(
    ("accepts", "title"), [("zh-HK", "沒有這一頁"), ("zh-CN", "没有这一页"), ("en-GB", "There is no such page")]
)  # fmt: skip
def test_an_unknown_address_answers_in_the_language_of_the_browser(shown: Site, accepts: str, title: str) -> None:
    answer = shown.stranger().get("/no/such/page", headers={"Accept-Language": accepts})
    assert answer.status_code == 404
    assert title in read(answer.text).text()
