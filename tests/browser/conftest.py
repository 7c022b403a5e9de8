"""A Chromium, the demo site behind a real server, and tablets at its door."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser import once
from tests.browser.addresses import ACCOUNT, PASSWORD
from tests.browser.hands import Tablet, enrolled
from tests.browser.served import Server, copied
from tests.browser.way import Way

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
LANDSCAPE = {"width": 1180, "height": 820}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser that dev.py found, or the one on this machine."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        pytest.skip("needs browser: no Chromium, Chrome or Edge was found")
    return found


@pytest.fixture(scope="session")
def axe() -> str:
    """The rules for everybody's hands, eyes and ears."""
    modules = os.environ.get("TEST_NODE_MODULES") or str(Path(__file__).parents[2] / "node_modules")
    script = Path(modules) / "axe-core" / "axe.min.js"
    if not script.exists():
        pytest.skip("needs javascript tools: axe-core is not installed")
    return script.read_text()


@pytest.fixture(scope="session")
def playwright() -> Playwright:
    return once.playwright()


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """One for all tests that need no profile of their own."""
    started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
    yield started
    started.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo site on a morning, made once."""
    return once.demo_site(tmp_path_factory).folder


@pytest.fixture
def server(template: Path, tmp_path: Path) -> Iterator[Server]:
    """A running site of the test's own."""
    yield from _opened(copied(template, tmp_path / "site"))


@pytest.fixture
def way(server: Server) -> Iterator[Way]:
    """The way between the test's browsers and its site, on which things may go wrong."""
    made = Way(server.port)
    server.front = made.url
    yield made
    made.end()


@pytest.fixture(scope="session")
def shared_server(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running site for all tests that only look."""
    yield from _opened(copied(template, tmp_path_factory.mktemp("shared") / "site"))


def _opened(server: Server) -> Iterator[Server]:
    server.start()
    yield server
    if server.is_up:
        server.stop()


@pytest.fixture
def tablet(browser: Browser, server: Server) -> Iterator[Callable[..., Tablet]]:
    """Enrols a fresh tablet at the test's own site: `tablet(locale="en")`. Whatever its browser complained of fails the test."""
    made: list[Tablet] = []

    def enrol(**options: Any) -> Tablet:
        chosen = {"viewport": LANDSCAPE, "locale": "zh-HK"} | options
        made.append(enrolled(browser.new_context(**chosen), server))
        return made[-1]

    yield enrol
    for each in made:
        each.context.close()
    for each in made:
        each.watch.nothing()


@pytest.fixture(scope="session")
def looking(browser: Browser, shared_server: Server) -> Iterator[Tablet]:
    """A tablet at the shared site, for all tests that only look."""
    made = enrolled(browser.new_context(viewport=LANDSCAPE, locale="zh-HK"), shared_server)
    yield made
    made.context.close()


@pytest.fixture
def desk(browser: Browser, server: Server) -> Iterator[Page]:
    """The supervisor, signed in."""
    context = browser.new_context(locale="en-GB", viewport=LANDSCAPE)
    page = context.new_page()
    page.goto(f"{server.url}/sign-in")
    page.locator("#account").fill(ACCOUNT)
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url("**/review")
    yield page
    context.close()


def main_process(profile: Path) -> int:
    """The process of the browser that has this profile open."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if f"--user-data-dir={profile}" in words and not any(word.startswith("--type=") for word in words):
                return int(folder.name)
    listed = subprocess.run(["ps", "-axo", "pid=,command="], capture_output=True, text=True, check=True).stdout
    lines = [line for line in listed.splitlines() if f"--user-data-dir={profile}" in line and "--type=" not in line]
    return int(lines[0].split()[0])
