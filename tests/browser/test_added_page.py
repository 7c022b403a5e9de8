"""A new page with a tally, a tick list and a list needs no script of its own, and it works without a network."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.builds import copy
from tests.browser.conftest import LANDSCAPE
from tests.browser.hands import WITHIN, Tablet, enrolled, until
from tests.browser.served import copied
from webapp import demo
from webapp.base.migrations import newest

pytestmark = pytest.mark.browser

ADDED = Path(__file__).parent / "added"
PLACE = demo.named("place", "flat-a")
MIGRATION = '''"""Umbrellas."""

from alembic import op

revision = "umbrellas"
down_revision = {newest!r}


def upgrade():
    from webapp.umbrellas.models import Counted, Lent, Looked

    for model in (Counted, Lent, Looked):
        model.__table__.create(op.get_bind())
'''


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product with one package more: its files, its name in the list of packages, and its migration."""
    made = copy(tmp_path_factory.mktemp("added"))
    shutil.copytree(ADDED, made, dirs_exist_ok=True)
    factory = made / "webapp" / "factory.py"
    factory.write_text(factory.read_text("utf-8").replace('    "duty",\n', '    "duty",\n    "umbrellas",\n', 1), "utf-8")
    (made / "migrations" / "versions" / "umbrellas.py").write_text(MIGRATION.format(newest=newest()), "utf-8")
    return made


@pytest.fixture
def door(browser: Browser, template: Path, tree: Path, tmp_path: Path) -> Iterator[Tablet]:
    server = copied(template, tmp_path / "site")
    server.tree = tree
    server.run("migrate")
    server.start()
    made = enrolled(browser.new_context(viewport=LANDSCAPE, locale="zh-HK"), server)
    made.watch.may_be_down = True
    made.take_post("lin")
    yield made
    made.context.close()
    if server.is_up:
        server.stop()
    made.watch.nothing()


def says(page: Page, lent: list[str], left: str | None = None, **looked: str) -> None:
    """How many were lent each time, how many are left, and what was seen; each once."""
    if left:
        expect(page.locator("tally-value")).to_have_text(left)
    expect(page.locator('overlay-list[key="umbrellas"] > ol > [data-id] .rows__title')).to_have_text(lent)
    for point, answer in looked.items():
        expect(page.locator(f'latest-value[key="umbrella/{PLACE}/{point}"]')).to_have_attribute("value", answer)


def looks(tablet: Tablet, point: str, answer: str) -> None:
    row = tablet.page.locator(f'latest-value[key="umbrella/{PLACE}/{point}"]')
    before = len(tablet.entries())
    row.locator(f'button[value="{answer}"]').first.click()
    until(lambda: len(tablet.entries()) == before + 1, "nothing was kept")


def test_a_page_with_no_script_of_its_own_works_without_a_network(door: Tablet):
    door.go("umbrellas")
    scripts = door.page.locator("script").evaluate_all("all => all.map((each) => each.src.split('/').slice(5).join('/'))")
    assert sorted(scripts) == ["js/main.js", "js/theme.js"]
    door.submit("umbrellas.count", number="20")
    door.submit("umbrellas.lend", number="2")
    looks(door, "dry", "pass")
    door.sent()
    door.server.stop()
    door.go("umbrellas", "en")
    second = door.context.new_page()
    second.goto(f"{door.server.url}/zh-Hans/door/umbrellas")
    door.submit("umbrellas.lend", number="3")
    looks(door, "dry", "fail")
    looks(door, "stand", "na")
    for page in (door.page, second):
        expect(page.locator("tally-value")).to_have_text(re.compile("^≈?15$"))  # ≈ while this page does not have the count itself
        says(page, ["3", "2"], dry="fail", stand="na")
    door.submit("umbrellas.count", number="14")
    door.submit("umbrellas.lend", number="1")
    for page in (door.page, second):
        says(page, ["1", "3", "2"], "≈13", dry="fail", stand="na")
    door.go("umbrellas", "zh-Hant")
    says(door.page, ["1", "3", "2"], "≈13", dry="fail", stand="na")
    door.server.start()
    door.page.reload()
    door.sent()
    expect(door.page.locator("tally-value")).to_have_text("13", timeout=WITHIN)
    says(door.page, ["1", "3", "2"], "13", dry="fail", stand="na")
