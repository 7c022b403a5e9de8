"""Two builds of the product behind one address, as while a site is being updated: the one that is here, and the next one."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.hands import ask, until
from tests.browser.served import Server
from tests.browser.way import Way

ROOT = Path(__file__).parents[2]
PARTS = ("webapp", "translations", "migrations")
MARKED = {
    "webapp/templates/layout_station.html": ('<meta name="threshold-tablet"', '<meta name="trial" content="next">\n  {}'),
    "webapp/static/css/05-tokens.css": ("@layer tokens {", ':root {{ --trial: "next"; }}\n{}'),
    "webapp/static/js/main.js": ('if (said("tablet")) start();', 'document.documentElement.dataset.trial = "next";\n{}'),
}
"""One thing in a page, in the style sheet and in the script: whoever shows one of them without the others mixes builds."""

SHOWN = """() => {
  const root = document.documentElement, { build } = root.dataset;
  const named = [...document.querySelectorAll("script[src], link[href]")].map((each) => each.src || each.href);
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const others = [...named, ...loaded].filter((url) => url.includes("/static/") && !url.includes(`/static/${build}/`));
  const marks = [document.querySelector("meta[name=trial]")?.content, root.dataset.trial,
    getComputedStyle(root).getPropertyValue("--trial").replaceAll('"', "")];
  return { build, others, marks: marks.map((mark) => mark || "") };
}"""


def copy(folder: Path) -> Path:
    """The whole product once more."""
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def next_build(folder: Path) -> Path:
    """A copy of the whole product with something changed in a page, the style sheet and the script."""
    copy(folder)
    for name, (found, put) in MARKED.items():
        path = folder / name
        text = path.read_text("utf-8")
        assert text.count(found) == 1, name
        path.write_text(text.replace(found, put.format(found)), "utf-8")
    return folder


@dataclass
class Site:
    """One site that two builds can serve. `way`: what stands in front of them."""

    servers: dict[str, Server]
    way: Way
    builds: dict[str, str]

    def serve(self, name: str) -> None:
        """From now on this one answers, as after an update."""
        self.way.target = self.servers[name].port

    @contextmanager
    def away(self) -> Iterator[None]:
        """There is no network."""
        before = self.way.meddling
        self.way.meddling = {"": "request"}
        yield
        self.way.meddling = before

    def whole(self, page: Page) -> str:
        """The name of the build on the screen; all of it is of that one."""
        found: dict[str, Any] = {}

        def is_told() -> bool:
            found.update(ask(page, SHOWN))
            return len(set(found["marks"])) == 1

        until(is_told, f"two builds on one page: {found}")
        assert found["others"] == [], found
        name = next(each for each, build in self.builds.items() if build == found["build"])
        assert found["marks"][0] == ("next" if name == "next" else ""), found
        return name
